//! Runs in the root of the repository:
//!
//!     reference header           writes include/
//!     reference man DIR DATE     writes man pages of that day (2026-11-28)
//!     reference site DIR         writes the site
//!
//! A comment that breaks the grammar stops it.

use reference::Sources;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let root = Path::new(".");
    let mut problems = Vec::new();
    let sources = Sources::read(root, &mut problems)?;
    for problem in &problems {
        eprintln!("{problem}");
    }
    if !problems.is_empty() {
        eprintln!("{} problems: see the grammar of a comment in CONTRIBUTING.md", problems.len());
        return Ok(ExitCode::FAILURE);
    }
    let (folder, files) = match arguments.as_slice() {
        ["header"] => ("include", sources.include()),
        ["man", folder, date] => (*folder, sources.man(date)),
        ["site", folder] => (*folder, sources.site(root)?),
        _ => return Err(io::Error::other("usage: reference header | man DIR DATE | site DIR")),
    };
    for (name, text) in files {
        let path = Path::new(folder).join(name);
        fs::create_dir_all(path.parent().expect("a folder"))?;
        fs::write(path, text)?;
    }
    Ok(ExitCode::SUCCESS)
}
