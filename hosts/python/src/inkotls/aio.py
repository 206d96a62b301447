"""TLS for asyncio: open_connection, start_server and start_tls, with the streams of the standard library.

A step that may block (a verifier) runs in the executor of the loop, so that the loop goes on. With the functions of
asyncio themselves (asyncio.open_connection(..., ssl=context)) such a step runs in the thread of the loop.
"""

import asyncio
import collections
import contextlib
import logging
import ssl

from ._binding import ffi
from ._connection import CHUNK, WANT_BLOCKING, WANT_READ, Connection, Facts
from ._context import Context, create_default_context
from ._numbers import Status

HANDSHAKE_SECONDS, SHUTDOWN_SECONDS = 60.0, 30.0  # as with asyncio
FAILURE_SECONDS = 1.0  # how long a peer has time to read the alert
logger = logging.getLogger("asyncio")
uncleared = ffi.new_allocator(should_clear_after_alloc=False)


class _Object(Facts):
    """What get_extra_info("ssl_object") returns."""

    def __init__(self, connection):
        self._connection = connection


class _Transport(asyncio.transports._FlowControlMixin, asyncio.Transport):
    """What the protocol of the application writes to."""

    # What loop.start_tls (TLS in TLS) and loop.sendfile ask a transport.
    _start_tls_compatible = True
    _sendfile_compatible = asyncio.constants._SendfileMode.FALLBACK
    _protocol_paused = property(lambda self: self._ssl_protocol.is_writing_paused)

    def __init__(self, loop, protocol):
        self._loop = loop
        self._ssl_protocol = protocol

    def get_extra_info(self, name, default=None):
        return self._ssl_protocol.extra(name, default)

    def set_protocol(self, protocol):
        self._ssl_protocol.set_application(protocol)

    def get_protocol(self):
        return self._ssl_protocol.application

    def write(self, data):
        self._ssl_protocol.write(data)

    def close(self):
        self._ssl_protocol.close()

    def abort(self):
        self._ssl_protocol.abort()

    def is_closing(self):
        return self._ssl_protocol.is_closing

    def can_write_eof(self):
        return False

    def pause_reading(self):
        self._ssl_protocol.pause_reading()

    def resume_reading(self):
        self._ssl_protocol.resume_reading()

    def is_reading(self):
        return not self._ssl_protocol.is_paused and not self._ssl_protocol.is_closing

    def set_write_buffer_limits(self, high=None, low=None):
        self._ssl_protocol.raw.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self):
        return self._ssl_protocol.raw.get_write_buffer_size() + sum(map(len, self._ssl_protocol.unwritten))

    def get_write_buffer_limits(self):
        return self._ssl_protocol.raw.get_write_buffer_limits()


