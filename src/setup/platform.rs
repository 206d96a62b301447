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
    use rustls::pki_types::pem::PemObject;
    use std::ffi::{OsStr, OsString};
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;
    use std::{env, fs, io};

    pub const MAY_BLOCK: bool = false;

    pub fn certificates() -> Result<Vec<CertificateDer<'static>>, Error> {
        let (file, dirs) = (env::var_os("SSL_CERT_FILE"), env::var_os("SSL_CERT_DIR"));
        if file.is_some() || dirs.is_some() {
            return named(file, dirs);
        }
        let platform = openssl_probe::probe();
        let mut found = Found::default();
        // What cannot be read or used is not trusted.
        if let Some(file) = platform.cert_file {
            let _ = found.add_file(&file);
        }
        for dir in platform.cert_dir {
            let _ = found.add_dir(&dir);
        }
        Ok(found.certificates)
    }

    /// What the environment names is all there is: a mistake there must not widen trust. As
    /// elsewhere, not every directory has to exist.
    fn named(
        file: Option<OsString>,
        dirs: Option<OsString>,
    ) -> Result<Vec<CertificateDer<'static>>, Error> {
        let mut found = Found::default();
        let mut why = String::from("no certificate in PEM that can be used");
        if let Some(file) = &file {
            found.certificates = pem::with_file(file, pem::certificates)
                .map_err(|error| unusable("SSL_CERT_FILE", file, &error.text))?;
        }
        for dir in dirs.iter().flat_map(env::split_paths).filter(|it| !it.as_os_str().is_empty()) {
            if let Err(error) = found.add_dir(&dir) {
                why = error.text.clone();
            }
        }
        match (file, dirs) {
            _ if found.certificates.iter().any(is_usable) => Ok(found.certificates),
            (Some(file), _) => Err(unusable("SSL_CERT_FILE", &file, &why)),
            (None, dirs) => Err(unusable("SSL_CERT_DIR", &dirs.unwrap_or_default(), &why)),
        }
    }

    /// A certificate is often in several files, and a file has several names.
    #[derive(Default)]
    struct Found {
        certificates: Vec<CertificateDer<'static>>,
        /// Device and inode of each file that was read.
        files: Vec<(u64, u64)>,
    }

    impl Found {
        fn add_file(&mut self, path: &Path) -> Result<(), Error> {
            let unreadable = |error| unreadable(path, &error);
            let metadata = match fs::metadata(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()), // a dead link
                metadata => metadata.map_err(unreadable)?,
            };
            let id = (metadata.dev(), metadata.ino());
            if !metadata.is_file() || self.files.contains(&id) {
                return Ok(());
            }
            self.files.push(id);
            let data = fs::read(path).map_err(unreadable)?;
            for certificate in CertificateDer::pem_slice_iter(&data).flatten() {
                if !self.certificates.contains(&certificate) {
                    self.certificates.push(certificate);
                }
            }
            Ok(())
        }

        /// Every file that can be read. Fails with the first that cannot.
        fn add_dir(&mut self, path: &Path) -> Result<(), Error> {
            let unreadable = |error| unreadable(path, &error);
            let mut added = Ok(());
            for entry in fs::read_dir(path).map_err(unreadable)? {
                let next = entry.map_err(unreadable).and_then(|it| self.add_file(&it.path()));
                added = added.and(next);
            }
            added
        }
    }

    fn unreadable(path: &Path, error: &io::Error) -> Error {
        Error::io(format!("reading {}", quoted(&path.to_string_lossy())), error)
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
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(
            extra.to_vec(),
            provider.clone(),
        );
        Some(verifier.map(|it| Arc::new(it) as _).map_err(|error| {
            Error::new(Status::NoTrustAnchors, format!("the platform's verification: {error}"))
        }))
    }
}
