//! Client configs.

use super::{Roots, add_alpn, provider};
use crate::error::Error;
use rustls::ClientConfig;
use std::sync::Arc;

#[derive(Default)]
pub struct ClientBuilder {
    roots: Option<Roots>,
    alpn: Vec<Vec<u8>>,
}

impl ClientBuilder {
    pub fn set_roots(&mut self, roots: &Roots) {
        self.roots = Some(roots.clone());
    }

    pub fn add_alpn(&mut self, protocol: &[u8]) -> Result<(), Error> {
        add_alpn(&mut self.alpn, protocol)
    }

    pub fn build(&self) -> Result<Arc<ClientConfig>, Error> {
        let verifier = self.roots.clone().unwrap_or_else(Roots::platform).verifier()?;
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .dangerous() // rustls's word for any verifier that is an object; these verify
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        config.alpn_protocols = self.alpn.clone();
        Ok(Arc::new(config))
    }
}
