#!/usr/bin/env bash
# debug.sh OBJECT SHARED: writes the debug information to build/debug: libinkotls.so.debug, and a libinkotls.a that
# is linked instead of the shipped one, because the debug information of an object is complete only in a linked
# program. Both come from a second build, whose other bytes are the same.
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
