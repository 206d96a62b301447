#!/usr/bin/env bash
# release.sh ARCHIVE TARGET [PYTHON]: unpacks an archive of `make release` and uses it as a stranger would: programs in C, and with
# PYTHON, an environment that has Conan, also through Conan and Zig. CC, NM and OBJDUMP are those of TARGET; ZIG is zig.
set -euo pipefail
cd "$(dirname "$0")/../.."

name=$(basename "$1" .tar.xz) target=$2
work=$PWD/build/release/$name
rm -rf "$work"
mkdir -p "$work"
tar -xJf "$1" -C "$work"
mv "$work/$name" "$work/inkotls"
case $target in
  *-windows-*) shared=bin/inkotls-0.dll ;;
  *-darwin) shared=lib/libinkotls.dylib ;;
  *) shared=lib/libinkotls.so ;;
esac
ffi-tests/linking/exports.sh "$work/inkotls/lib/libinkotls.a" "$work/inkotls/$shared"
ffi-tests/linking/packed.sh "$work/inkotls/lib" "$work/programs" "$target" | tee "$work/used"
[ $# = 3 ] || exit 0

export PATH=$PWD/$3/bin:$PATH CONAN_HOME=$work/conan
cp -r ffi-tests/linking/conan "$work/consumer"
conan profile detect > "$work/log" 2>&1
for shared in False True; do
  conan export-pkg "$work/inkotls" -o "&:shared=$shared" >> "$work/log" 2>&1
  conan install "$work/consumer" -of "$work/conan-$shared" -o "inkotls/*:shared=$shared" >> "$work/log" 2>&1
  cmake -S "$work/consumer" -B "$work/conan-$shared" -DEXAMPLES="$PWD/examples" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_TOOLCHAIN_FILE="$work/conan-$shared/conan_toolchain.cmake" >> "$work/log" 2>&1
  cmake --build "$work/conan-$shared" >> "$work/log" 2>&1
  echo "Conan, shared=$shared: $(examples/demo.sh "$work/conan-$shared" "$work/demo" | tail -n 1)"
done

cp -r ffi-tests/linking/zig "$work/zig"
cd "$work/zig"
ln -s ../inkotls .
"$ZIG" build
echo "Zig: $(zig-out/bin/client_hello 2>&1)"
