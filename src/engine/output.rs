//! Ciphertext for the network.
//!
//! During the handshake, before a record is processed, and once the connection has ended, rustls's
//! queue is collected here: its records can then be distinguished, so that the alert that went out is
//! known and nothing follows it. Otherwise records go from rustls to the sink without a stop.

use super::record::{self, ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, Record};
use super::side::Side;
use std::io::{self, Write};

/// A TLS 1.3 alert on the wire: level, description, inner content type and the AEAD's tag.
const PROTECTED_ALERT_LEN: usize = 2 + 1 + 16;

/// An alert record found among those collected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SentAlert {
    Clear(u8),
    /// Encrypted: the description cannot be read back.
    Protected,
}

impl SentAlert {
    fn of(record: Record<'_>) -> Option<Self> {
        match (record.content_type(), record.fragment().len()) {
            (ALERT, _) => Some(record.plain_alert().map_or(Self::Protected, Self::Clear)),
            (APPLICATION_DATA, PROTECTED_ALERT_LEN) => Some(Self::Protected),
            _ => None,
        }
    }
}

#[derive(Default)]
pub struct Output {
    held: Vec<u8>,
    gone: usize,
    /// How much there was before what was collected last.
    before: usize,
    /// Our change_cipher_spec is behind us: what follows is encrypted.
    pub encrypts: bool,
    /// The alert, if any, that ends what was collected last.
    pub alert: Option<SentAlert>,
}

impl Output {
    /// Takes over what rustls has queued, and looks at it.
    pub fn collect(&mut self, conn: &mut dyn Side) {
        self.hold(|held| take_over(conn, held));
    }

    /// Takes over what rustls has queued, of which the first record may have gone in part.
    #[inline]
    pub fn set_aside(&mut self, conn: &mut dyn Side) {
        if !conn.wants_write() {
            return;
        }
        self.held.drain(..std::mem::take(&mut self.gone));
        let written = take_over(conn, &mut self.held);
        debug_assert!(written.is_ok(), "a Vec takes every byte");
    }

    /// Appends what `queue` writes.
    pub fn hold(&mut self, queue: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) {
        self.held.drain(..std::mem::take(&mut self.gone));
        self.before = self.held.len();
        let written = queue(&mut self.held);
        debug_assert!(written.is_ok(), "a Vec takes every byte");
        self.alert = None;
        for record in Record::all(&self.held[self.before..]) {
            self.encrypts |= record.content_type() == CHANGE_CIPHER_SPEC;
            self.alert = SentAlert::of(record);
        }
    }

    /// Takes back what was collected last.
    pub fn forget_last(&mut self) {
        self.held.truncate(self.before);
    }

    /// Adds an alert in the clear, where rustls has none to send.
    pub fn push_alert(&mut self, level: u8, description: u8) {
        self.held.extend_from_slice(&record::plain_alert(level, description));
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    #[inline]
    pub fn waiting(&self) -> &[u8] {
        &self.held[self.gone..]
    }

    /// Writes once to `sink`, from here.
    pub fn drain(&mut self, sink: &mut dyn Write) -> io::Result<usize> {
        let written = sink.write(self.waiting())?;
        self.consume(written);
        Ok(written)
    }

    /// Forgets the first `len` bytes, and the memory with the last of them.
    pub fn consume(&mut self, len: usize) {
        self.gone += len;
        if self.gone == self.held.len() {
            (self.held, self.gone) = (Vec::new(), 0);
        }
    }
}

fn take_over(conn: &mut dyn Side, held: &mut Vec<u8>) -> io::Result<()> {
    while conn.wants_write() {
        conn.write_tls(held)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_alert_that_ends_a_flight() {
        let mut out = Output::default();
        let hold = |out: &mut Output, bytes: &[u8]| {
            out.hold(|held| held.write_all(bytes));
            out.alert
        };
        assert_eq!(hold(&mut out, &[22, 3, 3, 0, 1, 9]), None);
        assert!(!out.encrypts);
        assert_eq!(hold(&mut out, &[20, 3, 3, 0, 1, 1, 21, 3, 3, 0, 24]), None);
        assert!(out.encrypts);
        assert_eq!(hold(&mut out, &[21, 3, 3, 0, 2, 2, 40]), Some(SentAlert::Clear(40)));
        assert_eq!(hold(&mut out, &[23, 3, 3, 0, 1, 0]), None);
        assert_eq!(
            hold(&mut out, &[&[23, 3, 3, 0, 19][..], &[0; 19]].concat()),
            Some(SentAlert::Protected)
        );
    }

    #[test]
    fn drains_in_pieces() {
        let mut out = Output::default();
        out.push_alert(2, 70);
        let mut all = Vec::new();
        while !out.is_empty() {
            let mut one = [0];
            assert_eq!(out.drain(&mut &mut one[..]).unwrap(), 1);
            all.push(one[0]);
        }
        assert_eq!(all, [21, 3, 3, 0, 2, 2, 70]);
    }
}
