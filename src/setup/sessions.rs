//! A server's sessions: in memory, in a store of the host's, or in tickets.

use super::cache::{Cache, Held};
use super::lifetime::{left, saturated};
use crate::call_context::{self, Origin, SessionData};
use crate::clock::Clock;
use crate::crypto::{Hash, Tickets};
use crate::error::Error;
use rustls::server::{ProducesTickets, StoresServerSessions};
use std::fmt;
use std::mem::take;
use std::sync::Arc;
use zeroize::Zeroizing;

/// More than any session has: the client's certificates are in it.
const MAX_SESSION: usize = 64 * 1024;
/// The length of rustls's keys. The keys that rustls looks up come from the peer.
const KEY_LEN: usize = 32;
/// How many sessions of a ClientHello are looked up or opened. It has room for hundreds of tickets;
/// honest ones have one or two.
const MAX_LOOK_UPS: u32 = 4;

/// How much the tickets of a handshake have together. A client that is rustls holds 64 KiB of what
/// comes in one flight, with what the records add: a third, where they are as small as may be. (The
/// message itself has room for 64 KiB.)
const MAX_TICKETS: usize = 45 * 1024;

const MAX_CACHE: usize = 1 << 20;

pub fn cache_size(entries: usize) -> Result<usize, Error> {
    match entries {
        0..=MAX_CACHE => Ok(entries),
        _ => Err(Error::argument(format!("a cache of {entries} sessions: at most {MAX_CACHE}"))),
    }
}

/// The host's answers: whether it stored, and how many bytes it wrote.
pub struct HostStore {
    pub put: Box<Put>,
    pub get: Box<Get>,
    pub may_block: bool,
}

/// Keeps a value under a key.
type Put = dyn Fn(&[u8], &[u8]) -> bool + Send + Sync;
/// Copies the value of a key to a buffer, and removes it from the store if the flag is set.
type Get = dyn Fn(&[u8], bool, &mut [u8]) -> Option<usize> + Send + Sync;

impl HostStore {
    fn look_up(&self, key: &[u8], take: bool) -> Option<Vec<u8>> {
        if key.len() != KEY_LEN || call_context::count_look_up() > MAX_LOOK_UPS {
            return None;
        }
        let mut value = Zeroizing::new(vec![0; MAX_SESSION]);
        let len = (self.get)(key, take, &mut value)?;
        value.get(..len).map(<[u8]>::to_vec)
    }
}

impl StoresServerSessions for HostStore {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        let value = Zeroizing::new(value);
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

/// Sessions in memory.
pub struct ServerSessions(Cache<Zeroizing<Vec<u8>>>);

impl ServerSessions {
    /// Of at most so many sessions.
    pub fn new(most: usize) -> Self {
        Self(Cache::new(most))
    }

    pub fn held(&self) -> Held {
        self.0.held()
    }
}

impl StoresServerSessions for ServerSessions {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.0.insert(key, Zeroizing::new(value));
        true
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.look_up(key, |value| Some(value.to_vec()))
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.remove(key).map(|mut value| take(&mut *value))
    }

    fn can_cache(&self) -> bool {
        true
    }
}

impl fmt::Debug for ServerSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerSessions")
    }
}

/// A store of sessions, or what makes tickets, with the data of inkotls in each session (rustls's own
/// way to attach data is for TLS 1.3 only), and bound to what the server asks of clients. rustls does
/// not ask again when a session is resumed. So a session that began with less, at another server with
/// the same store or keys, is not resumed; nor is one that the store has damaged, or that has ended.
///
/// A value is a hash; then when the full handshake was and when the client's certificates end; then the
/// channel binding and what the host attached, each after its length; then rustls's session. Copies that are made here are wiped; what rustls gets,
/// rustls does not wipe.
pub struct BoundSessions<T: ?Sized> {
    pub inner: Arc<T>,
    /// What the server asks of clients.
    pub policy: Vec<u8>,
    /// In seconds. It is not in the sessions: each server decides for itself.
    pub lifetime: u32,
    /// Clients may send early data with the sessions that are made here.
    pub has_early_data: bool,
    pub clock: Clock,
}

const HASH_LEN: usize = 32;

