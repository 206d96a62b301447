//! X25519MLKEM768 (draft-ietf-tls-ecdhe-mlkem), for ring and graviola; aws-lc-rs has its own. The secret is safe
//! while either half is: ML-KEM-768, which comes first everywhere, or X25519.

use super::ml_kem::{INVALID, Key, MlKem, Secret};
use rustls::crypto::{ActiveKeyExchange, CompletedKeyExchange, SharedSecret, SupportedKxGroup};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, ProtocolVersion};

/// With the ML-KEM that this gives.
#[derive(Debug)]
pub struct Hybrid(pub fn() -> &'static dyn MlKem);

impl SupportedKxGroup for Hybrid {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let library = self.0();
        let x25519 = library.x25519().start()?;
        let (ml_kem, key) = library.generate()?;
        let share = [&key, x25519.pub_key()].concat();
        Ok(Box::new(Active { ml_kem, x25519, share }))
    }

    fn start_and_complete(&self, share: &[u8]) -> Result<CompletedKeyExchange, Error> {
        let (key, point) = share.split_first_chunk().ok_or(INVALID)?;
        let library = self.0();
        let x25519 = library.x25519().start_and_complete(point)?;
        let (secret, ciphertext) = library.encapsulate(key)?;
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
    ml_kem: Box<dyn Key>,
    x25519: Box<dyn ActiveKeyExchange>,
    share: Vec<u8>,
}

impl ActiveKeyExchange for Active {
    fn complete(self: Box<Self>, share: &[u8]) -> Result<SharedSecret, Error> {
        let (ciphertext, point) = share.split_first_chunk().ok_or(INVALID)?;
        let x25519 = self.x25519.complete(point)?;
        Ok(join(&self.ml_kem.decapsulate(ciphertext)?, &x25519))
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

fn join(ml_kem: &Secret, x25519: &SharedSecret) -> SharedSecret {
    [&ml_kem[..], x25519.secret_bytes()].concat().into()
}

#[cfg(test)]
mod tests {
    use super::super::ml_kem;
    use super::*;
    use rustls::crypto::aws_lc_rs::kx_group as aws_lc;

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
        ml_kem::tests::each(|ml_kem| {
            for _ in 0..50 {
                agree(&Hybrid(ml_kem), aws_lc::X25519MLKEM768);
                agree(aws_lc::X25519MLKEM768, &Hybrid(ml_kem));
            }
        });
    }

    #[test]
    fn offers_x25519_alone_from_the_same_secret() {
        ml_kem::tests::each(|ml_kem| {
            let active = Hybrid(ml_kem).start().unwrap();
            let (group, point) = active.hybrid_component().unwrap();
            assert_eq!((group, point), (NamedGroup::X25519, &active.pub_key()[1184..]));
            let done = aws_lc::X25519.start_and_complete(point).unwrap();
            let secret = active.complete_hybrid_component(&done.pub_key).unwrap();
            assert_eq!(secret.secret_bytes(), done.secret.secret_bytes());
        });
    }

    /// Both halves of both shares.
    #[test]
    fn nothing_is_used_twice() {
        let halves = |share: &[u8], at: usize| [share[..at].to_vec(), share[at..].to_vec()];
        ml_kem::tests::each(|ml_kem| {
            let group = Hybrid(ml_kem);
            let [one, other] = [(); 2].map(|()| group.start().unwrap());
            let [a, b] = [&one, &other].map(|it| halves(it.pub_key(), 1184));
            assert!(a[0] != b[0] && a[1] != b[1]);
            let [x, y] = [(); 2].map(|()| group.start_and_complete(one.pub_key()).unwrap());
            let [a, b] = [&x, &y].map(|it| halves(&it.pub_key, 1088));
            assert!(a[0] != b[0] && a[1] != b[1]);
            let [a, b] = [&x, &y].map(|it| halves(it.secret.secret_bytes(), 32));
            assert!(a[0] != b[0] && a[1] != b[1]);
        });
    }

    #[test]
    fn is_for_tls_1_3_alone() {
        ml_kem::tests::each(|ml_kem| {
            let group = Hybrid(ml_kem);
            assert!(group.usable_for_version(ProtocolVersion::TLSv1_3));
            assert!(!group.usable_for_version(ProtocolVersion::TLSv1_2));
            assert!(group.ffdhe_group().is_none());
        });
    }

    #[test]
    fn refuses_lengths_and_points_that_are_wrong() {
        ml_kem::tests::each(|ml_kem| {
            let group = Hybrid(ml_kem);
            let client = group.start().unwrap().pub_key().to_vec();
            let server = group.start_and_complete(&client).unwrap().pub_key;
            let refused = |client: &[u8], server: &[u8]| {
                assert_eq!(group.start_and_complete(client).err(), Some(INVALID));
                let active = group.start().unwrap();
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
        });
    }
}
