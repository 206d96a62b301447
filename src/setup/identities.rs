//! Which credential a side presents: a server by the name that the client asks for, a client by the
//! authorities that the server names.

use super::identity::Credential;
use super::name::pattern;
use crate::call_context::{self, Withheld};
use crate::error::{Error, Status};
use crate::text::quoted;
use rustls::client::ResolvesClientCert;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{
    AlertDescription, DistinguishedName, Error as Tls, PeerIncompatible, SignatureScheme,
};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The identities that a server chooses from; they may change while servers use them.
#[derive(Debug, Default)]
pub struct Identities(RwLock<Set>);

#[derive(Debug, Default)]
struct Set {
    /// By name, in lower case: one for each kind of key. "*." before a name stands for one label;
    /// the empty name is for every other client.
    named: HashMap<String, Vec<Credential>>,
    /// Whether a signer may block. It cannot change once it is settled, because configs rely on it.
    may_block: bool,
    is_settled: bool,
}

impl Identities {
    /// Replaces the identity with this name and kind of key.
    pub fn set(&self, name: &[u8], credential: Credential) -> Result<(), Error> {
        let name = pattern(name)?;
        if credential.is_raw {
            return Err(Error::state(
                "an SNI map cannot hold a raw public key: use inkotls_server_builder_set_identity",
            ));
        }
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if credential.may_block && !set.may_block && set.is_settled {
            return Err(Error::state(
                "the signer may block, but no signer of the SNI map did when the map was passed to \
                 a builder: set an identity whose signer may block before that",
            ));
        }
        set.may_block |= credential.may_block;
        let kind = credential.certified.key.algorithm();
        let named = set.named.entry(name).or_default();
        named.retain(|it| it.certified.key.algorithm() != kind);
        named.push(credential);
        Ok(())
    }

    /// Removes the identities with this name.
    pub fn remove(&self, name: &[u8]) -> Result<(), Error> {
        let name = pattern(name)?;
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let removed = set.named.remove(&name).map(|_| ());
        removed.ok_or_else(|| Error::new(Status::None, "no identity has this name"))
    }

    /// Whether a signer may block; the answer stays the same from then on.
    pub fn settle(&self) -> bool {
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        set.is_settled = true;
        set.may_block
    }

    /// The first that fits of the identities of the name, of its wildcard and of the empty name.
    fn choose(
        &self,
        server_name: Option<&str>,
        schemes: &[SignatureScheme],
    ) -> Result<Credential, Error> {
        let set = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let name = server_name.unwrap_or_default().to_ascii_lowercase();
        let wildcard = name.split_once('.').map(|(_, parent)| format!("*.{parent}"));
        let names = [Some(name), wildcard, Some(String::new())];
        let mut named =
            names.iter().flatten().filter_map(|name| set.named.get(name)).flatten().peekable();
        if named.peek().is_none() {
            return Err(unnamed(server_name));
        }
        let chosen = named.find(|it| it.certified.key.choose_scheme(schemes).is_some());
        chosen.cloned().ok_or_else(unfit)
    }
}

impl ResolvesServerCert for Identities {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        match self.choose(hello.server_name(), hello.signature_schemes()) {
            Ok(chosen) => Some(presented(&chosen)),
            Err(why) => {
                call_context::tell(|caller| caller.no_identity = Some(why));
                None
            }
        }
    }
}

/// The only credential of a server.
#[derive(Debug)]
pub struct SingleCredential(pub Credential);

impl ResolvesServerCert for SingleCredential {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        if self.0.certified.key.choose_scheme(hello.signature_schemes()).is_none() {
            call_context::tell(|caller| caller.no_identity = Some(unfit()));
        }
        Some(presented(&self.0))
    }

    fn only_raw_public_keys(&self) -> bool {
        self.0.is_raw
    }
}

/// The failure of a client for whose name a server has no identity: RFC 6066, section 3.
fn unnamed(server_name: Option<&str>) -> Error {
    let text = match server_name {
        Some(name) => format!("no identity for the server name {}", quoted(name)),
        None => {
            "the client sent no server name, and no identity is set for the empty name".to_owned()
        }
    };
    Error::new(Status::HandshakeFailed, text).with_alert(AlertDescription::UnrecognisedName)
}

/// The failure of a client whose signature schemes fit no identity: RFC 8446, section 4.1.1.
fn unfit() -> Error {
    let error = Error::from(Tls::from(PeerIncompatible::NoSignatureSchemesInCommon));
    error.with_alert(AlertDescription::HandshakeFailure)
}

/// The credentials of a client with their issuers, the preferred one first. All of them are raw public
/// keys, or none is.
#[derive(Debug, Default)]
pub struct ClientCredentials(Vec<(Credential, Vec<DistinguishedName>)>);

impl ClientCredentials {
    pub fn new(all: &[Credential]) -> Result<Self, Error> {
        if all.iter().any(|it| it.is_raw != all[0].is_raw) {
            return Err(Error::state("a client shows certificates or raw public keys, not both"));
        }
        Ok(Self(all.iter().map(|it| (it.clone(), issuers(it))).collect()))
    }
}

impl ResolvesClientCert for ClientCredentials {
    fn resolve(
        &self,
        authorities: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        let is_asked_for = |(credential, issuers): &&(Credential, Vec<DistinguishedName>)| {
            credential.is_raw
                || authorities.is_empty()
                || issuers.iter().any(|it| authorities.contains(&it.as_ref()))
        };
        let mut asked_for = self.0.iter().filter(is_asked_for).map(|(it, _)| it).peekable();
        let withheld = match asked_for.peek() {
            _ if self.0.is_empty() => Withheld::NoIdentity,
            None => Withheld::Issuer,
            Some(_) => Withheld::Key,
        };
        let chosen = asked_for.find(|it| it.certified.key.choose_scheme(schemes).is_some());
        call_context::tell(|caller| match chosen {
            Some(chosen) => caller.signer_asked = chosen.may_block,
            None => caller.withheld = Some(withheld),
        });
        if chosen.is_none() && self.has_certs() {
            log::warn!("{withheld}");
        }
        chosen.map(|it| it.certified.clone())
    }

    fn only_raw_public_keys(&self) -> bool {
        self.0.first().is_some_and(|(it, _)| it.is_raw)
    }

    fn has_certs(&self) -> bool {
        !self.0.is_empty()
    }
}

/// Who issued the certificates of the chain.
fn issuers(credential: &Credential) -> Vec<DistinguishedName> {
    let parsed = credential.certified.cert.iter().map(webpki::EndEntityCert::try_from);
    parsed.flatten().map(|it| DistinguishedName::in_sequence(it.issuer())).collect()
}

/// Tells the connection what its server presents, for tls-server-end-point.
fn presented(chosen: &Credential) -> Arc<CertifiedKey> {
    call_context::tell(|caller| caller.own_channel_binding = Some(chosen.channel_binding.clone()));
    chosen.certified.clone()
}
