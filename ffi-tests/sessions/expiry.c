// Rule 20, how long sessions are resumed: 7 days from the full handshake that they come from, and
// no longer than the certificate that was verified then is valid; or the shorter lifetime that a
// host sets. Each side has a clock of its own, and is tested alone: the other clock stands still.

#include <stdio.h>
#include <string.h>

#include "configs.h"

enum { HOUR = 3600, DAY = 24 * HOUR, WEEK = 7 * DAY };
enum { STEP = 11 * HOUR };  // less than any ticket's lifetime, which is another matter

static int64_t client_clock, server_clock;

static int64_t now(void *clock, void *conn_user_data) {
  (void)conn_user_data;
  return *(const int64_t *)clock;
}

static int64_t not_after(const char *file) {
  unsigned char der[4096];
  inkotls_certificate *certificate = NULL;
  int64_t seconds = 0;
  size_t len = pki_read(file, der, sizeof der);
  CHECK_INT(inkotls_certificate_new(der, len, &certificate), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_certificate_not_after(certificate, &seconds), INKOTLS_STATUS_OK);
  inkotls_certificate_free(certificate);
  return seconds;
}

// Who is who. Of the two, one is on trial: its clock goes, and it has verified its peer.
static enum storage { TICKET_KEYS, MEMORY, STORE } storage;
static const char *const storages[] = {"ticket keys", "memory", "a store"};
static const char *shown;  // what its peer shows; "raw NAME": its key
static int accepts_all;    // it has a verifier of the host's
static int32_t suite;      // the server's only one, or 0
static uint32_t lifetime;  // of sessions, which the one on trial has set, or 0

static int32_t accept_all(void *data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  return (void)data, (void)it, INKOTLS_VERDICT_ACCEPTED;
}

static void keep_sessions(inkotls_server_builder *builder) {
  if (storage == TICKET_KEYS) server_uses_ticket_keys(builder);
  if (storage == STORE) server_uses_store(builder);
  if (suite) CHECK_INT(inkotls_server_builder_add_cipher_suite(builder, suite), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_clock(builder, now, &server_clock), INKOTLS_STATUS_OK);
}

static inkotls_client_builder *client_with_clock(void) {
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_set_clock(builder, now, &client_clock), INKOTLS_STATUS_OK);
  return builder;
}

static void set_lifetime(inkotls_server_builder *builder) {
  if (lifetime)
    CHECK_INT(inkotls_server_builder_set_session_lifetime(builder, lifetime), INKOTLS_STATUS_OK);
}

static const inkotls_client_config *client;
static const inkotls_server_config *server;

static void server_on_trial(void) {
  inkotls_identity *identity = identity_from(shown);
  inkotls_roots *roots =
      raw_key_file(shown) ? roots_of_key(raw_key_file(shown)) : roots_of("ca.pem");
  inkotls_client_builder *a = client_with_clock();
  inkotls_server_builder *b = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_client_auth(b, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
            INKOTLS_STATUS_OK);
  if (accepts_all)
    CHECK_INT(inkotls_server_builder_set_dangerous_verifier(b, accept_all, NULL, 0),
              INKOTLS_STATUS_OK);
  keep_sessions(b);
  set_lifetime(b);
  client = client_built(a);
  server = server_built(b);
  inkotls_roots_free(roots);
  inkotls_identity_free(identity);
}

static void server_on_trial_asks_for_none(void) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  keep_sessions(builder);
  set_lifetime(builder);
  if (!client) client = client_built(client_with_clock());
  server = server_built(builder);
}

static void client_on_trial(void) {
  inkotls_identity *identity = identity_from(shown);
  inkotls_roots *roots =
      raw_key_file(shown) ? roots_of_key(raw_key_file(shown)) : roots_of("ca.pem");
  inkotls_client_builder *a = client_with_clock();
  inkotls_server_builder *b = inkotls_server_builder_new();
  CHECK_INT(inkotls_client_builder_set_roots(a, roots), INKOTLS_STATUS_OK);
  if (accepts_all)
    CHECK_INT(inkotls_client_builder_set_dangerous_verifier(a, accept_all, NULL, 0),
              INKOTLS_STATUS_OK);
  if (lifetime)
    CHECK_INT(inkotls_client_builder_set_session_lifetime(a, lifetime), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(b, identity), INKOTLS_STATUS_OK);
  keep_sessions(b);
  client = client_built(a);
  server = server_built(b);
  inkotls_roots_free(roots);
  inkotls_identity_free(identity);
}

enum outcome { FULL, RESUMED, EXPIRED };

