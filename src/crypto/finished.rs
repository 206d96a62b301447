//! Cipher suites that tell the connection that a Finished is computed. rustls has one error for a
//! record that cannot be decrypted and for a Finished that is wrong.

use super::rustls_backend;
use crate::call_context;
use rustls::crypto::tls12::Prf;
use rustls::crypto::tls13::{Hkdf, HkdfExpander, OkmBlock};
use rustls::crypto::{ActiveKeyExchange, CryptoProvider, hmac};
use rustls::{CipherSuiteCommon, Error, SupportedCipherSuite, Tls12CipherSuite, Tls13CipherSuite};

pub fn tell_connections(provider: &mut CryptoProvider) {
    for suite in &mut provider.cipher_suites {
        if let Some(telling) = SUITES.iter().find(|it| it.suite() == suite.suite()) {
            *suite = *telling;
        }
    }
}

struct Telling<T: 'static + ?Sized>(&'static T);

macro_rules! suites {
    ($($kind:ident, $suite:ident: $trait:ident $field:ident, [$($name:ident),*];)*) => {
        static SUITES: &[SupportedCipherSuite] = &[$($({
            const RUSTLS: &$suite = match &rustls_backend::cipher_suite::$name {
                SupportedCipherSuite::$kind(it) => it,
                _ => panic!(),
            };
            static TELLING: Telling<dyn $trait> = Telling(RUSTLS.$field);
            static SUITE: $suite = $suite {
                common: CipherSuiteCommon { ..RUSTLS.common },
                $field: &TELLING,
                ..*RUSTLS
            };
            SupportedCipherSuite::$kind(&SUITE)
        }),*),*];
    };
}

suites! {
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
