//! How much the keys of a connection may protect. TLS 1.3 renews them, and rustls sees to it; in
//! TLS 1.2 rustls would drop, without a word, what is beyond the limit of the cipher suite.

use super::conn::{Conn, Phase};
use rustls::SupportedCipherSuite;

/// Records that are not the application's: Finished, alerts.
const KEY_RESERVE: u64 = 32;

impl Conn {
    /// How many bytes the keys may still protect.
    pub(super) fn key_room(&self) -> usize {
        let Phase::Open(conn) = &self.phase else { return 0 };
        let Some(SupportedCipherSuite::Tls12(suite)) = conn.negotiated_cipher_suite() else {
            return usize::MAX;
        };
        let left = suite.common.confidentiality_limit.saturating_sub(self.records + KEY_RESERVE);
        usize::try_from(left).unwrap_or(usize::MAX).saturating_mul(self.settings.limits.record)
    }

    /// Counts the records that `len` bytes of plaintext made.
    pub(super) fn spend_keys(&mut self, len: usize) {
        self.records += len.div_ceil(self.settings.limits.record) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Settings};
    use crate::engine::Step;
    use crate::error::Status;
    use crate::limits::Limits;
    use rustls::crypto::CipherSuiteCommon;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    use rustls::{ClientConfig, RootCertStore, ServerConfig, Tls12CipherSuite};
    use std::process::Command;
    use std::sync::Arc;

    /// AES-GCM's limit in TLS 1.2 is 2^24 records: a suite with a lower one stands in for it.
    #[test]
    fn keys_that_are_used_up_end_the_connection_and_lose_nothing() {
        const LIMIT: u64 = 50;
        let mut provider = crate::crypto::provider();
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
        let key = crate::crypto::private_key(&key).unwrap();
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
            let client = Config { tls: client.into(), settings: settings.clone() };
            let server = Config { tls: server.clone(), settings };
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
