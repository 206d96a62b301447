// A client and a server that agree on an application protocol (ALPN).

#include "recipe.h"

// The client offers HTTP/2 and HTTP/1.1. Each protocol is added on its own, the preferred one
// first.
static const inkotls_client_config *offer(void) {
  inkotls_client_builder *builder = new_client_builder();
  if (inkotls_client_builder_add_alpn(builder, "h2", strlen("h2")) ||
      inkotls_client_builder_add_alpn(builder, "http/1.1", strlen("http/1.1")))
    die(inkotls_client_builder_error(builder));
  return build_client(builder);
}

// The server has one protocol, or ("") none: then it ignores what the client offers.
static const inkotls_server_config *support(const char *protocol) {
  inkotls_server_builder *builder = new_server_builder("ecdsa.pem", "ecdsa.key");
  if (*protocol && inkotls_server_builder_add_alpn(builder, protocol, strlen(protocol)))
    die(inkotls_server_builder_error(builder));
  return build_server(builder);
}

// Copies the protocol that was agreed on to `text`, as a string, or "" if ALPN was not used.
static void copy_alpn(const inkotls_conn *conn, char *text, size_t cap) {
  const uint8_t *protocol;
  size_t len;
  int is_agreed = inkotls_conn_alpn(conn, &protocol, &len) == INKOTLS_STATUS_OK;
  snprintf(text, cap, "%.*s", is_agreed ? (int)len : 0, is_agreed ? (const char *)protocol : "");
}

// The server answers with the protocol that it speaks from now on.
static void speak(inkotls_conn *conn, int fd) {
  char protocol[256];
  if (handshake(conn, fd) != INKOTLS_STATUS_OK) return;
  copy_alpn(conn, protocol, sizeof protocol);
  write_text(conn, fd, *protocol ? protocol : "no protocol");
}

// Has the client connect to a server with this protocol. Returns the status of the handshake.
static inkotls_status negotiate(const inkotls_client_config *config, const char *supported,
                                char *agreed, size_t cap, int32_t *alert) {
  struct server server;
  char answer[256];
  const inkotls_server_config *server_config = support(supported);
  int fd = start_server(&server, server_config, speak);
  inkotls_conn *conn = new_client(config, "localhost", fd);
  inkotls_status status = handshake(conn, fd);
  copy_alpn(conn, agreed, cap);
  if (status == INKOTLS_STATUS_OK && read_text(conn, fd, answer, sizeof answer) == 0)
    printf("the server speaks: %s\n", answer);
  *alert = inkotls_conn_alert_received(conn);
  finish(conn, fd);
  join_server(&server);
  inkotls_server_config_release(server_config);
  return status;
}

int main(void) {
  const inkotls_client_config *config = offer();
  char agreed[256];
  int32_t alert;
  expect(negotiate(config, "h2", agreed, sizeof agreed, &alert) == 0 && strcmp(agreed, "h2") == 0,
         "A server that supports h2 and the client agree on h2.");
  expect(negotiate(config, "http/1.1", agreed, sizeof agreed, &alert) == 0 &&
             strcmp(agreed, "http/1.1") == 0,
         "A server that supports only http/1.1 and the client agree on http/1.1.");
  expect(negotiate(config, "", agreed, sizeof agreed, &alert) == 0 && *agreed == 0,
         "With a server that does not use ALPN, the handshake succeeds without a protocol.");
  expect(
      negotiate(config, "imap", agreed, sizeof agreed, &alert) == INKOTLS_STATUS_ALERT_RECEIVED &&
          alert == 120,
      "A server that supports only imap sends no_application_protocol (120).");
  inkotls_client_config_release(config);
  return 0;
}
