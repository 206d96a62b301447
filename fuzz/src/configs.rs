//! Configs, made anew for every run: they remember sessions.

use crate::abi::{Status, out, text};
use crate::plan::Plan;
use inkotls::capi::*;
use std::collections::HashMap;
use std::ffi::c_void;
use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard};
use std::{fs, ptr};

/// A file of the PKI that `make build/pki/done` makes.
pub fn file(name: &'static str) -> &'static [u8] {
    static FILES: LazyLock<Mutex<HashMap<&str, &[u8]>>> = LazyLock::new(Mutex::default);
    FILES.lock().expect("panics end the program").entry(name).or_insert_with(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../build/pki").join(name);
        let Ok(bytes) = fs::read(&path) else { panic!("{path:?}: `make build/pki/done` makes it") };
        bytes.leak()
    })
}

/// What both sides are set to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setup {
    pub tls12: bool,
    pub client_auth: bool,
    pub early_data: bool,
    pub tickets: Tickets,
    pub group: Group,
    pub raw_keys: bool,
    /// The host verifies, keeps sessions and signs with functions that may block.
    pub may_block: bool,
    pub small_limits: bool,
}

/// Where a server keeps sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Tickets {
    #[default]
    Memory,
    Host,
    Sealed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Group {
    #[default]
    X25519,
    /// Both sides' first choice.
    Hybrid,
    /// The server has another than the client guesses: HelloRetryRequest.
    Retried,
}

const X25519: i32 = 29;
const P256: i32 = 23;

impl Setup {
    /// 0 is the plain one.
    pub fn of(plan: &mut Plan) -> Self {
        let bits = plan.byte();
        let may_block = bits & 64 != 0;
        let tickets = plan.one_of(&[Tickets::Memory, Tickets::Host, Tickets::Sealed]);
        Self {
            tls12: bits & 1 != 0,
            client_auth: bits & 2 != 0,
            early_data: bits & 4 != 0 && tickets != Tickets::Sealed,
            tickets,
            group: match bits & 0x18 {
                0x08 => Group::Hybrid,
                0x10 => Group::Retried,
                _ => Group::X25519,
            },
            raw_keys: bits & 0x21 == 0x20,
            may_block,
            small_limits: bits & 128 != 0,
        }
    }

    pub fn client(&self) -> ClientConfig {
        self.client_with(|_| {}).expect("a config")
    }

    /// With something more in it, or why that is no config.
    pub fn client_with(
        &self,
        more: impl FnOnce(Option<&mut inkotls_client_builder>),
    ) -> Result<ClientConfig, Status> {
        let builder = inkotls_client_builder_new();
        // SAFETY: made above, and used by one thread.
        let get = || unsafe { builder.as_mut() };
        let roots = Roots::trusting(if self.raw_keys { "ecdsa.spki.der" } else { "ca.pem" });
        done(inkotls_client_builder_set_roots(get(), roots.get()));
        done(inkotls_client_builder_add_protocol_version(get(), self.version()));
        if self.group != Group::Hybrid {
            done(inkotls_client_builder_add_named_group(get(), X25519));
            done(inkotls_client_builder_add_named_group(get(), P256));
        }
        if self.client_auth {
            let identity = Identity::of("client.pem", "client.key", self.raw_keys);
            done(inkotls_client_builder_add_identity(get(), identity.get()));
        }
        done(inkotls_client_builder_set_early_data(get(), self.early_data.into()));
        if self.may_block {
            let verify = Some(verify as unsafe extern "C" fn(_, _, _) -> _);
            let set = inkotls_client_builder_set_dangerous_verifier;
            done(set(get(), verify, ptr::null_mut(), 1));
        }
        if self.small_limits {
            for (limit, bytes) in *SMALL {
                done(inkotls_client_builder_set_limit(get(), limit as i32, bytes));
            }
        }
        done(inkotls_client_builder_set_dangerous_key_log(get(), Some(log_key), ptr::null_mut()));
        more(get());
        // SAFETY: made above, and used up where this succeeds.
        let (status, config) = out(|it| unsafe { inkotls_client_builder_build(builder, it) });
        config.map(ClientConfig).ok_or_else(|| {
            assert!(!text(inkotls_client_builder_error(get().as_deref())).is_empty());
            // SAFETY: it was not used up.
            inkotls_client_builder_free(Some(unsafe { Box::from_raw(builder) }));
            status
        })
    }

    pub fn server(&self) -> ServerConfig {
        self.server_with(|_| {}).expect("a config")
    }

