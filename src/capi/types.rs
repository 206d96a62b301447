//! The vocabulary of the ABI: its enums, and the types of its callbacks. Every module may use them,
//! because this file depends on no other module than the one of inkotls_verification.

use super::inkotls_verification;
use std::ffi::{c_char, c_void};

/// The result of a call. 0 (OK) is success. A positive status means that the call cannot finish yet
/// and that nothing has failed: do what the status asks for, then make the same call again. A
/// negative status means that the call failed, that there is nothing to return (NONE), or that no
/// more data will come from the peer (CLOSED, UNEXPECTED_EOF). Numbers are never reused. The number
/// 5 is reserved for a status of a later version (Verdicts later, in the notes).
///
/// A call writes its outputs only if it returns OK: after every other status, positive or negative,
/// an output has the value that it had before the call.
///
/// A connection that has failed with ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED,
/// PROTOCOL_ERROR or INVALID_KEY stays failed. NONE, INVALID_ARGUMENT, INVALID_STATE and
/// UNSUPPORTED are not failures of a connection: other calls on the connection work as before.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_status {
    /// The call has done what it does, and has written its outputs.
    Ok = 0,
    /// The call needs more ciphertext from the peer. Wait until the socket is readable, or pass
    /// ciphertext with inkotls_conn_feed (inkotls_acceptor_feed); then make the same call again.
    /// After this status, the next feed accepts at least 16 KiB.
    WantRead = 1,
    /// Ciphertext must be sent to the peer before the call can finish. Wait until the socket is
    /// writable, or fetch the ciphertext with inkotls_conn_drain (inkotls_acceptor_drain) and send
    /// it; then make the same call again.
    WantWrite = 2,
    /// The next step of the handshake may block the thread, in a callback that was set with
    /// may_block 1, or in the platform's verification of certificates (macOS, Windows, Android).
    /// Call inkotls_conn_run_blocking on a thread that may block; after inkotls_conn_run_blocking
    /// has returned, repeat the call that returned WANT_BLOCKING. Only connections of a config
    /// whose inkotls_client_config_may_block or inkotls_server_config_may_block returns 1 return
    /// this status. A call may return this status without need, because the contents of an
    /// encrypted record are not known in advance.
    WantBlocking = 3,
    /// inkotls_conn_feed or inkotls_acceptor_feed accepted no byte, because the read buffer
    /// (INKOTLS_LIMIT_READ_BUFFER) is full. Call inkotls_conn_handshake or inkotls_conn_read (on an
    /// acceptor, inkotls_acceptor_accept) until the call returns WANT_READ, then feed the same
    /// bytes again.
    Full = 4,
    /// What the call asks for does not exist, or does not exist yet. This status does not mean that
    /// the connection has failed: the handle can still be used.
    None = -1,
    /// The peer has sent close_notify (RFC 8446, section 6.1), which is a clean end. No more
    /// plaintext will come from the peer. This side may still write, until it calls
    /// inkotls_conn_close. During the handshake, the status means that the peer has left, so that
    /// the handshake cannot finish.
    Closed = -2,
    /// The transport has ended (EOF) before the peer sent close_notify. What was read may be
    /// truncated; whether that matters depends on the protocol above TLS. After the handshake, this
    /// side may still write. During the handshake, the status means that the peer has left, so that
    /// the handshake cannot finish.
    UnexpectedEof = -3,
    /// The peer has sent a fatal alert. inkotls_conn_alert_received or
    /// inkotls_acceptor_alert_received returns the number of the alert. The connection cannot be
    /// used any more: inkotls_conn_handshake, inkotls_conn_read, inkotls_conn_write,
    /// inkotls_conn_flush and inkotls_conn_close (on an acceptor, inkotls_acceptor_accept) return
    /// INKOTLS_STATUS_WANT_WRITE as long as an alert for the peer is queued, and from then on this
    /// status.
    AlertReceived = -4,
    /// The peer's certificate or raw public key was refused, or the peer did not prove that it has
    /// the private key. inkotls_conn_certificate_error returns the reason. The connection cannot be
    /// used any more: inkotls_conn_handshake, inkotls_conn_read, inkotls_conn_write,
    /// inkotls_conn_flush and inkotls_conn_close return INKOTLS_STATUS_WANT_WRITE as long as an
    /// alert for the peer is queued, and from then on this status.
    InvalidPeerCertificate = -5,
    /// The two sides have no protocol version, cipher suite, group, signature scheme, ALPN protocol
    /// or certificate type (X.509, or a raw public key of RFC 7250) in common; or the server has no
    /// identity for the server name or the signature schemes of the client; or the peer sent more
    /// than INKOTLS_LIMIT_HANDSHAKE allows; or the server has refused Encrypted ClientHello
    /// (INKOTLS_ECH_STATUS_REJECTED). The error message has the reason. The connection cannot be
    /// used any more: inkotls_conn_handshake, inkotls_conn_read, inkotls_conn_write,
    /// inkotls_conn_flush and inkotls_conn_close (on an acceptor, inkotls_acceptor_accept) return
    /// INKOTLS_STATUS_WANT_WRITE as long as an alert for the peer is queued, and from then on this
    /// status.
    HandshakeFailed = -6,
    /// The peer has violated the TLS protocol, has sent something that is not TLS, or has sent a
    /// record that cannot be decrypted, which also happens if the bytes were changed on the way.
    /// The error message has the reason. The connection cannot be used any more:
    /// inkotls_conn_handshake, inkotls_conn_read, inkotls_conn_write, inkotls_conn_flush and
    /// inkotls_conn_close (on an acceptor, inkotls_acceptor_accept) return
    /// INKOTLS_STATUS_WANT_WRITE as long as an alert for the peer is queued, and from then on this
    /// status.
    ProtocolError = -7,
    /// A certificate or a certificate revocation list (CRL) that the caller passed cannot be used,
    /// or the input contains none, or an identity has no certificate chain, or a server config is
    /// built without an identity. The error message has the reason. The call has no effect, and the
    /// handles that were passed to it can be used again.
    InvalidCertificate = -8,
    /// A private key that the caller passed is encrypted, cannot be parsed or is of a kind that is
    /// not supported, or the identity has no private key: the call has no effect, and the handles
    /// that were passed to it can be used again. From a call on a connection, the status means that
    /// the inkotls_sign_callback returned no valid signature: the connection has failed. The
    /// connection cannot be used any more: inkotls_conn_handshake, inkotls_conn_read,
    /// inkotls_conn_write, inkotls_conn_flush and inkotls_conn_close return
    /// INKOTLS_STATUS_WANT_WRITE as long as an alert for the peer is queued, and from then on this
    /// status.
    InvalidKey = -9,
    /// The private key does not belong to the first certificate of the chain, or that certificate
    /// does not fit a signature scheme of the inkotls_sign_callback. The call has no effect, and
    /// the handles that were passed to it can be used again.
    KeyMismatch = -10,
    /// The server name is not a DNS name or an IP address that the call accepts.
    /// inkotls_invalid_name_text returns what is wrong with the name.
    InvalidName = -11,
    /// A config cannot be built, because it would trust no certificate authority. The call has no
    /// effect, and the handles that were passed to it can be used again.
    NoTrustAnchors = -12,
    /// An argument is NULL where NULL is not allowed, or is out of its range, or is not a value of
    /// its enum. The call has no effect, and the handles that were passed to it can be used again.
    InvalidArgument = -13,
    /// The call is not possible in the present state of the handle, or another call on the handle
    /// has not returned yet. The error message has the reason. This status is not a failure of the
    /// connection.
    InvalidState = -14,
    /// This library, this build of the library or the negotiated protocol version cannot do what
    /// the call asks for. This status is not a failure of the connection.
    Unsupported = -15,
    /// A system call or an I/O callback has failed. The _os_error function of the handle returns
    /// the errno value of that failure. If receiving has failed, calls that need ciphertext return
    /// this status until a transport is attached anew. If sending has failed, calls that send
    /// return this status from then on. A call that could not read a file has no effect, and the
    /// handle that was passed to it can be used again.
    IoError = -16,
    /// The library has found an error in its own code (a bug), not in the caller or the peer. From
    /// then on every call on the handle returns this status, except the _error function. Free the
    /// handle. Only an inkotls_client_config and an inkotls_server_config stay usable.
    Panic = -17,
}

