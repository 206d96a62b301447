"""A peer that floods, and a host with nothing but integers and pointers: see inkotls.py.

    flood.py LIBRARY PKI_DIR
"""

import ctypes
import pathlib
import socket
import ssl
import sys
import unittest
from ctypes import byref

import inkotls
from inkotls import OK, READABLE, WANT_READ, WANT_WRITE

LIMIT = 128 * 1024  # what a call receives before it lets others run


class Flood(unittest.TestCase):
    def test_tickets_do_not_keep_a_thread(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PKI / "ecdsa.pem", PKI / "ecdsa.key")
        context.num_tickets = 1000
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        server = context.wrap_bio(to_server, to_client, server_side=True)
        config = inkotls.config("client", ("set_roots", inkotls.roots(PKI / "ca.pem")))
        conn = inkotls.client(config, "localhost")
        buf, count = ctypes.create_string_buffer(65536), ctypes.c_size_t()

        def serve():
            try:
                server.do_handshake()
            except ssl.SSLWantReadError:
                pass

        while (status := conn.handshake()) != OK:
            if status == WANT_WRITE:
                conn.drain(buf, byref(count))
                to_server.write(buf.raw[: count.value])
            else:
                self.assertEqual(status, WANT_READ)
                serve()
                flight = to_client.read()
                fed = conn.feed(flight, byref(count))
                self.assertEqual((fed, count.value), (OK, len(flight)))
        serve()
        tickets = to_client.read()
        self.assertGreater(len(tickets), LIMIT + 1)

        near, far = socket.socketpair()
        with near, far:
            far.setblocking(False)
            sent = far.send(tickets)
            self.assertGreater(sent, LIMIT, "the socket is too small for this test")
            self.assertEqual(conn.set_fd(near.fileno()), OK)

            def read():
                return conn.read(buf, byref(count))

            self.assertEqual(read(), WANT_READ)
            self.assertTrue(conn.state() & READABLE)
            near.setblocking(False)
            self.assertTrue(near.recv(1, socket.MSG_PEEK), "and there is more")
            while conn.state() & READABLE:
                self.assertEqual(read(), WANT_READ)
            with self.assertRaises(BlockingIOError):
                near.recv(1, socket.MSG_PEEK)


if __name__ == "__main__":
    inkotls.load(sys.argv[1])
    PKI = pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
