//! inkotls_client_builder and inkotls_client_config.

use super::calls::{host_verification, log_keys, may_block};
use super::{inkotls_identity, inkotls_key_log_callback, inkotls_roots, inkotls_verify_callback};
use crate::config::Config;
use crate::error::Status;
use crate::ffi::{
    Handle, Opaque, bytes, convert, enter, error_message, flag, free, given, make, release, retain,
    share,
};
use crate::setup::ClientBuilder;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// The settings of a client while they are being made. Exclusive.
pub struct inkotls_client_builder(Opaque);

/// The settings of a client: immutable, counted, and used by any number of connections and
/// threads at the same time.
pub struct inkotls_client_config {
    pub(super) config: Config<rustls::ClientConfig>,
}

impl Handle for inkotls_client_builder {
    type State = ClientBuilder;
}

/// Begins the settings of a client: platform trust, TLS 1.2 and 1.3, no ALPN, no identity,
/// resumption in memory, no early data.
/// Ends with inkotls_client_builder_build, or inkotls_client_builder_free. NULL only if the
/// library has a bug that was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_new() -> *mut inkotls_client_builder {
    make(ClientBuilder::default)
}

/// Sets what the client trusts. Without this call it trusts what the platform trusts.
///
/// builder: must not be NULL.
/// roots: must not be NULL; copied, and may be freed at once.
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

/// Adds an ALPN protocol (RFC 7301), the preferred one first. With none, ALPN is not used.
///
/// builder: must not be NULL.
/// protocol, len: the protocol's name, such as "h2", in bytes: 1 to 255; copied. There are 64 at
/// most.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_builder_add_alpn(
    builder: Option<&mut inkotls_client_builder>,
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
pub extern "C" fn inkotls_client_builder_add_protocol_version(
    builder: Option<&mut inkotls_client_builder>,
    version: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_version(version))
}

/// Adds a cipher suite, the preferred one first. The first call takes the place of the default,
/// which inkotls_cipher_suite_at lists.
///
/// builder: must not be NULL.
/// suite: IANA's number.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is none that inkotls_cipher_suite_at lists.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_add_cipher_suite(
    builder: Option<&mut inkotls_client_builder>,
    suite: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_suite(suite))
}

/// Adds a group for the key exchange, the preferred one first. The first call takes the place of
/// the default, which inkotls_named_group_at lists.
///
/// builder: must not be NULL.
/// group: IANA's number.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is none that inkotls_named_group_at lists.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_add_named_group(
    builder: Option<&mut inkotls_client_builder>,
    group: i32,
) -> Status {
    enter(builder, |b| b.negotiation.add_group(group))
}

/// Adds an identity that the client may present to servers that ask for a certificate. The client
/// presents the first identity that fits: its key supports a signature scheme that the server
/// accepts and, if the server names certificate authorities, its chain has one of them as an
/// issuer. If no identity fits, the client presents no certificate. A log message of level
/// INKOTLS_LOG_WARN then says why; so does the error message of the connection, if the server
/// answers with a fatal alert.
///
/// builder: must not be NULL.
/// identity: must not be NULL, and complete; it may be freed at once. All of a client's identities
/// have certificates, or all are raw public keys: otherwise building the config fails with
/// INKOTLS_STATUS_INVALID_STATE.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_INVALID_KEY: the identity has no chain, or
/// no key.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_add_identity(
    builder: Option<&mut inkotls_client_builder>,
    identity: Option<&inkotls_identity>,
) -> Status {
    enter(builder, |b| b.add_identity(given(identity, "identity")?))
}

/// Has the host decide whether to trust a server, in the place of the standard verification, which
/// the callback can have made first: inkotls_verification_verify. A callback that does not look is
/// as good as none: hence dangerous.
///
/// The callback is not called when a session is resumed, because the server was verified in the
/// full handshake that the session comes from. A host that looks at the certificate again, after
/// the handshake, can only end the connection with inkotls_conn_close: the server then reads
/// close_notify, not an alert. Without a session cache, the callback is called for every
/// connection.
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

/// Sets how many servers the config remembers sessions of, in memory, for its connections to
/// resume. Default: 256.
///
/// Memory is bounded in bytes, too. The sessions of one server take at most 128 KiB, and at most 8
/// of them are of TLS 1.3. All sessions together take at most 16 KiB for each server that is
/// allowed, or 256 KiB if that is more; by default that is 4 MiB. The sessions of the server that
/// was used least recently are removed first.
///
/// A session ends 7 days after the full handshake that it comes from. It ends earlier if a
/// certificate that the server presented in that handshake, its own or an issuer's, expires earlier
/// (notAfter). A resumed connection gives new sessions the same end. If a host's verifier accepted
/// a certificate that had expired, the session is not resumed at all. Raw public keys do not
/// expire.
///
/// After fork, the new process starts without sessions; the old process keeps its sessions.
///
/// builder: must not be NULL.
/// servers: how many, at most 1048576; 0 for no resumption.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_session_cache(
    builder: Option<&mut inkotls_client_builder>,
    servers: usize,
) -> Status {
    enter(builder, |b| b.set_session_cache(servers))
}

