//! The host's functions, as closures that the safe code calls.

use std::ffi::{c_char, c_void};

/// A message for a person: INKOTLS_LOG_ERROR to INKOTLS_LOG_TRACE, and a text without a NUL, in
/// bytes. Both pointers are lent for the call. It must return, and may not use the handle that
/// calls it.
#[allow(non_camel_case_types)]
pub type inkotls_log_callback = Option<
    unsafe extern "C" fn(user_data: *mut c_void, level: i32, text: *const c_char, len: usize),
>;

/// A line of the NSS key log format, without its end and without a NUL, in bytes. Both pointers
/// are lent for the call. It must return, and may not use the handle that calls it.
#[allow(non_camel_case_types)]
pub type inkotls_key_log_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, line: *const c_char, len: usize)>;

/// Keeps a session under its key of 32 bytes, in the place of what was there: `value_len` bytes, at
/// most 65536. A day is long enough. Returns 1 where it is kept; 0 where not: then the client gets
/// no ticket for it, and the connection goes on. All pointers are lent for the call.
#[allow(non_camel_case_types)]
pub type inkotls_session_put = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        key: *const u8,
        key_len: usize,
        value: *const u8,
        value_len: usize,
    ) -> i32,
>;

/// Copies the session that is kept under `key` to `buf`, which has room for `cap` bytes (65536),
/// and returns its length; 0 where there is none. The key is what the peer says, any 32 bytes; a
/// connection asks four times at most. Where `take` is 1 it also removes the session, in one step
/// with the look-up: of two servers that take the same one at the same time, one gets it. All
/// pointers are lent for the call.
#[allow(non_camel_case_types)]
pub type inkotls_session_get = Option<
    unsafe extern "C" fn(
        user_data: *mut c_void,
        key: *const u8,
        key_len: usize,
        take: i32,
        buf: *mut u8,
        cap: usize,
    ) -> i32,
>;

/// The host's pointer, which only the host looks behind.
struct UserData(*mut c_void);

// SAFETY: the header says that callbacks come from any thread that uses the library.
unsafe impl Send for UserData {}
// SAFETY: as above, and from several threads at the same time.
unsafe impl Sync for UserData {}

impl UserData {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

pub fn log_callback(
    callback: inkotls_log_callback,
    user_data: *mut c_void,
) -> Option<impl Fn(i32, &str) + Send + Sync> {
    let (callback, data) = (callback?, UserData(user_data));
    // SAFETY: the host vouches for its function; the text outlives the call.
    Some(move |level, text: &str| unsafe {
        callback(data.get(), level, text.as_ptr().cast(), text.len());
    })
}

pub fn key_log_callback(
    callback: inkotls_key_log_callback,
    user_data: *mut c_void,
) -> Option<impl Fn(&str) + Send + Sync> {
    let (callback, data) = (callback?, UserData(user_data));
    // SAFETY: the host vouches for its function; the line outlives the call.
    Some(move |line: &str| unsafe { callback(data.get(), line.as_ptr().cast(), line.len()) })
}

pub fn session_put(
    callback: inkotls_session_put,
    user_data: *mut c_void,
) -> Option<impl Fn(&[u8], &[u8]) -> bool + Send + Sync> {
    let (callback, data) = (callback?, UserData(user_data));
    // SAFETY: the host vouches for its function; key and value outlive the call.
    Some(move |key: &[u8], value: &[u8]| unsafe {
        callback(data.get(), key.as_ptr(), key.len(), value.as_ptr(), value.len()) == 1
    })
}

/// The length that the host tells is for the caller to check.
#[allow(clippy::type_complexity)] // it says what the host's function is told
pub fn session_get(
    callback: inkotls_session_get,
    user_data: *mut c_void,
) -> Option<impl Fn(&[u8], bool, &mut [u8]) -> Option<usize> + Send + Sync> {
    let (callback, data) = (callback?, UserData(user_data));
    Some(move |key: &[u8], take: bool, buf: &mut [u8]| {
        let (buf, cap) = (buf.as_mut_ptr(), buf.len());
        // SAFETY: the host vouches for its function; key and buf outlive the call.
        let len = unsafe { callback(data.get(), key.as_ptr(), key.len(), take.into(), buf, cap) };
        usize::try_from(len).ok()
    })
}
