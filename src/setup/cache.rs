//! What a config remembers, within bounds: the entry that was used least recently goes first.
//!
//! A cache belongs to the process that uses it. After fork there are two copies of it, and what may
//! be used once would be used twice: so in another process than before, a cache is empty.

use std::collections::{HashMap, VecDeque};
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};
use zeroize::Zeroizing;

/// How many bytes an entry may have on average.
const AVERAGE: usize = 16 * 1024;
/// How many bytes the entries of a small cache may have.
const LEAST: usize = 256 * 1024;

/// What an entry has beside its value and its key, which is there twice.
const ENTRY: usize = 256;

/// How much memory holds.
#[derive(Clone, Copy, Default)]
pub struct Held {
    pub sessions: usize,
    pub bytes: usize,
}

pub trait Holds {
    fn held(&self) -> Held;
}

impl Holds for Zeroizing<Vec<u8>> {
    fn held(&self) -> Held {
        Held { sessions: 1, bytes: self.len() }
    }
}

pub struct Cache<V> {
    entries: Mutex<Entries<V>>,
    capacity: Capacity,
}

#[derive(Clone, Copy)]
struct Capacity {
    entries: usize,
    bytes: usize,
}

struct Entries<V> {
    process: u32,
    by_key: HashMap<Vec<u8>, Entry<V>>,
    /// The numbers of uses, the oldest first, and the keys; none for a use that was not the last one
    /// of its entry.
    by_use: VecDeque<(u64, Option<Vec<u8>>)>,
    uses: u64,
    held: Held,
}

struct Entry<V> {
    value: V,
    used: u64,
    held: Held,
}

impl<V: Holds> Cache<V> {
    /// A cache of at most so many entries.
    pub fn new(most: usize) -> Self {
        let bytes = most.saturating_mul(AVERAGE).max(LEAST);
        let capacity = Capacity { entries: most, bytes };
        Self { entries: Mutex::new(Entries::new()), capacity }
    }

    fn entries(&self) -> MutexGuard<'_, Entries<V>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.process != process::id() {
            *entries = Entries::new();
        }
        entries
    }

    pub fn insert(&self, key: Vec<u8>, value: V) {
        self.entries().insert(key, value, self.capacity);
    }

    pub fn remove(&self, key: &[u8]) -> Option<V> {
        self.entries().remove(key)
    }

    pub fn clear(&self) {
        *self.entries() = Entries::new();
    }

    pub fn held(&self) -> Held {
        self.entries().held
    }

    /// Looks at what is under a key, and may change it.
    pub fn look_up<T>(&self, key: &[u8], look: impl FnOnce(&mut V) -> Option<T>) -> Option<T> {
        let mut entries = self.entries();
        let mut value = entries.remove(key)?;
        let found = look(&mut value);
        entries.insert(key.to_vec(), value, self.capacity);
        found
    }

    /// Changes what is under a key; the default, where there is nothing.
    pub fn edit(&self, key: Vec<u8>, edit: impl FnOnce(&mut V))
    where
        V: Default,
    {
        let mut entries = self.entries();
        let mut value = entries.remove(&key).unwrap_or_default();
        edit(&mut value);
        entries.insert(key, value, self.capacity);
    }
}

impl<V: Holds> Entries<V> {
    fn new() -> Self {
        Self {
            process: process::id(),
            by_key: HashMap::new(),
            by_use: VecDeque::new(),
            uses: 0,
            held: Held::default(),
        }
    }

    fn insert(&mut self, key: Vec<u8>, value: V, capacity: Capacity) {
        self.remove(&key);
        let mut held = value.held();
        held.bytes += ENTRY + 2 * key.len();
        if held.bytes > capacity.bytes {
            return; // so that it does not drive out all others
        }
        self.uses += 1;
        self.held.sessions += held.sessions;
        self.held.bytes += held.bytes;
        self.by_use.push_back((self.uses, Some(key.clone())));
        self.by_key.insert(key, Entry { value, used: self.uses, held });
        while self.by_key.len() > capacity.entries || self.held.bytes > capacity.bytes {
            let Some((_, oldest)) = self.by_use.pop_front() else { break };
            if let Some(key) = oldest {
                self.remove(&key);
            }
        }
        if self.by_use.len() > 2 * self.by_key.len() {
            self.by_use.retain(|(_, key)| key.is_some());
        }
    }

