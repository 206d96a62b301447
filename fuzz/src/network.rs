//! A peer that is honest, and a network that is not: what comes to a client, a server or an acceptor,
//! before, in the middle of, and after a handshake. A flood exceeds every limit that there is.

use crate::abi::Status;
use crate::configs::{Setup, host};
use crate::model::octets;
use crate::plan::Plan;
use crate::records::{ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, Opener, Record};
use crate::side::{EVERY, End, Over, Pair, Side};
use crate::start;
use inkotls::capi::*;

/// More than there are in what anyone says here.
const ROUNDS: usize = 300;
const CALLS: usize = 5_000;
/// A record of TLS 1.3 that has an alert in it.
const SEALED_ALERT: usize = 2 + 1 + 16;

pub fn run(bytes: &[u8]) {
    start();
    let plan = &mut Plan::Bytes(bytes);
    let setup = Setup::of(plan);
    let kind = plan.byte();
    let is = |bit: u8| kind & bit != 0;
    let (is_server, accepts, resumes, opens) = (is(1), is(2), is(4), is(8) && !setup.tls12);
    let (reads_early, writes_early, forgets) = (is(16), is(32), is(64));
    let over = plan.one_of(&EVERY);
    // The victim's limits; what comes in small records is for the network to say.
    let peer = Setup { small_limits: false, ..setup };
    let (of_client, of_server) = if is_server { (peer, setup) } else { (setup, peer) };
    let (client, mut server) = (of_client.client(), of_server.server());
    if resumes {
        let first = Side::client(&client, "localhost", Over::Buffers);
        let mut pair = Pair::new(first, Side::server(&server, accepts, Over::Buffers));
        assert_eq!(pair.shake(), (Status::Ok, Status::Ok));
        pair.client.conn().map(|conn| conn.read(1)); // the tickets
    }
    if forgets {
        server = of_server.server();
        host().sessions.clear();
    }
    let client = |over| Side::client(&client, "localhost", over);
    let server = |over| Side::server(&server, accepts, over);
    let (mut victim, mut peer) = match is_server {
        true => (server(over), client(Over::Buffers)),
        false => (client(over), server(Over::Buffers)),
    };
    for (side, is_server) in [(&mut victim, is_server), (&mut peer, !is_server)] {
        side.obeys();
        side.reads_early = is_server && reads_early;
    }
    let mut attack = Attack {
        victim,
        peer,
        opener: opens.then(|| Opener::of(!is_server)),
        spared: plan.below(16),
        skips_alerts: !is_server && resumes && forgets && setup.early_data,
        on_the_way: Vec::new(),
        said: Vec::new(),
        last: Status::Ok,
        sent: 0,
        received: 0,
        early_sent: 0,
        early_received: 0,
    };
    if is_server && writes_early {
        attack.write_early();
    }
    for _ in 0..ROUNDS {
        if !attack.round(plan) {
            return attack.end();
        }
    }
    panic!("no end of it");
}

struct Attack<'a> {
    victim: Side<'a>,
    peer: Side<'a>,
    /// Changes what only the peer could have said.
    opener: Option<Opener>,
    /// How many records are left as they are, at first.
    spared: usize,
    /// The peer refuses early data, and cannot read an alert under the keys of that either.
    skips_alerts: bool,
    /// What the peer has said that is no whole record yet.
    on_the_way: Vec<u8>,
    /// All that the victim has said.
    said: Vec<u8>,
    /// What the victim answered last.
    last: Status,
    /// How much the peer wrote, and the victim read.
    sent: u64,
    received: u64,
    /// The same of early data.
    early_sent: u64,
    early_received: u64,
}

