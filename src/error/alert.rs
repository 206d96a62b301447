//! The alerts of a peer.

use crate::iana;

pub fn received(number: u8) -> String {
    let name = iana::ALERTS.name(number.into()).to_string_lossy();
    let text = format!("the peer sent the fatal alert {name} ({number})");
    match meaning(number) {
        Some(meaning) => format!("{text}: {meaning}"),
        None => text,
    }
}

/// What most often makes a peer send the alert. "This side" is the one that reads the message.
fn meaning(number: u8) -> Option<&'static str> {
    Some(match number {
        20 => "the peer could not decrypt a record",
        40 => "the two sides have no cipher suite, group, signature scheme or setting in common",
        42 | 46 => "the peer does not accept this side's certificate",
        43 => "the peer does not support certificates of the kind of this side's",
        44 => "this side's certificate is revoked",
        45 => "this side's certificate has expired or is not valid yet",
        48 => "the peer does not trust the issuer of this side's certificate",
        49 => "the peer does not allow the owner of this side's certificate to connect",
        51 => "a signature or the Finished of this side did not verify",
        70 => "the peer does not support this side's versions of TLS",
        80 => "an error inside the peer",
        112 => "the peer has no certificate for the server name",
        116 => "the peer requires a certificate, and this side presented none",
        120 => "the peer supports none of this side's ALPN protocols",
        _ => return None,
    })
}
