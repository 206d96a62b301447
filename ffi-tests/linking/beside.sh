#!/usr/bin/env bash
# beside.sh OUT ARCHIVE PKI LIBS, rule 13: links the archive beside other libraries, in either order, with GNU
# ld, gold and lld, with LTO on the host's side and without, and runs what comes of it. Where it is not
# used, it costs nothing. LIBS is one argument. (lld takes LTO from clang only.)
set -euo pipefail
cd "$(dirname "$0")/../.."

out=$1 archive=$2 pki=$3 libs=$4
flags='-std=c11 -D_GNU_SOURCE -O1 -Iinclude -Iffi-tests/support -Ibuild'
support=(ffi-tests/linking/beside.c ffi-tests/support/{check,pair,pki,configs,wire}.c)
mkdir -p "$out"

# Rust archives: of the compiler that built ours, and of others.
rust() { # NAME COMPILER...
  "${@:2}" --edition 2021 --crate-type staticlib -O ffi-tests/linking/beside.rs -o "$out/lib$1.a"
  others+=("$out/lib$1.a")
  echo "== beside $("${@:2}" --version)"
}
others=()
rust same rustc
if rustc +nightly --version > /dev/null 2>&1; then
  rust nightly rustc +nightly
else
  ffi-tests/support/needs.sh /usr/bin/rustc=rustc
  rust debian /usr/bin/rustc
fi
cc -c ffi-tests/linking/beside_zlib.c -o "$out/zlib.o"
rm -f "$out/libzlib.a"
ar crs "$out/libzlib.a" "$out/zlib.o"
others+=("$out/libzlib.a")

count=0
for other in "${others[@]}"; do
  for linker in 'cc -fuse-ld=bfd' 'cc -fuse-ld=gold' 'clang -fuse-ld=lld'; do
    for lto in '' -flto; do
      for order in "$archive $other" "$other $archive"; do
        # shellcheck disable=SC2086
        $linker $lto $flags "${support[@]}" $order $libs -o "$out/program"
        said=$("$out/program" "$pki") || { echo "$other, $linker $lto: $said" >&2; exit 1; }
        count=$((count + 1))
      done
    done
  done
done
# Who does not use it pays nothing.
echo 'int main(void) { return 0; }' > "$out/empty.c"
cc "$out/empty.c" -o "$out/without"
cc "$out/empty.c" "$archive" $libs -Wl,--as-needed -o "$out/with"
[ "$(size "$out/without" | awk 'NR == 2 { print $4 }')" = "$(size "$out/with" | awk 'NR == 2 { print $4 }')" ] ||
  { echo 'a program that does not use the archive is larger with it' >&2; exit 1; }
nm "$archive" > "$out/names"
! grep backtrace_rs "$out/names" ||
  { echo 'the archive reads debug information: packaging/object.sh did not find what to cut' >&2; exit 1; }
# Where memory runs out, there is a message and an abort, and nothing of what was cut is missed.
cc $flags ffi-tests/linking/no_memory.c "$archive" $libs -o "$out/no_memory"
said=$(ulimit -c 0; RUST_BACKTRACE=1 "$out/no_memory" 2>&1) && code=0 || code=$?
if [ $code != 134 ] || [[ $said != *'memory allocation of'* ]]; then
  echo "where memory ran out, the program ended with $code: $said" >&2
  exit 1
fi

echo "$count passed: programs that link and run: ${#others[@]} libraries, 3 linkers, 2 orders, with and without LTO"
