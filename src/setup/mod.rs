//! What is set before a connection: trust, identities and configs.
#![forbid(unsafe_code)]

mod client;
mod identity;
mod pem;
mod roots;
mod server;

pub use client::ClientBuilder;
pub use identity::Identity;
pub use roots::Roots;
pub use server::ServerBuilder;

use crate::error::{Error, Status};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use std::sync::Arc;

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The longest name that an ALPN entry has room for (RFC 7301, section 3.1).
const MAX_ALPN: usize = 255;

fn add_alpn(list: &mut Vec<Vec<u8>>, protocol: &[u8]) -> Result<(), Error> {
    if !(1..=MAX_ALPN).contains(&protocol.len()) {
        return Err(Error::argument("an ALPN protocol name has 1 to 255 bytes"));
    }
    list.push(protocol.to_vec());
    Ok(())
}

/// The name that a client expects in the server's certificate.
pub fn server_name(name: &[u8]) -> Result<ServerName<'static>, Error> {
    ServerName::try_from(name).map(|name| name.to_owned()).map_err(|_| {
        let text = String::from_utf8_lossy(name);
        let text = format!("{text:?} is neither a DNS name nor an IP address");
        Error::new(Status::InvalidName, text)
    })
}
