#!/usr/bin/env bash
# reproduce.sh TARBALL: builds the library twice: from a clone of this repository, and from the tarball of
# the same commit, elsewhere, offline, with nothing in CARGO_HOME. Both are the same, to the byte, and
# tell of neither place.
set -euo pipefail
cd "$(dirname "$0")/.."

places=$(mktemp -d)
trap 'rm -rf "$places"' EXIT
mkdir "$places/elsewhere"
git clone --quiet . "$places/clone"
tar -xJf "$1" -C "$places/elsewhere" --strip-components=1
make --no-print-directory -C "$places/clone" > "$places/log" 2>&1 || { cat "$places/log" >&2; exit 1; }
CARGO_HOME=$places/empty CARGO_NET_OFFLINE=true make --no-print-directory -C "$places/elsewhere" \
  install PREFIX=/usr DESTDIR="$places/installed" > "$places/log" 2>&1 || { cat "$places/log" >&2; exit 1; }

for file in libinkotls.a libinkotls.so; do
  sha256sum "$places"/{clone,elsewhere}/build/lib/$file | sed "s|$places/||"
  cmp "$places"/{clone,elsewhere}/build/lib/$file
  cmp "$places/elsewhere/build/lib/$file" "$places/installed/usr/lib/$file"
  if strings -a "$places/clone/build/lib/$file" | grep -F -e "$places" -e "${CARGO_HOME:-$HOME/.cargo}"; then
    echo "$file tells where it was built" >&2
    exit 1
  fi
done
