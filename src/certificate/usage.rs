//! When, and for what, a certificate may be used (RFC 5280, section 4.2.1).

use super::extensions::{self, EXTENDED_KEY_USAGE, KEY_USAGE};
use super::parts::Parts;
use crate::der::Oid;

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
        let key_usage = extensions::read(&parts, KEY_USAGE, extensions::key_usage).ok()?;
        let purposes = extensions::read(&parts, EXTENDED_KEY_USAGE, extensions::purposes).ok()?;
        Some(Self {
            not_before: parts.not_before,
            not_after: parts.not_after,
            allows_signatures: key_usage.is_none_or(|it| it & DIGITAL_SIGNATURE != 0),
            purposes: purposes.map(|it| it.into_iter().filter_map(arcs).collect()),
        })
    }
}

/// None if one of them is larger than those of any purpose that a verifier asks for.
fn arcs(purpose: Oid<'_>) -> Option<Vec<usize>> {
    purpose.arcs().into_iter().map(|it| it.try_into().ok()).collect()
}

/// When a certificate ends, in Unix seconds, whatever its extensions are.
pub fn not_after(certificate: &[u8]) -> Option<u64> {
    Parts::read(certificate)?.not_after.try_into().ok()
}

const DIGITAL_SIGNATURE: u16 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::tests::{Made, der};

    fn used(purposes: &[&[u8]], times: usize) -> Option<Option<Vec<Vec<usize>>>> {
        let value = der(0x04, &[&der(0x30, purposes)]);
        let one = der(0x30, &[b"\x06\x03\x55\x1d\x25", &value]);
        let extensions = der(0xa3, &[&der(0x30, &vec![&one[..]; times])]);
        Usage::read(&Made { extensions: &extensions, ..Made::default() }.der())
            .map(|it| it.purposes)
    }

    #[test]
    fn a_purpose_with_a_large_arc_is_not_taken_for_another() {
        let server = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01";
        // The same with 2^70 before the last arc.
        let mut large = b"\x06\x13\x2b\x06\x01\x05\x05\x07\x03\x81".to_vec();
        large.extend([0x80; 9]);
        large.extend([0, 1]);
        assert_eq!(used(&[server], 1), Some(Some(vec![vec![1, 3, 6, 1, 5, 5, 7, 3, 1]])));
        assert_eq!(used(&[&large], 1), Some(Some(Vec::new())));
    }

    #[test]
    fn an_extension_that_is_there_twice_is_refused() {
        assert_eq!(used(&[b"\x06\x04\x55\x1d\x25\x00"], 2), None);
    }
}
