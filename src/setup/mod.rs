//! What is set before a connection: trust, identities and configs.
#![forbid(unsafe_code)]

mod cache;
mod client;
mod client_sessions;
mod compression;
mod encoding;
mod identities;
mod identity;
pub mod negotiation;
mod pem;
mod platform;
mod raw_keys;
mod roots;
mod server;
mod sessions;
mod signer;
mod told;
mod verification;

pub use client::{ClientBuilder, inkotls_tls12_resumption};
pub use identities::Identities;
pub use identity::Identity;
pub use roots::{Roots, inkotls_revocation};
pub use server::{ServerBuilder, inkotls_client_auth};
pub use sessions::HostStore;
pub use signer::HostSigner;
pub use verification::{HostVerification, Verification};

use crate::error::{Error, Status};
use rustls::pki_types::ServerName;

/// The name that a client expects in the server's certificate.
pub fn server_name(name: &[u8]) -> Result<ServerName<'static>, Error> {
    ServerName::try_from(name).map(|name| name.to_owned()).map_err(|_| {
        let text = String::from_utf8_lossy(name);
        let text = format!("{text:?} is neither a DNS name nor an IP address");
        Error::new(Status::InvalidName, text)
    })
}
