#!/usr/bin/env bash
# declared.sh: prints the names of the header's functions.
set -euo pipefail
cd "$(dirname "$0")/.."

grep -vE '^//' include/inkotls.h | grep -oE '\binkotls_[a-z0-9_]+\(' | tr -d '(' | LC_ALL=C sort -u
