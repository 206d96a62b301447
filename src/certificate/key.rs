//! Public keys (SubjectPublicKeyInfo; RFC 5280, section 4.1).

use super::parts::Algorithm;
use crate::der::{self, Oid, oid};

/// How many bits an RSA key has; None if the key is not RSA. `public_key` is what is in the SEQUENCE.
pub fn rsa_bits(public_key: &[u8]) -> Option<usize> {
    let key = der::all(public_key, |it| {
        let is_rsa = Algorithm::read(it)?.kind == RSA;
        it.contents(der::BIT_STRING).and_then(der::bits).filter(|_| is_rsa)
    })?;
    // RFC 8017, appendix A.1.1.
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
