"""Encrypted ClientHello (RFC 9849) with servers that have the key: Go's crypto/tls, NSS and
OpenSSL."""

import base64
import contextlib
import ctypes
import errno
import json
import os
import select
import socket
import subprocess
import tempfile

import inkotls
from inkotls import HANDSHAKE_FAILED, INVALID_PEER_CERTIFICATE, WANT_READ, Failure
from interop import REQUEST, Program, connect, pki, receive_all, run

from . import programs
from .agreement import hellos
from .programs import Test, client_config, on_some_port, ours, s_server
from .programs import der as certificate

GREASE, OFFERED, ACCEPTED, REJECTED = range(1, 5)  # inkotls_ech_status
ECH_REQUIRED = 121
INNER, OUTER = "localhost", "other.test"


# Our side, over each transport.


class OverFd(inkotls.Tls):
    def __init__(self, conn, connection, **options):
        super().__init__(conn, connection, **options)
        self.attach()

    def attach(self):
        self.conn.must("set_fd", self.socket.fileno())

    def obey(self, status):
        waits = [self.socket]
        select.select(*(waits, []) if status == WANT_READ else ([], waits), [], inkotls.TIMEOUT)


class OverCallbacks(OverFd):
    CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)

    def attach(self):
        self.callbacks = self.CALLBACK(self.read), self.CALLBACK(self.write)
        self.conn.must("set_io", *self.callbacks, None)

    def read(self, _, buf, cap):
        with contextlib.suppress(BlockingIOError):
            data = self.socket.recv(cap, socket.MSG_DONTWAIT)
            ctypes.memmove(buf, data, len(data))
            return len(data)
        return -errno.EAGAIN

    def write(self, _, data, size):
        return self.socket.send(ctypes.string_at(data, size))


def fetch(tls):
    tls.do("handshake")
    tls.send(REQUEST.encode())
    return receive_all(tls)


def fetch_early(tls):
    """The first line of the request is early data, and is sent again if the server rejects it."""
    line, end, rest = REQUEST.encode().partition(b"\r\n")
    tls.taken = tls.write_early(line + end)
    tls.do("handshake")
    tls.send(rest if tls.conn.is_early_data_accepted() else REQUEST.encode())
    return receive_all(tls)


def offer(port, configs, config=None, over=inkotls.Tls, name=INNER, talk=fetch, alpn=None):
    """A connection that offers ECH, unless `configs` is None; its failure, if it fails."""
    with connect(port) as connection:
        tls = over.client(config or client_config(), name, connection)
        tls.value = tls.failure = None
        if configs is not None:
            tls.conn.must("set_ech_configs", configs)
        if alpn:
            tls.conn.must("clear_alpn")
            tls.conn.must("add_alpn", alpn)
        try:
            tls.value = talk(tls)
        except Failure as failure:
            tls.failure = failure
            tls.leave()
        return tls


def sent(tls):
    return b"".join(data for is_ours, data in tls.wire if is_ours)


class Ech(Test):
    def assert_accepted(self, tls, resumed=0):
        self.assertIsNone(tls.failure)
        self.assertEqual((tls.conn.ech_status(), tls.resumed), (ACCEPTED, resumed))
        self.assertEqual(tls.conn.lent("ech_public_name"), OUTER.encode())
        self.assertIsNone(tls.conn.lent("ech_retry_configs"))
        if tls.wire:
            self.assertIn(OUTER.encode(), sent(tls))
            self.assertNotIn(INNER.encode(), sent(tls))

    def assert_refused_with(self, tls, configs):
        self.assertIsNotNone(tls.failure)
        self.assertEqual((tls.failure.status, tls.failure.alert_sent),
                         (HANDSHAKE_FAILED, ECH_REQUIRED), tls.failure)
        self.assertEqual(tls.conn.ech_status(), REJECTED)
        self.assertEqual(tls.conn.lent("ech_retry_configs"), configs)
        self.assertNotIn(INNER.encode(), sent(tls))


class Go(Program):
    """surface/ech.go, which prepare.sh has compiled."""

    def __init__(self, *options, name=OUTER):
        super().__init__(os.path.join(programs.PEERS, "ech"), pki("."), name, *options)
        try:
            said = self.tells()
        except BaseException:
            self.stop()
            raise
        self.port = said["port"]
        self.configs, self.stale = (base64.b64decode(said[it]) for it in ("configs", "stale"))

    def tells(self):
        return json.loads(self.says(r"^(\{.*\})$")[1])


