"""generator.py LIBRARY: makes a binding in ctypes from include/inkotls.json alone, and uses it."""

import ctypes
import json
import sys
from pathlib import Path

reference = json.loads(Path("include/inkotls.json").read_text())
enums = {it["name"]: it for it in reference["enums"]}
handles = {it["name"]: it for it in reference["handles"]}
functions = {it["name"]: it for it in reference["functions"]}
callbacks = {it["name"]: it for it in reference["callbacks"]}
registries = {it["name"] for it in reference["registries"]}
constants = {it["name"]: it["value"] for enum in enums.values() for it in enum["constants"]}
statuses = {it["value"]: it for it in enums["inkotls_status"]["constants"]}

NUMBERS = {
    "int32_t": ctypes.c_int32, "uint32_t": ctypes.c_uint32, "int64_t": ctypes.c_int64, "size_t": ctypes.c_size_t,
    "inkotls_status": ctypes.c_int32,
}


def ctype(it):
    """The type of a parameter or a result, by its kind."""
    kind, base = it["kind"], it["type"].removeprefix("const ").rstrip(" *")
    match kind:
        case "nothing":
            return None
        case "callback":
            return prototype(callbacks[it["callback"]])
        case "text":
            return ctypes.c_char_p
        case "handle" | "pointer" if it.get("direction") == "out":
            return ctypes.POINTER(ctypes.c_void_p)
        case "handle" | "user_data" | "buffer":
            return ctypes.c_void_p
        case "length" | "used" | "number" if it.get("direction") == "out":
            return ctypes.POINTER(NUMBERS[base])
        case "status" | "status_or_number" | "length" | "index" | "descriptor" | "errno" | "number" | "boolean":
            return NUMBERS[base]
        case "enum" | "bits":
            assert it["enum"] in enums, it
            return NUMBERS[base]
        case "iana":
            assert it["registry"] in registries, it
            return NUMBERS[base]
    raise AssertionError(f"an unknown kind: {it}")


def prototype(it):
    return ctypes.CFUNCTYPE(ctype(it["returns"]), *map(ctype, it["parameters"]))


def has_what_a_wrapper_needs(it):
    parameters = {parameter["name"]: parameter for parameter in it["parameters"]}
    is_callback = it["name"] in callbacks
    for parameter in it["parameters"]:
        kind = parameter["kind"]
        if kind in ("handle", "callback", "user_data", "buffer", "pointer", "descriptor"):
            assert "lifetime" in parameter, parameter
            assert parameter["lifetime"] != "kept" or is_callback or parameter["until"], parameter
        if kind in ("buffer", "pointer"):
            assert parameters[parameter["length"]]["length_of"] == parameter["name"], parameter
            assert "encoding" in parameter or "registry" in parameter, parameter
        if kind in ("length", "used"):
            assert parameters[parameter["length_of"]]["kind"] in ("buffer", "pointer"), parameter
            assert parameter["unit"] in ("bytes", "elements"), parameter
        if kind == "handle":
            assert parameter["handle"] in handles and "is_const" in parameter and "nullable" in parameter, parameter
        if parameter.get("lifetime") == "owned":
            assert handles[parameter["handle"]]["free"] or handles[parameter["handle"]]["release"], parameter
        if isinstance(parameter.get("default"), str) and kind == "enum":
            assert parameter["default"] in constants, parameter
    returns = it["returns"]
    assert returns["kind"] not in ("text", "handle") or "lifetime" in returns, it["name"]
    assert returns["kind"] != "text" or "encoding" in returns, it["name"]
    assert not is_callback or returns["kind"] == "nothing" or returns["values"] and returns["failure"], it["name"]
    assert all(status["name"] in constants for status in it["statuses"]), it["name"]


library = ctypes.CDLL(sys.argv[1])
for it in [*functions.values(), *callbacks.values()]:
    has_what_a_wrapper_needs(it)
for it in functions.values():
    function = getattr(library, it["name"])
    function.restype, function.argtypes = ctype(it["returns"]), [ctype(parameter) for parameter in it["parameters"]]
for handle in handles.values():
    for verb in ("free", "retain", "release", "error", "os_error"):
        assert handle[verb] is None or functions[handle[verb]]["handle"] == handle["name"], handle["name"]
    assert not handle["create"] or handle["free"] or handle["release"], handle["name"]
assert all("class" in status for status in statuses.values())


def call(name, *arguments):
    """Raises what the class of the status and the handle of the function say; never for a retry or an end."""
    it = functions[name]
    result = getattr(library, name)(*arguments)
    if it["returns"]["kind"] == "status" and statuses[result]["class"] in ("failure", "misuse"):
        error = handles[it["handle"]]["error"] if "handle" in it else None
        text = getattr(library, error)(arguments[0]) if error else library.inkotls_status_text(result)
        raise RuntimeError(statuses[result]["name"], text.decode())
    return result


class Handle:
    """A handle that the caller owns."""

    def __init__(self, name, create, *arguments):
        self.it = handles[name]
        self.pointer = ctypes.c_void_p()
        if functions[create]["returns"]["kind"] == "handle":
            self.pointer.value = call(create, *arguments)
        else:
            call(create, *arguments, ctypes.byref(self.pointer))

    def __enter__(self):
        return self.pointer

    def __exit__(self, *_):
        call(self.it["free"] or self.it["release"], self.pointer)


with Handle("inkotls_client_builder", "inkotls_client_builder_new") as builder:
    limit = next(it for it in enums["inkotls_limit"]["constants"] if it["name"] == "INKOTLS_LIMIT_RECORD")
    call("inkotls_client_builder_set_limit", builder, limit["value"], limit["range"]["max"])
    try:
        call("inkotls_client_builder_set_limit", builder, limit["value"], limit["range"]["max"] + 1)
        raise AssertionError("a limit above its range")
    except RuntimeError as error:
        assert error.args[0] == "INKOTLS_STATUS_INVALID_ARGUMENT" and error.args[1], error
for name, handle in handles.items():
    error = handle["error"]
    assert not error or functions[error]["parameters"][0]["nullable"] and getattr(library, error)(None), name
