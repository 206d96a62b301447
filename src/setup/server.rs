//! Server configs.

use super::compression::COMPRESSORS;
use super::identities::{Identities, SingleCredential};
use super::identity::Identity;
use super::lifetime::{MAX_LIFETIME, lifetime};
use super::negotiation::{Negotiation, set_negotiated};
use super::roots::Roots;
use super::sessions::{BoundSessions, HostStore, ServerSessions, cache_size};
use super::verification::HostVerification;
use super::verifier::ClientVerifier;
use crate::config::{Blocking, Config};
use crate::crypto::{TICKET_LIFETIME, TicketKeys, Tickets};
use crate::error::{Error, Status};
use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{
    NoServerSessionStorage, ResolvesServerCert, StoresServerSessions, WebPkiClientVerifier,
};
use std::sync::Arc;

/// More tickets are of no use, and cost the client memory.
const MAX_TICKETS: usize = 16;

const MIN_EARLY_DATA: u32 = 16 * 1024;

pub struct ServerBuilder {
    pub negotiation: Negotiation,
    resolver: Option<Arc<dyn ResolvesServerCert>>,
    /// Which clients are trusted, and whether a client must present a certificate.
    clients: Option<(Roots, bool)>,
    sessions: Sessions,
    /// How long sessions and tickets are accepted, in seconds.
    lifetime: Option<u32>,
    ticket_keys: Option<Arc<TicketKeys>>,
    tickets: usize,
    max_early_data: u32,
    verifier: Option<HostVerification>,
    blocking: Blocking,
}

/// Where sessions are kept.
enum Sessions {
    Nowhere,
    Memory(Arc<ServerSessions>),
    Store(Arc<HostStore>),
}

impl Default for ServerBuilder {
    fn default() -> Self {
        Self {
            negotiation: Negotiation::default(),
            resolver: None,
            clients: None,
            sessions: Sessions::Memory(Arc::new(ServerSessions::new(256))),
            lifetime: None,
            ticket_keys: None,
            tickets: 2,
            max_early_data: 0,
            verifier: None,
            blocking: Blocking::default(),
        }
    }
}

impl ServerBuilder {
    pub fn set_identity(&mut self, identity: &Identity) -> Result<(), Error> {
        let credential = identity.credential()?;
        self.blocking.signer = credential.may_block;
        self.resolver = Some(Arc::new(SingleCredential(credential)));
        Ok(())
    }

    pub fn set_identities(&mut self, identities: Arc<Identities>) {
        self.blocking.signer = identities.settle();
        self.resolver = Some(identities);
    }

    pub fn set_client_auth(&mut self, mode: i32, roots: Option<&Roots>) -> Result<(), Error> {
        use crate::capi::types::inkotls_client_auth as Mode;
        let is_required = match mode.try_into()? {
            Mode::Off => {
                self.clients = None;
                return Ok(());
            }
            Mode::Optional => false,
            Mode::Required => true,
        };
        let roots = roots.ok_or_else(|| Error::argument("roots is NULL"))?;
        self.clients = Some((roots.clone(), is_required));
        Ok(())
    }

    pub fn set_verifier(&mut self, verifier: HostVerification) {
        self.blocking.verifier = verifier.may_block;
        self.verifier = Some(verifier);
    }

    /// How many sessions to keep in memory; 0 keeps no session.
    pub fn set_session_cache(&mut self, sessions: usize) -> Result<(), Error> {
        self.sessions = match cache_size(sessions)? {
            0 => Sessions::Nowhere,
            sessions => Sessions::Memory(Arc::new(ServerSessions::new(sessions))),
        };
        self.blocking.store = false;
        Ok(())
    }

    pub fn set_session_store(&mut self, store: HostStore) {
        self.blocking.store = store.may_block;
        self.sessions = Sessions::Store(Arc::new(store));
    }

    pub fn set_session_lifetime(&mut self, seconds: u32) -> Result<(), Error> {
        self.lifetime = Some(lifetime(seconds)?);
        Ok(())
    }

