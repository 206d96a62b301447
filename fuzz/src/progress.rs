//! Progress (rule 16 of the contract): whatever the peer sends, a host that obeys the codes neither
//! spins nor stops. An attacker that reaches either has a processor of the host, or its connection.

use crate::abi::Status;

/// How much feed takes after WANT_READ.
const ROOM: usize = 16 * 1024;
/// How much a call receives before it lets others run, and says so with READABLE.
const TURN: usize = 128 * 1024;
/// How many calls a host may make for each byte that moves, and how many of them it can save up.
const CALLS_A_BYTE: usize = 4;
const MOST_CALLS: usize = 10_000;
/// How many it may make before anything moves.
const FIRST_CALLS: usize = 1_000;

/// What a descriptor, or a callback, would give now.
#[derive(Clone, Copy, Default)]
pub struct Waiting {
    pub bytes: usize,
    pub has_ended: bool,
}

#[derive(Default)]
pub struct Progress {
    /// What is attached; None where the host feeds.
    pub wire: Option<Box<dyn Fn() -> Waiting>>,
    /// How much feed has to take.
    room: usize,
    /// How many calls there may be before something moves.
    calls: usize,
}

impl Progress {
    pub fn waiting(&self) -> Waiting {
        self.wire.as_ref().map(|wire| wire()).unwrap_or_default()
    }

    /// Whether poll would say so.
    pub fn is_ready(&self) -> bool {
        let waiting = self.waiting();
        waiting.bytes > 0 || waiting.has_ended
    }

    /// Counts a call that comes; returns what waits before it.
    pub fn begin(&mut self) -> Waiting {
        self.calls = self.calls.saturating_sub(1);
        self.waiting()
    }

    /// Judges the answer of a call that moves ciphertext, before which so much waited. READABLE
    /// matters where the call is one that it asks for.
    pub fn judge(&mut self, status: Status, before: Waiting, is_readable: Option<bool>) {
        match status {
            Status::WantRead => self.room = ROOM,
            _ if is_readable.is_some() => self.room = 0,
            _ => {}
        }
        let received = before.bytes - self.waiting().bytes;
        let waits = matches!(status, Status::WantRead | Status::WantWrite);
        assert!(
            !waits || is_readable != Some(true) || received >= TURN,
            "READABLE, and the call that it asks for answers {status:?}"
        );
        assert!(
            status != Status::WantRead || received > 0 || !self.is_ready(),
            "WANT_READ, and of the {} bytes that wait none was received",
            before.bytes
        );
    }

    /// After WANT_READ, feed takes 16 KiB, in one piece or in several.
    pub fn fed(&mut self, status: Status, given: usize, used: usize) {
        if !matches!(status, Status::Ok | Status::Full) {
            return;
        }
        let least = given.min(self.room);
        assert!(used >= least, "after WANT_READ feed takes {used} bytes of {least}");
        self.room -= self.room.min(used);
    }

    /// From now on the host obeys.
    pub fn obeys(&mut self) {
        self.calls = FIRST_CALLS;
    }

    pub fn moved(&mut self, bytes: usize) {
        self.calls = MOST_CALLS.min(self.calls + CALLS_A_BYTE * bytes);
    }

    /// Judges a host that has obeyed.
    pub fn check_calls(&self) {
        assert!(self.calls > 0, "a host that obeys, and no end of its calls");
    }
}
