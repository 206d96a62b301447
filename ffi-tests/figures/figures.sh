#!/usr/bin/env bash
# figures.sh LIBS: measures what the library costs, and rustls-ffi beside it, with ring both: the time
# of a clean build, with the sources already fetched, and the size of the guide's first client. Prints it,
# and writes it into docs/guide/building.md.
set -euo pipefail
cd "$(dirname "$0")/../.."

libs=$1 build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

timed() { # COMMAND...: in seconds
  local start
  start=$(date +%s.%N)
  "$@" > "$build/log" 2>&1 || { cat "$build/log" >&2; exit 1; }
  awk -v start="$start" -v end="$(date +%s.%N)" 'BEGIN { print end - start }'
}

client() { # SOURCE ARCHIVE INCLUDE: its size
  cc -std=c11 -D_GNU_SOURCE -O2 -ffunction-sections -I"$3" -I"$build" "ffi-tests/figures/$1" "$2" \
    -Wl,--gc-sections -s $libs -o "$build/client"
  stat -c %s "$build/client"
}

ours() { # PROFILE: a line of the table
  local lib=$build/$1 time
  time=$(timed make --no-print-directory PROFILE="$1" LIB="$lib" "$lib/libinkotls.a")
  row "inkotls, $1" "$time" "$(client inkotls.c "$lib/libinkotls.a" include)"
}

theirs() { # OPT-LEVEL: a line of the table
  local time
  time=$(CARGO_PROFILE_RELEASE_OPT_LEVEL=$1 CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 \
    timed cargo rustc --release --manifest-path "$build/theirs/Cargo.toml" --crate-type staticlib --target-dir "$build/$1")
  row "rustls-ffi $version, opt-level $1" "$time" \
    "$(client rustls_ffi.c "$build/$1/release/libtheirs.a" "$header")"
}

row() { # WHAT TIME SIZE
  awk -v what="$1" -v time="$2" -v size="$3" \
    'BEGIN { printf "    %-32s %8.0f s %9.2f MB\n", what, time, size / 1e6 }'
}

cargo fetch --locked --quiet
ffi-tests/support/readme.sh client > "$build/client.inc"

cargo init --quiet --vcs none --lib "$build/theirs"
echo 'pub use rustls_ffi::*;' > "$build/theirs/src/lib.rs"
cargo add --quiet --manifest-path "$build/theirs/Cargo.toml" rustls-ffi@0.15 --no-default-features --features ring
cargo fetch --quiet --manifest-path "$build/theirs/Cargo.toml"
header=$(cargo metadata --quiet --format-version 1 --manifest-path "$build/theirs/Cargo.toml" |
  grep -o '[^"]*/rustls-ffi-[^"]*/Cargo.toml')
header=${header%Cargo.toml}src
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$header/../Cargo.toml" | head -n 1)

{
  echo '                                     clean build     client'
  ours fast
  ours small
  theirs 3
  theirs s
} | tee "$build/figures"
sed -i -e "/^<!-- figures -->/r $build/figures" -e '/^<!-- figures -->/,/^<!-- end/{/^    /d}' docs/guide/building.md
