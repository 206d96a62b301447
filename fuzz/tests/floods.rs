//! Floods beyond every limit, as plans for the target `network`: behind each kind of record, to every
//! kind of victim, over every transport. FLOOD=N runs one of them.

use std::env;

// The first bytes of a plan: how both sides are set up, and what they are to do.
const TLS12: u8 = 1;
const EARLY_DATA: u8 = 4;
const SMALLEST_LIMITS: u8 = 128;

const SERVER: u8 = 1;
const ACCEPTOR: u8 = SERVER | 2;
const RESUMED: u8 = 4;
const SEALED: u8 = 8;
const READS_EARLY: u8 = 16;
const WRITES_EARLY: u8 = 32;
const FORGETS: u8 = 64;
const ACCEPTED: u8 = SERVER | RESUMED | WRITES_EARLY;
const REFUSED: u8 = ACCEPTED | FORGETS;

/// Behind what, how both sides are set up, who is the victim, and how many records come before.
const PLACES: [(&str, u8, u8, u8); 12] = [
    ("a ClientHello", 0, SERVER, 0),
    ("a ClientHello, at an acceptor", 0, ACCEPTOR, 0),
    ("a ClientHello whose early data is refused", EARLY_DATA, REFUSED, 0),
    ("early data that is refused", EARLY_DATA, REFUSED, 2),
    ("early data that is accepted", EARLY_DATA, ACCEPTED | READS_EARLY, 2),
    ("early data, sealed", EARLY_DATA, ACCEPTED | SEALED, 2),
    ("a client's Finished, sealed", 0, SERVER | SEALED, 2),
    ("a ServerHello", 0, 0, 0),
    ("EncryptedExtensions, sealed", 0, SEALED, 2),
    ("a server's Finished, sealed", 0, SEALED, 5),
    ("a ticket, sealed", 0, SEALED, 6),
    ("a ServerHello of TLS 1.2", TLS12, 0, 0),
];

/// The types of the records; COPIES are copies of the record before.
const COPIES: u8 = 0;
const TYPES: [u8; 5] = [COPIES, 20, 21, 22, 23];

/// How long each record is, how many there are as a power of two, and how much comes at once: all, or
/// the first so many bytes alone.
const SHAPES: [(u16, u8, u16); 5] =
    [(0, 16, 0), (1, 16, 0), (200, 0, 0), (16_384, 6, 0), (18_431, 6, 18_000)];

fn main() {
    let only: Option<usize> = env::var("FLOOD").ok().map(|it| it.parse().expect("a number"));
    let mut nth = 0;
    for (place, setup, kind, spared) in PLACES {
        for over in 0..3 {
            for limits in [0, SMALLEST_LIMITS] {
                for typ in TYPES {
                    for (len, count, at_once) in SHAPES {
                        nth += 1;
                        if only.is_some_and(|only| only != nth) {
                            continue;
                        }
                        let of = format!("2^{count} records of type {typ} and {len} bytes");
                        fuzz::panics::name(format!("FLOOD={nth}: {of} behind {place}, {over}"));
                        let mut plan = vec![setup | limits, 0, kind, over, spared];
                        plan.extend([FLOOD, typ, count, 1]);
                        plan.extend(len.to_le_bytes());
                        if at_once > 0 {
                            plan.extend([0, 1, 16]);
                            plan.extend((at_once - 1).to_le_bytes());
                        }
                        fuzz::network::run(&plan);
                    }
                }
            }
        }
    }
    println!("{nth} passed: floods");
}

/// What happens to a record.
const FLOOD: u8 = 13;
