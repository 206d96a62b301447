// NULL in any pointer argument of any call is answered with a status, not with a crash (rule 8).
// A call that fails leaves its outputs (rule 9) and its handle unchanged.

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "outputs.h"
#include "pair.h"

static const size_t too_long = (size_t)SSIZE_MAX + 1;

static void is_refused(int32_t status, int line, const char *what) {
  check_int(status, INKOTLS_STATUS_INVALID_ARGUMENT, __FILE__, line, what);
  if (!check_that(is_untouched(), __FILE__, line, what)) poison_outputs();
}

#define REFUSED(call) is_refused((call), __LINE__, #call)

#define INPUT_REFUSED(call, handle, data, len) \
  do {                                         \
    REFUSED(call(NULL, data, len));            \
    REFUSED(call(handle, NULL, 1));            \
    REFUSED(call(handle, data, too_long));     \
    REFUSED(call(handle, data, SIZE_MAX));     \
  } while (0)

// Bytes in or out, and how many of them.
#define BYTES_REFUSED(call, handle, data, size)      \
  do {                                               \
    REFUSED(call(NULL, data, size, &out.len));       \
    REFUSED(call(handle, NULL, 1, &out.len));        \
    REFUSED(call(handle, data, too_long, &out.len)); \
    REFUSED(call(handle, data, SIZE_MAX, &out.len)); \
    REFUSED(call(handle, data, size, NULL));         \
  } while (0)

#define LOAN_REFUSED(call, handle, borrowed) \
  do {                                       \
    REFUSED(call(NULL, borrowed, &out.len)); \
    REFUSED(call(handle, NULL, &out.len));   \
    REFUSED(call(handle, borrowed, NULL));   \
  } while (0)

#define LOAN_AT_REFUSED(call, handle, borrowed) \
  do {                                          \
    REFUSED(call(NULL, 0, borrowed, &out.len)); \
    REFUSED(call(handle, 0, NULL, &out.len));   \
    REFUSED(call(handle, 0, borrowed, NULL));   \
  } while (0)

static const struct way direct = {.chunk = 1 << 14};
static const struct way through_acceptor = {.chunk = 1 << 14, .through_acceptor = 1};
static const inkotls_client_config *client;
static const inkotls_server_config *server;

static void configs_connect(const inkotls_client_config *a, const inkotls_server_config *b) {
  struct pair pair;
  pair_connect(&pair, &direct, a, b);
  pair_free(&pair);
}

static int is_text(const char *text) { return text && *text; }

static void the_library(void) {
  CHECK_INT(inkotls_abi_version(), 0);
  CHECK_TEXT(inkotls_version(), ".");
  const char *no_status = inkotls_status_text(INT32_MIN);
  for (int number = -40; number <= 40; number++) {
    int is_status = number >= INKOTLS_STATUS_PANIC && number <= INKOTLS_STATUS_FULL;
    int is_error = number >= INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED &&
                   number <= INKOTLS_CERTIFICATE_ERROR_UNKNOWN_TIME;
    checking("number %d", number);
    CHECK(is_text(inkotls_status_text(number)));
    CHECK_INT(strcmp(inkotls_status_text(number), no_status) != 0, is_status);
    CHECK(is_text(inkotls_certificate_error_text(number)));
    CHECK_INT(strcmp(inkotls_certificate_error_text(number), "unknown") != 0, is_error);
    CHECK(is_text(inkotls_alert_name(number)));
    CHECK_INT(strcmp(inkotls_protocol_version_name(number), "unknown"), 0);
    CHECK_INT(strcmp(inkotls_cipher_suite_name(number), "unknown"), 0);
    CHECK(is_text(inkotls_named_group_name(number)));
    CHECK(is_text(inkotls_signature_scheme_name(number)));
  }
  static const int32_t extremes[] = {INT32_MIN, INT32_MIN + 1, -41, 1 << 16, INT32_MAX};
  for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; i++) {
    checking("number %ld", (long)extremes[i]);
    CHECK_INT(strcmp(inkotls_status_text(extremes[i]), no_status), 0);
    CHECK_INT(strcmp(inkotls_certificate_error_text(extremes[i]), "unknown"), 0);
    CHECK_INT(strcmp(inkotls_alert_name(extremes[i]), "unknown"), 0);
    CHECK_INT(strcmp(inkotls_protocol_version_name(extremes[i]), "unknown"), 0);
    CHECK_INT(strcmp(inkotls_cipher_suite_name(extremes[i]), "unknown"), 0);
    CHECK_INT(strcmp(inkotls_named_group_name(extremes[i]), "unknown"), 0);
    CHECK_INT(strcmp(inkotls_signature_scheme_name(extremes[i]), "unknown"), 0);
  }
  REFUSED(inkotls_invalid_name_text(NULL, 1, out.buf, sizeof out.buf, &out.len));
  REFUSED(inkotls_invalid_name_text("a b", too_long, out.buf, sizeof out.buf, &out.len));
  REFUSED(inkotls_invalid_name_text("a b", 3, NULL, 1, &out.len));
  REFUSED(inkotls_invalid_name_text("a b", 3, NULL, 0, &out.len));
  REFUSED(inkotls_invalid_name_text("a b", 3, out.buf, too_long, &out.len));
  REFUSED(inkotls_invalid_name_text("a b", 3, out.buf, sizeof out.buf, NULL));
  checking("known numbers");
  CHECK_TEXT(inkotls_alert_name(0), "close_notify");
  CHECK_TEXT(inkotls_alert_name(40), "handshake_failure");
  CHECK_TEXT(inkotls_protocol_version_name(0x0303), "TLS 1.2");
  CHECK_TEXT(inkotls_protocol_version_name(0x0304), "TLS 1.3");
  CHECK_TEXT(inkotls_cipher_suite_name(0x1301), "TLS_AES_128_GCM_SHA256");
  CHECK_TEXT(inkotls_named_group_name(29), "x25519");
  CHECK_TEXT(inkotls_named_group_name(0x11ec), "X25519MLKEM768");
  CHECK_TEXT(inkotls_signature_scheme_name(0x0807), "ed25519");
  int32_t (*const lists[])(size_t) = {inkotls_protocol_version_at, inkotls_cipher_suite_at,
                                      inkotls_named_group_at, inkotls_signature_scheme_at};
  for (int i = 0; i < 4; i++) {
    CHECK(lists[i](0) > 0);
    CHECK_INT(lists[i](100), INKOTLS_STATUS_NONE);
    CHECK_INT(lists[i](SIZE_MAX), INKOTLS_STATUS_NONE);
  }
}

