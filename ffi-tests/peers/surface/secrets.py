"""Exporters, channel bindings, key updates and key logs."""

import ctypes
import hashlib
import os
import re
import socket
import struct

import inkotls
from inkotls import Server
from interop import ONLY, REQUEST, VERSIONS, OpensslServer, Program, run, s_client, s_client_command

from .programs import (Test, client_config, content, der_of, echo, fetch, gnutls_client,
                       gnutls_only, gnutls_server, gnutls_trust, node_client, node_server, nodes,
                       our_server, s_server, serve, server_config, visit)

TLS_EXPORTER, TLS_SERVER_END_POINT = 1, 2  # inkotls_channel_binding
LABEL = "EXPORTER-inkotls"
PORT = 4433  # of the peer, in captures


class Exporters(Test):
    MATERIAL = re.compile(r"Keying material: ([0-9A-F]+)$", re.MULTILINE)

    def test_openssl(self):
        options = "-keymatexport", LABEL, "-keymatexportlen", "40"
        for version in VERSIONS:
            with self.subTest(version=version):
                with our_server() as server:
                    done = s_client(server.port, ONLY[version], *options)
                    material = server.served().export(LABEL, 40)
                    self.assertEqual(self.MATERIAL.search(done.stdout)[1], material.hex().upper())
                with s_server("ecdsa", ONLY[version], *options) as peer:
                    tls = visit(peer.port, talk=lambda tls: tls.do("handshake"))
                    self.assertEqual(peer.says(self.MATERIAL)[1],
                                     tls.export(LABEL, 40).hex().upper())

    def test_contexts_with_node(self):
        contexts = None, b"", b"a context"
        wanted = [[33, LABEL, None if each is None else each.hex()] for each in contexts]
        for node in nodes():
            for version, name in VERSIONS.items():
                only = {"minVersion": name, "maxVersion": name, "exports": wanted}
                with self.subTest(node=node, version=version):
                    with our_server() as server, node_client(node, server.port, **only) as peer:
                        found, tls = peer.tells()["exports"], server.served()
                        self.assertEqual(found, [tls.export(LABEL, 33, each).hex()
                                                 for each in contexts])
                        # RFC 8446, section 7.5, and RFC 5705, section 4, differ here.
                        self.assertEqual(len(set(found)), 3 if version == "TLS 1.2" else 2)
                    with node_server(node, **only) as peer:
                        tls = visit(peer.port)
                        self.assertEqual(peer.tells()["exports"],
                                         [tls.export(LABEL, 33, each).hex() for each in contexts])

    def test_channel_bindings_with_gnutls(self):
        for version in VERSIONS:
            only = gnutls_only(version)
            for key in ("ecdsa", "rsa"):
                with self.subTest(version=version, key=key):
                    with our_server(key=key) as server:
                        said = gnutls_client(server.port, *gnutls_trust(), *only, "--verbose")
                        self.check(server.served(), said)
                    with gnutls_server(*only, key=key) as peer:
                        tls = visit(peer.port)
                        peer.says("^ - 'tls-exporter'")  # the last one
                        self.check(tls, "\n".join(peer.said))

    def check(self, tls, said):
        found = dict(re.findall("^ - '([a-z-]+)': ([0-9a-f]+)$", said, re.MULTILINE))
        self.assertEqual(tls.channel_binding(TLS_SERVER_END_POINT).hex(),
                         found["tls-server-end-point"])
        if tls.version == "TLS 1.3":
            self.assertEqual(tls.channel_binding(TLS_EXPORTER).hex(), found["tls-exporter"])
        else:
            self.assert_refused(lambda: tls.channel_binding(TLS_EXPORTER), inkotls.UNSUPPORTED)

    def test_the_hash_is_that_of_the_certificate_s_signature(self):
        """RFC 5929, section 4.1: SHA-256 in place of weaker ones; Ed25519 has none."""
        for kind, options, name in (
                ("RSA", ("-sha1",), "sha256"), ("RSA", ("-sha384",), "sha384"),
                ("RSA", ("-sha512",), "sha512"), ("EC", ("-sha384",), "sha384"),
                ("RSA", ("-sha512", "-sigopt", "rsa_padding_mode:pss"), "sha512"),
                ("ED25519", (), None)):
            with self.subTest(kind=kind, options=options):
                scratch = self.scratch()
                chain, key = (os.path.join(scratch, name) for name in ("chain", "key"))
                curve = ("-pkeyopt", "ec_paramgen_curve:P-256") if kind == "EC" else ()
                done = run("openssl", "req", "-x509", "-newkey", kind, *curve, "-nodes",
                           "-subj", "/CN=self", "-keyout", key, "-out", chain, *options)
                self.assert_exit(0, done)
                shown = ("set_identity", inkotls.identity(chain, key))
                with Server(inkotls.config("server", shown), serve) as server:
                    s_client(server.port)
                    tls = server.served()
                    if name:
                        self.assertEqual(tls.channel_binding(TLS_SERVER_END_POINT),
                                         hashlib.new(name, der_of(chain)).digest())
                    else:
                        self.assert_refused(lambda: tls.channel_binding(TLS_SERVER_END_POINT),
                                            inkotls.UNSUPPORTED)


