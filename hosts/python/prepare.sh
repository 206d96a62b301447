#!/usr/bin/env bash
# prepare.sh DIR: a Python environment in DIR, with what builds the package and what its tests use.
set -euo pipefail

here=$(dirname "$0") needs=$(dirname "$0")/../../ffi-tests/support/needs.sh
python3 -c 'import ensurepip' 2> /dev/null || "$needs" python3-venv
header=$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h
[ -e "$header" ] || "$needs" "$header=python3-dev"
[ -x "$1/bin/pip" ] || python3 -m venv "$1"
pip=("$1/bin/python" -m pip --quiet --disable-pip-version-check)
"${pip[@]}" install --requirement "$here/tests/requirements.txt" || {
  echo "the packages of hosts/python/tests/requirements.txt are needed, and cannot be installed from PyPI" >&2
  exit 1
}
touch "$1/done"