/// The reason why a peer's certificate was refused. inkotls_conn_certificate_error and
/// inkotls_verification_verify return a value of this enum, and an inkotls_verify_callback may
/// return one. inkotls_certificate_error_text returns a text for a value. Alerts are described in
/// RFC 8446, section 6.2. Numbers are never reused, and are below INKOTLS_VERDICT_ACCEPTED (100).
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_certificate_error {
    /// The peer had to present a certificate or a raw public key and presented none. A server sends
    /// the alert certificate_required (116) in TLS 1.3 and handshake_failure (40) in TLS 1.2. A
    /// client sends decode_error (50) in TLS 1.2 and no alert in TLS 1.3.
    NotPresented = 1,
    /// A certificate of the chain has expired: its notAfter time has passed. This side sends the
    /// alert certificate_expired (45).
    Expired = 2,
    /// A certificate of the chain is not valid yet: its notBefore time has not come. This side
    /// sends the alert certificate_expired (45).
    NotYetValid = 3,
    /// No certificate authority that this side trusts has issued the certificate, or this side does
    /// not trust the raw public key. This side sends the alert unknown_ca (48).
    UnknownIssuer = 4,
    /// The server's certificate is not valid for the server name that was passed to
    /// inkotls_conn_new_client. This side sends the alert bad_certificate (42).
    WrongName = 5,
    /// A certificate of the chain is revoked: its serial number is in a certificate revocation list
    /// (CRL) of its issuer. This side sends the alert certificate_revoked (44).
    Revoked = 6,
    /// Whether a certificate of the chain is revoked cannot be determined: its issuer has no CRL in
    /// the roots, or that CRL has a bad signature or has expired. This side sends the alert
    /// unknown_ca (48).
    UnknownRevocation = 7,
    /// A signature in the certificate chain is not valid. This side sends the alert bad_certificate
    /// (42).
    BadSignature = 8,
    /// A certificate of the chain must not be used for this purpose: its extended key usage does
    /// not include the peer's role (client or server), or the key usage of the peer's own
    /// certificate does not include digitalSignature. This side sends the alert
    /// unsupported_certificate (43).
    WrongPurpose = 9,
    /// A certificate of the chain cannot be parsed, or has a critical extension that is not
    /// supported. This side sends the alert bad_certificate (42).
    BadEncoding = 10,
    /// The reason has no number of its own: the error message of the connection has the reason.
    /// This side sends the alert certificate_unknown (46).
    Other = 11,
    /// The stapled OCSP response is missing, not valid or too old. Only an inkotls_verify_callback
    /// or the platform's verification (macOS, Windows, Android) returns this reason, because the
    /// library itself does not look at the OCSP response. This side sends the alert
    /// bad_certificate_status_response (113).
    InvalidOcspStaple = 12,
    /// The certificate is valid, but its owner is not allowed to connect. Only an
    /// inkotls_verify_callback or the platform's verification (macOS, Windows, Android) returns
    /// this reason. This side sends the alert access_denied (49).
    AccessDenied = 13,
    /// The peer's own certificate is the certificate of a certificate authority (basicConstraints
    /// CA:TRUE). inkotls_roots_add_peer_certificate_pem makes this side trust a peer's own
    /// certificate that is the certificate of a certificate authority. This side sends the alert
    /// certificate_unknown (46).
    CaUsedAsEndEntity = 14,
    /// A certificate of the chain is not X.509 version 3. This side sends the alert
    /// unsupported_certificate (43).
    UnsupportedVersion = 15,
    /// A name in a certificate of the chain violates the name constraints of an issuer (RFC 5280,
    /// section 4.2.1.10). This side sends the alert certificate_unknown (46).
    NameConstraints = 16,
    /// The chain has more issuers than the path length constraint of one of them allows (RFC 5280,
    /// section 4.2.1.9). This side sends the alert certificate_unknown (46).
    PathLength = 17,
    /// An issuer in the chain is not a certificate authority. This side sends the alert
    /// certificate_unknown (46).
    IssuerNotCa = 18,
    /// The certificate chain is too long, or is too expensive to verify. This side sends the alert
    /// certificate_unknown (46).
    ChainTooComplex = 19,
    /// A signature in the certificate chain, or the peer's signature of the handshake, uses an
    /// algorithm that is not supported (such as SHA-1 with RSA) or that does not fit the key. This
    /// side sends the alert bad_certificate (42).
    UnsupportedSignatureAlgorithm = 20,
    /// The RSA key of the peer or of an issuer has fewer than 2048 or more than 8192 bits. This
    /// side sends the alert bad_certificate (42).
    UnsupportedKeySize = 21,
    /// The certificate was accepted, but the peer's signature of the handshake is not valid, so the
    /// peer did not prove that it has the private key. This side sends the alert decrypt_error
    /// (51).
    BadHandshakeSignature = 22,
    /// The time is not known, so that a certificate cannot be verified: the inkotls_clock_callback
    /// returned no time, or the system's clock is before 1970. This side sends the alert
    /// certificate_unknown (46).
    UnknownTime = 23,
}

