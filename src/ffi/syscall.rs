//! What the calls share that move bytes: sockets, pipes and callbacks.

use std::io;

/// Appends at most `max` bytes to `buf`: `source` writes them and returns how many.
pub fn append(
    buf: &mut Vec<u8>,
    max: usize,
    source: impl FnOnce(*mut u8) -> io::Result<usize>,
) -> io::Result<usize> {
    buf.reserve(max);
    let read = source(buf.spare_capacity_mut().as_mut_ptr().cast())?;
    assert!(read <= max);
    // SAFETY: `source` initialised `read` bytes behind the old length.
    unsafe { buf.set_len(buf.len() + read) };
    Ok(read)
}

pub fn retried(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// The result of a system call.
pub fn checked(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}
