//! What the platform trusts. Either it gives its certificates out, and verification is ours, or it
//! verifies by itself, as macOS, Windows and Android do.

pub use inner::{MAY_BLOCK, certificates, verifier};

type Verifier = Result<Arc<dyn ServerCertVerifier>, Error>;

use crate::error::Error;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use std::sync::Arc;

#[cfg(not(any(target_vendor = "apple", target_os = "windows", target_os = "android")))]
mod inner {
    use super::*;

    pub const MAY_BLOCK: bool = false;

    pub fn certificates() -> Option<Vec<CertificateDer<'static>>> {
        Some(rustls_native_certs::load_native_certs().certs)
    }

    pub fn verifier(_: &[CertificateDer<'static>], _: &Arc<CryptoProvider>) -> Option<Verifier> {
        None
    }
}

#[cfg(any(target_vendor = "apple", target_os = "windows", target_os = "android"))]
mod inner {
    use super::*;
    use crate::error::Status;

    pub const MAY_BLOCK: bool = true;

    pub fn certificates() -> Option<Vec<CertificateDer<'static>>> {
        None
    }

    pub fn verifier(
        extra: &[CertificateDer<'static>],
        provider: &Arc<CryptoProvider>,
    ) -> Option<Verifier> {
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(
            extra.to_vec(),
            provider.clone(),
        );
        Some(verifier.map(|it| Arc::new(it) as _).map_err(|error| {
            Error::new(Status::NoTrustAnchors, format!("the platform's verification: {error}"))
        }))
    }
}