// A connection, when the clocks of the sides are so.
static enum outcome outcome_at(int64_t at_client, int64_t at_server) {
  static const struct way direct = {.chunk = 1 << 14};
  inkotls_status client_says, server_says, ended = INKOTLS_STATUS_INVALID_PEER_CERTIFICATE;
  unsigned char byte;
  size_t len, moved;
  struct pair pair;
  client_clock = at_client;
  server_clock = at_server;
  pair_open(&pair, &direct, client, "localhost", server);
  do {
    client_says = side_handshake(&pair.client);
    moved = side_deliver(&pair.client, &pair.server);
    server_says = side_handshake(&pair.server);
    moved += side_deliver(&pair.server, &pair.client);
  } while (moved > 0);
  enum outcome outcome = inkotls_conn_is_resumed(pair.client.conn) == 1 ? RESUMED : FULL;
  if (client_says < 0 || server_says < 0) {
    const inkotls_conn *refuses = server_says == ended ? pair.server.conn : pair.client.conn;
    CHECK(client_says == ended || server_says == ended);
    CHECK_INT(inkotls_conn_certificate_error(refuses), INKOTLS_CERTIFICATE_ERROR_EXPIRED);
    outcome = EXPIRED;
  } else {
    CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), outcome == RESUMED);
    CHECK_INT(side_read(&pair.client, &byte, 1, &len), INKOTLS_STATUS_WANT_READ);  // tickets
  }
  pair_free(&pair);
  return outcome;
}

// Which side is on trial.
static enum outcome (*later)(int64_t time);
static int64_t start;
static enum outcome at_server(int64_t time) { return outcome_at(start, time); }
static enum outcome at_client(int64_t time) { return outcome_at(time, start); }

// The client comes back again and again: it is resumed until `end`.
static void is_resumed(int64_t begin, int64_t end, enum outcome then) {
  CHECK_INT(later(begin), FULL);
  for (int64_t time = begin + STEP; time < end; time += STEP) CHECK_INT(later(time), RESUMED);
  CHECK_INT(later(end), RESUMED);
  CHECK_INT(later(end + 1), then);
  if (then == FULL) CHECK_INT(later(end + 2), RESUMED);  // a new session
}

// Another trial, which ends the one before.
static void trial(void (*make)(void), const char *certificate, int is_lenient) {
  static const char *const sides[] = {"a server", "a client"};
  if (client) inkotls_client_config_release(client);
  if (server) inkotls_server_config_release(server);
  client = NULL, server = NULL;
  if (!make) return;
  later = make == client_on_trial ? at_client : at_server;
  checking("%s with %s, %s, shown %s%s", sides[later == at_client], storages[storage],
           inkotls_protocol_version_name(version), certificate, is_lenient ? ", accepts all" : "");
  store_clear();
  shown = certificate;
  accepts_all = is_lenient;
  make();
}

static int64_t brief, brief_ca;  // when these certificates end

static void lasts_a_week(void (*make)(void)) {
  trial(make, "p256", 0);
  is_resumed(start, start + WEEK, FULL);
}

static void ignores_an_unrelated_certificate(void (*make)(void)) {
  trial(make, "beside-expired", 0);
  is_resumed(start, start + WEEK, FULL);
}

static void ends_with_the_certificate(void (*make)(void)) {
  trial(make, "brief", 0);
  is_resumed(start, brief, EXPIRED);
}

static void ends_with_the_issuer(void (*make)(void)) {
  trial(make, "of-brief-ca", 0);
  is_resumed(start, brief_ca, EXPIRED);
}

static void is_never_resumed(void (*make)(void)) {
  trial(make, make == server_on_trial ? "expired-client" : "expired", 1);
  for (int i = 0; i < 3; i++) CHECK_INT(later(start + i), FULL);
}

static void has_a_raw_public_key(void (*make)(void)) {
  if (version == TLS12) return;
  trial(make, make == server_on_trial ? "raw client" : "raw ecdsa", 0);
  is_resumed(start, start + WEEK, FULL);
}

// A session that the server knows and cannot resume has no part in those that begin then.
static void has_another_suite(void (*make)(void)) {
  static const int32_t suites[2][2] = {{0xc02b, 0xc02c}, {0x1301, 0x1302}};
  if (make == client_on_trial) return;
  suite = suites[version == TLS13][0];
  trial(server_on_trial_asks_for_none, "nothing, for one suite", 0);
  is_resumed(start, start + WEEK, FULL);
  suite = suites[version == TLS13][1];
  inkotls_server_config_release(server);
  server_on_trial_asks_for_none();
  is_resumed(start + WEEK + HOUR, start + 2 * WEEK + HOUR, FULL);
  suite = 0;
}

