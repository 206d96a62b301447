//! A name of X.500 as text (RFC 4514).

use super::find;
use crate::der::{self, Element, Oid, Reader, oid};

pub fn text(name: Element<'_>) -> Option<String> {
    text_of(der::only(name.encoded, der::SEQUENCE)?)
}

/// Of the contents of a Name. The last part comes first.
pub fn text_of(contents: &[u8]) -> Option<String> {
    let mut parts = Vec::new();
    der::all(contents, |it| {
        while !it.is_empty() {
            parts.push(der::all(it.contents(der::SET)?, part_text)?);
        }
        Some(())
    })?;
    parts.reverse();
    Some(parts.join(","))
}

/// One attribute, as a rule. Several are not in the order of DER, which not every issuer keeps.
fn part_text(attributes: &mut Reader<'_>) -> Option<String> {
    let mut texts = Vec::new();
    while !attributes.is_empty() {
        texts.push(der::all(attributes.contents(der::SEQUENCE)?, attribute_text)?);
    }
    Some(texts.join("+"))
}

fn attribute_text(it: &mut Reader<'_>) -> Option<String> {
    let (kind, value) = (it.oid()?, it.element()?);
    Some(match (find(&ATTRIBUTES, kind), string(value)) {
        (Some(name), Some(value)) => format!("{name}={}", escaped(&value)),
        (Some(name), None) => format!("{name}=#{}", hex(value.encoded)),
        (None, _) => format!("{kind}=#{}", hex(value.encoded)),
    })
}

/// The string types of X.520, none of them held to its alphabet: many a certificate is not.
fn string(value: Element<'_>) -> Option<String> {
    let data = value.contents;
    match value.tag {
        UTF8_STRING | NUMERIC_STRING | PRINTABLE_STRING | IA5_STRING | VISIBLE_STRING => {
            String::from_utf8(data.to_vec()).ok()
        }
        // Nobody writes T.61; all read Latin-1.
        TELETEX_STRING => Some(data.iter().map(|byte| char::from(*byte)).collect()),
        BMP_STRING if data.len() % 2 == 0 => {
            let units = data.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).collect::<Result<_, _>>().ok()
        }
        UNIVERSAL_STRING if data.len() % 4 == 0 => data
            .chunks_exact(4)
            .map(|it| char::from_u32(u32::from_be_bytes([it[0], it[1], it[2], it[3]])))
            .collect(),
        _ => None,
    }
}

/// RFC 4514, section 2.4. Control characters are escaped as well, so that a text is one line and
/// has no NUL.
fn escaped(value: &str) -> String {
    let mut text = String::new();
    for (at, character) in value.char_indices() {
        let is_first = at == 0;
        let is_last = at + character.len_utf8() == value.len();
        match character {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', character]),
            '#' if is_first => text.push_str("\\#"),
            ' ' if is_first || is_last => text.push_str("\\ "),
            _ if character.is_control() => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    text.push_str(&format!("\\{byte:02X}"));
                }
            }
            _ => text.push(character),
        }
    }
    text
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

const UTF8_STRING: u8 = 0x0c;
const NUMERIC_STRING: u8 = 0x12;
const PRINTABLE_STRING: u8 = 0x13;
const TELETEX_STRING: u8 = 0x14;
const IA5_STRING: u8 = 0x16;
const VISIBLE_STRING: u8 = 0x1a;
const UNIVERSAL_STRING: u8 = 0x1c;
const BMP_STRING: u8 = 0x1e;

