//! rustls's two kinds of connection, behind a trait: behind rustls's own enum of them, a program
//! that makes clients alone would link all of the server, too.

use rustls::client::WriteEarlyData;
use rustls::server::ReadEarlyData;
use rustls::{ClientConnection, CommonState, ConnectionCommon, Error, IoState, ServerConnection};
use rustls::{Reader, SupportedCipherSuite};
use std::io::{self, Read, Write};
use std::ops::{Deref, DerefMut};

/// A client or a server: what only one of them has.
pub trait Side: Both + Send {
    fn client(&self) -> Option<&ClientConnection> {
        None
    }

    fn server(&self) -> Option<&ServerConnection> {
        None
    }

    fn early_writer(&mut self) -> Option<WriteEarlyData<'_>> {
        None
    }

    fn early_reader(&mut self) -> Option<ReadEarlyData<'_>> {
        None
    }
}

impl Side for ClientConnection {
    fn client(&self) -> Option<&ClientConnection> {
        Some(self)
    }

    fn early_writer(&mut self) -> Option<WriteEarlyData<'_>> {
        self.early_data()
    }
}

impl Side for ServerConnection {
    fn server(&self) -> Option<&ServerConnection> {
        Some(self)
    }

    fn early_reader(&mut self) -> Option<ReadEarlyData<'_>> {
        self.early_data()
    }
}

/// What both have, as rustls names and documents it.
pub trait Both {
    fn common(&self) -> &CommonState;
    fn common_mut(&mut self) -> &mut CommonState;
    fn read_tls(&mut self, source: &mut dyn Read) -> io::Result<usize>;
    fn write_tls(&mut self, sink: &mut dyn Write) -> io::Result<usize>;
    fn process_new_packets(&mut self) -> Result<IoState, Error>;
    fn reader(&mut self) -> Reader<'_>;
    fn refresh_traffic_keys(&mut self) -> Result<(), Error>;
    fn export_keying_material(
        &self,
        out: &mut [u8],
        label: &[u8],
        context: Option<&[u8]>,
    ) -> Result<(), Error>;

    // What is done for each message, in one call through the table of functions.

    /// Encrypts as much of `data` as rustls may hold, together `limit` bytes.
    fn encrypt(&mut self, data: &[u8], limit: usize) -> io::Result<usize>;
    /// Moves what is queued to the start of `buf`, which shrinks to the rest.
    fn drain_into(&mut self, buf: &mut &mut [u8]);
}

impl<Data: 'static, T: DerefMut<Target = ConnectionCommon<Data>>> Both for T {
    fn common(&self) -> &CommonState {
        self
    }

    fn common_mut(&mut self) -> &mut CommonState {
        self
    }

    fn read_tls(&mut self, source: &mut dyn Read) -> io::Result<usize> {
        (**self).read_tls(source)
    }

    fn write_tls(&mut self, sink: &mut dyn Write) -> io::Result<usize> {
        (**self).write_tls(sink)
    }

    fn process_new_packets(&mut self) -> Result<IoState, Error> {
        (**self).process_new_packets()
    }

    fn reader(&mut self) -> Reader<'_> {
        (**self).reader()
    }

    fn refresh_traffic_keys(&mut self) -> Result<(), Error> {
        (**self).refresh_traffic_keys()
    }

    fn export_keying_material(
        &self,
        out: &mut [u8],
        label: &[u8],
        context: Option<&[u8]>,
    ) -> Result<(), Error> {
        (**self).export_keying_material(out, label, context).map(|_| ())
    }

    fn encrypt(&mut self, data: &[u8], limit: usize) -> io::Result<usize> {
        (**self).set_buffer_limit(Some(limit));
        (**self).writer().write(data)
    }

    fn drain_into(&mut self, buf: &mut &mut [u8]) {
        while self.wants_write() && !buf.is_empty() && matches!((**self).write_tls(buf), Ok(1..)) {}
    }
}

impl dyn Side + '_ {
    /// How many records the keys of TLS 1.2 protect.
    pub fn confidentiality_limit(&self) -> Option<u64> {
        match self.negotiated_cipher_suite()? {
            SupportedCipherSuite::Tls12(suite) => Some(suite.common.confidentiality_limit),
            SupportedCipherSuite::Tls13(_) => None,
        }
    }
}

impl Deref for dyn Side + '_ {
    type Target = CommonState;

    fn deref(&self) -> &CommonState {
        self.common()
    }
}

impl DerefMut for dyn Side + '_ {
    fn deref_mut(&mut self) -> &mut CommonState {
        self.common_mut()
    }
}
