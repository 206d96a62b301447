//! Keys and names for what is bound to a connection from outside of TLS.

use super::conn::{Conn, Phase};
use super::{Outcome, Step};
use crate::certificate::signature_hash;
use crate::error::{Error, Status};
use rustls::ProtocolVersion;

/// A channel binding (RFC 5056). Numbers are never reused.
#[allow(non_camel_case_types)]
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_channel_binding {
    /// tls-exporter (RFC 9266): 32 bytes that no other connection has.
    TlsExporter = 1,
    /// tls-server-end-point (RFC 5929): the hash of the server's certificate.
    TlsServerEndPoint = 2,
}

/// RFC 9266, section 4.2.
const EXPORTER_LABEL: &[u8] = b"EXPORTER-Channel-Binding";
const EXPORTER_LEN: usize = 32;

impl Conn {
    /// Fills `out` with keying material (RFC 8446, section 7.5; RFC 5705).
    pub fn export(
        &self,
        label: &[u8],
        context: Option<&[u8]>,
        out: &mut [u8],
    ) -> Result<(), Error> {
        match self.tls() {
            Some(conn) if self.established => conn
                .export_keying_material(out, label, context)
                .map(|_| ())
                .map_err(|error| Error::argument(format!("no keying material: {error}"))),
            _ => Err(Error::state("the handshake is not done")),
        }
    }

    pub fn channel_binding(&self, kind: i32) -> Result<Vec<u8>, Error> {
        if !self.established {
            return Err(Error::state("the handshake is not done"));
        }
        if kind == inkotls_channel_binding::TlsExporter as i32 {
            self.exporter_binding()
        } else if kind == inkotls_channel_binding::TlsServerEndPoint as i32 {
            self.end_point_binding()
        } else {
            Err(Error::argument(format!("{kind} is no inkotls_channel_binding")))
        }
    }

    fn exporter_binding(&self) -> Result<Vec<u8>, Error> {
        if self.protocol_version() != Some(ProtocolVersion::TLSv1_3.into()) {
            let text = "tls-exporter needs TLS 1.3: in TLS 1.2 it may not be unique";
            return Err(Error::new(Status::Unsupported, text));
        }
        let mut binding = vec![0; EXPORTER_LEN];
        self.export(EXPORTER_LABEL, Some(&[]), &mut binding)?;
        Ok(binding)
    }

    fn end_point_binding(&self) -> Result<Vec<u8>, Error> {
        let certificate = match self.is_server() {
            true => self.scope.own_certificate.as_deref(),
            false => self.peer_certificate(0),
        };
        let none = || Error::new(Status::None, "the server has no certificate");
        let certificate = certificate.ok_or_else(none)?;
        let hash = signature_hash(certificate).ok_or_else(|| {
            let text = "tls-server-end-point is not defined for this certificate's signature";
            Error::new(Status::Unsupported, text)
        })?;
        Ok(hash.of(certificate))
    }

    /// New keys for both directions (RFC 8446, section 4.6.3).
    pub fn update_keys(&mut self) -> Outcome<()> {
        if let Some(end) = self.end() {
            return end;
        }
        if !self.established || self.closed {
            return Err(Error::state("keys are updated between the handshake and close"));
        }
        if self.has_output() {
            return Ok(Step::WantWrite); // so that updates cannot pile up
        }
        match &mut self.phase {
            Phase::Open(conn) if conn.protocol_version() == Some(ProtocolVersion::TLSv1_3) => {
                conn.refresh_traffic_keys()?;
                Ok(Step::Done(()))
            }
            _ => Err(Error::new(Status::Unsupported, "TLS 1.2 cannot update its keys")),
        }
    }
}
