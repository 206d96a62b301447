//! Client configs.

use super::client_sessions::ClientSessions;
use super::compression::COMPRESSORS;
use super::ech;
use super::identities::ClientCredentials;
use super::identity::{Credential, Identity};
use super::lifetime::{MAX_LIFETIME, lifetime};
use super::negotiation::{Negotiation, set_negotiated};
use super::roots::Roots;
use super::sessions::cache_size;
use super::verification::HostVerification;
use super::verifier::ServerVerifier;
use crate::config::{Blocking, Config};
use crate::error::Error;
use rustls::client::{EchMode, Resumption, Tls12Resumption};
use rustls::compress::CertCompressor;
use rustls::version::TLS13;
use rustls::{ClientConfig, SupportedCipherSuite};
use std::sync::Arc;

pub struct ClientBuilder {
    pub negotiation: Negotiation,
    roots: Option<Roots>,
    credentials: Vec<Credential>,
    /// Of how many servers.
    sessions: usize,
    /// How long sessions are resumed, in seconds.
    lifetime: u32,
    tls12: Tls12Resumption,
    pub early_data: bool,
    verifier: Option<HostVerification>,
    /// GREASE, so that a client without it links no HPKE.
    ech: Option<EchMode>,
    /// None without a credential, so that a client that presents none links no compressor.
    compressors: &'static [&'static dyn CertCompressor],
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            negotiation: Negotiation::default(),
            roots: None,
            credentials: Vec::new(),
            sessions: 256,
            lifetime: MAX_LIFETIME,
            tls12: Tls12Resumption::SessionIdOrTickets,
            early_data: false,
            verifier: None,
            ech: None,
            compressors: &[],
        }
    }
}

impl ClientBuilder {
    pub fn set_roots(&mut self, roots: &Roots) {
        self.roots = Some(roots.clone());
    }

    pub fn add_identity(&mut self, identity: &Identity) -> Result<(), Error> {
        self.credentials.push(identity.credential()?);
        self.compressors = COMPRESSORS;
        Ok(())
    }

    /// Of how many servers to keep sessions; 0 disables resumption.
    pub fn set_session_cache(&mut self, servers: usize) -> Result<(), Error> {
        self.sessions = cache_size(servers)?;
        Ok(())
    }

    pub fn set_session_lifetime(&mut self, seconds: u32) -> Result<(), Error> {
        self.lifetime = lifetime(seconds)?;
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

    pub fn set_verifier(&mut self, verifier: HostVerification) {
        self.verifier = Some(verifier);
    }

    pub fn set_ech_grease(&mut self, is_enabled: bool) -> Result<(), Error> {
        self.ech = is_enabled.then(ech::grease).transpose()?;
        Ok(())
    }

    /// The config, and its sessions.
    pub fn build(&self) -> Result<(Config<ClientConfig>, Arc<ClientSessions>), Error> {
        let (provider, versions) = self.negotiation.chosen()?;
        let roots = self.roots.clone().unwrap_or_else(Roots::platform);
        let trust = roots.servers(&provider, self.verifier.is_some())?;
        let anchors = trust.authorities();
        let verifier = Arc::new(ServerVerifier::new(trust, self.verifier.clone()));
        let is_tls13 = |it: &SupportedCipherSuite| it.tls13().is_some();
        let has_tls13 = versions.contains(&&TLS13) && provider.cipher_suites.iter().any(is_tls13);
        let tls = ClientConfig::builder_with_provider(provider);
        let tls = match &self.ech {
            Some(_) if !has_tls13 => {
                return Err(Error::state("GREASE of Encrypted ClientHello needs TLS 1.3"));
            }
            Some(mode) => tls.with_ech(mode.clone())?, // TLS 1.3 only
            None => tls.with_protocol_versions(&versions)?,
        };
        let mut tls = tls
            .dangerous() // rustls's word for any verifier but its own; this one verifies
            .with_custom_certificate_verifier(verifier.clone())
            .with_client_cert_resolver(Arc::new(ClientCredentials::new(&self.credentials)?));
        set_negotiated!(tls, &self.negotiation, self.compressors);
        tls.enable_early_data = self.early_data;
        let sessions = ClientSessions::new(
            self.sessions,
            self.lifetime,
            self.tls12,
            self.negotiation.clock.clone(),
        );
        let sessions = Arc::new(sessions);
        tls.resumption = match self.sessions {
            0 => Resumption::disabled(),
            _ => Resumption::store(sessions.clone()).tls12_resumption(self.tls12),
        };
        let blocking = Blocking {
            verifier: roots.may_block() || self.verifier.as_ref().is_some_and(|it| it.may_block),
            signer: self.credentials.iter().any(|it| it.may_block),
            store: false,
        };
        let config =
            self.negotiation.config(tls, blocking, anchors, has_tls13.then_some(verifier))?;
        Ok((config, sessions))
    }
}
