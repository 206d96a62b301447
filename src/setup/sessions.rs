//! A server's sessions, where other servers may have made them: in a store of the host's, or in
//! tickets.

use crate::crypto::Hash;
use crate::scope;
use rustls::server::{ProducesTickets, StoresServerSessions};
use std::fmt;
use std::sync::Arc;

/// More than any session has: the client's certificates are in it.
const MAX_SESSION: usize = 64 * 1024;
/// rustls's keys. Those that it looks up are the peer's words.
const KEY: usize = 32;
/// A ClientHello has room for hundreds of tickets; honest ones have one or two.
const MAX_LOOK_UPS: u32 = 4;

/// The host's answers: whether it stored, and how many bytes it wrote.
pub struct HostStore {
    pub put: Box<Put>,
    pub get: Box<Get>,
}

/// Keeps a value under a key.
type Put = dyn Fn(&[u8], &[u8]) -> bool + Send + Sync;
/// Copies the value of a key to a buffer; takes it out of the store where told to.
type Get = dyn Fn(&[u8], bool, &mut [u8]) -> Option<usize> + Send + Sync;

impl HostStore {
    fn look_up(&self, key: &[u8], take: bool) -> Option<Vec<u8>> {
        if key.len() != KEY || scope::count_look_up() > MAX_LOOK_UPS {
            return None;
        }
        let mut value = vec![0; MAX_SESSION];
        let len = (self.get)(key, take, &mut value)?;
        value.get(..len).map(<[u8]>::to_vec)
    }
}

impl StoresServerSessions for HostStore {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        value.len() <= MAX_SESSION && (self.put)(&key, &value)
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.look_up(key, false)
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.look_up(key, true)
    }

    fn can_cache(&self) -> bool {
        true
    }
}

impl fmt::Debug for HostStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostStore")
    }
}

/// Sessions bound to what their server asks of clients. rustls does not ask again when one is
/// resumed: a session that began with less, at another server with the same store or keys, is none
/// here. Nor is one that the store has damaged.
#[derive(Debug)]
pub struct Bound<T: ?Sized> {
    pub sessions: Arc<T>,
    pub policy: Vec<u8>,
}

const HASH: usize = 32;

impl<T: ?Sized> Bound<T> {
    fn bind(&self, session: &[u8]) -> Vec<u8> {
        [&*self.hash(session), session].concat()
    }

    fn unbind(&self, value: &[u8]) -> Option<Vec<u8>> {
        let (hash, session) = value.split_at_checked(HASH)?;
        (self.hash(session) == hash).then(|| session.to_vec())
    }

    fn hash(&self, session: &[u8]) -> Vec<u8> {
        Hash::Sha256.of(&[&*self.policy, session].concat())
    }
}

impl ProducesTickets for Bound<dyn ProducesTickets> {
    fn enabled(&self) -> bool {
        self.sessions.enabled()
    }

    fn lifetime(&self) -> u32 {
        self.sessions.lifetime()
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        self.sessions.encrypt(&self.bind(plain))
    }

    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        self.unbind(&self.sessions.decrypt(cipher)?)
    }
}

impl StoresServerSessions for Bound<dyn StoresServerSessions> {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.sessions.put(key, self.bind(&value))
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.unbind(&self.sessions.get(key)?)
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.unbind(&self.sessions.take(key)?)
    }

    fn can_cache(&self) -> bool {
        self.sessions.can_cache()
    }
}
