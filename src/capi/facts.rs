//! What a connection tells of itself and of its peer.

use super::calls::lend;
use super::inkotls_conn;
use crate::error::{CertificateFault, Status};
use crate::ffi::{ask, error_message, number, os_error};
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// Returns the TLS version agreed on (0x0303, 0x0304), or INKOTLS_STATUS_NONE before that.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_protocol_version(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.protocol_version())
}

/// Returns IANA's number of the cipher suite agreed on, or INKOTLS_STATUS_NONE before that.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_cipher_suite(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.cipher_suite())
}

/// Returns IANA's number of the group that the keys were exchanged with, or INKOTLS_STATUS_NONE
/// before that, and where a TLS 1.2 session was resumed without an exchange.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_named_group(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.named_group())
}

/// Returns IANA's number of the signature scheme with which the peer proved that it has the key of
/// its certificate, or INKOTLS_STATUS_NONE before that, where it showed none, and where a session
/// was resumed.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_peer_signature_scheme(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.signature_scheme())
}

/// Returns 1 where an earlier session was resumed, 0 where not, or INKOTLS_STATUS_NONE before
/// that is known.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_is_resumed(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.is_resumed())
}

/// Returns how many TLS 1.3 tickets a client has received, or INKOTLS_STATUS_NONE before its
/// handshake has begun, and on a server.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_tickets_received(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.tickets_received().map(|it| it.try_into().unwrap_or(i32::MAX)))
}

/// Lends what an earlier connection attached to the session that this one resumed, on a server:
/// inkotls_conn_set_resumption_data. Only this server, or one with its store or keys, can have
/// written it.
///
/// conn: must not be NULL.
/// out_data, out_len: the bytes, perhaps none; must not be NULL. They live until the next non-const
/// call on `conn`.
///
/// INKOTLS_STATUS_NONE: no session was resumed, or not yet, or this is the client.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_resumption_data(
    conn: Option<&inkotls_conn>,
    out_data: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.resumption_data(), out_data, out_len))
}

/// Lends the OCSP response (RFC 6960) that the server stapled to its certificate, on a client. It
/// is not verified: a host that relies on it verifies it.
///
/// conn: must not be NULL.
/// out_data, out_len: the OCSPResponse in DER, in bytes; must not be NULL. It lives until the next
/// non-const call on `conn`.
///
/// INKOTLS_STATUS_NONE: there is none, or not yet, or a session was resumed, or this is the server.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_ocsp_staple(
    conn: Option<&inkotls_conn>,
    out_data: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.staple(), out_data, out_len))
}

/// Lends the ALPN protocol agreed on (RFC 7301).
///
/// conn: must not be NULL.
/// out_protocol, out_len: the protocol's name, in bytes; must not be NULL. It lives until the
/// next non-const call on `conn`.
///
/// INKOTLS_STATUS_NONE: none was, or not yet.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_alpn(
    conn: Option<&inkotls_conn>,
    out_protocol: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.alpn(), out_protocol, out_len))
}

/// Lends the server name (SNI, RFC 6066) that the client asked for, in lower case, on a server.
///
/// conn: must not be NULL.
/// out_name, out_len: the name, in bytes without a NUL; must not be NULL. It lives until the next
/// non-const call on `conn`.
///
/// INKOTLS_STATUS_NONE: the client asked for none, or has not yet, or this is the client.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_server_name(
    conn: Option<&inkotls_conn>,
    out_name: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.server_name().map(str::as_bytes), out_name, out_len))
}

/// Lends one of the certificates that the peer presented, in DER (RFC 5280);
/// inkotls_certificate_new tells what is in it. Once inkotls_conn_handshake is OK the peer's own
/// has been verified, on this connection or on the one whose session was resumed. Of a peer that
/// showed a raw public key (RFC 7250), number 0 is the SubjectPublicKeyInfo.
///
/// conn: must not be NULL.
/// index: which: 0 is the peer's own, the next is its issuer's, and so on.
/// out_der, out_len: the certificate, in bytes; must not be NULL. It lives until the next
/// non-const call on `conn`.
///
/// INKOTLS_STATUS_NONE: there are no more, or not yet.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_peer_certificate(
    conn: Option<&inkotls_conn>,
    index: usize,
    out_der: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.peer_certificate(index), out_der, out_len))
}

/// Returns the error message of the last call on `conn` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `conn`: so call this in a statement of its own,
/// not in one list of arguments with the call that failed.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_error(conn: Option<&inkotls_conn>) -> *const c_char {
    error_message(conn)
}

/// Returns the last alert that was sent (0 to 255; 0 is close_notify), or INKOTLS_STATUS_NONE.
/// An encrypted alert cannot be seen on its way out: its number is then inferred from the failure.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_alert_sent(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.alert_sent())
}

/// Returns the last alert that was received (0 to 255; 0 is close_notify), or
/// INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_alert_received(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.alert_received())
}

/// Returns the inkotls_certificate_error for which the peer's certificate was refused, or
/// INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_certificate_error(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.certificate_error().map(|it: CertificateFault| it as i32))
}

/// Returns errno of the last call on `conn` that failed, or INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_os_error(conn: Option<&inkotls_conn>) -> i32 {
    os_error(conn)
}
