"""Builds the package. INKOTLS_LIB is the folder of libinkotls.so, INKOTLS_INCLUDE that of inkotls.h."""

import sysconfig

from setuptools import setup

# A free-threaded interpreter has no stable ABI.
stable = {} if sysconfig.get_config_var("Py_GIL_DISABLED") else {"bdist_wheel": {"py_limited_api": "cp311"}}
setup(cffi_modules=["build_binding.py:ffi"], options=stable)
