#!/usr/bin/env bash
# object.sh ARCHIVE SYMBOLS OUT: makes one object of a Rust archive, with what SYMBOLS need of it, in
# which nothing else is global: Rust's own symbols would collide with those of another Rust library.
# CC, LD, NM and OBJCOPY are the tools; STRIPPED tells the last what goes.
set -euo pipefail

archive=$1 symbols=$2 out=$3
work=$out.work
mkdir -p "$work"

# lld takes --gc-sections with -r for leave to drop the unwind tables, and LLVM's objcopy removes no
# relocations. With them the object keeps what whoever links it drops, and the backtraces.
case $($LD --version) in
  *LLD*) gc= printer= ;;
  *) gc=--gc-sections printer='_RNv.*_3std3sys9backtrace.*16DisplayBacktrace.*7Display3fmt$' ;;
esac

# Groups are resolved, lest another's copy of one win.
sed 's/^/-u /' "$symbols" > "$work/roots"
$LD -r $gc --force-group-allocation "@$work/roots" -o "$work/all.o" "$archive"
"$OBJCOPY" --remove-section=.llvmbc --remove-section=.llvmcmd "$work/all.o"

# Rust's standard library can print backtraces, and reads debug information for it: a tenth of a
# client, and of no use: no panic of ours gets there (src/ffi/guard.rs), and where memory has run out
# there is a message. So the function that all of it hangs on becomes one that prints nothing, with
# what no processor runs behind it, up to the size that the unwind tables know.
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
