//! inkotls_conn: one TLS connection.

use super::calls::{
    consumed, copied, drain, feed, lend, moved, set_fds, set_io, set_log, set_user_data,
};
use super::{
    inkotls_client_config, inkotls_log_callback, inkotls_read_callback, inkotls_server_config,
    inkotls_state, inkotls_write_callback,
};
use crate::engine::Conn;
use crate::error::{Error, Status};
use crate::ffi::{
    Handle, Opaque, bytes, bytes_mut, create, enter, free, given_shared, number, output, own,
    set_filled,
};
use crate::setup::{self, negotiation::add_alpn};
use crate::transport::Link;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// An inkotls_conn is one TLS connection, of a client or of a server.
///
/// Only one thread at a time may use a connection; any thread may make the next call.
pub struct inkotls_conn(Opaque);

impl Handle for inkotls_conn {
    type State = Link;
}

/// Creates a client connection.
///
/// The connection produces no ciphertext until inkotls_conn_handshake, or another call that drives
/// the handshake, is called.
///
/// A failure of inkotls_conn_new_client leaves no error message, because no connection exists that
/// could keep the error message. inkotls_status_text describes the status.
///
/// config             The settings of the connection. Retained.
/// server_name, len   The name that the server must prove with its certificate, and its length in
///                    bytes. The name must not contain a NUL byte. A DNS name is also sent to the
///                    server (SNI, RFC 6066); an IP address is not sent. A client that verifies no
///                    name, because it trusts single certificates or raw public keys, passes the
///                    IP address of the server. Copied.
/// out_conn           Receives the connection. Free it with inkotls_conn_free.
///
/// INVALID_NAME   The name is neither a DNS name nor an IP address. inkotls_invalid_name_text
///                writes an error message that says what is wrong with the name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_new_client(
    config: Option<&inkotls_client_config>,
    server_name: *const c_char,
    len: usize,
    out_conn: Option<&mut MaybeUninit<*mut inkotls_conn>>,
) -> Status {
    create(out_conn, || {
        let config = given_shared(config, "config")?;
        // SAFETY: the host vouches for server_name and len.
        let name = setup::server_name(unsafe { bytes(server_name, len) }?)?;
        Ok(own(Link::new(Conn::client(&config.config, name))))
    })
}

/// Creates a server connection with a config that is chosen before the ClientHello arrives.
///
/// A server that chooses its config after it has seen the ClientHello uses an inkotls_acceptor
/// instead.
///
/// A failure of inkotls_conn_new_server leaves no error message, because no connection exists that
/// could keep the error message. inkotls_status_text describes the status.
///
/// config     The settings of the connection. Retained.
/// out_conn   Receives the connection. Free it with inkotls_conn_free.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_new_server(
    config: Option<&inkotls_server_config>,
    out_conn: Option<&mut MaybeUninit<*mut inkotls_conn>>,
) -> Status {
    create(out_conn, || {
        let config = given_shared(config, "config")?;
        Ok(own(Link::new(Conn::server(&config.config))))
    })
}

/// Adds an ALPN protocol (RFC 7301) to the list of this connection, as the least preferred one.
///
/// The list of a new connection is the list of its config. A list has at most 64 protocols: adding
/// one more returns INVALID_ARGUMENT.
///
/// protocol, len   The name of the protocol, such as "h2", and its length in bytes. Range: 1 to
///                 255. Copied.
///
/// INVALID_ARGUMENT   The length is not in its range, or the list already has 64 protocols.
/// INVALID_STATE      The handshake has begun: a client has produced its ClientHello, or a server
///                    has processed the ClientHello that it received.
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

/// Removes all ALPN protocols from the list of this connection.
///
/// A server that negotiates the protocol itself calls inkotls_conn_clear_alpn after
/// inkotls_acceptor_into_conn, and then adds the protocol that it has chosen with
/// inkotls_conn_add_alpn. If no protocol is added, the connection does not use ALPN.
///
/// INVALID_STATE   The handshake has begun: a client has produced its ClientHello, or a server has
///                 processed the ClientHello that it received.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_clear_alpn(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| {
        c.conn.alpn_list()?.clear();
        Ok(())
    })
}

/// Sets bytes that are stored with each session that this server connection creates.
///
/// A later server connection that resumes one of these sessions reads the stored bytes with
/// inkotls_conn_resumption_data. Sessions that the later connection itself creates do not inherit
/// the stored bytes: the host sets them again with inkotls_conn_set_resumption_data. If the config
/// has ticket keys, the bytes that inkotls_conn_set_resumption_data sets travel in the encrypted
/// tickets. The bytes of a later call replace those of an earlier call.
///
/// data, len   The bytes, and their number in bytes. Range: 0 to 2048. Default: none. Copied.
///
/// INVALID_ARGUMENT   The value of len is larger than 2048.
/// INVALID_STATE      The handshake is done, or conn is a client connection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_set_resumption_data(
    conn: Option<&mut inkotls_conn>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(conn, |c| c.conn.set_resumption_data(unsafe { bytes(data, len) }?))
}

/// Sets the pointer that the library passes to callbacks as conn_user_data.
///
/// The callbacks of a config or of an identity are set once for many connections
/// (inkotls_verify_callback, inkotls_sign_callback, inkotls_key_log_callback,
/// inkotls_session_put_callback, inkotls_session_get_callback, inkotls_clock_callback). Their
/// conn_user_data says which connection the call is about. inkotls_log_callback receives
/// conn_user_data, too.
///
/// user_data   Passed to callbacks during calls on conn. May be NULL. Default: NULL. Must stay
///             valid until a later call of inkotls_conn_set_user_data returns OK, or until conn is
///             freed.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_user_data(
    conn: Option<&mut inkotls_conn>,
    user_data: *mut c_void,
) -> Status {
    enter(conn, |c| set_user_data(c, user_data))
}

