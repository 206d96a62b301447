"""The numbers of the library, as enums of Python: src/inkotls/_numbers.py."""


def enum(it, name, prefix, base):
    lines = [f"class {name}({base}):"]
    lines += [f"    {constant['name'].removeprefix(prefix)} = {constant['value']}" for constant in it["constants"]]
    return "\n".join(lines)


def declarations(reference, root):
    enums = {it["name"]: it for it in reference["enums"]}
    text = "\n\n\n".join([
        '"""Generated from include/inkotls.json by declarations.py: do not edit."""\n\nfrom enum import IntEnum, IntFlag',
        enum(enums["inkotls_status"], "Status", "INKOTLS_STATUS_", "IntEnum"),
        enum(enums["inkotls_certificate_error"], "CertificateError", "INKOTLS_CERTIFICATE_ERROR_", "IntEnum"),
        enum(enums["inkotls_state"], "State", "INKOTLS_STATE_", "IntFlag"),
    ])
    return {"src/inkotls/_numbers.py": text + "\n", "src/inkotls/_inkotls.cdef": (root / "include/inkotls.cdef").read_text()}
