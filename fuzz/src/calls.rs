//! Calls in any order, on all handles: NULLs, wrong states, tiny buffers, other threads, and a panic
//! now and then. Between two hosts of which neither obeys, what is taken still arrives; and when
//! both do at last, it ends.

use crate::abi::{Conn, Status, out};
use crate::configs::{Identity, Roots, Setup};
use crate::model::octets;
use crate::panics;
use crate::plan::Plan;
use crate::side::{EVERY, End, Pair, Side};
use crate::start;
use inkotls::capi::*;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr;

pub fn run(bytes: &[u8]) {
    start();
    let plan = &mut Plan::Bytes(bytes);
    let setup = Setup::of(plan);
    let (client, server) = (setup.client(), setup.server());
    let client = Side::client(&client, "localhost", plan.one_of(&EVERY));
    let server = Side::server(&server, plan.flag(), plan.one_of(&EVERY));
    let mut hosts = Hosts {
        pair: Pair::new(client, server),
        sent: [0; 2],
        received: [0; 2],
        roots: Roots::new(),
        identity: Identity::new(),
        poisoned: [false; 2],
    };
    if plan.flag() {
        hosts.pair.shake();
    }
    while !plan.is_over() {
        hosts.call(plan);
    }
    panics::disarm();
    hosts.end();
}

const NULL: Status = Status::InvalidArgument;

struct Hosts<'a> {
    pair: Pair<'a>,
    /// By the client, by the server.
    sent: [u64; 2],
    received: [u64; 2],
    roots: Roots,
    identity: Identity,
    /// Whether a call on these has panicked.
    poisoned: [bool; 2],
}

/// Where a number belongs: small ones, and some that nobody means.
fn any_number(plan: &mut Plan) -> i32 {
    match plan.byte() {
        small @ 0..64 => small.into(),
        negative @ 64..128 => 63 - i32::from(negative),
        odd => [i32::MIN, i32::MAX, 0x0303, 0x0304, 1 << 20, 0x1301][usize::from(odd) % 6],
    }
}

