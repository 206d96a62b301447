"""What stays with the host: its keys, with which the openssl command signs here, and whom it
trusts, which both may block, or not; and its clock."""

import base64
import ctypes
import itertools
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

import inkotls
from inkotls import ACCEPTED, REQUIRED, TIMEOUT, Server
from interop import ONLY, VERSIONS, OpensslServer, pki, run, s_client

from .programs import (Test, a_version, client_config, content, der, fetch, gnutls_client,
                       gnutls_only, gnutls_server, gnutls_trust, serve, server_config, trust, visit)

# IANA's number: a key, and what s_client calls its signatures.
SCHEMES = {
    0x0403: ("p256", "ECDSA", "SHA256"), 0x0503: ("p384", "ECDSA", "SHA384"),
    0x0804: ("rsa", "RSA-PSS", "SHA256"), 0x0805: ("rsa", "RSA-PSS", "SHA384"),
    0x0806: ("rsa", "RSA-PSS", "SHA512"), 0x0401: ("rsa", "RSA", "SHA256"),
    0x0501: ("rsa", "RSA", "SHA384"), 0x0601: ("rsa", "RSA", "SHA512"),
    0x0807: ("ed25519", "ED25519", None),
}
CERTIFICATE_UNKNOWN, INTERNAL_ERROR = 46, 80
# inkotls_certificate_error
EXPIRED, NOT_YET_VALID, OTHER, BAD_HANDSHAKE_SIGNATURE, UNKNOWN_TIME = 2, 3, 11, 22, 23


def versions(scheme):
    """PKCS #1 is for TLS 1.2 only."""
    return ["TLS 1.2"] if SCHEMES[scheme][1] == "RSA" else list(VERSIONS)


class HostKey:
    """An identity that the host signs for."""

    SIGN = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int32,
                            ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t)

    def __init__(self, scheme, may_block):
        self.key, _, self._digest = SCHEMES[scheme]
        self.asked, self.callers, self.spoils = [], [], False
        self._callback = self.SIGN(self._sign)
        self.identity = inkotls.Handle.new("identity")
        self.identity.must("set_chain_pem_file", pki(f"{self.key}.pem"))
        self.identity.must("set_signer", (ctypes.c_uint16 * 1)(scheme), self._callback, None,
                           may_block)

    def _sign(self, _, conn, scheme, message, size, buf, cap):
        self.asked.append(scheme)
        self.callers.append((threading.get_ident(), conn))
        signature = self._signature(scheme, ctypes.string_at(message, size))
        if self.spoils:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        ctypes.memmove(buf, signature, min(cap, len(signature)))
        return len(signature)

    def _signature(self, scheme, message):
        with tempfile.TemporaryDirectory() as scratch:
            given, made = (os.path.join(scratch, name) for name in ("message", "signature"))
            with open(given, "wb") as file:
                file.write(message)
            if self._digest:
                pss = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")
                run("openssl", "dgst", f"-{self._digest.lower()}", "-sign", pki(f"{self.key}.key"),
                    *(pss if SCHEMES[scheme][1] == "RSA-PSS" else ()), "-out", made, given)
            else:
                run("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", pki(f"{self.key}.key"),
                    "-in", given, "-out", made)
            return content(made)


class Verifier:
    """The standard verification, where that is `asked`, and then the certificate of that name."""

    VERIFY = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)

    def __init__(self, pinned, asked=True, may_block=1):
        self._pinned, self._asked = pinned and der(pinned), asked
        self.names, self.chains, self.callers = [], [], []
        self.setting = ("set_dangerous_verifier", self.VERIFY(self._verify), None, may_block)

    def _verify(self, _, conn, pointer):
        self.callers.append((threading.get_ident(), conn))
        verification = inkotls.Lent("verification", pointer)
        self.names.append(verification.lent("server_name"))
        self.chains.append(verification.lent("certificate", 0))
        if self._asked and (verdict := verification.verify()) != ACCEPTED:
            return verdict
        return ACCEPTED if self._pinned in (None, self.chains[-1]) else OTHER


class Clock:
    """The time that the host says it is."""

    NOW = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_void_p)

    def __init__(self, seconds):
        self.setting = ("set_clock", self.NOW(lambda _, _conn: seconds), None)


