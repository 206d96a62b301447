//! PEM sections (RFC 7468) out of bytes or a file.

use crate::error::{Error, Status};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use std::fs;
use zeroize::Zeroizing;

/// Gives `take` the whole file, which is wiped afterwards, since it may hold a key. A failure
/// names the file.
pub fn with_file(path: &str, take: impl FnOnce(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
    let data = fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| Error::io(format!("reading {path:?}"), &error))?;
    take(&data).map_err(|mut error| {
        error.text = format!("{path:?}: {}", error.text);
        error
    })
}

/// Every certificate, in order; at least one.
pub fn certificates(data: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    sections(data, "certificate")
}

/// Every certificate revocation list; at least one.
pub fn crls(data: &[u8]) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    sections(data, "CRL")
}

fn sections<T: PemObject>(data: &[u8], what: &str) -> Result<Vec<T>, Error> {
    let found: Vec<_> = T::pem_slice_iter(data)
        .collect::<Result<_, _>>()
        .map_err(|error| bad(Status::InvalidCertificate, &error))?;
    match found.is_empty() {
        true => {
            let text = format!("no {what}: {}", what_is_there(data));
            Err(Error::new(Status::InvalidCertificate, text))
        }
        false => Ok(found),
    }
}

/// The first private key.
pub fn private_key(data: &[u8]) -> Result<PrivateKeyDer<'static>, Error> {
    PrivateKeyDer::from_pem_slice(data).map_err(|error| match error {
        pem::Error::NoItemsFound => {
            Error::new(Status::InvalidKey, format!("no private key: {}", what_is_there(data)))
        }
        error => bad(Status::InvalidKey, &error),
    })
}

fn bad(status: Status, error: &pem::Error) -> Error {
    Error::new(status, format!("not well-formed PEM: {error}"))
}

/// For the person who gave the wrong file.
fn what_is_there(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    let labels: Vec<_> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
        .collect();
    match labels.as_slice() {
        [] => "the input has no PEM section (is it DER?)".into(),
        ["ENCRYPTED PRIVATE KEY", ..] => "the key is encrypted; decrypt it first".into(),
        labels => format!("the PEM sections are {}", labels.join(", ")),
    }
}
