//! inkotls_server_builder and inkotls_server_config.

use super::calls::{
    crypto_provider, host_verification, log_keys, may_block, sessions_held, set_clock,
};
use super::{
    inkotls_clock_callback, inkotls_identity, inkotls_key_log_callback, inkotls_roots,
    inkotls_session_get_callback, inkotls_session_put_callback, inkotls_sni_map,
    inkotls_ticket_keys, inkotls_verify_callback,
};
use crate::config::Config;
use crate::error::Status;
use crate::ffi::{
    Handle, Opaque, SharedHandle, bytes, convert, enter, enter_shared, error_message, flag, free,
    given, given_shared, make, not_null, release, retain, session_get, session_put, share,
};
use crate::setup::{Held, HostStore, ServerBuilder, ServerSessions};
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The settings of a server before a config is built from them. Only one thread at a time may use a
/// builder.
pub struct inkotls_server_builder(Opaque);

/// The settings of a server, and the sessions that its clients can resume. The settings never
/// change. A config is reference-counted: any number of connections and threads may use one config
/// at the same time.
pub struct inkotls_server_config {
    pub(super) config: Config<rustls::ServerConfig>,
    /// Those in memory, unless it keeps none there.
    sessions: Option<Arc<ServerSessions>>,
    poison: AtomicBool,
}

impl SharedHandle for inkotls_server_config {
    fn poison(&self) -> &AtomicBool {
        &self.poison
    }
}

impl Handle for inkotls_server_builder {
    type State = ServerBuilder;
}

/// Creates a builder with the default settings of a server: the server accepts TLS 1.3 and TLS 1.2
/// without ALPN, asks for no client certificate, keeps sessions in a cache in memory, and accepts
/// no early data.
///
/// A server needs an identity, which the builder does not have yet.
///
/// Returns the builder, or NULL if a bug in the library was caught. inkotls_server_builder_build
/// consumes the builder, and inkotls_server_builder_free frees it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_new() -> *mut inkotls_server_builder {
    make(ServerBuilder::default)
}

/// Sets the identity that the server presents to every client.
///
/// A server needs an identity or a map of identities (inkotls_server_builder_set_sni_map); the
/// later of the two calls replaces the earlier one.
///
/// Raw public keys need TLS 1.3 and a client that supports raw public keys (RFC 7250). With any
/// other client, the handshake fails: the side that finds out returns HANDSHAKE_FAILED, and the
/// other side ALERT_RECEIVED.
///
/// identity   An identity with a private key (or an inkotls_sign_callback) and a certificate chain,
///            or with a raw public key. Copied.
///
/// INVALID_CERTIFICATE   The identity has no certificate chain.
/// INVALID_KEY           The identity has no private key.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_identity(
    builder: Option<&mut inkotls_server_builder>,
    identity: Option<&inkotls_identity>,
) -> Status {
    enter(builder, |b| b.set_identity(given(identity, "identity")?))
}

/// Sets the map from which the server chooses an identity by the server name that the client asks
/// for (SNI, RFC 6066).
///
/// A server needs a map or a single identity (inkotls_server_builder_set_identity); the later of
/// the two calls replaces the earlier one.
///
/// If the map has no identity for a client, the handshake fails with HANDSHAKE_FAILED. The server
/// sends the alert unrecognized_name (112; RFC 6066, section 3) if the map has no identity for the
/// server name of the client, for the wildcard of this name, or for the empty name. The error
/// message of the connection then contains the server name. If the map has such identities and none
/// supports a signature scheme of the client, the server sends the alert handshake_failure (40).
///
/// Later changes of the map affect the config: a handshake uses what is in the map when the server
/// answers the ClientHello. After this call, inkotls_sni_map_set refuses an identity whose
/// inkotls_sign_callback may block, unless the map had an identity whose inkotls_sign_callback may
/// block before this call.
///
/// sni_map   The map of identities. Retained.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_sni_map(
    builder: Option<&mut inkotls_server_builder>,
    sni_map: Option<&inkotls_sni_map>,
) -> Status {
    enter(builder, |b| {
        b.set_identities(given_shared(sni_map, "sni_map")?.identities.clone());
        Ok(())
    })
}

