// The files of the test PKI, and configs made of them.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"

const char *const no_alpn[] = {NULL};
static const char *folder;

void pki_open(int argc, char **argv) {
  if (argc != 2 && argc != 3) give_up("usage: PROGRAM PKI_FOLDER [SCENARIO | --list]");
  folder = argv[1];
  choose_scenarios(argv[2]);
}

const char *pki_path(const char *file) {
  static _Thread_local char path[4][512];
  static _Thread_local unsigned next;
  char *it = path[next++ % 4];
  snprintf(it, sizeof path[0], "%s/%s", folder, file);
  return it;
}

size_t pki_read(const char *file, void *buf, size_t cap) {
  FILE *in = fopen(pki_path(file), "rb");
  if (!in) give_up(file);
  size_t len = fread(buf, 1, cap, in);
  fclose(in);
  return len;
}

inkotls_roots *roots_of(const char *ca) {
  const char *path = pki_path(ca);
  inkotls_roots *roots = inkotls_roots_new();
  CHECK_INT(inkotls_roots_add_pem_file(roots, path, strlen(path)), INKOTLS_STATUS_OK);
  return roots;
}

inkotls_identity *identity_of(const char *name) {
  char chain[64], key[64];
  snprintf(chain, sizeof chain, "%s.pem", name);
  snprintf(key, sizeof key, "%s.key", name);
  const char *chain_path = pki_path(chain), *key_path = pki_path(key);
  inkotls_identity *identity = inkotls_identity_new();
  CHECK_INT(inkotls_identity_set_chain_pem_file(identity, chain_path, strlen(chain_path)),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_set_key_pem_file(identity, key_path, strlen(key_path)),
            INKOTLS_STATUS_OK);
  return identity;
}

inkotls_client_builder *client_trusting(const char *ca) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_roots *roots = roots_of(ca);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  const char *crypto = getenv("CRYPTO_PROVIDER");  // of those that are built in
  if (crypto)
    CHECK_INT(inkotls_client_builder_set_crypto_provider(builder, crypto, strlen(crypto)),
              INKOTLS_STATUS_OK);
  return builder;
}

inkotls_server_builder *server_showing(const char *name) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  inkotls_identity *identity = identity_of(name);
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  const char *crypto = getenv("CRYPTO_PROVIDER");
  if (crypto)
    CHECK_INT(inkotls_server_builder_set_crypto_provider(builder, crypto, strlen(crypto)),
              INKOTLS_STATUS_OK);
  return builder;
}

const inkotls_client_config *client_built(inkotls_client_builder *builder) {
  const inkotls_client_config *config = NULL;
  if (!CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_OK))
    give_up(inkotls_client_builder_error(builder));
  return config;
}

const inkotls_server_config *server_built(inkotls_server_builder *builder) {
  const inkotls_server_config *config = NULL;
  if (!CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_OK))
    give_up(inkotls_server_builder_error(builder));
  return config;
}

const inkotls_client_config *client_config(const char *ca, const char *const *alpn) {
  inkotls_client_builder *builder = client_trusting(ca);
  for (; *alpn; alpn++)
    CHECK_INT(inkotls_client_builder_add_alpn(builder, *alpn, strlen(*alpn)), INKOTLS_STATUS_OK);
  return client_built(builder);
}

const inkotls_server_config *server_config(const char *name, const char *const *alpn) {
  inkotls_server_builder *builder = server_showing(name);
  for (; *alpn; alpn++)
    CHECK_INT(inkotls_server_builder_add_alpn(builder, *alpn, strlen(*alpn)), INKOTLS_STATUS_OK);
  return server_built(builder);
}
