//! Alerts (RFC 8446, section 6): telling which one went out, and making the few that rustls
//! does not make itself.

use crate::error::carried;
use rustls::{AlertDescription, Error, PeerIncompatible, PeerMisbehaved};

pub const WARNING: u8 = 1;
pub const FATAL: u8 = 2;
pub const CLOSE_NOTIFY: u8 = 0;

/// The alert that answers an error. rustls does not say which one it sent. If the record is encrypted,
/// the alert is known from the sources of rustls. If rustls sent no alert and the connection is not
/// encrypted yet, this is the one to send.
pub fn answering(error: &Error) -> AlertDescription {
    use AlertDescription as A;
    use PeerMisbehaved as P;
    if let Some(alert) = carried(error).and_then(|it| it.alert) {
        return alert;
    }
    match error {
        Error::InvalidCertificate(why) => why.clone().into(),
        Error::NoCertificatesPresented => A::CertificateRequired,
        Error::InvalidMessage(why) => (*why).into(),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            A::UnexpectedMessage
        }
        Error::DecryptError => A::BadRecordMac,
        Error::PeerSentOversizedRecord => A::RecordOverflow,
        Error::NoApplicationProtocol => A::NoApplicationProtocol,
        Error::PeerIncompatible(PeerIncompatible::ServerRejectedEncryptedClientHello(_)) => {
            A::EncryptedClientHelloRequired
        }
        Error::PeerIncompatible(_) => A::HandshakeFailure,
        Error::PeerMisbehaved(how) => match how {
            P::IllegalMiddleboxChangeCipherSpec
            | P::KeyEpochWithPendingFragment
            | P::MessageInterleavedWithHandshakeMessage
            | P::RejectedEarlyDataInterleavedWithHandshakeMessage
            | P::TooManyEmptyFragments
            | P::TooMuchEarlyDataReceived => A::UnexpectedMessage,
            P::UnsolicitedEncryptedExtension | P::DisallowedEncryptedExtension => {
                A::UnsupportedExtension
            }
            P::InvalidCertCompression | P::SelectedUnofferedCertCompression => A::BadCertificate,
            _ => A::IllegalParameter,
        },
        // A warning. TLS 1.3 has only the two that rustls passes over.
        Error::AlertReceived(_) => A::DecodeError,
        _ => A::InternalError,
    }
}

/// The alert of TLS 1.2 where the peer's certificate list is empty: a client's may be (RFC 5246,
/// section 7.4.6), a server's may not.
pub fn without_certificate(is_server: bool) -> AlertDescription {
    match is_server {
        true => AlertDescription::HandshakeFailure,
        false => AlertDescription::DecodeError,
    }
}
