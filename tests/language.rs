//! The phrases that no reader should meet, in what a person reads: header, documents, comments, error messages.

use std::fs;
use std::path::{Path, PathBuf};

/// What is read: files, and folders with the ends of the names of their files.
const FILES: [&str; 7] = [
    "include/inkotls.h",
    "README.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "ffi-tests/README.md",
    "Makefile",
];
const FOLDERS: [(&str, &[&str]); 5] = [
    ("src", &["rs"]),
    ("docs", &["md"]),
    ("examples", &["c", "h", "sh"]),
    ("mk", &["mk"]),
    ("tools/reference", &["txt"]),
];

/// A phrase, and what to write instead. A phrase is of words and of the commas between them: `a|b` is one of
/// several, `*` any word that does not begin a clause, and `.` is where a sentence begins or ends.
const BANNED: [(&str, &str); 37] = [
    (", for it|they|he|she|we|there|nothing", "because"),
    (", for * is|are|was|has|have|had|would|will|can|cannot", "because"),
    (", for * * is|are|was|has|have|had|would|will|can|cannot", "because"),
    (", for * * * is|are|was|has|have|had|would|will|can|cannot", "because"),
    ("at first", "by default; Default: 2."),
    ("in place of", "instead of"),
    ("in the place of", "instead of"),
    ("take|takes|took the place", "replaces"),
    ("error text|texts", "error message"),
    ("sentence|sentences for|of", "error message"),
    ("a|its|own|the sentence", "error message"),
    ("words for|of", "error message"),
    (", counted", "reference-counted"),
    ("lend|lends|lent", "returns a pointer to ... valid until ..."),
    ("host's function|functions", "callback"),
    ("functions|function of the host's", "callback"),
    ("taken", "consumed; accepted"),
    ("told", "reported; written"),
    ("give|gives|given|gave out", "writes; copies"),
    ("hand|hands|handed out", "writes; copies"),
    ("give|gives|given|gave|hand|hands|handed * out", "writes; copies"),
    ("is|are none", "name the thing"),
    ("it|one is|was another", "name the thing"),
    ("it is no", "name the thing: it is not a ..."),
    ("one is neither|no", "name the thing"),
    ("ours|theirs", "this side's; the peer's"),
    (". who has|writes|asks|reads|gets|can|knows|wants", "anyone who ...; the client that ..."),
    ("and|to|but who has|writes|asks|reads|gets|wants", "anyone who ...; the client that ..."),
    ("dear|dearer", "expensive; costs more"),
    ("in vain", "spurious; without need"),
    ("ever after", "from then on every call returns ..."),
    ("for ever", "always"),
    ("nothing|none but", "only"),
    ("whom he|it|they", "name the person"),
    ("fewer than * are as", "values from ... to ... are raised to ..."),
    ("a negative one", "a negative status"),
    ("one's own", "this side's"),
];

#[test]
fn banned_phrases_are_not_used() {
    let mut found = Vec::new();
    for path in paths() {
        let text = fs::read_to_string(root().join(&path)).expect("a text");
        let mut banned: Vec<_> = banned_in(&prose(&path, &text)).collect();
        banned.sort();
        found.extend(banned.iter().map(|(line, phrase, instead)| {
            format!("{}:{line}: \"{phrase}\": write: {instead}", path.display())
        }));
    }
    assert!(found.is_empty(), "{} banned phrases:\n{}", found.len(), found.join("\n"));
}

#[test]
fn phrases_are_found_where_they_are() {
    let source = "/// Sets it, for the key is\n/// in vain.\nfn told() { fail(\"taken `lent`\", 'x', '\"') } // at\n\
                  // first, which is a word\n// for what is here";
    let mut found: Vec<_> = banned_in(&prose(Path::new("a.rs"), source)).collect();
    found.sort();
    let found: Vec<_> = found.iter().map(|(line, phrase, _)| (*line, phrase.as_str())).collect();
    assert_eq!(found, [(1, ", for the key is"), (2, "in vain"), (3, "at first"), (3, "taken")]);
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn paths() -> Vec<PathBuf> {
    let mut paths = FILES.map(PathBuf::from).to_vec();
    for (folder, ends) in FOLDERS {
        collect(Path::new(folder), ends, &mut paths);
    }
    paths
}

fn collect(folder: &Path, ends: &[&str], paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root().join(folder)).expect("a folder") {
        let path = folder.join(entry.expect("an entry").file_name());
        if root().join(&path).is_dir() {
            collect(&path, ends, paths);
        } else if path.extension().is_some_and(|it| ends.iter().any(|end| it == *end)) {
            paths.push(path);
        }
    }
}

