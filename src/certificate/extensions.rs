//! What the extensions of a certificate say of its key and its issuer (RFC 5280, section 4.2).

use super::parts::Parts;
use super::{URI, visible};
use crate::der::{self, Oid, oid};
use crate::error::{Error, Status};

/// What an extension says; None if the certificate does not have the extension.
pub type Said<T> = Result<Option<T>, Malformed>;

/// A part of a certificate, such as an extension, that cannot be read. The others still can be.
#[derive(Clone, Copy)]
pub struct Malformed;

impl From<Malformed> for Error {
    fn from(_: Malformed) -> Self {
        Self::new(Status::InvalidCertificate, "this part of the certificate cannot be read")
    }
}

#[derive(Clone, Copy)]
pub struct BasicConstraints {
    pub is_ca: bool,
    pub path_length: Option<i32>,
}

/// Reads the extension of that kind. RFC 5280, section 4.2, allows only one.
pub fn read<'a, T>(
    parts: &Parts<'a>,
    kind: Oid<'_>,
    read_value: impl FnOnce(&'a [u8]) -> Option<T>,
) -> Said<T> {
    let mut values = parts.extensions.iter().filter(|it| it.kind == kind).map(|it| it.value);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => read_value(value).map(Some).ok_or(Malformed),
        _ => Err(Malformed),
    }
}

/// The first bit of KeyUsage is 1, the second 2.
pub fn key_usage(value: &[u8]) -> Option<u16> {
    let bytes = der::bits(der::only(value, der::BIT_STRING)?)?;
    let byte = |at| bytes.get(at).copied().unwrap_or(0);
    Some(u16::from_be_bytes([byte(0), byte(1)]).reverse_bits() & KEY_USAGE_BITS)
}

/// Object identifiers, of which there is at least one.
pub fn purposes(value: &[u8]) -> Option<Vec<Oid<'_>>> {
    let mut purposes = Vec::new();
    der::all(der::only(value, der::SEQUENCE)?, |it| {
        while !it.is_empty() {
            purposes.push(it.oid()?);
        }
        Some(())
    })?;
    (!purposes.is_empty()).then_some(purposes)
}

pub fn basic_constraints(value: &[u8]) -> Option<BasicConstraints> {
    der::all(der::only(value, der::SEQUENCE)?, |it| {
        let is_ca = it.optional(der::BOOLEAN)?.map_or(Some(false), der::boolean)?;
        let path_length = match it.optional(der::INTEGER)? {
            Some(number) => Some(path_length(number)?),
            None => None,
        };
        Some(BasicConstraints { is_ca, path_length })
    })
}

/// Not negative. No chain is as long as the largest.
fn path_length(contents: &[u8]) -> Option<i32> {
    let digits = der::integer(contents).filter(|it| it[0] < 0x80)?;
    let append =
        |number: i32, digit: &u8| number.saturating_mul(0x100).saturating_add(i32::from(*digit));
    Some(digits.iter().fold(0, append))
}

pub fn subject_key_identifier(value: &[u8]) -> Option<Vec<u8>> {
    der::only(value, der::OCTET_STRING).map(<[u8]>::to_vec)
}

/// An authority may be named in other ways, too: Some(None) if only these are used.
pub fn authority_key_identifier(value: &[u8]) -> Option<Option<Vec<u8>>> {
    der::all(der::only(value, der::SEQUENCE)?, |it| {
        let identifier = it.optional(KEY_IDENTIFIER)?.map(<[u8]>::to_vec);
        for name in [CERT_ISSUER, CERT_SERIAL_NUMBER] {
            it.optional(name)?;
        }
        Some(identifier)
    })
}

/// The URIs of authorityInfoAccess with this method.
pub fn access(value: &[u8], method: Oid<'_>) -> Option<Vec<String>> {
    let mut uris = Vec::new();
    der::all(der::only(value, der::SEQUENCE)?, |it| {
        while !it.is_empty() {
            let description = it.contents(der::SEQUENCE)?;
            let (kind, location) = der::all(description, |it| Some((it.oid()?, it.element()?)))?;
            if kind == method && location.tag == URI {
                uris.extend(visible(location.contents));
            }
        }
        Some(())
    })?;
    Some(uris)
}

pub const SUBJECT_KEY_IDENTIFIER: Oid<'_> = oid!(2, 5, 29, 14);
pub const KEY_USAGE: Oid<'_> = oid!(2, 5, 29, 15);
pub const BASIC_CONSTRAINTS: Oid<'_> = oid!(2, 5, 29, 19);
pub const AUTHORITY_KEY_IDENTIFIER: Oid<'_> = oid!(2, 5, 29, 35);
pub const EXTENDED_KEY_USAGE: Oid<'_> = oid!(2, 5, 29, 37);
pub const AUTHORITY_INFO_ACCESS: Oid<'_> = oid!(1, 3, 6, 1, 5, 5, 7, 1, 1);

/// Methods of authorityInfoAccess (RFC 5280, section 4.2.2.1).
pub const OCSP: Oid<'_> = oid!(1, 3, 6, 1, 5, 5, 7, 48, 1);
pub const CA_ISSUERS: Oid<'_> = oid!(1, 3, 6, 1, 5, 5, 7, 48, 2);

