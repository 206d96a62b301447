#!/usr/bin/env bash
# man.sh DIR: mandoc and groff take the man pages without a warning; each function has one; links lead to pages.
set -euo pipefail

pages=("$1"/man3/inkotls-*.3 "$1"/man7/inkotls.7)
mandoc -T lint -W warning "${pages[@]}"
for page in "${pages[@]}"; do
  warnings=$(groff -ww -mdoc -rLL=100n -T utf8 -z "$page" 2>&1)
  [ -z "$warnings" ] || { echo "$page: $warnings" >&2; exit 1; }
done
for name in $(cat abi/symbols) $(sed -n 's/^\.Xr \([^ ]*\) 3.*/\1/p' "${pages[@]}"); do
  [ -e "$1/man3/$name.3" ] || { echo "$name has no page" >&2; exit 1; }
done
for link in "$1"/man3/inkotls_*.3; do
  target=$(sed -n 's/^\.so //p' "$link") name=$(basename "$link" .3)
  grep -qE "^\.Nm $name( ,)?$" "$1/$target" || { echo "$link leads to a page that does not name it" >&2; exit 1; }
done
echo '4 passed: mandoc, groff, a page for each function, links that lead to it'
