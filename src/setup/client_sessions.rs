//! A client's sessions, in memory.

use super::cache::{Cache, Held, Holds};
use super::lifetime::left;
use super::name::server_name;
use crate::call_context::{self, Origin};
use crate::clock::Clock;
use crate::error::Error;
use rustls::NamedGroup;
use rustls::client::{
    ClientSessionStore, Tls12ClientSessionValue, Tls12Resumption, Tls13ClientSessionValue,
};
use rustls::pki_types::ServerName;
use std::collections::VecDeque;
use std::fmt::{self, Debug};

/// How much a server may leave.
const MAX_TICKETS: usize = 8;
const MAX_BYTES: usize = 128 * 1024;
/// The most that a ticket has (RFC 8446, section 4.6.1).
const MAX_TICKET: usize = 0xffff;

/// The memory of a session, beside its ticket and its server's certificates, in bytes.
const SESSION: usize = 512;

/// Sessions by the name of the server.
pub struct ClientSessions {
    servers: Cache<Server>,
    /// In seconds.
    lifetime: u32,
    has_tls12: bool,
    clock: Clock,
}

#[derive(Default)]
struct Server {
    kx_hint: Option<NamedGroup>,
    tls12: Option<Session<Tls12ClientSessionValue>>,
    /// The oldest first.
    tls13: VecDeque<Session<Tls13ClientSessionValue>>,
}

#[derive(Clone)]
struct Session<T> {
    value: T,
    origin: Origin,
    /// The ALPN protocol, which early data depends on (RFC 8446, section 4.2.10). rustls does not
    /// remember it.
    protocol: Vec<u8>,
    bytes: usize,
}

impl ClientSessions {
    /// Of at most so many servers.
    pub fn new(servers: usize, lifetime: u32, tls12: Tls12Resumption, clock: Clock) -> Self {
        // Without them rustls would still resume by session id.
        let has_tls12 = tls12 != Tls12Resumption::Disabled;
        Self { servers: Cache::new(servers), lifetime, has_tls12, clock }
    }

    pub fn held(&self) -> Held {
        self.servers.held()
    }

    /// Forgets a server, or all servers if the name is empty.
    pub fn remove(&self, name: &[u8]) -> Result<(), Error> {
        match name {
            [] => self.servers.clear(),
            name => drop(self.servers.remove(&key(&server_name(name)?))),
        }
        Ok(())
    }
}

impl<T> Session<T> {
    /// A session that the caller's connection makes. None where a server cannot leave that much, or where
    /// the time is not known.
    fn new(value: T, clock: &Clock) -> Option<Self> {
        clock.now()?;
        let (origin, protocol) = (call_context::origin(), call_context::agreed_protocol());
        let ticket = call_context::take_received().min(MAX_TICKET);
        let bytes = SESSION + origin.chain as usize + ticket;
        (bytes <= MAX_BYTES).then_some(Self { value, origin, protocol, bytes })
    }

    fn has_ended(&self, lifetime: u32, now: Option<u64>) -> bool {
        now.is_none_or(|now| left(self.origin, lifetime, now).is_none())
    }

    /// The value, which the connection of the caller resumes.
    fn into_resumed(self) -> T {
        call_context::tell(|caller| caller.origin = self.origin);
        self.value
    }
}

impl Holds for Server {
    fn held(&self) -> Held {
        let tls12 = self.tls12.iter().map(|it| it.bytes);
        let bytes = tls12.chain(self.tls13.iter().map(|it| it.bytes)).sum();
        Held { sessions: self.tls13.len() + usize::from(self.tls12.is_some()), bytes }
    }
}

