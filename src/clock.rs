//! The time of day: the system's, or that of a host's clock.

use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The end of the year 9999: no certificate is valid later. The time in milliseconds, which a host
/// may return by mistake, is later.
const LAST: u64 = 253_402_300_799;

/// What rustls gets if the time is not known. Without a time rustls would fail each handshake, and
/// most of them without an alert; so verifiers and stores of sessions refuse what needs the time.
const UNKNOWN: UnixTime = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));

#[derive(Clone, Default)]
pub struct Clock(Option<Arc<HostClock>>);

/// The Unix time in seconds; a negative number if the host does not know it.
type HostClock = dyn Fn() -> i64 + Send + Sync;

impl Clock {
    pub fn of_host(clock: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(clock)))
    }

    /// The Unix time in seconds, if it is known.
    pub fn now(&self) -> Option<u64> {
        let seconds = match &self.0 {
            None => SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs(),
            Some(clock) => clock().try_into().ok()?,
        };
        (seconds <= LAST).then_some(seconds)
    }
}

/// What rustls got from a clock, if the time is known.
pub fn known(time: UnixTime) -> Option<UnixTime> {
    (time != UNKNOWN).then_some(time)
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let now = self.now().map(|it| UnixTime::since_unix_epoch(Duration::from_secs(it)));
        Some(now.unwrap_or(UNKNOWN))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_may_not_know_the_time() {
        let now = |seconds| {
            let clock = Clock::of_host(move || seconds);
            let seen = clock.current_time().and_then(known).map(|it| it.as_secs());
            assert_eq!(clock.now(), seen);
            seen
        };
        assert_eq!([0, 1, LAST as i64].map(now), [Some(0), Some(1), Some(LAST)]);
        assert_eq!([-1, i64::MIN, LAST as i64 + 1, i64::MAX].map(now), [None; 4]);
    }
}
