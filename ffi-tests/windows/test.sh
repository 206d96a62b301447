#!/usr/bin/env bash
# test.sh TARGET: builds the library for Windows, and runs the C tests, the recipes, the platform's verification, the demo's
# client and a server in Winsock under Wine.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$1
build=build/$target
windows=$PWD/build/windows
export BRIEF=1 OBJDUMP=x86_64-w64-mingw32-objdump AR=x86_64-w64-mingw32-ar NM=x86_64-w64-mingw32-nm
mkdir -p "$windows"

ffi-tests/windows/prepare.sh
export WINEPREFIX=$windows/wine
trap 'wineserver --kill || true' EXIT

make() { command make --no-print-directory TARGET="$target" RUN="$PWD/ffi-tests/windows/wine.sh" AGAIN='make test-windows' "$@"; }
make "$build"/lib/{libinkotls.a,inkotls-0.dll}
ffi-tests/linking/exports.sh "$build"/lib/{libinkotls.a,inkotls-0.dll}
make test-c
make test-recipes

# The platform's verification.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
ffi-tests/windows/pki.sh "$windows/pki" build/pki "$port"
make "$build/windows/platform" "$build"/{winsock_server,https_client}
timeout 300 ffi-tests/windows/wine.sh "$build/windows/platform" "$windows/pki" "$port"

# A server in Winsock: curl asks, and the demo's client, which trusts an authority in a file.
ffi-tests/windows/ask.sh "$build/winsock_server" "$build/https_client"
echo '2 passed: curl and the client of the demo have the answer of a server in Winsock'
