//! How long sessions are resumed.

use super::trust::PeerIdentity;
use crate::call_context::Origin;
use crate::certificate::not_after;

/// In seconds. A session ends earlier if a certificate does.
pub const MAX_LIFETIME: u64 = 7 * 24 * 60 * 60;

/// The memory of a certificate, beside its bytes.
const CERTIFICATE: usize = 64;

/// When the sessions end that begin with a peer that was accepted. An issuer that has expired
/// was not needed for that. A host's verifier may accept an end-entity certificate that has expired
/// or cannot be parsed: then no session is resumed.
pub fn origin(peer: &PeerIdentity<'_>, is_raw_key: bool) -> Origin {
    let now = peer.now.as_secs();
    let issuers = peer.intermediates.iter().filter_map(|it| not_after(it)).filter(|it| *it >= now);
    let own = if is_raw_key { u64::MAX } else { not_after(peer.end_entity).unwrap_or(0) };
    let end = issuers.fold(own.min(now + MAX_LIFETIME), u64::min);
    let chain = [peer.end_entity].into_iter().chain(peer.intermediates);
    let chain = chain.map(|it| it.len() + CERTIFICATE).sum::<usize>();
    Origin { end: saturated(end.max(1)), chain: chain as u32 }
}

/// Unix seconds in 32 bits, which suffice until 2106.
pub fn saturated(seconds: u64) -> u32 {
    seconds.try_into().unwrap_or(u32::MAX)
}
