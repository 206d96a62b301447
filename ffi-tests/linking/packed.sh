#!/usr/bin/env bash
# packed.sh LIB BUILD TARGET: uses the library that is unpacked or installed in the folder LIB, on Rust's TARGET: builds
# programs through pkg-config, against the archive and against the shared library, and runs them where that is possible here.
# CC is the compiler for TARGET.
set -euo pipefail
cd "$(dirname "$0")/../.."

lib=$1 build=$2 target=$3
export PKG_CONFIG_LIBDIR=$lib/pkgconfig
libs=$(pkg-config --libs --static inkotls)
tools=${target/-unknown/} run='' flags=-O2 programs=(https_server https_client)
tools=${tools/armv7/arm} tools=${tools/riscv64gc/riscv64}
case $target in
  "$(rustc -vV | sed -n 's/host: //p')" | x86_64-*-musl) ;;
  aarch64-*-linux-*) run=qemu-aarch64 ;;
  armv7-*) run=qemu-arm ;;
  riscv64gc-*) run=qemu-riscv64 ;;
  *-windows-*) programs=(winsock_server) flags='-O2 -static' ;;
  *) programs=(https_client) ;;
esac
case $target in *-musl) # which has no <sys/queue.h>: glibc's stands alone
  mkdir -p "$build/bsd/sys"
  ln -sf /usr/include/x86_64-linux-gnu/sys/queue.h "$build/bsd/sys/"
  flags+=" -I$build/bsd" ;;
esac
if [ -n "$run" ]; then
  ffi-tests/support/needs.sh "$run=qemu-user"
  case $target in *-gnu*) run+=" -L /usr/$tools" ;; esac
fi

for kind in static shared; do
  dir=$build/$kind
  mkdir -p "$dir/programs"
  case $kind-$target in
    static-*) linked="${libs/-linkotls/$lib/libinkotls.a}" ;;
    shared-*-windows-*) linked="$lib/libinkotls.dll.a -lws2_32" ;;
    shared-*-darwin) linked="$lib/libinkotls.dylib -Wl,-rpath,$lib" ;; # zig's linker finds no shared library by -l
    shared-*-musl) linked="-dynamic $lib/libinkotls.so -Wl,-rpath,$lib" ;;
    shared-*-freebsd | shared-riscv64*) linked="$lib/libinkotls.so -Wl,-rpath,$lib" ;;
    shared-*) linked="$(pkg-config --libs inkotls) -Wl,-rpath,$lib" ;;
  esac
  for program in "${programs[@]}"; do
    ${CC:-cc} $flags $(pkg-config --cflags inkotls) "examples/$program.c" $linked -o "$dir/programs/$program"
    printf '#!/bin/sh\nexec %s "$@"\n' "$run $PWD/${dir#"$PWD/"}/programs/$program" > "$dir/$program"
    chmod +x "$dir/$program"
  done
  case $kind-$target in
    *-windows-*)
      [ $kind = static ] || cp "$lib"/../bin/*.dll "$dir/programs/"
      ffi-tests/windows/ask.sh "$dir/programs/winsock_server.exe"
      echo "$kind: ran under Wine" ;;
    *-darwin | *-freebsd | shared-*-musl) echo "$kind: linked" ;;
    *)
      examples/demo.sh "$dir" "$dir/demo" > "$dir/log"
      echo "$kind: ran${run:+ under qemu-user}" ;;
  esac
done
