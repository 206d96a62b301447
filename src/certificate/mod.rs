//! What is in a certificate (RFC 5280). Nothing is verified here.
#![forbid(unsafe_code)]

mod extensions;
mod key;
mod name;
mod parts;
mod pem;
mod server_end_point;
mod summary;
mod time;
mod usage;

pub use extensions::Malformed;
pub use key::rsa_bits;
pub use name::text_of as name_text;
pub use pem::pem;
pub use server_end_point::server_end_point;
pub use summary::summary;
pub use usage::{Usage, not_after};

use crate::crypto::Hash;
use crate::der::{self, Element, Oid, oid};
use crate::error::{Error, Status};
use extensions::{
    AUTHORITY_INFO_ACCESS, AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, BasicConstraints,
    CA_ISSUERS, EXTENDED_KEY_USAGE, KEY_USAGE, OCSP, SUBJECT_KEY_IDENTIFIER, Said,
};
use key::PublicKey;
use parts::Parts;
use rustls::pki_types::DnsName;
use std::net::IpAddr;

pub struct Certificate {
    /// RFC 4514 text.
    pub subject: String,
    pub issuer: String,
    /// The contents of the INTEGER.
    pub serial: Vec<u8>,
    /// Unix seconds.
    pub not_before: i64,
    pub not_after: i64,
    pub dns_names: Vec<String>,
    /// 4 or 16 bytes each.
    pub ip_addresses: Vec<Vec<u8>>,
    /// The same addresses.
    pub ip_texts: Vec<String>,
    pub uri_names: Vec<String>,
    pub email_names: Vec<String>,
    /// The first bit of KeyUsage is 1, the second 2.
    pub key_usage: Said<u16>,
    /// Object identifiers.
    pub purposes: Said<Vec<String>>,
    pub basic_constraints: Said<BasicConstraints>,
    pub public_key: Result<PublicKey, Malformed>,
    pub subject_key_identifier: Said<Vec<u8>>,
    pub authority_key_identifier: Said<Vec<u8>>,
    pub ocsp_uris: Said<Vec<String>>,
    pub ca_issuers_uris: Said<Vec<String>>,
    pub fingerprint: Vec<u8>,
    pub der: Vec<u8>,
}

impl Certificate {
    pub fn parse(der: &[u8]) -> Result<Self, Error> {
        let no_certificate =
            || Error::new(Status::InvalidCertificate, "the input is not a certificate in DER");
        read(der, Hash::Sha256.of(der)?).ok_or_else(no_certificate)
    }
}

fn read(der: &[u8], fingerprint: Vec<u8>) -> Option<Certificate> {
    let parts = Parts::read(der)?;
    let access = |method| {
        extensions::read(&parts, AUTHORITY_INFO_ACCESS, |it| extensions::access(it, method))
    };
    let mut certificate = Certificate {
        subject: name::text(parts.subject)?,
        issuer: name::text(parts.issuer)?,
        serial: parts.serial.to_vec(),
        not_before: parts.not_before,
        not_after: parts.not_after,
        dns_names: Vec::new(),
        ip_addresses: Vec::new(),
        ip_texts: Vec::new(),
        uri_names: Vec::new(),
        email_names: Vec::new(),
        key_usage: extensions::read(&parts, KEY_USAGE, extensions::key_usage),
        purposes: extensions::read(&parts, EXTENDED_KEY_USAGE, extensions::purposes)
            .map(|all| all.map(|it| it.iter().map(Oid::to_string).collect())),
        basic_constraints: extensions::read(
            &parts,
            BASIC_CONSTRAINTS,
            extensions::basic_constraints,
        ),
        public_key: PublicKey::read(parts.public_key).ok_or(Malformed),
        subject_key_identifier: extensions::read(
            &parts,
            SUBJECT_KEY_IDENTIFIER,
            extensions::subject_key_identifier,
        ),
        authority_key_identifier: extensions::read(
            &parts,
            AUTHORITY_KEY_IDENTIFIER,
            extensions::authority_key_identifier,
        )
        .map(Option::flatten),
        ocsp_uris: access(OCSP),
        ca_issuers_uris: access(CA_ISSUERS),
        fingerprint,
        der: der.to_vec(),
    };
    each_name(&parts, |name| certificate.add_name(name))?;
    Some(certificate)
}