class TLSProtocol(asyncio.BufferedProtocol):
    """The protocol of a transport without TLS: moves ciphertext, and calls the protocol of the application.

    Its parameters are those of asyncio.sslproto.SSLProtocol, and early data.
    """

    def __init__(self, loop, app_protocol, sslcontext, waiter, server_side=False, server_hostname=None,
                 call_connection_made=True, ssl_handshake_timeout=None, ssl_shutdown_timeout=None, early_data=b""):
        self._loop = loop
        self._connection = Connection(sslcontext, None if server_side else server_hostname)
        self._waiter = waiter
        self._calls_connection_made = call_connection_made
        self._handshake_timeout = seconds(ssl_handshake_timeout, HANDSHAKE_SECONDS, "ssl_handshake_timeout")
        self._shutdown_timeout = seconds(ssl_shutdown_timeout, SHUTDOWN_SECONDS, "ssl_shutdown_timeout")
        self._timer = None
        self._memory = uncleared("char[]", 4 * CHUNK)
        self._buffer = memoryview(ffi.buffer(self._memory))
        self._received = bytearray()  # what the connection has not accepted yet
        self.unwritten = collections.deque()
        self._early_data, self._early_used, self._early_received = early_data, 0, b""
        self._accepts_early_data = server_side and sslcontext.max_early_data > 0
        self._blocking = None
        self._is_busy = self._is_established = self._is_at_end = self._saw_end = self._is_shut = False
        self.is_closing = self.is_paused = self.is_writing_paused = False
        self.raw = None
        self.transport = self._app_transport = _Transport(loop, self)
        self.set_application(app_protocol)

    def set_application(self, protocol):
        self.application = protocol
        self._fills_buffers = isinstance(protocol, asyncio.BufferedProtocol)

    def extra(self, name, default):
        match name:
            case "ssl_object":
                return _Object(self._connection)
            case "sslcontext":
                return self._connection.context
            case "peercert":
                return self._connection.certificate(False)
            case "cipher":
                return self._connection.cipher()
            case "compression":
                return None
        return self.raw.get_extra_info(name, default) if self.raw is not None else default

    # From the raw transport.

    def connection_made(self, transport):
        self.raw = transport
        self._timer = self._loop.call_later(self._handshake_timeout, self._handshake_timed_out)
        self._go()

    def get_buffer(self, _):
        return self._buffer

    def buffer_updated(self, length):
        used = 0 if self._received or self._blocking else self._connection.feed(self._memory, length)
        if used < length:
            self._received += self._buffer[used:length]
        self._go()

    def eof_received(self):
        self._is_at_end = True
        self._go()
        return True  # this side closes

    def connection_lost(self, error):
        self._stop_timer()
        self._wake(error or ConnectionResetError("the connection was lost in the handshake"))
        self._lost(error)
        self._connection.free()
        self.is_closing = True
        self.raw = self.application = self.transport = self._app_transport = None  # no cycles are left

    def pause_writing(self):
        self.is_writing_paused = True
        if self._is_established:
            self.application.pause_writing()

    def resume_writing(self):
        self.is_writing_paused = False
        if self._is_established:
            self.application.resume_writing()

    # From the application.

    def write(self, data):
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"data: expecting a bytes-like instance, got {type(data).__name__}")
        if not self.is_closing and data:
            self.unwritten.append(bytes(data))
            self._go(reads=False)

    def close(self):
        if self._is_established or self.is_closing:
            self.is_closing = True
            self._go()
        else:
            self.abort()

    def abort(self):
        self.is_closing = True
        self._wake(ConnectionAbortedError("the connection was aborted"))
        if self.raw is not None:
            self.raw.abort()

    def pause_reading(self):
        if not self.is_paused and not self.is_closing:
            self.is_paused = True
            self.raw.pause_reading()

    def resume_reading(self):
        if self.is_paused and not self.is_closing:
            self.is_paused = False
            self.raw.resume_reading()
            self._loop.call_soon(self._go)

    # The connection.

    def _go(self, reads=True):
        """Does all that can be done now."""
        if self._is_busy or self._blocking is not None or self.raw is None:
            return
        self._is_busy = True
        try:
            self._advance(reads)
        except OSError as error:
            self._fail(error)
        finally:
            self._is_busy = False
            self._send()

    def _advance(self, reads):
        if self._is_shut:
            self._discard()
        elif self._is_established or self._shake():
            self._write()
            if reads:
                self._read()
                self._write()  # what the application has answered
            if self.is_closing and not self.unwritten:
                self._connection.close()
                self._shut(self._shutdown_timeout)

    def _repeat(self, step, *arguments):
        """Repeats a step until it is done; None while the network or the executor has to do something first."""
        while True:
            status, result = step(*arguments)
            if status <= 0:
                return status, result
            if status == WANT_READ:
                if not self._feed():
                    return None
                continue
            self._send()
            if status == WANT_BLOCKING:
                self._blocking = self._loop.run_in_executor(None, self._connection.run_blocking)
                self._blocking.add_done_callback(self._has_run)
                return None

    def _has_run(self, future):
        if not future.cancelled():
            future.exception()  # is not reported: the connection was freed before the step began
        self._blocking = None
        self._go()

    def _send(self):
        if self.raw is not None and (data := self._connection.drain()):
            self.raw.write(data)

    def _feed(self):
        if self._received:
            data = bytes(self._received[:4 * CHUNK])
            used = self._connection.feed(data, len(data))
            del self._received[:used]
            return used > 0
        if self._is_at_end:
            self._connection.feed_eof()
        return self._is_at_end

    def _shake(self):
        if not self._move_early_data():
            return False
        result = self._repeat(self._connection.handshake)
        if result is None:
            return False
        if result[0] == Status.CLOSED:
            raise ssl.SSLZeroReturnError(ssl.SSL_ERROR_ZERO_RETURN, "the peer closed the connection in the handshake")
        self._stop_timer()
        self._is_established = True
        used = self._early_used if self._connection.is_early_data_accepted() else 0
        if used < len(self._early_data):
            self.unwritten.append(self._early_data[used:])
        if self._calls_connection_made:
            self.application.connection_made(self.transport)
        self._wake(None)
        if self._early_received:
            self._deliver(self._early_received)
        return True

    def _move_early_data(self):
        """Early data of a client is sent, and that which a server accepts is kept until the handshake is done."""
        while self._early_used < len(self._early_data):
            result = self._repeat(self._connection.write_early_data, self._early_data[self._early_used:])
            if result is None:
                return False
            if result[0] != Status.OK:
                break
            self._early_used += result[1]
        while self._accepts_early_data:
            result = self._repeat(self._connection.read_early_data, CHUNK)
            if result is None:
                return False
            self._accepts_early_data = result[0] == Status.OK
            self._early_received += result[1]
        return True

    def _write(self):
        while self.unwritten:
            data = self.unwritten[0]
            result = self._repeat(self._connection.write, data)
            if result is None:
                return
            if result[1] == len(data):
                self.unwritten.popleft()
            else:
                self.unwritten[0] = memoryview(data)[result[1]:]

    def _read(self):
        while not (self.is_paused or self.is_closing or self._saw_end):
            result = self._repeat(self._connection.read, CHUNK)
            if result is None:
                return
            status, data = result
            if status == 0:
                self._deliver(data)
            else:
                self._saw_end = True
                if not self.application.eof_received():
                    self.is_closing = True

    def _deliver(self, data):
        if not self._fills_buffers:
            self.application.data_received(data)
            return
        data = memoryview(data)
        while data:
            buffer = memoryview(self.application.get_buffer(len(data)))
            length = min(len(buffer), len(data))
            buffer[:length] = data[:length]
            self.application.buffer_updated(length)
            data = data[length:]

    # Ends.

    def _shut(self, timeout):
        """This side has sent everything. Waits for the end of the peer, for a limited time."""
        self._send()
        self._stop_timer()
        self._is_shut = True
        self._timer = self._loop.call_later(timeout, self.raw.abort)
        if self.raw.can_write_eof():
            with contextlib.suppress(OSError):  # the peer has reset the connection
                self.raw.write_eof()
        self.raw.resume_reading()
        self._discard()

    def _discard(self):
        """Reads until the peer has closed: a socket that is closed with unread data may lose what was sent last."""
        try:
            while not self._saw_end and (result := self._repeat(self._connection.read, CHUNK)) is not None:
                self._saw_end = result[0] == Status.CLOSED
        except OSError:  # the connection has failed: only the socket has an end
            self._received.clear()
        if self._saw_end or self._is_at_end:
            self.raw.close()

    def _fail(self, error):
        if self._loop.get_debug():
            logger.debug("%r: TLS failed", self, exc_info=error)
        self.is_closing = True
        self._wake(error)
        self._lost(error)
        if not self._is_shut:
            self._shut(FAILURE_SECONDS)

    def _lost(self, error):
        if self._is_established:
            self._is_established = False
            self._loop.call_soon(self.application.connection_lost, error)

    def _handshake_timed_out(self):
        self._wake(ConnectionAbortedError(
            f"SSL handshake is taking longer than {self._handshake_timeout} seconds: aborting the connection"))
        self.abort()

    def _stop_timer(self):
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self, error):
        waiter, self._waiter = self._waiter, None
        if waiter is None or waiter.done():
            return
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)


