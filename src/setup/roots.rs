//! What a side trusts: authorities and their revocations, peers' own certificates, or raw public
//! keys.

use super::encoding::check_der;
use super::peers::Peers;
use super::pem;
use super::platform;
use super::raw_keys::RawKeys;
use crate::capi::types::inkotls_revocation;
use crate::crypto::Hash;
use crate::error::{Error, Status, why_unusable};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, SubjectPublicKeyInfoDer};
use rustls::server::VerifierBuilderError;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use std::sync::Arc;
use webpki::EndEntityCert;

/// rustls's two builders have the same methods, and no trait.
macro_rules! with_revocation {
    ($roots:expr, $builder:expr) => {{
        let mut builder = $builder.with_crls($roots.crls.clone());
        if $roots.has(inkotls_revocation::EndEntityOnly) {
            builder = builder.only_check_end_entity_revocation();
        }
        if $roots.has(inkotls_revocation::AllowUnknown) {
            builder = builder.allow_unknown_revocation_status();
        }
        if $roots.has(inkotls_revocation::EnforceExpiry) {
            builder = builder.enforce_revocation_expiration();
        }
        builder
    }};
}

#[derive(Clone, Default)]
pub struct Roots {
    own: Vec<CertificateDer<'static>>,
    platform: bool,
    crls: Vec<CertificateRevocationListDer<'static>>,
    revocation: i32,
    /// Trusted as a peer's own.
    peers: Vec<CertificateDer<'static>>,
    raw_keys: Vec<SubjectPublicKeyInfoDer<'static>>,
}

impl Roots {
    /// What the platform trusts, and nothing else.
    pub fn platform() -> Self {
        Self { platform: true, ..Self::default() }
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
        check_der(data, "certificate", Status::InvalidCertificate)?;
        self.add(vec![CertificateDer::from(data.to_vec())])
    }

    /// All of them, or none when one is bad.
    fn add(&mut self, certificates: Vec<CertificateDer<'static>>) -> Result<(), Error> {
        for (index, certificate) in certificates.iter().enumerate() {
            webpki::anchor_from_trusted_cert(certificate).map_err(|error| {
                let why = why_unusable(&error);
                let text = format!("certificate {} is no trust anchor: {why}", index + 1);
                Error::new(Status::InvalidCertificate, text)
            })?;
        }
        self.own.extend(certificates);
        Ok(())
    }

    pub fn add_peer_certificate_pem(&mut self, data: &[u8]) -> Result<(), Error> {
        self.add_peers(pem::certificates(data)?)
    }

    pub fn add_peer_certificate_pem_file(&mut self, path: &str) -> Result<(), Error> {
        pem::with_file(path, |data| self.add_peer_certificate_pem(data))
    }

    pub fn add_peer_certificate_der(&mut self, data: &[u8]) -> Result<(), Error> {
        check_der(data, "certificate", Status::InvalidCertificate)?;
        self.add_peers(vec![CertificateDer::from(data.to_vec())])
    }

    fn add_peers(&mut self, certificates: Vec<CertificateDer<'static>>) -> Result<(), Error> {
        for (index, certificate) in certificates.iter().enumerate() {
            EndEntityCert::try_from(certificate).map_err(|error| {
                let why = why_unusable(&error);
                let text = format!("certificate {} cannot be used: {why}", index + 1);
                Error::new(Status::InvalidCertificate, text)
            })?;
        }
        self.peers.extend(certificates);
        Ok(())
    }

    pub fn add_crl_pem(&mut self, data: &[u8]) -> Result<(), Error> {
        self.add_crls(pem::crls(data)?)
    }

    pub fn add_crl_pem_file(&mut self, path: &str) -> Result<(), Error> {
        pem::with_file(path, |data| self.add_crl_pem(data))
    }

    pub fn add_crl_der(&mut self, data: &[u8]) -> Result<(), Error> {
        check_der(data, "CRL", Status::InvalidCertificate)?;
        self.add_crls(vec![CertificateRevocationListDer::from(data.to_vec())])
    }

    fn add_crls(&mut self, crls: Vec<CertificateRevocationListDer<'static>>) -> Result<(), Error> {
        for (index, crl) in crls.iter().enumerate() {
            webpki::OwnedCertRevocationList::from_der(crl).map_err(|error| {
                let text = format!("CRL {} cannot be used: {}", index + 1, why_unusable(&error));
                Error::new(Status::InvalidCertificate, text)
            })?;
        }
        self.crls.extend(crls);
        Ok(())
    }

    pub fn set_revocation(&mut self, bits: i32) -> Result<(), Error> {
        if !(0..8).contains(&bits) {
            return Err(Error::argument(format!("{bits} are not bits of inkotls_revocation")));
        }
        self.revocation = bits;
        Ok(())
    }

