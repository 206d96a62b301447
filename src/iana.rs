//! Names for the numbers that cross the ABI, as IANA's TLS registries spell them.

use std::ffi::CStr;

const UNKNOWN: &CStr = c"unknown";

/// Numbers and their names.
pub struct Registry(&'static [(u16, &'static CStr)]);

impl Registry {
    pub fn name(&self, number: i32) -> &'static CStr {
        self.0.iter().find(|it| i32::from(it.0) == number).map_or(UNKNOWN, |it| it.1)
    }

    /// The number that has a name, in upper or lower case.
    pub fn number(&self, name: &[u8]) -> Option<u16> {
        let is_named = |it: &&(u16, &CStr)| it.1.to_bytes().eq_ignore_ascii_case(name);
        self.0.iter().find(is_named).map(|it| it.0)
    }
}

/// RFC 8446, section 6, and the registry "TLS Alerts".
pub const ALERTS: Registry = Registry(&[
    (0, c"close_notify"),
    (10, c"unexpected_message"),
    (20, c"bad_record_mac"),
    (21, c"decryption_failed"),
    (22, c"record_overflow"),
    (30, c"decompression_failure"),
    (40, c"handshake_failure"),
    (41, c"no_certificate"),
    (42, c"bad_certificate"),
    (43, c"unsupported_certificate"),
    (44, c"certificate_revoked"),
    (45, c"certificate_expired"),
    (46, c"certificate_unknown"),
    (47, c"illegal_parameter"),
    (48, c"unknown_ca"),
    (49, c"access_denied"),
    (50, c"decode_error"),
    (51, c"decrypt_error"),
    (60, c"export_restriction"),
    (70, c"protocol_version"),
    (71, c"insufficient_security"),
    (80, c"internal_error"),
    (86, c"inappropriate_fallback"),
    (90, c"user_canceled"),
    (100, c"no_renegotiation"),
    (109, c"missing_extension"),
    (110, c"unsupported_extension"),
    (111, c"certificate_unobtainable"),
    (112, c"unrecognized_name"),
    (113, c"bad_certificate_status_response"),
    (114, c"bad_certificate_hash_value"),
    (115, c"unknown_psk_identity"),
    (116, c"certificate_required"),
    (117, c"general_error"),
    (120, c"no_application_protocol"),
    (121, c"ech_required"),
]);

pub const PROTOCOL_VERSIONS: Registry = Registry(&[(0x0303, c"TLS 1.2"), (0x0304, c"TLS 1.3")]);

/// The suites that this library can negotiate.
pub const CIPHER_SUITES: Registry = Registry(&[
    (0x1301, c"TLS_AES_128_GCM_SHA256"),
    (0x1302, c"TLS_AES_256_GCM_SHA384"),
    (0x1303, c"TLS_CHACHA20_POLY1305_SHA256"),
    (0xc02b, c"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
    (0xc02c, c"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
    (0xc02f, c"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    (0xc030, c"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
    (0xcca8, c"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    (0xcca9, c"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
]);

/// RFC 8446, section 4.2.3, RFC 8422 and RFC 9963: what clients are seen to offer.
pub const SIGNATURE_SCHEMES: Registry = Registry(&[
    (0x0201, c"rsa_pkcs1_sha1"),
    (0x0203, c"ecdsa_sha1"),
    (0x0401, c"rsa_pkcs1_sha256"),
    (0x0403, c"ecdsa_secp256r1_sha256"),
    (0x0501, c"rsa_pkcs1_sha384"),
    (0x0503, c"ecdsa_secp384r1_sha384"),
    (0x0601, c"rsa_pkcs1_sha512"),
    (0x0603, c"ecdsa_secp521r1_sha512"),
    (0x0804, c"rsa_pss_rsae_sha256"),
    (0x0805, c"rsa_pss_rsae_sha384"),
    (0x0806, c"rsa_pss_rsae_sha512"),
    (0x0807, c"ed25519"),
    (0x0808, c"ed448"),
    (0x0809, c"rsa_pss_pss_sha256"),
    (0x080a, c"rsa_pss_pss_sha384"),
    (0x080b, c"rsa_pss_pss_sha512"),
    (0x0904, c"mldsa44"),
    (0x0905, c"mldsa65"),
    (0x0906, c"mldsa87"),
]);

/// The groups that this library can negotiate.
pub const NAMED_GROUPS: Registry = Registry(&[
    (0x0017, c"secp256r1"),
    (0x0018, c"secp384r1"),
    (0x001d, c"x25519"),
    (0x11ec, c"X25519MLKEM768"),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_negotiable_number_has_a_name() {
        let provider = crate::crypto::any();
        let schemes = provider.signature_verification_algorithms.supported_schemes();
        let suites = provider.cipher_suites.iter().map(|it| u16::from(it.suite()));
        let groups = provider.kx_groups.iter().map(|it| u16::from(it.name()));
        let has_name = |registry: &Registry, number: u16| registry.name(number.into()) != UNKNOWN;
        assert!(suites.into_iter().all(|it| has_name(&CIPHER_SUITES, it)));
        assert!(groups.into_iter().all(|it| has_name(&NAMED_GROUPS, it)));
        assert!(schemes.into_iter().all(|it| has_name(&SIGNATURE_SCHEMES, it.into())));
    }

    #[test]
    fn names_and_numbers_belong_together() {
        let registries =
            [&ALERTS, &PROTOCOL_VERSIONS, &CIPHER_SUITES, &SIGNATURE_SCHEMES, &NAMED_GROUPS];
        for registry in registries {
            for (number, name) in registry.0 {
                assert_eq!(registry.name(i32::from(*number)), *name);
                assert_eq!(registry.number(name.to_bytes()), Some(*number), "{name:?}");
                assert_eq!(registry.number(&name.to_bytes().to_ascii_uppercase()), Some(*number));
            }
            assert_eq!(registry.number(UNKNOWN.to_bytes()), None);
        }
    }
}
