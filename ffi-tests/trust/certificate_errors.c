// Rule 17: every reason for which a peer's certificate is refused, by a client and by a server, has
// a number and an error message of its own. The peer is libssl, which presents certificates that an
// identity of this library refuses, and signs with a key that is not the certificate's. Two more
// scenarios are about error messages: the alerts of a peer, and servers from before TLS 1.2.

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct reason {
  const char *name, *shown;  // of the scenario; of the files of the PKI
  inkotls_certificate_error error;
  const char *said;                  // by the error message, beside the number's name
  void (*change)(SSL_CTX *context);  // what the peer shows or signs with
  const char *ca;                    // what is trusted; NULL: ca.pem
};

static const struct reason *current;
static const inkotls_client_config *client;
static const inkotls_server_config *server;
static int by_server;

// Files of the PKI, as libcrypto has them.

static FILE *opened(const char *name, const char *ending) {
  char file[64];
  snprintf(file, sizeof file, "%s.%s", name, ending);
  FILE *in = fopen(pki_path(file), "r");
  if (!in) give_up(file);
  return in;
}

static X509 *certificate(const char *name) {
  FILE *in = opened(name, "pem");
  X509 *read = PEM_read_X509(in, NULL, NULL, NULL);
  fclose(in);
  return read;
}

static EVP_PKEY *key(const char *name) {
  FILE *in = opened(name, "key");
  EVP_PKEY *read = PEM_read_PrivateKey(in, NULL, NULL, NULL);
  fclose(in);
  return read;
}

// What is changed before the peer shows it.

// X.509 version 1, which has no extensions.
static void to_version_1(SSL_CTX *context) {
  X509 *old = certificate(current->shown);
  EVP_PKEY *issuer = key("ca");
  X509_EXTENSION *extension;
  CHECK_INT(X509_set_version(old, X509_VERSION_1), 1);
  while ((extension = X509_delete_ext(old, 0))) X509_EXTENSION_free(extension);
  CHECK(X509_sign(old, issuer, EVP_sha256()) > 0);
  CHECK_INT(SSL_CTX_use_certificate(context, old), 1);
  EVP_PKEY_free(issuer);
  X509_free(old);
}

// Addresses whose zeros are at the start, at the end, and in two places.
static void to_ipv6_addresses(SSL_CTX *context) {
  X509 *changed = certificate(current->shown);
  EVP_PKEY *issuer = key("ca");
  X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
                                              "IP:::1,IP:fe80::,IP:1:0:0:2::,IP:10.0.0.1");
  int old = X509_get_ext_by_NID(changed, NID_subject_alt_name, -1);
  X509_EXTENSION_free(X509_delete_ext(changed, old));
  CHECK_INT(X509_add_ext(changed, names, -1), 1);
  CHECK(X509_sign(changed, issuer, EVP_sha256()) > 0);
  CHECK_INT(SSL_CTX_use_certificate(context, changed), 1);
  X509_EXTENSION_free(names);
  EVP_PKEY_free(issuer);
  X509_free(changed);
}

static void with_110_issuers(SSL_CTX *context) {
  for (int i = 0; i < 110; i++)
    CHECK_INT(SSL_CTX_add_extra_chain_cert(context, certificate("ca")), 1);
}

// A key whose public half is that of the certificate, and whose private half is another's.
static void with_another_key(SSL_CTX *context) {
  EVP_PKEY *own = key(current->shown), *other = key("other"), *mixed = NULL;
  unsigned char point[133];
  size_t len = 0;
  BIGNUM *scalar = NULL;
  CHECK_INT(EVP_PKEY_get_octet_string_param(own, "encoded-pub-key", point, sizeof point, &len), 1);
  CHECK_INT(EVP_PKEY_get_bn_param(other, OSSL_PKEY_PARAM_PRIV_KEY, &scalar), 1);
  OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
  OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, len);
  OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, scalar);
  OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
  EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
  CHECK_INT(EVP_PKEY_fromdata_init(maker), 1);
  CHECK_INT(EVP_PKEY_fromdata(maker, &mixed, EVP_PKEY_KEYPAIR, parameters), 1);
  CHECK_INT(SSL_CTX_use_PrivateKey(context, mixed), 1);
  EVP_PKEY_CTX_free(maker);
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(build);
  BN_free(scalar);
  EVP_PKEY_free(mixed);
  EVP_PKEY_free(other);
  EVP_PKEY_free(own);
}

