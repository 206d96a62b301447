//! docs/architecture.md is true: its table of modules says what the code depends on, and the functions
//! of its walks are where it says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Names = BTreeSet<String>;

#[test]
fn modules_depend_on_what_is_written() {
    let written: BTreeMap<String, Names> = rows()
        .filter(|row| row.len() == 3 && !row[0].contains(['.', '/']))
        .map(|row| (quoted(&row[0]).concat(), quoted(&row[2]).into_iter().collect()))
        .filter(|(module, _)| !module.is_empty())
        .collect();
    let mut modules: Names = read("src/lib.rs").lines().filter_map(module).collect();
    modules.insert("types".into()); // src/capi/types.rs, below all
    assert_eq!(written.keys().cloned().collect::<Names>(), modules);
    for (module, written) in written {
        assert_eq!(written, dependencies(&module, &modules), "{module}");
    }
}

#[test]
fn walks_name_functions_that_there_are() {
    let steps: Vec<_> = rows().filter(|row| row[0].starts_with("`src/")).collect();
    assert!(steps.len() > 40);
    for row in steps {
        let code = read(quoted(&row[0]).concat());
        for function in quoted(&row[1]) {
            let name = function.rsplit("::").next().unwrap_or_default();
            let is_there = ["(", "<"].iter().any(|end| code.contains(&format!("fn {name}{end}")));
            assert!(is_there, "{} has no {function}", row[0]);
        }
    }
}

/// The rows of all tables: "| a | b |".
fn rows() -> impl Iterator<Item = Vec<String>> {
    let text = read("docs/architecture.md");
    let row = |line: &str| {
        let cells = line.strip_prefix("| ")?.strip_suffix('|')?.split('|');
        Some(cells.map(|cell| cell.trim().to_owned()).collect())
    };
    text.lines().filter_map(row).collect::<Vec<_>>().into_iter()
}

/// What is between backquotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The module that a line of src/lib.rs declares.
fn module(line: &str) -> Option<String> {
    let name = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ")?;
    name.strip_suffix(';').map(str::to_owned)
}

/// The modules, and rustls, that the code of a module names; its tests aside.
fn dependencies(module: &str, modules: &Names) -> Names {
    let mut files = vec![PathBuf::from(format!("src/{module}.rs"))];
    add_files(&root().join("src").join(module), &mut files);
    let mut found = Names::new();
    for file in files.iter().map(|file| root().join(file)).filter(|file| file.exists()) {
        let code = read(file);
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        let code = code.replace("crate::capi::types", "crate::types");
        if code.contains("rustls::") {
            found.insert("rustls".into());
        }
        for path in code.split("crate::").skip(1) {
            let paths = match path.strip_prefix('{') {
                Some(list) => list.split(';').next(), // crate::{a, b::c};
                None => path.split(is_no_name).next(),
            };
            let names = paths.into_iter().flat_map(|it| it.split(is_no_name));
            found.extend(names.filter(|it| modules.contains(*it)).map(str::to_owned));
        }
    }
    found.remove(module);
    found
}

/// Adds the files of a directory, and of those in it.
fn add_files(directory: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        match path.is_dir() {
            true => add_files(&path, files),
            false => files.push(path),
        }
    }
}

fn is_no_name(letter: char) -> bool {
    !letter.is_alphanumeric() && letter != '_'
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