    fn remove(&mut self, key: &[u8]) -> Option<V> {
        let entry = self.by_key.remove(key)?;
        if let Ok(at) = self.by_use.binary_search_by_key(&entry.used, |it| it.0) {
            self.by_use[at].1 = None;
        }
        self.held.sessions -= entry.held.sessions;
        self.held.bytes -= entry.held.bytes;
        Some(entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(bytes: usize) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(vec![7; bytes])
    }

    fn has<V: Holds>(cache: &Cache<V>, key: u8) -> bool {
        cache.look_up(&[key], |_| Some(())).is_some()
    }

    #[test]
    fn the_least_recently_used_entry_makes_room() {
        let cache = Cache::new(2);
        cache.insert(vec![1], value(1));
        cache.insert(vec![2], value(1));
        assert!(has(&cache, 1));
        cache.insert(vec![3], value(1));
        assert_eq!([1, 2, 3].map(|key| has(&cache, key)), [true, false, true]);
        assert!(cache.remove(&[1]).is_some() && cache.remove(&[1]).is_none());
    }

    #[test]
    fn uses_that_were_not_the_last_are_forgotten() {
        let cache = Cache::new(3);
        for key in [1, 2, 3, 1, 1, 2, 2, 1, 3, 1, 2] {
            cache.insert(vec![key], value(1));
            assert!(cache.entries().by_use.len() <= 6);
        }
        cache.insert(vec![4], value(1));
        assert_eq!([1, 2, 3, 4].map(|key| has(&cache, key)), [true, true, false, true]);
        for key in [1, 2, 4] {
            cache.remove(&[key]);
        }
        cache.insert(vec![5], value(1));
        assert_eq!(cache.entries().by_use.len(), 1);
    }

    #[test]
    fn bytes_are_bounded() {
        let cache = Cache::new(256);
        for key in 0..=255 {
            cache.insert(vec![key], value(100_000));
        }
        let kept = (0..=255).filter(|key| has(&cache, *key)).count();
        assert_eq!(kept, 256 * AVERAGE / (100_000 + ENTRY + 2));
        assert!(has(&cache, 255) && !has(&cache, 0));
        cache.insert(vec![0], value(256 * AVERAGE));
        assert!(!has(&cache, 0) && has(&cache, 255), "more than there is room for");
    }

    #[test]
    fn a_bound_that_memory_has_no_room_for() {
        let cache = Cache::new(usize::MAX / 2);
        cache.insert(vec![1], value(LEAST));
        assert!(has(&cache, 1));
    }

    #[test]
    fn what_grows_is_counted() {
        let cache = Cache::<Zeroizing<Vec<u8>>>::new(1);
        cache.edit(vec![1], |value| value.resize(LEAST / 2, 0));
        assert!(has(&cache, 1));
        cache.edit(vec![1], |value| value.resize(LEAST, 0));
        assert!(!has(&cache, 1));
        assert_eq!((cache.held().sessions, cache.held().bytes), (0, 0));
    }

    #[test]
    fn what_is_held_is_counted() {
        let cache = Cache::new(2);
        for key in [1, 2, 1, 3] {
            cache.insert(vec![key], value(10));
        }
        let bytes = ENTRY + 2 + 10;
        assert_eq!((cache.held().sessions, cache.held().bytes), (2, 2 * bytes));
        cache.remove(&[1]);
        assert_eq!((cache.held().sessions, cache.held().bytes), (1, bytes));
        cache.clear();
        assert_eq!((cache.held().sessions, cache.held().bytes), (0, 0));
        assert!(!has(&cache, 3));
    }

    #[test]
    fn another_process_finds_nothing() {
        let cache = Cache::new(2);
        cache.insert(vec![1], value(1));
        cache.entries().process ^= 1;
        assert!(!has(&cache, 1));
        cache.insert(vec![2], value(1));
        assert!(has(&cache, 2));
    }
}
