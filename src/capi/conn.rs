//! inkotls_conn: one TLS connection.

use super::calls::{consumed, copied, drain, feed, lend, moved, set_fds, set_io, set_log};
use super::{
    inkotls_client_config, inkotls_log_callback, inkotls_read_callback, inkotls_server_config,
    inkotls_state, inkotls_write_callback,
};
use crate::engine::Conn;
use crate::error::Status;
use crate::ffi::{
    Handle, Opaque, bytes, bytes_mut, create, enter, free, not_null, number, output, own,
};
use crate::setup::{self, negotiation::add_alpn};
use crate::transport::Link;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// One TLS connection, client or server. One user at a time, any thread.
pub struct inkotls_conn(Opaque);

impl Handle for inkotls_conn {
    type State = Link;
}

/// Makes a client connection. It says nothing until inkotls_conn_handshake is called.
///
/// config: must not be NULL; the connection keeps a reference of its own.
/// server_name, len: who the peer must prove to be: a DNS name, which is also sent (SNI, RFC
/// 6066), or an IP address. In bytes without a NUL; borrowed for this call.
/// out_conn: must not be NULL. Free it with inkotls_conn_free.
///
/// INKOTLS_STATUS_INVALID_NAME: the name is neither a DNS name nor an IP address;
/// inkotls_invalid_name_text says what is wrong with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_new_client(
    config: Option<&inkotls_client_config>,
    server_name: *const c_char,
    len: usize,
    out_conn: Option<&mut MaybeUninit<*mut inkotls_conn>>,
) -> Status {
    create(out_conn, || {
        let config = not_null(config, "config")?;
        // SAFETY: the host vouches for server_name and len.
        let name = setup::server_name(unsafe { bytes(server_name, len) }?)?;
        Ok(own(Link::new(Conn::client(&config.config, name))))
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
        let config = not_null(config, "config")?;
        Ok(own(Link::new(Conn::server(&config.config))))
    })
}

/// Adds an ALPN protocol (RFC 7301) to those of this connection, which start as its config's.
///
/// conn: must not be NULL.
/// protocol, len: the protocol's name, such as "h2", in bytes: 1 to 255; copied. There are 64 at
/// most.
///
/// INKOTLS_STATUS_INVALID_STATE: the handshake has begun.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_add_alpn(
    conn: Option<&mut inkotls_conn>,
    protocol: *const c_void,
    len: usize,
) -> Status {
    enter(conn, |c| {
        // SAFETY: the host vouches for protocol and len.
        let protocol = unsafe { bytes(protocol, len) }?;
        add_alpn(c.conn.alpn_list()?, protocol)
    })
}

/// Leaves this connection without an ALPN protocol, until some are added. A server that picks one
/// itself does this and adds its pick, after inkotls_acceptor_into_conn.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_INVALID_STATE: the handshake has begun.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_clear_alpn(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| {
        c.conn.alpn_list()?.clear();
        Ok(())
    })
}

/// Attaches bytes to the sessions that this server connection makes, for the connection that
/// resumes one: inkotls_conn_resumption_data. With ticket keys they travel in the ticket, sealed.
///
/// conn: must not be NULL.
/// data, len: the bytes, at most 2048, in place of those set before; copied.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: they are too many.
/// INKOTLS_STATUS_INVALID_STATE: the handshake is done, or this is the client.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_set_resumption_data(
    conn: Option<&mut inkotls_conn>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(conn, |c| c.conn.set_resumption_data(unsafe { bytes(data, len) }?))
}

/// Has messages about this connection told to the host, for a person to read: what was negotiated,
/// what failed. Their words are no part of the ABI. Nothing is written anywhere else.
///
/// conn: must not be NULL.
/// level: an inkotls_log: which messages; INKOTLS_LOG_OFF, as at first, ends it.
/// callback: NULL only with INKOTLS_LOG_OFF. It comes from calls on this connection, on the thread
/// of that call.
/// user_data: handed to the callback; may be NULL. It must live until the log is ended or replaced,
/// or the connection freed.
///
/// INKOTLS_STATUS_UNSUPPORTED: the library is part of a Rust program. The messages go to the logger
/// that the program sets in the crate `log`, on the thread of the call.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_log(
    conn: Option<&mut inkotls_conn>,
    level: i32,
    callback: inkotls_log_callback,
    user_data: *mut c_void,
) -> Status {
    enter(conn, |c| set_log(c, level, callback, user_data))
}