    /// With something more in it, or why that is no config.
    pub fn server_with(
        &self,
        more: impl FnOnce(Option<&mut inkotls_server_builder>),
    ) -> Result<ServerConfig, Status> {
        let builder = inkotls_server_builder_new();
        // SAFETY: made above, and used by one thread.
        let get = || unsafe { builder.as_mut() };
        let identity = Identity::of("ecdsa.pem", "ecdsa.key", self.raw_keys);
        done(inkotls_server_builder_set_identity(get(), identity.get()));
        done(inkotls_server_builder_add_protocol_version(get(), self.version()));
        match self.group {
            Group::Hybrid => {} // the default
            Group::X25519 => done(inkotls_server_builder_add_named_group(get(), X25519)),
            Group::Retried => done(inkotls_server_builder_add_named_group(get(), P256)),
        }
        if self.client_auth {
            let ca = if self.raw_keys { "client.spki.der" } else { "ca.pem" };
            let required = inkotls_client_auth::Required as i32;
            let roots = Roots::trusting(ca);
            done(inkotls_server_builder_set_client_auth(get(), required, roots.get()));
        }
        let blocks = self.may_block.into();
        match self.tickets {
            Tickets::Memory => {}
            Tickets::Host => {
                let (put, get_one) = (Some(put as _), Some(take as _));
                let set = inkotls_server_builder_set_session_store;
                done(set(get(), put, get_one, ptr::null_mut(), blocks));
            }
            Tickets::Sealed => {
                let key = [7u8; 32];
                let new = inkotls_ticket_keys_new;
                // SAFETY: the array has its length.
                let keys = made(|it| unsafe { new(key.as_ptr().cast(), key.len(), it) });
                // SAFETY: made above; the config has a reference of its own.
                unsafe {
                    done(inkotls_server_builder_set_ticket_keys(get(), keys.as_ref()));
                    inkotls_ticket_keys_release(keys);
                }
            }
        }
        if self.early_data {
            done(inkotls_server_builder_set_max_early_data(get(), 20_000));
        }
        if self.small_limits {
            for (limit, bytes) in *SMALL {
                done(inkotls_server_builder_set_limit(get(), limit as i32, bytes));
            }
        }
        done(inkotls_server_builder_set_dangerous_key_log(get(), Some(log_key), ptr::null_mut()));
        more(get());
        // SAFETY: made above, and used up where this succeeds.
        let (status, config) = out(|it| unsafe { inkotls_server_builder_build(builder, it) });
        config.map(ServerConfig).ok_or_else(|| {
            assert!(!text(inkotls_server_builder_error(get().as_deref())).is_empty());
            // SAFETY: it was not used up.
            inkotls_server_builder_free(Some(unsafe { Box::from_raw(builder) }));
            status
        })
    }

    fn version(&self) -> i32 {
        if self.tls12 { 0x0303 } else { 0x0304 }
    }
}

/// Their smallest values.
static SMALL: LazyLock<[(inkotls_limit, usize); 3]> = LazyLock::new(|| {
    [inkotls_limit::WriteBuffer, inkotls_limit::ReadBuffer, inkotls_limit::Record]
        .map(|limit| (limit, smallest(limit)))
});

/// The smallest value that a limit can have, found by asking.
fn smallest(limit: inkotls_limit) -> usize {
    let builder = inkotls_client_builder_new();
    let allows = |bytes: usize| {
        // SAFETY: made above, and used by one thread.
        let set =
            inkotls_client_builder_set_limit(unsafe { builder.as_mut() }, limit as i32, bytes);
        set == Status::Ok
    };
    let mut allowed = 1;
    while !allows(allowed) {
        allowed *= 2;
    }
    let mut refused = allowed / 2;
    while allowed - refused > 1 {
        let middle = (refused + allowed) / 2;
        *(if allows(middle) { &mut allowed } else { &mut refused }) = middle;
    }
    // SAFETY: made above, and not used up.
    inkotls_client_builder_free(Some(unsafe { Box::from_raw(builder) }));
    allowed
}

pub fn done(status: Status) {
    assert_eq!(status, Status::Ok);
}

pub fn made<T: Copy>(make: impl FnOnce(Option<&mut std::mem::MaybeUninit<T>>) -> Status) -> T {
    let (status, it) = out(make);
    it.unwrap_or_else(|| panic!("{status:?}"))
}

pub struct ClientConfig(*const inkotls_client_config);
pub struct ServerConfig(*const inkotls_server_config);

impl ClientConfig {
    pub fn get(&self) -> Option<&inkotls_client_config> {
        // SAFETY: alive until it is dropped.
        unsafe { self.0.as_ref() }
    }
}

impl ServerConfig {
    pub fn get(&self) -> Option<&inkotls_server_config> {
        // SAFETY: as above.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for ClientConfig {
    fn drop(&mut self) {
        // SAFETY: ours, once.
        unsafe { inkotls_client_config_release(self.0) };
    }
}

impl Drop for ServerConfig {
    fn drop(&mut self) {
        // SAFETY: ours, once.
        unsafe { inkotls_server_config_release(self.0) };
    }
}

pub struct Roots(*mut inkotls_roots);

impl Roots {
    pub fn new() -> Self {
        Self(inkotls_roots_new())
    }

