#!/usr/bin/env python3
"""sections.py OBJECT: puts the sections of an object of macOS into the order of their addresses. zig's linker does not,
and other linkers then do not find the functions that the unwind tables speak of."""

import struct
import sys

HEADER, SECTION, SYMBOL = 32, 80, 16  # sizes, in bytes
SEGMENT_64, SYMTAB = 0x19, 2  # load commands
ARM64, RELOC_ADDEND = 0x0100000C, 10


def main():
    with open(sys.argv[1], "r+b") as file:
        data = bytearray(file.read())
        sort(data)
        file.seek(0)
        file.write(data)


def sort(data):
    machine, commands = struct.unpack_from("<I", data, 4)[0], struct.unpack_from("<I", data, 16)[0]
    at = HEADER
    for _ in range(commands):
        command, size = struct.unpack_from("<2I", data, at)
        if command == SEGMENT_64:
            first, count = at + 72, struct.unpack_from("<I", data, at + 64)[0]
        elif command == SYMTAB:
            symbols, symbol_count = struct.unpack_from("<2I", data, at + 8)
        at += size

    sections = [bytes(data[first + SECTION * i:][:SECTION]) for i in range(count)]
    order = sorted(range(count), key=lambda i: struct.unpack_from("<2Q", sections[i], 32))
    number = {old + 1: new + 1 for new, old in enumerate(order)}  # sections are counted from 1
    for new, old in enumerate(order):
        struct.pack_into(f"{SECTION}s", data, first + SECTION * new, sections[old])

    for symbol in range(symbols, symbols + SYMBOL * symbol_count, SYMBOL):
        if data[symbol + 5]:
            data[symbol + 5] = number[data[symbol + 5]]
    for section in sections:
        start, relocations = struct.unpack_from("<2I", section, 56)
        for relocation in range(start, start + 8 * relocations, 8):
            word = struct.unpack_from("<I", data, relocation + 4)[0]
            is_symbol, is_addend = word >> 27 & 1, machine == ARM64 and word >> 28 == RELOC_ADDEND
            if not is_symbol and not is_addend:
                struct.pack_into("<I", data, relocation + 4, word & ~0xFFFFFF | number[word & 0xFFFFFF])


main()
