//! graviola: Rust and assembly alone, most of it proved (s2n-bignum), for processors with certain extensions.

mod sign;

pub use sign::private_key;

use super::{Aead, AeadNonce, Apart, Hash, finished::cipher_suites, hybrid, ml_kem, x25519};
use graviola::aead::AesGcm;
#[cfg(not(feature = "aws-lc-rs"))]
use graviola::aead::ChaCha20Poly1305;
use graviola::hashing::{self, Hash as _};
use graviola::signing::rsa;
use rustls::SupportedCipherSuite;
use rustls::crypto::tls13::Hkdf;
use rustls::crypto::{
    CryptoProvider, GetRandomFailed, SecureRandom, SupportedKxGroup, WebPkiSupportedAlgorithms,
};
use rustls::pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use rustls_graviola::{kx, suites};
use std::ffi::CStr;
use std::sync::LazyLock;

pub const NAME: &CStr = c"graviola";

/// Where this is false, graviola panics.
pub fn runs_here() -> bool {
    graviola::util::is_cpu_supported()
}

static SUITES: [SupportedCipherSuite; 9] = cipher_suites!();

pub fn rustls() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: SUITES.to_vec(),
        kx_groups: vec![
            &hybrid::Hybrid(|| &ml_kem::Graviola),
            &x25519::X25519,
            &kx::P256,
            &kx::P384,
        ],
        signature_verification_algorithms: *VERIFIERS,
        secure_random: &Random,
        key_provider: &Apart,
    }
}

#[derive(Debug)]
struct Random;

impl SecureRandom for Random {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        graviola::random::fill(bytes).map_err(|_| GetRandomFailed)
    }
}

/// In chains, the algorithms that ring has.
static VERIFIERS: LazyLock<WebPkiSupportedAlgorithms> = LazyLock::new(|| {
    let theirs = rustls_graviola::default_provider().signature_verification_algorithms;
    let all = theirs.all.iter().filter(|it| it.signature_alg_id() != alg_id::ECDSA_SHA512);
    let all: Vec<_> = all.copied().chain(WITHOUT_PARAMETERS).collect();
    WebPkiSupportedAlgorithms { all: all.leak(), ..theirs }
});

/// RSA with PKCS #1 v1.5 in an AlgorithmIdentifier that lacks its NULL: RFC 4055, section 5, requires that it is
/// accepted.
#[derive(Debug)]
struct WithoutParameters {
    oid: &'static [u8; 11],
    verify: Verify,
}

type Verify = fn(&rsa::VerifyingKey, &[u8], &[u8]) -> Result<(), graviola::Error>;

static WITHOUT_PARAMETERS: [&dyn SignatureVerificationAlgorithm; 3] = [
    &WithoutParameters {
        oid: b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b",
        verify: rsa::VerifyingKey::verify_pkcs1_sha256,
    },
    &WithoutParameters {
        oid: b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c",
        verify: rsa::VerifyingKey::verify_pkcs1_sha384,
    },
    &WithoutParameters {
        oid: b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d",
        verify: rsa::VerifyingKey::verify_pkcs1_sha512,
    },
];

impl SignatureVerificationAlgorithm for WithoutParameters {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        AlgorithmIdentifier::from_slice(self.oid)
    }

    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        rsa::VerifyingKey::from_pkcs1_der(public_key)
            .and_then(|key| (self.verify)(&key, signature, message))
            .map_err(|_| InvalidSignature)
    }
}

pub fn hash(algorithm: Hash, data: &[u8]) -> Vec<u8> {
    match algorithm {
        Hash::Sha256 => hashing::Sha256::hash(data),
        Hash::Sha384 => hashing::Sha384::hash(data),
        Hash::Sha512 => hashing::Sha512::hash(data),
    }
    .as_ref()
    .to_vec()
}

pub fn hkdf() -> Option<&'static dyn Hkdf> {
    Some(suites::TLS13_AES_128_GCM_SHA256.tls13()?.hkdf_provider)
}

pub fn fill(bytes: &mut [u8]) -> Option<()> {
    graviola::random::fill(bytes).ok()
}

pub fn x25519() -> &'static dyn SupportedKxGroup {
    &x25519::X25519
}

pub fn seal(
    aead: Aead,
    key: &[u8],
    nonce: &AeadNonce,
    aad: &[u8],
    data: &mut Vec<u8>,
) -> Option<()> {
    let mut tag = [0; TAG];
    match aead {
        #[cfg(not(feature = "aws-lc-rs"))]
        Aead::ChaCha20Poly1305 => {
            let key = ChaCha20Poly1305::new(key.try_into().ok()?);
            key.encrypt(nonce, aad, data, &mut tag);
        }
        _ => AesGcm::new(key).encrypt(nonce, aad, data, &mut tag),
    }
    data.extend(tag);
    Some(())
}

pub fn open<'a>(key: &[u8; 32], aad: &[u8], data: &'a mut [u8]) -> Option<&'a [u8]> {
    let (data, tag) = data.split_last_chunk_mut::<TAG>()?;
    AesGcm::new(key).decrypt(&[0; 12], aad, data, tag).ok()?;
    Some(data)
}

const TAG: usize = 16;
