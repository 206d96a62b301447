#!/usr/bin/env python3
"""The two examples against programs that are not ours: openssl, curl and Python's ssl; and against
peers that break off, talk nonsense or never end.

    interop.py BIN_DIR PKI_DIR [OPTIONS OF unittest]...

BIN_DIR holds https_server and https_client, PKI_DIR was made by examples/pki.sh. Everything is on
127.0.0.1 and on free ports. Nothing sleeps: a test waits for a line, a byte or an exit, TIMEOUT
seconds at most.

Our server has to say what a test expects it to say and nothing else, and has to exit with 0: see
OurServer. So every test against it also proves that the others of its connections were clean.
"""

import concurrent.futures
import contextlib
import errno
import hashlib
import os
import queue
import re
import select
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings

TIMEOUT = 30
LOOPBACK = "127.0.0.1"
BIN = PKI = ""  # set where this file ends
HERE = os.path.dirname(os.path.abspath(__file__))

KEYS = ("rsa", "ecdsa", "ed25519")
VERSIONS = {"TLS 1.2": "TLSv1.2", "TLS 1.3": "TLSv1.3"}  # our name: OpenSSL's
ONLY = {"TLS 1.2": "-tls1_2", "TLS 1.3": "-tls1_3"}
PYTHON_VERSIONS = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}
GROUPS = {"x25519": "X25519", "secp256r1": "P-256", "secp384r1": "P-384"}
# As the various releases of openssl call them in their reports.
REPORTED_GROUPS = {"x25519": "x25519", "secp256r1": "prime256v1|secp256r1|P-256",
                   "secp384r1": "secp384r1|P-384"}
SUITES_OF_13 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
SUITES_OF_12 = {  # our name: OpenSSL's
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
}
OPENSSL_SUITES = {**SUITES_OF_12, **{suite: suite for suite in SUITES_OF_13}}

REQUEST = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"
ANSWER = b"HTTP/1.0 200 OK\r\n\r\n"  # its body ends where the connection does
ANSWER_OF_SIX = b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\n"


def matrix():
    """Every key with every suite that it can be used with; the groups take turns, so that each of
    them meets every key and every kind of suite."""
    for version in VERSIONS:
        for i, key in enumerate(KEYS):
            for j, suite in enumerate(suites_of(version, key)):
                group = list(GROUPS)[(i + j) % len(GROUPS)]
                yield {"version": version, "key": key, "suite": suite, "group": group}


def suites_of(version, key):
    if version == "TLS 1.3":
        return SUITES_OF_13
    kind = "_RSA_" if key == "rsa" else "_ECDSA_"  # RFC 8422: Ed25519 counts as ECDSA
    return [suite for suite in SUITES_OF_12 if kind in suite]


def restriction(version, suite, *groups):
    """What makes s_server or s_client agree to nothing else; in preference to nothing else, where
    there is more than one group."""
    suites = "-ciphersuites" if version == "TLS 1.3" else "-cipher"
    return [ONLY[version], suites, OPENSSL_SUITES[suite],
            "-groups", ":".join(GROUPS[group] for group in groups)]


# Programs.


class Program:
    """A program that runs until it is stopped, and what it says on stdout and stderr."""

    every_line = False  # whether `says` is about the next line, or skips to one that matches

    def __init__(self, *command):
        self.said = []
        self._lines = queue.Queue()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            bufsize=1, universal_newlines=True, errors="replace")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def says(self, pattern):
        """Waits for a line that has the pattern in it. Returns the match."""
        deadline = time.monotonic() + TIMEOUT
        while True:
            line = self._next_line(deadline)
            match = line is not None and re.search(pattern, line)
            if match:
                return match
            if line is None or self.every_line:
                raise AssertionError(f"it should have said {pattern!r}, and said {self.said}")

    def told(self, text):
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def stop(self):
        """Returns the exit code and the lines that nothing has waited for."""
        self._process.terminate()
        try:
            code = self._process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        return code, list(iter(self._lines.get_nowait, None))

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _next_line(self, deadline):
        """None at the end of what it says, or of our patience."""
        with contextlib.suppress(queue.Empty):
            line = self._lines.get(timeout=max(0, deadline - time.monotonic()))
            if line is None:
                self._lines.put(None)  # it stays the end
            else:
                self.said.append(line)
            return line
        return None


