//! A comment that breaks the grammar is named, with its file, its line and what is missing.

use reference::check::check;
use reference::facts;
use reference::model::Api;
use reference::parse::Module;

const LAMP: &str = include_str!("example/lamp.rs");

fn problems(text: &str) -> Vec<String> {
    let (mut api, mut problems) = (Api::default(), Vec::new());
    let mut module = Module { file: "lamp.rs", problems: &mut problems };
    module.read(text, &mut api).expect("Rust");
    check(&api, &mut problems);
    problems.extend(facts::problems(&api));
    problems
}

#[test]
fn example_keeps_the_grammar() {
    assert_eq!(problems(LAMP), [""; 0]);
}

#[test]
fn example_is_read() {
    let (mut api, mut problems) = (Api::default(), Vec::new());
    Module { file: "lamp.rs", problems: &mut problems }.read(LAMP, &mut api).expect("Rust");
    let new = api.function("inkotls_lamp_new").expect("new");
    let types: Vec<_> = new.parameters.iter().map(|it| (it.ctype.as_str(), it.is_output)).collect();
    assert_eq!(types, [("const char *", false), ("size_t", false), ("inkotls_lamp **", true)]);
    assert_eq!(new.row("len").and_then(|row| row.after("Range: ")), Some("1 to 255"));
    assert_eq!(new.length_of(&new.parameters[0]).map(|it| it.name.as_str()), Some("len"));
    assert!(new.creates("inkotls_lamp"));
    let colour = api.function("inkotls_lamp_set_colour").expect("set_colour");
    let refusal = "The value of colour is not an inkotls_colour, or blinking is not 0 and not 1, \
                   which is said on two lines.";
    assert_eq!(colour.doc.statuses[0].text, refusal);
    assert_eq!(api.enums[1].constants[1].name, "INKOTLS_COLOUR_DARK_GREEN");
}

/// What is replaced by what in the example, and the problem that is then named.
#[test]
fn broken_rules_are_named() {
    let broken = [
        ("/// Creates a lamp.", "/// A lamp is created.", "the summary does not begin with a verb"),
        ("Creates a lamp.", "Creates a lamp. It is off.", "more than one sentence"),
        ("/// Frees the lamp.\n", "", "the summary does not begin with a verb"),
        ("/// The lamp is red.\n", "", "INKOTLS_COLOUR_RED: it has no comment"),
        ("/// out_lamp    Receives", "/// out_lamps    Receives", "out_lamps is no parameter"),
        ("/// name, len   The", "/// name   The", "the parameter len has no row"),
        ("/// colour     An", "/// colour An", "the parameter colour has no row"),
        ("/// blinking   1 if", "/// blinking   One if", "the row of blinking does not say"),
        ("An inkotls_colour. Default", "An inkotls_color. Default", "inkotls_color is not one"),
        ("An inkotls_colour. Default", "A colour. Default", "the row of colour does not say"),
        ("INVALID_ARGUMENT   The value", "NONE   The value", "no row INVALID_ARGUMENT"),
        ("INVALID_ARGUMENT   The name", "FULL   The name", "FULL is no status"),
        ("INVALID_ARGUMENT   The name", "PANIC   The name", "PANIC is in the preface"),
        ("Copied.", "", "exactly one of \"Copied.\""),
        ("Copied.", "Copied. Retained.", "exactly one of \"Copied.\""),
        ("Must stay valid until lamp is freed.", "Copied.", "\"Must stay valid until ...\""),
        ("Receives the lamp.", "The lamp.", "\"Receives ...\" first"),
        ("Free it with inkotls_lamp_free.", "", "which function frees the handle"),
        (
            "Receives a pointer to the name. Valid",
            "Receives a pointer to it, valid",
            "how long it is valid",
        ),
        ("/// Returns the number", "/// Reads the number", "no paragraph begins with \"Returns\""),
        ("///\n/// INVALID_ARGUMENT   The name", "/// INVALID_ARGUMENT   The name", "in one block"),
        ("/// The colour changes", "///     The colour changes", "an indented line"),
        ("changes at once", "changes `at once`", "a backtick"),
        ("May be NULL. Must", "It must not be NULL. Must", "say only where it may be"),
        ("as INKOTLS_COLOUR_DARK_GREEN shows", "as inkotls_lamp_glow shows", "does not exist"),
        ("The name is too long.", "The name is too long", "does not end with a period"),
        ("lamp. Numbers are never reused", "lamp", "not one of \"Numbers are\""),
        ("None = -1", "Dark = -1", "INKOTLS_STATUS_DARK: no class"),
        ("number of watts", "wattage", "what the number means that it returns"),
        ("colour: i32)>", "colour: i32) -> i32>", "no meaning of its numbers"),
        ("Range: 1 to 255", "Range: any", "len: its range is not"),
        ("in UTF-8", "", "name: its encoding is not said"),
        (
            "Valid until lamp is freed",
            "Valid for a while",
            "out_name: how long it is used or valid",
        ),
        ("blinking: i32", "blinking: *const i32", "blinking: what the pointer or the number is"),
        (
            "1 if the lamp blinks, 0 if",
            "A number if",
            "blinking: what the pointer or the number is",
        ),
        (
            "May be NULL. Must",
            &format!("{}. Must", "May be NULL".repeat(5)),
            "more than 100 columns",
        ),
    ];
    for (text, replacement, problem) in broken {
        assert!(LAMP.contains(text), "{text}");
        let problems = problems(&LAMP.replacen(text, replacement, 1));
        let is_named = problems.iter().any(|it| it.starts_with("lamp.rs:") && it.contains(problem));
        assert!(is_named, "{text} -> {replacement}: {problems:#?}");
    }
}

#[test]
fn problem_has_its_line() {
    let problems = problems(&LAMP.replace("INVALID_ARGUMENT   The name", "FULL   The name"));
    let line = LAMP.lines().position(|line| line.contains("The name is too long")).expect("a line");
    assert_eq!(problems, [format!("lamp.rs:{}: inkotls_lamp_new: FULL is no status", line + 1)]);
}
