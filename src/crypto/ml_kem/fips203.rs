//! In safe Rust, for any processor.

use super::{CIPHERTEXT, INVALID, KEY, Key, MlKem, Secret};
use fips203::ml_kem_768::{CipherText, DecapsKey, EncapsKey, KG};
use fips203::traits::{Decaps, Encaps, KeyGen, SerDes};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::Error;
use rustls::crypto::SupportedKxGroup;

#[derive(Debug)]
pub struct Fips203;

impl MlKem for Fips203 {
    fn x25519(&self) -> &'static dyn SupportedKxGroup {
        rustls::crypto::ring::kx_group::X25519
    }

    fn generate(&self) -> Result<(Box<dyn Key>, [u8; KEY]), Error> {
        let (public, key) = KG::keygen_from_seed(*random()?, *random()?);
        Ok((Box::new(key), public.into_bytes()))
    }

    fn encapsulate(&self, key: &[u8; KEY]) -> Result<(Secret, [u8; CIPHERTEXT]), Error> {
        let key = EncapsKey::try_from_bytes(*key).map_err(|_| INVALID)?;
        let (secret, ciphertext) = key.encaps_from_seed(&*random()?);
        Ok((secret.into_bytes().into(), ciphertext.into_bytes()))
    }
}

impl Key for DecapsKey {
    fn decapsulate(self: Box<Self>, ciphertext: &[u8; CIPHERTEXT]) -> Result<Secret, Error> {
        let secret = CipherText::try_from_bytes(*ciphertext).and_then(|it| self.try_decaps(&it));
        secret.map(|it| it.into_bytes().into()).map_err(|text| Error::General(text.into()))
    }
}

fn random() -> Result<Secret, Error> {
    let mut bytes = Secret::default();
    SystemRandom::new().fill(&mut *bytes).map_err(|_| Error::FailedToGetRandomBytes)?;
    Ok(bytes)
}
