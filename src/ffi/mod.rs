//! Everything unsafe that the exports share: raw arguments, the panic guard, system calls.
//! No rustls type enters.

mod answer;
mod args;
mod callbacks;
mod descriptor;
mod guard;
mod handle;
mod pipe;
mod room;
mod shared;
mod syscall;

pub use answer::Answer;
pub use args::{bytes, bytes_mut, file_path, flag, not_null, numbers, output, start};
pub use callbacks::{
    HostIo, clock_callback, handle_callback, key_log_callback, log_callback, session_get,
    session_put, sign_callback,
};
pub use descriptor::Descriptor;
pub use guard::{
    SharedHandle, ask, convert, create, drop_quietly, enter, enter_shared, error_message,
    fallible_number, free, given, given_shared, make, make_shared, number, os_error, plain_number,
};
pub use handle::{Handle, Opaque, own};
pub use room::{Room, append, initialised, set_filled};
pub use shared::{release, retain, share};
