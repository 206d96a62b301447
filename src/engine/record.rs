//! Records (RFC 8446, section 5.1): the only place that knows their headers and content types.

pub const APPLICATION_DATA: u8 = 23;
pub const CHANGE_CIPHER_SPEC: u8 = 20;
pub const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;

pub const HEADER: usize = 5;
/// The longest fragment of a protected record that rustls accepts: a byte less than RFC 5246,
/// section 6.2.3, allows. RFC 8446 allows less.
const MAX_FRAGMENT: usize = (1 << 14) + 2047;
/// The longest record. rustls has room for it.
pub const MAX_RECORD: usize = HEADER + MAX_FRAGMENT;

/// A whole record.
///
/// A header that no record has counts as a record without a fragment: rustls refuses it without
/// waiting for a body that may never come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record<'a>(&'a [u8]);

impl<'a> Record<'a> {
    /// The first record of `bytes`, once it is whole.
    pub fn first(bytes: &'a [u8]) -> Option<Self> {
        bytes.get(..len_of_first(bytes)?).map(Self)
    }

    /// The whole records of `bytes`, up to one that is not.
    pub fn all(mut bytes: &'a [u8]) -> impl Iterator<Item = Self> {
        std::iter::from_fn(move || {
            let record = Self::first(bytes)?;
            bytes = &bytes[record.0.len()..];
            Some(record)
        })
    }

    /// With its header.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    pub fn content_type(self) -> u8 {
        self.0[0]
    }

    pub fn fragment(self) -> &'a [u8] {
        &self.0[HEADER..]
    }

    /// The description of an alert that is not encrypted.
    pub fn plain_alert(self) -> Option<u8> {
        match *self.fragment() {
            [_level, description] if self.content_type() == ALERT => Some(description),
            _ => None,
        }
    }

    /// The body of a ServerHello that the record begins with, as far as it is in the record, and
    /// the length of the whole body.
    pub fn server_hello(self) -> Option<(&'a [u8], usize)> {
        match self.fragment() {
            [SERVER_HELLO, high, middle, low, body @ ..] if self.content_type() == HANDSHAKE => {
                Some((body, u32::from_be_bytes([0, *high, *middle, *low]) as usize))
            }
            _ => None,
        }
    }
}

/// The length of the first record, header included, as soon as its header is whole.
pub fn len_of_first(bytes: &[u8]) -> Option<usize> {
    let [typ, major, _, high, low, ..] = *bytes else { return None };
    let fragment = usize::from(u16::from_be_bytes([high, low]));
    let is_plausible = (20..=24).contains(&typ) && major == 3 && fragment <= MAX_FRAGMENT;
    Some(HEADER + if is_plausible { fragment } else { 0 })
}

/// An alert that is not encrypted.
pub fn plain_alert(level: u8, description: u8) -> [u8; HEADER + 2] {
    [ALERT, 3, 3, 0, 2, level, description]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_whole_when_its_fragment_is() {
        let bytes = [22, 3, 1, 0, 2, 7, 8, 23, 3, 3, 0];
        for len in 0..7 {
            assert_eq!(Record::first(&bytes[..len]), None);
        }
        let record = Record::first(&bytes).unwrap();
        assert_eq!((record.bytes(), record.fragment()), (&bytes[..7], &[7, 8][..]));
        assert_eq!(Record::all(&bytes).count(), 1);
        assert_eq!(len_of_first(&bytes[7..]), None);
    }

    #[test]
    fn a_header_that_no_record_has_stands_alone() {
        let http = Record::first(b"GET / HTTP/1.1\r\n").unwrap();
        assert_eq!((http.bytes(), http.fragment()), (&b"GET /"[..], &[][..]));
        let longest = [23, 3, 3, 0x47, 0xff];
        assert_eq!(len_of_first(&longest), Some(MAX_RECORD));
        assert_eq!(len_of_first(&[23, 3, 3, 0x48, 0]), Some(HEADER));
        assert_eq!(len_of_first(&[25, 3, 3, 0, 1]), Some(HEADER));
        assert_eq!(len_of_first(&[23, 2, 0, 0, 1]), Some(HEADER));
    }

    #[test]
    fn tells_plain_alerts_from_encrypted_ones() {
        let written = plain_alert(2, 70);
        assert_eq!(Record::first(&written).unwrap().plain_alert(), Some(70));
        for other in [&[22, 3, 3, 0, 2, 2, 70][..], &[21, 3, 3, 0, 3, 2, 70, 0], &[21, 3, 3, 0, 0]]
        {
            assert_eq!(Record::first(other).unwrap().plain_alert(), None);
        }
    }

    #[test]
    fn finds_a_server_hello_at_its_start() {
        let hello = |typ, message| {
            let bytes = [typ, 3, 3, 0, 6, message, 0, 0, 2, 3, 3];
            Record::first(&bytes).unwrap().server_hello().map(|(body, len)| (body.to_vec(), len))
        };
        assert_eq!(hello(22, 2), Some((vec![3, 3], 2)));
        assert_eq!(hello(22, 1), None);
        assert_eq!(hello(23, 2), None);
        assert_eq!(Record::first(&[22, 3, 3, 0, 3, 2, 0, 0]).unwrap().server_hello(), None);
    }
}
