//! Keys and names for what is bound to a connection from outside of TLS.

use super::Conn;
use crate::capi::types::inkotls_channel_binding;
use crate::certificate::server_end_point;
use crate::error::{Error, Status};
use rustls::ProtocolVersion;

/// RFC 9266, section 4.2.
const EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";
const EXPORTER_LEN: usize = 32;
/// With its prefix "tls13 ", what an HkdfLabel has room for (RFC 8446, section 7.1).
const MAX_LABEL: usize = 249;
/// RFC 5705, section 4.
const MAX_CONTEXT: usize = 0xffff;

impl Conn {
    /// Fills `out` with keying material (RFC 8446, section 7.5; RFC 5705).
    pub fn export(
        &self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), Error> {
        self.check_established()?;
        if label.len() > MAX_LABEL || context.is_some_and(|it| it.len() > MAX_CONTEXT) {
            let text = format!("a label has at most {MAX_LABEL} bytes, a context {MAX_CONTEXT}");
            return Err(Error::argument(text));
        }
        let exported =
            self.phase.side().map(|side| side.export_keying_material(out, label, context));
        match exported {
            Some(Err(error)) => Err(Error::argument(format!("no keying material: {error}"))),
            _ => Ok(()),
        }
    }

    fn check_established(&self) -> Result<(), Error> {
        match self.ends.failure() {
            Some(failure) => Err(failure.clone()),
            None if self.is_established() => Ok(()),
            None => Err(Error::state("the handshake is not done")),
        }
    }

    pub fn channel_binding(&self, kind: i32) -> Result<Vec<u8>, Error> {
        self.check_established()?;
        match kind.try_into()? {
            inkotls_channel_binding::TlsExporter => self.exporter_binding(),
            inkotls_channel_binding::TlsServerEndPoint => self.server_end_point(),
        }
    }

    fn exporter_binding(&self) -> Result<Vec<u8>, Error> {
        let is_tls13 = self.protocol_version() == Some(ProtocolVersion::TLSv1_3.into());
        if !is_tls13 && !self.settings.requires_ems {
            let text = "tls-exporter needs TLS 1.3, or the extended master secret required";
            return Err(Error::new(Status::Unsupported, text));
        }
        let mut binding = vec![0; EXPORTER_LEN];
        self.export(EXPORTER_LABEL, Some(&[]), &mut binding)?;
        Ok(binding)
    }

    fn server_end_point(&self) -> Result<Vec<u8>, Error> {
        let binding = match self.phase.is_server() {
            true => self.own_channel_binding().to_vec(),
            false => self.peer_certificate(0).map(server_end_point).unwrap_or_default(),
        };
        match binding.is_empty() {
            false => Ok(binding),
            true => Err(Error::new(
                Status::Unsupported,
                "tls-server-end-point is not defined for this certificate's signature",
            )),
        }
    }

    /// A server's: a resumed session began with another certificate, perhaps.
    fn own_channel_binding(&self) -> &[u8] {
        match &self.context.offered_session {
            Some(resumed) => &resumed.channel_binding,
            None => self.facts.own_channel_binding.as_deref().unwrap_or_default(),
        }
    }
}
