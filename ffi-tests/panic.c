// Rule 7: a panic does not cross the border. The call that panics answers PANIC, and so does the
// handle from then on, if the call could have left it half-changed; it keeps a sentence, and can
// be freed. Runs on an archive built with `--cfg inkotls_test_hooks`.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "configs.h"
#include "outputs.h"

void inkotls_test_panic_next(void);

static const struct way direct = {.chunk = 1 << 14};
static const inkotls_client_config *client;
static const inkotls_server_config *server;
static inkotls_roots *roots;
static inkotls_identity *identity;
static const inkotls_identities *identities;
static const inkotls_ticket_keys *ticket_keys;
static const char secret[32];

static void arm(void) {
  poison_outputs();
  inkotls_test_panic_next();
}

// Every guarded call on a handle. It asks, if the handle is const to it, or may change it.
struct call {
  const char *name;
  int asks;
  int32_t (*make)(void *it);
};

struct kind {
  const char *name;
  void *(*make)(void);
  const char *(*error)(const void *it);
  void (*free)(void *it);
  const struct call *calls;  // up to one without a name; the first may change the handle
};

#define DEFINE(asks, name, args) \
  static int32_t call_##name(void *it) { return name args; }
#define ENTRY(asks, name, args) {#name, asks, call_##name},
#define KIND(kind, CALLS)                                                                \
  CALLS(DEFINE)                                                                          \
  static const struct call kind##_calls[] = {CALLS(ENTRY){0}};                           \
  static const char *kind##_error(const void *it) { return inkotls_##kind##_error(it); } \
  static void kind##_free(void *it) { inkotls_##kind##_free(it); }

#define ROOTS(CALL)                                                  \
  CALL(0, inkotls_roots_add_platform, (it))                          \
  CALL(0, inkotls_roots_add_pem, (it, "x", 1))                       \
  CALL(0, inkotls_roots_add_pem_file, (it, "x", 1))                  \
  CALL(0, inkotls_roots_add_der, (it, "x", 1))                       \
  CALL(0, inkotls_roots_add_peer_certificate_pem, (it, "x", 1))      \
  CALL(0, inkotls_roots_add_peer_certificate_pem_file, (it, "x", 1)) \
  CALL(0, inkotls_roots_add_peer_certificate_der, (it, "x", 1))      \
  CALL(0, inkotls_roots_add_crl_pem, (it, "x", 1))                   \
  CALL(0, inkotls_roots_add_crl_pem_file, (it, "x", 1))              \
  CALL(0, inkotls_roots_add_crl_der, (it, "x", 1))                   \
  CALL(0, inkotls_roots_set_revocation, (it, 0))                     \
  CALL(0, inkotls_roots_add_raw_public_key, (it, "x", 1))            \
  CALL(1, inkotls_roots_os_error, (it))

#define IDENTITY(CALL)                                                 \
  CALL(0, inkotls_identity_set_chain_pem, (it, "x", 1))                \
  CALL(0, inkotls_identity_set_chain_pem_file, (it, "x", 1))           \
  CALL(0, inkotls_identity_add_chain_der, (it, "x", 1))                \
  CALL(0, inkotls_identity_set_key_pem, (it, "x", 1))                  \
  CALL(0, inkotls_identity_set_key_pem_file, (it, "x", 1))             \
  CALL(0, inkotls_identity_set_key_der, (it, "x", 1))                  \
  CALL(0, inkotls_identity_set_ocsp_staple, (it, "x", 1))              \
  CALL(0, inkotls_identity_set_signer, (it, NULL, 0, NULL, NULL, 0))   \
  CALL(0, inkotls_identity_use_raw_public_key, (it))                   \
  CALL(1, inkotls_identity_raw_public_key, (it, &out.bytes, &out.len)) \
  CALL(1, inkotls_identity_os_error, (it))

