#!/usr/bin/env bash
# run.sh OUT TARGET SECONDS: a fuzz target for so long, from the seeds on and what it found before; prints
# a row of its figures. What fails is kept in OUT/found, and is this program's failure.
set -euo pipefail

out=$1 target=$2 seconds=$3
corpus=$out/corpus/$target log=$out/$target.log
mkdir -p "$corpus" "$out/found"

failed=0
"$out"/target/*/release/"$target" -max_total_time="$seconds" -max_len=2048 -timeout=20 -len_control=20 \
  -print_final_stats=1 -artifact_prefix="$out/found/$target-" "$corpus" "fuzz/seeds/$target" > "$log" 2>&1 || failed=1

stat() { sed -n "s/^stat::$1: *//p" "$log"; }
edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
all=$(sed -n 's/^INFO: Loaded 1 PC tables (\([0-9]*\) PCs).*/\1/p' "$log")
printf '| %s | %d | %d | %d of %d | %d | %d |\n' "$target" "$(stat number_of_executed_units)" \
  "$(stat average_exec_per_sec)" "$edges" "$all" "$(find "$corpus" -type f | wc -l)" "$failed"
[ "$failed" = 0 ] || { tail -n 60 "$log" >&2; exit 1; }
