//! inkotls_acceptor: a server connection whose config is not chosen yet.

use super::calls::{drain, feed, lend, set_fds, set_io, set_log, set_user_data};
use super::{
    inkotls_conn, inkotls_log_callback, inkotls_read_callback, inkotls_server_config,
    inkotls_write_callback,
};
use crate::engine::Conn;
use crate::error::{Error, Status};
use crate::ffi::{
    Handle, Opaque, ask, convert, enter, error_message, free, given_shared, make, number, os_error,
    own,
};
use crate::transport::Link;
use std::ffi::{c_char, c_void};
use std::mem::{MaybeUninit, replace};

/// A server connection whose config is not chosen yet. An acceptor reads until the ClientHello is
/// complete, gives access to its contents, and becomes a connection with the config that the
/// program then chooses. Only one thread at a time may use an acceptor; any thread may make the
/// next call.
pub struct inkotls_acceptor(Opaque);

impl Handle for inkotls_acceptor {
    type State = Link;
}

/// Creates an acceptor for one incoming connection.
///
/// Returns the acceptor, or NULL if a bug in the library was caught. inkotls_acceptor_into_conn
/// consumes the acceptor, and inkotls_acceptor_free frees it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_new() -> *mut inkotls_acceptor {
    make(|| Link::new(Conn::acceptor()))
}

/// Attaches a socket, from which the acceptor then reads and to which it writes ciphertext itself.
///
/// inkotls_acceptor_accept then moves the ciphertext itself: WANT_READ and WANT_WRITE say for which
/// event to poll the socket. A transport that was attached before is detached. The connection that
/// inkotls_acceptor_into_conn creates keeps the socket attached.
///
/// inkotls_acceptor_set_fd itself makes two system calls on a socket: getsockopt(2) with SO_TYPE,
/// once for reading and once for writing. To receive from the socket, the library calls recv(2)
/// with MSG_DONTWAIT. To send to the socket, the library calls sendmsg(2) with MSG_DONTWAIT and
/// MSG_NOSIGNAL. Therefore the library never blocks on the socket, whether or not it is in
/// non-blocking mode, never raises SIGPIPE, never changes the flags of the socket, and never closes
/// it.
///
/// inkotls_acceptor_feed and inkotls_acceptor_drain still work while a socket is attached, and
/// ciphertext that was fed before is kept. An end of file (EOF) that an earlier transport reported
/// stays in effect.
///
/// fd   A connected stream socket, or a pipe that is open for reading and writing. The descriptor
///      must stay open until the first of these events: inkotls_acceptor_detach or
///      inkotls_conn_detach returns OK; a call that attaches another transport returns OK; the last
///      call that moves ciphertext returns. The calls that move ciphertext are
///      inkotls_acceptor_accept and, on the connection that inkotls_acceptor_into_conn creates, the
///      calls that inkotls_conn_set_fd lists. inkotls_acceptor_free and inkotls_conn_free do not
///      use the descriptor.
///
/// INVALID_ARGUMENT   The descriptor is negative, is not open, or is neither a stream socket nor a
///                    pipe that is open for reading and writing; inkotls_acceptor_os_error returns
///                    the errno value of that failure. The transport that was attached before stays
///                    attached.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_set_fd(
    acceptor: Option<&mut inkotls_acceptor>,
    fd: i32,
) -> Status {
    enter(acceptor, |a| set_fds(a, fd, fd))
}

/// Attaches two file descriptors, one for reading and one for writing, such as two pipes.
///
/// inkotls_acceptor_accept then moves the ciphertext itself: WANT_READ and WANT_WRITE say for which
/// event to poll the descriptors. A transport that was attached before is detached. The connection
/// that inkotls_acceptor_into_conn creates keeps the descriptors attached. The library never closes
/// a descriptor, and never raises SIGPIPE.
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
///            until the first of these events: inkotls_acceptor_detach or inkotls_conn_detach
///            returns OK; a call that attaches another transport returns OK; the last call that
///            moves ciphertext returns. The calls that move ciphertext are inkotls_acceptor_accept
///            and, on the connection that inkotls_acceptor_into_conn creates, the calls that
///            inkotls_conn_set_fd lists. inkotls_acceptor_free and inkotls_conn_free do not use the
///            descriptor.
/// write_fd   A connected stream socket, or the write end of a pipe. The descriptor must stay open
///            until the first of these events: inkotls_acceptor_detach or inkotls_conn_detach
///            returns OK; a call that attaches another transport returns OK; the last call that
///            moves ciphertext returns. The calls that move ciphertext are inkotls_acceptor_accept
///            and, on the connection that inkotls_acceptor_into_conn creates, the calls that
///            inkotls_conn_set_fd lists. inkotls_acceptor_free and inkotls_conn_free do not use the
///            descriptor.
///
/// INVALID_ARGUMENT   A descriptor is negative, is not open, is neither a stream socket nor a pipe,
///                    or is the wrong end of a pipe; inkotls_acceptor_os_error returns the errno
///                    value of that failure. The transport that was attached before stays attached.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_set_fds(
    acceptor: Option<&mut inkotls_acceptor>,
    read_fd: i32,
    write_fd: i32,
) -> Status {
    enter(acceptor, |a| set_fds(a, read_fd, write_fd))
}

