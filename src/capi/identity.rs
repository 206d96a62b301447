//! inkotls_identity: a certificate chain and its private key.

use super::calls::lend;
use super::inkotls_sign_callback;
use crate::error::Status;
use crate::ffi::{
    Handle, Opaque, ask, bytes, enter, error_message, file_path, flag, free, make, not_null,
    numbers, os_error, sign_callback,
};
use crate::setup::{HostSigner, Identity};
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// A certificate chain and its private key, with which a server or a client proves who it is.
///
/// Private keys are RSA (2048 to 4096 bits; up to 8192 bits with the crypto providers aws-lc-rs and
/// graviola), ECDSA (P-256 or P-384) or Ed25519, and are not encrypted. A callback may sign instead
/// of a private key (inkotls_identity_set_signer). The chain and the key may be set in either
/// order. The call that sets the second of them returns KEY_MISMATCH if the two do not belong
/// together.
///
/// One thread at a time fills the identity. An identity that no call changes may be passed to
/// builders by several threads at the same time.
pub struct inkotls_identity(Opaque);

impl Handle for inkotls_identity {
    type State = Identity;
}

/// Creates an empty identity.
///
/// Returns the identity: free it with inkotls_identity_free. Returns NULL only if a bug in the
/// library was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_new() -> *mut inkotls_identity {
    make(Identity::default)
}

/// Sets the certificate chain from a PEM text (RFC 7468).
///
/// The end-entity (leaf) certificate comes first, then the certificate of its issuer, and so on.
/// The root certificate may be omitted. The new chain replaces the one before. If
/// inkotls_identity_set_chain_pem fails, identity is unchanged.
///
/// The sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE,
/// and lines outside of sections, are ignored. Every section, also one that is ignored, must have
/// its END line. Lines end with LF, CRLF or CR. The text may also hold the private key, which this
/// call ignores.
///
/// data, len   The PEM text, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE   The text has no section CERTIFICATE, a section is not well-formed, or a
///                       certificate cannot be parsed. The error message (inkotls_identity_error)
///                       says which certificate it is.
/// KEY_MISMATCH          The private key or the signer that was set before does not belong to the
///                       first certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_chain_pem(
    identity: Option<&mut inkotls_identity>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(identity, |i| i.set_chain_pem(unsafe { bytes(data, len) }?))
}

/// Sets the certificate chain from a PEM file (RFC 7468).
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// The end-entity (leaf) certificate comes first, then the certificate of its issuer, and so on.
/// The root certificate may be omitted. The new chain replaces the one before. If
/// inkotls_identity_set_chain_pem_file fails, identity is unchanged.
///
/// The sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE,
/// and lines outside of sections, are ignored. Every section, also one that is ignored, must have
/// its END line. Lines end with LF, CRLF or CR. The file may also hold the private key, which this
/// call ignores.
///
/// path, len   The path of the file in UTF-8, and its length in bytes. The path must not contain a
///             NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT      The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM
///                       text. The error message does not repeat PEM text: pass PEM text to
///                       inkotls_identity_set_chain_pem.
/// IO_ERROR              The file cannot be read. inkotls_identity_os_error returns the errno value
///                       of that failure.
/// INVALID_CERTIFICATE   The file has no section CERTIFICATE, a section is not well-formed, or a
///                       certificate cannot be parsed. The error message (inkotls_identity_error)
///                       says which certificate it is.
/// KEY_MISMATCH          The private key or the signer that was set before does not belong to the
///                       first certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_chain_pem_file(
    identity: Option<&mut inkotls_identity>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(identity, |i| i.set_chain_pem_file(unsafe { file_path(path, len) }?))
}

/// Adds one certificate in DER (RFC 5280) to the end of the certificate chain.
///
/// Call this function first with the end-entity (leaf) certificate, then with the certificate of
/// its issuer, and so on. The root certificate may be omitted. If inkotls_identity_add_chain_der
/// fails, identity is unchanged.
///
/// data, len   The certificate in DER, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE   The input is not a certificate in DER, or the certificate cannot be
///                       parsed.
/// KEY_MISMATCH          The private key or the signer that was set before does not belong to the
///                       first certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_add_chain_der(
    identity: Option<&mut inkotls_identity>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(identity, |i| i.add_chain_der(unsafe { bytes(data, len) }?))
}

