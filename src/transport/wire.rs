//! What ciphertext comes from and goes to.

use crate::engine::Source;
use crate::error::Error;
use crate::ffi::{Descriptor, HostIo, Room, append, initialised};
use std::io::{self, IoSlice, Write};

pub enum Wire {
    Descriptors { from: Descriptor, to: Descriptor },
    Host(Box<HostIo>),
}

impl Wire {
    /// One that reads and writes these descriptors.
    pub fn descriptors(from: i32, to: i32) -> Result<Self, Error> {
        let (from, to) = (Descriptor::source(from)?, Descriptor::sink(to)?);
        from.unblock()?;
        to.unblock()?;
        Ok(Self::Descriptors { from, to })
    }

    fn receive(&self, room: Room<'_>) -> io::Result<usize> {
        match self {
            Self::Descriptors { from, .. } => from.read(room),
            Self::Host(io) => io.read(room),
        }
    }
}

impl Source for Wire {
    fn append(&self, buf: &mut Vec<u8>) -> io::Result<usize> {
        append(buf, |room| self.receive(room))
    }

    fn read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.receive(initialised(buf))
    }
}

impl Write for Wire {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Descriptors { to, .. } => to.write_vectored(slices),
            Self::Host(io) => io.write_vectored(slices),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
