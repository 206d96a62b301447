"""bench.py PKI: inkotls beside ssl (OpenSSL), in CPU time of the process, which is both sides.

Rounds of the two alternate. A ratio above 1 means that inkotls needs less time: the median, and the range.
"""

import asyncio
import os
import ssl
import statistics
import sys
import time

import inkotls
from inkotls import aio

PKI, ROUNDS = sys.argv[1], 7
HANDSHAKES, TRIPS, BULK = 200, 3000, 64_000_000


def path(name):
    return os.path.join(PKI, name)


def contexts(module, tickets):
    client = module.create_default_context(cafile=path("ca.pem"))
    server = module.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path("ecdsa.pem"), path("ecdsa.key"))
    server.num_tickets = tickets
    return client, server


class Buffers:
    """Two ends in memory, as asyncio and other frameworks drive them."""

    def __init__(self, client, server, session=None):
        self.up, self.down = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.near = client.wrap_bio(self.down, self.up, server_hostname="localhost", session=session)
        self.far = server.wrap_bio(self.up, self.down, server_side=True)
        for it in (self.near, self.far, self.near, self.far):
            try:
                it.do_handshake()
            except ssl.SSLWantReadError:
                pass

    def move(self, data):
        self.near.write(data)
        left = len(data)
        while left:
            left -= len(self.far.read(1 << 18))


def shake(module):
    client, server = contexts(module, 0)
    for _ in range(HANDSHAKES):
        Buffers(client, server)


def resume(module):
    client, server = contexts(module, 2)
    session = None
    for number in range(HANDSHAKES):
        ends = Buffers(client, server, session)
        assert ends.near.session_reused == (number > 0)
        ends.far.write(b"x")
        ends.near.read()  # the tickets come before this
        session = ends.near.session if module is ssl else None


def trip(module):
    ends = Buffers(*contexts(module, 0))
    for _ in range(TRIPS * 10):
        ends.move(b"x")


def bulk(module):
    ends = Buffers(*contexts(module, 0))
    block = bytes(1 << 18)
    for _ in range(4 * BULK // len(block)):
        ends.move(block)


def streams(serve, use):
    """A function of module that runs `use` against a server of `serve`, with asyncio's streams."""

    async def both(start_server, open_connection, client, server):
        async with await start_server(serve, "127.0.0.1", 0, ssl=server) as it:
            port = it.sockets[0].getsockname()[1]
            await use(lambda: open_connection("127.0.0.1", port, ssl=client, server_hostname="localhost"))

    def run(module):
        start_server, open_connection = ((aio.start_server, aio.open_connection) if module is inkotls
                                         else (asyncio.start_server, asyncio.open_connection))
        asyncio.run(both(start_server, open_connection, *contexts(module, 0)))

    return run


async def echo(reader, writer):
    while data := await reader.read(1 << 16):
        writer.write(data)
    writer.close()


async def swallow(reader, writer):
    while await reader.read(1 << 18):
        pass
    writer.close()


async def connect(open_connection):
    for _ in range(HANDSHAKES):
        _, writer = await open_connection()
        writer.close()
        await writer.wait_closed()


async def trips(open_connection):
    reader, writer = await open_connection()
    for _ in range(TRIPS):
        writer.write(b"x")
        await reader.readexactly(1)
    writer.close()
    await writer.wait_closed()


async def send(open_connection):
    _, writer = await open_connection()
    block = bytes(1 << 18)
    for _ in range(4 * BULK // len(block)):
        writer.write(block)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


def measured(function, module):
    start = time.process_time()
    function(module)
    return time.process_time() - start


def main():
    suites = {module: Buffers(*contexts(module, 0)).near.cipher()[0] for module in (inkotls, ssl)}
    print(f"{ssl.OPENSSL_VERSION}, {', '.join(f'{module.__name__}: {suite}' for module, suite in suites.items())}")
    print(f"{'':34}{'inkotls':>10}{'ssl':>10}{'ratio':>8}")
    for name, function in (("full handshakes, buffers", shake), ("resumed handshakes, buffers", resume),
                           ("1 byte, buffers", trip), ("bulk, buffers", bulk),
                           ("connections, asyncio", streams(echo, connect)),
                           ("round trips of 1 byte, asyncio", streams(echo, trips)),
                           ("bulk, asyncio", streams(swallow, send))):
        times = [[measured(function, module) for module in (inkotls, ssl)] for _ in range(ROUNDS)]
        ratios = sorted(other / ours for ours, other in times)
        ours, others = (statistics.median(column) for column in zip(*times))
        print(f"{name:34}{ours:9.3f}s{others:9.3f}s{statistics.median(ratios):8.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})",
              flush=True)


if __name__ == "__main__":
    main()
