//! The AEADs alone, in place: no protocol is faster than these.

use crate::laps::Laps;
use crate::peer::AES_128_GCM;
use crate::work::{BATCH, Running, within};
use std::rc::Rc;

/// For a suite and a size.
type Begin = fn(i32, usize) -> Running;

pub const ALL: &[(&str, Begin)] = &[("ring AEAD", with_ring), ("aws-lc-rs AEAD", with_aws_lc_rs)];

/// What TLS 1.3 authenticates with a record: its header.
const HEADER: usize = 5;

macro_rules! with {
    ($name:ident, $aead:path) => {
        fn $name(suite: i32, size: usize) -> Running {
            use $aead::{AES_128_GCM as AES_128, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
            let algorithm = if suite == AES_128_GCM { &AES_128 } else { &AES_256_GCM };
            let key = vec![7; algorithm.key_len()];
            let key = UnboundKey::new(algorithm, &key).expect("its own length");
            let seals = Rc::new(LessSafeKey::new(key));
            let opens = seals.clone();
            let nonce = || Nonce::assume_unique_for_key([7; 12]);
            let header = || Aad::from([7; HEADER]);
            let seal = move |record: &mut [u8]| {
                let tag = seals.seal_in_place_separate_tag(nonce(), header(), record);
                tag.expect("a record").as_ref().try_into().expect("16 bytes")
            };
            let open = move |record: &mut [u8]| {
                opens.open_in_place(nonce(), header(), record).expect("what was sealed");
            };
            run(size, seal, open)
        }
    };
}

with!(with_ring, ring::aead);
with!(with_aws_lc_rs, aws_lc_rs::aead);

fn run(
    size: usize,
    seal: impl Fn(&mut [u8]) -> [u8; 16] + 'static,
    open: impl Fn(&mut [u8]) + 'static,
) -> Running {
    let mut records = vec![vec![7; size + 16]; BATCH / size];
    Box::new(move |budget| {
        let [mut sealing, mut opening] = Default::default();
        within(budget, || {
            Laps::time(&mut sealing, || {
                for record in &mut records {
                    let tag = seal(&mut record[..size]);
                    record[size..].copy_from_slice(&tag);
                }
            });
            Laps::time(&mut opening, || records.iter_mut().for_each(|record| open(record)));
        });
        let [seal, open] = [sealing, opening].map(|laps| BATCH as f64 / 1e6 / laps.mean());
        vec![Some(seal), Some(open), Some(open)]
    })
}
