// Rule 20: how many sessions a config holds in memory and how large they are, and a client that
// drops those of a server. That hostile peers cannot exceed the limits is in load/session_memory.c.

#include <string.h>

#include "configs.h"

enum { KIB = 1024, TICKETS_OF_ONE_SERVER = 8 };

static const struct way direct = {.chunk = 1 << 14};

static size_t client_holds(const inkotls_client_config *client, size_t *bytes) {
  size_t count = 99;
  CHECK_INT(inkotls_client_config_sessions(client, &count, bytes), INKOTLS_STATUS_OK);
  return count;
}

static size_t server_holds(const inkotls_server_config *server, size_t *bytes) {
  size_t count = 99;
  CHECK_INT(inkotls_server_config_sessions(server, &count, bytes), INKOTLS_STATUS_OK);
  return count;
}

static void remove_name(const inkotls_client_config *client, const char *name) {
  CHECK_INT(inkotls_client_config_remove_sessions(client, name, strlen(name)), INKOTLS_STATUS_OK);
}

static void visit_name(const char *name, const inkotls_client_config *client,
                       const inkotls_server_config *server, int is_resumed) {
  struct pair pair;
  pair_converse(&pair, &direct, client, name, server);
  CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), is_resumed);
  pair_free(&pair);
}

static size_t of_a_visit(void) { return version == TLS13 ? 2 : 1; }

