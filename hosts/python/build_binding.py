"""What cffi compiles: inkotls._inkotls, for the stable ABI of CPython where there is one, beside the shared object."""

import os
import sysconfig
from pathlib import Path

from cffi import FFI

CALLBACKS = """
extern "Python" int32_t inkotls_python_verify(void *, void *, inkotls_verification *);
extern "Python" void inkotls_python_log_key(void *, void *, const char *, size_t);
"""

ffi = FFI()
ffi.cdef((Path(__file__).parent / "src/inkotls/_inkotls.cdef").read_text() + CALLBACKS)
ffi.set_source(
    "inkotls._inkotls",
    '#include "inkotls.h"',
    include_dirs=[os.environ["INKOTLS_INCLUDE"]],
    library_dirs=[os.environ["INKOTLS_LIB"]],
    libraries=["inkotls"],
    extra_link_args=["-Wl,-rpath,$ORIGIN", "-Wl,--strip-debug"],
    py_limited_api=not sysconfig.get_config_var("Py_GIL_DISABLED"),
)
