"""Resumption, ticket keys and early data."""

import ctypes
import os
import re
import shutil
import sys
import threading

import inkotls
import interop
from interop import (ONLY, OPENSSL_SUITES, REQUEST, VERSIONS, OpensslServer, client_context,
                     connect, pki, receive_all, s_client)

from . import programs
from .programs import (PAGE, SOURCES, Listener, Test, a_group, a_version, client_config, fetch,
                       gnutls_client, gnutls_only, gnutls_server, gnutls_trust, in_any_order, nginx,
                       nginx_facts, our_server, s_server, serve, serve_if_asked, visit)

NO_RESUMPTION, SESSION_ID, TICKETS = 0, 1, 2  # inkotls_tls12_resumption


class Store:
    """Of sessions, in the host."""

    PUT = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p,
                           ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t)
    GET = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p,
                           ctypes.c_size_t, ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t)

    def __init__(self):
        self.sessions, self.takes = {}, []
        self._lock = threading.Lock()
        self.setting = ("set_session_store", self.PUT(self._put), self.GET(self._get), None, 0)

    def _put(self, _, _conn, key, key_len, value, value_len):
        with self._lock:
            self.sessions[ctypes.string_at(key, key_len)] = ctypes.string_at(value, value_len)
        return 1

    def _get(self, _, _conn, key, key_len, take, buf, cap):
        key = ctypes.string_at(key, key_len)
        with self._lock:
            self.takes.append(take)
            value = self.sessions.pop(key, b"") if take else self.sessions.get(key, b"")
        if len(value) > cap:
            return 0
        ctypes.memmove(buf, value, len(value))
        return len(value)


def some_keys():
    return "set_ticket_keys", inkotls.ticket_keys(os.urandom(32))


