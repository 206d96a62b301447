//! Version, texts and names that need no handle.

use super::calls::copied;
use crate::error::{Error, Status, certificate_fault_text, status_text};
use crate::ffi::{bytes, bytes_mut, create, plain_number};
use crate::iana::{self, Registry};
use crate::setup::{self, negotiation};
use std::ffi::c_char;
use std::mem::MaybeUninit;

/// Returns the version of the ABI that this library implements.
///
/// The version of the ABI changes only if an existing function or number is removed or changes its
/// meaning. New functions and new numbers do not change the version of the ABI. The SONAME of the
/// shared object ends with the version of the ABI.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_abi_version() -> u32 {
    include!("../../abi/version")
}

/// Returns the version of the library, such as "0.1.0".
///
/// Returns a static text: NUL-terminated UTF-8, never NULL, valid as long as the library is loaded.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_version() -> *const c_char {
    const { concat!(env!("CARGO_PKG_VERSION"), "\0") }.as_ptr().cast()
}

/// Returns an error message for a status.
///
/// The error message of a handle (inkotls_conn_error and its like) says more. This function serves
/// the calls that have no handle which could keep an error message.
///
/// Returns a static text: NUL-terminated UTF-8, never NULL, valid as long as the library is loaded.
/// For a number that is not an inkotls_status, the text says so.
///
/// status   The number that a call returned. An inkotls_status, or any other number.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_status_text(status: i32) -> *const c_char {
    status_text(status).as_ptr()
}

/// Copies the error message for a server name that was refused with INVALID_NAME.
///
/// Four functions refuse a server name with this status, and have no handle that could keep an
/// error message: inkotls_conn_new_client, inkotls_client_config_remove_sessions,
/// inkotls_sni_map_set and inkotls_sni_map_remove. The error message repeats the name and says what
/// is wrong with it, such as "the server name \"a.test:443\" has a port: pass only the host name".
/// Call this function only after one of the four has refused the name, because a name that one of
/// them accepts may have an error message for another one.
///
/// server_name, len   The name that was refused, and its length in bytes. Borrowed for this call.
/// buf, cap           Receives the error message in UTF-8, not NUL-terminated. cap is the size of
///                    buf in bytes; 512 bytes are always enough.
/// out_len            Receives the length of the error message, in bytes.
///
/// NONE               None of the four functions refuses the name.
/// INVALID_ARGUMENT   The error message does not fit into cap bytes.
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

/// Returns the name of a TLS alert (RFC 8446, section 6), such as "handshake_failure" for 40.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a number that IANA's registry of TLS alerts does not have.
///
/// alert   IANA's number of the alert, as inkotls_conn_alert_received returns it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_alert_name(alert: i32) -> *const c_char {
    iana::ALERTS.name(alert).as_ptr()
}

/// Returns the meaning of an inkotls_certificate_error as a text, such as "it has expired".
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// If a connection refused the certificate of its peer, its error message (inkotls_conn_error)
/// contains this text. The text is "unknown" for a number that is not an inkotls_certificate_error.
///
/// error   An inkotls_certificate_error, or any other number.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_certificate_error_text(error: i32) -> *const c_char {
    certificate_fault_text(error).as_ptr()
}

/// Returns the name of a protocol version, such as "TLS 1.3" for 0x0304.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a version that this library does not support.
///
/// version   IANA's number of the protocol version, as inkotls_conn_protocol_version returns it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_protocol_version_name(version: i32) -> *const c_char {
    iana::PROTOCOL_VERSIONS.name(version).as_ptr()
}

/// Returns the number of a protocol version from its name, such as 0x0304 from "TLS 1.3".
///
/// A host that reads names from a configuration file converts them with this function. The name is
/// the one that inkotls_protocol_version_name returns; upper and lower case are the same.
///
/// Returns IANA's number, or NONE, which is negative, if the name is not known.
///
/// name, len   The name in ASCII, and its length in bytes. Borrowed for this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_protocol_version_number(name: *const c_char, len: usize) -> i32 {
    // SAFETY: the host vouches for name and len.
    number_of(&iana::PROTOCOL_VERSIONS, unsafe { bytes(name, len) })
}

/// Returns IANA's name of a cipher suite, such as "TLS_AES_128_GCM_SHA256" for 0x1301.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a cipher suite that this library does not support.
///
/// suite   IANA's number of the cipher suite, as inkotls_conn_cipher_suite returns it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_cipher_suite_name(suite: i32) -> *const c_char {
    iana::CIPHER_SUITES.name(suite).as_ptr()
}

