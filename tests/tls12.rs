//! TLS 1.2, which our own client and server would not choose: each against a rustls that speaks
//! nothing else, through the C ABI, over buffers.

mod ours;

use inkotls::capi::*;
use ours::{OurClient, client_trusting, provider, roots, server};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS12;
use rustls::{AlertDescription, Connection, ServerConfig, SignatureScheme};
use std::io::{Read, Write};
use std::sync::Arc;

fn rustls_client() -> Connection {
    ours::opened(ours::rustls_client(provider(), &TLS12))
}

fn rustls_server() -> Connection {
    ours::served(ours::rustls_server(provider(), &TLS12))
}

#[test]
fn handshakes_and_closes_on_both_sides() {
    for (ours, mut peer) in
        [(client_trusting("ca.pem"), rustls_server()), (server(), rustls_client())]
    {
        assert_eq!(ours.settle(&mut peer), inkotls_status::Ok);
        assert!(!peer.is_handshaking());
        assert_eq!(ours.number(inkotls_conn_protocol_version), 0x0303);
        assert_eq!(ours.number(inkotls_conn_is_resumed), 0);
        peer.writer().write_all(b"hello").unwrap();
        peer.send_close_notify();
        ours.feed_from(&mut peer);
        assert_eq!(ours.read(), (inkotls_status::Ok, b"hello".to_vec()));
        assert_eq!(ours.read().0, inkotls_status::Closed);
        assert_eq!(ours.close(), inkotls_status::WantWrite);
        ours.drain_to(&mut peer);
        assert_eq!(ours.close(), inkotls_status::Ok);
        assert_eq!(peer.reader().read(&mut [0]).unwrap(), 0);
    }
}

/// rustls passes over a close_notify that nothing has authenticated yet; the host is told all
/// the same that this was no cut.
#[test]
fn a_close_during_the_handshake_is_no_cut() {
    let (ours, mut peer) = (server(), rustls_client());
    ours.feed_from(&mut peer);
    assert_eq!(ours.handshake(), inkotls_status::WantWrite);
    assert_eq!(ours.number(inkotls_conn_protocol_version), 0x0303);
    let (ours_too, mut peer_too) = (client_trusting("ca.pem"), rustls_server());
    assert_eq!(ours_too.handshake(), inkotls_status::WantWrite);

    for (ours, peer) in [(ours, &mut peer), (ours_too, &mut peer_too)] {
        assert!(!ours.drain().is_empty()); // and never arrives
        peer.send_close_notify();
        ours.feed_from(peer);
        assert_eq!(ours.handshake(), inkotls_status::Closed);
        assert_eq!(ours.number(inkotls_conn_alert_received), 0);
    }
}

#[test]
fn a_refused_certificate_is_told_to_the_server() {
    let (ours, mut peer) = (client_trusting("stranger-ca.pem"), rustls_server());
    assert_eq!(ours.settle(&mut peer), inkotls_status::InvalidPeerCertificate);
    assert_eq!(ours.number(inkotls_conn_certificate_error), 4);
    assert_eq!(ours.number(inkotls_conn_alert_sent), 48);
    assert!(ours.error().contains("no trusted authority issued it"), "{}", ours.error());
    let received = rustls::Error::AlertReceived(AlertDescription::UnknownCA);
    assert_eq!(peer.process_new_packets().unwrap_err(), received);
}

/// A client passes over an identity whose signatures the server does not verify.
#[test]
fn a_client_shows_what_the_server_can_verify() {
    let mut limited = provider();
    let mapping = &mut limited.signature_verification_algorithms.mapping;
    let is_known = |scheme| scheme == SignatureScheme::ECDSA_NISTP256_SHA256;
    *mapping = mapping.iter().filter(|it| is_known(it.0)).copied().collect::<Vec<_>>().leak();
    let clients =
        WebPkiClientVerifier::builder_with_provider(Arc::new(ours::trusted()), Arc::new(limited));
    let config = ServerConfig::builder_with_provider(provider().into())
        .with_protocol_versions(&[&TLS12])
        .unwrap()
        .with_client_cert_verifier(clients.build().unwrap())
        .with_single_cert(vec![ours::certificate("rsa.pem")], ours::private_key("rsa.key"))
        .unwrap();
    let mut peer = ours::served(config);
    let ours = OurClient::new(|builder| {
        inkotls_client_builder_set_roots(Some(builder), Some(&roots(Some("ca.pem"))));
        for name in ["ed25519", "rsa", "p256"] {
            let identity = ours::identity(name);
            let added = inkotls_client_builder_add_identity(Some(builder), Some(&identity));
            assert_eq!(added, inkotls_status::Ok);
        }
    })
    .open();
    assert_eq!(ours.settle(&mut peer), inkotls_status::Ok);
    assert_eq!(peer.peer_certificates().unwrap(), [ours::certificate("p256.pem")]);
}

/// With encrypted records, rustls does not say which alert it sent: the peer reads it.
#[test]
fn the_alert_in_an_encrypted_record_is_known() {
    for (ours, mut peer) in
        [(client_trusting("ca.pem"), rustls_server()), (server(), rustls_client())]
    {
        assert_eq!(ours.settle(&mut peer), inkotls_status::Ok);
        let record = [&[23u8, 3, 3, 0, 40][..], &[0; 40]].concat();
        ours.feed(&record);
        assert_eq!(ours.read().0, inkotls_status::WantWrite);
        ours.drain_to(&mut peer);
        assert_eq!(ours.read().0, inkotls_status::ProtocolError);
        let sent = ours.number(inkotls_conn_alert_sent);
        let received = rustls::Error::AlertReceived((sent as u8).into());
        assert_eq!(sent, 20, "{}", ours.error());
        assert_eq!(peer.process_new_packets().unwrap_err(), received);
    }
}
