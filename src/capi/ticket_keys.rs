//! inkotls_ticket_keys: the keys of tickets, which several servers may share.

use crate::crypto::TicketKeys;
use crate::error::Status;
use crate::ffi::{SharedHandle, bytes, create, enter_shared, release, retain, share};
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The keys that seal and open tickets which contain the session itself (RFC 5077; RFC 8446,
/// section 4.6.1). Any server that has the key of a ticket resumes the session of the ticket, in
/// any process and on any machine. Ticket keys are reference-counted. Any thread that holds a
/// reference may change ticket keys (inkotls_ticket_keys_set), also while servers use them.
///
/// Anyone who obtains a key can decrypt recorded TLS 1.2 sessions whose tickets the key sealed.
/// Anyone who obtains a key can also make tickets, as long as a server accepts the key: an attacker
/// can then connect in the name of any client, without its certificate, and can impersonate the
/// servers to a client that resumes a session. Rotate keys every few hours, keep the previous key
/// for 12 hours so that old tickets still open, send keys over a protected channel only, and never
/// write keys to disk.
///
/// A ticket is accepted for 12 hours, or for the time that
/// inkotls_server_builder_set_session_lifetime sets. However often the session in a ticket is
/// renewed, the session can be resumed for at most 7 days after the full handshake that the session
/// comes from, or for a shorter time if a certificate of the client expires earlier
/// (inkotls_server_builder_set_session_cache).
///
/// The format of a ticket is: the name of the key (16 bytes), a random salt (32 bytes), the sealed
/// content, and an authentication tag (16 bytes). The content is the time at which the ticket was
/// made (Unix time in seconds, 8 bytes, big-endian) and the session. The content is sealed with
/// AES-256-GCM; the nonce is 12 bytes of 0, and the additional authenticated data is the name and
/// the salt. The AES key is HKDF-SHA-256 of the key that was passed to the library (salt: the salt
/// of the ticket; info: "inkotls ticket"). The name of a key is HKDF-SHA-256 of the key (no salt;
/// info: "inkotls ticket key name").
pub struct inkotls_ticket_keys {
    pub(super) keys: Arc<TicketKeys>,
    poison: AtomicBool,
}

impl SharedHandle for inkotls_ticket_keys {
    fn poison(&self) -> &AtomicBool {
        &self.poison
    }
}

/// Creates ticket keys.
///
/// A failure of inkotls_ticket_keys_new leaves no error message, because ticket keys have no _error
/// function. inkotls_status_text describes the status.
///
/// keys, len   The keys, one after the other, and their length in bytes. Range: 32 to 512. len is a
///             multiple of 32, because each key has 32 random bytes. The first key seals new
///             tickets, and every key opens tickets. Copied. The library erases its copy of the
///             keys when the copy is no longer used. The library does not erase the host's buffer:
///             the host should erase it after the call.
/// out_keys    Receives the ticket keys, with one reference that belongs to the caller. Valid until
///             inkotls_ticket_keys_release releases the last reference.
///
/// INVALID_ARGUMENT   len is not a multiple of 32, or is less than 32 or more than 512.
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

/// Sets other keys, which replace all earlier keys for every server that uses ticket_keys.
///
/// To rotate keys on several servers, call this function three times on every server. The first
/// call adds the new key behind the old key. The second call, when every server has the new key,
/// puts the new key first. The third call, 12 hours later, removes the old key. A ticket that no
/// key opens is not an error: the handshake is then a full handshake.
///
/// After fork, each process has its own copy of the ticket keys: call this function in every
/// process.
///
/// A failure of inkotls_ticket_keys_set leaves no error message, because ticket keys have no _error
/// function. inkotls_status_text describes the status.
///
/// keys, len   The keys, one after the other, and their length in bytes. Range: 32 to 512. len is a
///             multiple of 32, because each key has 32 random bytes. The first key seals new
///             tickets, and every key opens tickets. Copied. The library erases its copy of the
///             keys when the copy is no longer used. The library does not erase the host's buffer:
///             the host should erase it after the call.
///
/// INVALID_ARGUMENT   len is not a multiple of 32, or is less than 32 or more than 512. The earlier
///                    keys stay in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_ticket_keys_set(
    ticket_keys: Option<&inkotls_ticket_keys>,
    keys: *const c_void,
    len: usize,
) -> Status {
    // SAFETY: the host vouches for keys and len.
    enter_shared(ticket_keys, |t| t.keys.set(unsafe { bytes(keys, len) }?))
}

/// Retains the ticket keys: their number of references grows by one.
///
/// Any thread may call inkotls_ticket_keys_retain while the caller holds a reference.
/// inkotls_ticket_keys_release releases the reference that inkotls_ticket_keys_retain has added.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_ticket_keys_retain(
    ticket_keys: *const inkotls_ticket_keys,
) -> Status {
    // SAFETY: the host vouches for the ticket keys.
    unsafe { retain(ticket_keys) }
}

/// Releases a reference to the ticket keys, and frees the ticket keys with the last reference.
///
/// A config that uses the ticket keys has a reference of its own. Any thread may call
/// inkotls_ticket_keys_release to release a reference that the caller holds, also while other
/// threads use references of their own.
///
/// ticket_keys   The ticket keys to release. May be NULL: the call then does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_ticket_keys_release(ticket_keys: *const inkotls_ticket_keys) {
    // SAFETY: the host vouches for the ticket keys.
    unsafe { release(ticket_keys) }
}
