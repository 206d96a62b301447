// A module of the runtime, in C: the server.

#include "../recipe.h"

// Returns a server's connection, without a transport.
inkotls_conn *module_new_server(void) {
  inkotls_conn *conn;
  const inkotls_server_config *config = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  if (inkotls_conn_new_server(config, &conn)) die("inkotls_conn_new_server");
  inkotls_server_config_release(config);
  return conn;
}

// Reads what has arrived, and answers "hello".
inkotls_status module_serve(inkotls_conn *conn) {
  char request[100];
  size_t len;
  inkotls_status status = inkotls_conn_read(conn, request, sizeof request, &len);
  return status == INKOTLS_STATUS_OK ? inkotls_conn_write(conn, "hello", 5, &len) : status;
}
