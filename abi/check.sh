#!/usr/bin/env bash
# check.sh [--write], rule 15: the header's functions, types and constants are those of abi/inkotls.abi,
# or says which are not. With --write it takes them over: a change of the ABI, for the CHANGELOG.
set -euo pipefail
cd "$(dirname "$0")/.."

out=build/abi
mkdir -p $out
abi/stubs.sh > $out/stubs.c
cc -g -O0 -fno-eliminate-unused-debug-types -shared -fPIC -Wl,-soname,"libinkotls.so.$(cat abi/version)" $out/stubs.c -o $out/stubs.so
abidw --no-show-locs --no-corpus-path --no-comp-dir-path --load-all-types $out/stubs.so > $out/inkotls.abi
if [ "${1:-}" = --write ]; then
  cp $out/inkotls.abi abi/
elif ! abidiff --non-reachable-types --no-show-locs abi/inkotls.abi $out/inkotls.abi; then
  echo "the ABI is not that of abi/inkotls.abi: if that is meant, make abi, and say so in CHANGELOG.md" >&2
  exit 1
else
  echo '1 passed: the functions, types and constants are those of abi/inkotls.abi'
fi
