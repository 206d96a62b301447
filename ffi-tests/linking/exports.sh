#!/usr/bin/env bash
# exports.sh ARCHIVE SHARED, rule 13: the functions of the header are what abi/symbols lists and the library
# exports, no more and no less; and the NULL sweep calls each of them.
set -euo pipefail
cd "$(dirname "$0")/../.."

archive=$1 shared=$2
export LC_ALL=C
declared=$(abi/declared.sh)
case $shared in # names of macOS begin with an underscore
  *.dylib) in_shared=$("${OBJDUMP:-objdump}" --macho --exports-trie "$shared" | awk '/^0x/ { sub("^_", "", $2); print $2 }' | sort) ;;
  *.dll) in_shared=$(${OBJDUMP:-objdump} -p "$shared" | sed -n 's/^\t\[ *[0-9]*\] \([a-z_0-9]*\)$/\1/p') ;;
  *) in_shared=$(${NM:-nm} --dynamic --defined-only "$shared" | awk '$2 != "A" { sub("@.*", "", $3); print $3 }') ;;
esac
in_archive=$(${NM:-nm} --defined-only --extern-only "$archive" | awk 'NF == 3 { sub("^_", "", $3); print $3 }')

same() { # WHAT LIST: as declared?
  if ! diff <(echo "$declared") <(echo "$2"); then
    echo "$1 is not what the header declares" >&2
    exit 1
  fi
}
same 'what abi/symbols lists' "$(cat abi/symbols)"
same 'what the shared object exports' "$in_shared"
same 'what is global in the archive' "$in_archive"
for function in $declared; do
  grep -qw "$function" ffi-tests/api/bad_arguments.c || { echo "ffi-tests/api/bad_arguments.c misses $function" >&2; exit 1; }
done
echo "$(wc -l <<< "$declared") passed: every function is exported, nothing else is, and the NULL sweep has each"
