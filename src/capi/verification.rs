//! inkotls_verification: a peer that a host's callback verifies.

use super::calls::{lend, tell};
use super::inkotls_certificate_error;
use crate::error::Status;
use crate::ffi::{Handle, Opaque, ask, enter};
use crate::setup::Verification;
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// A peer that is being verified: what it showed, and the standard verification. Lent to an
/// inkotls_verify_callback for the call.
pub struct inkotls_verification(Opaque);

impl Handle for inkotls_verification {
    type State = Verification;
}

/// Verifies the peer as would be done without the callback: against the roots and the CRLs that the
/// builder was given, the name, the time. Returns 0 where it is accepted, or an
/// inkotls_certificate_error; UNKNOWN_ISSUER where there are no roots; or a negative status. A
/// callback that returns the same error hands on its sentence, too.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_verification_verify(
    verification: Option<&mut inkotls_verification>,
) -> i32 {
    let mut fault = None;
    let status = enter(verification, |v| {
        fault = v.verify();
        Ok(())
    });
    fault.map_or(status as i32, |it: inkotls_certificate_error| it as i32)
}

/// Lends one of the certificates that the peer showed, in DER (RFC 5280), in the order in which it
/// sent them; inkotls_certificate_new tells what is in it. Of a raw public key (RFC 7250), number 0
/// is the SubjectPublicKeyInfo.
///
/// verification: must not be NULL.
/// index: which: 0 is the peer's own, the others are of use to verify it.
/// out_der, out_len: the certificate, in bytes; must not be NULL. It lives until the callback
/// returns.
///
/// INKOTLS_STATUS_NONE: there are no more.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_verification_certificate(
    verification: Option<&inkotls_verification>,
    index: usize,
    out_der: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(verification, |v| {
        let certificate = v.chain.get(index);
        lend(certificate.map(AsRef::as_ref), out_der, out_len)
    })
}

/// Lends the name that a server must prove: that which the connection was made with, a DNS name or
/// an IP address.
///
/// verification: must not be NULL.
/// out_name, out_len: the name, in bytes without a NUL; must not be NULL. It lives until the
/// callback returns.
///
/// INKOTLS_STATUS_NONE: the peer is a client.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_verification_server_name(
    verification: Option<&inkotls_verification>,
    out_name: Option<&mut MaybeUninit<*const c_char>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(verification, |v| {
        let name = v.server_name.as_deref();
        lend(name.map(str::as_bytes), out_name, out_len)
    })
}

/// Lends the OCSP response (RFC 6960) that a server stapled to its certificate. It is not verified.
///
/// verification: must not be NULL.
/// out_data, out_len: the OCSPResponse in DER, in bytes; must not be NULL. It lives until the
/// callback returns.
///
/// INKOTLS_STATUS_NONE: there is none.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_verification_ocsp_staple(
    verification: Option<&inkotls_verification>,
    out_data: Option<&mut MaybeUninit<*const u8>>,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    ask(verification, |v| {
        let staple = Some(&*v.staple).filter(|it| !it.is_empty());
        lend(staple, out_data, out_len)
    })
}

/// Tells the time at which the certificate must be valid.
///
/// verification: must not be NULL.
/// out_seconds: since 1970-01-01 00:00 UTC; must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_verification_time(
    verification: Option<&inkotls_verification>,
    out_seconds: Option<&mut MaybeUninit<i64>>,
) -> Status {
    ask(verification, |v| tell(v.now.as_secs().try_into().unwrap_or(i64::MAX), out_seconds))
}
