//! What all peers are set up with.

use crate::peer::Settings;
use std::ffi::CString;
use std::sync::OnceLock;

static FOLDER: OnceLock<String> = OnceLock::new();

/// The folder that examples/pki.sh made.
pub fn set_folder(folder: String) {
    FOLDER.set(folder).expect("set once");
}

pub fn settings(suite: i32, resumes: bool) -> Settings {
    settings_of("ecdsa", suite, resumes)
}

/// With a server that shows another of its certificates.
pub fn settings_of(server: &str, suite: i32, resumes: bool) -> Settings {
    let folder = FOLDER.get().expect("set first");
    let path = |file: &str| CString::new(format!("{folder}/{file}")).expect("no NUL").into_raw();
    Settings {
        ca: path("ca.pem"),
        chain: path(&format!("{server}.pem")),
        key: path(&format!("{server}.key")),
        name: c"localhost".as_ptr(),
        suite,
        resumes: i32::from(resumes),
        default_groups: 0,
    }
}
