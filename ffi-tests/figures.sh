#!/usr/bin/env bash
# figures.sh LIBS: measures what the library costs: the time of a clean build of the archive, with
# the sources already fetched, and the size of a client, with all features and with those alone
# that it cannot do without. Prints it, and writes it into the README.
set -euo pipefail
cd "$(dirname "$0")/.."

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

archive() { # OPTIONS OF cargo...
  cargo rustc --release --locked --quiet --lib --crate-type staticlib --target-dir "$build" "$@"
}

client() { # its size
  cc -std=c11 -D_GNU_SOURCE -O2 -ffunction-sections -Iinclude examples/https_client.c \
    "$build/release/libinkotls.a" -Wl,--gc-sections -s $libs -o "$build/client"
  stat -c %s "$build/client"
}

libs=$1
cargo fetch --locked --quiet
start=$(date +%s.%N)
archive
end=$(date +%s.%N)
size=$(client)
archive --no-default-features --features ring
least=$(client)
awk -v start="$start" -v end="$end" -v size="$size" -v least="$least" 'BEGIN {
  printf "    a clean build of the archive: %.0f s\n", end - start
  printf "    a stripped C client, linked with --gc-sections: %.2f MB\n", size / 1e6
  printf "    the same, with no feature but ring: %.2f MB (rustls-ffi 0.15.7: 1.93)\n", least / 1e6
}' | tee "$build/figures"
sed -i -e "/^<!-- figures -->/r $build/figures" -e '/^<!-- figures -->/,/^<!-- end/{/^    /d}' README.md
