//! A certificate that is trusted by itself is a public file: a peer that shows it without its key
//! is refused. The peer is rustls, which signs with another key.

use inkotls::capi::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, Connection, RootCertStore, ServerConfig, SupportedProtocolVersion};
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, LazyLock};

/// A throwaway PKI.
static PKI: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pki of peer_certificate");
    let _ = std::fs::remove_dir_all(&folder);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pki.sh");
    assert!(Command::new(script).arg(&folder).status().expect("pki.sh").success());
    folder
});

fn file(name: &str) -> Vec<u8> {
    std::fs::read(PKI.join(name)).expect(name)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Shows developer.pem.
fn shown(key: &str) -> Arc<SingleCertAndKey> {
    let chain = vec![CertificateDer::from_pem_slice(&file("developer.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(&file(key)).unwrap();
    let key = provider().key_provider.load_private_key(key).unwrap();
    Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key)))
}

fn rustls_server(version: &'static SupportedProtocolVersion, key: &str) -> Connection {
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(shown(key));
    rustls::ServerConnection::new(Arc::new(config)).unwrap().into()
}

fn rustls_client(version: &'static SupportedProtocolVersion, key: &str) -> Connection {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&file("ca.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_client_cert_resolver(shown(key));
    let name = "localhost".try_into().unwrap();
    rustls::ClientConnection::new(Arc::new(config), name).unwrap().into()
}

fn made<T: Copy>(make: impl FnOnce(Option<&mut MaybeUninit<T>>) -> inkotls_status) -> T {
    let mut out = MaybeUninit::uninit();
    assert_eq!(make(Some(&mut out)), inkotls_status::Ok);
    // SAFETY: OK says that it was written.
    unsafe { out.assume_init() }
}

fn roots() -> Box<inkotls_roots> {
    let pem = file("developer.pem");
    // SAFETY: just made, and no one else's; the slice has its length.
    unsafe {
        let mut roots = Box::from_raw(inkotls_roots_new());
        let (data, len) = (pem.as_ptr().cast(), pem.len());
        let status = inkotls_roots_add_peer_certificate_pem(Some(&mut roots), data, len);
        assert_eq!(status, inkotls_status::Ok);
        roots
    }
}

fn client() -> Box<inkotls_conn> {
    // SAFETY: every pointer comes from the library, or from a slice with its length.
    unsafe {
        let builder = inkotls_client_builder_new();
        inkotls_client_builder_set_roots(builder.as_mut(), Some(&roots()));
        let config = made(|out| inkotls_client_builder_build(builder, out));
        let name = "localhost";
        let (name, len) = (name.as_ptr().cast(), name.len());
        let conn = made(|out| inkotls_conn_new_client(config.as_ref(), name, len, out));
        inkotls_client_config_release(config);
        Box::from_raw(conn)
    }
}

fn server() -> Box<inkotls_conn> {
    let (chain, key) = (file("ecdsa.pem"), file("ecdsa.key"));
    // SAFETY: as in `client`.
    unsafe {
        let (identity, builder) = (inkotls_identity_new(), inkotls_server_builder_new());
        inkotls_identity_set_chain_pem(identity.as_mut(), chain.as_ptr().cast(), chain.len());
        inkotls_identity_set_key_pem(identity.as_mut(), key.as_ptr().cast(), key.len());
        inkotls_server_builder_set_identity(builder.as_mut(), identity.as_ref());
        inkotls_identity_free(Some(Box::from_raw(identity)));
        let required = inkotls_client_auth::Required as i32;
        inkotls_server_builder_set_client_auth(builder.as_mut(), required, Some(&roots()));
        let config = made(|out| inkotls_server_builder_build(builder, out));
        let conn = made(|out| inkotls_conn_new_server(config.as_ref(), out));
        inkotls_server_config_release(config);
        Box::from_raw(conn)
    }
}

/// Our side's answer, once nothing moves.
fn settle(ours: &mut inkotls_conn, peer: &mut Connection) -> inkotls_status {
    loop {
        let status = inkotls_conn_handshake(Some(ours));
        let (mut from_peer, mut buf) = (Vec::new(), [0; 4096]);
        // SAFETY: the buffer has its length.
        let len = made(|out| unsafe {
            inkotls_conn_drain(Some(ours), buf.as_mut_ptr().cast(), buf.len(), out)
        });
        let mut to_peer = &buf[..len];
        while !to_peer.is_empty() && peer.read_tls(&mut to_peer).unwrap() > 0 {
            let _ = peer.process_new_packets(); // what counts is what we make of the peer
        }
        while peer.wants_write() {
            peer.write_tls(&mut from_peer).unwrap();
        }
        if len + from_peer.len() == 0 {
            return status;
        }
        // SAFETY: as above.
        made(|out| unsafe {
            inkotls_conn_feed(Some(ours), from_peer.as_ptr().cast(), from_peer.len(), out)
        });
    }
}

fn judged(mut ours: Box<inkotls_conn>, mut peer: Connection) -> (inkotls_status, i32) {
    let status = settle(&mut ours, &mut peer);
    let error = inkotls_conn_certificate_error(Some(&ours));
    inkotls_conn_free(Some(ours));
    (status, error)
}

#[test]
fn the_key_is_asked_for() {
    let good = (inkotls_status::Ok, inkotls_status::None as i32);
    let bad = inkotls_certificate_error::BadSignature as i32;
    let bad = (inkotls_status::InvalidPeerCertificate, bad);
    for version in [&TLS12, &TLS13] {
        for (key, expected) in [("developer.key", good), ("developer-twin.key", bad)] {
            assert_eq!(
                judged(client(), rustls_server(version, key)),
                expected,
                "{version:?} {key}"
            );
            assert_eq!(
                judged(server(), rustls_client(version, key)),
                expected,
                "{version:?} {key}"
            );
        }
    }
}
