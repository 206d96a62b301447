//! The status codes, and the one table from rustls errors to them.

use crate::iana;
use rustls::{CertificateError, Error as Tls, ExtendedKeyPurpose, InvalidMessage, OtherError};
use std::ffi::CStr;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::{fmt, io};

/// What a call answers. 0: done. Positive: not now, nothing is wrong; do what it says and call
/// again. Negative: it will not happen. Numbers are never reused.
#[allow(non_camel_case_types)]
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_status {
    /// Done.
    Ok = 0,
    /// More ciphertext is needed: wait until the socket is readable, or feed. The next
    /// inkotls_conn_feed takes at least 16 KiB.
    WantRead = 1,
    /// Ciphertext is waiting: wait until the socket is writable, or drain.
    WantWrite = 2,
    /// The next step may block, in a callback of the host's or in the operating system: call
    /// inkotls_conn_run_blocking where blocking is allowed. It comes only where the config may
    /// block.
    WantBlocking = 3,
    /// What was fed before has not been consumed: call handshake or read, then feed the rest.
    Full = 4,
    /// There is no such thing, or not yet. Never a failure of the connection.
    None = -1,
    /// The peer sent close_notify (RFC 8446, section 6.1): a clean end. Nothing more will be read.
    Closed = -2,
    /// The transport ended without close_notify. The host's protocol decides whether that is a
    /// truncation or harmless.
    UnexpectedEof = -3,
    /// The peer sent a fatal alert: the handle's alert_received tells which.
    AlertReceived = -4,
    /// The peer's certificate was refused: inkotls_conn_certificate_error tells why.
    InvalidPeerCertificate = -5,
    /// The two sides have nothing in common: version, cipher suite, group, ALPN or certificate.
    HandshakeFailed = -6,
    /// The peer broke the protocol, or something on the way changed the bytes.
    ProtocolError = -7,
    /// A certificate or a CRL given by the host cannot be parsed, or there is none.
    InvalidCertificate = -8,
    /// A private key given by the host cannot be parsed, or is of a kind that is not supported; or
    /// the host's signer did not sign.
    InvalidKey = -9,
    /// The private key does not belong to the certificate.
    KeyMismatch = -10,
    /// The server name is neither a DNS name nor an IP address: inkotls_invalid_name_text says what
    /// is wrong with it.
    InvalidName = -11,
    /// There is no certificate authority to trust.
    NoTrustAnchors = -12,
    /// An argument is NULL or out of range.
    InvalidArgument = -13,
    /// The call makes no sense in the state that the handle is in, or another call is using it.
    InvalidState = -14,
    /// This library, or this build of it, cannot do that.
    Unsupported = -15,
    /// The operating system failed a call: the handle's os_error keeps its number (errno).
    IoError = -16,
    /// A bug in this library was caught. The handle only answers this from now on; free it.
    Panic = -17,
}

pub use inkotls_status as Status;

const STATUS_TEXTS: [(Status, &CStr); 22] = [
    (Status::Ok, c"done"),
    (Status::WantRead, c"more ciphertext is needed: poll for reading, or feed"),
    (Status::WantWrite, c"ciphertext is waiting: poll for writing, or drain"),
    (Status::WantBlocking, c"the next step may block: call run_blocking where that is allowed"),
    (Status::Full, c"what was fed before is not consumed: call handshake or read first"),
    (Status::None, c"there is no such thing, or not yet"),
    (Status::Closed, c"the peer ended the connection with close_notify"),
    (Status::UnexpectedEof, c"the transport ended without close_notify"),
    (Status::AlertReceived, c"the peer sent a fatal alert"),
    (Status::InvalidPeerCertificate, c"the peer's certificate was refused"),
    (Status::HandshakeFailed, c"the two sides have nothing in common"),
    (Status::ProtocolError, c"the peer broke the protocol"),
    (Status::InvalidCertificate, c"a certificate or a CRL is missing or cannot be parsed"),
    (Status::InvalidKey, c"a private key is missing, not usable or not supported"),
    (Status::KeyMismatch, c"the private key does not belong to the certificate"),
    (Status::InvalidName, c"the server name is neither a DNS name nor an IP address"),
    (Status::NoTrustAnchors, c"there is no certificate authority to trust"),
    (Status::InvalidArgument, c"an argument is NULL or out of range"),
    (Status::InvalidState, c"the call makes no sense in this state"),
    (Status::Unsupported, c"this build of the library cannot do that"),
    (Status::IoError, c"the operating system failed a call"),
    (Status::Panic, c"a bug in inkotls was caught; the handle can only be freed"),
];

