//! What a ClientHello says, kept for the host that chooses a config by it, and what a ServerHello says
//! that rustls does not tell.

use rustls::server::ClientHello;

/// Of a handshake message: its type, and its length in three bytes.
pub(super) const HEADER: usize = 4;
const VERSION: usize = 2;
const RANDOM: usize = 32;
const CIPHER_SUITE: usize = 2;
const COMPRESSION_METHOD: usize = 1;
const PRE_SHARED_KEY: u16 = 41;
const EARLY_DATA: u16 = 42;

pub struct Hello {
    pub server_name: Option<String>,
    pub alpn: Vec<Vec<u8>>,
    pub cipher_suites: Vec<u16>,
    pub signature_schemes: Vec<u16>,
    pub named_groups: Vec<u16>,
    /// DER names.
    pub authorities: Vec<Vec<u8>>,
    pub offers_early_data: bool,
    /// The whole handshake message.
    pub message: Vec<u8>,
}

impl Hello {
    pub fn new(hello: &ClientHello<'_>, message: Vec<u8>) -> Self {
        let groups = hello.named_groups().unwrap_or_default();
        let authorities = hello.certificate_authorities().unwrap_or_default();
        Self {
            server_name: hello.server_name().map(str::to_owned),
            alpn: hello.alpn().into_iter().flatten().map(<[u8]>::to_vec).collect(),
            cipher_suites: hello.cipher_suites().iter().map(|it| (*it).into()).collect(),
            signature_schemes: hello.signature_schemes().iter().map(|it| (*it).into()).collect(),
            named_groups: groups.iter().map(|it| (*it).into()).collect(),
            authorities: authorities.iter().map(|it| it.as_ref().to_vec()).collect(),
            offers_early_data: extension(&message, EARLY_DATA).flatten().is_some(),
            message,
        }
    }
}

/// What a ClientHello has of an extension (RFC 8446, section 4.1.2). None where it is malformed.
pub(super) fn extension(message: &[u8], wanted: u16) -> Option<Option<&[u8]>> {
    let session_id = message.get(HEADER + VERSION + RANDOM..)?;
    let (_, cipher_suites) = vector::<1>(session_id)?;
    let (_, compression_methods) = vector::<2>(cipher_suites)?;
    let (_, extensions) = vector::<1>(compression_methods)?;
    find(extensions, wanted)
}

/// Whether the body of a ServerHello chooses the session that the client offered (RFC 8446, sections
/// 4.1.3 and 4.2.11), provided that the version is TLS 1.3.
pub(super) fn chooses_session(server_hello: &[u8]) -> bool {
    let pre_shared_key = || {
        let (_, rest) = vector::<1>(server_hello.get(VERSION + RANDOM..)?)?;
        find(rest.get(CIPHER_SUITE + COMPRESSION_METHOD..)?, PRE_SHARED_KEY)?
    };
    pre_shared_key().is_some()
}

/// The extension `wanted` of those at the end of a message, which may be missing altogether.
fn find(extensions: &[u8], wanted: u16) -> Option<Option<&[u8]>> {
    let (mut extensions, _) = vector::<2>(extensions).unwrap_or_default();
    while let Some((number, rest)) = extensions.split_first_chunk() {
        let (data, rest) = vector::<2>(rest)?;
        if u16::from_be_bytes(*number) == wanted {
            return Some(Some(data));
        }
        extensions = rest;
    }
    Some(None)
}

/// A vector behind its length of `N` bytes (RFC 8446, section 3.4), and what follows it.
pub(super) fn vector<const N: usize>(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<N>()?;
    rest.split_at_checked(len.iter().fold(0, |len, byte| len << 8 | usize::from(*byte)))
}
