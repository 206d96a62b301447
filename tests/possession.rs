//! That a peer has the private key of what it shows: thieves that show a certificate or a raw public
//! key that is trusted, and sign with something else, in every version, to each side, before every
//! kind of verifier. The thief is rustls with a key that lies; the victim is behind the C ABI.

mod ours;

use inkotls::capi::*;
use ours::{
    OurClient, OurServer, Ours, PKI, Version, certificate, file, private_key, provider, roots,
};
use rustls::client::AlwaysResolvesClientRawPublicKeys;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::CertificateDer;
use rustls::server::AlwaysResolvesServerRawPublicKeys;
use rustls::sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{
    AlertDescription, Connection, Error, ProtocolVersion, SignatureAlgorithm, SignatureScheme,
};
use std::cell::Cell;
use std::ffi::c_void;
use std::process::Command;
use std::sync::Arc;

/// How a peer signs the handshake.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Signs {
    Honestly,
    /// With a key of its own, of the same kind.
    WithAnotherKey,
    /// With the right key, other bytes than this handshake's.
    OtherWords,
    /// Honestly, with one bit of the signature changed.
    NearlyRight,
    /// Not at all: the signature is empty.
    Nothing,
    /// With the right key, by a scheme that the victim did not offer.
    Unasked(SignatureScheme),
}

/// Who decides whether the victim trusts the peer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verifier {
    Standard,
    /// It trusts exactly the certificate that is shown.
    Exactly,
    /// A callback that accepts every peer, in a config with trust anchors.
    Host,
    /// The same callback, in a config without trust anchors.
    HostAlone,
    RawKeys,
    HostOfRawKeys,
}

use Verifier::*;

impl Verifier {
    fn is_raw(self) -> bool {
        matches!(self, RawKeys | HostOfRawKeys)
    }

    fn is_host(self) -> bool {
        matches!(self, Host | HostAlone | HostOfRawKeys)
    }

    fn roots(self, peer: &Peer) -> Box<inkotls_roots> {
        let mut roots = roots((matches!(self, Standard | Host)).then_some("ca.pem"));
        if self.is_raw() {
            let key = peer.key.real.public_key().expect("a public key");
            // SAFETY: the slice has its length.
            let status = unsafe {
                inkotls_roots_add_raw_public_key(Some(&mut *roots), key.as_ptr().cast(), key.len())
            };
            assert_eq!(status, inkotls_status::Ok);
        }
        if self == Exactly {
            let pem = file(&format!("{}.pem", peer.name));
            let (data, len) = (pem.as_ptr().cast(), pem.len());
            // SAFETY: as above.
            let status =
                unsafe { inkotls_roots_add_peer_certificate_pem(Some(&mut *roots), data, len) };
            assert_eq!(status, inkotls_status::Ok);
        }
        roots
    }
}

/// A host's verifier that accepts whatever it is shown. The signature is not shown to it.
unsafe extern "C" fn accept(
    calls: *mut c_void,
    _: *mut c_void,
    _: *mut inkotls_verification,
) -> i32 {
    // SAFETY: `meet` lends it, and makes every call from its own thread.
    let calls = unsafe { &*calls.cast::<Cell<u32>>() };
    calls.set(calls.get() + 1);
    inkotls_verdict::Accepted as i32
}

/// A peer that shows the certificate or the key of `name`.
struct Peer {
    name: &'static str,
    version: Version,
    key: Key,
}

impl Peer {
    fn shown(&self, verifier: Verifier) -> Arc<CertifiedKey> {
        let chain = match verifier.is_raw() {
            true => CertificateDer::from(self.key.real.public_key().unwrap().to_vec()),
            false => certificate(&format!("{}.pem", self.name)),
        };
        Arc::new(CertifiedKey::new(vec![chain], Arc::new(self.key.clone())))
    }

    fn server(&self, verifier: Verifier) -> Connection {
        let shown = self.shown(verifier);
        let mut config = ours::rustls_server(provider(), self.version);
        config.cert_resolver = match verifier.is_raw() {
            true => Arc::new(AlwaysResolvesServerRawPublicKeys::new(shown)),
            false => Arc::new(SingleCertAndKey::from(shown)),
        };
        ours::served(config)
    }

    fn client(&self, verifier: Verifier) -> Connection {
        let shown = self.shown(verifier);
        let mut config = ours::rustls_client(provider(), self.version);
        config.client_auth_cert_resolver = match verifier.is_raw() {
            true => Arc::new(AlwaysResolvesClientRawPublicKeys::new(shown)),
            false => Arc::new(SingleCertAndKey::from(shown)),
        };
        ours::opened(config)
    }
}

/// The key of what is shown, and a thief's own.
#[derive(Clone, Debug)]
struct Key {
    real: Arc<dyn SigningKey>,
    own: Arc<dyn SigningKey>,
    signs: Signs,
}

impl SigningKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let signer = match self.signs {
            Signs::WithAnotherKey => self.own.choose_scheme(offered),
            Signs::Unasked(scheme) => self.real.choose_scheme(&[scheme]),
            _ => self.real.choose_scheme(offered),
        };
        Some(Box::new(Signature { signer: signer?, signs: self.signs }))
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.real.algorithm()
    }
}

