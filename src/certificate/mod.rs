//! What is in a certificate (RFC 5280). Nothing is verified here.
#![forbid(unsafe_code)]
#![allow(clippy::result_large_err)] // asn1's: its derives return it by value

mod name;
mod usage;

pub use usage::{Usage, not_after};

use crate::crypto::Hash;
use crate::error::{Error, Status};
use asn1::{
    BigInt, BitString, DateTime, ObjectIdentifier, Sequence, SequenceOf, Tlv, UtcTime,
    X509GeneralizedTime, oid,
};
use rustls::pki_types::DnsName;

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
    pub fingerprint: Vec<u8>,
}

impl Certificate {
    pub fn parse(der: &[u8]) -> Result<Self, Error> {
        let no_certificate =
            || Error::new(Status::InvalidCertificate, "the input is no certificate in DER");
        read(der).ok_or_else(no_certificate)
    }
}

/// tls-server-end-point (RFC 5929); empty where it is not defined.
pub fn server_end_point(der: &[u8]) -> Vec<u8> {
    signature_hash(der).map(|hash| hash.of(der)).unwrap_or_default()
}

/// The hash for tls-server-end-point (RFC 5929, section 4.1): that of the certificate's signature,
/// and SHA-256 instead of MD5 and SHA-1. None where the signature has none of its own.
fn signature_hash(der: &[u8]) -> Option<Hash> {
    let algorithm = asn1::parse_single::<Signed>(der).ok()?.algorithm;
    if algorithm.kind != RSASSA_PSS {
        return find(&SIGNATURES, &algorithm.kind);
    }
    match algorithm.parameters?.parse::<PssParameters>().ok()?.hash {
        Some(hash) => find(&HASHES, &hash.kind),
        None => Some(Hash::Sha256), // the default is SHA-1
    }
}

// The structures of RFC 5280, section 4.1, as far as anyone asks. Tlv is any value.

#[derive(asn1::Asn1Read)]
struct Signed<'a> {
    certificate: ToBeSigned<'a>,
    algorithm: Algorithm<'a>,
    _signature: BitString<'a>,
}

#[derive(asn1::Asn1Read)]
struct ToBeSigned<'a> {
    // No DEFAULT: some write it out.
    #[explicit(0)]
    _version: Option<u8>,
    serial: BigInt<'a>,
    _algorithm: Algorithm<'a>,
    issuer: Tlv<'a>,
    validity: Validity,
    subject: Tlv<'a>,
    _key: Sequence<'a>,
    #[implicit(1)]
    _issuer_id: Option<BitString<'a>>,
    #[implicit(2)]
    _subject_id: Option<BitString<'a>>,
    #[explicit(3)]
    extensions: Option<SequenceOf<'a, Extension<'a>>>,
}

#[derive(asn1::Asn1Read)]
struct Algorithm<'a> {
    kind: ObjectIdentifier,
    parameters: Option<Tlv<'a>>,
}

/// RFC 4055, section 3.1.
#[derive(asn1::Asn1Read)]
struct PssParameters<'a> {
    #[explicit(0)]
    hash: Option<Algorithm<'a>>,
    #[explicit(1)]
    _mask: Option<Tlv<'a>>,
    #[explicit(2)]
    _salt_len: Option<Tlv<'a>>,
    #[explicit(3)]
    _trailer: Option<Tlv<'a>>,
}

#[derive(asn1::Asn1Read)]
struct Validity {
    not_before: Time,
    not_after: Time,
}

#[derive(asn1::Asn1Read)]
enum Time {
    Utc(UtcTime),
    Generalized(X509GeneralizedTime),
}

#[derive(asn1::Asn1Read)]
struct Extension<'a> {
    kind: ObjectIdentifier,
    _is_critical: Option<bool>, // no DEFAULT, as above
    value: &'a [u8],
}

fn parts(der: &[u8]) -> Option<ToBeSigned<'_>> {
    Some(asn1::parse_single::<Signed>(der).ok()?.certificate)
}

fn read(der: &[u8]) -> Option<Certificate> {
    let parts = parts(der)?;
    let mut certificate = Certificate {
        subject: name::text(&parts.subject)?,
        issuer: name::text(&parts.issuer)?,
        serial: parts.serial.as_bytes().to_vec(),
        not_before: parts.validity.not_before.unix_seconds(),
        not_after: parts.validity.not_after.unix_seconds(),
        dns_names: Vec::new(),
        ip_addresses: Vec::new(),
        fingerprint: Hash::Sha256.of(der),
    };
    for extension in parts.extensions.into_iter().flatten() {
        if extension.kind != SUBJECT_ALT_NAME {
            continue;
        }
        for name in asn1::parse_single::<SequenceOf<Tlv>>(extension.value).ok()? {
            match (name.tag().as_u8(), name.data()) {
                (Some(DNS_NAME), name) => certificate.dns_names.extend(dns_name(name)),
                (Some(IP_ADDRESS), address) if matches!(address.len(), 4 | 16) => {
                    certificate.ip_addresses.push(address.to_vec());
                }
                _ => {}
            }
        }
    }
    Some(certificate)
}

/// What a verifier would compare with a name, too: letters, digits, "-", "_", and "*." before.
fn dns_name(bytes: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(bytes).ok()?;
    DnsName::try_from(name.strip_prefix("*.").unwrap_or(name)).ok()?;
    Some(name.to_owned())
}

