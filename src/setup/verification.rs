//! Verification of the peer by the host, which may ask what the library would say.

use super::trust::{PeerIdentity, Trust};
use crate::error::{CertificateFault, Error};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::Arc;

/// The host's answer to what it is shown.
type Decide = dyn Fn(Verification) -> Result<(), Error> + Send + Sync;

/// What a builder is given.
#[derive(Clone)]
pub struct HostVerification {
    pub decide: Arc<Decide>,
    pub may_block: bool,
}

/// A peer that is being verified.
pub struct Verification {
    /// As it was sent.
    pub chain: Vec<CertificateDer<'static>>,
    /// Who a server must prove to be.
    pub server_name: Option<String>,
    pub staple: Vec<u8>,
    pub now: UnixTime,
    name: Option<ServerName<'static>>,
    trust: Arc<Trust>,
    /// Why the library refuses.
    refusal: Option<Error>,
}

impl Verification {
    pub(super) fn new(peer: &PeerIdentity<'_>, trust: Arc<Trust>) -> Self {
        let chain = [peer.end_entity].into_iter().chain(peer.intermediates);
        Self {
            chain: chain.map(|it| it.clone().into_owned()).collect(),
            server_name: peer.server_name.map(|it| it.to_str().into()),
            staple: peer.staple.to_vec(),
            now: peer.now,
            name: peer.server_name.map(ServerName::to_owned),
            trust,
            refusal: None,
        }
    }

    /// What the library would say without the host: None where it accepts.
    pub fn verify(&mut self) -> Option<CertificateFault> {
        let [end_entity, intermediates @ ..] = &*self.chain else { return None };
        let peer = PeerIdentity {
            end_entity,
            intermediates,
            server_name: self.name.as_ref(),
            staple: &self.staple,
            now: self.now,
        };
        self.refusal = self.trust.verify(&peer).err();
        self.refusal.as_ref().map(fault)
    }

    /// What the host's answer means: 0, or why it refuses.
    pub fn verdict(self, answer: i32) -> Result<(), Error> {
        match self.refusal {
            _ if answer == 0 => Ok(()),
            Some(refusal) if fault(&refusal) as i32 == answer => Err(refusal),
            _ => Err(Error::refusal_by_host(answer)),
        }
    }
}

fn fault(refusal: &Error) -> CertificateFault {
    refusal.certificate.unwrap_or(CertificateFault::Other)
}
