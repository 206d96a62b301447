//! What rustls's callbacks, which belong to a config, learn of and tell the connection that calls.
//!
//! rustls hands no context through. So the connection lends what it has to the thread for as long
//! as the call into rustls lasts, and takes it back before it returns to the host: rule 1.

use crate::log::Sink;
use rustls::pki_types::CertificateDer;
use std::cell::RefCell;
use std::mem::take;

#[derive(Default)]
pub struct Scope {
    /// The OCSP response that the server stapled.
    pub staple: Vec<u8>,
    /// The certificate that this side chose to show.
    pub own_certificate: Option<CertificateDer<'static>>,
    /// Where messages go.
    pub sink: Option<Sink>,
    /// How often the host's session store was asked.
    pub look_ups: u32,
}

thread_local! {
    static CALLER: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

/// Makes `scope` the caller's until `call` returns or unwinds.
pub fn within<T>(scope: &mut Scope, call: impl FnOnce() -> T) -> T {
    let before = CALLER.replace(Some(take(scope)));
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
        *self.scope = CALLER.replace(self.before.take()).unwrap_or_default();
    }
}

/// Tells the caller something; nothing where there is none.
pub fn tell(note: impl FnOnce(&mut Scope)) {
    CALLER.with_borrow_mut(|caller| caller.as_mut().map(note));
}

/// Counts a question to the host's session store.
pub fn count_look_up() -> u32 {
    CALLER.with_borrow_mut(|caller| {
        caller.as_mut().map_or(1, |caller| {
            caller.look_ups += 1;
            caller.look_ups
        })
    })
}

/// Where the caller's messages go.
pub fn sink() -> Option<Sink> {
    CALLER.with_borrow(|caller| caller.as_ref()?.sink.clone())
}
