// The channel binding that both ends of a connection give to SCRAM (SCRAM-SHA-256-PLUS, RFC 7677).

#include "recipe.h"

static void encode_base64(const uint8_t *data, size_t len, char *text) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < len; i += 3) {
    size_t left = len - i;
    uint32_t bits = (uint32_t)data[i] << 16;
    if (left > 1) bits |= (uint32_t)data[i + 1] << 8;
    if (left > 2) bits |= data[i + 2];
    *text++ = digits[bits >> 18];
    *text++ = digits[bits >> 12 & 63];
    *text++ = left > 1 ? digits[bits >> 6 & 63] : '=';
    *text++ = left > 2 ? digits[bits & 63] : '=';
  }
  *text = 0;
}

// Writes the attribute c of SCRAM's client-final-message (RFC 5802, section 5.1): "c=" and, in
// base64, the header of the client-first-message and the channel binding.
static void bind_channel(inkotls_conn *conn, char *attribute) {
  uint8_t input[100] = "p=tls-exporter,,";
  size_t header = strlen("p=tls-exporter,,"), len;
  if (inkotls_conn_channel_binding(conn, INKOTLS_CHANNEL_BINDING_TLS_EXPORTER, input + header,
                                   sizeof input - header, &len))
    die(inkotls_conn_error(conn));
  strcpy(attribute, "c=");
  encode_base64(input, header + len, attribute + 2);
}

// Accepts a client whose attribute is the one that the server computes of its own connection.
static void compare(inkotls_conn *conn, int fd) {
  char sent[200], own[200];
  if (read_text(conn, fd, sent, sizeof sent)) return;
  bind_channel(conn, own);
  write_text(conn, fd, strcmp(sent, own) == 0 ? "accepted" : "refused");
}

// Connects, sends an attribute and copies the answer. NULL: the attribute of this connection.
static void meet(const inkotls_client_config *config, const inkotls_server_config *shown,
                 const char *attribute, char *own, char *answer) {
  struct server server;
  int fd = start_server(&server, shown, compare);
  inkotls_conn *conn = new_client(config, "localhost", fd);
  if (handshake(conn, fd)) die(inkotls_conn_error(conn));
  bind_channel(conn, own);
  if (write_text(conn, fd, attribute ? attribute : own) || read_text(conn, fd, answer, 100))
    die(inkotls_conn_error(conn));
  finish(conn, fd);
  join_server(&server);
}

int main(void) {
  char first[200], second[200], answer[100];
  const inkotls_client_config *config = build_client(new_client_builder());
  const inkotls_server_config *shown = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  meet(config, shown, NULL, first, answer);
  printf("%s\n", first);
  expect(strcmp(answer, "accepted") == 0, "Both ends have the same channel binding.");
  meet(config, shown, first, second, answer);
  expect(strcmp(answer, "refused") == 0, "A message of another connection is refused.");
  inkotls_client_config_release(config);
  inkotls_server_config_release(shown);
  return 0;
}
