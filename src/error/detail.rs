//! Details of error messages.

use crate::der::{self, Oid, oid};
use crate::text;
use rustls::pki_types::UnixTime;
use webpki::KeyUsage;

pub const CRITICAL: &str = "it has a critical extension that is not supported";

/// `NoCipherSuitesInCommon` as "no cipher suites in common".
pub fn spelled_out(variant: &dyn std::fmt::Debug) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for letter in format!("{variant:?}").chars() {
        if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
        before = letter;
    }
    words
}

/// "it is for a.test, b.test and 198 more, not for localhost"
pub fn names(expected: &str, presented: &[String]) -> String {
    let expected = text::shortened(expected, text::MAX_QUOTED);
    if presented.is_empty() {
        return format!("it has no names in a subjectAltName, where {expected} is needed");
    }
    format!("it is for {}, not for {expected}", text::listed(presented.iter().map(|it| bare(it))))
}

/// webpki writes `DnsName("a.test")`, `IpAddress(127.0.0.1)`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    let inner = inner.unwrap_or(name);
    inner.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(inner)
}

/// "it is for client authentication, not for server authentication"
pub fn purposes(required: &[usize], presented: &[Vec<usize>]) -> String {
    let presented = text::listed(presented.iter().map(|it| purpose(it)));
    format!("it is for {presented}, not for {}", purpose(required))
}

fn purpose(oid: &[usize]) -> String {
    match oid {
        KeyUsage::CLIENT_AUTH_REPR => "client authentication".into(),
        KeyUsage::SERVER_AUTH_REPR => "server authentication".into(),
        other => other.iter().map(ToString::to_string).collect::<Vec<_>>().join("."),
    }
}

/// The time between two times, in the unit that a person would choose.
pub fn span(one: UnixTime, other: UnixTime) -> String {
    let seconds = one.as_secs().abs_diff(other.as_secs());
    let (number, unit) = match seconds {
        0..120 => (seconds, "seconds"),
        120..7_200 => (seconds / 60, "minutes"),
        7_200..172_800 => (seconds / 3_600, "hours"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{number} {unit}")
}

/// The contents of an AlgorithmIdentifier. Where the parameter is an object identifier it is the
/// curve of a key.
pub fn algorithm(identifier: &[u8]) -> String {
    let Some((kind, parameter)) = der::all(identifier, der::Reader::algorithm) else {
        return "an unknown algorithm".into();
    };
    let known = ALGORITHMS.iter().find(|(it, _)| *it == kind);
    let name = known.map_or_else(|| kind.to_string(), |(_, name)| (*name).into());
    match parameter.and_then(|it| der::all(it.encoded, der::Reader::oid)) {
        Some(curve) => format!("{name} with the curve {curve}"),
        None => name,
    }
}

const ALGORITHMS: [(Oid<'_>, &str); 14] = [
    (oid!(1, 2, 840, 113549, 1, 1, 1), "RSA"),
    (oid!(1, 2, 840, 113549, 1, 1, 4), "MD5 with RSA"),
    (oid!(1, 2, 840, 113549, 1, 1, 5), "SHA-1 with RSA"),
    (oid!(1, 2, 840, 113549, 1, 1, 11), "SHA-256 with RSA"),
    (oid!(1, 2, 840, 113549, 1, 1, 12), "SHA-384 with RSA"),
    (oid!(1, 2, 840, 113549, 1, 1, 13), "SHA-512 with RSA"),
    (oid!(1, 2, 840, 10045, 2, 1), "ECDSA"),
    (oid!(1, 2, 840, 10045, 4, 1), "SHA-1 with ECDSA"),
    (oid!(1, 2, 840, 10045, 4, 3, 2), "SHA-256 with ECDSA"),
    (oid!(1, 2, 840, 10045, 4, 3, 3), "SHA-384 with ECDSA"),
    (oid!(1, 2, 840, 10045, 4, 3, 4), "SHA-512 with ECDSA"),
    (oid!(1, 2, 840, 10040, 4, 3), "SHA-1 with DSA"),
    (oid!(2, 16, 840, 1, 101, 3, 4, 3, 2), "SHA-256 with DSA"),
    (oid!(1, 3, 101, 113), "Ed448"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn algorithms_have_names() {
        let sha1 = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00";
        assert_eq!(algorithm(sha1), "SHA-1 with RSA");
        assert_eq!(algorithm(b"\x06\x03\x2b\x65\x72"), "1.3.101.114");
        let secp256k1 = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x0a";
        assert_eq!(algorithm(secp256k1), "ECDSA with the curve 1.3.132.0.10");
        assert_eq!(algorithm(b""), "an unknown algorithm");
    }

    #[test]
    fn times_are_in_the_unit_of_a_person() {
        let time = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        for (seconds, text) in
            [(0, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7_200, "2 hours")]
        {
            assert_eq!(span(time(1_000), time(1_000 + seconds)), text);
        }
        assert_eq!(span(time(172_800), time(0)), "2 days");
    }
}
