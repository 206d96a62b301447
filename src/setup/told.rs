//! What rustls shows to the verifier only, told to the connection.

use crate::scope;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error as Tls, SignatureScheme};
use std::sync::Arc;

/// A verifier that tells that the certificate is being verified, the OCSP staple, and what the peer
/// signed with.
#[derive(Debug)]
pub struct Told<T: ?Sized>(pub Arc<T>);

/// rustls's two traits have these methods, and no trait for them.
macro_rules! signatures_told {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Tls> {
            scope::tell(|caller| caller.signed_with = Some(dss.scheme.into()));
            self.0.verify_tls12_signature(message, cert, dss)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Tls> {
            scope::tell(|caller| caller.signed_with = Some(dss.scheme.into()));
            self.0.verify_tls13_signature(message, cert, dss)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.supported_verify_schemes()
        }

        fn requires_raw_public_keys(&self) -> bool {
            self.0.requires_raw_public_keys()
        }
    };
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
        scope::tell(|caller| {
            caller.staple = staple.to_vec();
            caller.verified = true;
        });
        self.0.verify_server_cert(end_entity, intermediates, name, staple, now)
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
        scope::tell(|caller| caller.verified = true);
        self.0.verify_client_cert(end_entity, intermediates, now)
    }

    signatures_told!();
}
