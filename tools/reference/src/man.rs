//! Writes the man pages in mdoc: one of section 3 for each chapter, links to it for what it declares, and
//! inkotls(7).

use crate::c::declared;
use crate::model::{Api, Chapter, Enum, Function, Row, Texts, words};
use crate::text::{Block, blocks};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The pages and the links, each with its path.
pub fn pages(api: &Api, chapters: &[Chapter], texts: &Texts, date: &str) -> Vec<(String, String)> {
    let mut pages = vec![("man7/inkotls.7".into(), overview(api, chapters, texts, date))];
    let mut declared = Vec::new();
    for chapter in chapters {
        let name = page(chapter);
        let callbacks = chapter.functions.iter().map(|it| api.callbacks_before(it, &mut declared));
        let callbacks: Vec<_> = callbacks.flatten().collect();
        let link = |it: &str| (format!("man3/{it}.3"), format!(".so man3/{name}.3\n"));
        pages.extend(chapter.enums.iter().map(|it| link(&it.name)));
        pages.extend(callbacks.iter().map(|it| link(&it.name)));
        pages.extend(chapter.functions.iter().map(|it| link(&it.name)));
        pages.push((format!("man3/{name}.3"), chapter_page(chapter, chapters, &callbacks, date)));
    }
    pages
}

fn page(chapter: &Chapter) -> String {
    format!("inkotls-{}", chapter.id)
}

fn start(title: &str, section: u8, date: &str) -> String {
    let mut parts = date.trim().split('-').map(|it| it.parse::<usize>().unwrap_or(1));
    let mut part = || parts.next().unwrap_or(1);
    let (year, month, day) = (part(), part(), part());
    let month = MONTHS[(month - 1) % 12];
    let made = ".\\\" Reference of inkotls, made from its sources: do not edit.\n";
    // groff puts it before the name of the section at the top of a page; the default is "BSD".
    let system = ".ds doc-volume-operating-system inkotls\n";
    let title = title.to_uppercase();
    format!(
        "{made}{system}.Dd {month} {day}, {year}\n.Dt {title} {section}\n.Os inkotls\n.Sh NAME\n"
    )
}

fn overview(api: &Api, chapters: &[Chapter], texts: &Texts, date: &str) -> String {
    let mut out = start("inkotls", 7, date);
    out += ".Nm inkotls\n.Nd TLS for language runtimes\n.Sh SYNOPSIS\n.In inkotls.h\n.Sh DESCRIPTION\n";
    out += &text(&blocks(&texts.preface, 0));
    out += ".Sh HANDLES\n.Bl -tag -width Ds\n";
    for it in &api.handles {
        out += &format!(".It Vt {}\n", it.name);
        out += &paragraphs(it.text.iter().map(String::as_str));
    }
    out += ".El\n.Sh NOTES\n";
    out += &text(&blocks(&texts.notes, 4));
    out + &see_also(chapters.iter().map(|it| (page(it), 3)))
}

fn chapter_page(
    chapter: &Chapter,
    chapters: &[Chapter],
    callbacks: &[&Function],
    date: &str,
) -> String {
    let mut out = start(&page(chapter), 3, date);
    let enums = chapter.enums.iter().map(|it| it.name.as_str());
    let names = enums.chain(callbacks.iter().map(|it| it.name.as_str()));
    let names: Vec<_> = names.chain(chapter.functions.iter().map(|it| it.name.as_str())).collect();
    for (at, name) in names.iter().enumerate() {
        out += &format!(".Nm {name}{}\n", if at + 1 < names.len() { " ," } else { "" });
    }
    out += &format!(".Nd {}\n", escaped(chapter.title));
    out += ".Sh LIBRARY\ninkotls (\\-linkotls)\n.Sh SYNOPSIS\n.In inkotls.h\n";
    callbacks.iter().for_each(|it| out += &synopsis(it, true));
    chapter.functions.iter().for_each(|it| out += &synopsis(it, false));
    out += ".Sh DESCRIPTION\n";
    chapter.enums.iter().for_each(|it| out += &enumeration(it));
    callbacks.iter().chain(&chapter.functions).for_each(|it| out += &function(it));
    let others = chapters.iter().filter(|it| it.id != chapter.id && is_named(it, chapter));
    out + &see_also(others.map(|it| (page(it), 3)).chain([("inkotls".into(), 7)]))
}

