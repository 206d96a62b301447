//! How the two sides of a connection end: by close_notify, by a cut, or by a failure.

use super::alert;
use crate::error::{Error, Status};

#[derive(Default)]
pub struct Ends {
    local: Local,
    peer: Peer,
    failure: Option<Error>,
    pub alert_sent: Option<u8>,
    pub alert_received: Option<u8>,
}

/// This side's end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Local {
    #[default]
    Open,
    /// It sent close_notify.
    Closed,
    /// The transport takes no ciphertext any more.
    Severed,
}

/// The peer's end. What was received before a cut may still hold a close_notify.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Peer {
    #[default]
    Open,
    /// It sent close_notify.
    Closed,
    /// The transport has ended.
    Eof,
    /// Both.
    ClosedAndEof,
}

impl Ends {
    /// This side sends close_notify.
    pub fn close(&mut self) {
        self.local = Local::Closed;
    }

    /// What this side sends from now on is lost.
    pub fn sever(&mut self) {
        if self.local == Local::Open {
            self.local = Local::Severed;
        }
    }

    pub fn is_closed(&self) -> bool {
        self.local == Local::Closed
    }

    pub fn is_severed(&self) -> bool {
        self.local == Local::Severed
    }

    /// The peer sends close_notify.
    pub fn peer_closes(&mut self) {
        self.alert_received = Some(alert::CLOSE_NOTIFY);
        self.peer = match self.peer {
            Peer::Open | Peer::Closed => Peer::Closed,
            Peer::Eof | Peer::ClosedAndEof => Peer::ClosedAndEof,
        };
    }

    /// The transport ends.
    pub fn feed_eof(&mut self) {
        self.peer = match self.peer {
            Peer::Open | Peer::Eof => Peer::Eof,
            Peer::Closed | Peer::ClosedAndEof => Peer::ClosedAndEof,
        };
    }

    pub fn is_at_eof(&self) -> bool {
        matches!(self.peer, Peer::Eof | Peer::ClosedAndEof)
    }

    pub fn is_peer_closed(&self) -> bool {
        matches!(self.peer, Peer::Closed | Peer::ClosedAndEof)
    }

    /// Why no more input comes; None as long as some may.
    pub fn why_no_input(&self) -> Option<Status> {
        match self.peer {
            Peer::Open => None,
            Peer::Closed | Peer::ClosedAndEof => Some(Status::Closed),
            Peer::Eof => Some(Status::UnexpectedEof),
        }
    }

    /// The connection fails.
    pub fn fail(&mut self, failure: Error) {
        self.failure = Some(failure);
    }

    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    /// Nothing that the peer sends now has any meaning.
    pub fn drops_input(&self) -> bool {
        self.failure.is_some() || self.is_peer_closed()
    }

    /// Nothing that rustls still queues may follow the alert that went out.
    pub fn drops_output(&self) -> bool {
        self.failure.is_some() || self.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_notify_and_the_end_of_the_transport_come_in_either_order() {
        let (mut closed_first, mut cut_first) = (Ends::default(), Ends::default());
        closed_first.peer_closes();
        assert!(!closed_first.is_at_eof());
        closed_first.feed_eof();
        cut_first.feed_eof();
        assert_eq!(cut_first.why_no_input(), Some(Status::UnexpectedEof));
        assert!(!cut_first.drops_input()); // close_notify may be in it
        cut_first.peer_closes();
        for ends in [closed_first, cut_first] {
            assert!(ends.is_at_eof() && ends.is_peer_closed() && ends.drops_input());
            assert_eq!(ends.why_no_input(), Some(Status::Closed));
            assert_eq!(ends.alert_received, Some(alert::CLOSE_NOTIFY));
        }
    }

    #[test]
    fn what_is_severed_can_still_be_closed_and_stays_so() {
        let mut ends = Ends::default();
        ends.sever();
        assert!(ends.is_severed() && !ends.drops_output());
        ends.close();
        ends.sever();
        assert!(ends.is_closed() && ends.drops_output());
    }

    #[test]
    fn a_failure_ends_both_ways() {
        let mut ends = Ends::default();
        assert!(!ends.drops_input() && !ends.drops_output() && ends.failure().is_none());
        ends.fail(Error::state("no"));
        assert!(ends.drops_input() && ends.drops_output());
        assert_eq!(ends.why_no_input(), None);
    }
}
