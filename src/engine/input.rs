//! Ciphertext from the network, until rustls takes it.
//!
//! During the handshake rustls takes one whole record at a time. The pace matters: a record is the
//! unit after which a step is over, and the budget for rejected early data is charged per call, so
//! not per few bytes. After it, rustls takes a record and the header of the next, at once where it can:
//! its buffer then stays as it is, and what was fed is not copied twice.

use super::record::{APPLICATION_DATA, HEADER, MAX_RECORD, Record, len_of_first};
use std::io;

/// How much is passed to rustls behind a record. With nothing behind, it shrinks its buffer, and has to grow it for
/// the next long record; what is behind, it moves.
const BEHIND: usize = HEADER;
/// How much is accepted at a time after the handshake, at least, where there is room: more would only be copied
/// once more. rustls is asked to hold no more than it holds by itself.
const PORTION: usize = 16 * 1024;

/// The peer cannot make the library hold more than the `limit` that the calls that add bytes get.
#[derive(Default)]
pub struct Input {
    buf: Vec<u8>,
    taken: usize,
    passed: Passed,
    /// rustls has decrypted what has not been read.
    pub has_plaintext: bool,
}

/// What was passed to rustls after the handshake, and is not processed.
#[derive(Clone, Copy, Default)]
struct Passed {
    len: u32,
    /// Of the record that has begun: how much is there, how much is to come.
    begun: u32,
    left: u32,
    /// A record is whole.
    whole: bool,
}

impl Passed {
    /// Adds as much of `data` as can be passed to rustls at once, with whole headers; also returns how much.
    #[inline]
    fn with(mut self, data: &[u8]) -> (Self, usize) {
        // In the middle of a record there is no header.
        let is_record = self.left == 0 && len_of_first(data) == Some(data.len());
        if !is_record || self.len as usize + data.len() > MAX_RECORD {
            return self.with_parts(data);
        }
        // One record, and nothing else: most messages.
        (self.len, self.whole) = (self.len + data.len() as u32, true);
        (self, data.len())
    }

    fn with_parts(mut self, data: &[u8]) -> (Self, usize) {
        let next = match self.left as usize {
            0 => len_of_first(data).unwrap_or(0),
            left => left,
        };
        let room = (MAX_RECORD - self.len as usize).min(next + BEHIND);
        let data = &data[..data.len().min(room)];
        let mut taken = self.take(data.len());
        while self.left == 0 {
            let Some(len) = len_of_first(&data[taken..]) else { break };
            self.left = len as u32;
            taken += self.take(data.len() - taken);
        }
        self.len += taken as u32;
        (self, taken)
    }

    /// Takes what is to come of the record that has begun, of what is there.
    #[inline]
    fn take(&mut self, there: usize) -> usize {
        let len = there.min(self.left as usize);
        (self.begun, self.left) = (self.begun + len as u32, self.left - len as u32);
        if self.left == 0 {
            self.whole |= self.begun > 0;
            self.begun = 0;
        }
        len
    }
}

impl Input {
    /// Takes as much of `data` as there is room for.
    pub fn feed(&mut self, data: &[u8], limit: usize) -> usize {
        let used = data.len().min(self.room(limit).saturating_sub(self.passed.len as usize));
        self.compact();
        self.buf.extend_from_slice(&data[..used]);
        used
    }

    /// As `feed`, after the handshake: `give` passes to rustls what it can have at once.
    pub fn feed_through<E>(
        &mut self,
        data: &[u8],
        limit: usize,
        give: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut given = 0;
        if self.buf.is_empty() {
            let room = limit.saturating_sub(self.passed.len as usize);
            let (passed, len) = self.passed.with(&data[..data.len().min(room)]);
            give(&data[..len])?;
            (self.passed, given) = (passed, len);
        }
        let portion = data.len().min(PORTION);
        Ok(given + if given < portion { self.feed(&data[given..portion], limit) } else { 0 })
    }

    /// Gives rustls what it has room for. Whether it has a whole record then.
    pub fn pass<E>(&mut self, give: impl FnOnce(&[u8]) -> Result<(), E>) -> Result<bool, E> {
        if self.buf.is_empty() {
            return Ok(self.passed.whole);
        }
        let (passed, len) = self.passed.with(&self.buf[self.taken..]);
        give(&self.buf[self.taken..][..len])?;
        self.passed = passed;
        self.consume(len);
        Ok(self.passed.whole)
    }

    /// rustls has processed the whole records that it had.
    pub fn processed(&mut self) {
        self.passed = Passed { len: self.passed.begun, whole: false, ..self.passed };
    }

    /// Nothing of what waits has any meaning.
    pub fn discard(&mut self) {
        *self = Self { has_plaintext: self.has_plaintext, ..Self::default() };
    }

