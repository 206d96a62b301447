"""One connection of the library: what sockets, memory buffers and asyncio have in common."""

import datetime
import errno
import ipaddress
import ssl
import threading

from ._binding import NULL, ffi, lent, lib, made, text
from ._errors import check, connection_error
from ._numbers import State, Status

CHUNK = 16384
# The library needs a name. An address is not sent to the server, and here it is not verified.
NO_NAME = "0.0.0.0"
WANT_READ, WANT_WRITE, WANT_BLOCKING = map(int, (Status.WANT_READ, Status.WANT_WRITE, Status.WANT_BLOCKING))
VERSIONS = {0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}


def encoded(name):
    return name.encode("ascii" if name.isascii() else "idna")


def why_invalid(name):
    buffer, length = ffi.new("char[]", 512), ffi.new("size_t *")
    lib.inkotls_invalid_name_text(name, len(name), buffer, 512, length)
    return ffi.buffer(buffer, length[0])[:].decode()


class Connection:
    """One call of the library for each method, with the lock held. Statuses are those of the library.

    A step that may block (run_blocking) runs without the lock, so that another thread can ask and free meanwhile.
    """

    def __init__(self, context, server_hostname):
        if not server_hostname and context.check_hostname and not context.server_side:
            raise ValueError("check_hostname requires server_hostname")
        self._config = context.config()
        if context.server_side:
            status, handle = made("inkotls_conn **", lib.inkotls_conn_new_server, self._config.pointer)
        else:
            name = encoded(server_hostname or NO_NAME)
            status, handle = made("inkotls_conn **", lib.inkotls_conn_new_client, self._config.pointer, name, len(name))
            if status == Status.INVALID_NAME:
                raise ValueError(why_invalid(name))
        check(status)
        self._handle = ffi.gc(handle, lib.inkotls_conn_free)
        self._lock = threading.Lock()
        self._step = None  # an event: that the step which may block has ended
        self._is_free = False
        self._data, self._length = ffi.new("const uint8_t **"), ffi.new("size_t *")
        self._raised = []  # what a verifier has raised
        self._raised_handle = ffi.new_handle(self._raised)
        lib.inkotls_conn_set_user_data(handle, self._raised_handle)
        self.context = context
        self.server_side = context.server_side
        self.server_hostname = server_hostname

    def _open(self):
        if self._is_free:
            raise OSError(errno.EBADF, "the connection is closed")
        return self._handle

    def _call(self, function, *arguments):
        """A status; CLOSED and NONE are no failures. The lock is held."""
        handle = self._open()
        if self._step is not None:
            return WANT_BLOCKING
        status = function(handle, *arguments)
        if status < 0 and status not in (Status.NONE, Status.CLOSED):
            raise connection_error(handle, status) from (self._raised.pop() if self._raised else None)
        return status

    def call(self, function, *arguments):
        with self._lock:
            return self._call(function, *arguments)

    def _moved(self, function, data, size):
        """A status, and how many bytes were moved. data are bytes or memory of cffi."""
        with self._lock:
            status = self._call(function, data, size, self._length)
            return status, self._length[0] if status == 0 else 0

    def run_blocking(self):
        """Runs the step that may block, or waits for the thread that runs it."""
        with self._lock:
            handle, step = self._open(), self._step
            if step is None:
                self._step = threading.Event()
        if step is not None:
            step.wait()
            return
        lib.inkotls_conn_run_blocking(handle)
        with self._lock:
            step, self._step = self._step, None
            if self._is_free:
                ffi.release(handle)
        step.set()

    def free(self):
        """Frees the connection; while a step runs, the thread that runs it does so."""
        with self._lock:
            if not self._is_free:
                self._is_free = True
                if self._step is None:
                    ffi.release(self._handle)

    # What is called again after a positive status.

    def handshake(self):
        return self.call(lib.inkotls_conn_handshake), None

    def flush(self):
        return self.call(lib.inkotls_conn_flush), None

    def close(self):
        return self.call(lib.inkotls_conn_close), None

    def read(self, size):
        """A status, and plaintext of one record."""
        with self._lock:
            status = self._call(lib.inkotls_conn_read_peek, self._data, self._length)
            if status != 0:
                return status, b""
            length = min(self._length[0], size)
            data = ffi.buffer(self._data[0], length)[:]
            lib.inkotls_conn_read_consume(self._handle, length)
            return status, data

    def read_into(self, buffer):
        """A status, and how many bytes of the buffer were filled, with all records that are here already.

        The buffer is released at the end: an exception would keep it in its traceback.
        """
        with ffi.from_buffer(buffer, require_writable=True) as into, self._lock:
            size = len(into)
            status = self._call(lib.inkotls_conn_read, into, size, self._length)
            length = used = self._length[0] if status == 0 else 0
            while used and length < size and lib.inkotls_conn_state(self._handle) & State.READABLE:
                more = lib.inkotls_conn_read(self._handle, into + length, size - length, self._length)
                used = self._length[0] if more == 0 else 0
                length += used
            return status, length

    def write(self, data):
        """A status, and how many bytes were consumed."""
        if isinstance(data, bytes):
            return self._moved(lib.inkotls_conn_write, data, len(data))
        with ffi.from_buffer(data) as view:
            return self._moved(lib.inkotls_conn_write, view, len(view))

    def write_early_data(self, data):
        return self._moved(lib.inkotls_conn_write_early_data, bytes(data), len(data))

    def read_early_data(self, size):
        buffer = ffi.new("char[]", size)
        status, length = self._moved(lib.inkotls_conn_read_early_data, buffer, size)
        return status, ffi.buffer(buffer, length)[:]

    def peek(self):
        """Whether plaintext waits (OK), or what read would return."""
        return self.call(lib.inkotls_conn_read_peek, self._data, self._length), None

    # Ciphertext.

    def set_fd(self, fd):
        self.call(lib.inkotls_conn_set_fd, fd)

    def feed(self, data, size):
        """How many bytes were accepted. data are bytes or memory of cffi."""
        return self._moved(lib.inkotls_conn_feed, data, size)[1]

    def feed_eof(self):
        self.call(lib.inkotls_conn_feed_eof)

    def drain(self):
        """The ciphertext that waits."""
        parts = []
        with self._lock:
            if self._is_free or self._step is not None:
                return b""
            while (lib.inkotls_conn_drain_peek(self._handle, self._data, self._length) == 0
                   and (length := self._length[0]) > 0):
                parts.append(ffi.buffer(self._data[0], length)[:])
                lib.inkotls_conn_drain_consume(self._handle, length)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    # Facts: None before the handshake, and after the end.

    def _fact(self, function, *arguments):
        with self._lock:
            return function(NULL if self._is_free else self._handle, *arguments)

    def _text(self, function):
        with self._lock:
            found = None if self._is_free else lent(function, self._handle)
        return found.decode() if found is not None else None

    def state(self):
        return State(max(self._fact(lib.inkotls_conn_state), 0))

    def version(self):
        return VERSIONS.get(self._fact(lib.inkotls_conn_protocol_version))

    def cipher(self):
        number = self._fact(lib.inkotls_conn_cipher_suite)
        if number < 0:
            return None
        name = text(lib.inkotls_cipher_suite_name(number))
        return name, self.version(), 128 if "AES_128" in name else 256

    def alpn(self):
        return self._text(lib.inkotls_conn_alpn)

    def server_name(self):
        return self._text(lib.inkotls_conn_server_name)

    def is_resumed(self):
        return self._fact(lib.inkotls_conn_is_resumed) == 1

    def is_early_data_accepted(self):
        return self._fact(lib.inkotls_conn_is_early_data_accepted) == 1

    def certificate(self, binary_form):
        with self._lock:
            der = None if self._is_free else lent(lib.inkotls_conn_peer_certificate, self._handle, 0)
        if der is None or binary_form:
            return der
        return describe(der) if self.context.verify_mode != ssl.CERT_NONE else {}

    def channel_binding(self, kind):
        kinds = {"tls-exporter": lib.INKOTLS_CHANNEL_BINDING_TLS_EXPORTER,
                 "tls-server-end-point": lib.INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT}
        if kind not in kinds:
            raise ValueError(f"{kind} channel binding type not implemented")
        buffer, length = ffi.new("char[]", 64), ffi.new("size_t *")
        status = self._fact(lib.inkotls_conn_channel_binding, kinds[kind], buffer, 64, length)
        return ffi.buffer(buffer, length[0])[:] if status == 0 else None


