//! X25519 from graviola, in less time than ring's.

use super::ml_kem::INVALID;
use graviola::key_agreement::x25519::{self, PublicKey, StaticPrivateKey};
use rustls::crypto::{ActiveKeyExchange, SharedSecret, SupportedKxGroup};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup};

/// The base point: its u is 9 (RFC 7748, section 4.1).
const BASE: [u8; 32] = {
    let mut u = [0; 32];
    u[0] = 9;
    u
};

#[derive(Debug)]
pub struct X25519;

impl SupportedKxGroup for X25519 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let key = StaticPrivateKey::new_random().map_err(|_| Error::FailedToGetRandomBytes)?;
        let share = public_key(&key)?;
        Ok(Box::new(Active { key, share }))
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

/// The key is used once. Its type is that of static keys, because an agreement borrows such a key and does not
/// move it: the key is wiped where it is.
struct Active {
    key: StaticPrivateKey,
    share: [u8; 32],
}

impl ActiveKeyExchange for Active {
    fn complete(self: Box<Self>, share: &[u8]) -> Result<SharedSecret, Error> {
        Ok(multiply(&self.key, share)?.0[..].into())
    }

    fn pub_key(&self) -> &[u8] {
        &self.share
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::X25519
    }
}

/// graviola's `public_key` takes a third of the time, with a table of 61 KB, which is too much for one half
/// of one group.
fn public_key(key: &StaticPrivateKey) -> Result<[u8; 32], Error> {
    match cfg!(provider_graviola) {
        true => Ok(key.public_key().as_bytes()),
        false => Ok(multiply(key, &BASE)?.0),
    }
}

fn multiply(key: &StaticPrivateKey, point: &[u8]) -> Result<x25519::SharedSecret, Error> {
    let product = PublicKey::try_from_slice(point).and_then(|point| key.diffie_hellman(&point));
    product.map_err(|_| INVALID)
}
