// Peers that are trusted by their own certificate, such as one that "openssl req -x509" made:
// exactly that certificate is trusted, and all else about it is verified. Clients judge servers,
// and servers judge clients.

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

// What the judge trusts: files of the PKI, or NULL.
static inkotls_roots *roots_for(const char *peer, const char *ca, const char *crl) {
  inkotls_roots *roots = inkotls_roots_new();
  const char *peer_path = pki_path(peer ? peer : ""), *ca_path = pki_path(ca ? ca : "");
  const char *crl_path = pki_path(crl ? crl : "");
  if (peer)
    CHECK_INT(inkotls_roots_add_peer_certificate_pem_file(roots, peer_path, strlen(peer_path)),
              INKOTLS_STATUS_OK);
  if (ca) CHECK_INT(inkotls_roots_add_pem_file(roots, ca_path, strlen(ca_path)), INKOTLS_STATUS_OK);
  if (crl)
    CHECK_INT(inkotls_roots_add_crl_pem_file(roots, crl_path, strlen(crl_path)), INKOTLS_STATUS_OK);
  return roots;
}

static int32_t leaves_it_to_the_library(void *user_data, void *conn_user_data,
                                        inkotls_verification *it) {
  (void)conn_user_data;
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

// A scenario for each row: what is shown, and what the judge trusts.
struct meeting {
  const char *name, *shown, *peer, *ca, *crl;  // NULL: none
  int error;
};

static const struct meeting servers[] = {
    {"server: own certificate", "developer", "developer.pem", NULL, NULL, 0},
    {"server: own certificate, and an authority", "developer", "developer.pem", "ca.pem", NULL, 0},
    {"server: issued by that authority", "ecdsa", "developer.pem", "ca.pem", NULL, 0},

    // Exactly this certificate is trusted: not another of the same names, nor one that it issued.
    {"server: another of the same names", "developer-twin", "developer.pem", NULL, NULL,
     UNKNOWN_ISSUER},
    {"server: issued by it", "from-developer", "developer.pem", NULL, NULL, UNKNOWN_ISSUER},
    {"server: issued by an intermediate", "chained", "sub-ca.pem", NULL, NULL, UNKNOWN_ISSUER},
    {"server: unknown", "ecdsa", "developer.pem", NULL, NULL, UNKNOWN_ISSUER},

    // All else about it is verified.
    {"server: expired", "expired", "expired.pem", NULL, NULL, EXPIRED},
    {"server: expired, and an authority", "expired", "expired.pem", "ca.pem", NULL, EXPIRED},
    {"server: not yet valid", "future", "future.pem", NULL, NULL, NOT_YET_VALID},
    {"server: wrong name", "other", "other.pem", NULL, NULL, WRONG_NAME},
    {"server: for clients", "client-only", "client-only.pem", NULL, NULL, WRONG_PURPOSE},
    {"server: self-signed, for clients", "developer-client", "developer-client.pem", NULL, NULL,
     WRONG_PURPOSE},
    {"server: self-signed, for authorities", "developer-ca", "developer-ca.pem", NULL, NULL,
     WRONG_PURPOSE},

    // CRLs count for certificates that are trusted through an authority.
    {"server: revoked, but trusted itself", "revoked", "revoked.pem", "ca.pem", "ca.crl.pem", 0},
    {"server: revoked", "revoked", "developer.pem", "ca.pem", "ca.crl.pem", REVOKED},
    {"server: CRL without an authority", "developer", "developer.pem", NULL, "ca.crl.pem", 0},
};

static const struct meeting clients[] = {
    {"client: own certificate", "developer", "developer.pem", NULL, NULL, 0},
    {"client: for clients", "developer-client", "developer-client.pem", NULL, NULL, 0},
    {"client: own certificate, and an authority", "developer", "developer.pem", "ca.pem", NULL, 0},
    {"client: issued by that authority", "client", "developer.pem", "ca.pem", NULL, 0},
    {"client: issued, but trusted itself", "client", "client.pem", NULL, NULL, 0},
    {"client: no certificate", NULL, "developer.pem", NULL, NULL, NOT_PRESENTED},
    {"client: another of the same names", "developer-twin", "developer.pem", NULL, NULL,
     UNKNOWN_ISSUER},
    {"client: expired", "expired-client", "expired-client.pem", NULL, NULL, EXPIRED},
    {"client: for servers", "ecdsa", "ecdsa.pem", NULL, NULL, WRONG_PURPOSE},
    {"client: self-signed, for authorities", "developer-ca", "developer-ca.pem", NULL, NULL,
     WRONG_PURPOSE},
    {"client: revoked, but trusted itself", "revoked-client", "revoked-client.pem", "ca.pem",
     "ca.crl.pem", 0},
    {"client: revoked", "revoked-client", "developer.pem", "ca.pem", "ca.crl.pem", REVOKED},
};

static void each_meeting(const struct meeting *table, size_t count) {
  for (const struct meeting *it = table; it < table + count; it++) {
    if (!begins("%s", it->name)) continue;
    expected = it->error;
    for (int bits = 0; bits < 4; bits++) {
      int has_verifier = bits & 1;
      version = bits & 2 ? TLS13 : TLS12;
      checking("%s, %s%s", it->name, inkotls_protocol_version_name(version),
               has_verifier ? ", with a verifier" : "");
      make(it->shown, roots_for(it->peer, it->ca, it->crl), has_verifier);
      meet(&direct);
      release_both();
    }
  }
}

static void own_certificate(const struct way *way) {
  expected = 0;
  make("developer", roots_for("developer.pem", NULL, NULL), 0);
  meet(way);
  release_both();
}

static void own_certificate_of_a_server(const struct way *way) {
  by_server = 0;
  own_certificate(way);
}

static void own_certificate_of_a_client(const struct way *way) {
  by_server = 1;
  own_certificate(way);
}

// How such a certificate is given: clients with these roots, which are used up, meet this server.

static void client_meets(const char *shown, inkotls_roots *roots, int error) {
  by_server = 0;
  expected = error;
  make(shown, roots, 0);
  meet(&direct);
  release_both();
}

static void in_pem_and_in_der(void) {
  unsigned char data[4096];
  inkotls_roots *roots = inkotls_roots_new();
  size_t len = pki_read("developer.pem", data, sizeof data);
  CHECK_INT(inkotls_roots_add_peer_certificate_pem(roots, data, len), INKOTLS_STATUS_OK);
  client_meets("developer", roots, 0);
  roots = inkotls_roots_new();
  len = pki_read("developer.der", data, sizeof data);
  CHECK_INT(inkotls_roots_add_peer_certificate_der(roots, data, len), INKOTLS_STATUS_OK);
  client_meets("developer", roots, 0);
}

// Two certificates in one text: "developer" and "other", of which the client refuses the name.
static size_t read_two(unsigned char *pem, size_t cap) {
  size_t len = pki_read("developer.pem", pem, cap);
  return len + pki_read("other.pem", pem + len, cap - len);
}

static void two_in_one_text(void) {
  static const char *const both[] = {"developer", "other"};
  unsigned char pem[8192];
  size_t len = read_two(pem, sizeof pem);
  for (int i = 0; i < 2; i++) {
    inkotls_roots *roots = inkotls_roots_new();
    CHECK_INT(inkotls_roots_add_peer_certificate_pem(roots, pem, len), INKOTLS_STATUS_OK);
    client_meets(both[i], roots, i == 0 ? 0 : WRONG_NAME);
  }
}

// The status with which a client that has these roots is refused.
static inkotls_status status_with(const inkotls_roots *roots) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  const inkotls_client_config *config = NULL;
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  inkotls_status status = inkotls_client_builder_build(builder, &config);
  inkotls_client_builder_free(builder);
  return status;
}