static void names(void) {
  int32_t (*const numbers[])(const char *, size_t) = {
      inkotls_protocol_version_number, inkotls_cipher_suite_number, inkotls_named_group_number,
      inkotls_signature_scheme_number};
  for (int i = 0; i < 4; i++) {
    REFUSED(numbers[i](NULL, 1));
    REFUSED(numbers[i]("x25519", too_long));
    CHECK_INT(numbers[i](NULL, 0), INKOTLS_STATUS_NONE);
  }
}

static int64_t tell_time(void *user_data, void *conn_user_data) {
  return (void)user_data, (void)conn_user_data, 0;
}

static void key_log(void *user_data, void *conn_user_data, const char *line, size_t len) {
  (void)conn_user_data;
  (void)user_data, (void)line, (void)len;
}

static void message(void *user_data, void *conn_user_data, int32_t level, const char *text,
                    size_t len) {
  (void)conn_user_data;
  (void)user_data, (void)level, (void)text, (void)len;
}

static int32_t put(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   const uint8_t *value, size_t value_len) {
  (void)conn_user_data;
  (void)user_data, (void)key, (void)key_len, (void)value, (void)value_len;
  return 0;
}

static int32_t get(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   int32_t take, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)user_data, (void)key, (void)key_len, (void)take, (void)buf, (void)cap;
  return 0;
}

static int32_t io_read(void *user_data, uint8_t *buf, size_t cap) {
  (void)user_data, (void)buf, (void)cap;
  return -EAGAIN;
}

static int32_t io_write(void *user_data, const uint8_t *data, size_t len) {
  (void)user_data, (void)data, (void)len;
  return -EAGAIN;
}

static int32_t sign(void *user_data, void *conn_user_data, int32_t scheme, const uint8_t *message,
                    size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)user_data, (void)scheme, (void)message, (void)len, (void)buf, (void)cap;
  return 0;
}

// A verification is there as long as its callback is called.
static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  (void)user_data;
  LOAN_AT_REFUSED(inkotls_verification_certificate, it, &out.bytes);
  LOAN_REFUSED(inkotls_verification_server_name, it, &out.text);
  LOAN_REFUSED(inkotls_verification_ocsp_staple, it, &out.bytes);
  CHECK_INT(inkotls_verification_certificate(it, 1, &out.bytes, &out.len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_verification_ocsp_staple(it, &out.bytes, &out.len), INKOTLS_STATUS_NONE);
  CHECK(is_untouched());
  REFUSED(inkotls_verification_time(NULL, &out.seconds));
  REFUSED(inkotls_verification_time(it, NULL));
  REFUSED(inkotls_verification_verify(NULL));
  return inkotls_verification_verify(it);
}

