//! What is asked of every peer: peers/bench.h in Rust, and a side that calls it.

use crate::native;
use rustls_ffi as _;
use std::ffi::{CStr, c_char, c_void};
use std::{ptr, slice};

pub const AES_128_GCM: i32 = 0x1301;
pub const AES_256_GCM: i32 = 0x1302;

/// Ciphertext on its way: from begin to end.
#[repr(C)]
pub struct Wire {
    bytes: *mut u8,
    pub begin: usize,
    pub end: usize,
    cap: usize,
}

impl Wire {
    const CAP: usize = 1 << 20;

    fn new() -> Box<Self> {
        let bytes = Box::leak(vec![0; Self::CAP].into_boxed_slice()).as_mut_ptr();
        Box::new(Self { bytes, begin: 0, end: 0, cap: Self::CAP })
    }

    /// What is on its way.
    pub fn waiting(&self) -> &[u8] {
        // SAFETY: `new` made the bytes, and begin and end stay within them.
        unsafe { slice::from_raw_parts(self.bytes.add(self.begin), self.end - self.begin) }
    }

    /// Where more can be put.
    pub fn room(&mut self) -> &mut [u8] {
        // SAFETY: as in `waiting`.
        unsafe { slice::from_raw_parts_mut(self.bytes.add(self.end), self.cap - self.end) }
    }

    fn clear(&mut self) {
        (self.begin, self.end) = (0, 0);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // SAFETY: `new` leaked it.
        drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(self.bytes, self.cap)) });
    }
}

#[repr(C)]
pub struct Settings {
    pub ca: *const c_char,
    pub chain: *const c_char,
    pub key: *const c_char,
    pub name: *const c_char,
    pub suite: i32,
    pub resumes: i32,
    pub default_groups: i32,
}

/// How a side's ciphertext moves: over two wires, or over a socket (wires NULL).
#[repr(C)]
pub struct Transport {
    pub input: *mut Wire,
    pub output: *mut Wire,
    pub fd: i32,
    pub into_room: i32,
}

#[repr(C)]
pub struct IdleCall {
    name: *const c_char,
    repeat: Option<unsafe extern "C" fn(*mut c_void, usize)>,
}

impl IdleCall {
    pub const NONE: Self = Self { name: ptr::null(), repeat: None };

    pub const fn new(
        name: &'static CStr,
        repeat: unsafe extern "C" fn(*mut c_void, usize),
    ) -> Self {
        Self { name: name.as_ptr(), repeat: Some(repeat) }
    }
}

#[repr(C)]
pub struct Peer {
    pub name: *const c_char,
    pub version: extern "C" fn() -> *const c_char,
    pub setup: unsafe extern "C" fn(&Settings) -> *mut c_void,
    pub teardown: unsafe extern "C" fn(*mut c_void),
    pub open: unsafe extern "C" fn(*mut c_void, i32, &Transport) -> *mut c_void,
    pub free: unsafe extern "C" fn(*mut c_void),
    pub handshake: unsafe extern "C" fn(*mut c_void) -> i32,
    pub is_resumed: unsafe extern "C" fn(*mut c_void) -> i32,
    pub send: unsafe extern "C" fn(*mut c_void, *const u8, usize) -> i32,
    pub receive: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> usize,
    pub receive_lent: Option<unsafe extern "C" fn(*mut c_void) -> usize>,
    pub trust_platform: Option<extern "C" fn() -> i32>,
    pub idle: [IdleCall; 4],
}

// SAFETY: names and functions, which never change.
unsafe impl Sync for Peer {}

unsafe extern "C" {
    safe static inkotls_peer: Peer;
    safe static graviola_inkotls_peer: Peer;
    safe static rustls_ffi_peer: Peer;
    safe static openssl_peer: Peer;
    safe static gnutls_peer: Peer;
    safe static wolfssl_peer: Peer;
    safe static mbedtls_peer: Peer;
}

