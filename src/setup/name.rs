//! Names of servers: the name that a client expects in the certificate, and the names that a server has
//! identities for.

use crate::error::{Error, Status};
use crate::text::quoted;
use rustls::pki_types::{DnsName, ServerName};
use std::net::{IpAddr, Ipv6Addr};

/// RFC 1035, section 2.3.4.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

/// The name that a client expects in the server's certificate.
pub fn server_name(name: &[u8]) -> Result<ServerName<'static>, Error> {
    ServerName::try_from(name).map(|name| name.to_owned()).map_err(|_| invalid(name))
}

/// A DNS name, perhaps with the wildcard "*." before it, or nothing; in lower case.
pub fn pattern(name: &[u8]) -> Result<String, Error> {
    let text = String::from_utf8_lossy(name).to_ascii_lowercase();
    let text = text.strip_suffix('.').unwrap_or(&text); // the DNS root, which no client sends
    let host = text.strip_prefix("*.").unwrap_or(text);
    let is_name = DnsName::try_from(host).is_ok() && !host.ends_with('.');
    match name.is_empty() || is_name {
        true => Ok(text.into()),
        false => Err(invalid(name)),
    }
}

/// Why `server_name` or `pattern` refuses a name, where one of them does.
pub fn refusal(name: &[u8]) -> Option<Error> {
    server_name(name).err().or_else(|| pattern(name).err())
}

fn invalid(name: &[u8]) -> Error {
    let text = match std::str::from_utf8(name) {
        Ok("") => "the server name is empty".into(),
        Ok(name) => format!("the server name {} {}", quoted(name), reason(name)),
        Err(_) => {
            let name = quoted(&String::from_utf8_lossy(name));
            format!("the server name {name} is not UTF-8")
        }
    };
    Error::new(Status::InvalidName, text)
}

/// What is wrong, the most telling reason first: "https://a.test:443/" has a scheme, a port and a path.
fn reason(name: &str) -> String {
    let host = name.strip_prefix("*.").unwrap_or(name);
    let is_ipv6 = |text: &str| text.parse::<Ipv6Addr>().is_ok();
    let label = |is: fn(&str) -> bool| host.strip_suffix('.').unwrap_or(host).split('.').any(is);
    let text = if name.contains("://") {
        "is a URL: pass only its host name"
    } else if name.ends_with('\0') {
        "has a NUL at its end: the length must not count it"
    } else if name.trim() != name {
        "has white space before or after it, such as a line break"
    } else if name.parse::<IpAddr>().is_ok() {
        "is an IP address, which no client sends as a server name (RFC 6066): the identity with \
         the name \"\" is shown to such clients"
    } else if name.starts_with('[') {
        "has brackets: pass an IPv6 address without them, and without a port"
    } else if name.split_once('%').is_some_and(|(address, _)| is_ipv6(address)) {
        "has a zone: pass the IPv6 address without \"%\" and the zone"
    } else if is_port(name) {
        "has a port: pass only the host name"
    } else if name.contains(['/', '@', '?', '#']) {
        "has a part of a URL that is not the host name: pass only that"
    } else if !name.is_ascii() {
        "is internationalized: pass its ASCII form, whose labels begin with \"xn--\" (IDNA)"
    } else if name.len() > MAX_NAME {
        return format!("has {} bytes: a DNS name has at most {MAX_NAME}", name.len());
    } else if name.starts_with('*') && DnsName::try_from(host).is_ok() {
        "has a wildcard: a client expects the name of one server"
    } else if label(str::is_empty) {
        "has an empty label: two dots in a row, or one at the beginning"
    } else if label(|it| it.len() > MAX_LABEL) {
        return format!("has a label (the part between two dots) of more than {MAX_LABEL} bytes");
    } else if let Some(other) =
        host.chars().find(|it| !matches!(it, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.'))
    {
        return format!("has the character {other:?}, which a DNS name cannot have");
    } else if label(|it| it.starts_with('-') || it.ends_with('-')) {
        "has a label (the part between two dots) that begins or ends with a hyphen"
    } else {
        "ends with a number, and is no IPv4 address"
    };
    text.into()
}

/// Whether this is a host and a port.
fn is_port(name: &str) -> bool {
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    name.rsplit_once(':').is_some_and(|(host, port)| !host.contains(':') && is_number(port))
}
