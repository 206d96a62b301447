//! Encrypted ClientHello (RFC 9849): the config of a client that offers it.

use crate::config::{Config, Ech};
use crate::crypto::{hpke_placeholder, hpke_suites};
use crate::error::{Error, Status};
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{ClientConfig, EchConfig, EchGreaseConfig, EchMode};
use rustls::internal::msgs::codec::{Codec, Reader};
use rustls::internal::msgs::handshake::EchConfigPayload;
use rustls::pki_types::EchConfigListBytes;
use std::sync::Arc;

/// The config of one connection, which offers ECH with the first usable config of `list`: an
/// ECHConfigList (RFC 9849, section 4).
pub fn with_ech(config: &Config<ClientConfig>, list: &[u8]) -> Result<Ech, Error> {
    let (ech, public_name) = usable(&configs(list)?)?;
    let Some(verifier) = config.settings.ech_verifier.clone() else {
        let text = "the client's config does not offer TLS 1.3, which Encrypted ClientHello needs";
        return Err(Error::state(text));
    };
    Ok(Ech { config: Arc::new(offering(&config.rustls, verifier, ech.into())?), public_name })
}

/// What a client sends that has no list.
pub fn grease() -> Result<EchMode, Error> {
    Ok(EchGreaseConfig::new(hpke_suites()[0], hpke_placeholder()?).into())
}

/// rustls sets ECH where it builds a config, and hides what a config was built with. All other
/// settings are copied, the verifier and the resolver of client certificates as they are, because
/// rustls resumes no session with others.
fn offering(
    config: &ClientConfig,
    verifier: Arc<dyn ServerCertVerifier>,
    mode: EchMode,
) -> Result<ClientConfig, Error> {
    let provider = config.crypto_provider().clone();
    let mut offering = ClientConfig::builder_with_details(provider, config.time_provider.clone())
        .with_ech(mode)?
        .dangerous() // rustls's word for any verifier but its own; this one verifies
        .with_custom_certificate_verifier(verifier)
        .with_client_cert_resolver(config.client_auth_cert_resolver.clone());
    offering.alpn_protocols = config.alpn_protocols.clone();
    offering.check_selected_alpn = config.check_selected_alpn;
    offering.resumption = config.resumption.clone();
    offering.max_fragment_size = config.max_fragment_size;
    offering.enable_sni = config.enable_sni;
    offering.key_log = config.key_log.clone();
    offering.enable_secret_extraction = config.enable_secret_extraction;
    offering.enable_early_data = config.enable_early_data;
    offering.require_ems = config.require_ems;
    offering.cert_decompressors = config.cert_decompressors.clone();
    offering.cert_compressors = config.cert_compressors.clone();
    offering.cert_compression_cache = config.cert_compression_cache.clone();
    offering.send_ticket_request = config.send_ticket_request;
    Ok(offering)
}

/// The configs of a list, each as a list of its own.
fn configs(list: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    let split = || {
        let (len, mut rest) = list.split_first_chunk()?;
        let mut configs = Vec::new();
        while let Some((head, tail)) = rest.split_first_chunk::<4>() {
            let [.., high, low] = *head;
            let (contents, next) = tail.split_at_checked(u16::from_be_bytes([high, low]).into())?;
            let one = [head, contents].concat();
            configs.push([&u16::try_from(one.len()).ok()?.to_be_bytes()[..], &one].concat());
            rest = next;
        }
        let is_whole = rest.is_empty() && usize::from(u16::from_be_bytes(*len)) + 2 == list.len();
        (is_whole && !configs.is_empty()).then_some(configs)
    };
    let text = "not an ECHConfigList: the bytes of the parameter \"ech\" of an HTTPS record, not in \
                base64";
    split().ok_or_else(|| Error::argument(text))
}

/// The first config that can be used, and its public name. A config is passed over if its contents
/// are not valid, because a later one may be usable.
fn usable(configs: &[Vec<u8>]) -> Result<(EchConfig, String), Error> {
    let usable = configs.iter().find_map(|list| {
        let config = EchConfig::new(EchConfigListBytes::from(&list[..]), &hpke_suites()).ok()?;
        match EchConfigPayload::read(&mut Reader::init(&list[2..])).ok()? {
            EchConfigPayload::V18(it) if is_host_name(it.public_name.as_ref()) => {
                Some((config, it.public_name.as_ref().to_owned()))
            }
            _ => None,
        }
    });
    let text = "none of the ECH configs can be used: all have another version than RFC 9849, \
                another KEM than DHKEM(X25519, HKDF-SHA256), an HPKE suite or a mandatory extension \
                that is not supported, or contents that are not valid";
    usable.ok_or_else(|| Error::new(Status::Unsupported, text))
}

