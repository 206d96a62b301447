//! rustls as a Rust program calls it: the measure of all others.

use crate::peer::{AES_128_GCM, IdleCall, Peer, Settings, Transport, Wire};
use rustls::crypto::{CryptoProvider, aws_lc_rs, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{CipherSuite, ClientConfig, Connection, HandshakeKind, NamedGroup, RootCertStore};
use rustls::{ClientConnection, ServerConfig, ServerConnection, client, server, version};
use std::ffi::{CStr, OsStr, c_char, c_void};
use std::io::{self, BufRead, IoSlice, Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;

pub static RING: Peer = peer::<Ring>(c"rustls");
pub static AWS_LC_RS: Peer = peer::<AwsLcRs>(c"rustls+aws-lc-rs");

struct Ring;
struct AwsLcRs;

trait Provider {
    fn provider() -> CryptoProvider;
}

impl Provider for Ring {
    fn provider() -> CryptoProvider {
        ring::default_provider()
    }
}

impl Provider for AwsLcRs {
    fn provider() -> CryptoProvider {
        aws_lc_rs::default_provider()
    }
}

const fn peer<P: Provider>(name: &'static CStr) -> Peer {
    Peer {
        name: name.as_ptr(),
        version,
        setup: setup::<P>,
        teardown,
        open,
        free,
        handshake,
        is_resumed,
        send,
        receive,
        receive_lent: Some(receive_lent),
        trust_platform: Some(trust_platform::<P>),
        idle: [
            IdleCall::new(c"Connection::wants_read", wants_read),
            IdleCall::NONE,
            IdleCall::NONE,
            IdleCall::NONE,
        ],
    }
}

extern "C" fn version() -> *const c_char {
    concat!(env!("RUSTLS_VERSION"), "\0").as_ptr().cast()
}

pub struct Configs {
    pub client: Arc<ClientConfig>,
    pub server: Arc<ServerConfig>,
    pub name: ServerName<'static>,
}

struct Side {
    conn: Connection,
    io: Io,
    /// The last read gave less than there was room for: feed first.
    dry: bool,
}

/// The transport as rustls takes it.
enum Io {
    Wires { input: *mut Wire, output: *mut Wire },
    Socket(ManuallyDrop<UnixStream>),
}

impl Io {
    fn new(transport: &Transport) -> Self {
        if transport.input.is_null() {
            // SAFETY: the harness keeps the socket open, and ManuallyDrop leaves it so.
            let socket = unsafe { UnixStream::from_raw_fd(transport.fd) };
            return Self::Socket(ManuallyDrop::new(socket));
        }
        Self::Wires { input: transport.input, output: transport.output }
    }
}

impl Read for Io {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Socket(socket) => socket.read(buf),
            Self::Wires { input, .. } => {
                // SAFETY: the wires outlive the side, and nobody else has them during the call.
                let wire = unsafe { &mut **input };
                let len = wire.waiting().read(buf)?;
                wire.begin += len;
                Ok(len)
            }
        }
    }
}

impl Write for Io {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Socket(socket) => socket.write_vectored(parts),
            Self::Wires { output, .. } => {
                // SAFETY: as in `read`.
                let wire = unsafe { &mut **output };
                let len = wire.room().write_vectored(parts)?;
                wire.end += len;
                Ok(len)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn provider<P: Provider>(settings: &Settings) -> Arc<CryptoProvider> {
    let suite = match settings.suite {
        AES_128_GCM => CipherSuite::TLS13_AES_128_GCM_SHA256,
        _ => CipherSuite::TLS13_AES_256_GCM_SHA384,
    };
    let mut it = P::provider();
    it.cipher_suites.retain(|one| one.suite() == suite);
    if settings.default_groups == 0 {
        it.kx_groups.retain(|one| one.name() == NamedGroup::X25519);
    }
    Arc::new(it)
}

fn path(text: *const c_char) -> &'static Path {
    // SAFETY: the settings' texts live as long as the program.
    Path::new(OsStr::from_bytes(unsafe { CStr::from_ptr(text) }.to_bytes()))
}

fn chain(file: *const c_char) -> Vec<CertificateDer<'static>> {
    let certificates = CertificateDer::pem_file_iter(path(file)).expect("the PKI");
    certificates.map(|one| one.expect("the PKI")).collect()
}

unsafe extern "C" fn setup<P: Provider>(settings: &Settings) -> *mut c_void {
    Box::into_raw(Box::new(configs_with::<P>(settings))).cast()
}

/// With ring.
pub fn configs(settings: &Settings) -> Configs {
    configs_with::<Ring>(settings)
}

