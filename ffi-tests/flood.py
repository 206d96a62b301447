"""A peer that floods, and a host with nothing but integers and pointers: Python's ctypes.

    flood.py LIBRARY PKI_DIR
"""

import ctypes
import pathlib
import socket
import ssl
import sys
import unittest

OK, WANT_READ, WANT_WRITE, READABLE = 0, 1, 2, 2
LIMIT = 128 * 1024  # what a call receives before it lets others run


class Inkotls:
    """The library as a small FFI sees it."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)

    def make(self, name):
        """A handle from a call that takes nothing."""
        call = getattr(self.library, f"inkotls_{name}_new")
        call.restype = ctypes.c_void_p
        return ctypes.c_void_p(call())

    def __getattr__(self, name):
        return getattr(self.library, f"inkotls_{name}")


def size(value):
    return ctypes.c_size_t(value)


class Flood(unittest.TestCase):
    def client(self):
        tls, pem = Inkotls(LIBRARY), str(PKI / "ca.pem").encode()
        roots, builder = tls.make("roots"), tls.make("client_builder")
        config, conn = ctypes.c_void_p(), ctypes.c_void_p()
        self.assertEqual(tls.roots_add_pem_file(roots, pem, size(len(pem))), OK)
        self.assertEqual(tls.client_builder_set_roots(builder, roots), OK)
        tls.roots_free(roots)
        self.assertEqual(tls.client_builder_build(builder, ctypes.byref(config)), OK)
        made = tls.conn_new_client(config, b"localhost", size(9), ctypes.byref(conn))
        self.assertEqual(made, OK)
        tls.client_config_release(config)
        self.addCleanup(tls.conn_free, conn)
        return tls, conn

    def test_tickets_do_not_keep_a_thread(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PKI / "ecdsa.pem", PKI / "ecdsa.key")
        context.num_tickets = 1000
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(to_server, to_client, server_side=True)
        tls, conn = self.client()
        buf, count = ctypes.create_string_buffer(65536), ctypes.c_size_t()

        def serve():
            try:
                server.do_handshake()
            except ssl.SSLWantReadError:
                pass

        while (status := tls.conn_handshake(conn)) != OK:
            if status == WANT_WRITE:
                tls.conn_drain(conn, buf, size(len(buf)), ctypes.byref(count))
                to_server.write(buf.raw[: count.value])
            else:
                self.assertEqual(status, WANT_READ)
                serve()
                flight = to_client.read()
                fed = tls.conn_feed(conn, flight, size(len(flight)), ctypes.byref(count))
                self.assertEqual((fed, count.value), (OK, len(flight)))
        serve()
        tickets = to_client.read()
        self.assertGreater(len(tickets), LIMIT + 1)

        near, far = socket.socketpair()
        with near, far:
            far.setblocking(False)
            sent = far.send(tickets)
            self.assertGreater(sent, LIMIT, "the socket is too small for this test")
            self.assertEqual(tls.conn_set_fd(conn, near.fileno()), OK)

            def read():
                return tls.conn_read(conn, buf, size(len(buf)), ctypes.byref(count))

            self.assertEqual(read(), WANT_READ)
            self.assertTrue(tls.conn_state(conn) & READABLE)
            near.setblocking(False)
            self.assertTrue(near.recv(1, socket.MSG_PEEK), "and there is more")
            while tls.conn_state(conn) & READABLE:
                self.assertEqual(read(), WANT_READ)
            with self.assertRaises(BlockingIOError):
                near.recv(1, socket.MSG_PEEK)


if __name__ == "__main__":
    LIBRARY, PKI = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
