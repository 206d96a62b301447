//! reference header [--draft]: writes include/, in the root of the repository. A comment that breaks
//! the grammar stops it, except a draft.

use reference::Sources;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let mut problems = Vec::new();
    let sources = Sources::read(Path::new("."), &mut problems)?;
    for problem in &problems {
        eprintln!("{problem}");
    }
    if !problems.is_empty() {
        eprintln!("{} problems: see the grammar of a comment in CONTRIBUTING.md", problems.len());
        if !arguments.iter().any(|it| it == "--draft") {
            return Ok(ExitCode::FAILURE);
        }
    }
    for (name, text) in sources.include() {
        fs::write(Path::new("include").join(name), text)?;
    }
    Ok(ExitCode::SUCCESS)
}
