//! Tickets that any server with the same keys can open (RFC 5077, section 4; RFC 8446, section
//! 4.6.1). The format is described for hosts at inkotls_ticket_keys.
//!
//! Every ticket is sealed under a key of its own, derived with a salt of 256 bits, so that the
//! number of tickets under one of the host's keys needs no bound, and the nonce is a constant. The
//! tickets of all providers are the same.

use super::{Aead, Provider};
use crate::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

const KEY: usize = 32;
const MAX_KEYS: usize = 16;
const NAME: usize = 16;
const SALT: usize = 32;
const TIME: usize = 8;
/// How long a ticket is accepted by default, in seconds.
pub const TICKET_LIFETIME: u32 = 12 * 60 * 60;

/// The keys that open tickets; the first also seals them.
pub struct TicketKeys {
    provider: Provider,
    keys: RwLock<Arc<[Key]>>,
}

struct Key {
    name: [u8; NAME],
    secret: Zeroizing<Vec<u8>>,
}

impl TicketKeys {
    pub fn new(keys: &[u8]) -> Result<Self, Error> {
        Self::of(Provider::preferred()?, keys)
    }

    fn of(provider: Provider, keys: &[u8]) -> Result<Self, Error> {
        Ok(Self { provider, keys: RwLock::new(parsed(provider, keys)?) })
    }

    /// Replaces all keys.
    pub fn set(&self, keys: &[u8]) -> Result<(), Error> {
        let keys = parsed(self.provider, keys)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn keys(&self) -> Arc<[Key]> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn seal(&self, state: &[u8], now: u64) -> Option<Vec<u8>> {
        let keys = self.keys();
        let key = keys.first()?;
        let mut salt = [0; SALT];
        self.provider.fill(&mut salt)?;
        let mut ticket = [&key.name[..], &salt].concat();
        let mut sealed = Zeroizing::new([&now.to_be_bytes()[..], state].concat());
        let key = key.derived(self.provider, &salt)?;
        self.provider.seal(Aead::Aes256Gcm, &*key, &[0; 12], &ticket, &mut sealed)?;
        ticket.append(&mut sealed);
        Some(ticket)
    }

    pub fn open(&self, ticket: &[u8], now: u64, lifetime: u32) -> Option<Vec<u8>> {
        let (head, sealed) = ticket.split_at_checked(NAME + SALT)?;
        let (name, salt) = head.split_at(NAME);
        let keys = self.keys();
        let key = keys.iter().find(|key| key.name == name)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let key = key.derived(self.provider, salt)?;
        let opened = self.provider.open(&key, head, &mut sealed)?;
        let (time, state) = opened.split_first_chunk::<TIME>()?;
        let age = now.saturating_sub(u64::from_be_bytes(*time));
        (age <= lifetime.into()).then(|| state.to_vec())
    }
}

impl Key {
    fn new(provider: Provider, secret: &[u8]) -> Option<Self> {
        let mut name = [0; NAME];
        let prk = provider.hkdf_sha256()?.extract_from_secret(None, secret);
        prk.expand_slice(&[b"inkotls ticket key name"], &mut name).ok()?;
        Some(Self { name, secret: Zeroizing::new(secret.to_vec()) })
    }

