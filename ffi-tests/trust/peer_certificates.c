// Peers that are trusted by their own certificate, as one that "openssl req -x509" made: exactly
// that certificate, and all else about it is verified. Clients judge servers, servers judge
// clients.

#include <stdlib.h>
#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PEM(label, body) "-----BEGIN " label "-----\n" body "\n-----END " label "-----\n"

enum { OPTIONAL = INKOTLS_CLIENT_AUTH_OPTIONAL, REQUIRED = INKOTLS_CLIENT_AUTH_REQUIRED };
enum {
  NOT_PRESENTED = INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED,
  EXPIRED = INKOTLS_CERTIFICATE_ERROR_EXPIRED,
  NOT_YET_VALID = INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID,
  UNKNOWN_ISSUER = INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER,
  WRONG_NAME = INKOTLS_CERTIFICATE_ERROR_WRONG_NAME,
  REVOKED = INKOTLS_CERTIFICATE_ERROR_REVOKED,
  WRONG_PURPOSE = INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE,
};

static const struct way direct = {.chunk = 1 << 14};
static int by_server;  // who judges
static const inkotls_client_config *client;
static const inkotls_server_config *server;

// What the judge trusts; NULL: nothing of the kind.
struct trust {
  const char *peer, *ca, *crl;
};

static inkotls_roots *roots_for(struct trust trust) {
  inkotls_roots *roots = inkotls_roots_new();
  const char *peer = pki_path(trust.peer ? trust.peer : "");
  const char *ca = pki_path(trust.ca ? trust.ca : "");
  const char *crl = pki_path(trust.crl ? trust.crl : "");
  if (trust.peer)
    CHECK_INT(inkotls_roots_add_peer_certificate_pem_file(roots, peer, strlen(peer)),
              INKOTLS_STATUS_OK);
  if (trust.ca) CHECK_INT(inkotls_roots_add_pem_file(roots, ca, strlen(ca)), INKOTLS_STATUS_OK);
  if (trust.crl)
    CHECK_INT(inkotls_roots_add_crl_pem_file(roots, crl, strlen(crl)), INKOTLS_STATUS_OK);
  return roots;
}

static int32_t leaves_it_to_the_library(void *user_data, inkotls_verification *it) {
  (void)user_data;
  return inkotls_verification_verify(it);
}

// Both configs: one side judges with these roots, which are used up; the other shows itself.
static void make(const char *shown, inkotls_roots *roots, int has_verifier) {
  inkotls_client_builder *a = by_server ? client_speaking(version) : inkotls_client_builder_new();
  inkotls_server_builder *b = server_showing(by_server || !shown ? "ecdsa" : shown);
  CHECK_INT(inkotls_client_builder_set_session_cache(a, 0), INKOTLS_STATUS_OK);
  if (by_server) {
    inkotls_identity *identity = shown ? identity_of(shown) : NULL;
    if (shown) CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
    inkotls_identity_free(identity);
    CHECK_INT(inkotls_server_builder_set_client_auth(b, REQUIRED, roots), INKOTLS_STATUS_OK);
    if (has_verifier)
      CHECK_INT(inkotls_server_builder_set_dangerous_verifier(b, leaves_it_to_the_library, NULL, 0),
                INKOTLS_STATUS_OK);
  } else {
    CHECK_INT(inkotls_client_builder_add_protocol_version(a, version), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_client_builder_set_roots(a, roots), INKOTLS_STATUS_OK);
    if (has_verifier)
      CHECK_INT(inkotls_client_builder_set_dangerous_verifier(a, leaves_it_to_the_library, NULL, 0),
                INKOTLS_STATUS_OK);
  }
  inkotls_roots_free(roots);
  client = client_built(a);
  server = server_built(b);
}

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static int expected;  // 0: the judge is content

static void meet(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  struct side *judge = by_server ? &pair.server : &pair.client;
  if (expected) {
    pair_refuses(&pair, judge, (inkotls_certificate_error)expected);
  } else {
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    pair_send(&pair, &pair.client, &pair.server, 100);
    pair_send(&pair, &pair.server, &pair.client, 100);
  }
  pair_free(&pair);
}

