#!/usr/bin/env python3
"""A server whose keys were made in a token of SoftHSM, and stay there, against openssl and curl.

    pkcs11.py BIN_DIR PKI_DIR [OPTIONS OF unittest]...

BIN_DIR holds pkcs11_server, PKI_DIR was made by examples/pki.sh. As in interop.py, nothing sleeps,
everything is on 127.0.0.1, and our server has to say what a test expects and nothing else.
"""

import concurrent.futures
import contextlib
import errno
import fcntl
import glob
import os
import re
import select
import socket
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # of interop, into the sources
import interop
from interop import ONLY, VERSIONS

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
TOKEN = "inkotls"
PIN = "1234"
SCRATCH = ""  # set by setUpModule
PLACES = 64  # for connections, in our server

KEYS = {"rsa": "rsa:2048", "p256": "EC:prime256v1", "p384": "EC:secp384r1",
        "ed25519": "EC:edwards25519"}
PSS = [f"rsa_pss_rsae_sha{size}" for size in (256, 384, 512)]
PKCS1 = [f"rsa_pkcs1_sha{size}" for size in (256, 384, 512)]
SCHEMES = {  # in order of preference
    "TLS 1.2": {"rsa": PSS + PKCS1, "p256": ["ecdsa_secp256r1_sha256"],
                "p384": ["ecdsa_secp384r1_sha384"], "ed25519": ["ed25519"]},
    "TLS 1.3": {"rsa": PSS, "p256": ["ecdsa_secp256r1_sha256"],
                "p384": ["ecdsa_secp384r1_sha384"], "ed25519": ["ed25519"]},
}
# As releases of openssl before 3.5 call them in their reports.
REPORTED = {"rsa_pss": "RSA-PSS", "rsa_pkcs1": "RSA", "ecdsa": "ECDSA", "ed25519": "ed25519"}
CKR = r"^pkcs11_server: C_Sign(Init)?: CKR 0x\w+$"
EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")


def setUpModule():
    global SCRATCH
    scratch = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(scratch.cleanup)
    SCRATCH = scratch.name
    os.mkdir(in_scratch("tokens"))
    write("softhsm2.conf", f"directories.tokendir = {in_scratch('tokens')}\n".encode())
    write("extensions", b"subjectAltName = DNS:localhost\nextendedKeyUsage = serverAuth\n")
    os.environ["SOFTHSM2_CONF"] = in_scratch("softhsm2.conf")
    os.environ["PKCS11_PIN"] = PIN
    succeed("softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--so-pin", "87654321",
            "--pin", PIN)
    for label, kind in KEYS.items():
        make_key(label, kind)


def in_scratch(name):
    return os.path.join(SCRATCH, name)


def write(name, data):
    with open(in_scratch(name), "wb") as file:
        file.write(data)


def succeed(*command):
    done = interop.run(*command)
    assert done.returncode == 0, done
    return done.stdout


def pkcs11_tool(*options):
    return succeed("pkcs11-tool", "--module", MODULE, "--token-label", TOKEN, "--login",
                   "--pin", PIN, *options)


def make_key(label, kind):
    """Makes it in the token, and a certificate for it."""
    said = pkcs11_tool("--keypairgen", "--key-type", kind, "--label", label)
    point, curve = (re.search(rf"EC_{what}: +([0-9a-f]+)", said) for what in ("POINT", "PARAMS"))
    public = in_scratch(f"{label}.pub")
    if kind.startswith("EC:") and "edwards" not in kind:  # some pkcs11-tools cannot export P-384
        spki = der(0x30, der(0x30, EC_PUBLIC_KEY, bytes.fromhex(curve[1])),
                   der(0x03, b"\0", bytes.fromhex(point[1])[2:]))
        write(f"{label}.pub", spki)
    else:
        pkcs11_tool("--read-object", "--type", "pubkey", "--label", label, "--output-file", public)
    succeed("openssl", "x509", "-new", "-subj", f"/CN={label}", "-force_pubkey", public,
            "-CA", interop.pki("ca.pem"), "-CAkey", interop.pki("ca.key"), "-days", "365",
            "-extfile", in_scratch("extensions"), "-out", chain(label))


def der(tag, *parts):
    body = b"".join(parts)
    assert len(body) < 128
    return bytes([tag, len(body)]) + body


