#!/usr/bin/env bash
# figures.sh LIBS: measures what the library costs: the time of a clean build of the archive, with
# the sources already fetched, and the size of a client. Prints it, and writes it into the README.
set -euo pipefail
cd "$(dirname "$0")/.."

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
cargo fetch --locked --quiet
start=$(date +%s.%N)
cargo rustc --release --locked --quiet --lib --crate-type staticlib --target-dir "$build"
end=$(date +%s.%N)
cc -std=c11 -D_GNU_SOURCE -O2 -ffunction-sections -Iinclude examples/https_client.c \
  "$build/release/libinkotls.a" -Wl,--gc-sections -s $1 -o "$build/client"
size=$(stat -c %s "$build/client")
awk -v start="$start" -v end="$end" -v size="$size" 'BEGIN {
  printf "    a clean build of the archive: %.0f s (at most 30 wanted)\n", end - start
  printf "    a stripped C client, linked with --gc-sections: %.2f MB", size / 1e6
  printf " (rustls-ffi 0.15.7: 1.93)\n"
  exit !(end - start <= 30 && size <= 1.9e6)
}' | tee "$build/figures"
sed -i -e "/^<!-- figures -->/r $build/figures" -e '/^<!-- figures -->/,/^<!-- end/{/^    /d}' README.md
