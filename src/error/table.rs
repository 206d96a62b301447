//! The one table from the errors of rustls and webpki to a status, a certificate error and an error
//! message.

use super::detail::{CRITICAL, algorithm, names, purposes, span, spelled_out};
use super::{CertificateFault, Error, Status, alert};
use rustls::{CertificateError, Error as Tls, InvalidMessage, OtherError, PeerIncompatible};
use std::borrow::Cow;
use std::error::Error as Any;
use std::sync::Arc;
use webpki::{Error as Webpki, InvalidNameContext};

impl From<Tls> for Error {
    fn from(error: Tls) -> Self {
        let other = match &error {
            Tls::InvalidCertificate(CertificateError::Other(other)) | Tls::Other(other) => {
                Some(&*other.0 as &dyn Any)
            }
            _ => None,
        };
        if let Some(own) = other.and_then(<dyn Any>::downcast_ref::<Self>) {
            return own.clone();
        }
        let source = match (other.and_then(<dyn Any>::downcast_ref), &error) {
            (Some(why), _) => Source::Webpki(why),
            (None, Tls::InvalidCertificate(why)) => Source::Certificate(why),
            (None, why) => Source::Tls(why),
        };
        row(source).into()
    }
}

impl From<Webpki> for Error {
    fn from(error: Webpki) -> Self {
        row(Source::Webpki(&error)).into()
    }
}

/// rustls carries an error that it has no variant for, and gives it back as it was.
impl From<Error> for Tls {
    fn from(error: Error) -> Self {
        let is_refusal = error.certificate.is_some();
        let carried = OtherError(Arc::new(error));
        match is_refusal {
            true => Self::InvalidCertificate(CertificateError::Other(carried)),
            false => Self::Other(carried),
        }
    }
}

/// What went through rustls.
pub fn carried(error: &Tls) -> Option<&Error> {
    match error {
        Tls::Other(why) => why.0.downcast_ref(),
        _ => None,
    }
}