class OurServer(Program):
    every_line = True

    def __init__(self, key="ecdsa", *other_sites, within=()):
        self.start(*within, f"{BIN}/https_server", "0", pki(f"{key}.pem"), pki(f"{key}.key"),
                   *other_sites)

    def start(self, *command):
        super().__init__(*command)
        try:
            self.port = int(self.says(r"^listening on 127\.0\.0\.1:(\d+)$")[1])
        except BaseException:
            self.stop()
            raise

    def __exit__(self, kind, *_):
        code, lines = self.stop()
        if kind is None and (code, lines) != (0, []):
            raise AssertionError(f"our server exited with {code}, and also said {lines}")

    def refuses(self, words, port=r"\d+"):
        return self.says(rf"^refused 127\.0\.0\.1:{port}: .*{words}")

    def accepts_again(self):
        """See accept_fails. A server that repeats the call at once makes many thousands of calls."""
        failures = int(self.says(r"^accept failed (\d+) times$")[1])
        assert failures < 50, failures


class OpensslServer(Program):
    def __init__(self, key, *options):
        super().__init__("openssl", "s_server", "-accept", f"{LOOPBACK}:0", "-www",
                         "-cert", pki(f"{key}.pem"), "-key", pki(f"{key}.key"), *options)
        try:
            self.port = int(self.says(r"^ACCEPT .*:(\d+)$")[1])
        except BaseException:
            self.stop()
            raise


def pki(name):
    return os.path.join(PKI, name)


@contextlib.contextmanager
def accept_fails(number):
    """The environment of a server whose first calls of accept fail with this error."""
    with tempfile.TemporaryDirectory() as scratch:
        library = os.path.join(scratch, "accept.so")
        done = run(os.environ.get("CC", "cc"), "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", library,
                   os.path.join(HERE, "accept.c"))
        assert done.returncode == 0, done.stderr
        yield ("env", f"LD_PRELOAD={library}", f"ACCEPT_ERRNO={number}",
               "ASAN_OPTIONS=verify_asan_link_order=0")


def other_site():
    return "other.test", pki("other.pem"), pki("other.key")


def run(*command, stdin=""):
    return subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, errors="replace", timeout=TIMEOUT)


def our_client(port, *options, host="localhost"):
    return run(f"{BIN}/https_client", "-v", "--ca", pki("ca.pem"),
               "--connect", f"{LOOPBACK}:{port}", *options, f"https://{host}/")


def s_client_command(port, *options):
    return ["openssl", "s_client", "-connect", f"{LOOPBACK}:{port}", "-CAfile", pki("ca.pem"),
            *options]


def s_client(port, *options):
    """Asks, and ends when the server does: not at the end of its input, which comes first."""
    return run(*s_client_command(port, "-ign_eof", *options), stdin=REQUEST)


def curl(port, *options, ca="ca", path=""):
    return run("curl", "-q", "-sS", "--noproxy", "*", "--max-time", str(TIMEOUT),
               "--cacert", pki(f"{ca}.pem"), "--resolve", f"localhost:{port}:{LOOPBACK}",
               *options, f"https://localhost:{port}/{path}")


def facts(text):
    """Of our server's page, and of our client's -v."""
    return dict(re.findall(r"^([a-z ]+): (.*?)\r?$", text, re.MULTILINE))


# Python's ssl.


def client_context(version=None, alpn=()):
    context = ssl.create_default_context(cafile=pki("ca.pem"))
    return restricted(context, version, alpn)


def server_context(version=None, alpn=()):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki("ecdsa.pem"), pki("ecdsa.key"))
    return restricted(context, version, alpn)


def restricted(context, version, alpn):
    if version:
        context.minimum_version = context.maximum_version = PYTHON_VERSIONS[version]
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


