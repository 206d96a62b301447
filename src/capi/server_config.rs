//! inkotls_server_builder and inkotls_server_config.

use super::calls::{host_verification, log_keys, may_block};
use super::{
    inkotls_identity, inkotls_key_log_callback, inkotls_roots, inkotls_session_get_callback,
    inkotls_session_put_callback, inkotls_sni_map, inkotls_ticket_keys, inkotls_verify_callback,
};
use crate::config::Config;
use crate::error::Status;
use crate::ffi::{
    Handle, Opaque, bytes, convert, enter, error_message, flag, free, given, given_shared, make,
    not_null, release, retain, session_get, session_put, share,
};
use crate::setup::{HostStore, ServerBuilder};
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// The settings of a server while they are being made. Exclusive.
pub struct inkotls_server_builder(Opaque);

/// The settings of a server: immutable, counted, and used by any number of connections and
/// threads at the same time.
pub struct inkotls_server_config {
    pub(super) config: Config<rustls::ServerConfig>,
}

impl Handle for inkotls_server_builder {
    type State = ServerBuilder;
}

/// Begins the settings of a server: TLS 1.2 and 1.3, no client certificates, no ALPN, resumption in
/// memory, no early data.
/// Ends with inkotls_server_builder_build, or inkotls_server_builder_free. NULL only if the
/// library has a bug that was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_new() -> *mut inkotls_server_builder {
    make(ServerBuilder::default)
}

/// Sets the certificate chain and key that the server shows. A server needs them.
///
/// builder: must not be NULL.
/// identity: must not be NULL, and complete; it may be freed at once.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_INVALID_KEY: the identity has no chain, or
/// no key.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_identity(
    builder: Option<&mut inkotls_server_builder>,
    identity: Option<&inkotls_identity>,
) -> Status {
    enter(builder, |b| b.set_identity(given(identity, "identity")?))
}

/// Sets what the server chooses its certificate chain and key from, by the name that a client asks
/// for. In place of inkotls_server_builder_set_identity. A client for which there is none fails
/// the handshake with INKOTLS_STATUS_HANDSHAKE_FAILED, and is told so: access_denied where it is
/// for the name, handshake_failure where it is for the client's signature schemes.
///
/// builder: must not be NULL.
/// sni_map: must not be NULL; the config keeps a reference of its own, and sees every change.
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

/// Adds an ALPN protocol (RFC 7301), the preferred one first. With none, ALPN is not used. A server
/// that picks by other reasons has an acceptor show the client's list, and sets the connection's:
/// inkotls_conn_clear_alpn, inkotls_conn_add_alpn.
///
/// builder: must not be NULL.
/// protocol, len: the protocol's name, such as "h2", in bytes: 1 to 255; copied. There are 64 at
/// most.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_server_builder_add_alpn(
    builder: Option<&mut inkotls_server_builder>,
    protocol: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for protocol and len.
    enter(builder, |b| b.negotiation.add_alpn(unsafe { bytes(protocol, len) }?))
}

/// Adds a protocol version to those that may be negotiated. The first call takes the place of the
/// default, TLS 1.3 and 1.2. The order does not matter: the highest that both sides have is used.
///
/// builder: must not be NULL.
/// version: IANA's number: 0x0304 for TLS 1.3, 0x0303 for TLS 1.2.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is another.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_add_protocol_version(
    builder: Option<&mut inkotls_server_builder>,
    version: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_version(version))
}

/// Adds a cipher suite, the preferred one first. The first call takes the place of the default,
/// which inkotls_cipher_suite_at lists, and of the client's preference, which counts until then.
///
/// builder: must not be NULL.
/// suite: IANA's number.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is none that inkotls_cipher_suite_at lists.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_add_cipher_suite(
    builder: Option<&mut inkotls_server_builder>,
    suite: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_suite(suite))
}

