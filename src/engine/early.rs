//! Early data (0-RTT; RFC 8446, section 2.3): sent with the first flight of a resumed session.

use super::conn::{Conn, Phase};
use super::opening::too_large;
use super::side::Side;
use super::{Outcome, Step};
use crate::error::{Error, Status};
use rustls::HandshakeKind;
use std::io::{Read, Write};

/// The content type of a protected record.
const APPLICATION_DATA: u8 = 23;

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
        if self.closed {
            return Err(Error::state("early data after close"));
        }
        if self.peer_closed && !self.is_finished() {
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
            if self.closed {
                return Err(Error::state("early data after close"));
            }
            if !self.advance()? && self.failure.is_none() {
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

    /// How much of what is at hand rustls gets next: a record, as a rule.
    ///
    /// Early data that the server refused is the exception. rustls passes over what it cannot
    /// decrypt, but keeps it, and counts it against the limit anew at every call, until something
    /// can be decrypted. So what came before the client had our flight, which can be nothing else,
    /// waits for what comes after it.
    pub(super) fn portion(&mut self) -> Option<usize> {
        let record = self.inbound.record().map(<[u8]>::len);
        let is_encrypted = self.inbound.content_type() == Some(APPLICATION_DATA);
        if !is_encrypted || !self.may_refuse() {
            return self.within_limit(record?, is_encrypted && self.early_data);
        }
        if self.has_output() {
            self.refused = Some(self.inbound.begun() as u32);
            return None;
        }
        let Some(before) = self.refused else { return self.within_limit(record?, false) };
        let whole = self.inbound.records().len();
        (whole > before as usize).then(|| {
            self.refused = Some(0);
            whole
        })
    }

    /// A server that would not take early data. After a HelloRetryRequest, nothing that comes can
    /// be decrypted, and rustls passes over one record at a time.
    fn may_refuse(&self) -> bool {
        let retried = Some(HandshakeKind::FullWithHelloRetryRequest);
        let kind = self.tls().and_then(|conn| conn.handshake_kind());
        self.is_server() && !self.early_data && !self.is_finished() && kind != retried
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
