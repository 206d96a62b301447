//! When, and for what, a certificate may be used (RFC 5280, section 4.2.1).

use super::extensions::{EXTENDED_KEY_USAGE, KEY_USAGE};
use super::parts::Parts;
use crate::der;

pub struct Usage {
    /// Unix seconds.
    pub not_before: i64,
    pub not_after: i64,
    /// Whether the key usage extension allows signatures (digitalSignature) or is absent.
    pub allows_signatures: bool,
    /// The extended key usage extension, if there is one.
    pub purposes: Option<Vec<Vec<usize>>>,
}

impl Usage {
    pub fn read(certificate: &[u8]) -> Option<Self> {
        let parts = Parts::read(certificate)?;
        let mut usage = Self {
            not_before: parts.not_before,
            not_after: parts.not_after,
            allows_signatures: true,
            purposes: None,
        };
        for extension in parts.extensions {
            if extension.kind == KEY_USAGE {
                let bits = der::bits(der::only(extension.value, der::BIT_STRING)?)?;
                usage.allows_signatures =
                    bits.first().is_some_and(|it| it & DIGITAL_SIGNATURE != 0);
            } else if extension.kind == EXTENDED_KEY_USAGE {
                usage.purposes = Some(purposes(extension.value)?);
            }
        }
        Some(usage)
    }
}

/// When a certificate ends, in Unix seconds, whatever its extensions are.
pub fn not_after(certificate: &[u8]) -> Option<u64> {
    Parts::read(certificate)?.not_after.try_into().ok()
}

fn purposes(extension: &[u8]) -> Option<Vec<Vec<usize>>> {
    let mut purposes = Vec::new();
    der::all(der::only(extension, der::SEQUENCE)?, |it| {
        while !it.is_empty() {
            let arcs = it.oid()?.arcs().into_iter();
            purposes.push(arcs.filter_map(|it| it.try_into().ok()).collect());
        }
        Some(())
    })?;
    Some(purposes)
}

/// The first bit of KeyUsage.
const DIGITAL_SIGNATURE: u8 = 0x80;
