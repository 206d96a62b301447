// A host's clock: it decides which certificates and CRLs are valid and how old sessions and tickets
// are, and it may not know the time. When sessions end by such a clock: sessions/expiry.c.

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "configs.h"

enum { HOUR = 3600, DAY = 24 * HOUR };
enum {
  NOT_YET_VALID = INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID,
  EXPIRED = INKOTLS_CERTIFICATE_ERROR_EXPIRED,
  UNKNOWN_REVOCATION = INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION,
  UNKNOWN_TIME = INKOTLS_CERTIFICATE_ERROR_UNKNOWN_TIME,
};

// In 2020: when the certificates "expired" and "expired-client" are valid, and stale.crl.pem.
static const int64_t begin = 1577836800, end = 1580515200;

// A clock may not know the time, or count in milliseconds.
static const int64_t unknown[] = {-1, INT64_MIN, 253402300800, 1577836800000, INT64_MAX};
enum { UNKNOWNS = sizeof unknown / sizeof unknown[0] };

static const struct way direct = {.chunk = 1 << 14};

struct clock {
  int64_t now;
  int calls;
  void (*meanwhile)(void);
};
static struct clock client_clock, server_clock;

static int64_t now(void *user_data, void *conn_user_data) {
  struct clock *clock = user_data;
  (void)conn_user_data;
  clock->calls++;
  if (clock->meanwhile) clock->meanwhile();
  return clock->now;
}

static void client_has_clock(inkotls_client_builder *builder) {
  CHECK_INT(inkotls_client_builder_set_clock(builder, now, &client_clock), INKOTLS_STATUS_OK);
}

static void server_has_clock(inkotls_server_builder *builder) {
  CHECK_INT(inkotls_server_builder_set_clock(builder, now, &server_clock), INKOTLS_STATUS_OK);
}

static const inkotls_client_config *client;
static const inkotls_server_config *server;

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  client_clock = server_clock = (struct clock){.now = 0};
}

// The side that verifies what the other shows, by its clock. The other has the system's.
static int server_judges;
static struct clock *judge;

// The roots are the judge's, and are consumed.
static void make(const char *shown, inkotls_roots *roots, inkotls_verify_callback verify) {
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing(server_judges ? "ecdsa" : shown);
  judge = server_judges ? &server_clock : &client_clock;
  if (server_judges) {
    inkotls_identity *identity = identity_of(shown);
    CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_client_auth(b, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
              INKOTLS_STATUS_OK);
    if (verify)
      CHECK_INT(inkotls_server_builder_set_dangerous_verifier(b, verify, NULL, 0),
                INKOTLS_STATUS_OK);
    server_has_clock(b);
    inkotls_identity_free(identity);
  } else {
    CHECK_INT(inkotls_client_builder_set_roots(a, roots), INKOTLS_STATUS_OK);
    if (verify)
      CHECK_INT(inkotls_client_builder_set_dangerous_verifier(a, verify, NULL, 0),
                INKOTLS_STATUS_OK);
    client_has_clock(a);
  }
  inkotls_roots_free(roots);
  client = client_built(a);
  server = server_built(b);
}

// A connection at this time of the judge's, who refuses the other with `error`, or with 0 accepts.
static void judges(const struct way *way, int64_t time, inkotls_certificate_error error) {
  struct pair pair;
  checking("%s at %lld", server_judges ? "a server" : "a client", (long long)time);
  judge->now = time;
  pair_open(&pair, way, client, "localhost", server);
  if (error)
    pair_refuses(&pair, server_judges ? &pair.server : &pair.client, error);
  else
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK(judge->calls > 0);
  pair_free(&pair);
}

static const char *of_2020(void) { return server_judges ? "expired-client" : "expired"; }

static inkotls_roots *roots_of_itself(const char *name) {
  char file[64];
  snprintf(file, sizeof file, "%s.pem", name);
  inkotls_roots *roots = inkotls_roots_new();
  const char *path = pki_path(file);
  CHECK_INT(inkotls_roots_add_peer_certificate_pem_file(roots, path, strlen(path)),
            INKOTLS_STATUS_OK);
  return roots;
}