/// Sets the private key from a PEM text (RFC 7468).
///
/// The first private key of the text is used: a section with the label PRIVATE KEY (PKCS #8, RFC
/// 5958), RSA PRIVATE KEY (PKCS #1, RFC 8017) or EC PRIVATE KEY (SEC 1, RFC 5915). Encrypted
/// private keys, sections with a label other than these three, such as CERTIFICATE, and lines
/// outside of sections are ignored. Every section up to the key must have its END line. Lines end
/// with LF, CRLF or CR.
///
/// The private key replaces the private key or the signer that was set before. If
/// inkotls_identity_set_key_pem fails, identity is unchanged. The library does not erase the
/// private key in the host's buffer: the host should erase it after the call. The library erases
/// its own copy of the input, but does not erase the loaded key when the key is freed. A private
/// key that must not be in the memory of the process is used through a callback
/// (inkotls_identity_set_signer).
///
/// data, len   The PEM text, and its length in bytes. Copied.
///
/// INVALID_KEY    The text has no private key that is not encrypted, a section is not well-formed,
///                or the key is of a kind or size that is not supported. The error message
///                (inkotls_identity_error) says which.
/// KEY_MISMATCH   The private key does not belong to the first certificate of the chain that was
///                set before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_key_pem(
    identity: Option<&mut inkotls_identity>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(identity, |i| i.set_key_pem(unsafe { bytes(data, len) }?))
}

/// Sets the private key from a PEM file (RFC 7468).
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// The first private key of the file is used: a section with the label PRIVATE KEY (PKCS #8, RFC
/// 5958), RSA PRIVATE KEY (PKCS #1, RFC 8017) or EC PRIVATE KEY (SEC 1, RFC 5915). Encrypted
/// private keys, sections with a label other than these three, such as CERTIFICATE, and lines
/// outside of sections are ignored. Every section up to the key must have its END line. Lines end
/// with LF, CRLF or CR.
///
/// The private key replaces the private key or the signer that was set before. If
/// inkotls_identity_set_key_pem_file fails, identity is unchanged.
///
/// path, len   The path of the file in UTF-8, and its length in bytes. The path must not contain a
///             NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT   The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM text.
///                    The error message does not repeat PEM text: pass PEM text to
///                    inkotls_identity_set_key_pem.
/// IO_ERROR           The file cannot be read. inkotls_identity_os_error returns the errno value of
///                    that failure.
/// INVALID_KEY        The file has no private key that is not encrypted, a section is not
///                    well-formed, or the key is of a kind or size that is not supported. The error
///                    message (inkotls_identity_error) says which.
/// KEY_MISMATCH       The private key does not belong to the first certificate of the chain that
///                    was set before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_key_pem_file(
    identity: Option<&mut inkotls_identity>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(identity, |i| i.set_key_pem_file(unsafe { file_path(path, len) }?))
}

/// Sets the private key from DER: PKCS #8 (RFC 5958), PKCS #1 (RFC 8017) or SEC 1 (RFC 5915).
///
/// The structure of the key tells the three formats apart. The private key replaces the private key
/// or the signer that was set before. If inkotls_identity_set_key_der fails, identity is unchanged.
/// The library does not erase the private key in the host's buffer: the host should erase it after
/// the call. The library erases its own copy of the input, but does not erase the loaded key when
/// the key is freed. A private key that must not be in the memory of the process is used through a
/// callback (inkotls_identity_set_signer).
///
/// data, len   The private key in DER, and its length in bytes. Copied.
///
/// INVALID_KEY    The input is not a private key in DER, or the key is encrypted, or is of a kind
///                or size that is not supported. The error message (inkotls_identity_error) says
///                which.
/// KEY_MISMATCH   The private key does not belong to the first certificate of the chain that was
///                set before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_key_der(
    identity: Option<&mut inkotls_identity>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(identity, |i| i.set_key_der(unsafe { bytes(data, len) }?))
}

/// Sets a callback that signs with a private key which the library does not see.
///
/// The private key may be in a token or in another process. The signer replaces the private key or
/// the signer that was set before. The first certificate of the chain has the public key. The chain
/// may be set before or after the signer.
///
/// Before the library sends a signature that the callback has made, it checks the signature with
/// the public key of the chain. If the callback refuses to sign, or writes a wrong signature, the
/// handshake fails with INVALID_KEY. The peer receives the alert internal_error (80). Only the peer
/// of a TLS 1.3 client receives no alert.
///
/// The callback is called on the threads that use the connections, at the same time on several
/// threads if several threads use connections. The callback must not use the connection whose call
/// it runs in: a call on that connection returns INVALID_STATE. A resumed session needs no
/// signature, so that the library does not call the callback.
///
/// schemes, count   The signature schemes that the callback supports, as IANA's numbers, the
///                  preferred one first: count numbers, all of them for the same kind of key. At
///                  least 1. RSA: 0x0804, 0x0805, 0x0806 (PSS), and for TLS 1.2 also 0x0401,
///                  0x0501, 0x0601 (PKCS #1); without a PSS scheme the identity works in TLS 1.2
///                  only. ECDSA: 0x0403 for P-256, 0x0503 for P-384. Ed25519: 0x0807. Copied.
/// sign             The callback.
/// user_data        The pointer that is passed to sign. May be NULL. Must stay valid until the
///                  identity, the configs and the SNI maps that the identity was passed to, and the
///                  connections of these configs are freed, even if another identity has replaced
///                  this one in an SNI map.
/// may_block        1 if sign may block: connections return WANT_BLOCKING before they sign, and
///                  only inkotls_conn_run_blocking calls sign. 0 if sign does not block: every call
///                  that advances a handshake may call sign.
///
/// INVALID_ARGUMENT   The value of count is 0, a scheme is not one of those that the description of
///                    schemes lists, the schemes are for different kinds of key, or the value of
///                    may_block is not 0 or 1.
/// KEY_MISMATCH       The first certificate of the chain that was set before has no key for one of
///                    the schemes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_signer(
    identity: Option<&mut inkotls_identity>,
    schemes: *const u16,
    count: usize,
    sign: inkotls_sign_callback,
    user_data: *mut c_void,
    may_block: i32,
) -> Status {
    enter(identity, |i| {
        // SAFETY: the host vouches for schemes and count.
        let schemes = unsafe { numbers(schemes, count) }?;
        let sign = not_null(sign_callback(sign, user_data), "the callback")?;
        i.set_signer(HostSigner::new(&schemes, Arc::new(sign), flag(may_block)?)?)
    })
}

