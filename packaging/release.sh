#!/usr/bin/env bash
# release.sh TARGET FEATURES CYCLONEDX: packs build/dist/inkotls-VERSION-TARGET.tar.xz: what `make install` installs for Rust's
# TARGET, the licences, the bill of materials, and files for Conan and Zig. The same commit and the same tools give the same
# bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C

target=$1 features=$2 cyclonedx=$3
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=inkotls-$version-$target dist=$PWD/build/dist
root=$dist/$name
rm -rf "$root"
mkdir -p "$root"
make --no-print-directory TARGET="$target" PORTABLE=1 install PREFIX= DESTDIR="$root" PC_PREFIX='$${pcfiledir}/../..' > "$dist/$name.log" 2>&1 ||
  { tail -n 50 "$dist/$name.log" >&2; exit 1; }

cp LICENSE LICENSE-MIT LICENSE-APACHE CHANGELOG.md "$root/"
cp packaging/archive.md "$root/README.md"
packaging/licences.py "$target" $features > "$root/THIRD-PARTY-LICENCES.txt"
packaging/sbom.sh "$cyclonedx" "$name" "$features" "$target" > /dev/null
cp "$dist/$name.cdx.json" "$root/"

# What a program is linked with beside the archive: "-lm -framework Security" as two lists.
private=$(sed -n 's/^Libs.private: //p' "$root/lib/pkgconfig/inkotls.pc")
libraries=$(tr ' ' '\n' <<< "$private" | sed -n 's/^-l//p')
frameworks=$(tr ' ' '\n' <<< "$private" | sed -n '/^-framework$/{n;p}')
quoted() { sed 's/.*/"&"/' <<< "$1" | paste -sd, | sed 's/^""$//'; }
case $target in
  *-linux-*) os=Linux ;; *-darwin) os=Macos ;; *-windows-*) os=Windows ;; *-freebsd) os=FreeBSD ;;
  *) echo "release.sh: Conan's name of $target is not known" >&2; exit 1 ;;
esac
case $target in
  x86_64-*) arch=x86_64 ;; aarch64-*) arch=armv8 ;; armv7-*) arch=armv7hf ;; riscv64gc-*) arch=riscv64 ;;
  *) echo "release.sh: Conan's name of $target is not known" >&2; exit 1 ;;
esac
filled() {
  sed -e "s|@VERSION@|$version|" -e "s|@TARGET@|$target|" -e "s|@CONAN_OS@|$os|" -e "s|@CONAN_ARCH@|$arch|" \
    -e "s|@LIBRARIES@|$(quoted "$libraries")|" -e "s|@FRAMEWORKS@|$(quoted "$frameworks")|" "$1"
}
filled packaging/conanfile.py.in > "$root/conanfile.py"
filled packaging/zig/build.zig.in > "$root/build.zig"
filled packaging/zig/build.zig.zon.in > "$root/build.zig.zon"

cd "$dist"
tar --format=gnu --sort=name --mtime="@$(git show --no-patch --format=%ct)" --owner=0 --group=0 --numeric-owner \
  --mode=u+rw,go+r-w,a+X -c "$name" | xz -9 -T1 > "$name.tar.xz"
rm -r "$name" "$name.cdx.json"* "$name.log"
sha256sum "$name.tar.xz" > "$name.tar.xz.sha256"
