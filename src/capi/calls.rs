//! What exports of several handles have alike.

use super::types::UserData;
use super::{
    inkotls_clock_callback, inkotls_key_log_callback, inkotls_log, inkotls_log_callback,
    inkotls_read_callback, inkotls_verify_callback, inkotls_write_callback,
};
use crate::clock::Clock;
use crate::config::Config;
use crate::engine::{Outcome, Step};
use crate::error::{Error, Status};
use crate::ffi::{
    Answer, HostIo, bytes, bytes_mut, clock_callback, flag, handle_callback, key_log_callback,
    log_callback, not_null, output, plain_number, start,
};
use crate::log;
use crate::setup::negotiation::Negotiation;
use crate::setup::{Held, HostVerification};
use crate::transport::{Link, Wire};
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;

type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

// Of connections and acceptors.

/// # Safety
/// As for `ffi::bytes`.
pub unsafe fn feed(
    link: &mut Link,
    data: *const c_void,
    len: usize,
    used: Out<'_, usize>,
) -> Result<Status, Error> {
    // SAFETY: the caller vouches for data and len.
    let (data, used) = (unsafe { bytes(data, len) }?, output(used)?);
    match link.conn.feed(data)? {
        0 if len > 0 => Ok(Status::Full),
        taken => {
            used.write(taken);
            Ok(Status::Ok)
        }
    }
}

/// # Safety
/// As for `ffi::bytes_mut`.
pub unsafe fn drain(
    link: &mut Link,
    buf: *mut c_void,
    cap: usize,
    out_len: Out<'_, usize>,
) -> Result<(), Error> {
    // SAFETY: the caller vouches for buf and cap.
    let (buf, out_len) = (unsafe { bytes_mut(buf, cap) }?, output(out_len)?);
    out_len.write(link.conn.drain_into(buf));
    Ok(())
}

pub fn set_io(
    link: &mut Link,
    read: inkotls_read_callback,
    write: inkotls_write_callback,
    user_data: *mut c_void,
) -> Result<(), Error> {
    let io = not_null(HostIo::new(read, write, user_data), "a callback")?;
    link.attach(Some(Wire::Host(Box::new(io))))
}

pub fn set_fds(link: &mut Link, read_fd: i32, write_fd: i32) -> Result<(), Error> {
    link.attach(Some(Wire::descriptors(read_fd, write_fd)?))
}

pub fn set_user_data(link: &mut Link, user_data: *mut c_void) -> Result<(), Error> {
    link.conn.set_user_data(UserData::new(user_data));
    Ok(())
}

pub fn set_log(
    link: &mut Link,
    level: i32,
    callback: inkotls_log_callback,
    user_data: *mut c_void,
) -> Result<(), Error> {
    let callback = log_callback(callback, user_data);
    let sink = match level.try_into()? {
        inkotls_log::Off => None,
        level => Some(log::sink(level, Arc::new(not_null(callback, "callback")?))?),
    };
    link.conn.set_sink(sink);
    Ok(())
}

/// Whether there was as much as the host consumed.
pub fn consumed(is_there: bool) -> Result<(), Error> {
    match is_there {
        true => Ok(()),
        false => Err(Error::argument("more bytes are consumed than the last peek returned")),
    }
}

// Of both builders and both configs.

pub fn log_keys(
    negotiation: &mut Negotiation,
    callback: inkotls_key_log_callback,
    user_data: *mut c_void,
) -> Result<(), Error> {
    negotiation.log_keys(not_null(key_log_callback(callback, user_data), "callback")?);
    Ok(())
}

pub fn set_clock(
    negotiation: &mut Negotiation,
    callback: inkotls_clock_callback,
    user_data: *mut c_void,
) -> Result<(), Error> {
    negotiation.clock = Clock::of_host(not_null(clock_callback(callback, user_data), "callback")?);
    Ok(())
}

pub fn host_verification(
    verify: inkotls_verify_callback,
    user_data: *mut c_void,
    may_block: i32,
) -> Result<HostVerification, Error> {
    let ask_host = not_null(handle_callback(verify, user_data), "the callback")?;
    let decide = move |verification| {
        let (answer, verification) = ask_host(verification);
        verification.verdict(answer)
    };
    Ok(HostVerification { decide: Arc::new(decide), may_block: flag(may_block)? })
}

/// Whether connections with this config may answer WANT_BLOCKING.
pub fn may_block<T>(config: Option<&Config<T>>) -> i32 {
    match config {
        Some(config) => plain_number(|| Some(config.settings.blocking.any())),
        None => Status::InvalidArgument as i32,
    }
}

/// The name of the crypto provider; "" without a config.
pub fn crypto_provider<T>(config: Option<&Config<T>>) -> *const c_char {
    config.map_or(c"", |it| it.settings.provider).as_ptr()
}

/// Writes how many sessions a config holds, and their bytes.
pub fn sessions_held(
    held: Held,
    out_sessions: Out<'_, usize>,
    out_bytes: Out<'_, usize>,
) -> Result<(), Error> {
    let (out_sessions, out_bytes) = (output(out_sessions)?, output(out_bytes)?);
    out_sessions.write(held.sessions);
    out_bytes.write(held.bytes);
    Ok(())
}

// Results.

/// A step that is not done has no result.
impl<A: Answer> Answer for Step<A> {
    fn status(self) -> Result<Status, Error> {
        let (status, done) = self.split();
        done.map_or(Ok(status), A::status)
    }
}

/// Writes how many bytes a step moved, once it is done.
pub fn moved(outcome: Outcome<usize>, out: &mut MaybeUninit<usize>) -> Outcome<()> {
    Ok(outcome?.map(|len| _ = out.write(len)))
}

/// Writes a value to an output.
pub fn tell<T>(value: T, out: Out<'_, T>) -> Result<(), Error> {
    output(out)?.write(value);
    Ok(())
}

/// Writes the pointer and the length of a slice that the handle keeps. NONE if it keeps no slice.
pub fn lend<T, U>(
    slice: Option<&[T]>,
    out_data: Out<'_, *const U>,
    out_len: Out<'_, usize>,
) -> Result<Option<()>, Error> {
    let (out_data, out_len) = (output(out_data)?, output(out_len)?);
    Ok(slice.map(|slice| {
        out_data.write(start(slice).cast());
        out_len.write(slice.len());
    }))
}

/// Copies bytes to a buffer of the host's; returns how many.
pub fn copied(from: &[u8], to: &mut [u8]) -> Result<usize, Error> {
    let too_small = || Error::argument(format!("cap is too small for {} bytes", from.len()));
    to.get_mut(..from.len()).ok_or_else(too_small)?.copy_from_slice(from);
    Ok(from.len())
}

/// Copies a text to a buffer of the host's. NONE if there is no text.
///
/// # Safety
/// As for `ffi::bytes_mut`.
pub unsafe fn copy_text(
    text: Option<&str>,
    buf: *mut c_char,
    cap: usize,
    out_len: Out<'_, usize>,
) -> Result<Option<()>, Error> {
    // SAFETY: the caller vouches for buf and cap.
    let (buf, out_len) = (unsafe { bytes_mut(buf, cap) }?, output(out_len)?);
    let Some(text) = text else { return Ok(None) };
    out_len.write(copied(text.as_bytes(), buf)?);
    Ok(Some(()))
}
