//! The C ABI with slices in the place of pointers. Every answer is held against the contract here,
//! whoever asked.

use crate::panics;
use crate::progress::Progress;
use inkotls::capi::*;
use std::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr;

pub use inkotls::capi::inkotls_status as Status;

/// What lies where nothing was written.
const UNTOUCHED: u8 = 0xa5;

fn is_untouched(bytes: &[u8]) -> bool {
    bytes.chunks(1024).all(|chunk| *chunk == [UNTOUCHED; 1024][..chunk.len()])
}

/// A call with an output, which is written where it answers OK, and only there.
pub fn out<T: Copy>(
    call: impl FnOnce(Option<&mut MaybeUninit<T>>) -> Status,
) -> (Status, Option<T>) {
    let mut slot = MaybeUninit::<T>::uninit();
    // SAFETY: there is room for a T.
    unsafe { ptr::write_bytes(slot.as_mut_ptr(), UNTOUCHED, 1) };
    let status = call(Some(&mut slot));
    if status == Status::Ok {
        // SAFETY: OK says that it was written.
        return (status, Some(unsafe { slot.assume_init() }));
    }
    // SAFETY: the bytes were written above, or by the call.
    let bytes = unsafe { std::slice::from_raw_parts(slot.as_ptr().cast::<u8>(), size_of::<T>()) };
    assert!(is_untouched(bytes), "{status:?}, and an output was written");
    (status, None)
}

/// A call that fills a buffer of `cap` bytes.
pub fn filled(
    cap: usize,
    call: impl FnOnce(*mut c_void, Option<&mut MaybeUninit<usize>>) -> Status,
) -> (Status, Vec<u8>) {
    let mut buf = vec![UNTOUCHED; cap];
    let (status, len) = out(|len| call(buf.as_mut_ptr().cast(), len));
    let len = len.unwrap_or(0);
    assert!(is_untouched(&buf[len..]), "{status:?}, and more was written");
    buf.truncate(len);
    (status, buf)
}

/// A call that lends bytes, or numbers.
pub fn lent<T: Copy, P>(
    call: impl FnOnce(Option<&mut MaybeUninit<*const P>>, Option<&mut MaybeUninit<usize>>) -> Status,
) -> (Status, Option<Vec<T>>) {
    let mut len = None;
    let (status, data) = out(|data| {
        let (status, it) = out(|len| call(data, len));
        len = it;
        status
    });
    let lent = data.zip(len).map(|(data, len)| {
        assert!(!data.is_null());
        // SAFETY: OK says that so many are lent there.
        unsafe { std::slice::from_raw_parts(data.cast::<T>(), len) }.to_vec()
    });
    (status, lent)
}

/// A text that the library lends.
pub fn text(text: *const c_char) -> String {
    assert!(!text.is_null());
    // SAFETY: not NULL, and the header says that it ends with a NUL.
    unsafe { CStr::from_ptr(text) }.to_str().expect("UTF-8").to_owned()
}

/// Runs a call here, or on a thread of its own.
pub fn on_thread<T>(elsewhere: bool, call: impl FnOnce() -> T) -> T {
    struct Moved<T>(T);
    // SAFETY: one thread waits while the other runs.
    unsafe impl<T> Send for Moved<T> {}
    impl<T> Moved<T> {
        fn get(self) -> T {
            self.0
        }
    }
    if !elsewhere {
        return call();
    }
    let call = Moved(call);
    std::thread::scope(|scope| {
        scope.spawn(move || Moved(call.get()())).join().expect("panics end the program").get()
    })
}

/// What a handle is asked to do. What fails a connection comes from the first few.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Call {
    Handshake,
    Read,
    Write,
    Flush,
    Close,
    EarlyRead,
    EarlyWrite,
    UpdateKeys,
    /// Moves ciphertext, sets something, asks.
    Other,
}

pub struct Conn {
    raw: *mut inkotls_conn,
    /// The next calls come from threads of their own.
    pub elsewhere: bool,
    /// Its config may block.
    may_block: bool,
    state: i32,
    failure: Option<Status>,
    end_of_reading: Option<Status>,
    poisoned: bool,
    alert_received: i32,
    pub progress: Progress,
    /// Some memory of the connection waits for what comes.
    pub has_room: bool,
}

impl Drop for Conn {
    fn drop(&mut self) {
        let raw = self.raw;
        // SAFETY: made by the library, and freed once.
        on_thread(self.elsewhere, || inkotls_conn_free(Some(unsafe { Box::from_raw(raw) })));
    }
}

