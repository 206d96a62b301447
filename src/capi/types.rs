//! The vocabulary of the ABI: its enums, and the types of its callbacks. Every module may name them,
//! because this file depends on none.

use super::inkotls_verification;
use std::ffi::{c_char, c_void};

/// What a call answers. 0: done. Positive: not now, nothing is wrong; do what it says and call
/// again. Negative: it will not happen. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_status {
    /// Done.
    Ok = 0,
    /// More ciphertext is needed: wait until the socket is readable, or feed. The next
    /// inkotls_conn_feed has room for at least 16 KiB.
    WantRead = 1,
    /// Ciphertext is waiting: wait until the socket is writable, or drain.
    WantWrite = 2,
    /// The next step may block, in a callback of the host's or in the operating system: call
    /// inkotls_conn_run_blocking where blocking is allowed. It comes only where the config may
    /// block.
    WantBlocking = 3,
    /// What was fed before has not been consumed: call handshake or read, then feed the rest.
    Full = 4,
    /// There is no such thing, or not yet. Never a failure of the connection.
    None = -1,
    /// The peer sent close_notify (RFC 8446, section 6.1): a clean end. Nothing more will be read.
    Closed = -2,
    /// The transport ended without close_notify. The host's protocol decides whether that is a
    /// truncation or harmless.
    UnexpectedEof = -3,
    /// The peer sent a fatal alert: the handle's alert_received tells which.
    AlertReceived = -4,
    /// The peer's certificate was refused, or the peer did not prove that it has the private key:
    /// inkotls_conn_certificate_error tells why.
    InvalidPeerCertificate = -5,
    /// The two sides have nothing in common: version, cipher suite, group, ALPN or certificate.
    HandshakeFailed = -6,
    /// The peer broke the protocol, or something on the way changed the bytes.
    ProtocolError = -7,
    /// A certificate or a CRL given by the host cannot be parsed, or there is none.
    InvalidCertificate = -8,
    /// A private key given by the host cannot be parsed, or is of a kind that is not supported; or
    /// the host's signer did not sign.
    InvalidKey = -9,
    /// The private key does not belong to the certificate.
    KeyMismatch = -10,
    /// The server name is neither a DNS name nor an IP address: inkotls_invalid_name_text says what
    /// is wrong with it.
    InvalidName = -11,
    /// There is no certificate authority to trust.
    NoTrustAnchors = -12,
    /// An argument is NULL or out of range.
    InvalidArgument = -13,
    /// The call makes no sense in the state of the handle, or another call on the handle is
    /// running.
    InvalidState = -14,
    /// This library, or this build of it, cannot do that.
    Unsupported = -15,
    /// The operating system failed a call: the handle's os_error keeps its number (errno).
    IoError = -16,
    /// A bug in this library was caught. The handle only answers this from now on; free it.
    Panic = -17,
}

