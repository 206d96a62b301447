//! What a builder makes and its connections keep to.

use crate::limits::Limits;
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::TrustAnchor;
use std::ffi::CStr;
use std::sync::Arc;

/// rustls's config, and what rustls leaves to us.
pub struct Config<T> {
    pub rustls: Arc<T>,
    pub settings: Arc<Settings>,
}

#[derive(Default)]
pub struct Settings {
    pub limits: Limits,
    pub blocking: Blocking,
    /// TLS 1.2 is with the extended master secret only.
    pub requires_ems: bool,
    /// The name of the provider of cryptography.
    pub provider: &'static CStr,
    /// The authorities that peers are verified with.
    pub anchors: Arc<[TrustAnchor<'static>]>,
    /// A client's, if it may offer Encrypted ClientHello: rustls's config hides its own.
    pub ech_verifier: Option<Arc<dyn ServerCertVerifier>>,
}

/// How one client connection offers Encrypted ClientHello.
pub struct Ech {
    pub config: Arc<ClientConfig>,
    /// The server name that everyone sees.
    pub public_name: String,
}

/// Which steps of a handshake may block: those that wait for the host, or for the platform.
#[derive(Clone, Copy, Default)]
pub struct Blocking {
    /// Verification of the peer's certificate.
    pub verifier: bool,
    /// A signature with our key.
    pub signer: bool,
    /// A server's session store.
    pub store: bool,
}

impl Blocking {
    pub fn any(self) -> bool {
        self.verifier || self.signer || self.store
    }
}