impl Conn {
    /// Of what `_new_client`, `_new_server` or `_into_conn` gave; an acceptor's `progress` goes on.
    pub fn new(raw: *mut inkotls_conn, may_block: bool, progress: Progress) -> Self {
        assert!(!raw.is_null());
        let (state, failure, end_of_reading) = (inkotls_state::Handshaking as i32, None, None);
        let (elsewhere, poisoned, alert_received) = (false, false, Status::None as i32);
        Self {
            raw,
            elsewhere,
            may_block,
            state,
            failure,
            end_of_reading,
            poisoned,
            alert_received,
            progress,
            has_room: false,
        }
    }

    pub fn get(&self) -> Option<&inkotls_conn> {
        // SAFETY: alive, and used by one thread.
        unsafe { self.raw.as_ref() }
    }

    fn call(
        &mut self,
        what: Call,
        call: impl FnOnce(Option<&mut inkotls_conn>) -> Status,
    ) -> Status {
        let raw = self.raw;
        let waiting = self.progress.begin();
        // SAFETY: as above.
        let status = on_thread(self.elsewhere, || call(unsafe { raw.as_mut() }));
        self.judge(what, status);
        if what != Call::Other && !self.poisoned && !panics::is_armed() {
            let reads = matches!(what, Call::Handshake | Call::Read | Call::EarlyRead);
            let is_readable = reads.then(|| self.has(inkotls_state::Readable));
            self.progress.judge(status, waiting, is_readable);
        }
        status
    }

    // The calls.

    pub fn handshake(&mut self) -> Status {
        self.call(Call::Handshake, |conn| inkotls_conn_handshake(conn))
    }

    pub fn flush(&mut self) -> Status {
        self.call(Call::Flush, |conn| inkotls_conn_flush(conn))
    }

    pub fn close(&mut self) -> Status {
        self.call(Call::Close, |conn| inkotls_conn_close(conn))
    }

    pub fn update_keys(&mut self) -> Status {
        self.call(Call::UpdateKeys, |conn| inkotls_conn_update_keys(conn))
    }

    pub fn run_blocking(&mut self) -> Status {
        let status = self.call(Call::Other, |conn| inkotls_conn_run_blocking(conn));
        assert!(status == Status::Ok || self.poisoned, "run_blocking: {status:?}");
        status
    }

    pub fn read(&mut self, cap: usize) -> (Status, Vec<u8>) {
        let (status, data) = filled(cap, |buf, len| {
            // SAFETY: the buffer has its length.
            self.call(Call::Read, |conn| unsafe { inkotls_conn_read(conn, buf, cap, len) })
        });
        assert!(status != Status::Ok || cap == 0 || !data.is_empty(), "read nothing");
        (status, data)
    }

    /// Reads without a copy; consumes at most `cap` of what is lent.
    pub fn read_peek(&mut self, cap: usize) -> (Status, Vec<u8>) {
        let (status, data) =
            lent(|data, len| self.call(Call::Read, |conn| inkotls_conn_read_peek(conn, data, len)));
        let mut data: Vec<u8> = data.unwrap_or_default();
        assert!(status != Status::Ok || !data.is_empty(), "lent nothing");
        if status == Status::Ok {
            let lent = data.len();
            data.truncate(cap);
            let too_many = |conn: Option<&mut _>| inkotls_conn_read_consume(conn, lent + 1);
            if !panics::is_armed() {
                assert_eq!(self.call(Call::Other, too_many), Status::InvalidArgument);
            }
            let consume = |conn: Option<&mut _>| inkotls_conn_read_consume(conn, data.len());
            if self.call(Call::Other, consume) != Status::Ok {
                assert!(self.poisoned);
                data.clear(); // the panic came before
            }
        }
        (status, data)
    }

    /// Takes none but where it answers OK.
    pub fn write(&mut self, data: &[u8]) -> (Status, usize) {
        let (status, used) = out(|used| {
            self.call(Call::Write, |conn| {
                // SAFETY: the slice has its length.
                unsafe { inkotls_conn_write(conn, data.as_ptr().cast(), data.len(), used) }
            })
        });
        self.judge_taken(status, used, data.len())
    }

    pub fn write_early_data(&mut self, data: &[u8]) -> (Status, usize) {
        let (status, used) = out(|used| {
            self.call(Call::EarlyWrite, |conn| {
                let (start, len) = (data.as_ptr().cast(), data.len());
                // SAFETY: the slice has its length.
                unsafe { inkotls_conn_write_early_data(conn, start, len, used) }
            })
        });
        self.judge_taken(status, used, data.len())
    }

    pub fn read_early_data(&mut self, cap: usize) -> (Status, Vec<u8>) {
        let (status, data) = filled(cap, |buf, len| {
            self.call(Call::EarlyRead, |conn| {
                // SAFETY: the buffer has its length.
                unsafe { inkotls_conn_read_early_data(conn, buf, cap, len) }
            })
        });
        assert!(status != Status::Ok || cap == 0 || !data.is_empty(), "read nothing");
        (status, data)
    }

