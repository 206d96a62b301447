//! Descriptors and errno, as Unix has them.

mod descriptor;
mod pipe;

pub use descriptor::Descriptor;

use std::io::Error;

/// The error of a callback that returned `-number`.
pub fn error_of(number: i32) -> Error {
    Error::from_raw_os_error(number)
}

pub fn number_of(error: &Error) -> Option<i32> {
    error.raw_os_error()
}

pub fn is_reset(number: i32) -> bool {
    number == libc::ECONNRESET
}