static const struct meeting {
  const char *shown;
  struct trust trust;
  int error;
} servers[] =
    {
        {"developer", {"developer.pem", NULL, NULL}, 0},
        {"developer", {"developer.pem", "ca.pem", NULL}, 0},
        {"ecdsa", {"developer.pem", "ca.pem", NULL}, 0},
        // Exactly this certificate: not its key's owner, nor whom it issues.
        {"developer-twin", {"developer.pem", NULL, NULL}, UNKNOWN_ISSUER},
        {"from-developer", {"developer.pem", NULL, NULL}, UNKNOWN_ISSUER},
        {"chained", {"sub-ca.pem", NULL, NULL}, UNKNOWN_ISSUER},
        {"ecdsa", {"developer.pem", NULL, NULL}, UNKNOWN_ISSUER},
        // All else about it is verified.
        {"expired", {"expired.pem", NULL, NULL}, EXPIRED},
        {"expired", {"expired.pem", "ca.pem", NULL}, EXPIRED},
        {"future", {"future.pem", NULL, NULL}, NOT_YET_VALID},
        {"other", {"other.pem", NULL, NULL}, WRONG_NAME},
        {"client-only", {"client-only.pem", NULL, NULL}, WRONG_PURPOSE},
        {"developer-client", {"developer-client.pem", NULL, NULL}, WRONG_PURPOSE},
        {"developer-ca", {"developer-ca.pem", NULL, NULL}, WRONG_PURPOSE},
        // CRLs are for those whom an authority vouches for.
        {"revoked", {"revoked.pem", "ca.pem", "ca.crl.pem"}, 0},
        {"revoked", {"developer.pem", "ca.pem", "ca.crl.pem"}, REVOKED},
        {"developer", {"developer.pem", NULL, "ca.crl.pem"}, 0},
},
  clients[] = {
      {"developer", {"developer.pem", NULL, NULL}, 0},
      {"developer-client", {"developer-client.pem", NULL, NULL}, 0},
      {"developer", {"developer.pem", "ca.pem", NULL}, 0},
      {"client", {"developer.pem", "ca.pem", NULL}, 0},
      {"client", {"client.pem", NULL, NULL}, 0},
      {NULL, {"developer.pem", NULL, NULL}, NOT_PRESENTED},
      {"developer-twin", {"developer.pem", NULL, NULL}, UNKNOWN_ISSUER},
      {"expired-client", {"expired-client.pem", NULL, NULL}, EXPIRED},
      {"ecdsa", {"ecdsa.pem", NULL, NULL}, WRONG_PURPOSE},
      {"developer-ca", {"developer-ca.pem", NULL, NULL}, WRONG_PURPOSE},
      {"revoked-client", {"revoked-client.pem", "ca.pem", "ca.crl.pem"}, 0},
      {"revoked-client", {"developer.pem", "ca.pem", "ca.crl.pem"}, REVOKED},
};

static void all_meet(const struct meeting *table, size_t count) {
  for (size_t i = 0; i < count; i++) {
    for (int has_verifier = 0; has_verifier < 2; has_verifier++) {
      checking("%s %zu: %s, TLS 1.%d%s", by_server ? "clients" : "servers", i,
               table[i].shown ? table[i].shown : "nothing", version - 0x0301,
               has_verifier ? ", by a host's verifier" : "");
      make(table[i].shown, roots_for(table[i].trust), has_verifier);
      expected = table[i].error;
      meet(&direct);
      release_both();
    }
  }
}

static void in_each_way(void) {
  expected = 0;
  make("developer", roots_for((struct trust){"developer.pem", NULL, NULL}), 0);
  each_wide_way(by_server ? "a client's own certificate" : "a server's own certificate", meet);
  release_both();
}