/// The number that accepts a peer. An inkotls_verify_callback and inkotls_verification_verify
/// return INKOTLS_VERDICT_ACCEPTED (100) if the peer is accepted, and an inkotls_certificate_error
/// if the peer is refused. Every inkotls_certificate_error is below 100. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_verdict {
    /// The peer is accepted. The number is not 0, because in many languages a callback that raises
    /// an exception returns 0 to C: such a callback refuses the peer.
    Accepted = 100,
}

/// What a connection can do now: the bits of the number that inkotls_conn_state returns. Bits are
/// never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_state {
    /// The handshake is not done, and the connection has not failed. The bit is cleared when
    /// inkotls_conn_handshake returns OK, and when another call, such as inkotls_conn_read, has
    /// driven the handshake to its end.
    Handshaking = 1,
    /// A call of inkotls_conn_handshake or inkotls_conn_read can go on with what the connection has
    /// received already. Plaintext or a whole record of ciphertext is buffered, or the last flight
    /// of the handshake is drained, so that inkotls_conn_handshake returns OK. When this bit is
    /// set, call inkotls_conn_handshake or inkotls_conn_read before waiting for the socket.
    ///
    /// A call that returned WANT_READ leaves this bit clear, unless the call stopped because it had
    /// received 128 KiB from an attached transport (inkotls_conn_set_fd, inkotls_conn_set_fds,
    /// inkotls_conn_set_io). An end or a failure does not set this bit: look at
    /// INKOTLS_STATE_PEER_CLOSED and INKOTLS_STATE_FAILED.
    ///
    /// Two kinds of host need this bit. A host that waits for the socket although its last call did
    /// not return WANT_READ, for example a host that makes one call of inkotls_conn_read for each
    /// event, needs the bit with every transport. A host that waits only after WANT_READ needs the
    /// bit only with an attached transport, if the host waits for edge-triggered events or if its
    /// callbacks have a buffer of their own.
    Readable = 2,
    /// Ciphertext is waiting to be sent: inkotls_conn_drain returns at least one byte.
    WantsWrite = 4,
    /// The peer has sent close_notify. Plaintext that the peer sent before close_notify may still
    /// be waiting to be read.
    PeerClosed = 8,
    /// This side has closed the connection for writing: inkotls_conn_close was called before the
    /// connection failed.
    LocalClosed = 16,
    /// The connection has failed. inkotls_conn_handshake returns the failure, after any waiting
    /// alert has been drained.
    Failed = 32,
    /// A step of the handshake that may block comes next. Drain the ciphertext that waits, then
    /// call inkotls_conn_run_blocking, which runs the step.
    WantsBlocking = 64,
}

