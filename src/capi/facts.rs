//! inkotls_conn: what a connection reports about itself and its peer.

use super::calls::{copy_text, lend};
use super::inkotls_conn;
use crate::certificate::name_text;
use crate::error::{CertificateFault, Status};
use crate::ffi::{ask, error_message, number, os_error};
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// Returns the TLS version that was negotiated.
///
/// Returns IANA's number of the version, which is 0x0303 (TLS 1.2) or 0x0304 (TLS 1.3). Before the
/// version is negotiated, inkotls_conn_protocol_version returns INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_protocol_version(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.protocol_version())
}

/// Returns the cipher suite that was negotiated.
///
/// Returns IANA's number of the cipher suite, or INKOTLS_STATUS_NONE before the cipher suite is
/// negotiated.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_cipher_suite(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.cipher_suite())
}

/// Returns the group that the key exchange used.
///
/// Returns IANA's number of the group. Returns INKOTLS_STATUS_NONE in each of these cases: the key
/// exchange is not done yet; a session was resumed without a key exchange, as in TLS 1.2.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_named_group(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.named_group())
}

/// Returns the signature scheme with which the peer proved that it has the private key of its
/// certificate.
///
/// Returns IANA's number of the signature scheme. Returns INKOTLS_STATUS_NONE in each of these
/// cases: the handshake is not done yet; the peer presented no certificate; a session was resumed.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_peer_signature_scheme(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.signature_scheme())
}

/// Returns whether the handshake resumed an earlier session.
///
/// A client can resume only the sessions of other connections of the same inkotls_client_config.
///
/// Returns 1 if the handshake resumed a session, 0 if the handshake is a full handshake, or
/// INKOTLS_STATUS_NONE as long as the connection does not know which of the two the handshake is.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_is_resumed(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.is_resumed())
}

/// Returns how many TLS 1.3 tickets a client has received.
///
/// A client processes tickets only in inkotls_conn_read and inkotls_conn_read_peek, because a
/// server sends them after the handshake. A client that closes the connection without reading has
/// no ticket, and cannot resume the session in TLS 1.3.
///
/// Returns the number of TLS 1.3 tickets, which is always 0 in TLS 1.2. Returns INKOTLS_STATUS_NONE
/// in each of these cases: conn is a server connection; conn is a client connection whose handshake
/// has not begun.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_tickets_received(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.tickets_received().map(|it| it.try_into().unwrap_or(i32::MAX)))
}

/// Reads the bytes that inkotls_conn_set_resumption_data stored with the session that this server
/// connection has resumed.
///
/// Only this server, or another one that shares its session store or its ticket keys, can have
/// written the bytes.
///
/// out_data   Receives a pointer to the bytes. Valid until the next call that takes conn as a
///            pointer to non-const, or until conn is freed.
/// out_len    Receives the number of bytes, which may be 0.
///
/// NONE   One of these is true: no session was resumed; it is not known yet whether a session was
///        resumed; conn is a client connection.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_resumption_data(
    conn: Option<&inkotls_conn>,
    out_data: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.resumption_data(), out_data, out_len))
}

/// Reads the OCSP response (RFC 6960) that a client connection has received with the server's
/// certificate.
///
/// The library does not verify the response: a host that relies on it must verify it.
///
/// out_data   Receives a pointer to the OCSPResponse in DER. Valid until the next call that takes
///            conn as a pointer to non-const, or until conn is freed.
/// out_len    Receives the length of the OCSPResponse in bytes.
///
/// NONE   One of these is true: the server has stapled no response; the certificate of the server
///        has not arrived yet; a session was resumed; conn is a server connection.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_ocsp_staple(
    conn: Option<&inkotls_conn>,
    out_data: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.staple(), out_data, out_len))
}

/// Reads the ALPN protocol (RFC 7301) that was negotiated.
///
/// The server chooses the protocol. A server of this library chooses the first protocol of its own
/// list that the client offers.
///
/// out_protocol   Receives a pointer to the name of the protocol, not NUL-terminated. Valid until
///                the next call that takes conn as a pointer to non-const, or until conn is freed.
/// out_len        Receives the length of the name in bytes.
///
/// NONE   At least one of the two sides does not use ALPN, or the protocol is not negotiated yet.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_alpn(
    conn: Option<&inkotls_conn>,
    out_protocol: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.alpn(), out_protocol, out_len))
}

/// Reads the server name (SNI, RFC 6066) that a server connection has received from its client.
///
/// out_name   Receives a pointer to the name in lower case, not NUL-terminated. Valid until the
///            next call that takes conn as a pointer to non-const, or until conn is freed.
/// out_len    Receives the length of the name in bytes.
///
/// NONE   One of these is true: the client sent no server name; the ClientHello has not arrived
///        yet; conn is a client connection.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_server_name(
    conn: Option<&inkotls_conn>,
    out_name: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.server_name().map(str::as_bytes), out_name, out_len))
}

