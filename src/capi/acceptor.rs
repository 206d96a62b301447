//! inkotls_acceptor: a server side that has not chosen its config.

use super::calls::{drain, feed, lend, set_fds, set_io, set_log};
use super::{
    inkotls_conn, inkotls_log_callback, inkotls_read_callback, inkotls_server_config,
    inkotls_write_callback,
};
use crate::engine::Conn;
use crate::error::{Error, Status};
use crate::ffi::{
    Handle, Opaque, ask, convert, enter, error_message, free, make, not_null, number, os_error, own,
};
use crate::transport::Link;
use std::ffi::{c_char, c_void};
use std::mem::{MaybeUninit, replace};

/// A server side that has not chosen its config: it reads until the ClientHello is whole, shows
/// it, and becomes a connection. One user at a time, any thread.
pub struct inkotls_acceptor(Opaque);

impl Handle for inkotls_acceptor {
    type State = Link;
}

/// Makes an acceptor for one incoming connection. Ends with inkotls_acceptor_into_conn, or
/// inkotls_acceptor_free. NULL only if the library has a bug that was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_new() -> *mut inkotls_acceptor {
    make(|| Link::new(Conn::acceptor()))
}

/// Attaches a socket, as inkotls_conn_set_fd does. It goes along to the connection.
///
/// acceptor: must not be NULL.
/// fd: a connected stream socket.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the descriptor is negative, or is not a stream socket;
/// inkotls_acceptor_os_error has errno.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_set_fd(
    acceptor: Option<&mut inkotls_acceptor>,
    fd: i32,
) -> Status {
    enter(acceptor, |a| set_fds(a, fd, fd))
}

/// Attaches two descriptors, as inkotls_conn_set_fds does. They go along to the connection.
///
/// acceptor: must not be NULL.
/// read_fd, write_fd: connected stream sockets or ends of pipes.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: a descriptor is negative, is neither a stream socket nor a
/// pipe, or is the wrong end of a pipe; inkotls_acceptor_os_error has errno.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_set_fds(
    acceptor: Option<&mut inkotls_acceptor>,
    read_fd: i32,
    write_fd: i32,
) -> Status {
    enter(acceptor, |a| set_fds(a, read_fd, write_fd))
}

/// Attaches two functions of the host's, as inkotls_conn_set_io does. They go along to the
/// connection.
///
/// acceptor: must not be NULL.
/// read, write: must not be NULL.
/// user_data: handed to both; may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_set_io(
    acceptor: Option<&mut inkotls_acceptor>,
    read: inkotls_read_callback,
    write: inkotls_write_callback,
    user_data: *mut c_void,
) -> Status {
    enter(acceptor, |a| set_io(a, read, write, user_data))
}

/// Detaches the socket, the descriptors or the callbacks, as inkotls_conn_detach does.
///
/// acceptor: must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_detach(acceptor: Option<&mut inkotls_acceptor>) -> Status {
    enter(acceptor, |a| a.attach(None))
}

/// Takes ciphertext from the network, as inkotls_conn_feed does.
///
/// acceptor: must not be NULL.
/// data, len: the ciphertext, in bytes; copied.
/// used: receives the number of bytes accepted; must not be NULL. It may be less than len.
///
/// INKOTLS_STATUS_FULL: nothing was accepted, because the read buffer is full. Call
/// inkotls_acceptor_accept first.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_acceptor_feed_eof was called before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_acceptor_feed(
    acceptor: Option<&mut inkotls_acceptor>,
    data: *const c_void,
    len: usize,
    used: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(acceptor, |a| unsafe { feed(a, data, len, used) })
}

/// Says that the network has ended: the peer will send nothing more.
///
/// acceptor: must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_feed_eof(acceptor: Option<&mut inkotls_acceptor>) -> Status {
    enter(acceptor, |a| a.conn.feed_eof())
}

