"""Versions, suites, groups and ALPN."""

import os
import re

import inkotls
import interop
from inkotls import OPTIONAL
from interop import (GROUPS, ONLY, OPENSSL_SUITES, SUITES_OF_13, VERSIONS, OpensslServer, Program,
                     matrix, run, s_client)

from . import programs
from .programs import (PAGE, SOURCES, Test, a_group, a_suite, a_version, client_config, der,
                       gnutls_client, gnutls_only, gnutls_server, gnutls_trust, modern_node,
                       node_client, node_server, nodes, our_server, ours, trust, visit)


class PostQuantum(Test):
    GROUP = "X25519MLKEM768"

    def setUp(self):
        self.node = modern_node()
        if not self.node:
            self.skipTest(f"no Node with OpenSSL 3.5 in {programs.PEERS}: see what prepare.sh said")

    def test_node_is_the_client(self):
        with our_server() as server, node_client(self.node, server.port) as peer:
            self.assertEqual(peer.tells()["group"], self.GROUP)
            self.assertEqual(server.served().group, self.GROUP)

    def test_node_is_the_server(self):
        with node_server(self.node, enableTrace=True) as peer:
            tls = visit(peer.port)
            self.assert_page(tls)
            self.assertEqual(tls.group, self.GROUP)
            peer.tells()
            share = r"ServerHello, (?s:.*?)key_share\(51\), .*\n *NamedGroup: (\w+)"
            self.assertEqual(re.search(share, "\n".join(peer.said))[1], self.GROUP)

    def test_groups_that_need_a_second_hello(self):
        """HelloRetryRequest, to the hybrid group and away from it, both ways."""
        groups = [self.GROUP, "secp384r1"]
        for first, group in (groups, groups[::-1]):
            with self.subTest(group=group, client="ours"), \
                    node_server(self.node, ecdhCurve=group) as peer:
                both = [a_group(each) for each in (first, group)]
                tls = visit(peer.port, client_config(*both))
                self.assertEqual(tls.group, group)
                self.assertEqual(hellos(tls, True), 2)
            with self.subTest(group=group, client="Node"), \
                    our_server(a_group(group)) as server, \
                    node_client(self.node, server.port, ecdhCurve=f"{first}:{group}") as peer:
                self.assertIn("answer", peer.tells())
                tls = server.served()
                self.assertEqual(tls.group, group)
                self.assertEqual(hellos(tls, False), 2)


def hellos(tls, is_ours):
    """How many ClientHellos went over the wire, in records of their own."""
    data = b"".join(data for sent, data in tls.wire if sent == is_ours)
    count = 0
    while len(data) > 5:
        kind, size = data[0], int.from_bytes(data[3:5], "big")
        count += kind == 22 and data[5] == 1
        data = data[5 + size:]
    return count


class GnutlsAgrees(Test):
    CIPHERS = {"AES_128_GCM": "AES-128-GCM", "AES_256_GCM": "AES-256-GCM",
               "CHACHA20_POLY1305": "CHACHA20-POLY1305"}

    def priority(self, version, suite, *groups):
        return gnutls_only(version, "-CIPHER-ALL", "+" + self.cipher(suite), "-GROUP-ALL",
                           *("+GROUP-" + group.upper() for group in groups))

    def cipher(self, suite):
        return next(name for part, name in self.CIPHERS.items() if part in suite)

    def expected(self, version, suite, group):
        version = version.replace(" ", "")
        return rf"\({version}-X\.509\)-\(ECDHE-{group.upper()}\)-\(.*\)-\({self.cipher(suite)}\)$"

    def test_our_client(self):
        for case in matrix():
            with self.subTest(**case):
                key, agreed = case.pop("key"), case.values()
                with gnutls_server(*self.priority(*agreed), key=key) as peer:
                    tls = visit(peer.port)
                    peer.says("^- Description: " + self.expected(*agreed))
                    self.assertEqual([tls.version, tls.suite, tls.group], list(agreed))
                    self.assertEqual(tls.peer, der(key))

    def test_our_server(self):
        for case in matrix():
            with self.subTest(**case):
                key, (version, suite, group) = case.pop("key"), case.values()
                groups = [group]
                if (version, key) == ("TLS 1.2", "ecdsa") and group != "secp256r1":
                    groups.append("secp256r1")  # the key's curve has to be accepted, too
                with our_server(key=key) as server:
                    said = gnutls_client(server.port, *gnutls_trust(),
                                         *self.priority(version, suite, *groups))
                    self.assertIn("- Status: The certificate is trusted.", said)
                    self.assertRegex(said, "(?m)^- Description: "
                                     + self.expected(version, suite, group))
                    tls = server.served()
                    self.assertEqual([tls.version, tls.suite, tls.group], [version, suite, group])
                    self.assertEqual(tls.server_name, "localhost")

    def test_alpn(self):
        for version in VERSIONS:
            only = gnutls_only(version)
            with self.subTest(version=version), gnutls_server("--alpn", "http/1.1", *only) as peer:
                both = ("add_alpn", "h2"), ("add_alpn", "http/1.1")
                self.assertEqual(visit(peer.port, client_config(*both)).alpn, "http/1.1")
                peer.says("^- Application protocol: http/1.1$")
            with self.subTest(version=version), our_server(("add_alpn", "http/1.1")) as server:
                said = gnutls_client(server.port, *gnutls_trust(), *only, "--alpn", "h2",
                                     "--alpn", "http/1.1")
                self.assertIn("\n- Application protocol: http/1.1\n", said)
                self.assertEqual(server.served().alpn, "http/1.1")


