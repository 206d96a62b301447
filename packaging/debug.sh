#!/usr/bin/env bash
# debug.sh OBJECT SHARED: build/debug has what debuggers read: libinkotls.so.debug, and a libinkotls.a that
# links in place of the shipped one, as an object's debug information is whole only in the program. They
# come of a second build, which but for that gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

object=$1 shared=$2 out=build/debug
build_id=$(readelf --notes "$shared" | sed -n 's/.*Build ID: //p')
DEBUGINFO=-Cdebuginfo=line-tables-only make --no-print-directory LIB=$out STRIPPED= BUILD_ID="$build_id" $out/libinkotls.{a,so}

objcopy -D --strip-debug $out/inkotls.o $out/stripped
cmp $out/stripped "$object"
objcopy --strip-all $out/libinkotls.so $out/stripped
cmp $out/stripped "$shared"
objcopy --only-keep-debug $out/libinkotls.so $out/libinkotls.so.debug
rm $out/stripped

where=$(nm --dynamic "$shared" | awk '$3 ~ /^inkotls_conn_feed@/ { print $1 }')
addr2line -e $out/libinkotls.so.debug "$where" | grep 'src/capi/[a-z]*.rs:[0-9]'
