//! Peers that no other program is: each is a rustls that does what it should not, and our side is
//! driven through the C ABI, over buffers.

use inkotls::capi::*;
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue,
    Tls13ClientSessionValue,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ServerSessionMemoryCache, StoresServerSessions};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, Connection, NamedGroup, RootCertStore, ServerConfig,
    ServerConnection, SupportedProtocolVersion,
};
use std::collections::HashMap;
use std::ffi::{CStr, c_void};
use std::io::Write;
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::process::Command;
use std::ptr::null_mut;
use std::slice::{from_raw_parts, from_raw_parts_mut};
use std::sync::{Arc, LazyLock, Mutex};

/// A throwaway PKI.
static PKI: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pki-against-rustls");
    let _ = std::fs::remove_dir_all(&folder);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/pki.sh");
    assert!(Command::new(script).arg(&folder).status().expect("pki.sh").success());
    folder
});

fn file(name: &str) -> Vec<u8> {
    std::fs::read(PKI.join(name)).expect(name)
}

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(&file(name)).expect(name)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Shows a chain, and signs with a key that need not be its own.
fn shown(chain: &[&str], key: &str) -> Arc<SingleCertAndKey> {
    let chain = chain.iter().map(|name| certificate(name)).collect();
    let key = PrivateKeyDer::from_pem_slice(&file(key)).unwrap();
    let key = provider().key_provider.load_private_key(key).unwrap();
    Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key)))
}

fn rustls_server(
    version: &'static SupportedProtocolVersion,
    shown: Arc<SingleCertAndKey>,
) -> ServerConfig {
    ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(shown)
}

fn rustls_client(
    version: &'static SupportedProtocolVersion,
    shown: Arc<SingleCertAndKey>,
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(certificate("ca.pem")).unwrap();
    ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_client_cert_resolver(shown)
}

fn served(config: ServerConfig) -> Connection {
    ServerConnection::new(Arc::new(config)).unwrap().into()
}

fn opened(config: ClientConfig) -> Connection {
    ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap().into()
}

fn made<T: Copy>(make: impl FnOnce(Option<&mut MaybeUninit<T>>) -> inkotls_status) -> T {
    let mut out = MaybeUninit::uninit();
    assert_eq!(make(Some(&mut out)), inkotls_status::Ok);
    // SAFETY: OK says that it was written.
    unsafe { out.assume_init() }
}

// Our side.

fn roots(
    add: impl FnOnce(Option<&mut inkotls_roots>, *const c_void, usize) -> inkotls_status,
    name: &str,
) -> Box<inkotls_roots> {
    // SAFETY: just made, and no one else's.
    let mut roots = unsafe { Box::from_raw(inkotls_roots_new()) };
    let pem = file(name);
    assert_eq!(add(Some(&mut roots), pem.as_ptr().cast(), pem.len()), inkotls_status::Ok);
    roots
}

fn a_peer(name: &str) -> Box<inkotls_roots> {
    // SAFETY: the slice has its length.
    roots(|it, data, len| unsafe { inkotls_roots_add_peer_certificate_pem(it, data, len) }, name)
}

fn an_authority(name: &str) -> Box<inkotls_roots> {
    // SAFETY: as above.
    roots(|it, data, len| unsafe { inkotls_roots_add_pem(it, data, len) }, name)
}

struct OurClient(*const inkotls_client_config);
struct OurServer(*const inkotls_server_config);

impl Drop for OurClient {
    fn drop(&mut self) {
        // SAFETY: built by `client`, and released once.
        unsafe { inkotls_client_config_release(self.0) };
    }
}

impl Drop for OurServer {
    fn drop(&mut self) {
        // SAFETY: built by `server`, and released once.
        unsafe { inkotls_server_config_release(self.0) };
    }
}