/// Attaches a socket: from now on handshake, read, write, flush and close move the ciphertext
/// themselves, and WANT_READ and WANT_WRITE say what to poll it for. The library never blocks on
/// it, whether or not it is non-blocking, never closes it, and never raises SIGPIPE. What was
/// attached before is detached. What was fed before is not lost, and feed and drain still work; an
/// end that was seen stays an end, and what one failed to send is lost: writing fails ever after.
///
/// WANT_READ and WANT_WRITE mean that the socket would block, with one exception: a call that has
/// received 128 KiB and still has nothing to give answers WANT_READ, so that others may run, and
/// sets INKOTLS_STATE_READABLE. Edge-triggered hosts look at that bit before they wait.
///
/// conn: must not be NULL.
/// fd: a connected stream socket, or a pipe that is open both ways. It must stay open until it is
/// detached (inkotls_conn_detach), or until the last call that moves ciphertext; inkotls_conn_free
/// does not use it.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the descriptor is negative, or neither a stream socket nor a
/// pipe that is open both ways; inkotls_conn_os_error has errno. What was attached before stays
/// attached in this case.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_fd(conn: Option<&mut inkotls_conn>, fd: i32) -> Status {
    enter(conn, |c| set_fds(c, fd, fd))
}

/// Attaches two descriptors, one to read and one to write, such as two pipes: otherwise as
/// inkotls_conn_set_fd.
///
/// A pipe costs more system calls than a socket. Where it blocks, its end must have no other user:
/// a byte that another takes, or the room that another fills, would be waited for.
///
/// conn: must not be NULL.
/// read_fd, write_fd: connected stream sockets or ends of pipes.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: a descriptor is negative, is neither a stream socket nor a
/// pipe, or is the wrong end of a pipe; inkotls_conn_os_error has errno. What was attached before
/// stays attached.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_fds(
    conn: Option<&mut inkotls_conn>,
    read_fd: i32,
    write_fd: i32,
) -> Status {
    enter(conn, |c| set_fds(c, read_fd, write_fd))
}

/// Attaches two functions of the host's that move the ciphertext, in the place of a socket: then
/// the calls that would read or write the socket call them, on their own thread, and answer the
/// same.
///
/// conn: must not be NULL.
/// read, write: must not be NULL. They may not use `conn`. Where one fails, the call answers
/// INKOTLS_STATUS_IO_ERROR: inkotls_conn_os_error is what it returned, without the sign, or NONE
/// where it returned a length that cannot be.
/// user_data: handed to both; may be NULL. It must live until the last call that moves ciphertext;
/// inkotls_conn_free calls neither.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_io(
    conn: Option<&mut inkotls_conn>,
    read: inkotls_read_callback,
    write: inkotls_write_callback,
    user_data: *mut c_void,
) -> Status {
    enter(conn, |c| set_io(c, read, write, user_data))
}

/// Detaches the socket, the descriptors or the callbacks that were attached. From then on the host
/// moves the ciphertext, with feed and drain. If nothing was attached, the call changes nothing.
///
/// conn: must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_detach(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.attach(None))
}

/// Takes ciphertext from the network. What it means shows in the next call of handshake or read.
/// After the end of the connection, bytes are taken and dropped.
///
/// conn: must not be NULL.
/// data, len: the ciphertext, in bytes; copied.
/// used: receives the number of bytes accepted; must not be NULL. It may be less than len: keep the
/// rest, and feed it after the next call of handshake or read. After a call has returned WANT_READ,
/// there is room for at least 16 KiB, under every setting of INKOTLS_LIMIT_READ_BUFFER.
///
/// INKOTLS_STATUS_FULL: nothing was accepted, because the read buffer is full
/// (INKOTLS_LIMIT_READ_BUFFER). Call inkotls_conn_handshake or inkotls_conn_read until it returns
/// WANT_READ, then feed the rest.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_feed_eof was called before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_feed(
    conn: Option<&mut inkotls_conn>,
    data: *const c_void,
    len: usize,
    used: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(conn, |c| unsafe { feed(c, data, len, used) })
}