/// Why the peer's certificate was refused. What a name stands for is in
/// inkotls_certificate_error_name. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_certificate_error {
    /// The peer had to present a certificate and presented none. The alert of a server is
    /// certificate_required (116) in TLS 1.3 and handshake_failure (40) in TLS 1.2.
    NotPresented = 1,
    /// The certificate's notAfter time has passed. The alert is certificate_expired (45).
    Expired = 2,
    /// The certificate's notBefore time has not come. The alert is certificate_expired (45).
    NotYetValid = 3,
    /// No trusted authority issued the certificate. The alert is unknown_ca (48).
    UnknownIssuer = 4,
    /// The certificate is not for the server name that the connection was made with. The alert is
    /// bad_certificate (42).
    WrongName = 5,
    /// The issuer has revoked the certificate. The alert is certificate_revoked (44).
    Revoked = 6,
    /// Whether the certificate is revoked cannot be determined. The alert is unknown_ca (48).
    UnknownRevocation = 7,
    /// A signature in the chain does not verify. The alert is bad_certificate (42).
    BadSignature = 8,
    /// The certificate may not be used for this purpose: its extended key usage does not include
    /// the peer's side (client or server), or its key usage does not include digitalSignature. The
    /// alert is unsupported_certificate (43).
    WrongPurpose = 9,
    /// The certificate cannot be parsed, or has a critical extension that is not supported. The
    /// alert is bad_certificate (42).
    BadEncoding = 10,
    /// The reason has no number of its own; the error message of the connection says it. The alert
    /// is certificate_unknown (46).
    Other = 11,
    /// The OCSP staple is not good enough. Only a host's verifier gives this reason, because the
    /// library does not look at the staple. The alert is bad_certificate_status_response (113).
    InvalidOcspStaple = 12,
    /// The certificate is valid, but its owner is not allowed to connect. Only a host's verifier
    /// gives this reason. The alert is access_denied (49).
    AccessDenied = 13,
    /// The peer presented the certificate of a certificate authority (basicConstraints CA:TRUE) as
    /// its own. The alert is certificate_unknown (46).
    CaUsedAsEndEntity = 14,
    /// A certificate in the chain is not X.509 version 3. The alert is unsupported_certificate
    /// (43).
    UnsupportedVersion = 15,
    /// A name in the certificate violates the name constraints of an issuer (RFC 5280, section
    /// 4.2.1.10). The alert is certificate_unknown (46).
    NameConstraints = 16,
    /// The chain has more issuers than the path length constraint of one of them allows (RFC 5280,
    /// section 4.2.1.9). The alert is certificate_unknown (46).
    PathLength = 17,
    /// An issuer in the chain is not a certificate authority. The alert is certificate_unknown
    /// (46).
    IssuerNotCa = 18,
    /// The chain is too long, or costs too much to verify. The alert is certificate_unknown (46).
    ChainTooComplex = 19,
    /// A signature in the chain, or the peer's signature of the handshake, uses an algorithm that
    /// is not supported, such as SHA-1 with RSA, or that does not fit the key. The alert is
    /// bad_certificate (42).
    UnsupportedSignatureAlgorithm = 20,
    /// An RSA key, the peer's or an issuer's, has fewer than 2048 or more than 8192 bits. The alert
    /// is bad_certificate (42).
    UnsupportedKeySize = 21,
    /// The certificate was accepted, but the peer's signature of the handshake does not verify: the
    /// peer did not prove that it has the private key. The alert is decrypt_error (51).
    BadHandshakeSignature = 22,
}

/// What a connection can do now: bits of the answer of inkotls_conn_state. Bits are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_state {
    /// inkotls_conn_handshake has not answered OK.
    Handshaking = 1,
    /// A call of handshake or read can go on with what the connection has received already: there
    /// is plaintext, or ciphertext that was fed, or the last flight of the handshake is drained and
    /// inkotls_conn_handshake returns OK. Make that call before waiting for the socket. This bit is
    /// never set after such a call has returned WANT_READ, except if the call stopped after 128 KiB
    /// from a socket (inkotls_conn_set_fd). It is not set for an end or a failure: see PEER_CLOSED
    /// and FAILED.
    Readable = 2,
    /// Ciphertext is waiting: drain gives something.
    WantsWrite = 4,
    /// The peer sent close_notify. What it said before that may still have to be read.
    PeerClosed = 8,
    /// inkotls_conn_close was called, on a connection that had not failed.
    LocalClosed = 16,
    /// The connection failed.
    Failed = 32,
    /// A step that may block comes next, once what waits is drained: inkotls_conn_run_blocking runs
    /// it.
    WantsBlocking = 64,
}

/// How revocation is checked, once there is a CRL: bits. Never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_revocation {
    /// Only the end entity's certificate is looked up, not its issuers'.
    EndEntityOnly = 1,
    /// A certificate whose issuer has no CRL here is good.
    AllowUnknown = 2,
    /// A CRL whose nextUpdate has passed says nothing.
    EnforceExpiry = 4,
}