fn client(
    roots: Box<inkotls_roots>,
    set_up: impl FnOnce(&mut inkotls_client_builder),
) -> OurClient {
    let builder = inkotls_client_builder_new();
    // SAFETY: just made, and used up by the build.
    let it = unsafe { builder.as_mut() }.unwrap();
    inkotls_client_builder_set_roots(Some(it), Some(&roots));
    inkotls_roots_free(Some(roots));
    set_up(it);
    // SAFETY: as above.
    OurClient(made(|out| unsafe { inkotls_client_builder_build(builder, out) }))
}

fn server(set_up: impl FnOnce(&mut inkotls_server_builder)) -> OurServer {
    let (chain, key) = (file("ecdsa.pem"), file("ecdsa.key"));
    // SAFETY: every pointer comes from the library, or from a slice with its length.
    unsafe {
        let (identity, builder) = (inkotls_identity_new(), inkotls_server_builder_new());
        inkotls_identity_set_chain_pem(identity.as_mut(), chain.as_ptr().cast(), chain.len());
        inkotls_identity_set_key_pem(identity.as_mut(), key.as_ptr().cast(), key.len());
        inkotls_server_builder_set_identity(builder.as_mut(), identity.as_ref());
        inkotls_identity_free(Some(Box::from_raw(identity)));
        set_up(builder.as_mut().unwrap());
        OurServer(made(|out| inkotls_server_builder_build(builder, out)))
    }
}

/// A connection through the C ABI.
struct Ours(*mut inkotls_conn);

impl Drop for Ours {
    fn drop(&mut self) {
        // SAFETY: made by `of_client` or `of_server`, and freed once.
        inkotls_conn_free(Some(unsafe { Box::from_raw(self.0) }));
    }
}

impl Ours {
    fn of_client(config: &OurClient) -> Self {
        let name = "localhost";
        // SAFETY: the config is alive; the text has its length.
        Self(made(|out| unsafe {
            let (name, len) = (name.as_ptr().cast(), name.len());
            inkotls_conn_new_client(config.0.as_ref(), name, len, out)
        }))
    }

    fn of_server(config: &OurServer) -> Self {
        // SAFETY: the config is alive.
        Self(made(|out| inkotls_conn_new_server(unsafe { config.0.as_ref() }, out)))
    }

