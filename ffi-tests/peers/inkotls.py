"""inkotls as a poor FFI sees it (rule 11): Python's ctypes, with integers and pointers and no
signature.

What is bytes, text or a buffer travels as a pointer and a length; every integer as 64 bits, as wide
as the register or the slot that it is passed in; every answer is an int32_t, but those of TEXTS and
of `new`. Methods of a handle are the calls on it: conn.feed(data, count) is inkotls_conn_feed. What
is below Handle is a host: a blocking socket, moved by feed and drain, and a server on a thread.
"""

import contextlib
import ctypes
import functools
import queue
import socket
import threading
from ctypes import byref

OK, WANT_READ, WANT_WRITE, WANT_BLOCKING, FULL = range(5)
(NONE, CLOSED, UNEXPECTED_EOF, ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED,
 PROTOCOL_ERROR, INVALID_CERTIFICATE, INVALID_KEY, KEY_MISMATCH, INVALID_NAME, NO_TRUST_ANCHORS,
 INVALID_ARGUMENT, INVALID_STATE, UNSUPPORTED, IO_ERROR, PANIC) = range(-1, -18, -1)
NOT_PRESENTED, UNKNOWN_ISSUER, REVOKED, WRONG_PURPOSE = 1, 4, 6, 9  # inkotls_certificate_error
ACCEPTED = 100  # inkotls_verdict
READABLE = 2  # inkotls_state
OFF, OPTIONAL, REQUIRED = range(3)  # inkotls_client_auth

TEXTS = {"version", "status_text", "alert_name", "certificate_error_text", "protocol_version_name",
         "cipher_suite_name", "named_group_name", "signature_scheme_name"}
COUNTED = {"client_config", "server_config", "sni_map", "ticket_keys"}
TIMEOUT = 30

_library = None


def load(path):
    global _library
    _library = ctypes.CDLL(path)


def call(name, *arguments):
    return _function(name)(*(part for argument in arguments for part in _passed(argument)))


@functools.lru_cache(None)
def _function(name):
    function = getattr(_library, f"inkotls_{name}")
    if name in TEXTS or name.endswith("_error") and not name.endswith("_certificate_error") \
            and not name.endswith("_os_error"):
        function.restype = ctypes.c_char_p
    return function


def _passed(argument):
    if isinstance(argument, str):
        argument = argument.encode()
    if isinstance(argument, int):
        return (ctypes.c_int64(argument),)
    if isinstance(argument, (bytes, ctypes.Array)):
        return argument, ctypes.c_size_t(len(argument))
    return (argument,)  # a handle, a callback, an output, or None for NULL


def text(name, *arguments):
    return call(name, *arguments).decode()


class Failure(Exception):
    def __init__(self, status, handle):
        self.status, self.text = status, ""
        if hasattr(_library, f"inkotls_{handle.noun}_error"):  # not of what many threads share
            self.text = text(f"{handle.noun}_error", handle)
        super().__init__(f"{text('status_text', status)}: {self.text}")
        if handle.noun == "conn":
            self.alert_sent, self.alert_received = handle.alert_sent(), handle.alert_received()
            self.certificate_error = handle.certificate_error()


class Handle:
    def __init__(self, noun, pointer=None):
        self.noun, self._as_parameter_ = noun, ctypes.c_void_p(pointer)

    @classmethod
    def new(cls, noun):
        function = getattr(_library, f"inkotls_{noun}_new")
        function.restype = ctypes.c_void_p
        return cls(noun, function())

    def __getattr__(self, verb):
        return functools.partial(call, f"{self.noun}_{verb}", self)

    def __del__(self):
        call(f"{self.noun}_{'release' if self.noun in COUNTED else 'free'}", self)

    def out(self):
        """Where a call leaves the handle that it makes."""
        return byref(self._as_parameter_)

    def must(self, verb, *arguments):
        status = getattr(self, verb)(*arguments)
        if status < 0:
            raise Failure(status, self)
        return status

    def lent(self, verb, *arguments):
        """The bytes that such a call lends. None where it answers NONE."""
        data, size = ctypes.c_void_p(), ctypes.c_size_t()
        status = getattr(self, verb)(*arguments, byref(data), byref(size))
        if status == NONE:
            return None
        if status != OK:
            raise AssertionError(f"inkotls_{self.noun}_{verb}: {text('status_text', status)}")
        return ctypes.string_at(data, size.value)

    def into(self, verb, noun, *arguments):
        """What such a call makes of this handle, which it uses up."""
        made = Handle(noun)
        self.must(verb, *arguments, made.out())
        self._as_parameter_ = ctypes.c_void_p()
        return made