/// A sentence for a status, for calls that have no handle to keep one.
pub fn status_text(number: i32) -> &'static CStr {
    find(&STATUS_TEXTS, |status| status as i32 == number).unwrap_or(c"not a status of this library")
}

/// Why the peer's certificate was refused. What a name stands for is in
/// inkotls_certificate_error_name. Numbers are never reused.
#[allow(non_camel_case_types)]
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_certificate_error {
    /// The peer had to present a certificate and presented none.
    NotPresented = 1,
    /// Its notAfter time has passed.
    Expired = 2,
    /// Its notBefore time has not come.
    NotYetValid = 3,
    /// No trusted authority issued it.
    UnknownIssuer = 4,
    /// It is not for the server name that the connection was made with.
    WrongName = 5,
    /// Its issuer has revoked it.
    Revoked = 6,
    /// Whether it is revoked cannot be determined.
    UnknownRevocation = 7,
    /// A signature does not verify, or is of an algorithm that is not supported.
    BadSignature = 8,
    /// It may not be used for this purpose: its extended key usage does not include the side that
    /// the peer is on, or its key usage does not include digitalSignature.
    WrongPurpose = 9,
    /// It cannot be parsed, or has a critical extension that is not understood.
    BadEncoding = 10,
    /// Another reason: the connection's error text has it. The alert is certificate_unknown (46).
    Other = 11,
    /// Its OCSP staple is not good enough: for a host's verifier, which alone looks at it.
    InvalidOcspStaple = 12,
    /// It is good, and yet its owner may not be here: for a host's verifier. The alert is
    /// access_denied (49).
    AccessDenied = 13,
}

pub use inkotls_certificate_error as CertificateFault;

/// A failed call: what the host branches on, and a sentence for a person. A pointer, for every call
/// hands it up, or the room for it.
#[derive(Clone, Debug)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug)]
pub struct Details {
    pub status: Status,
    pub text: String,
    /// errno, where the operating system refused.
    pub os: Option<i32>,
    pub certificate: Option<CertificateFault>,
}

impl Error {
    pub fn new(status: Status, text: impl Into<String>) -> Self {
        let text = text.into();
        Self(Box::new(Details { status, text, os: None, certificate: None }))
    }

    pub fn argument(text: impl Into<String>) -> Self {
        Self::new(Status::InvalidArgument, text)
    }

    pub fn state(text: impl Into<String>) -> Self {
        Self::new(Status::InvalidState, text)
    }

    pub fn io(what: impl fmt::Display, error: &io::Error) -> Self {
        Self::new(Status::IoError, format!("{what}: {error}")).with_os(error.raw_os_error())
    }

    pub fn with_os(mut self, os: Option<i32>) -> Self {
        self.os = os;
        self
    }

    pub fn is_reset(&self) -> bool {
        let kind = self.os.map(|os| io::Error::from_raw_os_error(os).kind());
        kind == Some(io::ErrorKind::ConnectionReset)
    }
}

