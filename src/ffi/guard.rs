//! The guard that every export goes through: NULL check, check of the handle, catch, record.

use super::answer::Answer;
use super::args::{not_null, output};
use super::handle::{Handle, Slot, disown, own};
use super::shared::share;
use crate::error::{Error, Status};
use std::any::Any;
use std::cell::Cell;
use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, OnceLock};
use std::thread;

/// A handle that is reference-counted, and changed by any number of threads at the same time.
pub trait SharedHandle: Send + Sync {
    /// Whether a call on it panicked.
    fn poison(&self) -> &AtomicBool;
}

/// A call that may change the handle.
pub fn enter<H: Handle, A: Answer>(
    handle: Option<&mut H>,
    call: impl FnOnce(&mut H::State) -> A,
) -> Status {
    let Some(handle) = handle else { return Status::InvalidArgument };
    let slot = Slot::of(handle);
    let outcome = slot.change(|state, running| match caught(|| call(state).status()) {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => running.keep(error),
        Err(panic) => {
            running.keep(bug(&*panic));
            slot.head.poison()
        }
    });
    match outcome {
        Ok((status, false)) => status,
        Ok((status, true)) => {
            // SAFETY: it came from `own`, or it could not be freed; the host will not use it again.
            drop_quietly(unsafe { disown(handle) });
            status
        }
        Err(refusal) => refusal,
    }
}

/// A call that makes another handle of this one, which is gone exactly when that succeeds.
///
/// # Safety
/// `handle` is NULL or came from `own`.
pub unsafe fn convert<H: Handle, P>(
    handle: *mut H,
    out: Option<&mut MaybeUninit<P>>,
    call: impl FnOnce(&mut H::State) -> Result<P, Error>,
) -> Status {
    // SAFETY: the caller vouches for it. A handle has no bytes that the two references could share.
    let (slot, handle) = unsafe { (handle.as_ref().map(Slot::of), handle.as_mut()) };
    enter(handle, |state| {
        let out = output(out)?;
        out.write(call(state)?);
        slot.map(|it| it.head.end_later());
        Ok(())
    })
}

/// A question that changes nothing.
pub fn ask<H: Handle, A: Answer>(handle: Option<&H>, call: impl FnOnce(&H::State) -> A) -> Status {
    let Some(handle) = handle else { return Status::InvalidArgument };
    let slot = Slot::of(handle);
    let state = match slot.read() {
        Ok(state) => state,
        Err(refusal) => return refusal,
    };
    match caught(|| call(state).status()) {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => error.status,
        Err(_) => slot.head.poison(),
    }
}

/// A question whose answer is a number: that, or a negative status.
pub fn number<H: Handle, N: Into<i32>>(
    handle: Option<&H>,
    call: impl FnOnce(&H::State) -> Option<N>,
) -> i32 {
    fallible_number(handle, |state| Ok(call(state)))
}

/// As `number`, where the question may have no answer.
pub fn fallible_number<H: Handle, N: Into<i32>>(
    handle: Option<&H>,
    call: impl FnOnce(&H::State) -> Result<Option<N>, Error>,
) -> i32 {
    let mut answer = 0;
    let status = ask(handle, |state| Ok(call(state)?.map(|number| answer = number.into())));
    if status == Status::Ok { answer } else { status as i32 }
}

/// errno of the last failed call, or a negative status.
pub fn os_error<H: Handle>(handle: Option<&H>) -> i32 {
    number(handle, |_| handle.and_then(|it| Slot::of(it).head.os()))
}

/// As `number`, without a handle.
pub fn plain_number<N: Into<i32>>(call: impl FnOnce() -> Option<N>) -> i32 {
    match caught_first(|| call().map(N::into)) {
        Ok(Some(number)) => number,
        Ok(None) => Status::None as i32,
        Err(_) => Status::Panic as i32,
    }
}

/// The error message of the last failed call, whatever state the handle is in.
pub fn error_message<H: Handle>(handle: Option<&H>) -> *const c_char {
    handle.map_or(c"the handle is NULL", |it| Slot::of(it).head.text()).as_ptr()
}