/// Whether a public name is a host name (RFC 9849, section 4). rustls refuses IP addresses, and
/// accepts underscores, a dot at the end, and a last label that other software reads as a number of
/// an IPv4 address.
fn is_host_name(name: &str) -> bool {
    let is_host_name = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'.';
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_number = last.get(..2).is_some_and(|it| it.eq_ignore_ascii_case("0x"));
    name.bytes().all(is_host_name) && !last.is_empty() && !is_number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto;
    use crate::setup::Roots;
    use crate::setup::compression::{COMPRESSORS, DECOMPRESSORS};
    use crate::setup::verifier::ServerVerifier;
    use rustls::KeyLogFile;
    use rustls::client::{Resumption, TicketRequest};
    use rustls::compress::CompressionCache;

    /// An ECHConfig (RFC 9849, section 4); `suites` has a KDF, an AEAD, and so on.
    fn config(version: u16, kem: u16, suites: &[u16], name: &[u8], extension: &[u8]) -> Vec<u8> {
        let with_len = |it: &[u8]| [&(it.len() as u16).to_be_bytes(), it].concat();
        let suites: Vec<_> = suites.iter().flat_map(|it| it.to_be_bytes()).collect();
        let contents = [
            &[7][..],
            &kem.to_be_bytes(),
            &with_len(&crypto::hpke_placeholder().unwrap().0),
            &with_len(&suites),
            &[0, name.len() as u8],
            name,
            &with_len(extension),
        ];
        [&version.to_be_bytes()[..], &with_len(&contents.concat())].concat()
    }

    fn list(configs: &[Vec<u8>]) -> Vec<u8> {
        let configs = configs.concat();
        [&(configs.len() as u16).to_be_bytes()[..], &configs].concat()
    }

    fn fit(name: &[u8]) -> Vec<u8> {
        config(0xfe0d, 0x20, &[1, 1], name, &[])
    }

    fn public_name(list: &[u8]) -> Result<String, Status> {
        configs(list).and_then(|it| usable(&it)).map(|it| it.1).map_err(|error| error.status)
    }

    #[test]
    fn the_first_config_is_used_that_is_supported() {
        let unfit = [
            config(0xfe0a, 0x20, &[1, 1], b"draft.test", &[]),
            config(0xfe0d, 0x10, &[1, 1], b"p256.test", &[]),
            config(0xfe0d, 0x20, &[2, 1], b"sha384.test", &[]),
            config(0xfe0d, 0x20, &[1, 0xffff], b"export-only.test", &[]),
            config(0xfe0d, 0x20, &[1, 1], b"mandatory.test", &[0xfa, 0xbc, 0, 0]),
            config(0xfe0d, 0x20, &[1, 1], b"not a name", &[]),
            config(0xfe0d, 0x20, &[1, 1], b"192.0.2.1", &[]),
            config(0xfe0d, 0x20, &[1, 1], b"", &[]),
            config(0xfe0d, 0x20, &[1, 1], b"a_b.test", &[]),
            config(0xfe0d, 0x20, &[1, 1], b"public.test.", &[]),
            config(0xfe0d, 0x20, &[1, 1], b"public.0x7f", &[]),
            config(0xfe0d, 0x20, &[1, 1], b"public.1", &[]),
            vec![0xfe, 0x0d, 0, 1, 7], // contents that end too early
        ];
        for it in &unfit {
            assert_eq!(public_name(&list(std::slice::from_ref(it))), Err(Status::Unsupported));
        }
        let both = [&unfit[..], &[fit(b"public.test"), fit(b"other.test")]].concat();
        assert_eq!(public_name(&list(&both)).as_deref(), Ok("public.test"));
        for aead in [1, 2, 3] {
            let it = config(0xfe0d, 0x20, &[1, 9, 1, aead], b"public.test", &[0, 9, 0, 0]);
            assert_eq!(public_name(&list(&[it])).as_deref(), Ok("public.test"));
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let whole = list(&[fit(b"public.test"), fit(b"other.test")]);
        for end in 0..whole.len() {
            assert_eq!(public_name(&whole[..end]), Err(Status::InvalidArgument));
        }
        let more = [&whole[..], &[0]].concat();
        for it in [&more, &whole[2..], &b"AEX+DQBBpAAgACA"[..], &[0, 0]] {
            assert_eq!(public_name(it), Err(Status::InvalidArgument));
        }
    }

    /// rustls's config shows all its fields in the text for debugging: those of a later version, too.
    #[test]
    fn nothing_else_is_lost() {
        let mode = grease().unwrap();
        let provider = Arc::new(crypto::any());
        let trust = Roots::default().servers(&provider, true).unwrap();
        let verifier: Arc<dyn ServerCertVerifier> = Arc::new(ServerVerifier::new(trust, None));
        let default = ClientConfig::builder_with_provider(provider)
            .with_ech(mode.clone())
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(verifier.clone())
            .with_no_client_auth();
        let mut config = default.clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.check_selected_alpn = false;
        config.resumption = Resumption::disabled();
        config.max_fragment_size = Some(4096);
        config.enable_sni = false;
        config.key_log = Arc::new(KeyLogFile::new());
        config.enable_secret_extraction = true;
        config.enable_early_data = true;
        config.require_ems = true;
        config.cert_decompressors = DECOMPRESSORS.to_vec();
        config.cert_compressors = COMPRESSORS.to_vec();
        config.cert_compression_cache = Arc::new(CompressionCache::new(3));
        config.send_ticket_request =
            Some(TicketRequest { new_session_count: 5, resumption_count: 6 });
        let offering = offering(&config, verifier, mode).unwrap();
        assert_eq!(format!("{offering:?}"), format!("{config:?}"));
        assert_ne!(format!("{config:?}"), format!("{default:?}"));
        assert!(Arc::ptr_eq(
            &offering.client_auth_cert_resolver,
            &config.client_auth_cert_resolver
        ));
        assert!(Arc::ptr_eq(&offering.key_log, &config.key_log));
        assert!(Arc::ptr_eq(&offering.time_provider, &config.time_provider));
    }
}
