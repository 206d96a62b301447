#!/usr/bin/env bash
# runtime.sh OUT PKI LIBS: a runtime in Rust that depends on inkotls as a crate, as an archive, a shared
# object and an executable: each gives C all of inkotls's functions, out of the one std that there is. Its
# build script compiles C with the header that the crate brings. LIBS is one argument.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=$1 pki=$2 libs=$3
flags='-std=c11 -D_GNU_SOURCE -O1 -Iinclude -Iffi-tests/support'
support=(ffi-tests/support/{check,pair,pki,configs,wire}.c)
export SSL_CERT_FILE=$pki/ca.pem LC_ALL=C

mkdir -p "$out"
cp Cargo.lock "$out/"
echo '#include <inkotls.h>' > "$out/runtime.c"
cat > "$out/build.rs" << 'RUST'
fn main() {
    let include = std::env::var_os("DEP_INKOTLS_INCLUDE").expect("DEP_INKOTLS_INCLUDE");
    let mut cc = std::process::Command::new("cc");
    assert!(cc.arg("-I").arg(include).args(["-fsyntax-only", "runtime.c"]).status().unwrap().success());
    println!("cargo::rustc-link-arg-bins=-rdynamic");
}
RUST
echo 'use inkotls as _; fn main() {}' > "$out/main.rs"
cat > "$out/Cargo.toml" << TOML
[package]
name = "runtime"
edition = "2024"

[lib]
path = "$PWD/ffi-tests/linking/runtime.rs"
crate-type = ["staticlib", "cdylib"]

[[bin]]
name = "program"
path = "main.rs"

[dependencies]
inkotls = { path = "$PWD" }

[workspace]
TOML
RUSTFLAGS='--cfg inkotls_test_hooks' cargo build --quiet --manifest-path "$out/Cargo.toml"
built=$out/target/debug

for it in "nm --extern-only $built/libruntime.a" "nm --dynamic $built/libruntime.so" "nm --dynamic $built/program"; do
  diff abi/symbols <($it --defined-only 2> /dev/null | awk '$3 ~ /^inkotls_/ && $3 !~ /test/ { print $3 }' | sort) ||
    { echo "$it: not what the header declares" >&2; exit 1; }
done
! readelf -d "$built/libruntime.so" "$built/program" | grep SONAME || { echo 'the runtime has the SONAME of inkotls' >&2; exit 1; }

for program in linking/beside api/panic; do
  cc $flags "ffi-tests/$program.c" "${support[@]}" "$built/libruntime.a" $libs -o "$out/${program#*/}"
  said=$("$out/${program#*/}" "$pki") || { echo "$program: $said" >&2; exit 1; }
done
stds=$(nm -C "$out/beside" | grep -c ' std::panicking::panic_count::GLOBAL_PANIC_COUNT')
[ "$stds" = 1 ] || { echo "$stds copies of std" >&2; exit 1; }
echo '3 passed: an archive, a shared object and an executable in Rust give C every function, with one std'
