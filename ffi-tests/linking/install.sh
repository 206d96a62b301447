#!/usr/bin/env bash
# install.sh: installs under a DESTDIR, and builds a program there with pkg-config, CMake and Meson,
# shared, with the SONAME of this ABI (rule 15), and static.
set -euo pipefail
cd "$(dirname "$0")/../.."

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
for file in man/man3/inkotls_conn_read.3 man/man7/inkotls.7 inkotls/inkotls.{cdef,json,schema.json}; do
  [ -s "$root/opt/inkotls/share/$file" ]
done

flags=$(pkg-config --cflags --libs inkotls)
cc "$root/program.c" $flags -o "$root/shared"
readelf -d "$root/shared" | grep -q 'NEEDED.*libinkotls.so.0'
[ "$(LD_LIBRARY_PATH=$root/opt/inkotls/lib "$root/shared")" = "$version" ]

flags=$(pkg-config --static --cflags --libs inkotls)
cc "$root/program.c" -Wl,-Bstatic ${flags%% -lgcc_s*} -Wl,-Bdynamic -lgcc_s ${flags#* -lgcc_s} -o "$root/static"
[ "$("$root/static")" = "$version" ]

# CMake and Meson, each with a project of its own.
project=$root/project
mkdir "$project"
cp "$root/program.c" "$project/"
cat > "$project/CMakeLists.txt" << CMAKE
cmake_minimum_required(VERSION 3.13)
project(program C)
find_package(inkotls ${version%.*} REQUIRED)
foreach(how inkotls static)
  add_executable(program-\${how} program.c)
  target_link_libraries(program-\${how} inkotls::\${how})
endforeach()
find_package(inkotls 0.0...99 REQUIRED)
foreach(wrong 99 1...99 0.0...<$version)
  find_package(inkotls \${wrong} QUIET)
  if(inkotls_FOUND)
    message(FATAL_ERROR "found as version \${wrong}, too")
  endif()
endforeach()
CMAKE
cat > "$project/meson.build" << MESON
project('program', 'c')
inkotls = dependency('inkotls', version : '>=$version')
executable('program', 'program.c', dependencies : inkotls)
MESON
cmake -S "$project" -B "$root/cmake" -DCMAKE_PREFIX_PATH="$root/opt/inkotls" > /dev/null
cmake --build "$root/cmake" > /dev/null
meson setup "$root/meson" "$project" > /dev/null
meson compile -C "$root/meson" > /dev/null
for program in "$root/cmake/program-inkotls" "$root/cmake/program-static" "$root/meson/program"; do
  [ "$(LD_LIBRARY_PATH=$root/opt/inkotls/lib "$program")" = "$version" ]
done
readelf -d "$root/cmake/program-static" | grep -q inkotls && { echo 'static is not' >&2; exit 1; }
echo "5 passed: programs that find the installed version $version, shared and static, through pkg-config, CMake and Meson"
