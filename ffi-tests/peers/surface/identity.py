"""Who the two sides are: certificates, revocation, OCSP, raw public keys, names."""

import base64
import contextlib
import ctypes
import glob
import ipaddress
import os
import re
import ssl
from datetime import datetime, timezone

import inkotls
import interop
from inkotls import NONE, OFF, OPTIONAL, REQUIRED, Handle, Server, Tls
from interop import ONLY, VERSIONS, OpensslServer, Program, pki, run, s_client, s_client_command

from . import programs
from .programs import (SOURCES, Listener, Test, a_version, client_config, content, der, der_of,
                       echo, gnutls_client, gnutls_only, gnutls_server, gnutls_trust, nginx,
                       nginx_facts, our_server, ours, serve, serve_if_asked, server_config, trust,
                       visit)

# As openssl calls the bits of a key usage, and some object identifiers.
KEY_USAGES = ["Digital Signature", "Non Repudiation", "Key Encipherment", "Data Encipherment",
              "Key Agreement", "Certificate Sign", "CRL Sign", "Encipher Only", "Decipher Only"]
PURPOSES = {"1.3.6.1.5.5.7.3.1": "TLS Web Server Authentication",
            "1.3.6.1.5.5.7.3.2": "TLS Web Client Authentication",
            "1.3.6.1.4.1.311.20.2.2": "Microsoft Smartcard Login"}
# Their extensions are not DER, or empty, which openssl does not mind.
MALFORMED = {"malformed.pem", "no-purpose.pem"}


class ClientCertificates(Test):
    def test_s_client(self):
        shown = {name: () if name is None else ("-cert", pki(f"{name}.pem"),
                                                "-key", pki(f"{name}.key"))
                 for name in (None, "client", "stranger-client", "ecdsa")}
        refused = {(REQUIRED, None): inkotls.NOT_PRESENTED}
        for mode in (OPTIONAL, REQUIRED):
            refused[mode, "stranger-client"] = inkotls.UNKNOWN_ISSUER
            refused[mode, "ecdsa"] = inkotls.WRONG_PURPOSE
        for mode in (OFF, OPTIONAL, REQUIRED):
            with our_server(("set_client_auth", mode, mode and trust("ca") or None)) as server:
                for version in VERSIONS:
                    for name, options in shown.items():
                        with self.subTest(mode=mode, version=version, shown=name):
                            done = s_client(server.port, ONLY[version], *options)
                            self.check(server, done, mode, name, refused.get((mode, name)))

    def check(self, server, done, mode, name, error):
        if error is None:
            tls = server.served()
            self.assert_exit(0, done)
            self.assertIn("\nhello\n", done.stdout)
            self.assertEqual(tls.peer, der(name) if mode and name else None)
        else:
            failure = server.refused()
            self.assertEqual(failure.status, inkotls.INVALID_PEER_CERTIFICATE)
            self.assertEqual(failure.certificate_error, error)
            self.assert_alert(failure.alert_sent, done)
        named = "Acceptable client certificate CA names\nCN = inkotls example ca\n"
        if mode:
            self.assertIn(named, done.stdout)
        else:
            self.assertIn("No client certificate CA names sent", done.stdout)

    def test_gnutls_client(self):
        with our_server(("set_client_auth", REQUIRED, trust("ca"))) as server:
            said = gnutls_client(server.port, *gnutls_trust(), "--x509certfile", pki("client.pem"),
                                 "--x509keyfile", pki("client.key"))
            self.assertIn("- Successfully sent 1 certificate(s) to server.", said)
            self.assertEqual(server.served().peer, der("client"))

    def test_curl(self):
        with our_server(("set_client_auth", REQUIRED, trust("ca"))) as server:
            done = interop.curl(server.port, "--cert", pki("client.pem"), "--key",
                                pki("client.key"))
            self.assert_exit(0, done)
            self.assertEqual(done.stdout, "hello\n")
            self.assertEqual(server.served().peer, der("client"))

    def two(self):
        return client_config(("add_identity", ours("client")),
                             ("add_identity", ours("stranger-client")),
                             ("add_identity", ours("rsa")))

    def test_our_client_chooses_by_issuer(self):
        config = self.two()
        for version in VERSIONS:
            for issuer, name in (("ca", "client"), ("stranger-ca", "stranger-client")):
                with self.subTest(peer="s_server", version=version, issuer=issuer), \
                        OpensslServer("ecdsa", ONLY[version], "-Verify", "1",
                                      "-verify_return_error", "-CAfile", pki(f"{issuer}.pem")) \
                        as peer:
                    visit(peer.port, config)
                    peer.says(f"^depth=0 CN = inkotls example {name}$")
                with self.subTest(peer="gnutls-serv", version=version, issuer=issuer), \
                        gnutls_server("--require-client-cert", "--verify-client-cert",
                                      *gnutls_trust(issuer), *gnutls_only(version)) as peer:
                    visit(peer.port, config)
                    peer.says(f"Subject: CN=inkotls example {name}$")

    def test_our_client_where_no_issuer_is_named_or_known(self):
        config = self.two()
        for version, alert in {"TLS 1.2": 40, "TLS 1.3": 116}.items():
            with self.subTest(version=version):
                with OpensslServer("ecdsa", ONLY[version], "-Verify", "1") as peer:
                    visit(peer.port, config)
                    peer.says("^depth=0 CN = inkotls example client$")  # the first
                with OpensslServer("ecdsa", ONLY[version], "-Verify", "1",
                                   "-CAfile", pki("other.pem")) as peer:
                    failure = self.assert_refused(lambda: visit(peer.port, config),
                                                  inkotls.ALERT_RECEIVED)
                    self.assertEqual(failure.alert_received, alert)

    def test_our_client_chooses_by_scheme(self):
        config = self.two()
        for version in VERSIONS:
            with self.subTest(version=version), \
                    OpensslServer("ecdsa", ONLY[version], "-Verify", "1",
                                  "-client_sigalgs", "RSA-PSS+SHA256") as peer:
                visit(peer.port, config)
                peer.says("^depth=0 CN = inkotls example rsa$")

    def test_nginx_requires_one(self):
        with nginx("ssl_verify_client on;"
                   f"ssl_client_certificate {os.path.abspath(pki('ca.pem'))};") as peer:
            for version in VERSIONS:
                only = a_version(version)
                with self.subTest(version=version):
                    found = nginx_facts(visit(peer.port, client_config(
                        only, ("add_identity", ours("stranger-client")),
                        ("add_identity", ours("client")))))
                    self.assertEqual((found["verify"], found["client"]),
                                     ("SUCCESS", "CN=inkotls example client"))
                    tls = visit(peer.port, client_config(only))
                    self.assertIn(b" 400 ", tls.value)  # which nginx says in HTTP


