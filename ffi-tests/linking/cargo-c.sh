#!/usr/bin/env bash
# cargo-c.sh CAPI: installs with cargo-c and with make, and compares: the header, the names of the
# libraries, the SONAME, what is exported, and what pkg-config answers. Not the same, and not compared: the
# archive's other symbols, the versions of the shared object's, and what cargo-c lacks: the CMake package, the man pages.
set -euo pipefail
cd "$(dirname "$0")/../.."

capi=$PWD/$1 out=$PWD/build/cargo-c
export LC_ALL=C
rm -rf "$out"/{theirs,ours}
"$capi" capi install --release --locked --target-dir "$out/target" --destdir "$out/theirs" \
  --prefix /usr --libdir /usr/lib
make --no-print-directory install PREFIX=/usr DESTDIR="$out/ours" > /dev/null

files() { (cd "$out/$1/usr" && find . -type f -o -type l | grep -vE '/(cmake|man)/' | sort); }
soname() { readelf -d "$out/$1/usr/lib/libinkotls.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'; }
exports() { nm --dynamic --defined-only "$out/$1/usr/lib/libinkotls.so" | awk '$2 != "A" { sub("@.*", "", $3); print $3 }'; }
functions() { nm --defined-only --extern-only "$out/$1/usr/lib/libinkotls.a" 2> /dev/null | awk '$3 ~ /^inkotls_/ { print $3 }' | sort; }
package() {
  local of="env PKG_CONFIG_LIBDIR=$out/$1/usr/lib/pkgconfig pkg-config"
  $of --print-provides inkotls
  $of --keep-system-libs --keep-system-cflags --libs --cflags inkotls
}
cmp "$out"/{ours,theirs}/usr/include/inkotls.h
for what in files soname exports functions package; do
  diff <($what ours) <($what theirs) || { echo "$what: cargo-c's (>) are others" >&2; exit 1; }
done

echo 'int main(void) { extern int inkotls_abi_version(void); return inkotls_abi_version(); }' > "$out/program.c"
export PKG_CONFIG_LIBDIR=$out/theirs/usr/lib/pkgconfig
libs=$(pkg-config --static --libs-only-l inkotls)
cc "$out/program.c" "$out/theirs/usr/lib/libinkotls.a" ${libs#-linkotls} -o "$out/program"
"$out/program"
echo "5 passed: cargo-c installs what make install does"
