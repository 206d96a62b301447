//! inkotls_client_builder and inkotls_client_config.

use super::calls::{
    crypto_provider, host_verification, log_keys, may_block, sessions_held, set_clock,
};
use super::{
    inkotls_clock_callback, inkotls_identity, inkotls_key_log_callback, inkotls_roots,
    inkotls_verify_callback,
};
use crate::config::Config;
use crate::error::Status;
use crate::ffi::{
    Handle, Opaque, SharedHandle, bytes, convert, enter, enter_shared, error_message, flag, free,
    given, make, release, retain, share,
};
use crate::setup::{ClientBuilder, ClientSessions};
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The settings of a client before a config is built from them. Only one thread at a time may use a
/// builder.
pub struct inkotls_client_builder(Opaque);

/// The settings of a client, and the sessions that its connections can resume. The settings never
/// change. A config is reference-counted: any number of connections and threads may use one config
/// at the same time.
pub struct inkotls_client_config {
    pub(super) config: Config<rustls::ClientConfig>,
    sessions: Arc<ClientSessions>,
    poison: AtomicBool,
}

impl SharedHandle for inkotls_client_config {
    fn poison(&self) -> &AtomicBool {
        &self.poison
    }
}

impl Handle for inkotls_client_builder {
    type State = ClientBuilder;
}

/// Creates a builder with the default settings of a client: the client trusts what the platform
/// trusts, offers TLS 1.3 and TLS 1.2 without ALPN, has no identity, resumes sessions from a cache
/// in memory, and sends no early data.
///
/// Returns the builder, or NULL if a bug in the library was caught. inkotls_client_builder_build
/// consumes the builder, and inkotls_client_builder_free frees it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_new() -> *mut inkotls_client_builder {
    make(ClientBuilder::default)
}

/// Sets which servers the client trusts.
///
/// By default the client trusts what the platform trusts, as with inkotls_roots_add_platform. The
/// roots replace this default, and the roots of an earlier call: the client then trusts only what
/// is in roots. To trust what the platform trusts as well, call inkotls_roots_add_platform on
/// roots.
///
/// Raw public keys need TLS 1.3 and a peer that supports raw public keys (RFC 7250). With any other
/// peer, the handshake fails: the side that finds out returns HANDSHAKE_FAILED, and the other side
/// ALERT_RECEIVED.
///
/// roots   The certificate authorities, certificates or raw public keys that the client trusts.
///         Copied.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_roots(
    builder: Option<&mut inkotls_client_builder>,
    roots: Option<&inkotls_roots>,
) -> Status {
    enter(builder, |b| {
        b.set_roots(given(roots, "roots")?);
        Ok(())
    })
}

/// Adds a protocol for Application-Layer Protocol Negotiation (ALPN, RFC 7301).
///
/// The client sends the list to the server, the first protocol that was added first, and the server
/// chooses: a server of this library chooses the first protocol of its own list that the client
/// offers. By default the list is empty, and ALPN is not used.
///
/// A server that does not use ALPN is accepted: inkotls_conn_alpn then returns NONE. If the server
/// uses ALPN and supports no protocol of the list, inkotls_conn_handshake returns ALERT_RECEIVED,
/// with the alert no_application_protocol (120).
///
/// protocol, len   The name of the protocol, such as "h2", and its length in bytes. Range: 1 to
///                 255. A list has at most 64 protocols: adding one more returns INVALID_ARGUMENT.
///                 Copied.
///
/// INVALID_ARGUMENT   The name has no bytes or more than 255 bytes, or the list already has 64
///                    protocols.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_builder_add_alpn(
    builder: Option<&mut inkotls_client_builder>,
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
pub extern "C" fn inkotls_client_builder_add_protocol_version(
    builder: Option<&mut inkotls_client_builder>,
    version: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_version(version))
}

/// Adds a cipher suite to those that the client offers.
///
/// The first cipher suite that is added is the preferred one. The first call replaces the default,
/// which is the list of inkotls_cipher_suite_at.
///
/// suite   The cipher suite, as an IANA number, such as 0x1301 for TLS_AES_128_GCM_SHA256. Default:
///         every cipher suite of inkotls_cipher_suite_at.
///
/// UNSUPPORTED   inkotls_cipher_suite_at does not list this cipher suite.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_add_cipher_suite(
    builder: Option<&mut inkotls_client_builder>,
    suite: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_suite(suite))
}

