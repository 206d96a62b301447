//! Certificates that are trusted as a peer's own, without an authority: what a development
//! certificate is, which `openssl req -x509` makes and which webpki takes for an authority's.

use super::verification::{signatures_as_ever, unless_empty};
use crate::certificate::Usage;
use crate::der::{Oid, oid};
use crate::error::{CertificateFault, Error};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error as Tls, ExtendedKeyPurpose,
    SignatureScheme,
};
use std::sync::Arc;
use std::time::Duration;
use webpki::EndEntityCert;

/// Verifies peers whose certificate is one of these. What verifies any other is `standard`.
#[derive(Debug)]
pub struct Peers<T: ?Sized> {
    certificates: Vec<CertificateDer<'static>>,
    standard: Option<Arc<T>>,
    algorithms: WebPkiSupportedAlgorithms,
    /// Of clients: whether they must show a certificate, and the issuers by which they find it.
    is_required: bool,
    hints: Vec<DistinguishedName>,
}

impl<T: ?Sized> Peers<T> {
    /// These certificates may be all that is trusted.
    pub fn new(
        certificates: &[CertificateDer<'static>],
        standard: Result<Arc<T>, Error>,
        provider: &CryptoProvider,
    ) -> Result<Self, Error> {
        Ok(Self {
            certificates: certificates.to_vec(),
            standard: unless_empty(standard)?,
            algorithms: provider.signature_verification_algorithms,
            is_required: true,
            hints: Vec::new(),
        })
    }

    fn have(&self, certificate: &CertificateDer<'_>) -> bool {
        self.certificates.iter().any(|it| it.as_ref() == certificate.as_ref())
    }
}

impl Peers<dyn ClientCertVerifier> {
    pub fn of_clients(mut self, is_required: bool) -> Self {
        self.is_required = is_required;
        self.hints = self.standard.iter().flat_map(|it| it.root_hint_subjects().to_vec()).collect();
        for certificate in &self.certificates {
            // They were parsed when they were added.
            if let Ok(certificate) = EndEntityCert::try_from(certificate) {
                self.hints.push(DistinguishedName::in_sequence(certificate.issuer()));
            }
        }
        self
    }
}

impl ServerCertVerifier for Peers<dyn ServerCertVerifier> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        staple: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Tls> {
        match &self.standard {
            _ if self.have(end_entity) => {
                check_usage(end_entity, ExtendedKeyPurpose::ServerAuth, now)?;
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            Some(it) => it.verify_server_cert(end_entity, intermediates, name, staple, now),
            None => Err(not_among_them()),
        }
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.standard.as_ref()?.root_hint_subjects()
    }

    signatures_as_ever!();
}

impl ClientCertVerifier for Peers<dyn ClientCertVerifier> {
    fn client_auth_mandatory(&self) -> bool {
        self.is_required
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Tls> {
        match &self.standard {
            _ if self.have(end_entity) => {
                check_usage(end_entity, ExtendedKeyPurpose::ClientAuth, now)?;
                Ok(ClientCertVerified::assertion())
            }
            Some(it) => it.verify_client_cert(end_entity, intermediates, now),
            None => Err(not_among_them()),
        }
    }

    signatures_as_ever!();
}

/// No authority is trusted that could have issued it.
fn not_among_them() -> Tls {
    let detail = "it is not one of the peer certificates that are trusted";
    Error::refusal(CertificateFault::UnknownIssuer, detail).into()
}

/// As webpki would, but for the authority.
fn check_usage(
    certificate: &CertificateDer<'_>,
    required: ExtendedKeyPurpose,
    time: UnixTime,
) -> Result<(), CertificateError> {
    let usage = Usage::read(certificate).ok_or(CertificateError::BadEncoding)?;
    let (not_before, not_after) = (unix_time(usage.not_before), unix_time(usage.not_after));
    if time < not_before {
        return Err(CertificateError::NotValidYetContext { time, not_before });
    }
    if time > not_after {
        return Err(CertificateError::ExpiredContext { time, not_after });
    }
    match usage.purposes.map(|it| it.into_iter().map(purpose).collect::<Vec<_>>()) {
        Some(presented) if !presented.contains(&required) => {
            Err(CertificateError::InvalidPurposeContext { required, presented })
        }
        _ => Ok(()),
    }
}

fn unix_time(seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(seconds.try_into().unwrap_or(0)))
}

fn purpose(kind: Oid<'_>) -> ExtendedKeyPurpose {
    match kind {
        SERVER_AUTH => ExtendedKeyPurpose::ServerAuth,
        CLIENT_AUTH => ExtendedKeyPurpose::ClientAuth,
        other => ExtendedKeyPurpose::Other(
            other.arcs().into_iter().filter_map(|it| it.try_into().ok()).collect(),
        ),
    }
}

const SERVER_AUTH: Oid<'_> = oid!(1, 3, 6, 1, 5, 5, 7, 3, 1);
const CLIENT_AUTH: Oid<'_> = oid!(1, 3, 6, 1, 5, 5, 7, 3, 2);