class DevelopmentCertificate(Test):
    """What docs/guide/development-certificate.md tells a developer to do."""

    def setUp(self):
        document = content(os.path.join(SOURCES, "../../../docs/guide/development-certificate.md")).decode()
        command = re.search("^```sh\n(.*?)^```$", document, re.DOTALL | re.MULTILINE)[1]
        folder = self.scratch()
        done = run("sh", "-ec", f"cd '{folder}'\n{command}")
        self.assert_exit(0, done)
        self.path = os.path.join(folder, "localhost")  # .pem and .key
        self.roots = inkotls.roots()
        self.roots.must("add_peer_certificate_pem_file", f"{self.path}.pem")

    def test_s_server_shows_it(self):
        trusting = client_config(roots=self.roots)
        as_an_authority = client_config(roots=trust(self.path))
        for version in VERSIONS:
            with self.subTest(version=version):
                with OpensslServer(self.path, ONLY[version]) as peer:
                    tls = visit(peer.port, trusting)
                    self.assertEqual(tls.peer, der_of(f"{self.path}.pem"))
                    failure = self.assert_refused(lambda: visit(peer.port, as_an_authority),
                                                  inkotls.INVALID_PEER_CERTIFICATE)
                    self.assertIn("inkotls_roots_add_peer_certificate_pem", failure.text)
                with OpensslServer("ecdsa", ONLY[version]) as peer:
                    failure = self.assert_refused(lambda: visit(peer.port, trusting),
                                                  inkotls.INVALID_PEER_CERTIFICATE)
                    self.assertEqual(failure.certificate_error, inkotls.UNKNOWN_ISSUER)

    def test_our_server_shows_it(self):
        shown = inkotls.identity(f"{self.path}.pem", f"{self.path}.key")
        with Server(inkotls.config("server", ("set_identity", shown)), serve) as server:
            for version in VERSIONS:
                with self.subTest(version=version):
                    visit(server.port, client_config(a_version(version), roots=self.roots))
                    server.served()
                    done = s_client(server.port, ONLY[version], "-CAfile", f"{self.path}.pem",
                                    "-verify_return_error", "-verify_hostname", "localhost")
                    self.assert_exit(0, done)
                    server.served()

    def test_s_client_shows_it(self):
        with our_server(("set_client_auth", REQUIRED, self.roots)) as server:
            for version in VERSIONS:
                with self.subTest(version=version):
                    done = s_client(server.port, ONLY[version], "-cert", f"{self.path}.pem",
                                    "-key", f"{self.path}.key")
                    self.assert_exit(0, done)
                    self.assertIn("Acceptable client certificate CA names\nCN = localhost\n",
                                  done.stdout)
                    self.assertEqual(server.served().peer, der_of(f"{self.path}.pem"))
                    done = s_client(server.port, ONLY[version], "-cert", pki("client.pem"),
                                    "-key", pki("client.key"))
                    self.assertNotEqual(0, done.returncode)
                    self.assertEqual(server.refused().certificate_error, inkotls.UNKNOWN_ISSUER)


