#!/usr/bin/env bash
# features.sh OUT: what build.rs tells Cargo. What cannot be built is refused, with what to do instead. Cargo's own
# shared object has the SONAME of this ABI (rule 15) and exports what the header declares, whether rustc's linker or
# GNU ld makes it.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=$1 target=(--locked --target-dir "$1/target")
export LC_ALL=C
mkdir -p "$out"

refused() { # WHY COMMAND...
  "${@:2}" > "$out/said" 2>&1 || true
  grep -q "$1" "$out/said" || { cat "$out/said"; echo "not refused: ${*:2}"; exit 1; } >&2
}

for features in '' post-quantum compression,capi graviola-ml-kem; do
  refused '^error: inkotls@.*: inkotls has no cryptography: enable' \
    cargo check --color never "${target[@]}" --lib --no-default-features --features "$features"
done
# Not through Cargo, which fails without these targets' standard library, too.
rustc --edition 2024 build.rs -o "$out/build-script"
refused '^cargo::error=inkotls cannot be built for the target x86_64-wasi, because' \
  env CARGO_FEATURE_RING= CARGO_CFG_TARGET_ARCH=x86_64 TARGET=x86_64-wasi CARGO_CFG_TARGET_OS=wasi CARGO_MANIFEST_DIR="$PWD" "$out/build-script"

refused '^cargo::error=inkotls has no cryptography for the target i686-linux, because graviola' \
  env CARGO_FEATURE_GRAVIOLA= TARGET=i686-linux CARGO_CFG_TARGET_ARCH=x86 CARGO_CFG_UNIX= CARGO_CFG_TARGET_OS=linux \
  CARGO_MANIFEST_DIR="$PWD" "$out/build-script"

cargos_own() { # COMMAND...: makes a shared object
  "$@"
  diff abi/symbols <(nm --dynamic --defined-only "$out/target/debug/libinkotls.so" | awk '{ print $3 }') ||
    { echo "$*: the exports (>) are not what the header declares" >&2; exit 1; }
  readelf -d "$out/target/debug/libinkotls.so" | grep "SONAME.*\[libinkotls.so.$(cat abi/version)\]" > /dev/null ||
    { echo "$*: not the SONAME of this ABI" >&2; exit 1; }
}
cargos_own cargo build --quiet "${target[@]}"
cargos_own cargo rustc --quiet "${target[@]}" --crate-type cdylib -- -Clink-arg=-fuse-ld=bfd
echo "8 passed: what cannot be built is refused; Cargo's own shared object has the SONAME and the exports of this ABI"
