//! A server's session store in the hands of the host: a cache that a fleet shares.

use rustls::server::StoresServerSessions;
use std::fmt;

/// More than any session has: the client's certificates are in it.
const MAX_SESSION: usize = 64 * 1024;

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
        let mut value = vec![0; MAX_SESSION];
        let len = (self.get)(key, take, &mut value)?;
        (1..=MAX_SESSION).contains(&len).then(|| {
            value.truncate(len);
            value
        })
    }
}

impl StoresServerSessions for HostStore {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        (self.put)(&key, &value)
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
