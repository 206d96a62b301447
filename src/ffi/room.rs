//! Memory that something outside fills: the kernel, or a callback.

use crate::error::Error;
use std::io;
use std::mem::MaybeUninit;
use std::slice;

/// Where bytes go, which need not be initialised before.
pub type Room<'a> = &'a mut [MaybeUninit<u8>];

/// Appends to `buf` what `source` fills of its capacity: `source` returns how much.
pub fn append(
    buf: &mut Vec<u8>,
    source: impl FnOnce(Room<'_>) -> io::Result<usize>,
) -> io::Result<usize> {
    let filled = source(buf.spare_capacity_mut())?;
    assert!(filled <= buf.capacity() - buf.len());
    // SAFETY: `source` initialised these bytes.
    unsafe { buf.set_len(buf.len() + filled) };
    Ok(filled)
}

/// Takes `len` bytes of the capacity of `room`, which is empty, as filled.
///
/// # Safety
/// The first `len` bytes of its capacity are initialised, unless these are more than it has.
pub unsafe fn set_filled(room: &mut Vec<u8>, len: usize) -> Result<(), Error> {
    if len > room.capacity() {
        let text = format!("{len} bytes are more than the {} of feed_room", room.capacity());
        return Err(Error::argument(text));
    }
    // SAFETY: there are so many, and the caller vouches for them.
    unsafe { room.set_len(len) };
    Ok(())
}

/// `buf`, for what only writes initialised bytes.
pub fn initialised(buf: &mut [u8]) -> Room<'_> {
    // SAFETY: the same memory; the sources of this module's callers only write bytes.
    unsafe { slice::from_raw_parts_mut(buf.as_mut_ptr().cast(), buf.len()) }
}
