//! The verifiers that rustls calls: `trust` or the host's callback accepts the peer, the peer's signature
//! proves that it has the private key, and the connection gets what rustls shows only here.

use super::lifetime::origin;
use super::trust::{PeerIdentity, Trust, check_key};
use super::verification::{HostVerification, Verification};
use crate::call_context;
use crate::certificate::Usage;
use crate::clock::known;
use crate::error::{CertificateFault, Error};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as Tls, ProtocolVersion,
    SignatureScheme,
};
use std::fmt;
use std::sync::Arc;
use webpki::EndEntityCert;

/// What client and server do alike.
struct Verifier {
    trust: Arc<Trust>,
    /// Decides instead of `trust`, and may ask for its verdict.
    host: Option<HostVerification>,
}

impl Verifier {
    /// Verifies who the peer is.
    fn verify(&self, peer: &PeerIdentity<'_>) -> Result<(), Tls> {
        call_context::tell(|caller| {
            caller.staple = peer.staple.to_vec();
            caller.verified = true;
        });
        let verified = match &self.host {
            Some(host) => (host.decide)(Verification::new(peer, self.trust.clone())),
            None => self.trust.verify(peer),
        };
        let path = verified.map_err(refused)?;
        let origin = origin(peer, self.trust.is_of_raw_keys());
        call_context::tell(|caller| {
            caller.origin = origin;
            caller.verified_path = path;
        });
        Ok(())
    }

    /// Verifies that the peer has the private key of what it presented: its signature of the
    /// handshake.
    fn verify_signature(
        &self,
        version: ProtocolVersion,
        message: &[u8],
        end_entity: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Tls> {
        call_context::tell(|caller| caller.peer_signature_scheme = Some(signature.scheme.into()));
        let algorithms = &self.trust.algorithms;
        let is_tls13 = version == ProtocolVersion::TLSv1_3;
        if self.trust.is_of_raw_keys() {
            let key = SubjectPublicKeyInfoDer::from(end_entity.as_ref());
            return match is_tls13 {
                true => verify_tls13_signature_with_raw_key(message, &key, signature, algorithms)
                    .map_err(|error| unproven(error, Some(key))),
                false => Err(Tls::General("raw public keys need TLS 1.3".into())),
            };
        }
        check_key_usage(end_entity).map_err(refused)?;
        let verify = if is_tls13 { verify_tls13_signature } else { verify_tls12_signature };
        verify(message, end_entity, signature, algorithms).map_err(|error| {
            let certificate = EndEntityCert::try_from(end_entity).ok();
            unproven(error, certificate.map(|it| it.subject_public_key_info()))
        })
    }
}

/// A certificate whose key usage forbids it must not sign the handshake: RFC 8446, section 4.4.2.2;
/// RFC 5246, section 7.4.2. webpki does not look.
fn check_key_usage(certificate: &CertificateDer<'_>) -> Result<(), Error> {
    match Usage::read(certificate) {
        Some(usage) if usage.allows_signatures => Ok(()),
        Some(_) => {
            let detail = "key usage without digitalSignature";
            Err(Error::refusal(CertificateFault::WrongPurpose, detail))
        }
        None => Err(webpki::Error::BadDer.into()),
    }
}

/// Why the signature of the handshake is refused. rustls has one error for a wrong signature there,
/// for one in the chain, and for a key of a size that is not supported.
fn unproven(error: Tls, key: Option<SubjectPublicKeyInfoDer<'_>>) -> Tls {
    match error {
        Tls::InvalidCertificate(CertificateError::BadSignature) => {
            let size = key.map_or(Ok(()), |key| check_key(&key));
            let unproven = || Error::refusal(CertificateFault::BadHandshakeSignature, "");
            refused(size.err().unwrap_or_else(unproven))
        }
        Tls::InvalidCertificate(_) => refused(error.into()),
        other => other,
    }
}

/// Tells the connection why the peer is refused. rustls gets the error that has it send the right alert.
fn refused(refusal: Error) -> Tls {
    let Some(fault) = refusal.certificate else { return refusal.into() };
    let error = fault.tls_error().unwrap_or_else(|| refusal.clone().into());
    call_context::tell(|caller| caller.refusal = Some(refusal));
    error
}

/// A client's verifier of servers.
#[derive(Debug)]
pub struct ServerVerifier(Verifier);

impl ServerVerifier {
    pub fn new(trust: Trust, host: Option<HostVerification>) -> Self {
        Self(Verifier { trust: Arc::new(trust), host })
    }
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        staple: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Tls> {
        let (server_name, now) = (Some(name), known(now));
        self.0.verify(&PeerIdentity { end_entity, intermediates, server_name, staple, now })?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Tls> {
        self.0.verify_signature(ProtocolVersion::TLSv1_2, message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Tls> {
        self.0.verify_signature(ProtocolVersion::TLSv1_3, message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.trust.algorithms.supported_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.0.trust.is_of_raw_keys()
    }
}

/// A server's verifier of clients.
#[derive(Debug)]
pub struct ClientVerifier {
    verifier: Verifier,
    is_required: bool,
    issuers: Vec<DistinguishedName>,
}

impl ClientVerifier {
    pub fn new(trust: Trust, host: Option<HostVerification>, is_required: bool) -> Self {
        let issuers = trust.issuers();
        Self { verifier: Verifier { trust: Arc::new(trust), host }, is_required, issuers }
    }
}

impl ClientCertVerifier for ClientVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.is_required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.issuers
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Tls> {
        let (server_name, staple, now) = (None, &[][..], known(now));
        let peer = PeerIdentity { end_entity, intermediates, server_name, staple, now };
        self.verifier.verify(&peer)?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Tls> {
        self.verifier.verify_signature(ProtocolVersion::TLSv1_2, message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Tls> {
        self.verifier.verify_signature(ProtocolVersion::TLSv1_3, message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.trust.algorithms.supported_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        self.verifier.trust.is_of_raw_keys()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier")
    }
}