/// Attaches two callbacks, through which the acceptor then receives and sends ciphertext itself.
///
/// inkotls_acceptor_accept then calls the callbacks, on the thread that calls
/// inkotls_acceptor_accept. A transport that was attached before is detached. The connection that
/// inkotls_acceptor_into_conn creates keeps the callbacks attached.
///
/// If a callback returns an error, inkotls_acceptor_accept returns IO_ERROR, and
/// inkotls_acceptor_os_error returns the errno value, without the minus sign. If a callback returns
/// a length that is larger than its buffer, inkotls_acceptor_accept returns IO_ERROR, and
/// inkotls_acceptor_os_error returns NONE.
///
/// read        Called by the library to receive ciphertext. See inkotls_read_callback. The callback
///             must not use acceptor.
/// write       Called by the library to send ciphertext. See inkotls_write_callback. The callback
///             must not use acceptor.
/// user_data   Passed to both callbacks. May be NULL. Must stay valid until the first of these
///             events: inkotls_acceptor_detach or inkotls_conn_detach returns OK; a call that
///             attaches another transport returns OK; the last call that moves ciphertext returns.
///             The calls that move ciphertext are inkotls_acceptor_accept and, on the connection
///             that inkotls_acceptor_into_conn creates, the calls that inkotls_conn_set_fd lists.
///             inkotls_acceptor_free and inkotls_conn_free call neither callback.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_set_io(
    acceptor: Option<&mut inkotls_acceptor>,
    read: inkotls_read_callback,
    write: inkotls_write_callback,
    user_data: *mut c_void,
) -> Status {
    enter(acceptor, |a| set_io(a, read, write, user_data))
}

/// Detaches the socket, the descriptors or the callbacks that are attached.
///
/// From then on the caller moves the ciphertext, with inkotls_acceptor_feed and
/// inkotls_acceptor_drain. If nothing is attached, the call changes nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_detach(acceptor: Option<&mut inkotls_acceptor>) -> Status {
    enter(acceptor, |a| a.attach(None))
}

/// Copies ciphertext that was received from the client into the acceptor.
///
/// The bytes are only queued: a failure that they cause is returned by the next call of
/// inkotls_acceptor_accept. After the acceptor has failed, or the client has sent close_notify,
/// bytes are accepted and discarded. The connection that inkotls_acceptor_into_conn creates keeps
/// the bytes that are queued.
///
/// data, len   The ciphertext, and its length in bytes. Copied.
/// used        Receives the number of bytes that were accepted. The number may be less than len:
///             keep the rest, and feed it after the next call of inkotls_acceptor_accept, or to the
///             connection that inkotls_acceptor_into_conn creates. After inkotls_acceptor_accept
///             has returned WANT_READ, at least 16 KiB are accepted. The call writes used only if
///             it returns OK: after FULL, used has the value that it had before.
///
/// FULL            Nothing was accepted, because 64 KiB are queued already (the default of
///                 INKOTLS_LIMIT_READ_BUFFER, which the acceptor has until its config is chosen).
///                 Call inkotls_acceptor_accept; after WANT_READ feed the same bytes again, and
///                 after OK feed them to the connection that inkotls_acceptor_into_conn creates.
/// INVALID_STATE   inkotls_acceptor_feed_eof was called before, or an attached transport has
///                 reported its end of file (EOF).
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