impl<T: ?Sized> BoundSessions<T> {
    /// None if the session ends as it begins.
    fn bind(&self, session: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let now = self.clock.now()?;
        let origin = origin(now);
        left(origin, self.lifetime, now)?;
        let SessionData { channel_binding, resumption_data } = call_context::session_data();
        let data = [framed(&channel_binding), framed(&resumption_data)].concat();
        let head = [&origin.began.to_be_bytes()[..], &origin.end.to_be_bytes(), &data].concat();
        let mut value = Zeroizing::new([&*head, session].concat());
        if !self.has_early_data {
            refuse_early_data(&mut value);
        }
        Some(Zeroizing::new([&*self.hash(&value)?, &value].concat()))
    }

    fn unbind(&self, value: &[u8]) -> Option<Vec<u8>> {
        let (hash, value) = value.split_at_checked(HASH_LEN)?;
        if self.hash(value)? != hash {
            return None;
        }
        let (began, rest) = value.split_first_chunk()?;
        let (end, rest) = rest.split_first_chunk()?;
        let (channel_binding, rest) = unframed(rest)?;
        let (resumption_data, session) = unframed(rest)?;
        let (began, end) = (u32::from_be_bytes(*began), u32::from_be_bytes(*end));
        let origin = Origin { began, end, chain: 0 };
        left(origin, self.lifetime, self.clock.now()?)?;
        let data = SessionData {
            channel_binding: channel_binding.to_vec(),
            resumption_data: resumption_data.to_vec(),
        };
        call_context::tell(|caller| {
            caller.origin = origin;
            caller.offered_session = Some(data);
        });
        Some(session.to_vec())
    }

    fn hash(&self, value: &[u8]) -> Option<Vec<u8>> {
        Hash::Sha256.of(&Zeroizing::new([&*self.policy, value].concat())).ok()
    }
}

/// The full handshake that the caller's sessions come from: its own, if it verified no certificate.
fn origin(now: u64) -> Origin {
    match call_context::origin() {
        Origin { end: 0, .. } => Origin { began: saturated(now), end: u32::MAX, chain: 0 },
        origin => origin,
    }
}

/// Has rustls resume a session without early data. rustls accepts early data only if the age of the
/// session that the client states is right (RFC 8446, section 8.3). In the last four bytes rustls keeps
/// an offset for that: with another highest bit, every age that a client states is wrong by 24 days.
fn refuse_early_data(session: &mut [u8]) {
    if let Some([high, ..]) = session.last_chunk_mut::<4>() {
        *high ^= 0x80;
    }
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
}

fn unframed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(u32::from_be_bytes(*len) as usize)
}

impl ProducesTickets for BoundSessions<Tickets> {
    fn enabled(&self) -> bool {
        true
    }

    /// What is announced: a ticket is of no use after its session.
    fn lifetime(&self) -> u32 {
        let now = self.clock.now();
        let session = now.and_then(|now| left(origin(now), self.lifetime, now)).unwrap_or(0);
        self.inner.lifetime.min(saturated(session))
    }

    fn encrypt(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let ticket = self.inner.keys.seal(&self.bind(plain)?, self.clock.now()?)?;
        (call_context::count_ticket(ticket.len()) <= MAX_TICKETS).then_some(ticket)
    }

    fn decrypt(&self, cipher: &[u8]) -> Option<Vec<u8>> {
        if call_context::count_look_up() > MAX_LOOK_UPS {
            return None;
        }
        let Tickets { keys, lifetime } = &*self.inner;
        self.unbind(&Zeroizing::new(keys.open(cipher, self.clock.now()?, *lifetime)?))
    }
}

impl StoresServerSessions for BoundSessions<dyn StoresServerSessions> {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        let value = Zeroizing::new(value);
        self.bind(&value).is_some_and(|mut bound| self.inner.put(key, take(&mut *bound)))
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.unbind(&Zeroizing::new(self.inner.get(key)?))
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.unbind(&Zeroizing::new(self.inner.take(key)?))
    }

    fn can_cache(&self) -> bool {
        self.inner.can_cache()
    }
}

impl<T: ?Sized> fmt::Debug for BoundSessions<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoundSessions")
    }
}
