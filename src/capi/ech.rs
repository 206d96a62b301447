//! inkotls_conn: Encrypted ClientHello (RFC 9849), on a client.

use super::calls::lend;
use super::inkotls_conn;
use crate::error::Status;
use crate::ffi::{ask, bytes, enter, number};
use crate::setup;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// Sets the ECH configs of the server, with which this client connection encrypts its ClientHello
/// (Encrypted ClientHello, RFC 9849).
///
/// An observer of the network then sees the public name of the ECH config
/// (inkotls_conn_ech_public_name) instead of the server name that was passed to
/// inkotls_conn_new_client. An observer still sees the IP address of the server, and the
/// ClientHello's lists of ALPN protocols, cipher suites and groups. The library does not query DNS:
/// the host queries the HTTPS record (RFC 9460) of the server, over an encrypted transport, and
/// passes the value of the parameter "ech".
///
/// The library uses the first config of the list that the library supports: one of RFC 9849
/// (version 0xfe0d) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, and AES-128-GCM, AES-256-GCM or
/// ChaCha20Poly1305, without a mandatory extension, and with a public name that is a DNS name. A
/// later call replaces the configs of an earlier call.
///
/// The connection offers TLS 1.3 only, and resumes no TLS 1.2 session. All other settings are those
/// of the config of the connection; sessions are stored by the server name that was passed to
/// inkotls_conn_new_client. A server that supports only TLS 1.2 makes the handshake fail:
/// inkotls_conn_handshake returns ALERT_RECEIVED or HANDSHAKE_FAILED.
///
/// If the server does not use ECH, or does not have the private key of the config, the handshake
/// goes on with the public name, for which the server must then present a valid certificate. An
/// inkotls_verify_callback then receives the public name. A raw public key belongs to no name: if
/// the client trusts raw public keys, a server proves the public name with any of them. If the
/// server proves the public name, inkotls_conn_handshake returns HANDSHAKE_FAILED, this side sends
/// the alert ech_required (121), and inkotls_conn_ech_status returns INKOTLS_ECH_STATUS_REJECTED,
/// whose comment says how to connect again. The application data and the certificate of this side
/// are not sent; early data that was sent is encrypted, and is lost. After any other failure, do
/// not connect again without ECH: an attacker may have caused the failure to learn the server name.
///
/// list, len   An ECHConfigList (RFC 9849, section 4) in binary form: DNS libraries may return the
///             parameter "ech" in base64. The length is in bytes. Copied.
///
/// INVALID_ARGUMENT   The bytes are not an ECHConfigList, or the ECHConfigList has no config.
/// INVALID_STATE      The handshake has begun, or conn is a server connection, or the config of the
///                    connection does not offer TLS 1.3.
/// UNSUPPORTED        The library supports none of the configs in the list. The call changes
///                    nothing: unless an earlier call returned OK, the connection does not offer
///                    ECH, and can be used without ECH, because RFC 9849 treats such a list like no
///                    list (section 6.1).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_set_ech_configs(
    conn: Option<&mut inkotls_conn>,
    list: *const c_void,
    len: usize,
) -> Status {
    enter(conn, |c| {
        let config = c.conn.client_config()?;
        // SAFETY: the host vouches for list and len.
        c.conn.offer_ech(setup::with_ech(&config, unsafe { bytes(list, len) }?)?);
        Ok(())
    })
}

/// Returns whether the ClientHello of a client connection was encrypted (Encrypted ClientHello, RFC
/// 9849).
///
/// Returns an inkotls_ech_status, or INKOTLS_STATUS_NONE if conn is a server connection. Until the
/// connection has produced its ClientHello, inkotls_conn_ech_status returns
/// INKOTLS_ECH_STATUS_NOT_OFFERED.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_ech_status(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.ech_status().map(|it| it as i32))
}

/// Reads the ECH configs that a server has sent with its refusal of Encrypted ClientHello
/// (retry_configs; RFC 9849, section 6.1.6).
///
/// Pass the configs to inkotls_conn_set_ech_configs on a new connection to the same server. Use the
/// configs only for that connection, and do not store them. If the server refuses ECH on that
/// connection with configs again, the server is misconfigured: report a failure.
///
/// out_list   Receives a pointer to an ECHConfigList. Valid until the next call that takes conn as
///            a pointer to non-const, or until conn is freed.
/// out_len    Receives the length of the ECHConfigList in bytes.
///
/// NONE   One of these is true: inkotls_conn_ech_status does not return
///        INKOTLS_ECH_STATUS_REJECTED; the server has sent no configs, which means that the server
///        has disabled ECH.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_ech_retry_configs(
    conn: Option<&inkotls_conn>,
    out_list: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.ech_retry_configs(), out_list, out_len))
}

/// Reads the public name of the ECH config that a client connection uses: the server name that an
/// observer of the network sees (RFC 9849, section 4).
///
/// out_name   Receives a pointer to the name, ASCII, not NUL-terminated. Valid until the next call
///            that takes conn as a pointer to non-const, or until conn is freed.
/// out_len    Receives the length of the name in bytes.
///
/// NONE   No call of inkotls_conn_set_ech_configs on conn has returned OK.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_ech_public_name(
    conn: Option<&inkotls_conn>,
    out_name: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(conn, |c| lend(c.conn.ech_public_name().map(str::as_bytes), out_name, out_len))
}
