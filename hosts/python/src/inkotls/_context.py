"""Settings, as ssl.SSLContext has them. The config of the library is built when a connection needs it."""

import os
import ssl
import threading

from ._binding import ffi, lib, made, text
from ._errors import check
from ._memory import SSLObject
from ._numbers import CertificateError
from ._socket import Socket

ACCEPTED = lib.INKOTLS_VERDICT_ACCEPTED
VERSIONS = {ssl.TLSVersion.TLSv1_2: (0x0303, ssl.OP_NO_TLSv1_2), ssl.TLSVersion.TLSv1_3: (0x0304, ssl.OP_NO_TLSv1_3)}


def _unsupported(self, *_, **__):
    raise NotImplementedError("inkotls does not have this setting of ssl.SSLContext: see README.md")


class Callbacks:
    """What the library calls, with the settings that the config was made with."""

    def __init__(self, context):
        self.accepts_any = context.verify_mode == ssl.CERT_NONE
        self.accepts_any_name = not context.check_hostname
        self.verifier = context.verifier
        self.key_log = context.keylog_filename

    def verify(self, verification):
        if self.accepts_any:
            return ACCEPTED
        error = lib.inkotls_verification_verify(verification)
        if self.accepts_any_name and error == CertificateError.WRONG_NAME:
            error = ACCEPTED
        if self.verifier is None:
            return error
        chain, data, length = [], ffi.new("const uint8_t **"), ffi.new("size_t *")
        while lib.inkotls_verification_certificate(verification, len(chain), data, length) == 0:
            chain.append(ffi.buffer(data[0], length[0])[:])
        verdict = self.verifier(None if error == ACCEPTED else CertificateError(error), chain)
        return ACCEPTED if verdict is None else verdict

    def log_key(self, line):
        with open(self.key_log, "ab") as file:
            file.write(line + b"\n")


@ffi.def_extern(error=0)
def inkotls_python_verify(callbacks, raised, verification):
    try:
        return ffi.from_handle(callbacks).verify(verification)
    except BaseException as error:
        ffi.from_handle(raised).append(error)
        return 0  # refuses the peer


@ffi.def_extern()
def inkotls_python_log_key(callbacks, _, line, length):
    ffi.from_handle(callbacks).log_key(ffi.buffer(line, length)[:])


class Config:
    """A config of the library, and what its callbacks need as long as a connection uses it."""

    def __init__(self, pointer, handle):
        self.pointer, self._handle = pointer, handle


def suites():
    """The numbers of the cipher suites, by their names."""
    found, index = {}, 0
    while (number := lib.inkotls_cipher_suite_at(index)) >= 0:
        found[text(lib.inkotls_cipher_suite_name(number))] = number
        index += 1
    return found


