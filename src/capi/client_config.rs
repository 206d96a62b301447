//! inkotls_client_builder and inkotls_client_config.

use super::inkotls_roots;
use crate::error::Status;
use crate::ffi::{
    Handle, Record, bytes, drop_quietly, enter, enter_raw, given, make, output, release, retain,
    share, words,
};
use crate::setup::ClientBuilder;
use rustls::ClientConfig;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// The settings of a client while they are being made. Exclusive.
#[derive(Default)]
pub struct inkotls_client_builder {
    builder: ClientBuilder,
    record: Record,
}

/// The settings of a client: immutable, counted, and used by any number of connections and
/// threads at the same time.
pub struct inkotls_client_config {
    pub(super) config: Arc<ClientConfig>,
}

impl Handle for inkotls_client_builder {
    fn record(&self) -> &Record {
        &self.record
    }
    fn record_mut(&mut self) -> &mut Record {
        &mut self.record
    }
}

/// Begins the settings of a client: platform trust, TLS 1.2 and 1.3, no ALPN.
/// Ends with inkotls_client_builder_build, or inkotls_client_builder_free. NULL only if the
/// library has a bug that was caught.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_new() -> *mut inkotls_client_builder {
    make(inkotls_client_builder::default)
}

/// Sets what the client trusts. Without this call it trusts what the platform trusts.
///
/// builder: must not be NULL.
/// roots: must not be NULL; copied, and may be freed at once.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_set_roots(
    builder: Option<&mut inkotls_client_builder>,
    roots: Option<&inkotls_roots>,
) -> Status {
    enter(builder, |b| {
        b.builder.set_roots(&given(roots, "roots")?.roots);
        Ok(Status::Ok)
    })
}

/// Adds an ALPN protocol (RFC 7301), the preferred one first. With none, ALPN is not used.
///
/// builder: must not be NULL.
/// protocol, len: the protocol's name, such as "h2", in bytes: 1 to 255. Borrowed for this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_builder_add_alpn(
    builder: Option<&mut inkotls_client_builder>,
    protocol: *const c_void,
    len: usize,
) -> Status {
    enter(builder, |b| {
        // SAFETY: the host vouches for protocol and len.
        b.builder.add_alpn(unsafe { bytes(protocol, len) }?)?;
        Ok(Status::Ok)
    })
}

/// Makes the config, and uses the builder up: when it returns OK the builder is freed, and the
/// config has one reference, which is yours to release. When it fails the builder is as it was,
/// its error text tells why, and it is yours to mend or to free.
///
/// builder: must not be NULL.
/// out_config: must not be NULL.
///
/// INKOTLS_STATUS_NO_TRUST_ANCHORS: neither the roots nor the platform, as far as they were asked
/// for, have any. Reads the platform's certificate files, if those are trusted: call it where that
/// may block.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_builder_build(
    builder: *mut inkotls_client_builder,
    out_config: Option<&mut MaybeUninit<*const inkotls_client_config>>,
) -> Status {
    let build = |b: &mut inkotls_client_builder| {
        let out = output(out_config)?;
        out.write(share(inkotls_client_config { config: b.builder.build()? }));
        Ok(())
    };
    // SAFETY: the host vouches for the builder.
    unsafe { enter_raw(builder, build) }
}

/// Returns the sentence for the last call on `builder` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `builder`.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_error(
    builder: Option<&inkotls_client_builder>,
) -> *const c_char {
    words(builder)
}

/// Frees a builder that was not built. NULL does nothing.
#[unsafe(no_mangle)]
pub extern "C" fn inkotls_client_builder_free(builder: Option<Box<inkotls_client_builder>>) {
    drop_quietly(builder);
}

/// Adds a reference. Any thread, at any time.
///
/// config: must not be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_config_retain(
    config: *const inkotls_client_config,
) -> Status {
    // SAFETY: the host vouches for the config.
    unsafe { retain(config) }
}

/// Ends a reference; the last one frees the config. Connections keep their own. Any thread, at
/// any time. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn inkotls_client_config_release(config: *const inkotls_client_config) {
    // SAFETY: the host vouches for the config.
    unsafe { release(config) }
}
