//! ML-KEM-768 (FIPS 203) for graviola and for ring, which has none: graviola's where that is built in and
//! the processor has what graviola requires, and fips203's elsewhere.

#[cfg(ml_kem_of_fips203)]
mod fips203;
#[cfg(ml_kem_of_graviola)]
mod graviola;

#[cfg(ml_kem_of_graviola)]
pub use graviola::Graviola;

use rustls::crypto::SupportedKxGroup;
use rustls::{Error, PeerMisbehaved};
use std::fmt::Debug;
use zeroize::Zeroizing;

/// How long keys and ciphertexts are.
pub const KEY: usize = 1184;
pub const CIPHERTEXT: usize = 1088;

pub type Secret = Zeroizing<[u8; 32]>;

pub const INVALID: Error = Error::PeerMisbehaved(PeerMisbehaved::InvalidKeyShare);

pub trait MlKem: Debug + Send + Sync {
    /// The X25519 that stands beside it in the group.
    fn x25519(&self) -> &'static dyn SupportedKxGroup;

    /// A new key, and what the peer encapsulates to.
    fn generate(&self) -> Result<(Box<dyn Key>, [u8; KEY]), Error>;

    /// Refuses a key that has a coefficient of q or more (FIPS 203, section 7.2).
    fn encapsulate(&self, key: &[u8; KEY]) -> Result<(Secret, [u8; CIPHERTEXT]), Error>;
}

pub trait Key: Send + Sync {
    /// A ciphertext that was not made for the key gives a secret that nobody else has, and no error.
    fn decapsulate(self: Box<Self>, ciphertext: &[u8; CIPHERTEXT]) -> Result<Secret, Error>;
}

/// The faster of those that this processor runs.
#[cfg(ml_kem_of_fips203)]
pub fn fastest() -> &'static dyn MlKem {
    #[cfg(ml_kem_of_graviola)]
    if ::graviola::util::is_cpu_supported() {
        return &Graviola;
    }
    &fips203::Fips203
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use sha3::Shake128;
    use sha3::digest::{ExtendableOutput, Update, XofReader};

    const Q: u16 = 3329;

    /// All that this processor runs.
    pub fn each(test: impl Fn(fn() -> &'static dyn MlKem)) {
        #[cfg(ml_kem_of_fips203)]
        test(|| &super::fips203::Fips203);
        #[cfg(ml_kem_of_graviola)]
        if ::graviola::util::is_cpu_supported() {
            test(|| &Graviola);
        }
    }

    /// The accumulated vectors of the final standard, as Go's crypto/mlkem (TestAccumulated) pins
    /// them: keys, ciphertexts and secrets from a SHAKE-128 stream, and what ciphertexts
    /// decapsulate to that were made for no key.
    fn accumulates_to_the_published_hash<K: Key>(
        generate: impl Fn(&[u8; 32], &[u8; 32]) -> (K, [u8; KEY]),
        encapsulate: impl Fn(&[u8; KEY], &[u8; 32]) -> (Secret, [u8; CIPHERTEXT]),
    ) {
        let (runs, hash) = match cfg!(debug_assertions) {
            true => (100, "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415"),
            false => (10_000, "8a518cc63da366322a8e7a818c7a0d63483cb3528d34a4cf42f35d5ad73f22fc"),
        };
        let (mut input, mut output) = (Shake128::default().finalize_xof(), Shake128::default());
        for _ in 0..runs {
            let [d, z, m] = std::array::from_fn(|_| {
                let mut bytes = [0; 32];
                input.read(&mut bytes);
                bytes
            });
            let [(ours, key), (again, _)] = [(); 2].map(|()| generate(&d, &z));
            let (secret, ciphertext) = encapsulate(&key, &m);
            assert_eq!(Box::new(ours).decapsulate(&ciphertext).unwrap(), secret);
            let mut stray = [0; CIPHERTEXT];
            input.read(&mut stray);
            let rejected = Box::new(again).decapsulate(&stray).unwrap();
            for part in [&key[..], &ciphertext, &*secret, &*rejected] {
                output.update(part);
            }
        }
        let mut found = [0; 32];
        output.finalize_xof_into(&mut found);
        assert_eq!(found.map(|byte| format!("{byte:02x}")).concat(), hash);
    }

    #[cfg(ml_kem_of_fips203)]
    #[test]
    fn fips203_has_the_published_answers() {
        use ::fips203::ml_kem_768::{EncapsKey, KG};
        use ::fips203::traits::{Encaps, KeyGen, SerDes};
        accumulates_to_the_published_hash(
            |d, z| {
                let (public, key) = KG::keygen_from_seed(*d, *z);
                (key, public.into_bytes())
            },
            |key, m| {
                let (secret, it) = EncapsKey::try_from_bytes(*key).unwrap().encaps_from_seed(m);
                (secret.into_bytes().into(), it.into_bytes())
            },
        );
    }

    #[cfg(ml_kem_of_graviola)]
    #[test]
    fn graviola_has_the_published_answers() {
        use ::graviola::key_agreement::mlkem768::{DecapKey, EncapKey, Message};
        if !::graviola::util::is_cpu_supported() {
            return eprintln!("not run: this processor lacks what graviola requires");
        }
        accumulates_to_the_published_hash(
            |d, z| {
                let key = DecapKey::keygen_internal(&[*d, *z].concat().try_into().unwrap());
                let public = key.encapsulation_key().as_bytes();
                (key, public)
            },
            |key, m| {
                let key = EncapKey::from_bytes(key).unwrap();
                let (secret, it) = key.encaps_internal(Message(*m));
                (Secret::new(*secret.as_ref()), *it.as_ref())
            },
        );
    }

    /// Every position, and every 12-bit number from q on.
    #[test]
    fn refuses_keys_that_are_not_reduced() {
        let put = |key: &mut [u8; KEY], index: usize, value: u16| {
            let pair = &mut key[index / 2 * 3..][..3];
            match index % 2 {
                0 => (pair[0], pair[1]) = (value as u8, pair[1] & 0xf0 | (value >> 8) as u8),
                _ => (pair[1], pair[2]) = (pair[1] & 0x0f | (value << 4) as u8, (value >> 4) as u8),
            }
        };
        each(|it| {
            let (_, key) = it().generate().unwrap();
            for (index, value) in (0..768).zip((Q..1 << 12).cycle()) {
                let mut key = key;
                put(&mut key, index, value);
                assert_eq!(it().encapsulate(&key).err(), Some(INVALID), "{index}");
                put(&mut key, index, Q - 1);
                it().encapsulate(&key).unwrap();
            }
        });
    }
}
