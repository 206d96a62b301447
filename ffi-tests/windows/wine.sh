#!/usr/bin/env bash
# wine.sh PROGRAM [ARGUMENT]...: runs a program for Windows, in the Windows that prepare.sh has made.
set -euo pipefail

export WINEPREFIX=${BASH_SOURCE[0]%/*}/../../build/windows/wine
WINEPREFIX=$(realpath "$WINEPREFIX")
export WINEDEBUG=-all WINEDLLOVERRIDES='bcryptprimitives=n;mscoree,mshtml=;winedbg.exe=d'
exec wine "$@"
