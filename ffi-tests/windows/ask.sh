#!/usr/bin/env bash
# ask.sh SERVER [CLIENT]: starts a server for Windows (examples/winsock_server.c) under Wine; curl, and CLIENT, which is
# examples/https_client.c for Windows, ask it.
set -euo pipefail
cd "$(dirname "$0")/../.."

ffi-tests/windows/prepare.sh
coproc SERVER { exec ffi-tests/windows/wine.sh "$1" 0 build/pki/ecdsa.pem build/pki/ecdsa.key; }
server=$SERVER_PID # bash forgets it when the server ends
trap 'kill "$server" 2> /dev/null || true' EXIT
read -r -t 60 -u "${SERVER[0]}" line
line=${line%$'\r'}
url=https://localhost:${line##*:}/
curl -sS --noproxy localhost --cacert build/pki/ca.pem "$url" | grep -q '^Hello, world!$'
[ $# = 1 ] || ffi-tests/windows/wine.sh "$2" -v --ca build/pki/ca.pem "$url" 2>&1 | grep 'Hello, world!' > /dev/null