class Revocation(Test):
    def test_our_client(self):
        checking, trusting = client_config(roots=trust("ca", crls=["ca"])), client_config()
        for version in VERSIONS:
            with self.subTest(version=version):
                with OpensslServer("revoked", ONLY[version]) as peer:
                    failure = self.assert_refused(lambda: visit(peer.port, checking),
                                                  inkotls.INVALID_PEER_CERTIFICATE)
                    self.assertEqual(failure.certificate_error, inkotls.REVOKED)
                    self.assertEqual(failure.alert_sent, 44)  # certificate_revoked
                    peer.says("SSL alert number 44$")
                    visit(peer.port, trusting)
                with OpensslServer("ecdsa", ONLY[version]) as peer:
                    visit(peer.port, checking)

    def test_our_server(self):
        with our_server(("set_client_auth", REQUIRED, trust("ca", crls=["ca"]))) as server:
            for version in VERSIONS:
                with self.subTest(version=version):
                    done = s_client(server.port, ONLY[version], "-cert", pki("revoked-client.pem"),
                                    "-key", pki("revoked-client.key"))
                    self.assert_alert(44, done)
                    failure = server.refused()
                    self.assertEqual(failure.certificate_error, inkotls.REVOKED)
                    self.assertEqual(failure.alert_sent, 44)
                    done = s_client(server.port, ONLY[version], "-cert", pki("client.pem"),
                                    "-key", pki("client.key"))
                    self.assert_exit(0, done)
                    self.assertEqual(server.served().peer, der("client"))


class Stapling(Test):
    def test_our_client(self):
        staple, path = content(pki("ecdsa.ocsp")), pki("ecdsa.ocsp")
        for version in VERSIONS:
            only = gnutls_only(version)
            servers = {
                "s_server": (lambda: OpensslServer("ecdsa", ONLY[version], "-status_file", path),
                             staple),
                "gnutls-serv": (lambda: gnutls_server("--ocsp-response", path, *only), staple),
                "s_server without": (lambda: OpensslServer("ecdsa", ONLY[version]), None)}
            for name, (start, expected) in servers.items():
                with self.subTest(version=version, peer=name), start() as peer:
                    self.assertEqual(visit(peer.port).conn.lent("ocsp_staple"), expected)

    def test_our_server(self):
        staple = content(pki("ecdsa.ocsp"))
        scratch = self.scratch()
        saved, chain = (os.path.join(scratch, name) for name in ("staple", "chain"))
        with open(chain, "wb") as file:  # for curl, which wants the issuer from us
            file.write(content(pki("ecdsa.pem")) + content(pki("ca.pem")))
        for settings, is_there in ((("set_ocsp_staple", staple),), True), ((), False):
            shown = inkotls.identity(chain, pki("ecdsa.key"), *settings)
            config = inkotls.config("server", ("set_identity", shown))
            with Server(config, serve_if_asked) as server:
                for version in VERSIONS:
                    with self.subTest(version=version, staple=is_there):
                        done = s_client(server.port, ONLY[version], "-status")
                        self.assertIn("OCSP Response Status: successful" if is_there
                                      else "OCSP response: no response sent", done.stdout)
                        gnutls_client(server.port, *gnutls_trust(), f"--save-ocsp={saved}",
                                      *gnutls_only(version))
                        self.assertEqual(os.path.exists(saved) and content(saved) or None,
                                         staple if is_there else None)
                        done = interop.curl(server.port, "--cert-status", "--tls-max",
                                            version[-3:])
                        self.assert_exit(0 if is_there else 91, done)
                        with contextlib.suppress(FileNotFoundError):
                            os.remove(saved)


