//! Callbacks, as closures that the safe code calls.

use super::args::start;
use super::guard::outside;
use super::handle::{Handle, lent};
use super::room::Room;
use super::syscall::retried;
use super::system::error_of;
use crate::call_context;
use crate::capi::types::{
    UserData, inkotls_clock_callback, inkotls_key_log_callback, inkotls_log_callback,
    inkotls_read_callback, inkotls_session_get_callback, inkotls_session_put_callback,
    inkotls_sign_callback, inkotls_write_callback,
};
use std::ffi::c_void;
use std::io::{self, Write};

/// What the host has set for the connection whose call the callback comes from.
fn of_caller() -> *mut c_void {
    call_context::user_data().get()
}

pub fn log_callback(
    callback: inkotls_log_callback,
    user_data: *mut c_void,
) -> Option<impl Fn(i32, &str) + Send + Sync> {
    let (callback, data) = (callback?, UserData::new(user_data));
    Some(move |level, text: &str| {
        let conn_data = of_caller();
        // SAFETY: the host vouches for its function; the text outlives the call.
        outside(|| unsafe {
            callback(data.get(), conn_data, level, start(text.as_bytes()).cast(), text.len())
        });
    })
}

pub fn key_log_callback(
    callback: inkotls_key_log_callback,
    user_data: *mut c_void,
) -> Option<impl Fn(&str) + Send + Sync> {
    let (callback, data) = (callback?, UserData::new(user_data));
    Some(move |line: &str| {
        let (start, len, conn_data) = (start(line.as_bytes()).cast(), line.len(), of_caller());
        // SAFETY: the host vouches for its function; the line outlives the call.
        outside(|| unsafe { callback(data.get(), conn_data, start, len) });
    })
}

/// The caller checks the time that the callback returns.
pub fn clock_callback(
    callback: inkotls_clock_callback,
    user_data: *mut c_void,
) -> Option<impl Fn() -> i64 + Send + Sync> {
    let (callback, data) = (callback?, UserData::new(user_data));
    Some(move || {
        let conn_data = of_caller();
        // SAFETY: the host vouches for its function.
        outside(|| unsafe { callback(data.get(), conn_data) })
    })
}

pub fn session_put(
    callback: inkotls_session_put_callback,
    user_data: *mut c_void,
) -> Option<impl Fn(&[u8], &[u8]) -> bool + Send + Sync> {
    let (callback, data) = (callback?, UserData::new(user_data));
    Some(move |key: &[u8], value: &[u8]| {
        let (key, key_len, value, value_len) = (start(key), key.len(), start(value), value.len());
        let conn_data = of_caller();
        // SAFETY: the host vouches for its function; key and value outlive the call.
        outside(|| unsafe { callback(data.get(), conn_data, key, key_len, value, value_len) }) == 1
    })
}

/// The caller checks the length that the callback returns.
#[allow(clippy::type_complexity)] // it names the arguments of the callback
pub fn session_get(
    callback: inkotls_session_get_callback,
    user_data: *mut c_void,
) -> Option<impl Fn(&[u8], bool, &mut [u8]) -> Option<usize> + Send + Sync> {
    let (callback, data) = (callback?, UserData::new(user_data));
    Some(move |key: &[u8], take: bool, buf: &mut [u8]| {
        let (key, key_len, buf, cap) = (start(key), key.len(), buf.as_mut_ptr(), buf.len());
        let conn_data = of_caller();
        // SAFETY: the host vouches for its function; key and buf outlive the call.
        let len = outside(|| unsafe {
            callback(data.get(), conn_data, key, key_len, take.into(), buf, cap)
        });
        usize::try_from(len).ok()
    })
}

/// The caller checks the length that the callback returns.
#[allow(clippy::type_complexity)] // as above
pub fn sign_callback(
    callback: inkotls_sign_callback,
    user_data: *mut c_void,
) -> Option<impl Fn(u16, &[u8], &mut [u8]) -> Option<usize> + Send + Sync> {
    let (callback, data) = (callback?, UserData::new(user_data));
    Some(move |scheme: u16, message: &[u8], buf: &mut [u8]| {
        let (message, len, buf, cap) = (start(message), message.len(), buf.as_mut_ptr(), buf.len());
        let conn_data = of_caller();
        // SAFETY: the host vouches for its function; message and buf outlive the call.
        let len = outside(|| unsafe {
            callback(data.get(), conn_data, scheme.into(), message, len, buf, cap)
        });
        usize::try_from(len).ok().filter(|len| *len > 0)
    })
}

/// A callback that gets a handle for the call; what is behind it comes back with the answer.
pub fn handle_callback<H: Handle>(
    callback: Option<unsafe extern "C" fn(*mut c_void, *mut c_void, *mut H) -> i32>,
    user_data: *mut c_void,
) -> Option<impl Fn(H::State) -> (i32, H::State) + Send + Sync> {
    let (callback, data) = (callback?, UserData::new(user_data));
    Some(move |state| {
        let conn_data = of_caller();
        // SAFETY: the host vouches for its function; the handle outlives the call.
        lent(state, |handle| outside(|| unsafe { callback(data.get(), conn_data, handle) }))
    })
}

/// Two callbacks that move ciphertext.
pub struct HostIo {
    read: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> i32,
    write: unsafe extern "C" fn(*mut c_void, *const u8, usize) -> i32,
    data: UserData,
}

impl HostIo {
    pub fn new(
        read: inkotls_read_callback,
        write: inkotls_write_callback,
        user_data: *mut c_void,
    ) -> Option<Self> {
        Some(Self { read: read?, write: write?, data: UserData::new(user_data) })
    }

    /// Fills the start of `room`, and returns how much. 0 is the end.
    pub fn read(&self, room: Room<'_>) -> io::Result<usize> {
        let (start, max) = (room.as_mut_ptr().cast(), room.len());
        // SAFETY: the host vouches for its function; there is room for `max` bytes.
        retried(|| moved(outside(|| unsafe { (self.read)(self.data.get(), start, max) }), max))
    }
}

impl Write for HostIo {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let (start, len) = (start(data), data.len());
        // SAFETY: the host vouches for its function; the data outlive the call.
        let write = || outside(|| unsafe { (self.write)(self.data.get(), start, len) });
        match retried(|| moved(write(), len))? {
            0 => Err(io::ErrorKind::WouldBlock.into()),
            taken => Ok(taken),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the host's number means, where there was room for `max` bytes.
fn moved(number: i32, max: usize) -> io::Result<usize> {
    match usize::try_from(number) {
        Ok(moved) if moved <= max => Ok(moved),
        Ok(moved) => Err(io::Error::other(format!(
            "the callback returned {moved}, more than the {max} bytes that it may move"
        ))),
        Err(_) => Err(error_of(number.saturating_neg())),
    }
}
