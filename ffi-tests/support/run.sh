#!/usr/bin/env bash
# run.sh PROGRAM...: runs C tests, as many at a time as there are processors, under UNDER if that is set; of
# each the scenarios whose name S is a part of. Goes on where one fails, and ends with what failed and the
# command that repeats it, which begins with AGAIN.
set -euo pipefail

run() { # PROGRAM: says its result in a line, and if it failed, what it said
  local name=${1#*tests/} said code=0
  said=$(timeout "${TEST_SECONDS:-900}" $UNDER "$1" build/pki ${S:+"$S"} 2>&1) || code=$?
  case $code in
    0) printf '%-36s %s\n' "$name" "$(tail -n 1 <<< "$said")" ;;
    124) printf '%s\nFAILED %s: not done after %s seconds: %s T=%s\n' \
      "$said" "$name" "${TEST_SECONDS:-900}" "$AGAIN" "$name" ;;
    *) printf '%s\nFAILED %s (exit code %s): %s T=%s%s\n' \
      "$said" "$name" "$code" "$AGAIN" "$name" "$(scenario "$said")" ;;
  esac
}

scenario() { # WHAT IT SAID: the argument that repeats the first scenario that failed
  local name
  name=$(sed -n 's/^failed: //p' <<< "$1" | head -n 1)
  name=${name:-$S}
  printf '%s' "${name:+ S='$name'}"
}

export -f run scenario
export UNDER=${UNDER:-} AGAIN S=${S:-}
printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -I PROGRAM bash -c 'run PROGRAM' | tee >(grep '^FAILED' > build/failed || true)
wait
! grep -q . build/failed