// Issued by an authority that is trusted, or trusted itself.
static void certificates(const struct way *way) {
  for (int i = 0; i < 4; i++) {
    server_judges = i % 2;
    make(of_2020(), i < 2 ? roots_of("ca.pem") : roots_of_itself(of_2020()), NULL);
    judges(way, 0, NOT_YET_VALID);  // a device that has no time, and believes it is 1970
    judges(way, begin - 1, NOT_YET_VALID);
    judges(way, end + 1, EXPIRED);
    judges(way, end, 0);
    release_both();
  }
}

static void valid_from_the_first_second(const struct way *way) {
  for (server_judges = 0; server_judges < 2; server_judges++) {
    make(of_2020(), roots_of("ca.pem"), NULL);
    judges(way, begin, 0);
    release_both();
  }
}

static void crls(const struct way *way) {
  for (server_judges = 0; server_judges < 2; server_judges++) {
    inkotls_roots *roots = roots_of("ca.pem");
    const char *path = pki_path("stale.crl.pem");
    CHECK_INT(inkotls_roots_add_crl_pem_file(roots, path, strlen(path)), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_roots_set_revocation(roots, INKOTLS_REVOCATION_ENFORCE_EXPIRY),
              INKOTLS_STATUS_OK);
    make(of_2020(), roots, NULL);
    judges(way, end, UNKNOWN_REVOCATION);
    judges(way, end - 1, 0);
    release_both();
  }
}

static void unknown_time(const struct way *way) {
  for (int i = 0; i < 4; i++) {
    server_judges = i % 2;
    make(of_2020(), i < 2 ? roots_of("ca.pem") : roots_of_itself(of_2020()), NULL);
    for (int k = 0; k < UNKNOWNS; k++) judges(way, unknown[k], UNKNOWN_TIME);
    judges(way, begin + DAY, 0);
    for (int k = 0; k < UNKNOWNS; k++) judges(way, unknown[k], UNKNOWN_TIME);  // not resumed
    release_both();
  }
}

// A verifier of the host's, which finds the time, or that it is not known.

static int accepts;    // whatever the standard verification says
static int finds_out;  // the time, before the handshake ends

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)user_data, (void)conn_user_data;
  int is_known = judge->now >= 0 && judge->now < begin + 10 * DAY;
  int64_t seconds = 7;
  CHECK_INT(inkotls_verification_time(it, &seconds),
            is_known ? INKOTLS_STATUS_OK : INKOTLS_STATUS_NONE);
  CHECK_INT(seconds, is_known ? judge->now : 7);
  int32_t standard = inkotls_verification_verify(it);
  CHECK_INT(standard, is_known ? INKOTLS_VERDICT_ACCEPTED : UNKNOWN_TIME);
  if (finds_out) judge->now = begin + DAY;
  return accepts ? INKOTLS_VERDICT_ACCEPTED : standard;
}

static void host_verifier(const struct way *way) {
  for (server_judges = 0; server_judges < 2; server_judges++) {
    make(of_2020(), roots_of("ca.pem"), verify);
    accepts = 0;
    judges(way, begin + DAY, 0);
    for (int k = 0; k < UNKNOWNS; k++) judges(way, unknown[k], UNKNOWN_TIME);
    accepts = 1;
    for (int k = 0; k < UNKNOWNS; k++) {
      finds_out = k % 2;
      judge->now = unknown[k];
      visit(way, client, server, 0);
    }
    finds_out = 0;
    judge->now = begin + DAY;
    visit(way, client, server, 0);  // none of these connections left a session
    visit(way, client, server, 1);
    release_both();
  }
}

