// The path that was verified: which of the certificates that a peer presented are in it, in which
// order, and at which trust anchor it ends. Clients verify servers, and servers verify clients.

#include <string.h>

#include "configs.h"

enum { LARGEST_CERTIFICATE = 4096 };

static const struct way direct = {.chunk = 1 << 14};
static enum {
  LIBRARY,
  ASKS,
  ASKS_AND_ACCEPTS,
  DECIDES_ALONE
} verifier;  // of the side that verifies

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)user_data, (void)conn_user_data;
  int32_t verdict = verifier == DECIDES_ALONE ? 0 : inkotls_verification_verify(it);
  return verifier == ASKS ? verdict : INKOTLS_VERDICT_ACCEPTED;
}

// Whether the certificate at this place of the path is the first of that PEM file; NULL: none is.
static void is_in_path(const inkotls_conn *conn, size_t index, const char *file) {
  static char pem[LARGEST_CERTIFICATE], expected[4 * LARGEST_CERTIFICATE];
  const uint8_t *der = NULL;
  size_t len = 7;
  inkotls_certificate *certificate = NULL;
  if (!file) {
    CHECK_INT(inkotls_conn_verified_certificate(conn, index, &der, &len), INKOTLS_STATUS_NONE);
    CHECK(der == NULL && len == 7);
    return;
  }
  if (!CHECK_INT(inkotls_conn_verified_certificate(conn, index, &der, &len), INKOTLS_STATUS_OK))
    return;
  CHECK_INT(inkotls_certificate_new(der, len, &certificate), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_certificate_pem(certificate, pem, sizeof pem, &len), INKOTLS_STATUS_OK);
  size_t there = pki_read(file, expected, sizeof expected);
  CHECK(len <= there && memcmp(pem, expected, len) == 0);
  inkotls_certificate_free(certificate);
}