class OurServerResumes(Test):
    def come(self, port, version, session, *options):
        """Whether s_client has resumed the session of that file, if there is one. It leaves one."""
        known = ("-sess_in", session) if os.path.exists(session) else ()
        done = s_client(port, ONLY[version], *known, "-sess_out", session, *options)
        self.assert_exit(0, done)
        return re.search(rf"^(New|Reused), {VERSIONS[version]}", done.stdout,
                         re.MULTILINE)[1] == "Reused"

    def test_s_client(self):
        store = Store()
        off = ("set_session_cache", 0)
        for kind, settings, options, versions, is_resumed in (
                ("cache", (), (), VERSIONS, True),
                ("cache", (), ("-no_ticket",), VERSIONS, True),
                ("store", (store.setting,), (), VERSIONS, True),
                ("store", (store.setting,), ("-no_ticket",), VERSIONS, True),
                ("ticket keys", (some_keys(),), (), VERSIONS, True),
                ("ticket keys", (some_keys(),), ("-no_ticket",), VERSIONS, True),
                ("ticket keys alone", (off, some_keys()), (), VERSIONS, True),
                ("ticket keys alone", (off, some_keys()), ("-no_ticket",), ["TLS 1.2"], False),
                ("off", (off,), (), VERSIONS, False)):
            with our_server(*settings) as server:
                for version in versions:
                    with self.subTest(kind=kind, options=options, version=version):
                        session = os.path.join(self.scratch(), "session")
                        for expected in (False, is_resumed):
                            found = self.come(server.port, version, session, *options)
                            self.assertEqual(found, expected)
                            self.assertEqual(server.served().resumed, int(expected))

    def test_reconnect(self):
        kinds = {"session ids": ((), ("-no_ticket",)),
                 "tickets": ((("set_session_cache", 0), some_keys()), ())}
        for kind, (settings, options) in kinds.items():
            with self.subTest(kind=kind), our_server(*settings, talk=serve_if_asked) as server:
                done = s_client(server.port, "-tls1_2", "-reconnect", *options)
                self.assert_exit(0, done)
                self.assertEqual(done.stdout.count("\nReused, TLSv1.2"), 5)
                self.assertEqual([server.served().resumed for _ in range(6)], [0, 1, 1, 1, 1, 1])

    def test_number_of_tickets(self):
        for count in (None, 0, 1, 5):
            settings = () if count is None else (("set_ticket_count", count),)
            with self.subTest(count=count), our_server(*settings) as server:
                done = s_client(server.port, "-tls1_3", "-msg")
                self.assertEqual(len(re.findall("<<< TLS 1.3, .*NewSessionTicket", done.stdout)),
                                 2 if count is None else count)

    def test_announced_lifetime(self):
        """The lifetime of a ticket, as OpenSSL reads it, in seconds."""
        def announced(port, version, *options):
            done = s_client(port, ONLY[version], *options)
            self.assert_exit(0, done)
            return int(re.findall(r"lifetime hint: (\d+) \(seconds\)", done.stdout)[-1])

        day, hour = 24 * 3600, 3600
        for seconds, expected in ((None, 12 * hour), (1, 1), (hour, hour), (7 * day, 7 * day)):
            settings = () if seconds is None else (("set_session_lifetime", seconds),)
            with our_server(some_keys(), *settings) as server:
                for version in VERSIONS:
                    with self.subTest(version=version, seconds=seconds):
                        self.assertEqual(announced(server.port, version), expected)
        with self.subTest("rustls's, without ticket keys"), \
                our_server(("set_session_lifetime", hour)) as server:
            self.assertEqual(announced(server.port, "TLS 1.3"), day)
        with our_server(some_keys(), ("set_session_lifetime", hour)) as server:
            for version in VERSIONS:
                with self.subTest("a resumed session", version=version):
                    session = os.path.join(self.scratch(), "session")
                    self.assertEqual(announced(server.port, version, "-sess_out", session), hour)
                    left, tries = hour, 0
                    while left == hour and tries < 500:  # for a second
                        left = announced(server.port, version, "-sess_in", session)
                        tries += 1
                    self.assertIn(left, range(hour - 60, hour))

    def test_data_that_the_host_attached(self):
        def talk(tls):
            tls.conn.must("set_resumption_data", b"who came")
            serve(tls)
            return tls.conn.lent("resumption_data")

        for kind, settings in {"cache": (), "tickets": (some_keys(),)}.items():
            with our_server(*settings, talk=talk) as server:
                for version in VERSIONS:
                    with self.subTest(kind=kind, version=version):
                        session = os.path.join(self.scratch(), "session")
                        for is_resumed, data in ((False, None), (True, b"who came")):
                            self.assertEqual(self.come(server.port, version, session), is_resumed)
                            self.assertEqual(server.served().value, data)

    def test_two_servers_with_one_store(self):
        store = Store()
        with our_server(store.setting) as first, our_server(store.setting) as second:
            for version in VERSIONS:
                with self.subTest(version=version):
                    session = os.path.join(self.scratch(), "session")
                    self.assertFalse(self.come(first.port, version, session))
                    self.assertTrue(store.sessions)
                    self.assertTrue(self.come(second.port, version, session))
                    store.sessions.clear()
                    self.assertFalse(self.come(second.port, version, session))
        self.assertEqual(set(store.takes), {0, 1})

    def test_python(self):
        for version in VERSIONS:
            with self.subTest(version=version), our_server() as server:
                context, session, reused = client_context(version), None, []
                for _ in range(3):
                    with connect(server.port) as connection, context.wrap_socket(
                            connection, server_hostname="localhost", session=session) as tls:
                        self.assertIn("hello", interop.ask(tls))
                        session = tls.session
                        reused.append(tls.session_reused)
                self.assertEqual(reused, [False, True, True])
                self.assertEqual([server.served().resumed for _ in range(3)], [0, 1, 1])

    def test_gnutls(self):
        for version, options, settings in (
                ("TLS 1.2", (), ()), ("TLS 1.2", (), (some_keys(),)),
                ("TLS 1.2", ("--noticket",), ()), ("TLS 1.3", ("--waitresumption",), ()),
                ("TLS 1.3", ("--waitresumption",), (some_keys(),))):
            with self.subTest(version=version, options=options, settings=settings), \
                    our_server(*settings, talk=serve_if_asked) as server:
                said = gnutls_client(server.port, *gnutls_trust(), "--resume", *options,
                                     *gnutls_only(version))
                self.assertIn("*** This is a resumed session", said)
                self.assertEqual([server.served().resumed for _ in range(2)], [0, 1])

    def fleet(self, *keys):
        return Listener(r"^port (\d+)$", sys.executable, os.path.join(SOURCES, "fleet.py"),
                        programs.LIBRARY, pki("ecdsa.pem"), pki("ecdsa.key"),
                        *(key.hex() for key in keys))

    def test_two_processes_that_share_ticket_keys(self):
        def exchange(process, *keys):
            process.told(b"".join(keys).hex() + "\n")
            process.says("^exchanged$")

        def come(process, version, is_resumed, known=None):
            """With a session, which stays as it is. Returns the new one."""
            session = os.path.join(self.scratch(), "session")
            if known:
                shutil.copy(known, session)
            self.assertEqual(self.come(process.port, version, session), is_resumed)
            process.says(f"^resumed {int(is_resumed)}$")
            return session

        one, two, three = (os.urandom(32) for _ in range(3))
        with self.fleet(one) as first, self.fleet(one) as second:
            for version in VERSIONS:
                with self.subTest(version=version):
                    exchange(first, one)
                    exchange(second, one)
                    old = come(first, version, False)
                    come(second, version, True, old)
                    exchange(second, two, one)
                    come(second, version, True, old)
                    new = come(second, version, False)  # sealed with `two`
                    come(first, version, False, new)
                    exchange(first, two, one)
                    come(first, version, True, new)
                    come(first, version, True, old)
                    for process in first, second:
                        exchange(process, three, two)
                        come(process, version, False, old)
                        come(process, version, True, new)