// Raw public keys do not expire.
static void raw_public_keys(void) {
  inkotls_client_builder *a = client_speaking(TLS13);
  inkotls_server_builder *b = inkotls_server_builder_new();
  inkotls_roots *of_server = roots_of_key("ecdsa"), *of_client = roots_of_key("client");
  inkotls_identity *ecdsa = identity_from("raw ecdsa"), *key = identity_from("raw client");
  CHECK_INT(inkotls_client_builder_set_roots(a, of_server), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_identity(a, key), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(b, ecdsa), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_client_auth(b, INKOTLS_CLIENT_AUTH_REQUIRED, of_client),
            INKOTLS_STATUS_OK);
  client_has_clock(a);
  server_has_clock(b);
  client = client_built(a);
  server = server_built(b);
  for (int known = 0; known < 3; known++) {  // none, the client's, the server's
    client_clock.now = known == 1 ? begin : -1;
    server_clock.now = known == 2 ? begin : -1;
    visit(&direct, client, server, 0);
    visit(&direct, client, server, 0);
  }
  client_clock.now = server_clock.now = begin;
  visit(&direct, client, server, 0);
  visit(&direct, client, server, 1);
  inkotls_identity_free(ecdsa);
  inkotls_identity_free(key);
  inkotls_roots_free(of_server);
  inkotls_roots_free(of_client);
  release_both();
}

// Sessions of a server that verifies nobody, with each place where it keeps them.

enum { MEMORY, STORE, TICKET_KEYS, STORAGES };

static void make_storage(int storage) {
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  checking("storage %d, %s", storage, inkotls_protocol_version_name(version));
  if (storage == STORE) server_uses_store(b);
  if (storage == TICKET_KEYS) server_uses_ticket_keys(b);
  store_clear();
  client_has_clock(a);
  server_has_clock(b);
  client = client_built(a);
  server = server_built(b);
  client_clock.now = server_clock.now = (int64_t)time(NULL);
}

static void server_without_the_time(void) {
  for (int i = 0; i < STORAGES * UNKNOWNS; i++) {
    struct pair pair;
    make_storage(i % STORAGES);
    visit(&direct, client, server, 0);
    visit(&direct, client, server, 1);
    server_clock.now = unknown[i / STORAGES];
    int puts = store.puts;
    pair_converse(&pair, &direct, client, "localhost", server);
    CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), 0);
    CHECK_INT(inkotls_conn_tickets_received(pair.client.conn), 0);
    CHECK_INT(store.puts, puts);
    pair_free(&pair);
    release_both();
  }
}

// A client that loses the time after it has verified its server: a ticket that comes then is not
// kept, and the connection goes on.
static void ticket_without_the_time(const struct way *way) {
  struct pair pair;
  version = TLS13;
  make_storage(MEMORY);
  int64_t today = client_clock.now;
  pair_open(&pair, way, client, "localhost", server);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  client_clock.now = -1;
  pair_send(&pair, &pair.server, &pair.client, 10);
  pair_send(&pair, &pair.client, &pair.server, 10);
  CHECK_INT(inkotls_conn_tickets_received(pair.client.conn), 2);
  pair_free(&pair);
  client_clock.now = today;
  visit(way, client, server, 0);
  visit(way, client, server, 1);
  release_both();
}

// What a server announces of the tickets of a resumed session goes by its clock: a client
// that reads a lifetime of 0 keeps them for as long as the session.
static void announced_age(void) {
  make_storage(TICKET_KEYS);
  server_clock.now -= 365 * DAY;
  visit(&direct, client, server, 0);
  visit(&direct, client, server, 1);
  client_clock.now += 12 * HOUR + 1;
  visit(&direct, client, server, 0);
  release_both();
}

// How old a ticket is: for the server 12 hours, where the ticket is the session; for the client as
// long as the server has said, which is a day for other tickets.
static void age_of_tickets(void) {
  make_storage(TICKET_KEYS);
  visit(&direct, client, server, 0);
  server_clock.now += 12 * HOUR;
  visit(&direct, client, server, 1);
  server_clock.now += 12 * HOUR + 1;
  visit(&direct, client, server, 0);
  release_both();
  if (version == TLS12) return;
  for (int storage = MEMORY; storage < STORAGES; storage++) {
    make_storage(storage);
    visit(&direct, client, server, 0);
    client_clock.now += storage == TICKET_KEYS ? 12 * HOUR : DAY;
    visit(&direct, client, server, 1);
    client_clock.now += storage == TICKET_KEYS ? 12 * HOUR + 1 : DAY + 1;
    visit(&direct, client, server, 0);
    release_both();
  }
}

