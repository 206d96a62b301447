//! HPKE (RFC 9180) with ring or graviola, as a client of Encrypted ClientHello needs it: base mode, and only the
//! side that seals. aws-lc-rs has its own.

use super::{Aead, AeadNonce, Provider};
use rustls::Error;
use rustls::crypto::hpke::{
    EncapsulatedSecret, Hpke, HpkeOpener, HpkePrivateKey, HpkePublicKey, HpkeSealer, HpkeSuite,
};
use rustls::crypto::tls13::{Hkdf, OkmBlock};
use rustls::internal::msgs::enums::{HpkeAead, HpkeKdf, HpkeKem};
use rustls::internal::msgs::handshake::HpkeSymmetricCipherSuite;
use std::fmt;
use zeroize::Zeroizing;

pub static SUITES: [Suite; 3] = [
    Suite { id: HpkeAead::AES_128_GCM, aead: Aead::Aes128Gcm, key_len: 16 },
    Suite { id: HpkeAead::AES_256_GCM, aead: Aead::Aes256Gcm, key_len: 32 },
    Suite { id: HpkeAead::CHACHA20_POLY_1305, aead: Aead::ChaCha20Poly1305, key_len: 32 },
];

const KEM: HpkeKem = HpkeKem::DHKEM_X25519_HKDF_SHA256;
const KDF: HpkeKdf = HpkeKdf::HKDF_SHA256;
const SHARED_SECRET_LEN: usize = 32;

/// DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256, with an AEAD.
#[derive(Debug)]
pub struct Suite {
    id: HpkeAead,
    aead: Aead,
    key_len: usize,
}

impl Hpke for Suite {
    fn seal(
        &self,
        info: &[u8],
        aad: &[u8],
        plaintext: &[u8],
        recipient: &HpkePublicKey,
    ) -> Result<(EncapsulatedSecret, Vec<u8>), Error> {
        let (enc, mut sealer) = self.setup_sealer(info, recipient)?;
        Ok((enc, sealer.seal(aad, plaintext)?))
    }

    fn setup_sealer(
        &self,
        info: &[u8],
        recipient: &HpkePublicKey,
    ) -> Result<(EncapsulatedSecret, Box<dyn HpkeSealer>), Error> {
        let provider = Provider::preferred()?;
        let (enc, secret) = encapsulate(provider, &recipient.0)?;
        let sealer = self.schedule(provider, &secret[..], info).ok_or_else(failed)?;
        Ok((EncapsulatedSecret(enc), Box::new(sealer)))
    }

    fn open(
        &self,
        _: &EncapsulatedSecret,
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: &HpkePrivateKey,
    ) -> Result<Vec<u8>, Error> {
        Err(no_recipient())
    }

    fn setup_opener(
        &self,
        _: &EncapsulatedSecret,
        _: &[u8],
        _: &HpkePrivateKey,
    ) -> Result<Box<dyn HpkeOpener>, Error> {
        Err(no_recipient())
    }

    fn generate_key_pair(&self) -> Result<(HpkePublicKey, HpkePrivateKey), Error> {
        Err(no_recipient())
    }

    fn suite(&self) -> HpkeSuite {
        let sym = HpkeSymmetricCipherSuite { kdf_id: KDF, aead_id: self.id };
        HpkeSuite { kem: KEM, sym }
    }
}

impl Suite {
    /// KeySchedule of base mode (RFC 9180, section 5.1), without the exporter.
    fn schedule(&self, provider: Provider, secret: &[u8], info: &[u8]) -> Option<Sealer> {
        let hkdf = provider.hkdf_sha256()?;
        let id = [b"HPKE".to_vec(), number(KEM), number(KDF), number(self.id)].concat();
        let psk_id = labeled_extract(hkdf, b"", &id, b"psk_id_hash", b"");
        let info = labeled_extract(hkdf, b"", &id, b"info_hash", info);
        let context = [&[0], &psk_id[..], &info[..]].concat();
        let prk = labeled_extract(hkdf, secret, &id, b"secret", b"");
        let mut key = Zeroizing::new(vec![0; self.key_len]);
        labeled_expand(hkdf, &prk, &id, b"key", &context, &mut key)?;
        let mut nonce = AeadNonce::default();
        labeled_expand(hkdf, &prk, &id, b"base_nonce", &context, &mut nonce)?;
        Some(Sealer { provider, aead: self.aead, key, nonce, sealed: 0 })
    }
}

