// A client and a server that know each other's public keys, and need no certificates.

#include "recipe.h"

// An identity that presents the public key of this private key.
static inkotls_identity *new_raw_identity(const char *key_path) {
  inkotls_identity *identity = inkotls_identity_new();
  if (inkotls_identity_set_key_pem_file(identity, key_path, strlen(key_path)) ||
      inkotls_identity_use_raw_public_key(identity))
    die(inkotls_identity_error(identity));
  return identity;
}

// Roots that trust the public key of the peer. A real program reads the key from its settings.
static inkotls_roots *new_raw_roots(const inkotls_identity *peer) {
  const uint8_t *key;
  size_t len;
  inkotls_roots *roots = inkotls_roots_new();
  if (inkotls_identity_raw_public_key(peer, &key, &len)) die("The peer has no key.");
  if (inkotls_roots_add_raw_public_key(roots, key, len)) die(inkotls_roots_error(roots));
  return roots;
}

static const inkotls_client_config *new_client_config(const inkotls_identity *own,
                                                      const inkotls_identity *peer) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_roots *roots = new_raw_roots(peer);
  if (inkotls_client_builder_add_identity(builder, own) ||
      inkotls_client_builder_set_roots(builder, roots))
    die(inkotls_client_builder_error(builder));
  inkotls_roots_free(roots);
  return build_client(builder);
}

static const inkotls_server_config *new_server_config(const inkotls_identity *own,
                                                      const inkotls_identity *peer) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  inkotls_roots *roots = new_raw_roots(peer);
  if (inkotls_server_builder_set_identity(builder, own) ||
      inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, roots))
    die(inkotls_server_builder_error(builder));
  inkotls_roots_free(roots);
  return build_server(builder);
}

int main(void) {
  inkotls_identity *a = new_raw_identity("client.key"), *b = new_raw_identity("ed25519.key");
  inkotls_identity *stranger = new_raw_identity("ecdsa.key");
  const inkotls_client_config *config = new_client_config(a, b);
  const inkotls_server_config *shown = new_server_config(b, a);
  const inkotls_server_config *other = new_server_config(stranger, a);
  expect(visit(config, "localhost", shown) == 0, "Each side knows the key of the other.");
  expect(visit(config, "elsewhere", shown) == 0, "The name is not verified.");
  expect(visit(config, "localhost", other) == INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER,
         "The client refuses a key that it does not know.");
  inkotls_client_config_release(config);
  inkotls_server_config_release(shown);
  inkotls_server_config_release(other);
  inkotls_identity_free(a);
  inkotls_identity_free(b);
  inkotls_identity_free(stranger);
  return 0;
}