    /// The key of one ticket.
    fn derived(&self, provider: Provider, salt: &[u8]) -> Option<Zeroizing<[u8; KEY]>> {
        let mut key = Zeroizing::new([0; KEY]);
        let prk = provider.hkdf_sha256()?.extract_from_secret(Some(salt), &self.secret);
        prk.expand_slice(&[b"inkotls ticket"], &mut *key).ok()?;
        Some(key)
    }
}

/// The tickets of one server.
pub struct Tickets {
    pub keys: Arc<TicketKeys>,
    /// How long a ticket is accepted, in seconds.
    pub lifetime: u32,
}

fn parsed(provider: Provider, keys: &[u8]) -> Result<Arc<[Key]>, Error> {
    let keys = keys.chunks_exact(KEY);
    if !(1..=MAX_KEYS).contains(&keys.len()) || !keys.remainder().is_empty() {
        return Err(Error::argument("ticket keys are 1 to 16 keys of 32 bytes each"));
    }
    let keys: Option<_> = keys.map(|it| Key::new(provider, it)).collect();
    keys.ok_or_else(|| Error::argument("a ticket key cannot be derived"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::each;
    use super::*;

    const STATE: &[u8] = b"what the server remembers";

    #[test]
    fn any_of_the_keys_opens_and_the_first_seals() {
        let (old, new) = ([1; KEY], [2; KEY]);
        let keys = TicketKeys::new(&old).unwrap();
        let of_old = keys.seal(STATE, 0).unwrap();
        keys.set(&[new, old].concat()).unwrap();
        let of_new = keys.seal(STATE, 0).unwrap();
        assert_eq!(keys.open(&of_old, 0, TICKET_LIFETIME).unwrap(), STATE);
        let fleet = TicketKeys::new(&new).unwrap();
        assert_eq!(fleet.open(&of_new, 0, TICKET_LIFETIME).unwrap(), STATE);
        assert_eq!(fleet.open(&of_old, 0, TICKET_LIFETIME), None);
    }

    #[test]
    fn a_ticket_ends_with_its_lifetime() {
        let keys = TicketKeys::new(&[7; KEY]).unwrap();
        let ticket = keys.seal(STATE, 1000).unwrap();
        let end = 1000 + u64::from(TICKET_LIFETIME);
        assert_eq!(keys.open(&ticket, end, TICKET_LIFETIME).unwrap(), STATE);
        assert_eq!(keys.open(&ticket, end + 1, TICKET_LIFETIME), None);
        assert_eq!(
            keys.open(&ticket, 0, TICKET_LIFETIME).unwrap(),
            STATE,
            "a clock that is behind"
        );
    }

    #[test]
    fn a_ticket_that_was_changed_is_none() {
        let keys = TicketKeys::new(&[7; KEY]).unwrap();
        let ticket = keys.seal(STATE, 0).unwrap();
        assert_ne!(ticket, keys.seal(STATE, 0).unwrap(), "the salt is fresh");
        for end in 0..ticket.len() {
            assert_eq!(keys.open(&ticket[..end], 0, TICKET_LIFETIME), None);
            let mut changed = ticket.clone();
            changed[end] ^= 1;
            assert_eq!(keys.open(&changed, 0, TICKET_LIFETIME), None, "byte {end}");
        }
    }

    /// The format that the header describes, made by other programs: Python's hkdf and AES-GCM.
    #[test]
    fn a_ticket_of_another_program_opens() {
        let secret: Vec<u8> = (0..KEY as u8).collect();
        let ticket = "22977d2728c18f89a470e56d6c39efd76465666768696a6b6c6d6e6f70717273747576777879\
             7a7b7c7d7e7f80818283494d57e341e4708f3c82b3d26a8cbdb8a7ede6dff8ba483a2fcef116\
             e7d53208e09a76a80ffdc290b2059056b989b79164";
        let ticket: Vec<u8> = (0..ticket.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&ticket[at..at + 2], 16).unwrap())
            .collect();
        each(|provider| {
            let keys = TicketKeys::of(provider, &secret).unwrap();
            assert_eq!(keys.open(&ticket, 1000, TICKET_LIFETIME).unwrap(), STATE);
        });
    }

    /// In a fleet, the processors of the servers may differ.
    #[test]
    fn a_ticket_of_another_provider_opens() {
        each(|one| {
            let ticket = TicketKeys::of(one, &[7; KEY]).unwrap().seal(STATE, 0).unwrap();
            let mut changed = ticket.clone();
            changed[NAME + SALT] ^= 1;
            each(|other| {
                let keys = TicketKeys::of(other, &[7; KEY]).unwrap();
                assert_eq!(keys.open(&ticket, 0, TICKET_LIFETIME).unwrap(), STATE);
                assert_eq!(keys.open(&changed, 0, TICKET_LIFETIME), None);
            });
        });
    }

    /// Each is sealed under a key of its own: with one key and one nonce, two tickets would tell
    /// what differs between their sessions.
    #[test]
    fn no_two_tickets_share_a_key() {
        let keys = TicketKeys::new(&[7; KEY]).unwrap();
        let [one, other] = [(); 2].map(|()| keys.seal(STATE, 0).unwrap());
        assert_eq!(one[..NAME], other[..NAME]);
        assert_ne!(one[NAME..][..SALT], other[NAME..][..SALT]);
        assert_ne!(
            one[NAME + SALT..][..TIME + STATE.len()],
            other[NAME + SALT..][..TIME + STATE.len()]
        );
    }

    #[test]
    fn keys_have_32_bytes_each() {
        for len in [0, 31, 33, 63, 17 * KEY] {
            assert!(TicketKeys::new(&vec![0; len]).is_err(), "{len}");
        }
        assert!(TicketKeys::new(&[0; 16 * KEY]).is_ok());
    }
}
