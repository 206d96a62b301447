#!/usr/bin/env bash
# machine.sh MACHINE: builds the library for another machine (mk/targets.mk), and runs the C tests and the demo with
# it, under qemu-user where this processor cannot. linked.sh is for the machines whose programs cannot run here.
set -euo pipefail
cd "$(dirname "$0")/../.."

machine=$1 run='' glibc='' options=() tests=(test-c test-panic)
case $machine in
  glibc) target=x86_64-unknown-linux-gnu glibc=2.17 tests=(test-c-all) ;;
  aarch64) target=aarch64-unknown-linux-gnu tools=aarch64-linux-gnu debian=arm64 qemu=aarch64 glibc=2.17 ;;
  armhf) target=armv7-unknown-linux-gnueabihf tools=arm-linux-gnueabihf debian=armhf qemu=arm glibc=2.17 ;;
  i686) target=i686-unknown-linux-gnu tools=i686-linux-gnu debian=i386 glibc=2.17
    run="/usr/$tools/lib/ld-linux.so.2 --library-path /usr/$tools/lib" ;; # this processor can
  riscv64) target=riscv64gc-unknown-linux-gnu tools=riscv64-linux-gnu qemu=riscv64 glibc=2.27
    ffi-tests/support/needs.sh /usr/$tools/lib/libc.so.6=libc6-riscv64-cross /usr/$tools/lib/libgcc_s.so.1=libgcc-s1-riscv64-cross ;;
  musl) target=x86_64-unknown-linux-musl ;;
  musl-dynamic) target=x86_64-unknown-linux-musl tests=(test-c) ;;
  aarch64-musl) target=aarch64-unknown-linux-musl qemu=aarch64 ;;
  *) echo "machine.sh: $machine is not known" >&2; exit 2 ;;
esac
build=build/$target
mkdir -p "$build"
export BRIEF=1
ffi-tests/support/needs.sh openssl curl
if [ -n "${qemu:-}" ]; then
  ffi-tests/support/needs.sh "qemu-$qemu=qemu-user"
  run="qemu-$qemu${tools:+ -L /usr/$tools}"
fi

# The static libraries of OpenSSL for an architecture, asked of apt as a machine of that architecture would.
libcrypto() {
  local apt=$PWD/$build/apt
  local ask=(apt-get -qq -o "APT::Architecture=$debian" -o "APT::Architectures=$debian" -o "Dir::State=$apt"
    -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt" -o APT::Sandbox::User=root)
  rm -rf "$apt" "$build/libssl"
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  touch "$apt/status"
  "${ask[@]}" update || echo 'some of the lists are missing: the package may be in the others' >&2
  (cd "$apt" && "${ask[@]}" download libssl-dev)
  dpkg-deb -x "$apt"/libssl-dev_*.deb "$build/libssl"
}

flags='-O2 -g'
if [ -n "${debian:-}" ]; then # Debian 12 has no RISC-V
  [ -d "$build/libssl" ] || libcrypto
  include=$build/libssl/usr/include
  flags+=" -I$include -I$(dirname "$include"/*/openssl)"
  options+=("OPENSSL_LIBS=$(echo "$build"/libssl/usr/lib/*/libssl.a "$build"/libssl/usr/lib/*/libcrypto.a)")
  tests=(test-c-all test-panic)
fi
case $machine in
  *musl*)
    # musl has no <sys/queue.h>: glibc's stands alone. Its threads have 128 KiB of stack, and the tests keep their
    # buffers there.
    mkdir -p "$build/bsd/sys"
    ln -sf /usr/include/x86_64-linux-gnu/sys/queue.h "$build/bsd/sys/"
    flags+=" -Wl,-z,stack-size=1048576 -I$build/bsd" ;;
esac
build() { make --no-print-directory TARGET="$target" PORTABLE="${glibc:+1}" "${options[@]}" "$@"; }
with_shared() { build BUILD="$build/shared" LINKED="$build/lib/libinkotls.so" CFLAGS="$flags $1 -Wl,-rpath,$PWD/$build/lib" "${@:2}"; }

build "$build"/lib/libinkotls.{a,so}
ffi-tests/linking/exports.sh "$build"/lib/libinkotls.{a,so}
ffi-tests/linking/places.sh "$build"/lib/libinkotls.{a,so}
[ -z "$glibc" ] || ffi-tests/linking/glibc.sh "$build/lib/libinkotls.so" "$glibc"

# The archive, and the shared object: here with a few of the tests, where all are run with the archive.
export AGAIN="make test-$machine"
options+=("RUN=$run")
case $machine in
  glibc | musl-dynamic)
    [ "$machine" = glibc ] || dynamic=-dynamic
    bin=$build/shared
    with_shared "${dynamic:-}" "${tests[@]}" "$bin"/https_{server,client} ;;
  musl | aarch64-musl)
    bin=$build
    build CFLAGS="$flags -static" "${tests[@]}" "$bin"/https_{server,client} ;;
  *)
    bin=$build
    build CFLAGS="$flags" "${tests[@]}" "$bin"/https_{server,client}
    with_shared '' T='version first_connection' test-c ;;
esac

# The demo's programs, as if this were that machine.
mkdir -p "$build/run"
for program in https_server https_client; do
  printf '#!/bin/sh\nexec %s "$@"\n' "$run $PWD/$bin/$program" > "$build/run/$program"
  chmod +x "$build/run/$program"
done
examples/demo.sh "$build/run" "$build/demo" | tail -n 1
