//! The reference of inkotls, made from the comments of `src/capi`: header, declarations, man pages, site.

mod c;
pub mod chapters;
pub mod check;
pub mod facts;
mod figure;
mod guide;
mod html;
mod json;
mod man;
pub mod model;
pub mod parse;
mod text;

use model::{Api, Texts};
use std::path::Path;
use std::{fs, io};

/// The sources of the reference.
pub struct Sources {
    api: Api,
    texts: Texts,
    version: String,
    abi: String,
}

impl Sources {
    /// Reads the repository. Problems are what breaks the grammar of a comment.
    pub fn read(root: &Path, problems: &mut Vec<String>) -> io::Result<Self> {
        let read = |path: &str| {
            let error = |error| io::Error::other(format!("{path}: {error}"));
            fs::read_to_string(root.join(path)).map_err(error)
        };
        let api = parse::folder(root, "src/capi", problems)?;
        check::check(&api, problems);
        problems.extend(facts::problems(&api));
        problems.extend(chapters::chapters(&api).1);
        let preface = read("tools/reference/preface.txt")?;
        let notes = read("tools/reference/notes.txt")?;
        let manifest = read("Cargo.toml")?;
        let version =
            manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
        let version = version.unwrap_or_default().to_owned();
        Ok(Self { api, texts: Texts { preface, notes }, version, abi: read("abi/version")? })
    }

    /// What is committed in include/: each file's name and content.
    pub fn include(&self) -> Vec<(String, String)> {
        let (chapters, _) = chapters::chapters(&self.api);
        let json = json::json(&self.api, &chapters, &self.version, &self.abi);
        vec![
            ("inkotls.h".into(), c::header(&self.api, &chapters, &self.texts, &self.version)),
            ("inkotls.cdef".into(), c::declarations(&self.api, &chapters, &self.version)),
            ("inkotls.json".into(), json),
        ]
    }

    /// The man pages, each with its path.
    pub fn man(&self, date: &str) -> Vec<(String, String)> {
        let (chapters, _) = chapters::chapters(&self.api);
        man::pages(&self.api, &chapters, &self.texts, date)
    }

    /// The site, each file with its path.
    pub fn site(&self, root: &Path) -> io::Result<Vec<(String, String)>> {
        let (chapters, _) = chapters::chapters(&self.api);
        let guide = guide::Guide::read(root)?;
        html::pages(&self.api, &chapters, &self.texts, &guide).map_err(io::Error::other)
    }
}
