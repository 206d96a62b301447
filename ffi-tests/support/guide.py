#!/usr/bin/env python3
"""guide.py RUN RECIPE...: runs the programs of examples/recipes in build/pki, under the command RUN unless it is
empty, and checks that docs/guide has a page for each, whose code is a part of the program or of recipe.h. A program
in Rust is a folder."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE, RECIPES = ROOT / "docs/guide", ROOT / "examples/recipes"


def problems_of_run(program, under):
    try:
        done = subprocess.run([*under, program], cwd=ROOT / "build/pki", timeout=60, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired:
        return ["it has not ended after 60 seconds"]
    print(done.stdout, end="")
    return [f"exit status {done.returncode}"] if done.returncode else []


def problems_of_page(name):
    page = GUIDE / f"{name}.md"
    source = next(path for path in (RECIPES / f"{name}.c", RECIPES / name) if path.exists())
    if not page.exists():
        return [f"{page.relative_to(ROOT)} is missing"]
    text = page.read_text()
    codes = {path.name: path.read_text() for path in (source.iterdir() if source.is_dir() else [source])}
    blocks = re.findall(r"^```(?:c|rust|toml)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    sources = ["\n" + code for code in (*codes.values(), (RECIPES / "recipe.h").read_text())]
    problems = [f"{page.name} shows code that is not in {source.name} as it is:\n{block}" for block in blocks
                if not any("\n" + block in whole for whole in sources)]
    if not blocks:
        problems.append(f"{page.name} shows nothing of {source.name}")
    if f"examples/recipes/{source.name})" not in text:
        problems.append(f"{page.name} does not link to {source.name}")
    if f"({page.name})" not in (GUIDE / "README.md").read_text():
        problems.append(f"the index does not link to {page.name}")
    if text.count("\n") > 90:
        problems.append(f"{page.name} has {text.count(chr(10))} lines, not 90")
    for file, code in codes.items():
        lines = len(list(filter(None, code.splitlines())))
        if lines > 80:
            problems.append(f"{file} has {lines} lines, not 80, without those that are blank")
    return problems


def main():
    if len(sys.argv) < 3:
        sys.exit("no recipe is given")
    failed = 0
    for program in map(pathlib.Path, sys.argv[2:]):
        print(f"== {program.name}", flush=True)
        problems = problems_of_run(program.resolve(), sys.argv[1].split()) + problems_of_page(program.name)
        failed += bool(problems)
        for problem in problems:
            print(f"FAILED {program.name}: {problem}")
    print(f"{len(sys.argv) - 2 - failed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
