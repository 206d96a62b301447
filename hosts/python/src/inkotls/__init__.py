"""TLS 1.2 and 1.3 for sockets, for memory buffers and for asyncio (inkotls.aio), on the C library inkotls.

    context = inkotls.create_default_context()
    with socket.create_connection(("example.com", 443)) as raw:
        with context.wrap_socket(raw, server_hostname="example.com") as tls:
            tls.sendall(b"GET / HTTP/1.1\\r\\n...")

Contexts, sockets and objects have the names of the module ssl, and errors are subclasses of ssl.SSLError. README.md
lists what differs.
"""

from ._binding import library_version
from ._context import Context, create_default_context
from ._errors import CertificateVerificationError, TLSError, TruncatedError
from ._memory import SSLObject
from ._numbers import CertificateError, Status
from ._socket import Socket

__all__ = [
    "CertificateError", "CertificateVerificationError", "Context", "SSLObject", "Socket", "Status", "TLSError",
    "TruncatedError", "create_default_context", "library_version",
]
