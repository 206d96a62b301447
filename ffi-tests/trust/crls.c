// How roots are given CRLs, and what a CRL does. The error message of each bad CRL is in
// api/pem_and_der.c.

#include <string.h>

#include "pair.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PEM(label, body) "-----BEGIN " label "-----\n" body "\n-----END " label "-----\n"

static const struct way direct = {.chunk = 1 << 14};
static const inkotls_server_config *good, *revoked;
static char crl[4096];  // revokes the second
static size_t crl_len;

static const inkotls_client_config *client_of(const inkotls_roots *roots) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  return client_built(builder);
}

// A client with these roots meets the server, and refuses it where there is an error.
static void judges(const inkotls_roots *roots, const inkotls_server_config *server, int error) {
  const inkotls_client_config *client = client_of(roots);
  struct pair pair;
  pair_open(&pair, &direct, client, "localhost", server);
  if (error) {
    pair_refuses(&pair, &pair.client, (inkotls_certificate_error)error);
  } else {
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  }
  pair_free(&pair);
  inkotls_client_config_release(client);
}

// Roots that have the CRL tell the two servers apart. Frees the roots.
static void tell_apart(inkotls_roots *roots) {
  judges(roots, good, 0);
  judges(roots, revoked, INKOTLS_CERTIFICATE_ERROR_REVOKED);
  inkotls_roots_free(roots);
}

static void crls_accepted(void) {
  const char *path = pki_path("ca.crl.pem");
  char der[4096];
  size_t len = pki_read("ca.crl.der", der, sizeof der);
  inkotls_roots *roots = roots_of("ca.pem");
  CHECK_INT(inkotls_roots_add_crl_pem(roots, crl, crl_len), INKOTLS_STATUS_OK);
  tell_apart(roots);
  roots = roots_of("ca.pem");
  CHECK_INT(inkotls_roots_add_crl_pem_file(roots, path, strlen(path)), INKOTLS_STATUS_OK);
  tell_apart(roots);
  roots = roots_of("ca.pem");
  CHECK_INT(inkotls_roots_add_crl_der(roots, der, len), INKOTLS_STATUS_OK);
  tell_apart(roots);
}

// Two CRLs, of the authority and of an intermediate.
static size_t read_two_crls(char *pem, size_t cap) {
  size_t len = pki_read("sub-ca.crl.pem", pem, cap);
  return len + pki_read("ca.crl.pem", pem + len, cap - len);
}

static void two_crls(void) {
  const inkotls_server_config *chained = server_config("chained", no_alpn);
  char pem[8192];
  size_t len = read_two_crls(pem, sizeof pem);
  inkotls_roots *roots = roots_of("ca.pem");
  CHECK_INT(inkotls_roots_add_crl_pem(roots, pem, len), INKOTLS_STATUS_OK);
  judges(roots, chained, 0);
  judges(roots, revoked, INKOTLS_CERTIFICATE_ERROR_REVOKED);
  inkotls_roots_free(roots);
  inkotls_server_config_release(chained);
}

