//! inkotls_roots: trust anchors.

use crate::error::Status;
use crate::ffi::{Handle, Opaque, bytes, enter, error_message, file_path, free, make, os_error};
use crate::setup::Roots;
use std::ffi::{c_char, c_void};

/// What is trusted by a client, or by a server that asks for client certificates: certificate
/// authorities, the platform's and others, and what they have revoked; and single certificates of
/// peers. Or, instead of all these, raw public keys. Exclusive while it is filled, then shared.
pub struct inkotls_roots(Opaque);

impl Handle for inkotls_roots {
    type State = Roots;
}

/// Makes an empty set of roots. Free it with inkotls_roots_free. NULL only if the library has a
/// bug that was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_new() -> *mut inkotls_roots {
    make(Roots::default)
}

/// Adds every certificate of a PEM text: all of them, or none where one is bad.
///
/// roots: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: the text has no certificate, or one that cannot be parsed;
/// the error message says which.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_pem(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_pem(unsafe { bytes(data, len) }?))
}

/// Adds every certificate of a PEM file, as inkotls_roots_add_pem does. Reads the file: call it
/// where that may block.
///
/// roots: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, or is PEM text. The error
/// message does not repeat PEM text; the call without "_file" in its name reads it.
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_roots_os_error has errno.
/// INKOTLS_STATUS_INVALID_CERTIFICATE: as for inkotls_roots_add_pem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_pem_file(
    roots: Option<&mut inkotls_roots>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(roots, |r| r.add_pem_file(unsafe { file_path(path, len) }?))
}

/// Adds one certificate in DER (RFC 5280).
///
/// roots: must not be NULL.
/// data, len: the certificate, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: the certificate cannot be parsed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_der(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_der(unsafe { bytes(data, len) }?))
}

/// Adds what the platform trusts. It is read when a config is built: on Linux and the BSDs from
/// the certificate files of the distribution.
///
/// On Linux and the BSDs, two environment variables replace the files of the distribution, even if
/// only one of them is set: SSL_CERT_FILE, a file in PEM, and SSL_CERT_DIR, directories with such
/// files, separated by colons. Then only the certificates that the variables name are trusted. The
/// variables, too, are read when a config is built. Building fails with
/// INKOTLS_STATUS_NO_TRUST_ANCHORS, and an error message that names the variable, if the file
/// cannot be read or has no certificate, or if no file is named and the directories have no
/// certificate.
///
/// roots: must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_add_platform(roots: Option<&mut inkotls_roots>) -> Status {
    enter(roots, |r| r.add_platform())
}

/// Adds every certificate of a PEM text as a peer's own: all of them, or none if one is bad. A peer
/// that presents exactly such a certificate is trusted, whoever issued the certificate. This is the
/// way to trust a self-signed development certificate, as "openssl req -x509" makes it.
///
/// The peer must prove that it has the private key of the certificate. The validity period, the key
/// usages and, on a client, the server name are verified as for any other certificate. The issuer
/// and CRLs are not looked at. The roots may hold certificate authorities, too; they need not.
///
/// roots: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: the text has no certificate, or one that cannot be parsed;
/// the error message says which.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_peer_certificate_pem(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_peer_certificate_pem(unsafe { bytes(data, len) }?))
}

/// Adds every certificate of a PEM file as a peer's own, as inkotls_roots_add_peer_certificate_pem
/// does. Reads the file: call it where that may block.
///
/// roots: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_roots_os_error has errno.
/// INKOTLS_STATUS_INVALID_CERTIFICATE: as for inkotls_roots_add_peer_certificate_pem.
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, has a NUL inside or is PEM
/// text; the error message does not repeat it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_peer_certificate_pem_file(
    roots: Option<&mut inkotls_roots>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(roots, |r| r.add_peer_certificate_pem_file(unsafe { file_path(path, len) }?))
}

/// Adds one certificate in DER as a peer's own, as inkotls_roots_add_peer_certificate_pem does.
///
/// roots: must not be NULL.
/// data, len: the certificate, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: the certificate cannot be parsed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_peer_certificate_der(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_peer_certificate_der(unsafe { bytes(data, len) }?))
}

/// Adds every certificate revocation list (CRL, RFC 5280) of a PEM text: all of them, or none
/// where one is bad. With the first CRL, revocation is checked: the whole chain, and a certificate
/// whose issuer has no CRL here is refused. inkotls_roots_set_revocation changes that. To renew
/// CRLs, build a new config.
///
/// roots: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: there is no CRL in it, or one that cannot be used; the
/// error text says which.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_crl_pem(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_crl_pem(unsafe { bytes(data, len) }?))
}

/// Adds every CRL of a PEM file, as inkotls_roots_add_crl_pem does. Reads the file: call it where
/// that may block.
///
/// roots: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, or is PEM text. The error
/// message does not repeat PEM text; the call without "_file" in its name reads it.
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_roots_os_error has errno.
/// INKOTLS_STATUS_INVALID_CERTIFICATE: as for inkotls_roots_add_crl_pem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_crl_pem_file(
    roots: Option<&mut inkotls_roots>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(roots, |r| r.add_crl_pem_file(unsafe { file_path(path, len) }?))
}

/// Adds one CRL in DER, as inkotls_roots_add_crl_pem does.
///
/// roots: must not be NULL.
/// data, len: the CRL, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: it cannot be used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_crl_der(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_crl_der(unsafe { bytes(data, len) }?))
}

/// Says how strictly CRLs are read. Without any CRL this changes nothing.
///
/// roots: must not be NULL.
/// bits: bits of inkotls_revocation, in place of those set before; 0, as at first, is the whole
/// chain, every status known, and the nextUpdate of a CRL not looked at.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_set_revocation(
    roots: Option<&mut inkotls_roots>,
    bits: i32,
) -> Status {
    enter(roots, |r| r.set_revocation(bits))
}

/// Adds a peer that is trusted by its public key, and shows that in place of a certificate (RFC
/// 7250). Needs TLS 1.3 and a peer that can do it. Roots hold such keys or certificates, not both:
/// building a config fails with INKOTLS_STATUS_INVALID_STATE. Server names are not verified.
///
/// roots: must not be NULL.
/// data, len: SubjectPublicKeyInfo (RFC 5280) in DER, in bytes; borrowed for this call. Of one's
/// own identity, inkotls_identity_raw_public_key has it.
///
/// INKOTLS_STATUS_INVALID_KEY: it is no SubjectPublicKeyInfo.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_raw_public_key(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_raw_public_key(unsafe { bytes(data, len) }?))
}

/// Returns the sentence for the last call on `roots` that failed, "" before that. Never NULL; the
/// text lives until the next non-const call on `roots`.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_error(roots: Option<&inkotls_roots>) -> *const c_char {
    error_message(roots)
}

/// Returns errno of the last call on `roots` that failed, or INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_os_error(roots: Option<&inkotls_roots>) -> i32 {
    os_error(roots)
}

/// Frees the roots. Builders that were given them keep a copy. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_free(roots: Option<Box<inkotls_roots>>) {
    free(roots);
}
