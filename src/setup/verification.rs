//! Verification of the peer by a callback of the host, which may ask for the library's verdict.

use super::trust::{PeerIdentity, Trust};
use crate::call_context::VerifiedPath;
use crate::capi::types::inkotls_verdict;
use crate::error::{CertificateFault, Error};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::Arc;

/// The callback.
type Decide = dyn Fn(Verification) -> Result<VerifiedPath, Error> + Send + Sync;

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
    /// The name that a server must have.
    pub server_name: Option<String>,
    pub staple: Vec<u8>,
    /// If it is known.
    pub now: Option<UnixTime>,
    name: Option<ServerName<'static>>,
    trust: Arc<Trust>,
    /// Why the library refuses the peer.
    refusal: Option<Error>,
    /// How the library has verified the peer.
    path: VerifiedPath,
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
            path: VerifiedPath::Unknown,
        }
    }

    /// The library's verdict: None if it accepts the peer.
    pub fn verify(&mut self) -> Option<CertificateFault> {
        let [end_entity, intermediates @ ..] = &*self.chain else {
            return Some(CertificateFault::NotPresented);
        };
        let peer = PeerIdentity {
            end_entity,
            intermediates,
            server_name: self.name.as_ref(),
            staple: &self.staple,
            now: self.now,
        };
        (self.path, self.refusal) = match self.trust.verify(&peer) {
            Ok(path) => (path, None),
            Err(refusal) => (VerifiedPath::Unknown, Some(refusal)),
        };
        self.refusal.as_ref().map(fault)
    }

    /// What the answer of the callback means. A callback that fails accepts no peer: only one number
    /// does, and it is not 0, which FFIs return when a callback raises an exception.
    pub fn verdict(self, answer: i32) -> Result<VerifiedPath, Error> {
        match self.refusal {
            _ if answer == inkotls_verdict::Accepted as i32 => Ok(self.path),
            Some(refusal) if fault(&refusal) as i32 == answer => Err(refusal),
            _ => Err(Error::refusal_by_host(answer)),
        }
    }
}

fn fault(refusal: &Error) -> CertificateFault {
    refusal.certificate.unwrap_or(CertificateFault::Other)
}
