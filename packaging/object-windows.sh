#!/usr/bin/env bash
# object-windows.sh ARCHIVE SYMBOLS OUT: packaging/object.sh for Windows (COFF, with MinGW's tools). AR, LD, OBJCOPY and
# STRIPPED are the tools and the option of objcopy that says what to strip.
set -euo pipefail

archive=$(realpath "$1") symbols=$2 out=$3
work=$out.work
rm -rf "$work"
mkdir -p "$work/members"
(cd "$work/members" && $AR x "$archive")

# Import members (name.dllt.o and the like) belong to import libraries: a program is linked with these (LIBS). ld -r would
# scramble them.
find "$work/members" -name '*.dll[hts]*.o' -delete

# ld -r adds a _tls_used of its own to a member that has one, so it has another name in the meantime.
for member in "$work"/members/*.o; do
  "$OBJCOPY" --remove-section=.llvmbc --remove-section=.llvmcmd --redefine-sym _tls_used=inkotls_tls_used \
    --redefine-sym .refptr._tls_used=.refptr.inkotls_tls_used "$member"
done

# No --gc-sections: with -r it drops what .pdata, the table of unwinding, refers to.
sed 's/^/-u /' "$symbols" > "$work/roots"
find "$work/members" -name '*.o' -print0 | sort -z | xargs -0 "$AR" crsD "$work/all.a"
$LD -r "@$work/roots" -o "$work/all.o" "$work/all.a"
"$OBJCOPY" -D $STRIPPED --keep-global-symbols="$symbols" --redefine-sym inkotls_tls_used=_tls_used \
  --redefine-sym .refptr.inkotls_tls_used=.refptr._tls_used "$work/all.o" "$out"
rm -r "$work"
