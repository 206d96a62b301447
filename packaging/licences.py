#!/usr/bin/env python3
"""licences.py [--apache=FILE] TARGET FEATURES...: writes the licences of everything that the library contains, built for
Rust's TARGET with Cargo's options FEATURES: each crate with its licence texts, and the Rust standard library. With
--apache, the texts of the Apache License are replaced by the name of a file that has it (Debian's policy)."""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APACHE = re.compile(r" *Apache License\s+Version 2\.0, January 2004.*?END OF TERMS AND CONDITIONS", re.DOTALL)
TEXTS = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments, "--locked"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def crates(target, features):
    """What is in the library, and what procedural macros consist of; no build script."""
    tree = cargo("tree", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--target", target, *features)
    built = {tuple(line.split()[:2]) for line in tree.splitlines() if line and "proc-macro" not in line}
    packages = json.loads(cargo("metadata", "--format-version", "1", *features))["packages"]
    return sorted(
        (it["name"], it["version"], it["license"], Path(it["manifest_path"]).parent)
        for it in packages
        if (it["name"], "v" + it["version"]) in built and it["source"]
    )


def texts(folder):
    files = sorted(it for it in folder.iterdir() if it.is_file() and it.name.upper().startswith(TEXTS))
    return {it.name: it.read_text(encoding="utf-8", errors="replace").strip() for it in files}


def main():
    target, *features = [it for it in sys.argv[1:] if not it.startswith("--apache=")]
    apache = next((it.partition("=")[2] for it in sys.argv[1:] if it.startswith("--apache=")), None)
    ours = {"LICENSE-APACHE": (ROOT / "LICENSE-APACHE").read_text().strip()}
    written = {}
    print("inkotls contains the following works. A licence text that several works share is printed once.")
    library = [("The Rust standard library", "(https://github.com/rust-lang/rust)", "MIT OR Apache-2.0", None)]
    for name, version, licence, folder in library + crates(target, features):
        found = texts(folder) if folder else {}
        if not found and "Apache-2.0" in licence:
            found = ours  # a crate that packs no text
        if not found:
            sys.exit(f"licences.py: {name} {version} has no licence text")
        print(f"\n{'=' * 100}\n{name} {version}\nLicence: {licence}")
        for file, text in found.items():
            if apache:
                text = APACHE.sub(f"(the Apache License, Version 2.0: {apache})", text)
            if text in written:
                print(f"{file}: as {written[text]}")
            else:
                written[text] = f"{file} of {name}"
                print(f"\n{file}:\n\n{text}")


main()
