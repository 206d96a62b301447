//! Who the peer is and what was agreed.

use super::conn::{Conn, Phase};
use rustls::{Connection, HandshakeKind};

impl Conn {
    fn tls(&self) -> Option<&Connection> {
        match &self.phase {
            Phase::Open(conn) => Some(conn),
            Phase::Opening(_) => None,
        }
    }

    pub fn protocol_version(&self) -> Option<u16> {
        Some(self.tls()?.protocol_version()?.into())
    }

    pub fn cipher_suite(&self) -> Option<u16> {
        self.protocol_version()?; // until then a resuming client's is only its guess
        Some(self.tls()?.negotiated_cipher_suite()?.suite().into())
    }

    pub fn named_group(&self) -> Option<u16> {
        Some(self.tls()?.negotiated_key_exchange_group()?.name().into())
    }

    pub fn alpn(&self) -> Option<&[u8]> {
        self.tls()?.alpn_protocol()
    }

    pub fn is_resumed(&self) -> Option<bool> {
        Some(self.tls()?.handshake_kind()? == HandshakeKind::Resumed)
    }

    pub fn peer_certificate(&self, index: usize) -> Option<&[u8]> {
        self.tls()?.peer_certificates()?.get(index).map(AsRef::as_ref)
    }

    /// The name that the client asked for, on a server.
    pub fn server_name(&self) -> Option<&str> {
        match (&self.phase, self.hello()) {
            (Phase::Open(conn), _) => match &**conn {
                Connection::Server(server) => server.server_name(),
                Connection::Client(_) => None,
            },
            (Phase::Opening(_), hello) => hello?.server_name.as_deref(),
        }
    }
}