/// Whether a server asks clients for a certificate.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_client_auth {
    /// It does not.
    Off = 0,
    /// A client may show none; what it shows is verified.
    Optional = 1,
    /// A client that shows none is refused.
    Required = 2,
}

/// How a client resumes TLS 1.2 sessions.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_tls12_resumption {
    /// Not at all.
    Off = 0,
    /// By session id, which the server keeps (RFC 5246).
    SessionId = 1,
    /// By session id, or by a ticket, which the client keeps (RFC 5077).
    Tickets = 2,
}

/// What inkotls_client_builder_set_limit and inkotls_server_builder_set_limit set. Numbers are
/// never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_limit {
    /// Ciphertext that waits to be drained. When there is this much, write accepts nothing.
    /// Default: 65536 bytes. From 1 KiB to 1 GiB.
    WriteBuffer = 1,
    /// Ciphertext that was fed and is not consumed yet. When there is this much, feed accepts
    /// nothing. Default: 65536 bytes. From 36 KiB, which is room for the longest incomplete record
    /// and 16 KiB more, to 1 GiB.
    ReadBuffer = 2,
    /// Plaintext in a record that is sent (RFC 8446, section 5.1). Default: 16384 bytes. From 64 to
    /// 16384.
    Record = 3,
    /// Ciphertext that the peer may send before the handshake is done. Early data that a server
    /// accepts is not counted. If the peer sends more, the handshake fails with
    /// INKOTLS_STATUS_HANDSHAKE_FAILED. Default: 262144 bytes. From 4 KiB to 16 MiB. Whatever the
    /// limit is, a handshake message has at most 64 KiB.
    Handshake = 4,
}

/// How much a log is told. Each level includes those before it.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_log {
    /// Nothing.
    Off = 0,
    /// What failed.
    Error = 1,
    /// What is suspicious, alerts among it.
    Warn = 2,
    /// One line for what every connection does.
    Info = 3,
    /// What was negotiated, and why.
    Debug = 4,
    /// Every message of the handshake.
    Trace = 5,
}

/// A channel binding (RFC 5056). Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_channel_binding {
    /// tls-exporter (RFC 9266): 32 bytes that no other connection has.
    TlsExporter = 1,
    /// tls-server-end-point (RFC 5929): the hash of the server's certificate.
    TlsServerEndPoint = 2,
}

/// Signs `message` (which is no digest) with the signature scheme of this IANA number, one of those
/// that were set. Copies the signature to `buf`, which has room for `cap` bytes (1024), and returns
/// its length; 0 or less refuses. A signature of ECDSA is an ECDSA-Sig-Value in DER (RFC 3279). All
/// pointers are lent for the call.
pub type inkotls_sign_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        scheme: i32,
        message: *const u8,
        len: usize,
        buf: *mut u8,
        cap: usize,
    ) -> i32,
>;

/// Decides whether to accept the peer: returns 0 to accept it, or the inkotls_certificate_error to
/// refuse it with; any other number, and NOT_PRESENTED, stand for OTHER. `verification` is valid
/// for the call only, and so is every pointer that it returns. The library itself checks that the
/// peer has the private key of its certificate, and that the certificate's key usage allows
/// signatures.
pub type inkotls_verify_callback = Option<
    unsafe extern "C" fn(user_data: *mut c_void, verification: *mut inkotls_verification) -> i32,
>;

/// A line of the NSS key log format, without its end and without a NUL, in bytes. Both pointers
/// are lent for the call. It must return, and may not use the handle that calls it.
pub type inkotls_key_log_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, line: *const c_char, len: usize)>;

/// Stores a session under a look-up key of 32 bytes, and replaces what was stored there:
/// `value_len` bytes, at most 65536. A day is long enough; no session is resumed after 7 days.
/// Returns 1 if the session was stored. If it returns 0, the client gets no ticket for the session,
/// and the connection goes on. All pointers are valid for the call only.
pub type inkotls_session_put_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        key: *const u8,
        key_len: usize,
        value: *const u8,
        value_len: usize,
    ) -> i32,
