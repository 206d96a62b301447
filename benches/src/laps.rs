//! Time, less what the machine spent on others.

use std::time::{Duration, Instant};

/// How long the same work took, again and again.
#[derive(Default)]
pub struct Laps(Vec<Duration>);

impl Laps {
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let mut lap = Duration::ZERO;
        let answer = timed(&mut lap, work);
        self.0.push(lap);
        answer
    }

    pub fn push(&mut self, lap: Duration) {
        self.0.push(lap);
    }

    /// The mean lap, in seconds. Laps of more than three times the median are left out: something
    /// else ran then.
    pub fn mean(mut self) -> f64 {
        let middle = self.0.len() / 2;
        let median = *self.0.select_nth_unstable(middle).1;
        self.0.retain(|lap| *lap <= 3 * median);
        self.0.iter().sum::<Duration>().as_secs_f64() / self.0.len() as f64
    }
}

/// Adds the time that a call takes.
pub fn timed<T>(spent: &mut Duration, call: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = call();
    *spent += start.elapsed();
    answer
}
