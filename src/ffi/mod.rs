//! Everything unsafe that the exports share: raw arguments, the panic guard, system calls.
//! No rustls type enters.

mod args;
mod callbacks;
mod guard;
mod shared;
mod socket;

pub use args::{bytes, bytes_mut, file_path, output};
pub use callbacks::{
    inkotls_key_log_callback, inkotls_log_callback, inkotls_session_get, inkotls_session_put,
    key_log_callback, log_callback, session_get, session_put,
};
pub use guard::{
    Handle, Record, SharedHandle, answer, ask, create, drop_quietly, enter, enter_raw,
    enter_shared, given, given_shared, make, make_shared, number, own, words,
};
pub use shared::{release, retain, share};
pub use socket::Socket;
