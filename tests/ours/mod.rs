//! One side of a connection through the C ABI, over buffers, for tests whose other side is rustls
//! itself. Each test program uses a part of it.
#![allow(dead_code)]

use inkotls::capi::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{Connection, RootCertStore};
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, LazyLock};

/// A throwaway PKI, in a folder of this test program's own.
pub static PKI: LazyLock<PathBuf> = LazyLock::new(|| {
    let name = format!("pki-{}", env!("CARGO_CRATE_NAME"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pki.sh");
    assert!(Command::new(script).arg(&folder).status().expect("pki.sh").success());
    folder
});

pub fn file(name: &str) -> Vec<u8> {
    std::fs::read(PKI.join(name)).expect(name)
}

pub fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(&file(name)).expect(name)
}

pub fn private_key(name: &str) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_slice(&file(name)).expect(name)
}

/// The peer's.
pub fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub fn trusted() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(certificate("ca.pem")).unwrap();
    roots
}

/// Our side. Every call is the C ABI's.
pub struct Ours(pub *mut inkotls_conn);

impl Drop for Ours {
    fn drop(&mut self) {
        // SAFETY: made by `client` or `server`, and freed once.
        inkotls_conn_free(Some(unsafe { Box::from_raw(self.0) }));
    }
}

pub fn made<T: Copy>(make: impl FnOnce(Option<&mut MaybeUninit<T>>) -> inkotls_status) -> T {
    let mut out = MaybeUninit::uninit();
    assert_eq!(make(Some(&mut out)), inkotls_status::Ok);
    // SAFETY: OK says that it was written.
    unsafe { out.assume_init() }
}

/// Roots with a certificate authority, if any.
pub fn roots(ca: Option<&str>) -> Box<inkotls_roots> {
    // SAFETY: just made, and no one else's.
    let mut roots = unsafe { Box::from_raw(inkotls_roots_new()) };
    if let Some(pem) = ca.map(file) {
        // SAFETY: the slice has its length.
        let status =
            unsafe { inkotls_roots_add_pem(Some(&mut *roots), pem.as_ptr().cast(), pem.len()) };
        assert_eq!(status, inkotls_status::Ok);
    }
    roots
}

/// A client for localhost, of a config of its own.
pub fn client(set_up: impl FnOnce(&mut inkotls_client_builder)) -> Ours {
    // SAFETY: every pointer below comes from the library, or from a slice with its length.
    unsafe {
        let builder = inkotls_client_builder_new();
        set_up(builder.as_mut().expect("a builder"));
        let config = made(|out| inkotls_client_builder_build(builder, out));
        let name = "localhost";
        let conn = made(|out| {
            inkotls_conn_new_client(config.as_ref(), name.as_ptr().cast(), name.len(), out)
        });
        inkotls_client_config_release(config);
        Ours(conn)
    }
}

/// The certificate and the key of `name`.
pub fn identity(name: &str) -> Box<inkotls_identity> {
    let (chain, key) = (file(&format!("{name}.pem")), file(&format!("{name}.key")));
    // SAFETY: as in `client`.
    unsafe {
        let mut it = Box::from_raw(inkotls_identity_new());
        let chain = (chain.as_ptr().cast(), chain.len());
        let key = (key.as_ptr().cast(), key.len());
        let status = inkotls_identity_set_chain_pem(Some(&mut *it), chain.0, chain.1);
        assert_eq!(status, inkotls_status::Ok);
        let status = inkotls_identity_set_key_pem(Some(&mut *it), key.0, key.1);
        assert_eq!(status, inkotls_status::Ok);
        it
    }
}

/// A server that shows an ECDSA certificate, of a config of its own.
pub fn server(set_up: impl FnOnce(&mut inkotls_server_builder)) -> Ours {
    // SAFETY: as in `client`.
    unsafe {
        let builder = inkotls_server_builder_new();
        inkotls_server_builder_set_identity(builder.as_mut(), Some(&identity("ecdsa")));
        set_up(builder.as_mut().expect("a builder"));
        let config = made(|out| inkotls_server_builder_build(builder, out));
        let conn = made(|out| inkotls_conn_new_server(config.as_ref(), out));
        inkotls_server_config_release(config);
        Ours(conn)
    }
}

impl Ours {
    pub fn handshake(&self) -> inkotls_status {
        // SAFETY: alive, and used by one thread.
        inkotls_conn_handshake(unsafe { self.0.as_mut() })
    }

    pub fn close(&self) -> inkotls_status {
        // SAFETY: as above.
        inkotls_conn_close(unsafe { self.0.as_mut() })
    }

    pub fn read(&self) -> (inkotls_status, Vec<u8>) {
        let (mut buf, mut len) = (vec![0; 100], MaybeUninit::new(0));
        // SAFETY: as above; the buffer has its length.
        unsafe {
            let to = buf.as_mut_ptr().cast();
            let status = inkotls_conn_read(self.0.as_mut(), to, buf.len(), Some(&mut len));
            buf.truncate(len.assume_init());
            (status, buf)
        }
    }

    pub fn number(&self, of: extern "C" fn(Option<&inkotls_conn>) -> i32) -> i32 {
        // SAFETY: as above.
        of(unsafe { self.0.as_ref() })
    }

    pub fn error(&self) -> String {
        // SAFETY: as above; the text ends with a NUL.
        let text = unsafe { CStr::from_ptr(inkotls_conn_error(self.0.as_ref())) };
        text.to_str().unwrap().to_owned()
    }

    pub fn drain(&self) -> Vec<u8> {
        let mut buf = vec![0; 4096];
        // SAFETY: as above; the buffer has its length.
        let len = made(|out| unsafe {
            inkotls_conn_drain(self.0.as_mut(), buf.as_mut_ptr().cast(), buf.len(), out)
        });
        buf.truncate(len);
        buf
    }

    pub fn drain_to(&self, peer: &mut Connection) -> usize {
        let bytes = self.drain();
        let mut rest = &bytes[..];
        while !rest.is_empty() && peer.read_tls(&mut rest).unwrap() > 0 {
            let _ = peer.process_new_packets(); // its failure is kept, and asked for later
        }
        bytes.len()
    }

    pub fn feed_from(&self, peer: &mut Connection) -> usize {
        let mut bytes = Vec::new();
        while peer.wants_write() {
            peer.write_tls(&mut bytes).unwrap();
        }
        self.feed(&bytes)
    }

    pub fn feed(&self, bytes: &[u8]) -> usize {
        // SAFETY: as above; the slice has its length.
        made(|out| unsafe {
            inkotls_conn_feed(self.0.as_mut(), bytes.as_ptr().cast(), bytes.len(), out)
        })
    }

    /// Goes on until nothing moves.
    pub fn settle(&self, peer: &mut Connection) -> inkotls_status {
        loop {
            let status = self.handshake();
            if self.drain_to(peer) + self.feed_from(peer) == 0 {
                return status;
            }
        }
    }
}
