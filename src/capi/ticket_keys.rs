//! inkotls_ticket_keys: what the servers of a fleet share.

use crate::crypto::TicketKeys;
use crate::error::Status;
use crate::ffi::{SharedHandle, bytes, create, enter_shared, release, retain, share};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The keys of stateless tickets (RFC 5077; RFC 8446, section 4.6.1): any server that has the key
/// resumes the session, in whatever process. Counted, and changed by any thread at any time, also
/// while servers use it.
///
/// A ticket is the key's name (16 bytes), a random salt (32), and the session, sealed with
/// AES-256-GCM (nonce 0, the name and the salt authenticated, a tag of 16 bytes at the end) under a
/// key that HKDF-SHA-256 derives from the host's key (salt: the ticket's; info: "inkotls ticket").
/// The first 8 bytes of what is sealed are the Unix time, big-endian: a ticket is accepted for 12
/// hours. The name is HKDF-SHA-256 of the host's key (no salt; info: "inkotls ticket key name").
/// However often a session is renewed, it ends as inkotls_server_builder_set_session_cache
/// describes.
///
/// Anyone who obtains a key can decrypt recorded TLS 1.2 sessions whose tickets it sealed. Rotate
/// keys every few hours, keep the previous key for 12 hours so that old tickets still open, and
/// never write keys to disk.
pub struct inkotls_ticket_keys {
    pub(super) keys: Arc<TicketKeys>,
    poison: AtomicBool,
}

impl SharedHandle for inkotls_ticket_keys {
    fn poison(&self) -> &AtomicBool {
        &self.poison
    }
}

/// Makes ticket keys with one reference, which is yours to release.
///
/// keys, len: 1 to 16 keys of 32 random bytes, one after the other, in bytes. The first seals
/// tickets, all of them open tickets. Copied, and wiped when no longer used; wipe yours.
/// out_keys: must not be NULL.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the length is not 32 to 512, in steps of 32.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_ticket_keys_new(
    keys: *const c_void,
    len: usize,
    out_keys: Option<&mut MaybeUninit<*const inkotls_ticket_keys>>,
) -> Status {
    create(out_keys, || {
        // SAFETY: the host vouches for keys and len.
        let keys = Arc::new(TicketKeys::new(unsafe { bytes(keys, len) }?)?);
        Ok(share(inkotls_ticket_keys { keys, poison: AtomicBool::new(false) }))
    })
}

/// Puts other keys in the place of all there were, for every server that uses them. To rotate:
/// first give every server the new key behind the old one, then in front of it, then without the
/// old one. A ticket that no key opens is no error: the handshake is a full one.
///
/// After fork, each process has its own copy of the ticket keys: call this function in every
/// process.
///
/// ticket_keys: must not be NULL.
/// keys, len: as for inkotls_ticket_keys_new.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_ticket_keys_set(
    ticket_keys: Option<&inkotls_ticket_keys>,
    keys: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for keys and len.
    enter_shared(ticket_keys, |t| t.keys.set(unsafe { bytes(keys, len) }?))
}

/// Adds a reference. Any thread, at any time.
///
/// ticket_keys: must not be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_ticket_keys_retain(
    ticket_keys: *const inkotls_ticket_keys,
) -> Status {
    // SAFETY: the host vouches for the ticket keys.
    unsafe { retain(ticket_keys) }
}

/// Ends a reference. Configs keep their own. Any thread, at any time. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_ticket_keys_release(ticket_keys: *const inkotls_ticket_keys) {
    // SAFETY: the host vouches for the ticket keys.
    unsafe { release(ticket_keys) }
}