impl ClientSessionStore for ClientSessions {
    fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
        self.servers.edit(key(&server), |it| it.kx_hint = Some(group));
    }

    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        self.servers.look_up(&key(server), |it| it.kx_hint)
    }

    fn set_tls12_session(&self, server: ServerName<'static>, value: Tls12ClientSessionValue) {
        if self.has_tls12 {
            let session = Session::new(value, &self.clock);
            self.servers.edit(key(&server), |it| it.tls12 = session);
        }
    }

    fn tls12_session(&self, server: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        if call_context::offers_ech() {
            return None; // rustls would show its session ID to everyone (RFC 9849, section 6.1)
        }
        let now = self.clock.now(); // before the lock: the host's clock may use a connection
        self.servers.look_up(&key(server), |it| {
            it.tls12.take_if(|it| it.has_ended(self.lifetime, now));
            it.tls12.clone().map(Session::into_resumed)
        })
    }

    fn remove_tls12_session(&self, server: &ServerName<'static>) {
        self.servers.look_up(&key(server), |it| it.tls12.take());
    }

    fn insert_tls13_ticket(&self, server: ServerName<'static>, value: Tls13ClientSessionValue) {
        let Some(session) = Session::new(value, &self.clock) else { return };
        self.servers.edit(key(&server), |it| {
            it.tls13.push_back(session);
            while it.tls13.len() > MAX_TICKETS || it.held().bytes > MAX_BYTES {
                it.tls13.pop_front();
            }
        });
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        let now = self.clock.now(); // as above
        self.servers.look_up(&key(server), |it| {
            it.tls13.retain(|it| !it.has_ended(self.lifetime, now));
            let next = it.tls13.back()?;
            let has_early_data = next.value.max_early_data_size() > 0;
            if has_early_data && !call_context::resume_with_early_data(&next.protocol) {
                return None; // the caller opens its connection again, without early data
            }
            it.tls13.pop_back().map(Session::into_resumed)
        })
    }
}

impl Debug for ClientSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSessions")
    }
}

