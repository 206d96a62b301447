#!/usr/bin/env bash
# stubs.sh: prints the header's functions with empty bodies, for tools that read debug information. Its
# enums have names here, by which abidw tells one from another.
set -euo pipefail
cd "$(dirname "$0")/.."

printf '#include <stddef.h>\n#include <stdint.h>\n'
grep -v '^#include' include/inkotls.h | sed 's/typedef int32_t name; enum$/& name/' | cc -E -P -x c - | awk '
  BEGIN { RS = ";" }
  NF == 0 { next }
  /^[[:space:]]*typedef/ || !/\(/ { printf "%s;", $0; next }
  { printf "%s { __builtin_trap(); }", $0 }'
