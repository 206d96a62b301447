//! Public keys (SubjectPublicKeyInfo; RFC 5280, section 4.1).

use super::find;
use super::parts::Algorithm;
use crate::der::{self, Oid, oid};

pub struct PublicKey {
    /// A name, or an object identifier.
    pub algorithm: String,
    /// None where the size is not known.
    pub bits: Option<i32>,
}

impl PublicKey {
    /// `public_key` is what is in the SEQUENCE.
    pub fn read(public_key: &[u8]) -> Option<Self> {
        let (algorithm, key) = parts(public_key)?;
        if algorithm.kind == EC {
            return Some(Self::on_curve(algorithm));
        }
        let (name, bits) = find(&KEYS, algorithm.kind).unzip();
        Some(Self {
            algorithm: name.map_or_else(|| algorithm.kind.to_string(), str::to_owned),
            bits: match bits {
                Some(0) => modulus_bits(key).and_then(|it| it.try_into().ok()),
                other => other,
            },
        })
    }

    /// RFC 5480, section 2.1.1.
    fn on_curve(algorithm: Algorithm<'_>) -> Self {
        let parameters = algorithm.parameters;
        let curve = parameters.and_then(|it| der::all(it.encoded, der::Reader::oid));
        let (name, bits) = curve.and_then(|it| find(&CURVES, it)).unzip();
        let algorithm = match (name, curve) {
            (Some(name), _) => format!("EC {name}"),
            (None, Some(curve)) => format!("EC {curve}"),
            (None, None) => "EC".to_owned(),
        };
        Self { algorithm, bits }
    }
}

/// How many bits an RSA key has; None if the key is not RSA. `public_key` is what is in the SEQUENCE.
pub fn rsa_bits(public_key: &[u8]) -> Option<usize> {
    let (algorithm, key) = parts(public_key)?;
    if algorithm.kind == RSA { modulus_bits(key) } else { None }
}

fn parts(public_key: &[u8]) -> Option<(Algorithm<'_>, &[u8])> {
    der::all(public_key, |it| {
        Some((Algorithm::read(it)?, der::bits(it.contents(der::BIT_STRING)?)?))
    })
}

/// RFC 8017, appendix A.1.1.
fn modulus_bits(key: &[u8]) -> Option<usize> {
    let modulus = der::all(der::only(key, der::SEQUENCE)?, |it| {
        let modulus = der::integer(it.contents(der::INTEGER)?)?;
        der::integer(it.contents(der::INTEGER)?)?; // the exponent
        Some(modulus)
    })?;
    let modulus = match modulus {
        [0, positive @ ..] => positive,
        [0x80..=0xff, ..] => return None, // negative
        positive => positive,
    };
    Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize)
}

const RSA: Oid<'_> = oid!(1, 2, 840, 113549, 1, 1, 1);
const EC: Oid<'_> = oid!(1, 2, 840, 10045, 2, 1);

/// With their bits: 0 for those of the modulus.
const KEYS: [(Oid<'_>, (&str, i32)); 4] = [
    (RSA, ("RSA", 0)),
    (oid!(1, 2, 840, 113549, 1, 1, 10), ("RSASSA-PSS", 0)),
    (oid!(1, 3, 101, 112), ("Ed25519", 256)),
    (oid!(1, 3, 101, 113), ("Ed448", 456)),
];

const CURVES: [(Oid<'_>, (&str, i32)); 3] = [
    (oid!(1, 2, 840, 10045, 3, 1, 7), ("P-256", 256)),
    (oid!(1, 3, 132, 0, 34), ("P-384", 384)),
    (oid!(1, 3, 132, 0, 35), ("P-521", 521)),
];

#[cfg(test)]
mod tests {
    use super::super::tests::der;
    use super::*;

    #[test]
    fn keys_have_names_and_sizes() {
        const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
        const PSS: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
        const EC: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
        let modulus = b"\x30\x07\x02\x02\x01\xff\x02\x01\x03";
        for (algorithm, key, name, bits) in [
            (&[RSA, b"\x05\x00"].concat()[..], &modulus[..], "RSA", Some(9)),
            (PSS, modulus, "RSASSA-PSS", Some(9)),
            (RSA, b"", "RSA", None),
            (RSA, b"\x30\x06\x02\x01\xff\x02\x01\x03", "RSA", None), // negative
            (&[EC, b"\x06\x05\x2b\x81\x04\x00\x23"].concat(), b"\x04", "EC P-521", Some(521)),
            (&[EC, b"\x06\x05\x2b\x81\x04\x00\x0a"].concat(), b"\x04", "EC 1.3.132.0.10", None),
            (&[EC, b"\x30\x00"].concat(), b"\x04", "EC", None), // a curve that is written out
            (EC, b"\x04", "EC", None),
            (b"\x06\x03\x2b\x65\x70", b"", "Ed25519", Some(256)),
            (b"\x06\x03\x2b\x65\x6e", b"", "1.3.101.110", None),
        ] {
            let key = der(0x03, &[b"\0", key]);
            let found = PublicKey::read(&[der(0x30, &[algorithm]), key].concat()).unwrap();
            assert_eq!((found.algorithm.as_str(), found.bits), (name, bits));
        }
        for malformed in [&b""[..], b"\x30\x00", b"\x30\x05\x06\x03\x2b\x65\x70"] {
            assert!(PublicKey::read(malformed).is_none());
        }
    }
}
