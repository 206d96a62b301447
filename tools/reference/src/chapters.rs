//! The order of the header: which chapter an export belongs to.

use crate::model::{Api, Chapter};

/// Each chapter with its exports: names, or with an asterisk all those that begin so and that no
/// chapter names.
const CHAPTERS: &[(&str, &str, &[&str])] = &[
    (
        "status",
        "Status and errors",
        &[
            "inkotls_status",
            "inkotls_certificate_error",
            "inkotls_status_text",
            "inkotls_certificate_error_text",
            "inkotls_alert_name",
            "inkotls_invalid_name_text",
        ],
    ),
    (
        "library",
        "The library, and what it supports",
        &[
            "inkotls_version",
            "inkotls_abi_version",
            "inkotls_protocol_version_*",
            "inkotls_cipher_suite_*",
            "inkotls_named_group_*",
            "inkotls_signature_scheme_*",
        ],
    ),
    (
        "create",
        "Connection: create",
        &[
            "inkotls_conn_new_client",
            "inkotls_conn_new_server",
            "inkotls_conn_add_alpn",
            "inkotls_conn_clear_alpn",
            "inkotls_conn_set_user_data",
            "inkotls_conn_free",
        ],
    ),
    (
        "transport",
        "Connection: transport",
        &[
            "inkotls_conn_feed",
            "inkotls_conn_feed_room",
            "inkotls_conn_feed_filled",
            "inkotls_conn_feed_eof",
            "inkotls_conn_drain",
            "inkotls_conn_drain_peek",
            "inkotls_conn_drain_consume",
            "inkotls_conn_set_fd",
            "inkotls_conn_set_fds",
            "inkotls_conn_set_io",
            "inkotls_conn_detach",
        ],
    ),
    (
        "handshake",
        "Connection: handshake",
        &["inkotls_conn_handshake", "inkotls_conn_run_blocking"],
    ),
    (
        "data",
        "Connection: data",
        &[
            "inkotls_conn_read",
            "inkotls_conn_read_peek",
            "inkotls_conn_read_consume",
            "inkotls_conn_write",
            "inkotls_conn_flush",
            "inkotls_conn_update_keys",
        ],
    ),
    ("close", "Connection: close", &["inkotls_conn_close"]),
    (
        "inspect",
        "Connection: inspect",
        &[
            "inkotls_state",
            "inkotls_channel_binding",
            "inkotls_conn_state",
            "inkotls_conn_error",
            "inkotls_conn_certificate_error",
            "inkotls_conn_alert_sent",
            "inkotls_conn_alert_received",
            "inkotls_conn_os_error",
            "inkotls_conn_protocol_version",
            "inkotls_conn_cipher_suite",
            "inkotls_conn_named_group",
            "inkotls_conn_peer_signature_scheme",
            "inkotls_conn_alpn",
            "inkotls_conn_server_name",
            "inkotls_conn_peer_certificate",
            "inkotls_conn_verified_certificate",
            "inkotls_conn_verified_anchor",
            "inkotls_conn_ocsp_staple",
            "inkotls_conn_export_keying_material",
            "inkotls_conn_channel_binding",
        ],
    ),
    (
        "client-config",
        "Client config",
        &["inkotls_limit", "inkotls_client_builder_*", "inkotls_client_config_*"],
    ),
    ("roots", "Roots", &["inkotls_revocation", "inkotls_roots_*"]),
    (
        "server-config",
        "Server config",
        &["inkotls_client_auth", "inkotls_server_builder_*", "inkotls_server_config_*"],
    ),
    ("identity", "Identity and SNI map", &["inkotls_identity_*", "inkotls_sni_map_*"]),
    ("acceptor", "Acceptor", &["inkotls_acceptor_*"]),
    (
        "resumption",
        "Resumption",
        &[
            "inkotls_tls12_resumption",
            "inkotls_client_builder_set_session_cache",
            "inkotls_client_builder_set_session_lifetime",
            "inkotls_client_builder_set_tls12_resumption",
            "inkotls_server_builder_set_session_cache",
            "inkotls_server_builder_set_session_store",
            "inkotls_server_builder_set_session_lifetime",
            "inkotls_server_builder_set_ticket_count",
            "inkotls_client_config_sessions",
            "inkotls_client_config_remove_sessions",
            "inkotls_server_config_sessions",
            "inkotls_conn_is_resumed",
            "inkotls_conn_tickets_received",
            "inkotls_conn_set_resumption_data",
            "inkotls_conn_resumption_data",
        ],
    ),
    (
        "early-data",
        "Early data",
        &[
            "inkotls_client_builder_set_early_data",
            "inkotls_server_builder_set_max_early_data",
            "inkotls_conn_write_early_data",
            "inkotls_conn_read_early_data",
            "inkotls_conn_is_early_data_accepted",
        ],
    ),
    (
        "ech",
        "Encrypted ClientHello",
        &[
            "inkotls_ech_status",
            "inkotls_client_builder_set_ech_grease",
            "inkotls_conn_set_ech_configs",
            "inkotls_conn_ech_*",
        ],
    ),
    ("certificate", "Certificates", &["inkotls_key_usage", "inkotls_certificate_*"]),
    (
        "ticket-keys",
        "Ticket keys",
        &["inkotls_ticket_keys_*", "inkotls_server_builder_set_ticket_keys"],
    ),
    (
        "verification",
        "Verification",
        &[
            "inkotls_client_builder_set_dangerous_verifier",
            "inkotls_server_builder_set_dangerous_verifier",
            "inkotls_verdict",
            "inkotls_verification_*",
        ],
    ),
    (
        "logs",
        "Logs",
        &[
            "inkotls_log",
            "inkotls_conn_set_log",
            "inkotls_acceptor_set_log",
            "inkotls_client_builder_set_dangerous_key_log",
            "inkotls_client_builder_set_dangerous_key_log_file",
            "inkotls_server_builder_set_dangerous_key_log",
            "inkotls_server_builder_set_dangerous_key_log_file",
        ],
    ),
];

/// The chapters; and the exports that have none, and the names in the table that are no exports.
pub fn chapters(api: &Api) -> (Vec<Chapter<'_>>, Vec<String>) {
    let mut problems = Vec::new();
    let mut placed = Vec::new();
    let mut chapters = Vec::new();
    for (id, title, patterns) in CHAPTERS {
        let mut chapter = Chapter { id, title, enums: Vec::new(), functions: Vec::new() };
        for pattern in *patterns {
            let before = placed.len();
            for it in api.enums.iter().filter(|it| belongs(&it.name, pattern)) {
                chapter.enums.push(it);
                placed.push(&it.name);
            }
            for it in api.functions.iter().filter(|it| belongs(&it.name, pattern)) {
                chapter.functions.push(it);
                placed.push(&it.name);
            }
            if placed.len() == before {
                problems.push(format!("tools/reference/src/chapters.rs: {pattern} is no export"));
            }
        }
        chapters.push(chapter);
    }
    let enums = api.enums.iter().map(|it| (&it.name, &it.place));
    for (name, place) in enums.chain(api.functions.iter().map(|it| (&it.name, &it.place))) {
        if !placed.contains(&name) {
            let what = "no chapter of tools/reference/src/chapters.rs has it";
            problems.push(format!("{}:{}: {name}: {what}", place.file, place.line));
        }
    }
    (chapters, problems)
}

fn belongs(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start) && !is_named(name),
        None => name == pattern,
    }
}

fn is_named(name: &str) -> bool {
    CHAPTERS.iter().any(|(_, _, patterns)| patterns.contains(&name))
}
