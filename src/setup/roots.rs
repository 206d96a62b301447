//! What a host has a side trust: authorities and their CRLs, certificates of peers, or raw public keys.

use super::encoding::check_der;
use super::pem;
use super::platform;
use super::trust::{Anchors, Authorities, Revocation, Trust};
use crate::capi::types::inkotls_revocation;
use crate::crypto::Hash;
use crate::error::{Error, Status, why_unusable};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, SubjectPublicKeyInfoDer};
use std::sync::Arc;
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, OwnedCertRevocationList,
    RawPublicKeyEntity, RevocationCheckDepth, UnknownStatusPolicy, anchor_from_trusted_cert,
};

#[derive(Clone, Default)]
pub struct Roots {
    authorities: Vec<CertificateDer<'static>>,
    platform: bool,
    crls: Vec<Crl>,
    revocation: i32,
    /// Certificates of peers, which are trusted without an authority.
    peers: Vec<CertificateDer<'static>>,
    raw_keys: Vec<SubjectPublicKeyInfoDer<'static>>,
}

/// Parsed where it is added, so that a client that adds none links no parser.
#[derive(Clone)]
struct Crl {
    parsed: Arc<CertRevocationList<'static>>,
    hash: Vec<u8>,
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

    /// Adds all of them, or none if one is bad.
    fn add(&mut self, certificates: Vec<CertificateDer<'static>>) -> Result<(), Error> {
        for (index, certificate) in certificates.iter().enumerate() {
            anchor_from_trusted_cert(certificate).map_err(|error| {
                let why = why_unusable(&error);
                let text = format!("certificate {} cannot be a trust anchor: {why}", index + 1);
                Error::new(Status::InvalidCertificate, text)
            })?;
        }
        self.authorities.extend(certificates);
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
        let mut added = Vec::new();
        for (index, crl) in crls.iter().enumerate() {
            let parsed = OwnedCertRevocationList::from_der(crl).map_err(|error| {
                let text = format!("CRL {} cannot be used: {}", index + 1, why_unusable(&error));
                Error::new(Status::InvalidCertificate, text)
            })?;
            added.push(Crl { parsed: Arc::new(parsed.into()), hash: Hash::Sha256.of(crl)? });
        }
        self.crls.extend(added);
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
        RawPublicKeyEntity::try_from(&key).map_err(|error| {
            let why = why_unusable(&error);
            Error::new(Status::InvalidKey, format!("not a SubjectPublicKeyInfo: {why}"))
        })?;
        self.raw_keys.push(key);
        Ok(())
    }

    /// The servers that a client trusts. None are needed if the host verifies, or peers are trusted.
    pub fn servers(&self, provider: &Arc<CryptoProvider>, has_host: bool) -> Result<Trust, Error> {
        self.trust(provider, has_host, || {
            match self.platform.then(|| platform::verifier(&self.authorities, provider)).flatten() {
                Some(verifier) if self.crls.is_empty() => verifier.map(Authorities::Platform),
                Some(_) => Err(unsupported(
                    "the platform's own verification cannot use the CRLs of the roots",
                )),
                None => self.authorities(),
            }
        })
    }

    /// Whether verification of a server may block: the platform's own may.
    pub fn may_block(&self) -> bool {
        self.platform && platform::MAY_BLOCK
    }

    /// The clients that a server trusts.
    pub fn clients(
        &self,
        provider: &Arc<CryptoProvider>,
        has_host: bool,
        is_required: bool,
    ) -> Result<Trust, Error> {
        if self.is_raw()? && !is_required {
            // rustls refuses a client that does not offer to show one.
            return Err(Error::state(
                "raw public keys of clients cannot be optional, only required",
            ));
        }
        self.trust(provider, has_host, || self.authorities())
    }

    fn trust(
        &self,
        provider: &CryptoProvider,
        has_host: bool,
        authorities: impl FnOnce() -> Result<Authorities, Error>,
    ) -> Result<Trust, Error> {
        let algorithms = provider.signature_verification_algorithms;
        if self.is_raw()? {
            return Ok(Trust { anchors: Anchors::RawKeys(self.raw_keys.clone()), algorithms });
        }
        // What the host added is not dropped because what the platform has cannot be read.
        let may_be_none = self.authorities.is_empty() && (has_host || !self.peers.is_empty());
        let authorities = match authorities() {
            Err(error) if error.status == Status::NoTrustAnchors && may_be_none => {
                Authorities::None
            }
            authorities => authorities?,
        };
        let anchors = Anchors::Certificates { peers: self.peers.clone(), authorities };
        Ok(Trust { anchors, algorithms })
    }

    /// A hash that is the same for roots that were filled alike.
    pub fn fingerprint(&self) -> Result<Vec<u8>, Error> {
        let hash = |der: &[u8]| Hash::Sha256.of(der);
        let authorities = self.authorities.iter().map(|it| (0, hash(it)));
        let crls = self.crls.iter().map(|it| (1, Ok(it.hash.clone())));
        let raw_keys = self.raw_keys.iter().map(|it| (2, hash(it)));
        let peers = self.peers.iter().map(|it| (3, hash(it)));
        let mut all = self.revocation.to_be_bytes().to_vec();
        all.push(self.platform.into());
        for (kind, hash) in authorities.chain(crls).chain(raw_keys).chain(peers) {
            all.push(kind);
            all.extend(hash?);
        }
        hash(&all)
    }

    fn has(&self, bit: inkotls_revocation) -> bool {
        self.revocation & bit as i32 != 0
    }

    fn is_raw(&self) -> Result<bool, Error> {
        let certificates = self.authorities.len() + self.peers.len() + self.crls.len();
        match self.raw_keys.is_empty() {
            true => Ok(false),
            false if certificates == 0 && !self.platform => Ok(true),
            false => Err(Error::state("roots hold certificates or raw public keys, not both")),
        }
    }

    fn authorities(&self) -> Result<Authorities, Error> {
        let mut certificates = self.authorities.clone();
        if self.platform {
            certificates.extend(platform::certificates()?);
        }
        // Some certificates of the platform cannot be used.
        let anchors = certificates.iter().filter_map(|it| anchor_from_trusted_cert(it).ok());
        let anchors: Arc<[_]> = anchors.map(|it| it.to_owned()).collect();
        match (anchors.is_empty(), self.platform) {
            (false, _) => Ok(Authorities::Known(anchors, self.revocation())),
            (true, true) => Err(no_trust_anchors("the platform has no certificate authority")),
            (true, false) => {
                Err(no_trust_anchors("add certificates to the roots, or the platform's"))
            }
        }
    }

    fn revocation(&self) -> Revocation {
        use inkotls_revocation::{AllowUnknown, EndEntityOnly, EnforceExpiry};
        Revocation {
            crls: self.crls.iter().map(|it| it.parsed.clone()).collect(),
            depth: match self.has(EndEntityOnly) {
                true => RevocationCheckDepth::EndEntity,
                false => RevocationCheckDepth::Chain,
            },
            unknown: match self.has(AllowUnknown) {
                true => UnknownStatusPolicy::Allow,
                false => UnknownStatusPolicy::Deny,
            },
            expired: match self.has(EnforceExpiry) {
                true => ExpirationPolicy::Enforce,
                false => ExpirationPolicy::Ignore,
            },
        }
    }
}

fn no_trust_anchors(text: &str) -> Error {
    Error::new(Status::NoTrustAnchors, format!("no certificate authority to trust: {text}"))
}

fn unsupported(text: &str) -> Error {
    Error::new(Status::Unsupported, text)
}