// A server accepts early data only if both clocks find the session equally old (RFC 8446, section
// 8.3).
static void age_of_early_data(void) {
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_set_early_data(a, 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_max_early_data(b, 1 << 14), INKOTLS_STATUS_OK);
  client_has_clock(a);
  server_has_clock(b);
  client = client_built(a);
  server = server_built(b);
  client_clock.now = server_clock.now = (int64_t)time(NULL);
  visit(&direct, client, server, 0);
  for (int late = 0; late < 3; late++) {  // neither side, the client, the server
    struct pair pair;
    size_t used;
    client_clock.now += HOUR + (late == 1 ? 120 : 0);
    server_clock.now += HOUR + (late == 2 ? 240 : 0);
    pair_open(&pair, &direct, client, "localhost", server);
    CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "x", 1, &used), INKOTLS_STATUS_OK);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), late == 0);
    CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), 1);
    pair_free(&pair);
    visit(&direct, client, server, 1);
  }
  release_both();
}

// What a clock may do meanwhile.

static int nested;

static void connects(void) {
  struct pair pair;
  client_clock.meanwhile = server_clock.meanwhile = NULL;
  pair_connect(&pair, &direct, client, server);
  pair_free(&pair);
  client_clock.meanwhile = server_clock.meanwhile = connects;
  nested++;
}

// Another connection of the same configs, whose sessions have one lock.
static void uses_another_connection(void) {
  for (int storage = MEMORY; storage < STORAGES; storage++) {
    make_storage(storage);
    visit(&direct, client, server, 0);
    client_clock.meanwhile = server_clock.meanwhile = connects;
    nested = 0;
    for (int i = 0; i < 3; i++) {
      struct pair pair;
      pair_converse(&pair, &direct, client, "localhost", server);
      pair_free(&pair);
    }
    CHECK(nested >= 3 * 2);
    release_both();
  }
}

static inkotls_conn *busy;

static void uses_its_connection(void) {
  if (!busy) return;
  CHECK_INT(inkotls_conn_handshake(busy), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(inkotls_conn_set_user_data(busy, &busy), INKOTLS_STATUS_INVALID_STATE);
}

static void its_own_connection(const struct way *way) {
  struct pair pair;
  make_storage(MEMORY);
  for (int is_server = 0; is_server < 2; is_server++) {
    struct clock *clock = is_server ? &server_clock : &client_clock;
    pair_open(&pair, way, client, "localhost", server);
    pair_until_hello(&pair);
    side_becomes_conn(&pair.server);
    clock->meanwhile = uses_its_connection;
    clock->calls = 0;
    busy = is_server ? pair.server.conn : pair.client.conn;
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK(clock->calls > 0);
    clock->meanwhile = NULL;
    pair_free(&pair);
  }
  busy = NULL;
  release_both();
}

// The last call counts, and a builder that was refused a clock keeps the one that it has.
static void set_again(void) {
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_set_clock(a, now, &server_clock), INKOTLS_STATUS_OK);
  client_has_clock(a);
  CHECK_INT(inkotls_client_builder_set_clock(a, NULL, &server_clock),
            INKOTLS_STATUS_INVALID_ARGUMENT);
  client = client_built(a);
  server = server_built(b);
  client_clock.now = (int64_t)time(NULL);
  visit(&direct, client, server, 0);
  CHECK(client_clock.calls > 0 && server_clock.calls == 0);
  release_both();
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  each_version("certificates", certificates);
  each_version("the first second", valid_from_the_first_second);
  each_version("CRLs", crls);
  each_version("a time that is not known", unknown_time);
  each_version("a verifier of the host's", host_verifier);
  once("raw public keys without the time", raw_public_keys);
  once_each_version("a server without the time", server_without_the_time);
  each_wide_way("a ticket without the time", ticket_without_the_time);
  once_each_version("the age of tickets", age_of_tickets);
  version = TLS13;
  once("the announced age of tickets", announced_age);
  once("the age of early data", age_of_early_data);
  once_each_version("the clock uses another connection", uses_another_connection);
  version = TLS13;
  each_wide_way("the clock uses its connection", its_own_connection);
  once("set again", set_again);
  return checks_done();
}
