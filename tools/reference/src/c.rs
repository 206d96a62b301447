//! Writes the header, and the declarations that LuaJIT's ffi.cdef and Python's cffi take.

use crate::model::{Api, Chapter, Enum, Function, Row, Texts};
use std::iter;

const COLUMNS: usize = 100;
/// Longer names of a row have a line of their own.
const LONGEST_NAMES: usize = 24;

/// What begins an enum, which C cannot give the size of an int32_t before C23.
const ENUM: &str = "\
#ifdef __cplusplus
#define INKOTLS_ENUM(name) enum name : int32_t
#else
#define INKOTLS_ENUM(name) typedef int32_t name; enum
#endif
";

pub fn header(api: &Api, chapters: &[Chapter], texts: &Texts, version: &str) -> String {
    let mut out = first_line(version) + "#ifndef INKOTLS_H\n#define INKOTLS_H\n\n";
    out += "// Contents\n//\n";
    let titles = ["Preface", "Handles"].into_iter().chain(chapters.iter().map(|it| it.title));
    for (number, title) in titles.chain(["Notes"]).enumerate() {
        out += &format!("// {number:4}. {title}\n");
    }
    out += &banner(0, "Preface");
    out += &remark(&texts.preface);
    out += "\n#include <stddef.h>\n#include <stdint.h>\n\n";
    out += ENUM;
    out += "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
    out += &banner(1, "Handles");
    for it in &api.handles {
        out += &comment("", &it.text, &[]);
        out += &format!("typedef struct {0} {0};\n\n", it.name);
    }
    out.pop();
    let mut declared = Vec::new();
    for (number, chapter) in chapters.iter().enumerate() {
        out += &banner(number + 2, chapter.title);
        for it in &chapter.enums {
            out += &enumeration(it);
        }
        for it in &chapter.functions {
            for callback in api.callbacks_before(it, &mut declared) {
                out += &function_comment(callback);
                out += &format!("{}\n", callback_type(callback));
            }
            out += &function_comment(it);
            out += &format!("{}\n", prototype(it));
        }
        out.pop();
    }
    out += "\n#undef INKOTLS_ENUM\n\n#ifdef __cplusplus\n}\n#endif\n";
    out + &banner(chapters.len() + 2, "Notes") + &remark(&texts.notes) + "\n#endif\n"
}

/// In the order of the header.
pub fn declarations(api: &Api, chapters: &[Chapter], version: &str) -> String {
    let mut out = first_line(version);
    for it in &api.handles {
        out += &format!("typedef struct {0} {0};\n", it.name);
    }
    let mut declared = Vec::new();
    for chapter in chapters {
        out.push('\n');
        for it in &chapter.enums {
            out += &format!("typedef int32_t {};\nenum {{\n", it.name);
            for it in &it.constants {
                out += &format!("  {} = {},\n", it.name, it.value);
            }
            out += "};\n";
        }
        for it in &chapter.functions {
            let callbacks = api.callbacks_before(it, &mut declared);
            callbacks.iter().for_each(|it| out += &callback_type(it));
            out += &prototype(it);
        }
    }
    out
}

fn first_line(version: &str) -> String {
    format!("// Reference of inkotls {version}, made from its sources: do not edit.\n\n")
}

/// The declaration of a function, on as few lines as it fits on.
pub fn prototype(it: &Function) -> String {
    declaration(&declared(&it.result, &it.name), it)
}

pub fn callback_type(it: &Function) -> String {
    declaration(&format!("typedef {}", declared(&it.result, &format!("(*{})", it.name))), it)
}

/// The C declaration of a name.
pub fn declared(ctype: &str, name: &str) -> String {
    let space = if ctype.ends_with('*') { "" } else { " " };
    format!("{ctype}{space}{name}")
}

fn declaration(start: &str, it: &Function) -> String {
    let parameters: Vec<_> = it.parameters.iter().map(|it| declared(&it.ctype, &it.name)).collect();
    let parameters = if parameters.is_empty() { "void".into() } else { parameters.join(", ") };
    let words = parameters.split_inclusive(", ");
    let mut lines = vec![format!("{start}(")];
    for word in words {
        let line = lines.last_mut().expect("a line");
        let end = if word.ends_with(", ") { 1 } else { 2 };
        match line.len() + word.trim_end().len() + end <= COLUMNS {
            true => line.push_str(word),
            false => lines.push(format!("    {word}")),
        }
    }
    let lines: Vec<_> = lines.iter().map(|line| line.trim_end()).collect();
    lines.join("\n") + ");\n"
}

fn enumeration(it: &Enum) -> String {
    let mut out = comment("", &it.text, &[]) + &format!("INKOTLS_ENUM({}) {{\n", it.name);
    for it in &it.constants {
        out += &comment("  ", &it.text, &[]);
        out += &format!("  {} = {},\n", it.name, it.value);
    }
    out + "};\n\n"
}

fn function_comment(it: &Function) -> String {
    let prose: Vec<_> = it.prose().map(str::to_owned).collect();
    comment("", &prose, &[&it.doc.parameters, &it.doc.statuses])
}

/// Paragraphs, then blocks of rows whose texts begin in one column.
fn comment(indent: &str, paragraphs: &[String], blocks: &[&Vec<Row>]) -> String {
    let start = format!("{indent}///");
    let mut parts: Vec<_> =
        paragraphs.iter().map(|text| wrapped(&format!("{start} "), "", text)).collect();
    for rows in blocks.iter().filter(|rows| !rows.is_empty()) {
        let names: Vec<_> = rows.iter().map(|row| row.names.join(", ")).collect();
        let lengths = names.iter().map(String::len);
        let width = lengths.filter(|it| *it <= LONGEST_NAMES).max().unwrap_or(2) + 2;
        let row = |(row, names): (&Row, &String)| match names.len() < width {
            true => wrapped(&format!("{start} "), &format!("{names:width$}"), &row.text),
            false => {
                let names = wrapped(&format!("{start} "), "", names);
                names + &wrapped(&format!("{start} "), &" ".repeat(width), &row.text)
            }
        };
        parts.push(iter::zip(*rows, &names).map(row).collect());
    }
    parts.join(&format!("{start}\n"))
}

/// A text on lines of at most 100 columns: all begin alike, and what only the first begins with is
/// blank in the others.
fn wrapped(start: &str, first: &str, text: &str) -> String {
    let mut lines = vec![format!("{start}{first}")];
    let mut is_empty = true;
    for word in text.split(' ') {
        let line = lines.last_mut().expect("a line");
        match line.len() + 1 + word.len() <= COLUMNS {
            _ if is_empty => line.push_str(word),
            true => line.extend([" ", word]),
            false => lines.push(format!("{start}{:width$}{word}", "", width = first.len())),
        }
        is_empty = false;
    }
    lines.join("\n") + "\n"
}

fn remark(text: &str) -> String {
    text.lines().map(|line| format!("// {line}").trim_end().to_owned() + "\n").collect()
}

fn banner(number: usize, title: &str) -> String {
    let rule = "=".repeat(COLUMNS - 3);
    format!("\n// {rule}\n// {number}. {title}\n// {rule}\n\n")
}
