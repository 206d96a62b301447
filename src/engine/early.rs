//! Early data (0-RTT; RFC 8446, section 2.3): sent with the first flight of a resumed session.

use super::conn::{Conn, Phase};
use super::hello::Hello;
use super::opening::too_large;
use super::record::APPLICATION_DATA;
use super::side::Side;
use super::{Outcome, Step};
use crate::error::{Error, Status};
use rustls::{HandshakeKind, ProtocolVersion};
use std::io::{Read, Write};

/// Early data that this server refused (RFC 8446, section 4.2.10): the client goes on sending it
/// until it has read the server's answer.
pub(super) struct Refused {
    /// Nothing of the answer has left, so every protected record that comes is early data.
    is_unanswered: bool,
    /// How much is to come of the record that is being skipped.
    left: u32,
    /// How much rustls was given, which it keeps until it can decrypt something.
    kept: u32,
}

impl Refused {
    /// What `conn` refused of what `hello` offered. After a HelloRetryRequest, rustls skips one
    /// record at a time by itself.
    pub fn new(hello: Option<&Hello>, conn: &mut dyn Side) -> Option<Box<Self>> {
        let is_tls13 = conn.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        let retried = conn.handshake_kind() == Some(HandshakeKind::FullWithHelloRetryRequest);
        let is_offered = hello.is_some_and(|hello| hello.offers_early_data);
        let is_refused = is_offered && is_tls13 && !retried && !has_early_data(conn);
        is_refused.then(|| Box::new(Self { is_unanswered: true, left: 0, kept: 0 }))
    }

    /// Some of the answer has left.
    pub fn answer(&mut self) {
        self.is_unanswered = false;
    }
}

/// Whether a client may send some, or a server takes it.
pub(super) fn has_early_data(conn: &mut dyn Side) -> bool {
    conn.early_writer().is_some() || conn.early_reader().is_some()
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
        self.is_server() && self.early_data && !self.is_finished()
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
            if self.is_finished() || matches!(self.phase, Phase::Open(_)) && !self.early_data {
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
            _ if !self.early_data => None,
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

    /// How much of what is at hand rustls gets next: a record, as a rule.
    ///
    /// Early data that this server refused is the exception. rustls passes over what it cannot
    /// decrypt, but keeps it, and counts it against a limit at every call, until something can be
    /// decrypted. So what can only be early data is skipped here, and of what may be more, rustls
    /// gets as much as there is at once.
    pub(super) fn portion(&mut self) -> Option<usize> {
        self.skip_refused();
        let is_protected = self.inbound.content_type() == Some(APPLICATION_DATA);
        let len = match &mut self.refused {
            Some(refused) if is_protected => {
                let len = self.inbound.protected_records(refused.kept as usize).len();
                refused.kept += len as u32;
                len
            }
            _ => self.inbound.record().map_or(0, |it| it.bytes().len()),
        };
        if len > 0 { self.within_limit(len, is_protected && self.early_data) } else { None }
    }

    /// Drops the protected records that came before the client could have read any of the answer.
    fn skip_refused(&mut self) {
        while let Some(refused) = &mut self.refused {
            if refused.left == 0 && refused.is_unanswered {
                refused.left = self.inbound.protected_record_len().unwrap_or(0) as u32;
            }
            let len = self.inbound.len().min(refused.left as usize);
            refused.left -= len as u32;
            self.inbound.consume(len);
            if len == 0 || self.within_limit(len, false).is_none() {
                return;
            }
        }
    }

    /// Counts what the peer sends before the handshake is done, but for early data, which has a
    /// limit of its own.
    fn within_limit(&mut self, len: usize, is_early: bool) -> Option<usize> {
        if !is_early {
            self.received += len;
        }
        if self.received <= self.settings.limits.handshake {
            return Some(len);
        }
        self.fail(too_large(self.settings.limits.handshake));
        None
    }
}

fn none() -> Error {
    Error::new(Status::None, "there is no early data to send or to read, or no more")
}