/// Adds a protocol for Application-Layer Protocol Negotiation (ALPN, RFC 7301).
///
/// The server chooses the first protocol of its own list that the client offers: the order of the
/// client does not matter. By default the list is empty, and ALPN is not used.
///
/// A client that does not use ALPN is accepted: inkotls_conn_alpn then returns NONE. If the client
/// uses ALPN and offers no protocol of the list, the handshake fails with HANDSHAKE_FAILED, and the
/// server sends the alert no_application_protocol (120).
///
/// A server that chooses the protocol by other rules reads the client's list with
/// inkotls_acceptor_alpn, and sets the protocol of the connection with inkotls_conn_clear_alpn and
/// inkotls_conn_add_alpn.
///
/// protocol, len   The name of the protocol, such as "h2", and its length in bytes. Range: 1 to
///                 255. A list has at most 64 protocols: adding one more returns INVALID_ARGUMENT.
///                 Copied.
///
/// INVALID_ARGUMENT   The name has no bytes or more than 255 bytes, or the list already has 64
///                    protocols.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_server_builder_add_alpn(
    builder: Option<&mut inkotls_server_builder>,
    protocol: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for protocol and len.
    enter(builder, |b| b.negotiation.add_alpn(unsafe { bytes(protocol, len) }?))
}

/// Adds a protocol version to the versions that may be negotiated.
///
/// The first call replaces the default, which is TLS 1.3 and TLS 1.2. The order of the calls does
/// not matter: the two sides use the highest version that both support.
///
/// version   The protocol version, as an IANA number: 0x0304 for TLS 1.3 or 0x0303 for TLS 1.2.
///           Default: both.
///
/// UNSUPPORTED   The library does not support this protocol version.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_add_protocol_version(
    builder: Option<&mut inkotls_server_builder>,
    version: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_version(version))
}

/// Adds a cipher suite to those that the server accepts.
///
/// The first cipher suite that is added is the preferred one. The first call replaces the default,
/// which is the list of inkotls_cipher_suite_at.
///
/// By default the server follows the client's order of preference. After a call of this function
/// the server follows its own order.
///
/// suite   The cipher suite, as an IANA number, such as 0x1301 for TLS_AES_128_GCM_SHA256. Default:
///         every cipher suite of inkotls_cipher_suite_at.
///
/// UNSUPPORTED   inkotls_cipher_suite_at does not list this cipher suite.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_add_cipher_suite(
    builder: Option<&mut inkotls_server_builder>,
    suite: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_suite(suite))
}

/// Adds a group for the key exchange to those that the server accepts.
///
/// The first call replaces the default, which is the list of inkotls_named_group_at. The order of
/// the calls does not matter: the server always follows the client's order of preference.
///
/// group   The group, as an IANA number, such as 29 for x25519. Default: every group of
///         inkotls_named_group_at.
///
/// UNSUPPORTED   inkotls_named_group_at does not list this group.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_add_named_group(
    builder: Option<&mut inkotls_server_builder>,
    group: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_group(group))
}

/// Sets the crypto provider: the library of cryptography that connections of the config use.
///
/// By default inkotls_server_builder_build chooses the crypto provider: "graviola" if it is built
/// in and the processor has the extensions that graviola requires, otherwise "aws-lc-rs" or "ring",
/// whichever is built in. All crypto providers support the same protocol versions, cipher suites,
/// groups and signature schemes.
///
/// Private keys, ticket keys and fingerprints always use the default crypto provider, whatever is
/// set here.
///
/// name, len   The name of the crypto provider in ASCII: "graviola", "aws-lc-rs" or "ring", in
///             lower case; and its length in bytes. Default: the crypto provider that
///             inkotls_server_builder_build chooses. Borrowed for this call.
///
/// UNSUPPORTED   No crypto provider with this name is built in, or the processor lacks an extension
///               that the crypto provider requires. The error message lists what is built in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_server_builder_set_crypto_provider(
    builder: Option<&mut inkotls_server_builder>,
    name: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for name and len.
    enter(builder, |b| b.negotiation.set_provider(unsafe { bytes(name, len) }?))
}