/// Sets the end of file (EOF) of the transport: the client will send no more ciphertext.
///
/// Call inkotls_acceptor_feed_eof only after inkotls_acceptor_feed has accepted all ciphertext that
/// was received, because from then on inkotls_acceptor_feed returns INVALID_STATE. A second call of
/// inkotls_acceptor_feed_eof changes nothing and returns OK.
///
/// Ciphertext that was fed before is still used. If the ClientHello is then still incomplete,
/// inkotls_acceptor_accept returns UNEXPECTED_EOF instead of WANT_READ.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_feed_eof(acceptor: Option<&mut inkotls_acceptor>) -> Status {
    enter(acceptor, |a| a.conn.feed_eof())
}

/// Copies queued ciphertext, which the caller then sends to the client, and removes it from the
/// queue.
///
/// The ciphertext of an acceptor is only the alert that refuses a ClientHello. Send the bytes of
/// each call before the bytes of the next one; the acceptor does not keep them.
///
/// buf, cap   Receives the ciphertext. cap is the size of buf in bytes.
/// out_len    Receives the number of bytes written, which is 0 if no ciphertext is queued.
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

/// Reads until the ClientHello is complete.
///
/// The call parses the ClientHello and does no cryptography. If ciphertext is missing, the call
/// returns WANT_READ, and the same call is repeated later.
///
/// If the ClientHello is refused, the acceptor queues a fatal alert for the client.
/// inkotls_acceptor_accept returns WANT_WRITE until the alert has been drained or sent; from then
/// on every call of inkotls_acceptor_accept returns the failure. After the failure, on a TCP
/// socket, shut down the sending side, read until EOF, and close the socket: if the socket is
/// closed with unread bytes, the TCP reset may overtake the alert.
///
/// OK                 The ClientHello is complete. The functions of the acceptor return its
///                    contents, and inkotls_acceptor_into_conn creates the connection.
/// WANT_READ          The ClientHello is not complete. Wait until the socket is readable, or feed
///                    ciphertext, then call inkotls_acceptor_accept again. If a transport is
///                    attached, inkotls_acceptor_accept returns WANT_READ after it has received 128
///                    KiB, even if the transport has more.
/// WANT_WRITE         The alert for a refused ClientHello must be sent. Wait until the socket is
///                    writable, or drain the alert and send it, then call inkotls_acceptor_accept
///                    again to get the failure.
/// CLOSED             The client sent close_notify instead of a ClientHello.
/// UNEXPECTED_EOF     The transport ended before the ClientHello was complete.
/// ALERT_RECEIVED     The client sent an alert instead of a ClientHello.
///                    inkotls_acceptor_alert_received returns its number.
/// PROTOCOL_ERROR     The client sent something that is not a ClientHello, or a ClientHello that
///                    violates the TLS protocol. The error message has the reason.
/// HANDSHAKE_FAILED   The ClientHello lacks something that TLS 1.2 and TLS 1.3 require, such as the
///                    client's signature algorithms. The error message has the reason.
/// IO_ERROR           The attached transport has failed. inkotls_acceptor_os_error returns the
///                    errno value of that failure.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_accept(acceptor: Option<&mut inkotls_acceptor>) -> Status {
    enter(acceptor, |a| a.accept())
}

/// Reads the server name (SNI, RFC 6066) of the ClientHello.
///
/// out_name   Receives a pointer to the name in lower case, not NUL-terminated. Valid until the
///            next call that takes acceptor as a pointer to non-const, or until acceptor is freed.
/// out_len    Receives the length of the name in bytes.
///
/// NONE   The client sent no server name, or the ClientHello is not complete yet.
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

/// Reads one of the ALPN protocols (RFC 7301) of the ClientHello.
///
/// index          The index of the protocol in the client's list. The first protocol, which the
///                client prefers to all others, has the index 0.
/// out_protocol   Receives a pointer to the name of the protocol, not NUL-terminated. Valid until
///                the next call that takes acceptor as a pointer to non-const, or until acceptor is
///                freed.
/// out_len        Receives the length of the name in bytes. Range: 1 to 255.
///
/// NONE   The client's list has no protocol with this index, or the ClientHello is not complete
///        yet.
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

/// Reads the cipher suites of the ClientHello.
///
/// The list also contains cipher suites that this library does not support, and reserved numbers,
/// such as those of GREASE (RFC 8701).
///
/// out_suites   Receives a pointer to the cipher suites as IANA numbers, in the client's order of
///              preference. Valid until the next call that takes acceptor as a pointer to
///              non-const, or until acceptor is freed.
/// out_count    Receives the number of cipher suites.
///
/// NONE   The ClientHello is not complete yet.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_cipher_suites(
    acceptor: Option<&inkotls_acceptor>,
    out_suites: Option<&mut MaybeUninit<*const u16>>,
    out_count: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| lend(a.conn.hello().map(|it| &*it.cipher_suites), out_suites, out_count))
}

