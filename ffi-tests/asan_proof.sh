#!/usr/bin/env bash
# asan_proof.sh PROGRAM: passes if AddressSanitizer stops it, and names the library's function.
set -euo pipefail

if report=$("$1" 2>&1); then
  echo "AddressSanitizer did not stop a read past the end: it is not on" >&2
  exit 1
fi
grep -q 'AddressSanitizer: heap-buffer-overflow' <<< "$report"
grep -q 'inkotls_acceptor_feed' <<< "$report"
echo "AddressSanitizer is on: it saw the library read past the end of a host's buffer"