class RawPublicKeys(Test):
    RAW = "--priority", "NORMAL:-CTYPE-ALL:+CTYPE-RAWPK"

    def shown(self, name):
        """What makes GnuTLS show that key."""
        pem = os.path.join(self.scratch(), "public.pem")
        done = run("openssl", "pkey", "-in", pki(f"{name}.key"), "-pubout", "-out", pem)
        self.assert_exit(0, done)
        return "--rawpkfile", pem, "--rawpkkeyfile", pki(f"{name}.key")

    @staticmethod
    def spki(name):
        return content(pki(f"{name}.spki.der"))

    @staticmethod
    def printed(said):
        pem = re.search("-----BEGIN PUBLIC KEY-----(.*?)-----END", said, re.DOTALL)
        return base64.b64decode(pem[1])

    def test_our_client(self):
        trusted = client_config(("add_identity", ours("client", ("use_raw_public_key",))),
                                roots=trust(raw_keys=[self.spki("ecdsa")]))
        other = client_config(roots=trust(raw_keys=[self.spki("rsa")]))
        with gnutls_server(*self.RAW, *self.shown("ecdsa"), key=None) as peer:
            self.assertEqual(visit(peer.port, trusted).peer, self.spki("ecdsa"))
            peer.says("^- Certificate type: Raw Public Key$")
            peer.says("-----END PUBLIC KEY")
            self.assertEqual(self.printed("\n".join(peer.said)), self.spki("client"))
            failure = self.assert_refused(lambda: visit(peer.port, other),
                                          inkotls.INVALID_PEER_CERTIFICATE)
            self.assertEqual(failure.certificate_error, inkotls.UNKNOWN_ISSUER)

    def test_our_server(self):
        def meet(known, end):
            auth = ("set_client_auth", REQUIRED, trust(raw_keys=[self.spki(known)]))
            server = Server(inkotls.config("server", identity, auth), serve)
            said = gnutls_client(server.port, *self.RAW, *self.shown("client"), "--insecure",
                                 "--print-cert", end=end)
            self.assertIn("- Certificate type: Raw Public Key", said)
            self.assertEqual(self.printed(said), self.spki("ecdsa"))
            return server

        identity = ("set_identity", ours("ecdsa", ("use_raw_public_key",)))
        with meet("client", "^- Peer has closed") as server:
            self.assertEqual(server.served().peer, self.spki("client"))
        with meet("rsa", r"^\*\*\* Fatal error: A TLS fatal alert has been received") as server:
            self.assertEqual(server.refused().certificate_error, inkotls.UNKNOWN_ISSUER)

    def test_a_peer_that_only_knows_certificates(self):
        shown = ("set_identity", ours("ecdsa", ("use_raw_public_key",)))
        with Server(inkotls.config("server", shown), serve) as server:
            done = s_client(server.port)
            failure = server.refused()
            self.assertEqual(failure.status, inkotls.HANDSHAKE_FAILED)
            self.assert_alert(failure.alert_sent, done)
        config = client_config(roots=trust(raw_keys=[self.spki("ecdsa")]))
        with OpensslServer("ecdsa") as peer:
            failure = self.assert_refused(lambda: visit(peer.port, config),
                                          inkotls.HANDSHAKE_FAILED)
            peer.says(f"SSL alert number {failure.alert_sent}$")