/// Sets the callback that receives log messages about this connection.
///
/// Log messages are for people: what was negotiated, and what failed. Their text is not part of the
/// ABI. The library writes log messages nowhere else.
///
/// level       An inkotls_log. Messages of this level and of the levels with smaller numbers are
///             reported. With INKOTLS_LOG_OFF, the callback is no longer called. Default:
///             INKOTLS_LOG_OFF.
/// callback    Called with each message, during a call on conn and on the thread of that call. May
///             be NULL if level is INKOTLS_LOG_OFF.
/// user_data   Passed to callback. May be NULL. Must stay valid until a later call of
///             inkotls_conn_set_log returns OK, or until conn is freed.
///
/// INVALID_ARGUMENT   The value of level is not an inkotls_log, or callback is NULL and level is
///                    not INKOTLS_LOG_OFF.
/// UNSUPPORTED        The library is part of a Rust program. The logger that this program sets in
///                    the crate log receives the messages instead, on the thread of the call.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_log(
    conn: Option<&mut inkotls_conn>,
    level: i32,
    callback: inkotls_log_callback,
    user_data: *mut c_void,
) -> Status {
    enter(conn, |c| set_log(c, level, callback, user_data))
}

/// Attaches a socket, from which the connection then reads and to which it writes ciphertext
/// itself.
///
/// From then on these calls move ciphertext themselves: inkotls_conn_handshake, inkotls_conn_read,
/// inkotls_conn_read_peek, inkotls_conn_write, inkotls_conn_flush, inkotls_conn_close,
/// inkotls_conn_read_early_data, inkotls_conn_write_early_data and inkotls_conn_update_keys. Their
/// WANT_READ and WANT_WRITE say for which event to poll the socket. A transport that was attached
/// before is detached.
///
/// On Linux, the socket may still be connecting (connect has returned EINPROGRESS): the calls
/// return WANT_WRITE until the socket is connected. If the socket cannot be connected,
/// inkotls_conn_handshake returns IO_ERROR, and inkotls_conn_os_error returns the errno value of
/// the failed connect, such as ECONNREFUSED.
///
/// inkotls_conn_set_fd itself makes two system calls on a socket: getsockopt(2) with SO_TYPE, once
/// for reading and once for writing. To receive from the socket, the library calls recv(2) with
/// MSG_DONTWAIT. To send to the socket, the library calls sendmsg(2) with MSG_DONTWAIT and
/// MSG_NOSIGNAL. Therefore the library never blocks on the socket, whether or not it is in
/// non-blocking mode, never raises SIGPIPE, never changes the flags of the socket, and never closes
/// it. The system calls on a pipe are listed at inkotls_conn_set_fds.
///
/// On macOS and on Windows, inkotls_conn_set_fd sets the socket to non-blocking mode, and the
/// socket stays in that mode: macOS ignores MSG_DONTWAIT in sendmsg, and Windows has no such flag.
/// On macOS, every descriptor of the same socket, such as one that dup(2) or a child process has,
/// is then in non-blocking mode.
///
/// On Windows, fd is a SOCKET, whose value always fits into int32_t. Winsock must be started
/// (WSAStartup). The library calls recv and WSASend, and inkotls_conn_os_error returns numbers of
/// Winsock, such as WSAECONNRESET (10054). Pipes are not supported there.
///
/// WANT_READ and WANT_WRITE mean that the socket would block, with one exception: a call that has
/// received 128 KiB and has nothing to return yet returns WANT_READ, so that other tasks can run,
/// and sets the bit INKOTLS_STATE_READABLE of inkotls_conn_state. A host that waits for
/// edge-triggered events looks at this bit before it waits. The exception exists with every
/// transport that is attached: a socket, two descriptors, or callbacks.
///
/// inkotls_conn_feed and inkotls_conn_drain still work while a socket is attached, and ciphertext
/// that was fed before is kept. An end of file (EOF) that an earlier transport reported stays in
/// effect. After an earlier transport has failed to send, its ciphertext is lost, and calls that
/// send return IO_ERROR with every later transport.
///
/// fd   A stream socket that is connected or (on Linux) connecting, or a pipe that is open for
///      reading and writing. The descriptor must stay open until the first of these events:
///      inkotls_conn_detach returns OK; a call that attaches another transport to conn returns OK;
///      the last call on conn that moves ciphertext (inkotls_conn_set_fd lists these calls)
///      returns. inkotls_conn_free does not use the descriptor.
///
/// INVALID_ARGUMENT   The descriptor is negative, is not open, or is neither a stream socket nor a
///                    pipe that is open for reading and writing; inkotls_conn_os_error returns the
///                    errno value of that failure. The transport that was attached before stays
///                    attached.
/// INVALID_STATE      inkotls_conn_feed_room was called, and inkotls_conn_feed_filled was not
///                    called since then.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_fd(conn: Option<&mut inkotls_conn>, fd: i32) -> Status {
    enter(conn, |c| set_fds(c, fd, fd))
}

