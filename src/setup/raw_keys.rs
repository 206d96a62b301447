//! Peers that are trusted by their public key, without a certificate (RFC 7250).

use crate::error::{Error, Status, why_unusable};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as Tls, SignatureScheme,
};
use std::sync::Arc;

#[derive(Debug)]
pub struct RawKeys {
    trusted: Vec<SubjectPublicKeyInfoDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl RawKeys {
    pub fn new(
        trusted: &[SubjectPublicKeyInfoDer<'static>],
        provider: &Arc<CryptoProvider>,
    ) -> Self {
        let algorithms = provider.signature_verification_algorithms;
        Self { trusted: trusted.to_vec(), algorithms }
    }

    /// Whether it is a key at all.
    pub fn check(key: &SubjectPublicKeyInfoDer<'_>) -> Result<(), Error> {
        webpki::RawPublicKeyEntity::try_from(key).map(|_| ()).map_err(|error| {
            let why = why_unusable(&error);
            Error::new(Status::InvalidKey, format!("not a SubjectPublicKeyInfo: {why}"))
        })
    }

    fn is_trusted(&self, key: &CertificateDer<'_>) -> Result<(), Tls> {
        match self.trusted.iter().any(|it| it.as_ref() == key.as_ref()) {
            true => Ok(()),
            false => Err(CertificateError::UnknownIssuer.into()),
        }
    }
}

/// rustls's two traits have these methods, and no trait for them.
macro_rules! signed_by_keys {
    () => {
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Tls> {
            Err(Tls::General("raw public keys need TLS 1.3".into()))
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Tls> {
            let key = SubjectPublicKeyInfoDer::from(cert.as_ref());
            verify_tls13_signature_with_raw_key(message, &key, dss, &self.algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.algorithms.supported_schemes()
        }

        fn requires_raw_public_keys(&self) -> bool {
            true
        }
    };
}

impl ServerCertVerifier for RawKeys {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Tls> {
        self.is_trusted(end_entity).map(|()| ServerCertVerified::assertion())
    }

    signed_by_keys!();
}

impl ClientCertVerifier for RawKeys {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Tls> {
        self.is_trusted(end_entity).map(|()| ClientCertVerified::assertion())
    }

    signed_by_keys!();
}
