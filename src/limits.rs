//! How much a connection holds, sends at a time, and reads before it trusts the peer.

use crate::error::Error;
use std::ops::RangeInclusive;

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub write_buffer: usize,
    pub read_buffer: usize,
    pub record: usize,
    pub handshake: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            write_buffer: 64 * 1024,
            read_buffer: 64 * 1024,
            record: 16 * 1024,
            handshake: 256 * 1024,
        }
    }
}

impl Limits {
    pub fn set(&mut self, limit: i32, bytes: usize) -> Result<(), Error> {
        use crate::capi::types::inkotls_limit as L;
        let (field, range) = match limit.try_into()? {
            L::WriteBuffer => (&mut self.write_buffer, 1 << 10..=1 << 30),
            L::ReadBuffer => (&mut self.read_buffer, 36 << 10..=1 << 30),
            L::Record => (&mut self.record, 64..=1 << 14),
            L::Handshake => (&mut self.handshake, 1 << 12..=1 << 24),
        };
        *field = within(range, bytes)?;
        Ok(())
    }

    /// rustls counts the header of a record.
    pub fn fragment(&self) -> usize {
        self.record + 5
    }
}

fn within(range: RangeInclusive<usize>, bytes: usize) -> Result<usize, Error> {
    match range.contains(&bytes) {
        true => Ok(bytes),
        false => Err(Error::argument(format!(
            "a limit of {bytes} bytes is out of range: {} to {}",
            range.start(),
            range.end()
        ))),
    }
}