/// Attaches two file descriptors, one for reading and one for writing, such as two pipes.
///
/// Apart from the number of descriptors, inkotls_conn_set_fds does what inkotls_conn_set_fd does.
///
/// A pipe needs more system calls than a socket. To attach a pipe, the library calls getsockopt(2),
/// fstat(2) and fcntl(2). To read from a pipe, the library calls poll(2) and then read(2). To write
/// to a pipe that is in non-blocking mode, the library calls fcntl(2) and then writev(2). To write
/// to a pipe that is not in non-blocking mode, the library calls fcntl(2), then poll(2), and then
/// write(2) with at most PIPE_BUF bytes. During writev(2) and write(2), SIGPIPE is blocked in the
/// calling thread (pthread_sigmask(3)).
///
/// If a pipe is not in non-blocking mode, only the library may use the end of the pipe that is
/// attached. A call blocks in read(2) if another reader has removed the bytes from the pipe after
/// poll(2), and a call blocks in write(2) if another writer has filled the pipe after poll(2).
///
/// read_fd    A connected stream socket, or the read end of a pipe. The descriptor must stay open
///            until the first of these events: inkotls_conn_detach returns OK; a call that attaches
///            another transport to conn returns OK; the last call on conn that moves ciphertext
///            (inkotls_conn_set_fd lists these calls) returns. inkotls_conn_free does not use the
///            descriptor.
/// write_fd   A connected stream socket, or the write end of a pipe. The descriptor must stay open
///            until the first of these events: inkotls_conn_detach returns OK; a call that attaches
///            another transport to conn returns OK; the last call on conn that moves ciphertext
///            (inkotls_conn_set_fd lists these calls) returns. inkotls_conn_free does not use the
///            descriptor.
///
/// INVALID_ARGUMENT   A descriptor is negative, is not open, is neither a stream socket nor a pipe,
///                    or is the wrong end of a pipe; inkotls_conn_os_error returns the errno value
///                    of that failure. The transport that was attached before stays attached.
/// INVALID_STATE      inkotls_conn_feed_room was called, and inkotls_conn_feed_filled was not
///                    called since then.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_fds(
    conn: Option<&mut inkotls_conn>,
    read_fd: i32,
    write_fd: i32,
) -> Status {
    enter(conn, |c| set_fds(c, read_fd, write_fd))
}

/// Attaches two callbacks, through which the connection then receives and sends ciphertext itself.
///
/// The calls that would use a socket after inkotls_conn_set_fd call the callbacks instead, on their
/// own thread, and return the same statuses. A transport that was attached before is detached.
///
/// WANT_READ means that the read callback returned -EAGAIN or -EWOULDBLOCK, with one exception: a
/// call that has received 128 KiB and has nothing to return yet returns WANT_READ, so that other
/// tasks can run, and sets the bit INKOTLS_STATE_READABLE of inkotls_conn_state. A host whose
/// callbacks have a buffer of their own looks at this bit before it waits, because no event reports
/// what is in that buffer.
///
/// If a callback returns an error, the call returns IO_ERROR, and inkotls_conn_os_error returns the
/// errno value, without the minus sign. If a callback returns a length that is larger than its
/// buffer, the call returns IO_ERROR, and inkotls_conn_os_error returns INKOTLS_STATUS_NONE.
///
/// read        Called to receive ciphertext. The callback must not use conn.
/// write       Called to send ciphertext. The callback must not use conn.
/// user_data   Passed to both callbacks. May be NULL. Must stay valid until the first of these
///             events: inkotls_conn_detach returns OK; a call that attaches another transport to
///             conn returns OK; the last call on conn that moves ciphertext (inkotls_conn_set_fd
///             lists these calls) returns. inkotls_conn_free calls neither callback.
///
/// INVALID_STATE   inkotls_conn_feed_room was called, and inkotls_conn_feed_filled was not called
///                 since then.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_set_io(
    conn: Option<&mut inkotls_conn>,
    read: inkotls_read_callback,
    write: inkotls_write_callback,
    user_data: *mut c_void,
) -> Status {
    enter(conn, |c| set_io(c, read, write, user_data))
}

/// Detaches the socket, the descriptors or the callbacks that are attached.
///
/// After inkotls_conn_detach the host moves the ciphertext, with inkotls_conn_feed and
/// inkotls_conn_drain. If nothing is attached, the call changes nothing. If another call on conn is
/// running, inkotls_conn_detach returns INVALID_STATE, as every overlapping call: the descriptor
/// must then stay open until the other call has returned.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_detach(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.attach(None))
}

/// Copies ciphertext that the host has received into the connection.
///
/// The bytes are only queued: a failure that they cause is returned by the next call of
/// inkotls_conn_handshake or inkotls_conn_read. After the connection has failed, or the peer has
/// sent close_notify, bytes are accepted and discarded.
///
/// data, len   The ciphertext, and its length in bytes. Copied.
/// used        Receives the number of bytes that were accepted, which may be less than len. Keep
///             the bytes that were not accepted, and feed them after the next call of
///             inkotls_conn_handshake or inkotls_conn_read. After a call has returned WANT_READ, at
///             least 16 KiB are accepted, under every setting of INKOTLS_LIMIT_READ_BUFFER. The
///             call writes used only if it returns OK: after FULL, used has the value that it had
///             before.
///
/// FULL            Nothing was accepted, because the read buffer (INKOTLS_LIMIT_READ_BUFFER) is
///                 full. Call inkotls_conn_handshake or inkotls_conn_read until it returns
///                 WANT_READ, then feed the same bytes again.
/// INVALID_STATE   inkotls_conn_feed_eof was called before, or an attached transport has reported
///                 its end of file (EOF); or inkotls_conn_feed_room was called, and
///                 inkotls_conn_feed_filled was not called since then.
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

