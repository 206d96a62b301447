//! What is counted rather than timed: heap, allocations and system calls. Once is enough.

use crate::counted::Account;
use crate::laps::Laps;
use crate::peer::{AES_128_GCM, Link, Peer, Setup, Side};
use crate::pki;
use crate::rounds::SLICE;
use crate::socket::Socketpair;
use crate::table::Table;
use crate::work::{BATCH, Pair, within};
use std::time::{Duration, Instant};

const RECORD: usize = 16384;

/// Counts for one peer, into the rows of a group.
type Count = fn(&mut Table, &str, &'static Peer);

pub const ALL: &[(&str, Count)] = &[
    ("heap of a connection", heap),
    ("allocations per 16 KiB record", allocations),
    ("system calls per 64 KiB", system_calls),
    ("calls that do nothing", idle_calls),
    ("1 connection", |table, group, peer| growth(table, group, peer, 1)),
    ("100 connections", |table, group, peer| growth(table, group, peer, 100)),
    ("10,000 connections", |table, group, peer| growth(table, group, peer, 10_000)),
];

/// A connection whose sides are charged for what they hold.
struct Audited {
    client: Side,
    server: Side,
    of_client: Account,
    of_server: Account,
}

impl Audited {
    fn new(setup: &Setup, link: &mut Link) -> Self {
        link.clear();
        let (mut of_client, mut of_server) = (Account::default(), Account::default());
        let mut client = of_client.charge(|| link.open(setup, false));
        let mut server = of_server.charge(|| link.open(setup, true));
        while !of_client.charge(|| client.handshake()) | !of_server.charge(|| server.handshake()) {}
        Self { client, server, of_client, of_server }
    }

    /// From the client to the server.
    fn send(&mut self, link: &mut Link, data: &[u8], buf: &mut [u8]) {
        link.clear();
        self.of_client.charge(|| self.client.send(data));
        self.receive(data.len(), buf);
    }

    fn receive(&mut self, mut left: usize, buf: &mut [u8]) {
        while left > 0 {
            let len = self.of_server.charge(|| self.server.receive(buf));
            assert!(len > 0, "it is all there");
            left -= len;
        }
    }

    fn answer(&mut self, link: &mut Link, data: &[u8], buf: &mut [u8]) {
        link.clear();
        self.of_server.charge(|| self.server.send(data));
        let len = self.of_client.charge(|| self.client.receive(buf));
        assert_eq!(len, data.len());
    }
}

/// Connections at rest, and one in the middle of a transfer.
fn heap(table: &mut Table, group: &str, peer: &'static Peer) {
    let mut add = |name: &str, figure: f64| table.add(group, name, "bytes", peer.name(), figure);
    let setup = Setup::new(peer, &pki::settings(AES_128_GCM, false));
    let mut link = Link::new();
    let mut buf = vec![0; RECORD];

    let mut some: Vec<_> = (0..100).map(|_| Audited::new(&setup, &mut link)).collect();
    let of_half = &some[50..]; // the first ones may have made what they all share
    add("idle, client", mean(of_half, |pair| pair.of_client.live));
    add("idle, server", mean(of_half, |pair| pair.of_server.live));

    let one = &mut some[99];
    one.send(&mut link, &vec![7; RECORD], &mut buf);
    one.answer(&mut link, &vec![7; RECORD], &mut buf);
    add("idle after 16 KiB each way, client", one.of_client.live as f64);
    add("idle after 16 KiB each way, server", one.of_server.live as f64);

    let batch = vec![7; BATCH];
    for _ in 0..(1 << 29) / BATCH {
        one.send(&mut link, &batch, &mut buf);
    }
    (one.of_client.peak, one.of_server.peak) = (0, 0);
    for _ in 0..16 {
        one.send(&mut link, &batch, &mut buf);
    }
    add("half through 1 GiB, sender at most", one.of_client.peak as f64);
    add("half through 1 GiB, receiver at most", one.of_server.peak as f64);
}

/// In the steady state.
fn allocations(table: &mut Table, group: &str, peer: &'static Peer) {
    const RECORDS: usize = 256;
    let setup = Setup::new(peer, &pki::settings(AES_128_GCM, false));
    let mut link = Link::new();
    let (batch, mut buf) = (vec![7; BATCH], vec![0; RECORD]);
    let mut pair = Audited::new(&setup, &mut link);
    let mut send = |records: usize| {
        for _ in 0..records * RECORD / BATCH {
            pair.send(&mut link, &batch, &mut buf);
        }
        (pair.of_client.allocations, pair.of_server.allocations)
    };
    let (before, after) = (send(RECORDS), send(RECORDS));
    let mut add = |name, figure| {
        table.add(group, name, "", peer.name(), figure as f64 / RECORDS as f64);
    };
    add("seal", after.0 - before.0);
    add("open", after.1 - before.1);
}

fn mean(of: &[Audited], live: impl Fn(&Audited) -> isize) -> f64 {
    of.iter().map(live).sum::<isize>() as f64 / of.len() as f64
}

/// On a socketpair, as the library makes them by itself.
fn system_calls(table: &mut Table, group: &str, peer: &'static Peer) {
    const BATCHES: usize = 1024;
    let mut pair = Socketpair::new(peer, false);
    for _ in 0..BATCHES {
        pair.send();
        pair.receive();
    }
    let mut add =
        |name, calls| table.add(group, name, "", peer.name(), calls as f64 / BATCHES as f64);
    add("send", pair.of_client.writes);
    add("receive", pair.of_server.reads);
}

fn idle_calls(table: &mut Table, group: &str, peer: &'static Peer) {
    const TIMES: usize = 10_000;
    let pair = Pair::new(peer, AES_128_GCM);
    for (name, repeat) in peer.idle() {
        let mut laps = Laps::default();
        // SAFETY: a side of the same peer.
        within(SLICE, || laps.time(|| unsafe { repeat(pair.client.side, TIMES) }));
        table.add(group, name, "ns", peer.name(), laps.mean() * 1e9 / TIMES as f64);
    }
}

/// What a connection costs among many.
fn growth(table: &mut Table, group: &str, peer: &'static Peer, connections: usize) {
    const PATIENCE: Duration = Duration::from_secs(20);
    let setup = Setup::new(peer, &pki::settings(AES_128_GCM, false));
    let mut link = Link::new();
    let (data, mut buf) = (vec![7; RECORD], vec![0; RECORD]);
    let mut pairs = Vec::new();
    let start = Instant::now();
    while pairs.len() < connections {
        pairs.push(Audited::new(&setup, &mut link));
        if start.elapsed() > PATIENCE {
            return; // this peer is left out
        }
    }

    let mut laps = Laps::default();
    within(SLICE, || drop(laps.time(|| Audited::new(&setup, &mut link))));
    let mut add = |name, unit, figure| table.add(group, name, unit, peer.name(), figure);
    add("handshakes", "/s", 1.0 / laps.mean());
    add("heap, client", "bytes", mean(&pairs, |pair| pair.of_client.live));
    add("heap, server", "bytes", mean(&pairs, |pair| pair.of_server.live));

    let mut laps = Laps::default();
    within(SLICE, || {
        for pair in &mut pairs {
            laps.time(|| pair.send(&mut link, &data, &mut buf));
        }
    });
    add("bulk, seal and open", "MB/s", RECORD as f64 / 1e6 / laps.mean());
}
