// A client that trusts one self-signed certificate: that of a server under development.

#include "recipe.h"

// A client that trusts exactly the certificates in the file.
static const inkotls_client_config *trust_certificate(const char *path) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_roots *roots = inkotls_roots_new();
  if (inkotls_roots_add_peer_certificate_pem_file(roots, path, strlen(path)))
    die(inkotls_roots_error(roots));
  if (inkotls_client_builder_set_roots(builder, roots)) die(inkotls_client_builder_error(builder));
  inkotls_roots_free(roots);
  return build_client(builder);
}

// The mistake: a client that trusts the certificates in the file as those of authorities.
static const inkotls_client_config *trust_authority(const char *path) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_roots *roots = new_roots(path);
  if (inkotls_client_builder_set_roots(builder, roots)) die(inkotls_client_builder_error(builder));
  inkotls_roots_free(roots);
  return build_client(builder);
}

// The server shows a self-signed certificate as it shows any other certificate.
static const inkotls_server_config *show(const char *chain_path, const char *key_path) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  inkotls_identity *identity = inkotls_identity_new();
  if (inkotls_identity_set_chain_pem_file(identity, chain_path, strlen(chain_path)) ||
      inkotls_identity_set_key_pem_file(identity, key_path, strlen(key_path)))
    die(inkotls_identity_error(identity));
  if (inkotls_server_builder_set_identity(builder, identity))
    die(inkotls_server_builder_error(builder));
  inkotls_identity_free(identity);
  return build_server(builder);
}

int main(void) {
  const inkotls_server_config *server = show("developer.pem", "developer.key");
  const inkotls_server_config *twin = show("developer-twin.pem", "developer-twin.key");
  const inkotls_client_config *client = trust_certificate("developer.pem");
  const inkotls_client_config *mistaken = trust_authority("developer.pem");
  expect(visit(client, "localhost", server) == 0, "The client trusts the certificate.");
  expect(visit(client, "localhost", twin) == INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER,
         "The client does not trust another certificate of the same name.");
  expect(visit(client, "example.test", server) == INKOTLS_CERTIFICATE_ERROR_WRONG_NAME,
         "The client does not trust the certificate for another name.");
  expect(visit(mistaken, "localhost", server) == INKOTLS_CERTIFICATE_ERROR_CA_USED_AS_END_ENTITY,
         "A client that trusts the certificate as an authority refuses it as the server's own.");
  inkotls_client_config_release(mistaken);
  inkotls_client_config_release(client);
  inkotls_server_config_release(twin);
  inkotls_server_config_release(server);
  return 0;
}
