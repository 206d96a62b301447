#!/usr/bin/env bash
# places.sh FILE...: no FILE tells where it was built. The paths of sources are relative, or those that
# rustc's standard library was built with; and no path is below a folder of this machine: the repository,
# rustc's, Cargo's, rustup's, or the home directory.
set -euo pipefail
export LC_ALL=C

repository=$(cd "$(dirname "$0")/../.." && pwd -P)
folders=("$repository" "$("${RUSTC:-rustc}" --print sysroot)" "${CARGO_HOME:-$HOME/.cargo}"
  "${RUSTUP_HOME:-$HOME/.rustup}" "${HOME%/}")

paths() { # of FILE, that it should not hold
  strings -a "$1" | grep -oE '(^|[^[:alnum:]_./:-])/[[:alnum:]_./+-]+\.(rs|[chS])\b' |
    grep -vE '^.?/(rustc/[0-9a-f]{40}|rust/deps)/'
  for folder in "${folders[@]}"; do
    [ -z "$folder" ] || strings -a "$1" | grep -F "$folder/"
  done
}

for file in "$@"; do
  found=$(paths "$file" || true)
  if [ -n "$found" ]; then
    printf '%s tells where it was built:\n%s\n' "$file" "$found" >&2
    exit 1
  fi
done
echo "$# passed: no path of this machine in $*"