// The peer.

struct peer {
  SSL_CTX *context;
  SSL *ssl;
  BIO *in, *out;
  int alert;  // the last that it received
};

static void keep_alert(const SSL *ssl, int where, int alert) {
  struct peer *peer = SSL_get_app_data(ssl);
  if (where & SSL_CB_ALERT && where & SSL_CB_READ) peer->alert = alert & 0xff;
}

static void peer_open(struct peer *peer) {
  SSL_CTX *context = SSL_CTX_new(TLS_method());
  char file[64];
  memset(peer, 0, sizeof *peer);
  SSL_CTX_set_min_proto_version(context, version);
  SSL_CTX_set_max_proto_version(context, version);
  SSL_CTX_set_security_level(context, 0);  // small keys and SHA-1
  snprintf(file, sizeof file, "%s.pem", current->shown);
  CHECK_INT(SSL_CTX_use_certificate_chain_file(context, pki_path(file)), 1);
  snprintf(file, sizeof file, "%s.key", current->shown);
  CHECK_INT(SSL_CTX_use_PrivateKey_file(context, pki_path(file), SSL_FILETYPE_PEM), 1);
  if (current->change) current->change(context);
  peer->context = context;
  peer->ssl = SSL_new(context);
  peer->in = BIO_new(BIO_s_mem());
  peer->out = BIO_new(BIO_s_mem());
  SSL_set_bio(peer->ssl, peer->in, peer->out);
  SSL_set_app_data(peer->ssl, peer);
  SSL_set_info_callback(peer->ssl, keep_alert);
  if (by_server) {
    SSL_set_connect_state(peer->ssl);
  } else {
    SSL_set_accept_state(peer->ssl);
  }
}

static void peer_free(struct peer *peer) {
  SSL_free(peer->ssl);
  SSL_CTX_free(peer->context);
}

// Drives both until neither has anything to send; returns the status of this side.
static inkotls_status meet(struct side *side, struct peer *peer) {
  static unsigned char wire[1 << 17];
  inkotls_status status;
  size_t moved, len;
  int said;
  do {
    moved = 0;
    status = side_handshake(side);
    while ((len = side_take(side, wire, sizeof wire)) > 0) {
      BIO_write(peer->in, wire, (int)len);
      moved += len;
    }
    char in[1];
    SSL_read(peer->ssl, in, sizeof in);
    said = BIO_read(peer->out, wire, sizeof wire);
    for (size_t given = 0; said > 0 && given < (size_t)said; moved += len) {
      given += len = side_give(side, wire + given, (size_t)said - given);
      side_handshake(side);
    }
  } while (moved > 0);
  return status;
}

static void is_refused(const struct way *way) {
  struct side side;
  struct peer peer;
  peer_open(&peer);
  if (by_server) {
    server_open(&side, way, server);
  } else {
    client_open(&side, way, client, "localhost");
  }
  inkotls_status status = meet(&side, &peer);
  if (current->error) {
    CHECK_INT(status, INKOTLS_STATUS_INVALID_PEER_CERTIFICATE);
    CHECK_INT(inkotls_conn_certificate_error(side.conn), current->error);
    CHECK_TEXT(inkotls_conn_error(side.conn), inkotls_certificate_error_text(current->error));
    CHECK_TEXT(inkotls_conn_error(side.conn), current->said);
    CHECK_INT(side_alert_sent(&side),
              alert_for(current->error, inkotls_conn_protocol_version(side.conn)));
    CHECK_INT(peer.alert, alert_for(current->error, inkotls_conn_protocol_version(side.conn)));
  } else {
    CHECK_INT(status, INKOTLS_STATUS_OK);
  }
  side_free(&side);
  peer_free(&peer);
}

#define ERROR(name) INKOTLS_CERTIFICATE_ERROR_##name

