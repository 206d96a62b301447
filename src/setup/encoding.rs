//! What a certificate, a CRL or a key is encoded as, for the error message where that is not what
//! the call reads.

use crate::error::{Error, Status};
use crate::text::PEM_BEGIN;

const MAX_PATH: usize = 256;

#[derive(Clone, Copy, PartialEq)]
pub enum Encoding {
    Empty,
    Pem,
    Pkcs12,
    /// A private key that is encrypted, in DER (EncryptedPrivateKeyInfo, RFC 5958).
    EncryptedKey,
    Utf16,
    /// Perhaps: it is one short line.
    Path,
    /// Probably: it begins with a SEQUENCE.
    Der,
    Unknown,
}

impl Encoding {
    pub fn of(data: &[u8]) -> Self {
        if without_bom(data).trim_ascii().is_empty() {
            return Self::Empty;
        }
        match (data, sequence(data)) {
            ([0xff, 0xfe, ..] | [0xfe, 0xff, ..], _) => Self::Utf16,
            // PFX (RFC 7292): its version, 3, and a ContentInfo.
            (_, Some([0x02, 1, 3, 0x30, ..])) => Self::Pkcs12,
            (_, Some(inside)) => match sequence(inside) {
                // Its algorithm is one of PKCS#5, or of PKCS#12's own.
                Some([0x06, _, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5 | 12, ..]) => {
                    Self::EncryptedKey
                }
                _ => Self::Der,
            },
            _ if data.windows(PEM_BEGIN.len()).any(|it| it == PEM_BEGIN.as_bytes()) => Self::Pem,
            _ if data.len() <= MAX_PATH && !data.contains(&b'\n') && data.is_ascii() => Self::Path,
            _ => Self::Unknown,
        }
    }

    /// What to tell a person who gave it where DER is read.
    fn instead_of_der(self) -> Option<&'static str> {
        match self {
            Self::Pem => Some(
                "the input is not DER (is it PEM? use the call with \"pem\" in its name, or \
                 convert it)",
            ),
            other => other.instead_of_any(),
        }
    }

    /// What to tell a person who gave it where PEM is read, and no section was found.
    pub fn instead_of_pem(self) -> &'static str {
        match self {
            Self::Der => {
                "the input has no PEM section (is it DER? use the call with \"der\" in its name)"
            }
            Self::Path => {
                "the input has no PEM section (is it a path? use the call with \"_file\" in its name)"
            }
            Self::Pem => {
                "the input has no PEM section: -----BEGIN must be at the start of its line"
            }
            other => other.instead_of_any().unwrap_or("the input has no PEM section"),
        }
    }

    fn instead_of_any(self) -> Option<&'static str> {
        match self {
            Self::Empty => Some("the input is empty"),
            Self::Pkcs12 => Some(PKCS12),
            Self::EncryptedKey => Some(ENCRYPTED),
            Self::Utf16 => Some("the input is UTF-16: save it as UTF-8"),
            Self::Path => Some("the input is one line of text (is it a path?)"),
            Self::Pem | Self::Der | Self::Unknown => None,
        }
    }
}

const PKCS12: &str = "the input is PKCS#12 (.p12, .pfx), which is not supported: convert it with \
                      openssl pkcs12 -in FILE -nodes -out FILE.pem";

pub const ENCRYPTED: &str =
    "the key is encrypted: decrypt it with openssl pkey -in FILE -out DECRYPTED_FILE";

/// Refuses what is surely no DER of a certificate, a CRL or a key.
pub fn check_der(data: &[u8], what: &str, status: Status) -> Result<(), Error> {
    match Encoding::of(data).instead_of_der() {
        Some(text) => Err(Error::new(status, format!("no {what}: {text}"))),
        None => Ok(()),
    }
}

/// A byte order mark is no part of the text.
pub fn without_bom(data: &[u8]) -> &[u8] {
    data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data)
}

/// What is in a SEQUENCE, and behind it: the length is not looked at. BER, as PKCS#12 may be.
fn sequence(data: &[u8]) -> Option<&[u8]> {
    match data {
        [0x30, 0x81..=0x84, ..] => data.get(2 + usize::from(data[1] - 0x80)..),
        [0x30, 0..=0x80, rest @ ..] => Some(rest),
        _ => None,
    }
}