/// Allocates memory inside the connection, into which the host then receives ciphertext itself.
///
/// With this memory, a host that receives with io_uring or IOCP needs no receive buffer of its own.
/// After the host has received into out_buf, inkotls_conn_feed_filled passes the received
/// ciphertext to the connection.
///
/// Until inkotls_conn_feed_filled returns OK, or conn is freed, the memory stays at its address,
/// and the library neither reads nor writes the memory: the operating system, or another thread,
/// may receive into the memory while calls on conn run. Calls on conn must not overlap, as always;
/// one after the other, the host may for example read, write, drain and close the connection. Only
/// calls that would mix other ciphertext with the awaited ciphertext return INVALID_STATE:
/// inkotls_conn_feed, inkotls_conn_feed_eof, inkotls_conn_set_fd, inkotls_conn_set_fds and
/// inkotls_conn_set_io. A second call of inkotls_conn_feed_room returns the same memory again.
/// Before inkotls_conn_free, cancel a receive operation that still uses the memory, and wait until
/// the operation has ended.
///
/// The memory has at most 18436 bytes, the length of the longest TLS record. The connection holds
/// the memory only until inkotls_conn_feed_filled. A host with many idle connections that wants to
/// save the memory calls inkotls_conn_feed_room only when a socket is readable, or passes
/// ciphertext from a buffer that all connections share to inkotls_conn_feed.
///
/// After the connection has failed, or the peer has sent close_notify, the call still returns OK,
/// and inkotls_conn_feed_filled discards what is received. An inkotls_acceptor has no such call:
/// pass the ciphertext of a ClientHello to inkotls_acceptor_feed.
///
/// out_buf   Receives a pointer to the memory, which is not initialised. Valid until
///           inkotls_conn_feed_filled returns OK, or until conn is freed.
/// out_cap   Receives the size of the memory in bytes, which is at least 1. Memory that is
///           allocated after a call has returned WANT_READ has at least 16 KiB, under every setting
///           of INKOTLS_LIMIT_READ_BUFFER.
///
/// FULL            The read buffer (INKOTLS_LIMIT_READ_BUFFER) is full. Call inkotls_conn_handshake
///                 or inkotls_conn_read until it returns WANT_READ, then call
///                 inkotls_conn_feed_room again.
/// INVALID_STATE   A transport is attached, and receives the ciphertext itself; or
///                 inkotls_conn_feed_eof was called before, or an attached transport has reported
///                 its end of file (EOF).
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_feed_room(
    conn: Option<&mut inkotls_conn>,
    out_buf: Option<&mut MaybeUninit<*mut u8>>,
    out_cap: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter(conn, |c| {
        let (out_buf, out_cap) = (output(out_buf)?, output(out_cap)?);
        let Some(room) = c.feed_room()? else { return Ok(Status::Full) };
        // No slice of it: the host may be receiving into it.
        out_buf.write(room.as_mut_ptr());
        out_cap.write(room.capacity());
        Ok(Status::Ok)
    })
}

/// Passes ciphertext that the host has received into the memory of inkotls_conn_feed_room to the
/// connection.
///
/// The whole ciphertext is accepted. A failure that the ciphertext causes is returned by the next
/// call of inkotls_conn_handshake or inkotls_conn_read, as after inkotls_conn_feed. After the call,
/// the memory of inkotls_conn_feed_room must not be used: to receive more, call
/// inkotls_conn_feed_room again.
///
/// len   The number of bytes that were received, from the start of the memory. 0 means that nothing
///       was received, for example because the receive operation was cancelled; the memory is then
///       freed. At the end of file (EOF), call inkotls_conn_feed_filled with 0, and then
///       inkotls_conn_feed_eof.
///
/// INVALID_ARGUMENT   The value of len is larger than the out_cap of inkotls_conn_feed_room.
///                    Nothing was accepted, and the memory stays valid.
/// INVALID_STATE      inkotls_conn_feed_room was not called, or inkotls_conn_feed_filled has
///                    returned OK since then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_conn_feed_filled(
    conn: Option<&mut inkotls_conn>,
    len: usize,
) -> Status {
    enter(conn, |c| {
        let room = c.conn.lent_room();
        let room = room.ok_or_else(|| Error::state("feed_filled without feed_room before it"))?;
        // SAFETY: the host vouches for len bytes, which it has received.
        unsafe { set_filled(room, len) }?;
        c.conn.feed_filled();
        Ok(())
    })
}

/// Sets the end of file (EOF) of the transport: the peer will send no more ciphertext.
///
/// Call inkotls_conn_feed_eof only after inkotls_conn_feed or inkotls_conn_feed_filled has accepted
/// all ciphertext that was received, because from then on inkotls_conn_feed returns INVALID_STATE.
/// A second call of inkotls_conn_feed_eof changes nothing and returns OK.
///
/// Ciphertext that was fed before can still be read. When nothing is left to read,
/// inkotls_conn_handshake and inkotls_conn_read return CLOSED (the peer has sent close_notify) or
/// UNEXPECTED_EOF (the peer has not sent close_notify) instead of WANT_READ.
///
/// INVALID_STATE   inkotls_conn_feed_room was called, and inkotls_conn_feed_filled was not called
///                 since then.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_feed_eof(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.conn.feed_eof())
}

/// Copies queued ciphertext, which the host then sends to the peer, and removes it from the queue.
///
/// Send the bytes of each call before the bytes of the next one; the connection does not keep them.
///
/// buf, cap   Receives the ciphertext. cap is the size of buf in bytes.
/// out_len    Receives the number of bytes written, which is 0 if no ciphertext is queued, and cap
///            if more ciphertext may be queued: INKOTLS_STATE_WANTS_WRITE says whether.
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

/// Reads queued ciphertext in place, without a buffer of the caller.
///
/// After the bytes, or some of them, have been sent, inkotls_conn_drain_consume removes them from
/// the queue. Between inkotls_conn_drain_peek and inkotls_conn_drain_consume, make no other call
/// that takes conn as a pointer to non-const. A host that lets another task use conn while the
/// bytes are being sent calls inkotls_conn_drain instead.
///
/// Nothing is copied to the caller. Inside the library, the records of the queue are copied to one
/// contiguous buffer, unless they are already there; inkotls_conn_drain makes at least as many
/// copies.
///
/// out_data   Receives a pointer to the ciphertext. Valid until the next call that takes conn as a
///            pointer to non-const, or until conn is freed.
/// out_len    Receives the length of the ciphertext in bytes, which is 0 if none is queued. More
///            ciphertext may be queued behind it: consume these bytes, then repeat the call.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_drain_peek(
    conn: Option<&mut inkotls_conn>,
    out_data: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter(conn, |c| lend(Some(c.conn.output()), out_data, out_len))
}

/// Removes ciphertext that has been sent from the queue.
///
/// len   How much of the ciphertext of inkotls_conn_drain_peek was sent, in bytes. Between
///       inkotls_conn_drain_peek and inkotls_conn_drain_consume, make only calls that take conn as
///       a pointer to const.
///
/// INVALID_ARGUMENT   The value of len is larger than the out_len of inkotls_conn_drain_peek.
///                    Nothing was removed.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_drain_consume(
    conn: Option<&mut inkotls_conn>,
    len: usize,
) -> Status {
    enter(conn, |c| consumed(c.conn.consume_output(len)))
}

