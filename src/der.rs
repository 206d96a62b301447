//! Reads DER (ITU-T X.690), and accepts only the shortest form: what is not DER gives None.

use std::fmt;

pub const BOOLEAN: u8 = 0x01;
pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const OBJECT_IDENTIFIER: u8 = 0x06;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;

/// The elements of a value, one after the other.
pub struct Reader<'a>(&'a [u8]);

#[derive(Clone, Copy)]
pub struct Element<'a> {
    pub tag: u8,
    pub contents: &'a [u8],
    /// With the tag and the length.
    pub encoded: &'a [u8],
}

/// Reads all of `data`, and nothing less.
pub fn all<'a, T>(data: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> Option<T>) -> Option<T> {
    let mut reader = Reader(data);
    let value = read(&mut reader)?;
    reader.is_empty().then_some(value)
}

/// The contents of the one element that `data` is.
pub fn only(data: &[u8], tag: u8) -> Option<&[u8]> {
    all(data, |it| it.contents(tag))
}

impl<'a> Reader<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next element. Tags of more than one byte, which no certificate has, are refused.
    pub fn element(&mut self) -> Option<Element<'a>> {
        let (&[tag, short], _) = self.0.split_first_chunk()?;
        let (head, len) = match short {
            0..=0x7f => (2, usize::from(short)),
            0x81..=0x84 => {
                let head = 2 + usize::from(short - 0x80);
                let len = self.0.get(2..head)?;
                let number = len.iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
                let is_shortest = len[0] != 0 && number >= 0x80;
                (head, Some(number).filter(|_| is_shortest)?)
            }
            _ => return None,
        };
        let (encoded, rest) = self.0.split_at_checked(head.checked_add(len)?)?;
        self.0 = rest;
        (tag & 0x1f != 0x1f).then_some(Element { tag, contents: &encoded[head..], encoded })
    }

    /// The contents of the next element, which must have this tag.
    pub fn contents(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.element().filter(|it| it.tag == tag).map(|it| it.contents)
    }

    /// The contents of the next element, if it has this tag: Some(None) if it has another.
    pub fn optional(&mut self, tag: u8) -> Option<Option<&'a [u8]>> {
        match self.0.first() {
            Some(next) if *next == tag => self.contents(tag).map(Some),
            _ => Some(None),
        }
    }

    /// What an AlgorithmIdentifier contains: the algorithm, and its parameters, if there are any.
    pub fn algorithm(&mut self) -> Option<(Oid<'a>, Option<Element<'a>>)> {
        let kind = self.oid()?;
        Some((kind, if self.is_empty() { None } else { Some(self.element()?) }))
    }

    pub fn oid(&mut self) -> Option<Oid<'a>> {
        Oid::new(self.contents(OBJECT_IDENTIFIER)?)
    }
}

/// The contents of an INTEGER, which may be negative.
pub fn integer(contents: &[u8]) -> Option<&[u8]> {
    let is_longer = matches!(contents, [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..]);
    (!is_longer).then_some(contents)
}

pub fn boolean(contents: &[u8]) -> Option<bool> {
    match contents {
        [0] => Some(false),
        [0xff] => Some(true),
        _ => None,
    }
}

/// The bytes of a BIT STRING. The bits that are not used are 0.
pub fn bits(contents: &[u8]) -> Option<&[u8]> {
    let (unused, bytes) = contents.split_first()?;
    let last = bytes.last().unwrap_or(&0);
    let is_valid = match unused {
        0 => true,
        1..8 => !bytes.is_empty() && last.trailing_zeros() >= u32::from(*unused),
        _ => false,
    };
    is_valid.then_some(bytes)
}

/// An object identifier. Its text is "1.2.840.113549".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oid<'a>(&'a [u8]);

impl<'a> Oid<'a> {
    fn new(contents: &'a [u8]) -> Option<Self> {
        let is_valid = !contents.is_empty() && numbers(contents).all(|it| it.is_some());
        is_valid.then_some(Self(contents))
    }

    pub fn arcs(&self) -> Vec<u128> {
        let mut numbers = numbers(self.0).flatten();
        let first = numbers.next().unwrap_or_default(); // has the first two
        let root = (first / 40).min(2);
        [root, first - 40 * root].into_iter().chain(numbers).collect()
    }
}

impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arcs: Vec<_> = self.arcs().iter().map(u128::to_string).collect();
        f.write_str(&arcs.join("."))
    }
}

/// Numbers in base 128. None where one is not in the shortest form, is cut off or too large.
fn numbers(data: &[u8]) -> impl Iterator<Item = Option<u128>> {
    data.split_inclusive(|byte| byte & 0x80 == 0).map(|digits| {
        let is_whole = digits[0] != 0x80 && digits.last().is_some_and(|it| it & 0x80 == 0);
        let append =
            |number: u128, digit: &u8| Some(number.checked_mul(0x80)? | u128::from(digit & 0x7f));
        digits.iter().try_fold(0, append).filter(|_| is_whole)
    })
}

