"""scenarios.py PKI: the scenarios of hosts/scenarios.md, with asyncio."""

import asyncio
import hashlib
import os
import re
import ssl
import sys
import threading
import traceback

import inkotls
from inkotls import aio

PKI = sys.argv[1]
SUBJECT = "CN=inkotls example "


def path(name):
    return os.path.join(PKI, name)


def client(*identity, **settings):
    context = inkotls.create_default_context(cafile=path("ca.pem"))
    for name in identity:
        context.load_cert_chain(path(f"{name}.pem"), path(f"{name}.key"))
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def server(*names, **settings):
    context = inkotls.create_default_context(ssl.Purpose.CLIENT_AUTH)
    for name in names:
        context.load_cert_chain(path(f"{name}.pem"), path(f"{name}.key"))
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def equal(value, expected):
    assert value == expected, f"{value!r}, not {expected!r}"


class Peer:
    """A server, whose connections are served by one function; what it returns is kept in order."""

    def __init__(self, context, serve):
        self.context, self.serve, self.results = context, serve, asyncio.Queue()

    async def __aenter__(self):
        self.server = await aio.start_server(self.accept, "127.0.0.1", 0, ssl=self.context)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def accept(self, reader, writer):
        try:
            result = await self.serve(reader, writer)
        except Exception as error:
            result = error
        writer.close()
        await self.results.put(result)

    async def connect(self, context, name="localhost", **options):
        return await aio.open_connection("127.0.0.1", self.port, ssl=context, server_hostname=name, **options)