class GoAccepts(Ech):
    def setUp(self):
        if not os.path.exists(os.path.join(programs.PEERS, "ech")):
            self.skipTest(f"no ech in {programs.PEERS}: see what prepare.sh said")

    def test_accepted(self):
        for aead in (1, 2, 3):
            with Go("-aead", str(aead)) as peer:
                for over in (inkotls.Tls, OverFd, OverCallbacks):
                    with self.subTest(aead=aead, over=over.__name__):
                        tls = offer(peer.port, peer.configs, over=over)
                        self.assert_accepted(tls)
                        self.assert_page(tls)
                        said = peer.tells()
                        self.assertEqual((said["accepted"], said["name"]), (True, INNER))

    def test_settings(self):
        """Of the config and of the connection."""
        with Go("-auth") as peer:
            config = client_config(("add_identity", ours("client")), ("add_alpn", "http/1.1"))
            tls = offer(peer.port, peer.configs, config, alpn="own")
            self.assert_accepted(tls)
            said = peer.tells()
            self.assertEqual((said["certificates"], said["alpn"], tls.alpn), (1, "own", "own"))

    def test_address(self):
        with Go() as peer:
            tls = offer(peer.port, peer.configs, name="127.0.0.1")
            self.assert_accepted(tls)
            said = peer.tells()
            self.assertEqual((said["accepted"], said["name"]), (True, ""))

    def test_resumption(self):
        with Go() as peer:
            config = client_config()
            for resumed in (0, 1, 1):
                self.assert_accepted(offer(peer.port, peer.configs, config), resumed)
                said = peer.tells()
                self.assertEqual((said["accepted"], said["resumed"]), (True, resumed == 1))

    def test_hello_retry_request(self):
        with Go("-group", "p384") as peer:
            tls = offer(peer.port, peer.configs)
            self.assert_accepted(tls)
            self.assertEqual((hellos(tls, True), tls.group), (2, "secp384r1"))
            tls = offer(peer.port, peer.stale, client_config())
            self.assert_refused_with(tls, peer.configs)
            self.assertEqual(hellos(tls, True), 2)

    def test_refused_then_accepted(self):
        with Go() as peer:
            config = client_config(("add_identity", ours("client")))
            tls = offer(peer.port, peer.stale, config)
            self.assert_refused_with(tls, peer.configs)
            self.assertIn("encrypted client hello required", peer.tells()["error"])
            self.assert_accepted(offer(peer.port, tls.conn.lent("ech_retry_configs"), config))
            self.assertTrue(peer.tells()["accepted"])

    def test_refused_without_configs(self):
        """By a server that has disabled ECH: the next connection is one without."""
        for options in (["-closed"], ["-retry=false"]):
            with self.subTest(options=options), Go(*options) as peer:
                tls = offer(peer.port, peer.stale)
                self.assert_refused_with(tls, None)
                self.assertIn("it sent no configs", tls.failure.text)
                peer.tells()
                self.assert_page(offer(peer.port, None))
                self.assertEqual(peer.tells()["name"], INNER)

    def test_a_refusal_that_is_not_proven(self):
        """The server's certificates are not valid for the public name: its configs are not used."""
        with Go(name="attacker.test") as peer:
            tls = offer(peer.port, peer.stale)
            self.assertEqual(tls.failure.status, INVALID_PEER_CERTIFICATE)
            self.assertEqual(tls.conn.ech_status(), OFFERED)
            self.assertIsNone(tls.conn.lent("ech_retry_configs"))

    def test_grease(self):
        config = client_config(("set_ech_grease", 1))
        for options in ([], ["-closed"]):
            with self.subTest(options=options), Go(*options) as peer:
                tls = offer(peer.port, None, config)
                self.assert_page(tls)
                self.assertEqual(tls.conn.ech_status(), GREASE)
                said = peer.tells()
                self.assertEqual((said["accepted"], said["name"]), (False, INNER))


class OpensslAccepts(Ech):
    def setUp(self):
        if run("openssl", "ech", "-help").returncode:
            self.skipTest("this openssl is older than 4.0, which has Encrypted ClientHello")

    def keys(self):
        """A file with a new key, and the list of its config."""
        path = os.path.join(self.scratch(), "ech.pem")
        self.assertEqual(run("openssl", "ech", "-public_name", OUTER, "-out", path).returncode, 0)
        with open(path, encoding="ascii") as file:
            lines = file.read().split("-----BEGIN ECHCONFIG-----")[1].split("-----END")[0]
        return path, base64.b64decode(lines)

    def s_server(self, path, *options):
        return s_server("other", "-www", "-tls1_3", "-servername", INNER, "-cert2",
                        pki("ecdsa.pem"), "-key2", pki("ecdsa.key"), "-ech_key", path, *options)

    def test_accepted(self):
        path, configs = self.keys()
        config = client_config()
        with self.s_server(path) as peer:
            for resumed, over in enumerate((inkotls.Tls, OverFd, OverCallbacks)):
                with self.subTest(over=over.__name__):
                    tls = offer(peer.port, configs, config, over=over)
                    self.assert_accepted(tls, min(resumed, 1))
                    self.assertEqual(tls.peer, certificate("ecdsa"))

    def test_hello_retry_request(self):
        path, configs = self.keys()
        with self.s_server(path, "-groups", "P-384") as peer:
            tls = offer(peer.port, configs)
            self.assert_accepted(tls)
            self.assertEqual((hellos(tls, True), tls.group), (2, "secp384r1"))

    def test_refused_then_accepted(self):
        path, configs = self.keys()
        with self.s_server(path) as peer:
            tls = offer(peer.port, self.keys()[1])
            self.assert_refused_with(tls, configs)
            self.assert_accepted(offer(peer.port, tls.conn.lent("ech_retry_configs")))