// What a client builder and a server builder have alike.
#define NEGOTIATION(CALL, side)                                                  \
  CALL(0, inkotls_##side##_builder_add_alpn, (it, "x", 1))                       \
  CALL(0, inkotls_##side##_builder_add_protocol_version, (it, 0x0304))           \
  CALL(0, inkotls_##side##_builder_add_cipher_suite, (it, 0x1301))               \
  CALL(0, inkotls_##side##_builder_add_named_group, (it, 29))                    \
  CALL(0, inkotls_##side##_builder_set_certificate_compression, (it, 1))         \
  CALL(0, inkotls_##side##_builder_set_extended_master_secret_required, (it, 1)) \
  CALL(0, inkotls_##side##_builder_set_limit, (it, 1, 65536))                    \
  CALL(0, inkotls_##side##_builder_set_dangerous_key_log, (it, NULL, NULL))      \
  CALL(0, inkotls_##side##_builder_set_dangerous_key_log_file, (it))             \
  CALL(0, inkotls_##side##_builder_set_dangerous_verifier, (it, NULL, NULL, 0))

#define CLIENT_BUILDER(CALL)                                    \
  NEGOTIATION(CALL, client)                                     \
  CALL(0, inkotls_client_builder_add_identity, (it, identity))  \
  CALL(0, inkotls_client_builder_set_session_cache, (it, 1))    \
  CALL(0, inkotls_client_builder_set_tls12_resumption, (it, 1)) \
  CALL(0, inkotls_client_builder_set_early_data, (it, 1))       \
  CALL(0, inkotls_client_builder_set_roots, (it, roots))        \
  CALL(0, inkotls_client_builder_build, (it, &out.client))

#define SERVER_BUILDER(CALL)                                                   \
  NEGOTIATION(CALL, server)                                                    \
  CALL(0, inkotls_server_builder_set_identities, (it, identities))             \
  CALL(0, inkotls_server_builder_set_client_auth, (it, 1, roots))              \
  CALL(0, inkotls_server_builder_set_session_cache, (it, 1))                   \
  CALL(0, inkotls_server_builder_set_session_store, (it, NULL, NULL, NULL, 0)) \
  CALL(0, inkotls_server_builder_set_ticket_keys, (it, ticket_keys))           \
  CALL(0, inkotls_server_builder_set_ticket_count, (it, 1))                    \
  CALL(0, inkotls_server_builder_set_max_early_data, (it, 0))                  \
  CALL(0, inkotls_server_builder_set_identity, (it, identity))                 \
  CALL(0, inkotls_server_builder_build, (it, &out.server))

#define ACCEPTOR(CALL)                                                           \
  CALL(0, inkotls_acceptor_set_fd, (it, -1))                                     \
  CALL(0, inkotls_acceptor_set_fds, (it, -1, -1))                                \
  CALL(0, inkotls_acceptor_set_io, (it, NULL, NULL, NULL))                       \
  CALL(0, inkotls_acceptor_feed, (it, "x", 1, &out.len))                         \
  CALL(0, inkotls_acceptor_feed_eof, (it))                                       \
  CALL(0, inkotls_acceptor_drain, (it, out.buf, sizeof out.buf, &out.len))       \
  CALL(0, inkotls_acceptor_accept, (it))                                         \
  CALL(0, inkotls_acceptor_into_conn, (it, server, &out.conn))                   \
  CALL(1, inkotls_acceptor_server_name, (it, &out.text, &out.len))               \
  CALL(1, inkotls_acceptor_alpn, (it, 0, &out.bytes, &out.len))                  \
  CALL(1, inkotls_acceptor_cipher_suites, (it, &out.numbers, &out.len))          \
  CALL(1, inkotls_acceptor_signature_schemes, (it, &out.numbers, &out.len))      \
  CALL(1, inkotls_acceptor_named_groups, (it, &out.numbers, &out.len))           \
  CALL(0, inkotls_acceptor_set_log, (it, 0, NULL, NULL))                         \
  CALL(1, inkotls_acceptor_certificate_authority, (it, 0, &out.bytes, &out.len)) \
  CALL(1, inkotls_acceptor_client_hello, (it, &out.bytes, &out.len))             \
  CALL(1, inkotls_acceptor_alert_sent, (it))                                     \
  CALL(1, inkotls_acceptor_alert_received, (it))                                 \
  CALL(1, inkotls_acceptor_os_error, (it))

#define CONN(CALL)                                                                  \
  CALL(0, inkotls_conn_set_fd, (it, -1))                                            \
  CALL(0, inkotls_conn_set_fds, (it, -1, -1))                                       \
  CALL(0, inkotls_conn_set_io, (it, NULL, NULL, NULL))                              \
  CALL(0, inkotls_conn_feed, (it, "x", 1, &out.len))                                \
  CALL(0, inkotls_conn_feed_eof, (it))                                              \
  CALL(0, inkotls_conn_drain, (it, out.buf, sizeof out.buf, &out.len))              \
  CALL(0, inkotls_conn_handshake, (it))                                             \
  CALL(0, inkotls_conn_run_blocking, (it))                                          \
  CALL(0, inkotls_conn_read, (it, out.buf, sizeof out.buf, &out.len))               \
  CALL(0, inkotls_conn_write, (it, "x", 1, &out.len))                               \
  CALL(0, inkotls_conn_flush, (it))                                                 \
  CALL(0, inkotls_conn_close, (it))                                                 \
  CALL(0, inkotls_conn_add_alpn, (it, "x", 1))                                      \
  CALL(0, inkotls_conn_clear_alpn, (it))                                            \
  CALL(0, inkotls_conn_set_resumption_data, (it, "x", 1))                           \
  CALL(0, inkotls_conn_set_log, (it, 0, NULL, NULL))                                \
  CALL(0, inkotls_conn_drain_peek, (it, &out.bytes, &out.len))                      \
  CALL(0, inkotls_conn_drain_consume, (it, 0))                                      \
  CALL(0, inkotls_conn_read_peek, (it, &out.bytes, &out.len))                       \
  CALL(0, inkotls_conn_read_consume, (it, 0))                                       \
  CALL(0, inkotls_conn_write_early_data, (it, "x", 1, &out.len))                    \
  CALL(0, inkotls_conn_read_early_data, (it, out.buf, sizeof out.buf, &out.len))    \
  CALL(0, inkotls_conn_update_keys, (it))                                           \
  CALL(0, inkotls_conn_export_keying_material, (it, "x", 1, NULL, 0, out.buf, 8))   \
  CALL(0, inkotls_conn_channel_binding, (it, 1, out.buf, sizeof out.buf, &out.len)) \
  CALL(1, inkotls_conn_tickets_received, (it))                                      \
  CALL(1, inkotls_conn_is_early_data_accepted, (it))                                \
  CALL(1, inkotls_conn_resumption_data, (it, &out.bytes, &out.len))                 \
  CALL(1, inkotls_conn_ocsp_staple, (it, &out.bytes, &out.len))                     \
  CALL(1, inkotls_conn_state, (it))                                                 \
  CALL(1, inkotls_conn_protocol_version, (it))                                      \
  CALL(1, inkotls_conn_cipher_suite, (it))                                          \
  CALL(1, inkotls_conn_named_group, (it))                                           \
  CALL(1, inkotls_conn_peer_signature_scheme, (it))                                 \
  CALL(1, inkotls_conn_is_resumed, (it))                                            \
  CALL(1, inkotls_conn_alpn, (it, &out.bytes, &out.len))                            \
  CALL(1, inkotls_conn_server_name, (it, &out.text, &out.len))                      \
  CALL(1, inkotls_conn_peer_certificate, (it, 0, &out.bytes, &out.len))             \
  CALL(1, inkotls_conn_alert_sent, (it))                                            \
  CALL(1, inkotls_conn_alert_received, (it))                                        \
  CALL(1, inkotls_conn_certificate_error, (it))                                     \
  CALL(1, inkotls_conn_os_error, (it))

#define CERTIFICATE(CALL)                                                \
  CALL(1, inkotls_certificate_subject, (it, &out.text, &out.len))        \
  CALL(1, inkotls_certificate_issuer, (it, &out.text, &out.len))         \
  CALL(1, inkotls_certificate_serial, (it, &out.bytes, &out.len))        \
  CALL(1, inkotls_certificate_not_before, (it, &out.seconds))            \
  CALL(1, inkotls_certificate_not_after, (it, &out.seconds))             \
  CALL(1, inkotls_certificate_dns_name, (it, 0, &out.text, &out.len))    \
  CALL(1, inkotls_certificate_ip_address, (it, 0, &out.bytes, &out.len)) \
  CALL(1, inkotls_certificate_fingerprint, (it, &out.bytes, &out.len))

#define VERIFICATION(CALL)                                                 \
  CALL(1, inkotls_verification_certificate, (it, 0, &out.bytes, &out.len)) \
  CALL(1, inkotls_verification_server_name, (it, &out.text, &out.len))     \
  CALL(1, inkotls_verification_ocsp_staple, (it, &out.bytes, &out.len))    \
  CALL(1, inkotls_verification_time, (it, &out.seconds))                   \
  CALL(0, inkotls_verification_verify, (it))

KIND(roots, ROOTS)
KIND(identity, IDENTITY)
KIND(client_builder, CLIENT_BUILDER)
KIND(server_builder, SERVER_BUILDER)
KIND(acceptor, ACCEPTOR)
KIND(conn, CONN)

static void *make_roots(void) { return inkotls_roots_new(); }
static void *make_identity(void) { return inkotls_identity_new(); }
static void *make_client_builder(void) { return inkotls_client_builder_new(); }
static void *make_server_builder(void) { return inkotls_server_builder_new(); }
static void *make_acceptor(void) { return inkotls_acceptor_new(); }

static void *make_client(void) {
  inkotls_conn *it = NULL;
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &it), INKOTLS_STATUS_OK);
  return it;
}

static void *make_server(void) {
  inkotls_conn *it = NULL;
  CHECK_INT(inkotls_conn_new_server(server, &it), INKOTLS_STATUS_OK);
  return it;
}

static const struct kind kinds[] = {
    {"roots", make_roots, roots_error, roots_free, roots_calls},
    {"identity", make_identity, identity_error, identity_free, identity_calls},
    {"client builder", make_client_builder, client_builder_error, client_builder_free,
     client_builder_calls},
    {"server builder", make_server_builder, server_builder_error, server_builder_free,
     server_builder_calls},
    {"acceptor", make_acceptor, acceptor_error, acceptor_free, acceptor_calls},
    {"client", make_client, conn_error, conn_free, conn_calls},
    {"server", make_server, conn_error, conn_free, conn_calls},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void panics(const struct kind *kind, const struct call *call) {
  void *it = kind->make();
  arm();
  CHECK_INT(call->make(it), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  if (call->asks) {
    // Nothing was changed, so nothing is half-changed.
    CHECK_INT(strcmp(kind->error(it), ""), 0);
    CHECK(call->make(it) != INKOTLS_STATUS_PANIC);
    CHECK(kind->calls->make(it) != INKOTLS_STATUS_PANIC);
  } else {
    for (const struct call *other = kind->calls; other->name; other++) {
      checking("%s: %s, then %s", kind->name, call->name, other->name);
      CHECK_INT(other->make(it), INKOTLS_STATUS_PANIC);
      CHECK(is_untouched());
      CHECK_TEXT(kind->error(it), "a bug in inkotls was caught");
    }
  }
  kind->free(it);
}

static void constructors_panic(const struct kind *kind) {
  arm();
  CHECK(kind->make() == NULL);
  void *it = kind->make();
  CHECK(it != NULL);
  kind->free(it);
}

static void connections_are_not_made(void) {
  checking("new connections");
  arm();
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &out.conn), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  arm();
  CHECK_INT(inkotls_conn_new_server(server, &out.conn), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
}

static void configs_say_nothing(void) {
  checking("configs");
  arm();
  CHECK_INT(inkotls_client_config_may_block(client), INKOTLS_STATUS_PANIC);
  arm();
  CHECK_INT(inkotls_server_config_may_block(server), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_server_config_may_block(server), 0);
}

// Counted handles keep no sentence, but are poisoned all the same, for those who are given them
// too.
static void counted_handles_are_poisoned(void) {
  checking("identities");
  arm();
  CHECK(inkotls_identities_new() == NULL);
  arm();
  CHECK_INT(inkotls_identities_remove(identities, "x", 1), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_identities_remove(identities, "x", 1), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_identities_set(identities, "x", 1, identity), INKOTLS_STATUS_PANIC);
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_identities(builder, identities), INKOTLS_STATUS_PANIC);
  CHECK_TEXT(inkotls_server_builder_error(builder), "identities is unusable");
  CHECK_INT(inkotls_server_builder_set_ticket_count(builder, 1), INKOTLS_STATUS_OK);

  checking("ticket keys");
  arm();
  CHECK_INT(inkotls_ticket_keys_new(secret, sizeof secret, &out.ticket_keys), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  arm();
  CHECK_INT(inkotls_ticket_keys_set(ticket_keys, secret, sizeof secret), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_ticket_keys_set(ticket_keys, secret, sizeof secret), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_server_builder_set_ticket_keys(builder, ticket_keys), INKOTLS_STATUS_PANIC);
  inkotls_server_builder_free(builder);
}

// A handle that another's call is given is looked at first. It is the one at fault: the other goes
// on.
static void poisoned_handles_are_not_used(void) {
  checking("poisoned handles");
  inkotls_roots *bad_roots = roots_of("ca.pem");
  inkotls_identity *bad_identity = identity_of("client");
  inkotls_client_builder *to_client = client_trusting("ca.pem");
  inkotls_server_builder *to_server = server_showing("ecdsa");
  const inkotls_identities *set = inkotls_identities_new();
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
  CHECK_INT(inkotls_identities_set(set, "", 0, bad_identity), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_identities_remove(set, "", 0), INKOTLS_STATUS_NONE);

  const inkotls_client_config *new_client = client_built(to_client);
  const inkotls_server_config *new_server = server_built(to_server);
  visit(&direct, new_client, new_server, 0);
  inkotls_client_config_release(new_client);
  inkotls_server_config_release(new_server);
  inkotls_identities_release(set);
  inkotls_identity_free(bad_identity);
  inkotls_roots_free(bad_roots);
}

// A list of the library's own.
static void lists_panic(void) {
  checking("lists");
  arm();
  CHECK_INT(inkotls_cipher_suite_at(0), INKOTLS_STATUS_PANIC);
  CHECK_INT(inkotls_cipher_suite_at(0), 0x1302);
}

CERTIFICATE(DEFINE)

// Nothing changes a certificate: it answers the next time.
static void certificates_go_on(void) {
  static const struct call calls[] = {CERTIFICATE(ENTRY){0}};
  static char der[4096];
  size_t len = pki_read("ecdsa.der", der, sizeof der);
  inkotls_certificate *it;
  checking("new certificate");
  arm();
  CHECK_INT(inkotls_certificate_new(der, len, &out.certificate), INKOTLS_STATUS_PANIC);
  CHECK(is_untouched());
  CHECK_INT(inkotls_certificate_new(der, len, &it), INKOTLS_STATUS_OK);
  for (const struct call *call = calls; call->name; call++) {
    checking("certificate: %s", call->name);
    arm();
    CHECK_INT(call->make(it), INKOTLS_STATUS_PANIC);
    CHECK(is_untouched());
    CHECK_INT(call->make(it), INKOTLS_STATUS_OK);
  }
  inkotls_certificate_free(it);
}

VERIFICATION(DEFINE)

// In a callback: only the standard verification may leave something half-changed. The connection
// goes on, with what the callback makes of it.
static int32_t verifies(void *user_data, inkotls_verification *it) {
  static const struct call calls[] = {VERIFICATION(ENTRY){0}};
  const struct call *call = calls;
  for (; call->asks; call++) {
    checking("verification: %s", call->name);
    arm();
    CHECK_INT(call->make(it), INKOTLS_STATUS_PANIC);
    CHECK(is_untouched());
    CHECK(call->make(it) != INKOTLS_STATUS_PANIC);
  }
  arm();
  CHECK_INT(call->make(it), INKOTLS_STATUS_PANIC);
  for (call = calls; call->name; call++) {
    checking("verification: verify, then %s", call->name);
    CHECK_INT(call->make(it), INKOTLS_STATUS_PANIC);
    CHECK(is_untouched());
  }
  return *(int *)user_data ? INKOTLS_STATUS_PANIC : 0;
}

static void verifications_are_poisoned(void) {
  for (int refuses = 0; refuses < 2; refuses++) {
    struct pair pair;
    inkotls_client_builder *builder = client_trusting("ca.pem");
    CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, verifies, &refuses, 0),
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
}

// The bug hits one connection in its midst; its config and the others of it go on.
static void others_go_on(void) {
  checking("another connection");
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
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  roots = inkotls_roots_new();
  identity = inkotls_identity_new();
  identities = inkotls_identities_new();
  CHECK_INT(inkotls_ticket_keys_new(secret, sizeof secret, &ticket_keys), INKOTLS_STATUS_OK);
  for (int i = 0; i < KINDS; i++) {
    for (const struct call *call = kinds[i].calls; call->name; call++) {
      checking("%s: %s", kinds[i].name, call->name);
      panics(&kinds[i], call);
    }
  }
  for (int i = 0; kinds[i].calls != conn_calls; i++) {
    checking("new %s", kinds[i].name);
    constructors_panic(&kinds[i]);
  }
  connections_are_not_made();
  configs_say_nothing();
  certificates_go_on();
  verifications_are_poisoned();
  others_go_on();
  counted_handles_are_poisoned();
  poisoned_handles_are_not_used();
  lists_panic();
  inkotls_identities_release(identities);
  inkotls_ticket_keys_release(ticket_keys);
  inkotls_roots_free(roots);
  inkotls_identity_free(identity);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
