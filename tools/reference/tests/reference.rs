//! The committed files are what the comments say; and what may be in the header.

use reference::Sources;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn comments_keep_the_grammar() {
    let mut problems = Vec::new();
    Sources::read(&root(), &mut problems).expect("the sources");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn files_are_up_to_date() {
    for (name, text) in sources().include() {
        let committed = read(&format!("include/{name}"));
        assert!(committed == text, "include/{name} differs from the sources: run `make header`");
    }
}

/// Rule 11: the poorest FFI reaches everything.
#[test]
fn header_has_integers_and_pointers_only() {
    let header = read("include/inkotls.h");
    let is_code = |line: &&str| !line.trim_start().starts_with("//") && !line.starts_with('#');
    let code: Vec<_> = header.lines().filter(is_code).collect();
    let code = code.join("\n");

    let defined = header.lines().filter_map(|line| line.strip_prefix("#define "));
    let defined: BTreeSet<_> =
        defined.map(|it| it.split([' ', '(']).next().unwrap_or_default()).collect();
    assert_eq!(defined, BTreeSet::from(["INKOTLS_ENUM", "INKOTLS_H"]));
    assert!(header.contains("#undef INKOTLS_ENUM"));
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
    for line in header.lines() {
        assert!(line.chars().count() <= 100, "more than 100 columns: {line}");
    }
}

/// cbindgen, which knows nothing of the comments, declares the same functions and callbacks.
#[test]
fn types_are_those_of_cbindgen() {
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        style: cbindgen::Style::Type,
        usize_is_size_t: true,
        documentation: false,
        ..Default::default()
    };
    config.export.rename.insert("Status".into(), "inkotls_status".into());
    let mut builder = cbindgen::Builder::new().with_config(config);
    for entry in fs::read_dir(root().join("src/capi")).expect("src/capi") {
        builder = builder.with_src(entry.expect("an entry").path());
    }
    let mut made = Vec::new();
    builder.generate().expect("cbindgen").write(&mut made);
    let made = declarations(&String::from_utf8(made).expect("UTF-8"));
    assert!(made.len() > 180);
    for path in ["include/inkotls.h", "include/inkotls.cdef"] {
        let ours = declarations(&read(path));
        let others: Vec<_> = ours.symmetric_difference(&made).collect();
        assert!(others.is_empty(), "{path} and cbindgen differ: {others:#?}");
    }
}

/// Functions and callbacks, without what is white space to C.
fn declarations(code: &str) -> BTreeSet<String> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//") && !line.starts_with('#');
    let code: Vec<_> = code.lines().filter(is_code).collect();
    let code = code.join(" ");
    let of = |it: &str| it.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
    let all = code.split([';', '{', '}']).map(of);
    all.filter(|it| it.contains('(') && !it.contains("INKOTLS_ENUM")).collect()
}

fn sources() -> Sources {
    Sources::read(&root(), &mut Vec::new()).expect("the sources")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