    /// Whether anything is at hand that rustls has not processed.
    #[inline]
    pub fn is_next(&self) -> bool {
        self.passed.whole || !self.buf.is_empty()
    }

    /// Whether there is a whole record to process.
    pub fn has_record(&self) -> bool {
        let Passed { whole, left, .. } = self.passed;
        whole || if left > 0 { self.len() >= left as usize } else { self.record().is_some() }
    }

    pub fn len(&self) -> usize {
        self.buf.len() - self.taken
    }

    /// Lets `source` append at most as many bytes as there is room for.
    pub fn fill(
        &mut self,
        limit: usize,
        source: impl FnOnce(&mut Vec<u8>, usize) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let room = self.room(limit);
        if room == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.compact();
        let read = source(&mut self.buf, room.min(MAX_RECORD));
        if !self.has_record() {
            self.buf.shrink_to_fit(); // the wait for the rest may be long
        }
        read
    }

    fn room(&self, limit: usize) -> usize {
        limit.saturating_sub(self.len())
    }

    /// Moves what waits to the start of the buffer.
    fn compact(&mut self) {
        self.buf.drain(..std::mem::take(&mut self.taken));
    }

    /// The first `len` bytes, of those that are there.
    pub fn waiting(&self, len: usize) -> &[u8] {
        &self.buf[self.taken..][..len]
    }

    /// The next record, once it is whole.
    pub fn record(&self) -> Option<Record<'_>> {
        Record::first(&self.buf[self.taken..])
    }

    /// The length of the protected records that come next and are whole: at least one, and no more
    /// than rustls has room for behind what it kept.
    pub fn protected_len(&self, kept: usize) -> usize {
        let mut len = 0;
        for record in Record::all(&self.buf[self.taken..]) {
            let room = MAX_RECORD.saturating_sub(kept + len);
            let fits = len == 0 || record.bytes().len() <= room;
            if record.content_type() != APPLICATION_DATA || !fits {
                break;
            }
            len += record.bytes().len();
        }
        len
    }

    /// The length of the next record, where that is a protected one and its header is whole.
    pub fn protected_record_len(&self) -> Option<usize> {
        match self.content_type() {
            Some(APPLICATION_DATA) => len_of_first(&self.buf[self.taken..]),
            _ => None,
        }
    }

    /// The next record's, as soon as it has begun.
    pub fn content_type(&self) -> Option<u8> {
        self.buf.get(self.taken).copied()
    }

    /// Forgets the first `len` bytes, and the memory with the last of them.
    pub fn consume(&mut self, len: usize) {
        self.taken += len;
        if self.taken == self.buf.len() {
            (self.buf, self.taken) = (Vec::new(), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 64 * 1024;

    #[test]
    fn hands_out_whole_records_and_lone_bad_headers() {
        let mut input = Input::default();
        for byte in [22, 3, 1, 0, 2, 7] {
            input.feed(&[byte], LIMIT);
            assert_eq!(input.record(), None);
        }
        input.feed(&[8, b'G'], LIMIT);
        assert_eq!(input.record().unwrap().bytes(), [22, 3, 1, 0, 2, 7, 8]);
        input.consume(7);
        assert_eq!(input.record(), None);
        input.feed(b"ET / HTTP/1.1\r\n", LIMIT);
        assert_eq!(input.record().unwrap().bytes(), b"GET /");
    }

    #[test]
    fn the_start_of_a_record_keeps_no_room_for_its_end() {
        let mut input = Input::default();
        let one_byte = |buf: &mut Vec<u8>, room| {
            buf.reserve(room);
            buf.push(23);
            Ok(1)
        };
        assert_eq!(input.fill(LIMIT, one_byte).unwrap(), 1);
        assert!(input.buf.capacity() < 100);
        input.consume(1);
        let nothing = |buf: &mut Vec<u8>, room| {
            buf.reserve(room);
            Err(io::ErrorKind::WouldBlock.into())
        };
        assert!(input.fill(LIMIT, nothing).is_err());
        assert_eq!(input.buf.capacity(), 0);
    }

    #[test]
    fn holds_a_longest_record_and_never_more_than_its_limit() {
        let mut input = Input::default();
        let mut record = vec![23, 3, 3, 0x47, 0xff];
        record.resize(MAX_RECORD, 0);
        assert_eq!(input.feed(&record, LIMIT), record.len());
        assert_eq!(input.record().unwrap().bytes(), record);
        while input.feed(&record, LIMIT) > 0 {}
        assert_eq!(input.buf.len(), LIMIT);
        input.consume(record.len());
        assert_eq!(input.feed(&record, LIMIT), record.len());
    }
}
