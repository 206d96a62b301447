//! The grammar of a comment: what each must say of its parameters, its result and its statuses.

use crate::model::{Api, Function, Lifetime, Number, Parameter, Place, Row, is_pointer, words};
use std::collections::HashSet;

/// Adds what breaks the grammar, each with its file and line.
pub fn check(api: &Api, problems: &mut Vec<String>) {
    let functions = api.functions.iter().chain(&api.callbacks);
    let mut known: HashSet<&str> = functions.map(|it| it.name.as_str()).collect();
    known.extend(api.handles.iter().map(|it| it.name.as_str()));
    for it in &api.enums {
        known.insert(&it.name);
        known.extend(it.constants.iter().map(|it| it.name.as_str()));
    }
    let mut check = Check { api, known, problems };
    for it in &api.enums {
        check.prose(&it.place, &it.name, &it.text);
        for it in &it.constants {
            check.prose(&it.place, &it.name, &it.text);
        }
    }
    for it in &api.handles {
        check.prose(&it.place, &it.name, &it.text);
    }
    for it in &api.callbacks {
        check.function(it, true);
    }
    for it in &api.functions {
        check.function(it, false);
    }
}

struct Check<'a> {
    api: &'a Api,
    known: HashSet<&'a str>,
    problems: &'a mut Vec<String>,
}