class HostKeys(Test):
    def each(self):
        for scheme in SCHEMES:
            for may_block in (0, 1):
                yield scheme, may_block, HostKey(scheme, may_block)

    def test_our_server(self):
        for scheme, may_block, host in self.each():
            _, kind, digest = SCHEMES[scheme]
            with Server(inkotls.config("server", ("set_identity", host.identity)), serve) as server:
                for version in versions(scheme):
                    with self.subTest(scheme=hex(scheme), may_block=may_block, version=version):
                        done = s_client(server.port, ONLY[version])
                        self.assert_exit(0, done)
                        iana = inkotls.text("signature_scheme_name", scheme)  # OpenSSL 3.5 has that
                        self.assertRegex(done.stdout,
                                         rf"\nPeer signature type: (?i:{kind}|{iana})\n")
                        if digest:
                            self.assertIn(f"\nPeer signing digest: {digest}\n", done.stdout)
                        self.assertEqual(server.served().steps > 0, may_block == 1)
                        gnutls_client(server.port, *gnutls_trust(), *gnutls_only(version))
                        self.assertEqual(server.served().steps > 0, may_block == 1)
            self.assertEqual(host.asked, [scheme] * 2 * len(versions(scheme)))

    def test_our_client(self):
        for scheme, may_block, host in self.each():
            for version in versions(scheme):
                config = client_config(a_version(version), ("add_identity", host.identity))
                sub = {"scheme": hex(scheme), "may_block": may_block, "version": version}
                with self.subTest(peer="s_server", **sub), \
                        OpensslServer("ecdsa", "-Verify", "1", "-verify_return_error",
                                      "-CAfile", pki("ca.pem")) as peer:
                    self.assertEqual(visit(peer.port, config).steps > 0, may_block == 1)
                    peer.says(f"^depth=0 CN = inkotls example {host.key}$")
                with self.subTest(peer="gnutls-serv", **sub), \
                        gnutls_server("--require-client-cert", "--verify-client-cert",
                                      *gnutls_trust()) as peer:
                    self.assertEqual(visit(peer.port, config).steps > 0, may_block == 1)
                    peer.says(f"Subject: CN=inkotls example {host.key}$")
            self.assertEqual(host.asked, [scheme] * 2 * len(versions(scheme)))

    def test_a_wrong_signature(self):
        for version in VERSIONS:
            host = HostKey(0x0804, 1)
            host.spoils = True
            with self.subTest(version=version), \
                    Server(inkotls.config("server", ("set_identity", host.identity)), serve) \
                    as server:
                done = s_client(server.port, ONLY[version])
                self.assert_alert(INTERNAL_ERROR, done)
                failure = server.refused()
                self.assertEqual((failure.status, failure.alert_sent),
                                 (inkotls.INVALID_KEY, INTERNAL_ERROR))


class HostClock(Test):
    """With certificates that were valid in January 2020."""
    CASES = (0, NOT_YET_VALID), (1577836800, None), (1580515201, EXPIRED), (-1, UNKNOWN_TIME)

    def test_our_client(self):
        for version in VERSIONS:
            for seconds, error in self.CASES:
                clock = Clock(seconds)
                config = client_config(clock.setting)
                with self.subTest(version=version, seconds=seconds), \
                        OpensslServer("expired", ONLY[version]) as peer:
                    if error is None:
                        visit(peer.port, config)
                    else:
                        failure = self.assert_refused(lambda: visit(peer.port, config),
                                                      inkotls.INVALID_PEER_CERTIFICATE)
                        self.assertEqual(failure.certificate_error, error)
                        peer.says(f"SSL alert number {failure.alert_sent}$")

    def test_our_server(self):
        for seconds, error in self.CASES:
            clock = Clock(seconds)
            config = server_config(("set_client_auth", REQUIRED, trust("ca")), clock.setting)
            with Server(config, serve) as server:
                for version in VERSIONS:
                    with self.subTest(version=version, seconds=seconds):
                        done = s_client(server.port, ONLY[version],
                                        "-cert", pki("expired-client.pem"),
                                        "-key", pki("expired-client.key"))
                        if error is None:
                            self.assert_exit(0, done)
                            self.assertEqual(server.served().peer, der("expired-client"))
                        else:
                            failure = server.refused()
                            self.assertEqual(failure.certificate_error, error)
                            self.assert_alert(failure.alert_sent, done)


