//! A certificate chain and its private key.

use super::pem;
use crate::error::{Error, Status};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ParsedCertificate;
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{Error as Tls, InconsistentKeys};
use std::sync::Arc;
use zeroize::Zeroizing;

#[derive(Default)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Option<Arc<dyn SigningKey>>,
}

impl Identity {
    /// Replaces the chain: leaf first, each certificate issued by the next.
    pub fn set_chain_pem(&mut self, data: &[u8]) -> Result<(), Error> {
        self.set_chain(pem::certificates(data)?)
    }

    pub fn set_chain_pem_file(&mut self, path: &str) -> Result<(), Error> {
        pem::with_file(path, |data| self.set_chain_pem(data))
    }

    /// Appends one certificate: the leaf first, then its issuer, and so on.
    pub fn add_chain_der(&mut self, data: &[u8]) -> Result<(), Error> {
        let mut chain = self.chain.clone();
        chain.push(CertificateDer::from(data.to_vec()));
        self.set_chain(chain)
    }

    pub fn set_key_pem(&mut self, data: &[u8]) -> Result<(), Error> {
        self.set_key(&Zeroizing::new(pem::private_key(data)?))
    }

    pub fn set_key_pem_file(&mut self, path: &str) -> Result<(), Error> {
        pem::with_file(path, |data| self.set_key_pem(data))
    }

    pub fn set_key_der(&mut self, data: &[u8]) -> Result<(), Error> {
        let key =
            PrivateKeyDer::try_from(data).map_err(|error| Error::new(Status::InvalidKey, error))?;
        self.set_key(&key)
    }

    /// The pair, for a config.
    pub fn certified_key(&self) -> Result<Arc<CertifiedKey>, Error> {
        let key = self
            .key
            .clone()
            .ok_or_else(|| Error::new(Status::InvalidKey, "the identity has no private key"))?;
        match self.chain.is_empty() {
            true => Err(Error::new(Status::InvalidCertificate, "the identity has no certificate")),
            false => Ok(Arc::new(CertifiedKey::new(self.chain.clone(), key))),
        }
    }

    fn set_chain(&mut self, chain: Vec<CertificateDer<'static>>) -> Result<(), Error> {
        for (index, certificate) in chain.iter().enumerate() {
            ParsedCertificate::try_from(certificate).map_err(|error| {
                let text = format!("certificate {} of the chain: {error}", index + 1);
                Error::new(Status::InvalidCertificate, text)
            })?;
        }
        check_match(&chain, self.key.as_ref())?;
        self.chain = chain;
        Ok(())
    }

    fn set_key(&mut self, der: &PrivateKeyDer<'_>) -> Result<(), Error> {
        let key = any_supported_type(der).map_err(|error| {
            let text = format!(
                "RSA (2048 to 8192 bits), ECDSA (P-256, P-384) and Ed25519 keys are supported: {error}"
            );
            Error::new(Status::InvalidKey, text)
        })?;
        check_match(&self.chain, Some(&key))?;
        self.key = Some(key);
        Ok(())
    }
}

/// Whichever of the two comes second is refused when they do not belong together.
fn check_match(
    chain: &[CertificateDer<'static>],
    key: Option<&Arc<dyn SigningKey>>,
) -> Result<(), Error> {
    let (Some(leaf), Some(key)) = (chain.first(), key) else { return Ok(()) };
    match CertifiedKey::new(vec![leaf.clone()], key.clone()).keys_match() {
        Err(Tls::InconsistentKeys(InconsistentKeys::KeyMismatch)) => Err(Error::new(
            Status::KeyMismatch,
            "the private key does not belong to the first certificate of the chain",
        )),
        Err(Tls::InconsistentKeys(_)) | Ok(()) => Ok(()),
        Err(error) => Err(Error::new(Status::InvalidCertificate, error.to_string())),
    }
}