/// Sets how TLS 1.2 sessions are resumed: by session id or by ticket at first.
///
/// builder: must not be NULL.
/// how: an inkotls_tls12_resumption.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_tls12_resumption(
    builder: Option<&mut inkotls_client_builder>,
    how: i32,
) -> Status {
    enter(builder, |b| b.set_tls12_resumption(how))
}

/// Sets whether connections that resume a session offer early data (0-RTT; RFC 8446, section 2.3):
/// see inkotls_conn_write_early_data. They do not at first: who records early data can send it
/// again, to the same server or another, so it may only ask for what does no harm when it is done
/// twice.
///
/// Early data belongs to the ALPN protocol of its session. A connection that does not offer that
/// protocol resumes the session without early data. A server that accepts early data and chooses
/// another protocol breaks the protocol: the connection fails with INKOTLS_STATUS_PROTOCOL_ERROR.
/// No alert is sent then, because rustls sends alerts for its own errors only; the server sees the
/// transport end.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
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

/// Sets whether certificates may be compressed (RFC 8879, with zlib), ours and the peer's. They
/// may at first, in a library that was built with the feature `compression`.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
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

/// Sets whether TLS 1.2 needs the extended master secret (RFC 7627), without which an attacker in
/// the middle can make two connections share their keys. It does not at first: a peer that has it
/// gets it. A peer that has not fails the handshake with INKOTLS_STATUS_HANDSHAKE_FAILED, where
/// this is set; and inkotls_conn_channel_binding gives tls-exporter in TLS 1.2, too.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
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

/// Sets one of the limits of a connection.
///
/// builder: must not be NULL.
/// limit: an inkotls_limit, where each one's default and range are.
/// bytes: the limit, in bytes.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: there is no such limit, or it is out of its range.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_limit(
    builder: Option<&mut inkotls_client_builder>,
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
pub extern "C" fn inkotls_client_builder_set_dangerous_key_log(
    builder: Option<&mut inkotls_client_builder>,
    callback: inkotls_key_log_callback,
    user_data: *mut c_void,
) -> Status {
    enter(builder, |b| log_keys(&mut b.negotiation, callback, user_data))
}

/// Appends the secrets of every connection to the file that the environment variable
/// SSLKEYLOGFILE names when this is called; does nothing where it names none. Dangerous, as
/// inkotls_client_builder_set_dangerous_key_log is; and the handshake writes to a file.
///
/// builder: must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_dangerous_key_log_file(
    builder: Option<&mut inkotls_client_builder>,
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
/// INKOTLS_STATUS_INVALID_ARGUMENT: the versions, cipher suites and groups that were added do not
/// go together.
/// INKOTLS_STATUS_NO_TRUST_ANCHORS: there is no trust anchor in what the client trusts; or
/// SSL_CERT_FILE or SSL_CERT_DIR is set and cannot be used: see inkotls_roots_add_platform.
///
/// Reads the platform's certificate files, if those are trusted: call it where that may block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_builder_build(
    builder: *mut inkotls_client_builder,
    out_config: Option<&mut MaybeUninit<*const inkotls_client_config>>,
) -> Status {
    let build = |b: &mut ClientBuilder| Ok(share(inkotls_client_config { config: b.build()? }));
    // SAFETY: the host vouches for the builder.
    unsafe { convert(builder, out_config, build) }
}

/// Returns the sentence for the last call on `builder` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `builder`.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_error(
    builder: Option<&inkotls_client_builder>,
) -> *const c_char {
    error_message(builder)
}

/// Frees a builder that was not built. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_free(builder: Option<Box<inkotls_client_builder>>) {
    free(builder);
}

/// Returns 1 where connections with this config may answer INKOTLS_STATUS_WANT_BLOCKING: a
/// verifier or a signer was set that may block, or the platform's verification may;
/// 0 where they never do; or INKOTLS_STATUS_INVALID_ARGUMENT for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_config_may_block(config: Option<&inkotls_client_config>) -> i32 {
    may_block(config.map(|it| &it.config))
}

/// Adds a reference. Any thread, at any time.
///
/// config: must not be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_config_retain(
    config: *const inkotls_client_config,
) -> Status {
    // SAFETY: the host vouches for the config.
    unsafe { retain(config) }
}

/// Ends a reference; the last one frees the config. Connections keep their own. Any thread, at
/// any time. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_config_release(config: *const inkotls_client_config) {
    // SAFETY: the host vouches for the config.
    unsafe { release(config) }
}
