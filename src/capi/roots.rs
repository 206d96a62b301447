//! inkotls_roots: trust anchors.

use crate::error::Status;
use crate::ffi::{Handle, Record, bytes, drop_quietly, enter, file_path, make, number, words};
use crate::setup::Roots;
use std::ffi::{c_char, c_void};

/// The certificate authorities that a client trusts: the platform's, some of one's own, or both.
/// Exclusive while it is filled, then shared.
#[derive(Default)]
pub struct inkotls_roots {
    pub(super) roots: Roots,
    record: Record,
}

impl Handle for inkotls_roots {
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
}

/// Makes an empty set of roots. Free it with inkotls_roots_free. NULL only if the library has a
/// bug that was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_new() -> *mut inkotls_roots {
    make(inkotls_roots::default)
}

/// Adds every certificate of a PEM text: all of them, or none where one is bad.
///
/// roots: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: there is no certificate in it, or one that cannot be
/// parsed; the error text says which.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_pem(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    enter(roots, |r| {
        // SAFETY: the host vouches for data and len.
        r.roots.add_pem(unsafe { bytes(data, len) }?)?;
        Ok(Status::Ok)
    })
}

/// Adds every certificate of a PEM file, as inkotls_roots_add_pem does. Reads the file: call it
/// where that may block.
///
/// roots: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_roots_os_error has errno.
/// INKOTLS_STATUS_INVALID_CERTIFICATE: as for inkotls_roots_add_pem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_pem_file(
    roots: Option<&mut inkotls_roots>,
    path: *const c_char,
    len: usize,
) -> Status {
    enter(roots, |r| {
        // SAFETY: the host vouches for path and len.
        r.roots.add_pem_file(unsafe { file_path(path, len) }?)?;
        Ok(Status::Ok)
    })
}

/// Adds one certificate in DER (RFC 5280).
///
/// roots: must not be NULL.
/// data, len: the certificate, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: it cannot be parsed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_roots_add_der(
    roots: Option<&mut inkotls_roots>,
    data: *const c_void,
    len: usize,
) -> Status {
    enter(roots, |r| {
        // SAFETY: the host vouches for data and len.
        r.roots.add_der(unsafe { bytes(data, len) }?)?;
        Ok(Status::Ok)
    })
}

/// Adds what the platform trusts. It is read when a config is built: on Linux and the BSDs from
/// the distribution's certificate files, or from SSL_CERT_FILE and SSL_CERT_DIR.
///
/// roots: must not be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_add_platform(roots: Option<&mut inkotls_roots>) -> Status {
    enter(roots, |r| {
        r.roots.add_platform();
        Ok(Status::Ok)
    })
}

/// Returns the sentence for the last call on `roots` that failed, "" before that. Never NULL; the
/// text lives until the next non-const call on `roots`.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_error(roots: Option<&inkotls_roots>) -> *const c_char {
    words(roots)
}

/// Returns errno of the last call on `roots` that failed, or INKOTLS_STATUS_NONE.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_os_error(roots: Option<&inkotls_roots>) -> i32 {
    number(roots, |r| r.record.os())
}

/// Frees the roots. Builders that were given them keep a copy. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_roots_free(roots: Option<Box<inkotls_roots>>) {
    drop_quietly(roots);
}
