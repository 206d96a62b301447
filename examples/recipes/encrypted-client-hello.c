// A client that hides the server name (Encrypted ClientHello), and connects again after a refusal.

#include "recipe.h"

// The value of the parameter "ech" in the HTTPS record of a server, in binary form.
struct configs {
  uint8_t list[1024];
  size_t len;
};

// Connects to localhost, and reads the answer. After a refusal, `configs` is what to try next.
static int32_t connect_once(const inkotls_client_config *config,
                            const inkotls_server_config *served, struct configs *configs) {
  struct server server;
  const uint8_t *list;
  char answer[100];
  size_t len;
  int fd = start_server(&server, served, say_hello);
  inkotls_conn *conn = new_client(config, "localhost", fd);
  if (configs->len > 0) {
    inkotls_status set = inkotls_conn_set_ech_configs(conn, configs->list, configs->len);
    // If the library supports none of the configs, the connection goes on without ECH.
    if (set && set != INKOTLS_STATUS_UNSUPPORTED) die(inkotls_conn_error(conn));
  }
  inkotls_status status = handshake(conn, fd);
  int32_t ech = inkotls_conn_ech_status(conn);
  if (ech == INKOTLS_ECH_STATUS_REJECTED) {
    inkotls_status sent = inkotls_conn_ech_retry_configs(conn, &list, &len);
    configs->len = 0;
    if (sent == INKOTLS_STATUS_OK && len <= sizeof configs->list)
      memcpy(configs->list, list, configs->len = len);
    else if (sent != INKOTLS_STATUS_NONE)  // NONE: connect without ECH
      die("the configs of the server are too long");
  } else if (status || write_text(conn, fd, "hello?") || read_text(conn, fd, answer, 100)) {
    die(inkotls_conn_error(conn));  // do not connect again without ECH
  }
  finish(conn, fd);
  join_server(&server);
  return ech;
}

// Connects, and connects once more if the server has refused ECH.
static int32_t connect_to(const inkotls_client_config *config, const inkotls_server_config *served,
                          struct configs *configs) {
  int32_t ech = connect_once(config, served, configs);
  if (ech != INKOTLS_ECH_STATUS_REJECTED) return ech;
  printf("The server refuses ECH, and sent %zu bytes of configs.\n", configs->len);
  return connect_once(config, served, configs);
}

// A server that has certificates for localhost and for other.test, and does not support ECH.
static const inkotls_server_config *serve_both(void) {
  const inkotls_sni_map *map = inkotls_sni_map_new();
  inkotls_identity *inner = new_identity("ecdsa.pem", "ecdsa.key");
  inkotls_identity *outer = new_identity("other.pem", "other.key");
  inkotls_server_builder *builder = inkotls_server_builder_new();
  if (inkotls_sni_map_set(map, "localhost", 9, inner) ||
      inkotls_sni_map_set(map, "other.test", 10, outer) ||
      inkotls_server_builder_set_sni_map(builder, map))
    die("the map refuses an identity");
  inkotls_identity_free(inner);
  inkotls_identity_free(outer);
  inkotls_sni_map_release(map);
  return build_server(builder);
}

int main(void) {
  // The public name is other.test. A real program gets the list from DNS.
  static const char ech[] =
      "\x00\x3d\xfe\x0d\x00\x39\x07\x00\x20\x00\x20\x09\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x00"
      "\x01\x00\x01\x00\x0aother.test\x00";
  struct configs configs = {.len = sizeof ech};
  memcpy(configs.list, ech, sizeof ech);
  inkotls_client_builder *builder = new_client_builder();
  if (inkotls_client_builder_set_ech_grease(builder, 1)) die(inkotls_client_builder_error(builder));
  const inkotls_client_config *client = build_client(builder);
  const inkotls_server_config *server = serve_both();
  expect(connect_to(client, server, &configs) == INKOTLS_ECH_STATUS_GREASE,
         "After a refusal that is proven, the second connection reveals the server name.");
  expect(connect_to(client, server, &configs) == INKOTLS_ECH_STATUS_GREASE,
         "Without configs, the client sends an extension that looks like ECH (GREASE).");
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return 0;
}
