// Signer callbacks, for keys that stay with the host: which signers an identity accepts, and which
// a set of sni_map accepts if they may block. Here nothing is signed: signatures are in
// signer.c.

#include <stdio.h>
#include <string.h>

#include "pair.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Signature schemes of one kind of key, with 0 after the last, and a file with such a key.
struct kind {
  const char *key;
  uint16_t schemes[7];
};

static const struct kind kinds[] = {
    {"p256", {0x0403}},    {"p384", {0x0503}},
    {"ed25519", {0x0807}}, {"rsa", {0x0804}},
    {"rsa", {0x0401}},     {"rsa", {0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601}},
};

static int32_t sign(void *user_data, void *conn_user_data, int32_t scheme, const uint8_t *message,
                    size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)user_data, (void)scheme, (void)message, (void)len, (void)buf, (void)cap;
  return CHECK(0), 0;
}

static inkotls_status set_signer(inkotls_identity *identity, const struct kind *kind,
                                 int32_t may_block) {
  size_t count = 0;
  while (kind->schemes[count]) count++;
  return inkotls_identity_set_signer(identity, kind->schemes, count, sign, NULL, may_block);
}

static inkotls_status set_chain(inkotls_identity *identity, const char *name) {
  char file[64];
  snprintf(file, sizeof file, "%s.pem", name);
  const char *path = pki_path(file);
  return inkotls_identity_set_chain_pem_file(identity, path, strlen(path));
}

// The second of certificate and signer is refused, and the identity is as it was.
static void mismatches(void) {
  static const char *const chains[] = {"p256", "p384", "ed25519", "rsa"};
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  for (size_t i = 0; i < COUNT(chains) * COUNT(kinds); i++) {
    const char *chain = chains[i % COUNT(chains)];
    const struct kind *kind = &kinds[i / COUNT(chains)];
    int fits = strcmp(chain, kind->key) == 0;
    inkotls_status want = fits ? INKOTLS_STATUS_OK : INKOTLS_STATUS_KEY_MISMATCH;
    inkotls_identity *it = inkotls_identity_new();
    checking("a chain of %s, a signer of %s", chain, kind->key);
    CHECK_INT(set_chain(it, chain), INKOTLS_STATUS_OK);
    CHECK_INT(set_signer(it, kind, 0), want);
    CHECK_INT(inkotls_sni_map_set(sni_map, "", 0, it),
              fits ? INKOTLS_STATUS_OK : INKOTLS_STATUS_INVALID_KEY);
    inkotls_identity_free(it);

    unsigned char der[4096];
    char file[64];
    snprintf(file, sizeof file, "%s.der", chain);
    size_t len = pki_read(file, der, sizeof der);
    for (int in_der = 0; in_der < 2; in_der++) {
      checking("a signer of %s, a chain of %s%s", kind->key, chain, in_der ? " in DER" : "");
      it = inkotls_identity_new();
      CHECK_INT(set_signer(it, kind, 0), INKOTLS_STATUS_OK);
      CHECK_INT(in_der ? inkotls_identity_add_chain_der(it, der, len) : set_chain(it, chain), want);
      if (!fits) CHECK(strlen(inkotls_identity_error(it)) > 10);
      CHECK_INT(inkotls_sni_map_set(sni_map, "", 0, it),
                fits ? INKOTLS_STATUS_OK : INKOTLS_STATUS_INVALID_CERTIFICATE);
      CHECK_INT(set_chain(it, kind->key), INKOTLS_STATUS_OK);
      CHECK_INT(inkotls_sni_map_set(sni_map, "", 0, it), INKOTLS_STATUS_OK);
      inkotls_identity_free(it);
    }
  }
  inkotls_sni_map_release(sni_map);
}

