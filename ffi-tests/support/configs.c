#include "configs.h"

#include <stdio.h>
#include <string.h>

int32_t version;

static void (*wide)(const struct way *);

static void unless_narrow(const struct way *way) {
  if (way->chunk > 1) wide(way);
}

void each_wide_way(const char *name, void (*scenario)(const struct way *)) {
  if (begins("%s", name)) in_each_wide_way(name, scenario);
}

void in_each_wide_way(const char *what, void (*scenario)(const struct way *)) {
  wide = scenario;
  in_each_way(what, unless_narrow);
}

static const char *named_version(const char *name) {
  static char text[256];
  snprintf(text, sizeof text, "%s, TLS 1.%d", name, version == TLS12 ? 2 : 3);
  return text;
}

void each_version(const char *name, void (*scenario)(const struct way *)) {
  if (!begins("%s", name)) return;
  for (version = TLS12; version <= TLS13; version++)
    in_each_wide_way(named_version(name), scenario);
}

void once_each_version(const char *name, void (*scenario)(void)) {
  if (!begins("%s", name)) return;
  for (version = TLS12; version <= TLS13; version++) {
    checking("%s", named_version(name));
    scenario();
  }
}

inkotls_client_builder *client_speaking(int32_t version) {
  inkotls_client_builder *builder = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_add_protocol_version(builder, version), INKOTLS_STATUS_OK);
  return builder;
}

const inkotls_client_config *client_of(int32_t version) {
  return client_built(client_speaking(version));
}

struct store store;

void store_clear(void) {
  for (size_t i = 0; i < SLOTS; i++) store.slots[i].key_len = 0;
  store.next = store.largest = 0;
  store.puts = store.gets = store.takes = store.hits = 0;
  store.answer = NULL;
  store.put_answer = 1;
}

int32_t store_put(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                  const uint8_t *value, size_t value_len) {
  (void)conn_user_data;
  struct store *it = user_data;
  CHECK(!it->may_block || blocking_allowed());
  it->puts++;
  if (!CHECK(key_len == 32 && value_len > 0 && value_len <= LARGEST)) return 0;
  if (it->put_answer != 1) return it->put_answer;
  struct slot *slot = &it->slots[it->next++ % SLOTS];
  memcpy(slot->key, key, slot->key_len = key_len);
  memcpy(slot->value, value, slot->value_len = value_len);
  if (value_len > it->largest) it->largest = value_len;
  return 1;
}

int32_t store_get(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                  int32_t take, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  struct store *it = user_data;
  CHECK(!it->may_block || blocking_allowed());
  it->gets++;
  CHECK(take == 0 || take == 1);
  CHECK_INT(key_len, 32);
  CHECK_INT(cap, LARGEST);
  it->takes += take;
  if (it->answer) return it->answer(buf, cap);
  for (size_t i = 0; i < SLOTS; i++) {
    struct slot *slot = &it->slots[i];
    if (slot->key_len != key_len || memcmp(slot->key, key, key_len) != 0) continue;
    memcpy(buf, slot->value, slot->value_len);
    if (take) slot->key_len = 0;
    it->hits++;
    return (int32_t)slot->value_len;
  }
  return 0;
}

void server_uses_store(inkotls_server_builder *builder) {
  CHECK_INT(inkotls_server_builder_set_session_store(builder, store_put, store_get, &store,
                                                     store.may_block),
            INKOTLS_STATUS_OK);
}

void server_uses_ticket_keys(inkotls_server_builder *builder) {
  static const unsigned char key[32] = {1};
  const inkotls_ticket_keys *keys = NULL;
  CHECK_INT(inkotls_ticket_keys_new(key, sizeof key, &keys), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_ticket_keys(builder, keys), INKOTLS_STATUS_OK);
  inkotls_ticket_keys_release(keys);
}

void server_asks(inkotls_server_builder *builder, const char *ca) {
  inkotls_roots *roots = roots_of(ca);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
            INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
}

const char *raw_key_file(const char *name) {
  return name && strncmp(name, "raw ", 4) == 0 ? name + 4 : NULL;
}

void add_raw_key(inkotls_roots *roots, const char *name) {
  char file[64];
  unsigned char spki[1024];
  snprintf(file, sizeof file, "%s.spki.der", name);
  CHECK_INT(inkotls_roots_add_raw_public_key(roots, spki, pki_read(file, spki, sizeof spki)),
            INKOTLS_STATUS_OK);
}

inkotls_roots *roots_of_key(const char *name) {
  inkotls_roots *roots = inkotls_roots_new();
  add_raw_key(roots, name);
  return roots;
}