class OurLists(Test):
    """What the host has chosen, with peers that accept everything they know."""

    def test_an_old_peer_costs_no_second_hello(self):
        """The default, with one that has not heard of X25519MLKEM768."""
        with OpensslServer("ecdsa", "-groups", "X25519") as peer:
            tls = visit(peer.port)
            self.assertEqual((tls.group, hellos(tls, True)), ("x25519", 1))
        with our_server() as server:
            s_client(server.port, "-groups", "X25519")
            tls = server.served()
            self.assertEqual((tls.group, hellos(tls, False)), ("x25519", 1))

    def test_numbers_and_names(self):
        self.assertEqual(list(inkotls.numbers("protocol_version").items()),
                         [("TLS 1.3", 0x0304), ("TLS 1.2", 0x0303)])
        self.assertEqual(list(inkotls.numbers("named_group").items()), [
            ("X25519MLKEM768", 0x11EC), ("x25519", 29), ("secp256r1", 23), ("secp384r1", 24)])
        listed = run("openssl", "ciphers", "-V", "-stdname", "ALL").stdout
        theirs = {name: int(number.replace(",0x", ""), 16) for number, name in
                  re.findall(r"(0x\w\w,0x\w\w) - (\w+)", listed)}
        self.assertEqual(inkotls.numbers("cipher_suite"),
                         {suite: theirs[suite] for suite in OPENSSL_SUITES})

    def test_one_suite(self):
        for suite in OPENSSL_SUITES:
            only, key = a_suite(suite), "rsa" if "_RSA_" in suite else "ecdsa"
            version = "TLS 1.3" if suite in SUITES_OF_13 else "TLS 1.2"
            with self.subTest(suite=suite):
                with OpensslServer(key) as peer:
                    tls = visit(peer.port, client_config(only))
                    self.assertEqual((tls.version, tls.suite), (version, suite))
                    said = f"{VERSIONS[version]}, Cipher is {OPENSSL_SUITES[suite]}"
                    self.assertIn(said, tls.value.decode())
                with our_server(only, key=key) as server:
                    self.assertIn(said, s_client(server.port).stdout)
                    self.assertEqual(server.served().suite, suite)

    def test_one_version(self):
        for version in VERSIONS:
            only = a_version(version)
            other = next(each for each in VERSIONS if each != version)
            with self.subTest(version=version):
                with OpensslServer("ecdsa") as peer:
                    self.assertEqual(visit(peer.port, client_config(only)).version, version)
                with OpensslServer("ecdsa", ONLY[other]) as peer:
                    failure = self.assert_refused(
                        lambda: visit(peer.port, client_config(only)), inkotls.ALERT_RECEIVED)
                    self.assertEqual(failure.alert_received, 70)  # protocol_version
                with our_server(only) as server:
                    self.assertIn(f"New, {VERSIONS[version]}", s_client(server.port).stdout)
                    self.assertEqual(server.served().version, version)
                    self.assert_alert(70, s_client(server.port, ONLY[other]))
                    failure = server.refused()
                    self.assertEqual(failure.status, inkotls.HANDSHAKE_FAILED)
                    self.assertEqual(failure.alert_sent, 70)

    def test_one_group(self):
        for version in VERSIONS:
            for group in GROUPS:
                only = a_group(group)
                with self.subTest(version=version, group=group):
                    with OpensslServer("rsa", ONLY[version]) as peer:
                        self.assertEqual(visit(peer.port, client_config(only)).group, group)
                    with our_server(only, key="rsa") as server:
                        reported = interop.REPORTED_GROUPS[group]
                        self.assertRegex(s_client(server.port, ONLY[version]).stdout,
                                         rf"(?i)Server Temp Key: .*({reported})")
                        self.assertEqual(server.served().group, group)

    def test_the_order_of_a_client(self):
        """s_server follows the client's."""
        suites, groups = SUITES_OF_13, list(GROUPS)
        with OpensslServer("ecdsa") as peer:
            for i in range(3):
                config = client_config(
                    *(a_suite(each) for each in suites[i:] + suites[:i]),
                    *(a_group(each) for each in groups[i:] + groups[:i]))
                with self.subTest(first=suites[i], group=groups[i]):
                    tls = visit(peer.port, config)
                    self.assertEqual((tls.suite, tls.group), (suites[i], groups[i]))


