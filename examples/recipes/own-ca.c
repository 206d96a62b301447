// A client that trusts the certificate authority of its organisation, and no other.

#include "recipe.h"

// Makes the settings, which all connections of the program share.
static const inkotls_client_config *trust(const char *ca_path) {
  const inkotls_client_config *config;
  inkotls_roots *roots = inkotls_roots_new();
  if (inkotls_roots_add_pem_file(roots, ca_path, strlen(ca_path))) die(inkotls_roots_error(roots));
  inkotls_client_builder *builder = inkotls_client_builder_new();
  if (inkotls_client_builder_set_roots(builder, roots)) die(inkotls_client_builder_error(builder));
  inkotls_roots_free(roots);
  if (inkotls_client_builder_build(builder, &config)) die(inkotls_client_builder_error(builder));
  return config;
}

// Asks the server at the other end of `fd`, which must prove that it is localhost. Returns 0, or
// why the client refuses the certificate (inkotls_certificate_error).
static int32_t ask(const inkotls_client_config *config, int fd) {
  char answer[100];
  int32_t error = 0;
  inkotls_conn *conn;
  if (inkotls_conn_new_client(config, "localhost", strlen("localhost"), &conn)) die("the name");
  if (inkotls_conn_set_fd(conn, fd)) die(inkotls_conn_error(conn));
  inkotls_status status = handshake(conn, fd);
  if (status == INKOTLS_STATUS_OK) status = write_text(conn, fd, "who are you?");
  if (status == INKOTLS_STATUS_OK) status = read_text(conn, fd, answer, sizeof answer);
  if (status == INKOTLS_STATUS_INVALID_PEER_CERTIFICATE)
    error = inkotls_conn_certificate_error(conn);
  else if (status != INKOTLS_STATUS_OK)
    die(inkotls_conn_error(conn));
  printf("the client: %s\n", status == INKOTLS_STATUS_OK ? answer : inkotls_conn_error(conn));
  finish(conn, fd);
  return error;
}

// What `ask` returns for a server with this certificate.
static int32_t meet(const inkotls_client_config *config, const char *chain, const char *key) {
  struct server server;
  const inkotls_server_config *shown = build_server(new_server_builder(chain, key));
  int32_t error = ask(config, start_server(&server, shown, say_hello));
  join_server(&server);
  inkotls_server_config_release(shown);
  return error;
}

int main(void) {
  const inkotls_client_config *config = trust("ca.pem");
  expect(meet(config, "ecdsa.pem", "ecdsa.key") == 0,
         "The client accepts a certificate that its authority issued.");
  expect(meet(config, "stranger.pem", "stranger.key") == INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER,
         "The client refuses a certificate that another authority issued.");
  expect(meet(config, "other.pem", "other.key") == INKOTLS_CERTIFICATE_ERROR_WRONG_NAME,
         "The client refuses a certificate that is for another name.");
  inkotls_client_config_release(config);
  return 0;
}
