//! Raw arguments to safe ones: NULL is an answer, not a crash.

use crate::error::Error;
use crate::text::PEM_BEGIN;
use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::slice;

/// The largest object there can be: a longer length is a mistake, often a negative number.
const MAX: usize = isize::MAX as usize;

/// # Safety
/// Where `data` is not NULL, `len` bytes are readable there until the call returns.
pub unsafe fn bytes<'a, T>(data: *const T, len: usize) -> Result<&'a [u8], Error> {
    check(data.is_null(), len)?;
    match len {
        0 => Ok(&[]),
        // SAFETY: checked for NULL and length; the caller vouches for the rest.
        _ => Ok(unsafe { slice::from_raw_parts(data.cast(), len) }),
    }
}

/// # Safety
/// Where `data` is not NULL, there are `count` numbers, until the call returns.
pub unsafe fn numbers(data: *const u16, count: usize) -> Result<Vec<u16>, Error> {
    // SAFETY: the caller vouches for it.
    let bytes = unsafe { bytes(data, count.saturating_mul(size_of::<u16>())) }?;
    Ok(bytes.chunks_exact(2).map(|it| u16::from_ne_bytes([it[0], it[1]])).collect())
}

/// # Safety
/// Where `buf` is not NULL, `cap` bytes are writable there, and used by no one else, until the
/// call returns. They need not be initialised by the host: the library only writes them.
pub unsafe fn bytes_mut<'a, T>(buf: *mut T, cap: usize) -> Result<&'a mut [u8], Error> {
    check(buf.is_null(), cap)?;
    match cap {
        0 => Ok(&mut []),
        // SAFETY: checked for NULL and length; the caller vouches for the rest.
        _ => Ok(unsafe { slice::from_raw_parts_mut(buf.cast(), cap) }),
    }
}

/// A boolean: 0 or 1.
pub fn flag(number: i32) -> Result<bool, Error> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Error::argument(format!("{number} is neither 0 nor 1"))),
    }
}

/// # Safety
/// As for `bytes`.
pub unsafe fn file_path<'a>(data: *const c_char, len: usize) -> Result<&'a str, Error> {
    // SAFETY: the caller vouches for it.
    let path = unsafe { bytes(data, len) }?;
    match std::str::from_utf8(path) {
        Err(_) => Err(Error::argument("the path is not UTF-8")),
        Ok("") => Err(Error::argument("the path is empty")),
        Ok(path) if path.contains(PEM_BEGIN) => Err(Error::argument(
            "the path is PEM text: pass the text to the call without \"_file\" in its name",
        )),
        Ok(path) if path.ends_with('\0') => {
            Err(Error::argument("the path has a NUL at its end: the length must not count it"))
        }
        Ok(path) if path.contains('\0') => Err(Error::argument("the path has a NUL inside")),
        Ok(path) => Ok(path),
    }
}

/// Where a result goes.
#[inline]
pub fn output<T>(out: Option<&mut MaybeUninit<T>>) -> Result<&mut MaybeUninit<T>, Error> {
    not_null(out, "an output")
}

/// Where a slice starts. Rust's address of an empty slice may be 1, 2 or 4, with which the runtime of
/// Go aborts: an empty slice has the address of a static number here.
pub fn start<T>(slice: &[T]) -> *const T {
    static NOTHING: u64 = 0;
    match slice {
        [] => (&raw const NOTHING).cast(),
        _ => slice.as_ptr(),
    }
}

#[inline]
pub fn not_null<T>(it: Option<T>, name: &str) -> Result<T, Error> {
    it.ok_or_else(|| is_null(name))
}

#[cold]
fn is_null(name: &str) -> Error {
    Error::argument(format!("{name} is NULL"))
}

#[inline]
fn check(is_null: bool, len: usize) -> Result<(), Error> {
    match len {
        0 => Ok(()),
        1..=MAX if !is_null => Ok(()),
        _ => Err(refused(is_null, len)),
    }
}

#[cold]
fn refused(is_null: bool, len: usize) -> Error {
    Error::argument(match is_null {
        true => "a pointer is NULL, and its length is not 0".to_owned(),
        false => {
            format!("a length of {len} bytes is more than there can be: is it a negative number?")
        }
    })
}
