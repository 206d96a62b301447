//! X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem), for ring; aws-lc-rs has its own. The secret is safe
//! while either half is: ML-KEM-768 (FIPS 203), which comes first everywhere, or X25519.

use fips203::ml_kem_768::{CT_LEN, CipherText, DecapsKey, EK_LEN, EncapsKey, KG};
use fips203::traits::{Decaps, Encaps, KeyGen, SerDes};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::crypto::ring::kx_group::X25519;
use rustls::crypto::{ActiveKeyExchange, CompletedKeyExchange, SharedSecret, SupportedKxGroup};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, PeerMisbehaved, ProtocolVersion};
use zeroize::Zeroizing;

pub static X25519MLKEM768: &dyn SupportedKxGroup = &Hybrid;

const INVALID: Error = Error::PeerMisbehaved(PeerMisbehaved::InvalidKeyShare);

#[derive(Debug)]
struct Hybrid;

impl SupportedKxGroup for Hybrid {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let x25519 = X25519.start()?;
        let (key, ml_kem) = KG::keygen_from_seed(*random()?, *random()?);
        let share = [&key.into_bytes(), x25519.pub_key()].concat();
        Ok(Box::new(Active { ml_kem, x25519, share }))
    }

    fn start_and_complete(&self, share: &[u8]) -> Result<CompletedKeyExchange, Error> {
        let (key, point) = share.split_first_chunk().ok_or(INVALID)?;
        let x25519 = X25519.start_and_complete(point)?;
        let (secret, ciphertext) = encapsulate(key, &random()?)?;
        Ok(CompletedKeyExchange {
            group: self.name(),
            pub_key: [&ciphertext, &x25519.pub_key[..]].concat(),
            secret: join(&secret, &x25519.secret),
        })
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519MLKEM768
    }

    fn usable_for_version(&self, version: ProtocolVersion) -> bool {
        version == ProtocolVersion::TLSv1_3
    }
}

/// A client that waits for the server's share.
struct Active {
    ml_kem: DecapsKey,
    x25519: Box<dyn ActiveKeyExchange>,
    share: Vec<u8>,
}

impl ActiveKeyExchange for Active {
    fn complete(self: Box<Self>, share: &[u8]) -> Result<SharedSecret, Error> {
        let (ciphertext, point) = share.split_first_chunk().ok_or(INVALID)?;
        let x25519 = self.x25519.complete(point)?;
        Ok(join(&*decapsulate(&self.ml_kem, ciphertext)?, &x25519))
    }

    /// The share of a client that offers X25519 alone too, from the same secret.
    fn hybrid_component(&self) -> Option<(NamedGroup, &[u8])> {
        Some((self.x25519.group(), self.x25519.pub_key()))
    }

    fn complete_hybrid_component(self: Box<Self>, share: &[u8]) -> Result<SharedSecret, Error> {
        self.x25519.complete(share)
    }

    fn pub_key(&self) -> &[u8] {
        &self.share
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519MLKEM768
    }
}

type Secret = Zeroizing<[u8; 32]>;

fn random() -> Result<Secret, Error> {
    let mut bytes = Secret::default();
    SystemRandom::new().fill(&mut *bytes).map_err(|_| Error::FailedToGetRandomBytes)?;
    Ok(bytes)
}

/// Refuses a key that has a coefficient of q or more (FIPS 203, section 7.2).
fn encapsulate(key: &[u8; EK_LEN], m: &Secret) -> Result<(Secret, [u8; CT_LEN]), Error> {
    let key = EncapsKey::try_from_bytes(*key).map_err(|_| INVALID)?;
    let (secret, ciphertext) = key.encaps_from_seed(m);
    Ok((secret.into_bytes().into(), ciphertext.into_bytes()))
}

/// A ciphertext that was not made for the key gives a secret that nobody else has, and no error.
fn decapsulate(key: &DecapsKey, ciphertext: &[u8; CT_LEN]) -> Result<Secret, Error> {
    let secret = CipherText::try_from_bytes(*ciphertext).and_then(|c| key.try_decaps(&c));
    secret.map(|secret| secret.into_bytes().into()).map_err(|text| Error::General(text.into()))
}