// A raw public key needs a key, and no certificate.
inkotls_identity *identity_from(const char *shown) {
  if (!raw_key_file(shown)) return identity_of(shown);
  char file[64];
  snprintf(file, sizeof file, "%s.key", raw_key_file(shown));
  const char *path = pki_path(file);
  inkotls_identity *identity = inkotls_identity_new();
  CHECK_INT(inkotls_identity_set_key_pem_file(identity, path, strlen(path)), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_use_raw_public_key(identity), INKOTLS_STATUS_OK);
  return identity;
}

inkotls_identity *identity_with_issuers(const char *name, int issuers) {
  unsigned char ca[4096];
  size_t len = pki_read("ca.der", ca, sizeof ca);
  inkotls_identity *identity = identity_of(name);
  for (int i = 0; i < issuers; i++)
    CHECK_INT(inkotls_identity_add_chain_der(identity, ca, len), INKOTLS_STATUS_OK);
  return identity;
}

void pair_until_hello(struct pair *pair) {
  inkotls_status status;
  if (!pair->server.acceptor) return;
  do {
    side_handshake(&pair->client);
    pair_carry(pair);
    status = inkotls_acceptor_accept(pair->server.acceptor);
  } while (status == INKOTLS_STATUS_WANT_READ);
  CHECK_INT(status, INKOTLS_STATUS_OK);
}

void side_becomes_conn(struct side *side) {
  if (!side->acceptor) return;
  CHECK_INT(inkotls_acceptor_into_conn(side->acceptor, side->config, &side->conn),
            INKOTLS_STATUS_OK);
  side->acceptor = NULL;
}

size_t side_deliver(struct side *from, struct side *to) {
  unsigned char buf[1 << 14];
  size_t total = 0, len, given;
  do {
    // A socket has room for few writes, however small: so they are made few.
    for (len = 0; len < sizeof buf; len += given) {
      size_t most = sizeof buf - len < from->way->chunk ? sizeof buf - len : from->way->chunk;
      if (!(given = side_take(from, buf + len, most))) break;
    }
    CHECK_INT(side_give(to, buf, len), len);
    total += len;
  } while (len > 0);
  return total;
}

void pair_send(struct pair *pair, struct side *from, struct side *to, size_t total) {
  unsigned char out[4096], in[4096];
  size_t written = 0, received = 0, wrong = 0, used, len, moved;
  do {
    size_t want = total - written < sizeof out ? total - written : sizeof out;
    for (size_t i = 0; i < want; i++) out[i] = octet(written + i);
    inkotls_status status = side_write(from, out, want, &used);
    CHECK(status == INKOTLS_STATUS_OK || status == INKOTLS_STATUS_WANT_WRITE);
    if (status == INKOTLS_STATUS_OK) written += used;
    CHECK(side_flush(from) >= 0);
    moved = pair_carry(pair);
    while ((status = side_read(to, in, sizeof in, &len)) == INKOTLS_STATUS_OK) {
      for (size_t i = 0; i < len; i++) wrong += in[i] != octet(received + i);
      received += len;
    }
    CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
  } while (received < total && (moved || used));
  CHECK_INT(received, total);
  CHECK_INT(wrong, 0);
}

void pair_converse(struct pair *pair, const struct way *way, const inkotls_client_config *client,
                   const char *server_name, const inkotls_server_config *server) {
  pair_open(pair, way, client, server_name, server);
  pair_handshake(pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_send(pair, &pair->client, &pair->server, 10);
  pair_send(pair, &pair->server, &pair->client, 10);
}

void visit(const struct way *way, const inkotls_client_config *client,
           const inkotls_server_config *server, int is_resumed) {
  struct pair pair;
  pair_converse(&pair, way, client, "localhost", server);
  CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), is_resumed);
  CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), is_resumed);
  pair_free(&pair);
}

int visit_attached(const inkotls_client_config *client, const inkotls_server_config *server,
                   size_t attached) {
  static const struct way direct = {.chunk = 1 << 14};
  static const unsigned char data[2048];
  struct pair pair;
  pair_open(&pair, &direct, client, "localhost", server);
  CHECK_INT(inkotls_conn_set_resumption_data(pair.server.conn, data, attached), INKOTLS_STATUS_OK);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_send(&pair, &pair.server, &pair.client, 100);
  pair_send(&pair, &pair.client, &pair.server, 100);
  int is_resumed = inkotls_conn_is_resumed(pair.server.conn);
  pair_free(&pair);
  return is_resumed;
}
