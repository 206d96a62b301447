//! webpki's errors: of a peer's certificate, and of what the host passes.

use super::CertificateFault;
use super::tls::spelled_out;
use webpki::Error as Webpki;

pub(super) const CRITICAL: &str = "it has a critical extension that is not supported";

/// Why a peer's certificate was refused, where rustls has no error for it.
pub(super) fn refusal_by_webpki(why: &Webpki) -> (CertificateFault, String) {
    use CertificateFault as F;
    use Webpki as E;
    let (fault, detail) = match why {
        E::CaUsedAsEndEntity => (
            F::CaUsedAsEndEntity,
            "basicConstraints CA:TRUE; to trust exactly this certificate, add it to the roots with \
             inkotls_roots_add_peer_certificate_pem",
        ),
        E::UnsupportedCertVersion => (F::UnsupportedVersion, ""),
        E::NameConstraintViolation => (F::NameConstraints, ""),
        E::PathLenConstraintViolated => (F::PathLength, ""),
        E::EndEntityUsedAsCa => (F::IssuerNotCa, ""),
        E::MaximumPathDepthExceeded => (F::ChainTooComplex, "too many certificates"),
        E::MaximumSignatureChecksExceeded => (F::ChainTooComplex, "too many signatures"),
        E::MaximumPathBuildCallsExceeded => (F::ChainTooComplex, "too many possible chains"),
        E::MaximumNameConstraintComparisonsExceeded => {
            (F::ChainTooComplex, "too many names to compare with name constraints")
        }
        E::EmptyEkuExtension => (F::WrongPurpose, "its extended key usage is empty"),
        E::UnsupportedCriticalExtension => (F::BadEncoding, CRITICAL),
        E::SignatureAlgorithmMismatch => {
            (F::BadEncoding, "it has two signature algorithms that differ")
        }
        E::MalformedExtensions => (F::BadEncoding, "its extensions are malformed"),
        E::ExtensionValueInvalid => (F::BadEncoding, "the value of an extension is not valid"),
        E::MalformedDnsIdentifier => (F::BadEncoding, "a DNS name is malformed"),
        E::MalformedNameConstraint => (F::BadEncoding, "a name constraint is malformed"),
        E::InvalidNetworkMaskConstraint => {
            (F::BadEncoding, "a name constraint has a network mask that is not valid")
        }
        E::InvalidSerialNumber => (F::BadEncoding, "its serial number is not valid"),
        E::CertDistrusted => (F::Other, "its key is distrusted"),
        // What does not come from rustls's verifiers, or only a later webpki knows.
        other => return (F::Other, spelled_out(other)),
    };
    (fault, detail.into())
}

/// Why a certificate or a CRL of the host's cannot be used.
pub fn why_unusable(error: &Webpki) -> String {
    use Webpki as E;
    match error {
        E::BadDer | E::BadDerTime | E::TrailingData(_) => "it cannot be parsed".into(),
        E::UnsupportedCertVersion => {
            "it is not X.509 version 3: make it with extensions, such as subjectAltName".into()
        }
        E::UnsupportedCriticalExtension => CRITICAL.into(),
        E::UnsupportedCrlVersion => "it is not a CRL of version 2".into(),
        E::UnsupportedDeltaCrl => "it is a delta CRL, which is not supported".into(),
        E::UnsupportedIndirectCrl => "it is an indirect CRL, which is not supported".into(),
        other => spelled_out(other),
    }
}
