//! Texts for people: error messages and log lines. They may repeat what a peer wrote and what the
//! host passed, and they may be logged, so they are made safe where they leave the library.

use std::fmt::{Display, Write};

/// The length of the longest message, in bytes.
pub const MAX: usize = 500;

/// Where PEM begins (RFC 7468).
pub const PEM_BEGIN: &str = "-----BEGIN";

/// How much of the host's input a message repeats, in bytes.
pub const MAX_QUOTED: usize = 200;

/// How much of a message a list may take, in bytes.
const MAX_LIST: usize = 150;
const MAX_ITEMS: usize = 5;

/// What leaves the library: one line of printable characters, of `MAX` bytes at most.
pub fn message(text: &str) -> String {
    shortened(&escaped(text), MAX)
}

/// Escapes what is not printable, such as control characters, and what changes the direction of a
/// line. Text that is escaped already stays as it is, and so do quotes and backslashes.
pub fn escaped(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\'' | '\\' => line.push(character),
            other => line.extend(other.escape_debug()),
        }
    }
    line
}

/// Cuts what is longer than `max` bytes, and marks the cut with "...".
pub fn shortened(text: &str, max: usize) -> String {
    const CUT: &str = "...";
    if text.len() <= max {
        return text.to_owned();
    }
    let mut end = max - CUT.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{CUT}", &text[..end])
}

/// "a, b, c and 197 more".
pub fn listed<T: Display>(items: impl ExactSizeIterator<Item = T>) -> String {
    let mut list = String::new();
    let mut left = items.len();
    for item in items.take(MAX_ITEMS) {
        let item = shortened(&escaped(&item.to_string()), MAX_LIST);
        if !list.is_empty() {
            if list.len() + 2 + item.len() > MAX_LIST {
                break;
            }
            list.push_str(", ");
        }
        list.push_str(&item);
        left -= 1;
    }
    if left > 0 {
        list.push_str(&format!(" and {left} more"));
    }
    list
}

/// The host's `input` in quotes, escaped and cut. What may be a private key is not repeated.
pub fn quoted(input: &str) -> String {
    if input.contains(PEM_BEGIN) {
        return format!("(PEM text of {} bytes)", input.len());
    }
    if is_base64(input) {
        return format!("(base64 of {} bytes)", input.len());
    }
    let mut text = String::from("\"");
    for letter in input.chars() {
        let escaped = letter.escape_debug();
        if text.len() + escaped.len() > MAX_QUOTED {
            let _ = write!(text, "\"... ({} bytes)", input.len());
            return text;
        }
        text.extend(escaped);
    }
    text + "\""
}

/// Whether it may be a key's line of base64, which few paths and no server names look like.
fn is_base64(input: &str) -> bool {
    const SHORTEST: usize = 40; // of 30 bytes
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    input.len() >= SHORTEST && !input.starts_with('/') && input.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_printable_is_escaped() {
        for (text, line) in [
            ("a \"b\" 'c' \\n", "a \"b\" 'c' \\n"),
            ("a\nb\r\tc\0", "a\\nb\\r\\tc\\0"),
            ("\x1b[31m\x7f", "\\u{1b}[31m\\u{7f}"),
            ("\u{85}\u{9b}", "\\u{85}\\u{9b}"),
            ("\u{202e}gpj\u{2066}\u{2028}\u{feff}", "\\u{202e}gpj\\u{2066}\\u{2028}\\u{feff}"),
            ("M\u{fc}ller \u{1f600} \u{fffd}", "M\u{fc}ller \u{1f600} \u{fffd}"),
        ] {
            assert_eq!(escaped(text), line);
            assert_eq!(escaped(line), line);
        }
    }

    #[test]
    fn a_cut_is_between_characters() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abcdefg", 6), "abc...");
        assert_eq!(shortened("a\u{fc}\u{fc}\u{fc}", 6), "a\u{fc}...");
        assert_eq!(shortened("\u{1f600}\u{1f600}", 6), "...");
        assert_eq!(message(&"\n".repeat(MAX)).len(), MAX);
    }

    #[test]
    fn lists_are_cut_with_a_count() {
        let list = |items: &[&str]| listed(items.iter());
        assert_eq!(list(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c", "d", "e"]), "a, b, c, d, e");
        assert_eq!(list(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
        let long = "x".repeat(MAX_LIST - 1);
        assert_eq!(list(&[&long, "b", "c"]), format!("{long} and 2 more", long = &long));
        assert!(list(&["x\n".repeat(500).as_str(); 9]).len() < MAX_LIST + 20);
    }

    #[test]
    fn quotes_are_safe_to_log() {
        assert_eq!(quoted("a\u{1b}[0m\n\u{202e}\"é"), r#""a\u{1b}[0m\n\u{202e}\"é""#);
        let key = "MC4CAQAwBQYDK2VwBCIEIPgVcm9Jyq+jc/P0ynS0zBHoYhjdN1nB2Slx0nwcFI5Z";
        assert_eq!(quoted(key), "(base64 of 64 bytes)");
        assert_eq!(quoted(&key[..39]), format!("\"{}\"", &key[..39]));
        assert_eq!(quoted(" -----BEGIN PRIVATE KEY-----\nMII"), "(PEM text of 32 bytes)");
        for long in ["x ", "é", "\u{1b}", "\u{202e}"] {
            let text = quoted(&long.repeat(1000));
            assert!(text.len() <= MAX_QUOTED + 20, "{text}");
            assert!(text.ends_with(&format!("\"... ({} bytes)", 1000 * long.len())), "{text}");
        }
    }
}
