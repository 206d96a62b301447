//! A certificate as text for logs.

use super::extensions::{BasicConstraints, Malformed, Said};
use super::{Certificate, name, time};
use crate::capi::types::inkotls_key_usage as Use;
use crate::text;
use std::fmt::Display;

/// Lines, each of which is escaped and cut like a message.
pub fn summary(it: &Certificate) -> String {
    let mut lines = Lines(String::new());
    lines.add("subject", &it.subject);
    lines.add("issuer", &it.issuer);
    lines.add("serial number", &name::hex(&it.serial));
    let validity = [it.not_before, it.not_after].map(time::text).join(" to ");
    lines.add("valid", &validity);
    lines.add("DNS names", &list(&it.dns_names));
    lines.add("IP addresses", &list(&it.ip_texts));
    lines.add("URIs", &list(&it.uri_names));
    lines.add("e-mail addresses", &list(&it.email_names));
    let public_key = it.public_key.as_ref().map(|key| match key.bits {
        Some(bits) => Some(format!("{}, {bits} bits", key.algorithm)),
        None => Some(key.algorithm.clone()),
    });
    lines.add_said("public key", public_key.map_err(|it| *it));
    lines.add_said("key usage", it.key_usage.map(|it| it.map(usages)));
    lines.add_said("extended key usage", said(&it.purposes, |it| list(it)));
    lines.add_said("certificate authority", it.basic_constraints.map(|it| it.map(authority)));
    lines.add_said("subject key identifier", said(&it.subject_key_identifier, |it| name::hex(it)));
    let issuer = said(&it.authority_key_identifier, |it| name::hex(it));
    lines.add_said("authority key identifier", issuer);
    lines.add_said("OCSP", said(&it.ocsp_uris, |it| list(it)));
    lines.add_said("CA issuers", said(&it.ca_issuers_uris, |it| list(it)));
    lines.add("SHA-256 fingerprint", &name::hex(&it.fingerprint));
    lines.0
}

struct Lines(String);

impl Lines {
    /// Leaves out what is empty.
    fn add(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0 += &text::message(&format!("{name}: {value}"));
            self.0.push('\n');
        }
    }

    fn add_said(&mut self, name: &str, value: Said<String>) {
        match value {
            Ok(value) => self.add(name, &value.unwrap_or_default()),
            Err(Malformed) => self.add(name, "cannot be read"),
        }
    }
}

fn said<T>(value: &Said<T>, text: impl FnOnce(&T) -> String) -> Said<String> {
    match value {
        Ok(value) => Ok(value.as_ref().map(text)),
        Err(malformed) => Err(*malformed),
    }
}

fn list<T: Display>(items: &[T]) -> String {
    text::listed(items.iter())
}

fn usages(bits: u16) -> String {
    let is_set = |usage: &Use| i32::from(bits) & *usage as i32 != 0;
    let set: Vec<_> = USAGES.iter().filter(|(it, _)| is_set(it)).map(|(_, name)| *name).collect();
    set.join(", ")
}

fn authority(it: BasicConstraints) -> String {
    match (it.is_ca, it.path_length) {
        (false, _) => "no".to_owned(),
        (true, None) => "yes".to_owned(),
        (true, Some(length)) => format!("yes, path length {length}"),
    }
}

/// RFC 5280, section 4.2.1.3.
const USAGES: [(Use, &str); 9] = [
    (Use::DigitalSignature, "digitalSignature"),
    (Use::ContentCommitment, "contentCommitment"),
    (Use::KeyEncipherment, "keyEncipherment"),
    (Use::DataEncipherment, "dataEncipherment"),
    (Use::KeyAgreement, "keyAgreement"),
    (Use::KeyCertSign, "keyCertSign"),
    (Use::CrlSign, "cRLSign"),
    (Use::EncipherOnly, "encipherOnly"),
    (Use::DecipherOnly, "decipherOnly"),
];

#[cfg(test)]
mod tests {
    use super::super::tests::Made;
    use super::*;

    #[test]
    fn lines_are_safe_to_log() {
        let mut it = Certificate::parse(&Made::default().der()).ok().unwrap();
        it.subject = format!("CN=\u{202e}\n\x1b{}", "\u{7f}".repeat(1000));
        it.issuer = it.subject.clone();
        it.serial = vec![0xff; 1000];
        for list in [&mut it.dns_names, &mut it.ip_texts, &mut it.uri_names, &mut it.email_names] {
            *list = vec!["\n".repeat(1000); 9];
        }
        it.purposes = Ok(Some(vec!["1.2".repeat(100); 9]));
        it.subject_key_identifier = Ok(Some(vec![0xff; 1000]));
        it.authority_key_identifier = Ok(Some(vec![0xff; 1000]));
        it.ocsp_uris = Err(Malformed);
        it.basic_constraints = Ok(Some(BasicConstraints { is_ca: true, path_length: Some(1) }));
        let text = summary(&it);
        assert!(text.len() <= 10_240, "as inkotls_certificate_text says");
        assert!(text.starts_with("subject: CN=\\u{202e}\\n\\u{1b}\\u{7f}"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 500 && !line.contains(char::is_control)));
        assert!(text.contains("\nvalid: 2025-01-01 00:00:00 UTC to 2035-01-01 00:00:00 UTC\n"));
        assert!(text.contains("\npublic key: cannot be read\n"));
        assert!(text.contains("\nOCSP: cannot be read\n"));
        assert!(text.contains("\ncertificate authority: yes, path length 1\n"));
        assert!(!text.contains("key usage: \n") && !text.contains("CA issuers"));
    }
}