static const struct reason reasons[] = {
    // Accepted: so the others are not refused for another reason.
    {"valid certificate", "p256", 0, "", NULL, NULL},
    {"authority as end entity", "ca-as-leaf", ERROR(CA_USED_AS_END_ENTITY), "CA:TRUE", NULL, NULL},
    {"X.509 version 1", "p256", ERROR(UNSUPPORTED_VERSION), "version 3", to_version_1, NULL},
    {"name constraints", "below-narrow", ERROR(NAME_CONSTRAINTS), "", NULL, NULL},
    {"path length", "below-excess", ERROR(PATH_LENGTH), "", NULL, NULL},
    {"issuer is not an authority", "below-leaf", ERROR(ISSUER_NOT_CA), "", NULL, NULL},
    {"too many certificates", "below-deep", ERROR(CHAIN_TOO_COMPLEX), "too many certificates", NULL,
     NULL},
    {"too many names", "below-crowded", ERROR(CHAIN_TOO_COMPLEX), "too many names", NULL, NULL},
    {"too many signatures", "forged", ERROR(CHAIN_TOO_COMPLEX), "too many signatures",
     with_110_issuers, NULL},
    {"unknown critical extension", "critical", ERROR(BAD_ENCODING), "critical extension", NULL,
     NULL},
    {"malformed extension", "malformed", ERROR(BAD_ENCODING), "encoding is not valid", NULL, NULL},
    {"empty extended key usage", "no-purpose", ERROR(WRONG_PURPOSE), "extended key usage is empty",
     NULL, NULL},
    {"SHA-1", "sha1", ERROR(UNSUPPORTED_SIGNATURE_ALGORITHM), "SHA-1 with ECDSA", NULL, NULL},
    {"unsupported curve", "below-curve", ERROR(UNSUPPORTED_SIGNATURE_ALGORITHM), "1.3.132.0.10",
     NULL, NULL},
    {"small RSA key", "small", ERROR(UNSUPPORTED_KEY_SIZE), "1024 bits", NULL, NULL},
    {"small RSA key of an issuer", "below-small", ERROR(UNSUPPORTED_KEY_SIZE), "1024 bits", NULL,
     NULL},
    {"small RSA key of a trusted authority", "below-small", ERROR(UNSUPPORTED_KEY_SIZE),
     "1024 bits", NULL, "small-ca.pem"},
    {"forged certificate", "forged", ERROR(BAD_SIGNATURE), "in the chain", NULL, NULL},
    {"forged handshake signature", "p256", ERROR(BAD_HANDSHAKE_SIGNATURE), "handshake",
     with_another_key, NULL},
};

// Only clients verify the server name, and their error messages have details that depend on it.
static const struct reason reasons_of_clients[] = {
    {"many wrong names", "many-names", ERROR(WRONG_NAME),
     "name-1.example.test, name-2.example.test", NULL, NULL},
    {"more wrong names than are listed", "many-names", ERROR(WRONG_NAME),
     " more, not for localhost", NULL, NULL},
    {"names with control characters", "rude-names", ERROR(WRONG_NAME),
     "\\u{1b}[2J\\nfake log line: \\u{7f}", NULL, NULL},
    {"no subject alternative name", "nameless", ERROR(WRONG_NAME), "subjectAltName", NULL, NULL},
    {"wrong name", "other", ERROR(WRONG_NAME), "it is for other.test, not for localhost", NULL,
     NULL},
    {"IPv6 addresses", "p256", ERROR(WRONG_NAME),
     "it is for ::1, fe80::, 1:0:0:2::, 10.0.0.1, not for localhost", to_ipv6_addresses, NULL},
    {"expired", "expired", ERROR(EXPIRED), " days ago", NULL, NULL},
    {"not yet valid", "future", ERROR(NOT_YET_VALID), " days too early", NULL, NULL},
    {"wrong purpose", "client-only", ERROR(WRONG_PURPOSE),
     "for client authentication, not for server", NULL, NULL},
};

static void configure(void) {
  const char *ca = current->ca ? current->ca : "ca.pem";
  inkotls_client_builder *a = client_trusting(ca);
  inkotls_server_builder *b = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_add_protocol_version(a, version), INKOTLS_STATUS_OK);
  server_asks(b, ca);
  client = client_built(a);
  server = server_built(b);
}