/// Sets whether the server asks clients for a certificate, and which clients the server trusts.
///
/// inkotls_conn_peer_certificate returns the certificate that a client has presented.
///
/// The server sends the names of the certificate authorities in roots, and the names of the issuers
/// of the peer certificates in roots, to clients, which choose their certificate by these names.
///
/// If a certificate is required and the client presents none, the handshake fails with
/// INVALID_PEER_CERTIFICATE and INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED. The server sends the alert
/// certificate_required (116) in TLS 1.3, and handshake_failure (40) in TLS 1.2, which has no alert
/// of its own for this case.
///
/// In TLS 1.3, inkotls_conn_handshake of a client may return OK before the server has verified the
/// certificate. A client that the server refuses receives the alert in inkotls_conn_read.
///
/// If roots contain raw public keys, only INKOTLS_CLIENT_AUTH_REQUIRED is possible: with
/// INKOTLS_CLIENT_AUTH_OPTIONAL, inkotls_server_builder_build fails with INVALID_STATE. A client
/// that does not support raw public keys (RFC 7250), or that uses TLS 1.2, is refused with
/// HANDSHAKE_FAILED.
///
/// mode    An inkotls_client_auth. Default: INKOTLS_CLIENT_AUTH_OFF.
/// roots   The certificate authorities, certificates or raw public keys of the clients that the
///         server trusts. May be NULL if mode is INKOTLS_CLIENT_AUTH_OFF, which ignores roots.
///         Copied.
///
/// INVALID_ARGUMENT   The value of mode is not an inkotls_client_auth, or roots is NULL and mode is
///                    not INKOTLS_CLIENT_AUTH_OFF.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_client_auth(
    builder: Option<&mut inkotls_server_builder>,
    mode: i32,
    roots: Option<&inkotls_roots>,
) -> Status {
    enter(builder, |b| {
        let roots = roots.map(|it| given(Some(it), "roots")).transpose()?;
        b.set_client_auth(mode, roots)
    })
}

/// Sets a callback that decides whether to trust a client, instead of the standard verification of
/// certificates.
///
/// The callback can run the standard verification with inkotls_verification_verify, and then decide
/// by its result. By default the standard verification decides.
///
/// inkotls_server_builder_set_dangerous_verifier is dangerous, because a callback that accepts
/// every client lets anyone connect in the name of any client.
///
/// verify needs inkotls_server_builder_set_client_auth with INKOTLS_CLIENT_AUTH_OPTIONAL or
/// INKOTLS_CLIENT_AUTH_REQUIRED; the roots may be empty then. The library does not call verify for
/// a client that presents no certificate.
///
/// The library does not call verify when a session is resumed, because the client was verified in
/// the full handshake that the session comes from. Servers that share sessions
/// (inkotls_server_builder_set_session_store, inkotls_server_builder_set_ticket_keys) must
/// therefore decide alike.
///
/// After the handshake, the library cannot send a fatal alert for a certificate that the program
/// refuses then. The program calls inkotls_conn_close: the client receives close_notify, and cannot
/// see why.
///
/// verify      Decides whether to trust a client. See inkotls_verify_callback. The callback must
///             not use the connection whose call it runs in: a call on that connection returns
///             INVALID_STATE.
/// user_data   Passed to verify. May be NULL. Must stay valid until the config and all connections
///             that use the config are freed. Several threads may use user_data at the same time,
///             because connections of one config may run on several threads.
/// may_block   1 if verify may block the thread, 0 if verify always returns without waiting. With
///             1, a connection returns WANT_BLOCKING before the library needs verify, and the
///             library calls verify only in inkotls_conn_run_blocking. With 0, the library calls
///             verify in the calls that drive the handshake, such as inkotls_conn_handshake and
///             inkotls_conn_read, and in inkotls_conn_run_blocking if something else in the config
///             may block. 2 is reserved (Verdicts later, in the notes).
///
/// INVALID_ARGUMENT   may_block is neither 0 nor 1.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_dangerous_verifier(
    builder: Option<&mut inkotls_server_builder>,
    verify: inkotls_verify_callback,
    user_data: *mut c_void,
    may_block: i32,
) -> Status {
    enter(builder, |b| {
        b.set_verifier(host_verification(verify, user_data, may_block)?);
        Ok(())
    })
}