class NodeAgrees(Test):
    def setUp(self):
        self.assertTrue(nodes(), f"there is no Node: neither in {programs.PEERS} nor in PATH")

    @staticmethod
    def only(version):
        return {"minVersion": VERSIONS[version], "maxVersion": VERSIONS[version]}

    def cases(self):
        for node in nodes():
            for version in VERSIONS:
                for offer, alpn in ((["h2", "http/1.1"], "http/1.1"), ([], None)):
                    yield {"node": node, "version": version, "alpn": alpn}, \
                        {"ALPNProtocols": offer, **self.only(version)}

    def test_our_client(self):
        for case, options in self.cases():
            node, version, alpn = case.values()
            with self.subTest(**case), node_server(node, **options) as peer:
                tls = visit(peer.port, client_config(("add_alpn", "http/1.1")))
                self.assert_page(tls)
                said = peer.tells()
                self.assertEqual((tls.version, tls.alpn), (version, alpn))
                self.assertEqual(said["version"], VERSIONS[version])
                self.assertEqual((said["alpn"], said["serverName"]), (alpn, "localhost"))
                self.assertEqual(said["suite"], tls.suite)

    def test_our_server(self):
        for case, options in self.cases():
            node, version, alpn = case.values()
            with self.subTest(**case), our_server(("add_alpn", "http/1.1")) as server, \
                    node_client(node, server.port, **options) as peer:
                said, tls = peer.tells(), server.served()
                self.assertEqual(said["answer"], PAGE.decode())
                self.assertEqual((tls.version, tls.alpn), (version, alpn))
                self.assertEqual(said["version"], VERSIONS[version])
                self.assertEqual((said["alpn"], tls.server_name), (alpn, "localhost"))
                self.assertEqual(said["suite"], tls.suite)

    def test_no_protocol_in_common(self):
        with our_server(("add_alpn", "http/1.1")) as server:
            for node in nodes():
                with self.subTest(node=node), \
                        node_client(node, server.port, ALPNProtocols=["h2"]) as peer:
                    self.assertRegex(peer.tells()["error"], "NO_APPLICATION_PROTOCOL")
                    failure = server.refused()
                    self.assertEqual(failure.status, inkotls.HANDSHAKE_FAILED)
                    self.assertEqual(failure.alert_sent, 120)

    def test_resumption(self):
        for node in nodes():
            for version in VERSIONS:
                only = self.only(version)
                with self.subTest(node=node, version=version):
                    with our_server() as server, \
                            node_client(node, server.port, again=True, **only) as peer:
                        self.assertEqual([peer.tells()["resumed"] for _ in range(2)], [False, True])
                        self.assertEqual([server.served().resumed for _ in range(2)], [0, 1])
                    with node_server(node, **only) as peer:
                        config = client_config()
                        self.assertEqual([visit(peer.port, config).resumed for _ in range(2)],
                                         [0, 1])
                        self.assertEqual([peer.tells()["resumed"] for _ in range(2)], [False, True])


class Java(Test):
    @classmethod
    def setUpClass(cls):
        cls.java = Program("java", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
                           os.path.join(SOURCES, "Peer.java"), interop.PKI)
        cls.addClassCleanup(cls.java.stop)

    def done(self):
        words = self.java.says(r"^(?:done|failed) .*")[0]
        self.assertTrue(words.startswith("done"), words)
        return dict(re.findall(r"(\w+)=(\S*)", words))

    def test_our_client(self):
        for version, name in VERSIONS.items():
            for offer in ("http/1.1", "-"):
                config = client_config(("add_alpn", "h2"), ("add_alpn", "http/1.1"),
                                       ("add_identity", ours("client")))
                for auth, resumed in (("open", 0), ("open", 1), ("auth", None)):
                    with self.subTest(version=version, offer=offer, auth=auth, resumed=resumed):
                        self.java.told(f"server {name} {offer} {auth}\n")
                        port = int(self.java.says(r"^listening port=(\d+)$")[1])
                        tls, done = visit(port, config), self.done()
                        self.assert_page(tls)
                        alpn = None if offer == "-" else offer
                        self.assertEqual((tls.version, tls.alpn), (version, alpn))
                        if auth == "open":
                            self.assertEqual(tls.resumed, resumed)
                        self.assertEqual(done, {
                            "version": name, "suite": tls.suite, "alpn": alpn or "",
                            "peer": "client" if auth == "auth" else "none", "complete": "true"})

    def test_our_server(self):
        settings = ("add_alpn", "http/1.1"), ("set_client_auth", OPTIONAL, trust("ca"))
        for version, name in VERSIONS.items():
            for offer in ("h2,http/1.1", "-"):
                with our_server(*settings) as server:
                    for resumed in (0, 1):
                        with self.subTest(version=version, offer=offer, resumed=resumed):
                            self.java.told(f"client {server.port} {name} {offer}\n")
                            done, tls = self.done(), server.served()
                            alpn = None if offer == "-" else "http/1.1"
                            self.assertEqual((tls.version, tls.alpn), (version, alpn))
                            self.assertEqual(tls.server_name, "localhost")
                            self.assertEqual((tls.resumed, tls.peer), (resumed, der("client")))
                            self.assertEqual(done, {
                                "version": name, "suite": tls.suite, "alpn": alpn or "",
                                "peer": "ecdsa", "complete": "true"})
