//! One connection: what its parts do for each call, whatever moves its ciphertext.

mod binding;
mod blocking;
mod early_data;
mod ech;
mod ending;
mod facts;
mod handshake;
mod plaintext;
mod records;

use super::budget::Budget;
use super::early::Early;
use super::ends::Ends;
use super::gate::Gate;
use super::input::Input;
use super::keys::Keys;
use super::opening::{Client, Listening, Opening};
use super::output::Output;
use super::phase::Phase;
use super::{Source, hand_over};
use crate::call_context::{CallContext, Sink};
use crate::capi::types::UserData;
use crate::config::{Config, Settings};
use crate::error::Error;
use ech::Offer;
use facts::Facts;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ServerConfig};
use std::io::{self, Write};
use std::sync::Arc;

pub struct Conn {
    phase: Phase,
    input: Input,
    output: Output,
    gate: Gate,
    early: Early,
    budget: Budget,
    ends: Ends,
    keys: Keys,
    context: CallContext,
    facts: Facts,
    ech: Option<Box<Offer>>,
    settings: Arc<Settings>,
}

/// What a connection can do now, as bits for a host that polls both ways.
pub struct State {
    pub handshaking: bool,
    pub readable: bool,
    pub wants_write: bool,
    pub wants_blocking: bool,
    pub peer_closed: bool,
    pub closed: bool,
    pub failed: bool,
}

impl Conn {
    pub fn client(config: &Config<ClientConfig>, name: ServerName<'static>) -> Self {
        let opening = Client { config: config.rustls.clone(), name, alpn: None, offers_ech: false };
        Self::new(Box::new(opening), config.settings.clone())
    }

    pub fn server(config: &Config<ServerConfig>) -> Self {
        let mut conn = Self::acceptor();
        conn.choose(config);
        conn
    }

    /// A server without a config: it stops when the ClientHello is whole.
    pub fn acceptor() -> Self {
        Self::new(Box::new(Listening::default()), Arc::default())
    }

    fn new(opening: Box<dyn Opening>, settings: Arc<Settings>) -> Self {
        Self {
            phase: Phase::Opening(opening),
            input: Input::default(),
            output: Output::default(),
            gate: Gate::default(),
            early: Early::default(),
            budget: Budget::default(),
            ends: Ends::default(),
            keys: Keys::default(),
            context: CallContext::default(),
            facts: Facts::default(),
            ech: None,
            settings,
        }
    }

    /// Gives an accepted server its config.
    pub fn choose(&mut self, config: &Config<ServerConfig>) {
        self.settings = config.settings.clone();
        if let Some(listening) = self.phase.listening_mut() {
            listening.config = Some(config.rustls.clone());
        }
    }

    /// The ALPN protocols of this connection, to be changed before it speaks.
    pub fn alpn_list(&mut self) -> Result<&mut Vec<Vec<u8>>, Error> {
        let list = self.phase.opening_mut().and_then(|opening| opening.alpn());
        list.ok_or_else(|| Error::state("the handshake has begun: ALPN must be set before"))
    }

    pub fn set_user_data(&mut self, user_data: UserData) {
        self.context.user_data = user_data;
    }

    pub fn set_sink(&mut self, sink: Option<Sink>) {
        self.context.sink = sink;
    }

    // Ciphertext in and out.

    /// Takes ciphertext; what follows the end of the connection is dropped.
    pub fn feed(&mut self, data: &[u8]) -> Result<usize, Error> {
        if self.ends.is_at_eof() {
            return Err(Error::state("feed after feed_eof: the transport has ended"));
        }
        self.input.check_room()?;
        if self.ends.drops_input() {
            return Ok(data.len());
        }
        let limit = self.settings.limits.read_buffer;
        match &mut self.phase {
            Phase::Open { side, is_established: true } if !self.input.has_plaintext => {
                let give = |bytes: &[u8]| hand_over(bytes, |it| side.read_tls(it));
                let fed = self.input.feed_through(data, limit, give);
                fed.or_else(|error| {
                    self.fail(error);
                    Ok(data.len())
                })
            }
            _ => Ok(self.input.feed(data, limit)),
        }
    }

    /// Memory for ciphertext, which is left alone until `feed_filled`. None if there is no room.
    pub fn feed_room(&mut self) -> Result<Option<&mut Vec<u8>>, Error> {
        if self.ends.is_at_eof() {
            return Err(Error::state("feed_room after feed_eof: the transport has ended"));
        }
        Ok(self.input.lend(self.settings.limits.read_buffer))
    }

    /// The memory of `feed_room`, if it is not filled yet.
    pub fn lent_room(&mut self) -> Option<&mut Vec<u8>> {
        self.input.lent_room()
    }

