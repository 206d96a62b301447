#!/usr/bin/env bash
# readme.sh BLOCK...: prints C blocks of the README, of the guide, and of the preface and the notes of the header, and
# fails if the client has grown.
set -euo pipefail
cd "$(dirname "$0")/../.."

block() { # NAME: the block below the comment that begins with this name, or the code of the preface or of a note
  case $1 in
    preface) sed -n '/^    unsigned char net/,/^    }/p' tools/reference/preface.txt ;;
    "A poll loop") sed -n "/^$1/,/^[A-Z]/s/^        //p" tools/reference/notes.txt ;;
    *) sed -n "/^<!-- $1:/,/^\`\`\`\$/p" README.md docs/guide/first-client.md | sed '1,2d;$d' ;;
  esac
}

lines=$(block client | grep -c .)
[ "$lines" -le 25 ] || { echo "the client of docs/guide/first-client.md has $lines lines, not 25" >&2; exit 1; }
for name in "$@"; do block "$name"; done