/// Sets how many sessions the config keeps in memory, so that clients can resume them: TLS 1.2
/// sessions by session ID, and TLS 1.3 sessions by tickets that can be used once.
///
/// The call replaces a session store that was set before
/// (inkotls_server_builder_set_session_store).
///
/// All sessions in the cache together use at most 16 KiB of memory multiplied by sessions, or 256
/// KiB if 256 KiB is more. By default all sessions in the cache together use at most 4 MiB of
/// memory. The least recently used session is removed first. inkotls_server_config_sessions reads
/// how many sessions the cache holds.
///
/// A session can be resumed for at most 7 days after the full handshake that the session comes
/// from, or for a shorter time (inkotls_server_builder_set_session_lifetime). A session can no
/// longer be resumed once a certificate that the client presented in that full handshake, its own
/// or an issuer's, has expired (notAfter). New sessions from a connection that resumes a session
/// have the time limit of the resumed session. When a session can no longer be resumed, the next
/// connection makes a full handshake. If an inkotls_verify_callback accepted a certificate that had
/// expired, the session is not resumed at all. Raw public keys do not expire. The same time limit
/// applies to sessions in a session store and in tickets that are sealed with ticket keys.
///
/// A TLS 1.2 client resumes a session of the cache by its session ID. A client that resumes only
/// with tickets, such as one of Go's crypto/tls, needs ticket keys
/// (inkotls_server_builder_set_ticket_keys).
///
/// After fork, the cache is empty in the new process: no process resumes the sessions of another
/// process, or accepts early data that another process accepted. Processes that resume each other's
/// sessions need ticket keys (inkotls_server_builder_set_ticket_keys) or a session store.
///
/// sessions   The number of sessions. Range: 0 to 1048576. 0 disables the cache. Default: 256.
///
/// INVALID_ARGUMENT   sessions is greater than 1048576.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_session_cache(
    builder: Option<&mut inkotls_server_builder>,
    sessions: usize,
) -> Status {
    enter(builder, |b| b.set_session_cache(sessions))
}

/// Sets two callbacks that keep sessions in a store outside of the library, such as the shared
/// cache of several servers.
///
/// Any server with the same store resumes the sessions. The call replaces the session cache
/// (inkotls_server_builder_set_session_cache).
///
/// A stored session contains secrets. Anyone who can read the store can resume the sessions in the
/// name of their clients, and can decrypt recorded TLS 1.2 connections and recorded early data.
/// Anyone who can write to the store can impersonate any client.
///
/// The library compares the settings for client certificates of the server that resumes a session
/// with the settings of the server that created the session. A session is resumed only if the
/// inkotls_client_auth is the same, if the roots were filled with the same certificates, raw public
/// keys, CRLs and revocation bits in the same order, and if both servers or neither of them have an
/// inkotls_verify_callback. Otherwise the handshake is a full handshake. Therefore a server with
/// new CRLs resumes no session that was created with the old CRLs.
///
/// A session can be resumed for at most 7 days after the full handshake that the session comes
/// from, or for a shorter time if a certificate of the client expires earlier
/// (inkotls_server_builder_set_session_cache). Each stored session contains the time until which it
/// can be resumed, and the library compares that time with the clock of the server. Therefore the
/// clocks of all servers must agree.
///
/// put         Stores a session. See inkotls_session_put_callback. The callback must not use the
///             connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// get         Looks a session up. See inkotls_session_get_callback. The callback must not use the
///             connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// user_data   Passed to put and get. May be NULL. Must stay valid until the config and all
///             connections that use the config are freed. Several threads may use user_data at the
///             same time, because connections of one config may run on several threads.
/// may_block   1 if put and get may block the thread, 0 if put and get always return without
///             waiting. With 1, a connection returns WANT_BLOCKING before the library needs put or
///             get, and the library calls put and get only in inkotls_conn_run_blocking. With 0,
///             the library calls put and get in the calls that drive the handshake, such as
///             inkotls_conn_handshake and inkotls_conn_read, and in inkotls_conn_run_blocking if
///             something else in the config may block.
///
/// INVALID_ARGUMENT   may_block is neither 0 nor 1.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_session_store(
    builder: Option<&mut inkotls_server_builder>,
    put: inkotls_session_put_callback,
    get: inkotls_session_get_callback,
    user_data: *mut c_void,
    may_block: i32,
) -> Status {
    enter(builder, |b| {
        b.set_session_store(HostStore {
            put: Box::new(not_null(session_put(put, user_data), "a callback")?),
            get: Box::new(not_null(session_get(get, user_data), "a callback")?),
            may_block: flag(may_block)?,
        });
        Ok(())
    })
}

