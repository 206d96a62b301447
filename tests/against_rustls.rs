//! Peers that no other program is: each is a rustls that does what it should not, and our side is
//! driven through the C ABI, over buffers.

mod ours;

use inkotls::capi::*;
use ours::{
    OurClient, OurServer, private_key, provider, roots, rustls_client, rustls_server, served,
};
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue,
    Tls13ClientSessionValue,
};
use rustls::pki_types::ServerName;
use rustls::server::{ServerSessionMemoryCache, StoresServerSessions};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConnection, Connection, NamedGroup};
use std::collections::HashMap;
use std::ffi::c_void;
use std::io::Write;
use std::ptr::null_mut;
use std::slice::{from_raw_parts, from_raw_parts_mut};
use std::sync::{Arc, LazyLock, Mutex};

/// TLS 1.2 has no alert of its own for that, and a client must not send a server's.
#[test]
fn a_server_must_show_a_certificate() {
    let mut config = rustls_server(provider(), &TLS12);
    let key = config.crypto_provider().key_provider.load_private_key(private_key("rsa.key"));
    let nothing = CertifiedKey::new(Vec::new(), key.unwrap());
    config.cert_resolver = Arc::new(SingleCertAndKey::from(nothing));
    let (ours, mut peer) = (ours::client_trusting("ca.pem"), served(config));
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
    let client = OurClient::new(|it| {
        inkotls_client_builder_set_roots(Some(&mut *it), Some(&roots(Some("ca.pem"))));
        for name in [WAS, NOW] {
            // SAFETY: the slice has its length.
            unsafe {
                inkotls_client_builder_add_alpn(Some(&mut *it), name.as_ptr().cast(), name.len());
            }
        }
        inkotls_client_builder_set_early_data(Some(it), 1);
    });
    let sessions = ServerSessionMemoryCache::new(16);
    let server = |alpn: &[u8], forges: bool| {
        let mut config = rustls_server(provider(), &TLS13);
        config.alpn_protocols = vec![alpn.to_vec()];
        config.max_early_data_size = 1000;
        config.session_storage = match forges {
            true => Arc::new(Forger(sessions.clone())),
            false => sessions.clone(),
        };
        served(config)
    };
    let remembers = || {
        let (ours, mut peer) = (client.open(), server(WAS, false));
        assert_eq!(ours.settle(&mut peer), inkotls_status::Ok);
        assert_eq!(ours.read().0, inkotls_status::WantRead); // with the tickets
    };

    // The same protocol, and another with which early data is refused.
    for (alpn, is_accepted) in [(WAS, 1), (NOW, 0)] {
        remembers();
        let (ours, mut peer) = (client.open(), server(alpn, false));
        assert_eq!(ours.write_early(b"early"), inkotls_status::Ok);
        assert_eq!(ours.settle(&mut peer), inkotls_status::Ok);
        assert_eq!(ours.number(inkotls_conn_is_resumed), 1);
        assert_eq!(ours.number(inkotls_conn_is_early_data_accepted), is_accepted);
    }

    remembers();
    let (ours, mut peer) = (client.open(), server(NOW, true));
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
        OurServer::new(|it| {
            let none = null_mut();
            inkotls_server_builder_set_session_store(Some(it), Some(put), Some(get), none, 0);
            inkotls_server_builder_set_max_early_data(Some(it), most);
        })
    };
    let (takes_none, takes_some) = (server(0), server(1000));
    let mut config = rustls_client(provider(), &TLS13);
    config.enable_early_data = true;
    config.resumption = Resumption::store(Arc::new(Eager(ClientSessionMemoryCache::new(16))));
    let visit = |server: &OurServer, has_early_data: bool| {
        let name = "localhost".try_into().unwrap();
        let mut client = ClientConnection::new(Arc::new(config.clone()), name).unwrap();
        assert_eq!(client.early_data().is_some(), has_early_data);
        if let Some(mut early) = client.early_data() {
            early.write_all(b"early").unwrap();
        }
        let (ours, mut peer) = (server.open(), Connection::from(client));
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
