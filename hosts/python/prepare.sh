#!/usr/bin/env bash
# prepare.sh DIR: a Python environment in DIR, with what builds the package and what its tests use.
set -euo pipefail

here=$(dirname "$0") needs=$(dirname "$0")/../../ffi-tests/support/needs.sh
python3 -c 'import ensurepip' 2> /dev/null || "$needs" python3-venv
header=$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h
[ -e "$header" ] || "$needs" "$header=python3-dev"
version=$(python3 -c 'import sysconfig; print(sysconfig.get_python_version())')
python3 -c 'import test.test_asyncio' 2> /dev/null || "$needs" "libpython$version-testsuite"
[ -x "$1/bin/pip" ] || python3 -m venv "$1"
pip=("$1/bin/python" -m pip --quiet --disable-pip-version-check)
"${pip[@]}" install --requirement "$here/tests/requirements.txt" || {
  echo "the packages of hosts/python/tests/requirements.txt are needed, and cannot be installed from PyPI" >&2
  exit 1
}

# aiohttp's own tests are in its source distribution only.
aiohttp=$(sed -n 's/^aiohttp==//p' "$here/tests/requirements.txt")
"${pip[@]}" download --no-deps --no-binary aiohttp --dest "$1" "aiohttp==$aiohttp"
rm -rf "$1/aiohttp"
mkdir "$1/aiohttp"
tar --extract --gzip --file "$1/aiohttp-$aiohttp.tar.gz" --directory "$1/aiohttp" --strip-components 1 --wildcards '*/tests'
touch "$1/done"