/// Runs the handshake as far as the received ciphertext allows.
///
/// After the handshake is done, a repeated call does nothing: it returns OK, or the failure that
/// the connection has had since.
///
/// With a transport attached, the call also receives and sends ciphertext, as far as the transport
/// does not block.
///
/// Most failures queue an alert for the peer. The call then returns WANT_WRITE until that alert,
/// and the ciphertext queued before it, has been drained or sent; from then on it returns the
/// failure.
///
/// A server connection knows some results before inkotls_conn_handshake returns OK. While the
/// ClientHello is incomplete, inkotls_conn_handshake returns WANT_READ, and
/// inkotls_conn_protocol_version returns INKOTLS_STATUS_NONE. The first WANT_READ after the
/// ClientHello means that the first flight of the server has been drained or sent, and that
/// inkotls_conn_protocol_version, inkotls_conn_cipher_suite, inkotls_conn_server_name and
/// inkotls_conn_alpn return their results. If the first flight is a HelloRetryRequest (RFC 8446,
/// section 4.1.4), inkotls_conn_alpn returns its result only after the second flight. Results of a
/// handshake are not authenticated before inkotls_conn_handshake has returned OK.
///
/// On a client in TLS 1.3, OK does not mean that the server has accepted the certificate of the
/// client: the server verifies the certificate after the handshake of the client is done (RFC 8446,
/// section 2). If the server refuses the certificate, or refuses a client that has presented none,
/// the first inkotls_conn_read that receives the alert returns ALERT_RECEIVED. In TLS 1.2,
/// inkotls_conn_handshake itself returns ALERT_RECEIVED.
///
/// OK                         The handshake is done, and the last flight of this side has been
///                            drained or sent, so that the peer can go on.
/// WANT_READ                  More ciphertext is needed: feed ciphertext, or poll the attached
///                            transport for reading, then repeat the call.
/// WANT_WRITE                 Ciphertext is queued: drain the ciphertext, or poll the attached
///                            transport for writing, then repeat the call.
/// WANT_BLOCKING              The next step of the handshake may block: call
///                            inkotls_conn_run_blocking on a thread that may block, then repeat the
///                            call that returned WANT_BLOCKING. Only a config whose
///                            inkotls_client_config_may_block or inkotls_server_config_may_block
///                            returns 1 causes WANT_BLOCKING.
/// CLOSED                     The peer sent close_notify before the handshake was done.
/// UNEXPECTED_EOF             The transport ended without close_notify before the handshake was
///                            done.
/// ALERT_RECEIVED             The peer sent a fatal alert; inkotls_conn_alert_received returns its
///                            number.
/// INVALID_PEER_CERTIFICATE   The certificate of the peer was refused, or the peer did not prove
///                            that it has the private key; inkotls_conn_certificate_error returns
///                            the reason.
/// HANDSHAKE_FAILED           The two sides have no version, cipher suite, group, ALPN protocol,
///                            signature scheme or certificate type (X.509, or a raw public key of
///                            RFC 7250) in common; or no identity of the server has the server
///                            name; or a limit was exceeded (INKOTLS_LIMIT_HANDSHAKE); or the
///                            server has refused Encrypted ClientHello: inkotls_conn_ech_status
///                            then returns INKOTLS_ECH_STATUS_REJECTED, whose comment says how to
///                            connect again.
/// PROTOCOL_ERROR             The peer violated the protocol, or the ciphertext was changed on its
///                            way.
/// INVALID_KEY                The inkotls_sign_callback of this side's identity returned no
///                            signature.
/// IO_ERROR                   The attached transport has failed; inkotls_conn_os_error returns the
///                            errno value of the first failure.
/// INVALID_STATE              inkotls_conn_close was called before the handshake was done.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_handshake(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.handshake())
}

/// Runs the step of the handshake that a call announced with WANT_BLOCKING.
///
/// inkotls_conn_run_blocking is the only call on a connection in which callbacks that may block, or
/// the verification of the operating system, run. Call it on any thread that may block; no other
/// call on conn may be made until it returns. inkotls_conn_run_blocking moves no ciphertext.
///
/// A step is the processing of received ciphertext with all callbacks that this needs: one call of
/// inkotls_conn_run_blocking may run several callbacks one after the other, such as the
/// inkotls_verify_callback and then the inkotls_sign_callback. The call goes on to further steps as
/// far as the received ciphertext allows.
///
/// The host has nothing to drain before inkotls_conn_run_blocking, because a call that announces a
/// step returns WANT_WRITE until all queued ciphertext is drained or sent, and only then
/// WANT_BLOCKING.
///
/// To abandon conn while inkotls_conn_run_blocking runs on another thread, have that thread call
/// inkotls_conn_free after inkotls_conn_run_blocking has returned. The library cannot interrupt a
/// callback.
///
/// WANT_BLOCKING is returned before any part of the step has run. WANT_BLOCKING may be spurious,
/// because the contents of an encrypted record are not known in advance.
///
/// OK   The step has run, or no step was announced. The call returns OK also if the step has
///      failed, for example because the certificate of the peer was refused. Repeat the call that
///      returned WANT_BLOCKING: the repeated call goes on, or returns WANT_WRITE until the alert
///      has been sent and then the failure.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_run_blocking(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.run_blocking())
}

