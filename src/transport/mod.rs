//! What moves a connection's ciphertext: the host, through feed and drain, or a wire that the host
//! attaches. The engine answers the same either way; here its wants are met as far as the wire
//! goes.

mod wire;

pub use wire::Wire;

use crate::engine::{Conn, Outcome, Step};
use crate::error::Error;
use crate::ffi::{is_reset, number_of};
use std::io;

/// The failure of a wire, with the number of the host's callback, too.
fn failure(what: &str, error: &io::Error) -> Error {
    Error::io(what, error).with_os(number_of(error))
}

/// A connection and its transport.
pub struct Link {
    pub conn: Conn,
    wire: Option<Wire>,
    /// What the wire said when it failed, each way.
    read_error: Option<Error>,
    write_error: Option<Error>,
    /// The last call ended for the sake of others: the wire may hold more.
    pub yielded: bool,
}

/// How much a call receives before it lets others run.
const MAX_RECEIVED: usize = 128 * 1024;

impl Link {
    pub fn new(conn: Conn) -> Self {
        Self { conn, wire: None, read_error: None, write_error: None, yielded: false }
    }

    /// Replaces the wire by another one, or by none. What a wire failed to send is lost: nothing can be
    /// sent after that.
    pub fn attach(&mut self, wire: Option<Wire>) -> Result<(), Error> {
        if wire.is_some() {
            self.conn.check_room()?;
        }
        self.wire = wire;
        self.read_error = None;
        Ok(())
    }

    /// Memory into which the host receives, if no wire does.
    pub fn feed_room(&mut self) -> Result<Option<&mut Vec<u8>>, Error> {
        match self.wire {
            Some(_) => {
                Err(Error::state("feed_room with a transport attached, which receives itself"))
            }
            None => self.conn.feed_room(),
        }
    }

    pub fn accept(&mut self) -> Outcome<()> {
        let outcome = self.drive(Conn::accept);
        self.unless_cut_off(outcome)
    }

    pub fn handshake(&mut self) -> Outcome<()> {
        let outcome = self.drive(Conn::handshake);
        self.unless_cut_off(outcome)
    }

    pub fn read(&mut self, buf: &mut [u8]) -> Outcome<usize> {
        let outcome = self.drive(|conn| conn.read(buf));
        self.unless_cut_off(outcome)
    }

    pub fn write(&mut self, data: &[u8]) -> Outcome<usize> {
        self.drive_out(|conn| conn.write(data))
    }

    /// As `read`, but the plaintext stays here, and the host gets a pointer.
    pub fn read_ahead(&mut self) -> Outcome<()> {
        let outcome = self.drive(Conn::read_ahead);
        self.unless_cut_off(outcome)
    }

    pub fn read_early_data(&mut self, buf: &mut [u8]) -> Outcome<usize> {
        let outcome = self.drive(|conn| conn.read_early_data(buf));
        self.unless_cut_off(outcome)
    }

    pub fn write_early_data(&mut self, data: &[u8]) -> Outcome<usize> {
        self.drive_out(|conn| conn.write_early_data(data))
    }

    pub fn update_keys(&mut self) -> Outcome<()> {
        self.drive_out(Conn::update_keys)
    }

    pub fn flush(&mut self) -> Outcome<()> {
        let step = self.drive(Conn::flush)?;
        self.write_error.clone().map_or(Ok(step), Err)
    }

    pub fn close(&mut self) -> Outcome<()> {
        let step = self.drive(Conn::close)?;
        self.write_error.clone().map_or(Ok(step), Err)
    }

    /// A handshake ends when our part of it cannot be sent; but first the engine had what the
    /// peer sent, in which there may be an alert that explains it.
    #[inline]
    fn unless_cut_off<T>(&self, outcome: Outcome<T>) -> Outcome<T> {
        if self.write_error.is_none() { outcome } else { self.cut_off(outcome) }
    }

    #[cold]
    fn cut_off<T>(&self, outcome: Outcome<T>) -> Outcome<T> {
        match (&outcome, &self.write_error) {
            (Ok(Step::WantRead), Some(error)) if !self.conn.is_established() => Err(error.clone()),
            _ => outcome,
        }
    }

    /// Runs the step that was announced. The wire is left alone: this may be another thread.
    pub fn run_blocking(&mut self) {
        self.conn.run_blocking();
    }

    /// Repeats `step` for as long as the wire gives it what it wants, within bounds: a peer that
    /// sends much without meaning must not keep a thread.
    fn drive<T>(&mut self, mut step: impl FnMut(&mut Conn) -> Outcome<T>) -> Outcome<T> {
        self.yielded = false;
        let mut received = 0;
        loop {
            let outcome = step(&mut self.conn);
            let moved = match outcome {
                Ok(Step::WantWrite) => self.send(),
                Ok(Step::WantRead) if received >= MAX_RECEIVED => {
                    self.yielded = true;
                    return outcome;
                }
                Ok(Step::WantRead) => {
                    self.send();
                    let len = self.receive()?;
                    received += len.unwrap_or(0);
                    len.is_some()
                }
                Ok(Step::WantBlocking) => {
                    self.send(); // the peer need not wait for the step
                    return outcome;
                }
                _ => return outcome,
            };
            if !moved {
                return outcome;
            }
        }
    }

    /// As `drive`, for what adds to what is sent. What the wire does not accept now was accepted from
    /// the host all the same, and the next call returns what became of it.
    fn drive_out<T>(&mut self, step: impl FnMut(&mut Conn) -> Outcome<T>) -> Outcome<T> {
        if self.write_error.is_some() {
            self.flush()?;
        }
        let outcome = self.drive(step);
        self.send();
        self.unless_cut_off(outcome)
    }

    /// Sends what waits. False while something still does.
    fn send(&mut self) -> bool {
        let Some(wire) = &mut self.wire else { return false };
        if self.write_error.is_some() {
            self.conn.sever(); // nothing may follow what was lost
        }
        while self.conn.has_output() {
            match self.conn.drain(wire) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                Err(error) => {
                    self.write_error = Some(failure("sending", &error));
                    self.conn.sever();
                }
            }
        }
        true
    }

    /// Receives once; returns how much. None where nothing has come, 0 at the end.
    fn receive(&mut self) -> Result<Option<usize>, Error> {
        let Some(wire) = &self.wire else { return Ok(None) };
        if let Some(error) = &self.read_error {
            return Err(error.clone());
        }
        match self.conn.receive(wire) {
            // Linux reports a reset, or why a connect failed, once: here it did so when the library sent.
            Ok(0) => match self.write_error.clone().filter(|it| self.explains_eof(it)) {
                Some(earlier) => Err(self.cannot_receive(earlier)),
                None => {
                    self.conn.feed_eof()?;
                    Ok(Some(0))
                }
            },
            Ok(len) => Ok(Some(len)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(self.cannot_receive(failure("receiving", &error))),
        }
    }

    fn explains_eof(&self, write_error: &Error) -> bool {
        write_error.os.is_some_and(is_reset) || !self.conn.is_established()
    }

    /// Keeps what every attempt to receive answers from now on. A handshake fails with what failed
    /// first.
    fn cannot_receive(&mut self, mut error: Error) -> Error {
        if self.conn.is_established() {
            error.text += ": what was received may be truncated";
        } else if let Some(earlier) = &self.write_error {
            error = earlier.clone();
        }
        self.read_error.insert(error).clone()
    }
}