#[derive(Debug)]
struct Signature {
    signer: Box<dyn Signer>,
    signs: Signs,
}

impl Signer for Signature {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        match self.signs {
            Signs::Nothing => Ok(Vec::new()),
            Signs::OtherWords => self.signer.sign(&[message, b"?"].concat()),
            Signs::NearlyRight => {
                let mut signature = self.signer.sign(message)?;
                *signature.last_mut().expect("a signature") ^= 1;
                Ok(signature)
            }
            _ => self.signer.sign(message),
        }
    }

    fn scheme(&self) -> SignatureScheme {
        self.signer.scheme()
    }
}

/// Our side, which judges its peer: what its verifier is called for is counted.
fn victim(is_server: bool, verifier: Verifier, peer: &Peer, calls: &Cell<u32>) -> Ours {
    let roots = verifier.roots(peer);
    let calls = std::ptr::from_ref(calls).cast_mut().cast();
    let host = verifier.is_host().then_some(accept as _);
    let has = |status| assert_eq!(status, inkotls_status::Ok);
    match is_server {
        true => OurServer::new(|builder| {
            let required = inkotls_client_auth::Required as i32;
            has(inkotls_server_builder_set_client_auth(Some(builder), required, Some(&roots)));
            if host.is_some() {
                has(inkotls_server_builder_set_dangerous_verifier(Some(builder), host, calls, 0));
            }
        })
        .open(),
        false => OurClient::new(|builder| {
            has(inkotls_client_builder_set_roots(Some(builder), Some(&roots)));
            if host.is_some() {
                has(inkotls_client_builder_set_dangerous_verifier(Some(builder), host, calls, 0));
            }
        })
        .open(),
    }
}

/// A whole handshake. Only an honest peer gets through; another hears why it does not.
fn meet(is_server: bool, verifier: Verifier, peer: &Peer) {
    let who = if is_server { "client" } else { "server" };
    let Peer { name, version, key } = peer;
    let what = format!("a {who} of {version:?}, {name}, signs {:?}: {verifier:?}", key.signs);
    let calls = Cell::new(0);
    let ours = victim(is_server, verifier, peer, &calls);
    let mut theirs = if is_server { peer.client(verifier) } else { peer.server(verifier) };
    let status = ours.settle(&mut theirs);
    assert_eq!(calls.get(), verifier.is_host().into(), "{what}");
    let alert = match key.signs {
        Signs::Honestly => {
            assert_eq!(status, inkotls_status::Ok, "{what}: {}", ours.error());
            assert_eq!(theirs.process_new_packets().map(|_| ()), Ok(()), "{what}");
            return;
        }
        Signs::Unasked(_) => AlertDescription::IllegalParameter,
        _ => {
            let error = inkotls_certificate_error::BadHandshakeSignature as i32;
            assert_eq!(ours.number(inkotls_conn_certificate_error), error, "{what}");
            AlertDescription::DecryptError
        }
    };
    assert!((status as i32) < 0, "{what}: {status:?}");
    assert_eq!(ours.number(inkotls_conn_alert_sent), u8::from(alert).into(), "{what}");
    assert_eq!(theirs.process_new_packets().unwrap_err(), Error::AlertReceived(alert), "{what}");
}

/// Keys of each kind, as the PKI has them; and how `openssl genpkey` makes a thief one like it.
const KEYS: [(&str, &[&str]); 4] = [
    ("p256", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
    ("p384", &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]),
    ("rsa", &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ("ed25519", &["ED25519"]),
];

#[test]
fn a_peer_has_the_key_of_what_it_shows() {
    for (name, kind) in KEYS {
        let own = format!("own-{name}.key");
        let mut genpkey = Command::new("openssl");
        genpkey.args(["genpkey", "-algorithm"]).args(kind).arg("-out").arg(PKI.join(&own));
        assert!(genpkey.output().unwrap().status.success());
        let [real, own] = [&format!("{name}.key"), &own]
            .map(|name| any_supported_type(&private_key(name)).unwrap());
        for version in [&TLS12, &TLS13] {
            let mut ways = vec![
                Signs::Honestly,
                Signs::WithAnotherKey,
                Signs::OtherWords,
                Signs::NearlyRight,
                Signs::Nothing,
            ];
            let is_tls13 = version.version == ProtocolVersion::TLSv1_3;
            if is_tls13 && name == "rsa" {
                ways.push(Signs::Unasked(SignatureScheme::RSA_PKCS1_SHA256));
            }
            for signs in ways {
                let key = Key { real: real.clone(), own: own.clone(), signs };
                let peer = Peer { name, version, key };
                for verifier in [Standard, Exactly, Host, HostAlone, RawKeys, HostOfRawKeys] {
                    for is_server in [false, true] {
                        // RFC 7250 has raw keys in TLS 1.2, rustls has not.
                        if is_tls13 || !verifier.is_raw() {
                            meet(is_server, verifier, &peer);
                        }
                    }
                }
            }
        }
    }
}
