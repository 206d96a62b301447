//! inkotls_certificate: what is in a certificate.

use super::calls::{copy_text, lend, tell};
use crate::certificate::{Certificate, Malformed, pem, summary};
use crate::error::{Error, Status};
use crate::ffi::{Handle, Opaque, ask, bytes, create, fallible_number, free, own};
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// An inkotls_certificate is a parsed certificate, such as one of inkotls_conn_peer_certificate.
///
/// A parsed certificate is only for inspection: the library verifies nothing in it. Whether the
/// peer is the one that the host expects is decided by the handshake, not by the names in the
/// certificate.
///
/// A parsed certificate never changes: any number of threads may read it at the same time.
pub struct inkotls_certificate(Opaque);

impl Handle for inkotls_certificate {
    type State = Certificate;
}

/// Creates an inkotls_certificate from a certificate in DER (RFC 5280).
///
/// data, len         The certificate, and its length in bytes. No other bytes may follow the
///                   certificate. Copied.
/// out_certificate   Receives the certificate. Free it with inkotls_certificate_free.
///
/// INVALID_CERTIFICATE   The bytes are not a certificate in DER; a raw public key (RFC 7250) is not
///                       a certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_new(
    data: *const c_void,
    len: usize,
    out_certificate: Option<&mut MaybeUninit<*mut inkotls_certificate>>,
) -> Status {
    // SAFETY: the host vouches for data and len.
    create(out_certificate, || Ok(own(Certificate::parse(unsafe { bytes(data, len) }?)?)))
}

/// Reads the name of the subject as text (RFC 4514), such as "CN=a.test,O=Example\, Inc.,C=DE".
///
/// The attributes CN, L, ST, O, OU, C, STREET, DC and UID are written with their names. Any other
/// attribute is written with its object identifier (OID), and its value as "#" and the DER in
/// hexadecimal digits. Control characters are escaped, too.
///
/// out_text   Receives a pointer to the text in UTF-8, not NUL-terminated. Valid until certificate
///            is freed.
/// out_len    Receives the length of the text in bytes, which is 0 if the subject has no name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_subject(
    certificate: Option<&inkotls_certificate>,
    out_text: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| lend(Some(c.subject.as_bytes()), out_text, out_len))
}

/// Reads the name of the issuer as text (RFC 4514).
///
/// inkotls_certificate_subject describes the form of the text.
///
/// out_text   Receives a pointer to the text in UTF-8, not NUL-terminated. Valid until certificate
///            is freed.
/// out_len    Receives the length of the text in bytes, which is 0 if the issuer has no name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_issuer(
    certificate: Option<&inkotls_certificate>,
    out_text: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| lend(Some(c.issuer.as_bytes()), out_text, out_len))
}

/// Reads the serial number, which an issuer gives to only one of its certificates.
///
/// The bytes are two's complement: a positive number whose first byte would be 128 or more has a 0
/// before it.
///
/// out_serial   Receives a pointer to the contents of the INTEGER, the most significant byte first.
///              Valid until certificate is freed.
/// out_len      Receives the length of the serial number in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_serial(
    certificate: Option<&inkotls_certificate>,
    out_serial: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| lend(Some(&c.serial), out_serial, out_len))
}

/// Reads the time from which the certificate is valid.
///
/// out_seconds   Receives the time in seconds since 1970-01-01 00:00:00 UTC, negative before that.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_not_before(
    certificate: Option<&inkotls_certificate>,
    out_seconds: Option<&mut MaybeUninit<i64>>,
) -> Status {
    ask(certificate, |c| tell(c.not_before, out_seconds))
}

/// Reads the last second in which the certificate is valid.
///
/// A certificate that does not expire has the time 9999-12-31 23:59:59 UTC (RFC 5280, section
/// 4.1.2.5).
///
/// out_seconds   Receives the time in seconds since 1970-01-01 00:00:00 UTC, negative before that.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_not_after(
    certificate: Option<&inkotls_certificate>,
    out_seconds: Option<&mut MaybeUninit<i64>>,
) -> Status {
    ask(certificate, |c| tell(c.not_after, out_seconds))
}

/// Reads one of the DNS names of the certificate (subjectAltName; RFC 5280, section 4.2.1.6), as
/// the certificate spells it.
///
/// The CN of the subject is not one of the DNS names. Entries that are not a DNS name, with or
/// without "*." before it, are left out, because no handshake would match them; an entry that is
/// left out has, for example, a byte that is not ASCII, a NUL or a space in it. Internationalized
/// names have their "xn--" form.
///
/// index      The index in the list of DNS names. The first has the index 0.
/// out_name   Receives a pointer to the name in ASCII, not NUL-terminated. Valid until certificate
///            is freed.
/// out_len    Receives the length of the name in bytes.
///
/// NONE   The certificate has no DNS name with this index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_dns_name(
    certificate: Option<&inkotls_certificate>,
    index: usize,
    out_name: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| entry(&c.dns_names, index, out_name, out_len))
}

