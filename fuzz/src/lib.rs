//! What the fuzz targets do with their bytes, and the tests that need no fuzzer: all of it calls
//! the C ABI only.

mod abi;
mod acceptor;
pub mod calls;
mod configs;
mod entropy;
pub mod inputs;
pub mod model;
pub mod network;
pub mod panics;
mod plan;
mod progress;
mod records;
mod side;

/// What is run once for every input.
pub type Target = fn(&[u8]);

pub const TARGETS: [(&str, Target); 3] =
    [("network", network::run), ("inputs", inputs::run), ("calls", calls::run)];

/// Begins a run: what it does follows from its plan, the PKI and the clock.
fn start() {
    panics::watch();
    entropy::reset();
    *configs::host() = Default::default();
}
