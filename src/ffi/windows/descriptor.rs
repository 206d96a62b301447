//! A SOCKET of the host: never blocked on, never closed.

use crate::error::Error;
use crate::ffi::room::Room;
use crate::ffi::syscall::{checked, retried};
use std::io::{self, IoSlice, Write};
use std::ptr::null_mut;
use windows_sys::Win32::Networking::WinSock::{
    FIONBIO, SO_TYPE, SOCK_STREAM, SOCKET, SOL_SOCKET, WSAENOTSOCK, WSAEPROTOTYPE, WSASend,
    getsockopt, ioctlsocket, recv,
};

/// As many as Linux takes in one call.
const MAX_SLICES: usize = 1024;

#[derive(Clone, Copy)]
pub struct Descriptor(SOCKET);

impl Descriptor {
    /// One to read.
    pub fn source(fd: i32) -> Result<Self, Error> {
        Self::new(fd)
    }

    /// One to write.
    pub fn sink(fd: i32) -> Result<Self, Error> {
        Self::new(fd)
    }

    fn new(fd: i32) -> Result<Self, Error> {
        let refused = |os, why| Error::argument(format!("socket {fd}: {why}")).with_os(Some(os));
        let Ok(number) = u32::try_from(fd) else {
            let why = "it is negative, which is what a call that failed returns";
            return Err(refused(WSAENOTSOCK, why));
        };
        let socket = number as SOCKET; // Windows uses no more than the lower half of a handle
        let (mut kind, mut len) = (0i32, size_of::<i32>() as i32);
        // SAFETY: both outputs are live locals, and `len` is the size of the first.
        let result =
            unsafe { getsockopt(socket, SOL_SOCKET, SO_TYPE, (&raw mut kind).cast(), &mut len) };
        match checked(result as isize) {
            Ok(_) if kind == SOCK_STREAM => Ok(Self(socket)),
            Ok(_) => Err(refused(WSAEPROTOTYPE, "it is not a stream socket")),
            Err(error) => {
                let why = "it is not a socket, or Winsock is not started (WSAStartup)";
                Err(refused(error.raw_os_error().unwrap_or(WSAENOTSOCK), why))
            }
        }
    }

    /// Sets the socket to non-blocking mode: Windows has no flag for one call.
    pub fn unblock(self) -> Result<(), Error> {
        let mut on = 1;
        // SAFETY: the argument is a live local.
        let result = checked(unsafe { ioctlsocket(self.0, FIONBIO, &mut on) } as isize);
        result.map(drop).map_err(|error| Error::io("the socket's mode", &error))
    }

    /// Fills the start of `room`, and returns how much. 0 is the end.
    pub fn read(self, room: Room<'_>) -> io::Result<usize> {
        let max = i32::try_from(room.len()).unwrap_or(i32::MAX);
        // SAFETY: there is room for `max` bytes.
        retried(|| checked(unsafe { recv(self.0, room.as_mut_ptr().cast(), max, 0) } as isize))
    }
}

impl Write for Descriptor {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let slices = &slices[..slices.len().min(MAX_SLICES)];
        let (start, count) = (slices.as_ptr().cast(), slices.len() as u32);
        let mut sent = 0;
        // SAFETY: IoSlice has the layout of WSABUF; the slices and the output, a live local, outlive
        // the call, which is not overlapped.
        let result = retried(|| {
            checked(
                unsafe { WSASend(self.0, start, count, &mut sent, 0, null_mut(), None) } as isize
            )
        });
        result.map(|_| sent as usize)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