class OurClientResumes(Test):
    def resumed(self, port, *settings):
        config = client_config(*settings)
        first, second = visit(port, config), visit(port, config)
        self.assertEqual(first.resumed, 0)
        self.assertEqual(first.suite, second.suite)
        return second.resumed

    def test_s_server(self):
        servers = {  # options: whether we are resumed with nothing, with session ids, with tickets
            (): (0, 1, 1), ("-no_ticket",): (0, 1, 1), ("-no_cache",): (0, 0, 1),
            ("-no_ticket", "-no_cache"): (0, 0, 0)}
        for options, expected in servers.items():
            with OpensslServer("ecdsa", "-tls1_2", *options) as peer:
                for how, is_resumed in zip((NO_RESUMPTION, SESSION_ID, TICKETS), expected):
                    with self.subTest(options=options, how=how):
                        found = self.resumed(peer.port, ("set_tls12_resumption", how))
                        self.assertEqual(found, is_resumed)
        for version in VERSIONS:
            for options in (), ("-no_ticket",):
                with self.subTest(version=version, options=options), \
                        OpensslServer("ecdsa", ONLY[version], *options) as peer:
                    self.assertEqual(self.resumed(peer.port), 1)
                    self.assertEqual(self.resumed(peer.port, ("set_session_cache", 0)), 0)

    def test_gnutls(self):
        for version in VERSIONS:
            for options in ((), ("--noticket",)) if version == "TLS 1.2" else ((),):
                with self.subTest(version=version, options=options), \
                        gnutls_server(*gnutls_only(version), *options) as peer:
                    self.assertEqual(self.resumed(peer.port), 1)
                    peer.says(r"^\*\*\* This is a resumed session")

    def test_nginx(self):
        for kind, options in {"tickets": "", "cache": "ssl_session_tickets off;"
                              "ssl_session_cache shared:sessions:1m;"}.items():
            with nginx(options) as peer:
                for version in VERSIONS:
                    config = client_config(a_version(version), ("add_alpn", "http/1.1"))
                    for resumed in (0, 1):
                        with self.subTest(kind=kind, version=version, resumed=resumed):
                            tls = visit(peer.port, config)
                            found = nginx_facts(tls)
                            self.assertEqual(tls.resumed, resumed)
                            self.assertEqual(found["reused"], "r" if resumed else ".")
                            self.assertEqual(found["version"], VERSIONS[version])
                            self.assertEqual(found["suite"], OPENSSL_SUITES[tls.suite])
                            self.assertEqual((found["alpn"], tls.alpn), ("http/1.1", "http/1.1"))

    def test_python(self):
        def talk(tls):
            tls.sendall(PAGE)
            is_resumed = tls.session_reused
            tls.unwrap().close()
            return is_resumed

        for version in VERSIONS:
            context, config = interop.server_context(version), client_config()
            for is_resumed in (False, True):
                with self.subTest(version=version, resumed=is_resumed), \
                        interop.python_server(context, talk) as (port, served):
                    tls = visit(port, config)
                    self.assert_page(tls)
                    self.assertEqual((tls.resumed, served.result(interop.TIMEOUT)),
                                     (int(is_resumed), is_resumed))

    def test_tickets_received(self):
        for count in (0, 1, 4):
            with self.subTest(count=count), \
                    OpensslServer("ecdsa", "-tls1_3", "-num_tickets", str(count)) as peer:
                self.assertEqual(visit(peer.port).conn.tickets_received(), count)


