//! Every exported symbol, in the order of the header; no logic.
//!
//! What the raw pointers of an export must satisfy is the same for all, and stated once, in the
//! header's overview: a pointer is NULL or points to as many bytes as its length says, and a
//! handle came from this library and was not freed.

#![allow(non_camel_case_types)]

// Apart, so that rustfmt leaves them in the order of the header.
mod library;

mod roots;

mod identity;

mod identities;

mod ticket_keys;

mod verification;

mod client_config;

mod server_config;

mod acceptor;

mod conn;

mod facts;

mod certificate;

pub use acceptor::*;
pub use certificate::*;
pub use client_config::*;
pub use conn::*;
pub use facts::*;
pub use identities::*;
pub use identity::*;
pub use library::*;
pub use roots::*;
pub use server_config::*;
pub use ticket_keys::*;
pub use verification::*;

pub use crate::engine::inkotls_channel_binding;
pub use crate::error::{inkotls_certificate_error, inkotls_status};
pub use crate::ffi::{
    inkotls_io_read, inkotls_io_write, inkotls_key_log_callback, inkotls_log_callback,
    inkotls_session_get, inkotls_session_put, inkotls_sign_callback,
};
pub use crate::limits::inkotls_limit;
pub use crate::log::inkotls_log;
pub use crate::setup::{inkotls_client_auth, inkotls_revocation, inkotls_tls12_resumption};

use crate::engine::{Outcome, Step};
use crate::error::{Error, Status};
use crate::ffi::{Answer, HostIo, bytes, bytes_mut, log_callback, output};
use crate::log;
use crate::transport::{Link, Wire};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;

type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

/// # Safety
/// As for `ffi::bytes`.
unsafe fn feed(
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
unsafe fn drain(
    link: &mut Link,
    buf: *mut c_void,
    cap: usize,
    written: Out<'_, usize>,
) -> Result<(), Error> {
    // SAFETY: the caller vouches for buf and cap.
    let (buf, written) = (unsafe { bytes_mut(buf, cap) }?, output(written)?);
    written.write(link.conn.drain_into(buf));
    Ok(())
}

/// A step that is not done has nothing to write.
impl<A: Answer> Answer for Step<A> {
    fn status(self) -> Result<Status, Error> {
        let (status, done) = self.split();
        done.map_or(Ok(status), A::status)
    }
}

/// Writes a result, where there is one.
fn hand_out(outcome: Outcome<usize>, out: &mut MaybeUninit<usize>) -> Outcome<()> {
    Ok(outcome?.map(|value| _ = out.write(value)))
}

/// Whether there was as much as the host consumed.
fn consumed(is_there: bool) -> Result<(), Error> {
    match is_there {
        true => Ok(()),
        false => Err(Error::argument("more is consumed than was lent")),
    }
}

/// Attaches two functions of the host's.
fn set_io(
    link: &mut Link,
    read: inkotls_io_read,
    write: inkotls_io_write,
    user_data: *mut c_void,
) -> Result<(), Error> {
    let io = HostIo::new(read, write, user_data);
    let io = io.ok_or_else(|| Error::argument("a callback is NULL"))?;
    link.attach(Some(Wire::Host(Box::new(io))));
    Ok(())
}

/// Attaches two descriptors.
fn set_fds(link: &mut Link, read_fd: i32, write_fd: i32) -> Result<(), Error> {
    link.attach(Some(Wire::descriptors(read_fd, write_fd)?));
    Ok(())
}

/// Sets or ends a log.
fn set_log(
    link: &mut Link,
    level: i32,
    callback: inkotls_log_callback,
    user_data: *mut c_void,
) -> Result<(), Error> {
    let sink = match log_callback(callback, user_data) {
        _ if level == inkotls_log::Off as i32 => None,
        None => return Err(Error::argument("callback is NULL")),
        Some(callback) => Some(log::sink(level, Arc::new(callback))?),
    };
    link.conn.set_sink(sink);
    Ok(())
}

/// Writes what a handle tells.
fn tell<T>(value: T, out: Out<'_, T>) -> Result<(), Error> {
    output(out)?.write(value);
    Ok(())
}

/// Lends a slice of the handle's, where there is one.
fn lend<T, U>(
    slice: Option<&[T]>,
    out_data: Out<'_, *const U>,
    out_len: Out<'_, usize>,
) -> Result<Option<()>, Error> {
    let (out_data, out_len) = (output(out_data)?, output(out_len)?);
    Ok(slice.map(|slice| {
        out_data.write(slice.as_ptr().cast());
        out_len.write(slice.len());
    }))
}