/// All of them: the one that the others are measured by comes first.
pub fn all() -> Vec<&'static Peer> {
    vec![
        &native::RING,
        &inkotls_peer,
        &graviola_inkotls_peer,
        &rustls_ffi_peer,
        &native::AWS_LC_RS,
        &openssl_peer,
        &gnutls_peer,
        &wolfssl_peer,
        &mbedtls_peer,
    ]
}

impl Peer {
    pub fn name(&self) -> &'static str {
        text(self.name)
    }

    pub fn version(&self) -> &'static str {
        text((self.version)())
    }

    /// The calls that do next to nothing, by name.
    pub fn idle(
        &self,
    ) -> impl Iterator<Item = (&'static str, unsafe extern "C" fn(*mut c_void, usize))> {
        self.idle.iter().map_while(|call| call.repeat.map(|repeat| (text(call.name), repeat)))
    }
}

fn text(text: *const c_char) -> &'static str {
    // SAFETY: every peer gives a literal.
    unsafe { CStr::from_ptr(text) }.to_str().expect("names are ASCII")
}

/// The configs of a client and of a server.
pub struct Setup {
    pub peer: &'static Peer,
    configs: *mut c_void,
}

impl Setup {
    pub fn new(peer: &'static Peer, settings: &Settings) -> Self {
        // SAFETY: the settings are borrowed for the call.
        Self { peer, configs: unsafe { (peer.setup)(settings) } }
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        // SAFETY: `new` made it.
        unsafe { (self.peer.teardown)(self.configs) };
    }
}

/// One side of a connection.
pub struct Side {
    peer: &'static Peer,
    pub side: *mut c_void,
}

impl Side {
    pub fn new(setup: &Setup, is_server: bool, transport: &Transport) -> Self {
        // SAFETY: a setup of the same peer; whoever made the two keeps them longer.
        let side = unsafe { (setup.peer.open)(setup.configs, i32::from(is_server), transport) };
        Self { peer: setup.peer, side }
    }

    /// True when it is done, false when it is the other's turn.
    pub fn handshake(&mut self) -> bool {
        self.try_handshake().unwrap_or_else(|| panic!("{}: no handshake", self.peer.name()))
    }

    /// None when it failed.
    pub fn try_handshake(&mut self) -> Option<bool> {
        // SAFETY: here and below, `new` made the side.
        let done = unsafe { (self.peer.handshake)(self.side) };
        (done >= 0).then_some(done == 1)
    }

    pub fn is_resumed(&self) -> bool {
        unsafe { (self.peer.is_resumed)(self.side) != 0 }
    }

    pub fn send(&mut self, data: &[u8]) {
        let done = unsafe { (self.peer.send)(self.side, data.as_ptr(), data.len()) };
        assert!(done == 1, "{}: nothing more can be sent", self.peer.name());
    }

    pub fn receive(&mut self, buf: &mut [u8]) -> usize {
        unsafe { (self.peer.receive)(self.side, buf.as_mut_ptr(), buf.len()) }
    }

    pub fn receive_lent(&mut self) -> usize {
        let lent = self.peer.receive_lent.expect("asked of peers that can");
        unsafe { lent(self.side) }
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // SAFETY: `new` made it.
        unsafe { (self.peer.free)(self.side) };
    }
}

/// Two wires, which carry one connection's bytes at a time.
pub struct Link {
    pub to_server: Box<Wire>,
    pub to_client: Box<Wire>,
}

impl Link {
    pub fn new() -> Self {
        Self { to_server: Wire::new(), to_client: Wire::new() }
    }

    pub fn clear(&mut self) {
        self.to_server.clear();
        self.to_client.clear();
    }

    pub fn open(&mut self, setup: &Setup, is_server: bool) -> Side {
        let (to_server, to_client) = (&raw mut *self.to_server, &raw mut *self.to_client);
        let (input, output) = match is_server {
            true => (to_server, to_client),
            false => (to_client, to_server),
        };
        Side::new(setup, is_server, &Transport { input, output, fd: -1, into_room: 0 })
    }
}
