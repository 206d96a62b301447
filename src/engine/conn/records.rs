//! What rustls is given of the input: whole records, of the handshake one at a time.

use super::Conn;
use super::handshake::Progress;
use crate::engine::early::Early;
use crate::engine::gate::Next;
use crate::engine::output::Output;
use crate::engine::record::{APPLICATION_DATA, Record};
use crate::engine::{alert, hand_over, version};
use crate::error::Error;
use rustls::{AlertDescription, PeerMisbehaved};

impl Conn {
    /// Lets rustls process what is next.
    pub(super) fn process_next(&mut self) -> Progress {
        if self.ends.drops_input() {
            return Progress::Over;
        }
        let given = if self.is_established() { self.give_records() } else { self.give_record() };
        if given != Progress::Made {
            return given;
        }
        self.process()
    }

    /// Gives rustls what it has room for.
    #[inline]
    fn give_records(&mut self) -> Progress {
        let Some(side) = self.phase.side_mut() else { return Progress::Over };
        let passed = self.input.pass(|bytes| hand_over(bytes, |it| side.read_tls(it)));
        if passed == Ok(false) {
            return Progress::Starved;
        }
        // What these records add is then distinguished from what was there.
        self.output.set_aside(side);
        match passed {
            Ok(_) => Progress::Made,
            Err(error) => self.failed(error),
        }
    }

    /// Gives rustls the next record.
    fn give_record(&mut self) -> Progress {
        let chosen = match self.gate.take() {
            Some(Next::Input(len)) => Ok(len as usize),
            _ => self.choose_portion(),
        };
        let len = match chosen {
            Ok(0) => return Progress::Starved,
            Ok(len) => len,
            Err(error) => return self.failed(error.into()),
        };
        if self.has_to_wait(len) {
            self.gate.announce(Next::Input(len as u32));
            return Progress::Blocked;
        }
        if self.is_plain_close_notify(len) {
            self.peer_closes();
            return Progress::Over;
        }
        self.note_record(len);
        let Some(side) = self.phase.side_mut() else { return Progress::Over };
        // What this record adds is then distinguished from what was there.
        self.output.set_aside(side);
        let given = hand_over(self.input.waiting(len), |bytes| side.read_tls(bytes));
        self.input.consume(len);
        self.context.receive(len as u32);
        match given {
            Ok(()) => Progress::Made,
            // rustls keeps what it passes over.
            Err(_) if self.early.is_refused() => {
                self.failed(PeerMisbehaved::TooMuchEarlyDataReceived.into())
            }
            Err(error) => self.failed(error),
        }
    }

    /// rustls passes over an unauthenticated close_notify; the end that it announces is as real as a
    /// cut would be, and a status tells the host which of the two it was.
    fn is_plain_close_notify(&self, len: usize) -> bool {
        let is_handshaking = self.phase.side().is_some_and(|side| side.is_handshaking());
        let record = Record::first(self.input.waiting(len));
        is_handshaking && record.and_then(Record::plain_alert) == Some(alert::CLOSE_NOTIFY)
    }

    /// Notes what rustls will not tell of the next record: what the error message needs if the record
    /// causes a failure, and whether it resumes a session.
    fn note_record(&mut self, len: usize) {
        let record = Record::first(self.input.waiting(len));
        if let Some(version) = record.and_then(version::of_server_hello) {
            self.context.old_version = Some(version);
        }
        if self.chooses_session(len) {
            self.context.chose_session = true;
        }
        if self.context.finished {
            self.context.finished = false; // of an earlier record
        }
    }

    fn failed(&mut self, error: rustls::Error) -> Progress {
        self.fail(error);
        Progress::Over
    }

    /// Chooses how much of what is at hand rustls gets next, and counts it. 0 if nothing is whole.
    fn choose_portion(&mut self) -> Result<usize, Error> {
        let limit = self.settings.limits.handshake;
        self.budget.spend(self.early.skip(&mut self.input));
        self.budget.check(limit)?;
        let is_protected = self.input.content_type() == Some(APPLICATION_DATA);
        let len = self.early.portion(&self.input);
        if is_protected {
            self.early.pass(len);
        }
        if !(is_protected && self.early == Early::Accepted) {
            self.budget.spend(len);
        }
        self.budget.check(limit)?;
        Ok(len)
    }

    #[inline]
    fn process(&mut self) -> Progress {
        let is_established = self.is_established();
        let Some(side) = self.phase.side_mut() else { return Progress::Over };
        let len = self.input.in_whole_records();
        self.context.receive(len);
        let processed = match is_established {
            true => self.context.within_if_used(|| side.process_new_packets()),
            false => self.context.within(|| side.process_new_packets()),
        };
        match &processed {
            Ok(state) => {
                let plaintext = state.plaintext_bytes_to_read();
                self.input.has_plaintext = self.phase.is_finished() && plaintext > 0;
                if plaintext > 0 {
                    self.context.received = len.saturating_sub(plaintext as u32);
                }
            }
            // There may be some of the records before the one that fails.
            Err(_) => self.note_plaintext(),
        }
        match processed {
            Ok(state) => {
                self.input.processed();
                if !is_established {
                    if let Err(error) = self.take_step() {
                        // Our Finished must not follow. An alert cannot: rustls sends only its own.
                        self.output = Output::default();
                        return self.failed(error.into());
                    }
                }
                if state.peer_has_closed() {
                    self.peer_closes();
                }
                Progress::Made
            }
            // After the handshake that is one of a level that there is not, which rustls answers.
            Err(rustls::Error::AlertReceived(AlertDescription::CloseNotify))
                if !self.is_established() =>
            {
                self.peer_closes();
                Progress::Over
            }
            Err(error) => self.failed(error),
        }
    }

    /// Takes over what a step of the handshake came to.
    fn take_step(&mut self) -> Result<(), Error> {
        if let Some(side) = self.phase.side_mut() {
            self.output.collect(side);
        }
        self.forget_unless_resumed();
        self.note_protocol()
    }
}
