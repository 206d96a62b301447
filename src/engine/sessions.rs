//! What a session carries to the connection that resumes it.

use super::conn::{Conn, Phase};
use super::opening::Opening;
use crate::error::Error;
use rustls::Connection;

/// rustls's limit.
const MAX_DATA: usize = (1 << 15) - 1;

impl Conn {
    /// Attaches bytes to the sessions that this server connection makes.
    pub fn set_resumption_data(&mut self, data: &[u8]) -> Result<(), Error> {
        if data.len() > MAX_DATA {
            return Err(Error::argument(format!("resumption data has at most {MAX_DATA} bytes")));
        }
        let is_finished = self.is_finished();
        match &mut self.phase {
            Phase::Opening(Opening::Server(listening)) => {
                listening.resumption_data = data.to_vec();
                Ok(())
            }
            Phase::Open(conn) => match &mut **conn {
                Connection::Server(server) if !is_finished => {
                    server.set_resumption_data(data);
                    Ok(())
                }
                Connection::Server(_) => {
                    Err(Error::state("the handshake is done: its tickets are made"))
                }
                Connection::Client(_) => Err(server_only()),
            },
            Phase::Opening(Opening::Client { .. }) => Err(server_only()),
        }
    }

    /// What an earlier connection attached to the session that this one resumed.
    pub fn resumption_data(&self) -> Option<&[u8]> {
        match self.tls()? {
            Connection::Server(server) => server.received_resumption_data(),
            Connection::Client(_) => None,
        }
    }

    /// How many TLS 1.3 tickets a client has received.
    pub fn tickets_received(&self) -> Option<u32> {
        match self.tls()? {
            Connection::Client(client) => Some(client.tls13_tickets_received()),
            Connection::Server(_) => None,
        }
    }
}

fn server_only() -> Error {
    Error::state("resumption data is attached by the server")
}