/// Whose error it is.
enum Source<'a> {
    Tls(&'a Tls),
    Certificate(&'a CertificateError),
    Webpki(&'a Webpki),
}

/// What a host gets. The text of a certificate error is its detail.
struct Row {
    status: Status,
    certificate: Option<CertificateFault>,
    text: Cow<'static, str>,
}

impl From<Row> for Error {
    fn from(row: Row) -> Self {
        match row.certificate {
            Some(fault) => Self::refusal(fault, &row.text),
            None => Self::new(row.status, row.text),
        }
    }
}

#[allow(deprecated)] // variants that rustls and webpki still have
fn row(source: Source<'_>) -> Row {
    use CertificateError as C;
    use CertificateFault as F;
    use PeerIncompatible as P;
    use Source::{Certificate, Tls as Of, Webpki as Pki};
    use Webpki as W;
    match source {
        // When the certificate is valid, and for what.
        Certificate(C::Expired) | Pki(W::InvalidCertValidity) => refused(F::Expired, ""),
        Certificate(C::ExpiredContext { time, not_after })
        | Pki(W::CertExpired { time, not_after }) => {
            refused(F::Expired, format!("{} ago", span(*time, *not_after)))
        }
        Certificate(C::NotValidYet) => refused(F::NotYetValid, ""),
        Certificate(C::NotValidYetContext { time, not_before })
        | Pki(W::CertNotValidYet { time, not_before }) => {
            refused(F::NotYetValid, format!("{} too early", span(*time, *not_before)))
        }
        Certificate(C::NotValidForName) => refused(F::WrongName, ""),
        Certificate(C::NotValidForNameContext { expected, presented })
        | Pki(W::CertNotValidForName(InvalidNameContext { expected, presented })) => {
            refused(F::WrongName, names(&expected.to_str(), presented))
        }
        Certificate(C::InvalidPurpose | C::InvalidPurposeContext { .. })
        | Pki(W::RequiredEkuNotFound) => refused(F::WrongPurpose, ""),
        Pki(W::RequiredEkuNotFoundContext(it)) => {
            let required: Vec<_> = it.required.oid_values().collect();
            refused(F::WrongPurpose, purposes(&required, &it.present))
        }
        Pki(W::EmptyEkuExtension) => refused(F::WrongPurpose, "its extended key usage is empty"),

        // The chain.
        Of(Tls::NoCertificatesPresented) => refused(F::NotPresented, ""),
        Certificate(C::UnknownIssuer) | Pki(W::UnknownIssuer) => refused(F::UnknownIssuer, ""),
        Certificate(C::BadSignature) | Pki(W::InvalidSignatureForPublicKey) => {
            refused(F::BadSignature, "")
        }
        Pki(W::CaUsedAsEndEntity) => refused(
            F::CaUsedAsEndEntity,
            "basicConstraints CA:TRUE; to trust exactly this certificate, add it to the roots with \
             inkotls_roots_add_peer_certificate_pem",
        ),
        Pki(W::EndEntityUsedAsCa) => refused(F::IssuerNotCa, ""),
        Pki(W::NameConstraintViolation) => refused(F::NameConstraints, ""),
        Pki(W::PathLenConstraintViolated) => refused(F::PathLength, ""),
        Pki(W::MaximumPathDepthExceeded) => refused(F::ChainTooComplex, "too many certificates"),
        Pki(W::MaximumSignatureChecksExceeded) => {
            refused(F::ChainTooComplex, "too many signatures")
        }
        Pki(W::MaximumPathBuildCallsExceeded) => {
            refused(F::ChainTooComplex, "too many possible chains")
        }
        Pki(W::MaximumNameConstraintComparisonsExceeded) => {
            refused(F::ChainTooComplex, "too many names to compare with name constraints")
        }

        // What is not supported.
        Certificate(C::UnsupportedSignatureAlgorithm)
        | Pki(W::UnsupportedSignatureAlgorithm | W::UnsupportedSignatureAlgorithmForPublicKey) => {
            refused(F::UnsupportedSignatureAlgorithm, "")
        }
        Certificate(C::UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id: id, ..
        }) => refused(F::UnsupportedSignatureAlgorithm, algorithm(id)),
        Pki(W::UnsupportedSignatureAlgorithmContext(it)) => {
            refused(F::UnsupportedSignatureAlgorithm, algorithm(&it.signature_algorithm_id))
        }
        Certificate(C::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: signature,
            public_key_algorithm_id: key,
        })
        | Pki(W::UnsupportedSignatureAlgorithmForPublicKeyContext(
            webpki::UnsupportedSignatureAlgorithmForPublicKeyContext {
                signature_algorithm_id: signature,
                public_key_algorithm_id: key,
            },
        )) => {
            let [signature, key] = [signature, key].map(|it| algorithm(it));
            let detail = format!("{signature} by a key of the kind {key}");
            refused(F::UnsupportedSignatureAlgorithm, detail)
        }
        Pki(W::UnsupportedCertVersion) => refused(F::UnsupportedVersion, ""),
        Certificate(C::UnhandledCriticalExtension) | Pki(W::UnsupportedCriticalExtension) => {
            refused(F::BadEncoding, CRITICAL)
        }

        // The encoding.
        Certificate(C::BadEncoding) | Pki(W::BadDer | W::BadDerTime | W::TrailingData(_)) => {
            refused(F::BadEncoding, "its encoding is not valid")
        }
        Pki(W::SignatureAlgorithmMismatch) => {
            refused(F::BadEncoding, "it has two signature algorithms that differ")
        }
        Pki(W::MalformedExtensions) => refused(F::BadEncoding, "its extensions are malformed"),
        Pki(W::ExtensionValueInvalid) => {
            refused(F::BadEncoding, "the value of an extension is not valid")
        }
        Pki(W::MalformedDnsIdentifier) => refused(F::BadEncoding, "a DNS name is malformed"),
        Pki(W::MalformedNameConstraint) => {
            refused(F::BadEncoding, "a name constraint is malformed")
        }
        Pki(W::InvalidNetworkMaskConstraint) => {
            refused(F::BadEncoding, "a name constraint has a network mask that is not valid")
        }
        Pki(W::InvalidSerialNumber) => refused(F::BadEncoding, "its serial number is not valid"),

        // Revocation.
        Certificate(C::Revoked) | Pki(W::CertRevoked) => refused(F::Revoked, ""),
        Certificate(C::UnknownRevocationStatus) | Pki(W::UnknownRevocationStatus) => {
            refused(F::UnknownRevocation, "")
        }
        Certificate(C::ExpiredRevocationList) => {
            refused(F::UnknownRevocation, "the CRL has expired")
        }
        Certificate(C::ExpiredRevocationListContext { time, next_update })
        | Pki(W::CrlExpired { time, next_update }) => {
            let ago = span(*time, *next_update);
            refused(F::UnknownRevocation, format!("the CRL expired {ago} ago"))
        }
        Pki(W::InvalidCrlSignatureForPublicKey) => {
            refused(F::UnknownRevocation, "the signature of the CRL is not valid")
        }
        Pki(W::IssuerNotCrlSigner) => {
            refused(F::UnknownRevocation, "the key usage of the CRL's issuer does not allow CRLs")
        }
        Pki(
            W::UnsupportedCrlSignatureAlgorithmContext(
                webpki::UnsupportedSignatureAlgorithmContext { signature_algorithm_id: id, .. },
            )
            | W::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(
                webpki::UnsupportedSignatureAlgorithmForPublicKeyContext {
                    signature_algorithm_id: id,
                    ..
                },
            ),
        ) => {
            let id = algorithm(id);
            let detail = format!("the CRL is signed with {id}, which is not supported for its key");
            refused(F::UnknownRevocation, detail)
        }
        Of(Tls::InvalidCertRevocationList(why)) => {
            refused(F::UnknownRevocation, format!("CRL: {}", spelled_out(why)))
        }

        // What only a host's verifier or a platform's refuses.
        Certificate(C::InvalidOcspResponse) => refused(F::InvalidOcspStaple, ""),
        Certificate(C::ApplicationVerificationFailure) => refused(F::AccessDenied, ""),
        Pki(W::CertDistrusted) => refused(F::Other, "its key is distrusted"),
        // What does not come from webpki's verification, or only a later rustls or webpki knows.
        Pki(other) => refused(F::Other, spelled_out(other)),
        Certificate(C::Other(why)) => refused(F::Other, why.to_string()),
        Certificate(other) => refused(F::Other, other.to_string()),

        // The handshake and the records.
        Of(Tls::AlertReceived(number)) => {
            failed(Status::AlertReceived, alert::received((*number).into()))
        }
        Of(Tls::NoApplicationProtocol) => {
            failed(Status::HandshakeFailed, "no ALPN protocol in common")
        }
        Of(Tls::PeerIncompatible(P::ServerTlsVersionIsDisabledByOurConfig)) => {
            incompatible("the server chose a version of TLS that this client's config disables")
        }
        Of(Tls::PeerIncompatible(P::SignatureAlgorithmsExtensionRequired)) => {
            incompatible("the client does not say which signature algorithms it supports")
        }
        Of(Tls::PeerIncompatible(P::NoSignatureSchemesInCommon)) => incompatible(
            "none of the client's signature schemes fits the key of this server's certificate",
        ),
        Of(Tls::PeerIncompatible(P::ServerRejectedEncryptedClientHello(configs))) => {
            let then = match configs {
                Some(it) if !it.is_empty() => "connect again with the configs that it sent",
                _ => "it sent no configs: connect again without",
            };
            let text = format!("the server refused Encrypted ClientHello; {then}");
            failed(Status::HandshakeFailed, text)
        }
        Of(Tls::PeerIncompatible(how)) => incompatible(&spelled_out(how)),
        Of(Tls::PeerMisbehaved(how)) => {
            let how = spelled_out(how);
            failed(Status::ProtocolError, format!("the peer broke the protocol: {how}"))
        }
        Of(Tls::InvalidMessage(InvalidMessage::InvalidContentType)) => {
            failed(Status::ProtocolError, "what the peer sent is not TLS")
        }
        Of(Tls::InvalidMessage(how)) => {
            let how = spelled_out(how);
            failed(
                Status::ProtocolError,
                format!("the peer sent a message that is not valid: {how}"),
            )
        }
        Of(Tls::DecryptError) => failed(
            Status::ProtocolError,
            "a record cannot be decrypted: it was changed on the way, or the peer's keys are wrong",
        ),
        Of(
            other @ (Tls::InappropriateMessage { .. }
            | Tls::InappropriateHandshakeMessage { .. }
            | Tls::PeerSentOversizedRecord),
        ) => failed(Status::ProtocolError, other.to_string()),
        Of(Tls::UnsupportedNameType) => {
            failed(Status::InvalidName, Tls::UnsupportedNameType.to_string())
        }
        Of(Tls::General(text)) => failed(Status::HandshakeFailed, text.clone()),
        Of(Tls::Other(why)) => failed(Status::HandshakeFailed, why.to_string()),
        Of(other) => failed(Status::HandshakeFailed, other.to_string()),
    }
}

