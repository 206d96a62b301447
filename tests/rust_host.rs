//! A host in Rust: its panics go to its own panic hook, and the logger of its program stays its own.

use inkotls::capi::*;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::{LazyLock, Mutex};

/// What the panic hook of this program was told. It is set before the library is used.
static TOLD: LazyLock<Mutex<Vec<String>>> = LazyLock::new(|| {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        TOLD.lock().unwrap().push(panic.to_string());
        before(panic);
    }));
    Mutex::default()
});

unsafe extern "C" fn panics(_: *mut c_void, _: *mut u8, _: usize) -> i32 {
    #[cfg(inkotls_test_hooks)]
    the_library_panics();
    match std::panic::catch_unwind(|| panic!("the host's own")) {
        Err(_) => -libc::ECONNRESET,
        Ok(()) => 0,
    }
}

unsafe extern "C" fn says_no_tls(_: *mut c_void, buf: *mut u8, _: usize) -> i32 {
    // SAFETY: there is room for many more bytes.
    unsafe { buf.copy_from(b"no TLS".as_ptr(), 6) };
    6
}

unsafe extern "C" fn drops(_: *mut c_void, _: *const u8, len: usize) -> i32 {
    len as i32
}

/// An acceptor that gets what `read` gives it.
fn accept(read: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> i32) -> inkotls_status {
    LazyLock::force(&TOLD);
    // SAFETY: it is live until it is freed.
    let mut acceptor = unsafe { Box::from_raw(inkotls_acceptor_new()) };
    let set = inkotls_acceptor_set_io(Some(&mut acceptor), Some(read), Some(drops), null_mut());
    assert_eq!(set, inkotls_status::Ok);
    inkotls_acceptor_set_log(Some(&mut acceptor), 5, Some(is_not_called), null_mut());
    let status = inkotls_acceptor_accept(Some(&mut acceptor));
    inkotls_acceptor_free(Some(acceptor));
    status
}

unsafe extern "C" fn is_not_called(
    _: *mut c_void,
    _: *mut c_void,
    _: i32,
    _: *const std::ffi::c_char,
    _: usize,
) {
    unreachable!("the messages are the program's");
}

#[cfg(inkotls_test_hooks)]
fn the_library_panics() {
    unsafe extern "C" {
        safe fn inkotls_test_panic_next();
    }
    // SAFETY: it is live until it is freed.
    let mut acceptor = unsafe { Box::from_raw(inkotls_acceptor_new()) };
    inkotls_test_panic_next();
    assert_eq!(inkotls_acceptor_accept(Some(&mut acceptor)), inkotls_status::Panic);
    inkotls_acceptor_free(Some(acceptor));
}

#[test]
fn its_hook_is_told_of_its_panics_alone() {
    assert_eq!(accept(panics), inkotls_status::IoError);
    let told = TOLD.lock().unwrap().clone();
    assert!(told.iter().any(|it| it.contains("the host's own")), "{told:?}");
    assert!(!told.iter().any(|it| it.contains("injected")), "{told:?}");
}

/// Also after messages of a connection were asked for.
#[test]
fn its_logger_is_its_own() {
    struct Logger(Mutex<String>);
    impl log::Log for Logger {
        fn enabled(&self, _: &log::Metadata<'_>) -> bool {
            true
        }
        fn log(&self, record: &log::Record<'_>) {
            *self.0.lock().unwrap() += &record.args().to_string();
        }
        fn flush(&self) {}
    }
    static LOGGER: Logger = Logger(Mutex::new(String::new()));
    accept(says_no_tls);
    log::set_logger(&LOGGER).expect("there was no logger");
    log::set_max_level(log::LevelFilter::Trace);
    accept(says_no_tls);
    assert!(!LOGGER.0.lock().unwrap().is_empty());
}
