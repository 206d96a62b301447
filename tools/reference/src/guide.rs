//! The pages of docs/guide as HTML, with the documents and programs that they link.

use crate::html::{Names, escaped, slug};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::{fs, io};

/// Files of the repository by their path: all those that the guide leads to.
pub struct Guide(BTreeMap<String, String>);

impl Guide {
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        let mut queue = VecDeque::from(["docs/guide/README.md".to_owned()]);
        while let Some(path) = queue.pop_front() {
            if files.contains_key(&path) {
                continue;
            }
            let error = |error| io::Error::other(format!("{path}: {error}"));
            let text = fs::read_to_string(root.join(&path)).map_err(error)?;
            queue.extend(links(&path, &text));
            files.insert(path, text);
        }
        Ok(Self(files))
    }

    /// Each page: its path in the site, its title and its body.
    pub fn pages(&self, names: &Names) -> Vec<(String, String, String)> {
        let page = |(path, text): (&String, &String)| {
            let to = in_site(path).expect("a page of the site");
            match path.ends_with(".md") {
                true => (to, title(text).to_owned(), markdown(path, text, names)),
                false => {
                    let code = names.linked(text, &up(path));
                    (to, path.clone(), format!("<h1>{}</h1>\n<pre>{code}</pre>\n", escaped(path)))
                }
            }
        };
        self.0.iter().map(page).collect()
    }

    /// The pages of the guide that name a function, or whose program does: path and title.
    pub fn naming<'a>(&'a self, function: &'a str) -> impl Iterator<Item = (String, &'a str)> {
        let is_task =
            |path: &str| path.starts_with("docs/guide/") && path != "docs/guide/README.md";
        let names = move |text: &str| crate::model::words(text).any(|word| word == function);
        let program = move |path: &str| {
            let name = path.trim_start_matches("docs/guide/").trim_end_matches(".md");
            self.0.get(&format!("examples/recipes/{name}.c")).is_some_and(|text| names(text))
        };
        let pages = self
            .0
            .iter()
            .filter(move |(path, text)| is_task(path) && (names(text) || program(path)));
        pages.filter_map(|(path, text)| Some((in_site(path)?, title(text))))
    }
}

/// The page of the site that shows a file, where the site has it.
fn in_site(path: &str) -> Option<String> {
    let name = path.strip_suffix(".md");
    match name {
        Some("docs/guide/README") => Some("guide/index.html".into()),
        Some(name) if name.starts_with("docs/guide/") => {
            Some(format!("{}.html", name.trim_start_matches("docs/")))
        }
        Some(name) if name.starts_with("docs/") || ["README", "SECURITY"].contains(&name) => {
            Some(format!("{name}.html"))
        }
        None if path.starts_with("examples/") && path.contains('.') => Some(format!("{path}.html")),
        _ => None,
    }
}

/// The files that a page links and that the site has.
fn links(path: &str, text: &str) -> Vec<String> {
    if !path.ends_with(".md") {
        return Vec::new();
    }
    let target = |event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => local(path, &dest_url).map(|(path, _)| path),
        _ => None,
    };
    parser(text).filter_map(target).filter(|path| in_site(path).is_some()).collect()
}

/// The path in the repository of what a page links, and the anchor.
fn local(path: &str, link: &str) -> Option<(String, String)> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let mut parts: Vec<_> = path.split('/').collect();
    if !file.is_empty() {
        parts.pop();
    }
    for part in file.split('/').filter(|it| !["", "."].contains(it)) {
        match part {
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    Some((parts.join("/"), anchor.into()))
}

fn markdown(path: &str, text: &str, names: &Names) -> String {
    let up = up(path);
    let mut events: Vec<Event> = parser(text).collect();
    let mut dropped = Vec::new();
    let mut in_code = false;
    for at in 0..events.len() {
        let html = match &events[at] {
            Event::Start(Tag::Heading { level, .. }) => {
                let end =
                    events[at..].iter().position(|it| matches!(it, Event::End(TagEnd::Heading(_))));
                let title = events[at..at + end.unwrap_or_default()].iter().map(|it| match it {
                    Event::Text(text) | Event::Code(text) => text.as_ref(),
                    _ => "",
                });
                Some(format!("<{level} id=\"{}\">", slug(&title.collect::<String>())))
            }
            Event::Start(Tag::CodeBlock(_)) => {
                in_code = true;
                None
            }
            Event::End(TagEnd::CodeBlock) => {
                in_code = false;
                None
            }
            Event::Text(text) if in_code => Some(names.linked(text, &up)),
            Event::Code(text) => Some(format!("<code>{}</code>", names.linked(text, &up))),
            Event::Start(Tag::Link { dest_url, .. }) => match site_link(path, dest_url, &up) {
                Some(link) => Some(format!("<a href=\"{}\">", escaped(&link))),
                None => {
                    dropped.push(());
                    Some(String::new())
                }
            },
            Event::End(TagEnd::Link) => dropped.pop().map(|()| String::new()),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => Some(String::new()),
            _ => None,
        };
        if let Some(html) = html {
            events[at] = Event::InlineHtml(CowStr::from(html));
        }
    }
    let mut out = String::new();
    html::push_html(&mut out, events.into_iter());
    out
}

/// A link of a page in the site: one to a file that the site has not is dropped.
fn site_link(path: &str, link: &str, up: &str) -> Option<String> {
    let Some((file, anchor)) = local(path, link) else { return Some(link.to_owned()) };
    let page = match file.as_str() {
        "include/inkotls.h" => "index.html".into(),
        file => in_site(file)?,
    };
    let anchor = if anchor.is_empty() { anchor } else { format!("#{anchor}") };
    Some(format!("{up}{page}{anchor}"))
}

fn up(path: &str) -> String {
    let page = in_site(path).unwrap_or_default();
    "../".repeat(page.matches('/').count())
}

fn title(text: &str) -> &str {
    let heading = text.lines().find_map(|line| line.strip_prefix("# "));
    heading.unwrap_or("inkotls")
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}