/// Sets for how long the server resumes a session after the full handshake that the session comes
/// from, wherever the session is kept: in memory, in a session store, or in a ticket.
///
/// Each server applies its own time limit. A server that shares a session store or ticket keys with
/// other servers may have another limit than the server that created the session. New sessions from
/// a connection that resumes a session have the time limit of the resumed session. A session ends
/// earlier if a certificate of the client expires earlier
/// (inkotls_server_builder_set_session_cache).
///
/// The server announces the lifetime of tickets that are sealed with ticket keys
/// (inkotls_server_builder_set_ticket_keys): the time for which the session can still be resumed.
/// Without the call, the server accepts such a ticket for 12 hours, and announces at most 12 hours.
/// If seconds is more than 12 hours, keep previous ticket keys for that time, instead of the 12
/// hours that inkotls_ticket_keys describes.
///
/// For TLS 1.3 sessions in memory or in a session store, the server always announces a lifetime of
/// one day, because rustls does not let a program set the number. If a client offers a session that
/// has ended, the handshake is a full handshake.
///
/// seconds   The time in seconds. Range: 1 to 604800. Default: 604800, which is 7 days (RFC 8446,
///           section 4.6.1), and 43200, which is 12 hours, for each ticket that ticket keys sealed.
///
/// INVALID_ARGUMENT   seconds is 0 or greater than 604800.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_session_lifetime(
    builder: Option<&mut inkotls_server_builder>,
    seconds: u32,
) -> Status {
    enter(builder, |b| b.set_session_lifetime(seconds))
}

/// Sets the keys of tickets that contain the session itself, so that the server stores nothing (RFC
/// 5077; RFC 8446, section 4.6.1).
///
/// By default a server has no ticket keys.
///
/// Tickets that contain the session are used with all clients of TLS 1.3, and with clients of TLS
/// 1.2 that support tickets. Sessions of TLS 1.2 are stored in the session cache or the session
/// store, too, whether or not the client supports tickets.
///
/// A client can use a ticket that contains the session more than once. Therefore early data is not
/// possible: inkotls_server_builder_build fails with INVALID_STATE if
/// inkotls_server_builder_set_max_early_data allows early data.
///
/// The library compares the settings for client certificates of the server that resumes a session
/// with the settings of the server that created the session. A session is resumed only if the
/// inkotls_client_auth is the same, if the roots were filled with the same certificates, raw public
/// keys, CRLs and revocation bits in the same order, and if both servers or neither of them have an
/// inkotls_verify_callback. Otherwise the handshake is a full handshake.
///
/// Anyone who obtains a ticket key can decrypt recorded TLS 1.2 sessions whose tickets the key
/// sealed, and can make tickets: with a ticket that this server accepts, an attacker resumes a
/// session in the name of any client. inkotls_ticket_keys describes how to keep the keys.
///
/// All tickets of one connection together have at most 45 KiB. A ticket contains the client's
/// certificate chain, so with a long chain the server may send fewer tickets than
/// inkotls_server_builder_set_ticket_count allows.
///
/// However often the session in a ticket is renewed, the session can be resumed for at most 7 days
/// after the full handshake that the session comes from, or for a shorter time if a certificate of
/// the client expires earlier (inkotls_server_builder_set_session_cache).
///
/// ticket_keys   The ticket keys. inkotls_ticket_keys_set changes them for every config that uses
///               them. Retained.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_ticket_keys(
    builder: Option<&mut inkotls_server_builder>,
    ticket_keys: Option<&inkotls_ticket_keys>,
) -> Status {
    enter(builder, |b| {
        b.set_ticket_keys(given_shared(ticket_keys, "ticket_keys")?.keys.clone());
        Ok(())
    })
}

/// Sets how many tickets the server sends to a TLS 1.3 client after the handshake.
///
/// Each ticket lets the client resume the session on another connection.
///
/// tickets   The number of tickets. Range: 0 to 16. 0 disables resumption in TLS 1.3. Default: 2.
///
/// INVALID_ARGUMENT   tickets is greater than 16.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_ticket_count(
    builder: Option<&mut inkotls_server_builder>,
    tickets: usize,
) -> Status {
    enter(builder, |b| b.set_ticket_count(tickets))
}