/// What a person reads of a file, in as many lines. Code is a full stop.
fn prose(path: &Path, text: &str) -> String {
    match path.extension().and_then(|it| it.to_str()) {
        Some("rs" | "c" | "h") => of_code(text),
        Some("md" | "txt") => {
            let text = match path.file_name().is_some_and(|it| it == "CHANGELOG.md") {
                true => text.split_inclusive("\n## ").take(2).collect(), // what is not released
                false => text.to_owned(),
            };
            let parts = text.split("```").enumerate();
            parts
                .map(|(index, part)| if index % 2 == 0 { part.into() } else { code(part) })
                .collect()
        }
        _ => {
            let lines = text.lines().map(|line| line.split_once('#').map_or("", |(_, it)| it));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

fn code(text: &str) -> String {
    text.chars().map(|it| if it.is_whitespace() { it } else { '.' }).collect()
}

/// The comments and strings of Rust or C.
fn of_code(text: &str) -> String {
    let mut prose = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => string(rest),
            'r' if rest.starts_with("r#\"") => rest.find("\"#").map_or(rest.len(), |it| it + 2),
            '\'' if rest[1..].starts_with('\\') => rest[3..].find('\'').map_or(1, |it| it + 4),
            '\'' if rest.chars().nth(2) == Some('\'') => {
                rest.chars().take(3).map(char::len_utf8).sum()
            }
            _ => first.len_utf8(),
        };
        let (part, after) = rest.split_at(len);
        match ["//", "\"", "r#\""].iter().any(|it| part.starts_with(it)) {
            true => prose.push_str(&part.replace("\\\n", " \n").replace("\\n", ". ")),
            false => prose.push_str(&code(part)),
        }
        rest = after;
    }
    prose
}

/// The length of the string that begins here.
fn string(text: &str) -> usize {
    let mut is_escaped = true; // the first is not the last
    let end = text.find(|it| {
        let is_end = it == '"' && !is_escaped;
        is_escaped = it == '\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |it| it + 1)
}

/// The line of each banned phrase, the phrase as it is there, and what to write instead.
fn banned_in(prose: &str) -> impl Iterator<Item = (usize, String, &'static str)> {
    let words = words(prose);
    BANNED.iter().flat_map(move |(phrase, instead)| {
        let phrase: Vec<_> = phrase.split(' ').collect();
        let is_banned = |here: &&[(usize, String)]| {
            phrase.iter().zip(*here).all(|(wanted, (_, word))| fits(wanted, word))
        };
        let found = words.windows(phrase.len()).filter(is_banned).map(|here| {
            let text: Vec<_> = here.iter().map(|(_, word)| word.as_str()).collect();
            (here[0].0, text.join(" "), *instead)
        });
        found.collect::<Vec<_>>()
    })
}

fn fits(wanted: &str, word: &str) -> bool {
    const CLAUSE: [&str; 12] =
        ["that", "which", "what", "who", "whom", "whose", "as", "if", "when", "where", "and", "or"];
    match wanted {
        "*" => word.starts_with(char::is_alphanumeric) && !CLAUSE.contains(&word),
        wanted => wanted.split('|').any(|it| it == word),
    }
}

/// The words in lower case, each with its line. What is in backticks is a word.
fn words(prose: &str) -> Vec<(usize, String)> {
    let mut words = vec![(1, ".".to_owned())];
    let mut is_quoted = false;
    for (index, line) in prose.lines().enumerate() {
        let line = line.trim_start_matches([' ', '/', '!', '#', '*', '-', '>']);
        if line.is_empty() {
            words.push((index + 1, ".".into()));
            is_quoted = false;
        }
        for (part, text) in line.split('`').enumerate() {
            if part > 0 {
                is_quoted = !is_quoted;
            }
            if is_quoted {
                words.push((index + 1, "x".into()));
                continue;
            }
            let is_inside = |it: char| it.is_alphanumeric() || "_-'".contains(it);
            for word in text.split_inclusive(|it| !is_inside(it)) {
                let (word, after) =
                    word.split_at(word.find(|it| !is_inside(it)).unwrap_or(word.len()));
                if !word.is_empty() {
                    words.push((index + 1, word.to_lowercase()));
                }
                match after {
                    "," | ";" => words.push((index + 1, ",".into())),
                    "." | ":" | "?" | "!" | "(" | ")" | "|" => words.push((index + 1, ".".into())),
                    _ => {}
                }
            }
        }
    }
    words
}
