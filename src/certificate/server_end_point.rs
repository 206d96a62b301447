//! tls-server-end-point, a channel binding (RFC 5929, section 4).

use super::find;
use super::parts::{Algorithm, Parts};
use crate::crypto::Hash;
use crate::der::{self, Oid, oid};

/// tls-server-end-point of a certificate; empty where it is not defined.
pub fn server_end_point(certificate: &[u8]) -> Vec<u8> {
    signature_hash(certificate).and_then(|hash| hash.of(certificate).ok()).unwrap_or_default()
}

/// That of the certificate's signature, and SHA-256 instead of MD5 and SHA-1. None where the
/// signature has none of its own.
fn signature_hash(certificate: &[u8]) -> Option<Hash> {
    let signature = Parts::read(certificate)?.signature;
    if signature.kind != RSASSA_PSS {
        return find(&SIGNATURES, signature.kind);
    }
    let parameters = signature.parameters.filter(|it| it.tag == der::SEQUENCE)?;
    match der::all(parameters.contents, PssParameters::read)?.hash {
        Some(hash) => find(&HASHES, hash.kind),
        None => Some(Hash::Sha256), // the default is SHA-1
    }
}

/// RFC 4055, section 3.1.
struct PssParameters<'a> {
    hash: Option<Algorithm<'a>>,
}

impl<'a> PssParameters<'a> {
    fn read(it: &mut der::Reader<'a>) -> Option<Self> {
        let hash = match it.optional(HASH)? {
            Some(hash) => Some(der::all(hash, Algorithm::read)?),
            None => None,
        };
        for tag in [MASK, SALT_LEN, TRAILER] {
            it.optional(tag)?;
        }
        Some(Self { hash })
    }
}

const HASH: u8 = 0xa0;
const MASK: u8 = 0xa1;
const SALT_LEN: u8 = 0xa2;
const TRAILER: u8 = 0xa3;

const RSASSA_PSS: Oid<'_> = oid!(1, 2, 840, 113549, 1, 1, 10);

const SIGNATURES: [(Oid<'_>, Hash); 9] = [
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

const HASHES: [(Oid<'_>, Hash); 4] = [
    (oid!(1, 3, 14, 3, 2, 26), Hash::Sha256), // SHA-1
    (oid!(2, 16, 840, 1, 101, 3, 4, 2, 1), Hash::Sha256),
    (oid!(2, 16, 840, 1, 101, 3, 4, 2, 2), Hash::Sha384),
    (oid!(2, 16, 840, 1, 101, 3, 4, 2, 3), Hash::Sha512),
];

#[cfg(test)]
mod tests {
    use super::super::tests::{ECDSA_SHA384, Made, der};
    use super::*;

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