/// Reads one of the IP addresses of the certificate (subjectAltName; RFC 5280, section 4.2.1.6).
///
/// Entries that have neither 4 nor 16 bytes are left out.
///
/// index         The index in the list of IP addresses. The first has the index 0.
/// out_address   Receives a pointer to the address in network byte order. Valid until certificate
///               is freed.
/// out_len       Receives the length of the address in bytes: 4 (IPv4) or 16 (IPv6).
///
/// NONE   The certificate has no IP address with this index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_ip_address(
    certificate: Option<&inkotls_certificate>,
    index: usize,
    out_address: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| {
        let address = c.ip_addresses.get(index);
        lend(address.map(Vec::as_slice), out_address, out_len)
    })
}

/// Reads one of the IP addresses of the certificate as text, such as "192.0.2.1" or "2001:db8::1"
/// (RFC 5952).
///
/// The list has the same entries, with the same index, as that of inkotls_certificate_ip_address.
///
/// index      The index in the list of IP addresses. The first has the index 0.
/// out_text   Receives a pointer to the text in ASCII, not NUL-terminated. Valid until certificate
///            is freed.
/// out_len    Receives the length of the text in bytes.
///
/// NONE   The certificate has no IP address with this index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_ip_address_text(
    certificate: Option<&inkotls_certificate>,
    index: usize,
    out_text: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| entry(&c.ip_texts, index, out_text, out_len))
}

/// Reads one of the URIs of the certificate (subjectAltName; RFC 5280, section 4.2.1.6), as the
/// certificate spells it, such as the SPIFFE ID "spiffe://example.org/service".
///
/// Entries that are empty, or that have a byte that is not a visible ASCII character, are left out:
/// for example an entry with a space, a NUL or a line break in it.
///
/// index      The index in the list of URIs. The first has the index 0.
/// out_name   Receives a pointer to the URI in ASCII, not NUL-terminated. Valid until certificate
///            is freed.
/// out_len    Receives the length of the URI in bytes.
///
/// NONE   The certificate has no URI with this index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_uri_name(
    certificate: Option<&inkotls_certificate>,
    index: usize,
    out_name: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| entry(&c.uri_names, index, out_name, out_len))
}

/// Reads one of the e-mail addresses of the certificate (rfc822Name in subjectAltName; RFC 5280,
/// section 4.2.1.6), as the certificate spells it.
///
/// An e-mail address in the subject is not one of the list. Entries that are empty, or that have a
/// byte that is not a visible ASCII character, are left out: for example an entry with a space, a
/// NUL or a line break in it.
///
/// index      The index in the list of e-mail addresses. The first has the index 0.
/// out_name   Receives a pointer to the address in ASCII, not NUL-terminated. Valid until
///            certificate is freed.
/// out_len    Receives the length of the address in bytes.
///
/// NONE   The certificate has no e-mail address with this index.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_email_name(
    certificate: Option<&inkotls_certificate>,
    index: usize,
    out_name: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| entry(&c.email_names, index, out_name, out_len))
}

/// Returns what the key of the certificate may be used for (keyUsage; RFC 5280, section 4.2.1.3).
///
/// Returns bits of inkotls_key_usage, or a negative status. Bits that RFC 5280 does not define are
/// left out.
///
/// NONE                  The certificate has no keyUsage extension: no use is excluded.
/// INVALID_CERTIFICATE   The extension cannot be read, or occurs twice in the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_key_usage(certificate: Option<&inkotls_certificate>) -> i32 {
    fallible_number(certificate, |c| Ok(c.key_usage?))
}

/// Reads one of the purposes of the certificate (extKeyUsage; RFC 5280, section 4.2.1.12).
///
/// The certificate of a TLS server has the purpose "1.3.6.1.5.5.7.3.1", that of a TLS client
/// "1.3.6.1.5.5.7.3.2".
///
/// index      The index in the list of purposes. The first has the index 0.
/// out_oid    Receives a pointer to the object identifier (OID) as text, in ASCII, not
///            NUL-terminated. Valid until certificate is freed.
/// out_len    Receives the length of the text in bytes.
///
/// NONE                  The certificate has no purpose with this index. If index is 0, the
///                       certificate has no extKeyUsage extension, and no purpose is excluded.
/// INVALID_CERTIFICATE   The extension cannot be read, is empty, or occurs twice in the
///                       certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_extended_key_usage(
    certificate: Option<&inkotls_certificate>,
    index: usize,
    out_oid: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| said_entry(&c.purposes, index, out_oid, out_len))
}

