//! What a ClientHello says, kept for the host that chooses a config by it.

use rustls::server::ClientHello;

pub struct Hello {
    pub server_name: Option<String>,
    pub alpn: Vec<Vec<u8>>,
    pub cipher_suites: Vec<u16>,
    pub signature_schemes: Vec<u16>,
    pub named_groups: Vec<u16>,
}

impl From<ClientHello<'_>> for Hello {
    fn from(hello: ClientHello<'_>) -> Self {
        Self {
            server_name: hello.server_name().map(str::to_owned),
            alpn: hello.alpn().into_iter().flatten().map(<[u8]>::to_vec).collect(),
            cipher_suites: hello.cipher_suites().iter().map(|it| (*it).into()).collect(),
            signature_schemes: hello.signature_schemes().iter().map(|it| (*it).into()).collect(),
            named_groups: hello
                .named_groups()
                .unwrap_or_default()
                .iter()
                .map(|it| (*it).into())
                .collect(),
        }
    }
}