    /// Refuses what would mix with the bytes that are still to come into that memory.
    pub fn check_room(&self) -> Result<(), Error> {
        self.input.check_room()
    }

    /// As `feed`, of what was appended to that memory.
    pub fn feed_filled(&mut self) {
        let room = self.input.take_room();
        if self.ends.drops_input() {
            return;
        }
        let given = match &mut self.phase {
            Phase::Open { side, is_established: true } if !self.input.has_plaintext => {
                self.input.pass_at_once(&room, |bytes| hand_over(bytes, |it| side.read_tls(it)))
            }
            _ => Ok(0),
        };
        match given {
            Ok(given) => self.input.keep(room, given),
            Err(error) => self.fail(error),
        }
    }

    /// As `feed`, of what `source` has, once.
    pub fn receive(&mut self, source: &impl Source) -> io::Result<usize> {
        if let Phase::Open { side, is_established: true } = &mut self.phase {
            let received = self.input.receive_through(source, |through| side.read_tls(through));
            if let Some(received) = received {
                return received;
            }
        }
        let Some(room) = self.input.lend(self.settings.limits.read_buffer) else {
            return Err(io::ErrorKind::WouldBlock.into());
        };
        let received = source.append(room);
        self.feed_filled();
        received
    }

    pub fn feed_eof(&mut self) -> Result<(), Error> {
        self.input.check_room()?;
        self.ends.feed_eof();
        Ok(())
    }

    /// Writes waiting ciphertext to `sink`, once.
    pub fn drain(&mut self, sink: &mut dyn Write) -> io::Result<usize> {
        let drained = match self.phase.side_mut() {
            _ if !self.output.is_empty() => self.output.drain(sink)?,
            Some(side) if !self.ends.drops_output() => side.write_tls(sink)?,
            _ => 0,
        };
        self.note_sent(drained);
        Ok(drained)
    }

    #[inline]
    fn note_sent(&mut self, len: usize) {
        if len > 0 {
            self.early.answer();
        }
    }

    /// Fills `buf` with waiting ciphertext.
    pub fn drain_into(&mut self, mut buf: &mut [u8]) -> usize {
        let cap = buf.len();
        if !self.output.is_empty() {
            self.output.drain(&mut buf).ok(); // memory takes every byte that it has room for
        }
        match self.phase.side_mut() {
            Some(side) if self.output.is_empty() && !self.ends.drops_output() => {
                side.drain_into(&mut buf);
            }
            _ => {}
        }
        let drained = cap - buf.len();
        self.note_sent(drained);
        drained
    }

    /// The waiting ciphertext that there is in one piece.
    pub fn output(&mut self) -> &[u8] {
        match self.phase.side_mut() {
            Some(side) if !self.ends.drops_output() && self.output.is_empty() => {
                self.output.set_aside(side);
            }
            _ => {}
        }
        self.output.waiting()
    }

    /// Takes what `output` showed as sent. False where it is more than that.
    pub fn consume_output(&mut self, len: usize) -> bool {
        let is_there = len <= self.output.waiting().len();
        if is_there {
            self.output.consume(len);
            self.note_sent(len);
        }
        is_there
    }

    #[inline]
    pub fn has_output(&self) -> bool {
        let is_queued = || self.phase.side().is_some_and(|side| side.wants_write());
        !self.output.is_empty() || !self.ends.drops_output() && is_queued()
    }

    /// The transport takes nothing any more: what waits is lost, and so is an unfinished
    /// handshake.
    pub fn sever(&mut self) {
        while matches!(self.drain(&mut io::sink()), Ok(1..)) {}
        self.ends.sever();
    }

    pub fn state(&self) -> State {
        State {
            handshaking: !self.is_established() && self.ends.failure().is_none(),
            readable: self.goes_on(),
            wants_write: self.has_output(),
            wants_blocking: self.gate.is_announced(),
            peer_closed: self.ends.is_peer_closed(),
            closed: self.ends.is_closed(),
            failed: self.ends.failure().is_some(),
        }
    }

    /// Whether a call of handshake or read goes on with what is at hand.
    fn goes_on(&self) -> bool {
        let has_plaintext = self.input.has_plaintext;
        let is_over = self.ends.drops_input() || self.ends.is_closed();
        match self.is_established() {
            _ if self.gate.is_announced() => false,
            true => has_plaintext || self.input.has_record(),
            false if is_over => false,
            false if self.ends.is_severed() => !has_plaintext && self.input.has_record(),
            // Once the last flight is drained, a call answers OK.
            false if self.phase.is_finished() => !self.has_output(),
            false => self.input.has_record(),
        }
    }
}
