#!/usr/bin/env bash
# parts.sh PART...: makes these targets, one after the other. Goes on where one fails, and ends with a table, what
# failed, and the commands that repeat that. A part that says SKIPPED in the beginning of a line lacks what
# cannot be installed. What a part says is in build/parts, too.
set -euo pipefail

logs=build/parts
rm -rf "$logs"
mkdir -p "$logs"

title() { # PART: what `make help` says of it
  sed -n "s/^$1:.*## //p" Makefile mk/*.mk
}

# How many checks a log tells of: a C test's and cargo's "N passed", unittest's "Ran N tests".
checks() { # LOG
  sed -nE 's/^(.*[^0-9])?([0-9]+) passed.*/\2/p; s/^Ran ([0-9]+) tests? in.*/\1/p' "$1" | awk '{ sum += $1 } END { print sum + 0 }'
}

table='' skipped='' failed=()
for part in "$@"; do
  log=$logs/$part
  printf '\n== %s: %s\n' "$part" "$(title "$part")"
  start=$SECONDS result=passed
  ${MAKE:-make} --no-print-directory --keep-going "$part" 2>&1 | tee "$log" || result=FAILED
  if grep -q '^SKIPPED' "$log"; then result=skipped skipped+=" $part"; fi
  [ $result != FAILED ] || failed+=("$part")
  table+=$(printf '%-16s %10d %7d s   %s' "$part" "$(checks "$log")" $((SECONDS - start)) "$result")$'\n'
done

printf '\n%-16s %10s %9s\n%s' part checks time "$table"
printf '%-16s %10d %7d s   %s\n' '' "$(awk '{ sum += $2 } END { print sum }' <<< "$table")" "$SECONDS" \
  "$([ ${#failed[@]} = 0 ] && echo "all passed${skipped:+, skipped:$skipped}" || echo "FAILED: ${failed[*]}")"
for part in "${failed[@]}"; do
  grep '^FAILED.* make ' "$logs/$part" | sort -u || echo "FAILED $part: make $part"
done
[ ${#failed[@]} = 0 ]