    fn handshake(&self) -> inkotls_status {
        // SAFETY: alive, and used by one thread.
        inkotls_conn_handshake(unsafe { self.0.as_mut() })
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

    fn write_early(&self, data: &[u8]) -> inkotls_status {
        let mut used = MaybeUninit::uninit();
        // SAFETY: as above; the slice has its length.
        unsafe {
            let (data, len) = (data.as_ptr().cast(), data.len());
            inkotls_conn_write_early_data(self.0.as_mut(), data, len, Some(&mut used))
        }
    }

    fn read(&self) -> inkotls_status {
        let (mut buf, mut len) = ([0; 100], MaybeUninit::uninit());
        // SAFETY: as above; the buffer has its length.
        unsafe {
            let (buf, cap) = (buf.as_mut_ptr().cast(), buf.len());
            inkotls_conn_read(self.0.as_mut(), buf, cap, Some(&mut len))
        }
    }

    fn drain_to(&self, peer: &mut Connection) -> usize {
        let mut buf = [0; 8192];
        // SAFETY: as above; the buffer has its length.
        let len = made(|out| unsafe {
            inkotls_conn_drain(self.0.as_mut(), buf.as_mut_ptr().cast(), buf.len(), out)
        });
        let mut rest = &buf[..len];
        while !rest.is_empty() && peer.read_tls(&mut rest).unwrap() > 0 {
            let _ = peer.process_new_packets(); // its failure is kept
        }
        len
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

// A peer's certificate.

#[test]
fn a_peer_must_have_the_key_of_its_own_certificate() {
    let required = inkotls_client_auth::Required as i32;
    let client = client(a_peer("developer.pem"), |_| {});
    let server = server(|it| {
        let status = inkotls_server_builder_set_client_auth(
            Some(it),
            required,
            Some(&a_peer("developer.pem")),
        );
        assert_eq!(status, inkotls_status::Ok);
    });
    for version in [&TLS12, &TLS13] {
        for (key, is_good) in [("developer.key", true), ("developer-twin.key", false)] {
            let shown = shown(&["developer.pem"], key);
            let peers = [
                (Ours::of_client(&client), served(rustls_server(version, shown.clone()))),
                (Ours::of_server(&server), opened(rustls_client(version, shown))),
            ];
            for (ours, mut peer) in peers {
                let status = ours.settle(&mut peer);
                if is_good {
                    assert_eq!(status, inkotls_status::Ok, "{}", ours.error());
                } else {
                    let bad = inkotls_certificate_error::BadHandshakeSignature as i32;
                    assert_eq!(status, inkotls_status::InvalidPeerCertificate);
                    assert_eq!(ours.number(inkotls_conn_certificate_error), bad);
                }
            }
        }
    }
}

/// TLS 1.2 has no alert of its own for that, and a client must not send a server's.
#[test]
fn a_server_must_show_a_certificate() {
    let client = client(an_authority("ca.pem"), |_| {});
    let ours = Ours::of_client(&client);
    let mut peer = served(rustls_server(&TLS12, shown(&[], "ecdsa.key")));
    assert_eq!(ours.settle(&mut peer), inkotls_status::InvalidPeerCertificate);
    let missing = inkotls_certificate_error::NotPresented as i32;
    assert_eq!(ours.number(inkotls_conn_certificate_error), missing);
    assert_eq!(ours.number(inkotls_conn_alert_sent), 50); // decode_error
}

// Early data.

/// A server that remembers sessions of another ALPN protocol than they were.
#[derive(Debug)]
struct Forger(Arc<dyn StoresServerSessions>);

const WAS: &[u8] = b"was-spoken";
const NOW: &[u8] = b"now-spoken";

impl StoresServerSessions for Forger {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.0.put(key, value)
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(key)
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        let mut value = self.0.take(key)?;
        let at = value.windows(WAS.len()).position(|it| it == WAS)?;
        value[at..at + NOW.len()].copy_from_slice(NOW);
        Some(value)
    }

    fn can_cache(&self) -> bool {
        true
    }
}

#[test]
fn a_server_must_accept_early_data_with_the_protocol_of_the_session() {
    let client = client(an_authority("ca.pem"), |it| {
        for name in [WAS, NOW] {
            // SAFETY: the slice has its length.
            unsafe {
                inkotls_client_builder_add_alpn(Some(&mut *it), name.as_ptr().cast(), name.len());
            }
        }
        inkotls_client_builder_set_early_data(Some(it), 1);
    });
    let sessions = ServerSessionMemoryCache::new(16);
    let ecdsa = shown(&["ecdsa.pem"], "ecdsa.key");
    let server = |alpn: &[u8], forges: bool| {
        let mut config = rustls_server(&TLS13, ecdsa.clone());
        config.alpn_protocols = vec![alpn.to_vec()];
        config.max_early_data_size = 1000;
        config.session_storage = match forges {
            true => Arc::new(Forger(sessions.clone())),
            false => sessions.clone(),
        };
        served(config)
    };
    let remembers = || {
        let (ours, mut peer) = (Ours::of_client(&client), server(WAS, false));
        assert_eq!(ours.settle(&mut peer), inkotls_status::Ok);
        assert_eq!(ours.read(), inkotls_status::WantRead); // with the tickets
    };

    // The same protocol, and another with which early data is refused.
    for (alpn, is_accepted) in [(WAS, 1), (NOW, 0)] {
        remembers();
        let (ours, mut peer) = (Ours::of_client(&client), server(alpn, false));
        assert_eq!(ours.write_early(b"early"), inkotls_status::Ok);
        assert_eq!(ours.settle(&mut peer), inkotls_status::Ok);
        assert_eq!(ours.number(inkotls_conn_is_resumed), 1);
        assert_eq!(ours.number(inkotls_conn_is_early_data_accepted), is_accepted);
    }

    remembers();
    let (ours, mut peer) = (Ours::of_client(&client), server(NOW, true));
    assert_eq!(ours.write_early(b"early"), inkotls_status::Ok);
    assert_eq!(ours.settle(&mut peer), inkotls_status::ProtocolError);
    assert!(ours.error().contains("early data with another ALPN protocol"), "{}", ours.error());
    assert_eq!(ours.number(inkotls_conn_alert_sent), inkotls_status::None as i32);
    assert!(peer.is_handshaking()); // our Finished has not been sent
}

/// A client's sessions, which may all be used for early data, whatever the server said.
#[derive(Debug)]
struct Eager(ClientSessionMemoryCache);

impl ClientSessionStore for Eager {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, server: ServerName<'static>, mut it: Tls13ClientSessionValue) {
        it._private_set_max_early_data_size(1000);
        self.0.insert_tls13_ticket(server, it);
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(server)
    }
}

/// The host's session store.
static STORE: LazyLock<Mutex<HashMap<Vec<u8>, Vec<u8>>>> = LazyLock::new(Mutex::default);

unsafe extern "C" fn put(
    _: *mut c_void,
    key: *const u8,
    key_len: usize,
    value: *const u8,
    len: usize,
) -> i32 {
    // SAFETY: the library vouches for both.
    let (key, value) = unsafe { (from_raw_parts(key, key_len), from_raw_parts(value, len)) };
    STORE.lock().unwrap().insert(key.to_vec(), value.to_vec());
    1
}

unsafe extern "C" fn get(
    _: *mut c_void,
    key: *const u8,
    key_len: usize,
    _: i32,
    buf: *mut u8,
    cap: usize,
) -> i32 {
    // SAFETY: as above.
    let (key, buf) = unsafe { (from_raw_parts(key, key_len), from_raw_parts_mut(buf, cap)) };
    let Some(value) = STORE.lock().unwrap().remove(key) else { return 0 };
    buf[..value.len()].copy_from_slice(&value);
    value.len() as i32
}

#[test]
fn a_client_must_not_send_early_data_with_a_ticket_for_none() {
    let server = |most| {
        server(|it| {
            let none = null_mut();
            inkotls_server_builder_set_session_store(Some(it), Some(put), Some(get), none, 0);
            inkotls_server_builder_set_max_early_data(Some(it), most);
        })
    };
    let (takes_none, takes_some) = (server(0), server(1000));
    let mut config = rustls_client(&TLS13, shown(&["client.pem"], "client.key"));
    config.enable_early_data = true;
    config.resumption = Resumption::store(Arc::new(Eager(ClientSessionMemoryCache::new(16))));
    let visit = |server: &OurServer, has_early_data: bool| {
        let name = "localhost".try_into().unwrap();
        let mut client = ClientConnection::new(Arc::new(config.clone()), name).unwrap();
        assert_eq!(client.early_data().is_some(), has_early_data);
        if let Some(mut early) = client.early_data() {
            early.write_all(b"early").unwrap();
        }
        let (ours, mut peer) = (Ours::of_server(server), Connection::from(client));
        assert_eq!(ours.settle(&mut peer), inkotls_status::Ok, "{}", ours.error());
        let is_accepted = ours.number(inkotls_conn_is_early_data_accepted);
        (ours.number(inkotls_conn_is_resumed), is_accepted)
    };
    // Whether a session is resumed, and what becomes of early data.
    let none = inkotls_status::None as i32;
    assert_eq!(visit(&takes_some, false), (0, none));
    assert_eq!(visit(&takes_some, true), (1, 1));
    STORE.lock().unwrap().clear();
    assert_eq!(visit(&takes_none, true), (0, none));
    assert_eq!(visit(&takes_some, true), (1, none));
}
