//! When, and for what, a certificate may be used (RFC 5280, section 4.2.1).

use super::parts;
use asn1::{BitString, ObjectIdentifier, SequenceOf, oid};
use rustls::ExtendedKeyPurpose;

pub struct Usage {
    /// Unix seconds.
    pub not_before: i64,
    pub not_after: i64,
    /// Whether the key usage extension allows signatures (digitalSignature), or there is none.
    pub signs: bool,
    /// The extended key usage extension, if there is one.
    pub purposes: Option<Vec<ExtendedKeyPurpose>>,
}

impl Usage {
    pub fn parse(der: &[u8]) -> Option<Self> {
        let parts = parts(der)?;
        let mut usage = Self {
            not_before: parts.validity.not_before.unix_seconds(),
            not_after: parts.validity.not_after.unix_seconds(),
            signs: true,
            purposes: None,
        };
        for extension in parts.extensions.into_iter().flatten() {
            if extension.kind == KEY_USAGE {
                let bits = asn1::parse_single::<BitString>(extension.value).ok()?;
                usage.signs = bits.has_bit_set(DIGITAL_SIGNATURE);
            } else if extension.kind == EXTENDED_KEY_USAGE {
                let kinds = asn1::parse_single::<SequenceOf<_>>(extension.value).ok()?;
                usage.purposes = Some(kinds.map(purpose).collect());
            }
        }
        Some(usage)
    }
}

/// When a certificate ends, in Unix seconds, whatever its extensions are.
pub fn not_after(der: &[u8]) -> Option<u64> {
    parts(der)?.validity.not_after.unix_seconds().try_into().ok()
}

fn purpose(kind: ObjectIdentifier) -> ExtendedKeyPurpose {
    match kind {
        SERVER_AUTH => ExtendedKeyPurpose::ServerAuth,
        CLIENT_AUTH => ExtendedKeyPurpose::ClientAuth,
        other => {
            let text = other.to_string();
            ExtendedKeyPurpose::Other(text.split('.').filter_map(|it| it.parse().ok()).collect())
        }
    }
}

const KEY_USAGE: ObjectIdentifier = oid!(2, 5, 29, 15);
const EXTENDED_KEY_USAGE: ObjectIdentifier = oid!(2, 5, 29, 37);
const SERVER_AUTH: ObjectIdentifier = oid!(1, 3, 6, 1, 5, 5, 7, 3, 1);
const CLIENT_AUTH: ObjectIdentifier = oid!(1, 3, 6, 1, 5, 5, 7, 3, 2);
/// The bit of KeyUsage.
const DIGITAL_SIGNATURE: usize = 0;
