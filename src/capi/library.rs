//! The library itself, and names for its numbers.

use crate::error::{certificate_fault_name, status_text};
use crate::ffi::answer;
use crate::iana;
use crate::setup::negotiation;
use std::ffi::c_char;

/// Returns the version of this ABI. It changes when a call or a number that existed changes its
/// meaning; what is only added does not change it. The shared object's name ends with it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_abi_version() -> u32 {
    0
}

/// Returns the version of the library, such as "0.1.0". The text lives forever.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_version() -> *const c_char {
    const { concat!(env!("CARGO_PKG_VERSION"), "\0") }.as_ptr().cast()
}

/// Returns a sentence for a status. Where a handle failed, its own error text says more; this is
/// for calls that have no handle to keep one. Never NULL; the text lives forever.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_status_text(status: i32) -> *const c_char {
    status_text(status).as_ptr()
}

/// Returns the name of an alert (RFC 8446, section 6), such as "handshake_failure", or
/// "unknown". Never NULL; the text lives forever.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_alert_name(alert: i32) -> *const c_char {
    iana::alert_name(alert).as_ptr()
}

/// Returns words for an inkotls_certificate_error, such as "it has expired", or "unknown". Never
/// NULL; the text lives forever.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_error_name(error: i32) -> *const c_char {
    certificate_fault_name(error).as_ptr()
}

/// Returns the name of a protocol version, such as "TLS 1.3" for 0x0304, or "unknown". Never
/// NULL; the text lives forever.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_protocol_version_name(version: i32) -> *const c_char {
    iana::protocol_version_name(version).as_ptr()
}

/// Returns IANA's name of a cipher suite that this library supports, such as
/// "TLS_AES_128_GCM_SHA256" for 0x1301, or "unknown". Never NULL; the text lives forever.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_cipher_suite_name(suite: i32) -> *const c_char {
    iana::cipher_suite_name(suite).as_ptr()
}

/// Returns one of the protocol versions that this library supports, as IANA's number (0x0304 for
/// TLS 1.3), or INKOTLS_STATUS_NONE.
///
/// index: which, from 0, the preferred one first.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_protocol_version_at(index: usize) -> i32 {
    answer(|| negotiation::protocol_versions().get(index).map(|it| i32::from(*it)))
}

/// Returns one of the cipher suites that this library supports, as IANA's number, or
/// INKOTLS_STATUS_NONE.
///
/// index: which, from 0, in the order of preference of a host that sets none.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_cipher_suite_at(index: usize) -> i32 {
    answer(|| negotiation::cipher_suites().get(index).map(|it| i32::from(*it)))
}

/// Returns one of the groups that this library supports, as IANA's number, or INKOTLS_STATUS_NONE.
///
/// index: which, from 0, in the order of preference of a host that sets none.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_named_group_at(index: usize) -> i32 {
    answer(|| negotiation::named_groups().get(index).map(|it| i32::from(*it)))
}

/// Returns IANA's name of a signature scheme (RFC 8446, section 4.2.3), such as "ed25519" for
/// 0x0807, or "unknown". Never NULL; the text lives forever.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_signature_scheme_name(scheme: i32) -> *const c_char {
    iana::signature_scheme_name(scheme).as_ptr()
}

/// Returns IANA's name of a group that this library supports, such as "x25519" for 29, or
/// "unknown". Never NULL; the text lives forever.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_named_group_name(group: i32) -> *const c_char {
    iana::named_group_name(group).as_ptr()
}
