//! The border between C and Rust: handles, lent pointers (rule 10), callbacks, counted handles, the
//! guard (rule 7).
//! `make test-miri` runs it under Miri, which runs no foreign code: so what is driven is an acceptor,
//! which does no cryptography, and no socket.

use inkotls::capi::*;
use std::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::{slice, thread};

/// A ClientHello (RFC 8446, section 4.1.2) for localhost, in records of `size` bytes.
fn client_hello(size: usize) -> Vec<u8> {
    let with_len = |width: usize, body: &[u8]| -> Vec<u8> {
        [&(body.len() as u32).to_be_bytes()[4 - width..], body].concat()
    };
    let extension = |typ: u16, body: &[u8]| [&typ.to_be_bytes()[..], &with_len(2, body)].concat();
    let extensions = [
        extension(0, &with_len(2, &[&[0][..], &with_len(2, b"localhost")].concat())),
        extension(10, &[0, 2, 0, 29]),
        extension(13, &[0, 2, 4, 3]),
        extension(16, &with_len(2, &[with_len(1, b"h2"), with_len(1, b"http/1.1")].concat())),
        extension(43, &[2, 3, 4]),
    ];
    let suites = [0x13, 1, 0x13, 2];
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0],
        &with_len(2, &suites),
        &[1, 0],
        &with_len(2, &extensions.concat()),
    ];
    let message = [&[1][..], &with_len(3, &body.concat())].concat();
    message.chunks(size).flat_map(|it| [&[22, 3, 1][..], &with_len(2, it)].concat()).collect()
}

/// As C has it: no type knows that it may cross threads.
#[derive(Clone, Copy)]
struct Acceptor(*mut inkotls_acceptor);
// SAFETY: the header says that any thread may use it, one at a time.
unsafe impl Send for Acceptor {}

impl Acceptor {
    fn new() -> Self {
        Self(inkotls_acceptor_new())
    }

    fn get<'a>(self) -> Option<&'a mut inkotls_acceptor> {
        // SAFETY: it is live, or NULL, and no one else uses it.
        unsafe { self.0.as_mut() }
    }

    fn feed(self, data: &[u8]) -> (inkotls_status, usize) {
        let mut used = MaybeUninit::new(usize::MAX);
        // SAFETY: `data` is a slice.
        let status = unsafe {
            inkotls_acceptor_feed(self.get(), data.as_ptr().cast(), data.len(), Some(&mut used))
        };
        // SAFETY: it was made with a value.
        (status, unsafe { used.assume_init() })
    }

    fn accept(self) -> inkotls_status {
        inkotls_acceptor_accept(self.get())
    }

    /// Into memory that was never written.
    fn drain<const CAP: usize>(self) -> Vec<u8> {
        let mut buf = [MaybeUninit::<u8>::uninit(); CAP];
        let mut written = MaybeUninit::uninit();
        let start = buf.as_mut_ptr();
        // SAFETY: there is room for `CAP` bytes; what was written is initialised.
        unsafe {
            let status = inkotls_acceptor_drain(self.get(), start.cast(), CAP, Some(&mut written));
            assert_eq!(status, inkotls_status::Ok);
            slice::from_raw_parts(start.cast(), written.assume_init()).to_vec()
        }
    }

    fn error(self) -> String {
        let text = inkotls_acceptor_error(self.get().as_deref());
        // SAFETY: the text lives until the next call.
        unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned()
    }

    /// What is in the ClientHello, copied from where it is lent.
    fn shown(self) -> (Vec<u8>, Vec<u8>, Vec<u16>) {
        let acceptor = self.get();
        let (mut name, mut alpn) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        let (mut suites, mut len) = (MaybeUninit::uninit(), [MaybeUninit::uninit(); 3]);
        let [a, b, c] = &mut len;
        let acceptor = acceptor.as_deref();
        let all = [
            inkotls_acceptor_server_name(acceptor, Some(&mut name), Some(a)),
            inkotls_acceptor_alpn(acceptor, 1, Some(&mut alpn), Some(b)),
            inkotls_acceptor_cipher_suites(acceptor, Some(&mut suites), Some(c)),
        ];
        assert_eq!(all, [inkotls_status::Ok; 3]);
        // SAFETY: all were lent, and live until the next call that is not const.
        unsafe {
            (
                slice::from_raw_parts(name.assume_init().cast(), a.assume_init()).to_vec(),
                slice::from_raw_parts(alpn.assume_init(), b.assume_init()).to_vec(),
                slice::from_raw_parts(suites.assume_init(), c.assume_init()).to_vec(),
            )
        }
    }

    fn free(self) {
        // SAFETY: it came from `new`, which boxed it, and this is the last use.
        inkotls_acceptor_free((!self.0.is_null()).then(|| unsafe { Box::from_raw(self.0) }));
    }
}

