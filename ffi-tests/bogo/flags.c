#include "flags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { SWITCH, NUMBER, TEXT, NUMBERS, BYTES, NOTHING, NOTHING_WITH_VALUE };

struct flag {
  const char *name;
  enum kind kind;
  size_t offset;
};

#define FLAG(name, kind, field) \
  { name, kind, offsetof(struct flags, field) }
#define OF_CREDENTIAL(name, kind, field) \
  { name, kind, offsetof(struct credential, field) }

static const struct flag FLAGS[] = {
    FLAG("-port", NUMBER, port),
    FLAG("-shim-id", NUMBER, shim_id),
    FLAG("-ipv6", SWITCH, is_ipv6),
    FLAG("-server", SWITCH, is_server),
    FLAG("-async", SWITCH, is_async),
    FLAG("-over-fd", SWITCH, over_fd),
    FLAG("-resume-count", NUMBER, resume_count),
    FLAG("-resumption-delay", NUMBER, resumption_delay),

    FLAG("-min-version", NUMBER, min_version),
    FLAG("-max-version", NUMBER, max_version),
    FLAG("-no-tls13", SWITCH, no_tls13),
    FLAG("-no-tls12", SWITCH, no_tls12),
    FLAG("-server-preference", SWITCH, server_preference),
    FLAG("-max-send-fragment", NUMBER, max_send_fragment),
    FLAG("-expect-extended-master-secret", SWITCH, expect_extended_master_secret),
    FLAG("-enable-early-data", SWITCH, enable_early_data),
    FLAG("-curves", NUMBERS, curves),
    FLAG("-verify-prefs", NUMBERS, verify_prefs),
    FLAG("-host-name", TEXT, host_name),
    FLAG("-advertise-alpn", TEXT, advertise_alpn),
    FLAG("-select-alpn", TEXT, select_alpn),
    FLAG("-reject-alpn", SWITCH, reject_alpn),
    FLAG("-decline-alpn", SWITCH, decline_alpn),
    FLAG("-no-ticket", SWITCH, no_ticket),
    FLAG("-skip-ticket", SWITCH, skip_ticket),
    FLAG("-ech-config-list", BYTES, ech_config_list),
    FLAG("-enable-ech-grease", SWITCH, enable_ech_grease),

    FLAG("-verify-peer", SWITCH, verify_peer),
    FLAG("-require-any-client-certificate", SWITCH, require_any_client_certificate),
    FLAG("-verify-fail", SWITCH, verify_fail),
    FLAG("-reverify-on-resume", SWITCH, reverify_on_resume),
    FLAG("-decline-ocsp-callback", SWITCH, decline_ocsp_callback),
    FLAG("-fail-ocsp-callback", SWITCH, fail_ocsp_callback),
    FLAG("-use-client-ca-list", TEXT, use_client_ca_list),

    FLAG("-implicit-handshake", SWITCH, implicit_handshake),
    FLAG("-handshake-twice", SWITCH, handshake_twice),
    FLAG("-no-op-extra-handshake", SWITCH, no_op_extra_handshake),
    FLAG("-shim-writes-first", SWITCH, shim_writes_first),
    FLAG("-shim-shuts-down", SWITCH, shim_shuts_down),
    FLAG("-check-close-notify", SWITCH, check_close_notify),
    FLAG("-read-size", NUMBER, read_size),
    FLAG("-peek-then-read", SWITCH, peek_then_read),
    FLAG("-read-with-unfinished-write", SWITCH, read_with_unfinished_write),
    FLAG("-key-update", SWITCH, key_update),
    FLAG("-key-update-before-read", SWITCH, key_update_before_read),
    FLAG("-export-keying-material", NUMBER, export_keying_material),
    FLAG("-export-label", TEXT, export_label),
    FLAG("-export-context", TEXT, export_context),
    FLAG("-use-export-context", SWITCH, use_export_context),
    FLAG("-use-exporter-between-reads", SWITCH, use_exporter_between_reads),
    FLAG("-export-traffic-secrets", SWITCH, export_traffic_secrets),

    FLAG("-expect-version", NUMBER, expect_version),
    FLAG("-expect-cipher", NUMBER, expect_cipher),
    FLAG("-expect-curve-id", NUMBER, expect_curve_id),
    FLAG("-expect-peer-signature-algorithm", NUMBER, expect_peer_signature_algorithm),
    FLAG("-expect-session-miss", SWITCH, expect_session_miss),
    FLAG("-expect-no-session", SWITCH, expect_no_session),
    FLAG("-expect-session-id", SWITCH, expect_session_id),
    FLAG("-expect-accept-early-data", SWITCH, expect_accept_early_data),
    FLAG("-expect-reject-early-data", SWITCH, expect_reject_early_data),
    FLAG("-expect-no-offer-early-data", SWITCH, expect_no_offer_early_data),
    FLAG("-expect-hrr", SWITCH, expect_hrr),
    FLAG("-expect-no-hrr", SWITCH, expect_no_hrr),
    FLAG("-expect-no-server-name", SWITCH, expect_no_server_name),
    FLAG("-expect-selected-credential", NUMBER, expect_selected_credential),
    FLAG("-expect-peer-verify-pref", NUMBERS, expect_peer_verify_prefs),
    FLAG("-expect-ocsp-response", BYTES, expect_ocsp_response),
    FLAG("-expect-alpn", TEXT, expect_alpn),
    FLAG("-expect-advertised-alpn", TEXT, expect_advertised_alpn),
    FLAG("-expect-server-name", TEXT, expect_server_name),
    FLAG("-expect-peer-cert-file", TEXT, expect_peer_cert_file),
    FLAG("-expect-early-data-reason", TEXT, expect_early_data_reason),
    FLAG("-expect-ech-accept", SWITCH, expect_ech_accept),
    FLAG("-expect-ech-name-override", TEXT, expect_ech_name_override),
    FLAG("-expect-no-ech-name-override", SWITCH, expect_no_ech_name_override),
    FLAG("-expect-ech-retry-configs", BYTES, expect_ech_retry_configs),
    FLAG("-expect-no-ech-retry-configs", SWITCH, expect_no_ech_retry_configs),

    // Always so, here.
    {"-no-tls1", NOTHING, 0},
    {"-no-tls11", NOTHING, 0},
    {"-enable-ocsp-stapling", NOTHING, 0},
    {"-expect-secure-renegotiation", NOTHING, 0},
    {"-forbid-renegotiation-after-handshake", NOTHING, 0},
    {"-permute-extensions", NOTHING, 0},
    {"-renegotiate-ignore", NOTHING, 0},
    {"-must-match-issuer", NOTHING, 0},
    // The runner's trust anchors: the shim decides by its other flags.
    {"-trust-cert", NOTHING_WITH_VALUE, 0},
    // Which of BoringSSL's functions are used.
    {"-use-custom-verify-callback", NOTHING, 0},
    {"-use-early-callback", NOTHING, 0},
    {"-use-ocsp-callback", NOTHING, 0},
    {"-set-ocsp-in-callback", NOTHING, 0},
    {"-use-old-client-cert-callback", NOTHING, 0},
    {"-use-ticket-aead-callback", NOTHING, 0},
    {"-use-ticket-callback", NOTHING, 0},
    {"-expect-msg-callback", NOTHING_WITH_VALUE, 0},
    {"-expect-verify-result", NOTHING, 0},
    // What no call tells.
    {"-expect-ticket-age-skew", NOTHING_WITH_VALUE, 0},
    {"-expect-ticket-renewal", NOTHING, 0},
    {"-expect-no-session-id", NOTHING, 0},
    {"-expect-ticket-supports-early-data", NOTHING, 0},
};