/// Whether a chapter names a function of another one.
fn is_named(other: &Chapter, chapter: &Chapter) -> bool {
    let texts = chapter.functions.iter().flat_map(|it| it.texts());
    let mut words = texts.flat_map(words);
    words.any(|word| other.functions.iter().any(|it| it.name == word))
}

fn synopsis(it: &Function, is_callback: bool) -> String {
    let (of, name) = match is_callback {
        true => ("typedef ", format!("\"(*{})\"", it.name)),
        false => ("", it.name.clone()),
    };
    let mut out = format!(".Ft {of}{}\n.Fo {name}\n", it.result);
    for it in &it.parameters {
        out += &format!(".Fa \"{}\"\n", declared(&it.ctype, &it.name));
    }
    if it.parameters.is_empty() {
        out += ".Fa void\n";
    }
    out + ".Fc\n"
}

fn enumeration(it: &Enum) -> String {
    let mut out = format!(".Ss {}\n", it.name);
    out += &paragraphs(it.text.iter().map(String::as_str));
    out += ".Bl -tag -width Ds\n";
    for it in &it.constants {
        out += &format!(".It Dv {} Pq {}\n", it.name, escaped(&it.value.to_string()));
        out += &paragraphs(it.text.iter().map(String::as_str));
    }
    out + ".El\n"
}

fn function(it: &Function) -> String {
    let mut out = format!(".Ss {}\n", it.name) + &paragraphs(it.prose());
    for (rows, macro_of) in [(&it.doc.parameters, "Fa"), (&it.doc.statuses, "Dv")] {
        out += &table(rows, macro_of);
    }
    out
}

fn table(rows: &[Row], macro_of: &str) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let rows = rows.iter().map(|row| {
        let names = row.names.join(&format!(" , {macro_of} "));
        format!(".It {macro_of} {names}\n{}", sentences(&row.text))
    });
    format!(".Bl -tag -width Ds\n{}.El\n", rows.collect::<String>())
}

fn text(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut is_first = true;
    for block in blocks {
        match block {
            Block::Heading(title) => out += &format!(".Ss {}\n", escaped(title)),
            Block::Paragraph(text) => {
                let space = if is_first { "" } else { ".Pp\n" };
                out += &format!("{space}{}", sentences(text));
            }
            Block::Code(lines) => {
                let lines: Vec<_> = lines.iter().map(|line| escaped(line)).collect();
                out += &format!(".Bd -literal\n{}\n.Ed\n", lines.join("\n"));
            }
        }
        is_first = matches!(block, Block::Heading(_));
    }
    out
}

fn paragraphs<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let texts: Vec<_> = texts.map(sentences).collect();
    texts.join(".Pp\n")
}

/// Each sentence begins a line, as mdoc wants it, and no line is long.
fn sentences(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("a line");
        if !line.is_empty() && (line.ends_with(['.', ':']) || line.len() + word.len() > 76) {
            lines.push(word.into());
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.iter().map(|line| escaped(line) + "\n").collect()
}

/// A line of text, in which nothing is a request or an escape.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}

fn see_also(pages: impl Iterator<Item = (String, u8)>) -> String {
    let mut pages: Vec<_> = pages.collect();
    pages.sort_by_key(|(name, section)| (*section, name.clone()));
    let lines: Vec<_> =
        pages.iter().map(|(name, section)| format!(".Xr {name} {section}")).collect();
    format!(".Sh SEE ALSO\n{}\n", lines.join(" ,\n"))
}
