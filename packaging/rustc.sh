#!/bin/sh
# rustc.sh RUSTC ARGUMENTS...: Cargo's rustc, so that what is built does not tell where: a package's files
# are under NAME-VERSION, be they the repository's, the registry's or vendored. DEBUGINFO, too, stays out of
# Cargo's sight, or it would give symbols other names.
exec "$@" ${CARGO_MANIFEST_DIR:+$DEBUGINFO "--remap-path-prefix=$CARGO_MANIFEST_DIR=$CARGO_PKG_NAME-$CARGO_PKG_VERSION"}
