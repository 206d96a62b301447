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

/// A certificate chain and its private key. Exclusive while it is filled, then shared.
///
/// Keys are RSA (2048 to 8192 bits), ECDSA (P-256, P-384) or Ed25519, not encrypted. The chain
/// and the key may come in either order; whichever is second is refused with
/// INKOTLS_STATUS_KEY_MISMATCH where the two do not belong together.
pub struct inkotls_identity(Opaque);

impl Handle for inkotls_identity {
    type State = Identity;
}

/// Makes an empty identity. Free it with inkotls_identity_free. NULL only if the library has a
/// bug that was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_new() -> *mut inkotls_identity {
    make(Identity::default)
}

/// Sets the chain from a PEM text: the peer's view of who this is, first, then the certificate
/// of its issuer, and so on; the root may be left out.
///
/// identity: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call. Sections that are not certificates are
/// passed over, so that the file may hold the key as well.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: there is no certificate in it, or one that cannot be
/// parsed.
/// INKOTLS_STATUS_KEY_MISMATCH: the key that was set before is for another certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_chain_pem(
    identity: Option<&mut inkotls_identity>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(identity, |i| i.set_chain_pem(unsafe { bytes(data, len) }?))
}

/// Sets the chain from a PEM file, as inkotls_identity_set_chain_pem does. Reads the file: call
/// it where that may block.
///
/// identity: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, or is PEM text. The error
/// message does not repeat PEM text; the call without "_file" in its name reads it.
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_identity_os_error has errno.
/// INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_KEY_MISMATCH: as for
/// inkotls_identity_set_chain_pem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_chain_pem_file(
    identity: Option<&mut inkotls_identity>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(identity, |i| i.set_chain_pem_file(unsafe { file_path(path, len) }?))
}

/// Appends one certificate in DER (RFC 5280) to the chain. Call it for the end entity's first,
/// then for its issuer's, and so on.
///
/// identity: must not be NULL.
/// data, len: the certificate, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: it cannot be parsed.
/// INKOTLS_STATUS_KEY_MISMATCH: the key that was set before is for another certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_add_chain_der(
    identity: Option<&mut inkotls_identity>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(identity, |i| i.add_chain_der(unsafe { bytes(data, len) }?))
}

/// Sets the private key from a PEM text: its first "PRIVATE KEY" (PKCS#8), "RSA PRIVATE KEY"
/// (PKCS#1) or "EC PRIVATE KEY" (SEC1) section.
///
/// identity: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call. Wipe it afterwards.
///
/// INKOTLS_STATUS_INVALID_KEY: there is no key in it, or it is encrypted, or of a kind that is
/// not supported.
/// INKOTLS_STATUS_KEY_MISMATCH: it is not the key of the chain that was set before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_key_pem(
    identity: Option<&mut inkotls_identity>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(identity, |i| i.set_key_pem(unsafe { bytes(data, len) }?))
}

/// Sets the private key from a PEM file, as inkotls_identity_set_key_pem does. Reads the file:
/// call it where that may block.
///
/// identity: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, or is PEM text. The error
/// message does not repeat PEM text; the call without "_file" in its name reads it.
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_identity_os_error has errno.
/// INKOTLS_STATUS_INVALID_KEY, INKOTLS_STATUS_KEY_MISMATCH: as for inkotls_identity_set_key_pem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_key_pem_file(
    identity: Option<&mut inkotls_identity>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(identity, |i| i.set_key_pem_file(unsafe { file_path(path, len) }?))
}

/// Sets the private key from DER: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017) or SEC1 (RFC 5915), told
/// apart by their structure.
///
/// identity: must not be NULL.
/// data, len: the key, in bytes; borrowed for this call. Wipe it afterwards.
///
/// INKOTLS_STATUS_INVALID_KEY, INKOTLS_STATUS_KEY_MISMATCH: as for inkotls_identity_set_key_pem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_identity_set_key_der(
    identity: Option<&mut inkotls_identity>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(identity, |i| i.set_key_der(unsafe { bytes(data, len) }?))
}

/// Lets the host sign, with a private key that stays where it is: in a token, in another process.
/// In the place of a private key, or a signer, that was set before. The chain says which key it is,
/// and may be set before or after.
///
/// Every signature is verified before it is sent. A signer that refuses, or whose answer is no
/// signature, fails the handshake with INKOTLS_STATUS_INVALID_KEY; the peer gets the alert
/// internal_error, but for that of a TLS 1.3 client, which gets none.
///
/// identity: must not be NULL.
/// schemes, count: the signature schemes that it can do, the preferred first, as IANA numbers, all
/// for the same kind of key; copied. RSA: 0x0804 to 0x0806 (PSS), and for TLS 1.2 0x0401, 0x0501,
/// 0x0601 (PKCS#1); without one of PSS it serves TLS 1.2 only. ECDSA: 0x0403 for P-256, 0x0503
/// for P-384. Ed25519: 0x0807.
/// sign: must not be NULL.
/// user_data: handed to it; may be NULL. It must live as long as the configs that were given the
/// identity, even where another has taken its place, and their connections, and be fit for every
/// thread that uses one of these.
/// may_block: 1 where it may take time: INKOTLS_STATUS_WANT_BLOCKING announces its calls, and they
/// come from inkotls_conn_run_blocking only. 0: they come from the calls that drive a handshake,
/// which wait for them, and from inkotls_conn_run_blocking where something else may block.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: there is no scheme, or one that is not among these, or they are
/// for different kinds of key; or `may_block` is neither 0 nor 1.
/// INKOTLS_STATUS_KEY_MISMATCH: a scheme does not fit the chain that was set before.
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

/// Sets the OCSP response (RFC 6960) that a server staples to its certificate, for clients that
/// ask. It is not looked into. To renew it, make the identity anew and put it in the place of the
/// old one: inkotls_sni_map_set.
///
/// identity: must not be NULL.
/// data, len: the OCSPResponse in DER, in bytes; copied. A length of 0 removes it.
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

/// Makes the identity show its bare public key in place of a certificate chain (RFC 7250), to
/// peers that know the key: inkotls_roots_add_raw_public_key. Needs TLS 1.3, and a peer that asks
/// for raw public keys: the handshake with any other fails.
///
/// identity: must not be NULL, and must have its private key; a chain is not needed, except to a
/// signer: its first certificate has the key.
///
/// INKOTLS_STATUS_INVALID_KEY: it has no private key.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_use_raw_public_key(
    identity: Option<&mut inkotls_identity>,
) -> Status {
    enter(identity, |i| i.use_raw_public_key())
}

/// Lends the public key of the identity's private key.
///
/// identity: must not be NULL.
/// out_key, out_len: SubjectPublicKeyInfo (RFC 5280) in DER, in bytes; must not be NULL. It lives
/// until the next non-const call on `identity`.
///
/// INKOTLS_STATUS_NONE: there is no private key, or a signer without a chain.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_raw_public_key(
    identity: Option<&inkotls_identity>,
    out_key: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(identity, |i| lend(i.public_key(), out_key, out_len))
}

/// Returns the sentence for the last call on `identity` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `identity`.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_error(identity: Option<&inkotls_identity>) -> *const c_char {
    error_message(identity)
}

/// Returns errno of the last call on `identity` that failed, or INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_os_error(identity: Option<&inkotls_identity>) -> i32 {
    os_error(identity)
}

/// Frees the identity. Builders that were given it keep it alive as long as they need it. NULL
/// does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_identity_free(identity: Option<Box<inkotls_identity>>) {
    free(identity);
}
