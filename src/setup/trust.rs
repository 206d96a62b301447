//! Which peers a side trusts: authorities by a chain that webpki verifies, certificates of peers, raw
//! public keys, or what the platform accepts.

use crate::call_context::{MAX_ISSUERS, VerifiedPath};
use crate::certificate::{Usage, ip_addresses, rsa_bits};
use crate::der;
use crate::error::{CertificateFault, Error};
use rustls::DistinguishedName;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{
    CertificateDer, ServerName, SubjectPublicKeyInfoDer, TrustAnchor, UnixTime,
};
use std::ptr;
use std::sync::Arc;
use std::time::Duration;
use webpki::{
    CertRevocationList, EndEntityCert, Error as Webpki, ExpirationPolicy, KeyUsage,
    RequiredEkuNotFoundContext, RevocationCheckDepth, RevocationOptionsBuilder,
    UnknownStatusPolicy,
};

/// What a peer presents.
pub struct PeerIdentity<'a> {
    /// Its certificate, or its raw public key (RFC 7250).
    pub end_entity: &'a CertificateDer<'a>,
    pub intermediates: &'a [CertificateDer<'a>],
    /// The name that a server must have. None: the peer is a client.
    pub server_name: Option<&'a ServerName<'a>>,
    /// The OCSP response that a server staples.
    pub staple: &'a [u8],
    /// If it is known.
    pub now: Option<UnixTime>,
}

pub struct Trust {
    pub anchors: Anchors,
    pub algorithms: WebPkiSupportedAlgorithms,
}

