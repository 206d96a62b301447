"""A client or server that compresses certificates (RFC 8879), which no Debian package offers.

    compressed.py client CERTIFICATE KEY PORT
    compressed.py server CERTIFICATE KEY

The server asks for a certificate. Both say how the server's and the client's were compressed.
"""

import socket
import sys

from tlslite.api import HandshakeSettings, TLSConnection, X509CertChain, parsePEMKey

ANSWER = b"HTTP/1.0 200 OK\r\n\r\nhello\n"


def client(own, port):
    tls = TLSConnection(socket.create_connection(("127.0.0.1", int(port)), 30))
    tls.handshakeClientCert(*own, settings=settings(), serverName="localhost")
    tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
    assert tls.read(min=len(ANSWER), max=len(ANSWER)) == ANSWER
    tell(tls)
    tls.close()


def server(own):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            tls = TLSConnection(listener.accept()[0])
            tls.handshakeServer(certChain=own[0], privateKey=own[1], reqCert=True,
                                settings=settings())
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                request += tls.read(min=1)
            tls.write(ANSWER)
            tell(tls)
            tls.close()


def settings():
    result = HandshakeSettings()
    result.minVersion = result.maxVersion = (3, 4)
    return result


def tell(tls):
    print(tls.server_cert_compression_algo, tls.client_cert_compression_algo, flush=True)


def identity(certificate, key):
    chain = X509CertChain()
    with open(certificate, encoding="ascii") as pem:
        chain.parsePemList(pem.read())
    with open(key, encoding="ascii") as pem:
        return chain, parsePEMKey(pem.read(), private=True)


side, certificate_file, key_file, *rest = sys.argv[1:]
{"client": client, "server": server}[side](identity(certificate_file, key_file), *rest)