/// One side of a connection: a key with its nonces.
struct Sealer {
    provider: Provider,
    aead: Aead,
    key: Zeroizing<Vec<u8>>,
    nonce: AeadNonce,
    sealed: u64,
}

impl HpkeSealer for Sealer {
    fn seal(&mut self, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = self.nonce;
        let number = self.sealed.to_be_bytes();
        nonce[12 - number.len()..].iter_mut().zip(number).for_each(|(to, it)| *to ^= it);
        self.sealed = self.sealed.checked_add(1).ok_or_else(failed)?;
        let mut sealed = plaintext.to_vec();
        let result = self.provider.seal(self.aead, &self.key, &nonce, aad, &mut sealed);
        result.ok_or_else(failed)?;
        Ok(sealed)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

type Secret = Zeroizing<[u8; SHARED_SECRET_LEN]>;

/// Encap (RFC 9180, section 4.1): what the recipient gets, and the secret. All providers refuse a secret
/// of zeros, which a public key of low order has.
fn encapsulate(provider: Provider, recipient: &[u8]) -> Result<(Vec<u8>, Secret), Error> {
    let hkdf = provider.hkdf_sha256().ok_or_else(failed)?;
    let ephemeral = provider.x25519().start()?;
    let enc = ephemeral.pub_key().to_vec();
    let dh = ephemeral.complete(recipient).map_err(|_| failed())?;
    let secret = extract_and_expand(hkdf, dh.secret_bytes(), &enc, recipient).ok_or_else(failed)?;
    Ok((enc, secret))
}

fn extract_and_expand(hkdf: &dyn Hkdf, dh: &[u8], enc: &[u8], recipient: &[u8]) -> Option<Secret> {
    let id = [b"KEM".to_vec(), number(KEM)].concat();
    let mut secret = Secret::default();
    let prk = labeled_extract(hkdf, b"", &id, b"eae_prk", dh);
    labeled_expand(hkdf, &prk, &id, b"shared_secret", &[enc, recipient].concat(), &mut *secret)?;
    Some(secret)
}

/// RFC 9180, section 4: `id` is its suite_id.
fn labeled_extract(hkdf: &dyn Hkdf, salt: &[u8], id: &[u8], label: &[u8], ikm: &[u8]) -> Secret {
    let labeled = Zeroizing::new([b"HPKE-v1", id, label, ikm].concat());
    let tag = hkdf.hmac_sign(&OkmBlock::new(salt), &labeled);
    let mut prk = Secret::default();
    prk.copy_from_slice(tag.as_ref());
    prk
}

fn labeled_expand(
    hkdf: &dyn Hkdf,
    prk: &Secret,
    id: &[u8],
    label: &[u8],
    info: &[u8],
    out: &mut [u8],
) -> Option<()> {
    let len = number(u16::try_from(out.len()).ok()?);
    let prk = hkdf.expander_for_okm(&OkmBlock::new(&prk[..]));
    prk.expand_slice(&[&len, b"HPKE-v1", id, label, info], out).ok()
}

fn number(number: impl Into<u16>) -> Vec<u8> {
    number.into().to_be_bytes().to_vec()
}

fn failed() -> Error {
    Error::General("the ClientHello cannot be encrypted to the key of the ECH config".into())
}

fn no_recipient() -> Error {
    Error::General("HPKE only seals here".into())
}

#[cfg(test)]
mod tests {
    use super::super::tests::each;
    use super::*;
    use rustls::crypto::aws_lc_rs::hpke::ALL_SUPPORTED_SUITES as AWS_LC;

    const INFO: &[u8] = b"Ode on a Grecian Urn";
    const PLAINTEXT: &[u8] = b"Beauty is truth, truth beauty";

    /// Of appendix A of RFC 9180, in base mode.
    struct Vector {
        suite: usize,
        /// X25519 of skEm and pkRm.
        dh: &'static str,
        enc: &'static str,
        recipient: &'static str,
        recipient_key: &'static str,
        secret: &'static str,
        /// Of the messages 0, 1 and 256.
        ciphertexts: [(u64, &'static str); 3],
    }

    const VECTORS: [Vector; 2] = [
        Vector {
            suite: 0,
            dh: "b3b5c19eab3f088ac18f23f774ff6414ba4fde45404d10085efc3e4dc9c72e35",
            enc: "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
            recipient: "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
            recipient_key: "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
            secret: "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc",
            ciphertexts: [
                (
                    0,
                    "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9\
                     6d8770ac83d07bea87e13c512a",
                ),
                (
                    1,
                    "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab25\
                     1c03d0c22a56b8ca42c2063b84",
                ),
                (
                    256,
                    "957f9800542b0b8891badb026d79cc54597cb2d225b54c00c5238c25d05c30e3\
                     fbeda97d2e0e1aba483a2df9f2",
                ),
            ],
        },
        Vector {
            suite: 2,
            dh: "abcb90ca2fce0148743e01e11bdad631767e47ba4d10947ddf0db562cbd65b74",
            enc: "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
            recipient: "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
            recipient_key: "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
            secret: "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7",
            ciphertexts: [
                (
                    0,
                    "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db\
                     21993c62ce81883d2dd1b51a28",
                ),
                (
                    1,
                    "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e\
                     85285337cc95ba5f59992dc98c",
                ),
                (
                    256,
                    "7a4a13e9ef23978e2c520fd4d2e757514ae160cd0cd05e556ef692370ca53076\
                     214c0c40d4c728d6ed9e727a5b",
                ),
            ],
        },
    ];

    fn hex(text: &str) -> Vec<u8> {
        let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(byte).collect()
    }

    /// aws-lc-rs's suite of the same numbers, which opens.
    fn opening(suite: &Suite) -> &'static dyn Hpke {
        *AWS_LC.iter().find(|it| it.suite() == suite.suite()).unwrap()
    }

    #[test]
    fn vectors_of_rfc_9180() {
        each(|provider| {
            for it in &VECTORS {
                let hkdf = provider.hkdf_sha256().unwrap();
                let (suite, enc, recipient) = (&SUITES[it.suite], hex(it.enc), hex(it.recipient));
                let secret = extract_and_expand(hkdf, &hex(it.dh), &enc, &recipient).unwrap();
                assert_eq!(secret.to_vec(), hex(it.secret));
                let mut sealer = suite.schedule(provider, &secret[..], INFO).unwrap();
                let (enc, key) =
                    (EncapsulatedSecret(enc), HpkePrivateKey::from(hex(it.recipient_key)));
                let mut opener = opening(suite).setup_opener(&enc, INFO, &key).unwrap();
                for (number, ciphertext) in it.ciphertexts {
                    sealer.sealed = number;
                    let aad = format!("Count-{number}");
                    let sealed = sealer.seal(aad.as_bytes(), PLAINTEXT).unwrap();
                    assert_eq!(sealed, hex(ciphertext));
                    if number < 2 {
                        let opened = opener.open(aad.as_bytes(), &sealed).unwrap();
                        assert_eq!(opened, PLAINTEXT);
                    }
                }
            }
        })
    }

    #[test]
    fn aws_lc_opens_what_is_sealed() {
        for suite in &SUITES {
            let (public, private) = opening(suite).generate_key_pair().unwrap();
            let (enc, mut sealer) = suite.setup_sealer(INFO, &public).unwrap();
            let mut opener = opening(suite).setup_opener(&enc, INFO, &private).unwrap();
            for aad in [&b"one"[..], b"", b"three"] {
                let sealed = sealer.seal(aad, PLAINTEXT).unwrap();
                assert_eq!(sealed.len(), PLAINTEXT.len() + 16); // as rustls expects it
                assert_eq!(opener.open(aad, &sealed).unwrap(), PLAINTEXT);
            }
            let (enc, sealed) = suite.seal(INFO, b"aad", PLAINTEXT, &public).unwrap();
            let opened = opening(suite).open(&enc, INFO, b"aad", &sealed, &private).unwrap();
            assert_eq!(opened, PLAINTEXT);
            opening(suite).open(&enc, b"other", b"aad", &sealed, &private).unwrap_err();
        }
    }

    #[test]
    fn each_setup_has_a_key_of_its_own() {
        let recipient = HpkePublicKey(hex(VECTORS[0].recipient));
        let [(a, x), (b, y)] =
            [(); 2].map(|()| SUITES[0].seal(INFO, b"", PLAINTEXT, &recipient).unwrap());
        assert!(a.0 != b.0 && x != y);
    }

    #[test]
    fn refuses_public_keys_that_are_not_valid() {
        for key in [vec![], vec![9; 31], vec![9; 33], vec![0; 32]] {
            SUITES[0].setup_sealer(INFO, &HpkePublicKey(key)).unwrap_err();
        }
    }

    #[test]
    fn numbers_are_not_used_twice() {
        let mut sealer =
            SUITES[0].schedule(Provider::preferred().unwrap(), &[1; 32], INFO).unwrap();
        sealer.sealed = u64::MAX;
        sealer.seal(b"", PLAINTEXT).unwrap_err();
    }
}
