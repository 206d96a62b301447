//! What a session carries to the connection that resumes it.

use super::conn::Conn;
use crate::call_context::Origin;
use crate::error::Error;

/// So that all tickets of a handshake, with what is attached to each, are no larger than what
/// rustls takes from a server at once.
const MAX_ATTACHED: usize = 2048;

impl Conn {
    /// Attaches bytes to the sessions that this server connection makes.
    pub fn set_resumption_data(&mut self, data: &[u8]) -> Result<(), Error> {
        if data.len() > MAX_ATTACHED {
            return Err(Error::argument(format!(
                "resumption data has at most {MAX_ATTACHED} bytes"
            )));
        }
        if !self.is_server() {
            return Err(Error::state("resumption data is attached by the server"));
        }
        if self.is_finished() {
            return Err(Error::state("the handshake is done: its tickets are made"));
        }
        self.context.resumption_data = data.to_vec();
        Ok(())
    }

    /// What an earlier connection attached to the session that this one resumed.
    pub fn resumption_data(&self) -> Option<&[u8]> {
        let offered = self.context.offered_session.as_ref();
        Some(&offered.filter(|_| self.is_resumed() == Some(true))?.resumption_data)
    }

    /// A session that was offered and not resumed has nothing to say.
    pub(super) fn forget_unless_resumed(&mut self) {
        if self.context.offered_session.is_some() && self.is_resumed() == Some(false) {
            self.context.offered_session = None;
            self.context.origin = Origin::default();
        }
    }

    /// How many TLS 1.3 tickets a client has received.
    pub fn tickets_received(&self) -> Option<u32> {
        Some(self.tls()?.client()?.tls13_tickets_received())
    }
}
