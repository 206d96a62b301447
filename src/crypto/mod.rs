//! The cryptography that rustls is given: the one place that knows where it comes from.
#![forbid(unsafe_code)]

mod finished;
#[cfg(provider_graviola)]
mod graviola;
#[cfg(not(feature = "aws-lc-rs"))]
mod hpke;
#[cfg(any(ml_kem_of_fips203, ml_kem_of_graviola))]
mod hybrid;
#[cfg(any(ml_kem_of_fips203, ml_kem_of_graviola))]
mod ml_kem;
#[cfg(provider_ring)]
mod ring;
mod tickets;
#[cfg(ml_kem_of_graviola)]
mod x25519;

pub use tickets::{TICKET_LIFETIME, TicketKeys, Tickets};

use crate::error::{Error, Status};
use crate::text;
use rustls::crypto::hpke::{Hpke, HpkePublicKey};
use rustls::crypto::tls13::Hkdf;
use rustls::crypto::{CryptoProvider, KeyProvider, SupportedKxGroup};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use rustls::{Error as Tls, NamedGroup};
use std::ffi::CStr;
use std::sync::Arc;

/// A library of cryptography. Each is a module here, and all have the same functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    #[cfg(provider_graviola)]
    Graviola,
    #[cfg(provider_ring)]
    Ring,
}

/// Those that are built in, the preferred one first; the last one runs wherever one of them does.
const PROVIDERS: &[Provider] = &[
    #[cfg(provider_graviola)]
    Provider::Graviola,
    #[cfg(provider_ring)]
    Provider::Ring,
];

/// What is in the module of a provider. A match links what is called alone; a trait would have a client link
/// what servers call, too.
macro_rules! of {
    ($provider:expr, $($item:tt)*) => {
        match $provider {
            #[cfg(provider_graviola)]
            Provider::Graviola => graviola::$($item)*,
            #[cfg(provider_ring)]
            Provider::Ring => ring::$($item)*,
        }
    };
}

const CLASSICAL: [NamedGroup; 3] =
    [NamedGroup::X25519, NamedGroup::secp256r1, NamedGroup::secp384r1];

impl Provider {
    /// The preferred one of those that this processor runs.
    pub fn preferred() -> Result<Self, Error> {
        let runs_here = |it: &&Self| of!(it, runs_here());
        PROVIDERS.iter().find(runs_here).copied().ok_or_else(|| {
            let text =
                format!("{}, and no other crypto provider is built in", PROVIDERS[0].lacks());
            Error::new(Status::Unsupported, text)
        })
    }

    pub fn named(name: &[u8]) -> Result<Self, Error> {
        let unsupported = |text| Error::new(Status::Unsupported, text);
        let provider =
            *PROVIDERS.iter().find(|it| it.name().to_bytes() == name).ok_or_else(|| {
                let names: Vec<_> =
                    PROVIDERS.iter().map(|it| it.name().to_string_lossy()).collect();
                unsupported(format!(
                    "no crypto provider {} is built in, but {}",
                    text::quoted(&String::from_utf8_lossy(name)),
                    names.join(" and ")
                ))
            })?;
        match of!(provider, runs_here()) {
            true => Ok(provider),
            false => Err(unsupported(provider.lacks())),
        }
    }

    fn lacks(self) -> String {
        let name = self.name().to_string_lossy();
        format!("this processor lacks what the crypto provider {name} requires")
    }

    pub fn name(self) -> &'static CStr {
        of!(self, NAME)
    }

    /// Everything there is, in the order of preference of a host that sets nothing, which is the same with every
    /// provider.
    pub fn rustls(self) -> CryptoProvider {
        let mut provider = of!(self, rustls());
        // What one has and another has not is not part of the library.
        provider.kx_groups.retain(|group| match group.name() {
            NamedGroup::X25519MLKEM768 => cfg!(feature = "post-quantum"),
            other => CLASSICAL.contains(&other),
        });
        provider
    }

    /// A private key that signs. The last provider decides what is loaded, so that a key is accepted on all
    /// processors or on none.
    pub fn private_key(self, der: &PrivateKeyDer<'_>) -> Result<Arc<dyn SigningKey>, Tls> {
        let load = |provider| of!(provider, private_key(der));
        let last = PROVIDERS[PROVIDERS.len() - 1];
        let key = load(last)?;
        if self == last { Ok(key) } else { Ok(load(self).unwrap_or(key)) }
    }

    fn hkdf_sha256(self) -> Option<&'static dyn Hkdf> {
        of!(self, hkdf())
    }

    fn fill(self, bytes: &mut [u8]) -> Option<()> {
        of!(self, fill(bytes))
    }

    fn x25519(self) -> &'static dyn SupportedKxGroup {
        of!(self, x25519())
    }

    /// Encrypts, and appends the tag. Nothing else may be encrypted with the same key and nonce.
    fn seal(
        self,
        aead: Aead,
        key: &[u8],
        nonce: &AeadNonce,
        aad: &[u8],
        data: &mut Vec<u8>,
    ) -> Option<()> {
        of!(self, seal(aead, key, nonce, aad, data))
    }

    /// Decrypts what was encrypted with AES-256-GCM and the nonce 0.
    fn open<'a>(self, key: &[u8; 32], aad: &[u8], data: &'a mut [u8]) -> Option<&'a [u8]> {
        of!(self, open(key, aad, data))
    }
}

