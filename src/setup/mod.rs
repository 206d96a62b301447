//! What is set before a connection: trust, identities and configs.
#![forbid(unsafe_code)]

mod cache;
mod client;
mod client_sessions;
mod compression;
mod ech;
mod encoding;
mod identities;
mod identity;
mod lifetime;
mod name;
pub mod negotiation;
mod pem;
mod platform;
mod roots;
mod server;
mod sessions;
mod signer;
mod trust;
mod verification;
mod verifier;

pub use cache::Held;
pub use client::ClientBuilder;
pub use client_sessions::ClientSessions;
pub use ech::with_ech;
pub use identities::Identities;
pub use identity::Identity;
pub use name::{refusal as name_refusal, server_name};
pub use roots::Roots;
pub use server::ServerBuilder;
pub use sessions::{HostStore, ServerSessions};
pub use signer::HostSigner;
pub use verification::{HostVerification, Verification};