class Compression(Test):
    def setUp(self):
        python = os.path.join(programs.PEERS, "bin", "python")
        if not glob.glob(os.path.join(programs.PEERS, "lib/python*/site-packages/tlslite")):
            self.skipTest(f"no tlslite-ng in {programs.PEERS}: see what prepare.sh said")
        self.command = python, os.path.join(SOURCES, "compressed.py")

    def test_our_server(self):
        """A client of tlslite-ng compresses its certificate whether or not it is asked to: where we
        do not ask, it shows none."""
        for enabled, how in ((1, "zlib zlib"), (0, "None None")):
            auth = ("set_client_auth", REQUIRED, trust("ca")) if enabled else \
                ("set_client_auth", OFF, None)
            with self.subTest(enabled=enabled), \
                    our_server(auth, ("set_certificate_compression", enabled)) as server:
                done = run(*self.command, "client", pki("client.pem"), pki("client.key"),
                           str(server.port))
                self.assertEqual(done.stdout, f"{how}\n", done.stderr)
                self.assertEqual(server.served().peer, der("client") if enabled else None)

    def test_our_client(self):
        with Listener(r"^(\d+)$", *self.command, "server", pki("ecdsa.pem"), pki("ecdsa.key")) \
                as peer:
            for enabled, how in ((1, "zlib zlib"), (0, "None None")):
                with self.subTest(enabled=enabled):
                    tls = visit(peer.port, client_config(
                        ("set_certificate_compression", enabled),
                        ("add_identity", ours("client"))))
                    self.assert_page(tls)
                    self.assertEqual(tls.peer, der("ecdsa"))
                    peer.says(f"^{how}$")


class Identities(Test):
    def subject(self, server, *options):
        """Of what our server shows to s_client; None where it refuses."""
        done = s_client(server.port, *options)
        found = re.search(r"^subject=CN = inkotls example (\S+)$", done.stdout, re.MULTILINE)
        if found:
            self.assert_exit(0, done)
            server.served()
            return found[1]
        failure = server.refused()
        self.assertEqual(failure.status, inkotls.HANDSHAKE_FAILED)
        self.assertIn(failure.alert_sent, (40, 112))  # handshake_failure, unrecognized_name
        self.assert_alert(failure.alert_sent, done)
        return None

    def test_names_that_change_while_they_are_served(self):
        served = inkotls.sni_map({"localhost": ours("ecdsa"), "other.test": ours("other"),
                                     "*.example.com": ours("rsa")})
        config = inkotls.config("server", ("set_sni_map", served))

        def shown(name, *options):
            return self.subject(server, *(("-servername", name) if name else ("-noservername",)),
                                *options)

        with Server(config, serve) as server:
            for version in VERSIONS:
                for name, key in {"localhost": "ecdsa", "other.test": "other",
                                  "OTHER.test": "other", "a.example.com": "rsa",
                                  "a.b.example.com": None, "example.com": None,
                                  "unknown.test": None, None: None}.items():
                    with self.subTest(version=version, name=name):
                        self.assertEqual(shown(name, ONLY[version]), key)
            served.must("set", "", ours("ed25519"))
            self.assertEqual((shown("unknown.test"), shown(None)), ("ed25519", "ed25519"))
            served.must("set", "other.test", ours("ecdsa"))
            self.assertEqual(shown("other.test"), "ecdsa")
            served.must("remove", "other.test")
            self.assertEqual(shown("other.test"), "ed25519")
            served.must("remove", "")
            self.assertIsNone(shown("other.test"))
            self.assertEqual(served.remove(""), inkotls.NONE)
            self.assertEqual(shown("localhost"), "ecdsa")

    def test_two_kinds_of_key_for_one_name(self):
        served = inkotls.sni_map({"localhost": ours("ecdsa")})
        served.must("set", "localhost", ours("rsa"))
        with Server(inkotls.config("server", ("set_sni_map", served)), serve) as server:
            for schemes, key in {"ECDSA+SHA256": "ecdsa", "RSA-PSS+SHA256": "rsa",
                                 "ed25519": None}.items():
                with self.subTest(schemes=schemes):
                    self.assertEqual(self.subject(server, "-servername", "localhost",
                                                  "-sigalgs", schemes), key)

    def test_a_connection_outlives_its_identity(self):
        served = inkotls.sni_map({"localhost": ours("ecdsa")})
        with Server(inkotls.config("server", ("set_sni_map", served)), echo) as server, \
                Program(*s_client_command(server.port, "-servername", "localhost")) as client:
            client.told("one\n")
            client.says("^ONE$")
            served.must("remove", "localhost")
            client.told("two\n")
            client.says("^TWO$")
            client.told("Q\n")
            server.served()


