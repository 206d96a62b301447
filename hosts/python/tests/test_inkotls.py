"""Unit tests. PKI is the folder that examples/pki.sh has filled."""

import asyncio
import gc
import hashlib
import http.server
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor

import inkotls
from inkotls import aio

PKI = os.environ["PKI"]
EXAMPLE = sys.executable, os.path.join(os.path.dirname(__file__), "../example.py")
SECONDS = 30  # what a test may wait for


def path(name):
    return os.path.join(PKI, name)


def client(*identity):
    context = inkotls.create_default_context(cafile=path("ca.pem"))
    for name in identity:
        context.load_cert_chain(path(f"{name}.pem"), path(f"{name}.key"))
    return context


def server(name="ecdsa"):
    context = inkotls.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path(f"{name}.pem"), path(f"{name}.key"))
    return context


def gated():
    """A client whose verifier waits: the context, an event that is set in the verifier, and the gate."""
    context, entered, gate = client(), threading.Event(), threading.Event()

    def verify(error, chain):
        entered.set()
        gate.wait(SECONDS)
        return error

    context.set_dangerous_verifier(verify)
    return context, entered, gate


class Threads(unittest.TestCase):
    """Both sides are threads."""

    def setUp(self):
        self.pool = ThreadPoolExecutor(16)
        self.addCleanup(self.pool.shutdown)

    def run_in_thread(self, function, *arguments):
        return self.pool.submit(function, *arguments)

    def sockets(self):
        """Two connected sockets of TCP."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            near = socket.create_connection(listener.getsockname())
            far, _ = listener.accept()
        for it in (near, far):
            it.settimeout(SECONDS)
            self.addCleanup(it.close)
        return near, far

    def wrapped(self, client_context, server_context, name="localhost"):
        """The two ends of a connection: futures."""
        near, far = self.sockets()
        return (self.run_in_thread(lambda: client_context.wrap_socket(near, server_hostname=name)),
                self.run_in_thread(lambda: server_context.wrap_socket(far, server_side=True)))

    def connected(self, client_context=None, server_context=None):
        ends = [it.result(SECONDS) for it in self.wrapped(client_context or client(), server_context or server())]
        for it in ends:
            self.addCleanup(it.close)
        return ends

    def refused(self, client_context, server_context, name="localhost"):
        """The errors of both ends."""
        ours, theirs = self.wrapped(client_context, server_context, name)
        return ours.exception(SECONDS), theirs.exception(SECONDS)


class Errors(Threads):
    def test_all_that_the_library_knows(self):
        ours, theirs = self.refused(client(), server("expired"))
        self.assertIsInstance(ours, inkotls.CertificateVerificationError)
        self.assertIsInstance(ours, ssl.SSLCertVerificationError)
        self.assertEqual(ours.status, inkotls.Status.INVALID_PEER_CERTIFICATE)
        self.assertEqual(ours.certificate_error, inkotls.CertificateError.EXPIRED)
        self.assertEqual(ours.verify_code, inkotls.CertificateError.EXPIRED)
        self.assertEqual((ours.alert_sent, ours.alert_received), ("certificate_expired", None))
        self.assertIn("expired", str(ours))
        self.assertIsInstance(theirs, inkotls.TLSError)
        self.assertEqual(theirs.status, inkotls.Status.ALERT_RECEIVED)
        self.assertEqual((theirs.alert_sent, theirs.alert_received), (None, "certificate_expired"))
        self.assertIsNone(theirs.certificate_error)

    def test_inputs(self):
        with self.assertRaises(FileNotFoundError) as caught:
            client().load_verify_locations(path("no such file"))
        self.assertIn("no such file", str(caught.exception))
        with self.assertRaises(inkotls.TLSError) as caught:
            client().load_cert_chain(path("ecdsa.pem"), path("rsa.key"))
        self.assertEqual(caught.exception.status, inkotls.Status.KEY_MISMATCH)
        with self.assertRaises(inkotls.TLSError) as caught:
            client().load_verify_locations(cadata="no certificate")
        self.assertEqual(caught.exception.status, inkotls.Status.INVALID_CERTIFICATE)
        near, _ = self.sockets()
        with self.assertRaisesRegex(ValueError, "has a port"):
            client().wrap_socket(near, server_hostname="localhost:443")

    def test_what_a_verifier_raises_is_the_cause(self):
        context = client()
        context.set_dangerous_verifier(lambda error, chain: [][0])
        ours, _ = self.refused(context, server())
        self.assertEqual(ours.certificate_error, inkotls.CertificateError.OTHER)
        self.assertIsInstance(ours.__cause__, IndexError)

    def test_a_failure_of_the_socket(self):
        near, far = self.connected()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        with socket.socket(fileno=far.detach()):
            pass  # closed without close_notify, by a reset
        with self.assertRaises(ConnectionResetError):
            near.recv(1)


class Contexts(Threads):
    def test_a_bare_context_trusts_nobody(self):
        context = inkotls.Context()
        context.load_crl(path("ca.crl.pem"))
        for it in (inkotls.Context(), context):
            ours, _ = self.refused(it, server())
            self.assertEqual(ours.certificate_error, inkotls.CertificateError.UNKNOWN_ISSUER)

    def test_without_check_hostname_the_issuer_is_verified(self):
        context = client()
        context.check_hostname = False
        ours, _ = self.connected(context, server("other"))
        self.assertEqual(ours.getpeercert()["subject"], "CN=inkotls example other")
        ours, _ = self.refused(context, server("stranger"))
        self.assertEqual(ours.certificate_error, inkotls.CertificateError.UNKNOWN_ISSUER)

    def test_modes_depend_on_each_other_as_with_ssl(self):
        context = client()
        with self.assertRaises(ValueError):
            context.verify_mode = ssl.CERT_NONE
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        ours, _ = self.connected(context, server("stranger"))
        self.assertEqual(ours.getpeercert(), {})
        self.assertIsNotNone(ours.getpeercert(True))
        context.check_hostname = True
        self.assertEqual(context.verify_mode, ssl.CERT_REQUIRED)
        with self.assertRaisesRegex(ValueError, "server_hostname"):
            context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())

    def test_versions_and_suites(self):
        context = client()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        ours, _ = self.connected(context)
        self.assertEqual(ours.version(), "TLSv1.2")
        context = client()
        context.options |= ssl.OP_NO_TLSv1_3
        context.set_ciphers("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384")
        ours, theirs = self.connected(context)
        self.assertEqual(ours.cipher(), ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLSv1.2", 256))
        self.assertEqual(ours.cipher(), theirs.cipher())
        with self.assertRaises(ValueError):
            context.minimum_version = ssl.TLSVersion.TLSv1
        with self.assertRaises(ssl.SSLError):
            context.set_ciphers("no such suite")

    def test_a_change_applies_to_later_connections(self):
        context = client()
        ours, _ = self.connected(context)
        context.set_alpn_protocols(["h2"])
        theirs = server()
        theirs.set_alpn_protocols(["h2"])
        self.assertIsNone(ours.selected_alpn_protocol())
        ours, _ = self.connected(context, theirs)
        self.assertEqual(ours.selected_alpn_protocol(), "h2")

    def test_a_setting_that_would_have_no_effect_is_an_error(self):
        context = server()
        for use in (lambda: setattr(context, "sni_callback", print), lambda: context.set_ecdh_curve("prime256v1"),
                    lambda: setattr(context, "verify_flags", ssl.VERIFY_CRL_CHECK_LEAF), context.get_ca_certs,
                    lambda: context.load_verify_locations(capath=PKI),
                    lambda: context.load_cert_chain(path("ecdsa.pem"), path("encrypted.key"), password="x")):
            with self.assertRaises(NotImplementedError):
                use()

    def test_resumption(self):
        for number in (2, 0):
            ours, theirs = client(), server()
            theirs.num_tickets = number
            for is_resumed in (False, number > 0):
                near, far = self.connected(ours, theirs)
                far.sendall(b"x")
                self.assertEqual(near.recv(1), b"x")
                self.assertEqual((near.session_reused, far.session_reused), (is_resumed, is_resumed))

    def test_key_log(self):
        context = client()
        with tempfile.NamedTemporaryFile() as file:
            context.keylog_filename = file.name
            self.connected(context)
            self.assertIn(b"CLIENT_TRAFFIC_SECRET_0 ", file.read())

    def test_channel_binding_and_certificate(self):
        ours, theirs = self.connected()
        for kind in ("tls-exporter", "tls-server-end-point"):
            self.assertEqual(ours.get_channel_binding(kind), theirs.get_channel_binding(kind))
        self.assertEqual(len(ours.get_channel_binding("tls-exporter")), 32)
        with self.assertRaises(ValueError):
            ours.get_channel_binding("tls-unique")
        self.assertIn(("DNS", "localhost"), ours.getpeercert()["subjectAltName"])
        ssl.cert_time_to_seconds(ours.getpeercert()["notAfter"])

    def test_nothing_is_left_without_the_garbage_collector(self):
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        contexts = client(), server()
        near, far = self.connected(*contexts)
        left = [weakref.ref(it) for it in (*contexts, near._connection, far._connection, near._connection._config)]
        near.close(), far.close()
        self.doCleanups()
        del near, far, contexts
        self.assertEqual([it() for it in left], [None] * len(left))


class Sockets(Threads):
    def test_clean_end_and_truncation(self):
        near, far = self.connected()
        far.sendall(b"x")
        far.close()
        self.assertEqual((near.recv(9), near.recv(9), near.recv(9)), (b"x", b"", b""))
        for suppress in (True, False):
            near, far = self.connected()
            near.suppress_ragged_eofs = suppress
            with socket.socket(fileno=far.detach()):
                pass
            if suppress:
                self.assertEqual(near.recv(1), b"")
            else:
                with self.assertRaises(inkotls.TruncatedError):
                    near.recv(1)

    def test_half_close(self):
        near, far = self.connected()
        near.shutdown(socket.SHUT_WR)
        self.assertEqual(far.recv(1), b"")
        far.sendall(b"still here")
        self.assertEqual(near.recv(100), b"still here")

    def test_unwrap_returns_the_socket(self):
        near, far = self.connected()
        unwrapping = self.run_in_thread(far.unwrap)
        with near.unwrap() as plain, unwrapping.result(SECONDS) as other:
            plain.sendall(b"plain")
            self.assertEqual(other.recv(100), b"plain")

    def test_unwrap_does_not_lose_data(self):
        near, far = self.connected()
        far.sendall(b"data")
        with self.assertRaises(ssl.SSLError) as caught:
            near.unwrap()
        self.assertEqual(caught.exception.reason, "APPLICATION_DATA_AFTER_CLOSE_NOTIFY")
        self.assertEqual(near.recv(100), b"data")

    def test_timeout(self):
        near, _ = self.connected()
        near.settimeout(0.01)
        with self.assertRaises(TimeoutError):
            near.recv(1)

    def test_without_waiting(self):
        near, far = self.sockets()
        near.setblocking(False)
        near = client().wrap_socket(near, server_hostname="localhost", do_handshake_on_connect=False)
        self.addCleanup(near.close)
        with self.assertRaises(ssl.SSLWantReadError):
            near.do_handshake()
        accepting = self.run_in_thread(lambda: server().wrap_socket(far, server_side=True))
        near.settimeout(SECONDS)
        near.do_handshake()
        far = accepting.result(SECONDS)
        self.addCleanup(far.close)
        near.setblocking(False)
        data, sent = os.urandom(1 << 16), 0
        with self.assertRaises(ssl.SSLWantWriteError):
            while True:
                sent += near.send(data)
        reading = self.run_in_thread(lambda: hashlib.sha256(far.makefile("rb").read()).digest())
        near.settimeout(SECONDS)
        near.sendall(data)  # what was refused is passed again
        near.close()
        self.assertEqual(reading.result(SECONDS), hashlib.sha256(data * (sent // len(data) + 1)).digest())

    def test_one_recv_returns_several_records(self):
        near, far = self.connected()
        for _ in range(3):
            far.sendall(b"record")
        self.assertEqual(near.recv(6), b"record")
        self.assertEqual(near.makefile("rb").read(12), b"recordrecord")

    def test_a_listener_accepts_connections_with_tls(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as it:
            it.socket = server().wrap_socket(it.socket, server_side=True)
            serving = self.run_in_thread(it.serve_forever)
            with urllib.request.urlopen(f"https://localhost:{it.server_port}", context=client()) as response:
                self.assertEqual(response.read(), b"ok")
            it.shutdown()
            serving.result(SECONDS)

    def test_use_after_close(self):
        near, _ = self.connected()
        near.close()
        near.close()
        for use in (lambda: near.recv(1), lambda: near.sendall(b"x"), near.do_handshake):
            with self.assertRaises(OSError):
                use()
        self.assertIsNone(near.version())


class SeveralThreads(Threads):
    def setUp(self):
        super().setUp()
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-5)

    def test_close_ends_a_read(self):
        near, _ = self.connected()
        begun = threading.Event()

        def read():
            begun.set()
            return near.recv(1)

        reading = self.run_in_thread(read)
        begun.wait(SECONDS)
        near.close()
        self.assertTrue(reading.exception(SECONDS) is not None or reading.result() == b"")

    def shaking(self):
        """A client whose handshake is in a verifier on another thread: the socket, both handshakes, and the gate."""
        context, entered, gate = gated()
        near, far = self.sockets()
        near = context.wrap_socket(near, server_hostname="localhost", do_handshake_on_connect=False)
        self.addCleanup(near.close)
        accepting = self.run_in_thread(lambda: server().wrap_socket(far, server_side=True))
        shaking = self.run_in_thread(near.do_handshake)
        self.assertTrue(entered.wait(SECONDS))
        return near, shaking, accepting, gate

    def test_the_lock_is_not_held_while_a_verifier_runs(self):
        near, shaking, accepting, gate = self.shaking()
        self.assertIsNone(near.version())
        near.close()  # the connection is freed when the verifier has returned
        gate.set()
        self.assertIsInstance(shaking.exception(SECONDS), OSError)
        self.assertIsInstance(accepting.exception(SECONDS), OSError)

    def test_two_threads_shake_hands(self):
        """The second one waits for the step of the first one."""
        near, shaking, accepting, gate = self.shaking()
        sending = self.run_in_thread(near.sendall, b"x")
        gate.set()
        shaking.result(SECONDS), sending.result(SECONDS)
        with accepting.result(SECONDS) as far:
            self.assertEqual(far.recv(1), b"x")

    def test_readers_writers_and_others(self):
        """One thread reads and one writes, at each end; four ask all the time."""
        near, far = self.connected()
        total, block, done = 20_000_000, os.urandom(50_000), threading.Event()

        def write(it):
            for _ in range(total // len(block)):
                it.sendall(block)
            it.shutdown(socket.SHUT_WR)

        def read(it):
            digest = hashlib.sha256()
            while data := it.recv(1 << 16):
                digest.update(data)
            return digest.digest()

        def ask(it):
            count = 0
            while not done.is_set():
                assert it.version() == "TLSv1.3" and it.getpeercert(True) is not None or it is far
                it.pending(), it.cipher(), it.get_channel_binding()
                count += 1
            return count

        asking = [self.run_in_thread(ask, it) for it in (near, far) * 2]
        moving = [self.run_in_thread(do, it) for it in (near, far) for do in (write, read)]
        results = [it.result(SECONDS) for it in moving]
        done.set()
        self.assertTrue(all(it.result(SECONDS) > 0 for it in asking))
        expected = hashlib.sha256(block * (total // len(block))).digest()
        self.assertEqual([results[1], results[3]], [expected, expected])


class Buffers(unittest.TestCase):
    def setUp(self):
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.near = client().wrap_bio(to_client, to_server, server_hostname="localhost")
        self.far = server().wrap_bio(to_server, to_client, server_side=True)
        self.to_client = to_client
        for it in (self.near, self.far, self.near):
            try:
                it.do_handshake()
            except ssl.SSLWantReadError:
                pass
        self.far.do_handshake()

    def test_data_both_ways(self):
        data = os.urandom(300_000)
        self.assertEqual(self.near.write(data), len(data))
        received = b""
        while len(received) < len(data):
            received += self.far.read(1 << 16)
        self.assertEqual(received, data)
        with self.assertRaises(ssl.SSLWantReadError):
            self.far.read()
        buffer = bytearray(10)
        self.far.write(b"answer")
        self.assertEqual((self.near.read(10, buffer), buffer[:6]), (6, b"answer"))

    def test_ends(self):
        with self.assertRaises(ssl.SSLWantReadError):
            self.near.unwrap()
        self.assertEqual(self.far.read(), b"")
        self.far.unwrap()
        self.near.unwrap()
        with self.assertRaises(ssl.SSLZeroReturnError):
            self.near.read()

    def test_truncation(self):
        self.to_client.write_eof()
        with self.assertRaises(ssl.SSLEOFError):
            self.near.read()

    def test_sides(self):
        with self.assertRaises(ssl.SSLError):
            client().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)


class Recorder(asyncio.Protocol):
    """Keeps what it is told."""

    def __init__(self):
        loop = asyncio.get_running_loop()
        self.received, self.made, self.lost = bytearray(), loop.create_future(), loop.create_future()
        self.writable = asyncio.Event()
        self.writable.set()

    def connection_made(self, transport):
        self.transport = transport
        self.made.set_result(transport)

    def data_received(self, data):
        self.received += data

    def pause_writing(self):
        self.writable.clear()

    def resume_writing(self):
        self.writable.set()

    def connection_lost(self, error):
        self.lost.set_result(error)


class Asyncio(unittest.IsolatedAsyncioTestCase):
    async def serve(self, serve, context=None, **options):
        """The port of a server."""
        it = await aio.start_server(serve, "127.0.0.1", 0, ssl=context or server(), **options)
        self.addCleanup(it.close)
        return it.sockets[0].getsockname()[1]

    async def serve_protocols(self, **options):
        """The port of a server, and a queue of its protocols."""
        made = asyncio.Queue()

        def factory():
            made.put_nowait(protocol := Recorder())
            return protocol

        it = await aio.create_server(factory, "127.0.0.1", 0, ssl=server(), **options)
        self.addCleanup(it.close)
        return it.sockets[0].getsockname()[1], made

    async def connect_protocols(self, **options):
        """The protocols of a client and of its server."""
        port, made = await self.serve_protocols()
        ours = Recorder()
        await aio.create_connection(lambda: ours, "127.0.0.1", port, ssl=client(), server_hostname="localhost", **options)
        theirs = await made.get()
        await theirs.made
        return ours, theirs

    async def open(self, port, context=None, **options):
        return await aio.open_connection("127.0.0.1", port, ssl=context or client(), server_hostname="localhost",
                                         **options)

    async def test_what_get_extra_info_says(self):
        async def serve(reader, writer):
            await reader.read()
            writer.close()

        context = client()
        _, writer = await self.open(await self.serve(serve), context)
        self.assertIs(writer.get_extra_info("sslcontext"), context)
        self.assertEqual(writer.get_extra_info("peercert")["subject"], "CN=inkotls example ecdsa")
        self.assertEqual(writer.get_extra_info("cipher")[1], "TLSv1.3")
        self.assertEqual(writer.get_extra_info("ssl_object").version(), "TLSv1.3")
        self.assertEqual(writer.get_extra_info("peername")[0], "127.0.0.1")
        writer.close()
        await writer.wait_closed()

    async def test_cancelled_read_loses_nothing(self):
        go = asyncio.Event()

        async def serve(reader, writer):
            await go.wait()
            writer.write(b"data")
            await reader.read()
            writer.close()

        reader, writer = await self.open(await self.serve(serve))
        reading = asyncio.create_task(reader.read(4))
        await asyncio.sleep(0)
        reading.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await reading
        go.set()
        self.assertEqual(await reader.readexactly(4), b"data")
        writer.close()
        await writer.wait_closed()

    async def test_close_from_another_task_ends_a_read(self):
        async def serve(reader, writer):
            await reader.read()
            writer.close()

        reader, writer = await self.open(await self.serve(serve))
        reading = asyncio.create_task(reader.read())
        await asyncio.sleep(0)
        writer.close()
        self.assertEqual(await reading, b"")
        await writer.wait_closed()

    async def test_cancelled_while_a_verifier_waits(self):
        context, entered, gate = gated()
        protocols = await self.serve_protocols()
        opening = asyncio.create_task(self.open(protocols[0], context))
        await asyncio.to_thread(entered.wait, SECONDS)
        opening.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await opening
        gate.set()
        server_side = await protocols[1].get()
        self.assertFalse(server_side.made.done())

    async def test_what_a_verifier_raises_is_the_cause(self):
        context = client()
        context.set_dangerous_verifier(lambda error, chain: {}["x"])
        port, _ = await self.serve_protocols()
        with self.assertRaises(inkotls.CertificateVerificationError) as caught:
            await self.open(port, context)
        self.assertIsInstance(caught.exception.__cause__, KeyError)

    async def test_a_writer_waits_for_a_slow_reader(self):
        ours, theirs = await self.connect_protocols()
        theirs.transport.pause_reading()
        total = 0
        while ours.writable.is_set():
            ours.transport.write(bytes(1 << 16))
            total += 1 << 16
            await asyncio.sleep(0)
        before = len(theirs.received)
        self.assertGreater(ours.transport.get_write_buffer_size(), 0)
        self.assertLess(before, total)
        theirs.transport.resume_reading()
        await ours.writable.wait()
        ours.transport.close()
        self.assertIsNone(await theirs.lost)
        self.assertEqual(len(theirs.received), total)

    async def test_nothing_arrives_while_reading_is_paused(self):
        ours, theirs = await self.connect_protocols()
        ours.transport.pause_reading()
        self.assertFalse(ours.transport.is_reading())
        theirs.transport.write(b"later")
        theirs.transport.close()
        _, writer = await self.open(ours.transport.get_extra_info("peername")[1])  # meanwhile, the bytes have arrived
        self.assertEqual(ours.received, b"")
        writer.close()
        ours.transport.resume_reading()
        self.assertIsNone(await ours.lost)
        self.assertEqual(ours.received, b"later")

    async def test_a_protocol_with_a_buffer_of_its_own(self):
        class Filled(asyncio.BufferedProtocol):
            def __init__(self):
                self.buffer, self.received = bytearray(5), b""
                self.lost = asyncio.get_running_loop().create_future()

            def get_buffer(self, sizehint):
                return self.buffer

            def buffer_updated(self, nbytes):
                self.received += self.buffer[:nbytes]

            def connection_lost(self, error):
                self.lost.set_result(error)

        async def serve(reader, writer):
            writer.write(b"more than five")
            writer.close()

        port = await self.serve(serve)
        _, it = await aio.create_connection(Filled, "127.0.0.1", port, ssl=client(), server_hostname="localhost")
        await it.lost
        self.assertEqual(it.received, b"more than five")

    async def test_time_limits(self):
        port, made = await self.serve_protocols(ssl_handshake_timeout=0.01)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        self.assertEqual(await reader.read(), b"")  # the server has closed
        writer.close()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            with self.assertRaisesRegex(ConnectionAbortedError, "handshake"):
                await self.open(silent.getsockname()[1], ssl_handshake_timeout=0.01)
        with self.assertRaises(ValueError):
            await self.open(port, ssl_handshake_timeout=0)
        ours, theirs = await self.connect_protocols(ssl_shutdown_timeout=0.01)
        theirs.transport.pause_reading()
        ours.transport.close()
        await ours.lost
        theirs.transport.abort()

    async def test_start_tls(self):
        async def serve(reader, writer):
            self.assertEqual(await reader.readline(), b"STARTTLS\n")
            writer.write(b"OK\n")
            await writer.start_tls(server())
            writer.write(await reader.readline())
            await writer.drain()
            writer.close()

        plain = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.addCleanup(plain.close)
        reader, writer = await asyncio.open_connection(*plain.sockets[0].getsockname())
        writer.write(b"STARTTLS\n")
        self.assertEqual(await reader.readline(), b"OK\n")
        ours = Recorder()
        transport = await aio.start_tls(writer.transport, ours, client(), server_hostname="localhost")
        transport.write(b"encrypted\n")
        self.assertIsNone(await ours.lost)
        self.assertEqual(ours.received, b"encrypted\n")

    async def test_what_the_parameter_ssl_may_be(self):
        port, _ = await self.serve_protocols()
        with self.assertRaises(inkotls.CertificateVerificationError):  # the platform does not trust the tests' authority
            await aio.open_connection("127.0.0.1", port, ssl=True, server_hostname="localhost")
        for context in ssl.create_default_context(), False, None:
            with self.assertRaisesRegex(TypeError, "inkotls.Context"):
                await aio.open_connection("127.0.0.1", port, ssl=context)
            with self.assertRaisesRegex(TypeError, "inkotls.Context"):
                await aio.start_server(None, "127.0.0.1", 0, ssl=context)
            with self.assertRaisesRegex(TypeError, "inkotls.Context"):
                await aio.start_tls(None, None, context)

    async def test_a_refused_server_is_told(self):
        """The alert arrives, although the client closes at once."""
        port, made = await self.serve_protocols()
        with self.assertRaises(inkotls.CertificateVerificationError):
            await self.open(port, inkotls.create_default_context(cafile=path("stranger-ca.pem")))
        self.assertFalse((await made.get()).made.done())

    async def test_nothing_is_left_without_the_garbage_collector(self):
        async def serve(reader, writer):
            await reader.read()
            writer.close()

        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        context = client()
        reader, writer = await self.open(await self.serve(serve), context)
        left = [weakref.ref(it) for it in (context, writer.transport._ssl_protocol, writer.transport,
                                           writer.transport._ssl_protocol._connection)]
        writer.close()
        await writer.wait_closed()
        del context, reader, writer
        await asyncio.sleep(0)
        self.assertEqual([it() for it in left], [None] * len(left))


class Example(unittest.TestCase):
    def run_example(self, *arguments):
        return subprocess.run([*EXAMPLE, *arguments], capture_output=True, text=True, timeout=SECONDS)

    def test_client_and_server(self):
        with subprocess.Popen([*EXAMPLE, "serve", "0", path("ecdsa.pem"), path("ecdsa.key")], stdout=-1, stderr=-3,
                              text=True) as serving:
            url = serving.stdout.readline().strip()
            got = self.run_example("get", url + "path", path("ca.pem"))
            self.assertEqual((got.returncode, got.stdout), (0, "GET /path HTTP/1.0\n"), got.stderr)
            refused = self.run_example("get", url, path("stranger-ca.pem"))
            self.assertEqual(refused.returncode, 1)
            self.assertIn("(INVALID_PEER_CERTIFICATE)", refused.stderr)
            serving.terminate()


if __name__ == "__main__":
    warnings.simplefilter("error")
    sys.exit(unittest.main())
