#!/usr/bin/env python3
"""Servers that keep their sessions in one Redis, against openssl and Python's ssl.

    redis.py BIN_DIR PKI_DIR [OPTIONS OF unittest]...

BIN_DIR holds redis_sessions, PKI_DIR was made by examples/pki.sh. As in interop.py, nothing sleeps,
everything is on 127.0.0.1, and our servers have to say what a test expects and nothing else.
"""

import concurrent.futures
import contextlib
import errno
import os
import random
import signal
import socket
import ssl
import sys
import tempfile
import threading
import unittest

sys.dont_write_bytecode = True  # of interop, into the sources
import interop
from interop import LOOPBACK, ONLY, TIMEOUT, VERSIONS

NO_PERSISTENCE = ("--save", "", "--appendonly", "no")
NOT_EPHEMERAL = range(10000, 32768)  # nobody is given one of these who asks for any port

NONSENSE = (
    b"", b"\r\n", b"-ERR unknown command\r\n", b"+OK\r\n", b":1\r\n", b"*0\r\n", b"$\r\n", b"$x\r\n",
    b"$-2\r\n", b"$0\r\n\r\n", b"$5\r\nhello", b"$5\r\nhello world\r\n", b"$65536\r\nshort\r\n",
    b"$65537\r\n", b"$2147483647\r\n", b"$4294967301\r\nhello\r\n", b"$-4294967291\r\nhello\r\n",
    b"$99999999999999999999\r\n", b"$5\n", b"\x00" * 100, b"HTTP/1.1 400 Bad Request\r\n\r\n")


class Redis(interop.Program):
    """Forgets everything when it stops. Another one may then take its port."""

    def __init__(self, port=None):
        for self.port in [port] if port else random.sample(NOT_EPHEMERAL, 20):
            self._scratch = tempfile.TemporaryDirectory()
            super().__init__("redis-server", "--bind", LOOPBACK, "--port", str(self.port),
                             "--dir", self._scratch.name, *NO_PERSISTENCE)
            with contextlib.suppress(AssertionError):
                self.says("Ready to accept connections")
                return
            self.stop()
        raise AssertionError("redis-server found no port")

    def stop(self):
        self.signal(signal.SIGCONT)
        super().stop()
        self._scratch.cleanup()

    def signal(self, number):
        self._process.send_signal(number)

    def keeps(self, script):
        """Calls a script in Lua with each key `k`. Returns how many keys there are."""
        done = interop.run("redis-cli", "-h", LOOPBACK, "-p", str(self.port), "EVAL", f"""
            local keys = redis.call('KEYS', 'inkotls:*')
            for _, k in ipairs(keys) do {script} end
            return #keys""", "0")
        assert done.returncode == 0 and done.stdout.strip().isdigit(), done
        return int(done.stdout)


class OurServer(interop.OurServer):
    def __init__(self, redis_port, within=()):
        self.start(*within, f"{interop.BIN}/redis_sessions", "0", str(redis_port),
                   interop.pki("ecdsa.pem"), interop.pki("ecdsa.key"))


class Test(interop.Test):
    def setUp(self):
        with contextlib.ExitStack() as stack:
            scratch = stack.enter_context(tempfile.TemporaryDirectory())
            self.session = os.path.join(scratch, "session")
            self.redis = Redis()
            stack.callback(lambda: self.redis.stop())
            self.one, self.other = (stack.enter_context(OurServer(self.redis.port))
                                    for _ in range(2))
            self.addCleanup(stack.pop_all().close)

    def new(self, server, version):
        """A full handshake, whose session is for the next ones."""
        self.check(server, version, "New", "-sess_out", self.session)

    def resumed(self, server, version):
        self.check(server, version, "Reused", "-sess_in", self.session)

    def refused(self, server, version):
        """The session is, for a full handshake."""
        self.check(server, version, "New", "-sess_in", self.session)

    def check(self, server, version, kind, *options):
        done = interop.s_client(server.port, ONLY[version], "-no_ticket", *options)
        self.assert_exit(0, done)
        self.assertIn(f"{kind}, {VERSIONS[version]}", done.stdout)
        self.assertIn("\nhello\n", done.stdout)
        server.says(f"^{'resumed' if kind == 'Reused' else 'full handshake'}, {version}$")

    def works(self, version):
        self.new(self.one, version)
        self.resumed(self.other, version)


class Listener(Test):
    def test_accept_fails(self):
        with interop.accept_fails(errno.ENFILE) as within, \
                OurServer(self.redis.port, within) as server:
            with interop.connect(server.port):
                server.accepts_again()
            server.says("^lost: ")
            self.new(server, "TLS 1.3")


