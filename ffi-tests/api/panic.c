// Rule 7: no panic reaches the host. The call that panics returns PANIC, and so does every later
// call on the handle, which keeps an error message and can be freed. This program needs a library
// that is built with `--cfg inkotls_test_hooks`: mk/kinds.mk has those.

#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "configs.h"

void inkotls_test_panic_next(void);

static const struct way direct = {.chunk = 1 << 14};

static void arm(void) {
  poison_outputs();
  inkotls_test_panic_next();
}

static void panics(const struct kind *kind, const struct call *call) {
  void *it = kind->make();
  arm();
  CHECK_INT(call->make(it), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  for (const struct call *other = kind->calls; other->name; other++) {
    checking("%s: %s, then %s", kind->name, call->name, other->name);
    CHECK_INT(other->make(it), INKOTLS_STATUS_PANIC);
    CHECK(is_untouched());
    CHECK_TEXT(kind->error(it), "a bug in inkotls was caught");
  }
  kind->free(it);
}

static void every_call_panics(const struct kind *kind) {
  for (const struct call *call = kind->calls; call->name; call++) {
    checking("%s: %s", kind->name, call->name);
    panics(kind, call);
  }
}

static void constructors_panic(void) {
  for (const struct kind *kind = kinds; kind->calls != conn_calls; kind++) {
    checking("new %s", kind->name);
    arm();
    CHECK(kind->make() == NULL);
    void *it = kind->make();
    CHECK(it != NULL);
    kind->free(it);
  }
}

static void connections_are_not_made(void) {
  arm();
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &out.conn), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  arm();
  CHECK_INT(inkotls_conn_new_server(server, &out.conn), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
}

static void configs_say_nothing(void) {
  arm();
  CHECK_INT(inkotls_client_config_may_block(client), INKOTLS_STATUS_PANIC);
  arm();
  CHECK_INT(inkotls_server_config_may_block(server), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_server_config_may_block(server), 0);
}

// Reference-counted handles keep no error message, but are poisoned all the same, also in the calls
// that they are given to.
static void counted_handles_are_poisoned(void) {
  checking("sni_map");
  const inkotls_sni_map *set = inkotls_sni_map_new();
  arm();
  CHECK(inkotls_sni_map_new() == NULL);
  arm();
  CHECK_INT(inkotls_sni_map_remove(set, "x", 1), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_sni_map_remove(set, "x", 1), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_sni_map_set(set, "x", 1, identity), INKOTLS_STATUS_PANIC);
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_sni_map(builder, set), INKOTLS_STATUS_PANIC);
  CHECK_TEXT(inkotls_server_builder_error(builder), "sni_map is unusable");
  CHECK_INT(inkotls_server_builder_set_ticket_count(builder, 1), INKOTLS_STATUS_OK);

  checking("ticket keys");
  const inkotls_ticket_keys *keys = NULL;
  CHECK_INT(inkotls_ticket_keys_new(secret, sizeof secret, &keys), INKOTLS_STATUS_OK);
  arm();
  CHECK_INT(inkotls_ticket_keys_new(secret, sizeof secret, &out.ticket_keys), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  arm();
  CHECK_INT(inkotls_ticket_keys_set(keys, secret, sizeof secret), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_ticket_keys_set(keys, secret, sizeof secret), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_server_builder_set_ticket_keys(builder, keys), INKOTLS_STATUS_PANIC);

  checking("client config");
  const inkotls_client_config *one = client_config("ca.pem", no_alpn);
  arm();
  CHECK_INT(inkotls_client_config_remove_sessions(one, "x", 1), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_client_config_remove_sessions(one, "x", 1), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_client_config_sessions(one, &out.len, &out.size), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_conn_new_client(one, "localhost", 9, &out.conn), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());

  checking("server config");
  const inkotls_server_config *other = server_config("ecdsa", no_alpn);
  arm();
  CHECK_INT(inkotls_server_config_sessions(other, &out.len, &out.size), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_conn_new_server(other, &out.conn), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  inkotls_client_config_release(one);
  inkotls_server_config_release(other);
  inkotls_server_builder_free(builder);
  inkotls_sni_map_release(set);
  inkotls_ticket_keys_release(keys);
}

// A call checks each handle that it is given beside its own. A poisoned one is refused, and the
// call's own handle stays usable.
static void poisoned_handles_are_not_used(void) {
  inkotls_roots *bad_roots = roots_of("ca.pem");
  inkotls_identity *bad_identity = identity_of("client");
  inkotls_client_builder *to_client = client_trusting("ca.pem");
  inkotls_server_builder *to_server = server_showing("ecdsa");
  const inkotls_sni_map *set = inkotls_sni_map_new();
  arm();
  CHECK_INT(inkotls_roots_add_platform(bad_roots), INKOTLS_STATUS_PANIC);
  arm();
  CHECK_INT(inkotls_identity_set_ocsp_staple(bad_identity, NULL, 0), INKOTLS_STATUS_PANIC);

  CHECK_INT(inkotls_client_builder_set_roots(to_client, bad_roots), INKOTLS_STATUS_PANIC);
  CHECK_TEXT(inkotls_client_builder_error(to_client), "roots");
  CHECK_INT(inkotls_client_builder_add_identity(to_client, bad_identity), INKOTLS_STATUS_PANIC);
  CHECK_TEXT(inkotls_client_builder_error(to_client), "identity");
  CHECK_INT(
      inkotls_server_builder_set_client_auth(to_server, INKOTLS_CLIENT_AUTH_REQUIRED, bad_roots),
      INKOTLS_STATUS_PANIC);
  CHECK_TEXT(inkotls_server_builder_error(to_server), "roots");
  CHECK_INT(inkotls_server_builder_set_identity(to_server, bad_identity), INKOTLS_STATUS_PANIC);
  CHECK_TEXT(inkotls_server_builder_error(to_server), "identity");
  CHECK_INT(inkotls_sni_map_set(set, "", 0, bad_identity), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_sni_map_remove(set, "", 0), INKOTLS_STATUS_NONE);

  const inkotls_client_config *new_client = client_built(to_client);
  const inkotls_server_config *new_server = server_built(to_server);
  visit(&direct, new_client, new_server, 0);
  inkotls_client_config_release(new_client);
  inkotls_server_config_release(new_server);
  inkotls_sni_map_release(set);
  inkotls_identity_free(bad_identity);
  inkotls_roots_free(bad_roots);
}

// A list of the library's own.
static void lists_panic(void) {
  arm();
  CHECK_INT(inkotls_cipher_suite_at(0), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_cipher_suite_at(0), 0x1302);
}

#define CERTIFICATE(CALL)                                                        \
  CALL(inkotls_certificate_subject, (it, &out.text, &out.len))                   \
  CALL(inkotls_certificate_issuer, (it, &out.text, &out.len))                    \
  CALL(inkotls_certificate_serial, (it, &out.bytes, &out.len))                   \
  CALL(inkotls_certificate_not_before, (it, &out.seconds))                       \
  CALL(inkotls_certificate_not_after, (it, &out.seconds))                        \
  CALL(inkotls_certificate_dns_name, (it, 0, &out.text, &out.len))               \
  CALL(inkotls_certificate_ip_address, (it, 0, &out.bytes, &out.len))            \
  CALL(inkotls_certificate_ip_address_text, (it, 0, &out.text, &out.len))        \
  CALL(inkotls_certificate_uri_name, (it, 0, &out.text, &out.len))               \
  CALL(inkotls_certificate_email_name, (it, 0, &out.text, &out.len))             \
  CALL(inkotls_certificate_key_usage, (it))                                      \
  CALL(inkotls_certificate_extended_key_usage, (it, 0, &out.text, &out.len))     \
  CALL(inkotls_certificate_is_ca, (it))                                          \
  CALL(inkotls_certificate_path_length, (it))                                    \
  CALL(inkotls_certificate_public_key_algorithm, (it, &out.text, &out.len))      \
  CALL(inkotls_certificate_public_key_bits, (it))                                \
  CALL(inkotls_certificate_subject_key_identifier, (it, &out.bytes, &out.len))   \
  CALL(inkotls_certificate_authority_key_identifier, (it, &out.bytes, &out.len)) \
  CALL(inkotls_certificate_ocsp_uri, (it, 0, &out.text, &out.len))               \
  CALL(inkotls_certificate_ca_issuers_uri, (it, 0, &out.text, &out.len))         \
  CALL(inkotls_certificate_der, (it, &out.bytes, &out.len))                      \
  CALL(inkotls_certificate_pem, (it, out.buf, sizeof out.buf, &out.len))         \
  CALL(inkotls_certificate_text, (it, out.buf, sizeof out.buf, &out.len))        \
  CALL(inkotls_certificate_fingerprint, (it, &out.bytes, &out.len))

#define VERIFICATION(CALL)                                              \
  CALL(inkotls_verification_certificate, (it, 0, &out.bytes, &out.len)) \
  CALL(inkotls_verification_server_name, (it, &out.text, &out.len))     \
  CALL(inkotls_verification_ocsp_staple, (it, &out.bytes, &out.len))    \
  CALL(inkotls_verification_time, (it, &out.seconds))                   \
  CALL(inkotls_verification_verify, (it))

CERTIFICATE(DEFINE)

static void certificates_are_poisoned(void) {
  static const struct call calls[] = {CERTIFICATE(ENTRY){0}};
  static char der[4096];
  size_t len = pki_read("ecdsa.der", der, sizeof der);
  checking("new certificate");
  arm();
  CHECK_INT(inkotls_certificate_new(der, len, &out.certificate), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  for (const struct call *call = calls; call->name; call++) {
    inkotls_certificate *it;
    checking("certificate: %s", call->name);
    CHECK_INT(inkotls_certificate_new(der, len, &it), INKOTLS_STATUS_OK);
    arm();
    CHECK_INT(call->make(it), INKOTLS_STATUS_PANIC);
    for (const struct call *other = calls; other->name; other++)
      CHECK_INT(other->make(it), INKOTLS_STATUS_PANIC);
    CHECK(is_untouched());
    inkotls_certificate_free(it);
  }
}

VERIFICATION(DEFINE)

static const struct call verification_calls[] = {VERIFICATION(ENTRY){0}};

struct verifier {
  const struct call *call;  // the one that panics
  int refuses;
};

// The connection goes on, with what the callback makes of it.
static int32_t verifies(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  const struct verifier *verifier = user_data;
  arm();
  CHECK_INT(verifier->call->make(it), INKOTLS_STATUS_PANIC);
  for (const struct call *call = verification_calls; call->name; call++)
    CHECK_INT(call->make(it), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  return verifier->refuses ? INKOTLS_STATUS_PANIC : INKOTLS_VERDICT_ACCEPTED;
}

static void verification_is_poisoned(const struct call *call, int refuses) {
  struct verifier verifier = {call, refuses};
  struct pair pair;
  inkotls_client_builder *builder = client_trusting("ca.pem");
  checking("verification: %s, %s", call->name, refuses ? "refused" : "accepted");
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, verifies, &verifier, 0),
            INKOTLS_STATUS_OK);
  const inkotls_client_config *config = client_built(builder);
  pair_open(&pair, &direct, config, "localhost", server);
  if (refuses) {
    pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_OTHER);
  } else {
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  }
  pair_free(&pair);
  inkotls_client_config_release(config);
}

static void verifications_are_poisoned(void) {
  for (const struct call *call = verification_calls; call->name; call++)
    for (int refuses = 0; refuses < 2; refuses++) verification_is_poisoned(call, refuses);
}

// The bug hits one connection in its midst; its config and the others of it go on.
static void others_go_on(void) {
  struct pair hit, other;
  char in[8];
  size_t len = 0;
  pair_connect(&hit, &direct, client, server);
  pair_connect(&other, &direct, client, server);
  arm();
  CHECK_INT(inkotls_conn_read(hit.client.conn, out.buf, sizeof out.buf, &out.len),
            INKOTLS_STATUS_PANIC);
  arm();
  CHECK_INT(inkotls_conn_write(hit.server.conn, "x", 1, &out.len), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_conn_drain(hit.server.conn, out.buf, sizeof out.buf, &out.len),
            INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());

  struct side *sides[] = {&other.client, &other.server};
  for (int from = 0; from < 2; from++) {
    CHECK_INT(side_write(sides[from], "hello", 5, &len), INKOTLS_STATUS_OK);
    CHECK_INT(pair_until_flushed(&other, sides[from]), INKOTLS_STATUS_OK);
    CHECK_INT(pair_until_read(&other, sides[!from], in, sizeof in, &len), INKOTLS_STATUS_OK);
    CHECK(len == 5 && memcmp(in, "hello", 5) == 0);
  }
  pair_free(&hit);
  pair_free(&other);
  pair_connect(&other, &direct, client, server);
  pair_free(&other);
}

int main(int argc, char **argv) {
  setenv("RUST_BACKTRACE", "0", 1);  // symbols, once read, are kept until the end: no leak of ours
  pki_open(argc, argv);
  calls_open();
  for (int i = 0; i < KINDS; i++)
    if (begins("every call: %s", kinds[i].name)) every_call_panics(&kinds[i]);
  once("constructors", constructors_panic);
  once("constructors of connections", connections_are_not_made);
  once("configs", configs_say_nothing);
  once("certificates", certificates_are_poisoned);
  once("verifications", verifications_are_poisoned);
  once("other connections go on", others_go_on);
  once("reference-counted handles", counted_handles_are_poisoned);
  once("poisoned handles in other calls", poisoned_handles_are_not_used);
  once("list of cipher suites", lists_panic);
  calls_close();
  return checks_done();
}