/// Adds a group for the key exchange. The first call takes the place of the default, which
/// inkotls_named_group_at lists. The client's preference counts.
///
/// builder: must not be NULL.
/// group: IANA's number.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is none that inkotls_named_group_at lists.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_add_named_group(
    builder: Option<&mut inkotls_server_builder>,
    group: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_group(group))
}

/// Sets whether clients are asked for a certificate; they are not at first. What a client shows is
/// always verified: inkotls_conn_peer_certificate has it.
///
/// builder: must not be NULL.
/// mode: an inkotls_client_auth.
/// roots: whom clients must be certified by; NULL only with INKOTLS_CLIENT_AUTH_OFF. Copied, and
/// may be freed at once. Their names are sent to clients, which choose by them. Raw public keys are
/// required or not asked for: with INKOTLS_CLIENT_AUTH_OPTIONAL the config is not built.
///
/// If a certificate is required and the client presents none, the handshake fails with
/// INKOTLS_STATUS_INVALID_PEER_CERTIFICATE and INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED. The alert
/// is certificate_required (116) in TLS 1.3, and handshake_failure (40) in TLS 1.2, which has no
/// alert of its own for this.
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

/// Has the host decide whether to trust a client, in the place of the standard verification, which
/// the callback can have made first: inkotls_verification_verify. A callback that does not look is
/// as good as none: hence dangerous.
///
/// The callback needs inkotls_server_builder_set_client_auth, whose roots may be empty then. It is
/// not called for a client that presents no certificate, nor when a session is resumed: the client
/// was verified in the full handshake that the session comes from, so servers that share sessions
/// must decide alike. A host that looks at the certificate again, after the handshake, can only end
/// the connection with inkotls_conn_close: the client then reads close_notify, not an alert.
///
/// builder: must not be NULL.
/// verify: must not be NULL.
/// user_data: handed to it; may be NULL. It must live as long as the config, and be fit for every
/// thread that uses one of its connections.
/// may_block: 1 where it may take time: INKOTLS_STATUS_WANT_BLOCKING announces its calls, and they
/// come from inkotls_conn_run_blocking only. 0: they come from the calls that drive a handshake,
/// which wait for them, and from inkotls_conn_run_blocking where something else may block.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: `may_block` is neither 0 nor 1.
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

/// Keeps sessions in memory for clients to resume: TLS 1.2 by session id, TLS 1.3 by tickets that
/// work once. Replaces inkotls_server_builder_set_session_store.
///
/// Memory is bounded in bytes, too: all sessions together take at most 16 KiB for each session that
/// is allowed, or 256 KiB if that is more; by default that is 4 MiB. The session that was used
/// least recently is removed first.
///
/// A session ends 7 days after the full handshake that it comes from. It ends earlier if a
/// certificate that the client presented in that handshake, its own or an issuer's, expires earlier
/// (notAfter). A resumed connection gives new sessions the same end. If a host's verifier accepted
/// a certificate that had expired, the session is not resumed at all. Raw public keys do not
/// expire. All this is true of sessions in a session store and in tickets, too.
///
/// After fork, the new process starts without sessions: no process resumes the sessions of another,
/// or accepts early data that another accepted. Processes that are to resume each other's sessions
/// need ticket keys or a session store.
///
/// builder: must not be NULL.
/// sessions: how many, at most 1048576; 0 for none. Default: 256.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_session_cache(
    builder: Option<&mut inkotls_server_builder>,
    sessions: usize,
) -> Status {
    enter(builder, |b| b.set_session_cache(sessions))
}

