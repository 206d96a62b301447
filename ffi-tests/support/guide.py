#!/usr/bin/env python3
"""guide.py RUN RECIPE...: runs the programs of examples/recipes in build/pki, under the command RUN unless it is
empty, and checks that docs/guide has a page for each, whose C is a part of the program or of recipe.h."""

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
    page, source = GUIDE / f"{name}.md", RECIPES / f"{name}.c"
    if not page.exists():
        return [f"{page.relative_to(ROOT)} is missing"]
    text, code = page.read_text(), source.read_text()
    blocks = re.findall(r"^```c\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    sources = ["\n" + code, "\n" + (RECIPES / "recipe.h").read_text()]
    problems = [f"{page.name} shows C that is not in {source.name} as it is:\n{block}" for block in blocks
                if not any("\n" + block in whole for whole in sources)]
    if not blocks:
        problems.append(f"{page.name} shows nothing of {source.name}")
    if f"examples/recipes/{source.name}" not in text:
        problems.append(f"{page.name} does not link to {source.name}")
    if f"({page.name})" not in (GUIDE / "README.md").read_text():
        problems.append(f"the index does not link to {page.name}")
    for file, lines, most in (page, text, 90), (source, code, 80):
        if lines.count("\n") > most:
            problems.append(f"{file.name} has {lines.count(chr(10))} lines, not {most}")
    return problems


def main():
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