fn join(ml_kem: &[u8; 32], x25519: &SharedSecret) -> SharedSecret {
    [ml_kem, x25519.secret_bytes()].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::crypto::aws_lc_rs::kx_group as aws_lc;
    use sha3::Shake128;
    use sha3::digest::{ExtendableOutput, Update, XofReader};

    const Q: u16 = 3329;

    fn agree(client: &dyn SupportedKxGroup, server: &dyn SupportedKxGroup) {
        let active = client.start().unwrap();
        assert_eq!(active.pub_key().len(), 1184 + 32);
        let done = server.start_and_complete(active.pub_key()).unwrap();
        assert_eq!((done.group, done.pub_key.len()), (NamedGroup::X25519MLKEM768, 1088 + 32));
        let secret = active.complete(&done.pub_key).unwrap();
        assert_eq!(secret.secret_bytes(), done.secret.secret_bytes());
        assert_eq!(secret.secret_bytes().len(), 32 + 32);
    }

    #[test]
    fn agrees_with_aws_lc() {
        for _ in 0..50 {
            agree(X25519MLKEM768, aws_lc::X25519MLKEM768);
            agree(aws_lc::X25519MLKEM768, X25519MLKEM768);
        }
    }

    #[test]
    fn offers_x25519_alone_from_the_same_secret() {
        let active = X25519MLKEM768.start().unwrap();
        let (group, point) = active.hybrid_component().unwrap();
        assert_eq!((group, point), (NamedGroup::X25519, &active.pub_key()[1184..]));
        let done = aws_lc::X25519.start_and_complete(point).unwrap();
        let secret = active.complete_hybrid_component(&done.pub_key).unwrap();
        assert_eq!(secret.secret_bytes(), done.secret.secret_bytes());
    }

    /// Both halves of both shares.
    #[test]
    fn nothing_is_used_twice() {
        let halves = |share: &[u8], at: usize| [share[..at].to_vec(), share[at..].to_vec()];
        let [one, other] = [(); 2].map(|()| X25519MLKEM768.start().unwrap());
        let [a, b] = [&one, &other].map(|it| halves(it.pub_key(), 1184));
        assert!(a[0] != b[0] && a[1] != b[1]);
        let [x, y] = [(); 2].map(|()| X25519MLKEM768.start_and_complete(one.pub_key()).unwrap());
        let [a, b] = [&x, &y].map(|it| halves(&it.pub_key, 1088));
        assert!(a[0] != b[0] && a[1] != b[1]);
        let [a, b] = [&x, &y].map(|it| halves(it.secret.secret_bytes(), 32));
        assert!(a[0] != b[0] && a[1] != b[1]);
    }

    #[test]
    fn is_for_tls_1_3_alone() {
        assert!(X25519MLKEM768.usable_for_version(ProtocolVersion::TLSv1_3));
        assert!(!X25519MLKEM768.usable_for_version(ProtocolVersion::TLSv1_2));
        assert!(X25519MLKEM768.ffdhe_group().is_none());
    }

    /// The accumulated vectors of the final standard, as Go's crypto/mlkem (TestAccumulated) pins
    /// them: keys, ciphertexts and secrets from a SHAKE-128 stream, and what ciphertexts
    /// decapsulate to that were made for no key.
    #[test]
    fn accumulates_to_the_published_hash() {
        let (runs, hash) = match cfg!(debug_assertions) {
            true => (100, "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415"),
            false => (10_000, "8a518cc63da366322a8e7a818c7a0d63483cb3528d34a4cf42f35d5ad73f22fc"),
        };
        let (mut input, mut output) = (Shake128::default().finalize_xof(), Shake128::default());
        for _ in 0..runs {
            let [d, z, m] = std::array::from_fn(|_| {
                let mut bytes = Secret::default();
                input.read(&mut *bytes);
                bytes
            });
            let (key, ml_kem) = KG::keygen_from_seed(*d, *z);
            let key = key.into_bytes();
            let (secret, ciphertext) = encapsulate(&key, &m).unwrap();
            assert_eq!(decapsulate(&ml_kem, &ciphertext).unwrap(), secret);
            let mut stray = [0; CT_LEN];
            input.read(&mut stray);
            let rejected = decapsulate(&ml_kem, &stray).unwrap();
            for part in [&key[..], &ciphertext, &*secret, &*rejected] {
                output.update(part);
            }
        }
        let mut found = [0; 32];
        output.finalize_xof_into(&mut found);
        assert_eq!(found.map(|byte| format!("{byte:02x}")).concat(), hash);
    }

    /// Every position, and every 12-bit number from q on.
    #[test]
    fn refuses_keys_that_are_not_reduced() {
        let put = |share: &mut [u8], index: usize, value: u16| {
            let pair = &mut share[index / 2 * 3..][..3];
            match index % 2 {
                0 => (pair[0], pair[1]) = (value as u8, pair[1] & 0xf0 | (value >> 8) as u8),
                _ => (pair[1], pair[2]) = (pair[1] & 0x0f | (value << 4) as u8, (value >> 4) as u8),
            }
        };
        let active = X25519MLKEM768.start().unwrap();
        for (index, value) in (0..768).zip((Q..1 << 12).cycle()) {
            let mut share = active.pub_key().to_vec();
            put(&mut share, index, value);
            assert_eq!(X25519MLKEM768.start_and_complete(&share).err(), Some(INVALID), "{index}");
            put(&mut share, index, Q - 1);
            encapsulate(share.first_chunk().unwrap(), &Secret::default()).unwrap();
        }
    }

    #[test]
    fn refuses_lengths_and_points_that_are_wrong() {
        let client = X25519MLKEM768.start().unwrap().pub_key().to_vec();
        let server = X25519MLKEM768.start_and_complete(&client).unwrap().pub_key;
        let refused = |client: &[u8], server: &[u8]| {
            assert_eq!(X25519MLKEM768.start_and_complete(client).err(), Some(INVALID));
            let active = X25519MLKEM768.start().unwrap();
            assert_eq!(active.complete(server).err(), Some(INVALID));
        };
        for cut in [0, 1, 32, 1087, 1088, 1119] {
            refused(&client[..cut + 96], &server[..cut]);
        }
        refused(&[&client[..], &[0]].concat(), &[&server[..], &[0]].concat());
        refused(&server, &client);
        for low_order in [0, 1] {
            let mut point = [0; 32];
            point[0] = low_order;
            refused(&[&client[..1184], &point].concat(), &[&server[..1088], &point].concat());
        }
    }
}
