#!/bin/sh
# rustc.sh RUSTC ARGUMENTS...: Cargo calls this script instead of rustc, so that no file contains the path where it
# was built. The files of a package are named NAME-VERSION/..., whether they come from the repository, the
# registry or a vendored copy. The files of the standard library are named /rustc/COMMIT/..., as they are without
# the component rust-src. DEBUGINFO is hidden from Cargo, because Cargo would give symbols other names.
[ -n "$CARGO_MANIFEST_DIR" ] || exec "$@"
std=$("$1" --print sysroot)/lib/rustlib/src/rust
commit=$("$1" -vV | sed -n 's/^commit-hash: //p')
# LLVM counts a block of assembly as one instruction, and would copy graviola's blocks to wherever they are called:
# a client would be 0.12 MB larger. LLVM has the option since version 21. graviola's Keccak is unrolled as it is at
# opt-level 3.
llvm=$("$1" -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
calls=
[ "${llvm:-0}" -lt 21 ] || calls=-Cllvm-args=-inline-asm-instr-cost=100000
graviola=
case $* in
  *'--crate-name graviola '*) graviola="$calls -Cllvm-args=-unroll-threshold=300" ;;
  *'--extern graviola='*) graviola=$calls ;;
esac
exec "$@" $graviola $DEBUGINFO "--remap-path-prefix=$std=/rustc/$commit" \
  "--remap-path-prefix=$CARGO_MANIFEST_DIR=$CARGO_PKG_NAME-$CARGO_PKG_VERSION"
