"""declare.py [--check]: writes the declarations of every host from include/inkotls.json.

Each host has a declarations.py, whose function declarations(reference, root) returns the texts of the files that it
generates, by their paths in the folder of the host. With --check, nothing is written: a file that is not what would be
written is named, and the exit status is 1.
"""

import importlib.util
import json
import sys
from pathlib import Path

HOSTS = Path(__file__).resolve().parent
ROOT = HOSTS.parent


def generated():
    reference = json.loads((ROOT / "include/inkotls.json").read_text())
    for script in sorted(HOSTS.glob("*/declarations.py")):
        spec = importlib.util.spec_from_file_location(script.parent.name, script)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for path, text in module.declarations(reference, ROOT).items():
            yield script.parent / path, text


def main():
    stale = [(path, text) for path, text in generated() if not path.exists() or path.read_text() != text]
    if sys.argv[1:] == ["--check"]:
        for path, _ in stale:
            print(f"{path.relative_to(ROOT)} is not what include/inkotls.json says: make declarations", file=sys.stderr)
        sys.exit(bool(stale))
    for path, text in stale:
        path.write_text(text)


main()
