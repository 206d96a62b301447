//! Whether a step that may block can come.
//!
//! rustls runs such steps while it processes a message, and cannot stop in the middle. What messages a
//! record has shows only when it is opened, and a message may have come with the record before. So
//! every record waits while a step may come.

use super::Conn;
use super::handshake::Progress;
use crate::engine::hello;
use crate::engine::record::Record;
use crate::engine::side::Side;
use rustls::{HandshakeKind, ProtocolVersion};

impl Conn {
    /// Runs the step that was announced, and those behind it as far as the bytes at hand go. The next
    /// call returns the result.
    pub fn run_blocking(&mut self) {
        if self.gate.is_announced() {
            self.gate.run();
            while self.advance() == Progress::Made && self.may_block() {}
            self.gate.open();
        }
    }

    /// Whether the next `len` bytes wait for `run_blocking`.
    pub(super) fn has_to_wait(&self, len: usize) -> bool {
        !self.gate.is_running() && self.may_block() && self.server_hello(len).is_none()
    }

    /// The body of the ServerHello that they are, if they are nothing else: no step comes of it. Only
    /// of a client's first record is it known that a message begins with it.
    fn server_hello(&self, len: usize) -> Option<&[u8]> {
        if self.phase.is_server() || self.budget.spent() != len {
            return None;
        }
        let (body, whole) = Record::first(self.input.waiting(len))?.server_hello()?;
        (body.len() == whole).then_some(body)
    }

    pub(super) fn chooses_session(&self, len: usize) -> bool {
        self.server_hello(len).is_some_and(hello::chooses_session)
    }

    /// Whether a step that may block can still come in this handshake.
    fn may_block(&self) -> bool {
        let may = self.settings.blocking;
        let Some(side) = self.phase.side().filter(|side| side.is_handshaking()) else {
            return false;
        };
        // A client's rustls tells it in TLS 1.3 with EncryptedExtensions, which is later. What the
        // ServerHello says decides only where a callback would run: whether one runs, rustls decides.
        let is_tls13 = side.protocol_version() == Some(ProtocolVersion::TLSv1_3);
        let is_resumed = side.handshake_kind() == Some(HandshakeKind::Resumed)
            || (is_tls13 && self.context.chose_session);
        let verifies = may.verifier && !is_resumed && !self.context.verified;
        let signs = may.signer && !is_resumed && self.may_sign(side);
        verifies || signs || may.store
    }

    /// A client signs once the server has asked it to, and behind the server's own certificate. A
    /// server signs in its first flight: after a HelloRetryRequest that is still to come.
    fn may_sign(&self, side: &dyn Side) -> bool {
        match side.client() {
            Some(_) => !self.context.verified || self.context.signer_asked,
            None => {
                side.handshake_kind() == Some(HandshakeKind::FullWithHelloRetryRequest)
                    && side.negotiated_key_exchange_group().is_none()
            }
        }
    }
}