/// Reads the signature schemes (signature_algorithms; RFC 8446, section 4.2.3) of the ClientHello.
///
/// The list also contains signature schemes that this library does not support, and reserved
/// numbers, such as those of GREASE (RFC 8701).
///
/// out_schemes   Receives a pointer to the signature schemes as IANA numbers, in the client's order
///               of preference. Valid until the next call that takes acceptor as a pointer to
///               non-const, or until acceptor is freed.
/// out_count     Receives the number of signature schemes.
///
/// NONE   The ClientHello is not complete yet.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_signature_schemes(
    acceptor: Option<&inkotls_acceptor>,
    out_schemes: Option<&mut MaybeUninit<*const u16>>,
    out_count: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| lend(a.conn.hello().map(|it| &*it.signature_schemes), out_schemes, out_count))
}

/// Reads the groups for the key exchange (supported_groups; RFC 8446, section 4.2.7) of the
/// ClientHello.
///
/// The list also contains groups that this library does not support, and reserved numbers, such as
/// those of GREASE (RFC 8701).
///
/// out_groups   Receives a pointer to the groups as IANA numbers, in the client's order of
///              preference. Valid until the next call that takes acceptor as a pointer to
///              non-const, or until acceptor is freed.
/// out_count    Receives the number of groups, which is 0 if the client sent none.
///
/// NONE   The ClientHello is not complete yet.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_named_groups(
    acceptor: Option<&inkotls_acceptor>,
    out_groups: Option<&mut MaybeUninit<*const u16>>,
    out_count: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| lend(a.conn.hello().map(|it| &*it.named_groups), out_groups, out_count))
}

/// Reads the name of one of the certificate authorities (certificate_authorities; RFC 8446, section
/// 4.2.4) of the ClientHello.
///
/// A client names the certificate authorities that it trusts, so that the server can choose its
/// certificate by them. Most clients name none.
///
/// index      The index of the certificate authority in the client's list. The first certificate
///            authority has the index 0.
/// out_name   Receives a pointer to the Name (RFC 5280, section 4.1.2.4) in DER. Valid until the
///            next call that takes acceptor as a pointer to non-const, or until acceptor is freed.
/// out_len    Receives the length of the Name in bytes.
///
/// NONE   The client's list has no certificate authority with this index, or the ClientHello is not
///        complete yet.
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

/// Reads the bytes of the ClientHello as the client sent them.
///
/// The bytes are the handshake message (RFC 8446, section 4) with its header of four bytes, without
/// the headers of the records.
///
/// out_message   Receives a pointer to the message. Valid until the next call that takes acceptor
///               as a pointer to non-const, or until acceptor is freed.
/// out_len       Receives the length of the message in bytes.
///
/// NONE   The ClientHello is not complete yet.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_client_hello(
    acceptor: Option<&inkotls_acceptor>,
    out_message: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(acceptor, |a| lend(a.conn.hello().map(|it| &*it.message), out_message, out_len))
}

/// Sets the pointer that the library passes to callbacks as conn_user_data.
///
/// The connection that inkotls_acceptor_into_conn creates keeps user_data, so that the callbacks of
/// its config receive it. See inkotls_conn_set_user_data.
///
/// user_data   Passed to callbacks during calls on acceptor and on the connection that
///             inkotls_acceptor_into_conn creates. May be NULL. Default: NULL. Must stay valid
///             until the first of these events: a later call of inkotls_acceptor_set_user_data or
///             inkotls_conn_set_user_data returns OK; the acceptor is freed; the connection is
///             freed.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_set_user_data(
    acceptor: Option<&mut inkotls_acceptor>,
    user_data: *mut c_void,
) -> Status {
    enter(acceptor, |a| set_user_data(a, user_data))
}