const KEY_IDENTIFIER: u8 = 0x80;
const CERT_ISSUER: u8 = 0xa1;
const CERT_SERIAL_NUMBER: u8 = 0x82;

/// RFC 5280 defines nine.
const KEY_USAGE_BITS: u16 = 0x1ff;

#[cfg(test)]
mod tests {
    use super::super::tests::{Made, der};
    use super::*;

    #[test]
    fn key_usages_are_bits() {
        for (value, bits) in [
            (&b"\x03\x02\x07\x80"[..], Some(1)),
            (b"\x03\x02\x01\x06", Some(0x60)),
            (b"\x03\x03\x07\x88\x80", Some(0x111)),
            (b"\x03\x04\x00\xff\xff\xff", Some(0x1ff)),
            (b"\x03\x01\x00", Some(0)),
            (b"\x03\x02\x07\x81", None),
            (b"\x04\x02\x07\x80", None),
            (b"\x03\x02\x07\x80\x00", None),
            (b"", None),
        ] {
            assert_eq!(key_usage(value), bits, "{value:02x?}");
        }
    }

    #[test]
    fn basic_constraints_have_defaults() {
        let largest = i32::MAX;
        for (value, said) in [
            (&b"\x30\x00"[..], Some((false, None))),
            (b"\x30\x03\x01\x01\x00", Some((false, None))), // the default, written out
            (b"\x30\x03\x01\x01\xff", Some((true, None))),
            (b"\x30\x06\x01\x01\xff\x02\x01\x00", Some((true, Some(0)))),
            (b"\x30\x03\x02\x01\x7f", Some((false, Some(127)))),
            (b"\x30\x04\x02\x02\x01\x02", Some((false, Some(258)))),
            (b"\x30\x06\x02\x04\x7f\xff\xff\xff", Some((false, Some(largest)))),
            (b"\x30\x07\x02\x05\x00\x80\x00\x00\x00", Some((false, Some(largest)))),
            (b"\x30\x0b\x02\x09\x7f\xff\xff\xff\xff\xff\xff\xff\xff", Some((false, Some(largest)))),
            (b"\x30\x03\x02\x01\xff", None),
            (b"\x30\x02\x02\x00", None),
            (b"\x30\x03\x01\x01\x01", None),
            (b"\x30\x06\x02\x01\x00\x01\x01\xff", None),
            (b"", None),
        ] {
            let found = basic_constraints(value).map(|it| (it.is_ca, it.path_length));
            assert_eq!(found, said, "{value:02x?}");
        }
    }

    #[test]
    fn purposes_are_object_identifiers() {
        let server = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01";
        let both = der(0x30, &[server, b"\x06\x04\x55\x1d\x25\x00"]);
        let found = purposes(&both).unwrap().iter().map(Oid::to_string).collect::<Vec<_>>();
        assert_eq!(found, ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"]);
        assert_eq!(purposes(b"\x30\x00"), None);
        assert_eq!(purposes(b"\x30\x02\x05\x00"), None);
    }

    #[test]
    fn authorities_have_key_identifiers() {
        for (value, identifier) in [
            (&b"\x30\x04\x80\x02ab"[..], Some(Some(&b"ab"[..]))),
            (b"\x30\x0b\x80\x02ab\xa1\x02\x30\x00\x82\x01\x05", Some(Some(b"ab"))),
            (b"\x30\x07\xa1\x02\x30\x00\x82\x01\x05", Some(None)),
            (b"\x30\x00", Some(None)),
            (b"\x30\x04\x83\x02ab", None),
            (b"\x04\x02ab", None),
        ] {
            assert_eq!(authority_key_identifier(value).as_ref().map(Option::as_deref), identifier);
        }
    }

    #[test]
    fn uris_of_authorities_are_visible() {
        let ocsp = b"\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x01";
        let one = |tag: u8, text: &[u8]| der(0x30, &[ocsp, &der(tag, &[text])]);
        let all = [
            one(0x86, b"http://a.test/"),
            one(0x86, b"http://a.test/\n"),
            one(0x82, b"a.test"),
            one(0x86, b"b:"),
        ];
        let value = der(0x30, &[&all.concat()]);
        let expected = vec!["http://a.test/".to_owned(), "b:".to_owned()];
        assert_eq!(access(&value, OCSP), Some(expected));
        assert_eq!(access(&value, CA_ISSUERS), Some(vec![]));
        assert_eq!(access(&der(0x30, &[ocsp]), OCSP), None);
    }

    #[test]
    fn an_extension_that_cannot_be_read_is_not_absent() {
        let made = |extensions: &[&[u8]]| {
            let extensions = der(0xa3, &[&der(0x30, extensions)]);
            let der = Made { extensions: &extensions, ..Made::default() }.der();
            read(&Parts::read(&der).unwrap(), KEY_USAGE, key_usage).map_err(|Malformed| "malformed")
        };
        let usage = |value: &[u8]| der(0x30, &[b"\x06\x03\x55\x1d\x0f", &der(0x04, &[value])]);
        let (one, bad) = (usage(b"\x03\x02\x07\x80"), usage(b"\x03\x02\x07"));
        assert_eq!(made(&[]), Ok(None));
        assert_eq!(made(&[&one]), Ok(Some(1)));
        assert_eq!(made(&[&bad]), Err("malformed"));
        assert_eq!(made(&[&one, &one]), Err("malformed"));
    }
}
