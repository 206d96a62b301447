//! Log messages of rustls and of this library, to the connection that they are about.

use crate::call_context::{self, LogCallback, Sink};
use crate::capi::types::inkotls_log;
use crate::error::{Error, Status};
use crate::text;
use log::{Level, LevelFilter, Metadata, Record};
use std::sync::{Arc, OnceLock};

/// Where the log messages of a connection go.
pub fn sink(level: inkotls_log, callback: Arc<LogCallback>) -> Result<Sink, Error> {
    let level = match level {
        inkotls_log::Off => LevelFilter::Off,
        inkotls_log::Error => LevelFilter::Error,
        inkotls_log::Warn => LevelFilter::Warn,
        inkotls_log::Info => LevelFilter::Info,
        inkotls_log::Debug => LevelFilter::Debug,
        inkotls_log::Trace => LevelFilter::Trace,
    };
    install()?;
    Ok(Sink { level, callback })
}

struct Router;

impl log::Log for Router {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        call_context::sink().is_some_and(|sink| metadata.level() <= sink.level)
    }

    fn log(&self, record: &Record<'_>) {
        let Some(sink) = call_context::sink() else { return };
        if record.level() <= sink.level {
            // rustls writes some over several lines, which are one here.
            let text = record.args().to_string();
            let lines: Vec<_> = text.lines().map(str::trim).collect();
            let text = text::message(&lines.join(" "));
            let level = match record.level() {
                Level::Error => inkotls_log::Error,
                Level::Warn => inkotls_log::Warn,
                Level::Info => inkotls_log::Info,
                Level::Debug => inkotls_log::Debug,
                Level::Trace => inkotls_log::Trace,
            };
            (sink.callback)(level as i32, &text);
        }
    }

    fn flush(&self) {}
}

/// The crate `log` has one logger for the whole program, which can be set once. A library for C has
/// that crate for itself; in a Rust program it is the program's, even if it has not set one yet.
fn install() -> Result<(), Error> {
    static IS_OURS: OnceLock<bool> = OnceLock::new();
    let is_ours = IS_OURS.get_or_init(|| {
        cfg!(feature = "capi")
            && log::set_logger(&Router).map(|()| log::set_max_level(LevelFilter::Trace)).is_ok()
    });
    match is_ours {
        true => Ok(()),
        false => Err(Error::new(
            Status::Unsupported,
            "the library is part of a Rust program, whose logger (crate log) gets the messages; a \
             library for C is built with the Cargo feature capi",
        )),
    }
}
