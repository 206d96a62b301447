//! The provider's cryptography, with a note to the connection where rustls has one error for two
//! reasons: a signature that is wrong, or whose key has a size that is not supported.
#![allow(clippy::result_large_err)] // asn1's: its derives return it by value

use super::webpki_backend;
use crate::scope;
use rustls::SignatureScheme;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};
use std::sync::OnceLock;

pub fn note(provider: &mut CryptoProvider) {
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
                scope::tell_odd_key(bits);
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
#[derive(asn1::Asn1Read)]
struct RsaPublicKey<'a> {
    modulus: asn1::BigUint<'a>,
    _exponent: asn1::BigUint<'a>,
}

fn bits(public_key: &[u8]) -> Option<usize> {
    let key = asn1::parse_single::<RsaPublicKey<'_>>(public_key).ok()?;
    let modulus = key.modulus.as_bytes();
    let first = modulus.iter().position(|byte| *byte != 0)?;
    let zeros = modulus[first].leading_zeros() as usize;
    Some((modulus.len() - first) * 8 - zeros)
}
