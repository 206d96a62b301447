#!/usr/bin/env bash
# object.sh ARCHIVE SYMBOLS OUT: makes one object of the parts of a Rust archive that SYMBOLS need. Only SYMBOLS are
# global in it: Rust's own symbols would collide with those of another Rust library. CC, AR, LD, NM and OBJCOPY are
# the tools; STRIPPED is the option of objcopy that says what to strip.
set -euo pipefail

archive=$(realpath "$1") symbols=$2 out=$3
work=$out.work
mkdir -p "$work"

# The linkers of macOS see from the symbols what a program does not use, so all parts of the archive are joined. zig's
# linker does not understand an object with bitcode, which compiler_builtins is.
if grep -q '^_' "$symbols"; then # so the names of macOS begin
  (cd "$work" && "$AR" x "$archive")
  for part in "$work"/*.o; do "$OBJCOPY" --remove-section=__LLVM,__bitcode --remove-section=__LLVM,__cmdline "$part"; done
  $CC -nostdlib -r -o "$work/all" "$work"/*.o
  "$(dirname "$0")/macos/sections.py" "$work/all"
  "$OBJCOPY" $STRIPPED --keep-global-symbols="$symbols" "$work/all" "$out"
  rm -r "$work"
  exit
fi

# With --gc-sections and -r, lld drops the unwind tables, and LLVM's objcopy cannot remove relocations. With these
# tools the object keeps unused sections, which a program's linker drops, and the code of backtraces.
case $($LD --version) in
  *LLD*) gc= printer= ;;
  *) gc=--gc-sections printer='_RNv.*_3std3sys9backtrace.*16DisplayBacktrace.*7Display3fmt$' ;;
esac

# Groups are resolved, so that the linker never uses the copy in another library.
sed 's/^/-u /' "$symbols" > "$work/roots"
$LD -r $gc --force-group-allocation "@$work/roots" -o "$work/all.o" "$archive"
"$OBJCOPY" --remove-section=.llvmbc --remove-section=.llvmcmd "$work/all.o"

# Rust's standard library can print backtraces, and reads debug information for that. This code makes a client
# larger and is not needed: no panic of the library prints one (src/ffi/guard.rs), and if memory runs out the
# standard library still prints its message. The function that refers to all of this code is therefore replaced by
# one that prints nothing, and is filled up with invalid instructions to the size that the unwind tables contain.
if [ -n "$printer" ] && printer=$("$NM" "$work/all.o" | grep -o "$printer"); then
  printer=.text.$printer
  case $($CC -dumpmachine) in arm*) mode=-marm ;; *) mode= ;; esac
  echo '_Bool print(void) { return 0; }' | $CC -xc -O2 $mode -c -o "$work/none.o" -
  "$OBJCOPY" --dump-section ".text=$work/none" "$work/none.o"
  "$OBJCOPY" --dump-section "$printer=$work/code" "$work/all.o"
  tr '\0-\377' '\377' < "$work/code" > "$work/nothing"
  dd if="$work/none" of="$work/nothing" conv=notrunc status=none
  "$OBJCOPY" --remove-relocations="$printer" --update-section "$printer=$work/nothing" "$work/all.o"
  $LD -r $gc "@$work/roots" -o "$work/less.o" "$work/all.o"
  mv "$work/less.o" "$work/all.o"
fi

"$OBJCOPY" -D $STRIPPED --keep-global-symbols="$symbols" --remove-section=.comment "$work/all.o" "$out"
rm -r "$work"
