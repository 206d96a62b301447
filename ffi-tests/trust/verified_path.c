// The path that was verified: which of the certificates that a peer presented are in it, in which
// order, and at which trust anchor it ends. Clients verify servers, and servers verify clients.

#include <string.h>

#include "configs.h"

enum { LARGEST_CERTIFICATE = 4096 };

static const struct way direct = {.chunk = 1 << 14};
static enum { LIBRARY, ASKS, DECIDES_ALONE } verifier;  // of the side that verifies

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)user_data, (void)conn_user_data;
  return verifier == ASKS ? inkotls_verification_verify(it) : INKOTLS_VERDICT_ACCEPTED;
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

static void servers(const struct way *way) {
  static const char *const alone[] = {"ecdsa.pem", NULL};
  static const char *const by_sub_ca[] = {"chained.pem", "sub-ca.pem", NULL};
  static const char *const crossed[] = {"chained.pem", "sub-ca-crossed.pem", NULL};
  static const char *const beside[] = {"beside-expired.pem", NULL};
  meets(way, "ecdsa", roots_of("ca.pem"), alone, "CN=inkotls example ca");
  meets(way, "chained", roots_of("ca.pem"), by_sub_ca, "CN=inkotls example ca");
  meets(way, "beside-expired", roots_of("ca.pem"), beside, "CN=inkotls example ca");
  inkotls_roots *two = roots_of("stranger-ca.pem");
  const char *ca = pki_path("ca.pem");
  CHECK_INT(inkotls_roots_add_pem_file(two, ca, strlen(ca)), INKOTLS_STATUS_OK);
  meets(way, "ecdsa", two, alone, "CN=inkotls example ca");
  // The same certificates, and two paths: the roots decide.
  meets(way, "crossed", roots_of("ca.pem"), by_sub_ca, "CN=inkotls example ca");
  meets(way, "crossed", roots_of("stranger-ca.pem"), crossed, "CN=inkotls example stranger-ca");
  meets(way, "crossed", roots_of("sub-ca.pem"), (const char *const[]){"chained.pem", NULL},
        "CN=inkotls example sub-ca");
}

static void hosts_that_verify(const struct way *way) {
  static const char *const by_sub_ca[] = {"chained.pem", "sub-ca.pem", NULL};
  verifier = ASKS;
  meets(way, "crossed", roots_of("ca.pem"), by_sub_ca, "CN=inkotls example ca");
  verifier = DECIDES_ALONE;
  meets(way, "crossed", roots_of("ca.pem"), nothing, NULL);
  verifier = LIBRARY;
}

static void clients(const struct way *way) {
  static const char *const path[] = {"client.pem", NULL};
  struct pair pair;
  inkotls_identity *identity = identity_of("client");
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
  once_each_version("a resumed session", resumed);
  return checks_done();
}
