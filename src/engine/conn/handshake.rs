//! The handshake, one step at a time.

use super::Conn;
use crate::engine::early::Early;
use crate::engine::gate::Next;
use crate::engine::hello::Hello;
use crate::engine::keys::Keys;
use crate::engine::opening::Refusal;
use crate::engine::phase::Phase;
use crate::engine::{Outcome, Step};
use crate::error::Error;

/// What became of a step.
#[derive(Debug, PartialEq)]
pub(super) enum Progress {
    /// It is made: there may be another.
    Made,
    /// It needs more input.
    Starved,
    /// It waits for `run_blocking`.
    Blocked,
    /// There are no more: the connection has failed, or the peer has closed it.
    Over,
}

impl Conn {
    /// Reads until the ClientHello is whole, for a server without a config.
    pub fn accept(&mut self) -> Outcome<()> {
        if let Some(end) = self.end() {
            return end;
        }
        let Some(listening) = self.phase.listening_mut() else {
            return Err(Error::state("not an acceptor"));
        };
        match listening.read_hello(&mut self.input, &mut self.context, &mut self.budget) {
            Ok(Step::Done(())) => return Ok(Step::Done(())),
            Ok(_) => {}
            Err(refusal) => self.refuse(refusal),
        }
        self.end().unwrap_or_else(|| self.starve())
    }

    pub fn hello(&self) -> Option<&Hello> {
        self.phase.listening()?.hello.as_ref()
    }

    /// Done once the peer can go on: finished, and the last flight is drained.
    pub fn handshake(&mut self) -> Outcome<()> {
        if let Some(end) = self.end() {
            return end;
        }
        if self.is_established() {
            return Ok(Step::Done(()));
        }
        if self.ends.is_closed() {
            return Err(Error::state("closed by this side before the handshake was done"));
        }
        while self.has_steps() && self.advance() == Progress::Made {}
        if let Some(end) = self.end() {
            return end;
        }
        if self.ends.is_peer_closed() {
            return self.starve();
        }
        if self.has_output() {
            return Ok(Step::WantWrite);
        }
        if self.phase.is_finished() && !self.ends.is_severed() {
            self.establish();
            return Ok(Step::Done(()));
        }
        self.starve()
    }

    /// Severed, a handshake cannot be done; but what the peer said may explain why.
    fn has_steps(&self) -> bool {
        !self.phase.is_finished() || self.ends.is_severed() && !self.input.has_plaintext
    }

    fn establish(&mut self) {
        self.phase.establish();
        self.early.settle();
        if let Some(records) = self.phase.side().and_then(|side| side.confidentiality_limit()) {
            self.keys = Keys::new(records);
        }
        self.log_established();
        self.keep_facts();
        self.context.settle();
    }

    pub fn is_established(&self) -> bool {
        self.phase.is_established()
    }

    /// One step of the handshake.
    pub(super) fn advance(&mut self) -> Progress {
        match &self.phase {
            Phase::Opening(_) => self.open(),
            Phase::Open { .. } => self.process_next(),
        }
    }

    /// Makes rustls's connection.
    fn open(&mut self) -> Progress {
        self.gate.take();
        let Some(opening) = self.phase.opening_mut() else { return Progress::Over };
        match opening.listen(&mut self.input, &mut self.context, &mut self.budget) {
            Ok(Step::Done(())) => {}
            Ok(_) => return Progress::Starved,
            Err(refusal) => {
                self.refuse(refusal);
                return Progress::Over;
            }
        }
        if opening.may_block(self.settings.blocking) && !self.gate.is_running() {
            self.gate.announce(Next::Answer);
            return Progress::Blocked;
        }
        let is_within = self.budget.check(self.settings.limits.handshake);
        let is_within = is_within.map_err(|error| Refusal::Error(error.into()));
        match is_within.and_then(|()| opening.open(&mut self.context)) {
            Ok(mut side) => {
                let hello = opening.listening().and_then(|it| it.hello.as_ref());
                self.early = Early::of(hello, side.as_mut());
                self.output.collect(side.as_mut());
                self.phase = Phase::Open { side, is_established: false };
                self.forget_unless_resumed();
                Progress::Made
            }
            Err(refusal) => {
                self.refuse(refusal);
                Progress::Over
            }
        }
    }
}
