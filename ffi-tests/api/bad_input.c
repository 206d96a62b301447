// Bad input of the host to identities, roots and builders (rule 17): each kind has its own status
// and an error message that helps, and the handle accepts the right input afterwards. Bad encodings
// of certificates and keys are in pem_and_der.c.

#include <stdio.h>
#include <string.h>

#include "pair.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BOM "\xef\xbb\xbf"  // byte order mark
#define PEM(label, body) "-----BEGIN " label "-----\n" body "\n-----END " label "-----\n"

static const struct way direct = {.chunk = 1 << 14};
static const inkotls_client_config *client;  // trusts ca.pem
static const inkotls_server_config *server;  // is ecdsa.pem

// Identities.

static inkotls_status set_chain(inkotls_identity *identity, const char *file) {
  const char *path = pki_path(file);
  return inkotls_identity_set_chain_pem_file(identity, path, strlen(path));
}

static inkotls_status set_key(inkotls_identity *identity, const char *file) {
  const char *path = pki_path(file);
  return inkotls_identity_set_key_pem_file(identity, path, strlen(path));
}

// The identity is whole: a server that has it convinces a client. Frees it.
static void serves(inkotls_identity *identity) {
  const inkotls_server_config *config = NULL;
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_OK);
  struct pair pair;
  pair_connect(&pair, &direct, client, config);
  pair_free(&pair);
  inkotls_server_config_release(config);
}

static void key_of_another_certificate(void) {
  inkotls_identity *identity = inkotls_identity_new();
  CHECK_INT(set_chain(identity, "ecdsa.pem"), INKOTLS_STATUS_OK);
  CHECK_INT(set_key(identity, "other.key"), INKOTLS_STATUS_KEY_MISMATCH);
  CHECK_TEXT(inkotls_identity_error(identity), "does not belong");
  CHECK_INT(set_key(identity, "rsa.key"), INKOTLS_STATUS_KEY_MISMATCH);
  CHECK_INT(set_key(identity, "ecdsa.key"), INKOTLS_STATUS_OK);
  serves(identity);
}

static void certificate_of_another_key(void) {
  char der[4096];
  inkotls_identity *identity = inkotls_identity_new();
  CHECK_INT(set_key(identity, "rsa.key"), INKOTLS_STATUS_OK);
  CHECK_INT(set_chain(identity, "ecdsa.pem"), INKOTLS_STATUS_KEY_MISMATCH);
  CHECK_TEXT(inkotls_identity_error(identity), "does not belong");
  CHECK_INT(inkotls_identity_add_chain_der(identity, der, pki_read("ecdsa.der", der, sizeof der)),
            INKOTLS_STATUS_KEY_MISMATCH);
  CHECK_INT(set_chain(identity, "rsa.pem"), INKOTLS_STATUS_OK);
  serves(identity);
}

static void chain_in_the_wrong_order(void) {
  char pem[4096];
  size_t len = pki_read("sub-ca.pem", pem, sizeof pem);
  len += pki_read("chained.pem", pem + len, sizeof pem - len);
  inkotls_identity *identity = inkotls_identity_new();
  CHECK_INT(set_key(identity, "chained.key"), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_set_chain_pem(identity, pem, len), INKOTLS_STATUS_KEY_MISMATCH);
  CHECK_TEXT(inkotls_identity_error(identity), "certificate 2, which must be the first");
  CHECK_INT(set_chain(identity, "chained.pem"), INKOTLS_STATUS_OK);
  serves(identity);
}

