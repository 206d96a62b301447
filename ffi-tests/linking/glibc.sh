#!/usr/bin/env bash
# glibc.sh SHARED VERSION: the shared object runs with this version of glibc, and a later one.
set -euo pipefail
export LC_ALL=C

newest=$(readelf --version-info --wide "$1" | grep -o 'GLIBC_[0-9.]*' | sort --version-sort | tail -n 1)
if [ "$(printf '%s\nGLIBC_%s\n' "$newest" "$2" | sort --version-sort | tail -n 1)" != "GLIBC_$2" ]; then
  echo "$1 needs $newest" >&2
  objdump --dynamic-syms "$1" | grep -F "$newest" >&2
  exit 1
fi
echo "1 passed: $1 needs $newest"
