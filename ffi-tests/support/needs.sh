#!/usr/bin/env bash
# needs.sh TOOL[=PACKAGE]...: installs the Debian packages of the tools that are missing, or says
# how to. A package is named like its tool, where it is not said otherwise. LIBRARY.pc=PACKAGE is a
# library that pkg-config knows, /PATH=PACKAGE a file.
set -euo pipefail

missing=()
is_there() {
  case $1 in
    *.h) echo "#include <$1>" | ${CC:-cc} -E - > /dev/null 2>&1 ;;
    *.pc) pkg-config --exists "${1%.pc}" 2> /dev/null ;;
    /*) [ -e "$1" ] ;;
    *) PATH=$PATH:/usr/sbin command -v "$1" > /dev/null ;;
  esac
}

for tool in "$@"; do
  is_there "${tool%=*}" || missing+=("${tool#*=}")
done
[ ${#missing[@]} -eq 0 ] && exit 0

install="apt-get install --yes --no-install-recommends ${missing[*]}"
if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
  echo "== installing ${missing[*]}"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install -qq > /dev/null
else
  echo "${missing[*]} is needed and missing. On Debian: sudo $install" >&2
  exit 1
fi
