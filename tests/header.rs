//! The committed header is what cbindgen makes of the sources; and what may be in it.

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

/// Rule 11: the poorest FFI reaches everything.
#[test]
fn header_has_integers_and_pointers_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = fs::read_to_string(root.join("include/inkotls.h")).expect("read the header");
    let is_code = |line: &&str| !line.trim_start().starts_with("//") && !line.starts_with('#');
    let code: Vec<_> = header.lines().filter(is_code).collect();
    let code = code.join("\n");

    let macros: Vec<_> = header.lines().filter(|line| line.starts_with("#define")).collect();
    assert_eq!(macros, ["#define INKOTLS_H"]);
    assert!(!code.contains('['), "an array");
    let words = ["bool", "_Bool", "union", "inline", "static", "int", "long", "short", "unsigned"];
    for word in code.split(|c: char| !c.is_alphanumeric() && c != '_') {
        assert!(!words.contains(&word), "{word}");
    }
    for line in code.lines().filter(|line| line.contains("struct ")) {
        assert!(line.starts_with("typedef struct inkotls_") && line.ends_with(';'), "{line}");
    }
    for line in code.lines().filter(|line| line.starts_with("extern ")) {
        assert_eq!(line, "extern \"C\" {");
    }
}
