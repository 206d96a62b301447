// What the runner asks of the shim for one connection.
#ifndef BOGO_FLAGS_H
#define BOGO_FLAGS_H

#include <stddef.h>
#include <stdint.h>

struct numbers {
  uint16_t at[32];
  size_t count;
};

struct bytes {
  uint8_t at[4096];
  size_t len;
};

struct credential {
  const char *cert_file, *key_file;
  struct numbers signing_prefs;
  struct bytes ocsp_response;
};

struct flags {
  // The connection.
  long port, shim_id, resume_count, resumption_delay;
  long is_ipv6, is_server, is_async, over_fd;

  // What is offered and accepted.
  long min_version, max_version, no_tls13, no_tls12;
  long server_preference, max_send_fragment, enable_early_data, expect_extended_master_secret;
  struct numbers curves, verify_prefs;
  const char *host_name, *advertise_alpn, *select_alpn;
  long reject_alpn, decline_alpn;
  long no_ticket, skip_ticket;
  struct bytes ech_config_list;
  long enable_ech_grease;

  // Certificates. Number 0 is the one that has no -new-x509-credential before it.
  struct credential credentials[8];
  size_t last_credential;
  long verify_peer, require_any_client_certificate, verify_fail, reverify_on_resume;
  long decline_ocsp_callback, fail_ocsp_callback;
  const char *use_client_ca_list;

  // What is said.
  long implicit_handshake, handshake_twice, no_op_extra_handshake;
  long shim_writes_first, shim_shuts_down, check_close_notify;
  long read_size, peek_then_read, read_with_unfinished_write;
  long key_update, key_update_before_read;
  long export_keying_material, use_export_context, use_exporter_between_reads;
  long export_traffic_secrets;
  const char *export_label, *export_context;

  // What must come of it.
  long expect_version, expect_cipher, expect_curve_id, expect_peer_signature_algorithm;
  long expect_session_miss, expect_no_session, expect_session_id;
  long expect_accept_early_data, expect_reject_early_data, expect_no_offer_early_data;
  long expect_hrr, expect_no_hrr, expect_no_server_name;
  long expects_credential, expect_selected_credential;
  struct numbers expect_peer_verify_prefs;
  struct bytes expect_ocsp_response;
  const char *expect_alpn, *expect_advertised_alpn, *expect_server_name;
  const char *expect_peer_cert_file, *expect_early_data_reason;
  long expect_ech_accept, expect_no_ech_name_override, expect_no_ech_retry_configs;
  struct bytes expect_ech_retry_configs;
  const char *expect_ech_name_override;
};

// The flags of the first connection, of those after it, and of what follows early data that the
// server refused. Ends the program with 89 where one is not known.
struct flag_sets {
  struct flags initial, resume, retry;
};

void flags_parse(struct flag_sets *sets, int argc, char **argv);

// Ends the program: this library, or this shim, cannot do what is asked.
_Noreturn void unimplemented(const char *what);

#endif