// A second, an hour, and more than a day: no ticket gets older than STEP.
static void lasts_as_the_host_says(void (*make)(void)) {
  static const uint32_t lifetimes[] = {1, HOUR, 5 * STEP / 2};
  for (int i = 0; i < 3; i++) {
    lifetime = lifetimes[i];
    trial(make, "p256", 0);
    is_resumed(start, start + lifetime, FULL);
  }
  if (make == server_on_trial) {
    trial(server_on_trial_asks_for_none, "nothing", 0);
    is_resumed(start, start + lifetime, FULL);
  }
  lifetime = 0;
}

// A server's lifetime is that of its tickets, too: longer than that of ticket keys alone.
static void one_session_lasts_days(void (*make)(void)) {
  if (make == client_on_trial) return;
  trial(server_on_trial_asks_for_none, "nothing, for half a day", 0);
  CHECK_INT(later(start), FULL);
  CHECK_INT(later(start + 12 * HOUR), RESUMED);
  CHECK_INT(later(start + 24 * HOUR + 1), storage == TICKET_KEYS ? FULL : RESUMED);
  lifetime = WEEK;
  trial(server_on_trial_asks_for_none, "nothing, for a week", 0);
  CHECK_INT(later(start), FULL);
  CHECK_INT(later(start + WEEK), RESUMED);
  CHECK_INT(later(start + WEEK + 1), FULL);
  lifetime = 0;
}

static void a_certificate_ends_first(void (*make)(void)) {
  lifetime = WEEK - HOUR;
  trial(make, "brief", 0);
  is_resumed(start, brief, EXPIRED);
  lifetime = 0;
}

// Servers with the same store or ticket keys: each has its own lifetime.
static void each_server_decides(void (*make)(void)) {
  if (make == client_on_trial || storage == MEMORY) return;
  trial(server_on_trial_asks_for_none, "nothing, by two servers", 0);
  CHECK_INT(later(start), FULL);
  inkotls_server_config_release(server);
  lifetime = HOUR;
  server_on_trial_asks_for_none();
  CHECK_INT(later(start + HOUR), RESUMED);
  CHECK_INT(later(start + HOUR + 1), FULL);
  inkotls_server_config_release(server);
  lifetime = 0;
  server_on_trial_asks_for_none();
  CHECK_INT(later(start + 3 * HOUR), RESUMED);
}

static void lifetimes_out_of_range(void) {
  static const uint32_t bad[] = {0, WEEK + 1, UINT32_MAX};
  inkotls_client_builder *a = inkotls_client_builder_new();
  inkotls_server_builder *b = inkotls_server_builder_new();
  for (int i = 0; i < 3; i++) {
    CHECK_INT(inkotls_client_builder_set_session_lifetime(a, bad[i]),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(inkotls_server_builder_set_session_lifetime(b, bad[i]),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_client_builder_error(a), "1 to 604800");
    CHECK_TEXT(inkotls_server_builder_error(b), "1 to 604800");
  }
  inkotls_client_builder_free(a);
  inkotls_server_builder_free(b);
}

// Both sides, with each storage and each protocol version.
static void each_trial(const char *name, void (*scenario)(void (*make)(void))) {
  if (!begins("%s", name)) return;
  for (storage = TICKET_KEYS; storage <= STORE; storage++)
    for (version = TLS12; version <= TLS13; version++) {
      scenario(server_on_trial);
      scenario(client_on_trial);
    }
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  brief = not_after("brief.der");
  brief_ca = not_after("brief-ca.der");
  start = (brief < brief_ca ? brief : brief_ca) - 3 * DAY + HOUR;
  each_trial("7 days", lasts_a_week);
  each_trial("an unrelated expired certificate", ignores_an_unrelated_certificate);
  each_trial("the certificate expires", ends_with_the_certificate);
  each_trial("the issuer expires", ends_with_the_issuer);
  each_trial("an expired certificate that is accepted", is_never_resumed);
  each_trial("raw public key", has_a_raw_public_key);
  each_trial("another cipher suite", has_another_suite);
  each_trial("a lifetime that the host sets", lasts_as_the_host_says);
  each_trial("one session lasts for days", one_session_lasts_days);
  each_trial("a certificate that ends before the lifetime", a_certificate_ends_first);
  each_trial("two servers with different lifetimes", each_server_decides);
  once("lifetimes out of range", lifetimes_out_of_range);
  trial(NULL, NULL, 0);
  return checks_done();
}