class VerifiedPath(Test):
    """s_server shows certificates with two paths; the roots decide. openssl verify tries one issuer alone."""

    def test_the_path_is_openssl_s(self):
        def path(tls):
            tls.do("handshake")
            subjects, index = [], 0
            while (der_ := tls.conn.lent("verified_certificate", index)) is not None:
                subjects.append(inkotls.certificate(der_).lent("subject").decode())
                index += 1
            anchor, size = ctypes.create_string_buffer(512), ctypes.c_size_t()
            tls.conn.must("verified_anchor", anchor, ctypes.byref(size))
            return subjects + [anchor.raw[:size.value].decode()]

        for ca, issuer in (("ca", "sub-ca"), ("stranger-ca", "sub-ca-crossed")):
            verified = run("openssl", "verify", "-show_chain", "-CAfile", pki(f"{ca}.pem"),
                           "-untrusted", pki(f"{issuer}.pem"), pki("chained.pem"))
            self.assert_exit(0, verified)
            expected = [name.replace(" = ", "=") for name in
                        re.findall(r"^depth=\d+: (.*?)(?: \(untrusted\))?$", verified.stdout, re.MULTILINE)]
            with self.subTest(ca=ca), \
                    OpensslServer("chained", "-cert_chain", pki("crossed.pem")) as peer:
                found = visit(peer.port, client_config(roots=trust(ca)), path).value
                self.assertEqual(found, expected)
                self.assertEqual(len(found), 3)


class Certificates(Test):
    """What is in one, as openssl x509 sees it."""

    def test_every_certificate_of_the_pki(self):
        names = sorted(name for name in os.listdir(interop.PKI)
                       if name.endswith(".pem") and ".crl." not in name)
        names.remove("rude-names.pem")  # a name that is not ASCII, which openssl writes over lines
        self.assertGreater(len(names), 10)
        for name in names:
            with self.subTest(certificate=name):
                self.check(pki(name))

    def test_names_that_need_escapes(self):
        for subject in ('/C=DE/O=Ä, "B" + <C>; D/CN= x # y \\/ z=\\\\ ',
                        "/O=first/O=second+CN=both/OU=#3/L=a,b",
                        "/DC=test/DC=example/UID=me/ST=é/L=日本"):
            with self.subTest(subject=subject):
                path = os.path.join(self.scratch(), "certificate.pem")
                done = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                           "ec_paramgen_curve:P-256", "-nodes", "-keyout", path, "-out", path,
                           "-utf8", "-subj", subject, "-multivalue-rdn", "-addext",
                           "subjectAltName=DNS:*.a.test,IP:10.1.2.3,IP:fe80::1,email:a@b.test")
                self.assert_exit(0, done)
                self.check(path)

    def check(self, path):
        done = run("openssl", "x509", "-in", path, "-noout", "-subject", "-issuer", "-serial",
                   "-dates", "-dateopt", "iso_8601", "-fingerprint", "-sha256",
                   "-nameopt", "RFC2253,-esc_msb,utf8",
                   "-ext", "subjectAltName,keyUsage,extendedKeyUsage,basicConstraints,"
                   "subjectKeyIdentifier,authorityKeyIdentifier,authorityInfoAccess")
        self.assert_exit(0, done)
        expected = dict(re.findall("^(\\w+|sha256 Fingerprint)=(.*)$", done.stdout, re.MULTILINE))
        ours_ = inkotls.certificate(der_of(path))
        for name in ("subject", "issuer"):
            self.assertEqual(parts(ours_.lent(name).decode()), parts(expected[name]))
        self.assertEqual(ours_.lent("der"), der_of(path))
        pem, size = ctypes.create_string_buffer(1 << 16), ctypes.c_size_t()
        ours_.must("pem", pem, ctypes.byref(size))
        pem = pem.raw[:size.value].decode()
        self.assertEqual(ssl.PEM_cert_to_DER_cert(pem), der_of(path))
        self.assertEqual(int.from_bytes(ours_.lent("serial"), "big"), int(expected["serial"], 16))
        for verb, name in (("not_before", "notBefore"), ("not_after", "notAfter")):
            seconds = ctypes.c_int64()
            ours_.must(verb, ctypes.byref(seconds))
            date = datetime.fromtimestamp(seconds.value, timezone.utc)
            self.assertEqual(date.strftime("%Y-%m-%d %H:%M:%SZ"), expected[name])
        self.assertEqual(ours_.lent("fingerprint").hex(":").upper(),
                         expected["sha256 Fingerprint"])
        self.assertEqual([name.decode() for name in each(ours_, "dns_name")],
                         re.findall(r"DNS:([^,\s]+)", done.stdout))
        self.assertEqual([ipaddress.ip_address(address) for address in each(ours_, "ip_address")],
                         [ipaddress.ip_address(address) for address in
                          re.findall(r"IP Address:([^,\s]+)", done.stdout)])
        for verb, name in (("uri_name", "[ ,]URI"), ("email_name", "email"),
                           ("ocsp_uri", "OCSP - URI"), ("ca_issuers_uri", "CA Issuers - URI")):
            self.assertEqual([text.decode() for text in each(ours_, verb)],
                             re.findall(rf"(?<! -){name}:([^,\s]+)", done.stdout))
        for verb, name in (("subject", "Subject"), ("authority", "Authority")):
            identifier = re.search(rf"{name} Key Identifier: *\n *(?:keyid:)?([0-9A-F:]+)", done.stdout)
            self.assertEqual(ours_.lent(f"{verb}_key_identifier"),
                             identifier and bytes.fromhex(identifier[1].replace(":", "")))
        said = {name: value for name, value in
                re.findall(r"^X509v3 ([\w ]+): (?:critical)?\n +(.*)$", done.stdout, re.MULTILINE)}
        if os.path.basename(path) not in MALFORMED:
            self.check_uses(ours_, said)
        self.assertEqual([text.decode() for text in each(ours_, "ip_address_text")],
                         [str(ipaddress.ip_address(address))
                          for address in each(ours_, "ip_address")])

    def check_uses(self, ours_, said):
        usages = said.get("Key Usage")
        bits = usages and sum(1 << KEY_USAGES.index(usage) for usage in usages.split(", "))
        self.assertEqual(ours_.key_usage(), bits or NONE)
        constraints = said.get("Basic Constraints")
        self.assertEqual(ours_.is_ca(), int("CA:TRUE" in constraints) if constraints else NONE)
        length = re.search(r"pathlen:(\d+)", constraints or "")
        self.assertEqual(ours_.path_length(), int(length[1]) if length else NONE)
        purposes = said.get("Extended Key Usage")
        self.assertEqual([PURPOSES[oid.decode()] for oid in each(ours_, "extended_key_usage")],
                         purposes.split(", ") if purposes else [])