    pub fn feed(&mut self, data: &[u8]) -> (Status, usize) {
        let (status, used) = out(|used| {
            self.call(Call::Other, |conn| {
                // SAFETY: the slice has its length.
                unsafe { inkotls_conn_feed(conn, data.as_ptr().cast(), data.len(), used) }
            })
        });
        let known = [Status::Ok, Status::Full, Status::InvalidState, Status::Panic];
        assert!(known.contains(&status), "feed: {status:?}");
        self.progress.fed(status, data.len(), used.unwrap_or(0));
        self.judge_taken(status, used, data.len())
    }

    /// As `feed`, through memory of the connection; leaves some for the next piece behind.
    pub fn feed_room(&mut self, data: &[u8], leaves_one: bool) -> usize {
        let mut used = 0;
        let mut status = Status::Ok;
        while status == Status::Ok && used < data.len() {
            let room = self.room();
            status = room.0;
            if let Some((start, cap)) = room.1 {
                let piece = &data[used..][..cap.min(data.len() - used)];
                // SAFETY: there is room for `cap` bytes until it is filled.
                unsafe { ptr::copy_nonoverlapping(piece.as_ptr(), start, piece.len()) };
                status = self.feed_filled(piece.len());
                used += if status == Status::Ok { piece.len() } else { 0 };
            }
        }
        self.progress.fed(status, data.len(), used);
        self.has_room = leaves_one && self.room().1.is_some();
        used
    }

    fn room(&mut self) -> (Status, Option<(*mut u8, usize)>) {
        let mut start = None;
        let (status, cap) = out(|cap| {
            let (status, place) =
                out(|place| self.call(Call::Other, |it| inkotls_conn_feed_room(it, place, cap)));
            start = place;
            status
        });
        let known = [Status::Ok, Status::Full, Status::InvalidState, Status::Panic];
        assert!(known.contains(&status), "feed_room: {status:?}");
        (status, start.zip(cap))
    }

    /// What is said to be received was there before, or was copied there.
    pub fn feed_filled(&mut self, len: usize) -> Status {
        self.has_room = false;
        // SAFETY: as above.
        let status = self.call(Call::Other, |it| unsafe { inkotls_conn_feed_filled(it, len) });
        assert!(matches!(status, Status::Ok | Status::Panic), "feed_filled: {status:?}");
        status
    }

    pub fn feed_eof(&mut self) -> Status {
        self.call(Call::Other, |conn| inkotls_conn_feed_eof(conn))
    }

    /// Where the connection says that something waits, it gives something.
    pub fn drain(&mut self, cap: usize) -> Vec<u8> {
        let waits = self.waits();
        let (status, data) = filled(cap, |buf, len| {
            // SAFETY: the buffer has its length.
            self.call(Call::Other, |conn| unsafe { inkotls_conn_drain(conn, buf, cap, len) })
        });
        assert!(status == Status::Ok || self.poisoned, "drain: {status:?}");
        self.judge_drained(waits, data.is_empty() && cap > 0, !data.is_empty());
        data
    }

    pub fn drain_peek(&mut self, cap: usize) -> Vec<u8> {
        let waits = self.waits();
        let (status, data) = lent(|data, len| {
            self.call(Call::Other, |conn| inkotls_conn_drain_peek(conn, data, len))
        });
        let mut data: Vec<u8> = data.unwrap_or_default();
        assert!(status == Status::Ok || self.poisoned, "drain_peek: {status:?}");
        self.judge_drained(waits, data.is_empty(), !data.is_empty());
        data.truncate(cap);
        let consume = |conn: Option<&mut _>| inkotls_conn_drain_consume(conn, data.len());
        if self.call(Call::Other, consume) != Status::Ok {
            assert!(self.poisoned);
            data.clear();
        }
        data
    }

    /// A call that sets something.
    pub fn set(&mut self, call: impl FnOnce(Option<&mut inkotls_conn>) -> Status) -> Status {
        self.call(Call::Other, call)
    }

    pub fn number(&self, of: extern "C" fn(Option<&inkotls_conn>) -> i32) -> i32 {
        of(self.get())
    }

    pub fn error(&self) -> String {
        let error = text(inkotls_conn_error(self.get()));
        assert!(error.len() <= 500 && !error.contains(char::is_control), "{error:?}");
        error
    }

    pub fn has(&self, bit: inkotls_state) -> bool {
        let state = self.number(inkotls_conn_state);
        state >= 0 && state & bit as i32 != 0
    }

    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// Why the connection failed, once a call has said so.
    pub fn failure(&self) -> Option<Status> {
        self.failure
    }

