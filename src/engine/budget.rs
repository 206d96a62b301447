//! How much the peer may send before the handshake is done.

use crate::error::{Error, Status};

/// Early data has a limit of its own, and is not counted here.
#[derive(Default)]
pub struct Budget {
    spent: usize,
}

impl Budget {
    pub fn spend(&mut self, len: usize) {
        self.spent += len;
    }

    pub fn spent(&self) -> usize {
        self.spent
    }

    /// More than `limit` is more than the host would read of a peer that it does not know yet.
    pub fn check(&self, limit: usize) -> Result<(), Error> {
        if self.spent <= limit {
            return Ok(());
        }
        let text = format!("the peer's part of the handshake exceeds the limit of {limit} bytes");
        Err(Error::new(Status::HandshakeFailed, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_kept_up_to_the_last_byte() {
        let mut budget = Budget::default();
        budget.spend(3);
        budget.spend(4);
        assert_eq!(budget.spent(), 7);
        budget.check(7).unwrap();
        assert_eq!(budget.check(6).unwrap_err().status, Status::HandshakeFailed);
    }
}
