// A server that asks clients for a certificate, and a client that has one.

#include "recipe.h"

// The server accepts clients whose certificate the authority ca.pem issued.
static const inkotls_server_config *require_certificate(void) {
  inkotls_server_builder *builder = new_server_builder("ecdsa.pem", "ecdsa.key");
  inkotls_roots *roots = new_roots("ca.pem");
  if (inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, roots))
    die(inkotls_server_builder_error(builder));
  inkotls_roots_free(roots);
  return build_server(builder);
}

// The client presents the first of its identities that fits what the server asks for.
static const inkotls_client_config *present(const char *chain_path, const char *key_path) {
  inkotls_client_builder *builder = new_client_builder();
  inkotls_identity *identity = new_identity(chain_path, key_path);
  if (inkotls_client_builder_add_identity(builder, identity))
    die(inkotls_client_builder_error(builder));
  inkotls_identity_free(identity);
  return build_client(builder);
}

// The server greets the client by the name in its certificate.
static void greet(inkotls_conn *conn, int fd) {
  inkotls_certificate *certificate;
  const uint8_t *der;
  const char *subject;
  char answer[200];
  size_t len;
  if (handshake(conn, fd) != INKOTLS_STATUS_OK) {
    printf("the server: %s\n", inkotls_conn_error(conn));
    return;
  }
  if (inkotls_conn_peer_certificate(conn, 0, &der, &len) ||
      inkotls_certificate_new(der, len, &certificate) ||
      inkotls_certificate_subject(certificate, &subject, &len))
    die("the certificate of the client cannot be read");
  snprintf(answer, sizeof answer, "hello, %.*s", (int)len, subject);
  inkotls_certificate_free(certificate);
  write_text(conn, fd, answer);
}

// Returns the status of the client's first read, and the answer or the error message in `text`.
static inkotls_status ask(const inkotls_client_config *config, const inkotls_server_config *served,
                          char *text, size_t cap) {
  struct server server;
  int fd = start_server(&server, served, greet);
  inkotls_conn *conn = new_client(config, "localhost", fd);
  inkotls_status status = read_text(conn, fd, text, cap);
  if (status != INKOTLS_STATUS_OK) snprintf(text, cap, "%s", inkotls_conn_error(conn));
  printf("the client: %s\n", text);
  finish(conn, fd);
  join_server(&server);
  return status;
}

int main(void) {
  char text[500];
  const inkotls_server_config *server = require_certificate();
  const inkotls_client_config *known = present("client.pem", "client.key");
  const inkotls_client_config *unknown = build_client(new_client_builder());
  expect(ask(known, server, text, sizeof text) == INKOTLS_STATUS_OK &&
             strcmp(text, "hello, CN=inkotls example client") == 0,
         "The server knows the client by its certificate.");
  expect(ask(unknown, server, text, sizeof text) == INKOTLS_STATUS_ALERT_RECEIVED,
         "The server refuses a client without a certificate.");
  inkotls_client_config_release(unknown);
  inkotls_client_config_release(known);
  inkotls_server_config_release(server);
  return 0;
}
