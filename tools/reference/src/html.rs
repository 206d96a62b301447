//! Writes the site: a page for each handle, with its functions; the types; the notes; and the guide.

use crate::c;
use crate::figure::figure;
use crate::guide::Guide;
use crate::model::{Api, Chapter, Enum, Function, Handle, Row, Texts, is_pointer, words};
use crate::text::{Block, blocks};
use std::collections::BTreeMap;

/// Where each name is described: a page, and the name as its anchor.
pub struct Names(BTreeMap<String, String>);

impl Names {
    fn new(api: &Api) -> Self {
        let mut names = BTreeMap::new();
        let mut add = |name: &str, page: &str| {
            names.insert(name.to_owned(), format!("{page}#{name}"));
        };
        for it in &api.functions {
            add(&it.name, &api.owner(it).map_or("library.html".into(), page));
        }
        api.callbacks.iter().for_each(|it| add(&it.name, "types.html"));
        for it in &api.enums {
            add(&it.name, "types.html");
            it.constants.iter().for_each(|it| add(&it.name, "types.html"));
        }
        api.handles.iter().for_each(|it| add(&it.name, &page(it)));
        Self(names)
    }

    pub fn target(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A text as HTML, in which names are links; `up` leads from its page to the root of the site.
    pub fn linked(&self, text: &str, up: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        for word in words(text).filter(|word| word.len() > 8) {
            let Some(target) = self.target(word) else { continue };
            let (before, after) = rest.split_once(word).expect("a word of the text");
            out += &format!("{}<a href=\"{up}{target}\">{word}</a>", escaped(before));
            rest = after;
        }
        out + &escaped(rest)
    }
}

/// The pages, each with its path.
pub fn pages(
    api: &Api,
    chapters: &[Chapter],
    texts: &Texts,
    guide: &Guide,
) -> Result<Vec<(String, String)>, String> {
    let names = Names::new(api);
    let mut site = Site { api, chapters, names: &names, guide, files: Vec::new() };
    site.index(texts);
    for handle in &api.handles {
        site.handle(handle)?;
    }
    site.library();
    site.types();
    site.notes(texts);
    site.functions();
    let pages = site.guide.pages(&names);
    for (path, title, body) in pages {
        site.page(&path, &title, &body);
    }
    site.files.push(("style.css".into(), include_str!("style.css").into()));
    Ok(site.files)
}

struct Site<'a> {
    api: &'a Api,
    chapters: &'a [Chapter<'a>],
    names: &'a Names,
    guide: &'a Guide,
    files: Vec<(String, String)>,
}

