// Resumption of sessions that a server keeps in memory or in a store of the host's. Sessions that a
// server seals into tickets are in tickets.c.

#include <limits.h>
#include <string.h>

#include "configs.h"

static const inkotls_server_config *remembering(size_t sessions) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_session_cache(builder, sessions), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_ticket_count(builder, 1), INKOTLS_STATUS_OK);
  return server_built(builder);
}

static void in_memory(const struct way *way) {
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  visit(way, client, server, 0);
  visit(way, client, server, 1);
  visit(way, client, server, 1);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void off_at_client(const struct way *way) {
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
  const inkotls_client_config *client = client_built(builder);
  const inkotls_server_config *server = remembering(256);
  visit(way, client, server, 0);
  visit(way, client, server, 0);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void off_at_server(const struct way *way) {
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = remembering(0);
  visit(way, client, server, 0);
  visit(way, client, server, 0);
  struct pair pair;
  pair_converse(&pair, way, client, "localhost", server);
  CHECK_INT(inkotls_conn_tickets_received(pair.client.conn), 0);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A server with room for one session remembers the last client.
static void small_at_server(const struct way *way) {
  const inkotls_client_config *first = client_of(version), *second = client_of(version);
  const inkotls_server_config *server = remembering(1);
  visit(way, first, server, 0);
  visit(way, second, server, 0);
  visit(way, second, server, 1);
  visit(way, first, server, 0);
  inkotls_client_config_release(first);
  inkotls_client_config_release(second);
  inkotls_server_config_release(server);
}

// A client with room for one server remembers the last.
static void small_at_client(const struct way *way) {
  static const char *const names[] = {"localhost", "127.0.0.1", "127.0.0.1", "localhost"};
  static const size_t sizes[] = {1, 2};
  static const int resumed[2][4] = {{0, 0, 1, 0}, {0, 0, 1, 1}};
  const inkotls_server_config *server = remembering(256);
  for (int large = 0; large < 2; large++) {
    inkotls_client_builder *builder = client_speaking(version);
    CHECK_INT(inkotls_client_builder_set_session_cache(builder, sizes[large]), INKOTLS_STATUS_OK);
    const inkotls_client_config *client = client_built(builder);
    for (int i = 0; i < 4; i++) {
      struct pair pair;
      pair_converse(&pair, way, client, names[i], server);
      CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), resumed[large][i]);
      pair_free(&pair);
    }
    inkotls_client_config_release(client);
  }
  inkotls_server_config_release(server);
}

// TLS 1.2 by session id, or not at all; TLS 1.3 does not care.
static void kinds_of_tls12(const struct way *way) {
  static const int kinds[] = {INKOTLS_TLS12_RESUMPTION_OFF, INKOTLS_TLS12_RESUMPTION_SESSION_ID,
                              INKOTLS_TLS12_RESUMPTION_TICKETS};
  const inkotls_server_config *server = remembering(256);
  for (int i = 0; i < 3; i++) {
    inkotls_client_builder *builder = client_speaking(version);
    CHECK_INT(inkotls_client_builder_set_tls12_resumption(builder, kinds[i]), INKOTLS_STATUS_OK);
    const inkotls_client_config *client = client_built(builder);
    visit(way, client, server, 0);
    visit(way, client, server, version == TLS13 || kinds[i] != INKOTLS_TLS12_RESUMPTION_OFF);
    inkotls_client_config_release(client);
  }
  inkotls_server_config_release(server);
}

static void ticket_counts(const struct way *way) {
  static const int counts[] = {0, 1, 4, 16, -1};  // the last: the default
  for (int i = 0; i < 5; i++) {
    const inkotls_client_config *client = client_of(TLS13);
    inkotls_server_builder *builder = server_showing("ecdsa");
    if (counts[i] >= 0)
      CHECK_INT(inkotls_server_builder_set_ticket_count(builder, (size_t)counts[i]),
                INKOTLS_STATUS_OK);
    const inkotls_server_config *server = server_built(builder);
    struct pair pair;
    pair_open(&pair, way, client, "localhost", server);
    CHECK_INT(inkotls_conn_tickets_received(pair.client.conn), INKOTLS_STATUS_NONE);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    pair_send(&pair, &pair.server, &pair.client, 10);
    CHECK_INT(inkotls_conn_tickets_received(pair.server.conn), INKOTLS_STATUS_NONE);
    CHECK_INT(inkotls_conn_tickets_received(pair.client.conn), counts[i] < 0 ? 2 : counts[i]);
    pair_free(&pair);
    visit(way, client, server, counts[i] != 0);
    inkotls_client_config_release(client);
    inkotls_server_config_release(server);
  }
}

// A store of the host's.

static inkotls_server_builder *storing(void) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  server_uses_store(builder);
  return builder;
}