/// The object identifier with these arcs.
macro_rules! oid {
    ($root:literal, $second:literal $(, $arc:literal)*) => {{
        const ENCODED: &([u8; 16], usize) = &$crate::der::encoded(&[40 * $root + $second $(, $arc)*]);
        $crate::der::constant(ENCODED)
    }};
}

pub(crate) use oid;

pub const fn encoded(numbers: &[u32]) -> ([u8; 16], usize) {
    let (mut bytes, mut len) = ([0; 16], 0);
    let mut at = 0;
    while at < numbers.len() {
        let mut shift = 28;
        while shift > 0 && numbers[at] >> shift == 0 {
            shift -= 7;
        }
        while shift > 0 {
            bytes[len] = 0x80 | (numbers[at] >> shift) as u8;
            len += 1;
            shift -= 7;
        }
        bytes[len] = 0x7f & numbers[at] as u8;
        len += 1;
        at += 1;
    }
    (bytes, len)
}

pub const fn constant((bytes, len): &'static ([u8; 16], usize)) -> Oid<'static> {
    Oid(bytes.split_at(*len).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_the_shortest() {
        for (len, head) in [
            (0, &[0x04, 0][..]),
            (0x7f, &[0x04, 0x7f]),
            (0x80, &[0x04, 0x81, 0x80]),
            (0xff, &[0x04, 0x81, 0xff]),
            (0x100, &[0x04, 0x82, 1, 0]),
            (0x1_0000, &[0x04, 0x83, 1, 0, 0]),
            (0x100_0000, &[0x04, 0x84, 1, 0, 0, 0]),
        ] {
            let data = [head, &vec![7; len]].concat();
            assert_eq!(only(&data, OCTET_STRING).map(<[u8]>::len), Some(len));
            assert_eq!(only(&data, INTEGER), None);
            assert_eq!(only(&data[..data.len() - 1], OCTET_STRING), None);
            assert_eq!(only(&[&data[..], &[0]].concat(), OCTET_STRING), None);
        }
        for head in [
            &[0x04, 0x80, 0, 0][..],
            &[0x04, 0x81],
            &[0x04, 0x81, 0x7f],
            &[0x04, 0x82, 0, 0x80],
            &[0x04, 0x83, 0, 1, 0],
            &[0x04, 0x85, 0, 0, 0, 0, 1],
            &[0x04, 0xff],
            &[0x1f, 4, 0],
        ] {
            assert!(Reader(&[head, &[7; 0x200]].concat()).element().is_none(), "{head:02x?}");
        }
        for data in [&[][..], &[0x04], &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff, 7]] {
            assert!(Reader(data).element().is_none(), "{data:02x?}");
        }
    }

    #[test]
    fn values_are_in_their_shortest_form() {
        for (contents, is_valid) in [
            (&[][..], false),
            (&[0], true),
            (&[0x80], true),
            (&[0, 0x80], true),
            (&[0, 0x7f], false),
            (&[0xff, 0x7f], true),
            (&[0xff, 0x80], false),
        ] {
            assert_eq!(integer(contents), is_valid.then_some(contents));
        }
        assert_eq!(
            [&[0][..], &[0xff], &[1], &[], &[0, 0]].map(boolean),
            [Some(false), Some(true), None, None, None]
        );
        for (contents, bytes) in [
            (&[][..], None),
            (&[0], Some(&[][..])),
            (&[1], None),
            (&[0, 0xff], Some(&[0xff])),
            (&[7, 0x80], Some(&[0x80])),
            (&[7, 0xc0], None),
            (&[7, 0], Some(&[0])),
            (&[8, 0], None),
        ] {
            assert_eq!(bits(contents), bytes, "{contents:02x?}");
        }
    }

    #[test]
    fn object_identifiers_are_read_and_made() {
        for (oid, contents, text) in [
            (oid!(2, 5, 29, 15), &[0x55, 0x1d, 0x0f][..], "2.5.29.15"),
            (
                oid!(0, 9, 2342, 19200300),
                &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c],
                "0.9.2342.19200300",
            ),
            (oid!(2, 999), &[0x88, 0x37], "2.999"),
            (oid!(1, 39, 4294967295), &[0x4f, 0x8f, 0xff, 0xff, 0xff, 0x7f], "1.39.4294967295"),
        ] {
            assert_eq!(Oid::new(contents), Some(oid));
            assert_eq!(oid.to_string(), text);
        }
        let uuid = [&[0x69, 0x83][..], &[0xff; 17], &[0x7f]].concat(); // ITU-T X.667
        assert_eq!(Oid::new(&uuid).map(|it| it.arcs()), Some(vec![2, 25, u128::MAX]));
        let larger = [&[0x69, 0x84][..], &[0x80; 17], &[0]].concat();
        for contents in [&[][..], &[0x55, 0x9d], &[0x80, 1], &[0x55, 0x80, 1], &larger] {
            assert_eq!(Oid::new(contents), None, "{contents:02x?}");
        }
    }
}
