//! The structures of RFC 5280, section 4.1, as far as anyone asks.

use super::time;
use crate::der::{self, Element, Oid, Reader};

pub struct Parts<'a> {
    pub serial: &'a [u8],
    pub issuer: Element<'a>,
    /// Unix seconds.
    pub not_before: i64,
    pub not_after: i64,
    pub subject: Element<'a>,
    /// What is in the SEQUENCE.
    pub public_key: &'a [u8],
    pub extensions: Vec<Extension<'a>>,
    pub signature: Algorithm<'a>,
}

pub struct Extension<'a> {
    pub kind: Oid<'a>,
    pub value: &'a [u8],
}

/// AlgorithmIdentifier.
pub struct Algorithm<'a> {
    pub kind: Oid<'a>,
    pub parameters: Option<Element<'a>>,
}

impl<'a> Parts<'a> {
    pub fn read(certificate: &'a [u8]) -> Option<Self> {
        der::all(der::only(certificate, der::SEQUENCE)?, |it| {
            let to_be_signed = it.contents(der::SEQUENCE)?;
            let signature = Algorithm::read(it)?;
            der::bits(it.contents(der::BIT_STRING)?)?;
            der::all(to_be_signed, |it| Self::read_signed(it, signature))
        })
    }

    /// TBSCertificate. What has a DEFAULT may be written out, as some issuers do.
    fn read_signed(it: &mut Reader<'a>, signature: Algorithm<'a>) -> Option<Self> {
        if let Some(version) = it.optional(VERSION)? {
            let version = der::integer(der::only(version, der::INTEGER)?)?;
            matches!(version, [0..=0x7f] | [0, _]).then_some(())?;
        }
        let serial = der::integer(it.contents(der::INTEGER)?)?;
        Algorithm::read(it)?;
        let issuer = it.element()?;
        let [not_before, not_after] =
            der::all(it.contents(der::SEQUENCE)?, |it| Some([time::read(it)?, time::read(it)?]))?;
        let subject = it.element()?;
        let public_key = it.contents(der::SEQUENCE)?;
        for unique_id in [ISSUER_ID, SUBJECT_ID] {
            it.optional(unique_id)?.map_or(Some(&[][..]), der::bits)?;
        }
        let extensions = it.optional(EXTENSIONS)?.map_or(Some(Vec::new()), Extension::read_all)?;
        Some(Self {
            serial,
            issuer,
            not_before,
            not_after,
            subject,
            public_key,
            extensions,
            signature,
        })
    }
}

impl<'a> Extension<'a> {
    fn read_all(extensions: &'a [u8]) -> Option<Vec<Self>> {
        let mut all = Vec::new();
        der::all(der::only(extensions, der::SEQUENCE)?, |it| {
            while !it.is_empty() {
                all.push(der::all(it.contents(der::SEQUENCE)?, Self::read)?);
            }
            Some(())
        })?;
        Some(all)
    }

    fn read(it: &mut Reader<'a>) -> Option<Self> {
        let kind = it.oid()?;
        it.optional(der::BOOLEAN)?.map_or(Some(false), der::boolean)?; // whether it is critical
        Some(Self { kind, value: it.contents(der::OCTET_STRING)? })
    }
}

impl<'a> Algorithm<'a> {
    pub fn read(it: &mut Reader<'a>) -> Option<Self> {
        let (kind, parameters) = der::all(it.contents(der::SEQUENCE)?, Reader::algorithm)?;
        Some(Self { kind, parameters })
    }
}

const VERSION: u8 = 0xa0;
const ISSUER_ID: u8 = 0x81;
const SUBJECT_ID: u8 = 0x82;
const EXTENSIONS: u8 = 0xa3;
