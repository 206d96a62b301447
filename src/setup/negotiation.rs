//! What client and server configs have in common: what is negotiated, limits, and the key log.

use crate::clock::Clock;
use crate::config::{Blocking, Config, Settings};
use crate::crypto::{self, Provider};
use crate::error::{Error, Status};
use crate::limits::Limits;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::TrustAnchor;
use rustls::{ALL_VERSIONS, KeyLog, KeyLogFile, NoKeyLog, SupportedProtocolVersion};
use std::sync::Arc;

/// The longest name that an ALPN entry has room for (RFC 7301, section 3.1).
const MAX_ALPN: usize = 255;
/// A ClientHello has room for them, however long they are.
const MAX_PROTOCOLS: usize = 64;

/// The lists have IANA's numbers, in order of preference; an empty list is the default.
pub struct Negotiation {
    /// None: the one that the processor runs best.
    provider: Option<Provider>,
    versions: Vec<u16>,
    suites: Vec<u16>,
    groups: Vec<u16>,
    pub alpn: Vec<Vec<u8>>,
    pub compression: bool,
    pub requires_ems: bool,
    pub limits: Limits,
    pub key_log: Arc<dyn KeyLog>,
    pub clock: Clock,
}

impl Default for Negotiation {
    fn default() -> Self {
        Self {
            provider: None,
            versions: Vec::new(),
            suites: Vec::new(),
            groups: Vec::new(),
            alpn: Vec::new(),
            compression: true,
            requires_ems: false,
            limits: Limits::default(),
            key_log: Arc::new(NoKeyLog),
            clock: Clock::default(),
        }
    }
}

impl Negotiation {
    pub fn set_provider(&mut self, name: &[u8]) -> Result<(), Error> {
        self.provider = Some(Provider::named(name)?);
        Ok(())
    }

    pub fn add_version(&mut self, number: i32) -> Result<(), Error> {
        add(&mut self.versions, number, &protocol_versions(), "protocol version")
    }

    pub fn add_suite(&mut self, number: i32) -> Result<(), Error> {
        add(&mut self.suites, number, &cipher_suites(), "cipher suite")
    }

    pub fn add_group(&mut self, number: i32) -> Result<(), Error> {
        add(&mut self.groups, number, &named_groups(), "group")
    }

    pub fn add_alpn(&mut self, protocol: &[u8]) -> Result<(), Error> {
        add_alpn(&mut self.alpn, protocol)
    }

    pub fn log_keys(&mut self, log: impl Fn(&str) + Send + Sync + 'static) {
        self.key_log = Arc::new(KeyLogCallback(Box::new(log)));
    }

    pub fn log_keys_to_file(&mut self) {
        self.key_log = Arc::new(KeyLogFile::new());
    }

    /// The provider and the versions, reduced to what was chosen.
    pub(super) fn chosen(&self) -> Result<(Arc<CryptoProvider>, Versions), Error> {
        let (provider, versions) = (self.rustls(self.provider()?), self.versions());
        let is_usable = |version: &&SupportedProtocolVersion| {
            let version = version.version;
            provider.cipher_suites.iter().any(|it| it.version().version == version)
                && provider.kx_groups.iter().any(|it| it.usable_for_version(version))
        };
        match versions.iter().any(is_usable) {
            true => Ok((provider, versions)),
            false => Err(Error::argument(
                "none of the protocol versions has a cipher suite and a group among those chosen",
            )),
        }
    }