/// How the certificate revocation lists (CRLs) of the roots are used, as bits for
/// inkotls_roots_set_revocation. The bits have no effect if the roots have no CRL. If no bit is set
/// and the roots have at least one CRL, every certificate in the chain of a peer is checked for
/// revocation, a certificate whose issuer has no CRL in the roots is refused, and a CRL is used
/// even after its nextUpdate time has passed. Bits are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_revocation {
    /// Only the peer's own certificate (the end-entity certificate) is checked for revocation, not
    /// the certificates of its issuers.
    EndEntityOnly = 1,
    /// A certificate whose issuer has no CRL in the roots is accepted. Without this bit, a
    /// certificate whose issuer has no CRL in the roots is refused with
    /// INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION.
    AllowUnknown = 2,
    /// A certificate is refused with INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION if the nextUpdate
    /// time of its issuer's CRL has passed, even if INKOTLS_REVOCATION_ALLOW_UNKNOWN is set.
    /// Without this bit, a CRL whose nextUpdate time has passed is used like a current CRL.
    EnforceExpiry = 4,
}

/// What the key of a certificate may be used for (keyUsage; RFC 5280, section 4.2.1.3): the bits of
/// the number that inkotls_certificate_key_usage returns. Bits are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_key_usage {
    /// digitalSignature: the key may sign data that is not a certificate or a CRL, such as the
    /// messages of a TLS handshake.
    DigitalSignature = 1,
    /// contentCommitment, which older documents call nonRepudiation: a signature by the key commits
    /// the subject to what was signed.
    ContentCommitment = 2,
    /// keyEncipherment: the key may encrypt keys, as RSA key exchange in TLS 1.2 does.
    KeyEncipherment = 4,
    /// dataEncipherment: the key may encrypt data directly.
    DataEncipherment = 8,
    /// keyAgreement: the key may be used for key agreement, such as Diffie-Hellman.
    KeyAgreement = 16,
    /// keyCertSign: the key may sign certificates.
    KeyCertSign = 32,
    /// cRLSign: the key may sign certificate revocation lists (CRLs).
    CrlSign = 64,
    /// encipherOnly: in key agreement (INKOTLS_KEY_USAGE_KEY_AGREEMENT), the key may be used only
    /// to encrypt.
    EncipherOnly = 128,
    /// decipherOnly: in key agreement (INKOTLS_KEY_USAGE_KEY_AGREEMENT), the key may be used only
    /// to decrypt.
    DecipherOnly = 256,
}

