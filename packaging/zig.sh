#!/usr/bin/env bash
# zig.sh MACHINE ARGUMENTS...: zig cc for MACHINE, as zig calls it. The crate cc also names the machine, in words of
# clang's that zig does not know. ZIG is the program.
set -euo pipefail

arguments=()
for argument in "${@:2}"; do
  case $argument in --target=*) ;; *) arguments+=("$argument") ;; esac
done
exec "$ZIG" cc -target "$1" "${arguments[@]}"