/// Sets the OCSP response (RFC 6960) that a server sends with its certificate (OCSP stapling).
///
/// The server sends the response to the clients that ask for one. A client does not send a
/// response. The library does not verify the response. To renew the response, fill a new identity
/// and replace the old one in an SNI map with inkotls_sni_map_set, or build a new config.
///
/// data, len   The OCSPResponse in DER, and its length in bytes. A length of 0 removes the
///             response. Default: none. Copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_ocsp_staple(
    identity: Option<&mut inkotls_identity>,
    data: *const c_void,
    len: usize,
) -> Status {
    enter(identity, |i| {
        // SAFETY: the host vouches for data and len.
        i.set_staple(unsafe { bytes(data, len) }?);
        Ok(())
    })
}

/// Sets the identity to present its raw public key instead of a certificate chain (RFC 7250).
///
/// A peer trusts the key if its roots have the key (inkotls_roots_add_raw_public_key). Raw public
/// keys need TLS 1.3 and a peer that asks for them: with any other peer, the handshake of the side
/// that notices it fails with HANDSHAKE_FAILED, and the other side returns ALERT_RECEIVED with the
/// alert handshake_failure (40). The setting cannot be undone.
///
/// The identity needs no chain if it has a private key. If it has a signer, it needs a chain,
/// because the first certificate has the public key. The identities of one client all present raw
/// public keys, or all present certificates: otherwise building the config fails with
/// INVALID_STATE. A server presents a raw public key with inkotls_server_builder_set_identity,
/// because an SNI map refuses the identity.
///
/// INVALID_KEY   The identity has no private key and no signer.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_use_raw_public_key(
    identity: Option<&mut inkotls_identity>,
) -> Status {
    enter(identity, |i| i.use_raw_public_key())
}

/// Reads the public key that belongs to the private key of the identity.
///
/// A peer that is to trust the public key passes the SubjectPublicKeyInfo to
/// inkotls_roots_add_raw_public_key.
///
/// out_key   Receives a pointer to the SubjectPublicKeyInfo (RFC 5280) in DER. Valid until the next
///           call that takes identity as a pointer to non-const, or until identity is freed.
/// out_len   Receives the length of the SubjectPublicKeyInfo, in bytes.
///
/// NONE   The identity has no private key, or it has a signer and no chain.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_raw_public_key(
    identity: Option<&inkotls_identity>,
    out_key: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(identity, |i| lend(i.public_key(), out_key, out_len))
}

/// Returns the error message of the last call on identity that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if identity is NULL. Valid until the next call that takes identity as a
/// pointer to non-const, or until identity is freed. Call inkotls_identity_error in a statement of
/// its own, after the call that failed.
///
/// A call on identity that succeeds leaves the error message of an earlier call unchanged, and so
/// does a call that takes identity as a pointer to const and returns NONE or INVALID_ARGUMENT:
/// inkotls_identity_error then returns the error message of the earlier call. inkotls_status_text
/// describes the status of a call that takes identity as a pointer to const.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_error(identity: Option<&inkotls_identity>) -> *const c_char {
    error_message(identity)
}

/// Returns the error number (errno) of the last call on identity that failed.
///
/// Returns the errno value of the last failure. Returns INKOTLS_STATUS_NONE in each of these cases:
/// no call has failed; the last failure has no errno value. A call that succeeds leaves the errno
/// value of an earlier call unchanged: read the errno value only after a call that failed. Call
/// inkotls_identity_os_error before the next call that takes identity as a pointer to non-const,
/// and before inkotls_identity_free.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_os_error(identity: Option<&inkotls_identity>) -> i32 {
    os_error(identity)
}

/// Frees the identity.
///
/// The builders and SNI maps that the identity was passed to keep a copy, so identity may be freed
/// before the builders and the SNI maps.
///
/// identity   The identity to free. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_free(identity: Option<Box<inkotls_identity>>) {
    free(identity);
}