class Context(ssl.SSLContext):
    """The settings of any number of connections. A change applies to connections that are made after it."""

    def __new__(cls, protocol=ssl.PROTOCOL_TLS_CLIENT):
        return super().__new__(cls, protocol)

    # What the library has not, or has elsewhere. A setting that had no effect would be worse than an error.
    get_ca_certs = cert_store_stats = session_stats = load_dh_params = set_ecdh_curve = _unsupported
    set_servername_callback = set_npn_protocols = set_psk_client_callback = set_psk_server_callback = _unsupported
    sni_callback = property(lambda self: None, _unsupported)
    post_handshake_auth = None  # as ssl says that it is not supported

    def __init__(self, protocol=ssl.PROTOCOL_TLS_CLIENT):
        if protocol not in (ssl.PROTOCOL_TLS_CLIENT, ssl.PROTOCOL_TLS_SERVER):
            raise ValueError("the protocol is PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER")
        self.server_side = protocol == ssl.PROTOCOL_TLS_SERVER
        self._lock = threading.Lock()
        self._config = None
        self._roots = ffi.gc(lib.inkotls_roots_new(), lib.inkotls_roots_free)
        self._trusts = False
        self._identities, self._alpn, self._suites = [], [], []
        self._versions = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
        self._verify_mode = ssl.CERT_NONE if self.server_side else ssl.CERT_REQUIRED
        self._check_hostname = not self.server_side
        self._options, self._verify_flags = super().options, ssl.VERIFY_DEFAULT
        self._key_log = None
        self._num_tickets = 2
        self._early_data = 0
        self.verifier = None

    def _changed(self):
        with self._lock:
            self._config = None

    # Trust.

    @property
    def verify_mode(self):
        return self._verify_mode

    @verify_mode.setter
    def verify_mode(self, mode):
        mode = ssl.VerifyMode(mode)
        if mode == ssl.CERT_NONE and self._check_hostname:
            raise ValueError("Cannot set verify_mode to CERT_NONE when check_hostname is enabled.")
        self._verify_mode = mode
        self._changed()

    @property
    def check_hostname(self):
        return self._check_hostname

    @check_hostname.setter
    def check_hostname(self, value):
        self._check_hostname = bool(value)
        if value and self._verify_mode == ssl.CERT_NONE:
            self._verify_mode = ssl.CERT_REQUIRED
        self._changed()

    def load_verify_locations(self, cafile=None, capath=None, cadata=None):
        if capath is not None:
            raise NotImplementedError("a folder of certificates is not supported: pass cafile")
        if cafile is None and cadata is None:
            raise TypeError("cafile and cadata cannot be both omitted")
        if cafile is not None:
            self._trust(lib.inkotls_roots_add_pem_file, os.fsencode(cafile))
        if isinstance(cadata, str):
            self._trust(lib.inkotls_roots_add_pem, cadata.encode("ascii"))
        elif cadata is not None:
            self._trust(lib.inkotls_roots_add_der, bytes(cadata))

    def load_default_certs(self, purpose=ssl.Purpose.SERVER_AUTH):
        self._trust(lib.inkotls_roots_add_platform)

    set_default_verify_paths = load_default_certs

    def load_crl(self, path):
        """Adds the CRLs of a PEM file: certificates are then refused if they are revoked."""
        self._trust(lib.inkotls_roots_add_crl_pem_file, os.fsencode(path))

    def _trust(self, add, *data):
        with self._lock:
            check(add(self._roots, *data, *map(len, data)), "inkotls_roots", self._roots)
            self._trusts = self._trusts or add != lib.inkotls_roots_add_crl_pem_file
            self._config = None

    def set_dangerous_verifier(self, verifier):
        """Calls verifier(error, chain) for each peer, on a thread that may wait.

        error is None, or the CertificateError with which the library would refuse the peer; chain has the certificates
        that the peer sent, in DER. The verifier returns None to accept the peer, or a CertificateError.
        """
        self.verifier = verifier
        self._changed()

    # What this side presents.

    def load_cert_chain(self, certfile, keyfile=None, password=None, *, server_name=None):
        """server_name: for clients that ask for this name; without it, for all others."""
        if password is not None:
            raise NotImplementedError("encrypted private keys are not supported")
        identity = ffi.gc(lib.inkotls_identity_new(), lib.inkotls_identity_free)
        for function, path in ((lib.inkotls_identity_set_chain_pem_file, certfile),
                               (lib.inkotls_identity_set_key_pem_file, keyfile or certfile)):
            path = os.fsencode(path)
            check(function(identity, path, len(path)), "inkotls_identity", identity)
        self._identities.append((server_name, identity))
        self._changed()

    # What is negotiated.

    def set_alpn_protocols(self, alpn_protocols):
        self._alpn = [name.encode("ascii") for name in alpn_protocols]
        if not all(0 < len(name) < 256 for name in self._alpn):
            raise ssl.SSLError("ALPN protocols must be 1 to 255 bytes long")
        self._changed()

    def set_ciphers(self, ciphers):
        """Names of IANA, with a colon between them: TLS_AES_128_GCM_SHA256:..."""
        known = suites()
        chosen = [known[name] for name in ciphers.split(":") if name in known]
        if not chosen:
            raise ssl.SSLError("No cipher can be selected.")
        self._suites = chosen
        self._changed()

    def get_ciphers(self):
        chosen = self._suites or suites().values()
        return [{"id": number, "name": text(lib.inkotls_cipher_suite_name(number))} for number in chosen]

    def _bound(self, version, at):
        special = {ssl.TLSVersion.MINIMUM_SUPPORTED: ssl.TLSVersion.TLSv1_2,
                   ssl.TLSVersion.MAXIMUM_SUPPORTED: ssl.TLSVersion.TLSv1_3}
        version = special.get(ssl.TLSVersion(version), ssl.TLSVersion(version))
        if version not in VERSIONS:
            raise ValueError("only TLS 1.2 and TLS 1.3 are supported")
        self._versions[at] = version
        self._changed()

    minimum_version = property(lambda self: self._versions[0], lambda self, version: self._bound(version, 0))
    maximum_version = property(lambda self: self._versions[1], lambda self, version: self._bound(version, 1))

    @property
    def options(self):
        """OP_NO_TLSv1_2 and OP_NO_TLSv1_3 have an effect; what the other options switch off does not exist here."""
        return ssl.Options(self._options)

    @options.setter
    def options(self, options):
        self._options = options
        self._changed()

    @property
    def verify_flags(self):
        return ssl.VerifyFlags(self._verify_flags)

    @verify_flags.setter
    def verify_flags(self, flags):
        if flags & (ssl.VERIFY_CRL_CHECK_LEAF | ssl.VERIFY_CRL_CHECK_CHAIN):
            raise NotImplementedError("load_crl turns the check of revocation on")
        self._verify_flags = flags

    @property
    def num_tickets(self):
        """How many sessions of TLS 1.3 a server offers to a client for later."""
        return self._num_tickets

    @num_tickets.setter
    def num_tickets(self, number):
        if not self.server_side:
            raise ValueError("SSLContext is not a server context.")
        self._num_tickets = number
        self._changed()

    @property
    def max_early_data(self):
        """How many bytes of early data a server accepts. A client sends early data if this is not 0."""
        return self._early_data

    @max_early_data.setter
    def max_early_data(self, size):
        self._early_data = size
        self._changed()

    @property
    def keylog_filename(self):
        return self._key_log

    @keylog_filename.setter
    def keylog_filename(self, path):
        self._key_log = path
        self._changed()

    # Connections.

    def wrap_socket(self, sock, server_side=False, do_handshake_on_connect=True, suppress_ragged_eofs=True,
                    server_hostname=None, session=None):
        self._check_side(server_side)
        return Socket(sock, self, server_hostname, do_handshake_on_connect, suppress_ragged_eofs)

    def wrap_bio(self, incoming, outgoing, server_side=False, server_hostname=None, session=None):
        self._check_side(server_side)
        return SSLObject(self, incoming, outgoing, server_hostname)

    def _check_side(self, server_side):
        if server_side != self.server_side:
            side = "server" if self.server_side else "client"
            raise ssl.SSLError(f"Cannot create a {'client' if server_side is False else 'server'} socket with a "
                               f"PROTOCOL_TLS_{side.upper()} context")

    # The config of the library.

    def config(self):
        with self._lock:
            if self._config is None:
                handle = ffi.new_handle(Callbacks(self))
                self._config = self._server(handle) if self.server_side else self._client(handle)
            return self._config

    def _client(self, handle):
        builder = ffi.gc(lib.inkotls_client_builder_new(), lib.inkotls_client_builder_free)

        def done(status):
            check(status, "inkotls_client_builder", builder)

        done(lib.inkotls_client_builder_set_roots(builder, self._roots))
        for _, identity in self._identities:
            done(lib.inkotls_client_builder_add_identity(builder, identity))
        if self._early_data:
            done(lib.inkotls_client_builder_set_early_data(builder, 1))
        # Without roots, a config needs a verifier: each server is refused then, as with ssl.
        if self.verifier or self._verify_mode == ssl.CERT_NONE or not self._check_hostname or not self._trusts:
            done(lib.inkotls_client_builder_set_dangerous_verifier(
                builder, lib.inkotls_python_verify, handle, 1 if self.verifier else 0))
        return self._build(builder, "client", done, handle)

    def _server(self, handle):
        builder = ffi.gc(lib.inkotls_server_builder_new(), lib.inkotls_server_builder_free)

        def done(status):
            check(status, "inkotls_server_builder", builder)

        named = ffi.gc(lib.inkotls_sni_map_new(), lib.inkotls_sni_map_release)
        for name, identity in self._identities:
            if name is None:
                done(lib.inkotls_server_builder_set_identity(builder, identity))
            else:
                done(lib.inkotls_server_builder_set_sni_map(builder, named))
                check(lib.inkotls_sni_map_set(named, name.encode(), len(name.encode()), identity))
        if self._verify_mode != ssl.CERT_NONE:
            mode = (lib.INKOTLS_CLIENT_AUTH_REQUIRED if self._verify_mode == ssl.CERT_REQUIRED
                    else lib.INKOTLS_CLIENT_AUTH_OPTIONAL)
            done(lib.inkotls_server_builder_set_client_auth(builder, mode, self._roots))
            if self.verifier:
                done(lib.inkotls_server_builder_set_dangerous_verifier(
                    builder, lib.inkotls_python_verify, handle, 1))
        done(lib.inkotls_server_builder_set_ticket_count(builder, self._num_tickets))
        if self._early_data:
            done(lib.inkotls_server_builder_set_max_early_data(builder, self._early_data))
        return self._build(builder, "server", done, handle)

    def _build(self, builder, side, done, handle):
        def function(name):
            return getattr(lib, f"inkotls_{side}_{name}")

        for name in self._alpn:
            done(function("builder_add_alpn")(builder, name, len(name)))
        for suite in self._suites:
            done(function("builder_add_cipher_suite")(builder, suite))
        for version, (number, without) in VERSIONS.items():
            if self._versions[0] <= version <= self._versions[1] and not self._options & without:
                done(function("builder_add_protocol_version")(builder, number))
        if self._key_log:
            done(function("builder_set_dangerous_key_log")(builder, lib.inkotls_python_log_key, handle))
        status, config = made(f"const inkotls_{side}_config **", function("builder_build"), builder)
        done(status)
        ffi.gc(builder, None)  # it was consumed
        return Config(ffi.gc(ffi.cast(f"inkotls_{side}_config *", config), function("config_release")), handle)


def create_default_context(purpose=ssl.Purpose.SERVER_AUTH, *, cafile=None, capath=None, cadata=None):
    """As ssl.create_default_context: a client trusts what the platform trusts, unless it is told what else."""
    is_client = purpose == ssl.Purpose.SERVER_AUTH
    context = Context(ssl.PROTOCOL_TLS_CLIENT if is_client else ssl.PROTOCOL_TLS_SERVER)
    if cafile or capath or cadata:
        context.load_verify_locations(cafile, capath, cadata)
    elif is_client:
        context.load_default_certs()
    return context