    pub fn set_ticket_keys(&mut self, keys: Arc<TicketKeys>) {
        self.ticket_keys = Some(keys);
    }

    pub fn set_ticket_count(&mut self, tickets: usize) -> Result<(), Error> {
        if tickets > MAX_TICKETS {
            return Err(Error::argument(format!("{tickets} tickets: at most {MAX_TICKETS}")));
        }
        self.tickets = tickets;
        Ok(())
    }

    /// More than nothing is at least what rustls needs to pass over a record that it refuses.
    pub fn set_max_early_data(&mut self, bytes: u32) {
        self.max_early_data = if bytes > 0 { bytes.max(MIN_EARLY_DATA) } else { 0 };
    }

    /// The sessions that the config keeps in memory, if it does.
    pub fn sessions(&self) -> Option<Arc<ServerSessions>> {
        match &self.sessions {
            Sessions::Memory(sessions) => Some(sessions.clone()),
            Sessions::Nowhere | Sessions::Store(_) => None,
        }
    }

    pub fn build(&self) -> Result<Config<ServerConfig>, Error> {
        let resolver = self.resolver.clone().ok_or_else(|| {
            let text = "a server needs an identity: set it before build";
            Error::new(Status::InvalidCertificate, text)
        })?;
        if self.max_early_data > 0 && self.ticket_keys.is_some() {
            return Err(Error::state(
                "early data needs tickets that work once: a session store, not ticket keys",
            ));
        }
        let (provider, versions) = self.negotiation.chosen()?;
        let mut anchors = Arc::default();
        let clients: Arc<dyn ClientCertVerifier> = match (&self.clients, &self.verifier) {
            (Some((roots, is_required)), host) => {
                let trust = roots.clients(&provider, host.is_some(), *is_required)?;
                anchors = trust.authorities();
                Arc::new(ClientVerifier::new(trust, host.clone(), *is_required))
            }
            (None, None) => WebPkiClientVerifier::no_client_auth(),
            (None, Some(_)) => {
                return Err(Error::state(
                    "a verify callback is set, but clients are not asked for a certificate",
                ));
            }
        };
        let mut tls = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&versions)?
            .with_client_cert_verifier(clients)
            .with_cert_resolver(resolver);
        set_negotiated!(tls, &self.negotiation, COMPRESSORS);
        let (policy, has_early_data) = (self.policy()?, self.max_early_data > 0);
        let lifetime = self.lifetime.unwrap_or(MAX_LIFETIME);
        let inner: Arc<dyn StoresServerSessions> = match &self.sessions {
            Sessions::Nowhere => Arc::new(NoServerSessionStorage {}),
            Sessions::Memory(sessions) => sessions.clone(),
            Sessions::Store(store) => store.clone(),
        };
        let clock = self.negotiation.clock.clone();
        let sessions = BoundSessions {
            inner,
            policy: policy.clone(),
            lifetime,
            has_early_data,
            clock: clock.clone(),
        };
        tls.session_storage = Arc::new(sessions);
        tls.send_tls13_tickets = self.tickets;
        tls.ignore_client_order = self.negotiation.prefers_suites();
        tls.max_early_data_size = self.max_early_data;
        tls.send_half_rtt_data = has_early_data;
        if let Some(keys) = &self.ticket_keys {
            let ticket = self.lifetime.unwrap_or(TICKET_LIFETIME);
            let inner = Arc::new(Tickets { keys: keys.clone(), lifetime: ticket });
            tls.ticketer =
                Arc::new(BoundSessions { inner, policy, lifetime, has_early_data, clock });
        }
        self.negotiation.config(tls, self.blocking, anchors, None)
    }

    /// What is asked of clients: a fingerprint that servers with the same settings share.
    fn policy(&self) -> Result<Vec<u8>, Error> {
        match &self.clients {
            None => Ok(Vec::new()),
            Some((roots, is_required)) => {
                let is_host = self.verifier.is_some();
                Ok([&[(*is_required).into(), is_host.into()], &*roots.fingerprint()?].concat())
            }
        }
    }
}
