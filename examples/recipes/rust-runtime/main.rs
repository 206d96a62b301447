//! A runtime in Rust that depends on the crate inkotls. Its client is in Rust, its server in C (module.c),
//! and both use one copy of the library.

use inkotls::capi::{inkotls_status as Status, *};
use std::mem::MaybeUninit;

#[allow(improper_ctypes)] // C only passes on the address of a handle
unsafe extern "C" {
    safe fn module_new_server() -> Option<Box<inkotls_conn>>;
    safe fn module_serve(conn: &mut inkotls_conn) -> Status;
}

/// What a call writes to its output if it returns OK; otherwise its status.
fn output<T>(call: impl FnOnce(Option<&mut MaybeUninit<T>>) -> Status) -> Result<T, Status> {
    let mut out = MaybeUninit::uninit();
    match call(Some(&mut out)) {
        // SAFETY: a call that returns OK has written its output.
        Status::Ok => Ok(unsafe { out.assume_init() }),
        status => Err(status),
    }
}

fn new_client(ca_file: &str, name: &str) -> Result<Box<inkotls_conn>, Status> {
    // SAFETY: every pointer is from the library or from a string, and is used before it is freed.
    unsafe {
        let mut roots = Box::from_raw(inkotls_roots_new());
        let builder = inkotls_client_builder_new();
        match inkotls_roots_add_pem_file(Some(&mut roots), ca_file.as_ptr().cast(), ca_file.len()) {
            Status::Ok => inkotls_client_builder_set_roots(builder.as_mut(), Some(&roots)),
            status => return Err(status),
        };
        inkotls_roots_free(Some(roots));
        let config = output(|out| inkotls_client_builder_build(builder, out))?;
        let name = (name.as_ptr().cast(), name.len());
        let conn = output(|out| inkotls_conn_new_client(config.as_ref(), name.0, name.1, out));
        inkotls_client_config_release(config);
        Ok(Box::from_raw(conn?))
    }
}

/// Moves ciphertext, as a network does.
fn carry(from: &mut inkotls_conn, to: &mut inkotls_conn) -> Result<(), Status> {
    let mut net = [0_u8; 16384];
    let (start, cap) = (net.as_mut_ptr().cast(), net.len());
    // SAFETY: `start` points to `cap` bytes, of which `len` are ciphertext.
    while let len @ 1.. = output(|out| unsafe { inkotls_conn_drain(Some(from), start, cap, out) })?
    {
        let used = output(|out| unsafe { inkotls_conn_feed(Some(to), start, len, out) })?;
        assert_eq!(used, len);
    }
    Ok(())
}

fn main() -> Result<(), Status> {
    let (mut client, mut server) =
        (new_client("ca.pem", "localhost")?, module_new_server().unwrap());
    let (mut answer, mut has_asked) = ([0_u8; 100], false);
    let len = loop {
        // SAFETY: the slices are valid for the calls.
        let result = output(|out| unsafe {
            match has_asked {
                false => inkotls_conn_write(Some(&mut client), c"hello?".as_ptr().cast(), 6, out),
                true => inkotls_conn_read(Some(&mut client), answer.as_mut_ptr().cast(), 100, out),
            }
        });
        match result {
            Ok(len) if has_asked => break len,
            Ok(_) => has_asked = true,
            Err(status) if (status as i32) < 0 => return Err(status),
            Err(_) => {} // WANT_READ or WANT_WRITE
        }
        carry(&mut client, &mut server)?;
        module_serve(&mut server);
        carry(&mut server, &mut client)?;
    };
    assert_eq!(&answer[..len], b"hello");
    println!("The client in Rust has the answer of the server in C.");
    inkotls_conn_free(Some(client));
    inkotls_conn_free(Some(server));
    Ok(())
}