class EarlyData(Test):
    EARLY = b"the early bird"
    PASSED_OVER = 8000  # where it is refused; see inkotls_server_builder_set_max_early_data

    def file(self, data):
        path = os.path.join(self.scratch(), "early")
        with open(path, "wb") as file:
            file.write(data)
        return path

    def come(self, server, session, data, *options):
        """What s_client says about its early data, whether it was resumed, and what was read."""
        known = ("-sess_in", session, "-early_data", self.file(data)) \
            if os.path.exists(session) else ()
        done = s_client(server.port, "-tls1_3", "-sess_out", session, *known, *options)
        self.assert_exit(0, done)
        tls = server.served()
        said = re.search("^Early data was (.*)$", done.stdout, re.MULTILINE)[1]
        return said, tls.resumed, tls.value

    @staticmethod
    def serve(tls):
        early = tls.read_early()
        serve_if_asked(tls)
        return early

    def test_s_client(self):
        for size in (1, 14, 60000):
            data, session = os.urandom(size), os.path.join(self.scratch(), "session")
            with self.subTest(size=size), \
                    our_server(("set_max_early_data", 65536), talk=self.serve) as server:
                self.assertEqual(self.come(server, session, data), ("not sent", 0, b""))
                shutil.copy(session, session + "-kept")
                self.assertEqual(self.come(server, session, data), ("accepted", 1, data))
                self.assertEqual(self.come(server, session, data), ("accepted", 1, data))
                # The same session again is what a replay looks like.
                self.assertEqual(self.come(server, session + "-kept", data[:self.PASSED_OVER]),
                                 ("rejected", 0, b""))

    def test_s_client_where_it_was_switched_off(self):
        for size in (14, self.PASSED_OVER):
            session, store = os.path.join(self.scratch(), "session"), Store()
            on = ("set_max_early_data", 65536)
            with self.subTest(size=size), our_server(on, store.setting, talk=self.serve) as first, \
                    our_server(store.setting, talk=self.serve) as second:
                self.assertEqual(self.come(first, session, b""), ("not sent", 0, b""))
                self.assertEqual(self.come(second, session, bytes(size)), ("rejected", 1, b""))

    def test_s_client_has_to_try_another_group(self):
        """HelloRetryRequest (RFC 8446, section 4.2.10): early data are passed over."""
        settings = ("set_max_early_data", 65536), a_group("x25519")
        for size in (14, 12000):
            session = os.path.join(self.scratch(), "session")
            with self.subTest(size=size), our_server(*settings, talk=self.serve) as server:
                self.assertEqual(self.come(server, session, b""), ("not sent", 0, b""))
                self.assertEqual(self.come(server, session, bytes(size), "-groups", "P-256:X25519"),
                                 ("rejected", 1, b""))

    def test_gnutls_client(self):
        with our_server(("set_max_early_data", 1000), talk=self.serve) as server:
            gnutls_client(server.port, *gnutls_trust(), "--resume", "--waitresumption",
                          f"--earlydata={self.file(self.EARLY)}")
            self.assertEqual(server.served().value, b"")
            tls = server.served()
            self.assertEqual((tls.resumed, tls.value), (1, self.EARLY))

    def test_gnutls_server(self):
        """It accepts early data, and does not show them."""
        def talk(tls):
            taken = tls.write_early(self.EARLY)
            self.assertIn(b" 200 OK", fetch(tls))
            return taken, tls.conn.is_early_data_accepted()

        for options, taken in ((("--earlydata", "--maxearlydata", "9"), 9), ((), 0)):
            config = client_config(("set_early_data", 1))
            with self.subTest(options=options), gnutls_server(*options) as peer:
                found = [visit(peer.port, config, talk).value for _ in range(2)]
                self.assertEqual(found, [(0, inkotls.NONE), (taken, 1 if taken else inkotls.NONE)])

    def greet(self, text):
        """A talk of our client with s_server: early, as far as that goes; then the rest of it."""
        def talk(tls):
            taken = tls.write_early(text)
            before = tls.conn.is_early_data_accepted()
            tls.do("handshake")
            accepted = tls.conn.is_early_data_accepted()
            tls.send(text[taken:] if accepted == 1 else text)
            self.peer.told("good day\n")
            self.assertEqual(tls.recv(), b"good day\n")
            tls.do("close")
            return taken, before, accepted
        return talk

    def test_s_server(self):
        config, options = client_config(("set_early_data", 1)), ("-tls1_3", "-early_data")
        text = b"the early bird\n"
        with s_server("ecdsa", *options, "-max_early_data", "9") as self.peer:
            tls = visit(self.peer.port, config, self.greet(text))
            self.assertEqual(tls.value, (0, inkotls.NONE, inkotls.NONE))
            in_any_order(self.peer, "No early data received", "the early bird$")
            for _ in range(2):
                tls = visit(self.peer.port, config, self.greet(text))
                self.assertEqual((tls.resumed, tls.value), (1, (9, inkotls.NONE, 1)))
                in_any_order(self.peer, "Early data received:", "^the early(?! bird)", " bird$")
            tls = visit(self.peer.port, client_config(), self.greet(text))
            self.assertEqual(tls.value[0], 0)
        with s_server("ecdsa", *options) as self.peer:  # it cannot open the ticket: a new handshake
            tls = visit(self.peer.port, config, self.greet(text))
            self.assertEqual((tls.resumed, tls.value), (0, (9, inkotls.NONE, 0)))
            in_any_order(self.peer, "Early data was rejected", "the early bird$")

    def test_s_server_resumes_and_rejects(self):
        config, text = client_config(("set_early_data", 1)), b"the early bird\n"
        with s_server("ecdsa", "-tls1_3", "-max_early_data", "100") as self.peer:
            visit(self.peer.port, config, self.greet(text))
            tls = visit(self.peer.port, config, self.greet(text))
            self.assertEqual((tls.resumed, tls.value), (1, (len(text), inkotls.NONE, 0)))
            for _ in range(2):
                self.peer.says("^the early bird$")

    def test_nginx(self):
        def talk(tls):
            request = REQUEST.encode()
            taken = tls.write_early(request)
            tls.do("handshake")
            if tls.conn.is_early_data_accepted() != 1:
                tls.send(request)
            elif taken != len(request):
                raise AssertionError(f"{taken} of {len(request)} bytes went early")
            return receive_all(tls)

        for is_on in (1, 0):
            config = client_config(("set_early_data", 1))
            with self.subTest(on=is_on), \
                    nginx("ssl_early_data on;" * is_on) as peer:
                tls = visit(peer.port, config, talk)
                self.assertEqual(tls.conn.is_early_data_accepted(), inkotls.NONE)
                tls = visit(peer.port, config, talk)
                found = nginx_facts(tls)
                self.assertEqual(found["reused"], "r")
                self.assertEqual(tls.conn.is_early_data_accepted(), 1 if is_on else inkotls.NONE)
