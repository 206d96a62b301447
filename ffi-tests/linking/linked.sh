#!/usr/bin/env bash
# linked.sh MACHINE: builds the library for a machine whose programs cannot run here, and its C tests, recipes and
# examples, and checks what the dynamic linker of that system will read.
set -euo pipefail
cd "$(dirname "$0")/../.."

frameworks=/System/Library/Frameworks
macos=("$frameworks"/{CoreFoundation.framework/Versions/A/CoreFoundation,Security.framework/Versions/A/Security}
  /usr/lib/libSystem.B.dylib)
case $1 in
  macos-arm64) target=aarch64-apple-darwin shared=libinkotls.dylib rpath=@loader_path/../lib ;;
  macos-x86_64) target=x86_64-apple-darwin shared=libinkotls.dylib rpath=@loader_path/../lib ;;
  freebsd-x86_64) target=x86_64-unknown-freebsd shared=libinkotls.so rpath=/usr/local/lib ;;
  freebsd-aarch64) target=aarch64-unknown-freebsd shared=libinkotls.so rpath=/usr/local/lib ;;
  *) echo "linked.sh: $1 is not known" >&2; exit 2 ;;
esac
build=build/$target
build() { make --no-print-directory TARGET="$target" "$@"; }
export NM=llvm-nm-22 OBJDUMP=llvm-objdump-22

build "$build/lib/libinkotls.a" "$build/lib/$shared" programs
build BUILD="$build/shared" LINKED="$build/lib/$shared" LIBS= CFLAGS="-O2 -Wl,-rpath,$rpath" "$build/shared/https_client"
ffi-tests/linking/exports.sh "$build/lib/libinkotls.a" "$build/lib/$shared"
ffi-tests/linking/places.sh "$build/lib/libinkotls.a" "$build/lib/$shared"

# The client needs of the library what the header declares, and all else of the system.
used=$($NM --undefined-only "$build/shared/https_client" | awk '{ print $NF }' | sed 's/^_//' | grep '^inkotls_')
[ -z "$(comm -23 <(sort <<< "$used") abi/symbols)" ]

case $1 in
  macos-*)
    ffi-tests/linking/macho.py "$build/lib/$shared" @rpath/libinkotls.0.dylib "${macos[@]}"
    ffi-tests/linking/macho.py "$build/https_client" "${macos[@]}"
    ffi-tests/linking/macho.py "$build/shared/https_client" @rpath/libinkotls.0.dylib /usr/lib/libSystem.B.dylib ;;
  freebsd-*)
    needed() { # FILE LIBRARY...
      [ "$(readelf --dynamic "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort | xargs)" = "${*:2}" ] ||
        { readelf --dynamic "$1" >&2; exit 1; }
    }
    needed "$build/lib/$shared" libc.so.7 libthr.so.3
    needed "$build/https_client" libc.so.7 libthr.so.3
    needed "$build/shared/https_client" libc.so.7 libinkotls.so.0
    readelf --dynamic "$build/lib/$shared" | grep -q 'SONAME.*libinkotls.so.0'
    readelf --program-headers "$build/https_client" | grep -q /libexec/ld-elf.so.1 ;;
esac
echo "$(wc -w <<< "$used") passed: the client calls these functions of $build/lib/$shared"
