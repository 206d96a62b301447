//! The versions of TLS that a peer offers or chooses, if none of them is supported: rustls does not
//! tell which they were.

use super::hello::{HEADER, extension, vector};
use super::record::Record;
use crate::error::{Error, Status};
use crate::text;
use rustls::AlertDescription;

const SUPPORTED_VERSIONS: u16 = 43;
const TLS12: u16 = 0x0303;

/// The failure of a ClientHello that offers no version that the server supports.
pub fn none_in_common(client_hello: &[u8]) -> Error {
    match Offer::read(client_hello) {
        Some(Offer::UpTo(newest)) => {
            failure(&format!("the client offers {} at most", name(newest)))
        }
        Some(Offer::List(all)) => {
            failure(&format!("the client offers {}", text::listed(all.into_iter().map(name))))
        }
        None => failure("the client offers no known version"),
    }
}

/// The failure of a ServerHello whose version is not supported. It is known if it is before TLS
/// 1.2.
pub fn unfit(server_hello: Option<u16>) -> Error {
    match server_hello {
        Some(version) => failure(&format!("the server chose {}", name(version))),
        None => failure("the server chose a version that is not supported"),
    }
}

fn failure(how: &str) -> Error {
    let text = format!("no version of TLS in common: {how}");
    Error::new(Status::HandshakeFailed, text).with_alert(AlertDescription::ProtocolVersion)
}

/// Whether a ClientHello offers only versions before TLS 1.2.
pub fn is_old(client_hello: &[u8]) -> bool {
    match Offer::read(client_hello) {
        Some(Offer::UpTo(newest)) => newest < TLS12,
        Some(Offer::List(all)) => all.iter().all(|it| *it < TLS12),
        None => false,
    }
}

/// The version of a ServerHello at the start of a record, unless it is that of TLS 1.2 and 1.3.
pub fn of_server_hello(record: Record<'_>) -> Option<u16> {
    let (body, _) = record.server_hello()?;
    let version = u16::from_be_bytes(*body.first_chunk()?);
    (version != TLS12).then_some(version)
}

fn name(version: u16) -> String {
    match version {
        0x0300 => "SSL 3.0".into(),
        0x0301..=0x0304 => format!("TLS 1.{}", version - 0x0301),
        other => format!("the version {other:#06x}"),
    }
}

enum Offer {
    /// Without supported_versions: the newest of all those up to it.
    UpTo(u16),
    List(Vec<u16>),
}

impl Offer {
    /// RFC 8446, sections 4.1.2 and 4.2.1.
    fn read(client_hello: &[u8]) -> Option<Self> {
        let legacy = client_hello.get(HEADER..)?.first_chunk()?;
        let Some(body) = extension(client_hello, SUPPORTED_VERSIONS)? else {
            return Some(Self::UpTo(u16::from_be_bytes(*legacy)));
        };
        let (all, _) = vector::<1>(body)?;
        let all = all.chunks_exact(2).map(|it| u16::from_be_bytes([it[0], it[1]]));
        let known: Vec<_> = all.filter(|it| it >> 8 == 3).collect();
        (!known.is_empty()).then_some(Self::List(known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(legacy: u16, extensions: &[u8]) -> Vec<u8> {
        let body = [&legacy.to_be_bytes()[..], &[7; 32], &[0, 0, 2, 0x13, 1, 1, 0], extensions];
        [&[1, 0, 0, 0][..], &body.concat()].concat()
    }

    #[test]
    fn says_what_was_offered() {
        for (legacy, extensions, said, old) in [
            (0x0302, &b""[..], "TLS 1.1 at most", true),
            (0x0303, b"\0\0", "TLS 1.2 at most", false),
            (0x0303, b"\0\x09\0\x2b\0\x05\x04\x0a\x0a\x03\x04", "TLS 1.3", false),
            (0x0301, b"\0\x0d\0\x17\0\0\0\x2b\0\x05\x04\x03\x02\x03\x01", "TLS 1.1, TLS 1.0", true),
            (0x0303, b"\0\x07\0\x2b\0\x03\x02\x7f\x1c", "no known version", false),
            (0x0301, b"\0\x07\0\x2b\0\x09\x02\x7f\x1c", "no known version", false),
        ] {
            let hello = hello(legacy, extensions);
            let text = &none_in_common(&hello).text;
            assert!(text.ends_with(&format!("the client offers {said}")), "{text}");
            assert_eq!(is_old(&hello), old, "{said}");
            for len in 0..hello.len() {
                none_in_common(&hello[..len]);
            }
        }
    }
}
