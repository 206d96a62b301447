//! How much a connection holds, sends at a time, and reads before it trusts the peer.

use crate::error::Error;
use std::ops::RangeInclusive;

/// What inkotls_client_builder_set_limit and inkotls_server_builder_set_limit set. Numbers are
/// never reused.
#[allow(non_camel_case_types)]
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum inkotls_limit {
    /// Ciphertext that waits to be drained. When there is this much, write accepts nothing.
    /// Default: 65536 bytes. From 1 KiB to 1 GiB.
    WriteBuffer = 1,
    /// Ciphertext that was fed and is not consumed yet. When there is this much, feed accepts
    /// nothing. Default: 65536 bytes. From 36 KiB, which is room for the longest incomplete record
    /// and 16 KiB more, to 1 GiB.
    ReadBuffer = 2,
    /// Plaintext in a record that is sent (RFC 8446, section 5.1). Default: 16384 bytes. From 64 to
    /// 16384.
    Record = 3,
    /// Ciphertext that the peer may send before the handshake is done. Early data that a server
    /// accepts is not counted. If the peer sends more, the handshake fails with
    /// INKOTLS_STATUS_HANDSHAKE_FAILED. Default: 262144 bytes. From 4 KiB to 16 MiB. Whatever the
    /// limit is, a handshake message has at most 64 KiB.
    Handshake = 4,
}

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
        use inkotls_limit as L;
        let (field, range) = match limit {
            it if it == L::WriteBuffer as i32 => (&mut self.write_buffer, 1 << 10..=1 << 30),
            it if it == L::ReadBuffer as i32 => (&mut self.read_buffer, 36 << 10..=1 << 30),
            it if it == L::Record as i32 => (&mut self.record, 64..=1 << 14),
            it if it == L::Handshake as i32 => (&mut self.handshake, 1 << 12..=1 << 24),
            _ => return Err(Error::argument(format!("{limit} is no limit"))),
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
            "a limit of {bytes} bytes: this one is from {} to {}",
            range.start(),
            range.end()
        ))),
    }
}
