//! What a binding needs to know of an export. It follows from the types, from the names, from the fixed
//! phrases of the comments, or from the tables here, where nothing else says it.

use crate::model::{
    Api, Constant, Enum, Function, Lifetime, Number, Parameter, Place, Row, is_pointer, words,
};

/// What a status asks of the caller.
const CLASSES: [(&str, &[&str]); 6] = [
    ("done", &["OK"]),
    ("retry", &["WANT_READ", "WANT_WRITE", "WANT_BLOCKING", "FULL"]),
    ("none", &["NONE"]),
    ("end", &["CLOSED", "UNEXPECTED_EOF"]),
    ("misuse", &["INVALID_ARGUMENT", "INVALID_STATE"]),
    (
        "failure",
        &[
            "ALERT_RECEIVED",
            "INVALID_PEER_CERTIFICATE",
            "HANDSHAKE_FAILED",
            "PROTOCOL_ERROR",
            "INVALID_CERTIFICATE",
            "INVALID_KEY",
            "KEY_MISMATCH",
            "INVALID_NAME",
            "NO_TRUST_ANCHORS",
            "UNSUPPORTED",
            "IO_ERROR",
            "PANIC",
        ],
    ),
];

/// Any call that returns a status may return these.
pub const COMMON_STATUSES: [&str; 3] = ["INVALID_ARGUMENT", "INVALID_STATE", "PANIC"];

/// The registries whose numbers the library passes, each with the last word of the names that have them.
pub const REGISTRIES: [(&str, &str); 5] = [
    ("alert", "alert"),
    ("cipher_suite", "suite"),
    ("named_group", "group"),
    ("protocol_version", "version"),
    ("signature_scheme", "scheme"),
];

/// What the numbers mean that a callback returns.
pub struct Answer {
    pub callback: &'static str,
    pub kind: Kind<'static>,
    /// The buffer whose length is returned.
    pub length_of: Option<&'static str>,
    /// The least number, the greatest number, and what is between them.
    pub values: &'static [(Option<i64>, Option<i64>, &'static str)],
    /// What a binding returns if the function behind it has failed.
    pub failure: (i64, Option<&'static str>),
}

impl Answer {
    /// Whether the constants that the comment names are here, too.
    fn has_constants_of(&self, callback: &Function) -> bool {
        let text = result_text(callback).unwrap_or_default();
        let is_here = |name: &str| self.values.iter().any(|(_, _, text)| text.contains(name));
        words(&text).filter(|it| it.starts_with("INKOTLS_")).all(is_here)
    }
}