static const struct flag CREDENTIAL_FLAGS[] = {
    OF_CREDENTIAL("-cert-file", TEXT, cert_file),
    OF_CREDENTIAL("-key-file", TEXT, key_file),
    OF_CREDENTIAL("-signing-prefs", NUMBERS, signing_prefs),
    OF_CREDENTIAL("-ocsp-response", BYTES, ocsp_response),
};

_Noreturn void unimplemented(const char *what) {
  fprintf(stderr, "not implemented: %s\n", what);
  exit(89);
}

static void decode_base64(const char *text, struct bytes *out) {
  static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t bits = 0;
  int count = 0;
  out->len = 0;
  for (; *text && *text != '='; text++) {
    const char *digit = strchr(DIGITS, *text);
    if (!digit || out->len == sizeof out->at) unimplemented("this base64");
    bits = bits << 6 | (uint32_t)(digit - DIGITS);
    if ((count += 6) < 8) continue;
    count -= 8;
    out->at[out->len++] = (uint8_t)(bits >> count);
  }
}

static void append(struct numbers *list, const char *value) {
  if (list->count == sizeof list->at / sizeof *list->at) unimplemented("a list this long");
  list->at[list->count++] = (uint16_t)atol(value);
}

static void set(char *field, enum kind kind, const char *value) {
  if (kind == SWITCH) *(long *)field = 1;
  if (kind == NUMBER) *(long *)field = atol(value);
  if (kind == TEXT) *(const char **)field = value;
  if (kind == NUMBERS) append((struct numbers *)field, value);
  if (kind == BYTES) decode_base64(value, (struct bytes *)field);
}