/// Reads as much plaintext as is available.
///
/// Until the handshake is done, the call runs the handshake and returns what inkotls_conn_handshake
/// returns. Early data is read only with inkotls_conn_read_early_data.
///
/// A client in TLS 1.3 learns only from inkotls_conn_read that the server has refused the
/// certificate of the client: the call returns ALERT_RECEIVED, although inkotls_conn_handshake has
/// returned OK.
///
/// A client processes the tickets of TLS 1.3, with which a later connection resumes the session,
/// only in inkotls_conn_read and inkotls_conn_read_peek, because the tickets arrive after the
/// handshake.
///
/// After the handshake, the call returns WANT_WRITE only if the connection has failed, so that a
/// task that reads never waits for a task that writes. WANT_READ does not mean that everything was
/// sent: call inkotls_conn_flush after inkotls_conn_write, before waiting for an answer.
///
/// After the handshake, CLOSED and UNEXPECTED_EOF mean that no more plaintext can be read. Writing
/// is not affected: inkotls_conn_write may still be called. Before the handshake is done, CLOSED
/// and UNEXPECTED_EOF mean that the handshake cannot finish.
///
/// With a transport attached, the call receives only while there is no plaintext, and about one
/// record at a time: if out_len is less than cap, the transport may still have more. The plaintext
/// of a record may be available although the socket is not readable. Therefore repeat the call
/// until it returns WANT_READ before waiting for the socket.
///
/// With a cap of 0 after the handshake, the call receives and decrypts nothing: it returns OK with
/// an out_len of 0, also after the peer has closed, or the failure of the connection.
///
/// buf, cap   Receives the plaintext. cap is the size of buf in bytes.
/// out_len    Receives the number of bytes written, which is at least 1 unless cap is 0.
///
/// WANT_READ        More ciphertext is needed: feed ciphertext, or poll the attached transport for
///                  reading, then repeat the call.
/// WANT_WRITE       Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///                  writing, then repeat the call.
/// WANT_BLOCKING    The next step of the handshake may block: call inkotls_conn_run_blocking on a
///                  thread that may block, then repeat the call that returned WANT_BLOCKING.
/// CLOSED           The peer sent close_notify, and everything that it sent before has been read.
///                  Reading has ended.
/// UNEXPECTED_EOF   The transport ended without close_notify: what was read may be truncated.
///                  Reading has ended.
/// IO_ERROR         The attached transport has failed, so that what was read may be truncated;
///                  inkotls_conn_os_error returns the errno value of that failure. After the
///                  handshake, this call returns IO_ERROR only if the transport has failed to
///                  receive. If the transport has failed to send, inkotls_conn_write,
///                  inkotls_conn_flush and inkotls_conn_close return IO_ERROR.
/// INVALID_STATE    inkotls_conn_close was called before the handshake was done.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection has failed, in this call or earlier; inkotls_conn_handshake describes each of
///     these statuses.
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

/// Reads plaintext in place: the caller receives a pointer, and the plaintext is not copied.
///
/// After the bytes, or some of them, have been used, inkotls_conn_read_consume removes them.
/// Between inkotls_conn_read_peek and inkotls_conn_read_consume, make no other call that takes conn
/// as a pointer to non-const. In everything else, inkotls_conn_read_peek does what
/// inkotls_conn_read does.
///
/// out_data   Receives a pointer to the plaintext. Valid until the next call that takes conn as a
///            pointer to non-const, or until conn is freed.
/// out_len    Receives the length of the plaintext in bytes, which is at least 1. More plaintext
///            may follow: consume these bytes, then repeat the call.
///
/// WANT_READ        More ciphertext is needed: feed ciphertext, or poll the attached transport for
///                  reading, then repeat the call.
/// WANT_WRITE       Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///                  writing, then repeat the call.
/// WANT_BLOCKING    The next step of the handshake may block: call inkotls_conn_run_blocking on a
///                  thread that may block, then repeat the call that returned WANT_BLOCKING.
/// CLOSED           The peer sent close_notify, and everything that it sent before has been read.
///                  Reading has ended.
/// UNEXPECTED_EOF   The transport ended without close_notify: what was read may be truncated.
///                  Reading has ended.
/// IO_ERROR         The attached transport has failed, so that what was read may be truncated;
///                  inkotls_conn_os_error returns the errno value of that failure. After the
///                  handshake, this call returns IO_ERROR only if the transport has failed to
///                  receive. If the transport has failed to send, inkotls_conn_write,
///                  inkotls_conn_flush and inkotls_conn_close return IO_ERROR.
/// INVALID_STATE    inkotls_conn_close was called before the handshake was done.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection has failed, in this call or earlier; inkotls_conn_handshake describes each of
///     these statuses.
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

/// Removes plaintext that has been used.
///
/// len   How much of the plaintext of inkotls_conn_read_peek was used, in bytes. Between
///       inkotls_conn_read_peek and inkotls_conn_read_consume, make only calls that take conn as a
///       pointer to const.
///
/// INVALID_ARGUMENT   The value of len is larger than the out_len of inkotls_conn_read_peek.
///                    Nothing was removed.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_read_consume(conn: Option<&mut inkotls_conn>, len: usize) -> Status {
    enter(conn, |c| consumed(c.conn.consume_plaintext(len)))
}

/// Writes plaintext, which the call encrypts and queues as ciphertext; the queued ciphertext is
/// sent through the attached transport or, without a transport, is drained by the host.
///
/// Until the handshake is done, the call consumes nothing, runs the handshake, and returns what
/// inkotls_conn_handshake returns. Bytes that were consumed must not be passed again.
///
/// With a transport attached, inkotls_conn_write also sends the queued ciphertext, as far as the
/// transport does not block; inkotls_conn_flush sends the rest. The bytes that were consumed are
/// encrypted, but perhaps not sent yet: everything has been sent when inkotls_conn_flush returns
/// OK. Without a transport, inkotls_conn_write sends nothing: the host drains the ciphertext
/// (inkotls_conn_drain) and sends it.
///
/// data, len   The plaintext, and its length in bytes. Copied.
/// used        Receives the number of bytes that were consumed, which is at least 1 unless len is
///             0, and may be less than len. Call the function again with the bytes that were not
///             consumed.
///
/// WANT_READ        The handshake is not done and needs more ciphertext. Feed it, or poll the
///                  transport that is attached for reading; then repeat the call.
/// WANT_WRITE       Nothing was consumed, because the write buffer (INKOTLS_LIMIT_WRITE_BUFFER) is
///                  full, or because the ciphertext of the handshake or an alert is queued. Drain,
///                  or poll the transport that is attached for writing; then repeat the call.
/// WANT_BLOCKING    The next step of the handshake may block: call inkotls_conn_run_blocking on a
///                  thread that may block, then repeat the call that returned WANT_BLOCKING.
/// CLOSED           The peer sent close_notify before the handshake was done.
/// UNEXPECTED_EOF   The transport ended without close_notify before the handshake was done.
/// IO_ERROR         The attached transport has failed; inkotls_conn_os_error returns the errno
///                  value of that failure. What the peer sent before, such as an alert, can still
///                  be read.
/// INVALID_STATE    inkotls_conn_close was called before; or the keys of TLS 1.2, which cannot be
///                  renewed, have protected as many records as they may (about 2^24 with AES-GCM).
///                  When the keys are used up, the call queues close_notify: drain the ciphertext,
///                  and continue on a new connection.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection has failed, in this call or earlier; inkotls_conn_handshake describes each of
///     these statuses.
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