const ANSWERS: [Answer; 7] = [
    Answer {
        callback: "inkotls_sign_callback",
        kind: Kind("length", None),
        length_of: Some("buf"),
        values: &[
            (Some(1), None, "The length of the signature in bytes."),
            (None, Some(0), "The callback refuses to sign: the handshake fails with INVALID_KEY."),
        ],
        failure: (-1, None),
    },
    Answer {
        callback: "inkotls_verify_callback",
        kind: Kind("enum", Some("inkotls_certificate_error")),
        length_of: None,
        values: &[
            (Some(100), Some(100), "INKOTLS_VERDICT_ACCEPTED: the peer is accepted."),
            (
                Some(1),
                Some(99),
                "The peer is refused with this inkotls_certificate_error; or with \
                 INKOTLS_CERTIFICATE_ERROR_OTHER, if the number is not one, or is \
                 INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED.",
            ),
            (Some(101), None, "The peer is refused with INKOTLS_CERTIFICATE_ERROR_OTHER."),
            (None, Some(0), "The peer is refused with INKOTLS_CERTIFICATE_ERROR_OTHER."),
        ],
        failure: (11, Some("INKOTLS_CERTIFICATE_ERROR_OTHER")),
    },
    Answer {
        callback: "inkotls_session_put_callback",
        kind: Kind("boolean", None),
        length_of: None,
        values: &[
            (Some(1), Some(1), "The session was stored."),
            (Some(0), Some(0), "The session was not stored: the connection goes on."),
        ],
        failure: (0, None),
    },
    Answer {
        callback: "inkotls_session_get_callback",
        kind: Kind("length", None),
        length_of: Some("buf"),
        values: &[
            (Some(1), None, "The length of the session in bytes."),
            (None, Some(0), "No session was found: the handshake is a full handshake."),
        ],
        failure: (0, None),
    },
    Answer {
        callback: "inkotls_clock_callback",
        kind: Kind("number", None),
        length_of: None,
        values: &[
            (Some(0), Some(253_402_300_799), "The Unix time in seconds."),
            (None, Some(-1), "The time is not known."),
            (Some(253_402_300_800), None, "The time is not known."),
        ],
        failure: (-1, None),
    },
    Answer {
        callback: "inkotls_read_callback",
        kind: Kind("length", None),
        length_of: Some("buf"),
        values: &[
            (Some(1), None, "The number of bytes that were read."),
            (Some(0), Some(0), "The transport has ended (EOF)."),
            (None, Some(-1), "A negative errno. -EAGAIN means that no bytes are available yet."),
        ],
        failure: (-5, Some("-EIO")),
    },
    Answer {
        callback: "inkotls_write_callback",
        kind: Kind("length", None),
        length_of: Some("data"),
        values: &[
            (Some(1), None, "The number of bytes that were written."),
            (Some(0), Some(0), "No bytes can be written yet, as with -EAGAIN."),
            (None, Some(-1), "A negative errno. -EAGAIN means that no bytes can be written yet."),
        ],
        failure: (-5, Some("-EIO")),
    },
];

/// The phrases about what a text or bytes are.
const ENCODINGS: [(&str, &str); 5] = [
    ("PEM text", "pem"),
    ("in DER", "der"),
    ("from DER", "der"),
    ("UTF-8", "utf-8"),
    ("ASCII", "ascii"),
];

/// What a parameter or a result is; of an enum, of bits and of IANA's numbers, of which enum or registry.
#[derive(Clone, Copy)]
pub struct Kind<'a>(pub &'static str, pub Option<&'a str>);

pub fn answer(callback: &Function) -> Option<&'static Answer> {
    ANSWERS.iter().find(|it| it.callback == callback.name)
}

pub fn class(status: &str) -> Option<&'static str> {
    CLASSES.iter().find(|(_, statuses)| statuses.contains(&status)).map(|(class, _)| *class)
}

/// The function that returns a text for what has a name in lower case, such as inkotls_status.
pub fn text_function<'a>(api: &'a Api, name: &str) -> Option<&'a Function> {
    ["name", "text"].iter().find_map(|end| api.function(&format!("{name}_{end}")))
}

/// Whether the constants of an enum are bits that can be combined.
pub fn are_flags(it: &Enum) -> bool {
    it.text.iter().any(|text| text.contains("Bits are never reused"))
}

pub fn parameter_kind<'a>(
    api: &'a Api,
    function: &'a Function,
    it: &'a Parameter,
) -> Option<Kind<'a>> {
    let row = function.row(&it.name);
    let text = row.map_or("", |row| row.text.as_str());
    let plain = |name| Some(Kind(name, None));
    match it.ctype.trim_start_matches("const ") {
        _ if api.callback(&it.ctype).is_some() => plain("callback"),
        _ if it.name.ends_with("user_data") => plain("user_data"),
        _ if api.handle_of(&it.ctype).is_some() => plain("handle"),
        _ if it.ctype.ends_with("**") => Some(Kind("pointer", registry(function, it, text))),
        _ if function.length_of(it).is_some() => Some(Kind("buffer", registry(function, it, text))),
        _ if it.name == "used" => plain("used"),
        "size_t *" if !["out_len", "out_count"].contains(&it.name.as_str()) => plain("number"),
        _ if function.measured_by(it).is_some() => plain("length"),
        "int64_t *" => plain("number"),
        _ if is_pointer(&it.ctype) => None,
        _ if it.name == "index" => plain("index"),
        "int32_t" => match row.map(Row::number)? {
            Number::Enum(name) => Some(Kind("enum", Some(name))),
            Number::Bits(name) => Some(Kind("bits", Some(name))),
            Number::Boolean => plain("boolean"),
            Number::Plain if text.contains(" must stay open until ") => plain("descriptor"),
            Number::Plain => registry(function, it, text).map(|it| Kind("iana", Some(it))),
        },
        _ => plain("number"),
    }
}