// The kinds of input.
static void inputs(void) {
  unsigned char pem[8192], der[4096];
  size_t pem_len = pki_read("developer.pem", pem, sizeof pem);
  size_t der_len = pki_read("developer.der", der, sizeof der);
  by_server = 0;
  expected = 0;
  for (int is_der = 0; is_der < 2; is_der++) {
    checking("in %s", is_der ? "DER" : "PEM");
    inkotls_roots *roots = inkotls_roots_new();
    CHECK_INT(is_der ? inkotls_roots_add_peer_certificate_der(roots, der, der_len)
                     : inkotls_roots_add_peer_certificate_pem(roots, pem, pem_len),
              INKOTLS_STATUS_OK);
    make("developer", roots, 0);
    meet(&direct);
    release_both();
  }

  checking("two in one text");
  static const char *const both[] = {"developer", "other"};
  pem_len += pki_read("other.pem", pem + pem_len, sizeof pem - pem_len);
  for (int i = 0; i < 2; i++) {
    inkotls_roots *roots = inkotls_roots_new();
    CHECK_INT(inkotls_roots_add_peer_certificate_pem(roots, pem, pem_len), INKOTLS_STATUS_OK);
    make(both[i], roots, 0);
    expected = i == 0 ? 0 : WRONG_NAME;
    meet(&direct);
    release_both();
  }

  checking("a bad one gives nothing");
  static const char bad[] = PEM("CERTIFICATE", "AAAA");
  memcpy(pem + pem_len, bad, sizeof bad);
  inkotls_roots *roots = inkotls_roots_new();
  CHECK_INT(inkotls_roots_add_peer_certificate_pem(roots, pem, pem_len + sizeof bad - 1),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_TEXT(inkotls_roots_error(roots), "certificate 3");
  CHECK_INT(inkotls_roots_add_peer_certificate_pem(roots, "", 0),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_roots_add_peer_certificate_der(roots, der, der_len - 1),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  const char *missing = pki_path("missing.pem");
  CHECK_INT(inkotls_roots_add_peer_certificate_pem_file(roots, missing, strlen(missing)),
            INKOTLS_STATUS_IO_ERROR);
  CHECK_TEXT(inkotls_roots_error(roots), "missing.pem");
  inkotls_client_builder *builder = inkotls_client_builder_new();
  const inkotls_client_config *config = NULL;
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_NO_TRUST_ANCHORS);

  checking("beside a raw public key");
  unsigned char spki[1024];
  size_t len = pki_read("ecdsa.spki.der", spki, sizeof spki);
  CHECK_INT(inkotls_roots_add_raw_public_key(roots, spki, len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_roots_add_peer_certificate_der(roots, der, der_len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_INVALID_STATE);
  inkotls_client_builder_free(builder);
  inkotls_roots_free(roots);
}

// The platform's authorities stay trusted beside it, and need not be there.
static void beside_the_platform(void) {
  static const char *const shown[] = {"developer", "ecdsa"};
  by_server = 0;
  for (int i = 0; i < 4; i++) {
    int is_empty = i & 1;
    checking("beside %s platform: %s", is_empty ? "an empty" : "the", shown[i / 2]);
    setenv("SSL_CERT_FILE", pki_path(is_empty ? "ecdsa.key" : "ca.pem"), 1);
    inkotls_roots *roots = roots_for((struct trust){"developer.pem", NULL, NULL});
    CHECK_INT(inkotls_roots_add_platform(roots), INKOTLS_STATUS_OK);
    make(shown[i / 2], roots, 0);
    expected = is_empty && i / 2 ? UNKNOWN_ISSUER : 0;
    meet(&direct);
    release_both();
  }
}

// The message tells a certificate that nobody issued from one that was exchanged.
static void nobody_issued_it(void) {
  static const struct {
    struct trust trust;
    const char *shown, *said;
  } all[] = {
      {{NULL, "ca.pem", NULL}, "self-signed", "(it is self-signed)"},
      {{"developer.pem", NULL, NULL}, "developer-twin", "not one of the peer certificates"},
  };
  by_server = 0;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    struct pair pair;
    checking("%s, TLS 1.%d", all[i].shown, version - 0x0301);
    make(all[i].shown, roots_for(all[i].trust), 0);
    pair_open(&pair, &direct, client, "localhost", server);
    pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER);
    CHECK_TEXT(inkotls_conn_error(pair.client.conn), all[i].said);
    pair_free(&pair);
    release_both();
  }
}

// As an authority it is no server's own, and the failure says what to do.
static void as_an_authority(void) {
  struct pair pair;
  by_server = 0;
  checking("trusted as an authority, TLS 1.%d", version - 0x0301);
  make("developer", roots_for((struct trust){NULL, "developer.pem", NULL}), 0);
  pair_open(&pair, &direct, client, "localhost", server);
  pair_handshake(&pair, INKOTLS_STATUS_INVALID_PEER_CERTIFICATE, INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(inkotls_conn_certificate_error(pair.client.conn),
            INKOTLS_CERTIFICATE_ERROR_CA_USED_AS_END_ENTITY);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "inkotls_roots_add_peer_certificate_pem");
  pair_free(&pair);
  release_both();
}

// By the issuer that the server names a client finds the certificate.
static void is_chosen_by_the_client(void) {
  static const char *const names[] = {"stranger-client", "client", "developer"};
  unsigned char want[4096];
  size_t want_len = pki_read("developer.der", want, sizeof want), len = 0;
  const unsigned char *der = NULL;
  struct pair pair;
  checking("a client chooses, TLS 1.%d", version - 0x0301);
  inkotls_client_builder *a = client_speaking(version);
  for (size_t i = 0; i < COUNT(names); i++) {
    inkotls_identity *identity = identity_of(names[i]);
    CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
    inkotls_identity_free(identity);
  }
  inkotls_server_builder *b = server_showing("ecdsa");
  inkotls_roots *roots = roots_for((struct trust){"developer.pem", NULL, NULL});
  CHECK_INT(inkotls_server_builder_set_client_auth(b, OPTIONAL, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  client = client_built(a);
  server = server_built(b);
  pair_connect(&pair, &direct, client, server);
  CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &der, &len), INKOTLS_STATUS_OK);
  CHECK(len == want_len && memcmp(der, want, len) == 0);
  pair_free(&pair);
  inkotls_client_config_release(client);

  checking("a client has none and need not, TLS 1.%d", version - 0x0301);
  client = client_of(version);
  pair_connect(&pair, &direct, client, server);
  CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &der, &len), INKOTLS_STATUS_NONE);
  pair_free(&pair);
  release_both();
}

