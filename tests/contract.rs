//! The rules of docs/contract.md: each number that is cited exists, and each rule has tests that cite it. What the ABI
//! reserves is free.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where rules are cited; of these, where tests are.
const CITING: [&str; 10] =
    ["src", "include", "docs", "examples", "benches", "abi", "ffi-tests", "fuzz", "tests", "tools"];
const TESTS: [&str; 5] = ["abi", "ffi-tests", "fuzz", "tests", "tools"];

#[test]
fn cited_rules_exist() {
    let rules = rules();
    for (path, numbers) in citations(&CITING) {
        for number in numbers {
            assert!(rules.contains_key(&number), "{} cites rule {number}", path.display());
        }
    }
}

#[test]
fn rules_have_tests() {
    let citations = citations(&TESTS);
    let rules = rules();
    assert!(rules.keys().copied().eq(1..=20), "docs/contract.md numbers {:?}", rules.keys());
    for (number, named) in rules {
        let is_cited = citations.values().any(|numbers| numbers.contains(&number));
        assert!(is_cited, "rule {number}: no test cites it");
        assert!(!named.is_empty(), "rule {number}: docs/contract.md names no test");
        for path in named {
            let cites = citations.get(&path).is_some_and(|numbers| numbers.contains(&number));
            assert!(cites, "{} does not cite rule {number}", path.display());
        }
    }
}

/// The header declares no reserved name, and no constant of the same enum with a reserved number.
#[test]
fn reserved_names_and_numbers_are_free() {
    let page = read("docs/decisions/two-phase-answers.md");
    let header = read("include/inkotls.h");
    let declared: BTreeSet<_> = header.split(|c: char| !is_of_word(c)).collect();
    let mut names = 0;
    for row in section(&page, "What is reserved").lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim_matches([' ', '`'])).collect();
        let (name, number) = (cells[1], cells[2]);
        if !name.to_lowercase().starts_with("inkotls_") {
            continue; // a value of a parameter: ffi-tests/api/bad_arguments.c
        }
        assert!(!declared.contains(name), "{name} is reserved, and declared");
        names += 1;
        let of_its_enum: String = name.split_inclusive('_').take(2).collect();
        for line in header.lines().map(str::trim).filter(|line| line.starts_with(&of_its_enum)) {
            let is_its_number = line.trim_end_matches(',').ends_with(&format!(" = {number}"));
            assert!(!is_its_number, "{number} is reserved for {name}: {line}");
        }
    }
    assert_eq!(names, 3, "docs/decisions/two-phase-answers.md names what is reserved");
}

/// The rules, and the tests that each names: a heading "## 1. ...", and a line "Tests: `path`, ...".
fn rules() -> BTreeMap<u32, Vec<PathBuf>> {
    let text = read("docs/contract.md");
    let rule = |section: &str| {
        let number = section.split('.').next()?.parse().ok()?;
        let tests = section.split("\nTests: ").nth(1).unwrap_or_default();
        Some((number, tests.split('`').skip(1).step_by(2).map(PathBuf::from).collect()))
    };
    text.split("\n## ").filter_map(rule).collect()
}

/// The rules that each file cites.
fn citations(folders: &[&str]) -> BTreeMap<PathBuf, BTreeSet<u32>> {
    let mut files = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut files);
    }
    let cited_in = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap_or_default(); // or it is not text
        (path.strip_prefix(root()).expect("below the root").to_owned(), cited(&text))
    };
    files.into_iter().map(cited_in).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}

/// "Rule N", "rules N and M", also across lines of a comment.
fn cited(text: &str) -> BTreeSet<u32> {
    let mut numbers = BTreeSet::new();
    let mut follows = false;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        match word.parse() {
            Ok(number) if follows => drop(numbers.insert(number)),
            _ => {
                follows = ["rule", "rules"].contains(&word.to_lowercase().as_str())
                    || follows && word == "and";
            }
        }
    }
    numbers
}

/// What stands under a heading.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let rest = page.split_once(&format!("\n## {heading}\n")).expect(heading).1;
    rest.split("\n## ").next().unwrap_or(rest)
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
