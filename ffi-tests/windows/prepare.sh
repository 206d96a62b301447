#!/usr/bin/env bash
# prepare.sh: makes a Windows below build/windows, for Wine, with the library that Wine 8 lacks.
set -euo pipefail
cd "$(dirname "$0")/../.."

windows=$PWD/build/windows
export WINEPREFIX=$windows/wine
[ ! -e "$windows/done" ] || exit 0
rm -rf "$WINEPREFIX"
mkdir -p "$WINEPREFIX"
WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=' wineboot --init > "$windows/log" 2>&1
x86_64-w64-mingw32-gcc-posix -shared -s ffi-tests/windows/bcryptprimitives.c -ladvapi32 \
  -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll"
touch "$windows/done"
