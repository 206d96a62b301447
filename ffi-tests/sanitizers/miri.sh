#!/usr/bin/env bash
# miri.sh: installs Miri for the nightly toolchain, or says how to.
set -euo pipefail

cargo +nightly miri --version > /dev/null 2>&1 && exit 0
if command -v rustup > /dev/null && rustup toolchain list | grep -q '^nightly'; then
  rustup component add --toolchain nightly miri rust-src
else
  echo "Miri is needed and missing: rustup toolchain install nightly --component miri rust-src" >&2
  exit 1
fi