impl Attack<'_> {
    /// The peer sends as much early data as the session and its buffer allow.
    fn write_early(&mut self) {
        let Some(conn) = self.peer.conn() else { return };
        while let (Status::Ok, used) = conn.write_early_data(&octets(self.early_sent, 3_000)) {
            self.early_sent += used as u64;
        }
    }

    /// Both go on as far as they can. Whether anything moved.
    fn round(&mut self, plan: &mut Plan) -> bool {
        if let Some(conn) = self.peer.conn() {
            match self.sent {
                0..3_000 => self.sent += conn.write(&octets(self.sent, 1_000)).1 as u64,
                _ if plan.byte() & 1 == 0 => drop(conn.close()),
                _ => {}
            }
        }
        self.on_the_way.extend(self.peer.obey().said);
        let mut stream = Vec::new();
        while let Some(record) = Record::take(&mut self.on_the_way) {
            self.pass(record, plan, &mut stream);
        }
        if plan.byte() == 0xff {
            stream.extend(plan.rest());
        }
        let mut moved = !stream.is_empty();
        let mut rest = &stream[..];
        while !rest.is_empty() {
            let chunk = if plan.flag() { 1 + plan.length(20_000) } else { rest.len() };
            let given = self.victim.give(&rest[..chunk.min(rest.len())]);
            moved |= self.act();
            rest = &rest[given..];
            if given == 0 && self.last != Status::WantRead {
                break; // it has ended, and so does the wire
            }
        }
        if let Some(conn) = self.victim.conn() {
            if plan.flag() && self.said.len() < 100_000 {
                conn.write(b"whatever");
            }
            if plan.byte() & 7 == 7 {
                conn.update_keys();
            }
        }
        moved | self.act()
    }

    fn pass(&mut self, record: Record, plan: &mut Plan, stream: &mut Vec<u8>) {
        let plan = match self.spared {
            0 => plan,
            _ => &mut Plan::Bytes(&[]),
        };
        self.spared = self.spared.saturating_sub(1);
        match self.opener.as_mut().and_then(|opener| Some((opener.open(&record)?, opener))) {
            Some((inner, opener)) => {
                inner.changed(plan).iter().for_each(|it| opener.seal(it).write(stream));
            }
            None => record.changed(plan).iter().for_each(|it| it.write(stream)),
        }
    }

    /// The victim goes on, and its peer hears what it says. Whether it said anything.
    fn act(&mut self) -> bool {
        let acted = self.victim.obey();
        self.last = acted.last;
        let is_known = is_next(&acted.read, &mut self.received, self.sent)
            && is_next(&acted.early, &mut self.early_received, self.early_sent);
        assert!(is_known || self.opener.is_some(), "the victim reads what nobody wrote");
        self.said.extend(&acted.said);
        let mut rest = &acted.said[..];
        while !rest.is_empty() {
            rest = &rest[self.peer.give(rest)..];
            self.on_the_way.extend(self.peer.obey().said);
        }
        !acted.said.is_empty()
    }

    fn end(mut self) {
        self.victim.cut();
        self.act();
        assert!((self.last as i32) < 0, "{:?}, and there is nothing to come", self.last);
        let (sent, _) = self.victim.alerts();
        let failure = match &self.victim.end {
            End::Conn(conn) => conn.failure(),
            _ => None,
        };
        let fails =
            [Status::ProtocolError, Status::HandshakeFailed, Status::InvalidPeerCertificate];
        if failure.is_some_and(|failure| fails.contains(&failure)) {
            self.look_for_alert(sent);
        }
        for _ in 0..CALLS {
            let status = self.victim.conn().map_or(Status::Ok, |conn| conn.close());
            if status != Status::WantWrite {
                return;
            }
            self.victim.take(8_192, true);
        }
        panic!("no end of closing");
    }

    /// It was the last that was said, and the peer has not been left waiting.
    fn look_for_alert(&mut self, sent: i32) {
        let words = self.victim.end.error();
        let (mut last, mut is_encrypted) = (None, false);
        while let Some(record) = Record::take(&mut self.said) {
            is_encrypted |= record.typ == CHANGE_CIPHER_SPEC;
            last = Some(record);
        }
        if sent < 0 {
            // Encrypted, only rustls could send one, and it does not where it never took the record.
            let version = self.victim.conn().map(|it| it.number(inkotls_conn_protocol_version));
            return assert!(is_encrypted || version == Some(0x0304), "no alert: {words}");
        }
        let is_alert = last.is_some_and(|it| match (it.typ, &it.fragment[..]) {
            (ALERT, [_, description]) => i32::from(*description) == sent,
            (ALERT, _) => true,
            (APPLICATION_DATA, sealed) => sealed.len() == SEALED_ALERT,
            _ => false,
        });
        assert!(is_alert, "the alert {sent} is lost: {words}");
        let heard = self.peer.obey().last;
        let is_over = (heard as i32) < 0 || self.skips_alerts;
        assert!(is_over, "{heard:?} of the peer, after the alert {sent}");
    }
}

/// Whether these are the next bytes of a stream of `sent`; moves on behind them.
fn is_next(read: &[u8], received: &mut u64, sent: u64) -> bool {
    let is_next = read == octets(*received, read.len());
    *received += read.len() as u64;
    is_next && *received <= sent
}
