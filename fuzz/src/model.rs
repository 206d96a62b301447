//! Two connections, driven in any order by two hosts that keep to the contract, beside what they
//! are to be: a queue of bytes in each direction.

use crate::abi::Status;
use crate::configs::{Setup, host};
use crate::plan::Plan;
use crate::side::{EVERY, End, Pair, Side};
use crate::{panics, start};
use inkotls::capi::*;

/// The byte at a position of a stream: it tells when bytes are lost, doubled or swapped.
fn octet(position: u64) -> u8 {
    (position.wrapping_mul(31) + position / 251) as u8
}

pub fn octets(from: u64, len: usize) -> Vec<u8> {
    (from..from + len as u64).map(octet).collect()
}

/// A stream: what was taken of its writer, what was given to its reader.
#[derive(Default)]
struct Stream {
    sent: u64,
    received: u64,
}

impl Stream {
    fn arrives(&mut self, data: &[u8]) {
        assert!(data == octets(self.received, data.len()), "other bytes than were sent");
        self.received += data.len() as u64;
        assert!(self.received <= self.sent, "more bytes than were sent");
    }
}

/// What is known of a side.
#[derive(Default)]
struct Known {
    /// What it says, and what a client says early.
    says: Stream,
    early: Stream,
    /// How much it had said when it last took new keys.
    at_update: u64,
    is_closed: bool,
    /// Its peer's words were cut off; how many there were, if all of them had arrived.
    cut: Option<Option<u64>>,
    is_shaken: bool,
}

struct World<'a> {
    pair: Pair<'a>,
    known: [Known; 2],
    /// Its handshake may fail: one side closed, or was cut off, before it was done.
    is_broken: bool,
    in_small_records: bool,
    /// The server may not know the client's session, and refuse early data.
    has_forgotten: bool,
}

pub fn run(seed: u64) {
    let plan = &mut Plan::Seed(seed);
    let setup = Setup::of(plan);
    panics::name(format!("MODEL_SEED={seed}: {setup:?}"));
    start();
    let (client, mut server) = (setup.client(), setup.server());
    // The second and the third resume the first, unless the server has forgotten it: then early data is
    // refused.
    let mut has_forgotten = false;
    for nth in 0..=plan.below(3) {
        if nth > 0 && plan.below(4) == 0 {
            has_forgotten = true;
            server = setup.server();
            host().sessions.clear();
        }
        let over = plan.one_of(&EVERY);
        let client = Side::client(&client, "localhost", over);
        let server = Side::server(&server, plan.flag(), plan.one_of(&EVERY));
        let pair = Pair::new(client, server);
        let (known, in_small_records) = (Default::default(), setup.small_limits);
        let mut world = World { pair, known, is_broken: false, in_small_records, has_forgotten };
        for _ in 0..10 << plan.below(7) {
            world.step(plan);
        }
        world.settle();
    }
}