static void has_path(const inkotls_conn *conn, const char *const *files, const char *anchor) {
  char name[200];
  size_t i = 0, len = 7;
  for (; files[i]; i++) is_in_path(conn, i, files[i]);
  is_in_path(conn, i, NULL);
  is_in_path(conn, SIZE_MAX, NULL);
  if (!anchor) {
    CHECK_INT(inkotls_conn_verified_anchor(conn, name, sizeof name, &len), INKOTLS_STATUS_NONE);
    CHECK_INT(inkotls_conn_verified_anchor(conn, NULL, 1, &len), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(len, 7);
    return;
  }
  CHECK_INT(inkotls_conn_verified_anchor(conn, name, sizeof name, &len), INKOTLS_STATUS_OK);
  CHECK(len == strlen(anchor) && memcmp(name, anchor, len) == 0);
  CHECK_INT(inkotls_conn_verified_anchor(conn, name, len, &len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_verified_anchor(conn, name, len - 1, &len),
            INKOTLS_STATUS_INVALID_ARGUMENT);
}

static const char *const nothing[] = {NULL};

static const inkotls_client_config *client;
static const inkotls_server_config *server;

static void connect(const struct way *way, struct pair *pair, int is_resumed) {
  pair_open(pair, way, client, "localhost", server);
  if (!pair->server.acceptor) has_path(pair->server.conn, nothing, NULL);
  has_path(pair->client.conn, nothing, NULL);
  pair_handshake(pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_resumed(pair->client.conn), is_resumed);
}

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A client that trusts these roots, which are used up, meets a server that shows this.
static void meets(const struct way *way, const char *shown, inkotls_roots *roots,
                  const char *const *path, const char *anchor) {
  struct pair pair;
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  if (verifier != LIBRARY)
    CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, verify, NULL, 0),
              INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  client = client_built(builder);
  server = server_config(shown, no_alpn);
  connect(way, &pair, 0);
  has_path(pair.client.conn, path, anchor);
  has_path(pair.server.conn, nothing, NULL);
  pair_free(&pair);
  release_both();
}

static inkotls_roots *roots_of_both(const char *first, const char *second) {
  inkotls_roots *roots = roots_of(first);
  const char *path = pki_path(second);
  CHECK_INT(inkotls_roots_add_pem_file(roots, path, strlen(path)), INKOTLS_STATUS_OK);
  return roots;
}

static void servers(const struct way *way) {
  static const char *const alone[] = {"ecdsa.pem", NULL};
  static const char *const by_sub_ca[] = {"chained.pem", "sub-ca.pem", NULL};
  static const char *const crossed[] = {"chained.pem", "sub-ca-crossed.pem", NULL};
  static const char *const beside[] = {"beside-expired.pem", NULL};
  static const char *const deepest[] = {"deepest.pem", "deep-6.pem", "deep-5.pem", "deep-4.pem",
                                        "deep-3.pem",  "deep-2.pem", "deep-1.pem", NULL};
  meets(way, "ecdsa", roots_of("ca.pem"), alone, "CN=inkotls example ca");
  meets(way, "deepest", roots_of("ca.pem"), deepest, "CN=inkotls example ca");
  meets(way, "chained", roots_of("ca.pem"), by_sub_ca, "CN=inkotls example ca");
  meets(way, "beside-expired", roots_of("ca.pem"), beside, "CN=inkotls example ca");
  meets(way, "ecdsa", roots_of_both("stranger-ca.pem", "ca.pem"), alone, "CN=inkotls example ca");
  // The same certificates, and two paths: the roots decide.
  meets(way, "crossed", roots_of("ca.pem"), by_sub_ca, "CN=inkotls example ca");
  meets(way, "crossed", roots_of("stranger-ca.pem"), crossed, "CN=inkotls example stranger-ca");
  meets(way, "crossed", roots_of_both("ca.pem", "stranger-ca.pem"), crossed,
        "CN=inkotls example stranger-ca");  // which comes first in what the server presents
  meets(way, "crossed", roots_of("sub-ca.pem"), (const char *const[]){"chained.pem", NULL},
        "CN=inkotls example sub-ca");
}

static void hosts_that_verify(const struct way *way) {
  static const char *const by_sub_ca[] = {"chained.pem", "sub-ca.pem", NULL};
  verifier = ASKS;
  meets(way, "crossed", roots_of("ca.pem"), by_sub_ca, "CN=inkotls example ca");
  // Refused by the library, and accepted by the host: what was verified in part is no path.
  verifier = ASKS_AND_ACCEPTS;
  meets(way, "chained", roots_of("ca.pem"), by_sub_ca, "CN=inkotls example ca");
  meets(way, "chained", roots_of("stranger-ca.pem"), nothing, NULL);
  meets(way, "other", roots_of("ca.pem"), nothing, NULL);  // the server has another name
  verifier = DECIDES_ALONE;
  meets(way, "crossed", roots_of("ca.pem"), nothing, NULL);
  verifier = LIBRARY;
}

static void client_shows(const struct way *way, const char *shown, const char *const *path) {
  struct pair pair;
  inkotls_identity *identity = identity_of(shown);
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
  server_asks(b, "ca.pem");
  client = client_built(a);
  server = server_built(b);
  connect(way, &pair, 0);
  has_path(pair.server.conn, path, "CN=inkotls example ca");
  pair_free(&pair);
  inkotls_identity_free(identity);
  release_both();
}

static void clients(const struct way *way) {
  client_shows(way, "client", (const char *const[]){"client.pem", NULL});
  client_shows(way, "of-brief-ca", (const char *const[]){"of-brief-ca.pem", "brief-ca.pem", NULL});
}

static void a_raw_public_key(const struct way *way) {
  struct pair pair;
  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_roots *roots = roots_of_key("ecdsa");
  inkotls_identity *identity = identity_from("raw ecdsa");
  inkotls_server_builder *shows = inkotls_server_builder_new();
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(shows, identity), INKOTLS_STATUS_OK);
  client = client_built(builder);
  server = server_built(shows);
  connect(way, &pair, 0);
  has_path(pair.client.conn, nothing, NULL);
  pair_free(&pair);
  inkotls_roots_free(roots);
  inkotls_identity_free(identity);
  release_both();
}

static void a_peer_that_is_trusted_itself(const struct way *way) {
  static const char *const path[] = {"developer.pem", NULL};
  const char *file = pki_path("developer.pem");
  inkotls_roots *roots = inkotls_roots_new();
  CHECK_INT(inkotls_roots_add_peer_certificate_pem_file(roots, file, strlen(file)),
            INKOTLS_STATUS_OK);
  meets(way, "developer", roots, path, NULL);
}

static void resumed(void) {
  struct pair pair;
  client = client_of(version);
  server = server_config("chained", no_alpn);
  visit(&direct, client, server, 0);
  connect(&direct, &pair, 1);
  has_path(pair.client.conn, nothing, NULL);
  pair_free(&pair);
  release_both();
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  each_version("servers", servers);
  each_version("a verifier of the host's", hosts_that_verify);
  each_version("clients", clients);
  each_version("a peer that is trusted itself", a_peer_that_is_trusted_itself);
  each_way("a raw public key", a_raw_public_key);
  once_each_version("a resumed session", resumed);
  return checks_done();
}