/// Whether a server asks its clients for a certificate. Default: INKOTLS_CLIENT_AUTH_OFF. Numbers
/// are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_client_auth {
    /// The server does not ask clients for a certificate.
    Off = 0,
    /// The server asks clients for a certificate. A client that presents none is accepted. If a
    /// client presents a certificate that the verification refuses, the handshake fails with
    /// INVALID_PEER_CERTIFICATE.
    Optional = 1,
    /// The server asks clients for a certificate. If a client presents none, or presents a
    /// certificate that the verification refuses, the handshake of the server fails with
    /// INVALID_PEER_CERTIFICATE. In TLS 1.3, a refused client receives the alert only in
    /// inkotls_conn_read, after its inkotls_conn_handshake has returned OK.
    Required = 2,
}

/// How a client resumes TLS 1.2 sessions. Default: INKOTLS_TLS12_RESUMPTION_TICKETS. Numbers are
/// never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_tls12_resumption {
    /// The client does not resume TLS 1.2 sessions.
    Off = 0,
    /// The client resumes TLS 1.2 sessions by session ID only: the server stores the session (RFC
    /// 5246, section 7.3).
    SessionId = 1,
    /// The client resumes TLS 1.2 sessions by session ID (the server stores the session) or by
    /// ticket (the client stores the session, encrypted by the server; RFC 5077).
    Tickets = 2,
}

/// Whether the ClientHello of a client connection was encrypted (Encrypted ClientHello, RFC 9849):
/// the number that inkotls_conn_ech_status returns. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_ech_status {
    /// The client does not offer ECH, or has not produced its ClientHello yet.
    NotOffered = 0,
    /// The client does not offer ECH, and has sent an extension with random contents that looks
    /// like an offer of ECH (inkotls_client_builder_set_ech_grease).
    Grease = 1,
    /// The client offers ECH, and the server has not answered, or has answered without proving who
    /// it is. If the connection has failed in this state, the failure tells nothing about the
    /// server's support of ECH: an attacker may have caused the failure. Do not connect again
    /// without ECH.
    Offered = 2,
    /// The server has decrypted the ClientHello. The server's certificate is verified for the
    /// server name that was passed to inkotls_conn_new_client, as without ECH.
    Accepted = 3,
    /// The server has refused ECH, and has proven the public name with its certificate. The
    /// connection has failed with HANDSHAKE_FAILED. Connect again, on a new connection: with the
    /// configs of inkotls_conn_ech_retry_configs if the server has sent configs that
    /// inkotls_conn_set_ech_configs accepts, and otherwise without ECH, because the server has
    /// disabled ECH (RFC 9849, section 6.1.6). Connecting again without ECH reveals the server
    /// name.
    Rejected = 4,
}

/// The limits of a connection, which inkotls_client_builder_set_limit and
/// inkotls_server_builder_set_limit set. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_limit {
    /// How much application data may be encrypted and wait to be drained, in bytes of ciphertext.
    /// When the buffer is full, inkotls_conn_write accepts nothing and returns WANT_WRITE. What TLS
    /// adds to the last records (22 bytes for each record in TLS 1.3, up to 29 in TLS 1.2) may
    /// exceed the limit. Range: 1024 to 1073741824. Default: 65536.
    WriteBuffer = 1,
    /// How much ciphertext that was fed may wait to be consumed, in bytes. When the buffer is full,
    /// inkotls_conn_feed accepts nothing and returns FULL. The lower bound of the range has room
    /// for the longest incomplete record and 16 KiB more. Range: 36864 to 1073741824. Default:
    /// 65536.
    ReadBuffer = 2,
    /// How much plaintext each record that is sent contains at most, in bytes (RFC 8446, section
    /// 5.1). Range: 64 to 16384. Default: 16384.
    Record = 3,
    /// How much ciphertext the peer may send before the handshake is done, in bytes. Early data
    /// that a server accepts does not count. If the peer sends more, the handshake fails with
    /// HANDSHAKE_FAILED. Range: 4096 to 16777216. Default: 262144. Under every setting, a single
    /// handshake message has at most 64 KiB.
    Handshake = 4,
}

/// Which log messages a callback receives. Each level includes the levels with smaller numbers.
/// Default: INKOTLS_LOG_OFF. Numbers are never reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_log {
    /// The callback receives no messages.
    Off = 0,
    /// The callback receives messages about failures.
    Error = 1,
    /// The callback receives messages about suspicious events, such as alerts, and all messages of
    /// INKOTLS_LOG_ERROR.
    Warn = 2,
    /// The callback receives messages about what every connection does, such as one message when
    /// the handshake is done, and all messages of INKOTLS_LOG_WARN.
    Info = 3,
    /// The callback receives messages about what was negotiated, and why, and all messages of
    /// INKOTLS_LOG_INFO.
    Debug = 4,
    /// The callback receives log messages about each message of the handshake, and all messages of
    /// INKOTLS_LOG_DEBUG.
    Trace = 5,
}

