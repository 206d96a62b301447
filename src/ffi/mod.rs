//! Everything unsafe that the exports share: raw arguments, the panic guard, system calls.
//! No rustls type enters.

mod args;
mod guard;
mod shared;
mod socket;

pub use args::{bytes, bytes_mut, file_path, output};
pub use guard::{
    Handle, Record, ask, create, drop_quietly, enter, enter_raw, given, make, number, words,
};
pub use shared::{release, retain, share};
pub use socket::Socket;
