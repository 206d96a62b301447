//! The committed header is what cbindgen makes of the sources.

use std::{env, fs, path::Path};

#[test]
fn header_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut made = Vec::new();
    cbindgen::generate(root).expect("cbindgen").write(&mut made);
    let made = String::from_utf8(made).expect("UTF-8");
    let path = root.join("include/inkotls.h");
    if env::var_os("INKOTLS_WRITE_HEADER").is_some() {
        fs::write(&path, &made).expect("write the header");
    }
    let committed = fs::read_to_string(&path).expect("read the header");
    assert!(made == committed, "include/inkotls.h differs from the sources: run `make header`");
}