// Returns whether it took the value.
static int apply(struct flags *flags, const char *name, const char *value) {
  if (strcmp(name, "-new-x509-credential") == 0) {
    size_t most = sizeof flags->credentials / sizeof *flags->credentials;
    if (++flags->last_credential == most) unimplemented("so many credentials");
    return 0;
  }
  if (strcmp(name, "-expect-selected-credential") == 0) flags->expects_credential = 1;
  const struct flag *flag = NULL;
  char *base = (char *)flags;
  for (size_t i = 0; i < sizeof FLAGS / sizeof *FLAGS; i++)
    if (strcmp(name, FLAGS[i].name) == 0) flag = &FLAGS[i];
  for (size_t i = 0; i < sizeof CREDENTIAL_FLAGS / sizeof *CREDENTIAL_FLAGS; i++)
    if (strcmp(name, CREDENTIAL_FLAGS[i].name) == 0) {
      flag = &CREDENTIAL_FLAGS[i];
      base = (char *)&flags->credentials[flags->last_credential];
    }
  if (!flag) unimplemented(name);
  int takes_value = flag->kind != SWITCH && flag->kind != NOTHING;
  if (takes_value && !value) unimplemented(name);
  set(base + flag->offset, flag->kind, value);
  return takes_value;
}

static int has_prefix(const char **name, const char *prefix) {
  size_t len = strlen(prefix);
  if (strncmp(*name, prefix, len) != 0 || (*name)[len] != '-') return 0;
  *name += len;
  return 1;
}

void flags_parse(struct flag_sets *sets, int argc, char **argv) {
  static struct flags ignored;
  for (int i = 1; i < argc; i++) {
    const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
    int takes_value;
    has_prefix(&name, "-on-shim");
    if (has_prefix(&name, "-on-handshaker")) {
      if (!has_prefix(&name, "-on-initial")) has_prefix(&name, "-on-resume");
      takes_value = apply(&ignored, name, value);
    } else if (has_prefix(&name, "-on-initial")) {
      takes_value = apply(&sets->initial, name, value);
    } else if (has_prefix(&name, "-on-resume")) {
      takes_value = apply(&sets->resume, name, value);
    } else if (has_prefix(&name, "-on-retry")) {
      takes_value = apply(&sets->retry, name, value);
    } else {
      takes_value = apply(&sets->initial, name, value);
      apply(&sets->resume, name, value);
      apply(&sets->retry, name, value);
    }
    i += takes_value;
  }
}
