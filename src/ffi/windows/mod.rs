//! Sockets and errors, as Windows has them.

mod descriptor;

pub use descriptor::Descriptor;

use std::error::Error as StdError;
use std::fmt;
use std::io::{Error, ErrorKind};
use windows_sys::Win32::Networking::WinSock::{WSAECONNABORTED, WSAECONNRESET, WSAEINTR};

// Numbers of errno in the C library. Those of Winsock begin at WINSOCK.
const EINTR: i32 = 4;
const EAGAIN: i32 = 11;
const ECONNRESET: i32 = 108;
const EWOULDBLOCK: i32 = 140;
const WINSOCK: i32 = 10_000;

/// An errno of the C library. The standard library would take the number as an error of Windows.
#[derive(Debug)]
struct Errno(i32);

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "errno {}", self.0)
    }
}

impl StdError for Errno {}

/// The error of a callback that returned `-number`: an error of Winsock, or an errno.
pub fn error_of(number: i32) -> Error {
    let kind = match number {
        EINTR | WSAEINTR => ErrorKind::Interrupted,
        EAGAIN | EWOULDBLOCK => ErrorKind::WouldBlock,
        WINSOCK.. => return Error::from_raw_os_error(number),
        _ => ErrorKind::Other,
    };
    Error::new(kind, Errno(number))
}

pub fn number_of(error: &Error) -> Option<i32> {
    let errno = || error.get_ref()?.downcast_ref::<Errno>().map(|it| it.0);
    error.raw_os_error().or_else(errno)
}

pub fn is_reset(number: i32) -> bool {
    [WSAECONNRESET, WSAECONNABORTED, ECONNRESET].contains(&number)
}
