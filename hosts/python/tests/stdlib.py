"""The standard library's own tests of asyncio over TLS (test_ssl, test_sslproto and test_streams of test.test_asyncio).

They run twice, with contexts of inkotls: over the protocol of asyncio, which drives inkotls.SSLObject, and over the
protocol of inkotls.aio.
"""

import asyncio.sslproto
import faulthandler
import logging
import ssl
import sys
import unittest
import warnings

import inkotls
from inkotls import aio
from test.test_asyncio import test_ssl, test_sslproto, test_streams, utils

# Tests of what is different here, with the reason. Not every version of Python has all of them.
EXCLUDED = {
    "test_check_hostname_requires_server_hostname": "a connection without a name is an error here, not a warning",
}
EXCLUDED_AIO = {
    "test_remote_shutdown_receives_trailing_data": "calls a private method of asyncio's transport",
    "test_open_connection_no_loop_ssl": "the server ends without close_notify: here this is an error (TruncatedError)",
    "test_open_unix_connection_no_loop_ssl": "the same, over a Unix socket",
}


def server(certfile=utils.ONLYCERT, keyfile=utils.ONLYKEY):
    context = inkotls.Context(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certfile, keyfile)
    return context


def client(*, disable_verify=True):
    context = inkotls.Context(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    if disable_verify:
        context.verify_mode = ssl.CERT_NONE
    return context


utils.simple_server_sslcontext = server
utils.simple_client_sslcontext = client
utils.dummy_ssl_context = client
test_ssl.TestSSL._create_server_ssl_context = lambda self, certfile, keyfile=None: server(certfile, keyfile)
test_ssl.TestSSL._create_client_ssl_context = lambda self, *, disable_verify=True: client(disable_verify=disable_verify)


def tests(suite):
    for it in suite:
        yield from tests(it) if isinstance(it, unittest.TestSuite) else (it,)


def run(modules, excluded):
    loader = unittest.TestLoader()
    found = [test for module in modules for test in tests(loader.loadTestsFromModule(module))]
    suite = unittest.TestSuite(test for test in found if test.id().rsplit(".", 1)[1] not in excluded)
    return unittest.TextTestRunner(verbosity=int("-v" in sys.argv) + 1).run(suite).wasSuccessful()


if __name__ == "__main__":
    faulthandler.dump_traceback_later(120, exit=True)
    warnings.simplefilter("ignore")
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    passed = True
    if "aio" not in sys.argv:
        passed &= run([test_ssl, test_sslproto, test_streams], EXCLUDED)
    if "ssl" not in sys.argv:
        asyncio.sslproto.SSLProtocol = aio.TLSProtocol
        ssl.create_default_context = inkotls.create_default_context
        passed &= run([test_ssl, test_streams], EXCLUDED_AIO)
    sys.exit(not passed)