    /// Whether it says that ciphertext waits; None where that would be a panic's answer.
    fn waits(&self) -> Option<bool> {
        (!panics::is_armed()).then(|| self.has(inkotls_state::WantsWrite))
    }

    // The contract.

    fn judge(&mut self, what: Call, status: Status) {
        if self.poisoned {
            return assert_eq!(status, Status::Panic, "{what:?} of a poisoned connection");
        }
        if status == Status::Panic {
            // One that was not asked for has ended the program.
            self.poisoned = true;
            let words = self.error();
            return assert!(words.contains("a bug in inkotls was caught"), "{words}");
        }
        if panics::is_armed() {
            return; // the next question would panic
        }
        let state = self.number(inkotls_conn_state);
        assert!(state >= 0, "no state");
        let is = |bit: inkotls_state| state & bit as i32 != 0;
        let was = |bit: inkotls_state| self.state & bit as i32 != 0;
        for bit in [inkotls_state::PeerClosed, inkotls_state::LocalClosed, inkotls_state::Failed] {
            assert!(!was(bit) || is(bit), "state {} was taken back by {what:?}", bit as i32);
        }
        let shakes = inkotls_state::Handshaking;
        assert!(was(shakes) || !is(shakes), "a handshake begins again, by {what:?}");
        let waits = is(inkotls_state::WantsWrite);
        let words = self.error();
        match status {
            Status::Ok | Status::Full | Status::WantRead | Status::None => {}
            Status::WantWrite => assert!(waits, "WANT_WRITE of {what:?}, and nothing waits"),
            Status::WantBlocking => {
                assert!(self.may_block && is(inkotls_state::WantsBlocking), "WANT_BLOCKING");
            }
            _ => assert!(!words.is_empty(), "{status:?} of {what:?} without a word"),
        }
        let ends_a_handshake = what == Call::Handshake && was(shakes);
        if status == Status::Ok && (ends_a_handshake || matches!(what, Call::Flush | Call::Close)) {
            assert!(!waits, "{what:?} is OK, and ciphertext waits");
        }
        self.judge_failure(what, status, state);
        let received = self.number(inkotls_conn_alert_received);
        assert!(self.alert_received < 0 || received >= 0, "the alert that came is forgotten");
        (self.state, self.alert_received) = (state, received);
    }

    /// Once a connection has failed, that is what it answers, when its alert is out.
    fn judge_failure(&mut self, what: Call, status: Status, state: i32) {
        let is = |bit: inkotls_state| state & bit as i32 != 0;
        let (has_failed, waits) = (is(inkotls_state::Failed), is(inkotls_state::WantsWrite));
        let fails = matches!(
            status,
            Status::AlertReceived
                | Status::InvalidPeerCertificate
                | Status::HandshakeFailed
                | Status::ProtocolError
                | Status::InvalidKey
        );
        match (self.failure, what) {
            // An update of keys may be refused without an end.
            (_, Call::Other) | (None, Call::UpdateKeys) => {}
            (Some(failure), Call::Read | Call::EarlyRead) => {
                let known = [Status::Ok, Status::WantWrite, Status::None, failure];
                assert!(known.contains(&status), "{what:?}: {status:?} after {failure:?}");
            }
            (Some(failure), _) => {
                let answer = if waits { Status::WantWrite } else { failure };
                assert_eq!(status, answer, "{what:?} after {failure:?}");
            }
            (None, _) => {
                assert!(!fails || has_failed, "{status:?} of {what:?}, and no failure");
                assert!(!fails || !waits, "{status:?} of {what:?} before its alert is out");
                self.failure = fails.then_some(status);
            }
        }
        if let (Some(end), Call::Read) = (self.end_of_reading, what) {
            assert!(status == end || status == Status::Ok, "{status:?} after {end:?}");
        }
        let is_shaken = !is(inkotls_state::Handshaking);
        let is_end = matches!(status, Status::Closed | Status::UnexpectedEof);
        if what == Call::Read && is_end && is_shaken {
            self.end_of_reading = Some(status);
        }
    }

    fn judge_drained(&self, waits: Option<bool>, is_nothing: bool, is_something: bool) {
        let Some(waits) = waits.filter(|_| !self.poisoned) else { return };
        assert!(!waits || !is_nothing, "WANTS_WRITE in vain");
        assert!(waits || !is_something, "ciphertext that was not announced");
    }

    fn judge_taken(&self, status: Status, used: Option<usize>, len: usize) -> (Status, usize) {
        let used = used.unwrap_or(0);
        assert!(used <= len, "more was taken than was given");
        assert!(status != Status::Ok || len == 0 || used > 0, "OK, and nothing was taken");
        (status, used)
    }
}