/// Says that the network has ended: the peer will send nothing more. What was fed before can
/// still be read; then handshake and read answer CLOSED or UNEXPECTED_EOF instead of WANT_READ.
///
/// conn: must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_feed_eof(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.conn.feed_eof())
}

/// Hands out ciphertext for the network. What is handed out must be sent, in this order; it is
/// not kept.
///
/// conn: must not be NULL.
/// buf, cap: where the ciphertext goes, in bytes.
/// out_len: how many bytes were written, 0 where nothing is waiting; must not be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_drain(
    conn: Option<&mut inkotls_conn>,
    buf: *mut c_void,
    cap: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the host vouches for buf and cap.
    enter(conn, |c| unsafe { drain(c, buf, cap, out_len) })
}

/// Lends ciphertext for the network, without a copy to a buffer of the host's. What was sent of it
/// is then forgotten by inkotls_conn_drain_consume. A host that lets another task use the
/// connection while it sends calls inkotls_conn_drain instead.
///
/// conn: must not be NULL.
/// out_data, out_len: the ciphertext, in bytes, a part of all that waits; a length of 0 where
/// nothing does; must not be NULL. It lives until the next non-const call on `conn`.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_drain_peek(
    conn: Option<&mut inkotls_conn>,
    out_data: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter(conn, |c| lend(Some(c.conn.output()), out_data, out_len))
}

/// Forgets ciphertext that was sent.
///
/// conn: must not be NULL.
/// len: how much of what inkotls_conn_drain_peek lent, in bytes. No other call on `conn` may have
/// come between.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: it is more than that.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_drain_consume(
    conn: Option<&mut inkotls_conn>,
    len: usize,
) -> Status {
    enter(conn, |c| consumed(c.conn.consume_output(len)))
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
/// INKOTLS_STATUS_WANT_BLOCKING: call inkotls_conn_run_blocking, then this again. Only where
/// inkotls_client_config_may_block or inkotls_server_config_may_block is 1.
/// INKOTLS_STATUS_CLOSED, INKOTLS_STATUS_UNEXPECTED_EOF: the peer left, with or without
/// close_notify.
/// INKOTLS_STATUS_ALERT_RECEIVED: the peer refused; inkotls_conn_alert_received says how.
/// INKOTLS_STATUS_INVALID_PEER_CERTIFICATE: inkotls_conn_certificate_error says why.
/// INKOTLS_STATUS_HANDSHAKE_FAILED, INKOTLS_STATUS_PROTOCOL_ERROR: the two sides have nothing in
/// common, or the peer broke the protocol.
/// INKOTLS_STATUS_INVALID_KEY: the host's signer did not sign.
/// INKOTLS_STATUS_IO_ERROR: the socket failed; inkotls_conn_os_error has errno.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_close was called before the handshake was done.
///
/// Most failures have an alert for the peer: the call answers WANT_WRITE until that, and what was
/// written before it, is drained or sent; then the failure, and the same failure ever after.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_handshake(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.handshake())
}

/// Runs the step that INKOTLS_STATUS_WANT_BLOCKING announced: the only call of a handshake in which
/// the host's callbacks may block, or the operating system's verification. Any thread may make it;
/// until it returns, no other call on `conn` may be made. It moves no ciphertext. Such steps are
/// announced before anything of them is done, and sometimes in vain: what an encrypted record holds
/// is not known before.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_OK: it ran, or there was none. Make the call again that answered
/// INKOTLS_STATUS_WANT_BLOCKING: that tells how it went.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_run_blocking(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.run_blocking())
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
        moved(c.read(buf), out_len)
    })
}

/// Lends plaintext, as inkotls_conn_read copies it. What was used of it is then forgotten by
/// inkotls_conn_read_consume.
///
/// conn: must not be NULL.
/// out_data, out_len: the plaintext, in bytes, at least 1; must not be NULL. It lives until the
/// next non-const call on `conn`.
///
/// Every status but INKOTLS_STATUS_OK: as for inkotls_conn_read.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_read_peek(
    conn: Option<&mut inkotls_conn>,
    out_data: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter(conn, |c| {
        let (out_data, out_len) = (output(out_data)?, output(out_len)?);
        let step = c.read_ahead()?;
        Ok(step.map(|()| lend(Some(c.conn.plaintext()), Some(out_data), Some(out_len))))
    })
}