impl Site<'_> {
    fn page(&mut self, path: &str, title: &str, body: &str) {
        let up = "../".repeat(path.matches('/').count());
        let link = |page: &str, title: &str| format!("<a href=\"{up}{page}\">{title}</a>\n");
        let menu = [
            link("index.html", "inkotls"),
            link("functions.html", "Functions"),
            link("types.html", "Types"),
            link("notes.html", "Notes"),
            link("guide/index.html", "Guide"),
        ];
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{}</title>\n<link rel=\"stylesheet\" href=\"{up}style.css\">\n</head>\n<body>\n\
             <nav>{}</nav>\n<main>\n{body}</main>\n</body>\n</html>\n",
            escaped(title),
            menu.concat()
        );
        self.files.push((path.into(), html));
    }

    fn index(&mut self, texts: &Texts) {
        let mut body = "<h1>inkotls</h1>\n".to_owned() + &self.blocks(&blocks(&texts.preface, 0));
        body += "<h2 id=\"handles\">Handles</h2>\n<table>\n";
        for it in &self.api.handles {
            let text = it.text.first().map(|text| first_sentence(text)).unwrap_or_default();
            let link = self.text(&it.name);
            body += &format!("<tr><td><code>{link}</code></td><td>{}</td></tr>\n", self.text(text));
        }
        body += "</table>\n<h2 id=\"chapters\">Chapters of the header</h2>\n";
        for chapter in self.chapters {
            let functions: Vec<_> =
                chapter.functions.iter().map(|it| self.text(&it.name)).collect();
            body += &format!("<h3>{}</h3>\n", escaped(chapter.title));
            body += &format!("<p class=\"names\"><code>{}</code></p>\n", functions.join(" "));
        }
        self.page("index.html", "inkotls", &body);
    }

    fn handle(&mut self, handle: &Handle) -> Result<(), String> {
        let mut body = format!("<h1 id=\"{0}\">{0}</h1>\n", handle.name);
        body += &self.paragraphs(handle.text.iter().map(String::as_str));
        body += "<h2 id=\"life\">Life cycle</h2>\n<figure>\n";
        body += &figure(self.api, handle, self.names)?;
        body += "</figure>\n";
        for chapter in self.chapters {
            let is_own =
                |it: &&&Function| self.api.owner(it).is_some_and(|owner| owner.name == handle.name);
            let functions: Vec<_> = chapter.functions.iter().filter(is_own).collect();
            if !functions.is_empty() {
                body += &format!("<h2 id=\"{}\">{}</h2>\n", chapter.id, escaped(chapter.title));
            }
            functions.iter().for_each(|it| body += &self.function(it));
        }
        self.page(&page(handle), &handle.name, &body);
        Ok(())
    }

    fn library(&mut self) {
        let mut body = "<h1>Functions without a handle</h1>\n".to_owned();
        let functions = self.chapters.iter().flat_map(|it| &it.functions);
        let functions = functions.filter(|it| self.api.owner(it).is_none());
        functions.for_each(|it| body += &self.function(it));
        self.page("library.html", "Functions without a handle", &body);
    }

    fn types(&mut self) {
        let mut body = "<h1>Enums and callbacks</h1>\n".to_owned();
        self.api.enums.iter().for_each(|it| body += &self.enumeration(it));
        self.api.callbacks.iter().for_each(|it| body += &self.function(it));
        self.page("types.html", "Enums and callbacks", &body);
    }

    fn notes(&mut self, texts: &Texts) {
        let body = "<h1>Notes</h1>\n".to_owned() + &self.blocks(&blocks(&texts.notes, 4));
        self.page("notes.html", "Notes", &body);
    }

    fn functions(&mut self) {
        let mut functions: Vec<_> = self.api.functions.iter().collect();
        functions.sort_by_key(|it| &it.name);
        let mut body = "<h1>Functions</h1>\n<table>\n".to_owned();
        for it in functions {
            let (link, summary) = (self.text(&it.name), self.text(&it.doc.summary));
            body += &format!("<tr><td><code>{link}</code></td><td>{summary}</td></tr>\n");
        }
        self.page("functions.html", "Functions", &(body + "</table>\n"));
    }

    fn enumeration(&self, it: &Enum) -> String {
        let mut out = format!("<section id=\"{0}\">\n<h2>{0}</h2>\n", it.name);
        out += &self.paragraphs(it.text.iter().map(String::as_str));
        out += "<table>\n";
        for it in &it.constants {
            let text = self.paragraphs(it.text.iter().map(String::as_str));
            out += &format!("<tr id=\"{0}\"><td><code>{0}</code></td>", it.name);
            out += &format!("<td>{}</td><td>{text}</td></tr>\n", it.value);
        }
        out + "</table>\n</section>\n"
    }

    /// The section of a function or callback.
    fn function(&self, it: &Function) -> String {
        let is_callback = self.api.callback(&it.name).is_some();
        let code = if is_callback { c::callback_type(it) } else { c::prototype(it) };
        let mut out = format!("<section id=\"{0}\">\n<h3>{0}</h3>\n", it.name);
        out += &format!("<pre>{}</pre>\n", self.text(code.trim_end()));
        // What a function returns stands below, beside what else is the same for all.
        let is_below =
            |text: &str| !is_callback && it.doc.summary != text && it.returns() == Some(text);
        out += &self.paragraphs(it.prose().filter(|text| !is_below(text)));
        out += &self.rows("Parameters", &it.doc.parameters, escaped);
        let status = |name: &str| {
            let target = self.names.target(&format!("INKOTLS_STATUS_{name}")).unwrap_or_default();
            format!("<a href=\"{target}\">{name}</a>")
        };
        out += &self.rows("Statuses", &it.doc.statuses, status);
        if !is_callback {
            out += &self.facts(it);
        }
        out + "</section>\n"
    }

    fn rows(&self, title: &str, rows: &[Row], link: impl Fn(&str) -> String) -> String {
        if rows.is_empty() {
            return String::new();
        }
        let mut out = format!("<h4>{title}</h4>\n<dl>\n");
        for row in rows {
            let names: Vec<_> = row.names.iter().map(|name| link(name)).collect();
            out += &format!("<dt><code>{}</code></dt>", names.join(", "));
            out += &format!("<dd>{}</dd>\n", self.text(&row.text));
        }
        out + "</dl>\n"
    }

    /// What is the same for many functions.
    fn facts(&self, it: &Function) -> String {
        let returns = match it.result.as_str() {
            "void" => "Nothing.".to_owned(),
            "inkotls_status" => format!("An {}.", self.text("inkotls_status")),
            _ => it.returns().map(|text| self.text(text)).unwrap_or_default(),
        };
        let blocking =
            it.may_block().map_or("The call does not block.".into(), |text| self.text(text));
        let shared =
            |handle: &Handle| self.api.function(&format!("{}_retain", handle.name)).is_some();
        let threads = match self.api.family(it) {
            None => "Any number of threads may make this call at the same time.",
            Some(handle) if shared(handle) => {
                "Any number of threads may make this call at the same time, with the same handle."
            }
            Some(_) if it.parameters.iter().any(|it| is_pointer(&it.ctype)) => {
                "One call on the handle at a time, on any thread."
            }
            Some(_) => "",
        };
        let mut others: Vec<_> =
            it.texts().flat_map(words).filter(|word| *word != it.name).collect();
        others.retain(|word| word.starts_with("inkotls_") && self.names.target(word).is_some());
        others.sort_unstable();
        others.dedup();
        let others: Vec<_> = others.iter().map(|word| self.text(word)).collect();
        let examples: Vec<_> = self
            .guide
            .naming(&it.name)
            .map(|(path, title)| format!("<a href=\"{path}\">{}</a>", escaped(title)))
            .collect();
        let facts = [
            ("Returns", returns),
            ("Blocking", format!("{blocking} <a href=\"notes.html#blocking\">More</a>")),
            ("Threads", format!("{threads} <a href=\"notes.html#threads\">More</a>")),
            ("Example", examples.join(", ")),
            ("See also", format!("<code>{}</code>", others.join("</code>, <code>"))),
            ("Since", it.since().into()),
        ];
        let rows = facts.iter().filter(|(_, text)| !text.is_empty() && text != "<code></code>");
        let rows = rows.map(|(title, text)| format!("<tr><th>{title}</th><td>{text}</td></tr>\n"));
        format!("<table class=\"facts\">\n{}</table>\n", rows.collect::<String>())
    }

    fn blocks(&self, blocks: &[Block]) -> String {
        let block = |block: &Block| match block {
            Block::Heading(title) => {
                format!("<h2 id=\"{}\">{}</h2>\n", slug(title), escaped(title))
            }
            Block::Paragraph(text) => format!("<p>{}</p>\n", self.text(text)),
            Block::Code(lines) => format!("<pre>{}</pre>\n", self.text(&lines.join("\n"))),
        };
        blocks.iter().map(block).collect()
    }

    fn paragraphs<'t>(&self, texts: impl Iterator<Item = &'t str>) -> String {
        texts.map(|text| format!("<p>{}</p>\n", self.text(text))).collect()
    }

    fn text(&self, text: &str) -> String {
        self.names.linked(text, "")
    }
}

/// The page of a handle: conn.html.
fn page(handle: &Handle) -> String {
    format!("{}.html", handle.name.trim_start_matches("inkotls_").replace('_', "-"))
}

fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| &text[..first.len() + 1])
}

/// The anchor of a heading, as GitHub makes it.
pub fn slug(title: &str) -> String {
    let title = title.to_lowercase().replace(' ', "-");
    title.chars().filter(|it| it.is_alphanumeric() || "-_".contains(*it)).collect()
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
