// When a verifier callback is asked: not about a client that shows no certificate, nor about a
// session that it accepted before. To what sessions are bound; and how builders set a verifier.
// What a verifier is told is in host_verifier.c.

#include <stdlib.h>
#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
  OFF = INKOTLS_CLIENT_AUTH_OFF,
  OPTIONAL = INKOTLS_CLIENT_AUTH_OPTIONAL,
  REQUIRED = INKOTLS_CLIENT_AUTH_REQUIRED,
};

static const struct way direct = {.chunk = 1 << 14};

// What a verifier answers instead of the standard verification, if that is not 0.
static int32_t refusal;
static int calls;

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  CHECK(user_data == &calls);
  calls++;
  return refusal ? refusal : inkotls_verification_verify(it);
}

static int32_t is_not_called(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  (void)user_data, (void)it;
  return CHECK(0), INKOTLS_CERTIFICATE_ERROR_OTHER;
}

static const inkotls_client_config *client_showing(const char *name) {
  inkotls_client_builder *builder = client_speaking(version);
  inkotls_identity *identity = name ? identity_of(name) : NULL;
  if (name) CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return client_built(builder);
}

static inkotls_server_builder *server_asking(int mode, int verifies) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_roots *roots = roots_of("ca.pem");
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, mode, roots), INKOTLS_STATUS_OK);
  if (verifies)
    CHECK_INT(inkotls_server_builder_set_dangerous_verifier(builder, verify, &calls, 0),
              INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  return builder;
}

// A whole connection, about which the verifier is asked so many times.
static void comes(const struct way *way, const inkotls_client_config *from,
                  const inkotls_server_config *to, int is_resumed, int want) {
  calls = 0;
  visit(way, from, to, is_resumed);
  CHECK_INT(calls, want);
}

static void is_refused(const struct way *way, const inkotls_client_config *from,
                       const inkotls_server_config *to, inkotls_certificate_error error) {
  struct pair pair;
  pair_open(&pair, way, from, "localhost", to);
  pair_refuses(&pair, &pair.server, error);
  pair_free(&pair);
}

static void no_certificate_is_shown(const struct way *way) {
  const inkotls_client_config *shy = client_showing(NULL), *frank = client_showing("client");
  const inkotls_server_config *optional = server_built(server_asking(OPTIONAL, 1));
  const inkotls_server_config *required = server_built(server_asking(REQUIRED, 1));
  comes(way, shy, optional, 0, 0);
  calls = 0;
  is_refused(way, shy, required, INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED);
  CHECK_INT(calls, 0);

  // A client may show no certificate if that is optional, but not a bad one.
  refusal = INKOTLS_CERTIFICATE_ERROR_REVOKED;
  is_refused(way, frank, optional, INKOTLS_CERTIFICATE_ERROR_REVOKED);
  refusal = 0;
  comes(way, frank, optional, 0, 1);
  comes(way, frank, required, 0, 1);
  inkotls_client_config_release(shy);
  inkotls_client_config_release(frank);
  inkotls_server_config_release(optional);
  inkotls_server_config_release(required);
}

// A session says that the verifier accepted the peer: it is not asked again.
static void resumed(const struct way *way) {
  for (int by_server = 0; by_server < 2; by_server++) {
    inkotls_client_builder *builder = client_speaking(version);
    CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, verify, &calls, 0),
              INKOTLS_STATUS_OK);
    const inkotls_client_config *judge = client_built(builder), *judged = client_showing("client");
    const inkotls_client_config *client = by_server ? judged : judge;
    const inkotls_server_config *server =
        server_built(by_server ? server_asking(REQUIRED, 1) : server_showing("ecdsa"));
    comes(way, client, server, 0, 1);
    refusal = INKOTLS_CERTIFICATE_ERROR_REVOKED;
    comes(way, client, server, 1, 0);
    comes(way, client, server, 1, 0);
    refusal = 0;
    inkotls_client_config_release(judge);
    inkotls_client_config_release(judged);
    inkotls_server_config_release(server);
  }
}

// A session does not replace a verifier's answer, if a server without a verifier has the same store
// or keys.
static void begun_without_verifier(const struct way *way) {
  for (int keys_too = 0; keys_too < 2; keys_too++) {
    const inkotls_server_config *lax, *strict, *alike;
    const inkotls_server_config **const servers[] = {&lax, &strict, &alike};
    store_clear();
    for (int i = 0; i < 3; i++) {
      inkotls_server_builder *builder = server_asking(REQUIRED, servers[i] != &lax);
      server_uses_store(builder);
      if (keys_too) server_uses_ticket_keys(builder);
      *servers[i] = server_built(builder);
    }
    const inkotls_client_config *client = client_showing("client");
    comes(way, client, lax, 0, 0);
    comes(way, client, strict, 0, 1);
    comes(way, client, alike, 1, 0);
    comes(way, client, lax, 0, 0);
    comes(way, client, lax, 1, 0);
    refusal = INKOTLS_CERTIFICATE_ERROR_REVOKED;
    is_refused(way, client, strict, INKOTLS_CERTIFICATE_ERROR_REVOKED);
    refusal = 0;
    inkotls_client_config_release(client);
    for (int i = 0; i < 3; i++) inkotls_server_config_release(*servers[i]);
  }
}

