// A clock of the host's: what it says decides which certificates and CRLs are valid, and when
// sessions end, on the side that has it. The system's clock stands where it is.

#include <string.h>
#include <time.h>

#include "configs.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

// 15 January 2020: expired.pem, expired-client.pem and stale.crl.pem were valid then.
static const int64_t in_2020 = 1579046400;

static int64_t time_of_host;
static int asked, is_at_conn;
static const struct way direct = {.chunk = 1 << 14};

static int64_t tell_time(void *user_data, void *conn_user_data) {
  CHECK(user_data == &time_of_host);
  is_at_conn += conn_user_data == &asked;
  asked++;
  return time_of_host;
}

static int64_t tell_system_time(void *user_data, void *conn_user_data) {
  (void)user_data, (void)conn_user_data;
  return time(NULL);
}

static void client_clock(inkotls_client_builder *builder) {
  CHECK_INT(inkotls_client_builder_set_clock(builder, tell_time, &time_of_host), INKOTLS_STATUS_OK);
}

static void server_clock(inkotls_server_builder *builder) {
  CHECK_INT(inkotls_server_builder_set_clock(builder, tell_time, &time_of_host), INKOTLS_STATUS_OK);
}

// The certificate error with which the client refuses a server with this identity; 0: none.
static void client_verifies(const struct way *way, const char *shown, const char *crl, int64_t at,
                            inkotls_certificate_error error) {
  struct pair pair;
  inkotls_roots *roots = roots_of("ca.pem");
  if (crl) {
    const char *path = pki_path(crl);
    CHECK_INT(inkotls_roots_add_crl_pem_file(roots, path, strlen(path)), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_roots_set_revocation(roots, INKOTLS_REVOCATION_ENFORCE_EXPIRY),
              INKOTLS_STATUS_OK);
  }
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  client_clock(builder);
  const inkotls_client_config *client = client_built(builder);
  const inkotls_server_config *server = server_config(shown, no_alpn);
  time_of_host = at, asked = is_at_conn = 0;
  pair_open(&pair, way, client, "localhost", server);
  CHECK_INT(inkotls_conn_set_user_data(pair.client.conn, &asked), INKOTLS_STATUS_OK);
  if (error)
    pair_refuses(&pair, &pair.client, error);
  else
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK(asked > 0 && asked == is_at_conn);
  pair_free(&pair);
  inkotls_roots_free(roots);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void clients(const struct way *way) {
  int64_t now = time(NULL);
  client_verifies(way, "ecdsa", NULL, now, 0);
  client_verifies(way, "ecdsa", NULL, now + 366 * DAY, INKOTLS_CERTIFICATE_ERROR_EXPIRED);
  client_verifies(way, "ecdsa", NULL, now - 2 * DAY, INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID);
  client_verifies(way, "ecdsa", NULL, 0, INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID);  // 1970
  client_verifies(way, "expired", NULL, in_2020, 0);
  client_verifies(way, "expired", "stale.crl.pem", in_2020, 0);
  client_verifies(way, "ecdsa", "stale.crl.pem", now, INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION);
}

static void server_verifies(const struct way *way, const char *shown, int64_t at,
                            inkotls_certificate_error error) {
  struct pair pair;
  inkotls_identity *identity = identity_of(shown);
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
  server_asks(b, "ca.pem");
  server_clock(b);
  const inkotls_client_config *client = client_built(a);
  const inkotls_server_config *server = server_built(b);
  time_of_host = at, asked = 0;
  pair_open(&pair, way, client, "localhost", server);
  if (error)
    pair_refuses(&pair, &pair.server, error);
  else
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK(asked > 0);
  pair_free(&pair);
  inkotls_identity_free(identity);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void servers(const struct way *way) {
  int64_t now = time(NULL);
  server_verifies(way, "client", now, 0);
  server_verifies(way, "client", now + 366 * DAY, INKOTLS_CERTIFICATE_ERROR_EXPIRED);
  server_verifies(way, "client", now - 2 * DAY, INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID);
  server_verifies(way, "expired-client", in_2020, 0);
}

// Sessions end after 7 days by the clock of one side; the other side has the system's.
static void sessions_end(void (*keep)(inkotls_server_builder *), int at_client) {
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  if (keep) keep(b);
  if (at_client) {
    client_clock(a);
  } else {
    server_clock(b);
    CHECK_INT(inkotls_client_builder_set_clock(a, tell_system_time, NULL), INKOTLS_STATUS_OK);
  }
  const inkotls_client_config *client = client_built(a);
  const inkotls_server_config *server = server_built(b);
  time_of_host = time(NULL);
  store_clear();
  visit(&direct, client, server, 0);
  visit(&direct, client, server, 1);
  time_of_host += 8 * DAY;
  visit(&direct, client, server, 0);
  visit(&direct, client, server, 1);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// Ticket keys: a ticket is older than 12 hours by the clock of the server.
static void tickets_end(void) {
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  server_uses_ticket_keys(b);
  server_clock(b);
  const inkotls_client_config *client = client_built(a);
  const inkotls_server_config *server = server_built(b);
  time_of_host = time(NULL);
  visit(&direct, client, server, 0);
  time_of_host += 11 * HOUR;
  visit(&direct, client, server, 1);
  time_of_host += 13 * HOUR;
  visit(&direct, client, server, 0);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void sessions(void) {
  tickets_end();
  sessions_end(NULL, 1);
  sessions_end(NULL, 0);
  sessions_end(server_uses_store, 0);
  sessions_end(server_uses_ticket_keys, 0);
}

static void unknown_time(const struct way *way) {
  struct pair pair;
  inkotls_client_builder *builder = client_speaking(version);
  client_clock(builder);
  const inkotls_client_config *client = client_built(builder);
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  static const int64_t unknown[] = {-1, INT64_MIN};
  for (int i = 0; i < 2; i++) {
    time_of_host = unknown[i];
    pair_open(&pair, way, client, "localhost", server);
    while (side_handshake(&pair.client) > 0 && side_handshake(&pair.server) >= 0)
      if (!pair_carry(&pair)) break;
    CHECK_INT(side_handshake(&pair.client), INKOTLS_STATUS_HANDSHAKE_FAILED);
    CHECK_TEXT(inkotls_conn_error(pair.client.conn), "clock");
    pair_free(&pair);
  }
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  each_version("clients verify by their clock", clients);
  each_version("servers verify by their clock", servers);
  once_each_version("sessions end by the clock of each side", sessions);
  each_version("a clock that does not know the time", unknown_time);
  return checks_done();
}