/// Sends all queued ciphertext through the attached transport, or returns WANT_WRITE until the host
/// has drained all ciphertext.
///
/// The call runs no handshake and reads nothing: before the handshake is done, it returns OK
/// whenever no ciphertext is queued.
///
/// OK           No ciphertext is queued.
/// WANT_WRITE   Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///              writing, then repeat the call.
/// IO_ERROR     The attached transport has failed to send, and the queued ciphertext is lost;
///              inkotls_conn_os_error returns the errno value of that failure.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection failed earlier, with this status; inkotls_conn_error returns the error message.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_flush(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.flush())
}

/// Writes early data (0-RTT; RFC 8446, section 2.3), before the handshake is done.
///
/// A client sends early data with its first flight. Write all of it, then run the handshake with
/// inkotls_conn_handshake, and call inkotls_conn_is_early_data_accepted. Early data that the server
/// refused had no effect: send it again with inkotls_conn_write. Anyone who records early data can
/// send it again, so early data must contain only requests that do no harm if the server executes
/// them twice.
///
/// A server that accepted early data can answer the early data with inkotls_conn_write_early_data
/// one round trip before the handshake of the server is done. Until inkotls_conn_handshake returns
/// OK, it is not proven who receives the answer.
///
/// On both sides the call queues ciphertext, behind the ciphertext of the handshake that is queued
/// already. With a transport attached, the call also sends the queued ciphertext, as far as the
/// transport does not block, and the next call sends the rest. Without a transport, the host drains
/// the ciphertext (inkotls_conn_drain) and sends it.
///
/// data, len   The plaintext, and its length in bytes. Copied.
/// used        Receives the number of bytes that were consumed, which is at least 1 unless len is
///             0, and may be less than len. Call the function again with the bytes that were not
///             consumed.
///
/// WANT_WRITE      Nothing was consumed, because the write buffer (INKOTLS_LIMIT_WRITE_BUFFER) is
///                 full, or because an alert is queued. Drain, or poll the transport that is
///                 attached for writing; then repeat the call.
/// NONE            No early data can be sent: a client has no session that allows early data, or
///                 the limit of the session is used up; a server has not accepted early data; or,
///                 on both sides, the handshake has come too far. Continue with
///                 inkotls_conn_handshake, then with inkotls_conn_write.
/// CLOSED          The peer sent close_notify before the handshake was done.
/// IO_ERROR        The attached transport has failed; inkotls_conn_os_error returns the errno value
///                 of that failure.
/// INVALID_STATE   inkotls_conn_close was called before.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection has failed, in this call or earlier; inkotls_conn_handshake describes each of
///     these statuses.
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

/// Reads early data (0-RTT; RFC 8446, section 2.3) on a server whose config accepts it.
///
/// The call runs the handshake as far as early data needs it. inkotls_conn_read_early_data may be
/// called before or after inkotls_conn_handshake returns OK. inkotls_conn_read never returns early
/// data.
///
/// One call may return only a part of a request: a server repeats the call until it has the whole
/// request. A server that answers early data answers as soon as it has the whole request
/// (inkotls_conn_write_early_data), and does not wait for NONE, because NONE is returned only when
/// the handshake is finished: the answer would then not be early.
///
/// Until the handshake is done, early data may be a recording that someone else sends again:
/// inkotls_server_builder_set_max_early_data describes the risk.
///
/// buf, cap   Receives the plaintext. cap is the size of buf in bytes.
/// out_len    Receives the number of bytes written, which is at least 1 unless cap is 0.
///
/// OK               Early data was read. More early data may follow.
/// WANT_READ        More ciphertext is needed: feed ciphertext, or poll the attached transport for
///                  reading, then repeat the call.
/// WANT_WRITE       Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///                  writing, then repeat the call.
/// WANT_BLOCKING    The next step of the handshake may block: call inkotls_conn_run_blocking on a
///                  thread that may block, then repeat the call that returned WANT_BLOCKING.
/// NONE             The server accepts no early data on this connection; or all early data has been
///                  read and the client has finished its handshake; or conn is a client connection.
///                  Continue with inkotls_conn_handshake.
/// CLOSED           The peer sent close_notify before the handshake was done.
/// UNEXPECTED_EOF   The transport ended without close_notify before the handshake was done.
/// IO_ERROR         The attached transport has failed; inkotls_conn_os_error returns the errno
///                  value of that failure.
/// INVALID_STATE    inkotls_conn_close was called before the handshake was done, and all early data
///                  that had been processed has been read.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection has failed, in this call or earlier; inkotls_conn_handshake describes each of
///     these statuses.
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

/// Returns whether early data was accepted.
///
/// Returns 1 if early data was accepted: on a client, the server has accepted the early data of the
/// client; on a server, this server accepts the early data of the client.
///
/// Returns 0, on a client only, if the server has refused early data: the early data had no effect,
/// and the client sends the same bytes again with inkotls_conn_write.
///
/// NONE   One of these is true: a client had no session that allows early data; the handshake of a
///        client is not done yet; a server does not accept early data on this connection.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_is_early_data_accepted(conn: Option<&inkotls_conn>) -> i32 {
    number(conn, |c| c.conn.is_early_data_accepted())
}