    /// What a config has of a list. It is set in any case, because rustls has algorithms of its own where
    /// another crate of the program enables them.
    pub(super) fn if_compressed<T: ?Sized>(&self, all: &[&'static T]) -> Vec<&'static T> {
        if self.compression { all.to_vec() } else { Vec::new() }
    }

    /// Whether the host has an order of preference for cipher suites.
    pub(super) fn prefers_suites(&self) -> bool {
        !self.suites.is_empty()
    }

    /// The config, with what its connections keep to.
    pub(super) fn config<T>(
        &self,
        rustls: T,
        blocking: Blocking,
        anchors: Arc<[TrustAnchor<'static>]>,
        ech_verifier: Option<Arc<dyn ServerCertVerifier>>,
    ) -> Result<Config<T>, Error> {
        let Self { limits, requires_ems, .. } = *self;
        let provider = self.provider()?.name();
        let settings = Settings { limits, blocking, requires_ems, provider, anchors, ech_verifier };
        Ok(Config { rustls: Arc::new(rustls), settings: Arc::new(settings) })
    }

    fn provider(&self) -> Result<Provider, Error> {
        self.provider.map_or_else(Provider::preferred, Ok)
    }

    fn rustls(&self, provider: Provider) -> Arc<CryptoProvider> {
        let mut provider = provider.rustls();
        let suite = |it: &rustls::SupportedCipherSuite| u16::from(it.suite());
        keep(&mut provider.cipher_suites, &self.suites, suite);
        keep(&mut provider.kx_groups, &self.groups, |it| it.name().into());
        Arc::new(provider)
    }

    fn versions(&self) -> Versions {
        let mut versions = ALL_VERSIONS.to_vec();
        keep(&mut versions, &self.versions, |it| it.version.into());
        versions
    }
}

/// rustls's two configs have these fields, and no trait.
macro_rules! set_negotiated {
    ($config:ident, $negotiation:expr, $compressors:expr) => {{
        let negotiation: &Negotiation = $negotiation;
        $config.alpn_protocols = negotiation.alpn.clone();
        $config.key_log = negotiation.key_log.clone();
        $config.time_provider = std::sync::Arc::new(negotiation.clock.clone());
        $config.max_fragment_size = Some(negotiation.limits.fragment());
        $config.require_ems = negotiation.requires_ems;
        $config.cert_compressors = negotiation.if_compressed($compressors);
        $config.cert_decompressors =
            negotiation.if_compressed(crate::setup::compression::DECOMPRESSORS);
    }};
}

pub(super) use set_negotiated;

type Versions = Vec<&'static SupportedProtocolVersion>;

pub fn protocol_versions() -> Vec<u16> {
    ALL_VERSIONS.iter().map(|it| it.version.into()).collect()
}

pub fn cipher_suites() -> Vec<u16> {
    crypto::any().cipher_suites.iter().map(|it| it.suite().into()).collect()
}

pub fn named_groups() -> Vec<u16> {
    crypto::any().kx_groups.iter().map(|it| it.name().into()).collect()
}

pub fn signature_schemes() -> Vec<u16> {
    let algorithms = crypto::any().signature_verification_algorithms;
    algorithms.supported_schemes().into_iter().map(u16::from).collect()
}

pub fn add_alpn(list: &mut Vec<Vec<u8>>, protocol: &[u8]) -> Result<(), Error> {
    if !(1..=MAX_ALPN).contains(&protocol.len()) {
        return Err(Error::argument("an ALPN protocol name has 1 to 255 bytes"));
    }
    if list.len() == MAX_PROTOCOLS {
        return Err(Error::argument(format!("there are {MAX_PROTOCOLS} ALPN protocols already")));
    }
    list.push(protocol.to_vec());
    Ok(())
}

fn add(list: &mut Vec<u16>, number: i32, all: &[u16], what: &str) -> Result<(), Error> {
    match all.iter().find(|it| i32::from(**it) == number) {
        None => Err(Error::new(
            Status::Unsupported,
            format!("this library does not support the {what} {number} ({number:#06x})"),
        )),
        Some(number) => {
            list.push(*number);
            Ok(())
        }
    }
}

/// Those of `all` that are in `chosen`, in its order; all, if nothing was chosen.
fn keep<T: Copy>(all: &mut Vec<T>, chosen: &[u16], number: impl Fn(&T) -> u16) {
    if !chosen.is_empty() {
        let find = |wanted: &u16| all.iter().find(|it| number(it) == *wanted).copied();
        *all = chosen.iter().filter_map(find).collect();
    }
}

/// Lines of the NSS key log format (draft-ietf-tls-keylogfile).
struct KeyLogCallback(Box<dyn Fn(&str) + Send + Sync>);

impl KeyLog for KeyLogCallback {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect::<String>();
        (self.0)(&format!("{label} {} {}", hex(client_random), hex(secret)));
    }
}

impl std::fmt::Debug for KeyLogCallback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyLogCallback")
    }
}
