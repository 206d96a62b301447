#!/usr/bin/env python3
"""archives.py VERSION TARGET...: writes the table of archives in README.md: their sizes, and what programs that were built
from each of them did (build/release/*/used)."""

import re
import sys
import tarfile
from itertools import groupby
from pathlib import Path

PAGE = Path("README.md")
SYSTEMS = {
    "linux-gnu": "Linux, glibc",
    "linux-gnueabihf": "Linux, glibc",
    "linux-musl": "Linux, musl",
    "pc-windows-gnu": "Windows",
    "apple-darwin": "macOS",
    "unknown-freebsd": "FreeBSD",
}


def archive(version, target):
    name = f"inkotls-{version}-{target}"
    path = Path(f"build/dist/{name}.tar.xz")
    with tarfile.open(path) as packed:
        sizes = {it.name: it.size for it in packed if it.isfile()}
    shared = next(size for it, size in sizes.items() if re.search(r"/(lib|bin)/[^/]*\.(dylib|dll|so)[.\d]*$", it))
    used = dict(line.split(": ", 1) for line in Path(f"build/release/{name}/used").read_text().splitlines())
    return {
        "system": next(system for end, system in SYSTEMS.items() if target.endswith(end)),
        "processor": target.split("-")[0],
        "sizes": (path.stat().st_size, sizes[f"{name}/lib/libinkotls.a"], shared),
        "used": (used["static"], used["shared"]),
    }


def outcomes(processors, used):
    """As in "ran (x86_64), linked (aarch64)", without names where all are the same."""
    if len(set(used)) == 1:
        return used[0]
    runs = groupby(zip(used, processors), key=lambda it: it[0])
    return ", ".join(f"{what} ({', '.join(processor for _, processor in which)})" for what, which in runs)


def row(system, archives):
    processors = [it["processor"] for it in archives]
    sizes = [", ".join(f"{size / 1e6:.2f}" for size in column) for column in zip(*(it["sizes"] for it in archives))]
    used = [outcomes(processors, column) for column in zip(*(it["used"] for it in archives))]
    return f"| {system} | {' | '.join([', '.join(processors), *sizes, *used])} |\n"


def main():
    version, *targets = sys.argv[1:]
    archives = [archive(version, it) for it in targets]
    table = "".join(row(system, list(them)) for system, them in groupby(archives, key=lambda it: it["system"]))
    text, count = re.subn(r"(?m)(^\| system \|.*\n\|[-|]+\n)(?:^\|.*\n)*", lambda it: it[1] + table, PAGE.read_text())
    assert count == 1, "README.md has no table of archives"
    PAGE.write_text(text)
    print(table, end="")


main()
