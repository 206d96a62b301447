// Configs, sni_map and connections as the flags ask for them.

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "signature.h"

static void check(inkotls_status status, const char *what, const char *why) {
  if (status != INKOTLS_STATUS_OK) fail("%s: %s: %s", what, inkotls_status_text(status), why);
}

// With -async all that the host does may block.
static void check_blocking(void) {
  if (session.flags->is_async && !session.is_blocking) fail("what may block was not announced");
}

// What the host decides.

// Without -verify-peer a client of BoringSSL goes on after a refusal.
static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *verification) {
  (void)conn_user_data;
  (void)user_data;
  const struct flags *flags = session.offered_early_data ? session.retry : session.flags;
  check_blocking();
  session.is_verified = 1;
  if (!flags->is_server) expect_verified_name(flags, verification);
  if (flags->fail_ocsp_callback) return INKOTLS_CERTIFICATE_ERROR_INVALID_OCSP_STAPLE;
  int counts = flags->verify_peer || flags->require_any_client_certificate;
  return flags->verify_fail && counts ? INKOTLS_CERTIFICATE_ERROR_OTHER : INKOTLS_VERDICT_ACCEPTED;
}

static void keep_secret(void *user_data, void *conn_user_data, const char *line, size_t len) {
  (void)conn_user_data;
  (void)user_data;
  char text[512];
  snprintf(text, sizeof text, "%.*s", (int)len, line);
  sscanf(text, "CLIENT_TRAFFIC_SECRET_0 %*s %255s", session.client_secret);
  sscanf(text, "SERVER_TRAFFIC_SECRET_0 %*s %255s", session.server_secret);
}

// The session store: all that was kept, for every config.

static struct entry {
  uint8_t key[32], *value;
  size_t len;
} store[64];

static int32_t put(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   const uint8_t *value, size_t len) {
  (void)conn_user_data;
  static size_t next;
  (void)user_data;
  check_blocking();
  if (session.flags->skip_ticket) return 0;
  struct entry *entry = &store[next++ % (sizeof store / sizeof *store)];
  free(entry->value);
  memcpy(entry->key, key, key_len);
  entry->value = malloc(len);
  if (!entry->value) return 0;
  memcpy(entry->value, value, len);
  entry->len = len;
  session.sessions_kept++;
  return 1;
}

static int32_t get(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   int32_t take, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)user_data;
  check_blocking();
  for (size_t i = 0; i < sizeof store / sizeof *store; i++) {
    struct entry *entry = &store[i];
    if (!entry->value || memcmp(entry->key, key, key_len) != 0 || entry->len > cap) continue;
    int32_t len = (int32_t)entry->len;
    memcpy(buf, entry->value, entry->len);
    if (take) {
      free(entry->value);
      entry->value = NULL;
    }
    return len;
  }
  return 0;
}

// Identities.

struct signer {
  int credential;
  EVP_PKEY *key;
};

static int32_t sign(void *user_data, void *conn_user_data, int32_t scheme, const uint8_t *message,
                    size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  struct signer *signer = user_data;
  check_blocking();
  session.credential = signer->credential;
  return signature(signer->key, scheme, message, len, buf, cap);
}

static const struct numbers *schemes_of(EVP_PKEY *key) {
  static const struct numbers RSA_SCHEMES = {{0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601}, 6},
                              P256_SCHEMES = {{0x0403}, 1}, P384_SCHEMES = {{0x0503}, 1},
                              ED25519_SCHEMES = {{0x0807}, 1};
  int bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return &RSA_SCHEMES;
    case EVP_PKEY_ED25519:
      return &ED25519_SCHEMES;
    case EVP_PKEY_EC:
      if (bits == 256) return &P256_SCHEMES;
      if (bits == 384) return &P384_SCHEMES;
  }
  unimplemented("a key of this kind");
}

