"""Ruby's declarations of the library: lib/inkotls/declarations.rb."""

NUMBERS = {
    "int32_t": "int", "inkotls_status": "int", "uint32_t": "uint", "size_t": "size", "int64_t": "long",
    "void": "void", "const char *": "text",
}


def ruby_type(it, parameter):
    # A String can be passed as a pointer. An address is an Integer, which Fiddle passes faster: for calls on connections.
    if parameter["kind"] == "buffer" and parameter["direction"] == "in" and it.get("handle") != "inkotls_conn":
        return "pointer"
    return NUMBERS.get(parameter["type"], "address")


def function(it):
    types = [NUMBERS.get(it["returns"]["type"], "address"), *(ruby_type(it, p) for p in it["parameters"])]
    return f"      {it['name'].removeprefix('inkotls_')}: %i[{' '.join(types)}],"


def callback(it):
    types = [NUMBERS[it["returns"]["type"]], *("size" if p["type"] == "size_t" else "int" if p["type"] == "int32_t"
                                               else "pointer" for p in it["parameters"])]
    return f"      {it['name'].removeprefix('inkotls_').removesuffix('_callback')}: %i[{' '.join(types)}],"


def names(enums, enum, prefix):
    constants = next(it for it in enums if it["name"] == enum)["constants"]
    return [f"      {it['value']} => :{it['name'].removeprefix(prefix).lower()}," for it in constants]


def constants(enums):
    return [f"    {it['name'].removeprefix('INKOTLS_')} = {it['value']}" for enum in enums for it in enum["constants"]]


def declarations(reference, root):
    enums = reference["enums"]
    lines = [
        "# frozen_string_literal: true", "", "# Generated from include/inkotls.json by declarations.py: do not edit.",
        "module Inkotls", "  module Declarations", f"    ABI = {reference['abi']}",
        f"    SONAME = \"{reference['library']['soname']}\"", "", *constants(enums), "",
        "    STATUS = {", *names(enums, "inkotls_status", "INKOTLS_STATUS_"), "    }.freeze", "",
        "    CERTIFICATE_ERROR = {", *names(enums, "inkotls_certificate_error", "INKOTLS_CERTIFICATE_ERROR_"),
        "    }.freeze", "", "    # What a function returns, and its parameters.", "    FUNCTIONS = {",
        *map(function, reference["functions"]), "    }.each_value(&:freeze).freeze", "", "    CALLBACKS = {",
        *map(callback, reference["callbacks"]), "    }.each_value(&:freeze).freeze", "",
        "    # Functions that may block the thread.",
        "    BLOCKING = %i[", *(f"      {it['name'].removeprefix('inkotls_')}" for it in reference["functions"] if "may_block" in it), "    ].freeze",
        "  end", "end", "",
    ]
    return {"lib/inkotls/declarations.rb": "\n".join(lines)}