/// RFC 4514, section 3.
const ATTRIBUTES: [(Oid<'_>, &str); 9] = [
    (oid!(2, 5, 4, 3), "CN"),
    (oid!(2, 5, 4, 7), "L"),
    (oid!(2, 5, 4, 8), "ST"),
    (oid!(2, 5, 4, 10), "O"),
    (oid!(2, 5, 4, 11), "OU"),
    (oid!(2, 5, 4, 6), "C"),
    (oid!(2, 5, 4, 9), "STREET"),
    (oid!(0, 9, 2342, 19200300, 100, 1, 25), "DC"),
    (oid!(0, 9, 2342, 19200300, 100, 1, 1), "UID"),
];

#[cfg(test)]
mod tests {
    use super::super::tests::der;
    use super::*;

    const CN: &[u8] = b"\x06\x03\x55\x04\x03";
    const O: &[u8] = b"\x06\x03\x55\x04\x0a";
    const EMAIL: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01";

    fn attribute(kind: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
        der(0x30, &[kind, &der(tag, &[value])])
    }

    fn text_of(parts: &[&[u8]]) -> Option<String> {
        let parts: Vec<_> = parts.iter().map(|part| der(0x31, &[part])).collect();
        text(der::all(&der(0x30, &[&parts.concat()]), Reader::element)?)
    }

    fn text_of_one(tag: u8, value: &[u8]) -> String {
        text_of(&[&attribute(CN, tag, value)]).unwrap()
    }

    #[test]
    fn the_last_part_comes_first() {
        let (o, cn) = (attribute(O, 0x0c, b"b"), attribute(CN, 0x0c, b"a"));
        assert_eq!(text_of(&[]).unwrap(), "");
        assert_eq!(text_of(&[&o, &cn]).unwrap(), "CN=a,O=b");
        // Two values of one part; not in the order of DER.
        assert_eq!(text_of(&[&cn, &[&o[..], &cn].concat(), &o]).unwrap(), "O=b,O=b+CN=a,CN=a");
        assert_eq!(text_of(&[b"\x30\x00"]), None);
        assert_eq!(text_of(&[CN]), None);
    }

    #[test]
    fn strings_of_every_kind() {
        for (tag, value, text) in [
            (UTF8_STRING, &b"M\xc3\xbcller"[..], "CN=M\u{fc}ller"),
            (UTF8_STRING, b"M\xfcller", "CN=#0C064DFC6C6C6572"),
            (PRINTABLE_STRING, b"a@b*_", "CN=a@b*_"),
            (NUMERIC_STRING, b"1 2", "CN=1 2"),
            (IA5_STRING, b"a", "CN=a"),
            (VISIBLE_STRING, b"a", "CN=a"),
            (TELETEX_STRING, b"M\xfcller", "CN=M\u{fc}ller"),
            (BMP_STRING, b"\x01\x7c\0a", "CN=\u{17c}a"),
            (BMP_STRING, b"\xd8\x3d\xde\x00", "CN=\u{1f600}"),
            (BMP_STRING, b"\xd8\x3d", "CN=#1E02D83D"),
            (BMP_STRING, b"\0a\0", "CN=#1E03006100"),
            (UNIVERSAL_STRING, b"\0\0\x01\x7c", "CN=\u{17c}"),
            (UNIVERSAL_STRING, b"\0\x11\0\0", "CN=#1C0400110000"),
            (UNIVERSAL_STRING, b"\0\0\x01", "CN=#1C03000001"),
            (0x02, b"\x05", "CN=#020105"),
        ] {
            assert_eq!(text_of_one(tag, value), text);
        }
    }

    #[test]
    fn what_would_be_read_as_something_else_is_escaped() {
        for (value, text) in [
            ("", "CN="),
            ("a,O=b", r"CN=a\,O=b"),
            (r#"\"+,;<>="#, r#"CN=\\\"\+\,\;\<\>="#),
            ("#a#", r"CN=\#a#"),
            ("  a  ", r"CN=\  a \ "),
            (" ", r"CN=\ "),
            ("a\0b\n", r"CN=a\00b\0A"),
            ("\u{85}", r"CN=\C2\85"),
        ] {
            assert_eq!(text_of_one(UTF8_STRING, value.as_bytes()), text);
        }
    }

    #[test]
    fn other_attributes_are_numbers() {
        let email = attribute(EMAIL, IA5_STRING, b"a@b");
        assert_eq!(text_of(&[&email]).unwrap(), "1.2.840.113549.1.9.1=#1603614062");
        // 2.25 and a UUID (ITU-T X.667).
        let uuid = [&b"\x06\x14\x69\x83"[..], &[0xff; 17], b"\x7f"].concat();
        let uuid = attribute(&uuid, IA5_STRING, b"a");
        let number = u128::MAX;
        assert_eq!(text_of(&[&uuid]).unwrap(), format!("2.25.{number}=#160161"));
    }
}
