//! A language runtime in Rust: C programs that link it have inkotls of it, and so has its own code.
//! beside.c is such a program.

use inkotls::capi::*;
use std::mem::MaybeUninit;
use std::panic::{catch_unwind, set_hook, take_hook};

/// A client, up to its ClientHello.
#[unsafe(no_mangle)]
extern "C" fn other_works() -> i32 {
    let (mut config, mut conn) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    let (mut hello, mut len) = ([0_u8; 8192], MaybeUninit::uninit());
    // SAFETY: each call is given what those before it made, until that is freed.
    unsafe {
        inkotls_client_builder_build(inkotls_client_builder_new(), Some(&mut config));
        let config = config.assume_init();
        inkotls_conn_new_client(config.as_ref(), c"localhost".as_ptr(), 9, Some(&mut conn));
        let mut conn = Box::from_raw(conn.assume_init());
        inkotls_client_config_release(config);
        let status = inkotls_conn_handshake(Some(&mut conn));
        let buf = hello.as_mut_ptr().cast();
        inkotls_conn_drain(Some(&mut conn), buf, hello.len(), Some(&mut len));
        inkotls_conn_free(Some(conn));
        let handshake_record = len.assume_init() > 5 && hello[0] == 22;
        i32::from(!(matches!(status, inkotls_status::WantWrite) && handshake_record))
    }
}

/// A panic of the runtime's own, which its own hook hears of, not inkotls's.
#[unsafe(no_mangle)]
extern "C" fn other_fails_inside() -> i32 {
    set_hook(Box::new(|_| {}));
    let caught = catch_unwind(|| panic!("{}", std::hint::black_box(7)));
    drop(take_hook());
    i32::from(caught.is_ok())
}
