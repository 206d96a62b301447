#!/usr/bin/env bash
# wheel.sh ENVIRONMENT LIBRARY OUT: a wheel with the shared object, in the folder OUT.
set -euo pipefail

python=$(realpath "$1/bin")/python library=$(realpath "$2")
rm -rf "$3"
mkdir -p "$3"
out=$(realpath "$3") root=$(realpath "$(dirname "$0")/../..")
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$root"/LICENSE* "$root"/hosts/python/{README.md,setup.py,pyproject.toml,build_binding.py,src} "$copy"
soname=libinkotls.so.$(cat "$root/abi/version")
cp "$library" "$copy/src/inkotls/$soname"
ln -s "$soname" "$copy/src/inkotls/libinkotls.so"
cd "$copy"
INKOTLS_LIB=$copy/src/inkotls INKOTLS_INCLUDE=$root/include \
  "$python" -m pip wheel --quiet --disable-pip-version-check --no-build-isolation --no-deps --wheel-dir "$out" .
