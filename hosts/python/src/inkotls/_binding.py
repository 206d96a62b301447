"""The functions of the library, and what their results mean in Python."""

from ._inkotls import ffi, lib

NULL = ffi.NULL


def text(pointer):
    return ffi.string(pointer).decode() if pointer else ""


def library_version():
    return text(lib.inkotls_version())


def lent(function, *arguments):
    """The bytes that a function returns a pointer to; None where there are none."""
    data, length = ffi.new("const uint8_t **"), ffi.new("size_t *")
    pointer = ffi.cast(ffi.typeof(function).args[-2], data)
    if function(*arguments, pointer, length) != 0:
        return None
    return bytes(ffi.buffer(data[0], length[0]))


def made(ctype, function, *arguments):
    """The handle that a function writes, or a status that is not OK."""
    out = ffi.new(ctype)
    status = function(*arguments, out)
    return status, out[0]