/// Sets how much early data (0-RTT; RFC 8446, section 2.3) the server accepts on a connection that
/// resumes a TLS 1.3 session.
///
/// inkotls_conn_read_early_data reads early data. inkotls_conn_read does not: early data that the
/// server has accepted, and that the host does not read with inkotls_conn_read_early_data, is lost.
///
/// Anyone who records early data can send it again (replay; RFC 8446, section 8). A ticket of this
/// server works once, so the server accepts recorded early data at most once, if the session store
/// returns each session at most once. The connection on which the server accepts the early data may
/// be that of an attacker who sends a recording. Therefore, until inkotls_conn_handshake has
/// returned OK, execute only requests that do no harm if they are executed twice.
///
/// The server accepts early data only with sessions that began on a config that allowed early data.
/// Any other session is resumed without early data.
///
/// A server that refuses early data, for example because the ticket was used before, skips the
/// early data. Until the first byte of the server's answer is drained, the server skips all early
/// data, up to INKOTLS_LIMIT_HANDSHAKE. After that, the server skips 8000 bytes of early data, or
/// fewer if the data comes in many records. If a client sends more, the handshake may fail on the
/// server with PROTOCOL_ERROR. Therefore clients should send little early data.
///
/// inkotls_server_builder_build fails with INVALID_STATE if early data is allowed and there are
/// ticket keys (inkotls_server_builder_set_ticket_keys), because their tickets work more than once.
///
/// bytes   How much early data is accepted on a connection, in bytes. The connection holds the data
///         until it is read. Range: 0 to 4294967295. 0 disables early data. Values from 1 to 16383
///         are raised to 16384. Default: 0.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_max_early_data(
    builder: Option<&mut inkotls_server_builder>,
    bytes: u32,
) -> Status {
    enter(builder, |b| b.set_max_early_data(bytes))
}

/// Sets whether certificates may be compressed with zlib (RFC 8879), those of this side and those
/// of the peer.
///
/// In a library that was built without the Cargo feature compression, this function has no effect.
///
/// enabled   1 to allow compression, 0 to forbid it. Default: 1.
///
/// INVALID_ARGUMENT   enabled is neither 0 nor 1.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_certificate_compression(
    builder: Option<&mut inkotls_server_builder>,
    enabled: i32,
) -> Status {
    enter(builder, |b| {
        b.negotiation.compression = flag(enabled)?;
        Ok(())
    })
}

/// Sets whether TLS 1.2 requires the extended master secret (RFC 7627).
///
/// Without the extended master secret, an attacker in the middle can make two connections share
/// their keys. By default the library uses the extended master secret with every peer that supports
/// it, and also accepts peers that do not.
///
/// When the extended master secret is required, the handshake with a TLS 1.2 peer that does not
/// support the extended master secret fails with HANDSHAKE_FAILED. inkotls_conn_channel_binding
/// supports INKOTLS_CHANNEL_BINDING_TLS_EXPORTER in TLS 1.2 only if the extended master secret is
/// required.
///
/// enabled   1 to require the extended master secret, 0 to accept peers without it. Default: 0.
///
/// INVALID_ARGUMENT   enabled is neither 0 nor 1.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_extended_master_secret_required(
    builder: Option<&mut inkotls_server_builder>,
    enabled: i32,
) -> Status {
    enter(builder, |b| {
        b.negotiation.requires_ems = flag(enabled)?;
        Ok(())
    })
}

/// Sets a callback that returns the time of day, instead of the system's clock.
///
/// The time decides whether a certificate of a client has expired or is not valid yet, whether a
/// CRL has expired (INKOTLS_REVOCATION_ENFORCE_EXPIRY), until when a session can be resumed, and
/// until when a ticket is accepted (inkotls_ticket_keys). By default the library uses the system's
/// clock.
///
/// A program needs a clock of its own if the system's clock may be wrong, as on a device that has
/// no battery, or to test what happens at another time. Anyone who can change the clock can make
/// the server accept a certificate that has expired. The clocks of servers that resume each other's
/// sessions must agree.
///
/// callback    Returns the time. See inkotls_clock_callback. The callback must not use the
///             connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// user_data   Passed to callback. May be NULL. Must stay valid until the config and all
///             connections that use the config are freed. Several threads may use user_data at the
///             same time, because connections of one config may run on several threads.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_clock(
    builder: Option<&mut inkotls_server_builder>,
    callback: inkotls_clock_callback,
    user_data: *mut c_void,
) -> Status {
    enter(builder, |b| set_clock(&mut b.negotiation, callback, user_data))
}

