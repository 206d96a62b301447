//! inkotls: rustls for language runtimes, through a C ABI that never blocks.
//!
//! ```text
//! network -> feed  -> [ conn ] -> read  -> application
//! application -> write -> [ conn ] -> drain -> network
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `capi` | every exported symbol, in header order; no logic |
//! | `ffi` | raw arguments, the panic guard, system calls: the unsafe code |
//! | `engine` | bytes in, plaintext out; the only owner of rustls connections |
//! | `setup` | trust, identities, configs |
//! | `transport` | the engine driven over a file descriptor |
//! | `certificate` | what is in a certificate |
//! | `crypto` | the provider, and what it lacks |
//! | `scope` | what rustls's callbacks tell the connection that calls |
//! | `clock` | the time of day |
//! | `config` | what a builder makes and a connection keeps to |
//! | `log`, `limits` | messages for a person; how much is held |
//! | `error` | status codes, and the table from rustls errors to them |
//! | `iana` | names of numbers |
//! | `text` | what makes messages safe to log |
//!
//! capi -> { engine, setup, transport } -> error. Documentation for hosts is in
//! `include/inkotls.h`, which is generated from `capi`.

pub mod capi;
mod certificate;
mod clock;
mod config;
mod crypto;
mod engine;
mod error;
mod ffi;
mod iana;
mod limits;
mod log;
mod scope;
mod setup;
mod text;
mod transport;