def describe(der):
    """What a certificate says, as ssl's getpeercert does; subject and issuer are text."""
    status, handle = made("inkotls_certificate **", lib.inkotls_certificate_new, der, len(der))
    check(status)
    with ffi.gc(handle, lib.inkotls_certificate_free) as it:
        seconds = ffi.new("int64_t *")

        def when(function):
            function(it, seconds)
            moment = datetime.datetime.fromtimestamp(seconds[0], datetime.timezone.utc)
            return f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S %Y} GMT"

        def every(kind, function):
            index = 0
            while (found := lent(function, it, index)) is not None:
                yield kind, found
                index += 1

        names = [(kind, name.decode()) for kind, name in (
            *every("DNS", lib.inkotls_certificate_dns_name), *every("URI", lib.inkotls_certificate_uri_name),
            *every("email", lib.inkotls_certificate_email_name))]
        names += [(kind, str(ipaddress.ip_address(address)))
                  for kind, address in every("IP Address", lib.inkotls_certificate_ip_address)]
        return {
            "subject": lent(lib.inkotls_certificate_subject, it).decode(),
            "issuer": lent(lib.inkotls_certificate_issuer, it).decode(),
            "serialNumber": lent(lib.inkotls_certificate_serial, it).hex().upper(),
            "notBefore": when(lib.inkotls_certificate_not_before),
            "notAfter": when(lib.inkotls_certificate_not_after),
            "subjectAltName": tuple(names),
        }


