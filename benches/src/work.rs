//! What is timed: each function works for about as long as it is told, and answers with a figure
//! for every name that its row of `ALL` has.

use crate::laps::{Laps, timed};
use crate::peer::{AES_128_GCM, AES_256_GCM, Link, Peer, Settings, Setup, Side};
use crate::pki;
use crate::socket::Socketpair;
use std::time::{Duration, Instant};

/// One kind of work, and how it is done by one peer.
pub struct Work {
    pub name: &'static str,
    pub figures: &'static [Figure],
    /// None where this peer cannot do it.
    pub begin: Begin,
    /// What bounds it: of a suite, so much at a time.
    pub raw: Option<(i32, usize)>,
}

pub struct Figure {
    pub name: &'static str,
    pub unit: &'static str,
}

/// The unit of a figure that is a ratio of two of the same peer's.
pub const RATIO: &str = "of its own";

/// What X25519MLKEM768 costs.
pub const TO_X25519: &str = "X25519MLKEM768 to X25519";

/// Works for this long; a figure is None where the peer cannot do that part.
pub type Running = Box<dyn FnMut(Duration) -> Vec<Option<f64>>>;

const fn figure(name: &'static str, unit: &'static str) -> Figure {
    Figure { name, unit }
}

type Begin = fn(&'static Peer) -> Option<Running>;

const fn work(name: &'static str, figures: &'static [Figure], begin: Begin) -> Work {
    Work { name, figures, begin, raw: None }
}

const fn sealed(name: &'static str, begin: Begin, suite: i32, size: usize) -> Work {
    Work { name, figures: BULK, begin, raw: Some((suite, size)) }
}

const HANDSHAKES: &[Figure] =
    &[figure("both sides", "/s"), figure("client", "/s"), figure("server", "/s")];
const DEFAULT_HANDSHAKES: &[Figure] = &[
    figure("both sides", "/s"),
    figure("client", "/s"),
    figure("server", "/s"),
    figure(TO_X25519, RATIO),
];
const BULK: &[Figure] =
    &[figure("seal", "MB/s"), figure("open, copied", "MB/s"), figure("open, lent", "MB/s")];
const MESSAGES: &[Figure] = &[figure("send", "/s"), figure("receive", "/s")];
const LATENCY: &[Figure] = &[figure("first byte out", "us"), figure("first byte in", "us")];
const PLATFORM: &[Figure] = &[figure("a client config", "ms")];
const SOCKET: &[Figure] = &[
    figure("both sides", "MB/s"),
    figure("send", "MB/s"),
    figure("receive", "MB/s"),
    figure("receive, into lent room", "MB/s"),
];

pub const ALL: &[Work] = &[
    work("full handshakes", HANDSHAKES, |peer| handshakes(peer, false)),
    work("resumed handshakes", HANDSHAKES, |peer| handshakes(peer, true)),
    work("full handshakes, default groups", DEFAULT_HANDSHAKES, |peer| {
        default_handshakes(peer, false)
    }),
    work("resumed handshakes, default groups", DEFAULT_HANDSHAKES, |peer| {
        default_handshakes(peer, true)
    }),
    work("latency", LATENCY, latency),
    sealed("bulk, 16 KiB, AES-128", |peer| bulk(peer, AES_128_GCM, 16384), AES_128_GCM, 16384),
    sealed("bulk, 16 KiB, AES-256", |peer| bulk(peer, AES_256_GCM, 16384), AES_256_GCM, 16384),
    sealed("bulk, 1 KiB, AES-128", |peer| bulk(peer, AES_128_GCM, 1024), AES_128_GCM, 1024),
    sealed("bulk, 1 KiB, AES-256", |peer| bulk(peer, AES_256_GCM, 1024), AES_256_GCM, 1024),
    work("messages of 64 bytes", MESSAGES, |peer| messages(peer, 64)),
    work("messages of 1 KiB", MESSAGES, |peer| messages(peer, 1024)),
    work("socketpair, 64 KiB", SOCKET, socket),
    work("platform roots", PLATFORM, trust_platform),
];

/// How much is under way at once, before the other side has its turn.
pub const BATCH: usize = 64 * 1024;

/// A connection over wires, after its handshake.
pub struct Pair {
    pub client: Side,
    pub server: Side,
    pub link: Link,
    _setup: Setup,
}

impl Pair {
    pub fn new(peer: &'static Peer, suite: i32) -> Self {
        let setup = Setup::new(peer, &pki::settings(suite, false));
        let mut link = Link::new();
        let (mut client, mut server) = (link.open(&setup, false), link.open(&setup, true));
        while !client.handshake() | !server.handshake() {}
        link.clear();
        Self { client, server, link, _setup: setup }
    }
}

/// Handshakes with the same configs, one after another.
struct Visits {
    setup: Setup,
    link: Link,
    resumes: bool,
}

/// The time of either side of a handshake, and whether it was with X25519MLKEM768.
struct Visit {
    of_client: Duration,
    of_server: Duration,
    is_hybrid: bool,
}

impl Visits {
    fn new(peer: &'static Peer, resumes: bool, default_groups: bool) -> Self {
        let default_groups = i32::from(default_groups);
        let settings = Settings { default_groups, ..pki::settings(AES_128_GCM, resumes) };
        let mut visits = Self { setup: Setup::new(peer, &settings), link: Link::new(), resumes };
        visits.any(); // gets the first ticket
        visits
    }

    fn next(&mut self) -> Visit {
        let (visit, is_resumed) = self.any();
        assert_eq!(is_resumed, self.resumes, "{}: resumed", self.setup.peer.name());
        visit
    }

    /// Whatever there is to be resumed.
    fn any(&mut self) -> (Visit, bool) {
        let Self { setup, link, resumes } = self;
        let (mut of_client, mut of_server) = (Duration::ZERO, Duration::ZERO);
        link.clear();
        let mut client = timed(&mut of_client, || link.open(setup, false));
        let mut server = timed(&mut of_server, || link.open(setup, true));
        timed(&mut of_client, || client.handshake());
        timed(&mut of_server, || server.handshake());
        let is_hybrid = has_ml_kem(link.to_client.waiting());
        while !timed(&mut of_client, || client.handshake())
            | !timed(&mut of_server, || server.handshake())
        {}
        if *resumes {
            timed(&mut of_client, || client.receive(&mut [0; 16])); // the ticket
        }
        let is_resumed = client.is_resumed();
        timed(&mut of_client, || drop(client));
        timed(&mut of_server, || drop(server));
        (Visit { of_client, of_server, is_hybrid }, is_resumed)
    }
}

/// Whether what a server sends first, a record with the ServerHello alone, has room for a
/// ciphertext of ML-KEM-768.
fn has_ml_kem(sent: &[u8]) -> bool {
    u16::from_be_bytes([sent[3], sent[4]]) > 1088
}

fn handshakes(peer: &'static Peer, resumes: bool) -> Option<Running> {
    let mut visits = Visits::new(peer, resumes, false);
    Some(Box::new(move |budget| {
        let mut laps = SideLaps::default();
        within(budget, || laps.push(&visits.next()));
        laps.rates()
    }))
}

/// With the groups of a host that sets none, and beside X25519 alone where that makes a difference.
fn default_handshakes(peer: &'static Peer, resumes: bool) -> Option<Running> {
    let mut visits = Visits::new(peer, resumes, true);
    let mut others = Visits::new(peer, resumes, false);
    let is_hybrid = visits.next().is_hybrid;
    Some(Box::new(move |budget| {
        let [mut laps, mut of_others] = [SideLaps::default(), SideLaps::default()];
        within(budget, || {
            laps.push(&visits.next());
            of_others.push(&others.next());
        });
        let (mut rates, others) = (laps.rates(), of_others.rates());
        let ratio = rates[0].zip(others[0]).map(|(rate, other)| rate / other);
        rates.push(ratio.filter(|_| is_hybrid));
        rates
    }))
}

/// The laps of both sides, of the client, and of the server.
#[derive(Default)]
struct SideLaps([Laps; 3]);

impl SideLaps {
    fn push(&mut self, visit: &Visit) {
        let Visit { of_client, of_server, .. } = *visit;
        let times = [of_client + of_server, of_client, of_server];
        self.0.iter_mut().zip(times).for_each(|(laps, time)| laps.push(time));
    }

    fn rates(self) -> Vec<Option<f64>> {
        self.0.map(|laps| Some(1.0 / laps.mean())).to_vec()
    }
}

/// From nothing to the client's first byte, and to the server's first that the application gets.
fn latency(peer: &'static Peer) -> Option<Running> {
    let setup = Setup::new(peer, &pki::settings(AES_128_GCM, false));
    let mut link = Link::new();
    let mut buf = [0; 16];
    Some(Box::new(move |budget| {
        let [mut out, mut all] = Default::default();
        within(budget, || {
            link.clear();
            let start = Instant::now();
            let mut client = link.open(&setup, false);
            client.handshake();
            assert!(!link.to_server.waiting().is_empty());
            Laps::push(&mut out, start.elapsed());
            let mut server = link.open(&setup, true);
            while !server.handshake() | !client.handshake() {}
            server.send(b"!");
            assert_eq!(client.receive(&mut buf), 1);
            Laps::push(&mut all, start.elapsed());
        });
        [out, all].map(|laps| Some(laps.mean() * 1e6)).to_vec()
    }))
}

fn bulk(peer: &'static Peer, suite: i32, size: usize) -> Option<Running> {
    let mut pair = Pair::new(peer, suite);
    let data = vec![7; size];
    let mut buf = vec![0; 16384];
    let mut pass = move |lent: bool, budget: Duration| {
        let pair = &mut pair; // all of it, the setup as well
        let [mut seal, mut open] = Default::default();
        within(budget, || {
            pair.link.clear();
            Laps::time(&mut seal, || (0..BATCH / size).for_each(|_| pair.client.send(&data)));
            Laps::time(&mut open, || {
                let mut left = BATCH;
                while left > 0 {
                    let len = match lent {
                        true => pair.server.receive_lent(),
                        false => pair.server.receive(&mut buf),
                    };
                    assert!(len > 0, "{}: it is all there", peer.name());
                    left -= len;
                }
            });
        });
        [seal, open].map(|laps| BATCH as f64 / 1e6 / laps.mean())
    };
    Some(Box::new(move |budget| {
        let [seal, copied] = pass(false, budget);
        let lent = peer.receive_lent.map(|_| pass(true, budget)[1]);
        vec![Some(seal), Some(copied), lent]
    }))
}

/// Each message is drained, fed and read alone.
fn messages(peer: &'static Peer, size: usize) -> Option<Running> {
    const AT_ONCE: usize = 256;
    let mut pair = Pair::new(peer, AES_128_GCM);
    let data = vec![7; size];
    let mut buf = [0; 16384];
    let mut ends = [0; AT_ONCE];
    Some(Box::new(move |budget| {
        let pair = &mut pair; // all of it, the setup as well
        let [mut send, mut receive] = Default::default();
        within(budget, || {
            pair.link.clear();
            Laps::time(&mut send, || {
                for end in &mut ends {
                    pair.client.send(&data);
                    *end = pair.link.to_server.end;
                }
            });
            Laps::time(&mut receive, || {
                for &end in &ends {
                    pair.link.to_server.end = end;
                    assert_eq!(pair.server.receive(&mut buf), data.len(), "{}", peer.name());
                }
            });
        });
        [send, receive].map(|laps| Some(AT_ONCE as f64 / laps.mean())).to_vec()
    }))
}

fn socket(peer: &'static Peer) -> Option<Running> {
    let pass = |mut pair: Socketpair| {
        move |budget| {
            let [mut both, mut send, mut receive] = Default::default();
            within(budget, || {
                Laps::time(&mut both, || {
                    Laps::time(&mut send, || pair.send());
                    Laps::time(&mut receive, || pair.receive());
                });
            });
            [both, send, receive].map(|laps| Some(BATCH as f64 / 1e6 / laps.mean())).to_vec()
        }
    };
    let mut attached = pass(Socketpair::new(peer, false));
    // rustls always reads a socket into its own memory.
    let has_room = ["inkotls", "rustls"].contains(&peer.name());
    let mut into_room = has_room.then(|| pass(Socketpair::new(peer, true)));
    Some(Box::new(move |budget| {
        let mut rates = attached(budget);
        rates.push(into_room.as_mut().and_then(|pass| pass(budget)[2]));
        rates
    }))
}

fn trust_platform(peer: &'static Peer) -> Option<Running> {
    let trust_platform = peer.trust_platform?;
    Some(Box::new(move |budget| {
        let mut laps = Laps::default();
        within(budget, || assert_eq!(laps.time(|| trust_platform()), 1));
        vec![Some(laps.mean() * 1e3)]
    }))
}

/// Again and again, for about this long.
pub fn within(budget: Duration, mut work: impl FnMut()) {
    let start = Instant::now();
    while start.elapsed() < budget {
        work();
    }
}