/// Keeps sessions in a store of the host's, such as the cache of a fleet: any server with the same
/// store resumes them. What is kept has the secrets of the session: who reads it reads the
/// connection, and who writes it is whom he likes. In place of
/// inkotls_server_builder_set_session_cache.
///
/// A session is resumed only by a server that asks the same of clients as the server where the
/// session began: the same inkotls_client_auth, and roots that were filled with the same things in
/// the same order. So new CRLs end the sessions of the clients that they revoke.
///
/// A session ends as inkotls_server_builder_set_session_cache describes: the end is part of what is
/// stored, and the library checks it. The clocks of the servers must agree.
///
/// builder: must not be NULL.
/// put, get: must not be NULL. A `get` that returns a length that cannot be has found nothing.
/// user_data: handed to both; may be NULL. It must live as long as the config, and be fit for every
/// thread that uses one of its connections.
/// may_block: 1 where they may take time: INKOTLS_STATUS_WANT_BLOCKING announces their calls, which
/// come from inkotls_conn_run_blocking only. 0: they come from the calls that drive a handshake,
/// which wait for them, and from inkotls_conn_run_blocking where something else may block.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: `may_block` is neither 0 nor 1.
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

/// Makes tickets that hold the session themselves, for clients of TLS 1.3, and of TLS 1.2 that
/// take tickets; others are still kept in the session cache or store. Such a ticket works as often
/// as it is shown, so early data is not possible with it. As with
/// inkotls_server_builder_set_session_store, only servers that ask as much of clients take it. All
/// tickets of a connection have 45 KiB at most: with a client's chain in them, there may be fewer.
/// However often the session in a ticket is renewed, it ends as
/// inkotls_server_builder_set_session_cache describes.
///
/// builder: must not be NULL.
/// ticket_keys: must not be NULL; the config keeps a reference of its own.
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

/// Sets how many tickets a TLS 1.3 client gets after its handshake.
///
/// builder: must not be NULL.
/// tickets: 0 to 16; 2 at first.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_ticket_count(
    builder: Option<&mut inkotls_server_builder>,
    tickets: usize,
) -> Status {
    enter(builder, |b| b.set_ticket_count(tickets))
}

/// Sets how much early data (0-RTT; RFC 8446, section 2.3) is taken from a client that resumes a
/// session: see inkotls_conn_read_early_data. None at first: who records early data can send it
/// again. Here a ticket works once, so that of all who show it one is listened to, as long as the
/// session store gives it out once; and that one need not be the client. So do only what does no
/// harm when it is done twice, until the handshake is done.
///
/// A server accepts early data only with sessions that were made while early data was allowed. Any
/// other session is resumed without early data.
///
/// builder: must not be NULL.
/// bytes: how many bytes are accepted, and held until they are read. 0 disables early data. Values
/// from 1 to 16383 are raised to 16384.
///
/// A server that refuses early data, for example because the ticket was used before, skips all of
/// it that comes before the first byte of the answer is drained, within INKOTLS_LIMIT_HANDSHAKE. Of
/// what comes later, the server skips 8000 bytes, or fewer if they come in many records. If a
/// client sends more, the handshake may fail, on the server with INKOTLS_STATUS_PROTOCOL_ERROR. So
/// clients should send little.
///
/// Building the config fails with INKOTLS_STATUS_INVALID_STATE where there are ticket keys, whose
/// tickets work more than once.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_max_early_data(
    builder: Option<&mut inkotls_server_builder>,
    bytes: u32,
) -> Status {
    enter(builder, |b| b.set_max_early_data(bytes))
}

/// Sets whether certificates may be compressed (RFC 8879, with zlib), ours and the peer's. They
/// may at first, in a library that was built with the feature `compression`.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
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

/// Sets whether TLS 1.2 needs the extended master secret (RFC 7627), without which an attacker in
/// the middle can make two connections share their keys. It does not at first: a peer that has it
/// gets it. A peer that has not fails the handshake with INKOTLS_STATUS_HANDSHAKE_FAILED, where
/// this is set; and inkotls_conn_channel_binding gives tls-exporter in TLS 1.2, too.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
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