// A session is bound to all that its server asks of clients. Of a fleet with one store, or one set
// of ticket keys, only servers that ask for exactly the same resume each other's sessions.

struct policy {
  const char *what;
  int mode;
  const char *anchors[2], *crls[2];
  int32_t revocation;
  int platform, verifies;
};

static const inkotls_server_config *server_of(const struct policy *policy, int keys_too) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_roots *roots = inkotls_roots_new();
  for (int i = 0; i < 2 && policy->anchors[i]; i++) {
    const char *path = pki_path(policy->anchors[i]);
    CHECK_INT(inkotls_roots_add_pem_file(roots, path, strlen(path)), INKOTLS_STATUS_OK);
  }
  for (int i = 0; i < 2 && policy->crls[i]; i++) {
    const char *path = pki_path(policy->crls[i]);
    CHECK_INT(inkotls_roots_add_crl_pem_file(roots, path, strlen(path)), INKOTLS_STATUS_OK);
  }
  if (policy->platform) CHECK_INT(inkotls_roots_add_platform(roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_roots_set_revocation(roots, policy->revocation), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, policy->mode, roots),
            INKOTLS_STATUS_OK);
  if (policy->verifies)
    CHECK_INT(inkotls_server_builder_set_dangerous_verifier(builder, verify, &calls, 0),
              INKOTLS_STATUS_OK);
  server_uses_store(builder);
  if (keys_too) server_uses_ticket_keys(builder);
  inkotls_roots_free(roots);
  return server_built(builder);
}

static void each_policy(int keys_too) {
  enum {
    END_ENTITY = INKOTLS_REVOCATION_END_ENTITY_ONLY,
    UNKNOWN = INKOTLS_REVOCATION_ALLOW_UNKNOWN,
    EXPIRY = INKOTLS_REVOCATION_ENFORCE_EXPIRY,
  };
  // All of them take the same client. Each differs from the first in one thing.
  static const struct policy first = {"", REQUIRED, {"ca.pem"}, {"ca.crl.pem"}, 0, 0, 0};
  static const struct policy others[] = {
      {"off", OFF, {"ca.pem"}, {"ca.crl.pem"}, 0, 0, 0},
      {"optional", OPTIONAL, {"ca.pem"}, {"ca.crl.pem"}, 0, 0, 0},
      {"one more anchor", REQUIRED, {"ca.pem", "stranger-ca.pem"}, {"ca.crl.pem"}, 0, 0, 0},
      {"the platform, too", REQUIRED, {"ca.pem"}, {"ca.crl.pem"}, 0, 1, 0},
      {"no CRL", REQUIRED, {"ca.pem"}, {NULL}, 0, 0, 0},
      {"another CRL", REQUIRED, {"ca.pem"}, {"stale.crl.pem"}, 0, 0, 0},
      {"one more CRL", REQUIRED, {"ca.pem"}, {"ca.crl.pem", "sub-ca.crl.pem"}, 0, 0, 0},
      {"end entity only", REQUIRED, {"ca.pem"}, {"ca.crl.pem"}, END_ENTITY, 0, 0},
      {"unknown allowed", REQUIRED, {"ca.pem"}, {"ca.crl.pem"}, UNKNOWN, 0, 0},
      {"expiry enforced", REQUIRED, {"ca.pem"}, {"ca.crl.pem"}, EXPIRY, 0, 0},
      {"a verifier", REQUIRED, {"ca.pem"}, {"ca.crl.pem"}, 0, 0, 1},
  };
  const inkotls_client_config *client = client_showing("client");
  const inkotls_server_config *one = server_of(&first, keys_too);
  const inkotls_server_config *alike = server_of(&first, keys_too);
  store_clear();
  for (size_t i = 0; i < COUNT(others); i++) {
    if (others[i].platform && !PLATFORM_HAS_FILES) continue;
    checking("sessions and %s, %s, %s", others[i].what, keys_too ? "keys" : "a store",
             inkotls_protocol_version_name(version));
    const inkotls_server_config *other = server_of(&others[i], keys_too);
    visit(&direct, client, one, 0);
    visit(&direct, client, alike, 1);
    visit(&direct, client, other, 0);
    visit(&direct, client, other, 1);
    inkotls_server_config_release(other);
  }
  inkotls_server_config_release(one);
  inkotls_server_config_release(alike);
  inkotls_client_config_release(client);
}

static void sessions_are_bound(void) {
  for (int keys_too = 0; keys_too < 2; keys_too++) each_policy(keys_too);
}