impl World<'_> {
    fn step(&mut self, plan: &mut Plan) {
        let at = plan.below(2); // 1 is the server
        self.pair.side(at == 1).elsewhere = plan.below(16) == 1;
        match plan.below(40) {
            0..12 => {
                let (most, peeks) = (plan.length(20_000), plan.flag());
                self.pair.carry(at == 1, most, peeks);
            }
            12..18 => self.handshake(at),
            18..25 => self.write(at, plan.length(20_000)),
            25..32 => {
                self.read(at, plan.length(20_000), plan.flag());
            }
            32 => self.flush(at),
            33 => self.update_keys(at),
            34 => self.write_early(at, plan.length(9_000)),
            35 => self.read_early(at, plan.length(9_000)),
            36 => self.pair.side(at == 1).run_blocking(),
            37 => {
                let status = self.pair.side(at == 1).hand_over();
                let early = [Status::None, Status::InvalidState, Status::Ok];
                assert!(early.contains(&status), "into_conn: {status:?}");
            }
            // Ends are rare, or there is nothing before them.
            38 if plan.below(8) == 0 => self.close(at),
            39 if plan.below(16) == 0 => self.cut(at),
            _ => {}
        }
    }

    fn handshake(&mut self, at: usize) {
        let status = self.pair.side(at == 1).handshake();
        self.check(at, status);
        self.known[at].is_shaken |= status == Status::Ok;
    }

    fn write(&mut self, at: usize, len: usize) {
        let says = &mut self.known[at].says;
        let data = octets(says.sent, len);
        let Some(conn) = self.pair.side(at == 1).conn() else { return };
        let (status, used) = conn.write(&data);
        says.sent += used as u64;
        self.check(at, status);
        self.known[at].is_shaken |= status == Status::Ok && !self.known[at].is_closed;
    }

    fn read(&mut self, at: usize, cap: usize, peeks: bool) -> Status {
        let Some(conn) = self.pair.side(at == 1).conn() else { return Status::None };
        let (status, data) = if peeks { conn.read_peek(cap) } else { conn.read(cap) };
        self.known[1 - at].says.arrives(&data);
        self.check(at, status);
        status
    }

    fn flush(&mut self, at: usize) {
        let status = self.pair.side(at == 1).conn().map_or(Status::Ok, |conn| conn.flush());
        self.check(at, status);
    }

    fn update_keys(&mut self, at: usize) {
        let known = &mut self.known[at];
        // Peers suffer only so many with nothing between them, and none within a message, which small
        // records cut.
        if self.in_small_records || known.says.sent == known.at_update {
            return;
        }
        let Some(conn) = self.pair.side(at == 1).conn() else { return };
        let is_tls12 = conn.number(inkotls_conn_protocol_version) == 0x0303;
        let status = conn.update_keys();
        match status {
            Status::Ok => known.at_update = known.says.sent,
            Status::Unsupported => assert!(is_tls12),
            _ => self.check(at, status),
        }
    }

    fn write_early(&mut self, at: usize, len: usize) {
        // A client's is a stream of its own; a server's is what it says anyway.
        let known = &mut self.known[at];
        // What was refused, rustls counts again whenever something comes: so it is one record at most.
        if at == 0 && self.has_forgotten && known.early.sent > 0 {
            return;
        }
        let stream = if at == 1 { &mut known.says } else { &mut known.early };
        let data = octets(stream.sent, len);
        let Some(conn) = self.pair.side(at == 1).conn() else { return };
        let (status, used) = conn.write_early_data(&data);
        stream.sent += used as u64;
        self.check(at, status);
    }

    fn read_early(&mut self, at: usize, cap: usize) {
        let Some(conn) = self.pair.side(at == 1).conn() else { return };
        let (status, data) = conn.read_early_data(cap);
        assert!(at == 1 || data.is_empty(), "early data of a server");
        self.known[1 - at].early.arrives(&data);
        self.check(at, status);
    }

    fn close(&mut self, at: usize) {
        if self.pair.side(at == 1).become_conn() == Status::Ok {
            self.is_broken |= !self.known[at].is_shaken;
            self.known[at].is_closed = true;
            let status = self.pair.side(at == 1).conn().map_or(Status::Ok, |conn| conn.close());
            self.check(at, status);
        }
    }

    /// Nothing more comes to this side.
    fn cut(&mut self, at: usize) {
        let is_server = at == 1;
        let waits = self.pair.side(!is_server).conn().map(|it| it.has(inkotls_state::WantsWrite));
        let is_quiet = waits == Some(false) && self.pair.side(!is_server).take(1, true).is_empty();
        let arrived = is_quiet && self.pair.on_the_way(is_server).is_empty();
        self.is_broken |= !self.known.iter().all(|known| known.is_shaken);
        let sent = arrived.then_some(self.known[1 - at].says.sent);
        self.known[at].cut.get_or_insert(sent);
        self.pair.side(is_server).cut();
        self.pair.on_the_way(is_server).clear();
    }

    /// Between hosts that keep to the contract nothing fails, but by what they do to each other.
    fn check(&self, at: usize, status: Status) {
        let (own, peer) = (&self.known[at], &self.known[1 - at]);
        let is_fine = match status {
            Status::Ok | Status::None | Status::WantRead | Status::WantWrite => true,
            Status::WantBlocking => true, // the connection itself has looked
            Status::Closed => peer.is_closed,
            Status::UnexpectedEof => own.cut.is_some(),
            Status::InvalidState => own.is_closed || !own.is_shaken,
            _ => false,
        };
        let end = if at == 1 { &self.pair.server.end } else { &self.pair.client.end };
        assert!(is_fine, "{status:?} of {}: {}", ["the client", "the server"][at], end.error());
    }

    /// Both hosts go on until nothing moves; then all that was taken has arrived.
    fn settle(&mut self) {
        self.exhaust();
        for at in [0, 1] {
            self.close(at);
        }
        let ends = self.exhaust();
        for at in [0, 1] {
            let (own, peer) = (&self.known[at], &self.known[1 - at]);
            match own.cut {
                _ if self.is_broken => {}
                None => {
                    assert_eq!(peer.says.received, peer.says.sent, "bytes are lost");
                    assert_eq!(ends[at], Status::Closed, "close_notify is lost");
                }
                Some(Some(sent)) => assert!(peer.says.received >= sent, "bytes are lost"),
                Some(None) => assert_eq!(ends[at], Status::UnexpectedEof, "a cut"),
            }
        }
        let client = self.pair.client.conn().expect("a client");
        let accepted = client.number(inkotls_conn_is_early_data_accepted);
        let early = &self.known[0].early;
        match accepted {
            1 if !self.is_broken => assert_eq!(early.received, early.sent, "early data is lost"),
            0 => assert_eq!(early.received, 0, "early data was refused, and given out"),
            _ => {}
        }
    }

    /// Until nothing moves; returns how reading ends.
    fn exhaust(&mut self) -> [Status; 2] {
        self.pair.obeys();
        loop {
            self.pair.check_calls();
            let mut moved = 0;
            let mut ends = [Status::None; 2];
            for at in [0, 1] {
                let side = self.pair.side(at == 1);
                side.elsewhere = false;
                let status = side.handshake();
                if status == Status::WantBlocking {
                    side.run_blocking();
                    moved += 1;
                }
                self.check(at, status);
                self.known[at].is_shaken |= status == Status::Ok;
                self.read_early(at, 20_000);
                let before = self.known[1 - at].says.received;
                ends[at] = self.read(at, 20_000, false);
                moved += (self.known[1 - at].says.received - before) as usize;
                if self.known[at].is_closed {
                    self.close(at);
                } else {
                    self.flush(at);
                }
            }
            let waits = |side: &mut Side| {
                matches!(side.end, End::Conn(_))
                    && side.conn().is_some_and(|conn| conn.has(inkotls_state::WantsWrite))
            };
            let waits = waits(&mut self.pair.client) || waits(&mut self.pair.server);
            moved += self.pair.carry_all();
            if moved == 0 {
                assert!(!waits, "ciphertext waits, and nothing moves");
                return ends;
            }
        }
    }
}
