//! inkotls_roots: trust anchors.

use crate::error::Status;
use crate::ffi::{Handle, Opaque, bytes, enter, error_message, file_path, free, make, os_error};
use crate::setup::Roots;
use std::ffi::{c_char, c_void};

/// What a side trusts: a client, or a server that asks clients for a certificate.
///
/// Roots hold certificates or raw public keys, not both. Certificates are those of certificate
/// authorities (the platform's and others), with the CRLs of certificate authorities, and those of
/// single peers, whose issuer need not be trusted. One thread at a time fills the roots. Roots that
/// no call changes may be passed to builders by several threads at the same time.
pub struct inkotls_roots(Opaque);

impl Handle for inkotls_roots {
    type State = Roots;
}

/// Creates an empty set of roots.
///
/// Returns the roots: free them with inkotls_roots_free. Returns NULL only if a bug in the library
/// was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_new() -> *mut inkotls_roots {
    make(Roots::default)
}

/// Adds every certificate of a PEM text (RFC 7468) as a trusted certificate authority.
///
/// Either every certificate of the text is added or, if one of them cannot be used, none. The
/// sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE, and
/// lines outside of sections, are ignored. Every section, also one that is ignored, must have its
/// END line. Lines end with LF, CRLF or CR. The text must hold at least one certificate, and may
/// hold more.
///
/// The certificates may be root or intermediate certificates: the chain of a peer is accepted if it
/// ends at any of them. A self-signed development certificate, which is the peer's own, is added
/// with inkotls_roots_add_peer_certificate_pem instead.
///
/// data, len   The PEM text, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE   The text has no section CERTIFICATE, a section is not well-formed, or a
///                       certificate cannot be parsed. Nothing was added. The error message
///                       (inkotls_roots_error) says which certificate it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_pem(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_pem(unsafe { bytes(data, len) }?))
}

/// Adds every certificate of a PEM file (RFC 7468) as a trusted certificate authority.
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// Either every certificate of the file is added or, if one of them cannot be used, none. The
/// sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE, and
/// lines outside of sections, are ignored. Every section, also one that is ignored, must have its
/// END line. Lines end with LF, CRLF or CR. The file must hold at least one certificate, and may
/// hold more.
///
/// The certificates may be root or intermediate certificates: the chain of a peer is accepted if it
/// ends at any of them. A self-signed development certificate, which is the peer's own, is added
/// with inkotls_roots_add_peer_certificate_pem_file instead.
///
/// path, len   The path of the file in UTF-8, and its length in bytes. The path must not contain a
///             NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT      The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM
///                       text. The error message does not repeat PEM text: pass PEM text to
///                       inkotls_roots_add_pem.
/// IO_ERROR              The file cannot be read. inkotls_roots_os_error returns the errno value of
///                       that failure.
/// INVALID_CERTIFICATE   The file has no section CERTIFICATE, a section is not well-formed, or a
///                       certificate cannot be parsed. Nothing was added. The error message
///                       (inkotls_roots_error) says which certificate it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_pem_file(
    roots: Option<&mut inkotls_roots>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(roots, |r| r.add_pem_file(unsafe { file_path(path, len) }?))
}

/// Adds one certificate in DER (RFC 5280) as a trusted certificate authority.
///
/// The certificate may be a root or an intermediate certificate: the chain of a peer is accepted if
/// it ends at this certificate. A self-signed development certificate, which is the peer's own, is
/// added with inkotls_roots_add_peer_certificate_der instead.
///
/// data, len   The certificate in DER, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE   The input is not a certificate in DER, or the certificate cannot be
///                       parsed. Nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_der(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_der(unsafe { bytes(data, len) }?))
}

