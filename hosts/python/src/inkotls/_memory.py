"""TLS over two memory buffers (ssl.MemoryBIO), as ssl.SSLObject is."""

import ssl

from ._connection import CHUNK, WANT_BLOCKING, WANT_READ, Connection, Facts, read_to_the_end
from ._numbers import State, Status


class SSLObject(Facts):
    """A connection that reads ciphertext from one buffer and writes it to another, and never waits for the network.

    A verifier runs in the thread that calls.
    """

    def __init__(self, context, incoming, outgoing, server_hostname):
        self._connection = Connection(context, server_hostname)
        self._incoming, self._outgoing = incoming, outgoing
        self._rest = b""

    def _run(self, step, *arguments):
        """Repeats a step as long as the buffers have what it wants."""
        while True:
            status, result = step(*arguments)
            if status <= 0:
                return status, result
            self._send()
            if status == WANT_BLOCKING:
                self._connection.run_blocking()
            elif status == WANT_READ and not self._receive():
                raise ssl.SSLWantReadError(ssl.SSL_ERROR_WANT_READ, "The operation did not complete (read)")

    def _send(self):
        if data := self._connection.drain():
            self._outgoing.write(data)

    def _receive(self):
        """Whether something new was passed to the connection."""
        data = self._rest or self._incoming.read(CHUNK)
        if data:
            self._rest = data[self._connection.feed(data, len(data)):]
        elif self._incoming.eof:
            self._connection.feed_eof()
        return bool(data) or self._incoming.eof

    def do_handshake(self):
        self._shaken(*self._run(self._connection.handshake))
        self._send()

    def read(self, len=1024, buffer=None):
        if self._incoming.pending and not self._rest:
            self._receive()
        status, data = self._run(self._connection.read, len)
        if status == Status.CLOSED and State.LOCAL_CLOSED in self._connection.state():  # as ssl does
            raise ssl.SSLZeroReturnError(ssl.SSL_ERROR_ZERO_RETURN, "TLS/SSL connection has been closed (EOF)")
        if buffer is None:
            return data
        length = data.__len__()
        buffer[:length] = data
        return length

    def write(self, data):
        try:
            _, used = self._run(self._connection.write, data)
            if used < memoryview(data).nbytes:
                with memoryview(data).cast("B") as view:
                    while used < len(view):
                        with view[used:] as rest:
                            used += self._run(self._connection.write, rest)[1]
            return used
        finally:
            self._send()

    def write_early_data(self, data):
        status, used = self._run(self._connection.write_early_data, data)
        self._send()
        return used if status == Status.OK else 0

    def read_early_data(self, len=1024):
        return self._run(self._connection.read_early_data, len)[1]

    def unwrap(self):
        """Sends close_notify, and waits for that of the peer."""
        self._run(self._connection.close)
        self._send()
        read_to_the_end(self._run, self._connection)
