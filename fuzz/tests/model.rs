//! Random schedules until the time is over: MODEL_SECONDS, 20 if that is not set. A run follows from
//! its seed, which is printed where it fails; MODEL_SEED does it again. There is no shrinking: the
//! schedules' lengths differ by a factor of 64, so the first that fails is a short one soon enough.

use fuzz::model;
use std::env;
use std::time::{Duration, Instant, SystemTime};

fn number(name: &str) -> Option<u64> {
    Some(env::var(name).ok()?.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

fn main() {
    if let Some(seed) = number("MODEL_SEED") {
        return model::run(seed);
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    let first = now.as_nanos() as u64;
    let end = Instant::now() + Duration::from_secs(number("MODEL_SECONDS").unwrap_or(20));
    let mut runs = 0;
    while Instant::now() < end {
        model::run(first.wrapping_add(runs));
        runs += 1;
    }
    println!("{runs} passed: schedules from seed {first}, all as the model says");
}
