//! The only owner of rustls connections: ciphertext in, plaintext out, and the other way round.
//! It does no I/O, never waits, and has no unsafe code.
#![forbid(unsafe_code)]

mod alert;
mod budget;
mod conn;
mod early;
mod ends;
mod gate;
mod hello;
mod input;
mod keys;
mod opening;
mod output;
mod phase;
mod record;
mod side;
mod version;

pub use conn::Conn;

use crate::error::{Error, Status};
use rustls::InvalidMessage;
use std::io;

/// How far a call got.
#[derive(Debug, PartialEq)]
pub enum Step<T> {
    Done(T),
    WantRead,
    WantWrite,
    WantBlocking,
}

/// Where a connection receives from.
pub trait Source {
    /// Appends to `buf`, within its capacity, and returns how much. 0 is the end.
    fn append(&self, buf: &mut Vec<u8>) -> io::Result<usize>;

    /// Fills the start of `buf`, and returns how much. 0 is the end.
    fn read(&self, buf: &mut [u8]) -> io::Result<usize>;
}

pub type Outcome<T> = Result<Step<T>, Error>;

impl<T> Step<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Step<U> {
        match self {
            Self::Done(value) => Step::Done(f(value)),
            Self::WantRead => Step::WantRead,
            Self::WantWrite => Step::WantWrite,
            Self::WantBlocking => Step::WantBlocking,
        }
    }

    /// The status, and the value if the step is done.
    pub fn split(self) -> (Status, Option<T>) {
        match self {
            Self::Done(value) => (Status::Ok, Some(value)),
            Self::WantRead => (Status::WantRead, None),
            Self::WantWrite => (Status::WantWrite, None),
            Self::WantBlocking => (Status::WantBlocking, None),
        }
    }
}

/// Gives rustls a record: its reader takes a few KiB at a time. It refuses only to hold more of
/// an unfinished handshake message than it has room for.
fn hand_over(
    mut record: &[u8],
    mut read_tls: impl FnMut(&mut dyn io::Read) -> io::Result<usize>,
) -> Result<(), rustls::Error> {
    while !record.is_empty() {
        match read_tls(&mut record) {
            Ok(1..) => {}
            _ => return Err(InvalidMessage::HandshakePayloadTooLarge.into()),
        }
    }
    Ok(())
}