class KeyUpdates(Test):
    def test_s_client(self):
        with our_server(talk=echo) as server, \
                Program(*s_client_command(server.port, "-tls1_3", "-msg")) as client:
            client.says("^SSL handshake has read")
            for command in "KkK":
                known = len(client.said)
                client.told(f"{command}\n")
                client.says("^>>> TLS 1.3, Handshake .*KeyUpdate")
                client.told("one\n")
                client.says("^ONE$")
                answers = re.findall("<<< TLS 1.3, Handshake .*KeyUpdate",
                                     "\n".join(client.said[known:]))
                self.assertEqual(len(answers), 1 if command == "K" else 0)
            for _ in range(3):
                client.told("update\n")
                client.says("^<<< TLS 1.3, Handshake .*KeyUpdate")
                client.says("^UPDATE$")
                client.told("two\n")
                client.says("^>>> TLS 1.3, Handshake .*KeyUpdate")
                client.says("^TWO$")
            client.told("Q\n")
            server.served()

    def test_s_server(self):
        def talk(tls):
            tls.do("handshake")
            for _ in range(3):
                tls.do("update_keys")
                tls.send(b"one\n")
                peer.says("^<<< TLS 1.3, Handshake .*KeyUpdate")
                peer.says("^one$")
                peer.told("two\n")
                peer.says("^>>> TLS 1.3, Handshake .*KeyUpdate")
                self.assertEqual(tls.recv(), b"two\n")
            for command in "Kk":
                peer.told(f"{command}\n")
                peer.says("^>>> TLS 1.3, Handshake .*KeyUpdate")
                peer.told("three\n")
                self.assertEqual(tls.recv(), b"three\n")
                tls.send(b"four\n")
                if command == "K":
                    peer.says("^<<< TLS 1.3, Handshake .*KeyUpdate")
                peer.says("^four$")
            tls.do("close")

        with s_server("ecdsa", "-tls1_3", "-msg") as peer:
            visit(peer.port, talk=talk)

    def test_tls_1_2_has_none(self):
        def talk(tls):
            tls.do("handshake")
            return tls.conn.update_keys(), fetch(tls)

        with OpensslServer("ecdsa", "-tls1_2") as peer:
            status, answer = visit(peer.port, talk=talk).value
            self.assertEqual(status, inkotls.UNSUPPORTED)
            self.assertIn(b"</HTML>", answer)


