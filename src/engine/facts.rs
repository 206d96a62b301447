//! Who the peer is and what was agreed.

use super::conn::{Conn, Phase};
use super::side::Side;
use crate::iana;
use rustls::HandshakeKind;

impl Conn {
    pub(super) fn tls(&self) -> Option<&dyn Side> {
        match &self.phase {
            Phase::Open(conn) => Some(conn.as_ref()),
            Phase::Opening(_) => None,
        }
    }

    pub(super) fn is_server(&self) -> bool {
        match &self.phase {
            Phase::Opening(opening) => opening.listening().is_some(),
            Phase::Open(conn) => conn.server().is_some(),
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

    /// The signature scheme that the peer proved with that it has the key of its certificate.
    pub fn signature_scheme(&self) -> Option<u16> {
        self.peer_signature_scheme
    }

    /// The OCSP response that the server stapled to its certificate.
    pub fn staple(&self) -> Option<&[u8]> {
        Some(&*self.context.staple).filter(|it| !it.is_empty())
    }

    pub(super) fn log_established(&mut self) {
        let [version, suite, group] = [
            (self.protocol_version(), iana::protocol_version_name as fn(i32) -> _),
            (self.cipher_suite(), iana::cipher_suite_name),
            (self.named_group(), iana::named_group_name),
        ]
        .map(|(number, name)| name(number.map_or(-1, i32::from)).to_string_lossy());
        let how = if self.is_resumed() == Some(true) { "resumed" } else { "full" };
        self.context.within(|| {
            log::info!("{how} handshake done: {version}, {suite}, {group}");
        });
    }

    /// The name that the client asked for, on a server.
    pub fn server_name(&self) -> Option<&str> {
        match (&self.phase, self.hello()) {
            (Phase::Open(conn), _) => conn.server()?.server_name(),
            (Phase::Opening(_), hello) => hello?.server_name.as_deref(),
        }
    }
}
