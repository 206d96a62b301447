//! Ciphertext from the network, until rustls takes it.
//!
//! During the handshake rustls takes one whole record at a time. The pace matters: a record is the
//! unit after which a step is over, and the budget for rejected early data is charged per call, so
//! not per few bytes. After it, rustls takes a record and the header of the next, at once where it can:
//! its buffer then stays as it is, and what was fed is not copied twice.

use super::Source;
use super::record::{APPLICATION_DATA, HEADER, MAX_RECORD, Record, len_of_first};
use crate::error::Error;
use std::io::{self, ErrorKind, Read};

/// How much is passed to rustls behind a record. With nothing behind, it shrinks its buffer, and has to grow it for
/// the next long record; what is behind, it moves.
const BEHIND: usize = HEADER;
/// How much is accepted at a time after the handshake, at least, where there is room: more would only be copied
/// once more. rustls is asked to hold no more than it holds by itself.
const PORTION: usize = 16 * 1024;
/// If so much of a record is to come, it is received into rustls's buffer; if less, together with what follows it.
const LONG: usize = 4 * 1024;

/// The peer cannot make the library hold more than the `limit` that the calls that add bytes get.
#[derive(Default)]
pub struct Input {
    buf: Vec<u8>,
    taken: usize,
    /// What is being filled from outside; without capacity if nothing is.
    room: Vec<u8>,
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
        let used = data.len().min(self.free(limit));
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
        let given = self.pass_at_once(&data[..data.len().min(self.free(limit))], give)?;
        let portion = data.len().min(PORTION);
        Ok(given + if given < portion { self.feed(&data[given..portion], limit) } else { 0 })
    }

    /// Gives rustls what it has room for of `data`, unless something is to go before it; returns how much.
    #[inline]
    pub fn pass_at_once<E>(
        &mut self,
        data: &[u8],
        give: impl FnOnce(&[u8]) -> Result<(), E>,
    ) -> Result<usize, E> {
        if !self.buf.is_empty() {
            return Ok(0);
        }
        let (passed, len) = self.passed.with(data);
        give(&data[..len])?;
        self.passed = passed;
        Ok(len)
    }

    /// Memory for what comes next, as much as there is room for; it is left alone until `take_room`.
    pub fn lend(&mut self, limit: usize) -> Option<&mut Vec<u8>> {
        if !self.is_lent() {
            self.room = Vec::with_capacity(self.free(limit).min(MAX_RECORD));
        }
        self.lent_room()
    }

    pub fn lent_room(&mut self) -> Option<&mut Vec<u8>> {
        self.is_lent().then_some(&mut self.room)
    }

    #[inline]
    pub fn check_room(&self) -> Result<(), Error> {
        if self.is_lent() { Err(room_is_lent()) } else { Ok(()) }
    }

    fn is_lent(&self) -> bool {
        self.room.capacity() > 0
    }

    /// The memory of `lend`, with what was received into it.
    pub fn take_room(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.room)
    }

    /// Keeps what was received into `room`, but for the first `given` bytes.
    pub fn keep(&mut self, room: Vec<u8>, given: usize) {
        if given == room.len() {
            return;
        }
        self.compact();
        if self.buf.is_empty() {
            (self.buf, self.taken) = (room, given);
        } else {
            self.buf.extend_from_slice(&room[given..]);
        }
        if !self.has_record() {
            self.compact();
            self.buf.shrink_to_fit(); // the wait for the rest may be long
        }
    }

    /// Receives the rest of a long record into rustls's buffer, if it has room for it. None if not.
    pub fn receive_through(
        &mut self,
        source: &impl Source,
        read_tls: impl FnOnce(&mut dyn Read) -> io::Result<usize>,
    ) -> Option<io::Result<usize>> {
        if (self.passed.left as usize) < LONG || !self.buf.is_empty() {
            return None;
        }
        let mut through = Through { source, input: self, received: None };
        read_tls(&mut through).ok(); // `received` has what it returns, except of a buffer that is too small
        through.received
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

    /// How much rustls has, after the handshake, of whole records.
    pub fn in_whole_records(&self) -> u32 {
        self.passed.len - self.passed.begun
    }

    /// rustls has processed the whole records that it had.
    pub fn processed(&mut self) {
        self.passed = Passed { len: self.passed.begun, whole: false, ..self.passed };
    }

    /// Nothing of what waits has any meaning.
    pub fn discard(&mut self) {
        let room = self.take_room(); // someone may be filling it
        *self = Self { room, has_plaintext: self.has_plaintext, ..Self::default() };
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

    /// How much more may be held.
    fn free(&self, limit: usize) -> usize {
        limit.saturating_sub(self.len() + self.passed.len as usize)
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

#[cold]
fn room_is_lent() -> Error {
    Error::state(
        "feed_room was called, and feed_filled was not: call feed_filled first, with 0 if nothing came",
    )
}

/// Reads once from `source`, for rustls: whole headers only.
struct Through<'a, S> {
    source: &'a S,
    input: &'a mut Input,
    received: Option<io::Result<usize>>,
}

impl<S: Source> Read for Through<'_, S> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.input.passed.left as usize;
        if buf.len() < left {
            return Err(ErrorKind::WouldBlock.into()); // its buffer would grow, 4 KiB at a time
        }
        let max = buf.len().min(left + BEHIND);
        match self.received.insert(self.source.read(&mut buf[..max])) {
            &mut Ok(received) => {
                let (passed, len) = self.input.passed.with(&buf[..received]);
                self.input.passed = passed;
                self.input.buf.extend_from_slice(&buf[len..received]);
                Ok(len)
            }
            Err(_) => Err(ErrorKind::WouldBlock.into()),
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
        assert!(input.lend(LIMIT).unwrap().capacity() == MAX_RECORD);
        assert_eq!(input.buf.capacity(), 0);
        input.lent_room().unwrap().push(23);
        let room = input.take_room();
        input.keep(room, 0);
        assert!((1..100).contains(&input.buf.capacity()) && input.check_room().is_ok());
        input.consume(1);
        assert_eq!(input.buf.capacity(), 0);
    }

    #[test]
    fn what_is_being_filled_is_left_alone_and_is_of_the_limit() {
        let mut input = Input::default();
        input.feed(&[23; 1000], 1010);
        let place = input.lend(1010).unwrap().as_ptr();
        assert_eq!(input.lent_room().unwrap().capacity(), 10);
        input.discard();
        assert!(input.check_room().is_err());
        assert_eq!(input.lend(LIMIT).unwrap().as_ptr(), place);
        input.take_room();
        assert!(input.lend(0).is_none());
    }

    /// Gives what it has, in pieces.
    struct Pieces<'a>(std::cell::RefCell<Vec<&'a [u8]>>);

    impl Source for Pieces<'_> {
        fn append(&self, _: &mut Vec<u8>) -> io::Result<usize> {
            unreachable!("not for long records")
        }

        fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
            let piece = self.0.borrow_mut().pop().ok_or(ErrorKind::ConnectionReset)?;
            buf[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    #[test]
    fn the_rest_of_a_long_record_goes_to_rustls_with_whole_headers() {
        let header = [23, 3, 3, 0x20, 0];
        let record = [&header[..], &[7; 0x2000]].concat();
        for behind in 0..=HEADER {
            let mut input = Input::default();
            let mut room = vec![0; MAX_RECORD];
            let mut given = input.pass_at_once(&record[..100], |_| Ok::<_, ()>(())).unwrap();
            let last = [&record[1100..], &header[..behind]].concat();
            let pieces = Pieces(vec![&[][..], &last, &record[100..1100]].into());
            let mut receive = |input: &mut Input, room: &mut [u8]| {
                input.receive_through(&pieces, |source| {
                    source.read(room).inspect(|len| given += len)
                })
            };
            assert!(receive(&mut input, &mut [0; 0x1f00]).is_none()); // too small for all
            assert_eq!(receive(&mut input, &mut room).unwrap().unwrap(), 1000);
            assert!(!input.has_record());
            assert_eq!(receive(&mut input, &mut room).unwrap().unwrap(), last.len());
            assert!(input.has_record());
            input.processed();
            if behind == HEADER {
                assert_eq!(receive(&mut input, &mut room).unwrap().unwrap(), 0); // the end
                let failure = receive(&mut input, &mut room).unwrap().unwrap_err();
                assert_eq!(failure.kind(), ErrorKind::ConnectionReset);
            } else {
                assert!(receive(&mut input, &mut room).is_none());
            }
            let passed = if behind == HEADER { HEADER } else { 0 };
            assert_eq!((given, input.len()), (record.len() + passed, behind - passed));
        }
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
