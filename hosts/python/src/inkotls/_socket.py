"""TLS over a socket, as ssl.SSLSocket is."""

import contextlib
import errno
import select
import socket
import ssl
import time

from ._connection import CHUNK, Connection, Facts, read_to_the_end
from ._errors import TruncatedError
from ._numbers import Status

WANTS = {
    Status.WANT_READ: (select.POLLIN, ssl.SSLWantReadError, ssl.SSL_ERROR_WANT_READ),
    Status.WANT_WRITE: (select.POLLOUT, ssl.SSLWantWriteError, ssl.SSL_ERROR_WANT_WRITE),
}


def without_flags(flags):
    if flags:
        raise ValueError("a TLS socket takes no flags")


class Socket(Facts, socket.socket):
    """A socket whose bytes are encrypted. A thread may read while another writes."""

    def __init__(self, raw, context, server_hostname=None, do_handshake_on_connect=True, suppress_ragged_eofs=True):
        if raw.type != socket.SOCK_STREAM:
            raise NotImplementedError("only stream sockets are supported")
        timeout = raw.gettimeout()
        connection = Connection(context, server_hostname)
        super().__init__(raw.family, raw.type, raw.proto, fileno=raw.detach())
        self.settimeout(timeout)
        self._connection = connection
        self._unsent = None  # how many bytes were encrypted, but are not sent
        self.suppress_ragged_eofs = suppress_ragged_eofs
        self.do_handshake_on_connect = do_handshake_on_connect
        try:
            connection.set_fd(self.fileno())
            if do_handshake_on_connect and self._is_connected():
                self.do_handshake()
        except BaseException:
            self.close()
            raise

    def _is_connected(self):
        try:
            self.getpeername()
        except OSError:
            return False
        return True

    def _run(self, step, *arguments):
        """Repeats a step until it is done; waits as the timeout of the socket says."""
        timeout = self.gettimeout()
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            status, result = step(*arguments)
            if status <= 0:
                return status, result
            if status == Status.WANT_BLOCKING:
                self._connection.run_blocking()
            else:
                self._wait(status, timeout, end)

    def _wait(self, status, timeout, end):
        event, error, number = WANTS[status]
        if timeout == 0:
            raise error(number, "The operation did not complete")
        if (fd := self.fileno()) < 0:
            raise OSError(errno.EBADF, "the socket was closed by another thread")
        poll = select.poll()
        poll.register(fd, event)
        left = None if end is None else max(end - time.monotonic(), 0) * 1000
        if not poll.poll(left):
            raise TimeoutError("The operation timed out")

    def do_handshake(self):
        self._shaken(*self._run(self._connection.handshake))

    def connect(self, address):
        super().connect(address)
        if self.do_handshake_on_connect:
            self.do_handshake()

    def connect_ex(self, address):
        number = super().connect_ex(address)
        if number == 0 and self.do_handshake_on_connect:
            self.do_handshake()
        return number

    def accept(self):
        raw, address = super().accept()
        return self.context.wrap_socket(
            raw, server_side=True, do_handshake_on_connect=self.do_handshake_on_connect,
            suppress_ragged_eofs=self.suppress_ragged_eofs), address

    def recv_into(self, buffer, nbytes=None, flags=0):
        without_flags(flags)
        with memoryview(buffer).cast("B") as view, view[:nbytes or None] as into:
            try:
                return self._run(self._connection.read_into, into)[1]
            except TruncatedError:
                if self.suppress_ragged_eofs:
                    return 0
                raise

    def recv(self, buflen=1024, flags=0):
        buffer = bytearray(buflen)
        length = self.recv_into(buffer, buflen, flags) if buflen else 0
        return bytes(memoryview(buffer)[:length])

    def read(self, len=1024, buffer=None):
        return self.recv(len) if buffer is None else self.recv_into(buffer, len)

    def send(self, data, flags=0):
        """As with ssl, a socket that may wait sends all, and after SSLWantWriteError the same data are passed again."""
        without_flags(flags)
        with memoryview(data).cast("B") as view:
            sent = 0
            while sent < len(view):
                if self._unsent is None:
                    with view[sent:] as rest:
                        self._unsent = self._run(self._connection.write, rest)[1]
                self._run(self._connection.flush)
                sent += self._unsent
                self._unsent = None
                if self.gettimeout() == 0:
                    break
            return sent

    write = send

    def sendall(self, data, flags=0):
        with memoryview(data).cast("B") as view:
            sent = 0
            while sent < len(view):
                with view[sent:] as rest:
                    sent += self.send(rest, flags)

    def sendfile(self, file, offset=0, count=None):
        return self._sendfile_use_send(file, offset, count)

    def write_early_data(self, data):
        status, used = self._run(self._connection.write_early_data, data)
        return used if status == Status.OK else 0

    def read_early_data(self, len=1024):
        return self._run(self._connection.read_early_data, len)[1]

    def unwrap(self):
        """Sends close_notify, waits for that of the peer, and returns the socket without TLS."""
        self._run(self._connection.close)
        read_to_the_end(self._run, self._connection)
        return socket.socket(self.family, self.type, self.proto, fileno=self.detach())

    def detach(self):
        self._connection.free()
        return super().detach()

    def shutdown(self, how):
        if how != socket.SHUT_RD:
            self._run(self._connection.close)
        super().shutdown(how)

    def _real_close(self):
        """Sends close_notify as far as the socket takes it at once, and wakes the threads that wait."""
        with contextlib.suppress(OSError):
            self._connection.close()
        with contextlib.suppress(OSError):
            super().shutdown(socket.SHUT_WR)
            self.settimeout(0)
            for _ in range(16):  # unread data, such as tickets, would reset the connection
                if not super().recv(CHUNK):
                    break
        with contextlib.suppress(OSError):
            super().shutdown(socket.SHUT_RD)
        self._connection.free()
        super()._real_close()

    def recvfrom(self, *_):
        raise ValueError("a TLS connection has no addresses")

    sendto = recvfrom_into = recvmsg = recvmsg_into = sendmsg = recvfrom
