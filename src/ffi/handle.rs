//! What a host holds by pointer: a state, its last error, and whether a call is using it.

use crate::error::{Error, Status};
use crate::text;
use std::cell::UnsafeCell;
use std::ffi::{CStr, CString};
use std::marker::PhantomPinned;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};

/// The content of a handle's type: no bytes. A reference to a handle carries only its address, so
/// that two of them may exist at the same time, which happens when a host makes overlapping calls.
pub struct Opaque(UnsafeCell<[u8; 0]>, PhantomPinned);

/// A type that the host holds a pointer to, and may use from another thread at every call.
pub trait Handle {
    /// What is at its address, in a `Slot`.
    type State: Send;
}

pub struct Slot<T> {
    pub head: Head,
    state: UnsafeCell<T>,
}

/// What every slot has.
pub struct Head {
    usage: AtomicU8,
    /// Calls were refused because they overlapped with another one; none has failed since.
    has_refused: AtomicBool,
    last_error: UnsafeCell<Option<Box<LastError>>>,
}

struct LastError {
    status: Status,
    text: CString,
    os: Option<i32>,
}

/// How a handle is used: 0, or bits.
const IDLE: u8 = 0;
/// A call that may change it is running.
const IN_USE: u8 = 1;
/// It is freed when that call ends.
const ENDING: u8 = 2;
const POISONED: u8 = 4;

const OVERLAP: &CStr = c"the handle is in use: another call on it has not returned. Calls on one \
    handle must not overlap, and a callback must not use the handle whose call it comes from";

impl<T> Slot<T> {
    fn new(state: T) -> Self {
        let head = Head {
            usage: AtomicU8::new(IDLE),
            has_refused: AtomicBool::new(false),
            last_error: UnsafeCell::new(None),
        };
        Self { head, state: UnsafeCell::new(state) }
    }

    pub fn of<H: Handle<State = T>>(handle: &H) -> &Self {
        // SAFETY: only this file makes handles, each at the address of a slot; that the handle is
        // alive is said by the reference.
        unsafe { &*at(handle) }
    }

    /// Runs a call that may change the state, and does not unwind. Also returns whether the handle
    /// is to be freed.
    ///
    /// This is a diagnosis, not a lock: two calls that begin within the same nanoseconds may both
    /// run. To notice those, too, would double the cost of every call.
    #[inline]
    pub fn change<R>(
        &self,
        call: impl FnOnce(&mut T, Running<'_>) -> R,
    ) -> Result<(R, bool), Status> {
        self.head.check()?;
        self.head.usage.store(IN_USE, Relaxed);
        // SAFETY: every other call is refused until this one is done.
        let result = call(unsafe { &mut *self.state.get() }, Running(&self.head));
        Ok((result, self.head.end()))
    }

    /// For a call that only reads the state, as others may at the same time.
    #[inline]
    pub fn read(&self) -> Result<&T, Status> {
        self.head.check()?;
        // SAFETY: no call that may change it is running.
        Ok(unsafe { &*self.state.get() })
    }
}

/// The call that is running, which alone keeps an error.
pub struct Running<'a>(&'a Head);

impl Running<'_> {
    #[cold]
    pub fn keep(&self, error: Error) -> Status {
        // A NUL is escaped, too.
        let text = CString::new(text::message(&error.text)).unwrap_or_default();
        let last_error = Some(Box::new(LastError { status: error.status, text, os: error.os }));
        // SAFETY: whoever else would look at it is refused as long as this call is running.
        unsafe { *self.0.last_error.get() = last_error };
        self.0.has_refused.store(false, Relaxed);
        error.status
    }
}

impl Head {
    #[inline]
    fn check(&self) -> Result<(), Status> {
        if self.usage.load(Relaxed) == IDLE { Ok(()) } else { Err(self.refuse()) }
    }

    #[cold]
    fn refuse(&self) -> Status {
        if self.has(POISONED) {
            return Status::Panic;
        }
        self.has_refused.store(true, Relaxed);
        Status::InvalidState
    }

    #[inline]
    fn end(&self) -> bool {
        let usage = self.usage.load(Relaxed);
        self.usage.store(usage & !IN_USE, Relaxed);
        usage & ENDING != 0
    }

    /// Makes every later call answer PANIC.
    #[cold]
    pub fn poison(&self) -> Status {
        self.set(POISONED);
        Status::Panic
    }

    /// The error message of the last failed call; empty before the first.
    pub fn text(&self) -> &CStr {
        match self.last_error() {
            _ if self.is_misused() => OVERLAP,
            Some(it) if it.status == Status::Panic || !self.has(POISONED) => &it.text,
            _ if self.has(POISONED) => c"a bug in inkotls was caught", // in a call that only reads
            _ => c"",
        }
    }

    /// errno of the last failed call.
    pub fn os(&self) -> Option<i32> {
        self.last_error()?.os
    }

    fn last_error(&self) -> Option<&LastError> {
        match self.is_misused() {
            true => None,
            // SAFETY: no call that may change it is running.
            false => unsafe { (*self.last_error.get()).as_deref() },
        }
    }

    /// A call is running, or calls were refused because of one; none has failed since.
    fn is_misused(&self) -> bool {
        self.has(IN_USE) || self.has_refused.load(Relaxed)
    }

    /// Has the running call free the handle when it ends. False where none is running.
    pub fn end_later(&self) -> bool {
        let is_in_use = self.has(IN_USE);
        if is_in_use {
            self.set(ENDING);
        }
        is_in_use
    }

    fn has(&self, bit: u8) -> bool {
        self.usage.load(Relaxed) & bit != 0
    }

    fn set(&self, bit: u8) {
        self.usage.store(self.usage.load(Relaxed) | bit, Relaxed);
    }
}

/// A handle that has one owner.
pub fn own<H: Handle>(state: H::State) -> *mut H {
    handle_at(Box::into_raw(Box::new(Slot::new(state))))
}

/// What `own` made.
///
/// # Safety
/// `handle` came from `own`, and is used by no one else, now or later.
pub unsafe fn disown<H: Handle>(handle: *const H) -> Box<Slot<H::State>> {
    // SAFETY: the caller vouches for it.
    unsafe { Box::from_raw(at(handle)) }
}

/// A handle that the host has for as long as `call` lasts; what is behind it comes back.
pub fn lent<H: Handle, R>(state: H::State, call: impl FnOnce(*mut H) -> R) -> (R, H::State) {
    let mut slot = Slot::new(state);
    let result = call(handle_at(&raw mut slot));
    (result, slot.state.into_inner())
}

fn handle_at<H: Handle>(slot: *mut Slot<H::State>) -> *mut H {
    slot.expose_provenance();
    slot.cast()
}

fn at<H: Handle>(handle: *const H) -> *mut Slot<H::State> {
    ptr::with_exposed_provenance_mut(handle.addr())
}
