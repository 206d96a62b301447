//! One side of a connection through the C ABI, over buffers, for tests whose other side is rustls
//! itself. Each test program uses a part of it.
#![allow(dead_code)]

use inkotls::capi::*;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{
    ClientConfig, ClientConnection, Connection, RootCertStore, ServerConfig, ServerConnection,
    SupportedProtocolVersion,
};
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

// The peer.

pub type Version = &'static SupportedProtocolVersion;

pub fn provider() -> CryptoProvider {
    rustls::crypto::ring::default_provider()
}

pub fn trusted() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(certificate("ca.pem")).unwrap();
    roots
}

pub fn rustls_client(provider: CryptoProvider, version: Version) -> ClientConfig {
    ClientConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(trusted())
        .with_no_client_auth()
}

/// It shows an RSA certificate.
pub fn rustls_server(provider: CryptoProvider, version: Version) -> ServerConfig {
    ServerConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate("rsa.pem")], private_key("rsa.key"))
        .unwrap()
}

pub fn opened(config: ClientConfig) -> Connection {
    ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap().into()
}

pub fn served(config: ServerConfig) -> Connection {
    ServerConnection::new(Arc::new(config)).unwrap().into()
}

// Our side. Every call is the C ABI's.

pub struct OurClient(*const inkotls_client_config);
pub struct OurServer(*const inkotls_server_config);
pub struct Ours(*mut inkotls_conn);

impl Drop for OurClient {
    fn drop(&mut self) {
        // SAFETY: built by `new`, and released once.
        unsafe { inkotls_client_config_release(self.0) };
    }
}

impl Drop for OurServer {
    fn drop(&mut self) {
        // SAFETY: built by `new`, and released once.
        unsafe { inkotls_server_config_release(self.0) };
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        // SAFETY: made by `open`, and freed once.
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

impl OurClient {
    pub fn new(set_up: impl FnOnce(&mut inkotls_client_builder)) -> Self {
        let builder = inkotls_client_builder_new();
        // SAFETY: just made, and used up by the build.
        unsafe {
            set_up(builder.as_mut().expect("a builder"));
            Self(made(|out| inkotls_client_builder_build(builder, out)))
        }
    }

    /// A connection to localhost.
    pub fn open(&self) -> Ours {
        let name = "localhost";
        // SAFETY: the config is alive; the text has its length.
        Ours(made(|out| unsafe {
            let (start, len) = (name.as_ptr().cast(), name.len());
            inkotls_conn_new_client(self.0.as_ref(), start, len, out)
        }))
    }
}

/// A client of a config of its own, which trusts `ca`.
pub fn client_trusting(ca: &str) -> Ours {
    let roots = roots(Some(ca));
    let trust = |it: &mut _| inkotls_client_builder_set_roots(Some(it), Some(&roots));
    OurClient::new(|it| assert_eq!(trust(it), inkotls_status::Ok)).open()
}

/// The certificate and the key of `name`.
pub fn identity(name: &str) -> Box<inkotls_identity> {
    let (chain, key) = (file(&format!("{name}.pem")), file(&format!("{name}.key")));
    // SAFETY: every pointer comes from the library, or from a slice with its length.
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

impl OurServer {
    /// It shows an ECDSA certificate.
    pub fn new(set_up: impl FnOnce(&mut inkotls_server_builder)) -> Self {
        let builder = inkotls_server_builder_new();
        // SAFETY: just made, and used up by the build.
        unsafe {
            inkotls_server_builder_set_identity(builder.as_mut(), Some(&identity("ecdsa")));
            set_up(builder.as_mut().expect("a builder"));
            Self(made(|out| inkotls_server_builder_build(builder, out)))
        }
    }

    pub fn open(&self) -> Ours {
        // SAFETY: the config is alive.
        Ours(made(|out| inkotls_conn_new_server(unsafe { self.0.as_ref() }, out)))
    }
}

/// A server of a config of its own.
pub fn server() -> Ours {
    OurServer::new(|_| ()).open()
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

    pub fn write_early(&self, data: &[u8]) -> inkotls_status {
        let mut used = MaybeUninit::uninit();
        // SAFETY: as above; the slice has its length.
        unsafe {
            let (data, len) = (data.as_ptr().cast(), data.len());
            inkotls_conn_write_early_data(self.0.as_mut(), data, len, Some(&mut used))
        }
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
