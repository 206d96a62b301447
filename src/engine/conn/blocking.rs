//! Whether a step that may block can come.
//!
//! rustls runs such steps while it processes a message, and cannot stop in the middle. What messages a
//! record has shows only when it is opened, and a message may have come with the record before. So
//! every record waits while a step may come.

use super::Conn;
use super::handshake::Progress;
use crate::engine::record::Record;
use crate::engine::side::Side;
use rustls::HandshakeKind;

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
        !self.gate.is_running() && self.may_block() && !self.is_server_hello(len)
    }

    /// Whether they are a ServerHello and nothing else, of which no step comes. Only of a client's
    /// first record is it known that a message begins with it.
    fn is_server_hello(&self, len: usize) -> bool {
        let is_first = self.budget.spent() == len && !self.phase.is_server();
        let hello = Record::first(self.input.waiting(len)).and_then(Record::server_hello);
        is_first && hello.is_some_and(|(body, whole)| body.len() == whole)
    }

    /// Whether a step that may block can still come in this handshake.
    fn may_block(&self) -> bool {
        let may = self.settings.blocking;
        let Some(side) = self.phase.side().filter(|side| side.is_handshaking()) else {
            return false;
        };
        let is_resumed = side.handshake_kind() == Some(HandshakeKind::Resumed);
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