/// A channel binding (RFC 5056), which inkotls_conn_channel_binding returns. Numbers are never
/// reused.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_channel_binding {
    /// tls-exporter (RFC 9266): 32 bytes that are different on every connection. In TLS 1.2 this
    /// channel binding needs a config that requires the extended master secret
    /// (inkotls_client_builder_set_extended_master_secret_required or
    /// inkotls_server_builder_set_extended_master_secret_required).
    TlsExporter = 1,
    /// tls-server-end-point (RFC 5929): a hash of the server's certificate. The hash has 32, 48 or
    /// 64 bytes. This channel binding is not defined for a certificate that is signed with Ed25519.
    TlsServerEndPoint = 2,
}

/// Signs a message of the handshake with the private key of an identity
/// (inkotls_identity_set_signer).
///
/// Returns the length of the signature in bytes. A return value of 0 or less refuses to sign. Then,
/// and if the signature is not valid, the handshake fails with INVALID_KEY.
///
/// The library calls the callback in every full handshake in which this side presents the identity.
/// The library does not call the callback when a session is resumed, because a resumed handshake
/// has no signature. Connections that run on several threads call the callback on several threads
/// at the same time, with the same user_data.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// If the callback may have to wait, set it with may_block 1: the library then calls it only in
/// inkotls_conn_run_blocking, where the callback may block the thread.
///
/// user_data        The user_data that was passed to inkotls_identity_set_signer.
/// conn_user_data   The user_data that was passed to inkotls_conn_set_user_data or
///                  inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                  in. NULL if no user_data was set.
/// scheme           The signature scheme, as an IANA number (RFC 8446, section 4.2.3). The value is
///                  one of the schemes that were passed to inkotls_identity_set_signer.
/// message, len     The message to sign, and its length in bytes. The message is not a digest: the
///                  callback hashes it as the scheme requires. Valid until the callback returns.
/// buf, cap         Receives the signature. cap is the size of buf in bytes: 1024. Valid until the
///                  callback returns. An ECDSA signature is an ECDSA-Sig-Value in DER (RFC 3279,
///                  section 2.2.3).
pub type inkotls_sign_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        conn_user_data: *mut c_void,
        scheme: i32,
        message: *const u8,
        len: usize,
        buf: *mut u8,
        cap: usize,
    ) -> i32,
>;

/// Decides whether to accept the certificate or the raw public key of a peer
/// (inkotls_client_builder_set_dangerous_verifier or
/// inkotls_server_builder_set_dangerous_verifier).
///
/// Returns INKOTLS_VERDICT_ACCEPTED to accept the peer, or the inkotls_certificate_error to refuse
/// the peer with. Every other number, such as 0 or a negative number, and
/// INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED, refuses the peer with INKOTLS_CERTIFICATE_ERROR_OTHER;
/// the error message of the connection then has the number.
///
/// The callback may return the result of inkotls_verification_verify: if the library refuses the
/// peer, the error message of the connection then has the reason of the library.
///
/// The library itself verifies, after the callback has accepted the peer, that the peer has the
/// private key, and that the key usage of the certificate allows signatures.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// If the callback may have to wait, set it with may_block 1: the library then calls it only in
/// inkotls_conn_run_blocking, where the callback may block the thread.
///
/// user_data        The user_data that was passed to inkotls_client_builder_set_dangerous_verifier
///                  or inkotls_server_builder_set_dangerous_verifier.
/// conn_user_data   The user_data that was passed to inkotls_conn_set_user_data or
///                  inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                  in. NULL if no user_data was set.
/// verification     What the peer has presented. Valid until the callback returns, as is every
///                  pointer that an inkotls_verification function returns.
pub type inkotls_verify_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        conn_user_data: *mut c_void,
        verification: *mut inkotls_verification,
    ) -> i32,
>;

/// Receives a secret of a connection as a line of the NSS key log format
/// (inkotls_client_builder_set_dangerous_key_log or inkotls_server_builder_set_dangerous_key_log).
///
/// Returns nothing.
///
/// The library calls the callback once with each line. In TLS 1.2, a connection has one line, with
/// the label CLIENT_RANDOM. In TLS 1.3, a connection has five lines, with the labels
/// CLIENT_HANDSHAKE_TRAFFIC_SECRET, SERVER_HANDSHAKE_TRAFFIC_SECRET, CLIENT_TRAFFIC_SECRET_0,
/// SERVER_TRAFFIC_SECRET_0 and EXPORTER_SECRET; a connection with early data also has
/// CLIENT_EARLY_TRAFFIC_SECRET.
///
/// Connections that run on several threads call the callback on several threads at the same time,
/// with the same user_data. A callback that writes to a file writes each line with its line break
/// in one call, so that the lines do not mix.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// The callback must not block the thread, because the library calls it in the calls that drive a
/// handshake.
///
/// user_data        The user_data that was passed to inkotls_client_builder_set_dangerous_key_log
///                  or inkotls_server_builder_set_dangerous_key_log.
/// conn_user_data   The user_data that was passed to inkotls_conn_set_user_data or
///                  inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                  in. NULL if no user_data was set.
/// line, len        The line in ASCII, without a line break and not NUL-terminated, and its length
///                  in bytes. Valid until the callback returns.
pub type inkotls_key_log_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        conn_user_data: *mut c_void,
        line: *const c_char,
        len: usize,
    ),
