//! The rooms of ffi-tests: a program there names each exported function; what ffi-tests/README.md says
//! of them is true.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// This program calls every function with bad arguments, and shows of none that it works.
const SWEEP: &str = "api/bad_arguments.c";

/// Prints each function and the programs that name it: `make map` shows these lines.
#[test]
fn functions_have_programs() {
    let programs: Vec<_> = programs().into_iter().filter(|path| path != SWEEP).collect();
    let sources: Vec<_> = programs.iter().map(|path| read(&format!("ffi-tests/{path}"))).collect();
    let words: Vec<_> = sources.iter().map(|source| words(source)).collect();
    let functions = read("abi/symbols");
    let mut missing = Vec::new();
    for function in functions.lines() {
        let naming = programs.iter().zip(&words).filter(|(_, words)| words.contains(function));
        let naming: Vec<_> = naming.map(|(path, _)| path.as_str()).collect();
        println!("{function}: {}", naming.join(" "));
        if naming.is_empty() {
            missing.push(function);
        }
    }
    assert!(
        missing.is_empty(),
        "no program in the rooms of ffi-tests names {missing:?}: write a scenario that calls it"
    );
}

#[test]
fn page_names_programs() {
    let page = read("ffi-tests/README.md");
    let named: HashSet<_> = paths(&page).collect();
    for path in &named {
        let exists = root().join("ffi-tests").join(path).exists();
        assert!(exists, "ffi-tests/README.md names {path}, which does not exist");
    }
    for path in programs() {
        let is_named = named.contains(path.as_str());
        assert!(is_named, "ffi-tests/README.md does not name {path}: add it to the last table");
    }
}

#[test]
fn page_maps_features() {
    let (guide, page) = (read("docs/guide/features.md"), read("ffi-tests/README.md"));
    let features = rows(&guide, "## Features, and what a host gets that sets nothing");
    let tested = rows(&page, "## Which files test what");
    let first = |rows: &[(&str, &str)]| rows.iter().map(|(cell, _)| cell.to_string()).collect();
    let (wanted, found): (Vec<_>, Vec<_>) = (first(&features), first(&tested));
    assert!(!wanted.is_empty(), "docs/guide/features.md has no table of features");
    assert_eq!(
        found, wanted,
        "the map in ffi-tests/README.md (left) has the features of docs/guide/features.md (right), in their order"
    );
    for (feature, files) in tested {
        assert!(paths(files).next().is_some(), "ffi-tests/README.md names no test of {feature}");
    }
}

/// The programs of the Makefile's rooms and of load, as paths below ffi-tests.
fn programs() -> Vec<String> {
    let makefile = read("Makefile");
    let rooms = makefile.lines().find_map(|line| line.strip_prefix("ROOMS ")?.split_once(":= "));
    let (_, rooms) = rooms.expect("ROOMS in the Makefile");
    let mut programs = Vec::new();
    for room in rooms.split(' ').chain(["load"]) {
        for entry in fs::read_dir(root().join("ffi-tests").join(room)).expect("a room") {
            let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
            if name.ends_with(".c") {
                programs.push(format!("{room}/{name}"));
            }
        }
    }
    programs.sort();
    programs
}

/// What stands between backticks, and is a path.
fn paths(markdown: &str) -> impl Iterator<Item = &str> {
    let code = markdown.split('`').skip(1).step_by(2);
    code.filter(|code| code.contains('/') && !code.contains(' '))
}

/// The rows of the first table below a heading: the first cell, and the rest.
fn rows<'a>(markdown: &'a str, heading: &str) -> Vec<(&'a str, &'a str)> {
    let (_, section) = markdown.split_once(heading).unwrap_or_default();
    let table = section.lines().skip_while(|line| !line.starts_with('|'));
    let rows = table.take_while(|line| line.starts_with('|')).skip(2);
    rows.filter_map(|row| row.strip_prefix("| ")?.split_once(" |")).collect()
}

/// The words of a program outside its comments.
fn words(source: &str) -> HashSet<&str> {
    let code = source.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')).collect()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
