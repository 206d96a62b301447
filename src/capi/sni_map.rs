//! inkotls_sni_map: what a server chooses from by server name.

use super::inkotls_identity;
use crate::error::Status;
use crate::ffi::{SharedHandle, bytes, enter_shared, given, make_shared, release, retain};
use crate::setup::Identities;
use std::ffi::c_char;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The identities that a server chooses from by the name that a client asks for (SNI, RFC 6066).
/// Counted, and filled and changed by any thread at any time, also while servers use it: a
/// handshake sees what is there when its ClientHello is answered.
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

/// Makes an empty set of identities with one reference, which is yours to release. NULL only if
/// the library has a bug that was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_sni_map_new() -> *const inkotls_sni_map {
    make_shared(inkotls_sni_map::default)
}

/// Puts an identity under a name, in the place of the one that has this name and a key of the same
/// kind (RSA, ECDSA, Ed25519). So one name may have a certificate of each kind; the client's
/// signature schemes decide. The closest name that has one that fits wins: itself, then its
/// wildcard, then "".
///
/// sni_map: must not be NULL.
/// server_name, len: a DNS name, "*." and a DNS name for any one label before it, or nothing: for
/// clients whose name is not here, and those that ask for none. In bytes without a NUL; upper and
/// lower case are the same; copied.
/// identity: must not be NULL, and complete; it may be freed at once.
///
/// INKOTLS_STATUS_INVALID_NAME: the name is not one of these; inkotls_invalid_name_text says what
/// is wrong with it.
/// INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_INVALID_KEY: the identity has no chain, or
/// no key.
/// INKOTLS_STATUS_INVALID_STATE: the identity is a raw public key; or its signer may block, and a
/// builder was given `sni_map` while no identity in it had a signer that may.
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

/// Removes what is under a name. Connections that showed it go on.
///
/// sni_map: must not be NULL.
/// server_name, len: as for inkotls_sni_map_set; borrowed for this call.
///
/// INKOTLS_STATUS_NONE: nothing was.
/// INKOTLS_STATUS_INVALID_NAME: as for inkotls_sni_map_set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_sni_map_remove(
    sni_map: Option<&inkotls_sni_map>,
    server_name: *const c_char,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for server_name and len.
    enter_shared(sni_map, |i| i.identities.remove(unsafe { bytes(server_name, len) }?))
}

/// Adds a reference. Any thread, at any time.
///
/// sni_map: must not be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_sni_map_retain(sni_map: *const inkotls_sni_map) -> Status {
    // SAFETY: the host vouches for the map.
    unsafe { retain(sni_map) }
}

/// Ends a reference. Configs keep their own. Any thread, at any time. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_sni_map_release(sni_map: *const inkotls_sni_map) {
    // SAFETY: the host vouches for the map.
    unsafe { release(sni_map) }
}