fn registry(function: &Function, it: &Parameter, text: &str) -> Option<&'static str> {
    let is_of = |word: &str| [&it.name, &function.name].iter().any(|it| it.contains(word));
    let mut registries = REGISTRIES.iter().filter(|_| text.contains("IANA"));
    registries.find(|(_, word)| is_of(word)).map(|(name, _)| *name)
}

pub fn result_kind<'a>(api: &'a Api, it: &'a Function) -> Option<Kind<'a>> {
    let text = result_text(it).unwrap_or_default();
    let plain = |name| Some(Kind(name, None));
    match it.result.as_str() {
        "void" => return plain("nothing"),
        "inkotls_status" => return plain("status"),
        "const char *" => return plain("text"),
        "uint32_t" => return plain("number"),
        _ if api.handle_of(&it.result).is_some() => return plain("handle"),
        _ => {}
    }
    if let Some(answer) = answer(it) {
        return Some(answer.kind);
    }
    let named = words(&text).find_map(|word| api.enums.iter().find(|it| it.name == word));
    let is_number = |(_, word): &&(&str, &str)| it.name.contains(word);
    let begins = |start: &str| text.starts_with(start);
    match named {
        Some(bits) if begins("Returns bits of ") => Some(Kind("bits", Some(&bits.name))),
        Some(named) => Some(Kind("enum", Some(&named.name))),
        None if begins("Returns 1 if ") => plain("boolean"),
        None if begins("Returns errno") || begins("Returns the errno") => plain("errno"),
        None if begins("Returns IANA's number") || begins("Returns the number of the alert") => {
            REGISTRIES.iter().find(is_number).map(|(name, _)| Kind("iana", Some(name)))
        }
        None => begins("Returns the number of ").then_some(Kind("status_or_number", None)),
    }
}

/// All that a comment says of the result, where that is not only a status.
pub fn result_text(it: &Function) -> Option<String> {
    let texts = it.doc.paragraphs.iter().filter(|text| text.starts_with("Returns "));
    let texts: Vec<_> = texts.map(String::as_str).collect();
    match texts.is_empty() {
        true => it.returns().map(str::to_owned),
        false => Some(texts.join(" ")),
    }
}

/// How long what a pointer or a descriptor stands for is used, or can be used.
pub fn lifetime(api: &Api, function: &Function, it: &Parameter) -> Option<&'static str> {
    let row = function.row(&it.name);
    let is_callback = api.callback(&function.name).is_some();
    match parameter_kind(api, function, it)?.0 {
        "callback" | "user_data" | "descriptor" => return Some("kept"),
        "handle" if it.is_output => return Some("owned"),
        _ if !is_pointer(&it.ctype) => return None,
        "pointer" => return validity(&row?.text),
        _ if is_callback => return validity(&row?.text),
        _ if it.is_output => return Some("borrowed"),
        "handle" if function.ends_handle() => return Some("consumed"),
        _ => {}
    }
    match row.and_then(|row| row.lifetimes().next()) {
        Some(Lifetime::Copied) => Some("copied"),
        Some(Lifetime::Retained) => Some("retained"),
        Some(Lifetime::Consumed) => Some("consumed"),
        Some(Lifetime::Kept) => Some("kept"),
        Some(Lifetime::Borrowed) | None => Some("borrowed"),
    }
}