>;

/// Copies the session that is kept under `key` to `buf`, which has room for `cap` bytes (65536),
/// and returns its length; 0 where there is none. The key is what the peer says, any 32 bytes; a
/// connection asks four times at most. Where `take` is 1 it also removes the session, in one step
/// with the look-up: of two servers that take the same one at the same time, one gets it. All
/// pointers are lent for the call.
pub type inkotls_session_get_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        key: *const u8,
        key_len: usize,
        take: i32,
        buf: *mut u8,
        cap: usize,
    ) -> i32,
>;

/// Copies ciphertext from the network to `buf`, which has room for `cap` bytes, without waiting for
/// it, and returns how much: at least 1 byte, or 0 at the end, or a negative errno: -EAGAIN or
/// -EWOULDBLOCK where there is none yet; after -EINTR it is called again; any other ends reading.
/// `buf` is lent for the call.
pub type inkotls_read_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, buf: *mut u8, cap: usize) -> i32>;

/// Takes ciphertext for the network from `data`, without waiting until there is room, and returns
/// how much: at most `len` bytes; or 0, -EAGAIN or -EWOULDBLOCK where there is no room; after
/// -EINTR it is called again; any other negative errno ends writing. `data` is lent for the call.
pub type inkotls_write_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, data: *const u8, len: usize) -> i32>;

/// Receives a log message: its level, from INKOTLS_LOG_ERROR to INKOTLS_LOG_TRACE, and its text,
/// one line of at most 500 bytes, without a NUL, valid for the call only. The callback must return,
/// and must not use the handle whose call it comes from.
pub type inkotls_log_callback = Option<
    unsafe extern "C" fn(user_data: *mut c_void, level: i32, text: *const c_char, len: usize),
>;

/// Hosts pass enums as integers (rule 11), which may have any value.
macro_rules! from_integers {
    ($($name:ident: $what:literal { $($variant:ident)* })*) => {
        $(
            const _: fn($name) = |it| match it { $($name::$variant => (),)* }; // all are listed

            impl TryFrom<i32> for $name {
                type Error = UnknownNumber;

                fn try_from(number: i32) -> Result<Self, UnknownNumber> {
                    match number {
                        $(it if it == $name::$variant as i32 => Ok($name::$variant),)*
                        _ => Err(UnknownNumber { number, what: $what }),
                    }
                }
            }
        )*
    };
}

/// A number that is none of an enum's.
#[derive(Debug)]
pub struct UnknownNumber {
    pub number: i32,
    /// What it should have been, in the words of an error message.
    pub what: &'static str,
}

from_integers! {
    inkotls_status: "status" {
        Ok WantRead WantWrite WantBlocking Full None Closed UnexpectedEof AlertReceived
        InvalidPeerCertificate HandshakeFailed ProtocolError InvalidCertificate InvalidKey
        KeyMismatch InvalidName NoTrustAnchors InvalidArgument InvalidState Unsupported IoError
        Panic
    }
    inkotls_certificate_error: "certificate error" {
        NotPresented Expired NotYetValid UnknownIssuer WrongName Revoked UnknownRevocation
        BadSignature WrongPurpose BadEncoding Other InvalidOcspStaple AccessDenied CaUsedAsEndEntity
        UnsupportedVersion NameConstraints PathLength IssuerNotCa ChainTooComplex
        UnsupportedSignatureAlgorithm UnsupportedKeySize BadHandshakeSignature
    }
    inkotls_client_auth: "inkotls_client_auth" { Off Optional Required }
    inkotls_tls12_resumption: "way to resume TLS 1.2" { Off SessionId Tickets }
    inkotls_limit: "limit" { WriteBuffer ReadBuffer Record Handshake }
    inkotls_log: "log level" { Off Error Warn Info Debug Trace }
    inkotls_channel_binding: "inkotls_channel_binding" { TlsExporter TlsServerEndPoint }
}
