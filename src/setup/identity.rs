//! A certificate chain and its private key, or a key alone (RFC 7250).

use super::encoding::check_der;
use super::pem;
use super::signer::HostSigner;
use crate::certificate::server_end_point;
use crate::crypto::Provider;
use crate::error::{Error, Status, why_unusable};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{Error as Tls, InconsistentKeys, SignatureScheme};
use std::sync::Arc;
use webpki::EndEntityCert;
use zeroize::Zeroizing;

#[derive(Default)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Option<Key>,
    staple: Vec<u8>,
    is_raw: bool,
    /// SubjectPublicKeyInfo of the key.
    public_key: Option<Vec<u8>>,
}

#[derive(Clone)]
enum Key {
    Own(Arc<dyn SigningKey>),
    /// The key of whatever certificate is the first.
    Host(HostSigner),
}

/// What a config keeps of an identity: rustls's credential, and what rustls does not know of it.
#[derive(Clone, Debug)]
pub struct Credential {
    pub certified: Arc<CertifiedKey>,
    /// tls-server-end-point of its certificate.
    pub channel_binding: Arc<[u8]>,
    /// It presents the raw public key instead of a chain.
    pub is_raw: bool,
    /// The host signs, which may block.
    pub may_block: bool,
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
        check_der(data, "certificate", Status::InvalidCertificate)?;
        let mut chain = self.chain.clone();
        chain.push(CertificateDer::from(data.to_vec()));
        self.set_chain(chain)
    }

    pub fn set_key_pem(&mut self, data: &[u8]) -> Result<(), Error> {
        self.set_key(pem::private_key(data)?)
    }

    pub fn set_key_pem_file(&mut self, path: &str) -> Result<(), Error> {
        pem::with_file(path, |data| self.set_key_pem(data))
    }

    pub fn set_key_der(&mut self, data: &[u8]) -> Result<(), Error> {
        check_der(data, "private key", Status::InvalidKey)?;
        let key = PrivateKeyDer::try_from(data).map_err(|_| {
            let text = "the input is not a private key in DER (PKCS#8, PKCS#1 or SEC1)";
            Error::new(Status::InvalidKey, text)
        })?;
        self.set_key(key.clone_key())
    }

    /// Staples an OCSP response (RFC 6960) to the chain; none if it is empty.
    pub fn set_staple(&mut self, response: &[u8]) {
        self.staple = response.to_vec();
    }

    /// Presents the raw public key instead of the chain.
    pub fn use_raw_public_key(&mut self) -> Result<(), Error> {
        self.key()?;
        self.is_raw = true;
        Ok(())
    }

    pub fn public_key(&self) -> Option<&[u8]> {
        self.public_key.as_deref()
    }

    pub fn credential(&self) -> Result<Credential, Error> {
        let key = self.signing_key()?;
        let chain = match (self.is_raw, &self.public_key) {
            (true, Some(public_key)) => vec![public_key.clone().into()],
            _ => self.chain.clone(),
        };
        if chain.is_empty() {
            return Err(no_certificate());
        }
        let channel_binding = server_end_point(&chain[0]).into();
        let mut certified = CertifiedKey::new(chain, key);
        certified.ocsp = Some(self.staple.clone()).filter(|it| !it.is_empty());
        let may_block = matches!(&self.key, Some(Key::Host(signer)) if signer.may_block);
        Ok(Credential {
            certified: Arc::new(certified),
            channel_binding,
            is_raw: self.is_raw,
            may_block,
        })
    }

    fn key(&self) -> Result<&Key, Error> {
        self.key
            .as_ref()
            .ok_or_else(|| Error::new(Status::InvalidKey, "the identity has no private key"))
    }

    fn signing_key(&self) -> Result<Arc<dyn SigningKey>, Error> {
        match self.key()? {
            Key::Own(key) => Ok(key.clone()),
            Key::Host(signer) => Ok(signer.key(self.chain.first().ok_or_else(no_certificate)?)),
        }
    }

    fn set_chain(&mut self, chain: Vec<CertificateDer<'static>>) -> Result<(), Error> {
        for (index, certificate) in chain.iter().enumerate() {
            EndEntityCert::try_from(certificate).map_err(|error| {
                let why = why_unusable(&error);
                let text = format!("certificate {} of the chain: {why}", index + 1);
                Error::new(Status::InvalidCertificate, text)
            })?;
        }
        check_match(&chain, self.key.as_ref())?;
        self.chain = chain;
        self.update_public_key();
        Ok(())
    }

    /// `der` wipes itself.
    fn set_key(&mut self, der: PrivateKeyDer<'static>) -> Result<(), Error> {
        let der = Zeroizing::new(der);
        let key = Provider::preferred()?
            .private_key(&der)
            .map_err(|error| unsupported(&Error::from(error).text))?;
        if key.choose_scheme(&SCHEMES).is_none() {
            return Err(unsupported("the key is of another kind"));
        }
        self.replace_key(Key::Own(key))
    }

    /// Has the host sign, instead of a key of the identity's own.
    pub fn set_signer(&mut self, signer: HostSigner) -> Result<(), Error> {
        self.replace_key(Key::Host(signer))
    }

    fn replace_key(&mut self, key: Key) -> Result<(), Error> {
        check_match(&self.chain, Some(&key))?;
        self.key = Some(key);
        self.update_public_key();
        Ok(())
    }

    fn update_public_key(&mut self) {
        let key = self.signing_key().ok();
        self.public_key = key.and_then(|it| Some(it.public_key()?.to_vec()));
    }
}

/// The schemes of the keys that are supported: each of those keys signs with one of them.
const SCHEMES: [SignatureScheme; 4] = [
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::ECDSA_NISTP256_SHA256,
    SignatureScheme::ECDSA_NISTP384_SHA384,
    SignatureScheme::ED25519,
];

fn no_certificate() -> Error {
    Error::new(Status::InvalidCertificate, "the identity has no certificate")
}

fn unsupported(why: &str) -> Error {
    let text = "only RSA (2048 to 4096 bits, or 8192 with aws-lc-rs and graviola), ECDSA (P-256, \
                P-384) and Ed25519 keys are supported";
    Error::new(Status::InvalidKey, format!("{text}: {why}"))
}

/// Refuses whichever of the two comes second if they do not belong together.
fn check_match(chain: &[CertificateDer<'static>], key: Option<&Key>) -> Result<(), Error> {
    let (leaf, key) = match (chain.first(), key) {
        (Some(leaf), Some(Key::Own(key))) => (leaf, key),
        (Some(leaf), Some(Key::Host(signer))) => return signer.check_match(leaf),
        _ => return Ok(()),
    };
    let is_of_another = |it: &CertificateDer<'static>| {
        let belong = CertifiedKey::new(vec![it.clone()], key.clone()).keys_match();
        !matches!(belong, Ok(()) | Err(Tls::InconsistentKeys(InconsistentKeys::Unknown)))
    };
    if !is_of_another(leaf) {
        return Ok(());
    }
    let mut text =
        String::from("the private key does not belong to the first certificate of the chain");
    if let Some(index) = chain.iter().position(|it| !is_of_another(it)) {
        text += &format!(", but to certificate {}, which must be the first", index + 1);
    }
    Err(Error::new(Status::KeyMismatch, text))
}