/// The IP addresses alone, which a client does not link all the rest for.
pub fn ip_addresses(der: &[u8]) -> Option<Vec<IpAddr>> {
    let mut addresses = Vec::new();
    each_name(&Parts::read(der)?, |name| {
        if name.tag == IP_ADDRESS {
            addresses.extend(ip_address(name.contents));
        }
    })?;
    Some(addresses)
}

/// The names of SubjectAltName.
fn each_name<'a>(parts: &Parts<'a>, mut see: impl FnMut(Element<'a>)) -> Option<()> {
    for extension in parts.extensions.iter().filter(|it| it.kind == SUBJECT_ALT_NAME) {
        der::all(der::only(extension.value, der::SEQUENCE)?, |names| {
            while !names.is_empty() {
                see(names.element()?);
            }
            Some(())
        })?;
    }
    Some(())
}

impl Certificate {
    fn add_name(&mut self, name: Element<'_>) {
        match name.tag {
            DNS_NAME => self.dns_names.extend(dns_name(name.contents)),
            IP_ADDRESS => {
                if let Some(address) = ip_address(name.contents) {
                    self.ip_addresses.push(name.contents.to_vec());
                    self.ip_texts.push(address.to_string()); // RFC 5952
                }
            }
            URI => self.uri_names.extend(visible(name.contents)),
            EMAIL_NAME => self.email_names.extend(visible(name.contents)),
            _ => {}
        }
    }
}

/// What a verifier would compare with a name, too: letters, digits, "-", "_", and "*." before.
fn dns_name(bytes: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(bytes).ok()?;
    DnsName::try_from(name.strip_prefix("*.").unwrap_or(name)).ok()?;
    Some(name.to_owned())
}

fn ip_address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// ASCII without spaces and control characters, which no URI and hardly any e-mail address has.
fn visible(bytes: &[u8]) -> Option<String> {
    let is_visible = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic);
    is_visible.then(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}

