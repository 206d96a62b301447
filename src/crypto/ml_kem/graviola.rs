//! With vectors, its arithmetic proved (s2n-bignum), for processors with these extensions alone.

use super::super::x25519::X25519;
use super::{CIPHERTEXT, INVALID, KEY, Key, MlKem, Secret};
use graviola::key_agreement::mlkem768::{DecapKey, EncapKey};
use rustls::Error;
use rustls::crypto::SupportedKxGroup;

#[derive(Debug)]
pub struct Graviola;

impl MlKem for Graviola {
    fn x25519(&self) -> &'static dyn SupportedKxGroup {
        &X25519
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
