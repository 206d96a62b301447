//! What rustls's callbacks, which belong to a config, learn of the connection whose call they come
//! from, and note in its context.
//!
//! rustls hands no context through. So the thread holds the context of the connection for as long as the
//! call into rustls lasts, and has none when the call returns to the host: rule 1.

use crate::capi::types::UserData;
use crate::error::{Error, Status};
use log::LevelFilter;
use std::cell::RefCell;
use std::fmt;
use std::mem::{ManuallyDrop, replace, take};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// What the thread holds of a connection. The context of its handshake is made when there is something
/// to keep in it, so that little is moved.
#[derive(Default)]
pub struct CallContext {
    handshake: Option<Box<HandshakeContext>>,
    /// Of the sessions that this connection makes: a TLS 1.3 client does that after the handshake.
    pub origin: Origin,
    /// What the host's callbacks get beside what they were set with.
    pub user_data: UserData,
    /// How many bytes of records, without plaintext, rustls was given since it made a session: no ticket is longer.
    /// rustls does not tell the length of a ticket.
    pub received: u32,
}

#[derive(Default)]
pub struct HandshakeContext {
    /// The peer's certificate has been verified, or refused.
    pub verified: bool,
    /// A client's signer has yet to sign, and may block: the server has asked for its certificate.
    pub signer_asked: bool,
    /// Why this client showed no certificate, although the server asked for one.
    pub withheld: Option<Withheld>,
    /// The scheme of the peer's signature in the handshake.
    pub peer_signature_scheme: Option<u16>,
    /// Why the peer's certificate, or its signature of the handshake, was refused.
    pub refusal: Option<Error>,
    /// How the peer's certificate was verified.
    pub verified_path: VerifiedPath,
    /// A Finished was computed: this side's, or the peer's, to compare it with what came.
    pub finished: bool,
    /// The ServerHello chose the session that this client offered, as in TLS 1.3.
    pub chose_session: bool,
    /// The version before TLS 1.2 that the server chose.
    pub old_version: Option<u16>,
    /// The OCSP response that the server stapled.
    pub staple: Vec<u8>,
    /// Why this server has no identity for the client.
    pub no_identity: Option<Error>,
    /// tls-server-end-point of the certificate that this server chose to show.
    pub own_channel_binding: Option<Arc<[u8]>>,
    /// Where messages go.
    pub sink: Option<Sink>,
    /// What the host attaches to sessions.
    pub resumption_data: Vec<u8>,
    /// What the session holds that the peer offered to resume.
    pub offered_session: Option<SessionData>,
    /// How many sessions that the peer offers were looked up or opened.
    pub look_ups: u32,
    /// How much the tickets have that were sealed.
    pub ticketed: usize,
    /// Of a client whose config sends early data.
    pub early: Option<Box<EarlyProtocols>>,
    /// This client offers Encrypted ClientHello.
    pub offers_ech: bool,
}

/// How many issuers there may be between a peer's certificate and an anchor: webpki's limit.
pub const MAX_ISSUERS: usize = 6;

/// The path from the peer's certificate to what is trusted. A connection keeps it, so it is small.
#[derive(Clone, Copy, Default)]
pub enum VerifiedPath {
    /// No certificate was verified here.
    #[default]
    Unknown,
    /// The peer's own certificate is trusted.
    Trusted,
    /// The issuers, by their places in what the peer presented; its own certificate has the place 0,
    /// which is behind the last issuer. The anchor is one of the config's.
    Issued { issuers: [u16; MAX_ISSUERS], anchor: u32 },
}

/// The full handshake that sessions come from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin {
    /// When it was, in Unix seconds.
    pub began: u32,
    /// When the certificates end that were verified, in Unix seconds; 0 if no certificate was.
    pub end: u32,
    /// How much memory the peer's certificates take, in bytes.
    pub chain: u32,
}

/// What a server's session holds beside rustls's own.
#[derive(Clone, Default)]
pub struct SessionData {
    /// tls-server-end-point of the certificate that the server showed when the session began.
    pub channel_binding: Vec<u8>,
    /// What the host attached.
    pub resumption_data: Vec<u8>,
}

/// The ALPN protocols that a client's early data depends on. An empty name: none.
#[derive(Default)]
pub struct EarlyProtocols {
    /// What the connection offers.
    offered: Vec<Vec<u8>>,
    /// Of the session that it would resume.
    resumed: Vec<u8>,
    /// What the server chose.
    agreed: Vec<u8>,
    /// The session is of a protocol that the connection does not offer: there is no early data.
    pub is_unfit: bool,
}

