#!/usr/bin/env bash
# stubs.sh: prints the header's functions with empty bodies, for tools that read debug information.
set -euo pipefail
cd "$(dirname "$0")/.."

printf '#include <stddef.h>\n#include <stdint.h>\n'
grep -v '^#include' include/inkotls.h | cc -E -P -x c - | awk '
  BEGIN { RS = ";" }
  NF == 0 { next }
  /^[[:space:]]*typedef/ || !/\(/ { printf "%s;", $0; next }
  { printf "%s { __builtin_trap(); }", $0 }'
