//! What inkotls is to reach.

use crate::table::{Row, Table};
use crate::work::TO_X25519;

const INKOTLS: &str = "inkotls";
const RUSTLS: Option<&str> = Some("rustls");
const RUSTLS_FFI: Option<&str> = Some("rustls-ffi");

struct Goal {
    group: &'static str,
    name: &'static str,
    bound: Bound,
}

#[derive(Clone, Copy)]
struct Bound {
    is_floor: bool,
    limit: f64,
    /// Times this peer's figure; or else in the row's own unit.
    of: Option<&'static str>,
}

const fn at_least(limit: f64, of: Option<&'static str>) -> Bound {
    Bound { is_floor: true, limit, of }
}

const fn at_most(limit: f64, of: Option<&'static str>) -> Bound {
    Bound { is_floor: false, limit, of }
}

const fn goal(group: &'static str, name: &'static str, bound: Bound) -> Goal {
    Goal { group, name, bound }
}

/// What is asked of single rows. `OF_RATES` and `OF_TIMES` give way to these.
const GOALS: &[Goal] = &[
    goal("full handshakes, default groups", TO_X25519, at_least(0.85, None)),
    goal("resumed handshakes, default groups", TO_X25519, at_least(0.85, None)),
    goal("bulk, 16 KiB, AES-128", "open, copied", at_least(1.05, RUSTLS)),
    goal("bulk, 16 KiB, AES-128", "open, lent", at_least(1.05, RUSTLS)),
    goal("bulk, 16 KiB, AES-256", "open, copied", at_least(1.05, RUSTLS)),
    goal("bulk, 16 KiB, AES-256", "open, lent", at_least(1.05, RUSTLS)),
    goal("bulk, 1 KiB, AES-128", "open, lent", at_least(1.0, RUSTLS)),
    goal("bulk, 1 KiB, AES-256", "open, lent", at_least(1.0, RUSTLS)),
    // rustls reads the socket into the memory in which it decrypts: here is one copy more.
    goal("socketpair, 64 KiB", "receive, into lent room", at_least(0.9, RUSTLS)),
    goal("messages of 64 bytes", "send", at_least(0.95, RUSTLS)),
    goal("messages of 64 bytes", "receive", at_least(0.95, RUSTLS)),
    goal("calls that do nothing", "inkotls_abi_version", at_most(5.0, None)),
    goal("calls that do nothing", "inkotls_conn_state", at_most(5.0, None)),
    goal("calls that do nothing", "inkotls_conn_drain", at_most(5.0, None)),
    goal("heap of a connection", "half through 1 GiB, receiver at most", at_most(1.1, RUSTLS)),
];

/// Of each row that says how often something is done in a second, and of each that says how long
/// the handshake takes. With the default groups there is nothing to compare with: the two have no
/// X25519MLKEM768.
const OF_RATES: [Bound; 2] = [at_least(1.0, RUSTLS_FFI), at_least(0.97, RUSTLS)];
const OF_TIMES: [Bound; 2] = [at_most(1.0, RUSTLS_FFI), at_most(1.0 / 0.97, RUSTLS)];

/// A goal in words, the figure that there is, and whether that is enough.
pub struct Outcome {
    pub text: String,
    pub figure: f64,
    pub is_reached: bool,
    /// Not reached by more than half of the interquartile range.
    pub is_missed: bool,
}

/// Of the goals that were measured.
pub fn outcomes(table: &Table) -> Vec<Outcome> {
    let of_row = |row| bounds(row).into_iter().filter_map(|bound| outcome(row, bound));
    table.rows.iter().flat_map(of_row).collect()
}

fn bounds(row: &Row) -> Vec<Bound> {
    let own = GOALS.iter().filter(|goal| row.is(goal.group, goal.name));
    let own: Vec<_> = own.map(|goal| goal.bound).collect();
    let of_all: &[Bound] = match &*row.unit {
        _ if row.group.ends_with("default groups") => &[],
        "/s" | "MB/s" => &OF_RATES,
        "us" => &OF_TIMES,
        _ => &[],
    };
    let others = of_all.iter().filter(|all| own.iter().all(|one| one.of != all.of));
    own.iter().chain(others).copied().collect()
}

fn outcome(row: &Row, bound: Bound) -> Option<Outcome> {
    let Bound { is_floor, limit, of } = bound;
    let (figure, of) = match of {
        Some(other) => (row.ratio(INKOTLS, other)?, format!("of {other}")),
        None => (row.spread(INKOTLS)?, row.unit.clone()),
    };
    let most_or_least = if is_floor { "least" } else { "most" };
    let lacks = if is_floor { limit - figure.median } else { figure.median - limit };
    Some(Outcome {
        text: format!("{}, {}: at {most_or_least} {limit:.2} {of}", row.group, row.name),
        figure: figure.median,
        is_reached: lacks <= 0.0,
        is_missed: lacks > figure.half_range(),
    })
}
