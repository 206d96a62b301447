//! Who the peer is and what was agreed.

use super::Conn;
use crate::call_context::{Origin, VerifiedPath};
use crate::error::{CertificateFault, Error};
use crate::iana;
use rustls::HandshakeKind;
use std::sync::Arc;

/// What is kept of the handshake's context.
#[derive(Default)]
pub(super) struct Facts {
    /// tls-server-end-point of the certificate that this server showed.
    pub own_channel_binding: Option<Arc<[u8]>>,
    peer_signature_scheme: Option<u16>,
    verified_path: VerifiedPath,
}

/// So that all tickets of a handshake, with what is attached to each, are no larger than what
/// rustls takes from a server at once.
const MAX_ATTACHED: usize = 2048;

impl Conn {
    pub(super) fn keep_facts(&mut self) {
        self.facts = Facts {
            own_channel_binding: self.context.own_channel_binding.clone(),
            peer_signature_scheme: self.context.peer_signature_scheme,
            verified_path: self.context.verified_path,
        };
    }

    pub fn protocol_version(&self) -> Option<u16> {
        Some(self.phase.side()?.protocol_version()?.into())
    }

    pub fn cipher_suite(&self) -> Option<u16> {
        self.protocol_version()?; // until then a resuming client's is only its guess
        Some(self.phase.side()?.negotiated_cipher_suite()?.suite().into())
    }

    pub fn named_group(&self) -> Option<u16> {
        Some(self.phase.side()?.negotiated_key_exchange_group()?.name().into())
    }

    pub fn alpn(&self) -> Option<&[u8]> {
        self.phase.side()?.alpn_protocol()
    }

    pub fn is_resumed(&self) -> Option<bool> {
        Some(self.phase.side()?.handshake_kind()? == HandshakeKind::Resumed)
    }

    pub fn peer_certificate(&self, index: usize) -> Option<&[u8]> {
        self.phase.side()?.peer_certificates()?.get(index).map(AsRef::as_ref)
    }

    /// A certificate of the path that was verified: the peer's own first.
    pub fn verified_certificate(&self, index: usize) -> Option<&[u8]> {
        match (self.facts.verified_path, index.checked_sub(1)) {
            (VerifiedPath::Unknown, _) | (VerifiedPath::Trusted, Some(_)) => None,
            (_, None) => self.peer_certificate(0),
            (VerifiedPath::Issued { issuers, .. }, Some(issuer)) => {
                let place = issuers.get(issuer).filter(|place| **place > 0)?;
                self.peer_certificate((*place).into())
            }
        }
    }

    /// The contents of the Name of the trust anchor at the end of that path.
    pub fn verified_anchor(&self) -> Option<&[u8]> {
        let VerifiedPath::Issued { anchor, .. } = self.facts.verified_path else { return None };
        Some(&self.settings.anchors.get(anchor as usize)?.subject)
    }

    /// The signature scheme that the peer proved with that it has the key of its certificate.
    pub fn signature_scheme(&self) -> Option<u16> {
        self.facts.peer_signature_scheme
    }

    /// The OCSP response that the server stapled to its certificate.
    pub fn staple(&self) -> Option<&[u8]> {
        Some(&*self.context.staple).filter(|it| !it.is_empty())
    }

    pub(super) fn log_established(&mut self) {
        let [version, suite, group] = [
            (self.protocol_version(), iana::PROTOCOL_VERSIONS),
            (self.cipher_suite(), iana::CIPHER_SUITES),
            (self.named_group(), iana::NAMED_GROUPS),
        ]
        .map(|(number, names)| names.name(number.map_or(-1, i32::from)).to_string_lossy());
        let how = if self.is_resumed() == Some(true) { "resumed" } else { "full" };
        self.context.within(|| {
            log::info!("{how} handshake done: {version}, {suite}, {group}");
        });
    }

    /// The name that the client asked for, on a server.
    pub fn server_name(&self) -> Option<&str> {
        match self.phase.side() {
            Some(side) => side.server()?.server_name(),
            None => self.hello()?.server_name.as_deref(),
        }
    }

    /// The alerts that this side sent and received.
    pub fn alert_sent(&self) -> Option<u8> {
        self.ends.alert_sent
    }

    pub fn alert_received(&self) -> Option<u8> {
        self.ends.alert_received
    }

    pub fn certificate_error(&self) -> Option<CertificateFault> {
        self.ends.failure()?.certificate
    }

    // Sessions.

    /// Attaches bytes to the sessions that this server connection makes.
    pub fn set_resumption_data(&mut self, data: &[u8]) -> Result<(), Error> {
        if data.len() > MAX_ATTACHED {
            return Err(Error::argument(format!(
                "resumption data has at most {MAX_ATTACHED} bytes"
            )));
        }
        if !self.phase.is_server() {
            return Err(Error::state("only a server attaches resumption data"));
        }
        if self.phase.is_finished() {
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

    /// Forgets a session that was offered and not resumed, with its resumption data.
    pub(super) fn forget_unless_resumed(&mut self) {
        if self.context.offered_session.is_some() && self.is_resumed() == Some(false) {
            self.context.offered_session = None;
            self.context.origin = Origin::default();
        }
    }

    /// How many TLS 1.3 tickets a client has received.
    pub fn tickets_received(&self) -> Option<u32> {
        Some(self.phase.side()?.client()?.tls13_tickets_received())
    }
}
