//! A Finished that is wrong: our side through the C ABI against a rustls that computes one.

mod ours;

use inkotls::capi::*;
use ours::{client_trusting, opened, provider, rustls_client, rustls_server, served, server};
use rustls::crypto::tls12::Prf;
use rustls::crypto::tls13::{Hkdf, HkdfExpander, OkmBlock};
use rustls::crypto::{ActiveKeyExchange, CryptoProvider, hmac};
use rustls::version::{TLS12, TLS13};
use rustls::{
    AlertDescription, CipherSuiteCommon, SupportedCipherSuite, Tls12CipherSuite, Tls13CipherSuite,
};
use std::sync::atomic::{AtomicUsize, Ordering};

/// rustls has one error for a Finished that is wrong and for a record that cannot be decrypted, and
/// sends another alert for each.
#[test]
fn a_wrong_finished_is_told_from_a_wrong_record() {
    for version in [&TLS12, &TLS13] {
        // Who speaks last computes the other's Finished before its own.
        let [of_client, of_server] = if version == &TLS12 { [0, 1] } else { [1, 0] };
        for (ours, mut peer) in [
            (
                client_trusting("ca.pem"),
                served(rustls_server(with_wrong_finished(of_server), version)),
            ),
            (server(), opened(rustls_client(with_wrong_finished(of_client), version))),
        ] {
            assert_eq!(ours.settle(&mut peer), inkotls_status::ProtocolError);
            assert!(ours.error().contains("the peer's Finished is wrong"), "{}", ours.error());
            assert_eq!(ours.number(inkotls_conn_alert_sent), 51);
            let received = rustls::Error::AlertReceived(AlertDescription::DecryptError);
            assert_eq!(peer.process_new_packets().unwrap_err(), received);
        }

        let (ours, mut peer) = (server(), opened(rustls_client(provider(), version)));
        ours.feed_from(&mut peer);
        ours.handshake();
        ours.drain_to(&mut peer);
        let mut finished = Vec::new();
        while peer.wants_write() {
            peer.write_tls(&mut finished).unwrap();
        }
        *finished.last_mut().unwrap() ^= 1;
        ours.feed(&finished);
        assert_eq!(ours.settle(&mut peer), inkotls_status::ProtocolError);
        assert!(ours.error().contains("a record cannot be decrypted"), "{}", ours.error());
        assert_eq!(ours.number(inkotls_conn_alert_sent), 20);
    }
}

/// The Finished that the peer computes after `correct` others is wrong.
fn with_wrong_finished(correct: usize) -> CryptoProvider {
    let mut provider = provider();
    for suite in &mut provider.cipher_suites {
        *suite = match *suite {
            SupportedCipherSuite::Tls12(it) => leaked(Tls12CipherSuite {
                common: CipherSuiteCommon { ..it.common },
                prf_provider: leaked(Wrong(it.prf_provider, correct.into())),
                ..*it
            })
            .into(),
            SupportedCipherSuite::Tls13(it) => leaked(Tls13CipherSuite {
                common: CipherSuiteCommon { ..it.common },
                hkdf_provider: leaked(Wrong(it.hkdf_provider, correct.into())),
                ..*it
            })
            .into(),
        };
    }
    provider
}

fn leaked<T>(it: T) -> &'static T {
    Box::leak(Box::new(it))
}

struct Wrong<T: ?Sized + 'static>(&'static T, AtomicUsize);

impl<T: ?Sized> Wrong<T> {
    fn is_now(&self) -> bool {
        self.1.fetch_sub(1, Ordering::Relaxed) == 0
    }
}

impl Prf for Wrong<dyn Prf> {
    fn for_key_exchange(
        &self,
        output: &mut [u8; 48],
        kx: Box<dyn ActiveKeyExchange>,
        peer_pub_key: &[u8],
        label: &[u8],
        seed: &[u8],
    ) -> Result<(), rustls::Error> {
        self.0.for_key_exchange(output, kx, peer_pub_key, label, seed)
    }

    fn for_secret(&self, output: &mut [u8], secret: &[u8], label: &[u8], seed: &[u8]) {
        self.0.for_secret(output, secret, label, seed);
        if label.ends_with(b"finished") && self.is_now() {
            output[0] ^= 1;
        }
    }
}

impl Hkdf for Wrong<dyn Hkdf> {
    fn extract_from_zero_ikm(&self, salt: Option<&[u8]>) -> Box<dyn HkdfExpander> {
        self.0.extract_from_zero_ikm(salt)
    }

    fn extract_from_secret(&self, salt: Option<&[u8]>, secret: &[u8]) -> Box<dyn HkdfExpander> {
        self.0.extract_from_secret(salt, secret)
    }

    fn expander_for_okm(&self, okm: &OkmBlock) -> Box<dyn HkdfExpander> {
        self.0.expander_for_okm(okm)
    }

    fn hmac_sign(&self, key: &OkmBlock, message: &[u8]) -> hmac::Tag {
        let tag = self.0.hmac_sign(key, message);
        match self.is_now() {
            true => hmac::Tag::new(&tag.as_ref()[1..]),
            false => tag,
        }
    }
}