class KeyLogs(Test):
    LINE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)

    def test_the_lines_are_openssl_s(self):
        for version in VERSIONS:
            lines, log = self.log()
            with self.subTest(version=version), our_server(log) as server:
                expected = self.logged_by_s_client(server, ONLY[version])
                self.assertGreaterEqual(len(expected), 1 if version == "TLS 1.2" else 4)
                self.assertEqual(set(lines), expected)
            theirs, (lines, log) = os.path.join(self.scratch(), "theirs"), self.log()
            with self.subTest(version=version), \
                    OpensslServer("ecdsa", ONLY[version], "-keylogfile", theirs) as peer:
                visit(peer.port, client_config(log))
                self.assertEqual(set(lines), self.lines(theirs))

    def test_early_secrets(self):
        def talk(tls):
            early = tls.read_early()
            serve(tls)
            return early

        lines, log = self.log()
        session, early = (os.path.join(self.scratch(), name) for name in ("session", "early"))
        with open(early, "wb") as file:
            file.write(b"early")
        with our_server(log, ("set_max_early_data", 1000), talk=talk) as server:
            self.logged_by_s_client(server, "-sess_out", session)
            lines.clear()
            expected = self.logged_by_s_client(server, "-sess_in", session, "-early_data", early)
            self.assertEqual(set(lines), {line for line in expected
                                          if not line.startswith(b"EARLY_EXPORTER_SECRET")})
            self.assertTrue([line for line in lines
                             if line.startswith(b"CLIENT_EARLY_TRAFFIC_SECRET")])

    def log(self):
        """A list, and the setting that fills it."""
        lines = []
        callback = self.LINE(lambda _, _conn, line, size: lines.append(ctypes.string_at(line, size)))
        return lines, ("set_dangerous_key_log", callback, None)

    def logged_by_s_client(self, server, *options):
        path = os.path.join(self.scratch(), "theirs")
        self.assert_exit(0, s_client(server.port, "-keylogfile", path, *options))
        server.served()
        return self.lines(path)

    @staticmethod
    def lines(path):
        return {line for line in content(path).splitlines() if not line.startswith(b"#")}

    def test_tshark_reads_what_it_saw(self):
        for version in VERSIONS:
            for side in ("client", "server"):
                with self.subTest(version=version, side=side):
                    self.check(version, side)

    def check(self, version, side):
        scratch = self.scratch()
        capture, keys = (os.path.join(scratch, name) for name in ("capture", "keys"))
        os.environ["SSLKEYLOGFILE"] = keys
        try:
            logged = ("set_dangerous_key_log_file",)
            config = client_config(logged) if side == "client" else server_config(logged)
        finally:
            del os.environ["SSLKEYLOGFILE"]
        if side == "client":
            with s_server("ecdsa", ONLY[version]) as peer:
                def talk(tls):
                    tls.do("handshake")
                    tls.send(REQUEST.encode())
                    peer.says("^Host: localhost")
                    peer.told("hello\n")
                    self.assertEqual(tls.recv(), b"hello\n")
                    tls.do("close")
                tls = visit(peer.port, config, talk)
        else:
            with Server(config, serve) as server:
                self.assert_exit(0, s_client(server.port, ONLY[version]))
                tls = server.served()
        with open(capture, "wb") as file:
            file.write(pcap(tls.wire))
        for known, is_readable in ((keys, True), (os.devnull, False)):
            done = run("tshark", "-r", capture, "-d", f"tcp.port=={PORT},tls", "-q",
                       "-o", f"tls.keylog_file:{known}", "-z", "follow,tls,ascii,0")
            self.assert_exit(0, done)
            for plaintext in ("Host: localhost", "hello"):
                self.assertEqual(plaintext in done.stdout, is_readable, done.stdout)


def pcap(wire):
    """A capture of what went over the wire, as TCP over IPv4, with checksums that none looks at."""
    addresses = socket.inet_aton("127.0.0.1"), socket.inet_aton("127.0.0.2")
    sequence = [1000, 2000]
    packets = []

    def packet(side, flags, data=b""):
        ports = (50000, PORT) if side == 0 else (PORT, 50000)
        tcp = struct.pack(">HHIIBBHHH", *ports, sequence[side], sequence[1 - side], 5 << 4, flags,
                          65535, 0, 0)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(data), 0, 0, 64, 6, 0,
                         addresses[side], addresses[1 - side])
        size = len(ip) + len(tcp) + len(data)
        packets.append(struct.pack("<IIII", 0, len(packets), size, size) + ip + tcp + data)
        sequence[side] += len(data) + (flags & 2) // 2

    packet(0, 0x02)  # SYN
    packet(1, 0x12)
    packet(0, 0x10)
    for is_ours, data in wire:
        packet(0 if is_ours else 1, 0x18, data)
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + b"".join(packets)