class Lent(Handle):
    """For the call of a callback."""

    def __del__(self):
        pass


def _made(noun, name, *arguments):
    """By a call without a handle that could keep an error message."""
    made = Handle(noun)
    status = call(name, *arguments, made.out())
    if status == INVALID_NAME:
        raise ValueError(invalid_name(arguments[-1]))
    if status != OK:
        raise ValueError(text("status_text", status))
    return made


def invalid_name(name):
    message, size = ctypes.create_string_buffer(512), ctypes.c_size_t()
    if call("invalid_name_text", name, message, byref(size)) != OK:
        raise AssertionError(f"{name!r} is not refused")
    return message.raw[:size.value].decode()


def numbers(kind):
    """IANA's, by name, of each "protocol_version", "cipher_suite" or "named_group" there is."""
    found, index = {}, 0
    while (number := call(f"{kind}_at", index)) != NONE:
        found[text(f"{kind}_name", number)] = number
        index += 1
    return found


def certificate(der):
    return _made("certificate", "certificate_new", der)


def ticket_keys(*keys):
    return _made("ticket_keys", "ticket_keys_new", b"".join(keys))


def client(config, name):
    return _made("conn", "conn_new_client", config, name)


def roots(*pem_files, crls=(), raw_keys=()):
    made = Handle.new("roots")
    for path in pem_files:
        made.must("add_pem_file", str(path))
    for path in crls:
        made.must("add_crl_pem_file", str(path))
    for key in raw_keys:
        made.must("add_raw_public_key", key)
    return made


def identity(chain, key, *settings):
    """From PEM files."""
    made = Handle.new("identity")
    made.must("set_chain_pem_file", str(chain))
    made.must("set_key_pem_file", str(key))
    for verb, *arguments in settings:
        made.must(verb, *arguments)
    return made


def sni_map(by_name):
    made = Handle.new("sni_map")
    for name, its in by_name.items():
        made.must("set", name, its)
    return made


def config(side, *settings):
    """A setting is the name of a call on the builder, and its arguments."""
    builder = Handle.new(f"{side}_builder")
    for verb, *arguments in settings:
        builder.must(verb, *arguments)
    return builder.into("build", f"{side}_config")


