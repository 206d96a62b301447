//! The status codes, and what a failed call leaves behind.

mod by_webpki;
mod certificate;
mod tls;

pub use by_webpki::why_unusable;
pub use certificate::{
    CertificateFault, certificate_fault_name, inkotls_certificate_error, standing_for,
};
pub use tls::carried;

use rustls::AlertDescription;
use std::ffi::CStr;
use std::ops::{Deref, DerefMut};
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
    /// inkotls_conn_feed has room for at least 16 KiB.
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
    /// The peer's certificate was refused, or the peer did not prove that it has the private key:
    /// inkotls_conn_certificate_error tells why.
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
    /// The call makes no sense in the state of the handle, or another call on the handle is
    /// running.
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
    (
        Status::InvalidState,
        c"the call makes no sense in this state, or another call is using the handle",
    ),
    (Status::Unsupported, c"this build of the library cannot do that"),
    (Status::IoError, c"the operating system failed a call"),
    (Status::Panic, c"a bug in inkotls was caught; the handle can only be freed"),
];

/// A sentence for a status, for calls that have no handle to keep one.
pub fn status_text(number: i32) -> &'static CStr {
    find(&STATUS_TEXTS, |status| status as i32 == number).unwrap_or(c"not a status of this library")
}

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
    /// The alert that answers it, where it is not rustls's.
    pub alert: Option<AlertDescription>,
}

impl Error {
    pub fn new(status: Status, text: impl Into<String>) -> Self {
        let text = text.into();
        Self(Box::new(Details { status, text, os: None, certificate: None, alert: None }))
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

    pub fn with_alert(mut self, alert: AlertDescription) -> Self {
        self.alert = Some(alert);
        self
    }

    pub fn is_reset(&self) -> bool {
        let kind = self.os.map(|os| io::Error::from_raw_os_error(os).kind());
        kind == Some(io::ErrorKind::ConnectionReset)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// rustls carries it.
impl std::error::Error for Error {}

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

fn find<T: Copy>(table: &[(T, &'static CStr)], is: impl Fn(T) -> bool) -> Option<&'static CStr> {
    table.iter().find(|(key, _)| is(*key)).map(|(_, text)| *text)
}
