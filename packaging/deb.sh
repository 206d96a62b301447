#!/usr/bin/env bash
# deb.sh VERSION TARGET FEATURES: builds Debian's packages in build/deb, from the tarball of `make dist`, with Debian's Rust.
# TARGET and FEATURES say what the library is made of (packaging/licences.py).
set -euo pipefail
cd "$(dirname "$0")/.."

version=$1 target=$2 features=$3 deb=$PWD/build/deb
rm -rf "$deb"
mkdir -p "$deb"
cp "build/dist/inkotls-$version.tar.xz" "$deb/inkotls_$version.orig.tar.xz"
tar -xJf "$deb/inkotls_$version.orig.tar.xz" -C "$deb"
cp -r packaging/debian "$deb/inkotls-$version/debian"
{
  printf 'inkotls is licensed under either of the two licences that follow.\n\n'
  cat LICENSE-MIT
  printf '\nThe Apache License, Version 2.0: /usr/share/common-licenses/Apache-2.0\n\n'
  packaging/licences.py --apache=/usr/share/common-licenses/Apache-2.0 "$target" $features
} > "$deb/inkotls-$version/debian/copyright"
cat > "$deb/inkotls-$version/debian/changelog" << CHANGES
inkotls ($version-1) unstable; urgency=medium

  * Built from the tarball of version $version.

 -- The authors of inkotls <maintainers@inkotls.invalid>  $(date -R -u -d "@$(git show --no-patch --format=%ct)")
CHANGES

cd "$deb/inkotls-$version"
PATH=/usr/sbin:/usr/bin:/sbin:/bin dpkg-buildpackage --no-sign > "$deb/log" 2>&1 || { tail -n 50 "$deb/log" >&2; exit 1; }
cd - > /dev/null
lintian --allow-root --fail-on error,warning "$deb"/*.changes
for package in "$deb"/*.deb; do dpkg-deb -x "$package" "$deb/root"; done
PKG_CONFIG_SYSROOT_DIR=$deb/root ffi-tests/linking/packed.sh "$deb/root/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)" "$deb/demo" "$target"
cd "$deb" && ls -s --block-size=1K ./*.deb
