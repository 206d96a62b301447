//! inkotls_sni_map: what a server chooses from by server name.

use super::inkotls_identity;
use crate::error::Status;
use crate::ffi::{SharedHandle, bytes, enter_shared, given, make_shared, release, retain};
use crate::setup::Identities;
use std::ffi::c_char;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The identities that a server chooses from by the server name that a client sends (SNI,
/// RFC 6066).
///
/// An SNI map is reference-counted. Several threads may use an SNI map at the same time, also while
/// servers use the SNI map, as long as each caller holds a reference. A handshake chooses among the
/// identities that the map has when the ClientHello is answered. An SNI map keeps no error message,
/// because several threads may use the SNI map at the same time.
#[derive(Default)]
pub struct inkotls_sni_map {
    pub(super) identities: Arc<Identities>,
    poison: AtomicBool,
}

impl SharedHandle for inkotls_sni_map {
    fn poison(&self) -> &AtomicBool {
        &self.poison
    }
}

/// Creates an empty SNI map.
///
/// Returns the map with one reference: release it with inkotls_sni_map_release. Returns NULL only
/// if a bug in the library was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_sni_map_new() -> *const inkotls_sni_map {
    make_shared(inkotls_sni_map::default)
}

/// Sets an identity for a server name.
///
/// The identity replaces the identity that has the same name and the same kind of key (RSA, ECDSA
/// or Ed25519). Therefore a name may have one identity for each kind of key. The handshakes of
/// every config that uses sni_map use the new identity; a connection that has already chosen an
/// identity keeps that identity.
///
/// A server tries the identities in this order: the identities of the server name that the client
/// sends, the identities of the wildcard that matches the server name, and the identities of the
/// empty name. The identities of one name are tried in the order in which they were set. A server
/// presents the first identity whose key supports a signature scheme that the client offers.
///
/// The identities of the empty name are used in each of these cases: the client sends no server
/// name; the map has no identity for the server name or its wildcard; no identity of the server
/// name or its wildcard supports a signature scheme that the client offers.
/// inkotls_server_builder_set_sni_map describes how the handshake fails if the map has no identity
/// for a client.
///
/// A failure other than INVALID_NAME leaves no error message, because an SNI map has no _error
/// function. inkotls_status_text describes the status.
///
/// server_name, len   A DNS name, or "*." and a DNS name (the wildcard for exactly one label), or
///                    an empty name. The name must not contain a NUL byte; len is its length in
///                    bytes. Upper and lower case are the same, and a dot at the end is ignored.
///                    Copied.
/// identity           A complete identity: a certificate chain, and a private key or a signer.
///                    Copied. identity may be freed after the call, and later changes of identity
///                    have no effect on sni_map.
///
/// INVALID_NAME          The name is not a DNS name, a wildcard or empty. inkotls_invalid_name_text
///                       copies the error message.
/// INVALID_CERTIFICATE   The identity has no certificate chain.
/// INVALID_KEY           The identity has no private key and no signer.
/// INVALID_STATE         The identity presents a raw public key
///                       (inkotls_identity_use_raw_public_key). Or its signer may block, and
///                       sni_map was passed to a server builder before it had an identity whose
///                       signer may block: set one identity whose signer may block before that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_sni_map_set(
    sni_map: Option<&inkotls_sni_map>,
    server_name: *const c_char,
    len: usize,
    identity: Option<&inkotls_identity>,
) -> Status {
    enter_shared(sni_map, |i| {
        // SAFETY: the host vouches for server_name and len.
        let name = unsafe { bytes(server_name, len) }?;
        i.identities.set(name, given(identity, "identity")?.credential()?)
    })
}

/// Removes all identities of a server name.
///
/// A connection that has already chosen one of the identities keeps that identity.
///
/// server_name, len   A DNS name, or "*." and a DNS name (the wildcard for exactly one label), or
///                    an empty name. The name must not contain a NUL byte; len is its length in
///                    bytes. Upper and lower case are the same, and a dot at the end is ignored.
///                    Borrowed for this call.
///
/// NONE           The map has no identity with this name.
/// INVALID_NAME   The name is not a DNS name, a wildcard or empty. inkotls_invalid_name_text copies
///                the error message.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_sni_map_remove(
    sni_map: Option<&inkotls_sni_map>,
    server_name: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for server_name and len.
    enter_shared(sni_map, |i| i.identities.remove(unsafe { bytes(server_name, len) }?))
}

/// Retains the map: its number of references grows by one.
///
/// Any thread may call inkotls_sni_map_retain while the caller holds a reference.
/// inkotls_sni_map_release releases the reference that inkotls_sni_map_retain has added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_sni_map_retain(sni_map: *const inkotls_sni_map) -> Status {
    // SAFETY: the host vouches for the map.
    unsafe { retain(sni_map) }
}

/// Releases one reference to the map, and frees the map with the last reference.
///
/// Server configs that use the map have references of their own. Any thread may call
/// inkotls_sni_map_release to release a reference that the caller holds, also while other threads
/// use references of their own.
///
/// sni_map   The map to release. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_sni_map_release(sni_map: *const inkotls_sni_map) {
    // SAFETY: the host vouches for the map.
    unsafe { release(sni_map) }
}
