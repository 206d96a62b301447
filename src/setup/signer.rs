//! A private key that stays with the host: a callback signs.

use crate::call_context;
use crate::crypto::Provider;
use crate::error::{Error, Status};
use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use rustls::server::ParsedCertificate;
use rustls::sign::{Signer, SigningKey};
use rustls::{Error as Tls, SignatureAlgorithm, SignatureScheme};
use std::fmt;
use std::sync::Arc;
use webpki::EndEntityCert;

/// Room for a signature. That of an RSA key of 8192 bits is the longest.
const MAX_SIGNATURE: usize = 1024;

/// Signs a message with a scheme, and returns the length of the signature, which is not trusted.
type Sign = dyn Fn(u16, &[u8], &mut [u8]) -> Option<usize> + Send + Sync;

#[derive(Clone)]
pub struct HostSigner {
    schemes: Vec<SignatureScheme>,
    algorithm: SignatureAlgorithm,
    /// What verifies its signatures.
    verifiers: WebPkiSupportedAlgorithms,
    sign: Arc<Sign>,
    pub may_block: bool,
}

impl HostSigner {
    pub fn new(schemes: &[u16], sign: Arc<Sign>, may_block: bool) -> Result<Self, Error> {
        let schemes: Vec<_> = schemes.iter().map(|it| SignatureScheme::from(*it)).collect();
        let algorithms: Option<Vec<_>> = schemes.iter().map(algorithm_of).collect();
        match algorithms.as_deref() {
            None => Err(Error::argument("a signature scheme is not supported")),
            Some([]) => Err(Error::argument("a signer needs a signature scheme")),
            Some([first, rest @ ..]) if rest.iter().all(|it| it == first) => {
                let verifiers = Provider::preferred()?.rustls().signature_verification_algorithms;
                Ok(Self { schemes, algorithm: *first, verifiers, sign, may_block })
            }
            Some(_) => Err(Error::argument("signature schemes of different kinds of key")),
        }
    }

    /// The key of this certificate.
    pub fn key(&self, leaf: &CertificateDer<'static>) -> Arc<dyn SigningKey> {
        Arc::new(HostKey { signer: self.clone(), leaf: leaf.clone() })
    }

    pub fn check_match(&self, leaf: &CertificateDer<'_>) -> Result<(), Error> {
        let no_signature = |scheme: &SignatureScheme| self.verify(leaf, *scheme, &[], &[]);
        match self.schemes.iter().find(|scheme| no_signature(scheme) == Err(Mismatch::Scheme)) {
            None => Ok(()),
            Some(scheme) => Err(Error::new(
                Status::KeyMismatch,
                format!("the first certificate of the chain has no key for {scheme:?}"),
            )),
        }
    }

    /// Whether the key of the certificate has made this signature.
    fn verify(
        &self,
        leaf: &CertificateDer<'_>,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Mismatch> {
        use webpki::Error as E;
        let leaf = EndEntityCert::try_from(leaf).map_err(|_| Mismatch::Scheme)?;
        let verifiers = self.verifiers.mapping.iter().find(|(it, _)| *it == scheme);
        // The others are for TLS 1.2, whose schemes do not name the curve.
        let [verifier, ..] = verifiers.ok_or(Mismatch::Scheme)?.1 else {
            return Err(Mismatch::Scheme);
        };
        leaf.verify_signature(*verifier, message, signature).map_err(|error| match error {
            E::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => Mismatch::Scheme,
            _ => Mismatch::Signature,
        })
    }
}

/// Of the schemes that can be verified here.
fn algorithm_of(scheme: &SignatureScheme) -> Option<SignatureAlgorithm> {
    use SignatureScheme as S;
    match *scheme {
        S::RSA_PSS_SHA256 | S::RSA_PSS_SHA384 | S::RSA_PSS_SHA512 => Some(SignatureAlgorithm::RSA),
        S::RSA_PKCS1_SHA256 | S::RSA_PKCS1_SHA384 | S::RSA_PKCS1_SHA512 => {
            Some(SignatureAlgorithm::RSA)
        }
        S::ECDSA_NISTP256_SHA256 | S::ECDSA_NISTP384_SHA384 => Some(SignatureAlgorithm::ECDSA),
        S::ED25519 => Some(SignatureAlgorithm::ED25519),
        _ => None,
    }
}

#[derive(PartialEq)]
/// What does not fit the key of a certificate.
enum Mismatch {
    Scheme,
    Signature,
}

#[derive(Clone, Debug)]
struct HostKey {
    signer: HostSigner,
    leaf: CertificateDer<'static>,
}

impl SigningKey for HostKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let scheme = *self.signer.schemes.iter().find(|it| offered.contains(it))?;
        Some(Box::new(SchemeSigner { key: self.clone(), scheme }))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        let leaf = ParsedCertificate::try_from(&self.leaf).ok()?;
        Some(leaf.subject_public_key_info())
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        self.signer.algorithm
    }
}

/// Signs with the scheme that was chosen.
#[derive(Debug)]
struct SchemeSigner {
    key: HostKey,
    scheme: SignatureScheme,
}

impl Signer for SchemeSigner {
    /// A wrong signature may give the key away. So each is verified before it is sent.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Tls> {
        call_context::tell(|caller| caller.signer_asked = false);
        let mut room = [0; MAX_SIGNATURE];
        let len = (self.key.signer.sign)(self.scheme.into(), message, &mut room)
            .ok_or_else(|| signer_error("refused to sign"))?;
        let signature = room.get(..len).ok_or_else(|| {
            signer_error(&format!(
                "returned a length of {len} bytes: the buffer has {MAX_SIGNATURE}"
            ))
        })?;
        match self.key.signer.verify(&self.key.leaf, self.scheme, message, signature) {
            Ok(()) => Ok(signature.to_vec()),
            Err(_) => Err(signer_error(&format!("made a wrong signature ({:?})", self.scheme))),
        }
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}

/// Why the host's signer made no signature that can be sent.
fn signer_error(how: &str) -> Tls {
    Error::new(Status::InvalidKey, format!("the host's signer {how}")).into()
}

impl fmt::Debug for HostSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostSigner({:?})", self.schemes)
    }
}
