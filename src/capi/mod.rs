//! Every exported symbol; no logic. tools/reference/src/chapters.rs has the order of the header.
//!
//! What the raw pointers of an export must satisfy is the same for all, and stated once, in the
//! header's overview: a pointer is NULL or points to as many bytes as its length says, and a
//! handle came from this library and was not freed.

#![allow(non_camel_case_types)]

mod calls;
pub(crate) mod types;

// Apart, so that rustfmt leaves them in the order in which the reference lists the handles.
mod library;

mod roots;

mod identity;

mod sni_map;

mod ticket_keys;

mod verification;

mod client_config;

mod server_config;

mod acceptor;

mod conn;

mod facts;

mod ech;

mod certificate;

pub use acceptor::*;
pub use certificate::*;
pub use client_config::*;
pub use conn::*;
pub use ech::*;
pub use facts::*;
pub use identity::*;
pub use library::*;
pub use roots::*;
pub use server_config::*;
pub use sni_map::*;
pub use ticket_keys::*;
pub use types::*;
pub use verification::*;