/// Adds a group for the key exchange to those that the client offers.
///
/// The first group that is added is the preferred one. The first call replaces the default, which
/// is the list of inkotls_named_group_at.
///
/// group   The group, as an IANA number, such as 29 for x25519. Default: every group of
///         inkotls_named_group_at.
///
/// UNSUPPORTED   inkotls_named_group_at does not list this group.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_add_named_group(
    builder: Option<&mut inkotls_client_builder>,
    group: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_group(group))
}

/// Sets the crypto provider: the library of cryptography that connections of the config use.
///
/// By default inkotls_client_builder_build chooses the crypto provider: "graviola" if it is built
/// in and the processor has the extensions that graviola requires, otherwise "aws-lc-rs" or "ring",
/// whichever is built in. All crypto providers support the same protocol versions, cipher suites,
/// groups and signature schemes.
///
/// Private keys, ticket keys, fingerprints and HPKE (for Encrypted ClientHello) always use the
/// default crypto provider, whatever is set here.
///
/// name, len   The name of the crypto provider in ASCII: "graviola", "aws-lc-rs" or "ring", in
///             lower case; and its length in bytes. Default: the crypto provider that
///             inkotls_client_builder_build chooses. Borrowed for this call.
///
/// UNSUPPORTED   No crypto provider with this name is built in, or the processor lacks an extension
///               that the crypto provider requires. The error message lists what is built in.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_builder_set_crypto_provider(
    builder: Option<&mut inkotls_client_builder>,
    name: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for name and len.
    enter(builder, |b| b.negotiation.set_provider(unsafe { bytes(name, len) }?))
}

/// Adds an identity that the client may present to servers that ask for a certificate.
///
/// By default the client has no identity.
///
/// The client presents the first identity that was added and that fits the server's request: the
/// key of the identity supports a signature scheme that the server accepts. If the server names
/// certificate authorities, one of them must also have issued a certificate in the chain of the
/// identity.
///
/// If no identity fits, the client presents no certificate. A log message of level INKOTLS_LOG_WARN
/// then has the reason. If the server then answers with a fatal alert, the error message of the
/// connection has the reason, too.
///
/// In TLS 1.3, inkotls_conn_handshake of the client may return OK before the server has verified
/// the certificate. If the server refuses the certificate, inkotls_conn_read returns
/// ALERT_RECEIVED.
///
/// identity   An identity with a private key (or an inkotls_sign_callback) and a certificate chain,
///            or with a raw public key. All identities of a client present certificates, or all of
///            them present raw public keys: otherwise inkotls_client_builder_build fails with
///            INVALID_STATE. Copied.
///
/// INVALID_CERTIFICATE   The identity has no certificate chain.
/// INVALID_KEY           The identity has no private key.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_add_identity(
    builder: Option<&mut inkotls_client_builder>,
    identity: Option<&inkotls_identity>,
) -> Status {
    enter(builder, |b| b.add_identity(given(identity, "identity")?))
}

/// Sets a callback that decides whether to trust a server, instead of the standard verification of
/// certificates.
///
/// The callback can run the standard verification with inkotls_verification_verify, and then decide
/// by its result. By default the standard verification decides.
///
/// inkotls_client_builder_set_dangerous_verifier is dangerous, because a callback that accepts
/// every server leaves the connections open to an attacker in the middle.
///
/// The library does not call verify when a session is resumed, because the server was verified in
/// the full handshake that the session comes from. Without a session cache
/// (inkotls_client_builder_set_session_cache with 0), the library calls verify for every
/// connection.
///
/// A program that refuses the server's certificate after the handshake can only close the
/// connection with inkotls_conn_close: the server then receives close_notify instead of a fatal
/// alert.
///
/// verify      Decides whether to trust a server. See inkotls_verify_callback. The callback must
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
pub extern "C" fn inkotls_client_builder_set_dangerous_verifier(
    builder: Option<&mut inkotls_client_builder>,
    verify: inkotls_verify_callback,
    user_data: *mut c_void,
    may_block: i32,
) -> Status {
    enter(builder, |b| {
        b.set_verifier(host_verification(verify, user_data, may_block)?);
        Ok(())
    })
}

