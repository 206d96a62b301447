"""Inko's declarations of the library: src/std/net/inkotls/abi.inko."""

NUMBERS = {"int32_t": "Int32", "inkotls_status": "Int32", "uint32_t": "Uint32", "size_t": "Int", "int64_t": "Int64"}
POINTED = {"size_t": "Uint64", "int64_t": "Int64", "uint16_t": "Uint16"}


def inko_type(c_type):
    base = c_type.removeprefix("const ").rstrip(" *")
    match c_type.count("*"):
        case 0:
            return NUMBERS.get(base, "Pointer[Uint8]")  # a callback
        case 1:
            return f"Pointer[{POINTED.get(base, 'Uint8')}]"
    return "Pointer[Address]"


def function(it):
    parameters = [f"{parameter['name']}: {inko_type(parameter['type'])}" for parameter in it["parameters"]]
    returns = it["returns"]["type"]
    result = "" if returns == "void" else f" -> {inko_type(returns)}"
    name = f"fn extern {it['name']}"
    line = f"{name}({', '.join(parameters)}){result}" if parameters else name + result
    if len(line) <= 80:
        return line + "\n"
    return f"{name}(\n" + "".join(f"  {parameter},\n" for parameter in parameters) + f"){result}\n"


def declarations(reference, root):
    constants = [f"let {constant['name'].removeprefix('INKOTLS_')} = {constant['value']}\n"
                 for enum in reference["enums"] for constant in enum["constants"]]
    functions = [function(it) for it in reference["functions"]]
    text = f"""# Generated from include/inkotls.json by declarations.py: do not edit.
import extern "inkotls"

# A pointer, to which a function writes another pointer.
type extern Address {{
  let @value: Pointer[Uint8]
}}

{"".join(constants)}
""" + "\n".join(functions)
    return {"src/std/net/inkotls/abi.inko": text}
