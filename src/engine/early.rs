//! Early data (0-RTT; RFC 8446, section 2.3), and what a server does with what it refused: the client
//! goes on sending it until it has read the server's answer (section 4.2.10).
//!
//! rustls passes over what it cannot decrypt, but keeps it, and counts it against a limit at every
//! call, until something can be decrypted. So what can only be early data is skipped here, and of
//! what may be more, rustls gets as much as there is at once.

use super::input::Input;
use super::record::APPLICATION_DATA;

#[derive(Debug, Default, PartialEq)]
pub enum Early {
    /// The connection has no early data.
    #[default]
    None,
    /// A client may send some, or did.
    Offered,
    /// A server takes it.
    Accepted,
    /// A server does not.
    Refused {
        /// Nothing of the answer has left, so every protected record that comes is early data.
        is_unanswered: bool,
        /// How much is to come of the record that is being skipped.
        left: u32,
        /// How much rustls was given, which it keeps until it can decrypt something.
        kept: u32,
    },
}

impl Early {
    /// What a server refuses that has answered nothing yet.
    pub fn refused() -> Self {
        Self::Refused { is_unanswered: true, left: 0, kept: 0 }
    }

    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// Some of the server's answer has left.
    pub fn answer(&mut self) {
        if let Self::Refused { is_unanswered, .. } = self {
            *is_unanswered = false;
        }
    }

    /// The handshake is done: no more of it is refused.
    pub fn settle(&mut self) {
        if self.is_refused() {
            *self = Self::None;
        }
    }

    /// Drops what came before the client could have read any of the answer; returns how much.
    pub fn skip(&mut self, input: &mut Input) -> usize {
        let Self::Refused { is_unanswered, left, .. } = self else { return 0 };
        let mut skipped = 0;
        loop {
            if *left == 0 && *is_unanswered {
                *left = input.protected_record_len().unwrap_or(0) as u32;
            }
            let len = input.len().min(*left as usize);
            if len == 0 {
                return skipped;
            }
            *left -= len as u32;
            skipped += len;
            input.consume(len);
        }
    }

    /// How much of what is at hand rustls gets next: usually a record; 0 if none is whole.
    pub fn portion(&self, input: &Input) -> usize {
        match *self {
            Self::Refused { kept, .. } if input.content_type() == Some(APPLICATION_DATA) => {
                input.protected_len(kept as usize)
            }
            _ => input.record().map_or(0, |record| record.bytes().len()),
        }
    }

    /// Notes that rustls is given `len` bytes of protected records.
    pub fn pass(&mut self, len: usize) {
        if let Self::Refused { kept, .. } = self {
            *kept += len as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &[u8] = &[23, 3, 3, 0, 3, 7, 8, 9];

    fn input(bytes: &[u8]) -> Input {
        let mut input = Input::default();
        assert_eq!(input.feed(bytes, 1 << 16), bytes.len());
        input
    }

    #[test]
    fn what_is_refused_is_skipped_until_the_answer_leaves() {
        let mut early = Early::refused();
        let mut fed = input(&[RECORD, RECORD, &RECORD[..6]].concat());
        assert_eq!((early.skip(&mut fed), fed.len()), (22, 0));
        early.answer();
        // The rest of a record that was begun, and no more.
        let mut fed = input(&[&RECORD[6..], RECORD].concat());
        assert_eq!((early.skip(&mut fed), fed.len()), (2, RECORD.len()));
        assert_eq!(early.portion(&fed), RECORD.len());
    }

    #[test]
    fn what_is_no_early_data_is_not_skipped() {
        let mut fed = input(&[20, 3, 3, 0, 1, 1]);
        assert_eq!(Early::refused().skip(&mut fed), 0);
        assert_eq!(Early::refused().portion(&fed), 6);
        let mut fed = input(RECORD);
        assert_eq!(Early::Accepted.skip(&mut fed), 0);
    }

    #[test]
    fn what_may_be_more_is_passed_on_as_far_as_rustls_has_room() {
        let mut early = Early::refused();
        early.answer();
        let mut longest = vec![23, 3, 3, 0x40, 0];
        longest.resize(5 + 0x4000, 0);
        let fed = input(&[RECORD, RECORD, &longest, RECORD].concat());
        assert_eq!(early.portion(&fed), 2 * RECORD.len() + longest.len() + RECORD.len());
        early.pass(2500);
        assert_eq!(early.portion(&fed), 2 * RECORD.len());
        early.pass(1 << 15);
        assert_eq!(early.portion(&fed), RECORD.len()); // which rustls refuses
        assert_eq!(Early::Accepted.portion(&fed), RECORD.len());
        early.settle();
        assert_eq!(early, Early::None);
    }
}