/// Reads one of the certificates that the peer presented.
///
/// inkotls_certificate_new parses the certificate. After inkotls_conn_handshake has returned OK,
/// the verification has accepted the peer's own certificate, on this connection or on the one whose
/// session was resumed. If the peer presented a raw public key (RFC 7250), the entry with index 0
/// is its SubjectPublicKeyInfo.
///
/// index     The index of the certificate in the order in which the peer sent the certificates. The
///           peer's own certificate has the index 0, and the certificates of its issuers follow.
/// out_der   Receives a pointer to the certificate in DER (RFC 5280). Valid until the next call
///           that takes conn as a pointer to non-const, or until conn is freed.
/// out_len   Receives the length of the certificate in bytes.
///
/// NONE   The peer presented no certificate with this index, or has not presented its certificates
///        yet.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_peer_certificate(
    conn: Option<&inkotls_conn>,
    index: usize,
    out_der: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.peer_certificate(index), out_der, out_len))
}

/// Reads one of the certificates of the path that was verified.
///
/// The path begins with the peer's own certificate, and each certificate after it has issued the
/// one before. Certificates that the peer presented and that are not in the path are left out. The
/// path ends at a trust anchor, which is not one of these certificates:
/// inkotls_conn_verified_anchor copies its name.
///
/// index     The index of the certificate in the path. The peer's own certificate has the index 0.
/// out_der   Receives a pointer to the certificate in DER (RFC 5280). Valid until the next call
///           that takes conn as a pointer to non-const, or until conn is freed.
/// out_len   Receives the length of the certificate in bytes.
///
/// NONE   The path has no certificate with this index. There is no path if the handshake is not
///        done, if the connection has resumed a session, if the peer presented a raw public key or
///        nothing, if the platform has verified the peer itself (macOS, Windows, Android), or if an
///        inkotls_verify_callback has accepted the peer without inkotls_verification_verify.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_verified_certificate(
    conn: Option<&inkotls_conn>,
    index: usize,
    out_der: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.verified_certificate(index), out_der, out_len))
}

/// Copies the name of the trust anchor at which the verified path ends
/// (inkotls_conn_verified_certificate), such as "CN=Example Root,O=Example".
///
/// buf, cap   Receives the subject of the certificate authority in UTF-8, not NUL-terminated, in
///            the form of inkotls_certificate_subject. cap is the size of buf in bytes.
/// out_len    Receives the length of the text in bytes.
///
/// NONE               There is no path (inkotls_conn_verified_certificate), or the peer's own
///                    certificate is trusted (inkotls_roots_add_peer_certificate_pem).
/// INVALID_ARGUMENT   The text does not fit into cap bytes. Repeat the call with a larger buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_verified_anchor(
    conn: Option<&inkotls_conn>,
    buf: *mut c_char,
    cap: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| {
        let name = c.conn.verified_anchor().and_then(name_text);
        // SAFETY: the host vouches for buf and cap.
        unsafe { copy_text(name.as_deref(), buf, cap, out_len) }
    })
}

/// Returns the error message of the last call on conn that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if conn is NULL. Valid until the next call that takes conn as a pointer
/// to non-const, or until conn is freed. Call inkotls_conn_error in the C statement after the call
/// that failed, not in the same statement.
///
/// A call on conn that succeeds leaves the error message of an earlier call unchanged, and so does
/// a call that takes conn as a pointer to const and returns NONE or INVALID_ARGUMENT:
/// inkotls_conn_error then returns the error message of the earlier call. inkotls_status_text
/// describes the status of a call that takes conn as a pointer to const.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_error(conn: Option<&inkotls_conn>) -> *const c_char {
    error_message(conn)
}

/// Returns the last alert that this side has sent or queued.
///
/// Returns the number of the alert (0 is close_notify), or INKOTLS_STATUS_NONE if this side has
/// sent and queued no alert. Range: 0 to 255. If the alert was encrypted before the library could
/// read it, the number is derived from the failure.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_alert_sent(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.alert_sent())
}

/// Returns the last alert that the peer has sent.
///
/// Returns the number of the alert (0 is close_notify), or INKOTLS_STATUS_NONE if the peer has sent
/// no alert. Range: 0 to 255.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_alert_received(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.alert_received())
}

/// Returns why the certificate of the peer was refused.
///
/// Returns an inkotls_certificate_error, or INKOTLS_STATUS_NONE if the certificate was not refused.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_certificate_error(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.certificate_error().map(|it: CertificateFault| it as i32))
}

/// Returns the error number (errno) of the last call on conn that failed.
///
/// Returns the errno value of the last failure. Returns INKOTLS_STATUS_NONE in each of these cases:
/// no call has failed; the last failure has no errno value. A call that succeeds leaves the errno
/// value of an earlier call unchanged: read the errno value only after a call that failed. Call
/// inkotls_conn_os_error before the next call that takes conn as a pointer to non-const, and before
/// inkotls_conn_free.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_os_error(conn: Option<&inkotls_conn>) -> i32 {
    os_error(conn)
}
