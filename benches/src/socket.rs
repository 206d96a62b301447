//! A connection whose sides have the two ends of a socketpair.

use crate::counted::Account;
use crate::peer::{AES_128_GCM, Peer, Setup, Side, Transport};
use crate::pki;
use crate::work::BATCH;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::ptr::null_mut;

pub struct Socketpair {
    client: Side,
    server: Side,
    data: Vec<u8>,
    buf: Vec<u8>,
    /// What each side asked of the system.
    pub of_client: Account,
    pub of_server: Account,
    _setup: Setup,
    _ends: [UnixStream; 2],
}

impl Socketpair {
    /// One batch is always under way, so that no side waits for the other.
    pub fn new(peer: &'static Peer, into_room: bool) -> Self {
        let setup = Setup::new(peer, &pki::settings(AES_128_GCM, false));
        let (near, far) = UnixStream::pair().expect("a socketpair");
        let side = |end: &UnixStream, is_server| {
            end.set_nonblocking(true).expect("a socket");
            let fd = end.as_raw_fd();
            widen(fd);
            let into_room = i32::from(is_server && into_room);
            let (input, output) = (null_mut(), null_mut());
            Side::new(&setup, is_server, &Transport { input, output, fd, into_room })
        };
        let (client, server) = (side(&near, false), side(&far, true));
        let mut pair = Self {
            client,
            server,
            data: vec![7; BATCH],
            buf: vec![0; BATCH],
            of_client: Account::default(),
            of_server: Account::default(),
            _setup: setup,
            _ends: [near, far],
        };
        while !pair.client.handshake() | !pair.server.handshake() {}
        pair.client.send(&pair.data);
        pair
    }

    pub fn send(&mut self) {
        self.of_client.charge(|| self.client.send(&self.data));
    }

    pub fn receive(&mut self) {
        self.of_server.charge(|| {
            let mut left = BATCH;
            while left > 0 {
                let len = self.server.receive(&mut self.buf[..left]);
                assert!(len > 0, "it is all there");
                left -= len;
            }
        });
    }
}

/// Room for two batches on their way.
fn widen(fd: i32) {
    let room: i32 = 1 << 20;
    // SAFETY: the option is an int, borrowed for the call.
    unsafe {
        let room = (&raw const room).cast();
        libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_SNDBUF, room, size_of::<i32>() as u32);
    }
}
