//! Times all peers, a short slice each, turn by turn, so that what else the machine does falls on
//! all of them; who comes first changes from round to round.

use crate::aead;
use crate::in_place;
use crate::peer::Peer;
use crate::table::Table;
use crate::work::{Running, Work};
use std::time::Duration;

pub const SLICE: Duration = Duration::from_millis(50);

pub fn run(table: &mut Table, work: &Work, peers: &[&'static Peer], rounds: usize) {
    let mut all = begin(work, peers);
    for (_, running) in &mut all {
        running(SLICE); // warms up
    }
    for _ in 0..rounds {
        for (name, running) in &mut all {
            for (figure, result) in work.figures.iter().zip(running(SLICE)) {
                if let Some(result) = result {
                    table.add(work.name, figure.name, figure.unit, name, result);
                }
            }
        }
        all.rotate_left(1);
    }
}

fn begin(work: &Work, peers: &[&'static Peer]) -> Vec<(&'static str, Running)> {
    let of_peers = peers.iter().filter_map(|peer| Some((peer.name(), (work.begin)(peer)?)));
    let bounds = work.raw.into_iter().flat_map(|(suite, size)| {
        let alone = aead::ALL.iter().map(move |(name, begin)| (*name, begin(suite, size)));
        alone.chain([(in_place::NAME, in_place::bulk(suite, size))])
    });
    of_peers.chain(bounds).collect()
}