class HostVerification(Test):
    def test_pinned_servers(self):
        for version in VERSIONS:
            for shown, pinned, error in (("ecdsa", "ecdsa", None), ("rsa", "ecdsa", OTHER),
                                         ("stranger", "ecdsa", inkotls.UNKNOWN_ISSUER)):
                host = Verifier(pinned)
                config = client_config(host.setting)
                with self.subTest(version=version, shown=shown), \
                        OpensslServer(shown, ONLY[version]) as peer:
                    if error is None:
                        self.assertGreater(visit(peer.port, config).steps, 0)
                    else:
                        failure = self.assert_refused(lambda: visit(peer.port, config),
                                                      inkotls.INVALID_PEER_CERTIFICATE)
                        self.assertEqual(failure.certificate_error, error)
                        peer.says(f"SSL alert number {failure.alert_sent}$")
                    self.assertEqual(host.names, [b"localhost"])

    def test_pinned_clients(self):
        """By a server that has no roots: whom it does not know, it may know otherwise."""
        host = Verifier("stranger-client", asked=False)
        config = server_config(("set_client_auth", REQUIRED, inkotls.roots()), host.setting)
        with Server(config, serve) as server:
            for version in VERSIONS:
                for shown in ("stranger-client", "client"):
                    with self.subTest(version=version, shown=shown):
                        done = s_client(server.port, ONLY[version], "-cert", pki(f"{shown}.pem"),
                                        "-key", pki(f"{shown}.key"))
                        if shown == "stranger-client":
                            self.assert_exit(0, done)
                            self.assertEqual(server.served().peer, der(shown))
                        else:
                            self.assert_alert(CERTIFICATE_UNKNOWN, done)
                            self.assertEqual(server.refused().certificate_error, OTHER)
        self.assertEqual(host.names, [None] * 4)

    def test_peers_without_the_key(self):
        """Whoever accepts any certificate still wants its signature."""
        host = Verifier(None, asked=False)  # a config keeps no reference of Python's to it
        for version in VERSIONS:
            config = client_config(host.setting)
            with self.subTest(version=version, peer="s_server"), \
                    OpensslServer("ecdsa", ONLY[version], "-key", self.not_the_key_of("ecdsa")) \
                    as peer:
                failure = self.assert_refused(lambda: visit(peer.port, config),
                                              inkotls.INVALID_PEER_CERTIFICATE)
                self.assertEqual(failure.certificate_error, BAD_HANDSHAKE_SIGNATURE)
            config = server_config(("set_client_auth", REQUIRED, trust("ca")), host.setting)
            with self.subTest(version=version, peer="s_client"), Server(config, serve) as server:
                done = s_client(server.port, ONLY[version], "-cert", pki("client.pem"),
                                "-key", self.not_the_key_of("client"))
                failure = server.refused()
                self.assertEqual(failure.certificate_error, BAD_HANDSHAKE_SIGNATURE)
                self.assert_alert(failure.alert_sent, done)

    def not_the_key_of(self, name):
        """An EC key with the public part of that one and the private part of another: openssl does
        not mind."""
        def sec1(key):
            path = os.path.join(scratch, "sec1")
            done = run("openssl", "ec", "-in", pki(f"{key}.key"), "-outform", "DER", "-out", path)
            self.assert_exit(0, done)
            return content(path)

        scratch = self.scratch()
        private = slice(7, 7 + 32)  # behind SEQUENCE, INTEGER 1 and OCTET STRING
        made = bytearray(sec1(name))
        made[private] = sec1("other")[private]
        path = os.path.join(scratch, "key")
        with open(path, "w", encoding="ascii") as file:
            file.write("-----BEGIN EC PRIVATE KEY-----\n"
                       f"{base64.encodebytes(made).decode()}-----END EC PRIVATE KEY-----\n")
        return path


class Meeting(Verifier):
    """Waits until two connections are in it."""

    def __init__(self):
        self._both = threading.Barrier(2, timeout=TIMEOUT)
        super().__init__(None)

    def _verify(self, *arguments):
        self._both.wait()
        return super()._verify(*arguments)


class Callers(Test):
    """A callback of a config learns which connection it is called for."""

    def test_two_clients_at_once(self):
        def numbered(number, port):
            def talk(tls):
                tls.conn.must("set_user_data", number)
                threads[threading.get_ident()] = number
                return fetch(tls)
            return visit(port, config, talk)

        for version in VERSIONS:
            host, verifier, threads = HostKey(0x0403, 1), Meeting(), {}
            config = client_config(a_version(version), ("add_identity", host.identity),
                                   verifier.setting)
            asks = "-Verify", "1", "-verify_return_error", "-CAfile", pki("ca.pem")
            with self.subTest(version=version), OpensslServer("ecdsa", *asks) as one, \
                    gnutls_server("--require-client-cert", "--verify-client-cert",
                                  *gnutls_trust()) as other, ThreadPoolExecutor(2) as pool:
                for done in [pool.submit(numbered, 1, one.port), pool.submit(numbered, 2, other.port)]:
                    self.assertGreater(done.result().steps, 0)
                for who in (host, verifier):
                    self.assertCountEqual(who.callers, threads.items())

    def test_our_server(self):
        def talk(tls):
            tls.conn.must("set_user_data", next(numbers))
            return serve(tls)

        host, numbers = HostKey(0x0403, 1), itertools.count(1)
        with Server(inkotls.config("server", ("set_identity", host.identity)), talk) as server:
            for version in VERSIONS:
                self.assert_exit(0, s_client(server.port, ONLY[version]))
                gnutls_client(server.port, *gnutls_trust(), *gnutls_only(version))
        self.assertEqual([conn for _, conn in host.callers], list(range(1, 2 * len(VERSIONS) + 1)))
