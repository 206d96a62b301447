//! Early data on its way through a connection.

use super::conn::{Conn, Phase};
use super::early::Early;
use super::hello::Hello;
use super::record::APPLICATION_DATA;
use super::side::Side;
use super::{Outcome, Step};
use crate::error::{Error, Status};
use rustls::{HandshakeKind, ProtocolVersion};
use std::io::{Read, Write};

impl Early {
    /// What `conn` makes of what `hello` offers. After a HelloRetryRequest, rustls skips one record
    /// at a time by itself.
    pub(super) fn of(hello: Option<&Hello>, conn: &mut dyn Side) -> Self {
        if conn.early_writer().is_some() {
            return Self::Offered;
        }
        if conn.early_reader().is_some() {
            return Self::Accepted;
        }
        let is_tls13 = conn.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        let retried = conn.handshake_kind() == Some(HandshakeKind::FullWithHelloRetryRequest);
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
        if self.ends.is_peer_closed() && !self.is_finished() {
            return self.starve();
        }
        if matches!(self.phase, Phase::Opening(_)) && !self.is_server() {
            self.advance()?;
        }
        if let Some(end) = self.end() {
            return end;
        }
        if self.may_answer_early_data() {
            return self.encrypt(data);
        }
        let room = self.settings.limits.write_buffer.saturating_sub(self.outbound.waiting().len());
        let Phase::Open(conn) = &mut self.phase else { return Err(none()) };
        let Some(mut early) = conn.early_writer() else { return Err(none()) };
        let most = data.len().min(early.bytes_left());
        if most == 0 && !data.is_empty() {
            return Err(none());
        }
        if room == 0 {
            return Ok(Step::WantWrite);
        }
        let taken = early.write(&data[..most.min(room)]).map_err(|_| none())?;
        self.outbound.collect(conn.as_mut());
        Ok(Step::Done(taken))
    }

    /// A server that took early data has sent its Finished, and no one is asked for a certificate.
    fn may_answer_early_data(&self) -> bool {
        self.early == Early::Accepted && !self.is_finished()
    }

    /// Early data that came, before the handshake is done or after.
    pub fn read_early_data(&mut self, buf: &mut [u8]) -> Outcome<usize> {
        if !self.is_server() {
            return Err(none());
        }
        loop {
            if let Phase::Open(conn) = &mut self.phase {
                if let Some(len @ 1..) = conn.early_reader().and_then(|mut it| it.read(buf).ok()) {
                    return Ok(Step::Done(len));
                }
            }
            if let Some(end) = self.end() {
                return end;
            }
            if self.is_finished() || matches!(self.phase, Phase::Open(_)) && !self.has_early_data()
            {
                return Err(none());
            }
            if buf.is_empty() {
                return Ok(Step::Done(0));
            }
            if self.ends.is_closed() {
                return Err(Error::state("early data after close"));
            }
            if !self.advance()? && self.ends.failure().is_none() {
                return if self.has_output() { Ok(Step::WantWrite) } else { self.starve() };
            }
        }
    }

    /// What became of early data. None: there was none, or the answer is not known yet.
    pub fn is_early_data_accepted(&self) -> Option<bool> {
        match self.tls()?.client() {
            _ if !self.has_early_data() => None,
            Some(client) if client.is_handshaking() => None,
            Some(client) => Some(client.is_early_data_accepted()),
            None => Some(true),
        }
    }

    /// Notes the ALPN protocol, for the sessions of this connection.
    pub(super) fn note_protocol(&mut self) -> Result<(), rustls::Error> {
        let Phase::Open(conn) = &self.phase else { return Ok(()) };
        let Some(client) = conn.client().filter(|_| self.context.early.is_some()) else {
            return Ok(());
        };
        let (agreed, is_accepted) = (conn.alpn_protocol(), client.is_early_data_accepted());
        match &mut self.context.early {
            Some(early) => Ok(early.agree(agreed.unwrap_or_default(), is_accepted)?),
            None => Ok(()),
        }
    }

    /// Chooses how much of what is at hand rustls gets next, and counts it. 0 if nothing is whole.
    pub(super) fn choose_portion(&mut self) -> Result<usize, Error> {
        let limit = self.settings.limits.handshake;
        self.budget.spend(self.early.skip(&mut self.inbound));
        self.budget.check(limit)?;
        let is_protected = self.inbound.content_type() == Some(APPLICATION_DATA);
        let len = self.early.portion(&self.inbound);
        if is_protected {
            self.early.pass(len);
        }
        if !(is_protected && self.early == Early::Accepted) {
            self.budget.spend(len);
        }
        self.budget.check(limit)?;
        Ok(len)
    }

    /// Whether a client may send some, or a server takes it.
    fn has_early_data(&self) -> bool {
        matches!(self.early, Early::Offered | Early::Accepted)
    }
}

fn none() -> Error {
    Error::new(Status::None, "there is no early data to send or to read, or no more")
}
