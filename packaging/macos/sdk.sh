#!/usr/bin/env bash
# sdk.sh ZIG DIR: makes what the linker needs of an SDK of macOS: the names of libSystem's functions, which zig has for
# the programs of Apple's own kind of arm64, and of the two frameworks' functions, which are in this folder.
set -euo pipefail

zig=$(dirname "$(realpath "$1")") frameworks=$2/System/Library/Frameworks
mkdir -p "$2/usr/lib" "$frameworks"
cp -r "$(dirname "$0")"/*.framework "$frameworks/"
sed -e 's/arm64e\(.x1\)\?-macos/arm64-macos/g' -e 's/, [a-z0-9_.]*-maccatalyst//g' -e 's/^\( *\)[a-z0-9_.]*-maccatalyst,\? */\1/' \
  "$zig/lib/libc/darwin/libSystem.tbd" > "$2/usr/lib/libSystem.tbd"
