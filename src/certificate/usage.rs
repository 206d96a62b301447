//! What a certificate may be used for (RFC 5280, section 4.2.1).

use super::Signed;
use asn1::{BitString, ObjectIdentifier, oid};

pub struct Usage {
    /// The key usage extension, where there is one, has the bit digitalSignature.
    pub signs: bool,
}

impl Usage {
    pub fn parse(der: &[u8]) -> Option<Self> {
        let parts = asn1::parse_single::<Signed>(der).ok()?.certificate;
        let mut usage = Self { signs: true };
        for extension in parts.extensions.into_iter().flatten() {
            if extension.kind == KEY_USAGE {
                let bits = asn1::parse_single::<BitString>(extension.value).ok()?;
                usage.signs = bits.has_bit_set(DIGITAL_SIGNATURE);
            }
        }
        Some(usage)
    }
}

const KEY_USAGE: ObjectIdentifier = oid!(2, 5, 29, 15);
/// Of KeyUsage.
const DIGITAL_SIGNATURE: usize = 0;
