//! What inkotls is to reach.

use crate::table::Table;

const INKOTLS: &str = "inkotls";
const RUSTLS: &str = "rustls";

struct Goal {
    group: &'static str,
    name: &'static str,
    bound: Bound,
}

enum Bound {
    /// Times another's figure.
    AtLeast(f64, &'static str),
    AtMost(f64),
    /// More than rustls has of it.
    AboveRustls(f64),
}
use Bound::*;

const fn goal(group: &'static str, name: &'static str, bound: Bound) -> Goal {
    Goal { group, name, bound }
}

const GOALS: &[Goal] = &[
    goal("full handshakes", "both sides", AtLeast(0.98, RUSTLS)),
    goal("full handshakes", "both sides", AtLeast(2.2, "OpenSSL")),
    goal("resumed handshakes", "both sides", AtLeast(0.98, RUSTLS)),
    goal("resumed handshakes", "both sides", AtLeast(2.2, "OpenSSL")),
    goal("bulk, 16 KiB, AES-128", "seal", AtLeast(1.0, RUSTLS)),
    goal("bulk, 16 KiB, AES-128", "seal", AtLeast(0.80, "ring AEAD")),
    goal("bulk, 16 KiB, AES-128", "open, copied", AtLeast(1.25, RUSTLS)),
    goal("bulk, 16 KiB, AES-128", "open, copied", AtLeast(0.72, "ring AEAD")),
    goal("bulk, 16 KiB, AES-128", "open, lent", AtLeast(1.25, RUSTLS)),
    goal("bulk, 16 KiB, AES-128", "open, lent", AtLeast(0.72, "ring AEAD")),
    goal("messages of 64 bytes", "send", AtLeast(0.97, RUSTLS)),
    goal("messages of 64 bytes", "receive", AtLeast(0.97, RUSTLS)),
    goal("calls that do nothing", "inkotls_abi_version", AtMost(5.0)),
    goal("calls that do nothing", "inkotls_conn_state", AtMost(5.0)),
    goal("calls that do nothing", "inkotls_conn_drain", AtMost(5.0)),
    goal("socketpair, 64 KiB", "both sides", AtLeast(1.5, "OpenSSL")),
    goal("system calls per 64 KiB", "send", AtMost(1.1)),
    goal("system calls per 64 KiB", "receive", AtMost(1.1)),
    goal("heap of a connection", "idle, client", AtMost(7000.0)),
    goal("heap of a connection", "idle, server", AtMost(7000.0)),
    goal("heap of a connection", "idle, client", AboveRustls(300.0)),
    goal("heap of a connection", "idle, server", AboveRustls(300.0)),
    goal("allocations per 16 KiB record", "seal", AboveRustls(0.0)),
    goal("allocations per 16 KiB record", "open", AboveRustls(0.0)),
];

/// A goal in words, the figure that there is, and whether that is enough.
pub struct Outcome {
    pub text: String,
    pub figure: f64,
    pub is_reached: bool,
}

/// Of the goals that were measured.
pub fn outcomes(table: &Table) -> Vec<Outcome> {
    GOALS.iter().filter_map(|goal| goal.outcome(table)).collect()
}

impl Goal {
    fn outcome(&self, table: &Table) -> Option<Outcome> {
        let row = table.row(self.group, self.name)?;
        let own = || Some(row.spread(INKOTLS)?.median);
        let (bound, figure, is_reached) = match self.bound {
            AtLeast(times, other) => {
                let ratio = row.ratio(INKOTLS, other)?.median;
                (format!("at least {times:.2} of {other}"), ratio, ratio >= times)
            }
            AtMost(most) => (format!("at most {most} {}", row.unit), own()?, own()? <= most),
            AboveRustls(most) => {
                let above = own()? - row.spread(RUSTLS)?.median;
                (format!("at most {most} {} above {RUSTLS}", row.unit), above, above <= most)
            }
        };
        let text = format!("{}, {}: {}", self.group, self.name, bound.replace("  ", " "));
        Some(Outcome { text, figure, is_reached })
    }
}