// A fleet: what one server stored, another resumes.
static void in_a_store(const struct way *way) {
  store_clear();
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *one = server_built(storing()), *other = server_built(storing());
  visit(way, client, one, 0);
  CHECK_INT(store.puts, version == TLS13 ? 2 : 1);
  CHECK_INT(store.hits, 0);
  visit(way, client, other, 1);
  CHECK_INT(store.gets, 1);
  CHECK_INT(store.hits, 1);
  CHECK_INT(store.takes, version == TLS13);  // a TLS 1.3 ticket is good for one use
  visit(way, client, one, 1);
  CHECK_INT(store.hits, 2);
  inkotls_client_config_release(client);
  inkotls_server_config_release(one);
  inkotls_server_config_release(other);
}

static int32_t none(uint8_t *buf, size_t cap) { return (void)buf, (void)cap, 0; }
static int32_t minus_one(uint8_t *buf, size_t cap) { return (void)buf, (void)cap, -1; }
static int32_t least(uint8_t *buf, size_t cap) { return (void)buf, (void)cap, INT32_MIN; }
static int32_t most(uint8_t *buf, size_t cap) { return (void)buf, (void)cap, INT32_MAX; }
static int32_t beyond(uint8_t *buf, size_t cap) { return memset(buf, 3, cap), (int32_t)cap + 1; }
static int32_t zeros(uint8_t *buf, size_t cap) { return memset(buf, 0, cap), (int32_t)cap; }
static int32_t garbage(uint8_t *buf, size_t cap) {
  for (size_t i = 0; i < cap; i++) buf[i] = octet(i);
  return cap < 100 ? (int32_t)cap : 100;
}
static int32_t shortest(uint8_t *buf, size_t cap) { return memset(buf, 3, cap), 1; }
static int32_t halved(uint8_t *buf, size_t cap) {
  const struct slot *slot = &store.slots[0];
  CHECK(slot->value_len <= cap);
  memcpy(buf, slot->value, slot->value_len / 2);
  return (int32_t)(slot->value_len / 2);
}

// Whatever the host's store answers, the worst that happens is a full handshake (rule 12).
static void in_a_wrong_store(const struct way *way) {
  int32_t (*const answers[])(uint8_t *, size_t) = {none,  minus_one, least,    most,  beyond,
                                                   zeros, garbage,   shortest, halved};
  const inkotls_server_config *server = server_built(storing());
  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    const inkotls_client_config *client = client_of(version);
    store_clear();
    visit(way, client, server, 0);
    store.answer = answers[i];
    visit(way, client, server, 0);
    CHECK_INT(store.gets, 1);
    inkotls_client_config_release(client);
  }
  inkotls_server_config_release(server);
}

// What the store did not take is not promised to the client.
static void in_a_full_store(const struct way *way) {
  static const int32_t answers[] = {0, -1, INT32_MIN};
  const inkotls_server_config *server = server_built(storing());
  for (int i = 0; i < 3; i++) {
    const inkotls_client_config *client = client_of(version);
    struct pair pair;
    store_clear();
    store.put_answer = answers[i];
    pair_converse(&pair, way, client, "localhost", server);
    CHECK(store.puts > 0);
    CHECK_INT(inkotls_conn_tickets_received(pair.client.conn), 0);
    pair_free(&pair);
    visit(way, client, server, 0);
    inkotls_client_config_release(client);
  }
  inkotls_server_config_release(server);
}

// Two clients with the same ticket, which a thief would be: only the first is resumed.
static void a_ticket_is_used_once(const struct way *way) {
  unsigned char hello[1 << 14];
  size_t len = 0, got;
  struct side thief;
  struct pair pair;
  store_clear();
  const inkotls_client_config *client = client_of(TLS13);
  const inkotls_server_config *server = server_built(storing());
  visit(way, client, server, 0);

  pair_open(&pair, way, client, "localhost", server);
  CHECK(side_handshake(&pair.client) > 0);
  while ((got = side_take(&pair.client, hello + len, sizeof hello - len)) > 0) len += got;
  CHECK_INT(side_give(&pair.server, hello, len), len);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), 1);
  CHECK_INT(store.hits, 1);

  server_open(&thief, way, server);
  CHECK_INT(side_give(&thief, hello, len), len);
  CHECK(side_handshake(&thief) > 0);
  CHECK_INT(inkotls_conn_is_resumed(thief.conn), 0);
  CHECK_INT(store.takes, 2);
  CHECK_INT(store.hits, 1);
  side_free(&thief);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A session has the client's chain in it: here some 64000 bytes, which a Certificate message has
// room for. One that is larger than the host was told is not kept.

