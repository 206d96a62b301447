//! How much the keys of a connection may protect. TLS 1.3 renews them, and rustls sees to it; in
//! TLS 1.2 rustls would drop, without an error, what is beyond the limit of the cipher suite.

/// Records that are not the application's: Finished, alerts.
const RESERVE: u64 = 32;

#[derive(Debug, Default, PartialEq)]
pub enum Keys {
    #[default]
    Renewed,
    /// They last for so many records of application data.
    Last(u64),
}

impl Keys {
    /// Those of a cipher suite that protects so many records in all.
    pub fn new(records: u64) -> Self {
        Self::Last(records.saturating_sub(RESERVE))
    }

    pub fn are_renewed(&self) -> bool {
        *self == Self::Renewed
    }

    /// How many bytes they may still protect, in records of `record` bytes.
    pub fn room(&self, record: usize) -> usize {
        match *self {
            Self::Renewed => usize::MAX,
            Self::Last(records) => {
                usize::try_from(records).unwrap_or(usize::MAX).saturating_mul(record)
            }
        }
    }

    /// Counts the records that `len` bytes made.
    pub fn spend(&mut self, len: usize, record: usize) {
        if let Self::Last(records) = self {
            *records = records.saturating_sub(len.div_ceil(record) as u64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_not_full_counts_as_one() {
        let mut keys = Keys::new(RESERVE + 3);
        assert_eq!(keys.room(64), 3 * 64);
        keys.spend(65, 64);
        assert_eq!(keys.room(64), 64);
        keys.spend(1, 64);
        assert_eq!(keys.room(64), 0);
        keys.spend(1, 64);
        assert_eq!(keys, Keys::Last(0));
        assert_eq!(Keys::new(1).room(64), 0);
        assert_eq!(Keys::new(u64::MAX).room(64), usize::MAX);
    }

    #[test]
    fn renewed_keys_last() {
        let mut keys = Keys::default();
        keys.spend(usize::MAX, 1);
        assert_eq!(keys.room(1), usize::MAX);
    }
}