/// Forgets plaintext that was used.
///
/// conn: must not be NULL.
/// len: how much of what inkotls_conn_read_peek lent, in bytes. No other call on `conn` may have
/// come between.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: it is more than that.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_read_consume(conn: Option<&mut inkotls_conn>, len: usize) -> Status {
    enter(conn, |c| consumed(c.conn.consume_plaintext(len)))
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
        moved(c.write(data), used)
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
    enter(conn, |c| c.flush())
}

/// Takes early data (0-RTT; RFC 8446, section 2.3) to send with the client's first flight, before
/// inkotls_conn_handshake is OK. Write all of it, then drive the handshake and ask
/// inkotls_conn_is_early_data_accepted: where the server refused it, it had no effect, and is
/// written again with inkotls_conn_write. Who records it can send it again: it may only ask for
/// what does no harm when it is done twice.
///
/// A server that took early data answers it with this, a round trip before its handshake is OK:
/// inkotls_conn_read_early_data. Who gets the answer is not proved until then.
///
/// conn: must not be NULL; a client whose config allows early data, or a server that took some.
/// data, len: the plaintext, in bytes; what is taken is copied.
/// used: how many bytes were taken: at least 1, unless `len` is 0, and perhaps fewer than `len`;
/// must not be NULL.
///
/// INKOTLS_STATUS_NONE: there is no session to resume that allows early data, or its limit is used
/// up, or the handshake has come too far; or this is a server that took none: go on with
/// inkotls_conn_handshake.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_close was called before.
/// INKOTLS_STATUS_WANT_WRITE: nothing was taken, for too much is waiting to be drained.
/// Failures: as for inkotls_conn_handshake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_write_early_data(
    conn: Option<&mut inkotls_conn>,
    data: *const c_void,
    len: usize,
    used: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter(conn, |c| {
        // SAFETY: the host vouches for data and len.
        let (data, used) = (unsafe { bytes(data, len) }?, output(used)?);
        moved(c.write_early_data(data), used)
    })
}

/// Reads early data (0-RTT; RFC 8446, section 2.3), on a server whose config takes it. It drives
/// the handshake, and may be called until it answers NONE, before inkotls_conn_handshake or after.
/// inkotls_conn_read never gives early data out. What was read may be somebody's recording, until
/// the handshake is done: see inkotls_server_builder_set_max_early_data.
///
/// conn: must not be NULL.
/// buf, cap: where the plaintext goes, in bytes.
/// out_len: how many bytes were written to `buf`: at least 1, unless `cap` is 0; must not be NULL.
///
/// INKOTLS_STATUS_WANT_READ, INKOTLS_STATUS_WANT_WRITE: call again after polling, or after feed or
/// drain.
/// INKOTLS_STATUS_WANT_BLOCKING: as for inkotls_conn_handshake.
/// INKOTLS_STATUS_NONE: there is none, or no more: go on with inkotls_conn_handshake.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_close was called before, and all that came was read.
/// Failures: as for inkotls_conn_handshake.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_read_early_data(
    conn: Option<&mut inkotls_conn>,
    buf: *mut c_void,
    cap: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter(conn, |c| {
        // SAFETY: the host vouches for buf and cap.
        let (buf, out_len) = (unsafe { bytes_mut(buf, cap) }?, output(out_len)?);
        moved(c.read_early_data(buf), out_len)
    })
}

/// Returns 1 where early data was accepted; 0, on a client, where it could have sent some and the
/// server refused, so that what was sent is to be sent again; INKOTLS_STATUS_NONE where there was
/// none to offer, before it is known, and on a server that takes none.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_is_early_data_accepted(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.is_early_data_accepted())
}