/// Sets one of the limits of a connection.
///
/// builder: must not be NULL.
/// limit: an inkotls_limit, where each one's default and range are.
/// bytes: the limit, in bytes.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: there is no such limit, or it is out of its range.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_limit(
    builder: Option<&mut inkotls_server_builder>,
    limit: i32,
    bytes: usize,
) -> Status {
    enter(builder, |b| b.negotiation.limits.set(limit, bytes))
}

/// Gives the secrets of every connection to the host, in lines of the NSS key log format, for a
/// program such as Wireshark to read a capture with. Dangerous: who has them reads everything.
///
/// builder: must not be NULL.
/// callback: must not be NULL. It comes from any call on a connection that drives its handshake,
/// or that reads, writes or updates keys, on the thread of that call.
/// user_data: handed to the callback; may be NULL. It must live as long as the config, and be fit
/// for every thread that uses one of its connections.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_dangerous_key_log(
    builder: Option<&mut inkotls_server_builder>,
    callback: inkotls_key_log_callback,
    user_data: *mut c_void,
) -> Status {
    enter(builder, |b| log_keys(&mut b.negotiation, callback, user_data))
}

/// Appends the secrets of every connection to the file that the environment variable
/// SSLKEYLOGFILE names when this is called; does nothing where it names none. Dangerous, as
/// inkotls_server_builder_set_dangerous_key_log is; and the handshake writes to a file.
///
/// builder: must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_set_dangerous_key_log_file(
    builder: Option<&mut inkotls_server_builder>,
) -> Status {
    enter(builder, |b| b.negotiation.log_keys_to_file())
}

/// Makes the config, and uses the builder up: when it returns OK the builder is freed, and the
/// config has one reference, which is yours to release. When it fails the builder is as it was,
/// its error text tells why, and it is yours to mend or to free.
///
/// builder: must not be NULL.
/// out_config: must not be NULL.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: no identity was set.
/// INKOTLS_STATUS_INVALID_ARGUMENT: the versions, cipher suites and groups that were added do not
/// go together.
/// INKOTLS_STATUS_NO_TRUST_ANCHORS: client certificates are asked for, and there is no trust anchor
/// for them; or SSL_CERT_FILE or SSL_CERT_DIR is set and cannot be used: see
/// inkotls_roots_add_platform.
/// INKOTLS_STATUS_INVALID_STATE: there is a verifier of clients, and no certificate is asked for;
/// or early data goes with ticket keys; or raw public keys with something that they do not go with.
/// Reads the platform's certificate files, if client certificates are verified by those: call it
/// where that may block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_server_builder_build(
    builder: *mut inkotls_server_builder,
    out_config: Option<&mut MaybeUninit<*const inkotls_server_config>>,
) -> Status {
    let build = |b: &mut ServerBuilder| Ok(share(inkotls_server_config { config: b.build()? }));
    // SAFETY: the host vouches for the builder.
    unsafe { convert(builder, out_config, build) }
}

/// Returns the sentence for the last call on `builder` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `builder`.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_error(
    builder: Option<&inkotls_server_builder>,
) -> *const c_char {
    error_message(builder)
}

/// Frees a builder that was not built. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_builder_free(builder: Option<Box<inkotls_server_builder>>) {
    free(builder);
}

/// Returns 1 where connections with this config may answer INKOTLS_STATUS_WANT_BLOCKING: a
/// verifier, a signer or a session store was set that may block;
/// 0 where they never do; or INKOTLS_STATUS_INVALID_ARGUMENT for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_server_config_may_block(config: Option<&inkotls_server_config>) -> i32 {
    may_block(config.map(|it| &it.config))
}

/// Adds a reference. Any thread, at any time.
///
/// config: must not be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_server_config_retain(
    config: *const inkotls_server_config,
) -> Status {
    // SAFETY: the host vouches for the config.
    unsafe { retain(config) }
}

/// Ends a reference; the last one frees the config. Connections keep their own. Any thread, at
/// any time. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_server_config_release(config: *const inkotls_server_config) {
    // SAFETY: the host vouches for the config.
    unsafe { release(config) }
}
