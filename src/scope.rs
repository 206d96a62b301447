//! What rustls's callbacks, which belong to a config, learn of and tell the connection that calls.
//!
//! rustls hands no context through. So the connection lends what it has to the thread for as long
//! as the call into rustls lasts, and takes it back before it returns to the host: rule 1.

use crate::error::Error;
use crate::log::Sink;
use std::cell::RefCell;
use std::fmt;
use std::mem::{ManuallyDrop, take};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// What a server's sessions carry beside rustls's own.
#[derive(Clone, Default)]
pub struct Carried {
    /// The channel binding of the certificate that the server showed when the session began.
    pub end_point: Vec<u8>,
    pub attached: Vec<u8>,
}

/// The full handshake that sessions come from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin {
    /// When its sessions end, in Unix seconds; 0 if no certificate was verified.
    pub end: u32,
    /// How much memory the peer's certificates take, in bytes.
    pub chain: u32,
}

/// The ALPN protocols that a client's early data depends on. An empty name: none.
#[derive(Default)]
pub struct EarlyProtocols {
    /// What the connection offers.
    pub offered: Vec<Vec<u8>>,
    /// Of the session that it would resume.
    pub resumed: Vec<u8>,
    /// What the server chose.
    pub agreed: Vec<u8>,
    /// The session is of a protocol that the connection does not offer: there is no early data.
    pub is_unfit: bool,
}

/// What a connection lends: the notes are made when there is something to note, so that lending
/// moves little.
#[derive(Default)]
pub struct Scope {
    notes: Option<Box<Notes>>,
    /// Of the sessions that this connection makes: a TLS 1.3 client does that after the handshake.
    pub origin: Origin,
}

#[derive(Default)]
pub struct Notes {
    /// The peer's certificate has been verified, or refused.
    pub verified: bool,
    /// A client's signer has yet to sign, and may block: the server has asked for its certificate.
    pub signer_asked: bool,
    /// Why this client showed no certificate, although the server asked for one.
    pub withheld: Option<Withheld>,
    /// The scheme of the peer's signature in the handshake.
    pub signed_with: Option<u16>,
    /// Why the peer's certificate, or its signature of the handshake, was refused.
    pub refusal: Option<Error>,
    /// The bits of an RSA key whose size is not supported, so that a signature did not verify.
    odd_key: Option<usize>,
    /// A Finished was computed: this side's, or the peer's, to compare it with what came.
    pub finished: bool,
    /// The version before TLS 1.2 that the server chose.
    pub old_version: Option<u16>,
    /// The OCSP response that the server stapled.
    pub staple: Vec<u8>,
    /// This server has identities for the client, none of which fits the client's schemes.
    pub fits_no_identity: bool,
    /// The channel binding of the certificate that this server chose to show.
    pub own_end_point: Option<Arc<[u8]>>,
    /// Where messages go.
    pub sink: Option<Sink>,
    /// What the host attaches to sessions.
    pub attached: Vec<u8>,
    /// What the session carried that the peer showed.
    pub shown: Option<Carried>,
    /// How many sessions that the peer offers were looked up or opened.
    pub look_ups: u32,
    /// How much the tickets have that were sealed.
    pub ticketed: usize,
    /// Of a client whose config sends early data.
    pub early: Option<Box<EarlyProtocols>>,
}

/// Why a client shows no certificate.
#[derive(Clone, Copy)]
pub enum Withheld {
    NoIdentity,
    Issuer,
    Key,
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server asked for a certificate, and this client sent none, because ")?;
        f.write_str(match self {
            Self::NoIdentity => "its config has no identity",
            Self::Issuer => {
                "none of its identities was issued by an authority that the server named"
            }
            Self::Key => {
                "none of its identities has a key for the signature schemes that the server named"
            }
        })
    }
}

static NONE: Notes = Notes {
    verified: false,
    signer_asked: false,
    withheld: None,
    signed_with: None,
    refusal: None,
    odd_key: None,
    finished: false,
    old_version: None,
    staple: Vec::new(),
    fits_no_identity: false,
    own_end_point: None,
    sink: None,
    attached: Vec::new(),
    shown: None,
    look_ups: 0,
    ticketed: 0,
    early: None,
};

impl Scope {
    /// After the handshake: few connections have anything left that is asked for.
    pub fn settle(&mut self) {
        let is_asked_for = !self.staple.is_empty()
            || self.sink.is_some()
            || self.shown.is_some()
            || self.withheld.is_some() // in TLS 1.3 the server's answer comes after this
            || self.early.is_some(); // and so do its tickets
        if !is_asked_for {
            self.notes = None;
        }
    }