# NSS, which wants its key in a form of its own.


def der(tag, *parts):
    content = b"".join(parts)
    size = [len(content)] if len(content) < 128 else [0x81, len(content)]
    return bytes([tag, *size]) + content


def vector(data):
    return len(data).to_bytes(2, "big") + data


def x25519():
    """The private and the public key."""
    pem = run("openssl", "genpkey", "-algorithm", "X25519").stdout.encode()
    return [subprocess.run(["openssl", "pkey", *options, "-outform", "DER"], input=pem, check=True,
                           capture_output=True).stdout[-32:] for options in ([], ["-pubout"])]


def ech_configs(public):
    suites = vector(bytes([0, 1, 0, 1]))  # HKDF-SHA256, AES-128-GCM
    contents = bytes([7, 0, 0x20]) + vector(public) + suites \
        + bytes([100, len(OUTER)]) + OUTER.encode() + vector(b"")
    return vector(b"\xfe\x0d" + vector(contents))


def nss_key(private, public):
    """PrivateKeyInfo of an ECPrivateKey of curve25519."""
    algorithm = der(0x30, bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06092b06010401da470f01"))
    key = der(0x30, der(2, b"\1"), der(4, private), der(0xa1, der(3, b"\0" + public)))
    return der(0x30, der(2, b"\0"), algorithm, der(4, key))


class NssAccepts(Ech):
    @classmethod
    def setUpClass(cls):
        """A database with the certificates of both names."""
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.database = f"sql:{directory.name}"
        run("certutil", "-N", "-d", cls.database, "--empty-password")
        for name, key in ((INNER, "ecdsa"), (OUTER, "other")):
            file = os.path.join(directory.name, f"{key}.p12")
            run("openssl", "pkcs12", "-export", "-passout", "pass:", "-name", name,
                "-in", pki(f"{key}.pem"), "-inkey", pki(f"{key}.key"), "-out", file)
            run("pk12util", "-i", file, "-d", cls.database, "-W", "")
        private, public = x25519()
        cls.configs, cls.stale = ech_configs(public), ech_configs(x25519()[1])
        cls.ech = base64.b64encode(vector(nss_key(private, public)) + cls.configs).decode()

    def selfserv(self, *options):
        def start(port):
            program = Program("selfserv", "-d", self.database, "-n", OUTER, "-a", INNER, "-p",
                              str(port), "-V", "tls1.3:tls1.3", "-v", *options)
            program.port = port
            try:
                program.says("About to call accept")
            except BaseException:
                program.stop()
                raise
            return program

        return on_some_port(start)

    def assert_answered(self, tls):
        self.assertIn(b" 200 OK\r\n", tls.value)

    def test_accepted(self):
        with self.selfserv("-X", self.ech) as peer:
            for over in (inkotls.Tls, OverFd, OverCallbacks):
                with self.subTest(over=over.__name__):
                    tls = offer(peer.port, self.configs, over=over)
                    self.assert_accepted(tls)
                    self.assertEqual(tls.peer, certificate("ecdsa"))
                    self.assert_answered(tls)

    def test_refused_then_accepted(self):
        with self.selfserv("-X", self.ech) as peer:
            tls = offer(peer.port, self.stale)
            self.assert_refused_with(tls, self.configs)
            self.assertEqual(tls.peer, certificate("other"))
            tls = offer(peer.port, tls.conn.lent("ech_retry_configs"))
            self.assert_accepted(tls)
            self.assert_answered(tls)

    def test_hello_retry_request(self):
        with self.selfserv("-X", self.ech, "-I", "P384") as peer:
            tls = offer(peer.port, self.configs)
            self.assert_accepted(tls)
            self.assertEqual((hellos(tls, True), tls.group), (2, "secp384r1"))

    def test_early_data(self):
        with self.selfserv("-X", self.ech, "-u", "-Z") as peer:
            config = client_config(("set_early_data", 1))
            self.assert_accepted(offer(peer.port, self.configs, config))
            tls = offer(peer.port, self.configs, config, talk=fetch_early)
            self.assert_accepted(tls, 1)
            # NSS rejects it in the first seconds after its start, as replays might come then.
            self.assertIn(tls.conn.is_early_data_accepted(), (0, 1))
            self.assertGreater(tls.taken, 0)
            self.assert_answered(tls)
            tls = offer(peer.port, self.stale, config, talk=fetch_early)
            self.assertGreater(tls.taken, 0)
            self.assert_refused_with(tls, self.configs)

    def test_grease(self):
        for options in (["-X", self.ech], []):
            with self.subTest(options=options), self.selfserv(*options) as peer:
                tls = offer(peer.port, None, client_config(("set_ech_grease", 1)))
                self.assert_answered(tls)
                self.assertEqual(tls.conn.ech_status(), GREASE)
