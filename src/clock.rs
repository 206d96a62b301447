//! The time of day: the system's, or what the host's clock says.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Whose clock a config goes by.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<HostClock>>);

/// Unix seconds. None: the host does not know the time.
type HostClock = dyn Fn() -> Option<u64> + Send + Sync;

impl Clock {
    pub fn of_host(clock: impl Fn() -> Option<u64> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(clock)))
    }

    /// Unix seconds; 0 where the system's clock is before them.
    pub fn now(&self) -> Option<u64> {
        match &self.0 {
            Some(host) => host(),
            None => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                Some(since.map_or(0, |since| since.as_secs()))
            }
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
