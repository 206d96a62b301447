#!/usr/bin/env bash
# exports.sh: the functions of the header are what the library exports, no more and no less, and
# the NULL sweep calls each of them.
set -euo pipefail
cd "$(dirname "$0")/.."

declared=$(grep -vE '^//' include/inkotls.h | grep -oE '\binkotls_[a-z0-9_]+\(' | tr -d '(' | sort -u)
shared=$(nm --dynamic --defined-only target/release/libinkotls.so | awk '{ print $3 }' | sort -u)
archive=$(nm --defined-only --extern-only target/release/libinkotls.a 2> /dev/null |
  awk '$3 ~ /^inkotls_/ { print $3 }' | sort -u)

same() { # WHAT LIST: as declared?
  if ! diff <(echo "$declared") <(echo "$2"); then
    echo "$1 does not export what the header declares" >&2
    exit 1
  fi
}
same 'the shared object' "$shared"
same 'the archive' "$archive"
for function in $declared; do
  grep -qw "$function" ffi-tests/null.c || { echo "ffi-tests/null.c misses $function" >&2; exit 1; }
done
echo "$(wc -l <<< "$declared") functions, all exported, nothing else, each in the NULL sweep"
