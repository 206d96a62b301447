//! The site: each link leads to what is there, and nothing comes from outside.

use reference::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[test]
fn links_lead_to_what_is_there() {
    let site = site();
    let mut broken = BTreeSet::new();
    for (path, page) in site.iter().filter(|(path, _)| path.ends_with(".html")) {
        for link in attributes(page, "href").filter(|it| !it.starts_with("https://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { path.clone() } else { resolved(path, file) };
            let is_there = site.get(&file).is_some_and(|page| {
                anchor.is_empty() || page.contains(&format!("id=\"{anchor}\""))
            });
            if !is_there {
                broken.insert(format!("{path}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn pages_have_each_function_and_each_task() {
    let site = site();
    let pages: String = site.values().map(String::as_str).collect();
    let symbols = std::fs::read_to_string(root().join("abi/symbols")).expect("abi/symbols");
    for function in symbols.lines() {
        let section = format!("<section id=\"{function}\">");
        assert_eq!(pages.matches(&section).count(), 1, "{function}");
    }
    for entry in std::fs::read_dir(root().join("docs/guide")).expect("docs/guide") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        let page = match name.trim_end_matches(".md") {
            "README" => "guide/index.html".into(),
            name => format!("guide/{name}.html"),
        };
        assert!(site.contains_key(&page), "no page leads to docs/guide/{name}");
    }
}

#[test]
fn nothing_comes_from_outside() {
    for (path, page) in site() {
        for source in ["<script", "<img", "<iframe", "@import", "url(h", "javascript:", " onclick"]
        {
            assert!(!page.contains(source), "{path}: {source}");
        }
        let sheets = page.lines().filter(|it| it.starts_with("<link "));
        sheets.for_each(|it| assert!(!it.contains("://"), "{path}: {it}"));
    }
}

fn attributes<'a>(page: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let start = format!("{name}=\"");
    let values = page.split(&start).skip(1).collect::<Vec<_>>().into_iter();
    values.filter_map(|rest| rest.split_once('"')).map(|(value, _)| value)
}

fn resolved(path: &str, link: &str) -> String {
    let mut parts: Vec<_> = path.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn site() -> BTreeMap<String, String> {
    let sources = Sources::read(root(), &mut Vec::new()).expect("the sources");
    sources.site(root()).expect("the site").into_iter().collect()
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