/// Sets for how many servers the config keeps sessions in memory.
///
/// The cache belongs to the config: only connections of the same config resume its sessions. A
/// program that builds a new config for each connection never resumes a session. The cache
/// identifies a server by the server name that was passed to inkotls_conn_new_client, without a
/// port. So servers with the same name and different ports have their sessions in common: a server
/// that does not know the session of a connection makes a full handshake. A program that must keep
/// such servers apart uses one config for each.
///
/// A session of TLS 1.3 can be resumed only after the client has received a ticket, which arrives
/// after the handshake and is processed by inkotls_conn_read and inkotls_conn_read_peek
/// (inkotls_conn_tickets_received).
///
/// For each server, the cache keeps at most one session of TLS 1.2 and at most 8 sessions of TLS
/// 1.3, which together use at most 128 KiB of memory. All sessions in the cache together use at
/// most the larger of 256 KiB and 16 KiB multiplied by servers: 4 MiB by default. The sessions of
/// the least recently used server are removed first. inkotls_client_config_sessions reads how many
/// sessions the cache holds, and inkotls_client_config_remove_sessions removes sessions.
///
/// A session can be resumed for at most 7 days after the full handshake that the session comes
/// from, or for a shorter time (inkotls_client_builder_set_session_lifetime). A session can no
/// longer be resumed once a certificate that the server presented in that full handshake, its own
/// or an issuer's, has expired (notAfter). New sessions from a connection that resumes a session
/// have the time limit of the resumed session. When a session can no longer be resumed, the next
/// connection makes a full handshake. If an inkotls_verify_callback accepted a certificate that had
/// expired, the session is not resumed at all. Raw public keys do not expire.
///
/// After fork, the cache is empty in the new process. The old process keeps its sessions.
///
/// servers   The number of servers. Range: 0 to 1048576. 0 disables resumption. Default: 256.
///
/// INVALID_ARGUMENT   servers is greater than 1048576.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_session_cache(
    builder: Option<&mut inkotls_client_builder>,
    servers: usize,
) -> Status {
    enter(builder, |b| b.set_session_cache(servers))
}

/// Sets for how long the client resumes a session after the full handshake that the session comes
/// from.
///
/// New sessions from a connection that resumes a session have the time limit of the resumed
/// session. A session ends earlier if a certificate of the server expires earlier
/// (inkotls_client_builder_set_session_cache), and a ticket ends earlier if the server announced a
/// shorter lifetime.
///
/// seconds   The time in seconds. Range: 1 to 604800. Default: 604800, which is 7 days (RFC 8446,
///           section 4.6.1).
///
/// INVALID_ARGUMENT   seconds is 0 or greater than 604800.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_session_lifetime(
    builder: Option<&mut inkotls_client_builder>,
    seconds: u32,
) -> Status {
    enter(builder, |b| b.set_session_lifetime(seconds))
}

/// Sets how the client resumes TLS 1.2 sessions.
///
/// TLS 1.3 sessions are resumed under every setting; inkotls_client_builder_set_session_cache with
/// 0 disables all resumption.
///
/// how   An inkotls_tls12_resumption. Default: INKOTLS_TLS12_RESUMPTION_TICKETS.
///
/// INVALID_ARGUMENT   The value of how is not an inkotls_tls12_resumption.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_tls12_resumption(
    builder: Option<&mut inkotls_client_builder>,
    how: i32,
) -> Status {
    enter(builder, |b| b.set_tls12_resumption(how))
}

/// Sets whether connections that resume a TLS 1.3 session offer early data (0-RTT; RFC 8446,
/// section 2.3).
///
/// inkotls_conn_write_early_data writes early data.
///
/// Anyone who records early data can send it again, to the same server or to another one (replay;
/// RFC 8446, section 8). Therefore early data must contain only requests that do no harm if the
/// server executes them twice.
///
/// Early data belongs to the ALPN protocol of the session. A connection that does not offer that
/// protocol resumes the session without early data. If a server accepts early data and chooses
/// another protocol, the server violates RFC 8446, section 4.2.10, and the connection fails with
/// PROTOCOL_ERROR. The client sends no alert about the wrong protocol, because rustls sends alerts
/// only for errors that rustls itself finds; the server sees the end of the transport (EOF).
///
/// enabled   1 to offer early data, 0 not to offer it. Default: 0.
///
/// INVALID_ARGUMENT   enabled is neither 0 nor 1.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_early_data(
    builder: Option<&mut inkotls_client_builder>,
    enabled: i32,
) -> Status {
    enter(builder, |b| {
        b.early_data = flag(enabled)?;
        Ok(())
    })
}