impl Hosts<'_> {
    fn call(&mut self, plan: &mut Plan) {
        let what = plan.byte();
        let at = usize::from(what & 1);
        let side = self.pair.side(at == 1);
        side.elsewhere = what & 2 != 0 && plan.byte() & 3 == 0;
        match what >> 2 {
            0..12 => {
                let (most, peeks) = (plan.length(20_000), plan.flag());
                self.pair.carry(at == 1, most, peeks);
            }
            12 | 13 => drop(side.handshake()),
            14..18 => self.write(at, plan.length(20_000)),
            18..22 => self.read(at, plan.length(20_000), plan.flag()),
            22 => drop(side.become_conn()),
            23 => drop(side.hand_over()),
            24 => self.with(at, Conn::flush),
            25 => self.with(at, Conn::close),
            26 => self.with(at, Conn::update_keys),
            27 => self.with(at, Conn::run_blocking),
            28 => side.cut(),
            29 => side.end = End::Gone,
            30 => panics::arm(),
            31 => self.write_early(at, plan.length(9_000)),
            32 => self.read_early(at, plan.length(9_000)),
            33..42 => self.set(at, plan),
            42..48 => self.ask(at, plan),
            48..52 => self.with_null(plan),
            52..56 => self.fill_roots(plan),
            56..60 => self.fill_identity(plan),
            _ => self.build(plan),
        }
    }

    fn with(&mut self, at: usize, call: impl FnOnce(&mut Conn) -> Status) {
        self.pair.side(at == 1).conn().map(call);
    }

    fn write(&mut self, at: usize, len: usize) {
        let data = octets(self.sent[at], len);
        if let Some(conn) = self.pair.side(at == 1).conn() {
            self.sent[at] += conn.write(&data).1 as u64;
        }
    }

    fn read(&mut self, at: usize, cap: usize, peeks: bool) {
        let Some(conn) = self.pair.side(at == 1).conn() else { return };
        let (_, data) = if peeks { conn.read_peek(cap) } else { conn.read(cap) };
        let received = &mut self.received[1 - at];
        assert!(data == octets(*received, data.len()), "other bytes than were sent");
        *received += data.len() as u64;
        assert!(*received <= self.sent[1 - at], "more bytes than were sent");
    }

    /// What a server says early, it says; what a client does is another stream.
    fn write_early(&mut self, at: usize, len: usize) {
        let data = if at == 1 { octets(self.sent[1], len) } else { vec![7; len] };
        if let Some(conn) = self.pair.side(at == 1).conn() {
            let (_, used) = conn.write_early_data(&data);
            self.sent[1] += if at == 1 { used as u64 } else { 0 };
        }
    }

    fn read_early(&mut self, at: usize, cap: usize) {
        if let Some(conn) = self.pair.side(at == 1).conn() {
            assert!(conn.read_early_data(cap).1.iter().all(|byte| *byte == 7));
        }
    }

    fn set(&mut self, at: usize, plan: &mut Plan) {
        let (what, len) = (plan.byte() % 9, plan.byte());
        let bytes = plan.bytes(len.into());
        let (start, len) = (bytes.as_ptr().cast::<c_void>(), bytes.len());
        let number = any_number(plan);
        self.with(at, |conn| {
            // SAFETY: the slice has its length, and so has the buffer.
            conn.set(|it| unsafe {
                match what {
                    0 => inkotls_conn_add_alpn(it, start, len),
                    1 => inkotls_conn_clear_alpn(it),
                    2 => inkotls_conn_set_resumption_data(it, start, len),
                    3 => inkotls_conn_set_log(it, number, Some(ignore), ptr::null_mut()),
                    4 => inkotls_conn_set_log(it, number, None, ptr::null_mut()),
                    5 => inkotls_conn_drain_consume(it, 1 << 30 | len),
                    6 => inkotls_conn_read_consume(it, 1 << 30 | len),
                    7 => {
                        let mut key = vec![0u8; len];
                        let (buf, cap) = (key.as_mut_ptr().cast(), key.len());
                        inkotls_conn_export_keying_material(it, start, len, start, len, buf, cap)
                    }
                    _ => {
                        let mut key = vec![0u8; len & 63];
                        let (buf, cap) = (key.as_mut_ptr().cast(), key.len());
                        out(|len| inkotls_conn_channel_binding(it, number, buf, cap, len)).0
                    }
                }
            })
        });
    }

    /// Questions of a connection change nothing, and answer in its every state.
    fn ask(&mut self, at: usize, plan: &mut Plan) {
        let index = plan.byte().into();
        let Some(conn) = self.pair.side(at == 1).conn() else { return };
        let it = conn.get();
        for lent in [
            inkotls_conn_alpn,
            inkotls_conn_ocsp_staple,
            inkotls_conn_resumption_data,
            inkotls_conn_ech_retry_configs,
        ] {
            is_answer(crate::abi::lent::<u8, _>(|data, len| lent(it, data, len)).0);
        }
        for name in [inkotls_conn_server_name, inkotls_conn_ech_public_name] {
            is_answer(crate::abi::lent::<u8, _>(|data, len| name(it, data, len)).0);
        }
        let certificate = |data: Option<&mut MaybeUninit<_>>, len: Option<&mut MaybeUninit<_>>| {
            inkotls_conn_peer_certificate(it, index, data, len)
        };
        is_answer(crate::abi::lent::<u8, _>(certificate).0);
        for number in [
            inkotls_conn_state,
            inkotls_conn_protocol_version,
            inkotls_conn_cipher_suite,
            inkotls_conn_named_group,
            inkotls_conn_peer_signature_scheme,
            inkotls_conn_is_resumed,
            inkotls_conn_tickets_received,
            inkotls_conn_is_early_data_accepted,
            inkotls_conn_alert_sent,
            inkotls_conn_alert_received,
            inkotls_conn_certificate_error,
            inkotls_conn_os_error,
            inkotls_conn_ech_status,
        ] {
            let status = number(it);
            let is_none = status == Status::None as i32;
            assert!(status >= 0 || is_none || status == Status::Panic as i32);
        }
    }

    /// NULL is an answer, wherever it is.
    fn with_null(&mut self, plan: &mut Plan) {
        let what = plan.byte() % 14;
        let none = ptr::null_mut::<c_void>();
        let mut len = MaybeUninit::new(0);
        // SAFETY: the buffer is empty.
        let of_none = unsafe { inkotls_conn_feed(None, none, 0, Some(&mut len)) };
        assert_eq!((of_none, inkotls_conn_handshake(None)), (NULL, NULL));
        let Some(conn) = self.pair.side(plan.flag()).conn() else { return };
        // SAFETY: every buffer is NULL.
        let status = conn.set(|it| unsafe {
            match what {
                0 => inkotls_conn_feed(it, none, 1, Some(&mut len)),
                1 => inkotls_conn_feed(it, none, 0, None),
                2 => inkotls_conn_drain(it, none, usize::MAX, Some(&mut len)),
                3 => inkotls_conn_drain(it, none, 0, None),
                4 => inkotls_conn_read(it, none, 1, Some(&mut len)),
                5 => inkotls_conn_read(it, none, 0, None),
                6 => inkotls_conn_write(it, none, usize::MAX, Some(&mut len)),
                7 => inkotls_conn_write(it, none, 0, None),
                8 => inkotls_conn_drain_peek(it, None, Some(&mut len)),
                9 => inkotls_conn_read_peek(it, None, None),
                10 => inkotls_conn_set_io(it, None, None, none),
                11 => inkotls_conn_export_keying_material(it, none, 1, none, 0, none, 1),
                12 => inkotls_conn_write_early_data(it, none, 1, Some(&mut len)),
                _ => inkotls_conn_add_alpn(it, none, 5),
            }
        });
        let known = [NULL, Status::InvalidState, Status::Panic];
        assert!(known.contains(&status), "{status:?} for NULL, {what}");
    }

    fn fill_roots(&mut self, plan: &mut Plan) {
        let (what, len) = (plan.byte() % 6, plan.byte());
        let bytes = plan.bytes(len.into());
        let (start, len) = (bytes.as_ptr().cast(), bytes.len());
        let it = self.roots.get_mut();
        // SAFETY: the slice has its length.
        let status = unsafe {
            match what {
                0 => inkotls_roots_add_der(it, start, len),
                1 => inkotls_roots_add_pem(it, start, len),
                2 => inkotls_roots_add_crl_der(it, start, len),
                3 => inkotls_roots_add_crl_pem(it, start, len),
                4 => inkotls_roots_add_raw_public_key(it, start, len),
                _ => inkotls_roots_set_revocation(it, any_number(plan)),
            }
        };
        self.keeps_its_word(0, status);
    }

    fn fill_identity(&mut self, plan: &mut Plan) {
        let (what, len) = (plan.byte() % 7, plan.byte());
        let bytes = plan.bytes(len.into());
        let (start, len) = (bytes.as_ptr().cast(), bytes.len());
        let it = self.identity.get_mut();
        // SAFETY: the slice has its length.
        let status = unsafe {
            match what {
                0 => inkotls_identity_add_chain_der(it, start, len),
                1 => inkotls_identity_set_chain_pem(it, start, len),
                2 => inkotls_identity_set_key_der(it, start, len),
                3 => inkotls_identity_set_key_pem(it, start, len),
                4 => inkotls_identity_set_ocsp_staple(it, start, len),
                5 => inkotls_identity_use_raw_public_key(it),
                _ => {
                    panics::disarm(); // what follows is to succeed
                    self.identity = Identity::of("ecdsa.pem", "ecdsa.key", false);
                    self.poisoned[1] = false;
                    Status::Ok
                }
            }
        };
        self.keeps_its_word(1, status);
    }

    fn keeps_its_word(&mut self, which: usize, status: Status) {
        let poisoned = &mut self.poisoned[which];
        assert!(!*poisoned || status == Status::Panic, "{status:?} after a panic");
        *poisoned = status == Status::Panic;
    }

    /// A config of what there is, or a word why not.
    fn build(&mut self, plan: &mut Plan) {
        panics::disarm(); // much of what follows is to succeed
        let (roots, identity) = (self.roots.get(), self.identity.get());
        let (mode, number, size) = (any_number(plan), any_number(plan), plan.number());
        if plan.flag() {
            let _ = Setup::of(plan).client_with(|mut it| {
                inkotls_client_builder_set_roots(it.as_deref_mut(), roots);
                inkotls_client_builder_add_identity(it.as_deref_mut(), identity);
                inkotls_client_builder_add_protocol_version(it.as_deref_mut(), number);
                inkotls_client_builder_add_cipher_suite(it.as_deref_mut(), mode);
                inkotls_client_builder_set_tls12_resumption(it.as_deref_mut(), mode);
                inkotls_client_builder_set_session_cache(it.as_deref_mut(), size);
                inkotls_client_builder_set_limit(it, mode, size);
            });
        } else {
            let _ = Setup::of(plan).server_with(|mut it| {
                inkotls_server_builder_set_identity(it.as_deref_mut(), identity);
                inkotls_server_builder_set_client_auth(it.as_deref_mut(), mode, roots);
                inkotls_server_builder_add_named_group(it.as_deref_mut(), number);
                inkotls_server_builder_set_ticket_count(it.as_deref_mut(), size);
                inkotls_server_builder_set_max_early_data(it.as_deref_mut(), size as u32);
                inkotls_server_builder_set_limit(it, mode, size);
            });
        }
    }

    /// Both obey from now on. Whatever they did before, this has an end.
    fn end(&mut self) {
        let mut closes = 0;
        self.pair.obeys();
        loop {
            self.pair.check_calls();
            let (mut moved, mut goes_on) = (0, true);
            for at in [0, 1] {
                let side = self.pair.side(at == 1);
                side.elsewhere = false;
                let status = side.handshake();
                goes_on &= status == Status::Ok && !side.is_cut;
                if status == Status::WantBlocking {
                    side.run_blocking();
                    moved += usize::from(!side.conn().is_some_and(|it| it.is_poisoned()));
                }
                let before = self.received[1 - at];
                self.read(at, 20_000, false);
                moved += (self.received[1 - at] - before) as usize;
                let conn = self.pair.side(at == 1).conn();
                goes_on &= conn.is_some_and(|conn| conn.failure().is_none());
            }
            moved += self.pair.carry_all();
            if moved > 0 {
                continue;
            }
            assert!(!goes_on || self.received == self.sent, "what was taken is lost");
            // Nothing moves: both close, and then the wire ends.
            closes += 1;
            match closes {
                1..4 => [0, 1].into_iter().for_each(|at| self.with(at, Conn::close)),
                4 => [false, true].into_iter().for_each(|at| self.pair.side(at).cut()),
                _ => return,
            }
        }
    }
}

fn is_answer(status: Status) {
    assert!(matches!(status, Status::Ok | Status::None | Status::Panic), "{status:?}");
}

unsafe extern "C" fn ignore(
    _: *mut c_void,
    _: *mut c_void,
    _: i32,
    _: *const std::ffi::c_char,
    _: usize,
) {
}