/// Sets a limit of the connections that use the config.
///
/// limit   An inkotls_limit. Each inkotls_limit has its own range and default.
/// bytes   The value of the limit, in bytes. The range and the default are those of the
///         inkotls_limit.
///
/// INVALID_ARGUMENT   The value of limit is not an inkotls_limit, or bytes is out of the range of
///                    that inkotls_limit.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_limit(
    builder: Option<&mut inkotls_server_builder>,
    limit: i32,
    bytes: usize,
) -> Status {
    enter(builder, |b| b.negotiation.limits.set(limit, bytes))
}

/// Sets a callback that receives the secrets of every connection, as lines of the NSS key log
/// format, with which a program such as Wireshark decrypts a capture.
///
/// By default there is no key log. The call replaces any key log that was set before.
///
/// inkotls_server_builder_set_dangerous_key_log is dangerous, because anyone who has the secrets
/// can decrypt the connections.
///
/// The library calls callback in the calls that drive a handshake, such as inkotls_conn_handshake,
/// inkotls_conn_read and inkotls_conn_run_blocking, on the thread of that call. A connection has
/// one line in TLS 1.2, and five lines in TLS 1.3, or six lines with early data;
/// inkotls_key_log_callback lists their labels. The client and the server of a connection have the
/// same secrets: the lines of one side are enough.
///
/// callback    Receives each line. See inkotls_key_log_callback. The callback must not use the
///             connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// user_data   Passed to callback. May be NULL. Must stay valid until the config and all
///             connections that use the config are freed. Several threads may use user_data at the
///             same time, because connections of one config may run on several threads.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_dangerous_key_log(
    builder: Option<&mut inkotls_server_builder>,
    callback: inkotls_key_log_callback,
    user_data: *mut c_void,
) -> Status {
    enter(builder, |b| log_keys(&mut b.negotiation, callback, user_data))
}

/// Sets a file to which the secrets of every connection are appended, as lines of the NSS key log
/// format, with which a program such as Wireshark decrypts a capture.
///
/// By default there is no key log. The call replaces any key log that was set before.
///
/// The environment variable SSLKEYLOGFILE names the file. The call reads SSLKEYLOGFILE, and opens
/// the file for appending. If the file does not exist, the call creates the file with mode 0600
/// (readable and writable by its owner only); the call does not change the mode of a file that
/// exists. If SSLKEYLOGFILE is not set, or if the file cannot be opened, nothing is logged, and the
/// call returns OK.
///
/// Each line is written with one write, so that the lines of several threads do not mix.
///
/// inkotls_server_builder_set_dangerous_key_log_file is dangerous, because anyone who has the
/// secrets can decrypt the connections. The call and the handshakes of all connections that use the
/// config write to a file, which may block the thread.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_dangerous_key_log_file(
    builder: Option<&mut inkotls_server_builder>,
) -> Status {
    enter(builder, |b| b.negotiation.log_keys_to_file())
}

/// Creates an inkotls_server_config from the settings of the builder.
///
/// If inkotls_server_builder_build returns OK, builder is freed, and no call may use builder any
/// more, not even inkotls_server_builder_error. If inkotls_server_builder_build fails, builder is
/// unchanged: it can be changed and built again, or freed. inkotls_server_builder_error returns the
/// reason of the failure.
///
/// If the server trusts the client certificates that the platform trusts, the call reads the
/// platform's certificate files, which may block the thread.
///
/// builder      Consumed when the call returns OK.
/// out_config   Receives the config, with one reference that belongs to the caller. Valid until
///              inkotls_server_config_release releases the last reference.
///
/// INVALID_CERTIFICATE   The builder has no identity: neither inkotls_server_builder_set_identity
///                       nor inkotls_server_builder_set_sni_map was called.
/// INVALID_ARGUMENT      None of the protocol versions can be used with the cipher suites and the
///                       groups that were added.
/// NO_TRUST_ANCHORS      The server asks for client certificates and would trust no certificate
///                       authority, because the roots are empty or the platform has no usable
///                       certificate. The reason may also be that SSL_CERT_FILE or SSL_CERT_DIR is
///                       set and cannot be used (inkotls_roots_add_platform). This status is not
///                       returned if the roots contain certificates of peers, or if an
///                       inkotls_verify_callback is set.
/// INVALID_STATE         An inkotls_verify_callback is set, but the server does not ask for client
///                       certificates. This status is also returned in each of these cases: the
///                       server accepts early data and has ticket keys; the roots contain both
///                       certificates and raw public keys; the roots contain raw public keys and
///                       the inkotls_client_auth is INKOTLS_CLIENT_AUTH_OPTIONAL.
/// UNSUPPORTED           The roots for client certificates contain the platform's trust, and the
///                       platform (macOS, Windows, Android) does not give access to its
///                       certificates.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_server_builder_build(
    builder: *mut inkotls_server_builder,
    out_config: Option<&mut MaybeUninit<*const inkotls_server_config>>,
) -> Status {
    let build = |b: &mut ServerBuilder| {
        let (config, sessions) = (b.build()?, b.sessions());
        Ok(share(inkotls_server_config { config, sessions, poison: AtomicBool::new(false) }))
    };
    // SAFETY: the host vouches for the builder.
    unsafe { convert(builder, out_config, build) }
}