/// Names are the same in upper and lower case.
fn key(server: &ServerName<'_>) -> Vec<u8> {
    server.to_str().to_ascii_lowercase().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::lifetime::MAX_LIFETIME;
    use super::*;
    use crate::call_context::CallContext;
    use rustls::client::Resumption;
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
    use rustls::server::ProducesTickets;
    use rustls::sign::{CertifiedKey, SingleCertAndKey};
    use rustls::{
        ClientConfig, ClientConnection, DigitallySignedStruct, Error, ServerConfig,
        ServerConnection, SignatureScheme, SupportedProtocolVersion,
    };
    use std::sync::Arc;

    /// A verifier that accepts all, with sessions that end when it says.
    #[derive(Debug)]
    struct Anyone(Origin);

    impl ServerCertVerifier for Anyone {
        fn verify_server_cert(
            &self,
            _: &CertificateDer<'_>,
            _: &[CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            call_context::tell(|caller| caller.origin = self.0);
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &CertificateDer<'_>,
            _: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            vec![SignatureScheme::ED25519]
        }
    }

    /// Makes tickets of so many bytes.
    #[derive(Debug)]
    struct Tickets(usize);

    impl ProducesTickets for Tickets {
        fn enabled(&self) -> bool {
            true
        }

        fn lifetime(&self) -> u32 {
            1000
        }

        fn encrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
            Some(vec![7; self.0])
        }

        fn decrypt(&self, _: &[u8]) -> Option<Vec<u8>> {
            None
        }
    }

    /// How many sessions and bytes a client keeps of a server that sends tickets of `len` bytes in
    /// each connection.
    fn left(
        version: &'static SupportedProtocolVersion,
        connections: usize,
        tickets: usize,
        len: usize,
    ) -> (usize, usize) {
        let (store, name) = filled(version, connections, tickets, len);
        let held = store.servers.look_up(&key(&name), |it| Some(it.held())).unwrap();
        assert_eq!(held.sessions, store.held().sessions);
        (held.sessions, held.bytes)
    }

    /// What such a client keeps, and of which server.
    fn filled(
        version: &'static SupportedProtocolVersion,
        connections: usize,
        tickets: usize,
        len: usize,
    ) -> (Arc<ClientSessions>, ServerName<'static>) {
        let provider = Arc::new(crate::crypto::any());
        let store = Arc::new(ClientSessions::new(
            1,
            MAX_LIFETIME,
            Tls12Resumption::SessionIdOrTickets,
            Clock::default(),
        ));
        let origin = Origin { began: u32::MAX - MAX_LIFETIME, end: u32::MAX, chain: 1000 };
        let mut client = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[version])
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anyone(origin)))
            .with_no_client_auth();
        client.resumption = Resumption::store(store.clone());
        let pkcs8 = PrivatePkcs8KeyDer::from(crate::crypto::tests::private_key());
        let signer =
            crate::crypto::Provider::preferred().unwrap().private_key(&pkcs8.into()).unwrap();
        let identity = CertifiedKey::new(vec![vec![0; 1000].into()], signer);
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity)));
        server.ticketer = Arc::new(Tickets(len));
        server.send_tls13_tickets = tickets;
        let name = ServerName::try_from("a.test").unwrap();
        let (client, server) = (Arc::new(client), Arc::new(server));
        let client = || ClientConnection::new(client.clone(), name.clone()).unwrap();
        let clients: Vec<_> = (0..connections).map(|_| client()).collect(); // before any ticket
        for client in clients {
            converse(client, ServerConnection::new(server.clone()).unwrap());
        }
        (store, name)
    }

    fn converse(mut client: ClientConnection, mut server: ServerConnection) {
        CallContext::default().within(|| {
            while client.wants_write() || server.wants_write() {
                let mut wire = Vec::new();
                client.write_tls(&mut wire).unwrap();
                server.read_tls(&mut &*wire).unwrap();
                server.process_new_packets().unwrap();
                wire.clear();
                server.write_tls(&mut wire).unwrap();
                let mut wire = &*wire;
                loop {
                    let len = client.read_tls(&mut wire).unwrap();
                    if len == 0 {
                        break;
                    }
                    let was_handshaking = client.is_handshaking();
                    call_context::tell(|caller| caller.received += len as u32);
                    client.process_new_packets().unwrap();
                    if was_handshaking && !client.is_handshaking() {
                        call_context::take_received();
                    }
                }
            }
        });
        assert!(!client.is_handshaking() && !server.is_handshaking());
    }

    /// A TLS 1.2 session is not shown to everyone by a client that offers Encrypted ClientHello.
    #[test]
    fn a_client_with_ech_resumes_no_tls12_session() {
        let (store, name) = filled(&rustls::version::TLS12, 1, 1, 100);
        let mut context = CallContext::default();
        assert!(context.within(|| store.tls12_session(&name)).is_some());
        context.offers_ech = true;
        assert!(context.within(|| store.tls12_session(&name)).is_none());
    }

    #[test]
    fn what_a_server_leaves_is_measured() {
        use rustls::version::{TLS12, TLS13};
        for len in [1, 200, 20_000] {
            // In TLS 1.2, the ticket is a part of the handshake, in which the certificates are sent, too.
            for (version, tickets, more) in [(&TLS12, 1, 2000), (&TLS13, 1, 200), (&TLS13, 2, 400)]
            {
                let least = tickets * (len + 1000 + SESSION);
                let (count, bytes) = left(version, 1, tickets, len);
                assert_eq!(count, tickets);
                assert!((least..least + more).contains(&bytes), "{bytes}, not {least}");
            }
        }
    }

    #[test]
    fn what_a_server_leaves_is_bounded() {
        use rustls::version::{TLS12, TLS13};
        assert_eq!(left(&TLS12, 5, 1, 1000).0, 1);
        assert_eq!(left(&TLS13, 5, 4, 1000).0, MAX_TICKETS);
        let (count, bytes) = left(&TLS13, 5, 1, 50_000);
        assert!(count == 2 && bytes <= MAX_BYTES);
    }
}
