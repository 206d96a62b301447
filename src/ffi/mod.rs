//! Everything unsafe that the exports share: raw arguments, the panic guard, system calls.
//! No rustls type enters.

mod answer;
mod args;
mod callbacks;
mod guard;
mod handle;
mod room;
mod shared;
mod syscall;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use answer::Answer;
pub use args::{bytes, bytes_mut, file_path, flag, not_null, numbers, output, start};
pub use callbacks::{
    HostIo, clock_callback, handle_callback, key_log_callback, log_callback, session_get,
    session_put, sign_callback,
};
pub use guard::{
    SharedHandle, ask, convert, create, drop_quietly, enter, enter_shared, error_message,
    fallible_number, free, given, given_shared, make, make_shared, number, os_error, plain_number,
};
pub use handle::{Handle, Opaque, own};
pub use room::{Room, append, initialised, set_filled};
pub use shared::{release, retain, share};
pub use system::{Descriptor, is_reset, number_of};
