//! A socket of the host's: never blocked on, never closed, never the cause of a SIGPIPE.

use std::io::{self, IoSlice, Write};
use std::os::fd::RawFd;

/// Linux caps one sendmsg at this many slices (UIO_MAXIOV).
const MAX_SLICES: usize = 1024;

#[derive(Clone, Copy)]
pub struct Socket(RawFd);

impl Socket {
    /// Fails with EBADF, ENOTSOCK or EPROTOTYPE where `fd` is no stream socket.
    pub fn new(fd: RawFd) -> io::Result<Self> {
        let mut kind: libc::c_int = 0;
        let mut len = size_of_val(&kind) as libc::socklen_t;
        // SAFETY: both outputs are live locals, and `len` is the size of the first.
        let result = unsafe {
            libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_TYPE, (&raw mut kind).cast(), &mut len)
        };
        checked(result as isize)?;
        match kind {
            libc::SOCK_STREAM => Ok(Self(fd)),
            _ => Err(io::Error::from_raw_os_error(libc::EPROTOTYPE)),
        }
    }

    /// Appends at most `max` bytes to `buf`. 0 is the end.
    pub fn read(self, buf: &mut Vec<u8>, max: usize) -> io::Result<usize> {
        buf.reserve(max);
        let read = retried(|| {
            let spare = buf.spare_capacity_mut().as_mut_ptr().cast();
            // SAFETY: `reserve` made room for `max` bytes at `spare`.
            unsafe { libc::recv(self.0, spare, max, libc::MSG_DONTWAIT) }
        })?;
        // SAFETY: recv initialised `read` bytes behind the old length.
        unsafe { buf.set_len(buf.len() + read) };
        Ok(read)
    }
}

impl Write for Socket {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        // SAFETY: all-zero is a valid msghdr: no name, no control data, no slices.
        let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
        message.msg_iov = slices.as_ptr().cast_mut().cast(); // IoSlice has iovec's layout
        message.msg_iovlen = slices.len().min(MAX_SLICES) as _;
        // SAFETY: `message` points to `slices`, which outlive the call; sendmsg only reads them.
        retried(|| unsafe {
            libc::sendmsg(self.0, &message, libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL)
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn retried(mut call: impl FnMut() -> isize) -> io::Result<usize> {
    loop {
        match checked(call()) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

fn checked(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}
