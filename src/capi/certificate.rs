//! inkotls_certificate: what is in a certificate.

use super::calls::{lend, tell};
use crate::certificate::Certificate;
use crate::error::Status;
use crate::ffi::{Handle, Opaque, ask, bytes, create, free, own};
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

/// What is in a certificate, such as one of inkotls_conn_peer_certificate. To look at: nothing is
/// verified, and whether a peer is who it should be is not for its names to say but for the
/// handshake. Nothing changes it: any number of threads may read it, and what it lends lives until
/// it is freed.
pub struct inkotls_certificate(Opaque);

impl Handle for inkotls_certificate {
    type State = Certificate;
}

/// Reads a certificate in DER (RFC 5280).
///
/// data, len: the certificate, in bytes, with nothing behind it; copied.
/// out_certificate: must not be NULL. Free it with inkotls_certificate_free.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: it cannot be parsed; a bare public key (RFC 7250) is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_new(
    data: *const c_void,
    len: usize,
    out_certificate: Option<&mut MaybeUninit<*mut inkotls_certificate>>,
) -> Status {
    // SAFETY: the host vouches for data and len.
    create(out_certificate, || Ok(own(Certificate::parse(unsafe { bytes(data, len) }?)?)))
}

/// Lends the subject's name as text (RFC 4514), such as "CN=a.test,O=Example\, Inc.,C=DE"; empty
/// where the subject has no name.
///
/// CN, L, ST, O, OU, C, STREET, DC and UID have their names; another attribute is its number, and
/// its value "#" and the DER in hexadecimal digits. Control characters are escaped too.
///
/// certificate: must not be NULL.
/// out_text, out_len: the text, in bytes of UTF-8 without a NUL; must not be NULL. It lives until
/// `certificate` is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_subject(
    certificate: Option<&inkotls_certificate>,
    out_text: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| lend(Some(c.subject.as_bytes()), out_text, out_len))
}

/// Lends the issuer's name, as inkotls_certificate_subject does the subject's.
///
/// certificate: must not be NULL.
/// out_text, out_len: the text, in bytes of UTF-8 without a NUL; must not be NULL. It lives until
/// `certificate` is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_issuer(
    certificate: Option<&inkotls_certificate>,
    out_text: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| lend(Some(c.issuer.as_bytes()), out_text, out_len))
}

/// Lends the serial number, which its issuer gives to no other certificate.
///
/// certificate: must not be NULL.
/// out_serial, out_len: the bytes of its INTEGER, the most significant first; must not be NULL.
/// They are two's complement: a positive number that would begin with a byte of 128 or more has a
/// 0 before it. They live until `certificate` is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_serial(
    certificate: Option<&inkotls_certificate>,
    out_serial: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| lend(Some(&c.serial), out_serial, out_len))
}

/// Tells from when on the certificate is valid.
///
/// certificate: must not be NULL.
/// out_seconds: since 1970-01-01 00:00 UTC, negative before; must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_not_before(
    certificate: Option<&inkotls_certificate>,
    out_seconds: Option<&mut MaybeUninit<i64>>,
) -> Status {
    ask(certificate, |c| tell(c.not_before, out_seconds))
}

/// Tells until when the certificate is valid: that second is its last. One that never expires has
/// 9999-12-31 23:59:59.
///
/// certificate: must not be NULL.
/// out_seconds: since 1970-01-01 00:00 UTC, negative before; must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_not_after(
    certificate: Option<&inkotls_certificate>,
    out_seconds: Option<&mut MaybeUninit<i64>>,
) -> Status {
    ask(certificate, |c| tell(c.not_after, out_seconds))
}

/// Lends one of the DNS names that the certificate is for (subjectAltName, RFC 5280, section
/// 4.2.1.6), as it is written there. The subject's CN is none of them.
///
/// certificate: must not be NULL.
/// index: which, from 0. What is no DNS name, with or without "*." before it, is left out: it has
/// a byte that is not ASCII, a NUL or a space in it, and no handshake would match it. International
/// names have their "xn--" form.
/// out_name, out_len: the name, in bytes of ASCII without a NUL; must not be NULL. It lives until
/// `certificate` is freed.
///
/// INKOTLS_STATUS_NONE: there are no more.
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

/// Lends one of the IP addresses that the certificate is for (subjectAltName).
///
/// certificate: must not be NULL.
/// index: which, from 0. What is not of 4 or 16 bytes is left out.
/// out_address, out_len: the address in network order, and 4 (IPv4) or 16 (IPv6); must not be
/// NULL. It lives until `certificate` is freed.
///
/// INKOTLS_STATUS_NONE: there are no more.
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

/// Lends the fingerprint: the SHA-256 of the whole certificate.
///
/// certificate: must not be NULL.
/// out_fingerprint, out_len: the hash, and 32; must not be NULL. It lives until `certificate` is
/// freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_certificate_fingerprint(
    certificate: Option<&inkotls_certificate>,
    out_fingerprint: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(certificate, |c| lend(Some(&c.fingerprint), out_fingerprint, out_len))
}

/// Frees the certificate. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_free(certificate: Option<Box<inkotls_certificate>>) {
    free(certificate);
}
