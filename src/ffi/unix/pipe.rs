//! An end of a pipe. Unlike a socket's, its calls block where it was made so, and raise SIGPIPE; no
//! flag turns that off.

use crate::ffi::room::Room;
use crate::ffi::syscall::{checked, retried};
use std::io::{self, IoSlice};
use std::mem::zeroed;
use std::os::fd::RawFd;
use std::ptr::null_mut;

pub fn is_pipe(fd: RawFd) -> bool {
    // SAFETY: all-zero is a valid stat, which fstat overwrites.
    let mut stat: libc::stat = unsafe { zeroed() };
    // SAFETY: the output is a live local.
    unsafe { libc::fstat(fd, &mut stat) == 0 && stat.st_mode & libc::S_IFMT == libc::S_IFIFO }
}

pub fn read(fd: RawFd, room: Room<'_>) -> io::Result<usize> {
    poll(fd, libc::POLLIN)?;
    // SAFETY: read only writes, into the room.
    retried(|| checked(unsafe { libc::read(fd, room.as_mut_ptr().cast(), room.len()) }))
}

pub fn write(fd: RawFd, slices: &[IoSlice<'_>]) -> io::Result<usize> {
    if flags(fd)? & libc::O_NONBLOCK != 0 {
        // SAFETY: IoSlice has iovec's layout; writev only reads, at most UIO_MAXIOV of them.
        return without_sigpipe(|| unsafe {
            libc::writev(fd, slices.as_ptr().cast(), slices.len() as _)
        });
    }
    poll(fd, libc::POLLOUT)?;
    let first = slices.iter().find(|it| !it.is_empty()).map_or(&[][..], |it| it);
    let atom = &first[..first.len().min(libc::PIPE_BUF)]; // of which poll promised that it fits
    // SAFETY: write only reads the bytes.
    without_sigpipe(|| unsafe { libc::write(fd, atom.as_ptr().cast(), atom.len()) })
}

/// Those that it was opened with or that were set since.
pub fn flags(fd: RawFd) -> io::Result<libc::c_int> {
    // SAFETY: no memory is involved.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    checked(flags as isize).map(|_| flags)
}

/// Fails with EAGAIN unless the pipe is ready, or broken.
fn poll(fd: RawFd, events: libc::c_short) -> io::Result<()> {
    let mut asked = libc::pollfd { fd, events, revents: 0 };
    // SAFETY: there is one pollfd, a live local.
    match retried(|| checked(unsafe { libc::poll(&mut asked, 1, 0) } as isize))? {
        0 => Err(io::ErrorKind::WouldBlock.into()),
        _ => Ok(()),
    }
}

/// Blocks SIGPIPE in this thread, and takes back the one that the call raised.
fn without_sigpipe(mut call: impl FnMut() -> isize) -> io::Result<usize> {
    // SAFETY: all-zero is a valid sigset_t; each of them is a live local.
    unsafe {
        let (mut sigpipe, mut before): (libc::sigset_t, libc::sigset_t) = (zeroed(), zeroed());
        libc::sigemptyset(&mut sigpipe);
        libc::sigaddset(&mut sigpipe, libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, &sigpipe, &mut before);
        let was_pending = is_pending(libc::SIGPIPE);
        let result = retried(|| checked(call()));
        let is_broken = result.as_ref().is_err_and(|it| it.kind() == io::ErrorKind::BrokenPipe);
        if is_broken && !was_pending && is_pending(libc::SIGPIPE) {
            libc::sigwait(&sigpipe, &mut 0); // does not wait: this thread has its own
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, null_mut());
        result
    }
}

fn is_pending(signal: libc::c_int) -> bool {
    // SAFETY: all-zero is a valid sigset_t, which sigpending overwrites.
    unsafe {
        let mut pending: libc::sigset_t = zeroed();
        libc::sigpending(&mut pending) == 0 && libc::sigismember(&pending, signal) == 1
    }
}
