//! The cryptography that rustls is given: the one place that knows where it comes from.
#![forbid(unsafe_code)]

#[cfg(all(feature = "post-quantum", not(feature = "aws-lc-rs")))]
mod hybrid;
mod tickets;

pub use tickets::TicketKeys;

use rustls::NamedGroup;
use rustls::crypto::CryptoProvider;

// Two libraries with the same interface, as far as it is used here.
#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs as backend;
#[cfg(not(feature = "aws-lc-rs"))]
use ring as backend;

#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
compile_error!("the cryptography is missing: the feature `ring` or `aws-lc-rs`");

const CLASSICAL: [NamedGroup; 3] =
    [NamedGroup::X25519, NamedGroup::secp256r1, NamedGroup::secp384r1];

/// Everything there is, in the order of preference of a host that sets nothing.
pub fn provider() -> CryptoProvider {
    #[cfg(feature = "aws-lc-rs")]
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    #[cfg(not(feature = "aws-lc-rs"))]
    let mut provider = rustls::crypto::ring::default_provider();
    #[cfg(all(feature = "post-quantum", not(feature = "aws-lc-rs")))]
    provider.kx_groups.insert(0, hybrid::X25519MLKEM768);
    // What one of the two has and the other has not is not part of the library.
    provider.kx_groups.retain(|group| match group.name() {
        NamedGroup::X25519MLKEM768 => cfg!(feature = "post-quantum"),
        other => CLASSICAL.contains(&other),
    });
    provider
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        let algorithm = match self {
            Self::Sha256 => &backend::digest::SHA256,
            Self::Sha384 => &backend::digest::SHA384,
            Self::Sha512 => &backend::digest::SHA512,
        };
        backend::digest::digest(algorithm, data).as_ref().to_vec()
    }
}