/// Returns whether the certificate is that of a certificate authority (basicConstraints; RFC 5280,
/// section 4.2.1.9).
///
/// Returns 1 if the certificate may issue certificates, 0 if the extension says that it may not, or
/// a negative status.
///
/// NONE                  The certificate has no basicConstraints extension. A certificate of
///                       version 3 is then not that of a certificate authority.
/// INVALID_CERTIFICATE   The extension cannot be read, or occurs twice in the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_is_ca(certificate: Option<&inkotls_certificate>) -> i32 {
    fallible_number(certificate, |c| Ok(c.basic_constraints?.map(|it| it.is_ca)))
}

/// Returns the number of certificates of other authorities that may be between this certificate and
/// that of a server or client (pathLenConstraint in basicConstraints; RFC 5280, section 4.2.1.9).
///
/// Returns the number of certificates, or a negative status. A number above 2147483647 is returned
/// as 2147483647.
///
/// NONE                  The certificate sets no limit, or has no basicConstraints extension.
/// INVALID_CERTIFICATE   The extension cannot be read, or occurs twice in the certificate.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_path_length(
    certificate: Option<&inkotls_certificate>,
) -> i32 {
    fallible_number(certificate, |c| Ok(c.basic_constraints?.and_then(|it| it.path_length)))
}

/// Reads the algorithm of the public key (subjectPublicKeyInfo; RFC 5280, section 4.1.2.7).
///
/// The text is "RSA", "RSASSA-PSS", "Ed25519" or "Ed448", or for an elliptic curve "EC P-256",
/// "EC P-384", "EC P-521", or "EC " and the object identifier (OID) of the curve ("EC" alone if the
/// curve has none). For any other algorithm the text is its OID.
///
/// out_text   Receives a pointer to the text in ASCII, not NUL-terminated. Valid until certificate
///            is freed.
/// out_len    Receives the length of the text in bytes.
///
/// INVALID_CERTIFICATE   The public key cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_public_key_algorithm(
    certificate: Option<&inkotls_certificate>,
    out_text: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| {
        let key = c.public_key.as_ref().map_err(|it| Error::from(*it))?;
        lend(Some(key.algorithm.as_bytes()), out_text, out_len)
    })
}

/// Returns the number of bits of the public key.
///
/// Returns the number of bits, or a negative status. The size of an RSA key is that of its modulus;
/// a key on P-256 has 256 bits, one on P-384 has 384, one on P-521 has 521, an Ed25519 key has 256
/// and an Ed448 key has 456.
///
/// NONE                  The library does not know the size of such a key, or an RSA key has no
///                       modulus that can be read.
/// INVALID_CERTIFICATE   The public key cannot be read.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_public_key_bits(
    certificate: Option<&inkotls_certificate>,
) -> i32 {
    fallible_number(certificate, |c| Ok(c.public_key.as_ref().map_err(|it| *it)?.bits))
}

/// Reads the identifier of the certificate's key (subjectKeyIdentifier; RFC 5280, section 4.2.1.2).
///
/// out_identifier   Receives a pointer to the identifier. Valid until certificate is freed.
/// out_len          Receives the length of the identifier in bytes, which is often 20 and may be 0.
///
/// NONE                  The certificate has no subjectKeyIdentifier extension.
/// INVALID_CERTIFICATE   The extension cannot be read, or occurs twice in the certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_subject_key_identifier(
    certificate: Option<&inkotls_certificate>,
    out_identifier: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| {
        let identifier = c.subject_key_identifier.as_ref().map_err(|it| Error::from(*it))?;
        lend(identifier.as_deref(), out_identifier, out_len)
    })
}

/// Reads the identifier of the issuer's key (keyIdentifier in authorityKeyIdentifier; RFC 5280,
/// section 4.2.1.1).
///
/// The issuer's certificate has the same bytes as its subject key identifier
/// (inkotls_certificate_subject_key_identifier).
///
/// out_identifier   Receives a pointer to the identifier. Valid until certificate is freed.
/// out_len          Receives the length of the identifier in bytes, which is often 20 and may be 0.
///
/// NONE                  The certificate has no authorityKeyIdentifier extension, or the extension
///                       has no keyIdentifier.
/// INVALID_CERTIFICATE   The extension cannot be read, or occurs twice in the certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_authority_key_identifier(
    certificate: Option<&inkotls_certificate>,
    out_identifier: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| {
        let identifier = c.authority_key_identifier.as_ref().map_err(|it| Error::from(*it))?;
        lend(identifier.as_deref(), out_identifier, out_len)
    })
}