/// Returns the error message of the last call on builder that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if builder is NULL. Valid until the next call that takes builder as a
/// pointer to non-const, or until builder is freed. Call inkotls_server_builder_error in the C
/// statement after the call that failed, not in the same statement.
///
/// A call on builder that succeeds leaves the error message of an earlier call unchanged.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_error(
    builder: Option<&inkotls_server_builder>,
) -> *const c_char {
    error_message(builder)
}

/// Frees a builder, unless inkotls_server_builder_build has returned OK.
///
/// If inkotls_server_builder_build returns OK, it has also freed the builder: do not free the
/// builder after that. If it returns another status, the builder can be used again, and has to be
/// freed.
///
/// builder   The builder to free. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_free(builder: Option<Box<inkotls_server_builder>>) {
    free(builder);
}

/// Returns whether connections of the config may return WANT_BLOCKING.
///
/// Returns 1 if an inkotls_verify_callback, an inkotls_sign_callback, or the callbacks of a session
/// store were set with may_block 1. Returns 0 if connections of the config never return
/// WANT_BLOCKING.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_config_may_block(config: Option<&inkotls_server_config>) -> i32 {
    may_block(config.map(|it| &it.config))
}

/// Returns the name of the crypto provider that connections of the config use.
///
/// Returns "graviola", "aws-lc-rs" or "ring", as a static text: NUL-terminated ASCII, never NULL,
/// valid as long as the library is loaded. The text is "" if config is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_config_crypto_provider(
    config: Option<&inkotls_server_config>,
) -> *const c_char {
    crypto_provider(config.map(|it| &it.config))
}

/// Reads how many sessions the config holds in memory, and how much memory they use.
///
/// A session that has ended is counted until a new session needs its place, or until a client of
/// TLS 1.3 offers it. Any thread may call
/// inkotls_server_config_sessions, also while connections use the config.
///
/// out_sessions   Receives the number of sessions, which is 0 if sessions are kept in a session
///                store. A TLS 1.3 session in a ticket that ticket keys sealed is not in memory. A
///                TLS 1.2 session is also in memory if the client has such a ticket.
/// out_bytes      Receives the memory in bytes. The number is an estimate: it is never more than
///                the limit that inkotls_server_builder_set_session_cache describes.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_config_sessions(
    config: Option<&inkotls_server_config>,
    out_sessions: Option<&mut MaybeUninit<usize>>,
    out_bytes: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter_shared(config, |c| {
        let held = c.sessions.as_ref().map_or(Held::default(), |it| it.held());
        sessions_held(held, out_sessions, out_bytes)
    })
}

/// Retains the config: its number of references grows by one.
///
/// Any thread may call inkotls_server_config_retain while the caller holds a reference.
/// inkotls_server_config_release releases the reference that inkotls_server_config_retain has
/// added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_server_config_retain(
    config: *const inkotls_server_config,
) -> Status {
    // SAFETY: the host vouches for the config.
    unsafe { retain(config) }
}

/// Releases a reference to the config, and frees the config with the last reference.
///
/// A connection that uses the config has a reference of its own: the config may be released before
/// the connection is freed. Any thread may call inkotls_server_config_release to release a
/// reference that the caller holds, also while other threads use references of their own.
///
/// config   The config to release. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_server_config_release(config: *const inkotls_server_config) {
    // SAFETY: the host vouches for the config.
    unsafe { release(config) }
}