pub enum Anchors {
    RawKeys(Vec<SubjectPublicKeyInfoDer<'static>>),
    Certificates {
        /// Trusted as the peer's own, without an authority: what a development certificate is, which
        /// `openssl req -x509` makes and which webpki takes for an authority's.
        peers: Vec<CertificateDer<'static>>,
        authorities: Authorities,
    },
}

pub enum Authorities {
    None,
    Known(Arc<[TrustAnchor<'static>]>, Revocation),
    /// The platform verifies servers itself.
    Platform(Arc<dyn ServerCertVerifier>),
}

pub struct Revocation {
    pub crls: Vec<Arc<CertRevocationList<'static>>>,
    pub depth: RevocationCheckDepth,
    pub unknown: UnknownStatusPolicy,
    pub expired: ExpirationPolicy,
}

impl Trust {
    pub fn is_of_raw_keys(&self) -> bool {
        matches!(self.anchors, Anchors::RawKeys(_))
    }

    /// The authorities, if webpki verifies.
    pub fn authorities(&self) -> Arc<[TrustAnchor<'static>]> {
        match &self.anchors {
            Anchors::Certificates { authorities: Authorities::Known(anchors, _), .. } => {
                anchors.clone()
            }
            _ => Arc::default(),
        }
    }

    /// The issuers that a server names, so that a client finds a certificate that is trusted.
    pub fn issuers(&self) -> Vec<DistinguishedName> {
        let Anchors::Certificates { peers, .. } = &self.anchors else { return Vec::new() };
        let anchors = self.authorities();
        let peers = peers.iter().filter_map(|it| EndEntityCert::try_from(it).ok());
        let peers = peers.map(|it| DistinguishedName::in_sequence(it.issuer()));
        let anchors = anchors.iter().map(|it| DistinguishedName::in_sequence(&it.subject));
        anchors.chain(peers).collect()
    }

    /// Verifies who the peer is, and returns how, where there is a path of certificates. That the peer has the
    /// private key is verified by its signature.
    pub fn verify(&self, peer: &PeerIdentity<'_>) -> Result<VerifiedPath, Error> {
        let now = || peer.now.ok_or_else(|| Error::refusal(CertificateFault::UnknownTime, ""));
        match &self.anchors {
            Anchors::RawKeys(keys) => {
                let is_trusted = keys.iter().any(|it| it.as_ref() == peer.end_entity.as_ref());
                is_trusted.then_some(VerifiedPath::Unknown).ok_or_else(|| unknown_issuer(""))
            }
            Anchors::Certificates { peers, .. } if peers.contains(peer.end_entity) => {
                verify_trusted(peer, now()?)?;
                Ok(VerifiedPath::Trusted)
            }
            Anchors::Certificates { peers, authorities } => {
                let detail = match authorities {
                    Authorities::None if !peers.is_empty() => {
                        "it is not one of the peer certificates that are trusted"
                    }
                    _ if is_self_signed(peer.end_entity) => "it is self-signed",
                    _ => "",
                };
                let verified = self.verify_issued(peer, now()?, authorities);
                verified.map_err(|error| match error.certificate {
                    Some(CertificateFault::UnknownIssuer) => unknown_issuer(detail),
                    _ => error,
                })
            }
        }
    }

    fn verify_issued(
        &self,
        peer: &PeerIdentity<'_>,
        now: UnixTime,
        authorities: &Authorities,
    ) -> Result<VerifiedPath, Error> {
        match (authorities, peer.server_name) {
            (Authorities::Known(anchors, revocation), _) => {
                self.verify_chain(peer, now, anchors, revocation)
            }
            (Authorities::Platform(it), Some(name)) => {
                let PeerIdentity { end_entity, intermediates, staple, .. } = *peer;
                it.verify_server_cert(end_entity, intermediates, name, staple, now)?;
                Ok(VerifiedPath::Unknown)
            }
            _ => Err(unknown_issuer("")),
        }
    }

    fn verify_chain(
        &self,
        peer: &PeerIdentity<'_>,
        now: UnixTime,
        anchors: &[TrustAnchor<'_>],
        revocation: &Revocation,
    ) -> Result<VerifiedPath, Error> {
        let certificate = EndEntityCert::try_from(peer.end_entity)?;
        let crls: Vec<_> = revocation.crls.iter().map(|it| &**it).collect();
        // Without CRLs, revocation is not checked.
        let revocation = RevocationOptionsBuilder::new(&crls).ok().map(|it| {
            it.with_depth(revocation.depth)
                .with_status_policy(revocation.unknown)
                .with_expiration_policy(revocation.expired)
                .build()
        });
        let verified = certificate.verify_for_usage(
            self.algorithms.all,
            anchors,
            peer.intermediates,
            now,
            usage(peer),
            revocation,
            None,
        );
        if let Err(Webpki::InvalidSignatureForPublicKey) = verified {
            check_issuers_keys(peer, anchors)?;
        }
        let path = places(&verified?, peer, anchors);
        verify_name(&certificate, peer)?;
        Ok(path)
    }
}

/// Where the issuers are in what the peer presented, and which of the anchors is meant. rustls takes no
/// message that has room for 65536 certificates.
fn places(
    path: &webpki::VerifiedPath<'_>,
    peer: &PeerIdentity<'_>,
    anchors: &[TrustAnchor<'_>],
) -> VerifiedPath {
    let mut issuers = [0; MAX_ISSUERS];
    for (issuer, it) in issuers.iter_mut().zip(path.intermediate_certificates()) {
        let place = peer.intermediates.iter().position(|other| *other == it.der());
        *issuer = place.map_or(0, |place| place as u16 + 1);
    }
    let anchor = anchors.iter().position(|it| ptr::eq(it, path.anchor()));
    match anchor {
        Some(anchor) => VerifiedPath::Issued { issuers, anchor: anchor as u32 },
        None => VerifiedPath::Unknown,
    }
}

fn usage(peer: &PeerIdentity<'_>) -> KeyUsage {
    match peer.server_name {
        Some(_) => KeyUsage::server_auth(),
        None => KeyUsage::client_auth(),
    }
}

/// Verifies a certificate that is trusted itself, as webpki would, but for the authority.
fn verify_trusted(peer: &PeerIdentity<'_>, time: UnixTime) -> Result<(), Webpki> {
    let Usage { not_before, not_after, purposes, .. } =
        Usage::read(peer.end_entity).ok_or(Webpki::BadDer)?;
    let (not_before, not_after) = (unix_time(not_before), unix_time(not_after));
    if time < not_before {
        return Err(Webpki::CertNotValidYet { time, not_before });
    }
    if time > not_after {
        return Err(Webpki::CertExpired { time, not_after });
    }
    let required = usage(peer);
    if let Some(present) = purposes.filter(|it| !it.contains(&required.oid_values().collect())) {
        let context = RequiredEkuNotFoundContext { required, present };
        return Err(Webpki::RequiredEkuNotFoundContext(context));
    }
    verify_name(&EndEntityCert::try_from(peer.end_entity)?, peer)
}

/// Verifies that the certificate is for the server's name. webpki's error writes IPv6 addresses in a
/// form of its own, which may be the form of another address: they are written again (RFC 5952).
fn verify_name(certificate: &EndEntityCert<'_>, peer: &PeerIdentity<'_>) -> Result<(), Webpki> {
    let Some(name) = peer.server_name else { return Ok(()) };
    let mut verified = certificate.verify_is_valid_for_subject_name(name);
    if let Err(Webpki::CertNotValidForName(context)) = &mut verified {
        let addresses = ip_addresses(peer.end_entity);
        let is_address = |it: &&mut String| {
            it.starts_with("IpAddress(") && !it.starts_with("IpAddress([invalid")
        };
        let written = context.presented.iter_mut().filter(is_address);
        for (text, address) in written.zip(addresses.unwrap_or_default()) {
            if address.is_ipv6() {
                *text = address.to_string();
            }
        }
    }
    verified
}

fn unix_time(seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds.try_into().unwrap_or(0)))
}

fn unknown_issuer(detail: &str) -> Error {
    Error::refusal(CertificateFault::UnknownIssuer, detail)
}

fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    EndEntityCert::try_from(certificate).is_ok_and(|it| it.issuer() == it.subject())
}

/// Whether a signature in the chain may not verify because an issuer's key has a size that is not
/// supported: neither ring nor webpki tells.
fn check_issuers_keys(peer: &PeerIdentity<'_>, anchors: &[TrustAnchor<'_>]) -> Result<(), Error> {
    let chain = [peer.end_entity].into_iter().chain(peer.intermediates);
    let chain: Vec<_> = chain.filter_map(|it| EndEntityCert::try_from(it).ok()).collect();
    let is_issuer = |subject: &[u8]| chain.iter().any(|it| it.issuer() == subject);
    for issuer in chain.iter().filter(|it| is_issuer(it.subject())) {
        check_key(&issuer.subject_public_key_info())?;
    }
    for anchor in anchors.iter().filter(|it| is_issuer(&it.subject)) {
        check_key_size(&anchor.subject_public_key_info)?;
    }
    Ok(())
}

/// Refuses an RSA key that has a size that is not supported.
pub fn check_key(public_key: &SubjectPublicKeyInfoDer<'_>) -> Result<(), Error> {
    der::only(public_key, der::SEQUENCE).map_or(Ok(()), check_key_size)
}

fn check_key_size(public_key: &[u8]) -> Result<(), Error> {
    match rsa_bits(public_key) {
        None | Some(2048..=8192) => Ok(()),
        Some(bits) => {
            let detail = format!("{bits} bits, where 2048 to 8192 are supported");
            Err(Error::refusal(CertificateFault::UnsupportedKeySize, &detail))
        }
    }
}