// More with each visit, up to what one server may leave.
static void counts_of_a_client(const struct way *way) {
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  size_t bytes = 99, before;
  CHECK_INT(client_holds(client, &bytes), 0);
  CHECK_INT(bytes, 0);
  visit(way, client, server, 0);
  CHECK_INT(client_holds(client, &before), of_a_visit());
  CHECK(before > 500 && before < 8 * KIB);
  for (int visits = 2; visits < 12; visits++) {
    visit(way, client, server, 1);
    size_t left = version == TLS13 ? (size_t)visits + 1 : 1;  // a ticket is used, and two come
    CHECK_INT(client_holds(client, &bytes),
              left < TICKETS_OF_ONE_SERVER ? left : TICKETS_OF_ONE_SERVER);
    CHECK(version == TLS12 || visits >= TICKETS_OF_ONE_SERVER || bytes > before);
    before = bytes;
  }
  CHECK(bytes < 128 * KIB);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void removal_by_name(void) {
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  size_t one, both, bytes;
  visit_name("localhost", client, server, 0);
  client_holds(client, &one);
  visit_name("127.0.0.1", client, server, 0);
  CHECK_INT(client_holds(client, &both), 2 * of_a_visit());
  CHECK(both > one);

  checking("others keep theirs");
  remove_name(client, "another.test");
  remove_name(client, "127.0.0.2");
  remove_name(client, "::1");
  CHECK_INT(client_holds(client, &bytes), 2 * of_a_visit());
  CHECK_INT(bytes, both);

  checking("upper and lower case");
  remove_name(client, "LocalHOST");
  CHECK_INT(client_holds(client, &bytes), of_a_visit());
  CHECK_INT(bytes, both - one);
  visit_name("127.0.0.1", client, server, 1);
  visit_name("localhost", client, server, 0);

  checking("an address");
  remove_name(client, "127.0.0.1");
  CHECK_INT(client_holds(client, &bytes), of_a_visit());
  visit_name("127.0.0.1", client, server, 0);
  visit_name("localhost", client, server, 1);

  checking("all");
  CHECK_INT(inkotls_client_config_remove_sessions(client, NULL, 0), INKOTLS_STATUS_OK);
  CHECK_INT(client_holds(client, &bytes), 0);
  CHECK_INT(bytes, 0);
  visit_name("localhost", client, server, 0);
  visit_name("127.0.0.1", client, server, 0);
  remove_name(client, "");
  CHECK_INT(client_holds(client, &bytes), 0);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A ticket is counted with all its bytes, and once.
static void counts_of_tickets(void) {
  enum { ATTACHED = 2048 };  // travels in each ticket
  const inkotls_client_config *client = client_of(version);
  inkotls_server_builder *builder = server_showing("ecdsa");
  server_uses_ticket_keys(builder);
  const inkotls_server_config *server = server_built(builder);
  size_t small, large;
  CHECK_INT(visit_attached(client, server, 0), 0);
  CHECK_INT(client_holds(client, &small), of_a_visit());
  remove_name(client, "");
  CHECK_INT(visit_attached(client, server, ATTACHED), 0);
  CHECK_INT(client_holds(client, &large), of_a_visit());
  // In TLS 1.2, the rest of the handshake is counted, too: signatures differ by some bytes.
  CHECK(large + 16 > small + of_a_visit() * ATTACHED);
  CHECK(large < small + of_a_visit() * (ATTACHED + 200));
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// Only memory is touched: a connection that is there goes on, and may leave sessions.
static void removal_during_a_connection(const struct way *way) {
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  size_t bytes;
  visit(way, client, server, 0);
  struct pair pair;
  pair_connect(&pair, way, client, server);
  CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), 1);
  remove_name(client, "localhost");
  CHECK_INT(client_holds(client, &bytes), 0);
  pair_send(&pair, &pair.server, &pair.client, 100);
  pair_send(&pair, &pair.client, &pair.server, 100);
  CHECK_INT(client_holds(client, &bytes), version == TLS13 ? 2 : 0);  // the tickets come now
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// Such a name removes nothing, whether or not sessions are kept.
static void bad_names(void) {
  static const char *const bad[] = {"localhost:443", "a b", "https://localhost", "[::1]", "*.test"};
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  for (size_t cache = 0; cache < 2; cache++) {
    inkotls_client_builder *builder = client_speaking(TLS13);
    CHECK_INT(inkotls_client_builder_set_session_cache(builder, cache), INKOTLS_STATUS_OK);
    const inkotls_client_config *client = client_built(builder);
    size_t bytes;
    visit(&direct, client, server, 0);
    for (int i = 0; i < 5; i++)
      CHECK_INT(inkotls_client_config_remove_sessions(client, bad[i], strlen(bad[i])),
                INKOTLS_STATUS_INVALID_NAME);
    CHECK_INT(inkotls_client_config_remove_sessions(client, "localhost", 10),
              INKOTLS_STATUS_INVALID_NAME);  // with its NUL
    CHECK_INT(inkotls_client_config_remove_sessions(client, NULL, 9),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(client_holds(client, &bytes), 2 * cache);
    remove_name(client, "localhost");
    CHECK_INT(client_holds(client, &bytes), 0);
    CHECK_INT(bytes, 0);
    inkotls_client_config_release(client);
  }
  inkotls_server_config_release(server);
}

static const inkotls_server_config *keeping(size_t sessions) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_session_cache(builder, sessions), INKOTLS_STATUS_OK);
  return server_built(builder);
}

static void counts_of_a_server(void) {
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = keeping(5);
  size_t bytes = 99, before;
  CHECK_INT(server_holds(server, &bytes), 0);
  CHECK_INT(bytes, 0);
  visit(&direct, client, server, 0);
  CHECK_INT(server_holds(server, &before), of_a_visit());
  CHECK(before > 100 && before < 4 * KIB);
  visit(&direct, client, server, 1);  // in TLS 1.3 it takes the session out, and puts two in
  CHECK_INT(server_holds(server, &bytes), version == TLS13 ? 3 : 1);
  for (int i = 0; i < 6; i++) {
    remove_name(client, "");
    visit(&direct, client, server, 0);
  }
  CHECK_INT(server_holds(server, &bytes), 5);
  CHECK(bytes > before && bytes < 256 * KIB);
  inkotls_server_config_release(server);

  checking("no cache");
  server = keeping(0);
  visit(&direct, client, server, 0);
  CHECK_INT(server_holds(server, &bytes), 0);
  CHECK_INT(bytes, 0);
  inkotls_server_config_release(server);

  checking("a store, and ticket keys");
  for (int has_keys = 0; has_keys < 2; has_keys++) {
    inkotls_server_builder *builder = server_showing("ecdsa");
    (has_keys ? server_uses_ticket_keys : server_uses_store)(builder);
    server = server_built(builder);
    store_clear();
    remove_name(client, "");
    visit(&direct, client, server, 0);
    visit(&direct, client, server, 1);
    // rustls keeps a TLS 1.2 session also under its session ID.
    CHECK_INT(server_holds(server, &bytes), has_keys && version == TLS12);
    inkotls_server_config_release(server);
  }
  inkotls_client_config_release(client);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  each_version("a client counts its sessions", counts_of_a_client);
  once_each_version("a client counts its tickets", counts_of_tickets);
  once_each_version("a client drops the sessions of a server", removal_by_name);
  each_version("sessions are dropped during a connection", removal_during_a_connection);
  once("names that are no names of servers", bad_names);
  once_each_version("a server counts its sessions", counts_of_a_server);
  return checks_done();
}
