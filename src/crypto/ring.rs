//! ring, or aws-lc-rs, which has the same interface as far as it is used here. They run on every processor.

use super::{Aead, AeadNonce, Apart, Hash, finished::cipher_suites};
use rustls::SupportedCipherSuite;
use rustls::crypto::tls13::Hkdf;
use rustls::crypto::{CryptoProvider, SupportedKxGroup};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use std::ffi::CStr;
use std::sync::Arc;

#[cfg(feature = "aws-lc-rs")]
use {aws_lc_rs as backend, rustls::crypto::aws_lc_rs as rustls_backend};
#[cfg(not(feature = "aws-lc-rs"))]
use {ring as backend, rustls::crypto::ring as rustls_backend};

use backend::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use backend::rand::{SecureRandom, SystemRandom};
use rustls_backend::cipher_suite as suites;

pub const NAME: &CStr = if cfg!(feature = "aws-lc-rs") { c"aws-lc-rs" } else { c"ring" };

pub fn runs_here() -> bool {
    true
}

static SUITES: [SupportedCipherSuite; 9] = cipher_suites!();

pub fn rustls() -> CryptoProvider {
    let mut provider = rustls_backend::default_provider();
    provider.key_provider = &Apart; // here, so that the compiler drops the other one
    provider.cipher_suites = SUITES.to_vec();
    #[cfg(ml_kem_of_fips203)]
    provider.kx_groups.insert(0, &super::hybrid::Hybrid(super::ml_kem::fastest));
    provider
}

pub fn private_key(der: &PrivateKeyDer<'_>) -> Result<Arc<dyn SigningKey>, rustls::Error> {
    rustls_backend::sign::any_supported_type(der)
}

pub fn hash(algorithm: Hash, data: &[u8]) -> Vec<u8> {
    let algorithm = match algorithm {
        Hash::Sha256 => &backend::digest::SHA256,
        Hash::Sha384 => &backend::digest::SHA384,
        Hash::Sha512 => &backend::digest::SHA512,
    };
    backend::digest::digest(algorithm, data).as_ref().to_vec()
}

/// HKDF with SHA-256.
pub fn hkdf() -> Option<&'static dyn Hkdf> {
    Some(suites::TLS13_AES_128_GCM_SHA256.tls13()?.hkdf_provider)
}

pub fn fill(bytes: &mut [u8]) -> Option<()> {
    SystemRandom::new().fill(bytes).ok()
}

pub fn x25519() -> &'static dyn SupportedKxGroup {
    rustls_backend::kx_group::X25519
}

#[cfg(feature = "aws-lc-rs")]
pub fn hpke_suites() -> [&'static dyn rustls::crypto::hpke::Hpke; 3] {
    use rustls_backend::hpke;
    [
        hpke::DH_KEM_X25519_HKDF_SHA256_AES_128,
        hpke::DH_KEM_X25519_HKDF_SHA256_AES_256,
        hpke::DH_KEM_X25519_HKDF_SHA256_CHACHA20_POLY1305,
    ]
}

pub fn seal(
    aead: Aead,
    key: &[u8],
    nonce: &AeadNonce,
    aad: &[u8],
    data: &mut Vec<u8>,
) -> Option<()> {
    let algorithm = match aead {
        Aead::Aes256Gcm => &aead::AES_256_GCM,
        #[cfg(not(feature = "aws-lc-rs"))]
        Aead::Aes128Gcm => &aead::AES_128_GCM,
        #[cfg(not(feature = "aws-lc-rs"))]
        Aead::ChaCha20Poly1305 => &aead::CHACHA20_POLY1305,
    };
    let nonce = Nonce::assume_unique_for_key(*nonce);
    cipher(algorithm, key)?.seal_in_place_append_tag(nonce, Aad::from(aad), data).ok()
}

pub fn open<'a>(key: &[u8; 32], aad: &[u8], data: &'a mut [u8]) -> Option<&'a [u8]> {
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    let key = cipher(&aead::AES_256_GCM, key)?;
    key.open_in_place(nonce, Aad::from(aad), data).ok().map(|it| &*it)
}

fn cipher(algorithm: &'static aead::Algorithm, key: &[u8]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?))
}
