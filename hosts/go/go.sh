#!/usr/bin/env bash
# go.sh LIB ARGUMENT...: go ARGUMENT... for this module, with the toolchain of prepare.sh and the library in LIB.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
host=$root/build/hosts/go
lib=$(cd "$1" && pwd)
export GOROOT=$host/goroot GOPATH=$host/path GOCACHE=$host/cache GOTELEMETRY=off
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod
export CGO_CFLAGS="-O2 -g -Wall -Wextra -Werror -I$root/include" CGO_LDFLAGS="-L$lib -Wl,-rpath,$lib"
exec "$host/goroot/bin/go" "$2" -C "$root/hosts/go" "${@:3}"
