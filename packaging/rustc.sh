#!/bin/sh
# rustc.sh RUSTC ARGUMENTS...: Cargo's rustc, so that what is built does not tell where. A package's files
# are under NAME-VERSION, be they the repository's, the registry's or vendored. Those of the standard
# library are under /rustc/COMMIT, where they are without the component rust-src, too. DEBUGINFO stays out
# of Cargo's sight, or it would give symbols other names.
[ -n "$CARGO_MANIFEST_DIR" ] || exec "$@"
std=$("$1" --print sysroot)/lib/rustlib/src/rust
commit=$("$1" -vV | sed -n 's/^commit-hash: //p')
exec "$@" $DEBUGINFO "--remap-path-prefix=$std=/rustc/$commit" \
  "--remap-path-prefix=$CARGO_MANIFEST_DIR=$CARGO_PKG_NAME-$CARGO_PKG_VERSION"