/// Sets whether connections that do not offer Encrypted ClientHello (ECH) send an extension with
/// random contents that looks like an offer of ECH (GREASE; RFC 9849, section 6.2).
///
/// If clients send GREASE, an observer of the network cannot distinguish connections that offer ECH
/// (inkotls_conn_set_ech_configs) by the extension. Servers ignore GREASE.
///
/// With GREASE, the connections of the config offer TLS 1.3 only.
///
/// enabled   1 to send GREASE, 0 not to send it. Default: 0.
///
/// INVALID_ARGUMENT   enabled is neither 0 nor 1.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_ech_grease(
    builder: Option<&mut inkotls_client_builder>,
    enabled: i32,
) -> Status {
    enter(builder, |b| b.set_ech_grease(flag(enabled)?))
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
pub extern "C" fn inkotls_client_builder_set_certificate_compression(
    builder: Option<&mut inkotls_client_builder>,
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
pub extern "C" fn inkotls_client_builder_set_extended_master_secret_required(
    builder: Option<&mut inkotls_client_builder>,
    enabled: i32,
) -> Status {
    enter(builder, |b| {
        b.negotiation.requires_ems = flag(enabled)?;
        Ok(())
    })
}

/// Sets a callback that returns the time of day, instead of the system's clock.
///
/// The time decides whether a certificate of the server has expired or is not valid yet, whether a
/// CRL has expired (INKOTLS_REVOCATION_ENFORCE_EXPIRY), and until when a session can be resumed. By
/// default the library uses the system's clock.
///
/// A program needs a clock of its own if the system's clock may be wrong, as on a device that has
/// no battery, or to test what happens at another time. Anyone who can change the clock can make
/// the client accept a certificate that has expired.
///
/// callback    Returns the time. See inkotls_clock_callback. The callback must not use the
///             connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// user_data   Passed to callback. May be NULL. Must stay valid until the config and all
///             connections that use the config are freed. Several threads may use user_data at the
///             same time, because connections of one config may run on several threads.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_clock(
    builder: Option<&mut inkotls_client_builder>,
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
pub extern "C" fn inkotls_client_builder_set_limit(
    builder: Option<&mut inkotls_client_builder>,
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
/// inkotls_client_builder_set_dangerous_key_log is dangerous, because anyone who has the secrets
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
pub extern "C" fn inkotls_client_builder_set_dangerous_key_log(
    builder: Option<&mut inkotls_client_builder>,
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
/// inkotls_client_builder_set_dangerous_key_log_file is dangerous, because anyone who has the
/// secrets can decrypt the connections. The call and the handshakes of all connections that use the
/// config write to a file, which may block the thread.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_dangerous_key_log_file(
    builder: Option<&mut inkotls_client_builder>,
) -> Status {
    enter(builder, |b| b.negotiation.log_keys_to_file())
}

/// Creates an inkotls_client_config from the settings of the builder.
///
/// If inkotls_client_builder_build returns OK, builder is freed, and no call may use builder any
/// more, not even inkotls_client_builder_error. If inkotls_client_builder_build fails, builder is
/// unchanged: it can be changed and built again, or freed. inkotls_client_builder_error returns the
/// reason of the failure.
///
/// If the client trusts what the platform trusts, the call reads the platform's certificate files,
/// which may block the thread.
///
/// builder      Consumed when the call returns OK.
/// out_config   Receives the config, with one reference that belongs to the caller. Valid until
///              inkotls_client_config_release releases the last reference.
///
/// INVALID_ARGUMENT   None of the protocol versions can be used with the cipher suites and the
///                    groups that were added.
/// NO_TRUST_ANCHORS   The client would trust no certificate authority, because the roots are empty
///                    or the platform has no usable certificate. The reason may also be that
///                    SSL_CERT_FILE or SSL_CERT_DIR is set and cannot be used
///                    (inkotls_roots_add_platform). This status is not returned if the roots
///                    contain certificates of peers, or if an inkotls_verify_callback is set.
/// INVALID_STATE      The roots contain both certificates and raw public keys, or some identities
///                    present certificates and others raw public keys, or
///                    inkotls_client_builder_set_ech_grease is set and the client does not offer
///                    TLS 1.3.
/// UNSUPPORTED        The roots contain both the platform's trust and CRLs, and the platform
///                    verifies certificates itself (macOS, Windows, Android), without the CRLs of a
///                    program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_builder_build(
    builder: *mut inkotls_client_builder,
    out_config: Option<&mut MaybeUninit<*const inkotls_client_config>>,
) -> Status {
    let build = |b: &mut ClientBuilder| {
        let (config, sessions) = b.build()?;
        Ok(share(inkotls_client_config { config, sessions, poison: AtomicBool::new(false) }))
    };
    // SAFETY: the host vouches for the builder.
    unsafe { convert(builder, out_config, build) }
}

/// Returns the error message of the last call on builder that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if builder is NULL. Valid until the next call that takes builder as a
/// pointer to non-const, or until builder is freed. Call inkotls_client_builder_error in the C
/// statement after the call that failed, not in the same statement.
///
/// A call on builder that succeeds leaves the error message of an earlier call unchanged.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_error(
    builder: Option<&inkotls_client_builder>,
) -> *const c_char {
    error_message(builder)
}

/// Frees a builder, unless inkotls_client_builder_build has returned OK.
///
/// If inkotls_client_builder_build returns OK, it has also freed the builder: do not free the
/// builder after that. If it returns another status, the builder can be used again, and has to be
/// freed.
///
/// builder   The builder to free. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_free(builder: Option<Box<inkotls_client_builder>>) {
    free(builder);
}

