//! What the platform trusts. Either the platform has files of certificates and webpki verifies, or the
//! platform verifies itself, as macOS, Windows and Android do.

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
    use crate::error::Status;
    use crate::setup::pem;
    use crate::text::quoted;
    use rustls_native_certs::{ErrorKind, load_certs_from_paths, load_native_certs};
    use std::env;
    use std::ffi::{OsStr, OsString};

    pub const MAY_BLOCK: bool = false;

    pub fn certificates() -> Result<Vec<CertificateDer<'static>>, Error> {
        match (env::var_os("SSL_CERT_FILE"), env::var_os("SSL_CERT_DIR")) {
            (None, None) => Ok(load_native_certs().certs),
            (file, dirs) => named(file, dirs),
        }
    }

    /// What the environment names is all there is: a mistake there must not widen trust. As
    /// elsewhere, not every directory has to exist.
    fn named(
        file: Option<OsString>,
        dirs: Option<OsString>,
    ) -> Result<Vec<CertificateDer<'static>>, Error> {
        let mut found = Vec::new();
        let mut why = String::from("no certificate in PEM that can be used");
        if let Some(file) = &file {
            found = pem::with_file(file, pem::certificates)
                .map_err(|error| unusable("SSL_CERT_FILE", file, &error.text))?;
        }
        for dir in dirs.iter().flat_map(env::split_paths).filter(|it| !it.as_os_str().is_empty()) {
            let in_dir = load_certs_from_paths(None, Some(&dir));
            found.extend(in_dir.certs);
            if let Some(ErrorKind::Io { inner, path }) = in_dir.errors.first().map(|it| &it.kind) {
                why = format!("reading {}: {inner}", quoted(&path.to_string_lossy()));
            }
        }
        match (file, dirs) {
            _ if found.iter().any(is_usable) => Ok(found),
            (Some(file), _) => Err(unusable("SSL_CERT_FILE", &file, &why)),
            (None, dirs) => Err(unusable("SSL_CERT_DIR", &dirs.unwrap_or_default(), &why)),
        }
    }

    fn is_usable(certificate: &CertificateDer<'_>) -> bool {
        webpki::anchor_from_trusted_cert(certificate).is_ok()
    }

    fn unusable(variable: &str, value: &OsStr, why: &str) -> Error {
        let why = match value.is_empty() {
            true => "it is empty: unset it to trust what the platform trusts",
            false => why,
        };
        let text = format!("no certificate authority to trust: the variable {variable}: {why}");
        Error::new(Status::NoTrustAnchors, text)
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

    pub fn certificates() -> Result<Vec<CertificateDer<'static>>, Error> {
        let text =
            "the platform verifies certificates itself, and gives no access to its trust anchors";
        Err(Error::new(Status::Unsupported, text))
    }

    pub fn verifier(
        extra: &[CertificateDer<'static>],
        provider: &Arc<CryptoProvider>,
    ) -> Option<Verifier> {
        use rustls_platform_verifier::Verifier;
        // Not with an empty list: Windows makes an engine of its own for the list.
        let verifier = match extra {
            [] => Verifier::new(provider.clone()),
            extra => Verifier::new_with_extra_roots(extra.to_vec(), provider.clone()),
        };
        Some(verifier.map(|it| Arc::new(it) as _).map_err(|error| {
            Error::new(Status::NoTrustAnchors, format!("the platform's verification: {error}"))
        }))
    }
}