/// Runs a key update (KeyUpdate; RFC 8446, section 4.6.3): new keys protect what this side sends,
/// and the peer is asked to do the same.
///
/// The peer sends its own KeyUpdate before the next data that it sends (RFC 8446, section 4.6.3):
/// as long as the peer sends no data, the keys that protect what the peer sends stay the same. If
/// the peer uses this library, the peer sends its KeyUpdate with its next inkotls_conn_write,
/// inkotls_conn_close or inkotls_conn_update_keys.
///
/// TLS 1.3 connections also update their keys automatically, before the keys have protected as many
/// records as they may. Some peers end a connection that updates its keys again and again without
/// sending data.
///
/// WANT_WRITE      Nothing was done, because ciphertext is queued. Drain it, or poll the transport
///                 that is attached for writing; then repeat the call.
/// INVALID_STATE   The handshake is not done, or inkotls_conn_close was called.
/// UNSUPPORTED     The connection uses TLS 1.2, which cannot renew its keys.
/// IO_ERROR        The attached transport has failed; inkotls_conn_os_error returns the errno value
///                 of that failure.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection has failed, in this call or earlier. The call itself fails with PROTOCOL_ERROR if
///     the peer has sent only a part of a handshake message.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_update_keys(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.update_keys())
}

/// Derives keying material from the connection (RFC 8446, section 7.5; RFC 5705).
///
/// Both sides derive the same bytes from the same label, context and length.
///
/// label, label_len       The label, and its length in bytes. Range: 0 to 249. Borrowed for this
///                        call.
/// context, context_len   The context, and its length in bytes. Range: 0 to 65535. May be NULL,
///                        which means no context: in TLS 1.2, no context and an empty context give
///                        different keying material. Borrowed for this call.
/// buf, len               Receives the keying material. len is its length in bytes, at least 1.
///
/// INVALID_STATE      The handshake is not done.
/// INVALID_ARGUMENT   The label or the context is too long, or len is 0 or longer than what can be
///                    derived.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection failed earlier, with this status; inkotls_conn_error returns the error message.
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

/// Derives a channel binding (RFC 5056), which binds an authentication above TLS, such as
/// SCRAM-PLUS, to this connection.
///
/// INKOTLS_CHANNEL_BINDING_TLS_EXPORTER (RFC 9266) is keying material with the label
/// "EXPORTER-Channel-Binding", an empty context and a length of 32 bytes
/// (inkotls_conn_export_keying_material). INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT (RFC 5929)
/// is a hash of the certificate of the server.
///
/// The channel binding tls-unique (RFC 5929) is not available, because it is not defined in TLS
/// 1.3, and because an attacker in the middle can give two connections of TLS 1.2 the same
/// tls-unique, unless both sides use the extended master secret.
///
/// kind       An inkotls_channel_binding.
/// buf, cap   Receives the channel binding. cap is the size of buf in bytes; 64 bytes are enough
///            for every kind.
/// out_len    Receives the number of bytes written: 32 with INKOTLS_CHANNEL_BINDING_TLS_EXPORTER;
///            32, 48 or 64 with INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT.
///
/// INVALID_STATE      The handshake is not done.
/// UNSUPPORTED        INKOTLS_CHANNEL_BINDING_TLS_EXPORTER is not available in TLS 1.2, unless the
///                    config requires the extended master secret.
///                    INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT is not defined for some
///                    signatures of the server's certificate, such as Ed25519, and needs a
///                    certificate.
/// INVALID_ARGUMENT   The value of kind is not an inkotls_channel_binding, or cap is too small.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection failed earlier, with this status; inkotls_conn_error returns the error message.
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

/// Sends close_notify (RFC 8446, section 6.1) through the attached transport, or queues
/// close_notify for the host to drain.
///
/// Both sides must send close_notify: call inkotls_conn_close also after inkotls_conn_read has
/// returned CLOSED. After inkotls_conn_close this side can send no more data. If the handshake is
/// done, inkotls_conn_read can go on until the peer has closed.
///
/// The call runs no handshake and reads nothing: inkotls_conn_close never returns WANT_READ or
/// WANT_BLOCKING. During a handshake, the call queues close_notify at once, and from then on
/// inkotls_conn_handshake returns INVALID_STATE. close_notify is queued behind the ciphertext that
/// is queued already, and only once: a repeated call only waits until all ciphertext is drained or
/// sent.
///
/// After a failure, no close_notify is sent, because the alert has already ended the connection.
///
/// Before a TCP socket is closed, after a clean end as well as after a failure, shut down the
/// sending side (shutdown with SHUT_WR), and read from the socket until the end of file (EOF),
/// within a time limit. If received bytes, such as the tickets of TLS 1.3, are left unread, closing
/// the socket causes a TCP reset, and the peer may lose the last bytes that were sent to it: data,
/// close_notify or an alert.
///
/// OK           close_notify has been drained or sent; or a client has not begun its handshake, so
///              that close_notify is not needed.
/// WANT_WRITE   Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///              writing, then repeat the call.
/// IO_ERROR     The attached transport has failed to send, and the queued ciphertext is lost;
///              inkotls_conn_os_error returns the errno value of that failure.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY   The
///     connection failed earlier, with this status; inkotls_conn_error returns the error message.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_close(conn: Option<&mut inkotls_conn>) -> Status {
    enter(conn, |c| c.close())
}

/// Returns what can be done on the connection now, as bits of inkotls_state.
///
/// Returns bits of inkotls_state, or a negative status. A host that polls its socket for reading
/// and writing at the same time uses the bits to decide which call to make next.
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

/// Frees the connection, and overwrites its secrets in memory.
///
/// The call moves no ciphertext: what has not been drained or sent is lost.
///
/// conn   The connection to free. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_conn_free(conn: Option<Box<inkotls_conn>>) {
    free(conn);
}