    /// What the sessions carry that this connection makes: a resumed one began with another
    /// certificate, perhaps.
    fn carried(&self) -> Carried {
        let end_point = match &self.shown {
            Some(shown) => shown.end_point.clone(),
            None => self.own_end_point.as_deref().unwrap_or_default().to_vec(),
        };
        Carried { end_point, attached: self.attached.clone() }
    }
}

impl Deref for Scope {
    type Target = Notes;

    fn deref(&self) -> &Notes {
        self.notes.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for Scope {
    fn deref_mut(&mut self) -> &mut Notes {
        self.notes.get_or_insert_default()
    }
}

thread_local! {
    /// Always none between calls. Without a destructor, so that it is there even while the thread
    /// ends and other destructors run.
    static CALLER: RefCell<ManuallyDrop<Option<Scope>>> =
        const { RefCell::new(ManuallyDrop::new(None)) };
}

fn exchange(caller: Option<Scope>) -> Option<Scope> {
    ManuallyDrop::into_inner(CALLER.replace(ManuallyDrop::new(caller)))
}

/// Makes `scope` the caller's until `call` returns or unwinds.
pub fn within<T>(scope: &mut Scope, call: impl FnOnce() -> T) -> T {
    let before = exchange(Some(take(scope)));
    let _back = Back { scope, before };
    call()
}

/// A host's callback may use another connection: so there may be a caller before this one.
struct Back<'a> {
    scope: &'a mut Scope,
    before: Option<Scope>,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        *self.scope = exchange(self.before.take()).unwrap_or_default();
    }
}

/// Tells the caller something; nothing where there is none.
pub fn tell(note: impl FnOnce(&mut Scope)) {
    CALLER.with_borrow_mut(|caller| caller.as_mut().map(note));
}

/// Notes the size of an RSA key, for `take_odd_key`.
pub fn tell_odd_key(bits: usize) {
    tell(|caller| caller.odd_key = Some(bits));
}

/// The size of the RSA key with which a signature could not be verified just now.
pub fn take_odd_key() -> Option<usize> {
    CALLER.with_borrow_mut(|caller| {
        let caller = caller.as_mut()?;
        caller.odd_key?; // no notes are made to look
        caller.odd_key.take()
    })
}

/// What the sessions carry that the caller makes.
pub fn carried() -> Carried {
    CALLER.with_borrow(|caller| caller.as_ref().map(Scope::carried).unwrap_or_default())
}

/// The full handshake that the caller's sessions come from.
pub fn origin() -> Origin {
    CALLER.with_borrow(|caller| caller.as_ref().map(|it| it.origin).unwrap_or_default())
}

/// Counts a session that the peer offers and the server looks up or opens.
pub fn count_look_up() -> u32 {
    CALLER.with_borrow_mut(|caller| {
        caller.as_mut().map_or(1, |caller| {
            caller.look_ups += 1;
            caller.look_ups
        })
    })
}

/// Counts a ticket of `len` bytes; returns how much there is with it.
pub fn count_ticket(len: usize) -> usize {
    CALLER.with_borrow_mut(|caller| {
        caller.as_mut().map_or(len, |caller| {
            caller.ticketed += len;
            caller.ticketed
        })
    })
}

/// The ALPN protocol of the sessions that the caller makes.
pub fn agreed_protocol() -> Vec<u8> {
    CALLER.with_borrow(|caller| {
        let early = caller.as_ref().and_then(|caller| caller.early.as_ref());
        early.map(|early| early.agreed.clone()).unwrap_or_default()
    })
}

/// Notes the ALPN protocol of the session that the caller would resume; returns whether it may send
/// early data with that. If not, the caller opens its connection again, without early data, and the
/// second answer is true.
pub fn may_send_early_data(protocol: &[u8]) -> bool {
    CALLER.with_borrow_mut(|caller| {
        let Some(early) = caller.as_mut().and_then(|caller| caller.early.as_mut()) else {
            return true;
        };
        let is_fit = protocol.is_empty() || early.offered.iter().any(|it| it == protocol);
        let was_told = std::mem::replace(&mut early.is_unfit, !is_fit);
        early.resumed = protocol.to_vec();
        is_fit || was_told
    })
}

/// Where the caller's messages go.
pub fn sink() -> Option<Sink> {
    CALLER.with_borrow(|caller| caller.as_ref()?.sink.clone())
}
