// A client that resumes sessions: later connections to a server cost less.

#include "recipe.h"

struct facts {
  int32_t is_resumed, tickets;
};

// Connects to the server, and returns what the client knows when it has read the answer.
static struct facts connect_once(const inkotls_client_config *config,
                                 const inkotls_server_config *served) {
  struct server server;
  struct facts facts;
  char answer[100];
  int fd = start_server(&server, served, say_hello);
  inkotls_conn *conn = new_client(config, "localhost", fd);
  if (handshake(conn, fd)) die(inkotls_conn_error(conn));
  facts.is_resumed = inkotls_conn_is_resumed(conn);
  // The tickets arrive after the handshake: a call of inkotls_conn_read receives them.
  if (write_text(conn, fd, "hello?")) die(inkotls_conn_error(conn));
  if (read_text(conn, fd, answer, sizeof answer)) die(inkotls_conn_error(conn));
  facts.tickets = inkotls_conn_tickets_received(conn);
  printf("resumed: %s, tickets received: %d\n", facts.is_resumed == 1 ? "yes" : "no",
         (int)facts.tickets);
  finish(conn, fd);
  join_server(&server);
  return facts;
}

// A client that remembers the sessions of this many servers, each for at most a day.
static const inkotls_client_config *remember(size_t servers) {
  inkotls_client_builder *builder = new_client_builder();
  if (inkotls_client_builder_set_session_cache(builder, servers) ||
      inkotls_client_builder_set_session_lifetime(builder, 24 * 60 * 60))
    die(inkotls_client_builder_error(builder));
  return build_client(builder);
}

// Removes the sessions of a server, or of all servers if the name is "".
static void forget(const inkotls_client_config *config, const char *server_name) {
  size_t sessions, bytes;
  if (inkotls_client_config_remove_sessions(config, server_name, strlen(server_name)))
    die("not the name of a server");
  if (inkotls_client_config_sessions(config, &sessions, &bytes)) die("bad arguments");
  printf("sessions in memory: %zu, in %zu bytes\n", sessions, bytes);
}

int main(void) {
  const inkotls_server_config *server = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  const inkotls_client_config *client = remember(1000), *forgetful = remember(0);
  struct facts first = connect_once(client, server), second = connect_once(client, server);
  expect(first.is_resumed == 0 && first.tickets > 0,
         "The first connection is a full handshake, and receives tickets.");
  expect(second.is_resumed == 1, "The second connection of the same config resumes the session.");
  forget(client, "localhost");
  expect(connect_once(client, server).is_resumed == 0,
         "After the sessions of a server are removed, the handshake is a full handshake.");
  connect_once(forgetful, server);
  expect(connect_once(forgetful, server).is_resumed == 0,
         "A config without a session cache never resumes a session.");

  // A new config starts without sessions: so make a config once, not for each connection.
  const inkotls_client_config *another = remember(1000);
  expect(connect_once(another, server).is_resumed == 0, "Another config has its own sessions.");
  inkotls_client_config_release(another);
  inkotls_client_config_release(forgetful);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return 0;
}