pub fn result_lifetime(api: &Api, it: &Function) -> Option<&'static str> {
    match result_kind(api, it)?.0 {
        "handle" => Some("owned"),
        "text" => validity(&result_text(it)?),
        _ => None,
    }
}

/// Until when a pointer that the library has handed out is valid.
fn validity(text: &str) -> Option<&'static str> {
    let (_, until) = text.split_once("alid ")?;
    let until = until.split(". ").next().unwrap_or_default();
    let ends = [
        ("until the next call that takes ", "until_next_call"),
        ("callback returns", "until_callback_returns"),
        (" is freed", "until_freed"),
        ("as long as the library is loaded", "static"),
    ];
    ends.iter().find(|(end, _)| until.contains(end)).map(|(_, name)| *name)
}

/// Until when an argument is kept: user_data says it also for the callbacks.
pub fn kept_until<'a>(api: &Api, function: &'a Function, it: &Parameter) -> Option<&'a str> {
    let is_callback = api.callback(&it.ctype).is_some();
    let row = function.row(if is_callback { "user_data" } else { &it.name })?;
    row.after("ust stay valid until ").or_else(|| row.after(" must stay open until "))
}

pub fn is_nullable(api: &Api, function: &Function, it: &Parameter) -> bool {
    let may_be = |function: &Function| function.row(&it.name).is_some_and(Row::may_be_null);
    // A callback receives what was set with it.
    let mut setters = api
        .functions
        .iter()
        .filter(|setter| setter.parameters.iter().any(|it| it.ctype == function.name));
    let is_receiver = api.receiver(function).is_some_and(|first| first.name == it.name);
    let takes_null = function.ends_handle() || is_error(function);
    may_be(function)
        || (is_receiver && takes_null)
        || (it.name == "user_data" && setters.any(may_be))
        || it.name == "conn_user_data"
}

/// The function that returns the error message of a handle.
fn is_error(it: &Function) -> bool {
    it.name.ends_with("_error") && it.result == "const char *"
}

/// What is in a text, or in bytes.
pub fn encoding(api: &Api, function: &Function, it: &Parameter) -> Option<&'static str> {
    let kind = parameter_kind(api, function, it)?;
    let (is_data, is_array) = (["buffer", "pointer"].contains(&kind.0), kind.1.is_some());
    let text = function.row(&it.name).map_or("", |row| row.text.as_str());
    let first = text.split(". ").next().unwrap_or_default();
    let said = || encoding_in(first).or_else(|| encoding_in(&function.doc.summary));
    match it.name.as_str() {
        _ if !is_data || is_array => None,
        "server_name" => Some("utf-8"), // the library refuses what is not ASCII
        "out_name" if it.ctype.contains("char") => said().or(Some("ascii")),
        _ if it.ctype.contains("char") => said(),
        _ => said().or(Some("bytes")),
    }
}

/// What is in a text that a function returns.
pub fn result_encoding(it: &Function) -> Option<&'static str> {
    match it.result.as_str() {
        "const char *" if is_error(it) => Some("utf-8"),
        "const char *" => encoding_in(&result_text(it)?),
        _ => None,
    }
}

fn encoding_in(text: &str) -> Option<&'static str> {
    ENCODINGS.iter().find(|(phrase, _)| text.contains(phrase)).map(|(_, encoding)| *encoding)
}

/// In what the library counts a length or another number.
pub fn unit(function: &Function, it: &Parameter) -> Option<&'static str> {
    match function.measured_by(it) {
        Some(pointer) if pointer.ctype.contains("uint16_t") => Some("elements"),
        Some(_) => Some("bytes"),
        None if is_pointer(&it.ctype) && !it.is_output => None,
        None if function.length_of(it).is_some() => None,
        None => function.row(&it.name)?.unit(),
    }
}