enum { LONG = 20000, LONGER = 64000 };
static const inkotls_client_config *long_winded_client(size_t chain) {
  unsigned char ca[4096];
  size_t len = pki_read("ca.der", ca, sizeof ca);
  inkotls_identity *identity = identity_of("client-only");
  inkotls_client_builder *builder = client_speaking(version);
  for (size_t total = 0; total < chain; total += len + 5)
    CHECK_INT(inkotls_identity_add_chain_der(identity, ca, len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_certificate_compression(builder, 0), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return client_built(builder);
}

// A server that asks for the chain, and keeps it in the store or in tickets.
static const inkotls_server_config *patient_server(int is_stateless, size_t tickets) {
  inkotls_server_builder *builder = storing();
  server_asks(builder, "ca.pem");
  if (is_stateless) server_uses_ticket_keys(builder);
  CHECK_INT(inkotls_server_builder_set_ticket_count(builder, tickets), INKOTLS_STATUS_OK);
  return server_built(builder);
}

// Returns how much is attached to the largest session that is kept.
static size_t too_large_for_the_store(void) {
  const inkotls_server_config *server = patient_server(0, 2);
  size_t attached = 0;
  for (int run = 0; run < 3; run++) {
    const inkotls_client_config *client = long_winded_client(LONGER);
    store_clear();
    CHECK_INT(visit_attached(client, server, attached), 0);
    CHECK_INT(store.puts > 0, run < 2);
    CHECK_INT(visit_attached(client, server, attached), run < 2);
    if (run == 0) CHECK(store.largest > LARGEST - 2048 && store.largest < LARGEST);
    if (run == 1) CHECK_INT(store.largest, LARGEST);
    attached = run == 0 ? LARGEST - store.largest : attached + 1;
    inkotls_client_config_release(client);
  }
  inkotls_server_config_release(server);
  return attached - 2;
}

// Nor is one in a ticket that the client could not take, nor in more tickets than it could take.
static void too_large_for_tickets(size_t attached) {
  enum { SEAL = 72 };  // what a ticket adds to a session: see inkotls_ticket_keys
  const size_t most = attached - SEAL - 1;
  const struct {
    size_t chain, tickets, attached;
  } all[] = {{LONG, 2, 0},      {LONG, 6, 0},          {LONG, 5, 2048}, {LONGER, 1, most - 30},
             {LONGER, 1, most}, {LONGER, 1, most + 1}, {LONGER, 2, 0},  {LONGER, 2, 2048}};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    checking("a chain of %zu and %zu bytes in %zu tickets, %s", all[i].chain, all[i].attached,
             all[i].tickets, inkotls_protocol_version_name(version));
    const inkotls_server_config *server = patient_server(1, all[i].tickets);
    const inkotls_client_config *client = long_winded_client(all[i].chain);
    store_clear();
    CHECK_INT(visit_attached(client, server, all[i].attached), 0);
    if (all[i].chain == LONG) CHECK_INT(visit_attached(client, server, all[i].attached), 1);
    inkotls_client_config_release(client);
    inkotls_server_config_release(server);
  }
}

static void too_large(void) { too_large_for_tickets(too_large_for_the_store()); }

static void numbers(void) {
  inkotls_client_builder *client = client_trusting("ca.pem");
  inkotls_server_builder *server = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_set_tls12_resumption(client, 3),
            INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_client_builder_set_tls12_resumption(client, -1),
            INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_server_builder_set_ticket_count(server, 17), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_TEXT(inkotls_server_builder_error(server), "16");
  CHECK_INT(inkotls_server_builder_set_ticket_count(server, SIZE_MAX),
            INKOTLS_STATUS_INVALID_ARGUMENT);
  static const size_t caches[] = {SIZE_MAX, SIZE_MAX / 4 + 1, (1 << 20) + 1};
  for (int i = 0; i < 3; i++) {
    CHECK_INT(inkotls_client_builder_set_session_cache(client, caches[i]),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_client_builder_error(client), "at most 1048576");
    CHECK_INT(inkotls_server_builder_set_session_cache(server, caches[i]),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_server_builder_error(server), "at most 1048576");
  }
  inkotls_client_builder_free(client);
  inkotls_server_builder_free(server);
}

// `each` runs the scenario: with a store that returns at once, then with one that may block.
static void each_store(void (*each)(const char *, void (*)(const struct way *)), const char *name,
                       void (*scenario)(const struct way *)) {
  for (store.may_block = 0; store.may_block < 2; store.may_block++) each(name, scenario);
  store.may_block = 0;
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  each_version("in memory", in_memory);
  each_version("off at the client", off_at_client);
  each_version("off at the server", off_at_server);
  each_version("a small cache at the server", small_at_server);
  each_version("a small cache at the client", small_at_client);
  each_version("session ids, tickets or neither in TLS 1.2", kinds_of_tls12);
  each_wide_way("number of tickets", ticket_counts);
  each_store(each_version, "session store of two servers", in_a_store);
  each_store(each_version, "session store with wrong answers", in_a_wrong_store);
  each_store(each_version, "session store that is full", in_a_full_store);
  each_store(each_wide_way, "a ticket that is used twice", a_ticket_is_used_once);
  once_each_version("sessions that are too large", too_large);
  once("numbers out of range", numbers);
  return checks_done();
}