static void roots_and_client(void) {
  static char pem[4096], der[4096];
  size_t pem_len = pki_read("ca.pem", pem, sizeof pem);
  size_t der_len = pki_read("ca.der", der, sizeof der);
  const char *path = pki_path("ca.pem");
  inkotls_roots *roots = inkotls_roots_new();
  INPUT_REFUSED(inkotls_roots_add_pem, roots, pem, pem_len);
  INPUT_REFUSED(inkotls_roots_add_pem_file, roots, path, strlen(path));
  INPUT_REFUSED(inkotls_roots_add_der, roots, der, der_len);
  INPUT_REFUSED(inkotls_roots_add_peer_certificate_pem, roots, pem, pem_len);
  INPUT_REFUSED(inkotls_roots_add_peer_certificate_pem_file, roots, path, strlen(path));
  INPUT_REFUSED(inkotls_roots_add_peer_certificate_der, roots, der, der_len);
  INPUT_REFUSED(inkotls_roots_add_crl_pem, roots, pem, pem_len);
  INPUT_REFUSED(inkotls_roots_add_crl_pem_file, roots, path, strlen(path));
  INPUT_REFUSED(inkotls_roots_add_crl_der, roots, der, der_len);
  INPUT_REFUSED(inkotls_roots_add_raw_public_key, roots, der, der_len);
  REFUSED(inkotls_roots_set_revocation(NULL, 0));
  REFUSED(inkotls_roots_add_platform(NULL));
  REFUSED(inkotls_roots_os_error(NULL));
  CHECK(is_text(inkotls_roots_error(NULL)));
  CHECK(is_text(inkotls_roots_error(roots)));
  CHECK_INT(inkotls_roots_os_error(roots), INKOTLS_STATUS_NONE);
  // Empty is not NULL, but there is nothing in it either.
  CHECK_INT(inkotls_roots_add_pem(roots, NULL, 0), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_roots_add_der(roots, NULL, 0), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_roots_add_crl_pem(roots, NULL, 0), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_roots_add_crl_der(roots, NULL, 0), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_roots_add_raw_public_key(roots, NULL, 0), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(inkotls_roots_add_peer_certificate_pem(roots, NULL, 0),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_roots_add_peer_certificate_der(roots, NULL, 0),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  REFUSED(inkotls_roots_add_peer_certificate_pem_file(roots, NULL, 0));
  REFUSED(inkotls_roots_add_pem_file(roots, NULL, 0));
  REFUSED(inkotls_roots_add_crl_pem_file(roots, NULL, 0));
  CHECK_INT(inkotls_roots_add_der(roots, der, der_len), INKOTLS_STATUS_OK);

  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_identity *identity = inkotls_identity_new();
  REFUSED(inkotls_client_builder_add_protocol_version(NULL, 0x0304));
  REFUSED(inkotls_client_builder_add_cipher_suite(NULL, 0x1301));
  REFUSED(inkotls_client_builder_add_named_group(NULL, 29));
  REFUSED(inkotls_client_builder_set_certificate_compression(NULL, 1));
  REFUSED(inkotls_client_builder_set_extended_master_secret_required(NULL, 1));
  REFUSED(inkotls_client_builder_set_limit(NULL, INKOTLS_LIMIT_RECORD, 1024));
  REFUSED(inkotls_client_builder_set_clock(NULL, tell_time, NULL));
  REFUSED(inkotls_client_builder_set_clock(builder, NULL, NULL));
  REFUSED(inkotls_client_builder_set_dangerous_key_log(NULL, key_log, NULL));
  REFUSED(inkotls_client_builder_set_dangerous_key_log(builder, NULL, NULL));
  REFUSED(inkotls_client_builder_set_dangerous_key_log_file(NULL));
  REFUSED(inkotls_client_builder_add_identity(NULL, identity));
  REFUSED(inkotls_client_builder_add_identity(builder, NULL));
  REFUSED(inkotls_client_builder_set_session_cache(NULL, 1));
  REFUSED(inkotls_client_builder_set_session_lifetime(NULL, 1));
  REFUSED(inkotls_client_builder_set_tls12_resumption(NULL, INKOTLS_TLS12_RESUMPTION_OFF));
  REFUSED(inkotls_client_builder_set_early_data(NULL, 1));
  REFUSED(inkotls_client_builder_set_ech_grease(NULL, 1));
  REFUSED(inkotls_client_builder_set_dangerous_verifier(NULL, verify, NULL, 0));
  REFUSED(inkotls_client_builder_set_dangerous_verifier(builder, NULL, NULL, 0));
  // 2 is reserved (docs/decisions/two-phase-answers.md).
  REFUSED(inkotls_client_builder_set_dangerous_verifier(builder, verify, NULL, 2));
  REFUSED(inkotls_client_builder_set_dangerous_verifier(builder, NULL, NULL, 2));
  REFUSED(inkotls_client_builder_set_dangerous_verifier(builder, verify, NULL, -1));
  inkotls_identity_free(identity);
  REFUSED(inkotls_client_builder_set_roots(NULL, roots));
  REFUSED(inkotls_client_builder_set_roots(builder, NULL));
  INPUT_REFUSED(inkotls_client_builder_add_alpn, builder, "h2", 2);
  INPUT_REFUSED(inkotls_client_builder_set_crypto_provider, builder, "ring", 4);
  REFUSED(inkotls_client_builder_add_alpn(builder, NULL, 0));
  CHECK(is_text(inkotls_client_builder_error(NULL)));
  CHECK(is_text(inkotls_client_builder_error(builder)));
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_alpn(builder, "h2", 2), INKOTLS_STATUS_OK);
  REFUSED(inkotls_client_builder_build(NULL, &out.client));
  REFUSED(inkotls_client_builder_build(builder, NULL));
  const inkotls_client_config *config = NULL;
  CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  REFUSED(inkotls_client_config_may_block(NULL));
  CHECK_INT(strcmp(inkotls_client_config_crypto_provider(NULL), ""), 0);
  CHECK_INT(inkotls_client_config_may_block(config), 0);
  REFUSED(inkotls_client_config_sessions(NULL, &out.len, &out.size));
  REFUSED(inkotls_client_config_sessions(config, NULL, &out.size));
  REFUSED(inkotls_client_config_sessions(config, &out.len, NULL));
  INPUT_REFUSED(inkotls_client_config_remove_sessions, config, "localhost", 9);
  REFUSED(inkotls_client_config_retain(NULL));
  CHECK_INT(inkotls_client_config_retain(config), INKOTLS_STATUS_OK);
  inkotls_client_config_release(config);
  configs_connect(config, server);
  inkotls_client_config_release(config);
}

static void identity_and_server(void) {
  static char chain[4096], key[4096], chain_der[4096], key_der[4096];
  size_t chain_len = pki_read("ecdsa.pem", chain, sizeof chain);
  size_t key_len = pki_read("ecdsa.key", key, sizeof key);
  size_t chain_der_len = pki_read("ecdsa.der", chain_der, sizeof chain_der);
  size_t key_der_len = pki_read("ecdsa.key.der", key_der, sizeof key_der);
  const uint16_t scheme = 0x0403;
  const char *chain_path = pki_path("ecdsa.pem"), *key_path = pki_path("ecdsa.key");
  inkotls_identity *identity = inkotls_identity_new();
  INPUT_REFUSED(inkotls_identity_set_chain_pem, identity, chain, chain_len);
  INPUT_REFUSED(inkotls_identity_set_chain_pem_file, identity, chain_path, strlen(chain_path));
  INPUT_REFUSED(inkotls_identity_add_chain_der, identity, chain_der, chain_der_len);
  INPUT_REFUSED(inkotls_identity_set_key_pem, identity, key, key_len);
  INPUT_REFUSED(inkotls_identity_set_key_pem_file, identity, key_path, strlen(key_path));
  INPUT_REFUSED(inkotls_identity_set_key_der, identity, key_der, key_der_len);
  INPUT_REFUSED(inkotls_identity_set_ocsp_staple, identity, chain_der, chain_der_len);
  REFUSED(inkotls_identity_set_signer(NULL, &scheme, 1, sign, NULL, 0));
  REFUSED(inkotls_identity_set_signer(identity, NULL, 1, sign, NULL, 0));
  REFUSED(inkotls_identity_set_signer(identity, NULL, 0, sign, NULL, 0));
  REFUSED(inkotls_identity_set_signer(identity, &scheme, too_long, sign, NULL, 0));
  REFUSED(inkotls_identity_set_signer(identity, &scheme, SIZE_MAX / 2 + 1, sign, NULL, 0));
  REFUSED(inkotls_identity_set_signer(identity, &scheme, SIZE_MAX, sign, NULL, 0));
  REFUSED(inkotls_identity_set_signer(identity, &scheme, 1, NULL, NULL, 0));
  REFUSED(inkotls_identity_set_signer(identity, &scheme, 1, sign, NULL, 2));
  REFUSED(inkotls_identity_use_raw_public_key(NULL));
  LOAN_REFUSED(inkotls_identity_raw_public_key, identity, &out.bytes);
  CHECK_INT(inkotls_identity_raw_public_key(identity, &out.bytes, &out.len), INKOTLS_STATUS_NONE);
  CHECK(is_untouched());
  REFUSED(inkotls_identity_os_error(NULL));
  CHECK(is_text(inkotls_identity_error(NULL)));
  CHECK(is_text(inkotls_identity_error(identity)));
  CHECK_INT(inkotls_identity_os_error(identity), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_identity_set_chain_pem(identity, NULL, 0), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_identity_add_chain_der(identity, NULL, 0), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_identity_set_key_pem(identity, NULL, 0), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(inkotls_identity_set_key_der(identity, NULL, 0), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(inkotls_identity_set_ocsp_staple(identity, NULL, 0), INKOTLS_STATUS_OK);
  REFUSED(inkotls_identity_set_chain_pem_file(identity, NULL, 0));
  REFUSED(inkotls_identity_set_key_pem_file(identity, NULL, 0));
  CHECK_INT(inkotls_identity_set_chain_pem(identity, chain, chain_len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_set_key_pem(identity, key, key_len), INKOTLS_STATUS_OK);

  checking("sni_map");
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  REFUSED(inkotls_sni_map_set(NULL, "localhost", 9, identity));
  REFUSED(inkotls_sni_map_set(sni_map, NULL, 9, identity));
  REFUSED(inkotls_sni_map_set(sni_map, "localhost", too_long, identity));
  REFUSED(inkotls_sni_map_set(sni_map, "localhost", 9, NULL));
  INPUT_REFUSED(inkotls_sni_map_remove, sni_map, "localhost", 9);
  REFUSED(inkotls_sni_map_retain(NULL));
  CHECK_INT(inkotls_sni_map_set(sni_map, NULL, 0, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_sni_map_retain(sni_map), INKOTLS_STATUS_OK);
  inkotls_sni_map_release(sni_map);

  checking("ticket keys");
  static const char secret[32];
  const inkotls_ticket_keys *keys = NULL;
  INPUT_REFUSED(inkotls_ticket_keys_set, keys, secret, sizeof secret);
  REFUSED(inkotls_ticket_keys_new(NULL, sizeof secret, &out.ticket_keys));
  REFUSED(inkotls_ticket_keys_new(NULL, 0, &out.ticket_keys));
  REFUSED(inkotls_ticket_keys_new(secret, too_long, &out.ticket_keys));
  REFUSED(inkotls_ticket_keys_new(secret, sizeof secret, NULL));
  CHECK_INT(inkotls_ticket_keys_new(secret, sizeof secret, &keys), INKOTLS_STATUS_OK);
  INPUT_REFUSED(inkotls_ticket_keys_set, keys, secret, sizeof secret);
  REFUSED(inkotls_ticket_keys_set(keys, NULL, 0));
  REFUSED(inkotls_ticket_keys_retain(NULL));
  CHECK_INT(inkotls_ticket_keys_retain(keys), INKOTLS_STATUS_OK);
  inkotls_ticket_keys_release(keys);

  checking("server builder");
  inkotls_server_builder *builder = inkotls_server_builder_new();
  inkotls_roots *roots = inkotls_roots_new();
  REFUSED(inkotls_server_builder_add_protocol_version(NULL, 0x0304));
  REFUSED(inkotls_server_builder_add_cipher_suite(NULL, 0x1301));
  REFUSED(inkotls_server_builder_add_named_group(NULL, 29));
  REFUSED(inkotls_server_builder_set_certificate_compression(NULL, 1));
  REFUSED(inkotls_server_builder_set_extended_master_secret_required(NULL, 1));
  REFUSED(inkotls_server_builder_set_limit(NULL, INKOTLS_LIMIT_RECORD, 1024));
  REFUSED(inkotls_server_builder_set_clock(NULL, tell_time, NULL));
  REFUSED(inkotls_server_builder_set_clock(builder, NULL, NULL));
  REFUSED(inkotls_server_builder_set_dangerous_key_log(NULL, key_log, NULL));
  REFUSED(inkotls_server_builder_set_dangerous_key_log(builder, NULL, NULL));
  REFUSED(inkotls_server_builder_set_dangerous_key_log_file(NULL));
  REFUSED(inkotls_server_builder_set_sni_map(NULL, sni_map));
  REFUSED(inkotls_server_builder_set_sni_map(builder, NULL));
  REFUSED(inkotls_server_builder_set_client_auth(NULL, INKOTLS_CLIENT_AUTH_OFF, NULL));
  REFUSED(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_OPTIONAL, NULL));
  REFUSED(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, NULL));
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_OFF, NULL),
            INKOTLS_STATUS_OK);
  REFUSED(inkotls_server_builder_set_session_cache(NULL, 1));
  REFUSED(inkotls_server_builder_set_session_lifetime(NULL, 1));
  REFUSED(inkotls_server_builder_set_session_store(NULL, put, get, NULL, 0));
  REFUSED(inkotls_server_builder_set_session_store(builder, NULL, get, NULL, 0));
  REFUSED(inkotls_server_builder_set_session_store(builder, put, NULL, NULL, 0));
  REFUSED(inkotls_server_builder_set_session_store(builder, put, get, NULL, 2));
  REFUSED(inkotls_server_builder_set_session_store(builder, put, get, NULL, -1));
  REFUSED(inkotls_server_builder_set_dangerous_verifier(NULL, verify, NULL, 0));
  REFUSED(inkotls_server_builder_set_dangerous_verifier(builder, NULL, NULL, 0));
  // 2 is reserved (docs/decisions/two-phase-answers.md).
  REFUSED(inkotls_server_builder_set_dangerous_verifier(builder, verify, NULL, 2));
  REFUSED(inkotls_server_builder_set_dangerous_verifier(builder, NULL, NULL, 2));
  REFUSED(inkotls_server_builder_set_dangerous_verifier(builder, verify, NULL, -1));
  REFUSED(inkotls_server_builder_set_ticket_keys(NULL, keys));
  REFUSED(inkotls_server_builder_set_ticket_keys(builder, NULL));
  REFUSED(inkotls_server_builder_set_ticket_count(NULL, 1));
  REFUSED(inkotls_server_builder_set_max_early_data(NULL, 1));
  inkotls_roots_free(roots);
  inkotls_sni_map_release(sni_map);
  inkotls_ticket_keys_release(keys);
  REFUSED(inkotls_server_builder_set_identity(NULL, identity));
  REFUSED(inkotls_server_builder_set_identity(builder, NULL));
  INPUT_REFUSED(inkotls_server_builder_add_alpn, builder, "h2", 2);
  INPUT_REFUSED(inkotls_server_builder_set_crypto_provider, builder, "ring", 4);
  REFUSED(inkotls_server_builder_add_alpn(builder, NULL, 0));
  CHECK(is_text(inkotls_server_builder_error(NULL)));
  CHECK(is_text(inkotls_server_builder_error(builder)));
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_add_alpn(builder, "h2", 2), INKOTLS_STATUS_OK);
  REFUSED(inkotls_server_builder_build(NULL, &out.server));
  REFUSED(inkotls_server_builder_build(builder, NULL));
  const inkotls_server_config *config = NULL;
  CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  REFUSED(inkotls_server_config_may_block(NULL));
  CHECK_INT(strcmp(inkotls_server_config_crypto_provider(NULL), ""), 0);
  CHECK_INT(inkotls_server_config_may_block(config), 0);
  REFUSED(inkotls_server_config_sessions(NULL, &out.len, &out.size));
  REFUSED(inkotls_server_config_sessions(config, NULL, &out.size));
  REFUSED(inkotls_server_config_sessions(config, &out.len, NULL));
  REFUSED(inkotls_server_config_retain(NULL));
  CHECK_INT(inkotls_server_config_retain(config), INKOTLS_STATUS_OK);
  inkotls_server_config_release(config);
  configs_connect(client, config);
  inkotls_server_config_release(config);
}

