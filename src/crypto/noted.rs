//! The provider's cryptography, with a note to the connection where rustls has one error for two
//! reasons: a signature that is wrong, or whose key has a size that is not supported; a record that
//! cannot be decrypted, or a Finished that is wrong.

use super::{rustls_backend, webpki_backend};
use crate::call_context;
use crate::der;
use rustls::crypto::tls12::Prf;
use rustls::crypto::tls13::{Hkdf, HkdfExpander, OkmBlock};
use rustls::crypto::{ActiveKeyExchange, CryptoProvider, WebPkiSupportedAlgorithms, hmac};
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};
use rustls::{
    CipherSuiteCommon, Error, SignatureScheme, SupportedCipherSuite, Tls12CipherSuite,
    Tls13CipherSuite,
};
use std::sync::OnceLock;

pub fn note(provider: &mut CryptoProvider) {
    for suite in &mut provider.cipher_suites {
        if let Some(noted) = SUITES.iter().find(|it| it.suite() == suite.suite()) {
            *suite = *noted;
        }
    }
    static ALL: OnceLock<[Algorithm; 32]> = OnceLock::new();
    static MAPPING: OnceLock<[(SignatureScheme, &[Algorithm]); 16]> = OnceLock::new();
    let WebPkiSupportedAlgorithms { all, mapping } = provider.signature_verification_algorithms;
    let all: Vec<_> = all.iter().map(|it| measured(*it).map_or(*it, |[one]| *one)).collect();
    let mapping: Vec<_> = mapping
        .iter()
        .map(|(scheme, list)| match list {
            [one] => (*scheme, measured(*one).map_or(*list, |it| it)),
            _ => (*scheme, *list),
        })
        .collect();
    provider.signature_verification_algorithms =
        WebPkiSupportedAlgorithms { all: kept(&ALL, &all), mapping: kept(&MAPPING, &mapping) };
}

/// A list that lives as long as the program, and is not on the heap.
fn kept<T: Copy, const MAX: usize>(room: &'static OnceLock<[T; MAX]>, list: &[T]) -> &'static [T] {
    let last = list.len() - 1;
    &room.get_or_init(|| std::array::from_fn(|at| list[at.min(last)]))[..=last]
}

// The Finished.

struct Noted<T: 'static + ?Sized>(&'static T);

macro_rules! noted {
    ($($kind:ident, $suite:ident: $trait:ident $field:ident, [$($name:ident),*];)*) => {
        static SUITES: &[SupportedCipherSuite] = &[$($({
            const THEIRS: &$suite = match &rustls_backend::cipher_suite::$name {
                SupportedCipherSuite::$kind(it) => it,
                _ => panic!(),
            };
            static NOTED: Noted<dyn $trait> = Noted(THEIRS.$field);
            static SUITE: $suite = $suite {
                common: CipherSuiteCommon { ..THEIRS.common },
                $field: &NOTED,
                ..*THEIRS
            };
            SupportedCipherSuite::$kind(&SUITE)
        }),*),*];
    };
}

noted! {
    Tls13, Tls13CipherSuite: Hkdf hkdf_provider, [
        TLS13_AES_128_GCM_SHA256,
        TLS13_AES_256_GCM_SHA384,
        TLS13_CHACHA20_POLY1305_SHA256
    ];
    Tls12, Tls12CipherSuite: Prf prf_provider, [
        TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    ];
}

impl Prf for Noted<dyn Prf> {
    fn for_key_exchange(
        &self,
        output: &mut [u8; 48],
        kx: Box<dyn ActiveKeyExchange>,
        peer_pub_key: &[u8],
        label: &[u8],
        seed: &[u8],
    ) -> Result<(), Error> {
        self.0.for_key_exchange(output, kx, peer_pub_key, label, seed)
    }

    fn for_secret(&self, output: &mut [u8], secret: &[u8], label: &[u8], seed: &[u8]) {
        // RFC 5246, section 7.4.9.
        if label.ends_with(b" finished") {
            call_context::tell(|caller| caller.finished = true);
        }
        self.0.for_secret(output, secret, label, seed);
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }
}

impl Hkdf for Noted<dyn Hkdf> {
    fn extract_from_zero_ikm(&self, salt: Option<&[u8]>) -> Box<dyn HkdfExpander> {
        self.0.extract_from_zero_ikm(salt)
    }

    fn extract_from_secret(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        self.0.extract_from_secret(salt, secret)
    }

    fn extract_from_kx_shared_secret(
        &self,
        salt: Option<&[u8]>,
        kx: Box<dyn ActiveKeyExchange>,
        peer_pub_key: &[u8],
    ) -> Result<Box<dyn HkdfExpander>, Error> {
        self.0.extract_from_kx_shared_secret(salt, kx, peer_pub_key)
    }

    fn expander_for_okm(&self, okm: &OkmBlock) -> Box<dyn HkdfExpander> {
        self.0.expander_for_okm(okm)
    }

    /// The Finished, and the binders of a ClientHello (RFC 8446, section 4.4.4).
    fn hmac_sign(&self, key: &OkmBlock, message: &[u8]) -> hmac::Tag {
        call_context::tell(|caller| caller.finished = true);
        self.0.hmac_sign(key, message)
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }
}

// The size of RSA keys.

type Algorithm = &'static dyn SignatureVerificationAlgorithm;

#[derive(Debug)]
struct Measured(Algorithm);

macro_rules! rsa {
    ($($name:ident),*) => {
        static RSA: &[&[Algorithm; 1]] = &[$({
            static MEASURED: Measured = Measured(webpki_backend::$name);
            &[&MEASURED]
        }),*];
    };
}

rsa![
    RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
    RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
    RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS
];

fn measured(algorithm: Algorithm) -> Option<&'static [Algorithm; 1]> {
    RSA.iter().find(|[it]| it.signature_alg_id() == algorithm.signature_alg_id()).copied()
}

impl SignatureVerificationAlgorithm for Measured {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        self.0.verify_signature(public_key, message, signature).inspect_err(|_| {
            if let Some(bits) = bits(public_key).filter(|it| !(2048..=8192).contains(it)) {
                call_context::tell_odd_key(bits);
            }
        })
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.0.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.0.signature_alg_id()
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }
}

/// RFC 8017, appendix A.1.1.
fn bits(public_key: &[u8]) -> Option<usize> {
    let modulus = der::all(der::only(public_key, der::SEQUENCE)?, |it| {
        let modulus = der::integer(it.contents(der::INTEGER)?)?;
        der::integer(it.contents(der::INTEGER)?)?; // the exponent
        Some(modulus)
    })?;
    let modulus = match modulus {
        [0, positive @ ..] => positive,
        [0x80..=0xff, ..] => return None, // negative
        positive => positive,
    };
    Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize)
}
