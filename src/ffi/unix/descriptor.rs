//! A descriptor of the host's, a stream socket or an end of a pipe: never blocked on, never closed,
//! never the cause of a SIGPIPE.

use super::pipe;
use crate::error::Error;
use crate::ffi::room::Room;
use crate::ffi::syscall::{checked, retried};
use std::io::{self, IoSlice, Write};
use std::os::fd::RawFd;

/// Linux caps one call at this many slices (UIO_MAXIOV).
const MAX_SLICES: usize = 1024;

#[derive(Clone, Copy)]
pub enum Descriptor {
    Socket(RawFd),
    Pipe(RawFd),
}

impl Descriptor {
    /// One to read.
    pub fn source(fd: RawFd) -> Result<Self, Error> {
        Self::new(fd, libc::O_WRONLY, "it is open for writing only, and has to be read")
    }

    /// One to write.
    pub fn sink(fd: RawFd) -> Result<Self, Error> {
        Self::new(fd, libc::O_RDONLY, "it is open for reading only, and has to be written")
    }

    /// Fails with ENOTSOCK or EPROTOTYPE where `fd` is neither, with EBADF where it is nothing, or
    /// the wrong end, as read and write do.
    fn new(fd: RawFd, wrong_mode: libc::c_int, wrong: &str) -> Result<Self, Error> {
        let mut kind: libc::c_int = 0;
        let mut len = size_of_val(&kind) as libc::socklen_t;
        // SAFETY: both outputs are live locals, and `len` is the size of the first.
        let result = unsafe {
            libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_TYPE, (&raw mut kind).cast(), &mut len)
        };
        let (os, why) = match checked(result as isize) {
            Ok(_) if kind == libc::SOCK_STREAM => return Ok(Self::Socket(fd)),
            Ok(_) => (libc::EPROTOTYPE, "it is a socket, but not a stream socket"),
            Err(_) if pipe::is_pipe(fd) => match pipe::flags(fd) {
                Ok(flags) if flags & libc::O_ACCMODE == wrong_mode => (libc::EBADF, wrong),
                _ => return Ok(Self::Pipe(fd)),
            },
            Err(_) if fd < 0 => {
                (libc::EBADF, "it is negative, which is what a call that failed returns")
            }
            Err(error) if error.raw_os_error() == Some(libc::EBADF) => {
                (libc::EBADF, "it is not open")
            }
            Err(_) => (libc::ENOTSOCK, "it is neither a socket nor a pipe"),
        };
        Err(Error::argument(format!("file descriptor {fd}: {why}")).with_os(Some(os)))
    }

    /// Sets a socket to non-blocking mode where sendmsg ignores MSG_DONTWAIT, as on macOS.
    pub fn unblock(self) -> Result<(), Error> {
        let Self::Socket(fd) = self else { return Ok(()) };
        if !cfg!(target_vendor = "apple") {
            return Ok(());
        }
        let changed = pipe::flags(fd).and_then(|flags| {
            // SAFETY: no memory is involved.
            checked(unsafe { libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK) } as isize)
        });
        changed.map(drop).map_err(|error| Error::io("the socket's mode", &error))
    }

    /// Fills the start of `room`, and returns how much. 0 is the end.
    pub fn read(self, room: Room<'_>) -> io::Result<usize> {
        let (start, max) = (room.as_mut_ptr().cast(), room.len());
        match self {
            Self::Socket(fd) => {
                // SAFETY: there is room for `max` bytes.
                let recv = || unsafe { libc::recv(fd, start, max, libc::MSG_DONTWAIT) };
                retried(|| checked(recv()))
            }
            Self::Pipe(fd) => pipe::read(fd, room),
        }
    }
}

impl Write for Descriptor {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let slices = &slices[..slices.len().min(MAX_SLICES)];
        match *self {
            Self::Socket(fd) => send(fd, slices),
            Self::Pipe(fd) => pipe::write(fd, slices),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn send(fd: RawFd, slices: &[IoSlice<'_>]) -> io::Result<usize> {
    // SAFETY: all-zero is a valid msghdr: no name, no control data, no slices.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = slices.as_ptr().cast_mut().cast(); // IoSlice has iovec's layout
    message.msg_iovlen = slices.len() as _;
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: `message` points to `slices`, which outlive the call; sendmsg only reads them.
    retried(|| checked(unsafe { libc::sendmsg(fd, &message, flags) }))
}
