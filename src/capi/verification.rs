//! inkotls_verification: a peer that a callback verifies.

use super::calls::lend;
use super::inkotls_verdict;
use crate::error::Status;
use crate::ffi::{Handle, Opaque, ask, enter, output};
use crate::setup::Verification;
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// An inkotls_verification is a peer that is being verified: what the peer presented, and the
/// standard verification.
///
/// The library passes the inkotls_verification to an inkotls_verify_callback. An
/// inkotls_verification is valid until the callback returns. Until then another thread may use the
/// inkotls_verification, one thread at a time, while the callback waits for that thread.
pub struct inkotls_verification(Opaque);

impl Handle for inkotls_verification {
    type State = Verification;
}

/// Runs the standard verification of the peer, which the library runs when there is no
/// inkotls_verify_callback.
///
/// The standard verification checks the certificates of the peer against the roots and the CRLs of
/// the config, the server name, and the time. On macOS, Windows and Android the call may block,
/// because the operating system may verify the peer.
///
/// Returns INKOTLS_VERDICT_ACCEPTED if the peer is accepted, an inkotls_certificate_error if the
/// peer is refused (INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER if the config has no roots), or a
/// negative status. If the inkotls_verify_callback returns the same inkotls_certificate_error, the
/// connection keeps the error message of the standard verification.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_verification_verify(
    verification: Option<&mut inkotls_verification>,
) -> i32 {
    let mut fault = None;
    let status = enter(verification, |v| {
        fault = v.verify();
        Ok(())
    });
    match status {
        Status::Ok => fault.map_or(inkotls_verdict::Accepted as i32, |it| it as i32),
        failure => failure as i32,
    }
}

/// Reads one of the certificates that the peer presented, in the order in which the peer sent them.
///
/// inkotls_certificate_new parses the certificate. If the peer presented a raw public key (RFC
/// 7250), the entry with index 0 is its SubjectPublicKeyInfo.
///
/// index     The index of the certificate in the order in which the peer sent the certificates. The
///           peer's own certificate has the index 0, and the certificates of its issuers follow.
/// out_der   Receives a pointer to the certificate in DER (RFC 5280). Valid until the
///           inkotls_verify_callback returns.
/// out_len   Receives the length of the certificate in bytes.
///
/// NONE   The peer presented no certificate with this index.
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

/// Reads the name that the server must prove with its certificate: the server_name of
/// inkotls_conn_new_client, a DNS name or an IP address.
///
/// If the server refuses Encrypted ClientHello, the name is the public name of the ECH config
/// (inkotls_conn_ech_public_name). A verifier must compare the certificate with this name, not with
/// a name that it knows from elsewhere.
///
/// out_name   Receives a pointer to the name, not NUL-terminated. Valid until the
///            inkotls_verify_callback returns.
/// out_len    Receives the length of the name in bytes.
///
/// NONE   The peer is a client, which has no server name.
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

/// Reads the OCSP response (RFC 6960) that the server stapled to its certificate.
///
/// The library does not verify the response.
///
/// out_data   Receives a pointer to the OCSPResponse in DER. Valid until the
///            inkotls_verify_callback returns.
/// out_len    Receives the length of the OCSPResponse in bytes.
///
/// NONE   The peer has stapled no OCSP response.
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

/// Reads the time at which the certificate of the peer must be valid.
///
/// out_seconds   Receives the time in seconds since 1970-01-01 00:00:00 UTC.
///
/// NONE   The time is not known (inkotls_clock_callback).
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_verification_time(
    verification: Option<&inkotls_verification>,
    out_seconds: Option<&mut MaybeUninit<i64>>,
) -> Status {
    ask(verification, |v| {
        let out_seconds = output(out_seconds)?;
        Ok(v.now.map(|now| _ = out_seconds.write(now.as_secs() as i64)))
    })
}
