//! PEM sections (RFC 7468) of bytes or of a file.

use super::encoding::{ENCRYPTED, Encoding, without_bom};
use crate::error::{Error, Status};
use crate::text::{PEM_BEGIN, listed, quoted};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use std::path::Path;
use std::{fs, iter};
use zeroize::Zeroizing;

/// More than any label that is in use.
const MAX_LABEL: usize = 64;

/// Gives `take` the whole file, which is wiped afterwards, since it may hold a key. A failure
/// names the file.
pub fn with_file<T>(
    path: impl AsRef<Path>,
    take: impl FnOnce(&[u8]) -> Result<T, Error>,
) -> Result<T, Error> {
    let path = path.as_ref();
    let name = quoted(&path.to_string_lossy());
    let data = fs::read(path)
        .map(Zeroizing::new)
        .map_err(|error| Error::io(format!("reading {name}"), &error))?;
    take(&data).map_err(|mut error| {
        error.text = format!("{name}: {}", error.text);
        error
    })
}

/// Every certificate, in order; at least one.
pub fn certificates(data: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    all(data, "certificate", &["CERTIFICATE"])
}

/// Every certificate revocation list; at least one.
pub fn crls(data: &[u8]) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    all(data, "CRL", &["X509 CRL"])
}

fn all<T: PemObject>(data: &[u8], what: &str, labels: &[&str]) -> Result<Vec<T>, Error> {
    let mut found = Vec::new();
    for section in sections(data) {
        let section = section.map_err(|text| malformed(Status::InvalidCertificate, text))?;
        if labels.contains(&section.label) {
            found.push(section.decoded(Status::InvalidCertificate)?);
        }
    }
    match found.is_empty() {
        true => Err(not_found(Status::InvalidCertificate, what, data)),
        false => Ok(found),
    }
}

/// The first private key that is not encrypted.
pub fn private_key(data: &[u8]) -> Result<PrivateKeyDer<'static>, Error> {
    let mut is_encrypted = false;
    for section in sections(data) {
        let section = section.map_err(|text| malformed(Status::InvalidKey, text))?;
        if section.is_encrypted() {
            is_encrypted = true;
        } else if ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"].contains(&section.label) {
            return section.decoded(Status::InvalidKey);
        }
    }
    match is_encrypted {
        true => Err(Error::new(Status::InvalidKey, ENCRYPTED)),
        false => Err(not_found(Status::InvalidKey, "private key", data)),
    }
}

struct Section<'a> {
    label: &'a str,
    /// From its first line to its last.
    text: &'a [u8],
}

impl Section<'_> {
    fn decoded<T: PemObject>(&self, status: Status) -> Result<T, Error> {
        T::from_pem_slice(self.text)
            .map_err(|_| malformed(status, format!("the section {} is not base64", self.label)))
    }

    /// As PKCS#8 (RFC 5958), or by a header (RFC 1421).
    fn is_encrypted(&self) -> bool {
        let header = b"Proc-Type: 4,ENCRYPTED";
        self.label == "ENCRYPTED PRIVATE KEY"
            || line(line(self.text).1).0.trim_ascii_end() == header
    }
}

/// The sections in order, up to one that cannot be read. What may be a key is not repeated.
fn sections(data: &[u8]) -> impl Iterator<Item = Result<Section<'_>, String>> {
    let mut rest = data;
    iter::from_fn(move || {
        let section = section(beginning(rest)?);
        rest = section.as_ref().map_or(&[][..], |(_, rest)| rest);
        Some(section.map(|(section, _)| section))
    })
}

/// The next line that begins a section, and all behind it.
fn beginning(mut data: &[u8]) -> Option<&[u8]> {
    while !data.is_empty() {
        data = without_bom(data); // files that were joined may have one each
        if data.starts_with(PEM_BEGIN.as_bytes()) {
            return Some(data);
        }
        data = line(data).1;
    }
    None
}

/// The section that begins here, and what is behind it.
fn section(data: &[u8]) -> Result<(Section<'_>, &[u8]), String> {
    let (first, mut rest) = line(data);
    let label = label(first, "-----BEGIN ")
        .ok_or("a line with -----BEGIN has more than a label (are the line breaks missing?)")?;
    while !rest.is_empty() && !rest.starts_with(PEM_BEGIN.as_bytes()) {
        let (next, after) = line(rest);
        rest = after;
        if self::label(next, "-----END ") == Some(label) {
            return Ok((Section { label, text: &data[..data.len() - rest.len()] }, rest));
        }
    }
    Err(format!("the section {label} has no line -----END {label}----- (is the input truncated?)"))
}

/// The first line, and what follows its line break.
fn line(data: &[u8]) -> (&[u8], &[u8]) {
    let len = data.iter().position(|it| matches!(it, b'\n' | b'\r')).unwrap_or(data.len());
    let (line, rest) = data.split_at(len);
    let breaks: [&[u8]; 3] = [b"\r\n", b"\n", b"\r"];
    (line, breaks.iter().find_map(|it| rest.strip_prefix(*it)).unwrap_or(rest))
}

/// The label of a line that begins or ends a section.
fn label<'a>(line: &'a [u8], mark: &str) -> Option<&'a str> {
    let line = std::str::from_utf8(line.trim_ascii_end()).ok()?;
    let label = line.strip_prefix(mark)?.strip_suffix("-----")?;
    let is_label = |it| matches!(it, ' '..='~') && it != '-';
    (label.len() <= MAX_LABEL && label.chars().all(is_label)).then_some(label)
}

fn malformed(status: Status, text: String) -> Error {
    Error::new(status, format!("not well-formed PEM: {text}"))
}

/// Says what the input has instead, because it may be the wrong file.
fn not_found(status: Status, what: &str, data: &[u8]) -> Error {
    let labels: Vec<_> = sections(data).flatten().map(|it| it.label).collect();
    let instead = match labels.as_slice() {
        [] => Encoding::of(data).instead_of_pem().into(),
        labels => format!("the PEM sections are {}", listed(labels.iter())),
    };
    Error::new(status, format!("no {what}: {instead}"))
}
