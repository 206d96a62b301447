// OCSP staples, the client certificate that a client chooses for a server, and certificate
// compression.

#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X25519 = 29 };  // makes a short ClientHello

static const struct way direct = {.chunk = 1 << 14};
static unsigned char response[4096];
static size_t response_len;

static inkotls_client_builder *client_builder(void) {
  inkotls_client_builder *builder = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_add_protocol_version(builder, version), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, X25519), INKOTLS_STATUS_OK);
  return builder;
}

static inkotls_server_builder *server_builder(const inkotls_identity *identity) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  return builder;
}

// TLS 1.2 in one way, then TLS 1.3 in each.
static void in_ways(const char *name, void (*scenario)(const struct way *)) {
  if (!begins("%s", name)) return;
  version = TLS12;
  checking("%s, TLS 1.2", name);
  scenario(&direct);
  version = TLS13;
  in_each_way(name, scenario);
}

// OCSP.

static void staple(inkotls_identity *identity, size_t len) {
  CHECK_INT(inkotls_identity_set_ocsp_staple(identity, response, len), INKOTLS_STATUS_OK);
}

static void is_stapled(const inkotls_conn *conn, int want) {
  const unsigned char *data = NULL;
  size_t len = 7;
  CHECK_INT(inkotls_conn_ocsp_staple(conn, &data, &len),
            want ? INKOTLS_STATUS_OK : INKOTLS_STATUS_NONE);
  if (want) CHECK(len == response_len && memcmp(data, response, len) == 0);
  if (!want) CHECK(data == NULL && len == 7);
}

static const inkotls_client_config *client;
static const inkotls_server_config *server;

static const struct stapling {
  const char *name;
  int sets, removes;
} staplings[] = {{"certificate without an OCSP staple", 0, 0},
                 {"certificate with an OCSP staple", 1, 0},
                 {"OCSP staple that was removed", 1, 1}};
static const struct stapling *stapling;

static const inkotls_server_config *stapling_server(void) {
  inkotls_identity *identity = identity_of("ecdsa");
  if (stapling->sets) staple(identity, response_len);
  if (stapling->removes) staple(identity, 0);
  inkotls_server_builder *builder = server_builder(identity);
  staple(identity, stapling->sets ? 0 : response_len);  // the builder has a copy
  inkotls_identity_free(identity);
  return server_built(builder);
}

