"""bindings.py LIBRARY: include/inkotls.cdef in cffi, and include/inkotls.json beside its schema."""

import json
import sys
from pathlib import Path

import cffi
import jsonschema

include = Path("include")
ffi = cffi.FFI()
ffi.cdef((include / "inkotls.cdef").read_text())
library = ffi.dlopen(sys.argv[1])

reference = json.loads((include / "inkotls.json").read_text())
schema = json.loads((include / "inkotls.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
jsonschema.Draft202012Validator(schema).validate(reference)

exported = Path("abi/symbols").read_text().split()
assert sorted(it["name"] for it in reference["functions"]) == exported
for function in reference["functions"]:
    ctype = ffi.typeof(getattr(library, function["name"]))
    parameters = [ffi.typeof(it["type"]) for it in function["parameters"]]
    assert list(ctype.args) == parameters and ctype.result is ffi.typeof(function["returns"]["type"]), function["name"]
for it in reference["enums"]:
    for constant in it["constants"]:
        assert getattr(library, constant["name"]) == constant["value"], constant["name"]
closed = ffi.string(library.inkotls_status_text(library.INKOTLS_STATUS_CLOSED))
assert b"close_notify" in closed, closed
