//! The cryptography that rustls is given: the one place that knows where it comes from.
#![forbid(unsafe_code)]

mod finished;
#[cfg(not(feature = "aws-lc-rs"))]
mod hpke;
#[cfg(all(feature = "post-quantum", not(feature = "aws-lc-rs")))]
mod hybrid;
#[cfg(all(feature = "post-quantum", not(feature = "aws-lc-rs")))]
mod ml_kem;
mod tickets;

pub use tickets::TicketKeys;

use rustls::crypto::hpke::{Hpke, HpkePublicKey};
use rustls::crypto::{CryptoProvider, KeyProvider};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use rustls::{Error, NamedGroup};
use std::sync::Arc;

// Two libraries with the same interface, as far as it is used here.
#[cfg(feature = "aws-lc-rs")]
use {aws_lc_rs as backend, rustls::crypto::aws_lc_rs as rustls_backend};
#[cfg(not(feature = "aws-lc-rs"))]
use {ring as backend, rustls::crypto::ring as rustls_backend};

const CLASSICAL: [NamedGroup; 3] =
    [NamedGroup::X25519, NamedGroup::secp256r1, NamedGroup::secp384r1];

/// Everything there is, in the order of preference of a host that sets nothing.
pub fn provider() -> CryptoProvider {
    let mut provider = rustls_backend::default_provider();
    provider.key_provider = &Apart;
    #[cfg(all(feature = "post-quantum", not(feature = "aws-lc-rs")))]
    provider.kx_groups.insert(0, hybrid::X25519MLKEM768);
    // What one of the two has and the other has not is not part of the library.
    provider.kx_groups.retain(|group| match group.name() {
        NamedGroup::X25519MLKEM768 => cfg!(feature = "post-quantum"),
        other => CLASSICAL.contains(&other),
    });
    finished::tell_connections(&mut provider);
    provider
}

/// A private key that signs.
pub fn private_key(der: &PrivateKeyDer<'_>) -> Result<Arc<dyn SigningKey>, Error> {
    rustls_backend::sign::any_supported_type(der)
}

/// The HPKE suites of Encrypted ClientHello: DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256 with each
/// AEAD, first the suite that RFC 9849 requires (section 9).
pub fn hpke_suites() -> [&'static dyn Hpke; 3] {
    #[cfg(feature = "aws-lc-rs")]
    {
        use rustls_backend::hpke;
        [
            hpke::DH_KEM_X25519_HKDF_SHA256_AES_128,
            hpke::DH_KEM_X25519_HKDF_SHA256_AES_256,
            hpke::DH_KEM_X25519_HKDF_SHA256_CHACHA20_POLY1305,
        ]
    }
    #[cfg(not(feature = "aws-lc-rs"))]
    hpke::SUITES.each_ref().map(|it| it as &dyn Hpke)
}

/// A key of these suites that nobody has the private key of.
pub fn hpke_placeholder() -> Result<HpkePublicKey, Error> {
    Ok(HpkePublicKey(rustls_backend::kx_group::X25519.start()?.pub_key().to_vec()))
}

/// In the provider's place for `private_key`: through the provider, every client would link it.
#[derive(Debug)]
struct Apart;

impl KeyProvider for Apart {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Error> {
        Err(Error::General("keys are loaded with crypto::private_key".into()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &backend::digest::SHA256,
            Self::Sha384 => &backend::digest::SHA384,
            Self::Sha512 => &backend::digest::SHA512,
        };
        backend::digest::digest(algorithm, data).as_ref().to_vec()
    }
}

#[cfg(test)]
pub mod tests {
    /// A new Ed25519 key, in PKCS#8.
    pub fn private_key() -> Vec<u8> {
        use super::backend::{rand::SystemRandom, signature::Ed25519KeyPair};
        Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref().to_vec()
    }
}