class Tls:
    """A connection and its blocking socket. A client receives into memory of the connection, peeks and
    consumes; a server has what waits copied to buffers, and feeds from one."""

    def __init__(self, conn, connection, peeks=False):
        self.conn, self.socket, self._peeks = conn, connection, peeks
        self.wire = []  # what went over it: whether we sent it, and the bytes
        self.value = None
        self.steps = 0  # that were announced

    @classmethod
    def client(cls, config, name, connection):
        return cls(client(config, name), connection, peeks=True)

    @classmethod
    def server(cls, config, connection):
        return cls(_made("conn", "conn_new_server", config), connection)

    def do(self, verb, *arguments):
        """Makes the call until it is done."""
        while (status := self.conn.must(verb, *arguments)) > 0:
            self.obey(status)

    def obey(self, status):
        if status == WANT_BLOCKING:
            self.steps += 1
            self.conn.must("run_blocking")
            return
        if status == WANT_WRITE:
            while data := self._given("drain"):
                self.socket.sendall(data)
                self.wire.append((True, data))
            return
        data = self._received() if self._peeks else self._fed()
        self.wire.append((False, data))
        if not data:
            self.conn.must("feed_eof")

    def _received(self):
        room, cap = ctypes.c_void_p(), ctypes.c_size_t()
        if self.conn.must("feed_room", byref(room), byref(cap)) != OK or cap.value < 16384:
            raise AssertionError(f"room for {cap.value} bytes after WANT_READ")
        count = self.socket.recv_into((ctypes.c_char * cap.value).from_address(room.value))
        data = ctypes.string_at(room, count)
        self.conn.must("feed_filled", count)
        return data

    def _fed(self):
        count = ctypes.c_size_t()
        data = self.socket.recv(16384)  # which feed takes whole after WANT_READ
        if data and (self.conn.must("feed", data, byref(count)) != OK or count.value != len(data)):
            raise AssertionError(f"{count.value} of {len(data)} bytes were taken")
        return data

    def send(self, data):
        count = ctypes.c_size_t()
        while data:
            self.do("write", data, byref(count))
            data = data[count.value:]
        self.do("flush")

    def recv(self, _=None):
        """b"" is the clean end."""
        try:
            return self._given("read")
        except Failure as failure:
            if failure.status != CLOSED:
                raise
            return b""

    def _given(self, verb):
        size = ctypes.c_size_t()
        if self._peeks:
            data = ctypes.c_void_p()
            self.do(f"{verb}_peek", byref(data), byref(size))
            given = ctypes.string_at(data, size.value)
            self.conn.must(f"{verb}_consume", size.value)
            return given
        buf = ctypes.create_string_buffer(65536)
        self.do(verb, buf, byref(size))
        return buf.raw[:size.value]

    def write_early(self, data):
        """How many bytes may go before the handshake is done."""
        count, taken = ctypes.c_size_t(), 0
        while taken < len(data):
            status = self.conn.write_early_data(data[taken:], byref(count))
            if status == NONE:
                break
            if status > 0:
                self.obey(status)
            elif status < 0:
                raise Failure(status, self.conn)
            else:
                taken += count.value
        return taken

    def read_early(self):
        buf, count, data = ctypes.create_string_buffer(65536), ctypes.c_size_t(), b""
        while (status := self.conn.read_early_data(buf, byref(count))) != NONE:
            if status > 0:
                self.obey(status)
            elif status < 0:
                raise Failure(status, self.conn)
            else:
                data += buf.raw[:count.value]
        return data

    def leave(self):
        """After a failure: the alert has gone out, and no reset may overtake it."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            while self.socket.recv(65536):
                pass

    def export(self, label, size, context=None):
        out = ctypes.create_string_buffer(size)
        context = (None, 0) if context is None else (context,)
        self.conn.must("export_keying_material", label, *context, out)
        return out.raw

    def channel_binding(self, kind):
        buf, count = ctypes.create_string_buffer(64), ctypes.c_size_t()
        self.conn.must("channel_binding", kind, buf, byref(count))
        return buf.raw[:count.value]

    # What was agreed on, in words.

    version = property(lambda self: text("protocol_version_name", self.conn.protocol_version()))
    suite = property(lambda self: text("cipher_suite_name", self.conn.cipher_suite()))
    group = property(lambda self: text("named_group_name", self.conn.named_group()))
    resumed = property(lambda self: self.conn.is_resumed())
    alpn = property(lambda self: _decoded(self.conn.lent("alpn")))
    server_name = property(lambda self: _decoded(self.conn.lent("server_name")))
    peer = property(lambda self: self.conn.lent("peer_certificate", 0))


def _decoded(data):
    return None if data is None else data.decode()


class Server:
    """Serves one connection after the other on a thread. `talk` gets each of them before its
    handshake; what it returns becomes the value of what `served` returns."""

    def __init__(self, config, talk, open_=Tls.server):
        self._config, self._talk, self._open = config, talk, open_
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._served = queue.Queue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        self._thread.join(TIMEOUT)
        self._listener.close()
        while kind is None and not self._served.empty():
            self.served()  # raises what nobody has looked at

    def served(self):
        served = self._served.get(timeout=TIMEOUT)
        if isinstance(served, Exception):
            raise served
        return served

    def refused(self):
        """The failure that ended the next connection."""
        served = self._served.get(timeout=TIMEOUT)
        if isinstance(served, Failure):
            return served
        raise AssertionError(f"a failure was expected: {served!r}")

    def _run(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._served.put(self._serve(connection))

    def _serve(self, connection):
        connection.settimeout(TIMEOUT)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tls = self._open(self._config, connection)
        try:
            tls.value = self._talk(tls)
            return tls
        except Exception as error:  # the test is told
            tls.leave()
            return error
