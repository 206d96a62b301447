#!/usr/bin/env bash
# run.sh LIBRARY_FOLDER PKI: builds the programs in build/hosts/inko with the compiler $INKO, runs the unit tests, runs
# server with curl and with get, and prints the sizes of a program without TLS and of a client.
set -euo pipefail

if ! command -v "${INKO:-inko}" > /dev/null; then
  echo "INKO is missing: the compiler of Inko 0.21.1, https://inko-lang.org" >&2
  exit 1
fi
inko=$(command -v "${INKO:-inko}") library=$(realpath "$1") pki=$(realpath "$2")
rm -rf build/hosts/inko
mkdir -p build/hosts/inko
cp -r hosts/inko/src hosts/inko/test build/hosts/inko/
cd build/hosts/inko
export PKI=$pki LD_LIBRARY_PATH=$library LIBRARY_PATH=$library

"$inko" fmt --check
"$inko" build --release
"$inko" test

build/release/server "$pki/ecdsa.pem" "$pki/ecdsa.key" > server.log &
server=$!
trap 'kill $server' EXIT
until port=$(sed -n 's/^port //p' server.log) && [ -n "$port" ]; do sleep 0.01; done
[ "$(curl --silent --show-error --cacert "$pki/ca.pem" "https://localhost:$port/")" = hello ]
build/release/get localhost "$port" / "$pki/ca.pem" | grep -q '^hello$'
echo '2 passed'

size() { # PROGRAM
  strip -o stripped "build/release/$1"
  stat -c %s stripped
}
cat > hello.inko << 'END'
import std.stdio (Stdout)

type async Main {
  fn async main {
    let _ = Stdout.new.print('hello')
  }
}
END
"$inko" build --release hello.inko
echo "hello: $(size hello) bytes"
echo "get, with the shared object: $(size get) bytes, and $(stat -c %s "$library/libinkotls.so") bytes of it"
mkdir archive
ln -s "$library/libinkotls.a" archive/
LIBRARY_PATH=$PWD/archive "$inko" build --release --static src/get.inko
echo "get, with the archive: $(size get) bytes"