static void acceptor(void) {
  // Before the ClientHello there is nothing to lend.
  checking("new acceptor");
  inkotls_acceptor *fresh = inkotls_acceptor_new();
  CHECK_INT(inkotls_acceptor_server_name(fresh, &out.text, &out.len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_acceptor_named_groups(fresh, &out.numbers, &out.len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_acceptor_client_hello(fresh, &out.bytes, &out.len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_acceptor_certificate_authority(fresh, 0, &out.bytes, &out.len),
            INKOTLS_STATUS_NONE);
  CHECK(is_untouched());
  inkotls_acceptor_free(fresh);

  checking("acceptor");
  struct pair pair;
  size_t len = 7;
  pair_open(&pair, &through_acceptor, client, "localhost", server);
  inkotls_acceptor *it = pair.server.acceptor;
  REFUSED(inkotls_acceptor_set_fd(NULL, -1));
  REFUSED(inkotls_acceptor_set_fds(NULL, -1, -1));
  REFUSED(inkotls_acceptor_detach(NULL));
  REFUSED(inkotls_acceptor_set_io(NULL, io_read, io_write, NULL));
  REFUSED(inkotls_acceptor_set_io(it, NULL, io_write, NULL));
  REFUSED(inkotls_acceptor_set_io(it, io_read, NULL, NULL));
  BYTES_REFUSED(inkotls_acceptor_feed, it, "x", 1);
  BYTES_REFUSED(inkotls_acceptor_drain, it, out.buf, sizeof out.buf);
  REFUSED(inkotls_acceptor_feed_eof(NULL));
  CHECK_INT(inkotls_acceptor_feed(it, NULL, 0, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 0);
  len = 7;
  CHECK_INT(inkotls_acceptor_drain(it, NULL, 0, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 0);

  // The ClientHello is whole: every question has an answer, for those who ask it properly.
  CHECK_INT(side_handshake(&pair.client), INKOTLS_STATUS_WANT_WRITE);
  pair_carry(&pair);
  REFUSED(inkotls_acceptor_accept(NULL));
  CHECK_INT(inkotls_acceptor_accept(it), INKOTLS_STATUS_OK);
  LOAN_REFUSED(inkotls_acceptor_server_name, it, &out.text);
  LOAN_AT_REFUSED(inkotls_acceptor_alpn, it, &out.bytes);
  LOAN_REFUSED(inkotls_acceptor_cipher_suites, it, &out.numbers);
  LOAN_REFUSED(inkotls_acceptor_signature_schemes, it, &out.numbers);
  LOAN_REFUSED(inkotls_acceptor_named_groups, it, &out.numbers);
  LOAN_AT_REFUSED(inkotls_acceptor_certificate_authority, it, &out.bytes);
  LOAN_REFUSED(inkotls_acceptor_client_hello, it, &out.bytes);
  REFUSED(inkotls_acceptor_set_user_data(NULL, NULL));
  CHECK_INT(inkotls_acceptor_set_user_data(it, NULL), INKOTLS_STATUS_OK);
  REFUSED(inkotls_acceptor_set_log(NULL, INKOTLS_LOG_INFO, message, NULL));
  REFUSED(inkotls_acceptor_set_log(it, INKOTLS_LOG_INFO, NULL, NULL));
  CHECK_INT(inkotls_acceptor_set_log(it, INKOTLS_LOG_OFF, NULL, NULL), INKOTLS_STATUS_OK);
  REFUSED(inkotls_acceptor_alert_sent(NULL));
  REFUSED(inkotls_acceptor_alert_received(NULL));
  REFUSED(inkotls_acceptor_os_error(NULL));
  CHECK(is_text(inkotls_acceptor_error(NULL)));
  CHECK(is_text(inkotls_acceptor_error(it)));
  REFUSED(inkotls_acceptor_into_conn(NULL, server, &out.conn));
  REFUSED(inkotls_acceptor_into_conn(it, NULL, &out.conn));
  REFUSED(inkotls_acceptor_into_conn(it, server, NULL));
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_free(&pair);
}

static void connection(void) {
  REFUSED(inkotls_conn_new_client(NULL, "localhost", 9, &out.conn));
  REFUSED(inkotls_conn_new_client(client, NULL, 9, &out.conn));
  REFUSED(inkotls_conn_new_client(client, "localhost", too_long, &out.conn));
  REFUSED(inkotls_conn_new_client(client, "localhost", 9, NULL));
  REFUSED(inkotls_conn_new_server(NULL, &out.conn));
  REFUSED(inkotls_conn_new_server(server, NULL));
  CHECK_INT(inkotls_conn_new_client(client, NULL, 0, &out.conn), INKOTLS_STATUS_INVALID_NAME);
  CHECK(is_untouched());

  struct pair pair;
  char in[8];
  size_t len = 7;
  pair_connect(&pair, &direct, client, server);
  inkotls_conn *it = pair.client.conn;
  // Something to read, something to drain.
  CHECK_INT(side_write(&pair.server, "ask", 3, &len), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_flushed(&pair, &pair.server), INKOTLS_STATUS_OK);
  CHECK_INT(side_write(&pair.client, "answer", 6, &len), INKOTLS_STATUS_OK);
  REFUSED(inkotls_conn_set_fd(NULL, -1));
  REFUSED(inkotls_conn_set_fds(NULL, -1, -1));
  REFUSED(inkotls_conn_detach(NULL));
  REFUSED(inkotls_conn_set_io(NULL, io_read, io_write, NULL));
  REFUSED(inkotls_conn_set_io(it, NULL, io_write, NULL));
  REFUSED(inkotls_conn_set_io(it, io_read, NULL, NULL));
  REFUSED(inkotls_conn_run_blocking(NULL));
  BYTES_REFUSED(inkotls_conn_feed, it, "x", 1);
  BYTES_REFUSED(inkotls_conn_drain, it, out.buf, sizeof out.buf);
  BYTES_REFUSED(inkotls_conn_read, it, out.buf, sizeof out.buf);
  BYTES_REFUSED(inkotls_conn_write, it, "x", 1);
  BYTES_REFUSED(inkotls_conn_read_early_data, pair.server.conn, out.buf, sizeof out.buf);
  BYTES_REFUSED(inkotls_conn_write_early_data, it, "x", 1);
  INPUT_REFUSED(inkotls_conn_add_alpn, it, "h2", 2);
  REFUSED(inkotls_conn_set_ech_configs(NULL, "x", 1));
  LOAN_REFUSED(inkotls_conn_ech_retry_configs, it, &out.bytes);
  LOAN_REFUSED(inkotls_conn_ech_public_name, it, &out.text);
  REFUSED(inkotls_conn_ech_status(NULL));
  INPUT_REFUSED(inkotls_conn_set_resumption_data, pair.server.conn, "x", 1);
  LOAN_REFUSED(inkotls_conn_read_peek, it, &out.bytes);
  LOAN_REFUSED(inkotls_conn_drain_peek, it, &out.bytes);
  LOAN_REFUSED(inkotls_conn_feed_room, it, &out.room);
  REFUSED(inkotls_conn_feed_filled(NULL, 0));
  LOAN_REFUSED(inkotls_conn_resumption_data, pair.server.conn, &out.bytes);
  LOAN_REFUSED(inkotls_conn_ocsp_staple, it, &out.bytes);
  REFUSED(inkotls_conn_clear_alpn(NULL));
  REFUSED(inkotls_conn_read_consume(NULL, 0));
  REFUSED(inkotls_conn_drain_consume(NULL, 0));
  REFUSED(inkotls_conn_update_keys(NULL));
  REFUSED(inkotls_conn_tickets_received(NULL));
  REFUSED(inkotls_conn_is_early_data_accepted(NULL));
  REFUSED(inkotls_conn_set_user_data(NULL, NULL));
  CHECK_INT(inkotls_conn_set_user_data(it, NULL), INKOTLS_STATUS_OK);
  REFUSED(inkotls_conn_set_log(NULL, INKOTLS_LOG_INFO, message, NULL));
  REFUSED(inkotls_conn_set_log(it, INKOTLS_LOG_INFO, NULL, NULL));
  CHECK_INT(inkotls_conn_set_log(it, INKOTLS_LOG_OFF, NULL, NULL), INKOTLS_STATUS_OK);
  REFUSED(inkotls_conn_export_keying_material(NULL, "l", 1, "c", 1, out.buf, 8));
  REFUSED(inkotls_conn_export_keying_material(it, NULL, 1, "c", 1, out.buf, 8));
  REFUSED(inkotls_conn_export_keying_material(it, "l", 1, NULL, 1, out.buf, 8));
  REFUSED(inkotls_conn_export_keying_material(it, "l", 1, "c", 1, NULL, 8));
  REFUSED(inkotls_conn_channel_binding(NULL, 1, out.buf, sizeof out.buf, &out.len));
  REFUSED(inkotls_conn_channel_binding(it, 1, NULL, sizeof out.buf, &out.len));
  REFUSED(inkotls_conn_channel_binding(it, 1, out.buf, sizeof out.buf, NULL));
  REFUSED(inkotls_conn_feed_eof(NULL));
  REFUSED(inkotls_conn_handshake(NULL));
  REFUSED(inkotls_conn_flush(NULL));
  REFUSED(inkotls_conn_close(NULL));
  LOAN_REFUSED(inkotls_conn_alpn, it, &out.bytes);
  LOAN_REFUSED(inkotls_conn_server_name, pair.server.conn, &out.text);
  LOAN_AT_REFUSED(inkotls_conn_peer_certificate, it, &out.bytes);
  LOAN_AT_REFUSED(inkotls_conn_verified_certificate, it, &out.bytes);
  REFUSED(inkotls_conn_verified_anchor(NULL, out.buf, sizeof out.buf, &out.len));
  REFUSED(inkotls_conn_verified_anchor(it, NULL, 1, &out.len));
  REFUSED(inkotls_conn_verified_anchor(it, out.buf, sizeof out.buf, NULL));
  REFUSED(inkotls_conn_state(NULL));
  REFUSED(inkotls_conn_protocol_version(NULL));
  REFUSED(inkotls_conn_cipher_suite(NULL));
  REFUSED(inkotls_conn_named_group(NULL));
  REFUSED(inkotls_conn_peer_signature_scheme(NULL));
  REFUSED(inkotls_conn_is_resumed(NULL));
  REFUSED(inkotls_conn_alert_sent(NULL));
  REFUSED(inkotls_conn_alert_received(NULL));
  REFUSED(inkotls_conn_certificate_error(NULL));
  REFUSED(inkotls_conn_os_error(NULL));
  CHECK(is_text(inkotls_conn_error(NULL)));
  CHECK(is_text(inkotls_conn_error(it)));

  inkotls_status (*const inputs[])(inkotls_conn *, const void *, size_t, size_t *) = {
      inkotls_conn_feed, inkotls_conn_write};
  inkotls_status (*const outputs[])(inkotls_conn *, void *, size_t, size_t *) = {inkotls_conn_drain,
                                                                                 inkotls_conn_read};
  for (int i = 0; i < 2; i++) {
    len = 7;
    CHECK_INT(inputs[i](it, NULL, 0, &len), INKOTLS_STATUS_OK);
    CHECK_INT(len, 0);
    len = 7;
    CHECK_INT(outputs[i](it, NULL, 0, &len), INKOTLS_STATUS_OK);
    CHECK_INT(len, 0);
  }
  // None of it cost a byte.
  CHECK_INT(pair_until_read(&pair, &pair.client, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == 3 && memcmp(in, "ask", 3) == 0);
  CHECK_INT(pair_until_flushed(&pair, &pair.client), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_read(&pair, &pair.server, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == 6 && memcmp(in, "answer", 6) == 0);
  pair_free(&pair);
}

static void certificate(void) {
  static char der[4096];
  size_t len = pki_read("ecdsa.der", der, sizeof der);
  inkotls_certificate *it;
  REFUSED(inkotls_certificate_new(der, len, NULL));
  REFUSED(inkotls_certificate_new(NULL, 1, &out.certificate));
  REFUSED(inkotls_certificate_new(der, too_long, &out.certificate));
  REFUSED(inkotls_certificate_new(der, SIZE_MAX, &out.certificate));
  CHECK_INT(inkotls_certificate_new(NULL, 0, &out.certificate), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK(is_untouched());
  CHECK_INT(inkotls_certificate_new(der, len, &it), INKOTLS_STATUS_OK);
  LOAN_REFUSED(inkotls_certificate_subject, it, &out.text);
  LOAN_REFUSED(inkotls_certificate_issuer, it, &out.text);
  LOAN_REFUSED(inkotls_certificate_serial, it, &out.bytes);
  REFUSED(inkotls_certificate_not_before(NULL, &out.seconds));
  REFUSED(inkotls_certificate_not_before(it, NULL));
  REFUSED(inkotls_certificate_not_after(NULL, &out.seconds));
  REFUSED(inkotls_certificate_not_after(it, NULL));
  LOAN_AT_REFUSED(inkotls_certificate_dns_name, it, &out.text);
  LOAN_AT_REFUSED(inkotls_certificate_ip_address, it, &out.bytes);
  LOAN_AT_REFUSED(inkotls_certificate_ip_address_text, it, &out.text);
  LOAN_AT_REFUSED(inkotls_certificate_uri_name, it, &out.text);
  LOAN_AT_REFUSED(inkotls_certificate_email_name, it, &out.text);
  REFUSED(inkotls_certificate_key_usage(NULL));
  LOAN_AT_REFUSED(inkotls_certificate_extended_key_usage, it, &out.text);
  REFUSED(inkotls_certificate_is_ca(NULL));
  REFUSED(inkotls_certificate_path_length(NULL));
  LOAN_REFUSED(inkotls_certificate_public_key_algorithm, it, &out.text);
  REFUSED(inkotls_certificate_public_key_bits(NULL));
  LOAN_REFUSED(inkotls_certificate_subject_key_identifier, it, &out.bytes);
  LOAN_REFUSED(inkotls_certificate_authority_key_identifier, it, &out.bytes);
  LOAN_AT_REFUSED(inkotls_certificate_ocsp_uri, it, &out.text);
  LOAN_AT_REFUSED(inkotls_certificate_ca_issuers_uri, it, &out.text);
  LOAN_REFUSED(inkotls_certificate_der, it, &out.bytes);
  BYTES_REFUSED(inkotls_certificate_pem, it, out.buf, sizeof out.buf);
  REFUSED(inkotls_certificate_pem(it, out.buf, sizeof out.buf, &out.len));  // too small
  BYTES_REFUSED(inkotls_certificate_text, it, out.buf, sizeof out.buf);
  REFUSED(inkotls_certificate_text(it, out.buf, sizeof out.buf, &out.len));
  LOAN_REFUSED(inkotls_certificate_fingerprint, it, &out.bytes);
  inkotls_certificate_free(it);
}

static void verification(void) {
  inkotls_client_builder *builder = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, verify, NULL, 0),
            INKOTLS_STATUS_OK);
  const inkotls_client_config *config = client_built(builder);
  configs_connect(config, server);
  inkotls_client_config_release(config);
}

// That these return is all there is to see.
static void nothing_is_freed(void) {
  inkotls_roots_free(NULL);
  inkotls_identity_free(NULL);
  inkotls_sni_map_release(NULL);
  inkotls_ticket_keys_release(NULL);
  inkotls_client_builder_free(NULL);
  inkotls_client_config_release(NULL);
  inkotls_server_builder_free(NULL);
  inkotls_server_config_release(NULL);
  inkotls_acceptor_free(NULL);
  inkotls_conn_free(NULL);
  inkotls_certificate_free(NULL);
}

int main(int argc, char **argv) {
  static const char *const h2[] = {"h2", NULL};
  pki_open(argc, argv);
  poison_outputs();
  client = client_config("ca.pem", h2);
  server = server_config("ecdsa", h2);
  once("names and texts of numbers", the_library);
  once("numbers from names", names);
  once("roots and client builder", roots_and_client);
  once("identity and server builder", identity_and_server);
  once("acceptor", acceptor);
  once("connection", connection);
  once("certificate", certificate);
  once("verification", verification);
  once("freeing NULL", nothing_is_freed);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
