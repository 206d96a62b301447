"""aiohttp_tests.py FOLDER [aio]: aiohttp's own tests of TLS, with contexts of inkotls on both sides.

They run over the protocol of asyncio, which drives inkotls.SSLObject, or over that of inkotls.aio. A proxy, which is
another process, uses ssl, so that a tunnel in TLS has two implementations.
"""

import asyncio.sslproto
import os
import ssl
import sys

import pytest

import inkotls
from inkotls import aio

FILES = ["client_fingerprint", "client_functional", "connector", "proxy_functional", "web_sendfile_functional"]
FIXTURES = {"ssl_ctx", "client_ssl_ctx", "tls_certificate", "tls_certificate_authority", "secure_proxy_url"}


class Selection:
    """Only the tests that use a certificate: their number is printed."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if FIXTURES & set(item.fixturenames)]
        assert len(items) > 20, "the fixtures of aiohttp have other names now"


def use(context, create_default_context):
    ssl.SSLContext, ssl.create_default_context = context, create_default_context


if __name__ == "__main__":
    standard = ssl.SSLContext, ssl.create_default_context
    os.register_at_fork(after_in_child=lambda: use(*standard))
    use(inkotls.Context, inkotls.create_default_context)
    if sys.argv[2:] == ["aio"]:
        aio.TLSProtocol._sslcontext = property(lambda self: self.extra("sslcontext", None))  # a test looks at it
        asyncio.sslproto.SSLProtocol = aio.TLSProtocol
    os.chdir(sys.argv[1])
    sys.exit(pytest.main(
        ["-q", "-c", os.devnull, "--rootdir", ".", "-p", "no:cacheprovider", "--disable-warnings",
         *(f"tests/test_{name}.py" for name in FILES)], [Selection()]))
