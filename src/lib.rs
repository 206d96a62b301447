//! inkotls: rustls for language runtimes, through a C ABI that never waits for the network.
//!
//! ```text
//! network -> feed  -> [ conn ] -> read  -> application
//! application -> write -> [ conn ] -> drain -> network
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `capi` | every exported symbol; no logic |
//! | `ffi` | the unsafe code that the exports share: arguments, handles, the panic guard, system calls |
//! | `transport` | a connection and its wire: two descriptors or two callbacks |
//! | `engine` | the state machine; the only owner of rustls connections |
//! | `setup` | roots, identities, configs, verifiers, signers, sessions |
//! | `crypto` | the provider, and what it lacks |
//! | `call_context` | what rustls's callbacks learn of the connection that calls, and tell it |
//! | `config`, `limits` | what a builder makes and its connections keep |
//! | `error` | status codes, and the table from rustls errors to them |
//! | `certificate` | what is in a certificate; verifies nothing |
//! | `log`, `text`, `iana`, `der`, `clock` | log messages, safe messages, names of numbers, DER, the time |
//!
//! What each module depends on, who owns which state, and the walks of a byte, an error and an alert:
//! `docs/architecture.md`. Documentation for hosts is in `include/inkotls.h`, which is generated from
//! `capi`.

mod call_context;
pub mod capi;
mod certificate;
mod clock;
mod config;
mod crypto;
mod der;
mod engine;
mod error;
mod ffi;
mod iana;
mod limits;
mod log;
mod setup;
mod text;
mod transport;