class Acceptor(Test):
    def test_what_s_client_has_sent(self):
        config = server_config(("add_alpn", "http/1.1"))

        def open_(_, connection):
            return Tls(Handle.new("acceptor"), connection)

        def talk(tls):
            tls.do("accept")
            acceptor = tls.conn
            seen = {"hello": acceptor.lent("client_hello"),
                    "authorities": list(each(acceptor, "certificate_authority")),
                    "alpn": list(each(acceptor, "alpn")),
                    "name": acceptor.lent("server_name")}
            tls.conn = acceptor.into("into_conn", "conn", config)
            tls.conn.must("clear_alpn")
            tls.conn.must("add_alpn", seen["alpn"][1])
            serve(tls)
            return seen

        with Server(None, talk, open_) as server:
            done = s_client(server.port, "-servername", "Name.test", "-alpn", "one,two,three",
                            "-requestCAfile", pki("ca.pem"))
            self.assert_exit(0, done)
            self.assertIn("\nALPN protocol: two\n", done.stdout)
            tls = server.served()
            self.assertEqual(tls.alpn, "two")
            seen = tls.value
            self.assertEqual(seen["alpn"], [b"one", b"two", b"three"])
            self.assertEqual(seen["name"], b"name.test")
            sent = b"".join(data for is_ours, data in tls.wire if not is_ours)
            self.assertEqual(seen["hello"], sent[5:5 + int.from_bytes(sent[3:5], "big")])
            (authority,) = seen["authorities"]
            self.assertIn(b"inkotls example ca", authority)
            self.assertEqual(der("ca").count(authority), 2)  # its issuer, and its subject


def parts(name):
    """The RDNs of a name in their order, whose own parts have none (RFC 4514, section 2.2)."""
    return [sorted(re.split(r"(?<!\\)\+", rdn)) for rdn in re.split(r"(?<!\\),", name)]


def each(handle, verb):
    index = 0
    while (item := handle.lent(verb, index)) is not None:
        yield item
        index += 1