/// The least number and the greatest of "Range: a to b.".
pub fn range(text: &str) -> Option<(i64, i64)> {
    let number = |text: &str| text.split(' ').next()?.trim_end_matches('.').parse().ok();
    let (_, rest) = text.split_once("Range: ")?;
    let (least, greatest) = rest.split_once(" to ")?;
    Some((number(least)?, number(greatest)?))
}

/// What a comment must say, or a table here, and does not.
pub fn problems(api: &Api) -> Vec<String> {
    let mut problems = Vec::new();
    let mut missing = |place: &Place, name: &str, what: &str| {
        problems.push(format!("{}:{}: {name}: {what}", place.file, place.line));
    };
    for it in &api.enums {
        let is_number = it.text.iter().any(|text| text.contains("Numbers are never reused"));
        if are_flags(it) == is_number {
            missing(
                &it.place,
                &it.name,
                "not one of \"Numbers are\" and \"Bits are never reused.\"",
            );
        }
        let limits = it.constants.iter().filter(|it| limit(it).is_some()).count();
        for constant in it.constants.iter().filter(|it| limits > 0 && limit(it).is_none()) {
            missing(&constant.place, &constant.name, "no \"Range: a to b.\" and \"Default: x.\"");
        }
        for constant in it.constants.iter().filter(|_| it.name == "inkotls_status") {
            if class(constant.name.trim_start_matches("INKOTLS_STATUS_")).is_none() {
                missing(
                    &constant.place,
                    &constant.name,
                    "no class in tools/reference/src/facts.rs",
                );
            }
        }
    }
    for it in api.functions.iter().chain(&api.callbacks) {
        let is_callback = api.callback(&it.name).is_some();
        if is_callback && it.result != "void" && answer(it).is_none() {
            missing(
                &it.place,
                &it.name,
                "no meaning of its numbers in tools/reference/src/facts.rs",
            );
        }
        if answer(it).is_some_and(|answer| !answer.has_constants_of(it)) {
            missing(
                &it.place,
                &it.name,
                "its meaning in facts.rs lacks a constant that it returns",
            );
        }
        if result_kind(api, it).is_none() {
            missing(&it.place, &it.name, "what the number means that it returns is not said");
        }
        if it.result == "const char *" && result_encoding(it).is_none() {
            missing(&it.place, &it.name, "the encoding of what it returns is not said");
        }
        if is_pointer(&it.result) && result_lifetime(api, it).is_none() {
            missing(&it.place, &it.name, "how long the result is valid is not said");
        }
        if it.name.ends_with("_file") && it.may_block().is_none() {
            missing(&it.place, &it.name, "no sentence on the call says that it may block");
        }
        for parameter in &it.parameters {
            let (kind, name) = (parameter_kind(api, it, parameter), &parameter.name);
            let mut missing = |what: &str| missing(&it.place, &it.name, &format!("{name}: {what}"));
            let lives = is_pointer(&parameter.ctype)
                || kind.is_some_and(|it| ["callback", "descriptor"].contains(&it.0));
            if kind.is_none() {
                missing("what the pointer or the number is is not said");
            }
            let lifetime = lifetime(api, it, parameter);
            if lives && lifetime.is_none() {
                missing("how long it is used or valid is not said");
            }
            if lifetime == Some("kept") && !is_callback && kept_until(api, it, parameter).is_none()
            {
                missing("until when it is kept is not said");
            }
            if parameter.ctype.contains("char") && encoding(api, it, parameter).is_none() {
                missing("its encoding is not said");
            }
            let text = it.row(name).map_or("", |row| row.text.as_str());
            if text.contains("Range: ") && range(text).is_none() {
                missing("its range is not \"Range: a to b.\"");
            }
        }
    }
    problems
}

/// The range and the default of a constant that stands for a setting.
pub fn limit(it: &Constant) -> Option<((i64, i64), i64)> {
    let text = it.text.join(" ");
    let (_, default) = text.split_once("Default: ")?;
    Some((range(&text)?, default.split('.').next()?.parse().ok()?))
}
