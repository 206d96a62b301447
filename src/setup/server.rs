//! Server configs.

use super::{Identity, add_alpn, provider};
use crate::error::{Error, Status};
use rustls::ServerConfig;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use std::sync::Arc;

#[derive(Default)]
pub struct ServerBuilder {
    identity: Option<Arc<CertifiedKey>>,
    alpn: Vec<Vec<u8>>,
}

impl ServerBuilder {
    pub fn set_identity(&mut self, identity: &Identity) -> Result<(), Error> {
        self.identity = Some(identity.certified_key()?);
        Ok(())
    }

    pub fn add_alpn(&mut self, protocol: &[u8]) -> Result<(), Error> {
        add_alpn(&mut self.alpn, protocol)
    }

    pub fn build(&self) -> Result<Arc<ServerConfig>, Error> {
        let identity = self.identity.clone().ok_or_else(|| {
            Error::new(
                Status::InvalidCertificate,
                "a server needs an identity: set it before build",
            )
        })?;
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity)));
        config.alpn_protocols = self.alpn.clone();
        Ok(Arc::new(config))
    }
}