class FailingPeer:
    """A server whose handshakes fail: the error of each, in order."""

    def __init__(self, context):
        self.context, self.errors = context, asyncio.Queue()

    async def __aenter__(self):
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(self.made, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def made(self):
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        waiter.add_done_callback(lambda future: self.errors.put_nowait(future.exception()))
        return aio.TLSProtocol(loop, asyncio.Protocol(), self.context, waiter, True)

    async def __aexit__(self, *_):
        self.server.close()


async def refused(server_context, client_context, name="localhost"):
    """The errors of the client and of the server."""
    async with FailingPeer(server_context) as peer:
        error = None
        try:
            reader, writer = await aio.open_connection("127.0.0.1", peer.port, ssl=client_context, server_hostname=name)
            await reader.read()
        except ssl.SSLError as caught:
            error = caught
        return error, await peer.errors.get()


def facts(writer):
    it = writer.get_extra_info("ssl_object")
    certificate = it.getpeercert()
    return it.version(), it.session_reused, it.selected_alpn_protocol(), certificate and certificate["subject"]


async def answer(reader, writer):
    equal(await reader.readexactly(4), b"ping")
    writer.write(b"pong")
    await writer.drain()
    seen = (*facts(writer), writer.get_extra_info("ssl_object").sni_name)
    equal(await reader.read(), b"")
    return seen


async def ask(reader, writer):
    writer.write(b"ping")
    equal(await reader.readexactly(4), b"pong")
    seen = facts(writer)
    writer.close()
    return seen


async def visit(peer, context, name="localhost"):
    used = await ask(*await peer.connect(context, name))
    served = await peer.results.get()
    if isinstance(served, Exception):
        raise served
    return used, served


async def connect():
    async with Peer(server("ecdsa"), answer) as peer:
        used, served = await visit(peer, client())
        equal((used[0], served[0]), ("TLSv1.3", "TLSv1.3"))


async def verify():
    openssl = await asyncio.create_subprocess_exec(
        "openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-rev", "-cert", path("chained.pem"), "-key",
        path("chained.key"), "-cert_chain", path("chained.pem"), stdout=-1, stderr=-3, stdin=-3)
    while not (port := re.match(rb"ACCEPT .*:(\d+)", await openssl.stdout.readline())):
        pass
    reader, writer = await aio.open_connection("127.0.0.1", int(port[1]), ssl=client(), server_hostname="localhost")
    writer.write(b"ping\n")
    equal(await reader.readline(), b"gnip\n")
    equal(facts(writer)[3], SUBJECT + "chained")
    writer.close()
    await openssl.communicate()

    async def echo(reader, writer):
        writer.write(await reader.readline())

    async with Peer(server("ecdsa"), echo) as peer:
        openssl = await asyncio.create_subprocess_exec(
            "openssl", "s_client", "-quiet", "-verify_return_error", "-CAfile", path("ca.pem"), "-connect",
            f"127.0.0.1:{peer.port}", stdin=-1, stdout=-1, stderr=-3)
        openssl.stdin.write(b"ping\n")
        equal(await openssl.stdout.readline(), b"ping\n")
        await openssl.communicate()
        equal(openssl.returncode, 0)


async def refuse():
    cases = {"expired": ("EXPIRED", "certificate_expired"), "other": ("WRONG_NAME", "bad_certificate"),
             "stranger": ("UNKNOWN_ISSUER", "unknown_ca"), "revoked": ("REVOKED", "certificate_revoked")}
    for name, (reason, alert) in cases.items():
        context = client()
        if name == "revoked":
            context.load_crl(path("ca.crl.pem"))
        error, theirs = await refused(server(name), context)
        assert isinstance(error, ssl.SSLCertVerificationError), error
        equal((error.certificate_error.name, error.alert_sent), (reason, alert))
        assert len(str(error)) > 20, error
        equal((theirs.status.name, theirs.alert_received), ("ALERT_RECEIVED", alert))


async def alpn():
    def offers(context, *names):
        context.set_alpn_protocols(names)
        return context

    async with Peer(offers(server("ecdsa"), "http/1.1"), answer) as peer:
        used, served = await visit(peer, offers(client(), "h2", "http/1.1"))
        equal((used[2], served[2]), ("http/1.1", "http/1.1"))
    error, _ = await refused(offers(server("ecdsa"), "http/1.1"), offers(client(), "h2"))
    equal(error.alert_received, "no_application_protocol")


async def sni():
    context = server()
    context.load_cert_chain(path("ecdsa.pem"), path("ecdsa.key"), server_name="localhost")
    context.load_cert_chain(path("other.pem"), path("other.key"), server_name="other.test")
    async with Peer(context, answer) as peer:
        for name, subject in (("localhost", "ecdsa"), ("other.test", "other")):
            used, served = await visit(peer, client(), name)
            equal((used[3], served[4]), (SUBJECT + subject, name))
    error, _ = await refused(context, client(), "unknown.test")
    equal(error.alert_received, "unrecognized_name")


async def client_certificate():
    context = server("ecdsa", verify_mode=ssl.CERT_REQUIRED)
    context.load_verify_locations(path("ca.pem"))
    async with Peer(context, answer) as peer:
        _, served = await visit(peer, client("client"))
        equal(served[3], SUBJECT + "client")
    for identity in ((), ("stranger-client",)):
        error, _ = await refused(context, client(*identity))
        equal(error.alert_received, "certificate_required")


async def resumption():
    context = client()
    async with Peer(server("ecdsa"), answer) as peer:
        for is_resumed in (False, True):
            used, served = await visit(peer, context)
            equal((used[1], served[1]), (is_resumed, is_resumed))


async def early_data():
    context, used = client(max_early_data=1), []

    async def serve(reader, writer):
        early = await reader.readexactly(5)
        writer.write(b"pong")
        await reader.read()
        return early, facts(writer)[1]

    async with Peer(server("ecdsa", max_early_data=1000), serve) as peer:
        for is_resumed in (False, True):
            reader, writer = await peer.connect(context, early_data=b"early")
            used.append(writer.get_extra_info("ssl_object").early_data_accepted)
            equal(await reader.readexactly(4), b"pong")
            writer.close()
            equal(await peer.results.get(), (b"early", is_resumed))
    equal(used, [False, True])


def descriptors():
    return len(os.listdir("/proc/self/fd"))


async def concurrent():
    count, context, ready = 1000, client(), asyncio.Event()
    before = descriptors()
    connected = []

    async def echo(reader, writer):
        writer.write(await reader.readline())
        await reader.read()

    async def one(peer, number):
        reader, writer = await peer.connect(context)
        connected.append(number)
        if len(connected) == count:
            ready.set()
        await ready.wait()
        writer.write(b"%d\n" % number)
        equal(await reader.readline(), b"%d\n" % number)
        writer.close()
        await writer.wait_closed()

    async with Peer(server("ecdsa"), echo) as peer:
        await asyncio.gather(*(one(peer, number) for number in range(count)))
        for _ in range(count):
            await peer.results.get()
    while descriptors() > before:  # the transports of the server close in the next turns of the loop
        await asyncio.sleep(0)


async def slow_verifier():
    gate, context = threading.Event(), client()
    threads = set()

    def waits(error, chain):
        threads.add(threading.current_thread())
        gate.wait()
        return error

    context.set_dangerous_verifier(waits)

    async def echo(reader, writer):
        while data := await reader.read(100):
            writer.write(data)

    async with Peer(server("ecdsa"), answer) as peer, Peer(server("ecdsa"), echo) as other:
        slow = [asyncio.create_task(visit(peer, context)) for _ in range(8)]
        reader, writer = await other.connect(client())
        for number in range(100):
            writer.write(b"%d\n" % number)
            equal(await reader.readline(), b"%d\n" % number)
        assert not any(task.done() for task in slow)
        gate.set()
        await asyncio.gather(*slow)
        writer.close()
    assert threading.main_thread() not in threads and threads


async def cut_and_close():
    async def cut(reader, writer):
        await reader.read(1)
        writer.transport.abort()

    async def close(reader, writer):
        await reader.read(1)

    for serve in (cut, close):
        async with Peer(server("ecdsa"), serve) as peer:
            reader, writer = await peer.connect(client())
            writer.write(b"x")
            if serve is close:
                equal(await reader.read(), b"")
            else:
                try:
                    await reader.read()
                    raise AssertionError("no truncation")
                except inkotls.TruncatedError as error:
                    equal(error.status.name, "UNEXPECTED_EOF")
            writer.close()


async def bulk():
    total, block = 160_000_000, 64_000

    async def send(writer, seed):
        digest = hashlib.sha256()
        for number in range(total // block):
            data = (b"%s%08d" % (seed, number)).ljust(16, b".") * (block // 16)
            digest.update(data)
            writer.write(data)
            await writer.drain()
        return digest.hexdigest()

    async def receive(reader):
        digest, left = hashlib.sha256(), total
        while left:
            data = await reader.read(1 << 16)
            assert data, f"{left} bytes are missing"
            digest.update(data)
            left -= len(data)
        return digest.hexdigest()

    async def both(reader, writer, seed=b"server"):
        return await asyncio.gather(send(writer, seed), receive(reader))

    async with Peer(server("ecdsa"), both) as peer:
        reader, writer = await peer.connect(client())
        sent, received = await both(reader, writer, b"client")
        writer.close()
        equal(await peer.results.get(), [received, sent])


async def cancel():
    async with Peer(server("ecdsa"), answer) as peer:
        reader, writer = await asyncio.open_connection("127.0.0.1", peer.port)
        writer.write(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc")
        await writer.drain()
        writer.close()
        silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        waits = asyncio.create_task(aio.open_connection(
            "127.0.0.1", silent.sockets[0].getsockname()[1], ssl=client(), server_hostname="localhost"))
        await asyncio.sleep(0)
        waits.cancel()
        try:
            await waits
            raise AssertionError("not cancelled")
        except asyncio.CancelledError:
            pass
        silent.close()
        await visit(peer, client())


async def use_after_close():
    async def wait(reader, writer):
        await reader.read()

    async with Peer(server("ecdsa"), wait) as peer:
        reader, writer = await peer.connect(client())
        waits = asyncio.create_task(reader.read(1))
        await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()
        equal(await waits, b"")
        writer.close()
        writer.write(b"x")  # as with the standard library: ignored, and drain fails
        try:
            await writer.drain()
            raise AssertionError("no error")
        except ConnectionResetError:
            pass


SCENARIOS = [connect, verify, refuse, alpn, sni, client_certificate, resumption, early_data, concurrent, slow_verifier,
             cut_and_close, bulk, cancel, use_after_close]


def main():
    failed = False
    for scenario in SCENARIOS:
        name = scenario.__name__.replace("_", "-")
        try:
            asyncio.run(asyncio.wait_for(scenario(), 60))
            print(f"ok {name}", flush=True)
        except Exception as error:
            failed = True
            print(f"not ok {name}: {type(error).__name__}: {error}", flush=True)
            traceback.print_exc()
    sys.exit(failed)


main()