// A session of a server that trusts another certificate is none here.
static const inkotls_server_config *server_sharing(const char *peer) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_roots *roots = roots_for((struct trust){peer, "ca.pem", NULL});
  server_uses_store(builder);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, OPTIONAL, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  return server_built(builder);
}

static void sessions_are_bound_to_it(void) {
  checking("sessions, TLS 1.%d", version - 0x0301);
  const inkotls_server_config *one = server_sharing("developer.pem");
  const inkotls_server_config *alike = server_sharing("developer.pem");
  const inkotls_server_config *other = server_sharing("developer-twin.pem");
  const inkotls_client_config *asks = client_of(version);
  store_clear();
  visit(&direct, asks, one, 0);
  visit(&direct, asks, alike, 1);
  visit(&direct, asks, other, 0);
  inkotls_client_config_release(asks);
  inkotls_server_config_release(one);
  inkotls_server_config_release(alike);
  inkotls_server_config_release(other);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  unsetenv("SSL_CERT_DIR");
  for (version = TLS12; version <= TLS13; version++) {
    by_server = 0;
    all_meet(servers, COUNT(servers));
    nobody_issued_it();
    as_an_authority();
    by_server = 1;
    all_meet(clients, COUNT(clients));
    is_chosen_by_the_client();
    sessions_are_bound_to_it();
  }
  for (version = TLS12; version <= TLS13; version++)
    for (by_server = 0; by_server < 2; by_server++) in_each_way();
  version = TLS13;
  inputs();
  beside_the_platform();
  return checks_done();
}