static void bad_arguments(void) {
  static const uint16_t bad[] = {0,      1,      0x0101, 0x0201, 0x0203, 0x0301, 0x0402,
                                 0x0603, 0x0800, 0x0803, 0x0808, 0x0809, 0x080b, 0xffff};
  static const uint16_t mixed[][2] = {{0x0403, 0x0804}, {0x0807, 0x0403}, {0x0601, 0x0807}};
  static const int32_t neither[] = {-1, 2, 256, INT32_MIN, INT32_MAX};
  const uint16_t *good = kinds[0].schemes;
  inkotls_identity *it = inkotls_identity_new();
  CHECK_INT(set_chain(it, "p256"), INKOTLS_STATUS_OK);
  for (size_t i = 0; i < COUNT(bad); i++) {
    checking("scheme 0x%04x", bad[i]);
    const uint16_t both[] = {good[0], bad[i]};
    CHECK_INT(inkotls_identity_set_signer(it, &bad[i], 1, sign, NULL, 0),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(inkotls_identity_set_signer(it, both, 2, sign, NULL, 0),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK(strlen(inkotls_identity_error(it)) > 10);
  }
  for (size_t i = 0; i < COUNT(mixed); i++) {
    checking("mixed kinds %zu", i);
    CHECK_INT(inkotls_identity_set_signer(it, mixed[i], 2, sign, NULL, 0),
              INKOTLS_STATUS_INVALID_ARGUMENT);
  }
  for (size_t i = 0; i < COUNT(neither); i++) {
    checking("may_block %ld", (long)neither[i]);
    CHECK_INT(inkotls_identity_set_signer(it, good, 1, sign, NULL, neither[i]),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_identity_error(it), "0 nor 1");
  }
  checking("two curves, which no key has");
  const uint16_t curves[] = {0x0403, 0x0503};
  CHECK_INT(inkotls_identity_set_signer(it, curves, 2, sign, NULL, 0), INKOTLS_STATUS_KEY_MISMATCH);
  checking("no schemes, no callback");
  CHECK_INT(inkotls_identity_set_signer(it, good, 0, sign, NULL, 0),
            INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_identity_set_signer(it, good, 1, NULL, NULL, 0),
            INKOTLS_STATUS_INVALID_ARGUMENT);

  // The identity has no key.
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  CHECK_INT(inkotls_sni_map_set(sni_map, "", 0, it), INKOTLS_STATUS_INVALID_KEY);
  inkotls_sni_map_release(sni_map);
  inkotls_identity_free(it);
}

// Sets of sni_map.

static inkotls_status put(const inkotls_sni_map *set, const char *name, int32_t may_block) {
  inkotls_identity *it = inkotls_identity_new();
  CHECK_INT(set_chain(it, "p256"), INKOTLS_STATUS_OK);
  CHECK_INT(set_signer(it, &kinds[0], may_block), INKOTLS_STATUS_OK);
  inkotls_status status = inkotls_sni_map_set(set, name, strlen(name), it);
  inkotls_identity_free(it);
  return status;
}

static const inkotls_server_config *server_with(const inkotls_sni_map *set) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_sni_map(builder, set), INKOTLS_STATUS_OK);
  return server_built(builder);
}

// What inkotls_server_config_may_block says of a config stays true when its sni_map change.

static void set_before_a_builder_has_it(void) {
  const inkotls_sni_map *set = inkotls_sni_map_new();
  CHECK_INT(put(set, "localhost", 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_sni_map_remove(set, "localhost", 9), INKOTLS_STATUS_OK);
  const inkotls_server_config *server = server_with(set);
  CHECK_INT(inkotls_server_config_may_block(server), 1);  // such a signer may be set again
  CHECK_INT(put(set, "localhost", 1), INKOTLS_STATUS_OK);
  inkotls_server_config_release(server);
  inkotls_sni_map_release(set);
}

static void set_that_a_builder_has(void) {
  const inkotls_sni_map *set = inkotls_sni_map_new();
  CHECK_INT(put(set, "localhost", 0), INKOTLS_STATUS_OK);
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_sni_map(builder, set), INKOTLS_STATUS_OK);
  CHECK_INT(put(set, "localhost", 1), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(put(set, "", 1), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(inkotls_sni_map_remove(set, "", 0), INKOTLS_STATUS_NONE);
  const inkotls_server_config *server = server_built(builder);
  CHECK_INT(inkotls_server_config_may_block(server), 0);
  CHECK_INT(put(set, "", 1), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(put(set, "", 0), INKOTLS_STATUS_OK);
  inkotls_server_config_release(server);
  CHECK_INT(put(set, "", 1), INKOTLS_STATUS_INVALID_STATE);
  inkotls_sni_map_release(set);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once("signer that does not match the certificate", mismatches);
  once("bad arguments", bad_arguments);
  once("signer that may block before a builder has the set", set_before_a_builder_has_it);
  once("signer that may block after a builder has the set", set_that_a_builder_has);
  return checks_done();
}