// A CRL that is added later counts for clients that come back.
static void revoked_meanwhile(const struct way *way) {
  for (int keys_too = 0; keys_too < 2; keys_too++) {
    const struct policy before = {"", REQUIRED, {"ca.pem"}, {NULL}, 0, 0, 0};
    const struct policy after = {"", REQUIRED, {"ca.pem"}, {"ca.crl.pem"}, 0, 0, 0};
    const inkotls_client_config *client = client_showing("revoked-client");
    const inkotls_server_config *lax = server_of(&before, keys_too);
    const inkotls_server_config *strict = server_of(&after, keys_too);
    store_clear();
    visit(way, client, lax, 0);
    visit(way, client, lax, 1);
    is_refused(way, client, strict, INKOTLS_CERTIFICATE_ERROR_REVOKED);
    inkotls_client_config_release(client);
    inkotls_server_config_release(lax);
    inkotls_server_config_release(strict);
  }
}

// What builders say of a verifier.

static void needs_client_auth(void) {
  const inkotls_server_config *config = NULL;
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_roots *none = inkotls_roots_new();
  CHECK_INT(inkotls_server_builder_set_dangerous_verifier(builder, verify, &calls, 0),
            INKOTLS_STATUS_OK);
  for (int is_off = 0; is_off < 2; is_off++) {
    CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_INVALID_STATE);
    CHECK_TEXT(inkotls_server_builder_error(builder), "verify callback");
    CHECK_INT(inkotls_server_builder_set_client_auth(builder, OFF, NULL), INKOTLS_STATUS_OK);
  }
  CHECK(config == NULL);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, OPTIONAL, none), INKOTLS_STATUS_OK);
  inkotls_server_config_release(server_built(builder));
  inkotls_roots_free(none);
}

static void replaces_roots(void) {
  const inkotls_server_config *config = NULL;
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_roots *none = inkotls_roots_new();
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, REQUIRED, none), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_NO_TRUST_ANCHORS);
  CHECK_INT(inkotls_server_builder_set_dangerous_verifier(builder, verify, &calls, 0),
            INKOTLS_STATUS_OK);
  inkotls_server_config_release(server_built(builder));

  inkotls_client_builder *client = inkotls_client_builder_new();
  const inkotls_client_config *no_client = NULL;
  CHECK_INT(inkotls_client_builder_set_roots(client, none), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(client, &no_client), INKOTLS_STATUS_NO_TRUST_ANCHORS);
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(client, verify, &calls, 0),
            INKOTLS_STATUS_OK);
  inkotls_client_config_release(client_built(client));
  inkotls_roots_free(none);
}

// A builder that refuses a verifier has none afterwards.
static void bad_arguments(void) {
  static const int32_t neither[] = {-1, 2, 256, INT32_MIN, INT32_MAX};
  inkotls_client_builder *to_client = client_trusting("ca.pem");
  inkotls_server_builder *to_server = server_showing("ecdsa");
  for (size_t i = 0; i < COUNT(neither); i++) {
    checking("may_block %ld", (long)neither[i]);
    CHECK_INT(
        inkotls_client_builder_set_dangerous_verifier(to_client, is_not_called, &calls, neither[i]),
        INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_client_builder_error(to_client), "0 nor 1");
    CHECK_INT(
        inkotls_server_builder_set_dangerous_verifier(to_server, is_not_called, &calls, neither[i]),
        INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_server_builder_error(to_server), "0 nor 1");
  }
  const inkotls_client_config *client = client_built(to_client);
  const inkotls_server_config *server = server_built(to_server);
  CHECK_INT(inkotls_client_config_may_block(client), 0);
  visit(&direct, client, server, 0);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// The verifier that was set last counts. Its standard verification trusts the platform's roots,
// because no others were set.
static void last_one_counts(void) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, is_not_called, NULL, 1),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, verify, &calls, 0),
            INKOTLS_STATUS_OK);
  const inkotls_client_config *client = client_built(builder);
  const inkotls_server_config *known = server_config("ecdsa", no_alpn);
  const inkotls_server_config *stranger = server_config("stranger", no_alpn);
  CHECK_INT(inkotls_client_config_may_block(client), 0);
  comes(&direct, client, known, 0, 1);
  struct pair pair;
  pair_open(&pair, &direct, client, "localhost", stranger);
  pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(known);
  inkotls_server_config_release(stranger);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  setenv("SSL_CERT_FILE", pki_path("ca.pem"), 1);
  unsetenv("SSL_CERT_DIR");
  each_version("client without a certificate", no_certificate_is_shown);
  each_version("resumed sessions", resumed);
  each_version("sessions of a server without a verifier", begun_without_verifier);
  each_version("revoked before the session is resumed", revoked_meanwhile);
  once_each_version("sessions are bound to what a server requires", sessions_are_bound);
  once("verifier without client authentication", needs_client_auth);
  once("verifier without roots", replaces_roots);
  once("bad may_block", bad_arguments);
  if (PLATFORM_HAS_FILES) once("two verifiers", last_one_counts);
  return checks_done();
}
