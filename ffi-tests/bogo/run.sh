#!/usr/bin/env bash
# run.sh SHIM: BoringSSL's protocol suite against the shim, over plain buffers and over a socket.
# BOGO_RUNNER is its runner, compiled; BOGO_TEST, where it is set, names tests, with * and between ;.
set -euo pipefail

if [ ! -x "${BOGO_RUNNER:-}" ]; then
  echo "BOGO_RUNNER is missing: the compiled runner of BoringSSL's protocol suite, ssl/test/runner there" >&2
  exit 1
fi
shim=$(realpath "$1")
config=$(realpath "$(dirname "$0")")/config.json
runner=$(realpath "$BOGO_RUNNER")
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
cd "$results" # the runner leaves files where it is

# run NAME FLAG...: results in NAME.json, words in NAME.out. False where a test fails.
run() {
  local status=0
  "$runner" -pipe -allow-unimplemented -shim-path "$shim" -shim-config "$config" \
    -test "${BOGO_TEST:-}" -json-output "$1.json" "${@:2}" > "$1.out" 2>&1 || status=$?
  if grep -qx 'No tests run' "$1.out"; then
    echo "no test that is enabled matches BOGO_TEST=${BOGO_TEST:-}" >&2
    exit 1
  elif [ ! -s "$1.json" ]; then
    echo "$runner ended with $status, and without results. What it said:" >&2
    tail -n 20 "$1.out" >&2
    exit 1
  fi
  return $status
}
count() { # NAME RESULT
  python3 -c 'import json, sys
print(json.load(open(sys.argv[1] + ".json"))["num_failures_by_type"].get(sys.argv[2], 0))' "$@"
}

# A flag that is unknown makes every test unimplemented: so many there are.
run all -include-disabled -shim-extra-flags=-unknown
all=$(count all SKIP)

status=0
for over in buffers fd; do
  flags=()
  [ $over = buffers ] || flags=(-shim-extra-flags=-over-fd)
  run $over "${flags[@]}" || status=1
  passed=$(count $over PASS) failed=$(count $over FAIL) unimplemented=$(count $over SKIP)
  disabled=$((all - passed - failed - unimplemented))
  echo "over $over: $passed passed, $failed failed, $unimplemented unimplemented, $disabled disabled"
  awk '/^(PASSED|UNIMPLEMENTED) \(/ { said = 0 } /^FAILED \(/ { said = 1 } said' $over.out
done
exit $status
