#!/usr/bin/env bash
# machine.sh MACHINE: builds the library for another machine with Debian's cross tools, and runs the C
# tests and the demo with it, under qemu-user where this processor cannot. Rust's standard library is
# built from Debian's source of it, so that no package of another architecture is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."

machine=$1 run='' options=() tests=test-c-all
qemu() { ffi-tests/support/needs.sh "qemu-$1=qemu-user" && run="qemu-$1 -L /usr/$tools"; }
case $machine in
  aarch64) target=aarch64-unknown-linux-gnu tools=aarch64-linux-gnu debian=arm64; qemu aarch64 ;;
  armhf) target=armv7-unknown-linux-gnueabihf tools=arm-linux-gnueabihf debian=armhf; qemu arm ;;
  i686) target=i686-unknown-linux-gnu tools=i686-linux-gnu debian=i386
    run="/usr/$tools/lib/ld-linux.so.2 --library-path /usr/$tools/lib" ;; # this processor can
  musl) target=x86_64-unknown-linux-musl ;;
  *) echo "machine.sh: $machine is not known" >&2; exit 2 ;;
esac
build=build/$target
mkdir -p "$build"

ffi-tests/support/needs.sh openssl curl /usr/share/doc/rustc-web=rustc-web /usr/share/doc/rust-web-src=rust-web-src
export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_unwind
export BRIEF=1

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

if [ "$machine" = musl ]; then
  # Debian's libgcc_eh is for glibc alone. LLVM's unwinder asks one function of glibc, and only for its log;
  # it looks for the table that musl-gcc leaves out of static programs.
  # musl's threads have 128 KiB of stack, and the tests keep their buffers there.
  # There is no OpenSSL for it, which some of the tests use, and no <sys/queue.h>: glibc's stands alone.
  ffi-tests/support/needs.sh musl-gcc=musl-tools /usr/lib/llvm-19/lib/libunwind.a=libunwind-19-dev
  mkdir -p "$build/bsd/sys"
  ln -sf /usr/include/x86_64-linux-gnu/sys/queue.h "$build/bsd/sys/"
  options+=(CC=musl-gcc "CFLAGS=-O2 -g -static -Wl,--eh-frame-hdr,-z,stack-size=1048576 -I$build/bsd"
    'LIBS=/usr/lib/llvm-19/lib/libunwind.a -Wl,--defsym=__fprintf_chk=0') tests=test-c
else
  ffi-tests/support/needs.sh "$tools-gcc=gcc-$tools" "/usr/$tools/lib/libc.so=libc6-dev-$debian-cross"
  [ -d "$build/libssl" ] || libcrypto
  include=$build/libssl/usr/include
  options+=("CROSS=$tools-" "RUN=$run" "CFLAGS=-O2 -g -I$include -I$(dirname "$include"/*/openssl)"
    "OPENSSL_LIBS=$(echo "$build"/libssl/usr/lib/*/libssl.a "$build"/libssl/usr/lib/*/libcrypto.a)")
  export NM=$tools-nm
fi

make TARGET="$target" "${options[@]}" "$build"/lib/libinkotls.{a,so} "$build"/https_{server,client}
ffi-tests/linking/exports.sh "$build"/lib/libinkotls.{a,so}
make TARGET="$target" "${options[@]}" AGAIN="make test-$machine" "$tests" test-panic

# The demo's programs, as if this were that machine.
mkdir -p "$build/run"
for program in https_server https_client; do
  printf '#!/bin/sh\nexec %s "$@"\n' "$run $PWD/$build/$program" > "$build/run/$program"
  chmod +x "$build/run/$program"
done
examples/demo.sh "$build/run" "$build/demo" | tail -n 1
