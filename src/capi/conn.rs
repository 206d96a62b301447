//! inkotls_conn: one TLS connection.

use super::{inkotls_client_config, inkotls_server_config};
use crate::engine::Conn;
use crate::error::{CertificateFault, Error, Status};
use crate::ffi::{
    Handle, Record, ask, bytes, bytes_mut, create, drop_quietly, enter, number, output, words,
};
use crate::setup;
use crate::transport::Link;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// One TLS connection, client or server. One user at a time, any thread.
pub struct inkotls_conn {
    link: Link,
    record: Record,
}

impl Handle for inkotls_conn {
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
}

impl inkotls_conn {
    pub(super) fn new(link: Link) -> Self {
        Self { link, record: Record::default() }
    }
}

/// What a connection can do now: bits of the answer of inkotls_conn_state. Bits are never reused.
#[repr(i32)]
#[derive(Clone, Copy)]
pub enum inkotls_state {
    /// inkotls_conn_handshake has not answered OK.
    Handshaking = 1,
    /// There may be more at hand: read again before waiting.
    Readable = 2,
    /// Ciphertext is waiting: drain gives something.
    WantsWrite = 4,
    /// The peer sent close_notify.
    PeerClosed = 8,
    /// inkotls_conn_close was called, on a connection that had not failed.
    Closed = 16,
    /// The connection failed.
    Failed = 32,
}

/// Makes a client connection. It says nothing until inkotls_conn_handshake is called.
///
/// config: must not be NULL; the connection keeps a reference of its own.
/// server_name, len: who the peer must prove to be: a DNS name, which is also sent (SNI, RFC
/// 6066), or an IP address. In bytes without a NUL; borrowed for this call.
/// out_conn: must not be NULL. Free it with inkotls_conn_free.
///
/// INKOTLS_STATUS_INVALID_NAME: the name is neither. There is no handle to keep a sentence;
/// inkotls_status_text has one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_new_client(
    config: Option<&inkotls_client_config>,
    server_name: *const c_char,
    len: usize,
    out_conn: Option<&mut MaybeUninit<*mut inkotls_conn>>,
) -> Status {
    create(out_conn, || {
        let config = config.ok_or_else(|| Error::argument("config is NULL"))?;
        // SAFETY: the host vouches for server_name and len.
        let name = setup::server_name(unsafe { bytes(server_name, len) }?)?;
        Ok(inkotls_conn::new(Link::new(Conn::client(config.config.clone(), name))))
    })
}

/// Makes a server connection whose config is known before the ClientHello. Where it is not, use
/// an inkotls_acceptor.
///
/// config: must not be NULL; the connection keeps a reference of its own.
/// out_conn: must not be NULL. Free it with inkotls_conn_free.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_new_server(
    config: Option<&inkotls_server_config>,
    out_conn: Option<&mut MaybeUninit<*mut inkotls_conn>>,
) -> Status {
    create(out_conn, || {
        let config = config.ok_or_else(|| Error::argument("config is NULL"))?;
        Ok(inkotls_conn::new(Link::new(Conn::server(Some(config.config.clone())))))
    })
}

/// Attaches a socket: from now on handshake, read, write, flush and close move the ciphertext
/// themselves, and WANT_READ and WANT_WRITE say what to poll it for. The library never blocks on
/// it, whether or not it is non-blocking, never closes it, and never raises SIGPIPE. What was fed
/// before is not lost, and feed and drain still work; an end that was seen stays an end.
///
/// WANT_READ and WANT_WRITE mean that the socket would block, with one exception: a call that has
/// received 128 KiB and still has nothing to give answers WANT_READ, so that others may run, and
/// sets INKOTLS_STATE_READABLE. Edge-triggered hosts look at that bit before they wait.
///
/// conn: must not be NULL.
/// fd: a connected stream socket, or -1 to detach. It must stay open until the last call that
/// moves ciphertext; inkotls_conn_free does not use it.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: it is no stream socket; inkotls_conn_os_error has errno.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_fd(conn: Option<&mut inkotls_conn>, fd: i32) -> Status {
    enter(conn, |c| {
        c.link.set_fd(fd)?;
        Ok(Status::Ok)
    })
}

/// Takes ciphertext from the network. What it means shows in the next call of handshake or read.
/// After the end of the connection, bytes are taken and dropped.
///
/// conn: must not be NULL.
/// data, len: the ciphertext, in bytes; what is taken is copied.
/// used: how many bytes were taken; must not be NULL. After WANT_READ at least 32 KiB are taken.
///
/// INKOTLS_STATUS_FULL: nothing was taken, for 64 KiB are waiting; call inkotls_conn_handshake or
/// inkotls_conn_read until it answers WANT_READ, then feed the rest.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_feed_eof was called before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_feed(
    conn: Option<&mut inkotls_conn>,
    data: *const c_void,
    len: usize,
    used: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(conn, |c| unsafe { super::feed(&mut c.link, data, len, used) })
}

