//! Private keys. rustls-graviola can load them, too, but leaves a copy of them in freed memory.

use graviola::Error as Graviola;
use graviola::hashing::{Sha256, Sha384};
use graviola::signing::ecdsa::{Curve, P256, P384, SigningKey as Ecdsa};
use graviola::signing::eddsa::Ed25519SigningKey as Ed25519;
use graviola::signing::rsa::SigningKey as Rsa;
use rustls::pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};
use rustls::sign::{Signer, SigningKey};
use rustls::{Error, SignatureAlgorithm, SignatureScheme};
use std::fmt;
use std::sync::Arc;

pub fn private_key(der: &PrivateKeyDer<'_>) -> Result<Arc<dyn SigningKey>, Error> {
    let key = match der {
        PrivateKeyDer::Pkcs1(der) => Rsa::from_pkcs1_der(der.secret_pkcs1_der()).and_then(rsa),
        PrivateKeyDer::Sec1(der) => {
            let der = der.secret_sec1_der();
            let p256 = Ecdsa::from_sec1_der(der).and_then(p256);
            p256.or_else(|_| Ecdsa::from_sec1_der(der).and_then(p384))
        }
        PrivateKeyDer::Pkcs8(der) => {
            let der = der.secret_pkcs8_der();
            let rsa = Rsa::from_pkcs8_der(der).and_then(rsa);
            rsa.or_else(|_| Ecdsa::from_pkcs8_der(der).and_then(p256))
                .or_else(|_| Ecdsa::from_pkcs8_der(der).and_then(p384))
                .or_else(|_| Ed25519::from_pkcs8_der(der).and_then(ed25519))
        }
        _ => Err(Graviola::WrongLength),
    };
    match key {
        Ok(key) => Ok(Arc::new(key)),
        Err(_) => Err(Error::General("failed to parse private key as RSA, ECDSA, or EdDSA".into())),
    }
}

/// A key of any kind.
#[derive(Clone)]
struct Key {
    algorithm: SignatureAlgorithm,
    /// In the order of preference.
    schemes: &'static [SignatureScheme],
    /// SubjectPublicKeyInfo.
    public_key: Arc<[u8]>,
    sign: Arc<Sign>,
}

type Sign = dyn Fn(SignatureScheme, &[u8]) -> Result<Vec<u8>, Graviola> + Send + Sync;

fn rsa(key: Rsa) -> Result<Key, Graviola> {
    use SignatureScheme as S;
    let len = key.modulus_len_bytes();
    Ok(Key {
        algorithm: SignatureAlgorithm::RSA,
        schemes: &[
            S::RSA_PSS_SHA512,
            S::RSA_PSS_SHA384,
            S::RSA_PSS_SHA256,
            S::RSA_PKCS1_SHA512,
            S::RSA_PKCS1_SHA384,
            S::RSA_PKCS1_SHA256,
        ],
        public_key: key.public_key().to_spki_der(&mut vec![0; len + 64])?.into(),
        sign: Arc::new(move |scheme, message| {
            let mut signature = vec![0; len];
            match scheme {
                S::RSA_PSS_SHA512 => key.sign_pss_sha512(&mut signature, message),
                S::RSA_PSS_SHA384 => key.sign_pss_sha384(&mut signature, message),
                S::RSA_PSS_SHA256 => key.sign_pss_sha256(&mut signature, message),
                S::RSA_PKCS1_SHA512 => key.sign_pkcs1_sha512(&mut signature, message),
                S::RSA_PKCS1_SHA384 => key.sign_pkcs1_sha384(&mut signature, message),
                _ => key.sign_pkcs1_sha256(&mut signature, message),
            }?;
            Ok(signature)
        }),
    })
}

fn p256(key: Ecdsa<P256>) -> Result<Key, Graviola> {
    Ok(Key {
        algorithm: SignatureAlgorithm::ECDSA,
        schemes: &[SignatureScheme::ECDSA_NISTP256_SHA256],
        public_key: ecdsa_public_key(&key)?,
        sign: Arc::new(move |_, message| {
            Ok(key.sign_asn1::<Sha256>(&[message], &mut [0; ECDSA])?.to_vec())
        }),
    })
}

fn p384(key: Ecdsa<P384>) -> Result<Key, Graviola> {
    Ok(Key {
        algorithm: SignatureAlgorithm::ECDSA,
        schemes: &[SignatureScheme::ECDSA_NISTP384_SHA384],
        public_key: ecdsa_public_key(&key)?,
        sign: Arc::new(move |_, message| {
            Ok(key.sign_asn1::<Sha384>(&[message], &mut [0; ECDSA])?.to_vec())
        }),
    })
}

/// Room for a signature or a public key of a P-384 key.
const ECDSA: usize = 128;

fn ecdsa_public_key<C: Curve>(key: &Ecdsa<C>) -> Result<Arc<[u8]>, Graviola> {
    Ok(key.to_spki_der(&mut [0; ECDSA])?.into())
}

fn ed25519(key: Ed25519) -> Result<Key, Graviola> {
    Ok(Key {
        algorithm: SignatureAlgorithm::ED25519,
        schemes: &[SignatureScheme::ED25519],
        public_key: key.public_key().to_spki_der(&mut [0; 64])?.into(),
        sign: Arc::new(move |_, message| Ok(key.sign(message).to_vec())),
    })
}

impl SigningKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = *self.schemes.iter().find(|it| offered.contains(it))?;
        Some(Box::new(SchemeSigner { sign: self.sign.clone(), scheme }))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        Some(self.public_key[..].into())
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
}

/// Signs with the scheme that was chosen.
struct SchemeSigner {
    sign: Arc<Sign>,
    scheme: SignatureScheme,
}

impl Signer for SchemeSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        (self.sign)(self.scheme, message).map_err(|_| Error::General("signing failed".into()))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({:?})", self.schemes)
    }
}

impl fmt::Debug for SchemeSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SchemeSigner({:?})", self.scheme)
    }
}
