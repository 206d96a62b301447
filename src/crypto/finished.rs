//! Cipher suites that tell the connection that a Finished is computed. rustls has one error for a
//! record that cannot be decrypted and for a Finished that is wrong.

use crate::call_context;
pub use rustls::crypto::tls12::Prf;
pub use rustls::crypto::tls13::Hkdf;
use rustls::crypto::tls13::{HkdfExpander, OkmBlock};
use rustls::crypto::{ActiveKeyExchange, hmac};
use rustls::{Error, SignatureScheme};

/// What keys sign in TLS 1.2. rustls-graviola's lists lack Ed25519 (RFC 8422, section 5.1.1).
pub const EC_SCHEMES: &[SignatureScheme] = &[
    SignatureScheme::ED25519,
    SignatureScheme::ECDSA_NISTP384_SHA384,
    SignatureScheme::ECDSA_NISTP256_SHA256,
];
pub const RSA_SCHEMES: &[SignatureScheme] = &[
    SignatureScheme::RSA_PSS_SHA512,
    SignatureScheme::RSA_PSS_SHA384,
    SignatureScheme::RSA_PSS_SHA256,
    SignatureScheme::RSA_PKCS1_SHA512,
    SignatureScheme::RSA_PKCS1_SHA384,
    SignatureScheme::RSA_PKCS1_SHA256,
];

pub struct Telling<T: 'static + ?Sized>(pub &'static T);

/// The cipher suites of a provider's module `suites`, in the order of preference, which is the same
/// with every provider.
macro_rules! cipher_suites {
    () => {{
        use $crate::crypto::finished::{self, telling};
        [
            telling!(Tls13CipherSuite: TLS13_AES_256_GCM_SHA384),
            telling!(Tls13CipherSuite: TLS13_AES_128_GCM_SHA256),
            telling!(Tls13CipherSuite: TLS13_CHACHA20_POLY1305_SHA256),
            telling!(Tls12CipherSuite: TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, EC_SCHEMES),
            telling!(Tls12CipherSuite: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, EC_SCHEMES),
            telling!(Tls12CipherSuite: TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, EC_SCHEMES),
            telling!(Tls12CipherSuite: TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, RSA_SCHEMES),
            telling!(Tls12CipherSuite: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, RSA_SCHEMES),
            telling!(Tls12CipherSuite: TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, RSA_SCHEMES),
        ]
    }};
}

macro_rules! telling {
    (Tls13CipherSuite: $name:ident) => {
        telling!(Tls13(Tls13CipherSuite): $name, hkdf_provider: Hkdf)
    };
    (Tls12CipherSuite: $name:ident, $schemes:ident) => {
        telling!(Tls12(Tls12CipherSuite): $name, prf_provider: Prf, sign: finished::$schemes)
    };
    ($kind:ident($suite:ident): $name:ident, $field:ident: $trait:ident $($more:tt)*) => {{
        const RUSTLS: &rustls::$suite = match &suites::$name {
            SupportedCipherSuite::$kind(it) => it,
            _ => panic!(),
        };
        static TELLING: finished::Telling<dyn finished::$trait> = finished::Telling(RUSTLS.$field);
        static SUITE: rustls::$suite = rustls::$suite {
            common: rustls::CipherSuiteCommon { ..RUSTLS.common },
            $field: &TELLING
            $($more)*,
            ..*RUSTLS
        };
        SupportedCipherSuite::$kind(&SUITE)
    }};
}

pub(super) use {cipher_suites, telling};

impl Prf for Telling<dyn Prf> {
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

impl Hkdf for Telling<dyn Hkdf> {
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