/// Says that the network has ended: the peer will send nothing more. What was fed before can
/// still be read; then handshake and read answer CLOSED or UNEXPECTED_EOF instead of WANT_READ.
///
/// conn: must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_feed_eof(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| {
        c.link.conn.feed_eof();
        Ok(Status::Ok)
    })
}

/// Hands out ciphertext for the network. What is handed out must be sent, in this order; it is
/// not kept.
///
/// conn: must not be NULL.
/// buf, cap: where the ciphertext goes, in bytes.
/// written: how many bytes were written, 0 where nothing is waiting; must not be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_drain(
    conn: Option<&mut inkotls_conn>,
    buf: *mut c_void,
    cap: usize,
    written: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the host vouches for buf and cap.
    enter(conn, |c| unsafe { super::drain(&mut c.link, buf, cap, written) })
}

/// Drives the handshake. Calling it again once it is done does nothing: it answers OK, or the
/// failure that the connection had since.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_OK: the peer can go on: the handshake is finished and our last flight is
/// drained.
/// INKOTLS_STATUS_WANT_READ, INKOTLS_STATUS_WANT_WRITE: call again after polling, or after feed
/// or drain.
/// INKOTLS_STATUS_CLOSED, INKOTLS_STATUS_UNEXPECTED_EOF: the peer left, with or without
/// close_notify.
/// INKOTLS_STATUS_ALERT_RECEIVED: the peer refused; inkotls_conn_alert_received says how.
/// INKOTLS_STATUS_INVALID_PEER_CERTIFICATE: inkotls_conn_certificate_error says why.
/// INKOTLS_STATUS_HANDSHAKE_FAILED, INKOTLS_STATUS_PROTOCOL_ERROR: the two sides have nothing in
/// common, or the peer broke the protocol.
/// INKOTLS_STATUS_IO_ERROR: the socket failed; inkotls_conn_os_error has errno.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_close was called before the handshake was done.
///
/// Most failures have an alert for the peer: the call answers WANT_WRITE until that, and what was
/// written before it, is drained or sent; then the failure, and the same failure ever after.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_handshake(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| Ok(c.link.handshake()?.split().0))
}

/// Reads plaintext, as much as is at hand. Before the handshake is done it drives that first, and
/// answers as inkotls_conn_handshake does.
///
/// It never waits for ciphertext of ours to be drained, unless the connection fails, so that a
/// reader and a writer of the same connection do not stop each other: flush what you wrote before
/// you wait for an answer. CLOSED and UNEXPECTED_EOF end reading only; writing may go on.
///
/// conn: must not be NULL.
/// buf, cap: where the plaintext goes, in bytes.
/// out_len: how many bytes were written to `buf`: at least 1, unless `cap` is 0; must not be
/// NULL.
///
/// INKOTLS_STATUS_WANT_READ: call again after polling, or after feed.
/// INKOTLS_STATUS_CLOSED: the peer sent close_notify; everything it sent was read.
/// INKOTLS_STATUS_UNEXPECTED_EOF: the network ended without close_notify: what was read may be
/// truncated.
/// Failures: as for inkotls_conn_handshake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_read(
    conn: Option<&mut inkotls_conn>,
    buf: *mut c_void,
    cap: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter(conn, |c| {
        // SAFETY: the host vouches for buf and cap.
        let (buf, out_len) = (unsafe { bytes_mut(buf, cap) }?, output(out_len)?);
        super::hand_out(c.link.read(buf)?, out_len)
    })
}

/// Takes plaintext to send, and encrypts it. What is taken is the library's: never give it again.
/// Before the handshake is done it takes nothing, drives that, and answers as
/// inkotls_conn_handshake does.
///
/// With a socket attached it also sends, as far as that does not block; inkotls_conn_flush sends
/// the rest.
///
/// conn: must not be NULL.
/// data, len: the plaintext, in bytes; what is taken is copied.
/// used: how many bytes were taken: at least 1, unless `len` is 0, and perhaps fewer than `len`;
/// must not be NULL.
///
/// INKOTLS_STATUS_WANT_WRITE: nothing was taken, for 64 KiB are waiting to be drained.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_close was called before; or this is TLS 1.2, whose
/// keys are never renewed, and they have protected 2^24 records: close_notify ends the connection.
/// INKOTLS_STATUS_IO_ERROR: the socket takes nothing more. What the peer said before it left, an
/// alert perhaps, can still be read.
/// Failures: as for inkotls_conn_handshake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_write(
    conn: Option<&mut inkotls_conn>,
    data: *const c_void,
    len: usize,
    used: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter(conn, |c| {
        // SAFETY: the host vouches for data and len.
        let (data, used) = (unsafe { bytes(data, len) }?, output(used)?);
        super::hand_out(c.link.write(data)?, used)
    })
}