fn configs_with<P: Provider>(settings: &Settings) -> Configs {
    let provider = provider::<P>(settings);
    let only = &[&version::TLS13];

    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(chain(settings.ca));
    let builder = ClientConfig::builder_with_provider(provider.clone());
    let builder = builder.with_protocol_versions(only).expect("TLS 1.3");
    let mut client = builder.with_root_certificates(roots).with_no_client_auth();

    let key = PrivateKeyDer::from_pem_file(path(settings.key)).expect("the PKI");
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_protocol_versions(only).expect("TLS 1.3").with_no_client_auth();
    let mut server = builder.with_single_cert(chain(settings.chain), key).expect("the PKI");

    if settings.resumes == 0 {
        client.resumption = client::Resumption::disabled();
        server.session_storage = Arc::new(server::NoServerSessionStorage {});
    }
    server.send_tls13_tickets = settings.resumes as usize;

    // SAFETY: the settings' name lives as long as the program.
    let name = unsafe { CStr::from_ptr(settings.name) }.to_str().expect("a name");
    let name = ServerName::try_from(name).expect("a name");
    Configs { client: Arc::new(client), server: Arc::new(server), name }
}

unsafe extern "C" fn teardown(configs: *mut c_void) {
    // SAFETY: `setup` made it.
    drop(unsafe { Box::from_raw(configs.cast::<Configs>()) });
}

unsafe extern "C" fn open(
    configs: *mut c_void,
    is_server: i32,
    transport: &Transport,
) -> *mut c_void {
    // SAFETY: `setup` made it.
    let of = unsafe { &*configs.cast::<Configs>() };
    let conn = if is_server == 1 {
        ServerConnection::new(of.server.clone()).expect("a server").into()
    } else {
        ClientConnection::new(of.client.clone(), of.name.clone()).expect("a client").into()
    };
    Box::into_raw(Box::new(Side { conn, io: Io::new(transport), dry: true })).cast()
}

unsafe extern "C" fn free(side: *mut c_void) {
    // SAFETY: here and below, `open` made it.
    drop(unsafe { Box::from_raw(side.cast::<Side>()) });
}

fn it<'a>(side: *mut c_void) -> &'a mut Side {
    // SAFETY: `open` made it, and the harness makes one call at a time.
    unsafe { &mut *side.cast() }
}

impl Side {
    /// Takes what came, until there is plaintext, if there is any.
    fn feed(&mut self) -> Result<bool, rustls::Error> {
        let mut came = false;
        while self.conn.wants_read() {
            match self.conn.read_tls(&mut self.io) {
                Ok(1..) => self.conn.process_new_packets()?,
                _ => break,
            };
            came = true;
        }
        Ok(came)
    }

    fn drain(&mut self) {
        while self.conn.wants_write() && self.conn.write_tls(&mut self.io).is_ok() {}
    }
}

unsafe extern "C" fn handshake(side: *mut c_void) -> i32 {
    let it = it(side);
    loop {
        it.drain();
        if !it.conn.is_handshaking() {
            return 1;
        }
        match it.feed() {
            Ok(true) => {}
            Ok(false) => return 0,
            Err(_) => return -1,
        }
    }
}

unsafe extern "C" fn is_resumed(side: *mut c_void) -> i32 {
    i32::from(it(side).conn.handshake_kind() == Some(HandshakeKind::Resumed))
}

unsafe extern "C" fn send(side: *mut c_void, data: *const u8, len: usize) -> i32 {
    let it = it(side);
    // SAFETY: borrowed for the call.
    let mut rest = unsafe { std::slice::from_raw_parts(data, len) };
    while !rest.is_empty() {
        match it.conn.writer().write(rest) {
            Ok(taken @ 1..) => rest = &rest[taken..],
            _ => return 0,
        }
        it.drain();
    }
    i32::from(!it.conn.wants_write())
}

unsafe extern "C" fn receive(side: *mut c_void, buf: *mut u8, cap: usize) -> usize {
    let it = it(side);
    // SAFETY: borrowed for the call; the harness has initialized it.
    let buf = unsafe { std::slice::from_raw_parts_mut(buf, cap) };
    if it.dry {
        let _ = it.feed();
    }
    loop {
        let len = it.conn.reader().read(buf).unwrap_or(0);
        it.dry = len < cap;
        if len > 0 || !it.feed().unwrap_or(false) {
            return len;
        }
    }
}

unsafe extern "C" fn receive_lent(side: *mut c_void) -> usize {
    let it = it(side);
    loop {
        let mut reader = it.conn.reader();
        let len = reader.fill_buf().map_or(0, <[u8]>::len);
        reader.consume(len);
        if len > 0 || !it.feed().unwrap_or(false) {
            return len;
        }
    }
}

extern "C" fn trust_platform<P: Provider>() -> i32 {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let builder = ClientConfig::builder_with_provider(Arc::new(P::provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("its own versions");
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    i32::from(Arc::new(config).enable_sni)
}

unsafe extern "C" fn wants_read(side: *mut c_void, times: usize) {
    let it = it(side);
    for _ in 0..times {
        std::hint::black_box(std::hint::black_box(&it.conn).wants_read());
    }
}
