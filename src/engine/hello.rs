//! What a ClientHello says, kept for the host that chooses a config by it.

use rustls::server::ClientHello;

pub struct Hello {
    pub server_name: Option<String>,
    pub alpn: Vec<Vec<u8>>,
    pub cipher_suites: Vec<u16>,
    pub signature_schemes: Vec<u16>,
    pub named_groups: Vec<u16>,
    /// DER names.
    pub authorities: Vec<Vec<u8>>,
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
            message,
        }
    }
}
