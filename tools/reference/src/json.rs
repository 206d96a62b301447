//! Writes include/inkotls.json, from which other languages make their declarations.

use crate::facts;
use crate::model::{Api, Chapter, Constant, Enum, Function, Handle, Parameter, is_pointer};
use serde_json::{Value, json};

pub fn json(api: &Api, chapters: &[Chapter], version: &str, abi: &str) -> String {
    let abi: u32 = abi.trim().parse().expect("abi/version is a number");
    let chapter = |it: &Chapter| json!({ "id": it.id, "title": it.title });
    let functions = chapters
        .iter()
        .flat_map(|chapter| chapter.functions.iter().map(|it| function(api, it, Some(chapter.id))));
    let registry = |(name, _): &(&str, &str)| {
        json!({
            "name": name,
            "text_function": text_function(api, &format!("inkotls_{name}")),
            "list_function": api.function(&format!("inkotls_{name}_at")).map(|it| &it.name),
        })
    };
    let value = json!({
        "$schema": "inkotls.schema.json",
        "version": version,
        "abi": abi,
        "library": { "name": "inkotls", "soname": format!("libinkotls.so.{abi}") },
        "common_statuses": facts::COMMON_STATUSES.iter().map(|it| status(it)).collect::<Value>(),
        "chapters": chapters.iter().map(chapter).collect::<Value>(),
        "registries": facts::REGISTRIES.iter().map(registry).collect::<Value>(),
        "enums": api.enums.iter().map(|it| enumeration(api, it)).collect::<Value>(),
        "handles": api.handles.iter().map(|it| handle(api, it)).collect::<Value>(),
        "callbacks": api.callbacks.iter().map(|it| function(api, it, None)).collect::<Value>(),
        "functions": functions.collect::<Value>(),
    });
    serde_json::to_string_pretty(&value).expect("JSON") + "\n"
}

fn enumeration(api: &Api, it: &Enum) -> Value {
    json!({
        "name": it.name,
        "kind": if facts::are_flags(it) { "flags" } else { "enum" },
        "prefix": format!("{}_", it.name.to_uppercase()),
        "text": it.text,
        "text_function": text_function(api, &it.name),
        "constants": it.constants.iter().map(|it| constant(api, it)).collect::<Value>(),
    })
}

fn constant(api: &Api, it: &Constant) -> Value {
    let (range, default) = facts::limit(it).unzip();
    let of_status = it.name.strip_prefix("INKOTLS_STATUS_");
    let message = of_status.map(|it| format!("inkotls_{}", it.to_lowercase()));
    without_nulls(json!({
        "name": it.name,
        "value": it.value,
        "text": it.text,
        "class": of_status.and_then(facts::class),
        "text_function": message.and_then(|it| text_function(api, &it)),
        "range": range.map(bounds),
        "default": default,
    }))
}

fn handle(api: &Api, it: &Handle) -> Value {
    let verb = |verb: &str| api.function(&format!("{}_{verb}", it.name)).map(|it| &it.name);
    let create = api.functions.iter().filter(|function| function.creates(&it.name));
    json!({
        "name": it.name,
        "text": it.text,
        "create": create.map(|it| it.name.as_str()).collect::<Value>(),
        "free": verb("free"),
        "retain": verb("retain"),
        "release": verb("release"),
        "error": verb("error"),
        "os_error": verb("os_error"),
    })
}

fn function(api: &Api, it: &Function, chapter: Option<&str>) -> Value {
    let parameters = it.parameters.iter().map(|parameter_of| parameter(api, it, parameter_of));
    let created = api.handles.iter().find(|handle| it.creates(&handle.name));
    let returns_status = ["inkotls_status", "int32_t"].contains(&it.result.as_str());
    without_nulls(json!({
        "name": it.name,
        "chapter": chapter,
        "handle": api.family(it).map(|it| &it.name),
        "creates": created.map(|it| &it.name),
        "since": it.since(),
        "text": it.prose().collect::<Vec<_>>(),
        "parameters": parameters.collect::<Value>(),
        "returns": returns(api, it),
        "statuses": statuses(api, it),
        "common_statuses": chapter.map(|_| returns_status),
        "may_block": it.may_block(),
    }))
}