@contextlib.contextmanager
def raw_server(talk):
    """Serves one connection. Yields the port, and the future of what `talk` returns."""
    def serve():
        connection, _ = listener.accept()
        connection.settimeout(TIMEOUT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a reset overtakes nothing
        with connection:
            return talk(connection)

    with socket.create_server((LOOPBACK, 0)) as listener:
        listener.settimeout(TIMEOUT)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            yield listener.getsockname()[1], pool.submit(serve)


def python_server(context, talk):
    """As raw_server, in TLS, and once the request has come."""
    def serve(connection):
        with context.wrap_socket(connection, server_side=True) as tls:
            receive_until(tls, b"\r\n\r\n")
            return talk(tls)

    return raw_server(serve)


def reset(connection):
    """Closes it as a process that is killed, or a firewall, may: with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def trickle(connection, data=b"x"):
    """Sends it again and again, until the peer leaves or says something."""
    with contextlib.suppress(OSError):
        while not select.select([connection], [], [], 0.02)[0]:
            connection.sendall(data)


def connect(port):
    connection = socket.create_connection((LOOPBACK, port), TIMEOUT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


@contextlib.contextmanager
def python_client(port, context=None, name="localhost"):
    """An end without close_notify raises SSLEOFError where this one reads."""
    context = context or client_context()
    with connect(port) as connection, context.wrap_socket(
            connection, server_hostname=name, suppress_ragged_eofs=False) as tls:
        yield tls


def receive_until(connection, end):
    data = b""
    while end not in data:
        more = connection.recv(65536)
        if not more:
            raise EOFError(f"{data!r} ends before {end!r}")
        data += more
    return data


def receive_all(connection):
    return b"".join(iter(lambda: connection.recv(65536), b""))


def ask(tls):
    tls.sendall(REQUEST.encode())
    return receive_all(tls).decode()


class MemoryClient:
    """A Python client whose bytes the test carries to the server and back."""

    def __init__(self):
        self._inbound, self._outbound = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = client_context().wrap_bio(self._inbound, self._outbound,
                                             server_hostname="localhost")

    def hello(self):
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        return self._outbound.read()

    def complete(self, call, connection, send):
        """Makes the call until it is complete, and sends what that gives with `send`."""
        while True:
            try:
                result = call()
            except ssl.SSLWantReadError:
                result = None
            send(self._outbound.read())
            if result is not None:
                return result
            self._inbound.write(connection.recv(65536))


# Tests.


class Test(unittest.TestCase):
    maxDiff = None

    def assert_exit(self, code, done):
        self.assertEqual(done.returncode, code, f"{done.args}: {done.stdout}\n{done.stderr}")

    def assert_failure(self, done, reason):
        self.assert_exit(1, done)
        told = re.findall("^https_client: (.*)$", done.stderr, re.MULTILINE)
        self.assertEqual(len(told), 1, done.stderr)
        self.assertRegex(told[0], f"^{reason}")

    def assert_facts(self, text, **expected):
        found = facts(text)
        expected = {name.replace("_", " "): value for name, value in expected.items()}
        self.assertEqual({name: found.get(name) for name in expected}, expected, text)

    def assert_serves(self, server):
        with python_client(server.port) as tls:
            self.assertIn("\n200 OK\n", ask(tls))


class ExamplesByHand(Test):
    def test_they_compile_as_the_guide_says(self):
        root = os.path.dirname(os.path.dirname(HERE))
        with open(os.path.join(root, "docs/guide/building.md"), encoding="utf-8") as guide:
            command = re.search(r"^ +(cc .*)examples/https_client\.c ", guide.read(), re.MULTILINE)
        # pkcs11_server needs the headers of p11-kit, too; make compiles it without other options.
        for name in ("https_client", "https_server", "green_threads", "redis_sessions"):
            for standard in ([], ["-std=c11"]):
                with self.subTest(example=name, standard=standard):
                    done = subprocess.run(
                        [*command[1].split(), *standard, "-Wall", "-Wextra", "-Werror",
                         "-fsyntax-only", f"examples/{name}.c"],
                        cwd=root, timeout=TIMEOUT, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE, universal_newlines=True)
                    self.assert_exit(0, done)


class OurClientAgainstOpenssl(Test):
    def test_every_version_key_suite_and_group(self):
        for case in matrix():
            with self.subTest(**case):
                self.check_agreement(**case)

    def check_agreement(self, version, key, suite, group):
        with OpensslServer(key, *restriction(version, suite, group)) as server:
            done = our_client(server.port)
            self.assert_exit(0, done)
            self.assert_facts(done.stderr, version=version, suite=suite, group=group,
                              peer_certificates="1")
            self.assertIn(f"{VERSIONS[version]}, Cipher is {OPENSSL_SUITES[suite]}", done.stdout)
            self.assertIn("</HTML>", done.stdout)

    def test_alpn(self):
        with OpensslServer("ecdsa", "-alpn", "h2,http/1.1") as server:
            done = our_client(server.port, "--alpn", "http/1.1")
            self.assert_exit(0, done)
            self.assert_facts(done.stderr, alpn="http/1.1")

    def test_a_server_that_requires_a_certificate(self):
        alerts = {"TLS 1.2": "handshake_failure (40)", "TLS 1.3": "certificate_required (116)"}
        for version, alert in alerts.items():
            with self.subTest(version=version), \
                    OpensslServer("ecdsa", ONLY[version], "-Verify", "1") as server:
                done = our_client(server.port)
                self.assert_exit(1, done)
                self.assert_facts(done.stderr, alert_received=alert)


class OurClientPins(Test):
    def test_its_certificate_and_no_other(self):
        with OpensslServer("ecdsa") as server:
            done = our_client(server.port, "--pin", fingerprint("ecdsa"))
            self.assert_exit(0, done)
            done = our_client(server.port, "--pin", fingerprint("rsa"))
            self.assert_exit(1, done)
            self.assertIn("the peer's certificate was refused: the host's verifier refused it", done.stderr)
            self.assert_facts(done.stderr, alert_sent="certificate_unknown (46)")
            server.says("SSL alert number 46$")

    def test_a_pin_excuses_nothing(self):
        with OpensslServer("expired") as server:
            done = our_client(server.port, "--pin", fingerprint("expired"))
            self.assert_exit(1, done)
            self.assertIn("the peer's certificate was refused: it has expired", done.stderr)
            self.assert_facts(done.stderr, alert_sent="certificate_expired (45)")


def fingerprint(key):
    with open(pki(f"{key}.pem"), encoding="ascii") as pem:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.read())).hexdigest()


class OurClientRefuses(Test):
    CASES = {  # file: why, and the alert
        "expired": ("it has expired", "certificate_expired", 45),
        "future": ("it is not valid yet", "certificate_expired", 45),
        "client-only": ("it may not be used for this purpose", "unsupported_certificate", 43),
        "stranger": ("no trusted authority issued it", "unknown_ca", 48),
        "other": ("it is for another name", "bad_certificate", 42),
    }

    def test_certificates(self):
        for version in VERSIONS:
            for key, (why, alert, number) in self.CASES.items():
                with self.subTest(version=version, certificate=key):
                    self.check_refusal(version, key, why, alert, number)

    def check_refusal(self, version, key, why, alert, number):
        with OpensslServer(key, ONLY[version]) as server:
            done = our_client(server.port)
            self.assert_exit(1, done)
            self.assertEqual(done.stdout, "")
            self.assertIn(f"the peer's certificate was refused: {why}", done.stderr)
            self.assertIn(f"the peer's certificate: {why}\n", done.stderr)
            self.assert_facts(done.stderr, alert_sent=f"{alert} ({number})")
            server.says(rf"SSL alert number {number}$")


class OpensslAgainstOurServer(Test):
    def test_every_version_key_suite_and_group(self):
        for key in KEYS:
            with OurServer(key) as server:
                for case in matrix():
                    if case["key"] == key:
                        with self.subTest(**case):
                            self.check_agreement(server, **case)

    def check_agreement(self, server, version, key, suite, group):
        groups = [group]
        if (version, key) == ("TLS 1.2", "ecdsa") and group != "secp256r1":
            groups.append("secp256r1")  # in TLS 1.2, the client has to accept the key's curve, too
        done = s_client(server.port, "-brief", "-verify_return_error",
                        "-verify_hostname", "localhost", *restriction(version, suite, *groups))
        report = done.stderr
        self.assert_exit(0, done)
        self.assert_facts(done.stdout, version=version, suite=suite, group=group)
        self.assertRegex(report, f"(?m)^Protocol version: {VERSIONS[version]}$")
        self.assertRegex(report, f"(?m)^Ciphersuite: {OPENSSL_SUITES[suite]}$")
        self.assertRegex(report, f"(?im)^.*(group|temp key): .*({REPORTED_GROUPS[group]})")
        self.assertRegex(report, f"(?m)^Peer certificate: CN ?= ?inkotls example {key}$")
        self.assertRegex(report, "(?m)^Verification: OK$")

    def test_alpn(self):
        with OurServer() as server:
            done = s_client(server.port, "-alpn", "h2,http/1.1")
            self.assert_exit(0, done)
            self.assertIn("ALPN protocol: http/1.1", done.stdout)
            self.assert_facts(done.stdout, alpn="http/1.1")

    def test_server_name(self):
        with OurServer("ecdsa", *other_site()) as server:
            for name, certificate in {"other.test": "other", "OTHER.TEST": "other",
                                      "localhost": "ecdsa", "third.test": "ecdsa"}.items():
                with self.subTest(name=name):
                    done = s_client(server.port, "-brief", "-servername", name)
                    self.assert_exit(0, done)
                    self.assertRegex(done.stderr, f"CN ?= ?inkotls example {certificate}\n")
                    self.assertEqual(facts(done.stdout)["server name"].lower(), name.lower())

    def test_resumption(self):
        for version in VERSIONS:
            with self.subTest(version=version), OurServer() as server, \
                    tempfile.TemporaryDirectory() as scratch:
                session = os.path.join(scratch, "session")
                done = s_client(server.port, ONLY[version], "-sess_out", session)
                self.assert_exit(0, done)
                self.assertIn(f"New, {VERSIONS[version]}", done.stdout)
                done = s_client(server.port, ONLY[version], "-sess_in", session)
                self.assert_exit(0, done)
                self.assertIn(f"Reused, {VERSIONS[version]}", done.stdout)
                self.assert_facts(done.stdout, version=version)

    def test_key_update(self):
        with OurServer() as server, \
                Program(*s_client_command(server.port, "-tls1_3", "-msg")) as client:
            client.says("^SSL handshake has read")
            client.told("K\n")  # updates its own key, and asks for an update of ours
            client.says("^>>> TLS 1.3, Handshake .*KeyUpdate")
            client.told(REQUEST)
            client.says("^<<< TLS 1.3, Handshake .*KeyUpdate")
            client.says("^version: TLS 1.3$")
            client.says("^<<< TLS 1.3, Alert .*close_notify")

    def test_nothing_in_common(self):
        cases = {  # options: the alerts that fit
            ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"): ("protocol_version", "handshake_failure"),
            ("-tls1_2", "-cipher", "AES128-SHA"): ("handshake_failure",),
            ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"): ("handshake_failure",),
            ("-tls1_3", "-groups", "P-521"): ("handshake_failure",),
            ("-tls1_3", "-sigalgs", "ECDSA+SHA512"): ("handshake_failure",),
            ("-tls1_3", "-alpn", "other"): ("no_application_protocol",),
        }
        with OurServer() as server:
            for options, alerts in cases.items():
                with self.subTest(options=" ".join(options)):
                    done = s_client(server.port, *options)
                    self.assertNotEqual(done.returncode, 0)
                    sent = server.refuses(r"\(sent alert (\w+) (\d+)\)$")
                    self.assertIn(sent[1], alerts)
                    self.assertRegex(done.stderr, rf"SSL alert number {sent[2]}\n")
            self.assert_serves(server)


class CurlAgainstOurServer(Test):
    def test_page(self):
        with OurServer() as server:
            done = curl(server.port, "-w", "%{http_code} %{ssl_verify_result}")
            self.assert_exit(0, done)
            self.assertTrue(done.stdout.endswith("\n200 0"), done.stdout)
            self.assert_facts(done.stdout, version="TLS 1.3", alpn="http/1.1",
                              server_name="localhost")

    def test_page_in_tls_1_2(self):
        for key in KEYS:
            with self.subTest(key=key), OurServer(key) as server:
                done = curl(server.port, "--tls-max", "1.2")
                self.assert_exit(0, done)
                self.assert_facts(done.stdout, version="TLS 1.2")

    def test_wrong_authority(self):
        for limit in ("1.2", "1.3"):
            with self.subTest(tls_max=limit), OurServer() as server:
                done = curl(server.port, "--tls-max", limit, ca="stranger-ca")
                self.assert_exit(60, done)  # CURLE_PEER_FAILED_VERIFICATION
                server.refuses(r"\(received alert unknown_ca 48\)$")
                self.assert_serves(server)

    def test_parallel_transfers(self):
        with OurServer() as server, tempfile.TemporaryDirectory() as scratch:
            done = curl(server.port, "--parallel", "--parallel-immediate",
                        "-o", os.path.join(scratch, "#1"), path="[1-5]")
            self.assert_exit(0, done)
            self.assertEqual(sorted(os.listdir(scratch)), list("12345"))
            for name in "12345":
                with open(os.path.join(scratch, name), encoding="utf-8") as page:
                    self.assert_facts(page.read(), version="TLS 1.3")


class OurClientAgainstPython(Test):
    def test_what_is_agreed_on(self):
        def talk(tls):
            tls.sendall(ANSWER_OF_SIX + b"hello\n")
            return tls.version(), tls.cipher()[0], tls.selected_alpn_protocol()

        for version in VERSIONS:
            for offer, alpn in {"http/1.1": "http/1.1", "other": None}.items():
                with self.subTest(version=version, offer=offer):
                    self.check_agreement(talk, version, offer, alpn)

    def check_agreement(self, talk, version, offer, alpn):
        with python_server(server_context(version, ["h2", "http/1.1"]), talk) as (port, served):
            done = our_client(port, "--alpn", offer)
            self.assert_exit(0, done)
            self.assertEqual(done.stdout, "hello\n")
            self.assert_facts(done.stderr, version=version, alpn=alpn or "none")
            suite = OPENSSL_SUITES[facts(done.stderr)["suite"]]
            self.assertEqual(served.result(TIMEOUT), (VERSIONS[version], suite, alpn))

    def test_the_end_of_the_body(self):
        body = b"0123456789" * 200000
        whole, short = (b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % length
                        for length in (len(body), len(body) + 1))
        for version in VERSIONS:
            for what, head, clean, code in (
                    ("up to close_notify", ANSWER, True, 0),
                    ("no close_notify", ANSWER, False, 1),
                    ("of full length", whole, True, 0),
                    ("of full length, no close_notify", whole, False, 0),
                    ("too short", short, True, 1),
                    ("too short, no close_notify", short, False, 1)):
                with self.subTest(version=version, body=what):
                    self.check_end(version, head + body, clean, body.decode(), code)

    def check_end(self, version, answer, clean, body, code):
        def talk(tls):
            tls.sendall(answer)
            if clean:
                with contextlib.suppress(OSError):  # whether it answers is the next test's subject
                    tls.unwrap().close()

        with python_server(server_context(version), talk) as (port, served):
            done = our_client(port)
            served.result(TIMEOUT)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertTrue(done.stdout == body, f"{len(done.stdout)} of {len(body)} bytes")
        if code == 0:
            self.assertNotIn("https_client:", done.stderr)
        else:
            how = "with" if clean else "without"
            self.assert_failure(done, rf"the answer is truncated: .* {how} close_notify\b")

    def test_close_notify_is_answered(self):
        """RFC 5246, section 7.2.1: the other party MUST respond with a close_notify of its own."""
        heads = {"the server ends first": ANSWER, "both end": ANSWER_OF_SIX}
        for version in VERSIONS:
            for who, head in heads.items():
                def talk(tls, head=head):
                    tls.sendall(head + b"hello\n")
                    tls.unwrap().close()  # raises where no close_notify comes back

                with self.subTest(version=version, who=who), \
                        python_server(server_context(version), talk) as (port, served):
                    self.assert_exit(0, our_client(port))
                    served.result(TIMEOUT)

    @unittest.skipUnless(ssl.HAS_TLSv1_1, "this Python has no TLS 1.1")
    def test_an_old_server(self):
        context = server_context()
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with python_server(context, lambda tls: None) as (port, served):
            done = our_client(port)
            self.assert_exit(1, done)
            self.assert_facts(done.stderr, alert_received="protocol_version (70)")
            self.assertIsInstance(served.exception(TIMEOUT), ssl.SSLError)

    def test_a_server_that_is_not_tls(self):
        def answer_in_plaintext(connection):
            connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            receive_all(connection)

        with raw_server(answer_in_plaintext) as (port, served):
            done = our_client(port)
            self.assert_exit(1, done)
            self.assertIn("what the peer sent is not TLS", done.stderr)
            self.assertRegex(facts(done.stderr)["alert sent"], r"\(\d+\)$")
            served.result(TIMEOUT)

    def test_a_reset(self):
        """The failure that is told is the first, not that of a later call."""
        def in_the_handshake(connection):
            connection.recv(1)
            reset(connection)

        with raw_server(in_the_handshake) as (port, _):
            self.assert_failure(our_client(port), ".*Connection reset by peer")
        reasons = {b"": ".*Connection reset by peer",
                   b"hello": "the answer is truncated: .*Connection reset by peer"}
        for version in VERSIONS:
            for body, reason in reasons.items():
                def talk(tls, body=body):
                    if body:
                        tls.sendall(ANSWER_OF_SIX + body)
                    reset(tls)

                with self.subTest(version=version, body=body), \
                        python_server(server_context(version), talk) as (port, served):
                    done = our_client(port)
                    served.result(TIMEOUT)
                    self.assert_failure(done, reason)
                    self.assertEqual(done.stdout, body.decode())

    def test_an_answer_that_is_not_http(self):
        none, truncated = "the peer left without an answer", "the answer is truncated: .*"
        rubbish = "the answer is not HTTP"
        reasons = {b"": none, b"HTTP/1.0 200 OK\r\n": truncated, b"SSH-2.0-OpenSSH\r\n": rubbish,
                   b"rubbish\r\n\r\nmore of it": rubbish, b"\0" * 20000: rubbish,
                   b"HTTP/1.0 200 OK\r\nX: ".ljust(20000, b"x"): rubbish}
        ends = {"close_notify": lambda tls: tls.unwrap().close(), "a cut": lambda tls: None,
                "none": receive_all}  # ends when the client does
        for answer, reason in reasons.items():
            for how, end in ends.items():
                if how == "none" and reason != rubbish:
                    continue  # it may still come

                def talk(tls, answer=answer, end=end):
                    tls.sendall(answer)
                    with contextlib.suppress(OSError):
                        end(tls)

                with self.subTest(answer=answer[:32], end=how), \
                        python_server(server_context(), talk) as (port, served):
                    done = our_client(port)
                    served.result(TIMEOUT)
                    self.assert_failure(done, reason)
                    self.assertEqual(done.stdout, "")

    def test_a_server_that_never_ends(self):
        def begin_a_server_hello(connection):
            connection.recv(65536)
            connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
            trickle(connection, b"\0")

        def flood(tls):
            with contextlib.suppress(OSError):
                while True:
                    tls.sendall(ANSWER)

        def go_on_in_the_clear(tls):
            tls.sendall(ANSWER_OF_SIX + b"hello\n")
            with tls.unwrap() as connection:
                trickle(connection)

        late = "the exchange took too long"
        with raw_server(begin_a_server_hello) as (port, _):
            self.assert_failure(our_client(port, "--max-time", "1"), late)
        for what, talk in {"the head": lambda tls: trickle(tls, ANSWER[:7]),
                           "the body": lambda tls: trickle(tls, ANSWER), "a flood": flood}.items():
            with self.subTest(what=what), python_server(server_context(), talk) as (port, _):
                self.assert_failure(our_client(port, "--max-time", "1"), late)
        with python_server(server_context(), go_on_in_the_clear) as (port, _):
            self.assert_exit(0, our_client(port))


class PythonAgainstOurServer(Test):
    def test_what_is_agreed_on(self):
        with OurServer() as server:
            for version in VERSIONS:
                for offer in ((), ("http/1.1",), ("h2", "http/1.1")):
                    with self.subTest(version=version, offer=offer), \
                            python_client(server.port, client_context(version, offer)) as tls:
                        alpn = "http/1.1" if offer else None
                        self.assertEqual(tls.selected_alpn_protocol(), alpn)
                        self.assertEqual(tls.version(), VERSIONS[version])
                        suite = tls.cipher()[0]
                        page = ask(tls)
                        self.assert_facts(page, version=version, alpn=alpn or "none",
                                          server_name="localhost")
                        self.assertEqual(OPENSSL_SUITES[facts(page)["suite"]], suite)

    def test_certificate_by_server_name(self):
        with OurServer("ecdsa", *other_site()) as server:
            for name, key in {"localhost": "ecdsa", "other.test": "other",
                              LOOPBACK: "ecdsa"}.items():
                with self.subTest(name=name), python_client(server.port, name=name) as tls:
                    subject = tls.getpeercert()["subject"]
                    self.assertEqual(subject, ((("commonName", f"inkotls example {key}"),),))
                    named = "none" if name == LOOPBACK else name  # an address is never sent
                    self.assert_facts(ask(tls), server_name=named)

    def test_the_server_ends_with_close_notify(self):
        with OurServer() as server:
            for version in VERSIONS:
                with self.subTest(version=version), \
                        python_client(server.port, client_context(version)) as tls:
                    self.assertIn("\n200 OK\n", ask(tls))  # which raises at any other end
                    with tls.unwrap() as connection:
                        self.assertEqual(connection.recv(1), b"")

    def test_a_client_that_ends_first(self):
        with OurServer() as server:
            for version in VERSIONS:
                for request in (b"", b"GET / HTTP/1.0\r\n"):
                    with self.subTest(version=version, request=request), \
                            python_client(server.port, client_context(version)) as tls:
                        tls.sendall(request)
                        with tls.unwrap() as connection:
                            self.assertEqual(connection.recv(1), b"")

    def test_a_request_in_records_of_one_byte(self):
        with OurServer() as server, python_client(server.port) as tls:
            for byte in REQUEST.encode():
                tls.sendall(bytes([byte]))
            self.assert_facts(receive_all(tls).decode(), version="TLS 1.3")

    def test_a_connection_in_segments_of_one_byte(self):
        def send(data):
            for byte in data:
                connection.sendall(bytes([byte]))

        client = MemoryClient()
        with OurServer() as server, connect(server.port) as connection:
            send(client.hello())
            client.complete(lambda: client.tls.do_handshake() or True, connection, send)
            client.complete(lambda: client.tls.write(REQUEST.encode()), connection, send)
            page = client.complete(lambda: client.tls.read(65536), connection, send)
            self.assert_facts(page.decode(), version="TLS 1.3")
            client.complete(lambda: client.tls.unwrap() or True, connection, send)

    def test_a_request_that_is_too_large(self):
        for size in (8192, 200000):
            with self.subTest(size=size), OurServer() as server, \
                    python_client(server.port) as tls:
                tls.sendall(b"GET / HTTP/1.1\r\nX: ".ljust(size, b"x"))
                page = receive_all(tls).decode()
                self.assertTrue(page.startswith("HTTP/1.1 431 "), page)

    def test_a_client_that_disconnects_in_the_handshake(self):
        hello = MemoryClient().hello()
        cases = {"at once": b"", "within the ClientHello": hello[:100], "after it": hello}
        for when, data in cases.items():
            with self.subTest(when=when), OurServer() as server:
                with connect(server.port) as connection:
                    port = connection.getsockname()[1]
                    connection.sendall(data)
                    if data == hello:
                        self.assertNotEqual(connection.recv(1), b"")
                    self.assert_serves(server)  # while this one waits
                server.refuses("", port)
                self.assert_serves(server)

    def test_a_client_that_leaves_after_the_handshake(self):
        with OurServer() as server:
            with python_client(server.port):
                pass
            server.says(r"^lost 127\.0\.0\.1:\d+: ")
            self.assert_serves(server)

    def test_accept_fails(self):
        for number in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EPERM):
            with self.subTest(error=errno.errorcode[number]), accept_fails(number) as within, \
                    OurServer(within=within) as server:
                with connect(server.port):
                    server.accepts_again()
                server.refuses("")
                self.assert_serves(server)

    def test_more_clients_than_descriptors(self):
        within = ("sh", "-c", 'ulimit -n 12 && exec "$0" "$@"')
        with OurServer(within=within) as server:
            with contextlib.ExitStack() as clients:
                for _ in range(20):
                    clients.enter_context(connect(server.port))
            for _ in range(20):
                server.refuses("")
            self.assert_serves(server)

    def test_garbage(self):
        hello = MemoryClient().hello()
        cases = {"HTTP": REQUEST.encode(), "zeros": bytes(512), "ones": b"\xff" * 512,
                 "a broken ClientHello": hello[:9] + b"\xff" * (len(hello) - 9)}
        with OurServer() as server:
            for what, data in cases.items():
                with self.subTest(what=what), connect(server.port) as connection:
                    connection.sendall(data)
                    alert = receive_all(connection)
                    port = connection.getsockname()[1]
                    number = server.refuses(r"\(sent alert \w+ (\d+)\)$", port)[1]
                    fatal = b"\x15\x03\x03\x00\x02\x02"  # a record of two bytes, in plaintext
                    self.assertEqual(alert, fatal + bytes([int(number)]))
            self.assert_serves(server)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: interop.py BIN_DIR PKI_DIR [OPTIONS OF unittest]...")
    BIN, PKI = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
