//! The one table from rustls errors to a status, a certificate error and an error message.

use super::{CertificateFault, Error, Status, certificate};
use crate::iana;
use rustls::{Error as Tls, InvalidMessage, OtherError, PeerIncompatible};
use std::sync::Arc;

impl From<Tls> for Error {
    fn from(error: Tls) -> Self {
        use Status as S;
        let (status, text) = match &error {
            Tls::InvalidCertificate(why) => return certificate::refusal(why),
            Tls::InvalidCertRevocationList(why) => return certificate::unknown_revocation(why),
            Tls::NoCertificatesPresented => {
                return Self::refusal(CertificateFault::NotPresented, "");
            }
            Tls::AlertReceived(alert) => (S::AlertReceived, alert_received((*alert).into())),
            Tls::NoApplicationProtocol => (S::HandshakeFailed, "no ALPN protocol in common".into()),
            Tls::PeerIncompatible(how) => {
                let how = incompatible(how);
                (S::HandshakeFailed, format!("nothing in common with the peer: {how}"))
            }
            Tls::PeerMisbehaved(how) => {
                (S::ProtocolError, format!("the peer broke the protocol: {}", spelled_out(how)))
            }
            Tls::InvalidMessage(InvalidMessage::InvalidContentType) => {
                (S::ProtocolError, "what the peer sent is not TLS".into())
            }
            Tls::InvalidMessage(how) => {
                let how = spelled_out(how);
                (S::ProtocolError, format!("the peer sent a message that is not valid: {how}"))
            }
            Tls::DecryptError => (
                S::ProtocolError,
                "a record cannot be decrypted: it was changed on the way, or the peer's keys are \
                 wrong"
                    .into(),
            ),
            Tls::InappropriateMessage { .. }
            | Tls::InappropriateHandshakeMessage { .. }
            | Tls::PeerSentOversizedRecord => (S::ProtocolError, error.to_string()),
            Tls::UnsupportedNameType => (S::InvalidName, error.to_string()),
            Tls::General(text) => (S::HandshakeFailed, text.clone()),
            Tls::Other(why) => match why.0.downcast_ref::<Self>() {
                Some(ours) => return ours.clone(),
                None => (S::HandshakeFailed, why.to_string()),
            },
            _ => (S::HandshakeFailed, error.to_string()),
        };
        Self::new(status, text)
    }
}

/// rustls carries an error that it has no variant for, and gives it back as it was.
impl From<Error> for Tls {
    fn from(error: Error) -> Self {
        let is_refusal = error.certificate.is_some();
        let carried = OtherError(Arc::new(error));
        match is_refusal {
            true => Self::InvalidCertificate(rustls::CertificateError::Other(carried)),
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

fn incompatible(how: &PeerIncompatible) -> String {
    use PeerIncompatible as P;
    let text = match how {
        P::ServerTlsVersionIsDisabledByOurConfig => {
            "the server chose a version of TLS that this client's config disables"
        }
        P::SignatureAlgorithmsExtensionRequired => {
            "the client does not say which signature algorithms it supports"
        }
        P::NoSignatureSchemesInCommon => {
            "none of the client's signature schemes fits the key of this server's certificate"
        }
        other => return spelled_out(other),
    };
    text.into()
}

fn alert_received(number: u8) -> String {
    let name = iana::alert_name(number.into()).to_string_lossy();
    let text = format!("the peer sent the fatal alert {name} ({number})");
    match alert_meaning(number) {
        Some(meaning) => format!("{text}: {meaning}"),
        None => text,
    }
}

/// What most often makes a peer send the alert. "This side" is the one that reads the message.
fn alert_meaning(number: u8) -> Option<&'static str> {
    Some(match number {
        20 => "the peer could not decrypt a record",
        40 => "the two sides have no cipher suite, group, signature scheme or setting in common",
        42 | 46 => "the peer does not accept this side's certificate",
        43 => "the peer does not support certificates of the kind of this side's",
        44 => "this side's certificate is revoked",
        45 => "this side's certificate has expired or is not valid yet",
        48 => "the peer does not trust the issuer of this side's certificate",
        49 => "the peer does not allow the owner of this side's certificate to connect",
        51 => "a signature or the Finished of this side did not verify",
        70 => "the peer does not support this side's versions of TLS",
        80 => "an error inside the peer",
        112 => "the peer has no certificate for the server name",
        116 => "the peer requires a certificate, and this side presented none",
        120 => "the peer supports none of this side's ALPN protocols",
        _ => return None,
    })
}

/// `NoCipherSuitesInCommon` as "no cipher suites in common".
pub(super) fn spelled_out(variant: &dyn std::fmt::Debug) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
