//! TLS 1.2, which our own client and server would not choose: each against a rustls that speaks
//! nothing else, through the C ABI, over buffers.

use inkotls::capi::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::TLS12;
use rustls::{AlertDescription, ClientConfig, Connection, RootCertStore, ServerConfig};
use std::ffi::CStr;
use std::io::{Read, Write};
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, LazyLock};

/// A throwaway PKI.
static PKI: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pki");
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

fn rustls_client() -> Connection {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&file("ca.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS12])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    rustls::ClientConnection::new(Arc::new(config), name).unwrap().into()
}

fn rustls_server() -> Connection {
    let chain = vec![CertificateDer::from_pem_slice(&file("rsa.pem")).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(&file("rsa.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    rustls::ServerConnection::new(Arc::new(config)).unwrap().into()
}

/// Our side. Every call is the C ABI's.
struct Ours(*mut inkotls_conn);

impl Drop for Ours {
    fn drop(&mut self) {
        // SAFETY: made by `client` or `server`, and freed once.
        inkotls_conn_free(Some(unsafe { Box::from_raw(self.0) }));
    }
}

fn made<T: Copy>(make: impl FnOnce(Option<&mut MaybeUninit<T>>) -> inkotls_status) -> T {
    let mut out = MaybeUninit::uninit();
    assert_eq!(make(Some(&mut out)), inkotls_status::Ok);
    // SAFETY: OK says that it was written.
    unsafe { out.assume_init() }
}

/// Builds of each kind; the builders and configs end with them.
fn client(ca: &str) -> Ours {
    let ca = file(ca);
    // SAFETY: every pointer below comes from the library, or from a slice with its length.
    unsafe {
        let (roots, builder) = (inkotls_roots_new(), inkotls_client_builder_new());
        inkotls_roots_add_pem(roots.as_mut(), ca.as_ptr().cast(), ca.len());
        inkotls_client_builder_set_roots(builder.as_mut(), roots.as_ref());
        inkotls_roots_free(Some(Box::from_raw(roots)));
        let config = made(|out| inkotls_client_builder_build(builder, out));
        let name = "localhost";
        let conn = made(|out| {
            inkotls_conn_new_client(config.as_ref(), name.as_ptr().cast(), name.len(), out)
        });
        inkotls_client_config_release(config);
        Ours(conn)
    }
}

fn server() -> Ours {
    let (chain, key) = (file("ecdsa.pem"), file("ecdsa.key"));
    // SAFETY: as in `client`.
    unsafe {
        let (identity, builder) = (inkotls_identity_new(), inkotls_server_builder_new());
        inkotls_identity_set_chain_pem(identity.as_mut(), chain.as_ptr().cast(), chain.len());
        inkotls_identity_set_key_pem(identity.as_mut(), key.as_ptr().cast(), key.len());
        inkotls_server_builder_set_identity(builder.as_mut(), identity.as_ref());
        inkotls_identity_free(Some(Box::from_raw(identity)));
        let config = made(|out| inkotls_server_builder_build(builder, out));
        let conn = made(|out| inkotls_conn_new_server(config.as_ref(), out));
        inkotls_server_config_release(config);
        Ours(conn)
    }
}

impl Ours {
    fn handshake(&self) -> inkotls_status {
        // SAFETY: alive, and used by one thread.
        inkotls_conn_handshake(unsafe { self.0.as_mut() })
    }

    fn close(&self) -> inkotls_status {
        // SAFETY: as above.
        inkotls_conn_close(unsafe { self.0.as_mut() })
    }

    fn read(&self) -> (inkotls_status, Vec<u8>) {
        let (mut buf, mut len) = (vec![0; 100], MaybeUninit::new(0));
        // SAFETY: as above; the buffer has its length.
        unsafe {
            let to = buf.as_mut_ptr().cast();
            let status = inkotls_conn_read(self.0.as_mut(), to, buf.len(), Some(&mut len));
            buf.truncate(len.assume_init());
            (status, buf)
        }
    }

    fn number(&self, of: extern "C" fn(Option<&inkotls_conn>) -> i32) -> i32 {
        // SAFETY: as above.
        of(unsafe { self.0.as_ref() })
    }

    fn error(&self) -> String {
        // SAFETY: as above; the text ends with a NUL.
        let text = unsafe { CStr::from_ptr(inkotls_conn_error(self.0.as_ref())) };
        text.to_str().unwrap().to_owned()
    }

    fn drain(&self) -> Vec<u8> {
        let mut buf = vec![0; 4096];
        // SAFETY: as above; the buffer has its length.
        let len = made(|out| unsafe {
            inkotls_conn_drain(self.0.as_mut(), buf.as_mut_ptr().cast(), buf.len(), out)
        });
        buf.truncate(len);
        buf
    }

    fn drain_to(&self, peer: &mut Connection) -> usize {
        let bytes = self.drain();
        let mut rest = &bytes[..];
        while !rest.is_empty() && peer.read_tls(&mut rest).unwrap() > 0 {
            let _ = peer.process_new_packets(); // its failure is kept, and asked for later
        }
        bytes.len()
    }

    fn feed_from(&self, peer: &mut Connection) -> usize {
        let mut bytes = Vec::new();
        while peer.wants_write() {
            peer.write_tls(&mut bytes).unwrap();
        }
        // SAFETY: as above; the slice has its length.
        made(|out| unsafe {
            inkotls_conn_feed(self.0.as_mut(), bytes.as_ptr().cast(), bytes.len(), out)
        })
    }

    /// Goes on until nothing moves.
    fn settle(&self, peer: &mut Connection) -> inkotls_status {
        loop {
            let status = self.handshake();
            if self.drain_to(peer) + self.feed_from(peer) == 0 {
                return status;
            }
        }
    }
}

#[test]
fn handshakes_and_closes_on_both_sides() {
    for (ours, mut peer) in [(client("ca.pem"), rustls_server()), (server(), rustls_client())] {
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
    let (ours_too, mut peer_too) = (client("ca.pem"), rustls_server());
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
    let (ours, mut peer) = (client("stranger-ca.pem"), rustls_server());
    assert_eq!(ours.settle(&mut peer), inkotls_status::InvalidPeerCertificate);
    assert_eq!(ours.number(inkotls_conn_certificate_error), 4);
    assert_eq!(ours.number(inkotls_conn_alert_sent), 48);
    assert!(ours.error().contains("no trusted authority issued it"), "{}", ours.error());
    let received = rustls::Error::AlertReceived(AlertDescription::UnknownCA);
    assert_eq!(peer.process_new_packets().unwrap_err(), received);
}

/// With encrypted records, rustls does not say which alert it sent: the peer reads it.
#[test]
fn the_alert_in_an_encrypted_record_is_known() {
    for (ours, mut peer) in [(client("ca.pem"), rustls_server()), (server(), rustls_client())] {
        assert_eq!(ours.settle(&mut peer), inkotls_status::Ok);
        let record = [&[23u8, 3, 3, 0, 40][..], &[0; 40]].concat();
        // SAFETY: alive; the slice has its length.
        made(|out| unsafe {
            inkotls_conn_feed(ours.0.as_mut(), record.as_ptr().cast(), record.len(), out)
        });
        assert_eq!(ours.read().0, inkotls_status::WantWrite);
        ours.drain_to(&mut peer);
        assert_eq!(ours.read().0, inkotls_status::ProtocolError);
        let sent = ours.number(inkotls_conn_alert_sent);
        let received = rustls::Error::AlertReceived((sent as u8).into());
        assert_eq!(sent, 20, "{}", ours.error());
        assert_eq!(peer.process_new_packets().unwrap_err(), received);
    }
}
