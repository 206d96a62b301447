//! Client configs.

use super::Roots;
use super::client_sessions::ClientSessions;
use super::compression::{COMPRESSORS, DECOMPRESSORS, chosen};
use super::identities::Choice;
use super::identity::{Identity, Shown};
use super::negotiation::{Negotiation, flag};
use super::sessions::cache_size;
use super::verification::HostVerification;
use super::verifier::ServerVerifier;
use crate::config::{Blocking, Config, Settings};
use crate::error::Error;
use rustls::ClientConfig;
use rustls::client::{Resumption, Tls12Resumption};
use rustls::compress::CertCompressor;
use std::sync::Arc;

pub struct ClientBuilder {
    pub negotiation: Negotiation,
    roots: Option<Roots>,
    identities: Vec<Shown>,
    sessions: usize,
    tls12: Tls12Resumption,
    early_data: bool,
    verifier: Option<HostVerification>,
    compressors: &'static [&'static dyn CertCompressor],
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            negotiation: Negotiation::default(),
            roots: None,
            identities: Vec::new(),
            sessions: 256,
            tls12: Tls12Resumption::SessionIdOrTickets,
            early_data: false,
            verifier: None,
            compressors: &[],
        }
    }
}

impl ClientBuilder {
    pub fn set_roots(&mut self, roots: &Roots) {
        self.roots = Some(roots.clone());
    }

    pub fn add_identity(&mut self, identity: &Identity) -> Result<(), Error> {
        self.identities.push(identity.shown()?);
        self.compressors = COMPRESSORS;
        Ok(())
    }

    /// How many servers to remember a session of; 0 is none.
    pub fn set_session_cache(&mut self, servers: usize) -> Result<(), Error> {
        self.sessions = cache_size(servers)?;
        Ok(())
    }

    pub fn set_tls12_resumption(&mut self, how: i32) -> Result<(), Error> {
        use crate::capi::types::inkotls_tls12_resumption as How;
        self.tls12 = match how.try_into()? {
            How::Off => Tls12Resumption::Disabled,
            How::SessionId => Tls12Resumption::SessionIdOnly,
            How::Tickets => Tls12Resumption::SessionIdOrTickets,
        };
        Ok(())
    }

    pub fn set_early_data(&mut self, enabled: i32) -> Result<(), Error> {
        self.early_data = flag(enabled)?;
        Ok(())
    }

    pub fn set_verifier(&mut self, verifier: HostVerification) {
        self.verifier = Some(verifier);
    }

    pub fn build(&self) -> Result<Config<ClientConfig>, Error> {
        let (provider, versions) = self.negotiation.chosen()?;
        let roots = self.roots.clone().unwrap_or_else(Roots::platform);
        let trust = roots.servers(&provider, self.verifier.is_some())?;
        let verifier = ServerVerifier::new(trust, self.verifier.clone());
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)?
            .dangerous() // rustls's word for any verifier but its own; this one verifies
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::new(Choice::new(&self.identities)?));
        tls.alpn_protocols = self.negotiation.alpn.clone();
        tls.key_log = self.negotiation.key_log.clone();
        tls.max_fragment_size = Some(self.negotiation.limits.fragment());
        tls.enable_early_data = self.early_data;
        tls.resumption = self.resumption();
        tls.require_ems = self.negotiation.requires_ems;
        tls.cert_compressors = chosen(self.compressors, self.negotiation.compression);
        tls.cert_decompressors = chosen(DECOMPRESSORS, self.negotiation.compression);
        let blocking = Blocking {
            verifier: roots.may_block() || self.verifier.as_ref().is_some_and(|it| it.may_block),
            signer: self.identities.iter().any(|it| it.may_block),
            store: false,
        };
        let Negotiation { limits, requires_ems, .. } = self.negotiation;
        let settings = Settings { limits, blocking, requires_ems };
        Ok(Config { rustls: Arc::new(tls), settings: Arc::new(settings) })
    }

    fn resumption(&self) -> Resumption {
        if self.sessions == 0 {
            return Resumption::disabled();
        }
        let sessions = ClientSessions::new(self.sessions, self.tls12);
        Resumption::store(Arc::new(sessions)).tls12_resumption(self.tls12)
    }
}