/// Takes new keys into use for what is sent, and has the peer do the same (KeyUpdate; RFC 8446,
/// section 4.6.3). It also happens by itself, before keys are used up. Peers end a connection that
/// does it again and again without sending anything.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_WANT_WRITE: nothing was done, for ciphertext is waiting: call again after
/// polling, or after drain.
/// INKOTLS_STATUS_INVALID_STATE: the handshake is not done, or inkotls_conn_close was called.
/// INKOTLS_STATUS_UNSUPPORTED: this is TLS 1.2, which cannot.
/// INKOTLS_STATUS_PROTOCOL_ERROR: the peer had begun a message that the new keys would cut.
/// Failures: those that the connection had before.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_update_keys(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.update_keys())
}

/// Derives keying material from the connection, the same on both sides (RFC 8446, section 7.5; RFC
/// 5705).
///
/// conn: must not be NULL.
/// label, label_len: the label, in bytes, at most 249; borrowed for this call.
/// context, context_len: the context, in bytes, at most 65535; NULL for none, which in TLS 1.2 is
/// not the same as an empty one. Borrowed for this call.
/// buf, len: where the keying material goes, and how much of it, in bytes: at least 1.
///
/// INKOTLS_STATUS_INVALID_STATE: the handshake is not done.
/// INKOTLS_STATUS_INVALID_ARGUMENT: the label or the context is too long, or no such length can be
/// derived.
/// Failures: those that the connection had before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_export_keying_material(
    conn: Option<&mut inkotls_conn>,
    label: *const c_void,
    label_len: usize,
    context: *const c_void,
    context_len: usize,
    buf: *mut c_void,
    len: usize,
) -> Status {
    enter(conn, |c| {
        // SAFETY: the host vouches for label and label_len.
        let label = unsafe { bytes(label, label_len) }?;
        // SAFETY: the host vouches for context and context_len.
        let bytes = unsafe { bytes(context, context_len) }?;
        // SAFETY: the host vouches for buf and len.
        let buf = unsafe { bytes_mut(buf, len) }?;
        c.conn.export(label, (!context.is_null()).then_some(bytes), buf)
    })
}

/// Gives out a channel binding (RFC 5056), for authentication above TLS such as SCRAM-PLUS.
///
/// conn: must not be NULL.
/// kind: an inkotls_channel_binding.
/// buf, cap: where the binding goes, in bytes: 64 are enough for any.
/// out_len: how many bytes were written; must not be NULL.
///
/// INKOTLS_STATUS_INVALID_STATE: the handshake is not done.
/// INKOTLS_STATUS_UNSUPPORTED: tls-exporter in TLS 1.2, unless the config requires the extended
/// master secret; or tls-server-end-point where it is not defined for the signature of the
/// certificate, such as Ed25519, or there is no certificate.
/// INKOTLS_STATUS_INVALID_ARGUMENT: there is no such kind, or `cap` is too small.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_channel_binding(
    conn: Option<&mut inkotls_conn>,
    kind: i32,
    buf: *mut c_void,
    cap: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter(conn, |c| {
        // SAFETY: the host vouches for buf and cap.
        let (buf, out_len) = (unsafe { bytes_mut(buf, cap) }?, output(out_len)?);
        out_len.write(copied(&c.conn.channel_binding(kind)?, buf)?);
        Ok(())
    })
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
    enter(conn, |c| c.close())
}

/// Returns bits of inkotls_state, for a host that polls both ways at once; or a negative status.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_state(conn: Option<&inkotls_conn>) -> i32 {
    let bit = |is_set: bool, bit: inkotls_state| i32::from(is_set) * bit as i32;
    number(conn, |c| {
        let state = c.conn.state();
        let bits = bit(state.handshaking, inkotls_state::Handshaking)
            | bit(state.readable || c.yielded, inkotls_state::Readable)
            | bit(state.wants_write, inkotls_state::WantsWrite)
            | bit(state.peer_closed, inkotls_state::PeerClosed)
            | bit(state.closed, inkotls_state::LocalClosed)
            | bit(state.failed, inkotls_state::Failed)
            | bit(state.wants_blocking, inkotls_state::WantsBlocking);
        Some(bits)
    })
}

/// Frees the connection and wipes its secrets. Does no I/O: ciphertext that was not drained is
/// lost. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_free(conn: Option<Box<inkotls_conn>>) {
    free(conn);
}