fn refused(fault: CertificateFault, detail: impl Into<Cow<'static, str>>) -> Row {
    Row { certificate: Some(fault), ..failed(Status::InvalidPeerCertificate, detail) }
}

fn incompatible(how: &str) -> Row {
    failed(Status::HandshakeFailed, format!("nothing in common with the peer: {how}"))
}

fn failed(status: Status, text: impl Into<Cow<'static, str>>) -> Row {
    Row { status, certificate: None, text: text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::CertRevocationListError;

    const PREFIX: &str = "the peer's certificate was refused: ";

    fn row_of(error: impl Into<Error>) -> (i32, String) {
        let error = error.into();
        let text = error.text.strip_prefix(PREFIX).unwrap().to_owned();
        (error.certificate.unwrap() as i32, text)
    }

    fn other(why: impl Any + Send + Sync + 'static) -> Tls {
        CertificateError::Other(OtherError(Arc::new(why))).into()
    }

    #[test]
    fn a_reason_without_a_number_says_what_it_is() {
        assert_eq!(row_of(Webpki::UnsupportedNameType), (11, "unsupported name type".into()));
        assert_eq!(row_of(other(std::fmt::Error)), (11, std::fmt::Error.to_string()));
    }

    #[test]
    fn webpki_says_the_same_through_rustls() {
        for why in [
            Webpki::UnknownIssuer,
            Webpki::UnsupportedCertVersion,
            Webpki::MaximumPathDepthExceeded,
            Webpki::UnsupportedNameType,
        ] {
            assert_eq!(row_of(other(why.clone())), row_of(why));
        }
    }

    #[test]
    fn reasons_that_take_long_to_come_by() {
        let (number, text) = row_of(Webpki::MaximumPathBuildCallsExceeded);
        assert_eq!(number, 19);
        assert!(text.ends_with("(too many possible chains)"), "{text}");
        let (number, text) = row_of(Webpki::SignatureAlgorithmMismatch);
        assert_eq!(number, 10);
        assert!(text.ends_with("(it has two signature algorithms that differ)"), "{text}");
    }

    #[test]
    fn a_crl_that_says_nothing() {
        for (why, said) in [
            (Webpki::InvalidCrlSignatureForPublicKey, "the signature of the CRL is not valid"),
            (Webpki::UnknownRevocationStatus, "whether it is revoked cannot be determined"),
        ] {
            let (number, text) = row_of(why);
            assert_eq!(number, 7);
            assert!(text.contains(said), "{text}");
        }
        let (number, text) = row_of(Tls::from(CertRevocationListError::UnsupportedDeltaCrl));
        assert_eq!(number, 7);
        assert!(text.ends_with("(CRL: unsupported delta crl)"), "{text}");
    }

    #[test]
    fn variants_are_spelled_out() {
        let error = Error::from(Tls::InvalidMessage(InvalidMessage::TrailingData("SessionID")));
        let text = "the peer sent a message that is not valid: trailing data(\"session id\")";
        assert_eq!(error.text, text);
    }

    #[test]
    fn our_own_errors_come_back_from_rustls() {
        let error = Error::new(Status::InvalidKey, "no").with_os(Some(5));
        let back = Error::from(Tls::from(error));
        assert_eq!((back.status, back.os, back.text.as_str()), (Status::InvalidKey, Some(5), "no"));
        let back = Error::from(Tls::from(Error::refusal(CertificateFault::Revoked, "why")));
        assert_eq!(back.certificate, Some(CertificateFault::Revoked));
        assert!(back.text.ends_with("(why)"));
    }
}