impl Check<'_> {
    fn prose(&mut self, place: &Place, name: &str, text: &[String]) {
        if text.is_empty() {
            self.problem(place, place.line, name, "it has no comment");
        }
        for text in text {
            self.text(place, place.line, name, text);
        }
    }

    fn function(&mut self, it: &Function, is_callback: bool) {
        let place = &it.place;
        let first = it.doc.summary.split(' ').next().unwrap_or_default();
        if !first.starts_with(|it: char| it.is_ascii_uppercase()) || !first.ends_with('s') {
            self.problem(place, place.line, &it.name, "the summary does not begin with a verb");
        }
        if it.doc.summary.contains(". ") {
            self.problem(place, place.line, &it.name, "the summary has more than one sentence");
        }
        for text in it.prose() {
            self.text(place, place.line, &it.name, text);
        }
        self.result(it);
        self.parameter_rows(it);
        for parameter in &it.parameters {
            match it.row(&parameter.name) {
                Some(row) => self.parameter(it, parameter, row, is_callback),
                None if is_callback && parameter.name == "user_data" => {}
                None if self.api.receiver(it).is_some_and(|it| it.name == parameter.name) => {}
                None => {
                    let what = format!("the parameter {} has no row", parameter.name);
                    self.problem(place, place.line, &it.name, &what);
                }
            }
        }
        self.status_rows(it);
    }

    fn result(&mut self, it: &Function) {
        let place = &it.place;
        if !["void", "inkotls_status"].contains(&it.result.as_str()) && it.returns().is_none() {
            self.problem(place, place.line, &it.name, "no paragraph begins with \"Returns\"");
        }
        let says = |words: &[&str]| it.prose().any(|text| words.iter().any(|it| text.contains(it)));
        if self.api.handle_of(&it.result).is_some() {
            if !says(&["_free", "_release"]) {
                self.problem(place, place.line, &it.name, "how to free the result is not said");
            }
        } else if is_pointer(&it.result) && !says(&["valid ", "Valid "]) {
            self.problem(place, place.line, &it.name, "how long the result is valid is not said");
        }
    }

    /// The rows are those of the parameters, in their order.
    fn parameter_rows(&mut self, it: &Function) {
        let mut expected = it.parameters.iter().map(|it| it.name.as_str());
        for row in &it.doc.parameters {
            self.text(&it.place, row.line, &it.name, &row.text);
            for name in &row.names {
                if !expected.any(|it| it == name) {
                    let what = format!("{name} is no parameter, or stands in another order");
                    self.problem(&it.place, row.line, &it.name, &what);
                    return;
                }
            }
        }
    }

    fn parameter(&mut self, it: &Function, parameter: &Parameter, row: &Row, is_callback: bool) {
        let is_receiver = self.api.receiver(it).is_some_and(|it| it.name == parameter.name);
        let mut missing = |what: &str| {
            let what = format!("the row of {} does not say {what}", parameter.name);
            self.problems.push(format!("{}:{}: {}: {what}", it.place.file, row.line, it.name));
        };
        if parameter.is_output {
            if !row.text.starts_with("Receives ") {
                missing("\"Receives ...\" first");
            }
            if parameter.ctype.ends_with("**") {
                let is_handle = self.api.handle_of(&parameter.ctype).is_some();
                match is_handle {
                    true if !row.text.contains("_free") && !row.text.contains("_release") => {
                        missing("which function frees the handle");
                    }
                    false if !row.text.contains("Valid ") => missing("how long it is valid"),
                    _ => {}
                }
            }
        } else if is_pointer(&parameter.ctype) {
            let count = row.lifetimes().count();
            if count > 1 || (count == 0 && !is_receiver && !is_callback) {
                missing(
                    "exactly one of \"Copied.\", \"Borrowed for this call.\", \"Retained.\", \
                         \"Consumed when the call returns OK.\" and \"Must stay valid until ...\"",
                );
            }
            let is_data = parameter.name == "user_data";
            if is_data && !is_callback && !row.lifetimes().any(|it| it == Lifetime::Kept) {
                missing("\"Must stay valid until ...\"");
            }
        } else if self.api.callback(&parameter.ctype).is_none() {
            self.number(it, parameter, row, is_callback);
        }
    }

    /// A number has a unit, a range or a name; an enum or a boolean is refused where it is another.
    fn number(&mut self, it: &Function, parameter: &Parameter, row: &Row, is_callback: bool) {
        let is_length = row.names.len() > 1 && parameter.ctype == "size_t";
        let says = |words: &[&str]| words.iter().any(|it| row.text.contains(it));
        let is_index = parameter.name == "index";
        let number = row.number();
        let mut missing = |what: &str| {
            let what = format!("the row of {} does not say {what}", parameter.name);
            self.problems.push(format!("{}:{}: {}: {what}", it.place.file, row.line, it.name));
        };
        match &number {
            Number::Enum(name) | Number::Bits(name)
                if !self.api.enums.iter().any(|it| it.name == *name) =>
            {
                missing(&format!("an enum: {name} is not one"));
            }
            _ => {}
        }
        let plain = ["in bytes", "in seconds", "Range: ", "number", "descriptor", "errno"];
        if matches!(number, Number::Plain) && !is_length && !is_index && !says(&plain) {
            missing(
                "\"An inkotls_...\" or \"1 ..., 0 ...\" first, or its unit, or \"Range: a to b.\"",
            );
        }
        let own = it.parameters.len() - usize::from(self.api.receiver(it).is_some());
        if it.name.contains("_builder_set_") && own == 1 && !says(&["Default: "]) {
            missing("\"Default: x.\"");
        }
        let is_checked = !matches!(number, Number::Plain);
        let invalid = |row: &Row| row.names.iter().any(|it| it == "INVALID_ARGUMENT");
        if is_checked
            && it.result == "inkotls_status"
            && !is_callback
            && !it.doc.statuses.iter().any(invalid)
        {
            let what = format!(
                "no row INVALID_ARGUMENT says which values of {} it refuses",
                parameter.name
            );
            self.problem(&it.place, row.line, &it.name, &what);
        }
    }

    fn status_rows(&mut self, it: &Function) {
        let mut seen = HashSet::new();
        for row in &it.doc.statuses {
            self.text(&it.place, row.line, &it.name, &row.text);
            for name in &row.names {
                let what = match name.as_str() {
                    "PANIC" => "PANIC is in the preface".into(),
                    _ if !self.known.contains(format!("INKOTLS_STATUS_{name}").as_str()) => {
                        format!("{name} is no status")
                    }
                    _ if !seen.insert(name) => format!("{name} has two rows"),
                    _ => continue,
                };
                self.problem(&it.place, row.line, &it.name, &what);
            }
        }
        if !it.doc.statuses.is_empty()
            && !["inkotls_status", "int32_t"].contains(&it.result.as_str())
        {
            self.problem(
                &it.place,
                it.place.line,
                &it.name,
                "it returns no status, but has rows of statuses",
            );
        }
    }

    /// Whole sentences, that name what there is.
    fn text(&mut self, place: &Place, line: usize, name: &str, text: &str) {
        if text.contains('`') {
            self.problem(place, line, name, "a backtick: the text is plain");
        }
        if !text.ends_with(['.', ')', ':']) {
            self.problem(
                place,
                line,
                name,
                &format!("the text does not end with a period: {text}"),
            );
        }
        for word in words(text) {
            let is_ours = word.starts_with("inkotls_") || word.starts_with("INKOTLS_");
            if is_ours && !self.known.contains(word) {
                self.problem(place, line, name, &format!("it names {word}, which does not exist"));
            }
        }
        if text.contains("must not be NULL") {
            let what = "\"must not be NULL\" is in the preface: say only where it may be";
            self.problem(place, line, name, what);
        }
    }

    fn problem(&mut self, place: &Place, line: usize, name: &str, what: &str) {
        self.problems.push(format!("{}:{line}: {name}: {what}", place.file));
    }
}
