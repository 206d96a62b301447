#!/usr/bin/env bash
# rust_src.sh: installs the sources of rustc's standard library, or says how to.
set -euo pipefail

library=$(rustc --print sysroot)/lib/rustlib/src/rust/library
[ -e "$library/Cargo.lock" ] && exit 0
if command -v rustup > /dev/null && rustup component add rust-src; then exit 0; fi
echo "SKIPPED: the sources of the standard library are needed and missing: $library" >&2
echo "With rustup: rustup component add rust-src; on Debian: apt-get install rust-src" >&2
exit 1