static int has(const struct numbers *list, uint16_t number) {
  for (size_t i = 0; i < list->count; i++)
    if (list->at[i] == number) return 1;
  return 0;
}

static inkotls_identity *identity_of(const struct flags *flags, size_t index) {
  const struct credential *it = &flags->credentials[index];
  inkotls_identity *identity = inkotls_identity_new();
  FILE *in = fopen(it->key_file, "r");
  EVP_PKEY *key = in ? PEM_read_PrivateKey(in, NULL, NULL, NULL) : NULL;
  if (!key) fail("%s cannot be read", it->key_file);
  fclose(in);
  const struct numbers *able = schemes_of(key);
  struct numbers schemes = it->signing_prefs.count > 0 ? (struct numbers){{0}, 0} : *able;
  for (size_t i = 0; i < it->signing_prefs.count; i++)
    if (has(able, it->signing_prefs.at[i])) schemes.at[schemes.count++] = it->signing_prefs.at[i];
  if (schemes.count == 0) unimplemented("a key with none of its signature schemes");
  check(inkotls_identity_set_chain_pem_file(identity, it->cert_file, strlen(it->cert_file)),
        it->cert_file, inkotls_identity_error(identity));
  inkotls_status status;
  // A host's signer where the flags ask for what a key in memory does not do.
  if (flags->is_async || it->signing_prefs.count > 0 || flags->expects_credential) {
    struct signer *signer = malloc(sizeof *signer);
    if (!signer) abort();
    *signer = (struct signer){(int)index - 1, key};
    status = inkotls_identity_set_signer(identity, schemes.at, schemes.count, sign, signer,
                                         (int32_t)flags->is_async);
  } else {
    status = inkotls_identity_set_key_pem_file(identity, it->key_file, strlen(it->key_file));
    EVP_PKEY_free(key);
  }
  if (status == INKOTLS_STATUS_INVALID_KEY) unimplemented(inkotls_identity_error(identity));
  check(status, it->key_file, inkotls_identity_error(identity));
  if (!flags->decline_ocsp_callback)
    inkotls_identity_set_ocsp_staple(identity, it->ocsp_response.at, it->ocsp_response.len);
  return identity;
}

// Settings that clients and servers have in common.

static int allows(const struct flags *flags, int32_t version) {
  if (version == 0x0304 && flags->no_tls13) return 0;
  if (version == 0x0303 && flags->no_tls12) return 0;
  return version >= flags->min_version && (!flags->max_version || version <= flags->max_version);
}

static int is_supported(int32_t (*at)(size_t), int32_t number) {
  int32_t one;
  for (size_t i = 0; (one = at(i)) >= 0; i++)
    if (one == number) return 1;
  return 0;
}

static void require_support(const struct flags *flags) {
  static const struct numbers VERIFIED = {
      {0x0401, 0x0501, 0x0601, 0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807}, 10};
  if (!allows(flags, 0x0304) && !allows(flags, 0x0303)) unimplemented("versions before TLS 1.2");
  for (size_t i = 0; i < flags->curves.count; i++)
    if (!is_supported(inkotls_named_group_at, flags->curves.at[i])) unimplemented("a curve");
  for (size_t i = 0; i < flags->verify_prefs.count; i++)
    if (!has(&VERIFIED, flags->verify_prefs.at[i])) unimplemented("a signature scheme");
  int is_list = flags->use_client_ca_list && *flags->use_client_ca_list != '<';
  if (is_list) unimplemented("a list of authorities without their certificates");
}

// Client configs: one for all connections, as sessions are remembered by it, as long as it fits.