def seconds(value, default, name):
    if value is not None and value <= 0:
        raise ValueError(f"{name} should be a positive number, got {value}")
    return default if value is None else value


def checked(context):
    if not isinstance(context, Context):
        raise TypeError(f"ssl: expecting an inkotls.Context, got {type(context).__name__}")
    return context


async def _established(tls, waiter):
    """The transport of the application, when the handshake is done. A task that is cancelled leaves no connection."""
    transport = tls.transport
    try:
        await waiter
    except asyncio.CancelledError:
        tls.abort()
        raise
    return transport


async def create_connection(protocol_factory, host=None, port=None, *, ssl, server_hostname=None, early_data=b"",
                            ssl_handshake_timeout=None, ssl_shutdown_timeout=None, **options):
    """As loop.create_connection. With True for ssl, the context is that of create_default_context().

    early_data is what the application sends first. If a session is resumed, it is sent before the handshake is done,
    and an attacker can then send it once more; otherwise, and if the server does not accept it, it is sent after the
    handshake.
    """
    loop = asyncio.get_running_loop()
    application, waiter = protocol_factory(), loop.create_future()
    context = create_default_context() if ssl is True else checked(ssl)
    tls = TLSProtocol(loop, application, context, waiter, False, server_hostname or host, True, ssl_handshake_timeout,
                      ssl_shutdown_timeout, early_data)
    await loop.create_connection(lambda: tls, host, port, **options)
    return await _established(tls, waiter), application


async def create_server(protocol_factory, host=None, port=None, *, ssl, ssl_handshake_timeout=None,
                        ssl_shutdown_timeout=None, **options):
    """As loop.create_server."""
    loop = asyncio.get_running_loop()
    checked(ssl)

    def factory():
        return TLSProtocol(loop, protocol_factory(), ssl, None, True, None, True, ssl_handshake_timeout,
                           ssl_shutdown_timeout)

    return await loop.create_server(factory, host, port, **options)


async def open_connection(host=None, port=None, *, ssl, limit=2**16, **options):
    """As asyncio.open_connection."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=limit, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await create_connection(lambda: protocol, host, port, ssl=ssl, **options)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def start_server(client_connected_cb, host=None, port=None, *, ssl, limit=2**16, **options):
    """As asyncio.start_server."""
    loop = asyncio.get_running_loop()

    def factory():
        reader = asyncio.StreamReader(limit=limit, loop=loop)
        return asyncio.StreamReaderProtocol(reader, client_connected_cb, loop=loop)

    return await create_server(factory, host, port, ssl=ssl, **options)


async def start_tls(transport, protocol, context, *, server_hostname=None, ssl_handshake_timeout=None,
                    ssl_shutdown_timeout=None):
    """As loop.start_tls: returns the transport that encrypts what the protocol writes from now on."""
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()
    checked(context)
    tls = TLSProtocol(loop, protocol, context, waiter, context.server_side, server_hostname, False,
                      ssl_handshake_timeout, ssl_shutdown_timeout)
    transport.pause_reading()
    transport.set_protocol(tls)
    loop.call_soon(tls.connection_made, transport)
    loop.call_soon(transport.resume_reading)
    return await _established(tls, waiter)