// Two ways are enough, because other programs test the transports: these two differ in how a server
// is opened.
static void is_refused_in_both_ways(void) {
  static const struct way ways[] = {{.chunk = 1 << 14},
                                    {.over = FD, .through_acceptor = 1, .chunk = 1 << 14}};
  checking("%s, shown to a %s of %s", current->name, by_server ? "server" : "client",
           inkotls_protocol_version_name(version));
  configure();
  for (size_t way = 0; way < COUNT(ways); way++) is_refused(&ways[way]);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A scenario for each reason. Clients refuse first, then servers, if `sides` is 2.
static void each_reason(const struct reason *all, size_t count, int sides) {
  for (current = all; current < all + count; current++) {
    if (!begins("%s", current->name)) continue;
    for (version = TLS12; version <= TLS13; version++)
      for (by_server = 0; by_server < sides; by_server++) is_refused_in_both_ways();
  }
}

// The error message says what the peer's alert means, if it is one of the most frequent.
static void alerts_have_a_meaning(const struct way *way) {
  static const struct {
    unsigned char number;
    const char *said;
  } all[] = {
      {20, "bad_record_mac (20): the peer could not decrypt a record"},
      {40, "handshake_failure (40): the two sides have no"},
      {42, "bad_certificate (42): the peer does not accept this side's certificate"},
      {48, "unknown_ca (48): the peer does not trust the issuer"},
      {51, "decrypt_error (51): a signature or the Finished"},
      {70, "protocol_version (70): the peer does not support"},
      {112, "unrecognized_name (112): the peer has no certificate for the server name"},
      {116, "certificate_required (116): the peer requires a certificate"},
      {120, "no_application_protocol (120): the peer supports none of this side's ALPN"},
      {77, "unknown (77)"},
  };
  for (size_t i = 0; i < COUNT(all); i++) {
    const unsigned char alert[] = {21, 3, 3, 0, 2, 2, all[i].number};
    unsigned char wire[4096];
    struct side side;
    client_open(&side, way, client, "localhost");
    side_handshake(&side);
    while (side_take(&side, wire, sizeof wire) > 0) continue;
    CHECK_INT(side_give(&side, alert, sizeof alert), sizeof alert);
    CHECK_INT(side_handshake(&side), INKOTLS_STATUS_ALERT_RECEIVED);
    CHECK_TEXT(inkotls_conn_error(side.conn), all[i].said);
    side_free(&side);
  }
}

// A ServerHello (RFC 5246, section 7.4.1.3) from before TLS 1.2.
static void servers_before_tls12(const struct way *way) {
  static const char *const said[] = {"the server chose SSL 3.0", "the server chose TLS 1.0",
                                     "the server chose TLS 1.1"};
  for (unsigned char minor = 0; minor < COUNT(said); minor++) {
    enum { BODY = 2 + 32 + 1 + 2 + 1 };
    unsigned char hello[5 + 4 + BODY] = {22, 3, minor, 0, 4 + BODY, 2, 0, 0, BODY, 3, minor};
    const unsigned char alert[] = {21, 3, 3, 0, 2, 2, 70};
    unsigned char wire[4096];
    struct side side;
    inkotls_status status;
    size_t len = 0, got;
    hello[sizeof hello - 2] = 0x2f;  // TLS_RSA_WITH_AES_128_CBC_SHA
    client_open(&side, way, client, "localhost");
    side_handshake(&side);
    while (side_take(&side, wire, sizeof wire) > 0) continue;
    CHECK_INT(side_give(&side, hello, sizeof hello), sizeof hello);
    do {
      status = side_handshake(&side);
      while ((got = side_take(&side, wire + len, sizeof wire - len)) > 0) len += got;
    } while (status == INKOTLS_STATUS_WANT_WRITE);
    CHECK_INT(status, INKOTLS_STATUS_HANDSHAKE_FAILED);
    CHECK_TEXT(inkotls_conn_error(side.conn), said[minor]);
    CHECK_INT(side_alert_sent(&side), 70);
    CHECK(len == sizeof alert && memcmp(wire, alert, len) == 0);
    side_free(&side);
  }
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  each_reason(reasons, COUNT(reasons), 2);
  each_reason(reasons_of_clients, COUNT(reasons_of_clients), 1);
  client = client_config("ca.pem", no_alpn);
  each_wide_way("meaning of received alerts", alerts_have_a_meaning);
  each_wide_way("servers from before TLS 1.2", servers_before_tls12);
  inkotls_client_config_release(client);
  return checks_done();
}
