// Early data (0-RTT): a client that resumes a session sends its request with the first flight.

#include "recipe.h"

static const inkotls_client_config *offer_early_data(void) {
  inkotls_client_builder *builder = new_client_builder();
  if (inkotls_client_builder_set_early_data(builder, 1)) die(inkotls_client_builder_error(builder));
  return build_client(builder);
}

static const inkotls_server_config *accept_early_data(void) {
  inkotls_server_builder *builder = new_server_builder("ecdsa.pem", "ecdsa.key");
  if (inkotls_server_builder_set_max_early_data(builder, 16384))
    die(inkotls_server_builder_error(builder));
  return build_server(builder);
}

// Writes as much of `text` as early data as the connection accepts. Returns how many bytes.
static size_t write_early(inkotls_conn *conn, int fd, const char *text) {
  size_t sent = 0, len = strlen(text), used;
  inkotls_status status;
  do {
    status = inkotls_conn_write_early_data(conn, text + sent, len - sent, &used);
    if (status == INKOTLS_STATUS_OK) sent += used;
  } while (status == INKOTLS_STATUS_OK ? sent < len : wait_for(conn, fd, status));
  return sent;
}

// The server. A request that is read before the handshake is done may be a replay.
static void serve(inkotls_conn *conn, int fd) {
  char request[1000];
  size_t len = 0;
  inkotls_status status;
  do {
    status = inkotls_conn_read_early_data(conn, request, sizeof request - 1, &len);
  } while (wait_for(conn, fd, status));
  request[len] = 0;
  int is_safe = strncmp(request, "GET ", 4) == 0;  // may be served twice without harm
  const char *answer = is_safe ? "early answer" : "answer";
  size_t sent = is_safe ? write_early(conn, fd, answer) : 0;
  if (handshake(conn, fd) != INKOTLS_STATUS_OK) return;
  if (len == 0) read_text(conn, fd, request, sizeof request);
  write_text(conn, fd, answer + sent);
}

// The client. Checks the answer. Returns what inkotls_conn_is_early_data_accepted returns.
static int32_t ask(const inkotls_client_config *config, const inkotls_server_config *served,
                   const char *request, const char *expected) {
  struct server server;
  char answer[100];
  int fd = start_server(&server, served, serve);
  inkotls_conn *conn = new_client(config, "localhost", fd);
  size_t sent = write_early(conn, fd, request);
  if (handshake(conn, fd)) die(inkotls_conn_error(conn));
  int32_t is_accepted = inkotls_conn_is_early_data_accepted(conn);
  if (is_accepted != 1) sent = 0;  // the server discarded the early data: send it again
  if (write_text(conn, fd, request + sent) || read_text(conn, fd, answer, sizeof answer))
    die(inkotls_conn_error(conn));
  if (strcmp(answer, expected) != 0) die(answer);
  finish(conn, fd);
  join_server(&server);
  return is_accepted;
}

int main(void) {
  const inkotls_client_config *client = offer_early_data();
  const inkotls_server_config *server = accept_early_data(), *restarted = accept_early_data();
  expect(ask(client, server, "GET /\n", "answer") == INKOTLS_STATUS_NONE,
         "The first connection has no session to resume, and no early data.");
  expect(ask(client, server, "GET /\n", "early answer") == 1,
         "On the second connection, the server answers a GET before the handshake is done.");
  expect(ask(client, server, "POST /\n", "answer") == 1,
         "The server answers a POST only when the handshake is done.");
  expect(ask(client, restarted, "GET /\n", "answer") == 0,
         "A server that does not know the session rejects the early data. The client resends it.");
  inkotls_client_config_release(client);
  inkotls_server_config_release(restarted);
  inkotls_server_config_release(server);
  return 0;
}
