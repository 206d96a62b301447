//! Why a peer's certificate was refused: a number to branch on, and an error message that says
//! more.

use super::by_webpki::{CRITICAL, refusal_by_webpki};
use super::tls::spelled_out;
use super::{CertificateFault, Error, Status};
use crate::der::{self, Oid, oid};
use crate::text;
use rustls::{CertRevocationListError, CertificateError, Error as Tls, ExtendedKeyPurpose};
use std::ffi::CStr;

/// Words for a certificate error, after "the peer's certificate was refused: ".
pub fn certificate_fault_name(number: i32) -> &'static CStr {
    CertificateFault::try_from(number).map_or(c"unknown", name)
}

fn name(fault: CertificateFault) -> &'static CStr {
    use CertificateFault as F;
    match fault {
        F::NotPresented => c"none was presented",
        F::Expired => c"it has expired",
        F::NotYetValid => c"it is not valid yet",
        F::UnknownIssuer => c"no trusted authority issued it",
        F::WrongName => c"it is for another name",
        F::Revoked => c"its issuer has revoked it",
        F::UnknownRevocation => c"whether it is revoked cannot be determined",
        F::BadSignature => c"a signature in the chain is not valid",
        F::WrongPurpose => c"it may not be used for this purpose",
        F::BadEncoding => c"it cannot be understood",
        F::Other => c"the error message of the connection has the reason",
        F::InvalidOcspStaple => c"its OCSP staple is not good enough",
        F::AccessDenied => c"its owner is not allowed to connect",
        F::CaUsedAsEndEntity => {
            c"it is the certificate of a certificate authority, which cannot be the peer's own"
        }
        F::UnsupportedVersion => c"it is not an X.509 version 3 certificate",
        F::NameConstraints => c"it violates the name constraints of an issuer",
        F::PathLength => c"the chain violates the path length constraint of an issuer",
        F::IssuerNotCa => c"an issuer in the chain is not a certificate authority",
        F::ChainTooComplex => c"the chain is too long or too costly to verify",
        F::UnsupportedSignatureAlgorithm => c"a signature is of an algorithm that is not supported",
        F::UnsupportedKeySize => c"an RSA key has a size that is not supported",
        F::BadHandshakeSignature => c"the handshake is not signed with its private key",
    }
}

impl Error {
    /// A refusal with its number's name, and `detail`, which may be empty.
    pub fn refusal(fault: CertificateFault, detail: &str) -> Self {
        let name = name(fault).to_string_lossy();
        let why = match (fault, detail) {
            (_, "") => name.into_owned(),
            (CertificateFault::Other, _) => detail.to_owned(),
            _ => format!("{name} ({detail})"),
        };
        let text = format!("the peer's certificate was refused: {why}");
        let mut error = Self::new(Status::InvalidPeerCertificate, text);
        error.certificate = Some(fault);
        error
    }

    /// A host's verifier refuses. An unknown number stands for a reason of its own.
    pub fn refusal_by_host(number: i32) -> Self {
        let fault = match CertificateFault::try_from(number) {
            Err(_) | Ok(CertificateFault::NotPresented) => CertificateFault::Other,
            Ok(fault) => fault,
        };
        Self::refusal(fault, "the host's verifier refused it")
    }
}

/// The error with which rustls sends the alert that fits a refusal (RFC 8446, section 6.2).
pub fn standing_for(refusal: &Error) -> Tls {
    use CertificateError as E;
    use CertificateFault as F;
    let Some(fault) = refusal.certificate else { return refusal.clone().into() };
    let error = match fault {
        F::NotPresented => return Tls::NoCertificatesPresented,
        F::Expired => E::Expired,
        F::NotYetValid => E::NotValidYet,
        F::UnknownIssuer => E::UnknownIssuer,
        F::WrongName => E::NotValidForName,
        F::Revoked => E::Revoked,
        F::UnknownRevocation => E::UnknownRevocationStatus,
        F::WrongPurpose | F::UnsupportedVersion => E::InvalidPurpose,
        F::InvalidOcspStaple => E::InvalidOcspResponse,
        F::AccessDenied => E::ApplicationVerificationFailure,
        // rustls would send decrypt_error, which is about the handshake.
        F::BadSignature | F::UnsupportedSignatureAlgorithm | F::UnsupportedKeySize => {
            E::BadEncoding
        }
        F::BadEncoding => E::BadEncoding,
        F::BadHandshakeSignature => E::BadSignature,
        F::Other
        | F::CaUsedAsEndEntity
        | F::NameConstraints
        | F::PathLength
        | F::IssuerNotCa
        | F::ChainTooComplex => return refusal.clone().into(), // certificate_unknown
    };
    error.into()
}

