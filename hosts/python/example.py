"""An HTTPS client and an HTTPS server with asyncio.

example.py get URL [CA.pem]             prints what the URL returns; CA.pem is trusted instead of the platform's roots
example.py serve PORT CERT.pem KEY.pem  answers every request with its first line, and prints its URL
"""

import asyncio
import ssl
import sys
from urllib.parse import urlsplit

import inkotls
from inkotls import aio


async def get(url, cafile=None):
    parts = urlsplit(url)
    reader, writer = await aio.open_connection(
        parts.hostname, parts.port or 443, ssl=inkotls.create_default_context(cafile=cafile))
    writer.write(f"GET {parts.path or '/'} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    print(head.split(b"\r\n")[0].decode(), file=sys.stderr)
    sys.stdout.buffer.write(await reader.read())  # an end without close_notify is an error
    writer.close()
    await writer.wait_closed()


async def answer(reader, writer):
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + head.split(b"\r\n")[0] + b"\n")
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError) as error:
        print(error, file=sys.stderr)
    finally:
        writer.close()


async def serve(port, certfile, keyfile):
    context = inkotls.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certfile, keyfile)
    server = await aio.start_server(answer, "localhost", int(port), ssl=context)
    print(f"https://localhost:{server.sockets[0].getsockname()[1]}/", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    commands = {"get": get, "serve": serve}
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    try:
        asyncio.run(commands[sys.argv[1]](*sys.argv[2:]))
    except inkotls.TLSError as error:
        sys.exit(f"{error} ({error.status.name})")
    except KeyboardInterrupt:
        pass
