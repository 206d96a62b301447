#!/usr/bin/env python3
"""archives.py VERSION TARGET...: writes the table of archives in docs/packaging.md: their sizes, and what programs that were
built from each of them did (build/release/*/used)."""

import re
import sys
import tarfile
from pathlib import Path

PAGE = Path("docs/packaging.md")


def mb(size):
    return f"{size / 1e6:.2f} MB"


def row(version, target):
    name = f"inkotls-{version}-{target}"
    path = Path(f"build/dist/{name}.tar.xz")
    with tarfile.open(path) as archive:
        sizes = {it.name: it.size for it in archive if it.isfile()}
    shared = next(size for it, size in sizes.items() if re.search(r"/(lib|bin)/[^/]*\.(dylib|dll|so)[.\d]*$", it))
    used = dict(line.split(": ", 1) for line in Path(f"build/release/{name}/used").read_text().splitlines())
    sizes = (mb(path.stat().st_size), mb(sizes[f"{name}/lib/libinkotls.a"]), mb(shared))
    return f"| {target} | {' | '.join(sizes)} | {used['static']} | {used['shared']} |"


def main():
    version, *targets = sys.argv[1:]
    table = "| machine | archive | static library | shared library | a program with the static library | with the shared one |\n"
    table += "|---|---|---|---|---|---|\n" + "".join(row(version, it) + "\n" for it in targets)
    text = re.sub(r"(?s)(<!-- archives -->\n).*(<!-- end of archives -->)", lambda it: it[1] + table + it[2], PAGE.read_text())
    PAGE.write_text(text)
    print(table, end="")


main()
