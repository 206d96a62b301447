#!/usr/bin/env bash
# reproduce.sh TARBALL: builds the library twice: from a clone of this repository, with the component rust-src;
# and from the tarball of the same commit, in another folder, offline, without rust-src and with an empty
# CARGO_HOME. Both have the same bytes, and contain neither path.
set -euo pipefail
cd "$(dirname "$0")/.."

places=$(mktemp -d)
trap 'rm -rf "$places"' EXIT
rustc=$(command -v "${RUSTC:-rustc}")
rustlib=$("$rustc" --print sysroot)/lib/rustlib

toolchain() { # NAME: the toolchain of this machine, by symbolic links, without rust-src
  local root=$places/$1
  mkdir -p "$root/lib/rustlib"
  ln -s "$rustlib"/* "$root/lib/rustlib/"
  rm -f "$root/lib/rustlib/src"
  printf '#!/bin/sh\nexec "%s" --sysroot "%s" "$@"\n' "$rustc" "$root" > "$root/rustc"
  chmod +x "$root/rustc"
}

toolchain without
toolchain with
mkdir -p "$places/with/lib/rustlib/src/rust/library/std/src"
touch "$places/with/lib/rustlib/src/rust/library/std/src/lib.rs" # the only file of rust-src that rustc looks for

mkdir "$places/elsewhere"
git clone --quiet . "$places/clone"
tar -xJf "$1" -C "$places/elsewhere" --strip-components=1
RUSTC=$places/with/rustc make --no-print-directory -C "$places/clone" \
  > "$places/log" 2>&1 || { cat "$places/log" >&2; exit 1; }
RUSTC=$places/without/rustc CARGO_HOME=$places/empty CARGO_NET_OFFLINE=true make --no-print-directory \
  -C "$places/elsewhere" install PREFIX=/usr DESTDIR="$places/installed" \
  > "$places/log" 2>&1 || { cat "$places/log" >&2; exit 1; }

for file in libinkotls.a libinkotls.so; do
  sha256sum "$places"/{clone,elsewhere}/build/lib/$file | sed "s|$places/||"
  cmp "$places"/{clone,elsewhere}/build/lib/$file
  cmp "$places/elsewhere/build/lib/$file" "$places/installed/usr/lib/$file"
  ffi-tests/linking/places.sh "$places/clone/build/lib/$file" > /dev/null
  if strings -a "$places/clone/build/lib/$file" | grep -F "$places"; then
    echo "$file contains the path where it was built" >&2
    exit 1
  fi
done
