#!/usr/bin/env bash
# install.sh: installs under a DESTDIR, and builds a program there with pkg-config, shared and
# static.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD/build/install
rm -rf "$root"
make --no-print-directory install PREFIX=/opt/inkotls DESTDIR="$root" > /dev/null
export PKG_CONFIG_LIBDIR=$root/opt/inkotls/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
cat > "$root/program.c" << 'C'
#include <inkotls.h>
#include <stdio.h>
int main(void) { return puts(inkotls_version()) < 0; }
C
version=$(pkg-config --modversion inkotls)

flags=$(pkg-config --cflags --libs inkotls)
cc "$root/program.c" $flags -o "$root/shared"
readelf -d "$root/shared" | grep -q 'NEEDED.*libinkotls.so.0'
[ "$(LD_LIBRARY_PATH=$root/opt/inkotls/lib "$root/shared")" = "$version" ]

flags=$(pkg-config --static --cflags --libs inkotls)
cc "$root/program.c" -Wl,-Bstatic ${flags%% -lgcc_s*} -Wl,-Bdynamic -lgcc_s ${flags#* -lgcc_s} -o "$root/static"
[ "$("$root/static")" = "$version" ]
echo "installed; version $version, shared and static"
