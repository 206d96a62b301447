//! The status codes, and what a failed call leaves behind.

mod alert;
mod certificate;
mod detail;
mod table;
mod unusable;

pub use crate::capi::types::{
    inkotls_certificate_error as CertificateFault, inkotls_status as Status,
};
pub use certificate::certificate_fault_text;
pub use table::carried;
pub use unusable::why_unusable;

use crate::capi::types::UnknownNumber;
use rustls::AlertDescription;
use std::ffi::CStr;
use std::ops::{Deref, DerefMut};
use std::{fmt, io};

/// The error message of a status, which serves calls without a handle to keep one.
pub fn status_text(number: i32) -> &'static CStr {
    let Ok(status) = Status::try_from(number) else { return c"not a status of this library" };
    match status {
        Status::Ok => c"done",
        Status::WantRead => c"more ciphertext is needed: poll for reading, or feed",
        Status::WantWrite => c"ciphertext is waiting: poll for writing, or drain",
        Status::WantBlocking => c"the next step may block: call run_blocking where that is allowed",
        Status::Full => c"what was fed before is not consumed: call handshake or read first",
        Status::None => c"there is no such thing, or not yet",
        Status::Closed => c"the peer ended the connection with close_notify",
        Status::UnexpectedEof => c"the transport ended without close_notify",
        Status::AlertReceived => c"the peer sent a fatal alert",
        Status::InvalidPeerCertificate => c"the peer's certificate was refused",
        Status::HandshakeFailed => c"the two sides have nothing in common",
        Status::ProtocolError => c"the peer broke the protocol",
        Status::InvalidCertificate => c"a certificate, a CRL or an identity is missing, or cannot be used",
        Status::InvalidKey => {
            c"a private key is missing, not usable or not supported, or a signer made no valid signature"
        }
        Status::KeyMismatch => c"the private key does not belong to the certificate",
        Status::InvalidName => {
            c"the server name cannot be used: inkotls_invalid_name_text returns the reason"
        }
        Status::NoTrustAnchors => c"there is no certificate authority to trust",
        Status::InvalidArgument => c"an argument is NULL or out of range",
        Status::InvalidState => {
            c"the call is not possible in this state of the handle, or another call is using the handle"
        }
        Status::Unsupported => c"this build of the library cannot do that",
        Status::IoError => c"a system call or an I/O callback has failed",
        Status::Panic => c"a bug in inkotls was caught; the handle can only be freed",
    }
}

/// A failed call: what the host branches on, and an error message. A pointer, because every result of a
/// call has room for it.
#[derive(Clone, Debug)]
pub struct Error(Box<Details>);

#[derive(Clone, Debug)]
pub struct Details {
    pub status: Status,
    pub text: String,
    /// errno, if a system call failed.
    pub os: Option<i32>,
    pub certificate: Option<CertificateFault>,
    /// The alert that answers the error, if it is not the one of rustls.
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
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// rustls carries it.
impl std::error::Error for Error {}

impl From<UnknownNumber> for Error {
    fn from(UnknownNumber { number, what }: UnknownNumber) -> Self {
        Self::argument(format!("{number} is no {what}"))
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
