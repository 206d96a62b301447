//! Plaintext in and out, and this side's close_notify.

use super::Conn;
use super::handshake::Progress;
use crate::engine::{Outcome, Step, alert};
use crate::error::{Error, Status};
use std::io::{BufRead, Read};

impl Conn {
    pub fn read(&mut self, buf: &mut [u8]) -> Outcome<usize> {
        if !self.is_established() {
            match self.handshake()? {
                Step::Done(()) => {}
                other => return Ok(other.map(|()| 0)),
            }
        }
        let mut filled = 0;
        while filled < buf.len() && self.seek_plaintext() {
            filled += self.take_plaintext(&mut buf[filled..]);
        }
        if filled > 0 {
            return Ok(Step::Done(filled));
        }
        match self.end() {
            Some(end) => end,
            None if buf.is_empty() => Ok(Step::Done(0)),
            None => self.starve(),
        }
    }

    /// Done once there is plaintext, which `plaintext` returns.
    pub fn read_ahead(&mut self) -> Outcome<()> {
        if !self.is_established() {
            match self.handshake()? {
                Step::Done(()) => {}
                other => return Ok(other),
            }
        }
        match self.seek_plaintext() {
            true => Ok(Step::Done(())),
            false => self.end().unwrap_or_else(|| self.starve()),
        }
    }

    /// Processes what comes next until there is plaintext. False if it has no plaintext.
    #[inline]
    fn seek_plaintext(&mut self) -> bool {
        while !self.input.has_plaintext
            && self.input.is_next()
            && self.process_next() == Progress::Made
        {}
        self.input.has_plaintext
    }

    /// The plaintext that there is in one piece.
    pub fn plaintext(&mut self) -> &[u8] {
        match self.phase.side_mut() {
            Some(side) => side.reader().into_first_chunk().unwrap_or_default(),
            None => &[],
        }
    }

    /// Removes what the host has read of `plaintext`. False if that has fewer than `len` bytes.
    pub fn consume_plaintext(&mut self, len: usize) -> bool {
        let is_there = len <= self.plaintext().len();
        match self.phase.side_mut() {
            Some(side) if is_there && len > 0 => side.reader().consume(len),
            _ => {}
        }
        self.note_plaintext();
        is_there
    }

    #[inline]
    fn take_plaintext(&mut self, buf: &mut [u8]) -> usize {
        let Some(side) = self.phase.side_mut() else { return 0 };
        // An error here means that there is no plaintext; `end` and `starve` know the reason.
        let taken = side.reader().read(buf).unwrap_or(0);
        match taken < buf.len() {
            true => self.input.has_plaintext = false, // rustls gives all that there is room for
            false => self.note_plaintext(),
        }
        taken
    }

    pub(super) fn note_plaintext(&mut self) {
        self.input.has_plaintext = self.phase.is_finished() && !self.plaintext().is_empty();
    }

    /// Takes as much of `data` as there is room for, and encrypts it.
    pub fn write(&mut self, data: &[u8]) -> Outcome<usize> {
        if !self.is_established() || self.ends.failure().is_some() {
            match self.handshake()? {
                Step::Done(()) => {}
                other => return Ok(other.map(|()| 0)),
            }
        }
        if self.ends.is_closed() {
            return Err(Error::state("write after close: close_notify was sent"));
        }
        let room = self.keys.room(self.settings.limits.record);
        if room == 0 {
            self.close().ok();
            return Err(Error::state(
                "the keys of this TLS 1.2 connection are used up and cannot be renewed: connect again",
            ));
        }
        self.encrypt(&data[..data.len().min(room)])
    }

    /// Takes as much of `data` as the buffer has room for.
    #[inline]
    pub(super) fn encrypt(&mut self, data: &[u8]) -> Outcome<usize> {
        let Some(side) = self.phase.side_mut() else { return self.starve() };
        // rustls's limit is for what it holds itself.
        let held = self.output.waiting().len();
        let limit = self.settings.limits.write_buffer.saturating_sub(held);
        match side.encrypt(data, limit) {
            Ok(0) if !data.is_empty() => Ok(Step::WantWrite),
            Ok(taken) => {
                self.keys.spend(taken, self.settings.limits.record);
                Ok(Step::Done(taken))
            }
            Err(error) => Err(Error::io("write", &error)),
        }
    }

    /// Done once everything that was written is drained.
    pub fn flush(&mut self) -> Outcome<()> {
        if let Some(end) = self.end() {
            return end;
        }
        Ok(if self.has_output() { Step::WantWrite } else { Step::Done(()) })
    }

