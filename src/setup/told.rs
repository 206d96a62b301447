//! What rustls shows only to the verifier, told to the connection; and the key usage, which none of
//! rustls's verifiers looks at.

use crate::call_context::{self, Origin};
use crate::certificate::{Usage, not_after};
use crate::error::{CertificateFault, Error, standing_for};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as Tls, SignatureScheme,
};
use std::sync::Arc;
use webpki::EndEntityCert;

/// A verifier that tells that the certificate is being verified, the OCSP staple, when sessions end
/// that begin with it, what the peer signed with, and why it is refused.
#[derive(Debug)]
pub struct Told<T: ?Sized>(pub Arc<T>);

/// How long sessions are resumed, in seconds, if no certificate ends before.
pub const LONGEST: u64 = 7 * 24 * 60 * 60;

/// The memory of a certificate, beside its bytes.
const CERTIFICATE: usize = 64;

/// What the sessions come from that begin with a certificate that was accepted. An issuer that has
/// expired was not needed for that. A host's verifier may accept an end-entity certificate that has
/// expired or cannot be parsed: then no session is resumed.
fn origin(
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    is_raw_key: bool,
    now: UnixTime,
) -> Origin {
    let now = now.as_secs();
    let issuers = intermediates.iter().filter_map(|it| not_after(it)).filter(|it| *it >= now);
    let own = if is_raw_key { u64::MAX } else { not_after(end_entity).unwrap_or(0) };
    let end = issuers.fold(own.min(now + LONGEST), u64::min);
    let chain = [end_entity].into_iter().chain(intermediates).map(|it| it.len() + CERTIFICATE);
    Origin { end: clamped(end.max(1)), chain: chain.sum::<usize>() as u32 }
}

/// Unix seconds in half the room, which suffices until 2106.
pub fn clamped(seconds: u64) -> u32 {
    seconds.try_into().unwrap_or(u32::MAX)
}

/// rustls's two traits have these methods, and no trait for them.
macro_rules! signatures_told {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Tls> {
            signs(self.requires_raw_public_keys(), cert, dss)?;
            self.0.verify_tls12_signature(message, cert, dss).map_err(not_proven)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Tls> {
            signs(self.requires_raw_public_keys(), cert, dss)?;
            self.0.verify_tls13_signature(message, cert, dss).map_err(not_proven)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.supported_verify_schemes()
        }

        fn requires_raw_public_keys(&self) -> bool {
            self.0.requires_raw_public_keys()
        }
    };
}

/// The peer signs the handshake, if its certificate lets it.
fn signs(
    is_raw_key: bool,
    certificate: &CertificateDer<'_>,
    signed: &DigitallySignedStruct,
) -> Result<(), Tls> {
    call_context::tell(|caller| caller.peer_signature_scheme = Some(signed.scheme.into()));
    if is_raw_key { Ok(()) } else { may_sign(certificate).map_err(refused) }
}

/// A certificate whose key usage forbids it must not sign the handshake: RFC 8446, section
/// 4.4.2.2; RFC 5246, section 7.4.2.
fn may_sign(certificate: &CertificateDer<'_>) -> Result<(), Tls> {
    match Usage::read(certificate) {
        Some(usage) if usage.signs => Ok(()),
        Some(_) => {
            let detail = "key usage without digitalSignature";
            Err(Error::refusal(CertificateFault::WrongPurpose, detail).into())
        }
        None => Err(CertificateError::BadEncoding.into()),
    }
}

impl ServerCertVerifier for Told<dyn ServerCertVerifier> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        staple: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Tls> {
        call_context::tell(|caller| {
            caller.staple = staple.to_vec();
            caller.verified = true;
        });
        let verified = self.0.verify_server_cert(end_entity, intermediates, name, staple, now);
        let origin = || origin(end_entity, intermediates, self.requires_raw_public_keys(), now);
        judged(verified.map_err(|error| detailed(error, end_entity)), origin)
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.0.root_hint_subjects()
    }

    signatures_told!();
}

impl ClientCertVerifier for Told<dyn ClientCertVerifier> {
    fn offer_client_auth(&self) -> bool {
        self.0.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Tls> {
        call_context::tell(|caller| caller.verified = true);
        let verified = self.0.verify_client_cert(end_entity, intermediates, now);
        let origin = || origin(end_entity, intermediates, self.requires_raw_public_keys(), now);
        judged(verified.map_err(|error| detailed(error, end_entity)), origin)
    }

    signatures_told!();
}

/// What the sessions of a peer that was accepted come from is noted; why one is refused, too.
fn judged<V>(verified: Result<V, Tls>, origin: impl FnOnce() -> Origin) -> Result<V, Tls> {
    let verified = verified.map_err(refused)?;
    call_context::tell(|caller| caller.origin = origin());
    Ok(verified)
}

/// Without a trusted issuer, it is good to know that there is no issuer at all.
fn detailed(error: Tls, end_entity: &CertificateDer<'_>) -> Tls {
    let is_unknown = error == CertificateError::UnknownIssuer.into();
    match EndEntityCert::try_from(end_entity) {
        Ok(it) if is_unknown && it.issuer() == it.subject() => {
            Error::refusal(CertificateFault::UnknownIssuer, "it is self-signed").into()
        }
        _ => error,
    }
}

/// The connection is told why, and rustls what makes it send the alert that fits.
fn refused(error: Tls) -> Tls {
    let error = measured(error);
    let refusal = Error::from(error.clone());
    if refusal.certificate.is_none() {
        return error;
    }
    let standing = standing_for(&refusal);
    call_context::tell(|caller| caller.refusal = Some(refusal));
    standing
}

/// As `refused`, where the certificate was accepted and the peer signs the handshake. rustls has
/// one error for a wrong signature there and in the chain.
fn not_proven(error: Tls) -> Tls {
    refused(match measured(error) {
        Tls::InvalidCertificate(CertificateError::BadSignature) => {
            Error::refusal(CertificateFault::BadHandshakeSignature, "").into()
        }
        other => other,
    })
}

/// A signature that could not be verified because the key is of a size that is not supported.
pub fn measured(error: Tls) -> Tls {
    match (&error, call_context::take_odd_key()) {
        (Tls::InvalidCertificate(CertificateError::BadSignature), Some(bits)) => {
            let detail = format!("{bits} bits, where 2048 to 8192 are supported");
            Error::refusal(CertificateFault::UnsupportedKeySize, &detail).into()
        }
        _ => error,
    }
}