impl From<Tls> for Error {
    fn from(error: Tls) -> Self {
        let status = match &error {
            Tls::AlertReceived(_) => Status::AlertReceived,
            Tls::InvalidCertificate(_)
            | Tls::InvalidCertRevocationList(_)
            | Tls::NoCertificatesPresented => Status::InvalidPeerCertificate,
            Tls::InappropriateMessage { .. }
            | Tls::InappropriateHandshakeMessage { .. }
            | Tls::InvalidMessage(_)
            | Tls::PeerMisbehaved(_)
            | Tls::PeerSentOversizedRecord
            | Tls::DecryptError => Status::ProtocolError,
            Tls::UnsupportedNameType => Status::InvalidName,
            error if is_unsigned(error) => Status::InvalidKey,
            Tls::Other(why) if why.0.is::<Misbehaved>() => Status::ProtocolError,
            _ => Status::HandshakeFailed,
        };
        let certificate = match &error {
            Tls::NoCertificatesPresented => Some(CertificateFault::NotPresented),
            Tls::InvalidCertificate(why) => Some(why.into()),
            Tls::InvalidCertRevocationList(_) => Some(CertificateFault::UnknownRevocation),
            _ => None,
        };
        let text = match (&error, certificate) {
            (Tls::AlertReceived(alert), _) => {
                let number = u8::from(*alert);
                let name = iana::alert_name(number.into()).to_string_lossy();
                format!("the peer sent the fatal alert {name} ({number})")
            }
            (Tls::InvalidCertificate(why), _) if is_of_ca(why) => {
                "the peer's certificate was refused: it is a CA's certificate, used as a peer's \
                 own; to trust exactly this certificate, add it to the roots with \
                 inkotls_roots_add_peer_certificate_pem"
                    .into()
            }
            (Tls::InvalidCertificate(why), Some(fault)) => {
                let fault = certificate_fault_name(fault as i32).to_string_lossy();
                let detail = match why.to_string() {
                    _ if is_by_host(why) => format!(" ({ByHost})"),
                    _ if is_unfit_to_sign(why) => " (key usage without digitalSignature)".into(),
                    sentence if sentence.starts_with("certificate ") => format!(" ({sentence})"),
                    _ => String::new(), // a variant, as Rust writes it, which says no more
                };
                format!("the peer's certificate was refused: {fault}{detail}")
            }
            (Tls::NoCertificatesPresented, Some(fault)) => {
                let fault = certificate_fault_name(fault as i32).to_string_lossy();
                format!("the peer's certificate was refused: {fault}")
            }
            (Tls::InvalidCertRevocationList(how), Some(fault)) => {
                let fault = certificate_fault_name(fault as i32).to_string_lossy();
                format!("the peer's certificate was refused: {fault} (CRL: {})", spelled_out(how))
            }
            (Tls::NoApplicationProtocol, _) => "no ALPN protocol in common".into(),
            (Tls::PeerIncompatible(how), _) => {
                format!("nothing in common with the peer: {}", spelled_out(how))
            }
            (Tls::PeerMisbehaved(how), _) => {
                format!("the peer broke the protocol: {}", spelled_out(how))
            }
            (Tls::InvalidMessage(InvalidMessage::InvalidContentType), _) => {
                "what the peer sent is not TLS".into()
            }
            (Tls::General(text), _) => text.clone(),
            (Tls::Other(why), _) => why.to_string(),
            (Tls::InvalidMessage(how), _) => {
                format!("the peer sent a message that is not valid: {}", spelled_out(how))
            }
            _ => error.to_string(),
        };
        let mut error = Self::new(status, text);
        error.certificate = certificate;
        error
    }
}

impl Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

/// The peer broke the protocol in a way that rustls does not notice.
#[derive(Debug)]
pub struct Misbehaved(pub &'static str);

impl fmt::Display for Misbehaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the peer broke the protocol: {}", self.0)
    }
}

impl std::error::Error for Misbehaved {}

impl From<Misbehaved> for Tls {
    fn from(why: Misbehaved) -> Self {
        Self::Other(OtherError(Arc::new(why)))
    }
}

/// Why the host's signer made no signature that can be sent.
#[derive(Debug)]
pub struct Unsigned(pub String);

impl fmt::Display for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the host's signer {}", self.0)
    }
}

impl std::error::Error for Unsigned {}

impl From<Unsigned> for Tls {
    fn from(why: Unsigned) -> Self {
        Self::Other(OtherError(Arc::new(why)))
    }
}

pub fn is_unsigned(error: &Tls) -> bool {
    matches!(error, Tls::Other(why) if why.0.is::<Unsigned>())
}

/// `NoCipherSuitesInCommon` as "no cipher suites in common".
pub fn spelled_out(variant: &dyn fmt::Debug) -> String {
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

impl From<&CertificateError> for CertificateFault {
    fn from(error: &CertificateError) -> Self {
        use CertificateError as E;
        #[allow(deprecated)]
        match error {
            E::Expired | E::ExpiredContext { .. } => Self::Expired,
            E::NotValidYet | E::NotValidYetContext { .. } => Self::NotYetValid,
            E::UnknownIssuer => Self::UnknownIssuer,
            E::NotValidForName | E::NotValidForNameContext { .. } => Self::WrongName,
            E::Revoked => Self::Revoked,
            E::UnknownRevocationStatus
            | E::ExpiredRevocationList
            | E::ExpiredRevocationListContext { .. } => Self::UnknownRevocation,
            E::BadSignature
            | E::UnsupportedSignatureAlgorithm
            | E::UnsupportedSignatureAlgorithmContext { .. }
            | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => Self::BadSignature,
            E::InvalidPurpose | E::InvalidPurposeContext { .. } => Self::WrongPurpose,
            E::BadEncoding | E::UnhandledCriticalExtension => Self::BadEncoding,
            E::InvalidOcspResponse => Self::InvalidOcspStaple,
            E::ApplicationVerificationFailure => Self::AccessDenied,
            _ => Self::Other,
        }
    }
}

/// The error that a host's verifier refuses a certificate with; any other number is a reason of its
/// own.
pub fn certificate_refusal(number: i32) -> Tls {
    use CertificateError as E;
    use CertificateFault as F;
    let fault = CERTIFICATE_FAULTS.iter().map(|(fault, _)| *fault).find(|it| *it as i32 == number);
    let error = match fault {
        Some(F::Expired) => E::Expired,
        Some(F::NotYetValid) => E::NotValidYet,
        Some(F::UnknownIssuer) => E::UnknownIssuer,
        Some(F::WrongName) => E::NotValidForName,
        Some(F::Revoked) => E::Revoked,
        Some(F::UnknownRevocation) => E::UnknownRevocationStatus,
        Some(F::BadSignature) => E::BadSignature,
        Some(F::WrongPurpose) => E::InvalidPurpose,
        Some(F::BadEncoding) => E::BadEncoding,
        Some(F::InvalidOcspStaple) => E::InvalidOcspResponse,
        Some(F::AccessDenied) => E::ApplicationVerificationFailure,
        Some(F::NotPresented | F::Other) | None => E::Other(OtherError(Arc::new(ByHost))),
    };
    error.into()
}

/// A host's verifier has a reason of its own.
#[derive(Debug)]
struct ByHost;

impl fmt::Display for ByHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the host's verifier refused it")
    }
}

