#!/usr/bin/env bash
# test.sh GET PKI: the example against openssl s_server, which it trusts or does not.
set -euo pipefail

coproc openssl s_server -accept 127.0.0.1:0 -www -cert "$2/ecdsa.pem" -key "$2/ecdsa.key" 2> /dev/null
server=$COPROC_PID
trap 'kill $server' EXIT
until [[ ${line:-} == ACCEPT* ]]; do read -r line <&"${COPROC[0]}"; done
url=https://localhost:${line##*:}/

output=$(CA=$2/ca.pem "$1" "$url" 2> /dev/null)
grep -q '^<pre>' <<< "$output"
if output=$("$1" "$url" 2>&1); then
  echo "a server with an unknown authority was accepted" >&2
  exit 1
fi
grep -q 'no trusted authority issued it' <<< "$output" || { echo "$output" >&2; exit 1; }
echo "ok get"
