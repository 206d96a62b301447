//! The guard that every export goes through: NULL check, poison check, catch, record.

use super::shared::share;
use crate::error::{Error, Status};
use std::any::Any;
use std::cell::Cell;
use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, OnceLock};
use std::thread;

/// What a handle remembers of its last failure. Only the handle has it: nothing is global.
#[derive(Default)]
pub struct Record {
    failure: Option<Box<Failure>>,
    poisoned: bool,
}

struct Failure {
    text: CString,
    os: Option<i32>,
}

impl Record {
    /// The sentence for the last failed call; empty before the first.
    pub fn text(&self) -> &CStr {
        self.failure.as_ref().map_or(c"", |it| &it.text)
    }

    pub fn os(&self) -> Option<i32> {
        self.failure.as_ref()?.os
    }

    fn keep(&mut self, error: Error) -> Status {
        // A peer's or host's words may be in the sentence, so a NUL may be, too.
        let text = CString::new(error.text.replace('\0', "\u{fffd}")).unwrap_or_default();
        self.failure = Some(Box::new(Failure { text, os: error.os }));
        error.status
    }

    fn poison(&mut self, panic: &(dyn Any + Send)) -> Status {
        let what = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
            (Some(text), _) => text,
            (_, Some(text)) => text.as_str(),
            _ => "no message",
        };
        self.poisoned = true;
        self.keep(Error::new(Status::Panic, format!("a bug in inkotls was caught: {what}")))
    }
}

/// An object that the host holds by pointer, and may use from another thread at every call.
pub trait Handle: Send {
    fn record(&self) -> &Record;
    fn record_mut(&mut self) -> &mut Record;
}

/// An object that is counted, and changed by any number of threads at the same time.
pub trait SharedHandle: Send + Sync {
    /// Whether a call on it panicked.
    fn poison(&self) -> &AtomicBool;
}

/// A call that may change the handle.
pub fn enter<H: Handle>(
    handle: Option<&mut H>,
    call: impl FnOnce(&mut H) -> Result<Status, Error>,
) -> Status {
    let Some(handle) = handle else { return Status::InvalidArgument };
    if handle.record().poisoned {
        return Status::Panic;
    }
    match caught(|| call(handle)) {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => handle.record_mut().keep(error),
        Err(panic) => handle.record_mut().poison(&*panic),
    }
}

/// A call that may use the handle up: exactly when `call` succeeds, the handle is gone.
///
/// # Safety
/// `handle` is NULL or came from `make`, and no one else uses it.
pub unsafe fn enter_raw<H: Handle>(
    handle: *mut H,
    call: impl FnOnce(&mut H) -> Result<(), Error>,
) -> Status {
    // SAFETY: the caller vouches for it; the borrow ends with the statement.
    let status = enter(unsafe { handle.as_mut() }, |h| call(h).map(|()| Status::Ok));
    if status == Status::Ok {
        // SAFETY: not NULL, or `enter` had refused it.
        drop_quietly(Some(unsafe { Box::from_raw(handle) }));
    }
    status
}

/// A question that changes nothing. `None` is an answer: there is no such thing.
pub fn ask<H: Handle>(
    handle: Option<&H>,
    call: impl FnOnce(&H) -> Result<Option<()>, Error>,
) -> Status {
    let Some(handle) = handle else { return Status::InvalidArgument };
    if handle.record().poisoned {
        return Status::Panic;
    }
    match caught(|| call(handle)) {
        Ok(Ok(Some(()))) => Status::Ok,
        Ok(Ok(None)) => Status::None,
        Ok(Err(error)) => error.status,
        Err(_) => Status::Panic,
    }
}

/// A question whose answer is a number: that, or a negative status.
pub fn number<H: Handle>(handle: Option<&H>, call: impl FnOnce(&H) -> Option<i32>) -> i32 {
    let mut answer = 0;
    let status = ask(handle, |h| Ok(call(h).map(|number| answer = number)));
    if status == Status::Ok { answer } else { status as i32 }
}

/// A question without a handle, whose answer is a number.
pub fn answer(call: impl FnOnce() -> Option<i32>) -> i32 {
    match caught(call) {
        Ok(Some(number)) => number,
        Ok(None) => Status::None as i32,
        Err(_) => Status::Panic as i32,
    }
}

/// The sentence for the last failure, from a poisoned handle too.
pub fn words<H: Handle>(handle: Option<&H>) -> *const c_char {
    handle.map_or(c"the handle is NULL", |h| h.record().text()).as_ptr()
}