    pub fn add_raw_public_key(&mut self, data: &[u8]) -> Result<(), Error> {
        check_der(data, "SubjectPublicKeyInfo", Status::InvalidKey)?;
        let key = SubjectPublicKeyInfoDer::from(data.to_vec());
        RawKeys::check(&key)?;
        self.raw_keys.push(key);
        Ok(())
    }

    pub fn server_verifier(
        &self,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        if self.is_raw()? {
            return Ok(Arc::new(RawKeys::new(&self.raw_keys, provider)));
        }
        let standard = self.standard_server_verifier(provider);
        match self.peers.is_empty() {
            true => standard,
            false => Ok(Arc::new(Peers::new(&self.peers, standard, provider)?)),
        }
    }

    fn standard_server_verifier(
        &self,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        match self.platform.then(|| platform::verifier(&self.own, provider)).flatten() {
            Some(verifier) if self.crls.is_empty() => return verifier,
            Some(_) => return Err(unsupported("the platform's own verification takes no CRLs")),
            None => {}
        }
        let anchors = Arc::new(self.anchors()?);
        let builder = WebPkiServerVerifier::builder_with_provider(anchors, provider.clone());
        Ok(with_revocation!(self, builder).build().map_err(refused)?)
    }

    /// Whether verification of a server may block: the platform's own may.
    pub fn may_block(&self) -> bool {
        self.platform && platform::MAY_BLOCK
    }

    pub fn client_verifier(
        &self,
        provider: &Arc<CryptoProvider>,
        is_required: bool,
    ) -> Result<Arc<dyn ClientCertVerifier>, Error> {
        if self.is_raw()? {
            return match is_required {
                true => Ok(Arc::new(RawKeys::new(&self.raw_keys, provider))),
                // rustls refuses a client that does not offer to show one.
                false => {
                    Err(Error::state("raw public keys are required of clients, or not asked for"))
                }
            };
        }
        let standard = self.standard_client_verifier(provider, is_required);
        match self.peers.is_empty() {
            true => standard,
            false => {
                let peers = Peers::new(&self.peers, standard, provider)?;
                Ok(Arc::new(peers.of_clients(is_required)))
            }
        }
    }

    fn standard_client_verifier(
        &self,
        provider: &Arc<CryptoProvider>,
        is_required: bool,
    ) -> Result<Arc<dyn ClientCertVerifier>, Error> {
        let anchors = Arc::new(self.anchors()?);
        let builder = WebPkiClientVerifier::builder_with_provider(anchors, provider.clone());
        let mut builder = with_revocation!(self, builder);
        if !is_required {
            builder = builder.allow_unauthenticated();
        }
        builder.build().map_err(refused)
    }

    /// Roots that were filled alike have the same.
    pub fn fingerprint(&self) -> Vec<u8> {
        let own = self.own.iter().map(|it| (0, it.as_ref()));
        let crls = self.crls.iter().map(|it| (1, it.as_ref()));
        let raw_keys = self.raw_keys.iter().map(|it| (2, it.as_ref()));
        let peers = self.peers.iter().map(|it| (3, it.as_ref()));
        let mut all = self.revocation.to_be_bytes().to_vec();
        all.push(self.platform.into());
        for (kind, der) in own.chain(crls).chain(raw_keys).chain(peers) {
            all.push(kind);
            all.extend(Hash::Sha256.of(der));
        }
        Hash::Sha256.of(&all)
    }

    fn has(&self, bit: inkotls_revocation) -> bool {
        self.revocation & bit as i32 != 0
    }

    fn is_raw(&self) -> Result<bool, Error> {
        let certificates = self.own.len() + self.peers.len() + self.crls.len();
        match self.raw_keys.is_empty() {
            true => Ok(false),
            false if certificates == 0 && !self.platform => Ok(true),
            false => Err(Error::state("roots hold certificates or raw public keys, not both")),
        }
    }

    fn anchors(&self) -> Result<RootCertStore, Error> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(self.own.clone());
        if self.platform {
            store.add_parsable_certificates(platform::certificates()?);
        }
        match (store.is_empty(), self.platform) {
            (false, _) => Ok(store),
            (true, true) => Err(none("the platform has none to offer")),
            (true, false) => Err(none("add certificates to the roots, or the platform's")),
        }
    }
}

fn none(text: &str) -> Error {
    Error::new(Status::NoTrustAnchors, format!("no certificate authority to trust: {text}"))
}

fn unsupported(text: &str) -> Error {
    Error::new(Status::Unsupported, text)
}

fn refused(error: VerifierBuilderError) -> Error {
    Error::new(Status::InvalidCertificate, error.to_string())
}
