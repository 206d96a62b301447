#!/usr/bin/env bash
# bindings.sh LIBRARY BINDGEN PYTHON, with ZIG: what other languages read include/ with takes it without a warning, and
# finds each function in the shared object.
set -euo pipefail
cd "$(dirname "$0")/../.."

library=$(realpath "$1") bindgen=$2 python=$3/bin/python
out=build/reference/bindings
mkdir -p $out

for style in consts moduleconsts bitfield newtype newtype_global rust rust_non_exhaustive; do
  for language in '-x c' '-x c++ -std=c++17'; do
    $bindgen include/inkotls.h --default-enum-style $style -- $language > $out/bindgen.rs 2> $out/bindgen.log
    [ ! -s $out/bindgen.log ] || { cat $out/bindgen.log >&2; exit 1; }
    rustc --edition 2024 --crate-type lib --emit metadata -o $out/bindgen.rmeta -A dead_code -A nonstandard_style \
      -A unnecessary_transmutes -D warnings $out/bindgen.rs
  done
done
for language in '-python' '-c++ -python' '-lua' '-ruby' '-csharp' '-java'; do
  swig $language -Wall -Werror -module inkotls -outdir $out -o $out/swig.c include/inkotls.h
done
"$ZIG" translate-c -lc include/inkotls.h > $out/inkotls.zig
for function in $(cat abi/symbols); do
  grep -q "pub extern fn $function(" $out/inkotls.zig || { echo "Zig has no $function" >&2; exit 1; }
done
$python tools/reference/bindings.py "$library"
python3 tools/reference/generator.py "$library"
luajit tools/reference/bindings.lua "$library"
echo '6 passed: bindgen, SWIG, Zig, cffi, LuaJIT and a generator take what is in include/'