    /// A PEM file's certificates, or else a raw public key.
    fn trusting(name: &'static str) -> Self {
        let (mut roots, data) = (Self::new(), file(name));
        let add = match name.ends_with(".pem") {
            true => inkotls_roots_add_pem,
            false => inkotls_roots_add_raw_public_key,
        };
        // SAFETY: the slice has its length.
        done(unsafe { add(roots.get_mut(), data.as_ptr().cast(), data.len()) });
        roots
    }

    pub fn get(&self) -> Option<&inkotls_roots> {
        // SAFETY: alive until it is dropped.
        unsafe { self.0.as_ref() }
    }

    pub fn get_mut(&mut self) -> Option<&mut inkotls_roots> {
        // SAFETY: as above.
        unsafe { self.0.as_mut() }
    }
}

impl Drop for Roots {
    fn drop(&mut self) {
        // SAFETY: ours, once.
        inkotls_roots_free(Some(unsafe { Box::from_raw(self.0) }));
    }
}

pub struct Identity(*mut inkotls_identity);

impl Identity {
    pub fn new() -> Self {
        Self(inkotls_identity_new())
    }

    pub fn of(chain: &'static str, key: &'static str, raw: bool) -> Self {
        let (mut identity, chain, key) = (Self::new(), file(chain), file(key));
        let it = identity.get_mut();
        // SAFETY: the slices have their lengths.
        unsafe {
            done(inkotls_identity_set_chain_pem(it, chain.as_ptr().cast(), chain.len()));
            done(inkotls_identity_set_key_pem(identity.get_mut(), key.as_ptr().cast(), key.len()));
        }
        if raw {
            done(inkotls_identity_use_raw_public_key(identity.get_mut()));
        }
        identity
    }

    pub fn get(&self) -> Option<&inkotls_identity> {
        // SAFETY: alive until it is dropped.
        unsafe { self.0.as_ref() }
    }

    pub fn get_mut(&mut self) -> Option<&mut inkotls_identity> {
        // SAFETY: as above.
        unsafe { self.0.as_mut() }
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        // SAFETY: ours, once.
        inkotls_identity_free(Some(unsafe { Box::from_raw(self.0) }));
    }
}

// What the host does, and what it remembers.

#[derive(Default)]
pub struct Host {
    pub sessions: HashMap<Vec<u8>, Vec<u8>>,
    /// What the signer answers.
    pub signature: Vec<u8>,
    /// Lines of the key log.
    pub secrets: Vec<String>,
}

pub fn host() -> MutexGuard<'static, Host> {
    static HOST: LazyLock<Mutex<Host>> = LazyLock::new(Mutex::default);
    HOST.lock().expect("panics end the program")
}

unsafe extern "C" fn verify(
    _: *mut c_void,
    _: *mut c_void,
    verification: *mut inkotls_verification,
) -> i32 {
    // SAFETY: lent for this call.
    inkotls_verification_verify(unsafe { verification.as_mut() })
}

unsafe extern "C" fn log_key(
    _: *mut c_void,
    _: *mut c_void,
    line: *const std::ffi::c_char,
    len: usize,
) {
    // SAFETY: lent for this call.
    let line = unsafe { std::slice::from_raw_parts(line.cast::<u8>(), len) };
    host().secrets.push(String::from_utf8(line.to_vec()).expect("a line of text"));
}

unsafe extern "C" fn put(
    _: *mut c_void,
    _: *mut c_void,
    key: *const u8,
    key_len: usize,
    value: *const u8,
    len: usize,
) -> i32 {
    // SAFETY: lent for this call.
    let (key, value) = unsafe {
        (std::slice::from_raw_parts(key, key_len), std::slice::from_raw_parts(value, len))
    };
    host().sessions.insert(key.to_vec(), value.to_vec());
    1
}

unsafe extern "C" fn take(
    _: *mut c_void,
    _: *mut c_void,
    key: *const u8,
    key_len: usize,
    take: i32,
    buf: *mut u8,
    cap: usize,
) -> i32 {
    // SAFETY: lent for this call.
    let (key, buf) = unsafe {
        (std::slice::from_raw_parts(key, key_len), std::slice::from_raw_parts_mut(buf, cap))
    };
    let mut host = host();
    let kept = match take {
        1 => host.sessions.remove(key),
        _ => host.sessions.get(key).cloned(),
    };
    let Some(session) = kept else { return 0 };
    let len = session.len().min(cap);
    buf[..len].copy_from_slice(&session[..len]);
    len as i32
}

pub unsafe extern "C" fn sign(
    _: *mut c_void,
    _: *mut c_void,
    _: i32,
    _: *const u8,
    _: usize,
    buf: *mut u8,
    cap: usize,
) -> i32 {
    // SAFETY: lent for this call.
    let buf = unsafe { std::slice::from_raw_parts_mut(buf, cap) };
    let host = host();
    let len = host.signature.len().min(cap);
    buf[..len].copy_from_slice(&host.signature[..len]);
    host.signature.len() as i32 // which may be more than there was room for
}
