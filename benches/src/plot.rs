//! A plot of the ratios, for people with either taste in backgrounds.

use crate::Run;
use crate::table::Spread;
use std::fmt::Write;

/// A row of the table, and what it is called here.
const ROWS: &[(&str, &str, &str)] = &[
    ("full handshakes", "both sides", "full handshakes"),
    ("resumed handshakes", "both sides", "resumed handshakes"),
    ("bulk, 16 KiB, AES-128", "seal", "send, 16 KiB records"),
    ("bulk, 16 KiB, AES-128", "open, copied", "receive, 16 KiB records"),
    ("messages of 64 bytes", "send", "send, 64-byte messages"),
    ("messages of 64 bytes", "receive", "receive, 64-byte messages"),
    ("socketpair, 64 KiB", "both sides", "both over a socketpair"),
];
const PEERS: &[(&str, &str)] = &[
    ("inkotls", "#d9480f"),
    ("rustls-ffi", "#e8a13a"),
    ("OpenSSL", "#4c78a8"),
    ("GnuTLS", "#5f9e6e"),
    ("wolfSSL", "#9a7fb8"),
];

const LEFT: f64 = 190.0;
const WIDTH: f64 = 720.0;
const TOP: f64 = 44.0;
const BAR: f64 = 10.0;
const ROW: f64 = BAR * PEERS.len() as f64 + 12.0;
/// The length of a ratio of 1.
const ONE: f64 = 330.0;

pub fn of(run: &Run) -> String {
    let rows: Vec<_> = ROWS
        .iter()
        .filter_map(|(group, name, label)| Some((run.table.row(group, name)?, *label)))
        .collect();
    let height = TOP + ROW * rows.len() as f64 + 24.0;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">
<style>text {{ fill: #333 }} line {{ stroke: #888 }}
@media (prefers-color-scheme: dark) {{ text {{ fill: #ddd }} }}</style>
"#
    );
    for (at, (peer, color)) in PEERS.iter().enumerate() {
        let x = LEFT + 95.0 * at as f64;
        bar(&mut svg, x, 10.0, BAR, color);
        text(&mut svg, x + 15.0, 19.0, "start", peer);
    }
    for (at, (row, label)) in rows.iter().enumerate() {
        let y = TOP + ROW * at as f64;
        text(&mut svg, LEFT - 10.0, y + ROW / 2.0, "end", label);
        for (at, (peer, color)) in PEERS.iter().enumerate() {
            let Some(Spread { median, .. }) = row.ratio(peer, run.baseline) else { continue };
            let y = y + BAR * at as f64;
            bar(&mut svg, LEFT, y, median * ONE, color);
            text(&mut svg, LEFT + median * ONE + 4.0, y + 9.0, "start", &format!("{median:.2}"));
        }
    }
    let (x, bottom) = (LEFT + ONE, height - 20.0);
    let top = TOP - 8.0;
    let _ =
        writeln!(svg, r#"<line x1="{x}" y1="{top}" x2="{x}" y2="{bottom}" stroke-dasharray="3"/>"#);
    text(&mut svg, x, height - 6.0, "middle", &format!("{} = 1; longer is faster", run.baseline));
    svg.push_str("</svg>\n");
    svg
}

fn bar(svg: &mut String, x: f64, y: f64, width: f64, color: &str) {
    let height = BAR - 1.0;
    let _ = writeln!(
        svg,
        r#"<rect x="{x}" y="{y}" width="{width:.1}" height="{height}" fill="{color}"/>"#
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let _ = writeln!(svg, r#"<text x="{x:.1}" y="{y}" text-anchor="{anchor}">{text}</text>"#);
}