static void refused_input_replaces_nothing(void) {
  inkotls_identity *identity = inkotls_identity_new();
  CHECK_INT(set_chain(identity, "ecdsa.pem"), INKOTLS_STATUS_OK);
  CHECK_INT(set_key(identity, "ecdsa.key"), INKOTLS_STATUS_OK);
  CHECK_INT(set_key(identity, "encrypted.key"), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(set_chain(identity, "ca.key"), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_identity_add_chain_der(identity, "\x30\x03", 2),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_TEXT(inkotls_identity_error(identity), "certificate 2");
  serves(identity);
}

static void keys_accepted(void) {
  static const struct {
    const char *of, *key;
  } all[] = {
      {"rsa", "rsa.key"},          {"rsa", "rsa-pkcs1.key"},   {"ecdsa", "ecdsa.key"},
      {"ecdsa", "ecdsa-sec1.key"}, {"ed25519", "ed25519.key"},
  };
  for (size_t i = 0; i < COUNT(all); i++) {
    char file[64], chain[4096], key[4096];
    checking("%s in PEM", all[i].key);
    inkotls_identity *identity = inkotls_identity_new();
    snprintf(file, sizeof file, "%s.pem", all[i].of);
    CHECK_INT(set_chain(identity, file), INKOTLS_STATUS_OK);
    CHECK_INT(set_key(identity, all[i].key), INKOTLS_STATUS_OK);
    serves(identity);

    checking("%s in DER", all[i].key);
    snprintf(file, sizeof file, "%s.der", all[i].of);
    size_t chain_len = pki_read(file, chain, sizeof chain);
    snprintf(file, sizeof file, "%s.der", all[i].key);
    size_t key_len = pki_read(file, key, sizeof key);
    identity = inkotls_identity_new();
    CHECK_INT(inkotls_identity_set_key_der(identity, key, key_len), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_identity_add_chain_der(identity, chain, chain_len), INKOTLS_STATUS_OK);
    serves(identity);
  }
}

// A PEM is read as others write it: with a byte order mark, with CRLF, with text around, and files
// of a certificate and an encrypted key.
static void pem_of_others(void) {
  static const char *const marks[] = {"", BOM};
  static char key[4096], encrypted[4096], chain[8192], joined[32768];
  for (int i = 0; i < 4; i++) {
    checking("PEM with%s a byte order mark, lines that end in %s", i & 1 ? "" : "out",
             i & 2 ? "CRLF" : "LF");
    const char *files[] = {"encrypted-rsa.key", "chained.pem", "ecdsa.key"};
    char *texts[] = {encrypted, chain, key};
    for (int j = 0; j < 3; j++) {
      char raw[4096], *to = texts[j];
      size_t len = pki_read(files[j], raw, sizeof raw);
      to += sprintf(to, "%s", marks[i & 1]);
      for (size_t at = 0; at < len; at++) {
        if ((i & 2) && raw[at] == '\n') *to++ = '\r';
        *to++ = raw[at];
      }
      *to = 0;
    }
    inkotls_identity *identity = inkotls_identity_new();
    int len = snprintf(joined, sizeof joined, "Bag Attributes\n%s%s", encrypted, chain);
    CHECK_INT(inkotls_identity_set_chain_pem(identity, joined, (size_t)len), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_identity_set_key_pem(identity, joined, (size_t)len),
              INKOTLS_STATUS_INVALID_KEY);
    CHECK_TEXT(inkotls_identity_error(identity), "encrypted");
    inkotls_identity_free(identity);

    identity = inkotls_identity_new();
    len = snprintf(joined, sizeof joined, "%s%s", encrypted, key);
    CHECK_INT(inkotls_identity_set_key_pem(identity, joined, (size_t)len), INKOTLS_STATUS_OK);
    CHECK_INT(set_chain(identity, "ecdsa.pem"), INKOTLS_STATUS_OK);
    serves(identity);
  }
}

// Builders.

static void unfinished_identities(void) {
  inkotls_identity *only_chain = inkotls_identity_new(), *only_key = inkotls_identity_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  const inkotls_server_config *config = NULL;
  CHECK_INT(set_chain(only_chain, "ecdsa.pem"), INKOTLS_STATUS_OK);
  CHECK_INT(set_key(only_key, "ecdsa.key"), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(builder, only_chain), INKOTLS_STATUS_INVALID_KEY);
  CHECK_TEXT(inkotls_server_builder_error(builder), "no private key");
  CHECK_INT(inkotls_server_builder_set_identity(builder, only_key),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_TEXT(inkotls_server_builder_error(builder), "no certificate");
  CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_TEXT(inkotls_server_builder_error(builder), "identity");
  CHECK(config == NULL);
  // Mended, it builds.
  CHECK_INT(set_key(only_chain, "ecdsa.key"), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(builder, only_chain), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_OK);
  inkotls_server_config_release(config);
  inkotls_identity_free(only_chain);
  inkotls_identity_free(only_key);
}

static void no_roots(void) {
  char pem[8192];
  inkotls_roots *roots = inkotls_roots_new();
  inkotls_client_builder *builder = inkotls_client_builder_new();
  const inkotls_client_config *config = NULL;
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_NO_TRUST_ANCHORS);
  CHECK_TEXT(inkotls_client_builder_error(builder), "no certificate authority");
  CHECK(config == NULL);
  // A text with one bad certificate in it gives none of its good ones.
  size_t len = pki_read("ca.pem", pem, sizeof pem - 100);
  len += (size_t)snprintf(pem + len, 100, "%s", PEM("CERTIFICATE", "AAAA"));
  CHECK_INT(inkotls_roots_add_pem(roots, pem, len), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_TEXT(inkotls_roots_error(roots), "certificate 2");
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_NO_TRUST_ANCHORS);

  CHECK_INT(inkotls_roots_add_pem(roots, pem, pki_read("ca.pem", pem, sizeof pem)),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_OK);
  struct pair pair;
  pair_connect(&pair, &direct, config, server);
  pair_free(&pair);
  inkotls_client_config_release(config);
  inkotls_roots_free(roots);
}

static void alpn_lengths(void) {
  static const char name[256] = {'x'};
  const inkotls_server_config *config = NULL;
  inkotls_client_builder *to_client = inkotls_client_builder_new();
  inkotls_server_builder *to_server = inkotls_server_builder_new();
  static const size_t refused[] = {0, sizeof name};
  for (size_t i = 0; i < COUNT(refused); i++) {
    CHECK_INT(inkotls_client_builder_add_alpn(to_client, name, refused[i]),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_client_builder_error(to_client), "1 to 255");
    CHECK_INT(inkotls_server_builder_add_alpn(to_server, name, refused[i]),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_server_builder_error(to_server), "1 to 255");
  }
  // What was refused is not there; the longest is, NULs and all.
  CHECK_INT(inkotls_server_builder_add_alpn(to_server, name, 255), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_alpn(to_client, name, 255), INKOTLS_STATUS_OK);
  inkotls_identity *identity = inkotls_identity_new();
  inkotls_roots *roots = inkotls_roots_new();
  const char *ca = pki_path("ca.pem");
  const inkotls_client_config *own_client = NULL;
  CHECK_INT(set_chain(identity, "ecdsa.pem"), INKOTLS_STATUS_OK);
  CHECK_INT(set_key(identity, "ecdsa.key"), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_roots_add_pem_file(roots, ca, strlen(ca)), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(to_server, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_roots(to_client, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_build(to_server, &config), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(to_client, &own_client), INKOTLS_STATUS_OK);
  struct pair pair;
  const unsigned char *agreed = NULL;
  size_t len = 0;
  pair_connect(&pair, &direct, own_client, config);
  CHECK_INT(inkotls_conn_alpn(pair.client.conn, &agreed, &len), INKOTLS_STATUS_OK);
  CHECK(len == 255 && memcmp(agreed, name, len) == 0);
  pair_free(&pair);
  inkotls_identity_free(identity);
  inkotls_roots_free(roots);
  inkotls_client_config_release(own_client);
  inkotls_server_config_release(config);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  once("a key of another certificate", key_of_another_certificate);
  once("a certificate of another key", certificate_of_another_key);
  once("a chain in the wrong order", chain_in_the_wrong_order);
  once("refused input replaces nothing", refused_input_replaces_nothing);
  once("supported keys", keys_accepted);
  once("PEM with a byte order mark, CRLF and other text", pem_of_others);
  once("an identity without a key or a certificate", unfinished_identities);
  once("empty roots", no_roots);
  once("lengths of ALPN names", alpn_lengths);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