static const inkotls_client_config *client_config(const struct flags *flags) {
  static const inkotls_client_config *config;
  static long no_ticket, ech_grease;
  if (config && no_ticket == flags->no_ticket && ech_grease == flags->enable_ech_grease)
    return config;
  inkotls_client_builder *builder = inkotls_client_builder_new();
  for (int32_t version = 0x0303; version <= 0x0304; version++)
    if (allows(flags, version)) inkotls_client_builder_add_protocol_version(builder, version);
  for (size_t i = 0; i < flags->curves.count; i++)
    inkotls_client_builder_add_named_group(builder, flags->curves.at[i]);
  inkotls_client_builder_set_extended_master_secret_required(
      builder, (int32_t)flags->expect_extended_master_secret);
  if (flags->max_send_fragment)
    inkotls_client_builder_set_limit(builder, INKOTLS_LIMIT_RECORD, flags->max_send_fragment);
  for (size_t n = 1; n <= flags->last_credential + 1; n++) {
    size_t i = n % (flags->last_credential + 1);  // number 0 comes last
    if (!flags->credentials[i].key_file) continue;
    inkotls_identity *identity = identity_of(flags, i);
    check(inkotls_client_builder_add_identity(builder, identity), "add_identity",
          inkotls_client_builder_error(builder));
    inkotls_identity_free(identity);
  }
  inkotls_client_builder_set_dangerous_verifier(builder, verify, NULL, (int32_t)flags->is_async);
  inkotls_client_builder_set_clock(builder, clock_now, NULL);
  inkotls_client_builder_set_early_data(builder, (int32_t)flags->enable_early_data);
  inkotls_client_builder_set_ech_grease(builder, (int32_t)flags->enable_ech_grease);
  if (flags->no_ticket)
    inkotls_client_builder_set_tls12_resumption(builder, INKOTLS_TLS12_RESUMPTION_SESSION_ID);
  if (flags->export_traffic_secrets)
    inkotls_client_builder_set_dangerous_key_log(builder, keep_secret, NULL);
  inkotls_client_config_release(config);
  check(inkotls_client_builder_build(builder, &config), "build",
        inkotls_client_builder_error(builder));
  no_ticket = flags->no_ticket;
  ech_grease = flags->enable_ech_grease;
  return config;
}

static void add_alpn(const char *list) {
  for (; list && *list; list += 1 + (uint8_t)*list)
    check(inkotls_conn_add_alpn(session.conn, list + 1, (uint8_t)*list), "ALPN",
          inkotls_conn_error(session.conn));
}

static void set_ech_configs(const struct flags *flags) {
  const struct bytes *list = &flags->ech_config_list;
  if (list->len == 0) return;
  if (!allows(flags, 0x0304)) unimplemented("ECH without TLS 1.3");
  inkotls_status status = inkotls_conn_set_ech_configs(session.conn, list->at, list->len);
  if (status != INKOTLS_STATUS_UNSUPPORTED) check(status, "ECH", inkotls_conn_error(session.conn));
}

static void open_client(const struct flags *flags) {
  // An address is not sent as a name.
  const char *name = flags->host_name ? flags->host_name : "127.0.0.1";
  check(inkotls_conn_new_client(client_config(flags), name, strlen(name), &session.conn), name, "");
  add_alpn(flags->advertise_alpn);
  set_ech_configs(flags);
}

// Server configs: a new one for each connection. What they share is the store and the ticket keys.

static void set_identities(inkotls_server_builder *builder, const struct flags *flags) {
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  for (size_t i = 0; i <= flags->last_credential; i++) {
    if (!flags->credentials[i].key_file) continue;
    inkotls_identity *identity = identity_of(flags, i);
    if (flags->last_credential == 0)
      check(inkotls_server_builder_set_identity(builder, identity), "set_identity",
            inkotls_server_builder_error(builder));
    else
      check(inkotls_sni_map_set(sni_map, NULL, 0, identity), "sni_map_set", "");
    inkotls_identity_free(identity);
  }
  if (flags->last_credential > 0) inkotls_server_builder_set_sni_map(builder, sni_map);
  inkotls_sni_map_release(sni_map);
}