fn find<T: Copy>(table: &[(Oid<'_>, T)], kind: Oid<'_>) -> Option<T> {
    table.iter().find(|(key, _)| *key == kind).map(|(_, value)| *value)
}

/// GeneralName's (RFC 5280, section 4.2.1.6).
const EMAIL_NAME: u8 = 0x81;
const DNS_NAME: u8 = 0x82;
const URI: u8 = 0x86;
const IP_ADDRESS: u8 = 0x87;

const SUBJECT_ALT_NAME: Oid<'_> = oid!(2, 5, 29, 17);

#[cfg(test)]
mod tests {
    use super::*;

    pub fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let contents = parts.concat();
        let len = u16::try_from(contents.len()).unwrap().to_be_bytes();
        let head = match len {
            [0, short @ ..0x80] => vec![tag, short],
            [0, long] => vec![tag, 0x81, long],
            [high, low] => vec![tag, 0x82, high, low],
        };
        [head, contents].concat()
    }

    const NAME: &[u8] = b"\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01a";
    const V3: &[u8] = b"\xa0\x03\x02\x01\x02";
    const SERIAL: &[u8] = b"\x02\x01\x05";
    pub const ECDSA_SHA384: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03";

    pub struct Made<'a> {
        pub version: &'a [u8],
        pub serial: &'a [u8],
        pub algorithm: &'a [u8],
        pub validity: [&'a [u8]; 2],
        pub extensions: &'a [u8],
    }

    impl Default for Made<'_> {
        fn default() -> Self {
            Self {
                version: V3,
                serial: SERIAL,
                algorithm: ECDSA_SHA384,
                validity: [b"\x17\x0d250101000000Z", b"\x17\x0d350101000000Z"],
                extensions: b"",
            }
        }
    }

    impl Made<'_> {
        pub fn der(&self) -> Vec<u8> {
            let validity = der(0x30, &self.validity);
            let to_be_signed = [
                self.version,
                self.serial,
                self.algorithm,
                NAME,
                &validity,
                NAME,
                b"\x30\x00",
                self.extensions,
            ];
            der(0x30, &[&der(0x30, &to_be_signed), self.algorithm, b"\x03\x01\x00"])
        }

        fn read(&self) -> Option<Certificate> {
            Certificate::parse(&self.der()).ok()
        }
    }

    fn alt_names(names: &[&[u8]]) -> Vec<u8> {
        let value = der(0x04, &[&der(0x30, names)]);
        let extension = der(0x30, &[b"\x06\x03\x55\x1d\x11", &value]);
        der(0xa3, &[&der(0x30, &[&extension])])
    }

    #[test]
    fn names_that_nothing_would_match_are_left_out() {
        let extensions = alt_names(&[
            &der(0x82, &[b"A_b.test"]),
            &der(0x82, &["\u{e9}.test".as_bytes()]),
            &der(0x82, &[b"a.test\0.b.test"]),
            &der(0x82, &[b"f*.test"]),
            &der(0x82, &[b"*.test"]),
            &der(0x82, &[b""]),
            &der(0x82, &[b"xn--bcher-kva.test"]),
            &der(0x81, &[b"a@b.test"]),
            &der(0x81, &[b"a b@b.test"]),
            &der(0x81, &[b""]),
            &der(0x86, &[b"spiffe://b.test/a"]),
            &der(0x86, &[b"b:\0"]),
            &der(0x86, &[b"b:\x7f"]),
            &der(0x86, &["b:\u{e9}".as_bytes()]),
            &der(0x86, &[b"urn:b"]),
            &der(0x87, &[&[1; 5]]),
            &der(0x87, &[&[127, 0, 0, 1]]),
            &der(0x87, &[&[2; 16]]),
        ]);
        let it = Made { extensions: &extensions, ..Made::default() }.read().unwrap();
        assert_eq!(it.dns_names, ["A_b.test", "*.test", "xn--bcher-kva.test"]);
        assert_eq!(it.ip_addresses, [vec![127, 0, 0, 1], vec![2; 16]]);
        assert_eq!(it.ip_texts, ["127.0.0.1", "202:202:202:202:202:202:202:202"]);
        assert_eq!(it.uri_names, ["spiffe://b.test/a", "urn:b"]);
        assert_eq!(it.email_names, ["a@b.test"]);
    }

    #[test]
    fn names_that_cannot_be_read_are_a_failure() {
        let mut extensions = alt_names(&[&der(0x82, &[b"a.test"])]);
        let len = extensions.len();
        extensions[len - 7] += 1; // the last name is longer than what it is in
        assert!(Made { extensions: &extensions, ..Made::default() }.read().is_none());
    }

    #[test]
    fn the_common_name_is_no_dns_name() {
        let it = Made::default().read().unwrap();
        assert_eq!((it.subject.as_str(), it.issuer.as_str()), ("CN=a", "CN=a"));
        assert!(it.dns_names.is_empty() && it.ip_addresses.is_empty());
    }

    #[test]
    fn serial_numbers_are_as_they_are() {
        for serial in [&[0][..], &[0x80], &[0, 0x80], &[0xff; 21], &[0x7f; 40]] {
            let it = Made { serial: &der(2, &[serial]), ..Made::default() }.read();
            // 0xff of a 0xff is one too many: DER has the shortest.
            assert_eq!(it.map(|it| it.serial).as_deref(), (serial[0] != 0xff).then_some(serial));
        }
    }

    #[test]
    fn old_versions_are_read() {
        for version in [&b""[..], b"\xa0\x03\x02\x01\x00", V3] {
            assert!(Made { version, ..Made::default() }.read().is_some());
        }
    }

    #[test]
    fn times_are_unix_seconds() {
        for (time, seconds) in [
            (&b"\x17\x0d700101000000Z"[..], Some(0)),
            (b"\x17\x0d491231235959Z", Some(2_524_607_999)),
            (b"\x17\x0d500101000000Z", Some(-631_152_000)),
            (b"\x17\x0d000229120000Z", Some(951_825_600)),
            (b"\x17\x0d000301000000Z", Some(951_868_800)),
            (b"\x18\x0f20500101000000Z", Some(2_524_608_000)),
            (b"\x18\x0f99991231235959Z", Some(253_402_300_799)),
            (b"\x18\x0f00000101000000Z", Some(-62_167_219_200)),
            (b"\x17\x0d250229000000Z", None),
            (b"\x17\x0b2501010000Z", None),
            (b"\x17\x11250101000000+0100", None),
        ] {
            let it = Made { validity: [time, time], ..Made::default() }.read();
            assert_eq!(it.map(|it| (it.not_before, it.not_after)), seconds.map(|it| (it, it)));
        }
    }
}
