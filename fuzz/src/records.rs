//! Records on their way, and what may happen to them. Those of TLS 1.3 are opened with the secrets
//! of the key log, changed inside, and sealed again: what only an authentic peer could say.

use crate::configs::host;
use crate::plan::Plan;
use ring::{aead, hkdf};
use std::iter;

/// How much a flood has at most: more than any limit there is by default.
const FLOOD: usize = 600 * 1024;

pub const CHANGE_CIPHER_SPEC: u8 = 20;
pub const HANDSHAKE: u8 = 22;
pub const ALERT: u8 = 21;
pub const APPLICATION_DATA: u8 = 23;
const HEADER: usize = 5;

#[derive(Clone, Debug)]
pub struct Record {
    pub typ: u8,
    pub version: [u8; 2],
    pub fragment: Vec<u8>,
}

impl Record {
    /// Takes the first record of a stream, if it is whole.
    pub fn take(stream: &mut Vec<u8>) -> Option<Self> {
        let [typ, major, minor, high, low, ..] = **stream else { return None };
        let end = 5 + usize::from(u16::from_be_bytes([high, low]));
        let fragment = stream.get(5..end)?.to_vec();
        stream.drain(..end);
        Some(Self { typ, version: [major, minor], fragment })
    }

    pub fn write(&self, stream: &mut Vec<u8>) {
        let len = (self.fragment.len() as u16).to_be_bytes();
        stream.extend([self.typ, self.version[0], self.version[1], len[0], len[1]]);
        stream.extend(&self.fragment);
    }

    /// Changes it as the plan says; returns what is in its place. Nothing is changed where the plan
    /// is over.
    pub fn changed(mut self, plan: &mut Plan) -> Vec<Record> {
        let at = |plan: &mut Plan, len: usize| match plan.number() {
            // Ends are where lengths are.
            near @ 0x8000.. => len.saturating_sub(near & 0xff),
            far => far.min(len),
        };
        match plan.byte() % 16 {
            1 => {
                let (place, bit) = (at(plan, self.fragment.len()), plan.byte() & 7);
                self.fragment.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 1 << bit);
            }
            2 => {
                let (place, len) = (at(plan, self.fragment.len()), plan.byte());
                let others = plan.bytes(len.into());
                let end = self.fragment.len().min(place + others.len());
                self.fragment.splice(place..end, others);
            }
            3 => {
                let (place, len) = (at(plan, self.fragment.len()), plan.byte());
                let more = plan.bytes(len.into());
                self.resize_message(more.len() as isize);
                self.fragment.splice(place..place, more);
            }
            4 => {
                let (place, len) = (at(plan, self.fragment.len()), usize::from(plan.byte()));
                let end = self.fragment.len().min(place + len);
                self.resize_message(place as isize - end as isize);
                self.fragment.drain(place..end);
            }
            5 => {
                let (typ, len) = (plan.byte(), plan.number() & 0x3ff);
                let fragment = plan.bytes(len);
                return vec![Record { typ, fragment, ..self.clone() }, self];
            }
            6 => return Vec::new(),
            7 => return vec![self.clone(), self],
            8 => self.typ = plan.byte(),
            9 => self.version = [plan.byte(), plan.byte()],
            10 => {
                let place = at(plan, self.fragment.len());
                let rest = self.fragment.split_off(place);
                return vec![self.clone(), Record { fragment: rest, ..self }];
            }
            // Many small ones.
            11 => {
                let size = 1 + usize::from(plan.byte());
                let part = |it: &[u8]| Record { fragment: it.to_vec(), ..self.clone() };
                return self.fragment.chunks(size).map(part).collect();
            }
            12 => self.fragment = vec![plan.byte(); plan.number() & 0x7fff],
            // A flood behind it: of copies, or of other records, from empty ones to the longest.
            13 => {
                let (typ, count) = (plan.byte(), 1 << (plan.byte() % 17));
                let (byte, len) = (plan.byte(), plan.number() & 0x7fff);
                let one = match typ {
                    0 => self.clone(),
                    typ => Record { typ, fragment: vec![byte; len], ..self.clone() },
                };
                let most = FLOOD / (HEADER + one.fragment.len());
                let flood = iter::repeat_n(one, most.min(count));
                return iter::once(self).chain(flood).collect();
            }
            _ => {}
        }
        vec![self]
    }

    /// The length that a handshake message in the clear says of itself.
    fn resize_message(&mut self, by: isize) {
        let [_, length @ .., _] = self.fragment.first_chunk_mut::<5>().map_or(&mut [][..], |it| it)
        else {
            return;
        };
        if self.typ == HANDSHAKE {
            let len = u32::from_be_bytes([0, length[0], length[1], length[2]]) as isize + by;
            length.copy_from_slice(&(len as u32).to_be_bytes()[1..]);
        }
    }
}