/// Returns whether connections of the config may return WANT_BLOCKING.
///
/// Returns 1 if an inkotls_verify_callback or an inkotls_sign_callback was set with may_block 1, or
/// if the config uses the platform's verification of certificates (macOS, Windows, Android).
/// Returns 0 if connections of the config never return WANT_BLOCKING.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_config_may_block(config: Option<&inkotls_client_config>) -> i32 {
    may_block(config.map(|it| &it.config))
}

/// Returns the name of the crypto provider that connections of the config use.
///
/// Returns "graviola", "aws-lc-rs" or "ring", as a static text: NUL-terminated ASCII, never NULL,
/// valid as long as the library is loaded. The text is "" if config is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_config_crypto_provider(
    config: Option<&inkotls_client_config>,
) -> *const c_char {
    crypto_provider(config.map(|it| &it.config))
}

/// Reads how many sessions the config holds in memory, and how much memory they use.
///
/// A session that has ended is counted until a connection makes a ClientHello for its server, or
/// until the session is removed. Any thread may call inkotls_client_config_sessions, also while
/// connections use the config.
///
/// out_sessions   Receives the number of sessions. Each ticket of TLS 1.3 is one session; the
///                ClientHello that offers the session removes it. A session of TLS 1.2 stays.
/// out_bytes      Receives the memory in bytes. It includes the memory for the names of servers,
///                also of servers without a session. The number is an estimate: it is never more
///                than the limit for all sessions together that
///                inkotls_client_builder_set_session_cache describes.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_config_sessions(
    config: Option<&inkotls_client_config>,
    out_sessions: Option<&mut MaybeUninit<usize>>,
    out_bytes: Option<&mut MaybeUninit<usize>>,
) -> Status {
    enter_shared(config, |c| sessions_held(c.sessions.held(), out_sessions, out_bytes))
}

/// Removes the sessions of one server, or of all servers, from the memory of the config.
///
/// The next connection that makes its ClientHello makes a full handshake, which verifies the
/// certificate of the server. A connection that has made its ClientHello already may still resume a
/// session, and goes on. It may also add sessions after the call: in TLS 1.2 when its handshake is
/// done, in TLS 1.3 when tickets arrive. A host that must not resume these sessions closes these
/// connections before the call.
///
/// Any thread may call inkotls_client_config_remove_sessions, also while connections use the
/// config.
///
/// A failure of inkotls_client_config_remove_sessions leaves no error message, because a config has
/// no _error function. inkotls_status_text describes the status.
///
/// server_name, len   The name that was passed to inkotls_conn_new_client, and its length in bytes.
///                    Upper and lower case are the same; "a.test" and "a.test." are two names. If
///                    len is 0, also with a pointer that is not NULL, the call removes the sessions
///                    of all servers. Borrowed for this call.
///
/// OK             The config holds no session of the server, also if it held none before the call.
/// INVALID_NAME   The name is neither a DNS name nor an IP address. No session is removed.
///                inkotls_invalid_name_text writes an error message that says what is wrong with
///                the name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_config_remove_sessions(
    config: Option<&inkotls_client_config>,
    server_name: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for server_name and len.
    enter_shared(config, |c| c.sessions.remove(unsafe { bytes(server_name, len) }?))
}

/// Retains the config: its number of references grows by one.
///
/// Any thread may call inkotls_client_config_retain while the caller holds a reference.
/// inkotls_client_config_release releases the reference that inkotls_client_config_retain has
/// added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_config_retain(
    config: *const inkotls_client_config,
) -> Status {
    // SAFETY: the host vouches for the config.
    unsafe { retain(config) }
}

/// Releases a reference to the config, and frees the config with the last reference.
///
/// A connection that uses the config has a reference of its own: the config may be released before
/// the connection is freed. Any thread may call inkotls_client_config_release to release a
/// reference that the caller holds, also while other threads use references of their own.
///
/// config   The config to release. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_config_release(config: *const inkotls_client_config) {
    // SAFETY: the host vouches for the config.
    unsafe { release(config) }
}