/// Adds the certificate authorities that the platform trusts.
///
/// The platform's certificates are read when a config is built. On Linux and the BSDs, building the
/// config reads the certificate files and directories of the distribution, which may block; a file
/// or a certificate of the distribution that cannot be used is ignored. On macOS, iOS, Windows and
/// Android the platform itself verifies the certificates of servers. The verification of the
/// platform may block, so the connections of a client that trusts what the platform trusts return
/// WANT_BLOCKING. On macOS, iOS, Windows and Android, building the config of a server that asks for
/// client certificates and trusts what the platform trusts fails with UNSUPPORTED.
///
/// On Linux and the BSDs, the environment variables SSL_CERT_FILE and SSL_CERT_DIR replace the
/// files of the distribution, even if only SSL_CERT_FILE or only SSL_CERT_DIR is set. SSL_CERT_FILE
/// is the path of a PEM file. SSL_CERT_DIR is a list of directories with PEM files, separated by
/// colons; a directory that does not exist is ignored. If SSL_CERT_FILE or SSL_CERT_DIR is set, of
/// the platform's certificates only those in the files that SSL_CERT_FILE and SSL_CERT_DIR name are
/// trusted. SSL_CERT_FILE and SSL_CERT_DIR are read when a config is built.
///
/// Building a config fails with NO_TRUST_ANCHORS if the roots and the platform have no certificate
/// authority; if SSL_CERT_FILE cannot be read or has no certificate that can be used; or if only
/// SSL_CERT_DIR is set and its directories have no certificate. The error message of the builder
/// names SSL_CERT_FILE or SSL_CERT_DIR if that environment variable is the cause. Building does not
/// fail if the roots hold no other certificate authority, and the config has a verify callback or
/// the roots hold certificates of peers: then no certificate authority is trusted.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_add_platform(roots: Option<&mut inkotls_roots>) -> Status {
    enter(roots, |r| r.add_platform())
}

/// Adds every certificate of a PEM text (RFC 7468) as the certificate of one trusted peer.
///
/// A peer whose own certificate is identical to one of the added certificates is trusted, whoever
/// issued the certificate. A self-signed development certificate, as "openssl req -x509" makes it,
/// is trusted in this way.
///
/// The peer must prove that it has the private key of the certificate. The validity period, the key
/// usage, the extended key usage and, on a client, the server name are verified as in any other
/// certificate. The issuer is not verified, and CRLs are not consulted. The same roots may also
/// hold certificate authorities.
///
/// Either every certificate of the text is added or, if one of them cannot be used, none. The
/// sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE, and
/// lines outside of sections, are ignored. Every section, also one that is ignored, must have its
/// END line. Lines end with LF, CRLF or CR. The text must hold at least one certificate, and may
/// hold more.
///
/// data, len   The PEM text, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE   The text has no section CERTIFICATE, a section is not well-formed, or a
///                       certificate cannot be parsed. Nothing was added. The error message
///                       (inkotls_roots_error) says which certificate it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_peer_certificate_pem(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_peer_certificate_pem(unsafe { bytes(data, len) }?))
}

/// Adds every certificate of a PEM file (RFC 7468) as the certificate of one trusted peer.
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// A peer whose own certificate is identical to one of the added certificates is trusted, whoever
/// issued the certificate. A self-signed development certificate, as "openssl req -x509" makes it,
/// is trusted in this way.
///
/// The peer must prove that it has the private key of the certificate. The validity period, the key
/// usage, the extended key usage and, on a client, the server name are verified as in any other
/// certificate. The issuer is not verified, and CRLs are not consulted. The same roots may also
/// hold certificate authorities.
///
/// Either every certificate of the file is added or, if one of them cannot be used, none. The
/// sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE, and
/// lines outside of sections, are ignored. Every section, also one that is ignored, must have its
/// END line. Lines end with LF, CRLF or CR. The file must hold at least one certificate, and may
/// hold more.
///
/// path, len   The path of the file in UTF-8, and its length in bytes. The path must not contain a
///             NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT      The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM
///                       text. The error message does not repeat PEM text: pass PEM text to
///                       inkotls_roots_add_peer_certificate_pem.
/// IO_ERROR              The file cannot be read. inkotls_roots_os_error returns the errno value of
///                       that failure.
/// INVALID_CERTIFICATE   The file has no section CERTIFICATE, a section is not well-formed, or a
///                       certificate cannot be parsed. Nothing was added. The error message
///                       (inkotls_roots_error) says which certificate it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_peer_certificate_pem_file(
    roots: Option<&mut inkotls_roots>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(roots, |r| r.add_peer_certificate_pem_file(unsafe { file_path(path, len) }?))
}

