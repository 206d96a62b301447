#!/bin/sh
# rustc.sh RUSTC ARGUMENTS...: Cargo calls this script instead of rustc, so that no file contains the path where it
# was built. The files of a package are named NAME-VERSION/..., whether they come from the repository, the
# registry or a vendored copy. The files of the standard library are named /rustc/COMMIT/..., as they are without
# the component rust-src. DEBUGINFO is hidden from Cargo, because Cargo would give symbols other names.
[ -n "$CARGO_MANIFEST_DIR" ] || exec "$@"
std=$("$1" --print sysroot)/lib/rustlib/src/rust
commit=$("$1" -vV | sed -n 's/^commit-hash: //p')
exec "$@" $DEBUGINFO "--remap-path-prefix=$std=/rustc/$commit" \
  "--remap-path-prefix=$CARGO_MANIFEST_DIR=$CARGO_PKG_NAME-$CARGO_PKG_VERSION"