/// Sets the callback that receives log messages about this acceptor.
///
/// Log messages are for people, and say what was negotiated and what failed. The text of log
/// messages is not part of the ABI. The library writes log messages nowhere else. The connection
/// that inkotls_acceptor_into_conn creates keeps the callback.
///
/// level       An inkotls_log. Messages of this level and of the levels with smaller numbers are
///             reported. With INKOTLS_LOG_OFF, the callback is no longer called. Default:
///             INKOTLS_LOG_OFF.
/// callback    Called by the library with each message, during a call on acceptor and on the thread
///             of that call. See inkotls_log_callback. May be NULL if level is INKOTLS_LOG_OFF.
/// user_data   Passed to callback. May be NULL. Must stay valid until the first of these events: a
///             later call of inkotls_acceptor_set_log or inkotls_conn_set_log returns OK; the
///             acceptor is freed; the connection that inkotls_acceptor_into_conn creates is freed.
///
/// INVALID_ARGUMENT   The value of level is not an inkotls_log, or callback is NULL and level is
///                    not INKOTLS_LOG_OFF.
/// UNSUPPORTED        The library is part of a Rust program. The logger that this program sets in
///                    the crate log receives the messages instead, on the thread of the call.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_set_log(
    acceptor: Option<&mut inkotls_acceptor>,
    level: i32,
    callback: inkotls_log_callback,
    user_data: *mut c_void,
) -> Status {
    enter(acceptor, |a| set_log(a, level, callback, user_data))
}

/// Creates the server connection that continues the acceptor with the chosen config.
///
/// The connection keeps what was fed to the acceptor, the transport that is attached, the log and
/// the user_data.
/// If inkotls_acceptor_into_conn fails, acceptor is unchanged and can be used again.
///
/// A ClientHello that the config cannot serve does not fail this call: inkotls_conn_handshake
/// returns the failure, and the alert drains from the connection.
///
/// acceptor   Consumed when the call returns OK.
/// config     The server config with which the connection continues. Retained.
/// out_conn   Receives the connection, which belongs to the caller. Valid until inkotls_conn_free.
///
/// INVALID_STATE   The ClientHello is not complete: inkotls_acceptor_accept has not returned OK.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_acceptor_into_conn(
    acceptor: *mut inkotls_acceptor,
    config: Option<&inkotls_server_config>,
    out_conn: Option<&mut MaybeUninit<*mut inkotls_conn>>,
) -> Status {
    let to_conn = |a: &mut Link| {
        let config = given_shared(config, "config")?;
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

/// Returns the error message of the last call on acceptor that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if acceptor is NULL. Valid until the next call that takes acceptor as a
/// pointer to non-const, or until acceptor is freed. Call inkotls_acceptor_error in a statement of
/// its own, after the call that failed.
///
/// A call on acceptor that succeeds leaves the error message of an earlier call unchanged, and so
/// does a call that takes acceptor as a pointer to const and returns NONE or INVALID_ARGUMENT:
/// inkotls_acceptor_error then returns the error message of the earlier call. inkotls_status_text
/// describes the status of a call that takes acceptor as a pointer to const.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_error(acceptor: Option<&inkotls_acceptor>) -> *const c_char {
    error_message(acceptor)
}

/// Returns the alert that the acceptor has sent or queued.
///
/// Returns the number of the alert (RFC 8446, section 6), or NONE if there is no alert. Range: 0 to
/// 255.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_alert_sent(acceptor: Option<&inkotls_acceptor>) -> i32 {
    number(acceptor, |a| a.conn.alert_sent())
}

/// Returns the alert that the client has sent.
///
/// Returns the number of the alert (RFC 8446, section 6; 0 is close_notify), or NONE if the client
/// has sent no alert. Range: 0 to 255.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_alert_received(acceptor: Option<&inkotls_acceptor>) -> i32 {
    number(acceptor, |a| a.conn.alert_received())
}

/// Returns the error number (errno) of the last call on acceptor that failed.
///
/// Returns the errno value of the last failure. Returns INKOTLS_STATUS_NONE in each of these cases:
/// no call has failed; the last failure has no errno value. A call that succeeds leaves the errno
/// value of an earlier call unchanged: read the errno value only after a call that failed. Call
/// inkotls_acceptor_os_error before the next call that takes acceptor as a pointer to non-const,
/// and before inkotls_acceptor_free.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_os_error(acceptor: Option<&inkotls_acceptor>) -> i32 {
    os_error(acceptor)
}

/// Frees an acceptor that has not become a connection.
///
/// The call does no I/O: an alert that was not drained is lost. If inkotls_acceptor_into_conn
/// returns OK, it has also freed the acceptor: do not free the acceptor after that.
///
/// acceptor   The acceptor to free. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_acceptor_free(acceptor: Option<Box<inkotls_acceptor>>) {
    free(acceptor);
}
