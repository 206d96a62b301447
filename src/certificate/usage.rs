//! When, and for what, a certificate may be used (RFC 5280, section 4.2.1).

use super::parts::Parts;
use crate::der::{self, Oid, oid};

pub struct Usage<'a> {
    /// Unix seconds.
    pub not_before: i64,
    pub not_after: i64,
    /// Whether the key usage extension allows signatures (digitalSignature), or there is none.
    pub signs: bool,
    /// The extended key usage extension, if there is one.
    pub purposes: Option<Vec<Oid<'a>>>,
}

impl<'a> Usage<'a> {
    pub fn read(certificate: &'a [u8]) -> Option<Self> {
        let parts = Parts::read(certificate)?;
        let mut usage = Self {
            not_before: parts.not_before,
            not_after: parts.not_after,
            signs: true,
            purposes: None,
        };
        for extension in parts.extensions {
            if extension.kind == KEY_USAGE {
                let bits = der::bits(der::only(extension.value, der::BIT_STRING)?)?;
                usage.signs = bits.first().is_some_and(|it| it & DIGITAL_SIGNATURE != 0);
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

fn purposes(extension: &[u8]) -> Option<Vec<Oid<'_>>> {
    let mut purposes = Vec::new();
    der::all(der::only(extension, der::SEQUENCE)?, |it| {
        while !it.is_empty() {
            purposes.push(it.oid()?);
        }
        Some(())
    })?;
    Some(purposes)
}

const KEY_USAGE: Oid<'_> = oid!(2, 5, 29, 15);
const EXTENDED_KEY_USAGE: Oid<'_> = oid!(2, 5, 29, 37);
/// The first bit of KeyUsage.
const DIGITAL_SIGNATURE: u8 = 0x80;
