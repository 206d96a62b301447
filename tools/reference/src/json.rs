//! Writes include/inkotls.json, from which other languages make their declarations.

use crate::model::{Api, Chapter, Function, Lifetime, Number, Parameter, Row, is_pointer};
use serde_json::{Value, json};

pub fn json(api: &Api, chapters: &[Chapter], version: &str, abi: &str) -> String {
    let chapter = |it: &Chapter| json!({ "id": it.id, "title": it.title });
    let functions = chapters
        .iter()
        .flat_map(|chapter| chapter.functions.iter().map(|it| function(api, it, Some(chapter.id))));
    let enums = api.enums.iter().map(|it| {
        let constants = it
            .constants
            .iter()
            .map(|it| json!({ "name": it.name, "value": it.value, "text": it.text }));
        json!({ "name": it.name, "text": it.text, "constants": constants.collect::<Value>() })
    });
    let handles = api.handles.iter().map(|it| {
        let verb = |verb: &str| api.function(&format!("{}_{verb}", it.name)).map(|it| &it.name);
        let create = api.functions.iter().filter(|function| function.creates(&it.name));
        json!({
            "name": it.name,
            "text": it.text,
            "create": create.map(|it| it.name.as_str()).collect::<Value>(),
            "retain": verb("retain"),
            "free": verb("free").or(verb("release")),
        })
    });
    let value = json!({
        "$schema": "inkotls.schema.json",
        "version": version,
        "abi": abi.trim().parse::<u32>().expect("abi/version is a number"),
        "chapters": chapters.iter().map(chapter).collect::<Value>(),
        "enums": enums.collect::<Value>(),
        "handles": handles.collect::<Value>(),
        "callbacks": api.callbacks.iter().map(|it| function(api, it, None)).collect::<Value>(),
        "functions": functions.collect::<Value>(),
    });
    serde_json::to_string_pretty(&without_nulls(value)).expect("JSON") + "\n"
}

fn function(api: &Api, it: &Function, chapter: Option<&str>) -> Value {
    let parameters = it.parameters.iter().map(|parameter_of| parameter(api, it, parameter_of));
    let statuses = it.doc.statuses.iter().flat_map(|row| {
        let named = |name| json!({ "name": format!("INKOTLS_STATUS_{name}"), "text": row.text });
        row.names.iter().map(named)
    });
    json!({
        "name": it.name,
        "chapter": chapter,
        "handle": api.family(it).map(|it| &it.name),
        "since": it.since(),
        "text": it.prose().collect::<Vec<_>>(),
        "parameters": parameters.collect::<Value>(),
        "returns": { "type": it.result, "text": it.returns() },
        "statuses": statuses.collect::<Value>(),
        "may_block": it.may_block(),
    })
}

fn parameter(api: &Api, function: &Function, it: &Parameter) -> Value {
    let row = function.row(&it.name);
    let is_callback = api.callback(&it.ctype).is_some();
    let is_number = !it.is_output && !is_callback && !is_pointer(&it.ctype);
    let number = row.filter(|_| is_number);
    let (name, is_boolean) = match number.map(Row::number) {
        Some(Number::Enum(name)) => (Some(name), None),
        Some(Number::Boolean) => (None, Some(true)),
        _ => (None, None),
    };
    let ends = function.ends_handle() && api.receiver(function).is_some();
    let lifetime = match row.and_then(|row| row.lifetimes().next()) {
        _ if it.is_output || is_number => None,
        _ if ends => Some("consumed"),
        Some(Lifetime::Copied) => Some("copied"),
        Some(Lifetime::Retained) => Some("retained"),
        Some(Lifetime::Consumed) => Some("consumed"),
        Some(Lifetime::Kept) => Some("kept"),
        Some(Lifetime::Borrowed) => Some("borrowed"),
        None => (!is_callback).then_some("borrowed"),
    };
    let nullable = ends || row.is_some_and(Row::may_be_null);
    json!({
        "name": it.name,
        "type": it.ctype,
        "direction": if it.is_output { "out" } else { "in" },
        "handle": api.handle_of(&it.ctype).map(|it| &it.name),
        "callback": api.callback(&it.ctype).map(|it| &it.name),
        "length": function.length_of(it).map(|it| &it.name),
        "lifetime": lifetime,
        "nullable": (!is_number).then_some(nullable),
        "enum": name,
        "boolean": is_boolean,
        "unit": row.filter(|_| !is_pointer(&it.ctype) || it.is_output).and_then(Row::unit),
        "range": number.and_then(|row| row.after("Range: ")),
        "default": number.and_then(|row| row.after("Default: ")),
        "text": row.map(|row| &row.text),
    })
}

/// What is not said has no key.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(fields.map(|(key, value)| (key, without_nulls(value))).collect())
        }
        value => value,
    }
}
