//! Verification of the peer by the host, which can have the standard one made.

use super::told::measured;
use crate::error::{CertificateFault, Error, Status};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as Tls, SignatureScheme,
};
use std::fmt;
use std::sync::Arc;

/// The host's answer to what it is shown.
type Decide = dyn Fn(Verification) -> Result<(), Tls> + Send + Sync;

/// What a builder is given.
#[derive(Clone)]
pub struct HostVerification {
    pub decide: Arc<Decide>,
    pub may_block: bool,
}

/// A peer whose certificate is being verified.
pub struct Verification {
    /// As it was sent.
    pub chain: Vec<CertificateDer<'static>>,
    /// Who a server must prove to be.
    pub server_name: Option<String>,
    pub staple: Vec<u8>,
    pub now: UnixTime,
    standard: Standard,
    /// Why the standard verification refused.
    refusal: Option<Tls>,
}

enum Standard {
    Server(Option<Arc<dyn ServerCertVerifier>>, ServerName<'static>),
    Client(Option<Arc<dyn ClientCertVerifier>>),
}

impl Verification {
    fn new(
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        standard: Standard,
    ) -> Self {
        let chain = [end_entity].into_iter().chain(intermediates);
        Self {
            chain: chain.map(|it| it.clone().into_owned()).collect(),
            server_name: None,
            staple: Vec::new(),
            now,
            standard,
            refusal: None,
        }
    }

    /// The standard verification: None where it accepts.
    pub fn verify(&mut self) -> Option<CertificateFault> {
        let [end_entity, intermediates @ ..] = &*self.chain else { return None };
        let verified = match &self.standard {
            Standard::Server(Some(it), name) => it
                .verify_server_cert(end_entity, intermediates, name, &self.staple, self.now)
                .map(|_| ()),
            Standard::Client(Some(it)) => {
                it.verify_client_cert(end_entity, intermediates, self.now).map(|_| ())
            }
            _ => Err(CertificateError::UnknownIssuer.into()),
        };
        self.refusal = verified.err().map(measured);
        self.refusal.as_ref().map(fault)
    }

    /// What the host's answer means: 0, or why it refuses.
    pub fn verdict(self, answer: i32) -> Result<(), Tls> {
        match self.refusal {
            _ if answer == 0 => Ok(()),
            Some(refusal) if fault(&refusal) as i32 == answer => Err(refusal),
            _ => Err(Error::refusal_by_host(answer).into()),
        }
    }
}

fn fault(refusal: &Tls) -> CertificateFault {
    Error::from(refusal.clone()).certificate.unwrap_or(CertificateFault::Other)
}

/// No verifier where there is no one to trust.
pub(super) fn unless_empty<T: ?Sized>(
    standard: Result<Arc<T>, Error>,
) -> Result<Option<Arc<T>>, Error> {
    match standard {
        Err(error) if error.status == Status::NoTrustAnchors => Ok(None),
        standard => standard.map(Some),
    }
}

/// In the place of the `standard` verifier. Signatures of the handshake are verified as ever.
pub struct HostVerifier<T: ?Sized> {
    standard: Option<Arc<T>>,
    algorithms: WebPkiSupportedAlgorithms,
    decide: Arc<Decide>,
    is_required: bool,
}

impl<T: ?Sized> HostVerifier<T> {
    /// The host may know whom to trust without us.
    pub fn new(
        host: &HostVerification,
        standard: Result<Arc<T>, Error>,
        provider: &CryptoProvider,
        is_required: bool,
    ) -> Result<Self, Error> {
        let standard = unless_empty(standard)?;
        let algorithms = provider.signature_verification_algorithms;
        Ok(Self { standard, algorithms, decide: host.decide.clone(), is_required })
    }
}

/// rustls's two traits have these methods, and no trait for them.
macro_rules! signatures_as_ever {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Tls> {
            match &self.standard {
                Some(standard) => standard.verify_tls12_signature(message, cert, dss),
                None => verify_tls12_signature(message, cert, dss, &self.algorithms),
            }
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Tls> {
            match &self.standard {
                Some(standard) => standard.verify_tls13_signature(message, cert, dss),
                None => verify_tls13_signature(message, cert, dss, &self.algorithms),
            }
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            match &self.standard {
                Some(standard) => standard.supported_verify_schemes(),
                None => self.algorithms.supported_schemes(),
            }
        }

        fn requires_raw_public_keys(&self) -> bool {
            self.standard.as_ref().is_some_and(|it| it.requires_raw_public_keys())
        }
    };
}

pub(super) use signatures_as_ever;

impl ServerCertVerifier for HostVerifier<dyn ServerCertVerifier> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        staple: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Tls> {
        let standard = Standard::Server(self.standard.clone(), name.to_owned());
        let verification = Verification {
            server_name: Some(name.to_str().into()),
            staple: staple.to_vec(),
            ..Verification::new(end_entity, intermediates, now, standard)
        };
        (self.decide)(verification).map(|()| ServerCertVerified::assertion())
    }

    signatures_as_ever!();
}

impl ClientCertVerifier for HostVerifier<dyn ClientCertVerifier> {
    fn client_auth_mandatory(&self) -> bool {
        self.is_required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.standard.as_ref().map(|it| it.root_hint_subjects()).unwrap_or_default()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Tls> {
        let standard = Standard::Client(self.standard.clone());
        let verification = Verification::new(end_entity, intermediates, now, standard);
        (self.decide)(verification).map(|()| ClientCertVerified::assertion())
    }

    signatures_as_ever!();
}

impl<T: ?Sized> fmt::Debug for HostVerifier<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostVerifier")
    }
}
