#!/usr/bin/env bash
# readme.sh BLOCK...: prints C blocks of the README, and fails where the client has grown.
set -euo pipefail
cd "$(dirname "$0")/../.."

block() { # of the README, by the comment before it
  sed -n "/^<!-- $1:/,/^\`\`\`\$/p" README.md | sed '1,2d;$d'
}

lines=$(block client | grep -c .)
[ "$lines" -le 25 ] || { echo "the README's client has $lines lines, not 25" >&2; exit 1; }
for name in "$@"; do block "$name"; done