/// Hands out ciphertext for the network: the alert that refuses a ClientHello. As
/// inkotls_conn_drain.
///
/// acceptor: must not be NULL.
/// buf, cap: where the ciphertext goes, in bytes.
/// out_len: how many bytes were written, 0 where nothing is waiting; must not be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_acceptor_drain(
    acceptor: Option<&mut inkotls_acceptor>,
    buf: *mut c_void,
    cap: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the host vouches for buf and cap.
    enter(acceptor, |a| unsafe { drain(a, buf, cap, out_len) })
}

/// Reads until the ClientHello is whole. Does no cryptography.
///
/// acceptor: must not be NULL.
///
/// INKOTLS_STATUS_OK: it is; look at it, then call inkotls_acceptor_into_conn.
/// INKOTLS_STATUS_WANT_READ, INKOTLS_STATUS_WANT_WRITE: call again after polling, or after feed
/// or drain.
/// INKOTLS_STATUS_CLOSED, INKOTLS_STATUS_UNEXPECTED_EOF: the peer left, with or without
/// close_notify.
/// INKOTLS_STATUS_ALERT_RECEIVED: the peer sent an alert instead of a ClientHello.
/// INKOTLS_STATUS_PROTOCOL_ERROR, INKOTLS_STATUS_HANDSHAKE_FAILED: what came is no ClientHello
/// that can be read. Before it answers that, it answers INKOTLS_STATUS_WANT_WRITE until the alert
/// is gone; then end the socket as is said at inkotls_conn_close.
/// INKOTLS_STATUS_IO_ERROR: the socket failed; inkotls_acceptor_os_error has errno.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_accept(acceptor: Option<&mut inkotls_acceptor>) -> Status {
    enter(acceptor, |a| a.accept())
}

/// Lends the server name (SNI, RFC 6066) of the ClientHello, in lower case.
///
/// acceptor: must not be NULL.
/// out_name, out_len: the name, in bytes without a NUL; must not be NULL. It lives until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the client asked for none, or the ClientHello is not whole.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_server_name(
    acceptor: Option<&inkotls_acceptor>,
    out_name: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| {
        let name = a.conn.hello().and_then(|it| it.server_name.as_deref());
        lend(name.map(str::as_bytes), out_name, out_len)
    })
}

/// Lends one of the ALPN protocols (RFC 7301) of the ClientHello.
///
/// acceptor: must not be NULL.
/// index: which, from 0, in the client's order.
/// out_protocol, out_len: the protocol's name, in bytes; must not be NULL. It lives until the
/// next non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: there are no more, or the ClientHello is not whole.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_alpn(
    acceptor: Option<&inkotls_acceptor>,
    index: usize,
    out_protocol: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| {
        let protocol = a.conn.hello().and_then(|it| it.alpn.get(index));
        lend(protocol.map(Vec::as_slice), out_protocol, out_len)
    })
}

/// Lends the cipher suites of the ClientHello, as IANA numbers in the client's order.
///
/// acceptor: must not be NULL.
/// out_suites, out_count: the numbers, and how many; must not be NULL. They live until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the ClientHello is not whole.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_cipher_suites(
    acceptor: Option<&inkotls_acceptor>,
    out_suites: Option<&mut MaybeUninit<*const u16>>,
    out_count: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| lend(a.conn.hello().map(|it| &*it.cipher_suites), out_suites, out_count))
}

/// Lends the signature schemes of the ClientHello (RFC 8446, section 4.2.3), as IANA numbers in
/// the client's order.
///
/// acceptor: must not be NULL.
/// out_schemes, out_count: the numbers, and how many; must not be NULL. They live until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the ClientHello is not whole.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_signature_schemes(
    acceptor: Option<&inkotls_acceptor>,
    out_schemes: Option<&mut MaybeUninit<*const u16>>,
    out_count: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| lend(a.conn.hello().map(|it| &*it.signature_schemes), out_schemes, out_count))
}

/// Lends the groups of the ClientHello (supported_groups, RFC 8446, section 4.2.7), as IANA
/// numbers in the client's order.
///
/// acceptor: must not be NULL.
/// out_groups, out_count: the numbers, and how many; must not be NULL. They live until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the ClientHello is not whole.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_named_groups(
    acceptor: Option<&inkotls_acceptor>,
    out_groups: Option<&mut MaybeUninit<*const u16>>,
    out_count: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| lend(a.conn.hello().map(|it| &*it.named_groups), out_groups, out_count))
}

