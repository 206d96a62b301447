"""The part of inkotls.lua that is generated: what ffi.cdef declares, and the names of numbers."""

import re
from pathlib import Path

PART = re.compile(r"(?<=-- generated\n).*(?=-- end of generated\n)", re.S)


def names(enums, enum, prefix):
    constants = next(it for it in enums if it["name"] == enum)["constants"]
    return "\n".join(f'  [{it["value"]}] = "{it["name"].removeprefix(prefix).lower()}",' for it in constants)


def declarations(reference, root):
    cdef = re.sub(r"//[^\n]*\n+", "", (root / "include/inkotls.cdef").read_text())
    text = "\n".join([
        "ffi.cdef[[", cdef.strip(), "]]",
        "local STATUS = {", names(reference["enums"], "inkotls_status", "INKOTLS_STATUS_"), "}",
        "local CERTIFICATE_ERROR = {",
        names(reference["enums"], "inkotls_certificate_error", "INKOTLS_CERTIFICATE_ERROR_"), "}", "",
    ])
    binding = Path(__file__).with_name("inkotls.lua").read_text()
    return {"inkotls.lua": PART.sub(lambda _: text, binding)}
