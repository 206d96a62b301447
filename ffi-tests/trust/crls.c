// How roots are given CRLs. Bad CRLs and bad raw public keys each have their own status and error
// message, and change nothing.

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "pair.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PEM(label, body) "-----BEGIN " label "-----\n" body "\n-----END " label "-----\n"

static const struct way direct = {.chunk = 1 << 14};
static const inkotls_server_config *good, *revoked;
static char crl[4096];  // revokes the second
static size_t crl_len;

enum input { CRL_PEM, CRL_FILE, CRL_DER, RAW_KEY };

static inkotls_status give(inkotls_roots *roots, enum input input, const char *data, size_t len) {
  switch (input) {
    case CRL_PEM:
      return inkotls_roots_add_crl_pem(roots, data, len);
    case CRL_FILE:
      return inkotls_roots_add_crl_pem_file(roots, data, len);
    case CRL_DER:
      return inkotls_roots_add_crl_der(roots, data, len);
    case RAW_KEY:
      return inkotls_roots_add_raw_public_key(roots, data, len);
  }
  give_up("no such input");
}

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

static void crls_accepted(void) {
  static const struct {
    enum input input;
    const char *file;
  } all[] = {{CRL_PEM, "ca.crl.pem"}, {CRL_FILE, "ca.crl.pem"}, {CRL_DER, "ca.crl.der"}};
  for (size_t i = 0; i < COUNT(all); i++) {
    char data[4096];
    const char *path = pki_path(all[i].file);
    size_t len = pki_read(all[i].file, data, sizeof data);
    checking("%s as input %d", all[i].file, all[i].input);
    inkotls_roots *roots = roots_of("ca.pem");
    CHECK_INT(all[i].input == CRL_FILE ? give(roots, CRL_FILE, path, strlen(path))
                                       : give(roots, all[i].input, data, len),
              INKOTLS_STATUS_OK);
    judges(roots, good, 0);
    judges(roots, revoked, INKOTLS_CERTIFICATE_ERROR_REVOKED);
    inkotls_roots_free(roots);
  }
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
  CHECK_INT(give(roots, CRL_FILE, forged, strlen(forged)), INKOTLS_STATUS_OK);
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

// Gives bad input to roots with a CRL and without: both stay as they were.
static void is_refused(enum input input, const char *data, size_t len, inkotls_status status,
                       int os_error, const char *text) {
  for (int with_crl = 0; with_crl < 2; with_crl++) {
    inkotls_roots *roots = roots_of("ca.pem");
    if (with_crl) CHECK_INT(give(roots, CRL_PEM, crl, crl_len), INKOTLS_STATUS_OK);
    CHECK_INT(give(roots, input, data, len), status);
    CHECK_TEXT(inkotls_roots_error(roots), text);
    CHECK_INT(inkotls_roots_os_error(roots), os_error);
    judges(roots, good, 0);
    judges(roots, revoked, with_crl ? INKOTLS_CERTIFICATE_ERROR_REVOKED : 0);
    inkotls_roots_free(roots);
  }
}

static void files_refused(void) {
  static const struct {
    const char *path, *text;
    size_t len;
  } bad[] = {{"", "path", 0}, {"a\xff", "UTF-8", 2}, {"a\0b", "NUL", 3}};
  const char *path = pki_path("missing.pem");
  is_refused(CRL_FILE, path, strlen(path), INKOTLS_STATUS_IO_ERROR, ENOENT, "missing.pem");
  path = pki_path(".");
  is_refused(CRL_FILE, path, strlen(path), INKOTLS_STATUS_IO_ERROR, EISDIR, "/.");
  path = pki_path("ca.pem");
  is_refused(CRL_FILE, path, strlen(path), INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_NONE,
             "the PEM sections are CERTIFICATE");
  for (size_t i = 0; i < COUNT(bad); i++)
    is_refused(CRL_FILE, bad[i].path, bad[i].len, INKOTLS_STATUS_INVALID_ARGUMENT,
               INKOTLS_STATUS_NONE, bad[i].text);
}

static void content_refused(void) {
  static const struct {
    enum input input;
    const char *data, *text;
  } literals[] = {
      {CRL_PEM, "", "no CRL: the input is empty"},
      {CRL_PEM, "garbage", "no PEM section"},
      {CRL_PEM, "-----BEGIN X509 CRL-----\nAAAA\n", "not well-formed PEM"},
      {CRL_PEM, PEM("X509 CRL", "!!!!"), "not well-formed PEM"},
      {CRL_PEM, PEM("X509 CRL", "AAAA"), "CRL 1"},
      {CRL_DER, "", "CRL"},
      {CRL_DER, "garbage", "CRL"},
      {RAW_KEY, "", "SubjectPublicKeyInfo"},
      {RAW_KEY, "garbage", "SubjectPublicKeyInfo"},
  };
  for (size_t i = 0; i < COUNT(literals); i++) {
    enum input it = literals[i].input;
    checking("\"%.40s\" as input %d", literals[i].data, it);
    is_refused(it, literals[i].data, strlen(literals[i].data),
               it == RAW_KEY ? INKOTLS_STATUS_INVALID_KEY : INKOTLS_STATUS_INVALID_CERTIFICATE,
               INKOTLS_STATUS_NONE, literals[i].text);
  }

  static const struct {
    enum input input;
    const char *file, *text;
  } wrong[] = {
      {CRL_PEM, "ca.pem", "the PEM sections are CERTIFICATE"},
      {CRL_PEM, "ca.crl.der", "DER"},
      {CRL_DER, "ca.crl.pem", "CRL"},
      {CRL_DER, "ca.der", "CRL"},
      {RAW_KEY, "ecdsa.der", "SubjectPublicKeyInfo"},
      {RAW_KEY, "ecdsa.key.der", "SubjectPublicKeyInfo"},
  };
  for (size_t i = 0; i < COUNT(wrong); i++) {
    enum input it = wrong[i].input;
    char data[4096];
    checking("%s as input %d", wrong[i].file, it);
    size_t len = pki_read(wrong[i].file, data, sizeof data);
    is_refused(it, data, len,
               it == RAW_KEY ? INKOTLS_STATUS_INVALID_KEY : INKOTLS_STATUS_INVALID_CERTIFICATE,
               INKOTLS_STATUS_NONE, wrong[i].text);
  }
}

static void damage_refused(void) {
  static const struct {
    enum input input;
    const char *file;
    inkotls_status status;
    const char *text;
  } whole[] = {
      {CRL_PEM, "ca.crl.pem", INKOTLS_STATUS_INVALID_CERTIFICATE, "PEM"},
      {CRL_DER, "ca.crl.der", INKOTLS_STATUS_INVALID_CERTIFICATE, "CRL"},
      {RAW_KEY, "ecdsa.spki.der", INKOTLS_STATUS_INVALID_KEY, "SubjectPublicKeyInfo"},
  };
  for (size_t i = 0; i < COUNT(whole); i++) {
    char data[4096];
    checking("half of %s, and more than all", whole[i].file);
    size_t len = pki_read(whole[i].file, data, sizeof data);
    is_refused(whole[i].input, data, len / 2, whole[i].status, INKOTLS_STATUS_NONE, whole[i].text);
    data[len] = 0;
    if (whole[i].input != CRL_PEM)
      is_refused(whole[i].input, data, len + 1, whole[i].status, INKOTLS_STATUS_NONE,
                 whole[i].text);
  }

  checking("a CRL whose entries cannot be parsed");
  char der[4096];
  size_t len = pki_read("ca.crl.der", der, sizeof der);
  char *date = memmem(der, len, "491231000000Z", 13);
  date = date ? memmem(date, len - (size_t)(date - der), "200101000000Z", 13) : NULL;
  if (!date) give_up("no revocation date");
  date[-2] = 5;  // NULL instead of UTCTime
  is_refused(CRL_DER, der, len, INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_NONE, "CRL");
}

static void flags_refused(void) {
  static const int32_t bad[] = {-1, 8, 1 << 30, INT32_MIN, INT32_MAX};
  const char *stale = pki_path("stale.crl.pem");
  inkotls_roots *roots = roots_of("ca.pem");
  CHECK_INT(give(roots, CRL_FILE, stale, strlen(stale)), INKOTLS_STATUS_OK);
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
  CHECK_INT(give(roots, CRL_PEM, crl, crl_len), INKOTLS_STATUS_OK);
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
  CHECK_INT(give(roots, CRL_PEM, crl, crl_len), INKOTLS_STATUS_OK);
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
  once("bad files of CRLs", files_refused);
  once("bad CRLs and raw public keys", content_refused);
  once("truncated CRLs and raw public keys", damage_refused);
  once("bad revocation flags", flags_refused);
  once("CRL added after the builder copied the roots", roots_are_copied);
  once("CRLs without a certificate authority", crls_without_authority);
  inkotls_server_config_release(good);
  inkotls_server_config_release(revoked);
  return checks_done();
}