>;

/// Returns the time of day (inkotls_client_builder_set_clock or inkotls_server_builder_set_clock).
///
/// Returns the Unix time: the number of seconds since 1970-01-01 00:00:00 UTC. A negative number
/// means that the time is not known. A number above 253402300799, the end of the year 9999, means
/// the same, so that a callback that counts milliseconds by mistake is noticed.
///
/// While the time is not known, this side refuses every certificate with
/// INKOTLS_CERTIFICATE_ERROR_UNKNOWN_TIME, and makes full handshakes only. A client removes the
/// sessions of a server that it connects to. An inkotls_verify_callback may accept a certificate
/// all the same. Raw public keys do not expire, and need no time.
///
/// The library calls the callback several times in a handshake, and once for each ticket that a
/// client receives after the handshake. Connections that run on several threads call the callback
/// on several threads at the same time, with the same user_data.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// The callback must not block the thread, because the library calls it in calls that do not block.
///
/// user_data        The user_data that was passed to inkotls_client_builder_set_clock or
///                  inkotls_server_builder_set_clock.
/// conn_user_data   The user_data that was passed to inkotls_conn_set_user_data or
///                  inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                  in. NULL if no user_data was set.
pub type inkotls_clock_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, conn_user_data: *mut c_void) -> i64>;

/// Stores a session of a server (inkotls_server_builder_set_session_store), and replaces what was
/// stored under the same key.
///
/// Returns 1 if the session was stored. Any other number means that the session was not stored: the
/// session cannot be resumed, and the connection goes on.
///
/// A session never has to be stored for more than 7 days, or than the time that
/// inkotls_server_builder_set_session_lifetime sets, because no session is resumed after that.
/// TLS 1.3 tickets announce a lifetime of one day to the client.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// If the callback may have to wait, set it with may_block 1: the library then calls it only in
/// inkotls_conn_run_blocking, where the callback may block the thread.
///
/// user_data          The user_data that was passed to inkotls_server_builder_set_session_store.
/// conn_user_data     The user_data that was passed to inkotls_conn_set_user_data or
///                    inkotls_acceptor_set_user_data for the connection whose call the callback
///                    runs in. NULL if no user_data was set.
/// key, key_len       The look-up key, and its length in bytes: 32. Valid until the callback
///                    returns.
/// value, value_len   The session, and its length in bytes. Range: 1 to 65536. The session contains
///                    secrets. Valid until the callback returns.
pub type inkotls_session_put_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        conn_user_data: *mut c_void,
        key: *const u8,
        key_len: usize,
        value: *const u8,
        value_len: usize,
    ) -> i32,
>;

/// Copies a session of a server out of the session store
/// (inkotls_server_builder_set_session_store).
///
/// Returns the length of the session in bytes, or 0 if no session is stored under the key. A
/// negative number, or a number above cap, also means that no session was found.
///
/// The library calls the callback at most four times for a connection.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// If the callback may have to wait, set it with may_block 1: the library then calls it only in
/// inkotls_conn_run_blocking, where the callback may block the thread.
///
/// user_data        The user_data that was passed to inkotls_server_builder_set_session_store.
/// conn_user_data   The user_data that was passed to inkotls_conn_set_user_data or
///                  inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                  in. NULL if no user_data was set.
/// key, key_len     The look-up key, and its length in bytes: 32. The client chooses the key, so
///                  any value may come. Valid until the callback returns.
/// take             1 to remove the session from the store, 0 to keep it. Looking a session up and
///                  removing it must be one atomic step: if two servers take the same session at
///                  the same time, only one of them may receive the session.
/// buf, cap         Receives the session. cap is the size of buf in bytes: 65536. Valid until the
///                  callback returns.
pub type inkotls_session_get_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        conn_user_data: *mut c_void,
        key: *const u8,
        key_len: usize,
        take: i32,
        buf: *mut u8,
        cap: usize,
    ) -> i32,
>;