def chain(label):
    return in_scratch(f"{label}.pem")


def command(key, chain_of=None, module=MODULE, token=TOKEN):
    return [f"{interop.BIN}/pkcs11_server", "0", module, token, key, chain(chain_of or key)]


class OurServer(interop.OurServer):
    def __init__(self, key, chain_of=None, within=()):
        self.start(*within, *command(key, chain_of))

    def shakes_hands(self, version="TLS 1.3", kind="full handshake"):
        self.says(f"^{kind}, {version}$")

    def terminate(self):
        self._process.terminate()


@contextlib.contextmanager
def busy_token():
    """Before it signs, SoftHSM locks this file, and reads it."""
    name, = glob.glob(in_scratch("tokens/*/generation"))
    with open(name, "r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


class Signatures(interop.Test):
    def test_the_keys_never_leave_the_token(self):
        access = re.findall("Access: +(.*)", pkcs11_tool("--list-objects", "--type", "privkey"))
        self.assertGreaterEqual(len(access), len(KEYS))
        self.assertEqual(set(access), {"sensitive, always sensitive, never extractable, local"})

    def test_every_scheme(self):
        for label in KEYS:
            with OurServer(label) as server:
                for version in VERSIONS:
                    for scheme in SCHEMES[version][label]:
                        with self.subTest(key=label, version=version, scheme=scheme):
                            self.check(server, version, scheme, "-sigalgs", scheme)

    def test_the_preferred_scheme(self):
        for label in KEYS:
            for version in VERSIONS:
                with self.subTest(key=label, version=version), OurServer(label) as server:
                    self.check(server, version, SCHEMES[version][label][0])

    def check(self, server, version, scheme, *options):
        done = interop.s_client(server.port, ONLY[version], "-verify_return_error",
                                "-verify_hostname", "localhost", *options)
        self.assert_exit(0, done)
        kind = "|".join(REPORTED[name] for name in REPORTED if scheme.startswith(name))
        self.assertRegex(done.stdout, f"(?m)^Peer signature type: ({kind}|{scheme})$")
        if "sha" in scheme:
            digest = scheme[scheme.index("sha"):].upper()
            self.assertRegex(done.stdout, f"(?m)^Peer signing digest: {digest}$")
        self.assertIn("\nhello\n", done.stdout)
        server.shakes_hands(version)

    def test_curl(self):
        for label in KEYS:
            with OurServer(label) as server:
                for version in VERSIONS:
                    with self.subTest(key=label, version=version):
                        done = interop.curl(server.port, "--tls-max", version.split()[1])
                        self.assert_exit(0, done)
                        self.assertEqual(done.stdout, "hello\n")
                        server.shakes_hands(version)

    def test_many_signatures(self):
        """Some have an r or an s that begins with zeros, or would be negative without one."""
        with OurServer("p256") as server:
            for _ in range(300):
                with interop.python_client(server.port) as tls:
                    self.assertIn("\nhello\n", interop.ask(tls))
                server.shakes_hands()


class Scheduling(interop.Test):
    def setUp(self):
        with contextlib.ExitStack() as stack:
            self.server = stack.enter_context(OurServer("rsa"))
            self.stack = stack.enter_context(contextlib.ExitStack())
            self.other = self.stack.enter_context(interop.python_client(self.server.port))
            self.server.shakes_hands()
            self.addCleanup(stack.pop_all().close)

    def test_others_are_served_while_the_token_is_busy(self):
        with busy_token():
            clients = self.wait_for_the_token()
        for client, connection in clients:
            send = connection.sendall
            client.complete(lambda: client.tls.do_handshake() or True, connection, send)
            client.complete(lambda: client.tls.write(b"\r\n\r\n"), connection, send)
            answer = client.complete(lambda: client.tls.read(65536), connection, send)
            self.assertIn(b"\nhello\n", answer)
            self.server.shakes_hands()

    def test_it_stops_once_the_token_has_answered(self):
        with busy_token():
            self.wait_for_the_token()
            self.server.terminate()

    def test_a_client_leaves_while_the_token_is_busy(self):
        with busy_token():
            clients = self.wait_for_the_token()
            for _, connection in clients:
                connection.shutdown(socket.SHUT_WR)
        for _ in clients:
            self.server.says("^refused: ")

    def wait_for_the_token(self):
        """Three clients do. The other has its answer meanwhile."""
        clients = []
        for _ in range(3):
            client = interop.MemoryClient()
            connection = self.stack.enter_context(interop.connect(self.server.port))
            connection.sendall(client.hello())
            clients.append((client, connection))
        self.assertIn("\nhello\n", interop.ask(self.other))
        readable, _, _ = select.select([connection for _, connection in clients], [], [], 0)
        self.assertEqual(readable, [])
        return clients

    def test_more_connections_than_places(self):
        idle = [interop.connect(self.server.port) for _ in range(PLACES)]
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            done = pool.submit(interop.curl, self.server.port)
            self.assertIn("\nhello\n", interop.ask(self.other))
            for connection in idle:
                connection.close()
            self.assert_exit(0, done.result())
        said = [self.server.says("^(refused|full handshake)")[1] for _ in range(PLACES + 1)]
        self.assertEqual(said.count("refused"), PLACES)


class Failures(interop.Test):
    def test_it_does_not_start(self):
        cases = {
            "CKR 0xa0: the PIN is wrong": ["env", "PKCS11_PIN=4321", *command("rsa")],
            "no private key that signs is called other": command("other", "rsa"),
            "no token is called other": command("rsa", token="other"),
            "no token is called inkotl$": command("rsa", token="inkotl"),
            "cannot open shared object file": command("rsa", module="/no.so"),
            "C_GetFunctionList": command("rsa", module="libc.so.6"),
            "No such file": command("rsa", "other"),
        }
        for words, start in cases.items():
            with self.subTest(words=words):
                done = interop.run(*start)
                self.assert_exit(1, done)
                self.assertEqual(done.stdout, "")
                self.assertRegex(done.stderr, rf"^pkcs11_server: .*{words}.*\n\Z")

    def test_accept_fails(self):
        with interop.accept_fails(errno.ENFILE) as within, \
                OurServer("p256", within=within) as server:
            with interop.connect(server.port):
                server.accepts_again()
            server.says("^refused: ")
            self.check_answer(server, "TLS 1.3", "New")

    def test_usage(self):
        for start in (command("rsa")[:-1], ["env", "-u", "PKCS11_PIN", *command("rsa")]):
            done = interop.run(*start)
            self.assert_exit(2, done)
            self.assertRegex(done.stderr, "^usage: .*\n$")

    def test_the_certificate_is_for_another_key(self):
        make_key("second", KEYS["rsa"])
        cases = {"second": ["wrong signature"], "p256": ["refused to sign", CKR]}
        for chain_of, reasons in cases.items():
            with OurServer("rsa", chain_of) as server:
                for version in VERSIONS:
                    with self.subTest(chain_of=chain_of, version=version):
                        self.check_alert(server, version, *reasons)

    def test_the_key_is_deleted(self):
        """What needs no signature goes on."""
        session = in_scratch("session")
        for version in VERSIONS:
            make_key(version, KEYS["p256"])
            with self.subTest(version=version), OurServer(version) as server:
                self.check_answer(server, version, "New", "-sess_out", session)
                pkcs11_tool("--delete-object", "--type", "privkey", "--label", version)
                self.check_alert(server, version, "refused to sign", CKR)
                self.check_answer(server, version, "Reused", "-sess_in", session)
                self.check_alert(server, version, "refused to sign", CKR)

    def check_answer(self, server, version, kind, *options):
        done = interop.s_client(server.port, ONLY[version], *options)
        self.assert_exit(0, done)
        self.assertIn(f"{kind}, {VERSIONS[version]}", done.stdout)
        self.assertIn("\nhello\n", done.stdout)
        server.shakes_hands(version, "resumed" if kind == "Reused" else "full handshake")

    def check_alert(self, server, version, reason, *reports):
        done = interop.s_client(server.port, ONLY[version])
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("SSL alert number 80\n", done.stderr)
        for report in reports:
            server.says(report)
        server.says(rf"^refused: .*{reason}.* \(sent alert internal_error 80\)$")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit("usage: pkcs11.py BIN_DIR PKI_DIR [OPTIONS OF unittest]...")
    interop.BIN, interop.PKI = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
