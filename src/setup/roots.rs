//! Trust anchors.

use super::{pem, provider};
use crate::error::{Error, Status};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls_platform_verifier::Verifier;
use std::sync::Arc;

#[derive(Clone, Default)]
pub struct Roots {
    own: Vec<CertificateDer<'static>>,
    platform: bool,
}

impl Roots {
    /// What the platform trusts, and nothing else.
    pub fn platform() -> Self {
        Self { own: Vec::new(), platform: true }
    }

    pub fn add_platform(&mut self) {
        self.platform = true;
    }

    pub fn add_pem(&mut self, data: &[u8]) -> Result<(), Error> {
        self.add(pem::certificates(data)?)
    }

    pub fn add_pem_file(&mut self, path: &str) -> Result<(), Error> {
        pem::with_file(path, |data| self.add_pem(data))
    }

    pub fn add_der(&mut self, data: &[u8]) -> Result<(), Error> {
        self.add(vec![CertificateDer::from(data.to_vec())])
    }

    /// All of them, or none when one is bad.
    fn add(&mut self, certificates: Vec<CertificateDer<'static>>) -> Result<(), Error> {
        for (index, certificate) in certificates.iter().enumerate() {
            RootCertStore::empty().add(certificate.clone()).map_err(|error| {
                let text = format!("certificate {} is no trust anchor: {error}", index + 1);
                Error::new(Status::InvalidCertificate, text)
            })?;
        }
        self.own.extend(certificates);
        Ok(())
    }

    pub fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        let own = self.own.clone();
        if self.platform {
            return match Verifier::new_with_extra_roots(own, provider()) {
                Ok(verifier) => Ok(Arc::new(verifier)),
                Err(error) => Err(none(format!("the platform has none to offer: {error}"))),
            };
        }
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(own);
        match WebPkiServerVerifier::builder_with_provider(store.into(), provider()).build() {
            Ok(verifier) => Ok(verifier),
            Err(_) => Err(none("add certificates to the roots, or the platform's".into())),
        }
    }
}

fn none(text: String) -> Error {
    Error::new(Status::NoTrustAnchors, format!("no certificate authority to trust: {text}"))
}
