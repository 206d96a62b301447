//! No panic goes unseen: the library catches its own, so this looks before it does. One is allowed
//! at a time, that which a test has the library make.

use std::backtrace::Backtrace;
use std::io::Write;
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once};

unsafe extern "C" {
    /// Makes the library's next call panic: it is built with the cfg inkotls_test_hooks.
    safe fn inkotls_test_panic_next();
}

static ARMED: AtomicBool = AtomicBool::new(false);

pub fn arm() {
    ARMED.store(true, Ordering::SeqCst);
    inkotls_test_panic_next();
}

/// Whether the panic that was asked for is still to come.
pub fn is_armed() -> bool {
    ARMED.load(Ordering::SeqCst)
}

/// Ends the program at a panic, whoever would catch it.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // The library puts its own hook in place at the first call that has no handle.
        inkotls::capi::inkotls_cipher_suite_at(0);
        panic::set_hook(Box::new(|panic| {
            let is_ours = panic.payload().downcast_ref() == Some(&"injected");
            if is_ours && ARMED.swap(false, Ordering::SeqCst) {
                return;
            }
            let (trace, run) = (Backtrace::force_capture(), RUN.lock());
            // Not eprintln, which a test harness may catch.
            let _ = writeln!(std::io::stderr(), "{panic}\n{trace}\n{}", run.expect("a name"));
            std::process::abort();
        }));
    });
}

static RUN: Mutex<String> = Mutex::new(String::new());

/// What tells which run it was that failed.
pub fn name(run: String) {
    *RUN.lock().expect("panics end the program") = run;
}

/// Has the panic now that was asked for, if it has not come.
pub fn disarm() {
    if is_armed() {
        inkotls::capi::inkotls_roots_free(None);
    }
    assert!(!is_armed(), "a call without the guard");
}