impl Time {
    fn unix_seconds(&self) -> i64 {
        let time: &DateTime = match self {
            Self::Utc(time) => time.as_datetime(),
            Self::Generalized(time) => time.as_datetime(),
        };
        // Years begin in March here, so that a leap day is the last of its year.
        let month = (i64::from(time.month()) + 9) % 12;
        let year = i64::from(time.year()) - i64::from(month >= 10);
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        let days_before = (153 * month + 2) / 5; // 31, 30, 31, 30, 31, and again
        let day = 365 * year + leap_days + days_before + i64::from(time.day());
        let hour = 24 * (day - DAY_0) + i64::from(time.hour());
        60 * (60 * hour + i64::from(time.minute())) + i64::from(time.second())
    }
}

/// 1970-01-01, counted from the last of February of the year 0.
const DAY_0: i64 = 719_469;

fn find<T: Copy>(table: &[(ObjectIdentifier, T)], kind: &ObjectIdentifier) -> Option<T> {
    table.iter().find(|(key, _)| key == kind).map(|(_, value)| *value)
}

/// GeneralName's (RFC 5280, section 4.2.1.6).
const DNS_NAME: u8 = 0x82;
const IP_ADDRESS: u8 = 0x87;

const SUBJECT_ALT_NAME: ObjectIdentifier = oid!(2, 5, 29, 17);

const SIGNATURES: [(ObjectIdentifier, Hash); 9] = [
    (oid!(1, 2, 840, 113549, 1, 1, 4), Hash::Sha256), // md5WithRSAEncryption
    (oid!(1, 2, 840, 113549, 1, 1, 5), Hash::Sha256), // sha1WithRSAEncryption
    (oid!(1, 2, 840, 113549, 1, 1, 11), Hash::Sha256),
    (oid!(1, 2, 840, 113549, 1, 1, 12), Hash::Sha384),
    (oid!(1, 2, 840, 113549, 1, 1, 13), Hash::Sha512),
    (oid!(1, 2, 840, 10045, 4, 1), Hash::Sha256), // ecdsa-with-SHA1
    (oid!(1, 2, 840, 10045, 4, 3, 2), Hash::Sha256),
    (oid!(1, 2, 840, 10045, 4, 3, 3), Hash::Sha384),
    (oid!(1, 2, 840, 10045, 4, 3, 4), Hash::Sha512),
];

const RSASSA_PSS: ObjectIdentifier = oid!(1, 2, 840, 113549, 1, 1, 10);

const HASHES: [(ObjectIdentifier, Hash); 4] = [
    (oid!(1, 3, 14, 3, 2, 26), Hash::Sha256), // SHA-1
    (oid!(2, 16, 840, 1, 101, 3, 4, 2, 1), Hash::Sha256),
    (oid!(2, 16, 840, 1, 101, 3, 4, 2, 2), Hash::Sha384),
    (oid!(2, 16, 840, 1, 101, 3, 4, 2, 3), Hash::Sha512),
];

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
    const ECDSA_SHA384: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03";

    struct Made<'a> {
        version: &'a [u8],
        serial: &'a [u8],
        algorithm: &'a [u8],
        validity: [&'a [u8]; 2],
        extensions: &'a [u8],
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
        fn der(&self) -> Vec<u8> {
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
            &der(0x87, &[&[1; 5]]),
            &der(0x87, &[&[127, 0, 0, 1]]),
            &der(0x87, &[&[2; 16]]),
        ]);
        let it = Made { extensions: &extensions, ..Made::default() }.read().unwrap();
        assert_eq!(it.dns_names, ["A_b.test", "*.test", "xn--bcher-kva.test"]);
        assert_eq!(it.ip_addresses, [vec![127, 0, 0, 1], vec![2; 16]]);
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

    /// AlgorithmIdentifiers, of RFC 4055, 5480, 5758 and 8410.
    #[test]
    fn signatures_have_a_hash() {
        let rsa = |last| {
            [b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01", &[last, 5, 0][..]].concat()
        };
        let sha2 = |last| {
            [b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02", &[last, 5, 0][..]].concat()
        };
        let pss = |parameters: &[u8]| {
            der(0x30, &[b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", parameters])
        };
        let pss_with = |hash: &[u8]| {
            // SHA-1 is the default of the mask's, which does not count.
            pss(&der(0x30, &[&der(0xa0, &[hash]), b"\xa2\x03\x02\x01\x20"]))
        };
        for (algorithm, hash) in [
            (rsa(4), Some(Hash::Sha256)), // MD5
            (rsa(5), Some(Hash::Sha256)), // SHA-1
            (rsa(11), Some(Hash::Sha256)),
            (rsa(12), Some(Hash::Sha384)),
            (rsa(13), Some(Hash::Sha512)),
            (rsa(14), None), // SHA-224
            (ECDSA_SHA384.to_vec(), Some(Hash::Sha384)),
            (b"\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01".to_vec(), Some(Hash::Sha256)),
            (b"\x30\x05\x06\x03\x2b\x65\x70".to_vec(), None), // Ed25519
            (pss(b"\x30\x00"), Some(Hash::Sha256)),
            (pss_with(b"\x30\x07\x06\x05\x2b\x0e\x03\x02\x1a"), Some(Hash::Sha256)),
            (pss_with(&sha2(1)), Some(Hash::Sha256)),
            (pss_with(&sha2(2)), Some(Hash::Sha384)),
            (pss_with(&sha2(3)), Some(Hash::Sha512)),
            (pss_with(&sha2(4)), None), // SHA-224
            (pss(b""), None),
            (pss(b"\x05\x00"), None),
        ] {
            let made = Made { algorithm: &algorithm, ..Made::default() };
            assert_eq!(signature_hash(&made.der()), hash, "{algorithm:02x?}");
        }
    }
}
