//! With vectors, its arithmetic proved (s2n-bignum), for processors with these extensions alone.

mod x25519;

use super::{CIPHERTEXT, INVALID, KEY, Key, MlKem, Secret};
use graviola::key_agreement::mlkem768::{DecapKey, EncapKey};
use rustls::Error;
use rustls::crypto::SupportedKxGroup;

/// Where this is false, graviola panics.
pub fn is_supported() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("adx")
        && is_x86_feature_detected!("aes")
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("pclmulqdq");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("aes")
        && std::arch::is_aarch64_feature_detected!("neon")
        && std::arch::is_aarch64_feature_detected!("pmull")
        && std::arch::is_aarch64_feature_detected!("sha2");
}

#[derive(Debug)]
pub struct Graviola;

impl MlKem for Graviola {
    fn x25519(&self) -> &'static dyn SupportedKxGroup {
        &x25519::X25519
    }

    fn generate(&self) -> Result<(Box<dyn Key>, [u8; KEY]), Error> {
        let key = DecapKey::generate().map_err(|_| Error::FailedToGetRandomBytes)?;
        let public = key.encapsulation_key().as_bytes();
        Ok((Box::new(key), public))
    }

    fn encapsulate(&self, key: &[u8; KEY]) -> Result<(Secret, [u8; CIPHERTEXT]), Error> {
        let key = EncapKey::from_bytes(key).map_err(|_| INVALID)?;
        let (secret, ciphertext) = key.encaps().map_err(|_| Error::FailedToGetRandomBytes)?;
        Ok((Secret::new(*secret.as_ref()), *ciphertext.as_ref()))
    }
}

impl Key for DecapKey {
    fn decapsulate(self: Box<Self>, ciphertext: &[u8; CIPHERTEXT]) -> Result<Secret, Error> {
        // `decaps` moves the key, and what it was moved from would not be wiped.
        Ok(Secret::new(*self.decaps_internal(&(*ciphertext).into()).as_ref()))
    }
}
