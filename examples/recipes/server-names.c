// A server that has a certificate for each of its names (SNI), and replaces one while it runs.

#include "recipe.h"

// Sets or replaces the certificate of a name. Any thread may call this while servers use the map.
static void put(const inkotls_sni_map *map, const char *server_name, const char *chain_path,
                const char *key_path) {
  inkotls_identity *identity = new_identity(chain_path, key_path);
  if (inkotls_sni_map_set(map, server_name, strlen(server_name), identity))
    die("the map refuses the name or the identity");
  inkotls_identity_free(identity);
}

static const inkotls_server_config *choose_from(const inkotls_sni_map *map) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  if (inkotls_server_builder_set_sni_map(builder, map)) die(inkotls_server_builder_error(builder));
  return build_server(builder);
}

// A client that never resumes a session, so that the server shows it a certificate each time.
static const inkotls_client_config *ask_each_time(void) {
  inkotls_client_builder *builder = new_client_builder();
  if (inkotls_client_builder_set_session_cache(builder, 0))
    die(inkotls_client_builder_error(builder));
  return build_client(builder);
}

// Returns 1 if the server shows a certificate with this subject to a client that asks for the name.
static int shows(const inkotls_server_config *served, const inkotls_client_config *config,
                 const char *server_name, const char *subject) {
  inkotls_certificate *certificate;
  struct server server;
  const uint8_t *der;
  const char *shown;
  size_t len;
  int fd = start_server(&server, served, say_hello);
  inkotls_conn *conn = new_client(config, server_name, fd);
  if (handshake(conn, fd)) die(inkotls_conn_error(conn));
  if (inkotls_conn_peer_certificate(conn, 0, &der, &len) ||
      inkotls_certificate_new(der, len, &certificate) ||
      inkotls_certificate_subject(certificate, &shown, &len))
    die("the certificate of the server cannot be read");
  int is_equal = len == strlen(subject) && memcmp(shown, subject, len) == 0;
  inkotls_certificate_free(certificate);
  finish(conn, fd);
  join_server(&server);
  return is_equal;
}

int main(void) {
  const inkotls_sni_map *map = inkotls_sni_map_new();
  put(map, "localhost", "ecdsa.pem", "ecdsa.key");
  put(map, "*.hostile.test", "wildcard.pem", "wildcard.key");
  const inkotls_server_config *server = choose_from(map);
  const inkotls_client_config *client = ask_each_time();
  expect(shows(server, client, "localhost", "CN=inkotls example ecdsa"),
         "The server shows the certificate of localhost.");
  expect(shows(server, client, "a.hostile.test", "CN=inkotls example wildcard"),
         "The server shows the wildcard certificate for a.hostile.test.");
  put(map, "other.test", "other.pem", "other.key");
  expect(shows(server, client, "other.test", "CN=inkotls example other"),
         "A name was added while the server runs.");
  put(map, "localhost", "p256.pem", "p256.key");
  expect(shows(server, client, "localhost", "CN=inkotls example p256"),
         "The certificate of localhost was replaced while the server runs.");
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  inkotls_sni_map_release(map);
  return 0;
}