/// Adds one certificate in DER (RFC 5280) as the certificate of one trusted peer.
///
/// A peer that presents exactly this certificate is trusted, whoever issued the certificate. A
/// self-signed development certificate, as "openssl req -x509 -outform DER" makes it, is trusted in
/// this way.
///
/// The peer must prove that it has the private key of the certificate. The validity period, the key
/// usage, the extended key usage and, on a client, the server name are verified as in any other
/// certificate. The issuer is not verified, and CRLs are not consulted. The same roots may also
/// hold certificate authorities.
///
/// data, len   The certificate in DER, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE   The input is not a certificate in DER, or the certificate cannot be
///                       parsed. Nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_peer_certificate_der(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_peer_certificate_der(unsafe { bytes(data, len) }?))
}

/// Adds every certificate revocation list (CRL, RFC 5280) of a PEM text (RFC 7468).
///
/// A config checks certificates for revocation only if its roots have at least one CRL when the
/// config is built. If the roots have at least one CRL, by default every certificate in the chain
/// of a peer is checked for revocation, and a certificate whose issuer has no CRL in the roots is
/// refused. inkotls_roots_set_revocation sets which certificates are checked for revocation, and
/// how strictly. To replace a CRL by a newer one, fill new roots and build a new config.
///
/// Not supported are CRLs of version 1, delta CRLs, indirect CRLs, and CRLs with an unknown
/// critical extension. On macOS, iOS, Windows and Android, the config of a client that has CRLs and
/// the platform's certificates is refused with UNSUPPORTED when it is built.
///
/// Either every CRL of the text is added or, if one of them cannot be used, none. The sections with
/// the label X509 CRL are read. Sections with a label other than X509 CRL, and lines outside of
/// sections, are ignored. Every section, also one that is ignored, must have its END line. Lines
/// end with LF, CRLF or CR. The text must hold at least one CRL, and may hold more.
///
/// data, len   The PEM text, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE   The text has no section X509 CRL, a section is not well-formed, or a CRL
///                       cannot be parsed or is not supported. Nothing was added. The error message
///                       (inkotls_roots_error) says which CRL it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_crl_pem(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_crl_pem(unsafe { bytes(data, len) }?))
}

/// Adds every certificate revocation list (CRL, RFC 5280) of a PEM file (RFC 7468).
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// A config checks certificates for revocation only if its roots have at least one CRL when the
/// config is built. If the roots have at least one CRL, by default every certificate in the chain
/// of a peer is checked for revocation, and a certificate whose issuer has no CRL in the roots is
/// refused. inkotls_roots_set_revocation sets which certificates are checked for revocation, and
/// how strictly. To replace a CRL by a newer one, fill new roots and build a new config.
///
/// Not supported are CRLs of version 1, delta CRLs, indirect CRLs, and CRLs with an unknown
/// critical extension. On macOS, iOS, Windows and Android, the config of a client that has CRLs and
/// the platform's certificates is refused with UNSUPPORTED when it is built.
///
/// Either every CRL of the file is added or, if one of them cannot be used, none. The sections with
/// the label X509 CRL are read. Sections with a label other than X509 CRL, and lines outside of
/// sections, are ignored. Every section, also one that is ignored, must have its END line. Lines
/// end with LF, CRLF or CR. The file must hold at least one CRL, and may hold more.
///
/// path, len   The path of the file in UTF-8, and its length in bytes. The path must not contain a
///             NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT      The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM
///                       text. The error message does not repeat PEM text: pass PEM text to
///                       inkotls_roots_add_crl_pem.
/// IO_ERROR              The file cannot be read. inkotls_roots_os_error returns the errno value of
///                       that failure.
/// INVALID_CERTIFICATE   The file has no section X509 CRL, a section is not well-formed, or a CRL
///                       cannot be parsed or is not supported. Nothing was added. The error message
///                       (inkotls_roots_error) says which CRL it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_crl_pem_file(
    roots: Option<&mut inkotls_roots>,
    path: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for path and len.
    enter(roots, |r| r.add_crl_pem_file(unsafe { file_path(path, len) }?))
}