/// Gets everything that was written on its way.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_OK: no ciphertext is waiting.
/// INKOTLS_STATUS_WANT_WRITE: call again after polling, or after drain.
/// INKOTLS_STATUS_IO_ERROR: the socket failed; inkotls_conn_os_error has errno.
/// Failures: those that the connection had before.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_flush(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| Ok(c.link.flush()?.split().0))
}

/// Ends what this side has to say, with close_notify (RFC 8446, section 6.1), which either side
/// owes the other: call it after read has answered CLOSED, too. Reading goes on until the peer has
/// closed; a host that does not care may stop here.
///
/// After a failure there is nothing to close: the alert that went out has ended the connection.
/// Then, on a TCP socket, shut the sending side down, read until the end, and close: if unread
/// bytes are left, the reset that they cause overtakes the alert.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_OK: close_notify is drained; or this is a client that never spoke.
/// INKOTLS_STATUS_WANT_WRITE: call again after polling, or after drain.
/// INKOTLS_STATUS_IO_ERROR: the socket failed; inkotls_conn_os_error has errno.
/// Failures: those that the connection had before.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_close(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| Ok(c.link.close()?.split().0))
}

/// Returns bits of inkotls_state, for a host that polls both ways at once; or a negative status.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_state(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| {
        let state = c.link.conn.state();
        let bits = [
            (state.handshaking, inkotls_state::Handshaking),
            (state.readable || c.link.yielded, inkotls_state::Readable),
            (state.wants_write, inkotls_state::WantsWrite),
            (state.peer_closed, inkotls_state::PeerClosed),
            (state.closed, inkotls_state::Closed),
            (state.failed, inkotls_state::Failed),
        ];
        Some(bits.into_iter().filter(|(is_set, _)| *is_set).map(|(_, bit)| bit as i32).sum())
    })
}

/// Returns the TLS version agreed on (0x0303, 0x0304), or INKOTLS_STATUS_NONE before that.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_protocol_version(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.link.conn.protocol_version().map(i32::from))
}

/// Returns IANA's number of the cipher suite agreed on, or INKOTLS_STATUS_NONE before that.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_cipher_suite(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.link.conn.cipher_suite().map(i32::from))
}

/// Returns IANA's number of the group that the keys were exchanged with, or INKOTLS_STATUS_NONE
/// before that, and where a TLS 1.2 session was resumed without an exchange.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_named_group(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.link.conn.named_group().map(i32::from))
}

/// Returns 1 where an earlier session was resumed, 0 where not, or INKOTLS_STATUS_NONE before
/// that is known.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_is_resumed(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.link.conn.is_resumed().map(i32::from))
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
    ask(conn, |c| super::lend(c.link.conn.alpn(), out_protocol, out_len))
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
    ask(conn, |c| super::lend(c.link.conn.server_name().map(str::as_bytes), out_name, out_len))
}

/// Lends one of the certificates that the peer presented, in DER (RFC 5280).
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
    ask(conn, |c| super::lend(c.link.conn.peer_certificate(index), out_der, out_len))
}

/// Returns the sentence for the last call on `conn` that failed, "" before that. Never NULL; the
/// text lives until the next non-const call on `conn`.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_error(conn: Option<&inkotls_conn>) -> *const c_char {
    words(conn)
}

/// Returns the last alert that was sent (0 to 255; 0 is close_notify), or INKOTLS_STATUS_NONE.
/// Where it was encrypted it is told from the failure; a bad_record_mac (20) during the handshake
/// may then have been a decrypt_error (51).
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_alert_sent(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.link.conn.alert_sent.map(i32::from))
}

/// Returns the last alert that was received (0 to 255; 0 is close_notify), or
/// INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_alert_received(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.link.conn.alert_received.map(i32::from))
}

/// Returns the inkotls_certificate_error for which the peer's certificate was refused, or
/// INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_certificate_error(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.link.conn.certificate_error().map(|it: CertificateFault| it as i32))
}

/// Returns errno of the last call on `conn` that failed, or INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_os_error(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.record.os())
}

/// Frees the connection and wipes its secrets. Does no I/O: ciphertext that was not drained is
/// lost. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_free(conn: Option<Box<inkotls_conn>>) {
    drop_quietly(conn);
}