/// Reads one of the URIs at which an OCSP responder answers whether the certificate is revoked
/// (authorityInfoAccess; RFC 5280, section 4.2.2.1).
///
/// The library never connects to the responder. Entries that are not a URI, and URIs that are empty
/// or that have a byte that is not a visible ASCII character, are left out.
///
/// index     The index in the list of OCSP URIs. The first has the index 0.
/// out_uri   Receives a pointer to the URI in ASCII, not NUL-terminated. Valid until certificate is
///           freed.
/// out_len   Receives the length of the URI in bytes.
///
/// NONE                  The certificate has no OCSP URI with this index.
/// INVALID_CERTIFICATE   The extension cannot be read, or occurs twice in the certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_ocsp_uri(
    certificate: Option<&inkotls_certificate>,
    index: usize,
    out_uri: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| said_entry(&c.ocsp_uris, index, out_uri, out_len))
}

/// Reads one of the URIs at which there are certificates of the issuer (caIssuers in
/// authorityInfoAccess; RFC 5280, section 4.2.2.1).
///
/// The library never connects to the address. Entries that are not a URI, and URIs that are empty
/// or that have a byte that is not a visible ASCII character, are left out.
///
/// index     The index in the list of caIssuers URIs. The first has the index 0.
/// out_uri   Receives a pointer to the URI in ASCII, not NUL-terminated. Valid until certificate is
///           freed.
/// out_len   Receives the length of the URI in bytes.
///
/// NONE                  The certificate has no caIssuers URI with this index.
/// INVALID_CERTIFICATE   The extension cannot be read, or occurs twice in the certificate.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_ca_issuers_uri(
    certificate: Option<&inkotls_certificate>,
    index: usize,
    out_uri: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| said_entry(&c.ca_issuers_uris, index, out_uri, out_len))
}

/// Reads the fingerprint of the certificate: the SHA-256 hash of its DER.
///
/// out_fingerprint   Receives a pointer to the hash. Valid until certificate is freed.
/// out_len           Receives the length of the hash in bytes, which is 32.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_fingerprint(
    certificate: Option<&inkotls_certificate>,
    out_fingerprint: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| lend(Some(&c.fingerprint), out_fingerprint, out_len))
}

/// Reads the certificate itself in DER (RFC 5280), as it was passed to inkotls_certificate_new.
///
/// out_data   Receives a pointer to the certificate. Valid until certificate is freed.
/// out_len    Receives the length of the certificate in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_der(
    certificate: Option<&inkotls_certificate>,
    out_data: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| lend(Some(&c.der), out_data, out_len))
}

/// Copies the certificate as PEM text (RFC 7468), with a line break after every line.
///
/// buf, cap   Receives the text in ASCII, not NUL-terminated. cap is the size of buf in bytes:
///            twice the length of the DER (inkotls_certificate_der) plus 64 is always enough.
/// out_len    Receives the length of the text in bytes.
///
/// INVALID_ARGUMENT   cap is smaller than the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_pem(
    certificate: Option<&inkotls_certificate>,
    buf: *mut c_char,
    cap: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the host vouches for buf and cap.
    ask(certificate, |c| unsafe { copy_text(Some(&pem(&c.der)), buf, cap, out_len) })
}

/// Copies a description of the certificate for logs: lines such as "subject: CN=a.test", each with
/// a line break at its end.
///
/// The lines are meant for people: their form and their order may change. Each line is as safe to
/// log as an error message: characters that are not printable are escaped, a line that would be
/// longer than 500 bytes is cut and ends with "...", and a long list is cut and ends with the
/// number of the entries that were left out.
///
/// buf, cap   Receives the text in UTF-8, not NUL-terminated. cap is the size of buf in bytes;
///            10240 bytes are always enough.
/// out_len    Receives the length of the text in bytes.
///
/// INVALID_ARGUMENT   cap is smaller than the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_text(
    certificate: Option<&inkotls_certificate>,
    buf: *mut c_char,
    cap: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    // SAFETY: the host vouches for buf and cap.
    ask(certificate, |c| unsafe { copy_text(Some(&summary(c)), buf, cap, out_len) })
}

/// Frees the certificate; the pointers that were read from it are then no longer valid.
///
/// certificate   The certificate to free. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_free(certificate: Option<Box<inkotls_certificate>>) {
    free(certificate);
}

/// One text of a list that the handle keeps.
fn entry(
    list: &[String],
    index: usize,
    out_text: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Result<Option<()>, Error> {
    lend(list.get(index).map(String::as_bytes), out_text, out_len)
}

/// As `entry`, of an extension that may be absent, or malformed.
fn said_entry(
    list: &Result<Option<Vec<String>>, Malformed>,
    index: usize,
    out_text: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Result<Option<()>, Error> {
    let list = list.as_ref().map_err(|it| Error::from(*it))?;
    entry(list.as_deref().unwrap_or_default(), index, out_text, out_len)
}
