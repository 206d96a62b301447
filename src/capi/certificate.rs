//! inkotls_certificate: what is in a certificate.

use super::calls::{lend, tell};
use crate::certificate::Certificate;
use crate::error::Status;
use crate::ffi::{Handle, Opaque, ask, bytes, create, free, own};
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
/// index      The position in the list of DNS names, from 0.
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
    ask(certificate, |c| {
        let name = c.dns_names.get(index);
        lend(name.map(String::as_bytes), out_name, out_len)
    })
}

/// Reads one of the IP addresses of the certificate (subjectAltName; RFC 5280, section 4.2.1.6).
///
/// Entries that have neither 4 nor 16 bytes are left out.
///
/// index         The position in the list of IP addresses, from 0.
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

/// Frees the certificate; the pointers that were read from it are then no longer valid.
///
/// certificate   The certificate to free. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_free(certificate: Option<Box<inkotls_certificate>>) {
    free(certificate);
}