fn shows_localhost(acceptor: Acceptor) {
    let (name, alpn, suites) = acceptor.shown();
    assert_eq!(
        (&*name, &*alpn, &*suites),
        (&b"localhost"[..], &b"http/1.1"[..], &[0x1301, 0x1302][..])
    );
}

#[test]
fn a_handle_goes_from_thread_to_thread() {
    for (record, step) in [(1 << 14, 1 << 14), (10, 7), (1 << 14, 1)] {
        let acceptor = Acceptor::new();
        for piece in client_hello(record).chunks(step) {
            let call = move || {
                let acceptor = acceptor;
                assert_eq!(acceptor.accept(), inkotls_status::WantRead);
                assert_eq!(acceptor.feed(piece), (inkotls_status::Ok, piece.len()));
            };
            thread::scope(|scope| scope.spawn(call).join().unwrap());
        }
        assert_eq!(acceptor.accept(), inkotls_status::Ok);
        shows_localhost(acceptor);
        acceptor.free();
    }
}

#[test]
fn an_alert_is_drained_into_new_memory() {
    let acceptor = Acceptor::new();
    acceptor.feed(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(acceptor.accept(), inkotls_status::WantWrite);
    let alert = [acceptor.drain::<3>(), acceptor.drain::<64>(), acceptor.drain::<64>()].concat();
    assert_eq!((alert.len(), alert[0], alert[5]), (7, 21, 2));
    for _ in 0..2 {
        assert_eq!(acceptor.accept(), inkotls_status::ProtocolError);
        assert!(acceptor.error().len() > 10);
    }
    acceptor.free();
}

#[test]
fn null_is_an_answer() {
    let acceptor = Acceptor::new();
    let mut len = MaybeUninit::uninit();
    // SAFETY: NULL is checked.
    unsafe {
        let bad = inkotls_status::InvalidArgument;
        assert_eq!(inkotls_acceptor_feed(acceptor.get(), null(), 1, Some(&mut len)), bad);
        assert_eq!(inkotls_acceptor_feed(acceptor.get(), null(), 0, None), bad);
        assert_eq!(inkotls_acceptor_feed(None, null(), 0, Some(&mut len)), bad);
        assert_eq!(inkotls_acceptor_drain(acceptor.get(), null_mut(), 1, Some(&mut len)), bad);
        let good = inkotls_acceptor_feed(acceptor.get(), null(), 0, Some(&mut len));
        assert_eq!(good, inkotls_status::Ok);
        inkotls_acceptor_free(None);
        inkotls_sni_map_release(null());
    }
    assert_eq!(Acceptor(null_mut()).error(), "the handle is NULL");
    acceptor.free();
}

// The host's functions.

struct Host {
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
    calls: usize,
    words: String,
    lies: bool,
}

unsafe extern "C" fn read(host: *mut c_void, buf: *mut u8, cap: usize) -> i32 {
    // SAFETY: it is the `Host` that was set, which no one else uses meanwhile.
    let host = unsafe { &mut *host.cast::<Host>() };
    host.calls += 1;
    match host.calls % 3 {
        0 => return -libc::EINTR,
        1 => return -libc::EAGAIN,
        _ if host.lies => return cap as i32 + 1,
        _ => {}
    }
    let len = cap.min(40).min(host.incoming.len());
    let piece: Vec<_> = host.incoming.drain(..len).collect();
    // SAFETY: there is room for `cap` bytes.
    unsafe { buf.copy_from_nonoverlapping(piece.as_ptr(), len) };
    len as i32
}

unsafe extern "C" fn write(host: *mut c_void, data: *const u8, len: usize) -> i32 {
    // SAFETY: as above; `data` has `len` bytes.
    let (host, data) =
        unsafe { (&mut *host.cast::<Host>(), slice::from_raw_parts(data, len.min(3))) };
    host.outgoing.extend_from_slice(data);
    data.len() as i32
}

unsafe extern "C" fn log(
    host: *mut c_void,
    _: *mut c_void,
    level: i32,
    text: *const c_char,
    len: usize,
) {
    // SAFETY: as above; `text` has `len` bytes.
    let (host, text) =
        unsafe { (&mut *host.cast::<Host>(), slice::from_raw_parts(text.cast::<u8>(), len)) };
    assert!((1..=5).contains(&level));
    host.words += std::str::from_utf8(text).unwrap();
}

/// Accepts with the host's functions, until the answer is final.
fn accepted(incoming: Vec<u8>, lies: bool) -> (Acceptor, *mut Host, inkotls_status) {
    let host = Host { incoming, outgoing: vec![], calls: 0, words: String::new(), lies };
    let host = Box::into_raw(Box::new(host));
    let acceptor = Acceptor::new();
    let set = inkotls_acceptor_set_io(acceptor.get(), Some(read), Some(write), host.cast());
    assert_eq!(set, inkotls_status::Ok);
    let set = inkotls_acceptor_set_log(acceptor.get(), 5, Some(log), host.cast());
    let is_for_c = cfg!(feature = "capi");
    assert_eq!(set, if is_for_c { inkotls_status::Ok } else { inkotls_status::Unsupported });
    let mut status = inkotls_status::WantRead;
    while status == inkotls_status::WantRead || status == inkotls_status::WantWrite {
        status = acceptor.accept();
    }
    (acceptor, host, status)
}

fn done(acceptor: Acceptor, host: *mut Host) -> Host {
    acceptor.free();
    // SAFETY: it came from a box, and nothing uses it any more.
    *unsafe { Box::from_raw(host) }
}

#[test]
fn the_host_moves_the_bytes() {
    let (acceptor, host, status) = accepted(client_hello(50), false);
    assert_eq!(status, inkotls_status::Ok);
    shows_localhost(acceptor);
    assert!(done(acceptor, host).incoming.is_empty());

    let (acceptor, host, status) = accepted(b"no TLS at all".to_vec(), false);
    assert_eq!(status, inkotls_status::ProtocolError);
    let host = done(acceptor, host);
    assert_eq!(host.outgoing.len(), 7);
    assert_eq!(host.words.is_empty(), cfg!(not(feature = "capi")));
}

#[test]
fn a_host_that_says_it_wrote_more_than_there_is_room_for_is_not_believed() {
    let (acceptor, host, status) = accepted(client_hello(50), true);
    assert_eq!(status, inkotls_status::IoError);
    done(acceptor, host);
}

// What overlaps.

/// Uses the acceptor that calls it, frees it, and goes on as if it had not.
unsafe extern "C" fn reads_again(acceptor: *mut c_void, _: *mut u8, _: usize) -> i32 {
    let acceptor = Acceptor(acceptor.cast());
    for is_freed in [false, true] {
        let mut name = (MaybeUninit::uninit(), MaybeUninit::uninit());
        let it = acceptor.get();
        let status =
            inkotls_acceptor_server_name(it.as_deref(), Some(&mut name.0), Some(&mut name.1));
        assert_eq!(status, inkotls_status::InvalidState);
        assert_eq!(acceptor.accept(), inkotls_status::InvalidState);
        assert_eq!(acceptor.feed(b"no TLS"), (inkotls_status::InvalidState, usize::MAX));
        assert!(acceptor.error().contains("another call on it has not returned"));
        if !is_freed {
            acceptor.free();
        }
    }
    -libc::EAGAIN
}

#[test]
fn a_handle_that_its_callback_uses_and_frees() {
    let acceptor = Acceptor::new();
    let data = acceptor.0.cast();
    let set = inkotls_acceptor_set_io(acceptor.get(), Some(reads_again), Some(write), data);
    assert_eq!(set, inkotls_status::Ok);
    assert_eq!(acceptor.accept(), inkotls_status::WantRead);
}

#[test]
fn counted_handles_end_with_the_last_reference() {
    #[derive(Clone, Copy)]
    struct SniMap(*const inkotls_sni_map);
    // SAFETY: the header says so.
    unsafe impl Send for SniMap {}
    let map = SniMap(inkotls_sni_map_new());
    thread::scope(|scope| {
        for _ in 0..4 {
            // SAFETY: the reference that this thread has, and then the one that the other has.
            unsafe { assert_eq!(inkotls_sni_map_retain(map.0), inkotls_status::Ok) };
            scope.spawn(move || {
                let map = map;
                let name = "localhost";
                // SAFETY: as above.
                unsafe {
                    inkotls_sni_map_remove(map.0.as_ref(), name.as_ptr().cast(), name.len());
                    inkotls_sni_map_release(map.0);
                }
            });
        }
    });
    // SAFETY: the first reference.
    unsafe { inkotls_sni_map_release(map.0) };
}

#[test]
fn what_is_no_certificate_is_none() {
    let mut out = MaybeUninit::uninit();
    let der = [0x30, 0x82, 0xff, 0xff, 0];
    // SAFETY: `der` is an array.
    let status = unsafe { inkotls_certificate_new(der.as_ptr().cast(), der.len(), Some(&mut out)) };
    assert_eq!(status, inkotls_status::InvalidCertificate);
}

#[cfg(inkotls_test_hooks)]
#[test]
fn a_panic_is_a_code() {
    unsafe extern "C" {
        safe fn inkotls_test_panic_next();
    }
    let acceptor = Acceptor::new();
    inkotls_test_panic_next();
    for _ in 0..2 {
        assert_eq!(acceptor.accept(), inkotls_status::Panic);
        assert!(acceptor.error().contains("injected"));
    }
    acceptor.free();
}