/// The numbers in a provider, which are the same in all.
pub fn any() -> CryptoProvider {
    PROVIDERS[0].rustls()
}

/// The HPKE suites of Encrypted ClientHello: DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256 with each
/// AEAD, first the suite that RFC 9849 requires (section 9).
pub fn hpke_suites() -> [&'static dyn Hpke; 3] {
    #[cfg(feature = "aws-lc-rs")]
    return ring::hpke_suites();
    #[cfg(not(feature = "aws-lc-rs"))]
    hpke::SUITES.each_ref().map(|it| it as &dyn Hpke)
}

/// A key of these suites that nobody has the private key of.
pub fn hpke_placeholder() -> Result<HpkePublicKey, Error> {
    Ok(HpkePublicKey(Provider::preferred()?.x25519().start()?.pub_key().to_vec()))
}

#[derive(Clone, Copy, Debug)]
pub enum Aead {
    Aes256Gcm,
    #[cfg(not(feature = "aws-lc-rs"))]
    Aes128Gcm,
    #[cfg(not(feature = "aws-lc-rs"))]
    ChaCha20Poly1305,
}

type AeadNonce = [u8; 12];

/// In the provider's place for `private_key`: through the provider, every client would link it.
#[derive(Debug)]
struct Apart;

impl KeyProvider for Apart {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, Tls> {
        Err(Tls::General("keys are loaded with crypto::private_key".into()))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub fn of(self, data: &[u8]) -> Result<Vec<u8>, Error> {
        let provider = Provider::preferred()?;
        Ok(of!(provider, hash(self, data)))
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use rustls::SignatureScheme;
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use std::collections::BTreeSet;

    /// An Ed25519 key, in PKCS#8.
    pub fn private_key() -> Vec<u8> {
        const HEAD: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
        [HEAD, &[7; 32]].concat()
    }

    pub fn each(test: impl Fn(Provider)) {
        let run_here = PROVIDERS.iter().filter(|it| of!(it, runs_here()));
        run_here.for_each(|it| test(*it));
    }

    /// What a host sees of the providers is the same: the order of preference, too.
    #[test]
    fn all_have_the_same_numbers() {
        let any = any();
        each(|it| {
            let one = it.rustls();
            let suites = |it: &CryptoProvider| -> Vec<_> {
                it.cipher_suites.iter().map(|it| it.suite()).collect()
            };
            let groups = |it: &CryptoProvider| -> Vec<_> {
                it.kx_groups.iter().map(|it| it.name()).collect()
            };
            let schemes = |it: &CryptoProvider| -> BTreeSet<u16> {
                let schemes = it.signature_verification_algorithms.supported_schemes();
                schemes.into_iter().map(u16::from).collect()
            };
            let in_chains = |it: &CryptoProvider| -> BTreeSet<_> {
                let all = it.signature_verification_algorithms.all.iter();
                let ids = all.map(|it| (it.public_key_alg_id(), it.signature_alg_id()));
                ids.map(|(key, signature)| (key.to_vec(), signature.to_vec())).collect()
            };
            assert_eq!(suites(&one), suites(&any));
            assert_eq!(suites(&one).len(), 9);
            assert_eq!(groups(&one), groups(&any));
            assert_eq!(schemes(&one), schemes(&any));
            assert_eq!(in_chains(&one), in_chains(&any));
        });
    }

    /// The answers of FIPS 180-4 for "abc".
    #[test]
    fn all_hash_alike() {
        each(|it| {
            for (algorithm, begins) in [
                (Hash::Sha256, [0xba, 0x78, 0x16, 0xbf]),
                (Hash::Sha384, [0xcb, 0x00, 0x75, 0x3f]),
                (Hash::Sha512, [0xdd, 0xaf, 0x35, 0xa1]),
            ] {
                assert_eq!(of!(it, hash(algorithm, b"abc"))[..4], begins);
            }
        });
    }

    #[test]
    fn all_have_the_same_keys() {
        let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(private_key()));
        let keys: Vec<_> = PROVIDERS.iter().filter_map(|it| it.private_key(&der).ok()).collect();
        for key in &keys {
            assert_eq!(key.public_key(), keys[0].public_key());
            let signer = key.choose_scheme(&[SignatureScheme::ED25519]).unwrap();
            let first = keys[0].choose_scheme(&[SignatureScheme::ED25519]).unwrap();
            assert_eq!(signer.sign(b"abc").unwrap(), first.sign(b"abc").unwrap());
        }
    }

    #[test]
    fn random_bytes_differ() {
        each(|it| {
            let [mut one, mut other] = [[0; 32]; 2];
            it.fill(&mut one).unwrap();
            it.fill(&mut other).unwrap();
            assert!(one != other && one != [0; 32]);
        });
    }
}
