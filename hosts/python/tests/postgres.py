"""postgres.py PKI: asyncpg, a driver of PostgreSQL, and a server of PostgreSQL, which has its own TLS (OpenSSL).

The driver sends a request without TLS, and upgrades the connection if the server agrees (loop.start_tls). The server
requires a certificate of the client, whose common name is the user.
"""

import asyncio
import asyncio.sslproto
import contextlib
import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile

import asyncpg

import inkotls
from inkotls import aio

PKI = sys.argv[1]
USER = "inkotls example client"  # the common name of client.pem
AS_POSTGRES = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def path(name):
    return os.path.join(PKI, name)


@contextlib.contextmanager
def server():
    """The port of a server, which runs as another user if this one is root."""
    programs = os.path.dirname(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[-1])
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port, data = free.getsockname()[1], os.path.join(folder, "data")
        if AS_POSTGRES:
            shutil.chown(folder, "postgres", "postgres")

        def run(program, *arguments):
            subprocess.run([os.path.join(programs, program), *arguments], check=True, stdout=subprocess.DEVNULL,
                           cwd=folder, **AS_POSTGRES)

        run("initdb", "--pgdata", data, "--auth", "reject", "--username", USER, "--no-sync")
        for name, mode in (("chained.pem", 0o644), ("chained.key", 0o600), ("ca.pem", 0o644)):
            shutil.copy(path(name), data)
            os.chmod(os.path.join(data, name), mode)
            if AS_POSTGRES:
                shutil.chown(os.path.join(data, name), "postgres", "postgres")
        with open(os.path.join(data, "pg_hba.conf"), "w") as file:
            file.write("hostssl all all 127.0.0.1/32 cert\n")
        settings = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": "", "ssl": "on",
                    "ssl_cert_file": "chained.pem", "ssl_key_file": "chained.key", "ssl_ca_file": "ca.pem"}
        with open(os.path.join(data, "postgresql.conf"), "a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        free.close()
        run("pg_ctl", "start", "--wait", "--pgdata", data, "--log", os.path.join(folder, "log"))
        try:
            yield port
        finally:
            run("pg_ctl", "stop", "--mode", "immediate", "--pgdata", data)


def client(*identity, cafile="ca.pem"):
    context = inkotls.create_default_context(cafile=path(cafile))
    for name in identity:
        context.load_cert_chain(path(f"{name}.pem"), path(f"{name}.key"))
    return context


async def refused(kind, **settings):
    try:
        await asyncpg.connect(**settings)
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


async def use(port):
    settings = {"host": "localhost", "port": port, "user": USER, "database": "postgres"}
    context = client("client")
    connections = [await asyncpg.connect(ssl=context, **settings) for _ in range(20)]
    one = connections[0]
    seen = await one.fetchrow("select ssl, version, client_dn from pg_stat_ssl where pid = pg_backend_pid()")
    assert tuple(seen) == (True, "TLSv1.3", f"/CN={USER}"), seen

    # All connections at the same time, 2 MB each way; then a query that is cancelled, over a connection of its own.
    async def exchange(connection):
        data = os.urandom(2_000_000)
        assert await connection.fetchval("select $1::bytea", data) == data

    await asyncio.gather(*map(exchange, connections))
    await one.execute("create temporary table t (n integer)")
    await one.copy_records_to_table("t", records=((n,) for n in range(100_000)))
    assert await one.fetchval("select sum(n) from t") == sum(range(100_000))
    try:
        await one.fetchval("select pg_sleep(600)", timeout=0.1)
        raise AssertionError("the query was not cancelled")
    except asyncio.TimeoutError:
        assert await one.fetchval("select 1") == 1
    for connection in connections:
        await connection.close()

    error = await refused(inkotls.CertificateVerificationError, ssl=client("client", cafile="stranger-ca.pem"), **settings)
    assert error.certificate_error == inkotls.CertificateError.UNKNOWN_ISSUER
    await refused(asyncpg.InvalidAuthorizationSpecificationError, ssl=client(), **settings)


if __name__ == "__main__":
    with server() as port:
        asyncio.run(use(port))
        print("ok asyncpg over the protocol of asyncio")
        asyncio.sslproto.SSLProtocol = aio.TLSProtocol
        asyncio.run(use(port))
        print("ok asyncpg over the protocol of inkotls.aio")
