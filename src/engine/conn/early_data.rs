//! Early data on its way through a connection.

use super::Conn;
use super::handshake::Progress;
use crate::engine::early::Early;
use crate::engine::hello::Hello;
use crate::engine::side::Side;
use crate::engine::{Outcome, Step};
use crate::error::{Error, Status};
use rustls::{HandshakeKind, ProtocolVersion};
use std::io::{Read, Write};

impl Early {
    /// What `side` makes of what `hello` offers. After a HelloRetryRequest, rustls skips one record
    /// at a time by itself.
    pub(super) fn of(hello: Option<&Hello>, side: &mut dyn Side) -> Self {
        if side.early_writer().is_some() {
            return Self::Offered;
        }
        if side.early_reader().is_some() {
            return Self::Accepted;
        }
        let is_tls13 = side.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        let retried = side.handshake_kind() == Some(HandshakeKind::FullWithHelloRetryRequest);
        let is_offered = hello.is_some_and(|hello| hello.offers_early_data);
        if is_offered && is_tls13 && !retried { Self::refused() } else { Self::None }
    }
}

impl Conn {
    /// Takes as much of `data` as the session and the buffer allow.
    pub fn write_early_data(&mut self, data: &[u8]) -> Outcome<usize> {
        if let Some(end) = self.end() {
            return end;
        }
        if self.ends.is_closed() {
            return Err(Error::state("early data after close"));
        }
        if self.ends.is_peer_closed() && !self.phase.is_finished() {
            return self.starve();
        }
        if self.phase.side().is_none() && !self.phase.is_server() {
            self.advance();
        }
        if let Some(end) = self.end() {
            return end;
        }
        if self.may_answer_early_data() {
            return self.encrypt(data);
        }
        let room = self.settings.limits.write_buffer.saturating_sub(self.output.waiting().len());
        let Some(side) = self.phase.side_mut() else { return Err(none()) };
        let Some(mut early) = side.early_writer() else { return Err(none()) };
        let most = data.len().min(early.bytes_left());
        if most == 0 && !data.is_empty() {
            return Err(none());
        }
        if room == 0 {
            return Ok(Step::WantWrite);
        }
        let taken = early.write(&data[..most.min(room)]).map_err(|_| none())?;
        self.output.collect(side);
        Ok(Step::Done(taken))
    }

    /// A server that took early data has sent its Finished, and no one is asked for a certificate.
    fn may_answer_early_data(&self) -> bool {
        self.early == Early::Accepted && !self.phase.is_finished()
    }

    /// Early data that came, before the handshake is done or after.
    pub fn read_early_data(&mut self, buf: &mut [u8]) -> Outcome<usize> {
        if !self.phase.is_server() {
            return Err(none());
        }
        loop {
            let early = self.phase.side_mut().and_then(|side| side.early_reader());
            if let Some(len @ 1..) = early.and_then(|mut it| it.read(buf).ok()) {
                return Ok(Step::Done(len));
            }
            if let Some(end) = self.end() {
                return end;
            }
            let is_none = self.phase.side().is_some() && self.early != Early::Accepted;
            if is_none || self.phase.is_finished() {
                return Err(none());
            }
            if buf.is_empty() {
                return Ok(Step::Done(0));
            }
            if self.ends.is_closed() {
                return Err(Error::state("early data after close"));
            }
            if self.advance() != Progress::Made && self.ends.failure().is_none() {
                return if self.has_output() { Ok(Step::WantWrite) } else { self.starve() };
            }
        }
    }

    /// What became of early data. None: there was none, or the answer is not known yet.
    pub fn is_early_data_accepted(&self) -> Option<bool> {
        match self.early {
            Early::None | Early::Refused { .. } => None,
            Early::Accepted => Some(true),
            Early::Offered => {
                let client = self.phase.side()?.client()?;
                (!client.is_handshaking()).then(|| client.is_early_data_accepted())
            }
        }
    }

    /// Notes the ALPN protocol, for the sessions of this connection.
    pub(super) fn note_protocol(&mut self) -> Result<(), Error> {
        let client = self.phase.side().and_then(|side| side.client());
        let Some(client) = client.filter(|_| self.context.early.is_some()) else { return Ok(()) };
        let agreed = client.alpn_protocol().unwrap_or_default();
        let is_accepted = client.is_early_data_accepted();
        self.context.early.as_mut().map_or(Ok(()), |early| early.agree(agreed, is_accepted))
    }
}

fn none() -> Error {
    Error::new(Status::None, "there is no early data to send or to read, or no more")
}
