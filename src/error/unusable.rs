//! Why a certificate or a CRL that the host passes cannot be used.

use super::detail::{CRITICAL, spelled_out};
use webpki::Error as E;

pub fn why_unusable(error: &E) -> String {
    match error {
        E::BadDer | E::BadDerTime | E::TrailingData(_) => "it cannot be parsed".into(),
        E::UnsupportedCertVersion => {
            "it is not X.509 version 3: make it with extensions, such as subjectAltName".into()
        }
        E::UnsupportedCriticalExtension => CRITICAL.into(),
        E::UnsupportedCrlVersion => "it is not a CRL of version 2".into(),
        E::UnsupportedDeltaCrl => "it is a delta CRL, which is not supported".into(),
        E::UnsupportedIndirectCrl => "it is an indirect CRL, which is not supported".into(),
        other => spelled_out(other),
    }
}
