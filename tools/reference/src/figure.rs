//! The figure of a handle's life: how it comes to be, what is called in which order, and how it ends.

use crate::html::{Names, escaped};
use crate::model::{Api, Function, Handle, Lifetime};

/// A handle's phases, in their order, and the title of the rest of its functions, which are its only
/// phase where it has no other. A name without inkotls_ is one of the handle's functions.
type Life = (&'static str, &'static [(&'static str, &'static [&'static str])], &'static str);

const LIVES: &[Life] = &[
    (
        "inkotls_conn",
        &[
            ("Set", &["add_alpn", "clear_alpn", "set_resumption_data", "set_log"]),
            ("Attach a transport", &["set_fd", "set_fds", "set_io", "detach"]),
            (
                "or move ciphertext, from here to the end",
                &[
                    "feed",
                    "feed_room",
                    "feed_filled",
                    "feed_eof",
                    "drain",
                    "drain_peek",
                    "drain_consume",
                ],
            ),
            ("Handshake", &["handshake", "run_blocking", "write_early_data", "read_early_data"]),
            ("Data", &["read", "read_peek", "read_consume", "write", "flush", "update_keys"]),
            ("Close", &["close"]),
        ],
        "At any time",
    ),
    (
        "inkotls_acceptor",
        &[
            ("Attach a transport", &["set_fd", "set_fds", "set_io", "detach"]),
            ("or move ciphertext, from here to the end", &["feed", "feed_eof", "drain"]),
            ("Read the ClientHello", &["accept"]),
            ("Choose a config by it", &["server_name", "alpn", "client_hello"]),
        ],
        "At any time",
    ),
    ("inkotls_client_builder", &[], "Set, in any order"),
    ("inkotls_server_builder", &[], "Set, in any order"),
    ("inkotls_client_config", &[("Use", &["inkotls_conn_new_client"])], "At any time"),
    (
        "inkotls_server_config",
        &[("Use", &["inkotls_conn_new_server", "inkotls_acceptor_into_conn"])],
        "At any time",
    ),
    (
        "inkotls_roots",
        &[
            ("Fill", &["add_pem_file", "add_platform", "set_revocation"]),
            (
                "Use: a builder copies them",
                &["inkotls_client_builder_set_roots", "inkotls_server_builder_set_client_auth"],
            ),
        ],
        "More to fill and to read",
    ),
    (
        "inkotls_identity",
        &[
            ("Fill", &["set_chain_pem_file", "set_key_pem_file"]),
            (
                "Use: a builder or an SNI map copies it",
                &[
                    "inkotls_client_builder_add_identity",
                    "inkotls_server_builder_set_identity",
                    "inkotls_sni_map_set",
                ],
            ),
        ],
        "More to fill and to read",
    ),
    (
        "inkotls_sni_map",
        &[
            ("Fill and change", &["set", "remove"]),
            ("Use", &["inkotls_server_builder_set_sni_map"]),
        ],
        "At any time",
    ),
    (
        "inkotls_ticket_keys",
        &[("Use", &["inkotls_server_builder_set_ticket_keys"]), ("Change", &["set"])],
        "At any time",
    ),
    (
        "inkotls_verification",
        &[("Comes with a callback", &["inkotls_verify_callback"])],
        "During the callback",
    ),
    ("inkotls_certificate", &[], "Read"),
];

const LEFT: usize = 430;
const RIGHT: usize = 300;
const LINE: usize = 20;
const GAP: usize = 26;

/// The figure, or the name in the table that is no function.
pub fn figure(api: &Api, handle: &Handle, names: &Names) -> Result<String, String> {
    let life = LIVES.iter().find(|(name, ..)| *name == handle.name);
    let (_, phases, rest) = life.ok_or_else(|| format!("{} has no figure", handle.name))?;
    let own = |it: &&Function| api.owner(it).is_some_and(|owner| owner.name == handle.name);
    let full = |short: &&str| match short.starts_with("inkotls_") {
        true => (*short).to_owned(),
        false => format!("{}_{short}", handle.name),
    };
    let name = |it: &Function| it.name.clone();
    let created = api.functions.iter().filter(|it| it.creates(&handle.name)).map(name);
    let ended = api.functions.iter().filter(own).filter(|it| ends(api, it)).map(name);
    let mut boxes: Vec<(&str, Vec<String>)> = vec![("Create", created.collect())];
    boxes.extend(phases.iter().map(|(title, names)| (*title, names.iter().map(full).collect())));
    boxes.push(("End", ended.collect()));
    boxes.retain(|(_, names)| !names.is_empty());
    let shown: Vec<_> = boxes.iter().flat_map(|(_, names)| names.clone()).collect();
    if let Some(unknown) = shown.iter().find(|it| names.target(it).is_none()) {
        return Err(format!("the figure of {} names {unknown}", handle.name));
    }
    let others = api.functions.iter().filter(own).filter(|it| !shown.contains(&it.name)).map(name);
    let mut others: Vec<_> = others.collect();
    if phases.is_empty() {
        boxes.insert(1, (rest, others));
        others = Vec::new();
    }

    let mut out = String::new();
    let mut top = 10;
    for (at, (title, functions)) in boxes.iter().enumerate() {
        if at > 0 {
            let (from, to) = (top - GAP, top - 2);
            let middle = LEFT / 2;
            out += &format!("<path class=\"arrow\" d=\"M{middle} {from}V{to}\"/>");
        }
        let height = block(&mut out, (10, top, LEFT - 20), title, functions, handle, names);
        top += height + GAP;
    }
    let mut height = top - GAP + 10;
    if !others.is_empty() {
        let side = block(&mut out, (LEFT + 20, 10, RIGHT), rest, &others, handle, names);
        height = height.max(side + 20);
    }
    let width = LEFT + RIGHT + 30;
    let label = format!("The life of an {}", handle.name);
    Ok(format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" role=\"img\" aria-label=\"{label}\">\
         <defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/></marker></defs>{out}</svg>\n"
    ))
}

/// A box with a title and names, each on its line; its height.
fn block(
    out: &mut String,
    (left, top, width): (usize, usize, usize),
    title: &str,
    functions: &[String],
    handle: &Handle,
    names: &Names,
) -> usize {
    let height = LINE * (functions.len() + 1) + 14;
    *out +=
        &format!("<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"6\"/>");
    let x = left + 12;
    let y = |line: usize| top + 22 + LINE * line;
    *out += &format!("<text class=\"title\" x=\"{x}\" y=\"{}\">{}</text>", y(0), escaped(title));
    for (at, name) in functions.iter().enumerate() {
        let short = name.strip_prefix(&format!("{}_", handle.name)).unwrap_or(name);
        let target = names.target(name).unwrap_or_default();
        *out +=
            &format!("<a href=\"{target}\"><text x=\"{x}\" y=\"{}\">{short}</text></a>", y(at + 1));
    }
    height
}

/// Whether a call on a handle consumes or frees it.
fn ends(api: &Api, function: &Function) -> bool {
    let consumed = || {
        let receiver = api.receiver(function)?;
        function.row(&receiver.name)?.lifetimes().find(|it| *it == Lifetime::Consumed)
    };
    function.ends_handle() || consumed().is_some()
}
