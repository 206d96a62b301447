#!/usr/bin/env python3
"""macho.py FILE LIBRARY...: checks what macOS reads of a dylib or a program, because nothing of macOS runs here. FILE
loads exactly the LIBRARIES (a dylib's first one is its own install name), runs on macOS 11, on arm64 has a signature
that is right, and each function that has a handler for panics is found in the unwind tables."""

import hashlib
import pathlib
import re
import struct
import subprocess
import sys


def objdump(*options):
    return subprocess.run(["llvm-objdump-22", "--macho", *options], check=True, text=True, stdout=subprocess.PIPE).stdout


def load_commands(path):
    """Each load command with its fields."""
    for text in re.split(r"^Load command \d+$", objdump("--private-headers", path), flags=re.MULTILINE)[1:]:
        yield text.split()[1], text


def check_signature(data, offset):
    """The ad-hoc signature (CodeDirectory) has the SHA-256 of each page, up to where it begins itself."""
    _, _, count = struct.unpack_from(">3I", data, offset)
    blobs = dict(struct.unpack_from(">2I", data, offset + 12 + 8 * i) for i in range(count))
    directory = offset + blobs[0]
    magic, _, _, flags, hashes, _, _, slots, limit = struct.unpack_from(">9I", data, directory)
    hash_size, hash_type, _, page = struct.unpack_from(">4B", data, directory + 36)
    assert (magic, hash_size, hash_type) == (0xFADE0C02, 32, 2) and flags & 2, "the signature is not ad hoc"
    assert limit == offset and slots == -(-limit >> page), "the signature is not for all of the file"
    for slot in range(slots):
        start = slot << page
        digest = data[directory + hashes + 32 * slot:][:32]
        assert hashlib.sha256(data[start:min(start + (1 << page), limit)]).digest() == digest, f"page {slot} is not as signed"
    return slots


def check_unwinding(path):
    """Every function whose entry points to DWARF is described there, and every handler is in __gcc_except_tab."""
    dwarf_mode = 3 if "arm64" in objdump("--private-header", path).lower() else 4
    frames = {int(offset, 16): int(start, 16) for offset, start in
              re.findall(r"^([0-9a-f]+) .* FDE cie=\S+ pc=([0-9a-f]+)", objdump("--dwarf=frames", path), re.MULTILINE)}
    unwinding = objdump("--unwind-info", path)
    assert frames, "nothing is described"
    base = min(frames.values()) & ~0xFFFFFFFF
    for function, encoding in re.findall(r"function offset=0x(\w+), encoding\S*=0x(\w+)", unwinding):
        if int(encoding, 16) >> 24 & 15 == dwarf_mode:
            frame = frames.get(int(encoding, 16) & 0xFFFFFF)
            assert frame == base + int(function, 16), f"no frame for the function at {function}"
    table = re.search(r"sectname __gcc_except_tab\n.*\n\s*addr 0x(\w+)\n\s*size 0x(\w+)", objdump("--private-headers", path))
    assert table, "no function has a handler for panics"
    start, size = (int(number, 16) for number in table.groups())
    handlers = re.findall(r"LSDA offset=0x(\w+)$", unwinding.partition("LSDA descriptors")[2], re.MULTILINE)
    assert all(start <= base + int(handler, 16) < start + size for handler in handlers), "a handler is elsewhere"
    assert len(handlers) > 100, "few functions have a handler for panics"
    return len(handlers)


def main():
    path, *expected = sys.argv[1:]
    data = pathlib.Path(path).read_bytes()
    commands = list(load_commands(path))
    libraries = [re.search(r"name (\S+)", text)[1] for name, text in commands if name in ("LC_ID_DYLIB", "LC_LOAD_DYLIB")]
    assert sorted(libraries) == sorted(expected), f"it loads {libraries}"
    assert any("minos 11.0" in text for _, text in commands), "it is not for macOS 11"
    signature = next((text for name, text in commands if name == "LC_CODE_SIGNATURE"), None)
    is_signed_by_need = "arm64" in objdump("--private-header", path).lower() or ("LC_ID_DYLIB" in dict(commands))
    assert signature or not is_signed_by_need, "it is not signed"
    pages = check_signature(data, int(re.search(r"dataoff (\d+)", signature)[1])) if signature else 0
    is_linked_with_shared = ("LC_LOAD_DYLIB", True) in ((name, "@rpath/libinkotls" in text) for name, text in commands)
    handlers = 0 if is_linked_with_shared else check_unwinding(path)
    print(f"{path}: {len(libraries)} libraries, {pages} signed pages, {handlers} functions with handlers")


main()
