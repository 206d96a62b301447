#!/usr/bin/env bash
# readme.sh BLOCK...: prints C blocks of the README and of the guide, and fails if the client has grown.
set -euo pipefail
cd "$(dirname "$0")/../.."

block() { # NAME: the block below the comment that begins with this name
  sed -n "/^<!-- $1:/,/^\`\`\`\$/p" README.md docs/guide/first-client.md | sed '1,2d;$d'
}

lines=$(block client | grep -c .)
[ "$lines" -le 25 ] || { echo "the client of docs/guide/first-client.md has $lines lines, not 25" >&2; exit 1; }
for name in "$@"; do block "$name"; done
