//! What the host passes, as error messages repeat it: they may be logged.

use std::fmt::Write;

/// How much of an input a message repeats, in bytes.
const MAX_QUOTED: usize = 200;

/// Where PEM begins (RFC 7468).
pub const PEM_BEGIN: &str = "-----BEGIN";

/// `input` in quotes, escaped and cut. PEM is not repeated: it may be a private key.
pub fn quoted(input: &str) -> String {
    if input.contains(PEM_BEGIN) {
        return format!("(PEM text of {} bytes)", input.len());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_safe_to_log() {
        assert_eq!(quoted("a\u{1b}[0m\n\u{202e}\"é"), r#""a\u{1b}[0m\n\u{202e}\"é""#);
        assert_eq!(quoted(" -----BEGIN PRIVATE KEY-----\nMII"), "(PEM text of 32 bytes)");
        for long in ["x", "é", "\u{1b}", "\u{202e}"] {
            let text = quoted(&long.repeat(1000));
            assert!(text.len() <= MAX_QUOTED + 20, "{text}");
            assert!(text.ends_with(&format!("\"... ({} bytes)", 1000 * long.len())), "{text}");
        }
    }
}