impl std::error::Error for ByHost {}

fn is_by_host(why: &CertificateError) -> bool {
    match why {
        CertificateError::ApplicationVerificationFailure => true,
        CertificateError::Other(why) => why.0.is::<ByHost>(),
        _ => false,
    }
}

/// Why a certificate whose key usage has no digitalSignature is refused: rustls's error for a wrong
/// purpose, so that its alert is sent. No extended key usage has this identifier: id-ce-keyUsage.
const SIGNING: [usize; 4] = [2, 5, 29, 15];

pub fn unfit_to_sign() -> Tls {
    let required = ExtendedKeyPurpose::Other(SIGNING.to_vec());
    CertificateError::InvalidPurposeContext { required, presented: Vec::new() }.into()
}

fn is_unfit_to_sign(why: &CertificateError) -> bool {
    use CertificateError::InvalidPurposeContext as Purpose;
    matches!(why, Purpose { required: ExtendedKeyPurpose::Other(it), .. } if *it == SIGNING)
}

fn is_of_ca(why: &CertificateError) -> bool {
    use webpki::Error::CaUsedAsEndEntity as OfCa;
    matches!(why, CertificateError::Other(why) if why.0.downcast_ref() == Some(&OfCa))
}

const CERTIFICATE_FAULTS: [(CertificateFault, &CStr); 13] = [
    (CertificateFault::NotPresented, c"none was presented"),
    (CertificateFault::Expired, c"it has expired"),
    (CertificateFault::NotYetValid, c"it is not valid yet"),
    (CertificateFault::UnknownIssuer, c"no trusted authority issued it"),
    (CertificateFault::WrongName, c"it is for another name"),
    (CertificateFault::Revoked, c"its issuer has revoked it"),
    (CertificateFault::UnknownRevocation, c"whether it is revoked cannot be determined"),
    (CertificateFault::BadSignature, c"its signature is not valid"),
    (CertificateFault::WrongPurpose, c"it may not be used for this purpose"),
    (CertificateFault::BadEncoding, c"it cannot be parsed"),
    (CertificateFault::Other, c"another reason"),
    (CertificateFault::InvalidOcspStaple, c"its OCSP staple is not good enough"),
    (CertificateFault::AccessDenied, c"its owner may not be here"),
];

/// Words for a certificate error, after "the peer's certificate was refused: ".
pub fn certificate_fault_name(number: i32) -> &'static CStr {
    find(&CERTIFICATE_FAULTS, |fault| fault as i32 == number).unwrap_or(c"unknown")
}

fn find<T: Copy>(table: &[(T, &'static CStr)], is: impl Fn(T) -> bool) -> Option<&'static CStr> {
    table.iter().find(|(key, _)| is(*key)).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(error: impl Into<Tls>) -> String {
        Error::from(error.into()).text.clone()
    }

    #[test]
    fn sentences_are_for_people() {
        let context = CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: vec![6, 8],
            public_key_algorithm_id: vec![6, 9],
        };
        assert_eq!(text(context), "the peer's certificate was refused: its signature is not valid");
        assert_eq!(
            text(Tls::InvalidMessage(InvalidMessage::TrailingData("SessionID"))),
            "the peer sent a message that is not valid: trailing data(\"session id\")"
        );
    }
}