class Sessions(Test):
    def test_another_server_resumes_them(self):
        for version in VERSIONS:
            for one, other in ((self.one, self.other), (self.other, self.one)):
                with self.subTest(version=version):
                    self.new(one, version)
                    self.resumed(other, version)

    def test_a_ticket_works_once(self):
        self.works("TLS 1.3")
        self.refused(self.one, "TLS 1.3")
        self.refused(self.other, "TLS 1.3")

    def test_a_ticket_works_once_also_at_the_same_time(self):
        def show(server):
            self.assert_exit(0, interop.s_client(server.port, "-sess_in", self.session))
            return server.says("^(resumed|full handshake), TLS 1.3$")[1]

        for _ in range(5):
            self.new(self.one, "TLS 1.3")
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                kinds = pool.map(show, (self.one, self.other))
                self.assertEqual(sorted(kinds), ["full handshake", "resumed"])

    def test_a_session_id_works_again(self):
        self.works("TLS 1.2")
        self.resumed(self.one, "TLS 1.2")
        self.resumed(self.other, "TLS 1.2")

    def test_python_resumes_them(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                context = interop.client_context(version)
                context.options |= ssl.OP_NO_TICKET
                _, session = self.visit(self.one, context)
                for server in (self.other, self.one):
                    resumed, session = self.visit(server, context, session)
                    self.assertTrue(resumed)
                self.one.says(f"^full handshake, {version}$")
                self.other.says(f"^resumed, {version}$")
                self.one.says(f"^resumed, {version}$")

    def visit(self, server, context, session=None):
        with interop.connect(server.port) as connection, context.wrap_socket(
                connection, server_hostname="localhost", suppress_ragged_eofs=False,
                session=session) as tls:
            self.assertEqual(interop.receive_all(tls), b"hello\n")
            known = tls.session_reused, tls.session
            tls.unwrap().close()
            return known

    def test_they_expire(self):
        for version, count in {"TLS 1.2": 1, "TLS 1.3": 3}.items():  # two tickets more
            self.new(self.one, version)
            self.assertEqual(self.redis.keeps("assert(redis.call('TTL', k) > 7000)"), count)
            self.redis.keeps("redis.call('PEXPIREAT', k, 1)")
            self.refused(self.other, version)


class Failures(Test):
    def test_redis_is_gone_and_back(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                self.works(version)
                self.new(self.one, version)
                self.redis.stop()
                for server in (self.one, self.other):
                    self.refused(server, version)
                self.redis = Redis(self.redis.port)
                self.refused(self.other, version)
                self.works(version)

    def test_redis_hangs(self):
        """What it then answers late is an answer to nothing."""
        for version in VERSIONS:
            with self.subTest(version=version):
                self.new(self.one, version)
                self.redis.signal(signal.SIGSTOP)
                self.refused(self.other, version)
                self.redis.signal(signal.SIGCONT)
                self.redis.keeps("redis.call('DEL', k)")
                for _ in range(1000):  # our server leaves it alone for a while
                    self.new(self.other, version)
                    if self.redis.keeps(""):
                        break
                self.works(version)

    def test_values_that_are_no_sessions(self):
        values = {"garbage": "'garbage'", "zeros": "string.rep('\\0', 200)", "nothing": "''",
                  "100 KB": "string.rep('x', 100000)", "the most": "string.rep('\\1', 65536)",
                  "a part": "redis.call('GET', k):sub(1, -2)"}
        for version in VERSIONS:
            for what, value in values.items():
                with self.subTest(version=version, value=what):
                    self.new(self.one, version)
                    self.assertTrue(self.redis.keeps(f"redis.call('SET', k, {value})"))
                    self.refused(self.other, version)
                    self.redis.keeps("redis.call('DEL', k)")
                    self.works(version)

    def test_a_value_that_is_no_string(self):
        self.new(self.one, "TLS 1.3")
        self.redis.keeps("redis.call('DEL', k); redis.call('RPUSH', k, 'x')")
        self.refused(self.other, "TLS 1.3")
        self.works("TLS 1.3")

    def test_nonsense(self):
        for version in VERSIONS:
            self.new(self.one, version)
            for answer in NONSENSE:
                with self.subTest(version=version, answer=answer), \
                        nonsense_server(answer) as port, OurServer(port) as server:
                    self.refused(server, version)


@contextlib.contextmanager
def nonsense_server(answer):
    """Gives the same answer to every command, then ends the connection. Yields the port."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        listener.settimeout(TIMEOUT)
        thread = threading.Thread(target=talk_nonsense, args=(listener, answer))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(TIMEOUT)


def talk_nonsense(listener, answer):
    with contextlib.suppress(OSError):  # until the listener is shut down
        while True:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(ConnectionError):
                connection.recv(65536)
                connection.sendall(answer)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: redis.py BIN_DIR PKI_DIR [OPTIONS OF unittest]...")
    interop.BIN, interop.PKI = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
