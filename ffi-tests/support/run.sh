#!/usr/bin/env bash
# run.sh PROGRAM...: runs C tests, as many at a time as there are processors, under UNDER if that is set; of
# each the scenarios whose name S is a part of. Goes on where one fails, and ends with what failed and the
# command that repeats it, which begins with AGAIN.
set -euo pipefail

run() { # PROGRAM: says its result in a line, and if it failed, what it said
  local name=${1#*tests/} said code=0 seconds=${TEST_SECONDS:-900}
  said=$(timeout --foreground "$seconds" $UNDER "$1" build/pki ${S:+"$S"} 2>&1) || code=$?
  if [ $code = 0 ] && [[ $said = *' passed, 0 failed' ]]; then
    printf '%-36s %s\n' "$name" "$(tail -n 1 <<< "$said")"
    return
  fi
  [ $code != 124 ] && code="exit code $code" || code="not done after $seconds seconds"
  printf '%s\nFAILED %s (%s): %s T=%s%s\n' "$said" "$name" "$code" "$AGAIN" "$name" "$(scenario "$said")"
  return 1
}

scenario() { # WHAT IT SAID: the argument that repeats the first scenario that failed
  local name
  name=$(sed -n 's/^failed: //p' <<< "$1" | head -n 1)
  [ -z "${name:=$S}" ] || printf " S='%s'" "$(sed "s/'/'\\\\''/g" <<< "$name")"
}

export -f run scenario
export UNDER=${UNDER:-} AGAIN S=${S:-}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
printf '%s\0' "$@" | xargs -0 -P "$(nproc)" -I PROGRAM bash -c 'run PROGRAM' | tee "$log" && exit
[ $# = 1 ] || { printf '\n' && grep '^FAILED' "$log"; }
exit 1