// The second visit resumes, and there is no certificate to which a response could be stapled.
static void staples(const struct way *way) {
  int is_expected = stapling->sets && !stapling->removes;
  client = client_built(client_builder());
  server = stapling_server();
  for (int visit = 0; visit < 2; visit++) {
    struct pair pair;
    char in[1];
    size_t len;
    pair_open(&pair, way, client, "localhost", server);
    is_stapled(pair.client.conn, 0);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), visit);
    is_stapled(pair.client.conn, is_expected && visit == 0);
    is_stapled(pair.server.conn, 0);
    CHECK_INT(pair_until_read(&pair, &pair.client, in, 1, &len), INKOTLS_STATUS_WANT_READ);
    pair_free(&pair);
  }
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A server staples to the certificate of one name, and not to that of another. Two connections of
// one client config whose handshakes overlap do not get each other's responses.
static void staples_do_not_mix(const struct way *way) {
  inkotls_identity *identity = identity_of("ecdsa");
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  CHECK_INT(inkotls_sni_map_set(sni_map, NULL, 0, identity), INKOTLS_STATUS_OK);
  staple(identity, response_len);
  CHECK_INT(inkotls_sni_map_set(sni_map, "localhost", 9, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_sni_map(builder, sni_map), INKOTLS_STATUS_OK);
  inkotls_sni_map_release(sni_map);
  server = server_built(builder);
  client = client_built(client_builder());

  struct pair with, without;
  pair_open(&with, way, client, "localhost", server);
  pair_open(&without, way, client, "127.0.0.1", server);
  struct pair *pairs[] = {&with, &without};
  size_t moved;
  do {
    moved = 0;
    for (int i = 0; i < 2; i++) {
      side_handshake(&pairs[i]->client);
      side_handshake(&pairs[i]->server);
      moved += pair_carry(pairs[i]);
    }
  } while (moved);
  for (int i = 0; i < 2; i++) pair_handshake(pairs[i], INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  is_stapled(with.client.conn, 1);
  is_stapled(without.client.conn, 0);
  pair_free(&with);
  pair_free(&without);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// Client certificates.

// A server that trusts one authority or two, and what a client with a certificate of each of two
// authorities shows.
static const struct choice {
  const char *name, *cas[2], *shown;  // NULL: none
} choices[] = {
    {"client certificate of the first authority", {"ca.pem"}, "client.der"},
    {"client certificate of the second authority", {"stranger-ca.pem"}, "stranger-client.der"},
    {"client certificate of either authority", {"stranger-ca.pem", "ca.pem"}, "client.der"},
    {"no client certificate of the authority", {"sub-ca.pem"}, NULL},
};
static const struct choice *current;

static const inkotls_client_config *choosing_client(void) {
  static const char *const names[] = {"client", "stranger-client"};
  inkotls_client_builder *builder = client_builder();
  for (size_t i = 0; i < COUNT(names); i++) {
    inkotls_identity *identity = identity_of(names[i]);
    CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
    inkotls_identity_free(identity);
  }
  return client_built(builder);
}

static const inkotls_server_config *requesting_server(void) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_roots *roots = roots_of(current->cas[0]);
  const char *second = current->cas[1] ? pki_path(current->cas[1]) : NULL;
  if (second)
    CHECK_INT(inkotls_roots_add_pem_file(roots, second, strlen(second)), INKOTLS_STATUS_OK);
  int mode = current->shown ? INKOTLS_CLIENT_AUTH_REQUIRED : INKOTLS_CLIENT_AUTH_OPTIONAL;
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, mode, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  return server_built(builder);
}

// The client chooses the certificate whose issuer the server names.
static void fits_the_issuers(const struct way *way) {
  client = choosing_client();
  server = requesting_server();
  struct pair pair;
  unsigned char want[4096];
  const unsigned char *der = NULL;
  size_t want_len = current->shown ? pki_read(current->shown, want, sizeof want) : 0, len = 7;
  pair_connect(&pair, way, client, server);
  CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &der, &len),
            current->shown ? INKOTLS_STATUS_OK : INKOTLS_STATUS_NONE);
  if (current->shown) CHECK(len == want_len && memcmp(der, want, len) == 0);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void client_identities_refused(void) {
  const char *chain = pki_path("client.pem"), *key = pki_path("client.key");
  inkotls_identity *only_chain = inkotls_identity_new(), *only_key = inkotls_identity_new();
  inkotls_client_builder *builder = client_builder();
  CHECK_INT(inkotls_identity_set_chain_pem_file(only_chain, chain, strlen(chain)),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_set_key_pem_file(only_key, key, strlen(key)), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_identity(builder, only_chain), INKOTLS_STATUS_INVALID_KEY);
  CHECK_TEXT(inkotls_client_builder_error(builder), "no private key");
  CHECK_INT(inkotls_client_builder_add_identity(builder, only_key),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_TEXT(inkotls_client_builder_error(builder), "no certificate");
  // None of them was added: the client has no certificate.
  inkotls_identity *identity = identity_of("ecdsa");
  inkotls_roots *roots = roots_of("ca.pem");
  inkotls_server_builder *to_server = server_builder(identity);
  CHECK_INT(inkotls_server_builder_set_client_auth(to_server, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
            INKOTLS_STATUS_OK);
  client = client_built(builder);
  server = server_built(to_server);
  struct pair pair;
  pair_open(&pair, &direct, client, "localhost", server);
  pair_refuses(&pair, &pair.server, INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  inkotls_roots_free(roots);
  inkotls_identity_free(identity);
  inkotls_identity_free(only_chain);
  inkotls_identity_free(only_key);
}

// Certificate compression (RFC 8879).

enum { INTERMEDIATES = 6 };

// What the server says to a ClientHello, in bytes; and what its client sees at the end.
static size_t server_flight(const struct way *way, int client_compresses, int server_compresses) {
  inkotls_client_builder *to_client = client_builder();
  CHECK_INT(inkotls_client_builder_set_certificate_compression(to_client, client_compresses),
            INKOTLS_STATUS_OK);
  // A chain that could be shorter: the same intermediate again and again.
  unsigned char der[4096];
  char pem[16384];
  size_t len = pki_read("chained.pem", pem, sizeof pem), flight = 0, got;
  for (int i = 1; i < INTERMEDIATES; i++)
    len += pki_read("sub-ca.pem", pem + len, sizeof pem - len);
  inkotls_identity *identity = identity_of("chained");
  CHECK_INT(inkotls_identity_set_chain_pem(identity, pem, len), INKOTLS_STATUS_OK);
  inkotls_server_builder *to_server = server_builder(identity);
  CHECK_INT(inkotls_server_builder_set_certificate_compression(to_server, server_compresses),
            INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  client = client_built(to_client);
  server = server_built(to_server);

  struct pair pair;
  static unsigned char wire[1 << 16];
  pair_open(&pair, way, client, "localhost", server);
  pair_until_answered(&pair);
  do {
    side_handshake(&pair.server);
    flight += got = side_take(&pair.server, wire + flight, sizeof wire - flight);
  } while (got);
  for (size_t given = 0; given < flight; given += got) {
    if (!(got = side_give(&pair.client, wire + given, flight - given))) give_up("side_give");
    side_handshake(&pair.client);
  }
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  const unsigned char *seen = NULL;
  size_t der_len = pki_read("chained.der", der, sizeof der);
  CHECK_INT(inkotls_conn_peer_certificate(pair.client.conn, 0, &seen, &len), INKOTLS_STATUS_OK);
  CHECK(len == der_len && memcmp(seen, der, len) == 0);
  CHECK_INT(inkotls_conn_peer_certificate(pair.client.conn, INTERMEDIATES, &seen, &len),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_peer_certificate(pair.client.conn, INTERMEDIATES + 1, &seen, &len),
            INKOTLS_STATUS_NONE);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return flight;
}

static void compresses(const struct way *way) {
  size_t both = server_flight(way, 1, 1), neither = server_flight(way, 0, 0);
  if (version == TLS13) {
    CHECK(both + 1500 < neither);
    CHECK(server_flight(way, 0, 1) + 100 > neither);
    CHECK(server_flight(way, 1, 0) + 100 > neither);
  } else {
    CHECK(both + 100 > neither);  // TLS 1.2 has no certificate compression
  }
}

static void switches_refused(void) {
  static const int32_t bad[] = {-1, 2, 256, INT32_MIN, INT32_MAX};
  inkotls_identity *identity = identity_of("ecdsa");
  inkotls_client_builder *to_client = client_builder();
  inkotls_server_builder *to_server = server_builder(identity);
  for (size_t i = 0; i < COUNT(bad); i++) {
    checking("compression %ld", (long)bad[i]);
    CHECK_INT(inkotls_client_builder_set_certificate_compression(to_client, bad[i]),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_client_builder_error(to_client), "0 nor 1");
    CHECK_INT(inkotls_server_builder_set_certificate_compression(to_server, bad[i]),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_server_builder_error(to_server), "0 nor 1");
  }
  inkotls_client_builder_free(to_client);
  inkotls_server_builder_free(to_server);
  inkotls_identity_free(identity);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  response_len = pki_read("ecdsa.ocsp", response, sizeof response);
  for (stapling = staplings; stapling < staplings + COUNT(staplings); stapling++)
    in_ways(stapling->name, staples);
  in_ways("OCSP staples of overlapping handshakes", staples_do_not_mix);
  for (current = choices; current < choices + COUNT(choices); current++)
    in_ways(current->name, fits_the_issuers);
  in_ways("certificate compression", compresses);
  version = TLS13;
  once("incomplete client sni_map", client_identities_refused);
  once("bad switches of certificate compression", switches_refused);
  return checks_done();
}