static const inkotls_server_config *server_config(const struct flags *flags) {
  static const inkotls_ticket_keys *ticket_keys;
  static const uint8_t KEY[32] = {0};
  const inkotls_server_config *config;
  int32_t may_block = (int32_t)flags->is_async;
  inkotls_server_builder *builder = inkotls_server_builder_new();
  for (int32_t version = 0x0303; version <= 0x0304; version++)
    if (allows(flags, version)) inkotls_server_builder_add_protocol_version(builder, version);
  for (size_t i = 0; i < flags->curves.count; i++)
    inkotls_server_builder_add_named_group(builder, flags->curves.at[i]);
  for (size_t i = 0; flags->server_preference && inkotls_cipher_suite_at(i) >= 0; i++)
    inkotls_server_builder_add_cipher_suite(builder, inkotls_cipher_suite_at(i));
  inkotls_server_builder_set_extended_master_secret_required(
      builder, (int32_t)flags->expect_extended_master_secret);
  if (flags->max_send_fragment)
    inkotls_server_builder_set_limit(builder, INKOTLS_LIMIT_RECORD, flags->max_send_fragment);
  set_identities(builder, flags);
  if (flags->verify_peer || flags->require_any_client_certificate) {
    inkotls_roots *roots = inkotls_roots_new();
    int32_t mode = flags->require_any_client_certificate ? INKOTLS_CLIENT_AUTH_REQUIRED
                                                         : INKOTLS_CLIENT_AUTH_OPTIONAL;
    inkotls_server_builder_set_client_auth(builder, mode, roots);
    inkotls_server_builder_set_dangerous_verifier(builder, verify, NULL, may_block);
    inkotls_roots_free(roots);
  }
  inkotls_server_builder_set_clock(builder, clock_now, NULL);
  inkotls_server_builder_set_session_store(builder, put, get, NULL, may_block);
  inkotls_server_builder_set_ticket_count(builder, flags->no_ticket ? 0 : 1);
  if (!ticket_keys) inkotls_ticket_keys_new(KEY, sizeof KEY, &ticket_keys);
  if (flags->enable_early_data)
    inkotls_server_builder_set_max_early_data(builder, 14336);
  else if (session.has_ticket_keys && !flags->no_ticket && !flags->skip_ticket)
    inkotls_server_builder_set_ticket_keys(builder, ticket_keys);
  if (flags->export_traffic_secrets)
    inkotls_server_builder_set_dangerous_key_log(builder, keep_secret, NULL);
  check(inkotls_server_builder_build(builder, &config), "build",
        inkotls_server_builder_error(builder));
  return config;
}

static inkotls_status accept_hello(void) { return inkotls_acceptor_accept(session.acceptor); }

// Where the ClientHello has to be looked at first, by an acceptor; else without.
static void open_server(const struct flags *flags) {
  const inkotls_server_config *config = server_config(flags);
  if (flags->expect_no_server_name || flags->expect_server_name || flags->expect_advertised_alpn ||
      flags->expect_peer_verify_prefs.count > 0) {
    session.acceptor = inkotls_acceptor_new();
    transport_connect();
    inkotls_status status = drive(accept_hello);
    if (status != INKOTLS_STATUS_OK) fail("%s", inkotls_acceptor_error(session.acceptor));
    expect_hello();
    check(inkotls_acceptor_into_conn(session.acceptor, config, &session.conn), "into_conn", "");
    session.acceptor = NULL;
  } else {
    check(inkotls_conn_new_server(config, &session.conn), "new_server", "");
    transport_connect();
  }
  inkotls_server_config_release(config);
  const char *select = flags->reject_alpn ? "none of the client's" : flags->select_alpn;
  if (select) inkotls_conn_add_alpn(session.conn, select, strlen(select));
}

void session_open(void) {
  const struct flags *flags = session.flags;
  require_support(flags);
  if (flags->is_server) {
    open_server(flags);
  } else {
    open_client(flags);
    transport_connect();
  }
}
