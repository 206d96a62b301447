#!/usr/bin/env bash
# test.sh PKI: the example server, and the example client with three requests at the same time.
set -euo pipefail

here=$(dirname "$0")
coproc server { exec ruby "$here/server.rb" "$1/ecdsa.pem" "$1/ecdsa.key"; }
trap 'kill $server_PID' EXIT
read -r port <&"${server[0]}"
said=$(timeout 20 ruby "$here/get.rb" --ca "$1/ca.pem" "https://localhost:$port/"{one,two,three})
grep -c ' over TLS 1.3, ' <<< "$said" | grep -qx 3
echo "$said"