/// Where messages for a person go.
#[derive(Clone)]
pub struct Sink {
    pub level: LevelFilter,
    pub callback: Arc<LogCallback>,
}

/// A host's callback: the level, and the message.
pub type LogCallback = dyn Fn(i32, &str) + Send + Sync;

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

impl EarlyProtocols {
    pub fn new(offered: &[Vec<u8>]) -> Self {
        Self { offered: offered.to_vec(), ..Default::default() }
    }

    /// Notes the protocol of a session; returns whether early data may be sent with it. If not, the
    /// connection is opened again, without early data, and the second answer is true.
    fn resume(&mut self, protocol: &[u8]) -> bool {
        let is_fit = protocol.is_empty() || self.offered.iter().any(|it| it == protocol);
        let was_told = replace(&mut self.is_unfit, !is_fit);
        self.resumed = protocol.to_vec();
        is_fit || was_told
    }

    /// Notes what the server chose. A server that accepts early data must choose the protocol of
    /// the session (RFC 8446, section 4.2.10): rustls does not look.
    pub fn agree(&mut self, protocol: &[u8], is_accepted: bool) -> Result<(), Error> {
        if is_accepted && protocol != self.resumed {
            let text = "the peer broke the protocol: it accepted early data with another ALPN \
                        protocol than the session's";
            return Err(Error::new(Status::ProtocolError, text));
        }
        self.agreed = protocol.to_vec();
        Ok(())
    }
}

static NONE: HandshakeContext = HandshakeContext {
    verified: false,
    signer_asked: false,
    withheld: None,
    peer_signature_scheme: None,
    refusal: None,
    verified_path: VerifiedPath::Unknown,
    finished: false,
    chose_session: false,
    old_version: None,
    staple: Vec::new(),
    no_identity: None,
    own_channel_binding: None,
    sink: None,
    resumption_data: Vec::new(),
    offered_session: None,
    look_ups: 0,
    ticketed: 0,
    early: None,
    offers_ech: false,
};

impl CallContext {
    /// Is the caller's until `call` returns or unwinds.
    pub fn within<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let before = exchange(Some(take(self)));
        let _back = Back { context: self, before };
        call()
    }

    /// As `within`, after the handshake: an empty context stays where it is, if there is no caller before it.
    /// No callback can be called then that would ask for `user_data`.
    #[inline]
    pub fn within_if_used<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let is_unused = self.handshake.is_none() && self.origin.end == 0;
        if is_unused && CALLER.with_borrow(|caller| caller.is_none()) {
            return call();
        }
        self.within(call)
    }

    /// Counts what rustls is given: with early data, the records of a handshake may have more than 4 GiB.
    #[inline]
    pub fn receive(&mut self, len: u32) {
        self.received = self.received.saturating_add(len);
    }

    /// After the handshake: few connections have anything left that is asked for.
    pub fn settle(&mut self) {
        self.received = 0;
        let is_asked_for = !self.staple.is_empty()
            || self.sink.is_some()
            || self.offered_session.is_some()
            || self.withheld.is_some() // in TLS 1.3 the server's answer comes after this
            || self.early.is_some(); // and so do its tickets
        if !is_asked_for {
            self.handshake = None;
        }
    }

    /// What the sessions hold that this connection makes: a resumed one began with another
    /// certificate, perhaps.
    fn session_data(&self) -> SessionData {
        let channel_binding = match &self.offered_session {
            Some(offered) => offered.channel_binding.clone(),
            None => self.own_channel_binding.as_deref().unwrap_or_default().to_vec(),
        };
        SessionData { channel_binding, resumption_data: self.resumption_data.clone() }
    }
}

impl Deref for CallContext {
    type Target = HandshakeContext;

    fn deref(&self) -> &HandshakeContext {
        self.handshake.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for CallContext {
    fn deref_mut(&mut self) -> &mut HandshakeContext {
        self.handshake.get_or_insert_default()
    }
}

thread_local! {
    /// Always none between calls. Without a destructor, so that it is there even while the thread
    /// ends and other destructors run.
    static CALLER: RefCell<ManuallyDrop<Option<CallContext>>> =
        const { RefCell::new(ManuallyDrop::new(None)) };
}

fn exchange(caller: Option<CallContext>) -> Option<CallContext> {
    ManuallyDrop::into_inner(CALLER.replace(ManuallyDrop::new(caller)))
}

/// A host's callback may use another connection: so there may be a caller before this one.
struct Back<'a> {
    context: &'a mut CallContext,
    before: Option<CallContext>,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        *self.context = exchange(self.before.take()).unwrap_or_default();
    }
}