/// A call on a counted handle, which keeps no sentence: several threads may make one at a time.
pub fn enter_shared<H: SharedHandle>(
    handle: Option<&H>,
    call: impl FnOnce(&H) -> Result<(), Error>,
) -> Status {
    let Some(handle) = handle else { return Status::InvalidArgument };
    if handle.poison().load(Ordering::Relaxed) {
        return Status::Panic;
    }
    match caught(|| call(handle)) {
        Ok(Ok(())) => Status::Ok,
        Ok(Err(error)) => error.status,
        Err(_) => {
            handle.poison().store(true, Ordering::Relaxed);
            Status::Panic
        }
    }
}

/// A counted handle that another handle's call is given.
pub fn given_shared<'a, H: SharedHandle>(
    handle: Option<&'a H>,
    name: &str,
) -> Result<&'a H, Error> {
    match handle {
        None => Err(Error::argument(format!("{name} is NULL"))),
        Some(handle) if handle.poison().load(Ordering::Relaxed) => Err(unusable(name)),
        Some(handle) => Ok(handle),
    }
}

fn unusable(name: &str) -> Error {
    Error::new(Status::Panic, format!("{name} is unusable: a bug was caught in it"))
}

/// A handle that another handle's call is given to look at.
pub fn given<'a, H: Handle>(handle: Option<&'a H>, name: &str) -> Result<&'a H, Error> {
    match handle {
        None => Err(Error::argument(format!("{name} is NULL"))),
        Some(handle) if handle.record().poisoned => Err(unusable(name)),
        Some(handle) => Ok(handle),
    }
}

/// A handle that has one owner.
pub fn own<H>(handle: H) -> *mut H {
    Box::into_raw(Box::new(handle))
}

/// A new handle; NULL where making it panicked.
pub fn make<H>(new: impl FnOnce() -> H) -> *mut H {
    caught(|| own(new())).unwrap_or(std::ptr::null_mut())
}

/// A new counted handle; NULL where making it panicked.
pub fn make_shared<T: Send + Sync>(new: impl FnOnce() -> T) -> *const T {
    caught(|| share(new())).unwrap_or(std::ptr::null())
}

/// The pointer to a new handle, where making it can fail, with no handle yet to keep the sentence.
pub fn create<P>(
    out: Option<&mut MaybeUninit<P>>,
    new: impl FnOnce() -> Result<P, Error>,
) -> Status {
    let Some(out) = out else { return Status::InvalidArgument };
    match caught(new) {
        Ok(Ok(handle)) => {
            out.write(handle);
            Status::Ok
        }
        Ok(Err(error)) => error.status,
        Err(_) => Status::Panic,
    }
}

/// `_free`: works on poisoned handles, and on NULL.
pub fn drop_quietly<H>(handle: Option<H>) {
    let _ = caught(|| drop(handle));
}

fn caught<T>(call: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    static SILENCED: Once = Once::new();
    if !SILENCED.is_completed() && !thread::panicking() {
        SILENCED.call_once(silence);
    }
    let was_inside = INSIDE.replace(true);
    // A handle that a panic leaves half-changed is poisoned and only dropped after that.
    let result = catch_unwind(AssertUnwindSafe(|| {
        #[cfg(inkotls_test_hooks)]
        hooks::panic_if_armed();
        call()
    }));
    INSIDE.set(was_inside);
    result
}

thread_local! {
    /// Whether a panic on this thread would be caught here.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// The standard library tells stderr of every panic. What is caught here is told to the handle;
/// the host's own panics, where the host is in Rust, go where they went before.
fn silence() {
    type Hook = dyn Fn(&PanicHookInfo<'_>) + Send + Sync;
    static BEFORE: OnceLock<Box<Hook>> = OnceLock::new();
    let _ = BEFORE.set(panic::take_hook());
    panic::set_hook(Box::new(|panic| match BEFORE.get() {
        Some(before) if !INSIDE.get() => before(panic),
        _ => {}
    }));
}

/// Not in the shipped library: the tests build an archive of their own with this cfg.
/// cbindgen:ignore
#[cfg(inkotls_test_hooks)]
mod hooks {
    use super::{AtomicBool, Ordering};

    static ARMED: AtomicBool = AtomicBool::new(false);

    /// Makes the next guarded call panic.
    #[unsafe(no_mangle)]
    extern "C" fn inkotls_test_panic_next() {
        ARMED.store(true, Ordering::SeqCst);
    }

    pub fn panic_if_armed() {
        assert!(!ARMED.swap(false, Ordering::SeqCst), "injected");
    }
}
