//! The library itself, and names for its numbers.

use super::calls::copied;
use crate::error::{Error, Status, certificate_fault_name, status_text};
use crate::ffi::{bytes, bytes_mut, create, plain_number};
use crate::iana;
use crate::setup::{self, negotiation};
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// Returns the version of this ABI. It changes when a call or a number that existed changes its
/// meaning; what is only added does not change it. The shared object's name ends with it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_abi_version() -> u32 {
    include!("../../abi/version")
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

/// Copies the error message for a server name that inkotls_conn_new_client, inkotls_sni_map_set
/// or inkotls_sni_map_remove refused with INKOTLS_STATUS_INVALID_NAME, because these calls have
/// no handle that could keep the message. It repeats the name and says what is wrong with it, such
/// as "the server name \"a.test:443\" has a port: pass only the host name". Call it only after one
/// of these calls has refused the name: a name that one of them accepts may have a message for
/// another.
///
/// server_name, len: the name that was refused, in bytes; borrowed for this call.
/// buf, cap: receives the message, in bytes of UTF-8 without a NUL; 512 bytes are always enough.
/// out_len: receives the length of the message in bytes; must not be NULL.
///
/// INKOTLS_STATUS_NONE: none of these calls refuses the name.
/// INKOTLS_STATUS_INVALID_ARGUMENT: `cap` is too small.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_invalid_name_text(
    server_name: *const c_char,
    len: usize,
    buf: *mut c_char,
    cap: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
) -> Status {
    create(out_len, || {
        // SAFETY: the host vouches for server_name and len.
        let name = unsafe { bytes(server_name, len) }?;
        // SAFETY: the host vouches for buf and cap.
        let buf = unsafe { bytes_mut(buf, cap) }?;
        let refusal = setup::name_refusal(name)
            .ok_or_else(|| Error::new(Status::None, "the name is not refused"))?;
        copied(refusal.text.as_bytes(), buf)
    })
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
    plain_number(|| negotiation::protocol_versions().get(index).map(|it| i32::from(*it)))
}

/// Returns one of the cipher suites that this library supports, as IANA's number, or
/// INKOTLS_STATUS_NONE.
///
/// index: which, from 0, in the order of preference of a host that sets none.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_cipher_suite_at(index: usize) -> i32 {
    plain_number(|| negotiation::cipher_suites().get(index).map(|it| i32::from(*it)))
}

/// Returns one of the groups that this library supports, as IANA's number, or INKOTLS_STATUS_NONE.
///
/// index: which, from 0, in the order of preference of a host that sets none.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_named_group_at(index: usize) -> i32 {
    plain_number(|| negotiation::named_groups().get(index).map(|it| i32::from(*it)))
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