def read_to_the_end(run, connection):
    """Waits for the close_notify of the peer. Data of the application are not thrown away."""
    if run(connection.peek)[0] != Status.CLOSED:
        error = ssl.SSLError(ssl.SSL_ERROR_SSL, "data were received after close_notify was sent: read them first")
        error.reason = "APPLICATION_DATA_AFTER_CLOSE_NOTIFY"
        raise error


class Facts:
    """What sockets and memory buffers have in common. The subclass has a connection."""

    def _shaken(self, status, _):
        if status == Status.CLOSED:
            raise ssl.SSLZeroReturnError(ssl.SSL_ERROR_ZERO_RETURN, "the peer closed the connection in the handshake")

    @property
    def context(self):
        return self._connection.context

    @property
    def server_side(self):
        return self._connection.server_side

    @property
    def server_hostname(self):
        return self._connection.server_hostname

    @property
    def session_reused(self):
        return self._connection.is_resumed()

    @property
    def sni_name(self):
        """The server name that the client sent."""
        return self._connection.server_name()

    @property
    def early_data_accepted(self):
        return self._connection.is_early_data_accepted()

    def version(self):
        return self._connection.version()

    def cipher(self):
        return self._connection.cipher()

    def compression(self):
        return None

    def pending(self):
        return 1 if State.READABLE in self._connection.state() else 0

    def selected_alpn_protocol(self):
        return self._connection.alpn()

    def getpeercert(self, binary_form=False):
        return self._connection.certificate(binary_form)

    def get_channel_binding(self, cb_type="tls-exporter"):
        return self._connection.channel_binding(cb_type)
