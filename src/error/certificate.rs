//! Why a peer's certificate was refused: a number to branch on, and an error message that says
//! more.

use super::{CertificateFault, Error, Status};
use rustls::{CertificateError, Error as Tls};
use std::ffi::CStr;

/// The name of a certificate error, which follows "the peer's certificate was refused: ".
pub fn certificate_fault_text(number: i32) -> &'static CStr {
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
        F::UnknownTime => {
            c"whether it is valid now cannot be determined, because the time is not known"
        }
    }
}

impl Error {
    /// A refused certificate: the error message has the name of the fault, and `detail` if there is any.
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

    /// The host's verifier refused the certificate. An unknown number stands for OTHER.
    pub fn refusal_by_host(number: i32) -> Self {
        match CertificateFault::try_from(number) {
            Err(_) | Ok(CertificateFault::NotPresented) => {
                let detail = format!(
                    "the inkotls_verify_callback returned {number}, which is neither \
                     INKOTLS_VERDICT_ACCEPTED (100) nor a reason to refuse a certificate"
                );
                Self::refusal(CertificateFault::Other, &detail)
            }
            Ok(fault) => Self::refusal(fault, "the host's verifier refused it"),
        }
    }
}

impl CertificateFault {
    /// The error with which rustls sends the alert for this fault (RFC 8446, section 6.2). None if that
    /// is certificate_unknown, which rustls sends for every error that it does not know.
    pub fn tls_error(self) -> Option<Tls> {
        use CertificateError as E;
        let error = match self {
            Self::NotPresented => return Some(Tls::NoCertificatesPresented),
            Self::Expired => E::Expired,
            Self::NotYetValid => E::NotValidYet,
            Self::UnknownIssuer => E::UnknownIssuer,
            Self::WrongName => E::NotValidForName,
            Self::Revoked => E::Revoked,
            Self::UnknownRevocation => E::UnknownRevocationStatus,
            Self::WrongPurpose | Self::UnsupportedVersion => E::InvalidPurpose,
            Self::InvalidOcspStaple => E::InvalidOcspResponse,
            Self::AccessDenied => E::ApplicationVerificationFailure,
            Self::BadEncoding => E::BadEncoding,
            // With the errors of their own rustls sends decrypt_error, which is about the handshake.
            Self::BadSignature | Self::UnsupportedSignatureAlgorithm | Self::UnsupportedKeySize => {
                E::BadEncoding
            }
            Self::BadHandshakeSignature => E::BadSignature,
            Self::Other
            | Self::CaUsedAsEndEntity
            | Self::NameConstraints
            | Self::PathLength
            | Self::IssuerNotCa
            | Self::ChainTooComplex
            | Self::UnknownTime => return None,
        };
        Some(error.into())
    }
}