/// Reads ciphertext from the network without waiting (inkotls_conn_set_io or
/// inkotls_acceptor_set_io).
///
/// Returns the number of bytes that were read, from 1 to cap; or 0 at the end of the transport
/// (EOF); or the negative of an errno value. The value -EAGAIN or -EWOULDBLOCK means that no bytes
/// are available yet: the call on the connection returns WANT_READ. After -EINTR the callback is
/// called again at once. After any other negative errno value, and after a number above cap, the
/// call on the connection returns IO_ERROR, and the callback is not called again unless it is
/// attached anew.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection or the acceptor whose call it runs in: a call on that
/// handle returns INVALID_STATE. The callback may use other handles.
///
/// To wait for the network, the callback returns -EAGAIN, and the task waits after the call on the
/// connection has returned. A socket can also be attached without callbacks: inkotls_conn_set_fd.
///
/// user_data   The user_data that was passed to inkotls_conn_set_io or inkotls_acceptor_set_io.
/// buf, cap    Receives the ciphertext. cap is the size of buf in bytes, at least 1. Valid until
///             the callback returns.
pub type inkotls_read_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, buf: *mut u8, cap: usize) -> i32>;

/// Writes ciphertext to the network without waiting (inkotls_conn_set_io or
/// inkotls_acceptor_set_io).
///
/// Returns the number of bytes that were written, from 1 to len; or the negative of an errno value.
/// A return value of 0, -EAGAIN or -EWOULDBLOCK means that no bytes can be written yet: the
/// ciphertext stays queued. After -EINTR the callback is called again at once. After any other
/// negative errno value, and after a number above len, the connection cannot send any more: the
/// callback is not called again, and calls that send return IO_ERROR.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection or the acceptor whose call it runs in: a call on that
/// handle returns INVALID_STATE. The callback may use other handles.
///
/// To wait for the network, the callback returns -EAGAIN, and the task waits after the call on the
/// connection has returned. A socket can also be attached without callbacks: inkotls_conn_set_fd.
///
/// user_data   The user_data that was passed to inkotls_conn_set_io or inkotls_acceptor_set_io.
/// data, len   The ciphertext, and its length in bytes, at least 1. Valid until the callback
///             returns.
pub type inkotls_write_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, data: *const u8, len: usize) -> i32>;

/// Receives a log message about a connection or an acceptor (inkotls_conn_set_log or
/// inkotls_acceptor_set_log).
///
/// Returns nothing.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection or the acceptor whose call it runs in: a call on that
/// handle returns INVALID_STATE. The callback may use other handles.
///
/// The callback must not block the thread, because the library calls it in calls that do not block.
///
/// user_data        The user_data that was passed to inkotls_conn_set_log or
///                  inkotls_acceptor_set_log.
/// conn_user_data   The user_data that was passed to inkotls_conn_set_user_data or
///                  inkotls_acceptor_set_user_data for the connection or the acceptor whose call
///                  the callback runs in. NULL if no user_data was set.
/// level            The inkotls_log of the message. Range: 1 (INKOTLS_LOG_ERROR) to 5
///                  (INKOTLS_LOG_TRACE).
/// text, len        The message, one line of UTF-8 that is not NUL-terminated, and its length in
///                  bytes. Range: 0 to 500. Valid until the callback returns.
pub type inkotls_log_callback = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        conn_user_data: *mut c_void,
        level: i32,
        text: *const c_char,
        len: usize,
    ),
>;

/// The host's pointer, which only the host looks behind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UserData(*mut c_void);

impl Default for UserData {
    fn default() -> Self {
        Self(std::ptr::null_mut())
    }
}

// SAFETY: the header says that callbacks come from any thread that uses the library.
unsafe impl Send for UserData {}
// SAFETY: as above, and from several threads at the same time.
unsafe impl Sync for UserData {}

impl UserData {
    pub fn new(pointer: *mut c_void) -> Self {
        Self(pointer)
    }

    pub fn get(&self) -> *mut c_void {
        self.0
    }
}

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

/// A number that is not a value of the enum.
#[derive(Debug)]
pub struct UnknownNumber {
    pub number: i32,
    /// What the number should have been, as an error message calls it.
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
        UnsupportedSignatureAlgorithm UnsupportedKeySize BadHandshakeSignature UnknownTime
    }
    inkotls_client_auth: "inkotls_client_auth" { Off Optional Required }
    inkotls_tls12_resumption: "way to resume TLS 1.2" { Off SessionId Tickets }
    inkotls_limit: "limit" { WriteBuffer ReadBuffer Record Handshake }
    inkotls_log: "log level" { Off Error Warn Info Debug Trace }
    inkotls_channel_binding: "inkotls_channel_binding" { TlsExporter TlsServerEndPoint }
}