/// Adds one certificate revocation list (CRL, RFC 5280) in DER.
///
/// A config checks certificates for revocation only if its roots have at least one CRL when the
/// config is built. If the roots have at least one CRL, by default every certificate in the chain
/// of a peer is checked for revocation, and a certificate whose issuer has no CRL in the roots is
/// refused. inkotls_roots_set_revocation sets which certificates are checked for revocation, and
/// how strictly. To replace a CRL by a newer one, fill new roots and build a new config.
///
/// Not supported are CRLs of version 1, delta CRLs, indirect CRLs, and CRLs with an unknown
/// critical extension. On macOS, iOS, Windows and Android, the config of a client that has CRLs and
/// the platform's certificates is refused with UNSUPPORTED when it is built.
///
/// data, len   The CRL in DER, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE   The input is not a CRL in DER, or the CRL cannot be parsed or is not
///                       supported. Nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_crl_der(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_crl_der(unsafe { bytes(data, len) }?))
}

/// Sets which certificates are checked for revocation with the CRLs of the roots, and how strictly.
///
/// The call replaces the bits of an earlier call. The bits have no effect if the roots have no CRL.
/// If bits is 0 and the roots have at least one CRL, every certificate in the chain of a peer is
/// checked for revocation, a certificate whose issuer has no CRL in the roots is refused, and a CRL
/// is used even after its nextUpdate time has passed.
///
/// bits   Bits of inkotls_revocation, combined with bitwise OR. Range: 0 to 7. Default: 0.
///
/// INVALID_ARGUMENT   The value of bits has a bit that is not an inkotls_revocation.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_set_revocation(
    roots: Option<&mut inkotls_roots>,
    bits: i32,
) -> Status {
    enter(roots, |r| r.set_revocation(bits))
}

/// Adds the raw public key of a peer that is trusted by its key (RFC 7250).
///
/// A peer that presents exactly this key, instead of a certificate, is trusted. The peer must prove
/// that it has the private key. Server names and validity are not verified, because a raw public
/// key has none. Raw public keys need TLS 1.3 and a peer that supports them: the handshake with any
/// other peer fails.
///
/// Roots hold raw public keys or certificates, not both: otherwise building a config fails with
/// INVALID_STATE. Building the config of a server fails with the same status if the server asks
/// clients for raw public keys and does not require one (INKOTLS_CLIENT_AUTH_OPTIONAL).
///
/// data, len   The SubjectPublicKeyInfo (RFC 5280) in DER, and its length in bytes, as
///             inkotls_identity_raw_public_key returns it for an identity. Copied.
///
/// INVALID_KEY   The input is not a SubjectPublicKeyInfo in DER. Nothing was added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_raw_public_key(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for data and len.
    enter(roots, |r| r.add_raw_public_key(unsafe { bytes(data, len) }?))
}

/// Returns the error message of the last call on roots that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if roots is NULL. Valid until the next call that takes roots as a
/// pointer to non-const, or until roots is freed. Call inkotls_roots_error in a statement of its
/// own, after the call that failed.
///
/// A call on roots that succeeds leaves the error message of an earlier call unchanged, and so does
/// a call that takes roots as a pointer to const and returns NONE or INVALID_ARGUMENT:
/// inkotls_roots_error then returns the error message of the earlier call. inkotls_status_text
/// describes the status of a call that takes roots as a pointer to const.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_error(roots: Option<&inkotls_roots>) -> *const c_char {
    error_message(roots)
}

/// Returns the error number (errno) of the last call on roots that failed.
///
/// Returns the errno value of the last failure. Returns INKOTLS_STATUS_NONE in each of these cases:
/// no call has failed; the last failure has no errno value. A call that succeeds leaves the errno
/// value of an earlier call unchanged: read the errno value only after a call that failed. Call
/// inkotls_roots_os_error before the next call that takes roots as a pointer to non-const, and
/// before inkotls_roots_free.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_os_error(roots: Option<&inkotls_roots>) -> i32 {
    os_error(roots)
}

/// Frees the roots.
///
/// The builders that the roots were passed to keep a copy, so roots may be freed before the
/// builders.
///
/// roots   The roots to free. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_free(roots: Option<Box<inkotls_roots>>) {
    free(roots);
}
