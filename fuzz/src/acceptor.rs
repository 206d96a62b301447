//! An acceptor whose every answer is judged, as `abi::Conn` judges a connection's.

use crate::abi::{Status, filled, lent, on_thread, out, text};
use crate::configs::ServerConfig;
use crate::panics;
use crate::progress::Progress;
use inkotls::capi::*;

pub struct Acceptor {
    raw: *mut inkotls_acceptor,
    pub elsewhere: bool,
    failure: Option<Status>,
    poisoned: bool,
    pub progress: Progress,
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        if !self.raw.is_null() {
            // SAFETY: made by the library, and freed once.
            inkotls_acceptor_free(Some(unsafe { Box::from_raw(self.raw) }));
        }
    }
}

impl Acceptor {
    pub fn new() -> Self {
        let raw = inkotls_acceptor_new();
        assert!(!raw.is_null());
        let progress = Progress::default();
        Self { raw, elsewhere: false, failure: None, poisoned: false, progress }
    }

    pub fn get(&self) -> Option<&inkotls_acceptor> {
        // SAFETY: alive, and used by one thread.
        unsafe { self.raw.as_ref() }
    }

    pub fn set(&mut self, call: impl FnOnce(Option<&mut inkotls_acceptor>) -> Status) -> Status {
        let raw = self.raw;
        // SAFETY: as above.
        let status = on_thread(self.elsewhere, || call(unsafe { raw.as_mut() }));
        self.judge(status);
        status
    }

    fn judge(&mut self, status: Status) {
        assert!(!self.poisoned || status == Status::Panic, "{status:?} of a poisoned acceptor");
        self.poisoned = status == Status::Panic;
        let fine = [Status::Ok, Status::None, Status::Full, Status::WantRead, Status::WantWrite];
        let words = text(inkotls_acceptor_error(self.get()));
        assert!(fine.contains(&status) || !words.is_empty(), "{status:?} without a word");
    }

    pub fn accept(&mut self) -> Status {
        let waiting = self.progress.begin();
        let status = self.set(|it| inkotls_acceptor_accept(it));
        if !self.poisoned && !panics::is_armed() {
            self.progress.judge(status, waiting, Some(false));
        }
        match (self.failure, status) {
            (_, Status::Panic) => {}
            (Some(failure), _) => assert_eq!(status, failure, "accept, after a failure"),
            (None, Status::AlertReceived | Status::ProtocolError | Status::HandshakeFailed) => {
                assert!(self.drain(1).is_empty(), "{status:?} before its alert is out");
                self.failure = Some(status);
            }
            (None, _) => {}
        }
        if !panics::is_armed() {
            self.look(status == Status::Ok);
        }
        status
    }

    /// The ClientHello is shown where it is whole, and only there.
    fn look(&self, is_whole: bool) {
        let it = self.get();
        let (_, hello) = lent::<u8, _>(|data, len| inkotls_acceptor_client_hello(it, data, len));
        assert_eq!(hello.is_some(), is_whole && !self.poisoned, "a ClientHello");
        if let Some(hello) = hello {
            assert_eq!(
                hello.len(),
                4 + u32::from_be_bytes([0, hello[1], hello[2], hello[3]]) as usize
            );
        }
        let (_, name) = lent(|data, len| inkotls_acceptor_server_name(it, data, len));
        if let Some(name) = name {
            assert!(String::from_utf8(name).is_ok_and(|name| name == name.to_ascii_lowercase()));
        }
        let numbers = [
            inkotls_acceptor_cipher_suites,
            inkotls_acceptor_signature_schemes,
            inkotls_acceptor_named_groups,
        ];
        for list in numbers {
            let (status, _) = lent::<u16, _>(|data, len| list(it, data, len));
            assert_eq!(status == Status::Ok, is_whole && !self.poisoned);
        }
        for list in [inkotls_acceptor_alpn, inkotls_acceptor_certificate_authority] {
            let some = |index| lent::<u8, _>(|data, len| list(it, index, data, len)).1;
            let count = (0..).take_while(|index| some(*index).is_some()).count();
            assert!(some(count + 1).is_none() && (is_whole || count == 0));
        }
    }

    pub fn feed(&mut self, data: &[u8]) -> (Status, usize) {
        let (status, used) = out(|used| {
            // SAFETY: the slice has its length.
            self.set(|it| unsafe {
                inkotls_acceptor_feed(it, data.as_ptr().cast(), data.len(), used)
            })
        });
        self.progress.fed(status, data.len(), used.unwrap_or(0));
        (status, used.unwrap_or(0))
    }

    pub fn feed_eof(&mut self) -> Status {
        self.set(|it| inkotls_acceptor_feed_eof(it))
    }

    pub fn drain(&mut self, cap: usize) -> Vec<u8> {
        let (status, data) = filled(cap, |buf, len| {
            // SAFETY: the buffer has its length.
            self.set(|it| unsafe { inkotls_acceptor_drain(it, buf, cap, len) })
        });
        assert!(status == Status::Ok || self.poisoned, "drain: {status:?}");
        data
    }

    pub fn hand_over(&mut self, config: &ServerConfig) -> (Status, Option<*mut inkotls_conn>) {
        let (raw, elsewhere) = (self.raw, self.elsewhere);
        let (status, conn) = out(|it| {
            // SAFETY: ours; where this answers OK it is gone, and forgotten below.
            on_thread(elsewhere, || unsafe { inkotls_acceptor_into_conn(raw, config.get(), it) })
        });
        match status {
            Status::Ok => self.raw = std::ptr::null_mut(),
            _ => self.judge(status),
        }
        (status, conn)
    }
}