    /// Sends close_notify; done once it is drained.
    pub fn close(&mut self) -> Outcome<()> {
        if !self.ends.drops_output() {
            let is_server = self.phase.is_server();
            match self.phase.side_mut() {
                Some(side) => {
                    self.context.within(|| side.send_close_notify());
                    self.output.set_aside(side);
                    self.ends.alert_sent = Some(alert::CLOSE_NOTIFY);
                }
                None if is_server => {
                    self.send_in_the_clear(alert::WARNING, alert::CLOSE_NOTIFY);
                }
                // The peer has received nothing, so it waits for no alert.
                None => {}
            }
            self.ends.close();
            self.gate.open(); // no step of a handshake that has no end
        }
        self.flush()
    }

    /// New keys for both directions (RFC 8446, section 4.6.3).
    pub fn update_keys(&mut self) -> Outcome<()> {
        if let Some(end) = self.end() {
            return end;
        }
        if !self.is_established() || self.ends.is_closed() {
            return Err(Error::state("keys can be updated only between the handshake and close"));
        }
        if self.has_output() {
            return Ok(Step::WantWrite); // so that updates cannot pile up
        }
        match self.phase.side_mut() {
            Some(side) if self.keys.are_renewed() => {
                match self.context.within(|| side.refresh_traffic_keys()) {
                    Ok(()) => return Ok(Step::Done(())),
                    Err(error) => self.fail(error),
                }
                self.end().unwrap_or(Ok(Step::WantWrite))
            }
            _ => Err(Error::new(Status::Unsupported, "TLS 1.2 cannot update its keys")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Settings};
    use crate::limits::Limits;
    use rustls::crypto::CipherSuiteCommon;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    use rustls::{
        ClientConfig, RootCertStore, ServerConfig, SupportedCipherSuite, Tls12CipherSuite,
    };
    use std::process::Command;
    use std::sync::Arc;

    /// AES-GCM's limit in TLS 1.2 is 2^24 records: a suite with a lower one stands in for it.
    #[test]
    fn keys_that_are_used_up_end_the_connection_and_lose_nothing() {
        const LIMIT: u64 = 50;
        let mut provider = crate::crypto::any();
        let Some(SupportedCipherSuite::Tls12(real)) = provider.cipher_suites.iter().find(|suite| {
            suite.suite() == rustls::CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        }) else {
            panic!("a suite of TLS 1.2")
        };
        let short = Tls12CipherSuite {
            common: CipherSuiteCommon { confidentiality_limit: LIMIT, ..real.common },
            ..**real
        };
        provider.cipher_suites = vec![SupportedCipherSuite::Tls12(Box::leak(Box::new(short)))];
        let provider = Arc::new(provider);

        let pki = std::env::temp_dir().join(format!("inkotls-{}", std::process::id()));
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pki.sh");
        assert!(Command::new(script).arg(&pki).status().unwrap().success());
        let certificate = |name| CertificateDer::from_pem_file(pki.join(name)).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate("ca.pem")).unwrap();
        let client = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS12])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let key = PrivateKeyDer::from_pem_file(pki.join("ecdsa.key")).unwrap();
        let key = crate::crypto::Provider::preferred().unwrap().private_key(&key).unwrap();
        let identity = CertifiedKey::new(vec![certificate("ecdsa.pem")], key);
        let server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS12])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity)));
        std::fs::remove_dir_all(pki).unwrap();
        let server = Arc::new(server);

        for (record, taken) in [(1 << 14, 18 * 100), (64, 18 / 2 * 100)] {
            let limits = Limits { record, ..Limits::default() };
            let mut client = client.clone();
            client.max_fragment_size = Some(limits.fragment());
            let settings = Arc::new(Settings { limits, ..Settings::default() });
            let client = Config { rustls: client.into(), settings: settings.clone() };
            let server = Config { rustls: server.clone(), settings };
            let mut client = Conn::client(&client, "localhost".try_into().unwrap());
            let mut server = Conn::server(&server);
            assert_eq!(use_up(&mut client, &mut server), (taken, taken));
        }
    }

    /// Writes until the client's keys are used up: how much it took, and how much the server got.
    fn use_up(client: &mut Conn, server: &mut Conn) -> (usize, usize) {
        let carry = |from: &mut Conn, to: &mut Conn| {
            let mut wire = [0; 1 << 14];
            let len = from.drain_into(&mut wire);
            assert_eq!(to.feed(&wire[..len]).unwrap(), len);
            len
        };
        loop {
            client.handshake().unwrap();
            server.handshake().unwrap();
            if carry(client, server) + carry(server, client) == 0 {
                break;
            }
        }
        let (mut taken, mut received) = (0, 0);
        let error = loop {
            match client.write(&[0; 100]) {
                Ok(Step::Done(len)) => taken += len,
                Ok(_) => panic!("drained every time, and full"),
                Err(error) => break error,
            }
            carry(client, server);
            while let Ok(Step::Done(len)) = server.read(&mut [0; 8]) {
                received += len;
            }
        };
        assert_eq!(error.status, Status::InvalidState);
        carry(client, server);
        assert_eq!(server.read(&mut [0; 8]).unwrap_err().status, Status::Closed);
        (taken, received)
    }
}