/// Notes something in the context of the caller, if the thread holds one.
pub fn tell(note: impl FnOnce(&mut CallContext)) {
    CALLER.with_borrow_mut(|caller| caller.as_mut().map(note));
}

/// What the sessions hold that the caller makes.
pub fn session_data() -> SessionData {
    CALLER.with_borrow(|caller| caller.as_ref().map(CallContext::session_data).unwrap_or_default())
}

/// The full handshake that the caller's sessions come from.
pub fn origin() -> Origin {
    CALLER.with_borrow(|caller| caller.as_ref().map(|it| it.origin).unwrap_or_default())
}

/// How many bytes the caller received for the session that it makes.
pub fn take_received() -> usize {
    CALLER.with_borrow_mut(|caller| {
        caller.as_mut().map_or(usize::MAX, |caller| take(&mut caller.received) as usize)
    })
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

/// Notes the ALPN protocol of the session that the caller would resume with early data; returns
/// whether it may.
pub fn resume_with_early_data(protocol: &[u8]) -> bool {
    CALLER.with_borrow_mut(|caller| {
        let early = caller.as_mut().and_then(|caller| caller.early.as_mut());
        early.is_none_or(|early| early.resume(protocol))
    })
}

/// What the host has set for the caller. NULL, if the thread holds no context.
pub fn user_data() -> UserData {
    CALLER.with_borrow(|caller| caller.as_ref().map(|it| it.user_data).unwrap_or_default())
}

/// Whether the caller is a client that offers Encrypted ClientHello.
pub fn offers_ech() -> bool {
    CALLER.with_borrow(|caller| caller.as_ref().is_some_and(|caller| caller.offers_ech))
}

/// Where the caller's messages go.
pub fn sink() -> Option<Sink> {
    CALLER.with_borrow(|caller| caller.as_ref()?.sink.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn the_caller_is_told_and_no_one_else() {
        let (mut outer, mut inner) = (CallContext::default(), CallContext::default());
        tell(|_| panic!("there is no caller"));
        outer.within(|| {
            tell(|caller| caller.verified = true);
            inner.within(|| tell(|caller| caller.finished = true));
            assert_eq!((count_look_up(), count_look_up()), (1, 2));
        });
        assert!(outer.verified && !outer.finished && inner.finished && !inner.verified);
    }

    #[test]
    fn what_is_unused_hides_the_caller_before_it() {
        let set = UserData::new(std::ptr::dangling_mut());
        let (mut outer, mut inner) = (CallContext::default(), CallContext::default());
        outer.user_data = set;
        outer.within(|| {
            inner.within_if_used(|| assert!(user_data().get().is_null()));
            assert_eq!(user_data().get(), set.get());
        });
        assert!(user_data().get().is_null());
    }

    #[test]
    fn a_panic_gives_the_context_back() {
        let mut context = CallContext::default();
        let panics = || {
            tell(|caller| caller.verified = true);
            panic!("on purpose")
        };
        catch_unwind(AssertUnwindSafe(|| context.within(panics))).unwrap_err();
        assert!(context.verified);
        tell(|_| panic!("there is no caller"));
    }

    #[test]
    fn a_settled_context_keeps_what_is_asked_for() {
        let mut context = CallContext::default();
        context.within(|| tell(|caller| caller.verified = true));
        context.settle();
        assert!(context.handshake.is_none());
        context.staple = vec![1];
        context.settle();
        assert_eq!(context.staple, [1]);
    }

    #[test]
    fn early_data_is_bound_to_the_protocol_of_its_session() {
        let mut early = EarlyProtocols::new(&[b"h2".to_vec()]);
        assert!(!early.resume(b"other") && early.is_unfit);
        assert!(early.resume(b"other")); // without early data now
        assert!(early.resume(b"h2") && early.resume(b"") && early.resume(b"h2"));
        early.agree(b"h2", true).unwrap();
        early.agree(b"other", false).unwrap();
        assert_eq!(early.agreed, b"other");
        early.agree(b"other", true).unwrap_err();
    }
}