/// The row of an error of rustls's verifiers.
pub fn refusal(why: &CertificateError) -> Error {
    use CertificateError as E;
    use CertificateFault as F;
    #[allow(deprecated)]
    let (fault, detail) = match why {
        E::Expired => (F::Expired, String::new()),
        E::ExpiredContext { time, not_after } => {
            (F::Expired, format!("{} ago", span(time.as_secs(), not_after.as_secs())))
        }
        E::NotValidYet => (F::NotYetValid, String::new()),
        E::NotValidYetContext { time, not_before } => {
            (F::NotYetValid, format!("{} too early", span(time.as_secs(), not_before.as_secs())))
        }
        E::UnknownIssuer => (F::UnknownIssuer, String::new()),
        E::NotValidForName => (F::WrongName, String::new()),
        E::NotValidForNameContext { expected, presented } => {
            (F::WrongName, names(&expected.to_str(), presented))
        }
        E::Revoked => (F::Revoked, String::new()),
        E::UnknownRevocationStatus => (F::UnknownRevocation, String::new()),
        E::ExpiredRevocationList => (F::UnknownRevocation, "the CRL has expired".into()),
        E::ExpiredRevocationListContext { time, next_update } => {
            let ago = span(time.as_secs(), next_update.as_secs());
            (F::UnknownRevocation, format!("the CRL expired {ago} ago"))
        }
        E::BadSignature => (F::BadSignature, String::new()),
        E::UnsupportedSignatureAlgorithm => (F::UnsupportedSignatureAlgorithm, String::new()),
        E::UnsupportedSignatureAlgorithmContext { signature_algorithm_id, .. } => {
            (F::UnsupportedSignatureAlgorithm, algorithm(signature_algorithm_id))
        }
        E::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id,
            public_key_algorithm_id,
        } => {
            let [signature, key] =
                [signature_algorithm_id, public_key_algorithm_id].map(|it| algorithm(it));
            (F::UnsupportedSignatureAlgorithm, format!("{signature} by a key of the kind {key}"))
        }
        E::InvalidPurpose => (F::WrongPurpose, String::new()),
        E::InvalidPurposeContext { required, presented } => {
            let allowed = text::listed(presented.iter().map(purpose));
            (F::WrongPurpose, format!("it is for {allowed}, not for {}", purpose(required)))
        }
        E::BadEncoding => (F::BadEncoding, "its encoding is not valid".into()),
        E::UnhandledCriticalExtension => (F::BadEncoding, CRITICAL.into()),
        E::InvalidOcspResponse => (F::InvalidOcspStaple, String::new()),
        E::ApplicationVerificationFailure => (F::AccessDenied, String::new()),
        E::Other(why) => {
            if let Some(error) = why.0.downcast_ref::<Error>() {
                return error.clone();
            }
            match why.0.downcast_ref() {
                Some(why) => refusal_by_webpki(why),
                None => (F::Other, why.to_string()),
            }
        }
        // What only a later rustls knows.
        other => (F::Other, other.to_string()),
    };
    Error::refusal(fault, &detail)
}

/// What kept a CRL from telling whether a certificate is revoked.
pub fn unknown_revocation(why: &CertRevocationListError) -> Error {
    use CertRevocationListError as E;
    let detail = match why {
        E::BadSignature => "the signature of the CRL is not valid".into(),
        E::IssuerInvalidForCrl => "the key usage of the CRL's issuer does not allow CRLs".into(),
        E::UnsupportedSignatureAlgorithmContext { signature_algorithm_id, .. }
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext { signature_algorithm_id, .. } => {
            let signed_with = algorithm(signature_algorithm_id);
            format!("the CRL is signed with {signed_with}, which is not supported for its key")
        }
        E::Other(why) => format!("CRL: {why}"),
        other => format!("CRL: {}", spelled_out(other)),
    };
    Error::refusal(CertificateFault::UnknownRevocation, &detail)
}

/// "it is for a.test, b.test and 198 more, not for localhost"
fn names(expected: &str, presented: &[String]) -> String {
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

fn purpose(purpose: &ExtendedKeyPurpose) -> String {
    match purpose {
        ExtendedKeyPurpose::Other(arcs) => {
            arcs.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
        }
        known => known.to_string(),
    }
}

/// The time between two times in seconds, in the unit that a person would choose.
fn span(one: u64, other: u64) -> String {
    let seconds = one.abs_diff(other);
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
fn algorithm(identifier: &[u8]) -> String {
    let parsed = der::all(identifier, |it| {
        let kind = it.oid()?;
        let parameter = if it.is_empty() { None } else { Some(it.element()?) };
        Some((kind, parameter))
    });
    let Some((kind, parameter)) = parsed else { return "an unknown algorithm".into() };
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
    use rustls::OtherError;
    use std::sync::Arc;

    const PREFIX: &str = "the peer's certificate was refused: ";

    fn row(error: impl Into<Tls>) -> (i32, String) {
        let error = Error::from(error.into());
        let text = error.text.strip_prefix(PREFIX).unwrap().to_owned();
        (error.certificate.unwrap() as i32, text)
    }

    fn of_webpki(why: webpki::Error) -> (i32, String) {
        row(CertificateError::Other(OtherError(Arc::new(why))))
    }

    #[test]
    fn a_reason_without_a_number_says_what_it_is() {
        let (number, text) = of_webpki(webpki::Error::UnsupportedNameType);
        assert_eq!((number, text.as_str()), (11, "unsupported name type"));
        let unknown = OtherError(Arc::new(std::fmt::Error));
        let (number, text) = row(CertificateError::Other(unknown));
        assert_eq!((number, text), (11, std::fmt::Error.to_string()));
    }

    #[test]
    fn reasons_that_take_long_to_come_by() {
        let (number, text) = of_webpki(webpki::Error::MaximumPathBuildCallsExceeded);
        assert_eq!(number, 19);
        assert!(text.ends_with("(too many possible chains)"), "{text}");
        let (number, text) = of_webpki(webpki::Error::SignatureAlgorithmMismatch);
        assert_eq!(number, 10);
        assert!(text.ends_with("(it has two signature algorithms that differ)"), "{text}");
    }

    #[test]
    fn a_crl_that_says_nothing() {
        for (why, said) in [
            (CertRevocationListError::BadSignature, "the signature of the CRL is not valid"),
            (CertRevocationListError::UnsupportedDeltaCrl, "CRL: unsupported delta crl"),
        ] {
            let (number, text) = row(why);
            assert_eq!(number, 7);
            assert!(text.contains(said), "{text}");
        }
    }

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
        for (seconds, text) in
            [(0, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7_200, "2 hours")]
        {
            assert_eq!(span(1_000, 1_000 + seconds), text);
        }
        assert_eq!(span(172_800, 0), "2 days");
    }
}