fn returns(api: &Api, it: &Function) -> Value {
    let kind = facts::result_kind(api, it);
    let text = facts::result_text(it);
    let answer = facts::answer(it);
    let value = |(least, greatest, text): &(Option<i64>, Option<i64>, &str)| json!({ "min": least, "max": greatest, "text": text });
    let failure = answer.map(|it| json!({ "value": it.failure.0, "name": it.failure.1 }));
    json!({
        "type": it.result,
        "kind": kind.map(|it| it.0),
        "enum": kind.filter(|it| it.0 != "iana").and_then(|it| it.1),
        "registry": kind.filter(|it| it.0 == "iana").and_then(|it| it.1),
        "is_const": api.handle_of(&it.result).map(|_| it.result.starts_with("const ")),
        "lifetime": facts::result_lifetime(api, it),
        "encoding": facts::result_encoding(it),
        "length_of": answer.and_then(|it| it.length_of),
        "range": text.as_deref().and_then(facts::range).map(bounds),
        "values": answer.map(|it| it.values.iter().map(value).collect::<Value>()),
        "failure": failure,
        "text": text,
    })
}

/// OK and the rows. NONE has no row where the result says it.
fn statuses(api: &Api, it: &Function) -> Value {
    let rows = it.doc.statuses.iter();
    let rows = rows.flat_map(|row| row.names.iter().map(|name| (name.as_str(), row.text.clone())));
    let rows: Vec<_> = rows.collect();
    let has = |name: &str| rows.iter().any(|(row, _)| *row == name);
    let constants = api.enums.iter().flat_map(|it| &it.constants);
    let ok =
        constants.filter(|constant| constant.name == status("OK") && it.result == "inkotls_status");
    let ok = ok.map(|constant| ("OK", constant.text.join(" "))).filter(|_| !has("OK"));
    let text = facts::result_text(it).filter(|_| it.result == "int32_t" && !has("NONE"));
    let none = text.filter(|text| text.contains("NONE")).map(|text| ("NONE", text));
    let all = ok.chain(rows.clone()).chain(none);
    all.map(|(name, text)| json!({ "name": status(name), "text": text })).collect()
}

fn parameter(api: &Api, function: &Function, it: &Parameter) -> Value {
    let row = function.row(&it.name);
    let kind = facts::parameter_kind(api, function, it);
    let is_of_enum = kind.is_some_and(|it| ["enum", "bits"].contains(&it.0));
    let of = |is_enum: bool| kind.filter(|_| is_enum == is_of_enum).and_then(|it| it.1);
    let is_pointer = is_pointer(&it.ctype);
    let lifetime = facts::lifetime(api, function, it);
    // Of a pointer and its length, the default is that of the pointer, and the rest that of the length.
    let is_pair = row.is_some_and(|row| row.names.len() > 1);
    let is_open = is_of_enum && row.is_some_and(|row| row.text.contains("or any other number"));
    let range = row.filter(|_| !is_pointer || it.is_output).and_then(|row| facts::range(&row.text));
    let default = row.filter(|_| is_pointer == is_pair).and_then(|row| row.after("Default: "));
    json!({
        "name": it.name,
        "type": it.ctype,
        "direction": if it.is_output { "out" } else { "in" },
        "kind": kind.map(|it| it.0),
        "handle": api.handle_of(&it.ctype).map(|it| &it.name),
        "is_const": api.handle_of(&it.ctype).map(|_| it.ctype.starts_with("const ")),
        "callback": api.callback(&it.ctype).map(|it| &it.name),
        "enum": of(true),
        "is_open": is_open.then_some(true),
        "registry": of(false),
        "length": function.length_of(it).map(|it| &it.name),
        "length_of": function.measured_by(it).map(|it| &it.name),
        "encoding": facts::encoding(api, function, it),
        "lifetime": lifetime,
        "until": lifetime.filter(|it| *it == "kept").and_then(|_| facts::kept_until(api, function, it)),
        "nullable": (lifetime.is_some() && kind.is_some_and(|it| it.0 != "descriptor"))
            .then(|| facts::is_nullable(api, function, it)),
        "unit": facts::unit(function, it),
        "range": range.map(bounds),
        "default": default.map(typed),
        "text": row.map(|row| &row.text),
    })
}

fn status(name: &str) -> String {
    format!("INKOTLS_STATUS_{name}")
}

fn text_function<'a>(api: &'a Api, name: &str) -> Option<&'a str> {
    facts::text_function(api, name).map(|it| it.name.as_str())
}

fn bounds((least, greatest): (i64, i64)) -> Value {
    json!({ "min": least, "max": greatest })
}

/// A number where the text is one.
fn typed(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number))
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
