//! How long sessions are resumed.

use super::trust::PeerIdentity;
use crate::call_context::Origin;
use crate::certificate::not_after;
use crate::error::Error;

/// The most seconds after the full handshake, and the default. A session ends earlier if a certificate
/// does.
pub const MAX_LIFETIME: u32 = 7 * 24 * 60 * 60;

/// The memory of a certificate, beside its bytes.
const CERTIFICATE: usize = 64;

pub fn lifetime(seconds: u32) -> Result<u32, Error> {
    match seconds {
        1..=MAX_LIFETIME => Ok(seconds),
        _ => Err(Error::argument(format!(
            "a session lifetime of {seconds} seconds: it has 1 to {MAX_LIFETIME}"
        ))),
    }
}

/// The full handshake with a peer that was accepted. An issuer that has expired was not needed for
/// that. A host's verifier may accept an end-entity certificate that has expired or cannot be parsed:
/// then no session is resumed. Neither is one if the time is not known: such a handshake was in 1970.
pub fn origin(peer: &PeerIdentity<'_>, is_raw_key: bool) -> Origin {
    let now = peer.now.map_or(0, |now| now.as_secs());
    let issuers = peer.intermediates.iter().filter_map(|it| not_after(it)).filter(|it| *it >= now);
    let own = if is_raw_key { u64::MAX } else { not_after(peer.end_entity).unwrap_or(0) };
    let end = issuers.fold(own, u64::min);
    let chain = [peer.end_entity].into_iter().chain(peer.intermediates);
    let chain = chain.map(|it| it.len() + CERTIFICATE).sum::<usize>();
    Origin { began: saturated(now), end: saturated(end.max(1)), chain: chain as u32 }
}

/// For how many seconds more its sessions are resumed. None: they have ended.
pub fn left(origin: Origin, lifetime: u32, now: u64) -> Option<u64> {
    let end = u64::from(origin.began) + u64::from(lifetime);
    end.min(origin.end.into()).checked_sub(now)
}

/// Unix seconds in 32 bits, which suffice until 2106.
pub fn saturated(seconds: u64) -> u32 {
    seconds.try_into().unwrap_or(u32::MAX)
}