/// Returns the number of a cipher suite from its name: 0x1301 from "TLS_AES_128_GCM_SHA256".
///
/// A host that reads names from a configuration file converts them with this function. The name is
/// the one that inkotls_cipher_suite_name returns; upper and lower case are the same.
///
/// Returns IANA's number, or NONE, which is negative, if the name is not known.
///
/// name, len   The name in ASCII, and its length in bytes. Borrowed for this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_cipher_suite_number(name: *const c_char, len: usize) -> i32 {
    // SAFETY: the host vouches for name and len.
    number_of(&iana::CIPHER_SUITES, unsafe { bytes(name, len) })
}

/// Returns one of the protocol versions that this library supports.
///
/// Returns IANA's number (0x0304 for TLS 1.3, 0x0303 for TLS 1.2), or NONE, which is negative, if
/// index is not less than the number of supported versions.
///
/// index   The index of the version in the list of supported versions. The highest version has the
///         index 0.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_protocol_version_at(index: usize) -> i32 {
    plain_number(|| negotiation::protocol_versions().get(index).map(|it| i32::from(*it)))
}

/// Returns one of the cipher suites that this library supports.
///
/// Returns IANA's number, or NONE, which is negative, if index is not less than the number of
/// supported cipher suites.
///
/// index   The index of the cipher suite in the list of supported cipher suites, which is in the
///         default order of preference. The preferred cipher suite has the index 0.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_cipher_suite_at(index: usize) -> i32 {
    plain_number(|| negotiation::cipher_suites().get(index).map(|it| i32::from(*it)))
}

/// Returns one of the groups for the key exchange that this library supports.
///
/// Returns IANA's number, or NONE, which is negative, if index is not less than the number of
/// supported groups.
///
/// index   The index of the group in the list of supported groups, which is in the default order of
///         preference. The preferred group has the index 0.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_named_group_at(index: usize) -> i32 {
    plain_number(|| negotiation::named_groups().get(index).map(|it| i32::from(*it)))
}

/// Returns one of the signature schemes that this library supports: a peer may sign its handshake
/// with them.
///
/// Returns IANA's number, or NONE, which is negative, if index is not less than the number of
/// supported signature schemes.
///
/// index   The index of the signature scheme in the list of supported signature schemes, which is
///         in the order of preference. The preferred signature scheme has the index 0.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_signature_scheme_at(index: usize) -> i32 {
    plain_number(|| negotiation::signature_schemes().get(index).map(|it| i32::from(*it)))
}

/// Returns IANA's name of a signature scheme (RFC 8446, section 4.2.3), such as "ed25519" for
/// 0x0807.
///
/// Schemes that clients offer and this library does not support, such as ecdsa_sha1, have names,
/// too.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a number without a name here.
///
/// scheme   IANA's number of the signature scheme, as inkotls_conn_peer_signature_scheme returns
///          it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_signature_scheme_name(scheme: i32) -> *const c_char {
    iana::SIGNATURE_SCHEMES.name(scheme).as_ptr()
}

/// Returns the number of a signature scheme from its name, such as 0x0807 from "ed25519".
///
/// A host that reads names from a configuration file converts them with this function. The name is
/// the one that inkotls_signature_scheme_name returns; upper and lower case are the same.
///
/// A signature scheme that has a number may be one that this library does not support:
/// inkotls_signature_scheme_at lists the supported signature schemes.
///
/// Returns IANA's number, or NONE, which is negative, if the name is not known.
///
/// name, len   The name in ASCII, and its length in bytes. Borrowed for this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_signature_scheme_number(name: *const c_char, len: usize) -> i32 {
    // SAFETY: the host vouches for name and len.
    number_of(&iana::SIGNATURE_SCHEMES, unsafe { bytes(name, len) })
}

/// Returns IANA's name of a group for the key exchange, such as "x25519" for 29.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a group that this library does not support.
///
/// group   IANA's number of the group, as inkotls_conn_named_group returns it.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_named_group_name(group: i32) -> *const c_char {
    iana::NAMED_GROUPS.name(group).as_ptr()
}

/// Returns the number of a group from its name, such as 29 from "x25519".
///
/// A host that reads names from a configuration file converts them with this function. The name is
/// the one that inkotls_named_group_name returns; upper and lower case are the same.
///
/// Returns IANA's number, or NONE, which is negative, if the name is not known.
///
/// name, len   The name in ASCII, and its length in bytes. Borrowed for this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_named_group_number(name: *const c_char, len: usize) -> i32 {
    // SAFETY: the host vouches for name and len.
    number_of(&iana::NAMED_GROUPS, unsafe { bytes(name, len) })
}

fn number_of(registry: &Registry, name: Result<&[u8], Error>) -> i32 {
    match name {
        Ok(name) => plain_number(|| registry.number(name).map(i32::from)),
        Err(error) => error.status as i32,
    }
}