static void bad_certificates_add_nothing(void) {
  static const char bad[] = PEM("CERTIFICATE", "AAAA");
  unsigned char pem[8192], der[4096];
  size_t len = read_two(pem, sizeof pem - sizeof bad);
  memcpy(pem + len, bad, sizeof bad);
  inkotls_roots *roots = inkotls_roots_new();
  CHECK_INT(inkotls_roots_add_peer_certificate_pem(roots, pem, len + sizeof bad - 1),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_TEXT(inkotls_roots_error(roots), "certificate 3");
  CHECK_INT(inkotls_roots_add_peer_certificate_pem(roots, "", 0),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  len = pki_read("developer.der", der, sizeof der);
  CHECK_INT(inkotls_roots_add_peer_certificate_der(roots, der, len - 1),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  const char *missing = pki_path("missing.pem");
  CHECK_INT(inkotls_roots_add_peer_certificate_pem_file(roots, missing, strlen(missing)),
            INKOTLS_STATUS_IO_ERROR);
  CHECK_TEXT(inkotls_roots_error(roots), "missing.pem");
  CHECK_INT(status_with(roots), INKOTLS_STATUS_NO_TRUST_ANCHORS);
  inkotls_roots_free(roots);
}

static void with_a_raw_public_key(void) {
  inkotls_roots *roots = roots_for("developer.pem", NULL, NULL);
  add_raw_key(roots, "ecdsa");
  CHECK_INT(status_with(roots), INKOTLS_STATUS_INVALID_STATE);
  inkotls_roots_free(roots);
}

// The platform's authorities stay trusted, too, and it is no error if there are none.
static void with_the_platform(void) {
  static const char *const shown[] = {"developer", "ecdsa"};
  for (int i = 0; i < 4; i++) {
    int is_empty = i & 1;
    checking("%s platform: %s", is_empty ? "an empty" : "the", shown[i / 2]);
    setenv("SSL_CERT_FILE", pki_path(is_empty ? "ecdsa.key" : "ca.pem"), 1);
    inkotls_roots *roots = roots_for("developer.pem", NULL, NULL);
    CHECK_INT(inkotls_roots_add_platform(roots), INKOTLS_STATUS_OK);
    client_meets(shown[i / 2], roots, is_empty && i / 2 ? UNKNOWN_ISSUER : 0);
  }
}

// The error message says whether a certificate is self-signed, or was replaced by another.
static void unknown_certificates(void) {
  static const struct {
    const char *peer, *ca, *shown, *said;
  } all[] = {
      {NULL, "ca.pem", "self-signed", "(it is self-signed)"},
      {"developer.pem", NULL, "developer-twin", "not one of the peer certificates"},
  };
  by_server = 0;
  for (size_t i = 0; i < COUNT(all); i++) {
    struct pair pair;
    checking("%s, %s", all[i].shown, inkotls_protocol_version_name(version));
    make(all[i].shown, roots_for(all[i].peer, all[i].ca, NULL), 0);
    pair_open(&pair, &direct, client, "localhost", server);
    pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER);
    CHECK_TEXT(inkotls_conn_error(pair.client.conn), all[i].said);
    pair_free(&pair);
    release_both();
  }
}

// A server's own certificate that is trusted as an authority is refused; the error message names
// the function to call.
static void as_an_authority(void) {
  struct pair pair;
  by_server = 0;
  make("developer", roots_for(NULL, "developer.pem", NULL), 0);
  pair_open(&pair, &direct, client, "localhost", server);
  pair_handshake(&pair, INKOTLS_STATUS_INVALID_PEER_CERTIFICATE, INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(inkotls_conn_certificate_error(pair.client.conn),
            INKOTLS_CERTIFICATE_ERROR_CA_USED_AS_END_ENTITY);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "inkotls_roots_add_peer_certificate_pem");
  pair_free(&pair);
  release_both();
}

// A client finds the certificate by the issuer that the server names.
static void chosen_by_the_client(void) {
  static const char *const names[] = {"stranger-client", "client", "developer"};
  unsigned char want[4096];
  size_t want_len = pki_read("developer.der", want, sizeof want), len = 0;
  const unsigned char *der = NULL;
  struct pair pair;
  inkotls_client_builder *a = client_speaking(version);
  for (size_t i = 0; i < COUNT(names); i++) {
    inkotls_identity *identity = identity_of(names[i]);
    CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
    inkotls_identity_free(identity);
  }
  inkotls_server_builder *b = server_showing("ecdsa");
  inkotls_roots *roots = roots_for("developer.pem", NULL, NULL);
  CHECK_INT(inkotls_server_builder_set_client_auth(b, OPTIONAL, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  client = client_built(a);
  server = server_built(b);
  pair_connect(&pair, &direct, client, server);
  CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &der, &len), INKOTLS_STATUS_OK);
  CHECK(len == want_len && memcmp(der, want, len) == 0);
  pair_free(&pair);
  inkotls_client_config_release(client);

  // A client without certificates is accepted, because the server does not require any.
  client = client_of(version);
  pair_connect(&pair, &direct, client, server);
  CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &der, &len), INKOTLS_STATUS_NONE);
  pair_free(&pair);
  release_both();
}

// A session of a server that trusts another certificate is not resumed.
static const inkotls_server_config *server_sharing(const char *peer) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_roots *roots = roots_for(peer, "ca.pem", NULL);
  server_uses_store(builder);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, OPTIONAL, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  return server_built(builder);
}

static void sessions_are_bound(void) {
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
  by_server = 0;
  each_meeting(servers, COUNT(servers));
  by_server = 1;
  each_meeting(clients, COUNT(clients));
  each_version("own certificate of a server in each way", own_certificate_of_a_server);
  each_version("own certificate of a client in each way", own_certificate_of_a_client);
  once_each_version("certificates in PEM and in DER", in_pem_and_in_der);
  once_each_version("two certificates in one text", two_in_one_text);
  once("bad certificates", bad_certificates_add_nothing);
  once("own certificate and a raw public key", with_a_raw_public_key);
  if (PLATFORM_HAS_FILES) once_each_version("own certificate and the platform", with_the_platform);
  once_each_version("error messages of unknown certificates", unknown_certificates);
  once_each_version("own certificate trusted as an authority", as_an_authority);
  once_each_version("chosen by the client", chosen_by_the_client);
  once_each_version("sessions are bound to the trusted certificates", sessions_are_bound);
  return checks_done();
}