/// Lends the name of one of the certificate authorities of the ClientHello (RFC 8446, section
/// 4.2.4), by which a server may choose its certificate.
///
/// acceptor: must not be NULL.
/// index: which, from 0, in the client's order.
/// out_name, out_len: the Name (RFC 5280) in DER, in bytes; must not be NULL. It lives until the
/// next non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: there are no more, or the ClientHello is not whole.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_certificate_authority(
    acceptor: Option<&inkotls_acceptor>,
    index: usize,
    out_name: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| {
        let name = a.conn.hello().and_then(|it| it.authorities.get(index));
        lend(name.map(Vec::as_slice), out_name, out_len)
    })
}

/// Lends the ClientHello as it came: the handshake message (RFC 8446, section 4), with its header
/// of four bytes, without the headers of the records.
///
/// acceptor: must not be NULL.
/// out_message, out_len: the message, in bytes; must not be NULL. It lives until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the ClientHello is not whole.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_client_hello(
    acceptor: Option<&inkotls_acceptor>,
    out_message: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| lend(a.conn.hello().map(|it| &*it.message), out_message, out_len))
}

/// Has messages about this side told to the host, as inkotls_conn_set_log does. It goes along to
/// the connection.
///
/// acceptor: must not be NULL.
/// level: an inkotls_log: which messages; INKOTLS_LOG_OFF ends it.
/// callback, user_data: as for inkotls_conn_set_log.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_set_log(
    acceptor: Option<&mut inkotls_acceptor>,
    level: i32,
    callback: inkotls_log_callback,
    user_data: *mut c_void,
) -> Status {
    enter(acceptor, |a| set_log(a, level, callback, user_data))
}

/// Makes the connection, and uses the acceptor up: when it returns OK the acceptor is freed. What
/// was fed and what is attached go along. A ClientHello that this config cannot serve is no failure
/// here: inkotls_conn_handshake reports it, and its alert drains from the connection.
///
/// acceptor: must not be NULL.
/// config: must not be NULL; the connection keeps a reference of its own.
/// out_conn: must not be NULL. Free it with inkotls_conn_free.
///
/// INKOTLS_STATUS_INVALID_STATE: inkotls_acceptor_accept has not returned OK. The acceptor is as
/// it was.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_acceptor_into_conn(
    acceptor: *mut inkotls_acceptor,
    config: Option<&inkotls_server_config>,
    out_conn: Option<&mut MaybeUninit<*mut inkotls_conn>>,
) -> Status {
    let to_conn = |a: &mut Link| {
        let config = not_null(config, "config")?;
        if a.conn.hello().is_none() {
            return Err(Error::state("into_conn before the ClientHello is whole: call accept"));
        }
        let mut link = replace(a, Link::new(Conn::acceptor()));
        link.conn.choose(&config.config);
        Ok(own(link))
    };
    // SAFETY: the host vouches for the acceptor.
    unsafe { convert(acceptor, out_conn, to_conn) }
}

/// Returns the sentence for the last call on `acceptor` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `acceptor`.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_error(acceptor: Option<&inkotls_acceptor>) -> *const c_char {
    error_message(acceptor)
}

/// Returns the alert that was sent (0 to 255), or INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_alert_sent(acceptor: Option<&inkotls_acceptor>) -> i32 {
    number(acceptor, |a| a.conn.alert_sent())
}

/// Returns the alert that was received (0 to 255), or INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_alert_received(acceptor: Option<&inkotls_acceptor>) -> i32 {
    number(acceptor, |a| a.conn.alert_received())
}

/// Returns errno of the last call on `acceptor` that failed, or INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_os_error(acceptor: Option<&inkotls_acceptor>) -> i32 {
    os_error(acceptor)
}

/// Frees an acceptor that did not become a connection. Does no I/O. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_free(acceptor: Option<Box<inkotls_acceptor>>) {
    free(acceptor);
}