// All CRLs of a text are added, or none.
static void a_bad_crl_among_good_ones(void) {
  static const char bad[] = PEM("X509 CRL", "AAAA");
  char pem[8192];
  size_t len = read_two_crls(pem, sizeof pem - sizeof bad);
  memcpy(pem + len, bad, sizeof bad);
  inkotls_roots *roots = roots_of("ca.pem");
  CHECK_INT(inkotls_roots_add_crl_pem(roots, pem, len + sizeof bad - 1),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_TEXT(inkotls_roots_error(roots), "CRL 3");
  judges(roots, revoked, 0);
  inkotls_roots_free(roots);
}

// A CRL whose signature does not verify counts as no information about any certificate: whether one
// is revoked is unknown.
static void forged_crls(void) {
  const char *forged = pki_path("forged.crl.pem");
  inkotls_roots *roots = roots_of("ca.pem");
  CHECK_INT(inkotls_roots_add_crl_pem_file(roots, forged, strlen(forged)), INKOTLS_STATUS_OK);
  const inkotls_client_config *client = client_of(roots);
  struct pair pair;
  pair_open(&pair, &direct, client, "localhost", good);
  pair_handshake(&pair, INKOTLS_STATUS_INVALID_PEER_CERTIFICATE, INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(inkotls_conn_certificate_error(pair.client.conn),
            INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "revo");
  CHECK_INT(side_alert_sent(&pair.client), side_alert_received(&pair.server));
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_roots_free(roots);
}

// A CRL of which only the entries are malformed is refused when it is added, not when it is used.
static size_t read_crl_with_bad_entries(char *der, size_t cap) {
  size_t len = pki_read("ca.crl.der", der, cap);
  char *date = memmem(der, len, "491231000000Z", 13);
  date = date ? memmem(date, len - (size_t)(date - der), "200101000000Z", 13) : NULL;
  if (!date) give_up("no revocation date");
  date[-2] = 5;  // NULL instead of UTCTime
  return len;
}

// Roots with a CRL and without stay as they were when bad input is refused, wherever that is
// noticed. Which input is bad, and the error message of each, is in api/pem_and_der.c.
static void refused_input_changes_nothing(void) {
  static const char no_crl[] = PEM("X509 CRL", "AAAA");
  char bad_entries[4096];
  size_t len = read_crl_with_bad_entries(bad_entries, sizeof bad_entries);
  for (int with_crl = 0; with_crl < 2; with_crl++) {
    const char *missing = pki_path("missing.pem"), *certificate = pki_path("ca.pem");
    inkotls_roots *roots = roots_of("ca.pem");
    if (with_crl) CHECK_INT(inkotls_roots_add_crl_pem(roots, crl, crl_len), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_roots_add_crl_pem(roots, no_crl, sizeof no_crl - 1),
              INKOTLS_STATUS_INVALID_CERTIFICATE);
    CHECK_INT(inkotls_roots_add_crl_pem(roots, crl, crl_len / 2),
              INKOTLS_STATUS_INVALID_CERTIFICATE);
    CHECK_INT(inkotls_roots_add_crl_pem_file(roots, missing, strlen(missing)),
              INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_roots_add_crl_pem_file(roots, certificate, strlen(certificate)),
              INKOTLS_STATUS_INVALID_CERTIFICATE);
    CHECK_INT(inkotls_roots_add_crl_pem_file(roots, "", 0), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(inkotls_roots_add_crl_der(roots, crl, crl_len), INKOTLS_STATUS_INVALID_CERTIFICATE);
    CHECK_INT(inkotls_roots_add_crl_der(roots, bad_entries, len),
              INKOTLS_STATUS_INVALID_CERTIFICATE);
    CHECK_TEXT(inkotls_roots_error(roots), "CRL 1");
    CHECK_INT(inkotls_roots_add_raw_public_key(roots, crl, crl_len), INKOTLS_STATUS_INVALID_KEY);
    CHECK_INT(inkotls_roots_add_raw_public_key(roots, bad_entries, len),
              INKOTLS_STATUS_INVALID_KEY);
    judges(roots, good, 0);
    judges(roots, revoked, with_crl ? INKOTLS_CERTIFICATE_ERROR_REVOKED : 0);
    inkotls_roots_free(roots);
  }
}

static void flags_refused(void) {
  static const int32_t bad[] = {-1, 8, 1 << 30, INT32_MIN, INT32_MAX};
  const char *stale = pki_path("stale.crl.pem");
  inkotls_roots *roots = roots_of("ca.pem");
  CHECK_INT(inkotls_roots_add_crl_pem_file(roots, stale, strlen(stale)), INKOTLS_STATUS_OK);
  for (size_t i = 0; i < COUNT(bad); i++) {
    checking("revocation flags %ld", (long)bad[i]);
    CHECK_INT(inkotls_roots_set_revocation(roots, INKOTLS_REVOCATION_ENFORCE_EXPIRY),
              INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_roots_set_revocation(roots, bad[i]), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_roots_error(roots), "revocation");
    judges(roots, good, INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION);
  }
  checking("revocation flags replace each other");
  CHECK_INT(inkotls_roots_set_revocation(roots, 0), INKOTLS_STATUS_OK);
  judges(roots, good, 0);
  inkotls_roots_free(roots);
}

// The builder has a copy of the roots.
static void roots_are_copied(void) {
  inkotls_roots *roots = roots_of("ca.pem");
  inkotls_client_builder *builder = inkotls_client_builder_new();
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_roots_add_crl_pem(roots, crl, crl_len), INKOTLS_STATUS_OK);
  const inkotls_client_config *client = client_built(builder);
  struct pair pair;
  pair_connect(&pair, &direct, client, revoked);
  pair_free(&pair);
  judges(roots, revoked, INKOTLS_CERTIFICATE_ERROR_REVOKED);
  inkotls_client_config_release(client);
  inkotls_roots_free(roots);
}

static void crls_without_authority(void) {
  const inkotls_client_config *config = NULL;
  inkotls_roots *roots = inkotls_roots_new();
  inkotls_client_builder *builder = inkotls_client_builder_new();
  CHECK_INT(inkotls_roots_add_crl_pem(roots, crl, crl_len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_NO_TRUST_ANCHORS);
  CHECK_TEXT(inkotls_client_builder_error(builder), "no certificate authority");
  CHECK(config == NULL);
  inkotls_client_builder_free(builder);
  inkotls_roots_free(roots);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  crl_len = pki_read("ca.crl.pem", crl, sizeof crl);
  good = server_config("ecdsa", no_alpn);
  revoked = server_config("revoked", no_alpn);
  once("CRLs in PEM, in files and in DER", crls_accepted);
  once("two CRLs in one text", two_crls);
  once("bad CRL among good ones", a_bad_crl_among_good_ones);
  once("forged CRL", forged_crls);
  once("refused input changes nothing", refused_input_changes_nothing);
  once("bad revocation flags", flags_refused);
  once("CRL added after the builder copied the roots", roots_are_copied);
  once("CRLs without a certificate authority", crls_without_authority);
  inkotls_server_config_release(good);
  inkotls_server_config_release(revoked);
  return checks_done();
}
