//! That all peers do the work, before it is measured.

use crate::peer::{AES_128_GCM, AES_256_GCM, Link, Peer, Setup};
use crate::pki;
use crate::work::Pair;

pub fn run(peer: &'static Peer) {
    for suite in [AES_128_GCM, AES_256_GCM] {
        carries(peer, suite);
    }
    for server in ["stranger", "other", "expired"] {
        assert!(!accepts(peer, server), "{} accepted {server}.pem", peer.name());
    }
    assert!(accepts(peer, "ecdsa"));
}

/// What is sent arrives, and nobody reads it on its way.
fn carries(peer: &'static Peer, suite: i32) {
    let mut pair = Pair::new(peer, suite);
    let said: Vec<u8> = (0..1000).map(|at| (at % 251) as u8).collect();
    let mut heard = vec![0; 16384];
    pair.client.send(&said);
    let wire = pair.link.to_server.waiting();
    assert!(wire.len() > said.len() && !wire.windows(8).any(|part| part == &said[..8]));
    let len = pair.server.receive(&mut heard);
    assert_eq!(heard[..len], said, "{}", peer.name());
}

/// Whether a client that trusts ca.pem, and wants localhost, accepts a server.
fn accepts(peer: &'static Peer, server: &str) -> bool {
    let setup = Setup::new(peer, &pki::settings_of(server, AES_128_GCM, false));
    let mut link = Link::new();
    let (mut client, mut server) = (link.open(&setup, false), link.open(&setup, true));
    let mut is_done = false;
    for _ in 0..4 {
        let Some(of_client) = client.try_handshake() else { return false };
        is_done = server.handshake() && of_client;
    }
    is_done
}