/// Who opens one side's records, and seals others in their place: TLS_AES_256_GCM_SHA384 of TLS 1.3.
pub struct Opener {
    /// The secrets' labels in the key log, from the one in use on.
    labels: &'static [&'static str],
    keys: Option<(Keys, Keys)>,
}

/// With how many records they have protected.
#[derive(Clone)]
struct Keys {
    secret: Vec<u8>,
    key: aead::LessSafeKey,
    iv: [u8; 12],
    used: u64,
}

impl Opener {
    pub fn of(is_server: bool) -> Self {
        let labels: &[_] = match is_server {
            true => &["SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"],
            false => &[
                "CLIENT_EARLY_TRAFFIC_SECRET",
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                "CLIENT_TRAFFIC_SECRET_0",
            ],
        };
        Self { labels, keys: None }
    }

    /// What is in a record: the content, and its type. None where it is in the clear, or no key fits.
    pub fn open(&mut self, record: &Record) -> Option<Record> {
        if record.typ != APPLICATION_DATA {
            return None;
        }
        let now = self.keys.as_mut().and_then(|(keys, _)| keys.open(&record.fragment));
        let mut inner = now.or_else(|| self.open_with_next(&record.fragment))?;
        let typ = inner.pop()?;
        Some(Record { typ, fragment: inner, ..record.clone() })
    }

    fn open_with_next(&mut self, fragment: &[u8]) -> Option<Vec<u8>> {
        let keys = self.labels.iter().map(|label| secret(label).and_then(Keys::new));
        let (nth, keys, inner) = keys.enumerate().find_map(|(nth, keys)| {
            let mut keys = keys?;
            let unused = keys.clone();
            keys.open(fragment).map(|inner| (nth, (keys, unused), inner))
        })?;
        self.labels = &self.labels[nth + 1..];
        self.keys = Some(keys);
        Some(inner)
    }

    pub fn seal(&mut self, inner: &Record) -> Record {
        let Some((_, keys)) = &mut self.keys else { return inner.clone() };
        let fragment = keys.seal([&inner.fragment[..], &[inner.typ]].concat());
        if let (HANDSHAKE, [24, 0, 0, 1, 0..=1]) = (inner.typ, &inner.fragment[..]) {
            keys.update();
        }
        Record { typ: APPLICATION_DATA, version: inner.version, fragment }
    }
}

/// The newest connection's, from the key log.
fn secret(label: &str) -> Option<Vec<u8>> {
    let host = host();
    let line = host.secrets.iter().rev().find(|line| line.split(' ').next() == Some(label))?;
    let hex = line.rsplit(' ').next()?;
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).ok()).collect()
}

struct Len(usize);

impl hkdf::KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand-Label (RFC 8446, section 7.1).
fn expand(secret: &[u8], label: &str, out: &mut [u8]) -> Option<()> {
    let prk = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA384, secret);
    let len = (out.len() as u16).to_be_bytes();
    let info: [&[u8]; 5] = [&len, &[6 + label.len() as u8], b"tls13 ", label.as_bytes(), &[0]];
    prk.expand(&info, Len(out.len())).ok()?.fill(out).ok()
}

impl Keys {
    fn new(secret: Vec<u8>) -> Option<Self> {
        let (mut key, mut iv) = ([0; 32], [0; 12]);
        expand(&secret, "key", &mut key)?;
        expand(&secret, "iv", &mut iv)?;
        let key = aead::UnboundKey::new(&aead::AES_256_GCM, &key).ok()?;
        Some(Self { secret, key: aead::LessSafeKey::new(key), iv, used: 0 })
    }

    fn nonce(&self) -> aead::Nonce {
        let mut nonce = self.iv;
        nonce[4..].iter_mut().zip(self.used.to_be_bytes()).for_each(|(byte, it)| *byte ^= it);
        aead::Nonce::assume_unique_for_key(nonce)
    }

    fn open(&mut self, fragment: &[u8]) -> Option<Vec<u8>> {
        let mut bytes = fragment.to_vec();
        let len =
            self.key.open_in_place(self.nonce(), header(fragment.len()), &mut bytes).ok()?.len();
        bytes.truncate(len);
        self.used += 1;
        Some(bytes)
    }

    fn seal(&mut self, mut inner: Vec<u8>) -> Vec<u8> {
        let header = header(inner.len() + self.key.algorithm().tag_len());
        let sealed = self.key.seal_in_place_append_tag(self.nonce(), header, &mut inner);
        sealed.expect("a record is short");
        self.used += 1;
        inner
    }

    /// KeyUpdate.
    fn update(&mut self) {
        let mut next = vec![0; self.secret.len()];
        if expand(&self.secret, "traffic upd", &mut next).is_some() {
            *self = Self::new(next).expect("as long as the last");
        }
    }
}

fn header(len: usize) -> aead::Aad<[u8; 5]> {
    let len = (len as u16).to_be_bytes();
    aead::Aad::from([APPLICATION_DATA, 3, 3, len[0], len[1]])
}
