#!/usr/bin/env bash
# dist.sh NAME FEATURES: writes build/dist/NAME.tar.xz and its checksum: the committed files, and the vendored crates
# that the library needs on Linux, macOS and FreeBSD with Cargo's options FEATURES, and tools/reference. The same commit gives the same
# bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

name=$1 features=$2 commit=$(git rev-parse HEAD)
dist=$PWD/build/dist
needed=$(for package in "Cargo.toml $features" tools/reference/Cargo.toml; do
  cargo tree --manifest-path $package --locked --edges normal,build --prefix none --format '{p}' \
    --target={x86_64,i686,aarch64}-unknown-linux-{gnu,musl} --target=armv7-unknown-linux-gnueabihf \
    --target=riscv64gc-unknown-linux-gnu --target={x86_64,aarch64}-{apple-darwin,unknown-freebsd}
done | awk '{ print $1 "-" substr($2, 2) }')

rm -rf "${dist:?}/$name"
mkdir -p "$dist/$name/.cargo"
git archive "$commit" | tar -x -C "$dist/$name"
cd "$dist/$name"
cargo vendor --locked --versioned-dirs --sync tools/reference/Cargo.toml > .cargo/config.toml 2> "$dist/vendor.log" || { cat "$dist/vendor.log" >&2; exit 1; }

# Cargo also looks for the other crates: their manifests are enough.
for package in vendor/*; do
  grep -qx "${package#vendor/}" <<< "$needed" && continue
  find "$package" -mindepth 1 -maxdepth 1 ! -name Cargo.toml ! -name .cargo-checksum.json -exec rm -r {} +
  sed -i 's/"files":{[^}]*}/"files":{}/' "$package/.cargo-checksum.json"
  mkdir "$package/src"
  touch "$package/src/lib.rs"
done

cd "$dist"
tar --format=gnu --sort=name --mtime="@$(git show --no-patch --format=%ct "$commit")" --owner=0 --group=0 \
  --numeric-owner --mode=u+rw,go+r-w,a+X -c "$name" | xz -9 -T1 > "$name.tar.xz"
rm -r "$name" vendor.log
sha256sum "$name.tar.xz" | tee "$name.tar.xz.sha256"