/// A call on a reference-counted handle, which keeps no error message: several threads may make one
/// at a time.
pub fn enter_shared<H: SharedHandle, A: Answer>(
    handle: Option<&H>,
    call: impl FnOnce(&H) -> A,
) -> Status {
    let Some(handle) = handle else { return Status::InvalidArgument };
    if handle.poison().load(Ordering::Relaxed) {
        return Status::Panic;
    }
    match caught(|| call(handle).status()) {
        Ok(Ok(status)) => status,
        Ok(Err(error)) => error.status,
        Err(_) => {
            handle.poison().store(true, Ordering::Relaxed);
            Status::Panic
        }
    }
}

/// A reference-counted handle that another handle's call is given.
pub fn given_shared<'a, H: SharedHandle>(
    handle: Option<&'a H>,
    name: &str,
) -> Result<&'a H, Error> {
    match handle {
        Some(handle) if handle.poison().load(Ordering::Relaxed) => Err(unusable(name)),
        _ => not_null(handle, name),
    }
}

fn unusable(name: &str) -> Error {
    Error::new(Status::Panic, format!("{name} is unusable: a bug was caught in it"))
}

/// A handle that another handle's call is given to look at.
pub fn given<'a, H: Handle>(handle: Option<&'a H>, name: &str) -> Result<&'a H::State, Error> {
    match Slot::of(not_null(handle, name)?).read() {
        Ok(state) => Ok(state),
        Err(Status::Panic) => Err(unusable(name)),
        Err(_) => Err(Error::state(format!("another call on {name} has not returned"))),
    }
}

/// A new handle; NULL where making it panicked.
pub fn make<H: Handle>(new: impl FnOnce() -> H::State) -> *mut H {
    caught_first(|| own(new())).unwrap_or(std::ptr::null_mut())
}

/// A new reference-counted handle; NULL where making it panicked.
pub fn make_shared<T: Send + Sync>(new: impl FnOnce() -> T) -> *const T {
    caught_first(|| share(new())).unwrap_or(std::ptr::null())
}

/// The pointer to a new handle, where making it can fail, with no handle yet to keep the error.
pub fn create<P>(
    out: Option<&mut MaybeUninit<P>>,
    new: impl FnOnce() -> Result<P, Error>,
) -> Status {
    let Some(out) = out else { return Status::InvalidArgument };
    match caught_first(new) {
        Ok(Ok(handle)) => {
            out.write(handle);
            Status::Ok
        }
        Ok(Err(error)) => error.status,
        Err(_) => Status::Panic,
    }
}

/// `_free`: works on poisoned handles, and on NULL. A call that is running ends first.
pub fn free<H: Handle>(handle: Option<Box<H>>) {
    let handle = handle.map(Box::into_raw);
    // SAFETY: it was a box, of no bytes.
    let idle = handle.filter(|it| !Slot::of(unsafe { &**it }).head.end_later());
    // SAFETY: it came from `own`, and the host gives it back.
    drop_quietly(idle.map(|it| unsafe { disown(it) }));
}

/// Drops what may panic when it is dropped.
pub fn drop_quietly<T>(it: T) {
    let _ = caught(|| drop(it));
}

fn bug(panic: &(dyn Any + Send)) -> Error {
    let what = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text.as_str(),
        _ => "no message",
    };
    Error::new(Status::Panic, format!("a bug in inkotls was caught: {what}"))
}

/// As `caught`, in a call that may be the first one.
fn caught_first<T>(call: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    static SILENCED: Once = Once::new();
    if !thread::panicking() {
        SILENCED.call_once(silence); // a thread that panics may not change the hook
    }
    caught(call)
}

/// Not to be called within itself, but in what `outside` runs.
#[inline]
fn caught<T>(call: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    INSIDE.set(true);
    // A handle that a panic leaves half-changed is poisoned and only dropped after that.
    let result = catch_unwind(AssertUnwindSafe(|| {
        #[cfg(inkotls_test_hooks)]
        hooks::panic_if_armed();
        call()
    }));
    INSIDE.set(false);
    result
}

/// Runs the host's own code, whose panics, where the host is in Rust, are not the library's.
pub fn outside<T>(call: impl FnOnce() -> T) -> T {
    INSIDE.set(false);
    let result = call();
    INSIDE.set(true);
    result
}

thread_local! {
    /// Whether the library is at work on this thread, so that a panic would be caught here. It is
    /// set without a look at what it was: to put that back would make each call wait for the one
    /// before.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// The standard library writes every panic to stderr. A panic that is caught here is the error message
/// of the handle instead; the host's own panics, if the host is in Rust, go where they went before.
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
