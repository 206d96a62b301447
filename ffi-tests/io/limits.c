// How much a connection holds (rule 4), how long its records are, and how much of a handshake it
// reads: each limit is a setting, and is kept.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configs.h"

enum { OVERHEAD_TLS12 = 8 + 16, OVERHEAD_TLS13 = 1 + 16, HEADER = 5, DEFAULT = 0 };

static const inkotls_client_config *client_limited(int32_t version, int32_t limit, size_t bytes) {
  inkotls_client_builder *builder = client_speaking(version);
  if (bytes != DEFAULT)
    CHECK_INT(inkotls_client_builder_set_limit(builder, limit, bytes), INKOTLS_STATUS_OK);
  return client_built(builder);
}

static const inkotls_server_config *server_limited(int32_t limit, size_t bytes) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  if (bytes != DEFAULT)
    CHECK_INT(inkotls_server_builder_set_limit(builder, limit, bytes), INKOTLS_STATUS_OK);
  return server_built(builder);
}

static const inkotls_client_config *client;
static const inkotls_server_config *server;
static size_t bound;  // what is set, in the scenario that runs

// Runs `scenario` with `limit` set on both sides, in both versions.
static void each_way_limited(const char *what, void (*scenario)(const struct way *), int32_t limit,
                             size_t bytes, size_t means) {
  char name[128];
  bound = means;
  for (version = TLS12; version <= TLS13; version++) {
    snprintf(name, sizeof name, "%s, %zu bytes%s, %s", what, means,
             bytes == DEFAULT ? " (default)" : "", inkotls_protocol_version_name(version));
    if (!begins("%s", name)) continue;
    client = client_limited(version, limit, bytes);
    server = server_limited(limit, bytes);
    each_way(name, scenario);
    inkotls_client_config_release(client);
    inkotls_server_config_release(server);
  }
}

// Writes until nothing is taken, and counts what waits then.
static void write_is_bounded(const struct way *way) {
  static const size_t steps[] = {1, 100000};
  static unsigned char plain[100000];
  if (way->over != BUFFERS || way->chunk == 1) return;  // a socket takes it; and bytes are bytes
  // qemu-user takes 280 KB for each thread that there was, and gives nothing back.
  int from = way->on_new_threads && getenv("BRIEF") ? 1 : 0;
  for (int large = from; large < 2; large++) {
    struct pair pair;
    size_t used, waiting = 0, len;
    unsigned char net[1 << 14];
    inkotls_status status;
    pair_connect(&pair, way, client, server);
    struct side *sides[] = {&pair.client, &pair.server};
    for (int i = 0; i < 2; i++, waiting = 0) {
      while ((status = side_write(sides[i], plain, steps[large], &used)) == INKOTLS_STATUS_OK)
        continue;
      CHECK_INT(status, INKOTLS_STATUS_WANT_WRITE);
      while ((len = side_take(sides[i], net, sizeof net)) > 0) waiting += len;
      CHECK(waiting >= bound);
      // The record that reached it, and the headers of those that were made with it.
      CHECK(waiting <= bound + (1 + bound / 16384) * (HEADER + OVERHEAD_TLS12));
      CHECK_INT(side_write(sides[i], plain, 1, &used), INKOTLS_STATUS_OK);
    }
    pair_free(&pair);
  }
}

// A peer that takes nothing, and whose records each make the library set aside what waits.
static void write_is_bounded_between_reads(const struct way *way) {
  static unsigned char plain[1 << 16];
  struct pair pair;
  size_t used, len, taken = 0;
  inkotls_status status;
  if (way->over != BUFFERS || way->on_new_threads || way->chunk == 1) return;
  pair_converse(&pair, way, client, "localhost", server);
  for (int i = 0; i < 200; i++) {
    while ((status = side_write(&pair.server, plain, sizeof plain, &used)) == INKOTLS_STATUS_OK)
      taken += used;
    CHECK_INT(status, INKOTLS_STATUS_WANT_WRITE);
    CHECK_INT(side_write(&pair.client, "x", 1, &used), INKOTLS_STATUS_OK);
    CHECK(side_deliver(&pair.client, &pair.server) > 0);
    CHECK_INT(side_read(&pair.server, plain, sizeof plain, &len), INKOTLS_STATUS_OK);
    CHECK_INT(len, 1);
  }
  CHECK(taken <= bound);
  while ((len = side_take(&pair.server, plain, sizeof plain)) > 0)
    taken -= taken < len ? taken : len;
  CHECK_INT(taken, 0);
  pair_free(&pair);
}

// Feeds until no more is taken; returns how much that was.
static size_t feed_until_full(struct side *side, const unsigned char *data, size_t len) {
  inkotls_status status;
  size_t fed = 0, used = 0;
  side_empty_room(side);
  do {
    status = side->conn ? inkotls_conn_feed(side->conn, data + fed, len - fed, &used)
                        : inkotls_acceptor_feed(side->acceptor, data + fed, len - fed, &used);
    if (status == INKOTLS_STATUS_OK) fed += used;
  } while (status == INKOTLS_STATUS_OK && fed < len);
  CHECK_INT(status, INKOTLS_STATUS_FULL);
  return fed;
}

static void feed_is_bounded_before_the_handshake(const struct way *way) {
  static const unsigned char zeros[200000];
  struct pair pair;
  if (way->over != BUFFERS || way->chunk == 1) return;
  pair_open(&pair, way, client, "localhost", server);
  CHECK_INT(feed_until_full(&pair.client, zeros, sizeof zeros), bound);
  // An acceptor has no settings yet.
  CHECK_INT(feed_until_full(&pair.server, zeros, sizeof zeros), pair.server.conn ? bound : 1 << 16);
  pair_free(&pair);
}

static void feed_is_bounded(const struct way *way) {
  static unsigned char plain[8192], cipher[400000];
  enum { BEGINNING = 9000, PASSED = 2 * (16384 + 2048 + 5) };  // what rustls may have for itself
  if (way->over != BUFFERS || way->chunk == 1) return;
  for (int is_unread = 0; is_unread < 2; is_unread++) {
    struct pair pair;
    size_t used, ready = 0, fed = 0, received = 0, sent = 0, len;
    pair_connect(&pair, way, client, server);
    while (ready + sizeof plain < 2 * bound + 100000) {
      CHECK_INT(side_write(&pair.client, plain, sizeof plain, &used), INKOTLS_STATUS_OK);
      sent += used;
      ready += side_take(&pair.client, cipher + ready, sizeof cipher - ready);
    }
    if (is_unread) {
      fed = side_give(&pair.server, cipher, BEGINNING);
      CHECK_INT(side_read(&pair.server, plain, 1, &received), INKOTLS_STATUS_OK);
    }
    fed += feed_until_full(&pair.server, cipher + fed, ready - fed);
    CHECK(fed >= bound && fed <= bound + (is_unread ? PASSED : 0));
    while (fed < ready && inkotls_conn_read(pair.server.conn, plain, sizeof plain, &len) == 0) {
      received += len;
      fed += side_give(&pair.server, cipher + fed, ready - fed);
    }
    while (side_read(&pair.server, plain, sizeof plain, &len) == INKOTLS_STATUS_OK) received += len;
    CHECK_INT(received, sent);
    pair_free(&pair);
  }
}

// A long record and a short one behind it, of which the host has read one byte: rustls takes no
// more, and feed does all the same.
static void feed_beside_plaintext(const struct way *way) {
  static const unsigned char zeros[1 << 14];
  static unsigned char cipher[1 << 15], plain[1 << 15];
  const size_t sizes[] = {bound, 1000, 100};
  struct pair pair;
  size_t used, len = 0, first = 0, received = 0, sent = 0;
  if (way->over != BUFFERS || way->chunk == 1) return;
  pair_connect(&pair, way, client, server);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    first = len;
    CHECK_INT(side_write(&pair.client, zeros, sizes[i], &used), INKOTLS_STATUS_OK);
    CHECK_INT(used, sizes[i]);
    sent += used;
    len += side_take(&pair.client, cipher + len, sizeof cipher - len);
  }
  used = side_give(&pair.server, cipher, first);
  CHECK_INT(side_give(&pair.server, cipher + used, first - used), first - used);
  CHECK_INT(side_read(&pair.server, plain, 1, &received), INKOTLS_STATUS_OK);
  CHECK_INT(side_give(&pair.server, cipher + first, len - first), len - first);
  while (side_read(&pair.server, plain, sizeof plain, &used) == INKOTLS_STATUS_OK) received += used;
  CHECK_INT(received, sent);
  pair_free(&pair);
}

// What is read from a transport is bounded by what there is room for.

struct source {
  size_t given, most;  // how much was read; how much that could have been
};

// The beginning of a record, and then nothing.
static int32_t gives_a_part(void *user_data, uint8_t *buf, size_t cap) {
  static const uint8_t header[] = {22, 3, 3, 0x40, 0};
  enum { HALF = 10000 };
  struct source *source = user_data;
  if (source->given + cap > source->most) source->most = source->given + cap;
  if (source->given > 0 || cap < HALF) return -EAGAIN;
  memset(buf, 0, HALF);
  memcpy(buf, header, sizeof header);
  return (int32_t)(source->given = HALF);
}

static int32_t swallows(void *user_data, const uint8_t *data, size_t len) {
  return (void)user_data, (void)data, (int32_t)len;
}

static void reads_are_bounded(const struct way *way) {
  struct source source = {0, 0};
  inkotls_conn *conn;
  if (way->over != CALLBACKS || way->chunk == 1 || way->through_acceptor) return;
  CHECK_INT(inkotls_conn_new_server(server, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_io(conn, gives_a_part, swallows, &source), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_READ);
  CHECK(source.given > 0 && source.most > 1 << 14);
  CHECK(source.most <= bound);
  inkotls_conn_free(conn);
}

// Nothing that comes after the end is kept, so that there is always room for it.
static void feed_is_for_nothing(const struct way *way) {
  static const unsigned char zeros[50000];
  if (way->over != BUFFERS || way->chunk == 1) return;
  for (int is_failure = 0; is_failure < 2; is_failure++) {
    struct pair pair;
    size_t used, len;
    char byte;
    pair_connect(&pair, way, client, server);
    struct side *it = &pair.server;
    if (is_failure) {
      CHECK_INT(side_give(it, zeros, 100), 100);
      side_read(it, &byte, 1, &len);
      while (side_take(it, &byte, 1)) continue;
      CHECK_INT(side_read(it, &byte, 1, &len), INKOTLS_STATUS_PROTOCOL_ERROR);
    } else {
      CHECK(side_close(&pair.client) >= 0);
      CHECK(side_deliver(&pair.client, it) > 0);
      CHECK_INT(side_read(it, &byte, 1, &len), INKOTLS_STATUS_CLOSED);
    }
    side_empty_room(it);
    for (int i = 0; i < 20; i++) {
      CHECK_INT(inkotls_conn_feed(it->conn, zeros, sizeof zeros, &used), INKOTLS_STATUS_OK);
      CHECK_INT(used, sizeof zeros);
    }
    pair_free(&pair);
  }
}

// The headers of the records that pass by.
struct meter {
  unsigned char header[HEADER];
  size_t seen, left, largest, largest_handshake;
};

static void measure(struct meter *meter, const unsigned char *bytes, size_t len) {
  while (len > 0) {
    if (meter->left > 0) {
      size_t skip = meter->left < len ? meter->left : len;
      meter->left -= skip, bytes += skip, len -= skip;
      continue;
    }
    meter->header[meter->seen++] = *bytes++, len--;
    if (meter->seen < HEADER) continue;
    meter->seen = 0;
    meter->left = (size_t)meter->header[3] << 8 | meter->header[4];
    size_t *largest = meter->header[0] == 22 ? &meter->largest_handshake : &meter->largest;
    if (meter->left > *largest) *largest = meter->left;
  }
}

static size_t carry_measured(struct side *from, struct side *to, struct meter *meter) {
  unsigned char buf[1 << 14];
  size_t len = side_take(from, buf, from->way->chunk);
  measure(meter, buf, len);
  CHECK_INT(side_give(to, buf, len), len);
  return len;
}

static void records_are_bounded(const struct way *way) {
  static unsigned char plain[40000];
  size_t total = way->chunk == 1 ? 3 * bound / 2 : sizeof plain, used, len, received = 0, moved;
  unsigned char in[5000];
  struct meter meters[2] = {{.seen = 0}};
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  do {
    CHECK(side_handshake(&pair.client) >= 0);
    CHECK(side_handshake(&pair.server) >= 0);
    moved = carry_measured(&pair.client, &pair.server, &meters[0]);
    moved += carry_measured(&pair.server, &pair.client, &meters[1]);
  } while (moved > 0);
  CHECK_INT(side_handshake(&pair.client), INKOTLS_STATUS_OK);
  for (int i = 0; i < 2; i++) {
    size_t overhead = version == TLS13 ? OVERHEAD_TLS13 : OVERHEAD_TLS12;
    CHECK(meters[i].largest_handshake > 0);
    CHECK(meters[i].largest_handshake <= (bound < 100 ? bound + OVERHEAD_TLS12 : bound));
    CHECK(meters[i].largest <= bound + overhead);
  }
  for (size_t sent = 0; sent < total; sent += used)
    CHECK_INT(side_write(&pair.client, plain + sent, total - sent, &used), INKOTLS_STATUS_OK);
  do {
    CHECK(side_flush(&pair.client) >= 0);
    moved = carry_measured(&pair.client, &pair.server, &meters[0]);
    while (side_read(&pair.server, in, sizeof in, &len) == INKOTLS_STATUS_OK) received += len;
  } while (moved > 0);
  CHECK_INT(received, total);
  CHECK_INT(meters[0].largest, bound + (version == TLS13 ? OVERHEAD_TLS13 : OVERHEAD_TLS12));
  pair_free(&pair);
}

// Handshakes: a chain that is good, and long.

static const inkotls_server_config *long_winded_server(const char *name, int issuers) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  inkotls_identity *identity = identity_with_issuers(name, issuers);
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_certificate_compression(builder, 0), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return server_built(builder);
}

// 20 certificates of a CA are some 10,000 bytes; 200 are more than a handshake message may have.
static void handshake_is_bounded(const struct way *way) {
  static const struct {
    size_t limit;
    int issuers;
    const char *message;
  } all[] = {{DEFAULT, 20, NULL}, {4096, 20, "4096"}, {DEFAULT, 200, "too large"}};
  for (int i = 0; i < 3; i++) {
    struct pair pair;
    const inkotls_client_config *reader =
        client_limited(version, INKOTLS_LIMIT_HANDSHAKE, all[i].limit);
    const inkotls_server_config *winded = long_winded_server("ecdsa", all[i].issuers);
    pair_open(&pair, way, reader, "localhost", winded);
    inkotls_status status;
    do {
      status = side_handshake(&pair.client);
      side_handshake(&pair.server);
    } while (pair_carry(&pair));
    if (all[i].message) {
      CHECK(status == INKOTLS_STATUS_PROTOCOL_ERROR || status == INKOTLS_STATUS_HANDSHAKE_FAILED);
      CHECK_TEXT(inkotls_conn_error(pair.client.conn), all[i].message);
      // rustls encrypts no alert of another's making.
      CHECK_INT(side_handshake(&pair.server),
                version == TLS13 ? INKOTLS_STATUS_WANT_READ : INKOTLS_STATUS_ALERT_RECEIVED);
      CHECK_INT(side_alert_sent(&pair.client), side_alert_received(&pair.server));
    } else {
      CHECK_INT(status, INKOTLS_STATUS_OK);
      pair_send(&pair, &pair.client, &pair.server, 100);
    }
    pair_free(&pair);
    inkotls_client_config_release(reader);
    inkotls_server_config_release(winded);
  }
}

// The same for a server, of a client that was asked who it is.

static const inkotls_client_config *long_winded_client(const char *name, int issuers) {
  inkotls_identity *identity = identity_with_issuers(name, issuers);
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_certificate_compression(builder, 0), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return client_built(builder);
}

static const inkotls_server_config *asking_server(size_t limit) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  server_asks(builder, "ca.pem");
  if (limit != DEFAULT)
    CHECK_INT(inkotls_server_builder_set_limit(builder, INKOTLS_LIMIT_HANDSHAKE, limit),
              INKOTLS_STATUS_OK);
  return server_built(builder);
}

static void client_is_bounded(const struct way *way) {
  static const size_t limits[] = {DEFAULT, 4096};
  for (int i = 0; i < 2; i++) {
    struct pair pair;
    const inkotls_client_config *winded = long_winded_client("client-only", 110);
    const inkotls_server_config *reader = asking_server(limits[i]);
    pair_open(&pair, way, winded, "localhost", reader);
    inkotls_status status;
    do {
      side_handshake(&pair.client);
      status = side_handshake(&pair.server);
    } while (pair_carry(&pair));
    if (limits[i] == DEFAULT) {
      CHECK_INT(status, INKOTLS_STATUS_OK);
    } else {
      CHECK(status == INKOTLS_STATUS_PROTOCOL_ERROR || status == INKOTLS_STATUS_HANDSHAKE_FAILED);
      CHECK_TEXT(inkotls_conn_error(pair.server.conn), "the limit of");
    }
    pair_free(&pair);
    inkotls_client_config_release(winded);
    inkotls_server_config_release(reader);
  }
}

// The limit is exact: as many bytes as it says are taken, and not one more. Signatures of Ed25519
// have one length, so that the same handshake has as many bytes every time.

// How much `reader` has from `peer` by the end of its own handshake, and how that ends.
static inkotls_status read_until_done(struct side *reader, struct side *peer, size_t *total) {
  for (*total = 0;;) {
    inkotls_status status = side_handshake(reader);
    size_t len = side_deliver(reader, peer);
    if (status == INKOTLS_STATUS_WANT_WRITE) continue;
    if (status != INKOTLS_STATUS_WANT_READ) return status;
    side_handshake(peer);
    *total += len = side_deliver(peer, reader);
    if (!len) give_up("the peer has nothing to say");
  }
}

static size_t meets_limit(const struct way *way, int reads_client, size_t limit, int is_enough) {
  struct pair pair;
  size_t total;
  const inkotls_client_config *a = reads_client
                                       ? long_winded_client("ed25519", 20)
                                       : client_limited(version, INKOTLS_LIMIT_HANDSHAKE, limit);
  const inkotls_server_config *b =
      reads_client ? asking_server(limit) : long_winded_server("ed25519", 20);
  pair_open(&pair, way, a, "localhost", b);
  struct side *reader = reads_client ? &pair.server : &pair.client;
  struct side *peer = reads_client ? &pair.client : &pair.server;
  inkotls_status status = read_until_done(reader, peer, &total);
  CHECK_INT(status, is_enough ? INKOTLS_STATUS_OK : INKOTLS_STATUS_HANDSHAKE_FAILED);
  pair_free(&pair);
  inkotls_client_config_release(a);
  inkotls_server_config_release(b);
  return total;
}

static void handshake_is_bounded_to_the_byte(const struct way *way) {
  for (int reads_client = 0; reads_client < 2; reads_client++) {
    size_t total = meets_limit(way, reads_client, DEFAULT, 1);
    CHECK(total > 8192);
    CHECK_INT(meets_limit(way, reads_client, total, 1), total);
    CHECK_INT(meets_limit(way, reads_client, total - 1, 0), total);
  }
}

// A client that can send early data reads no more of a server that refuses it.
static void handshake_is_bounded_beside_early_data(const struct way *way) {
  if (version == TLS12) return;
  struct pair pair;
  size_t total;
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_set_early_data(a, 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_limit(a, INKOTLS_LIMIT_HANDSHAKE, 4096), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_max_early_data(b, 1 << 14), INKOTLS_STATUS_OK);
  const inkotls_client_config *eager = client_built(a);
  const inkotls_server_config *known = server_built(b), *winded = long_winded_server("ecdsa", 20);
  pair_converse(&pair, way, eager, "localhost", known);
  pair_free(&pair);
  pair_open(&pair, way, eager, "localhost", winded);
  CHECK_INT(read_until_done(&pair.client, &pair.server, &total), INKOTLS_STATUS_HANDSHAKE_FAILED);
  pair_free(&pair);
  inkotls_client_config_release(eager);
  inkotls_server_config_release(known);
  inkotls_server_config_release(winded);
}

// A server does not answer a ClientHello that is longer than all that it would read.
static void hello_is_bounded_to_the_byte(const struct way *way) {
  static const char protocol[200] = "a long name";
  size_t len = 0;
  for (int run = 0; run < 3; run++) {
    struct pair pair;
    inkotls_client_builder *builder = client_speaking(version);
    for (int i = 0; i < 40; i++)
      CHECK_INT(inkotls_client_builder_add_alpn(builder, protocol, sizeof protocol),
                INKOTLS_STATUS_OK);
    const inkotls_client_config *winded = client_built(builder);
    const inkotls_server_config *reader =
        server_limited(INKOTLS_LIMIT_HANDSHAKE, run ? len - (size_t)run + 1 : DEFAULT);
    pair_open(&pair, way, winded, "localhost", reader);
    CHECK(side_handshake(&pair.client) > 0);
    len = side_deliver(&pair.client, &pair.server);
    CHECK(len > 8000);
    inkotls_status status = side_handshake(&pair.server);
    while (status == INKOTLS_STATUS_WANT_WRITE && side_deliver(&pair.server, &pair.client))
      status = side_handshake(&pair.server);
    CHECK_INT(status, run < 2 ? INKOTLS_STATUS_WANT_READ : INKOTLS_STATUS_HANDSHAKE_FAILED);
    CHECK_INT(inkotls_conn_protocol_version(pair.server.conn),
              run < 2 ? version : INKOTLS_STATUS_NONE);
    pair_free(&pair);
    inkotls_client_config_release(winded);
    inkotls_server_config_release(reader);
  }
}

static void ranges(void) {
  static const struct {
    int32_t limit;
    size_t least, most;
  } all[] = {{INKOTLS_LIMIT_WRITE_BUFFER, 1 << 10, 1 << 30},
             {INKOTLS_LIMIT_READ_BUFFER, 36 << 10, 1 << 30},
             {INKOTLS_LIMIT_RECORD, 64, 1 << 14},
             {INKOTLS_LIMIT_HANDSHAKE, 1 << 12, 1 << 24}};
  inkotls_client_builder *a = client_trusting("ca.pem");
  inkotls_server_builder *b = server_showing("ecdsa");
  for (int i = 0; i < 4; i++) {
    checking("range of limit %d", (int)all[i].limit);
    const size_t inside[] = {all[i].least, all[i].most};
    const size_t outside[] = {all[i].least - 1, all[i].most + 1, 0, SIZE_MAX};
    char text[32];
    for (int j = 0; j < 2; j++) {
      CHECK_INT(inkotls_client_builder_set_limit(a, all[i].limit, inside[j]), INKOTLS_STATUS_OK);
      CHECK_INT(inkotls_server_builder_set_limit(b, all[i].limit, inside[j]), INKOTLS_STATUS_OK);
    }
    for (int j = 0; j < 4; j++) {
      CHECK_INT(inkotls_client_builder_set_limit(a, all[i].limit, outside[j]),
                INKOTLS_STATUS_INVALID_ARGUMENT);
      CHECK_INT(inkotls_server_builder_set_limit(b, all[i].limit, outside[j]),
                INKOTLS_STATUS_INVALID_ARGUMENT);
      for (int k = 0; k < 2; k++) {
        snprintf(text, sizeof text, "%zu", inside[k]);
        CHECK_TEXT(inkotls_client_builder_error(a), text);
        CHECK_TEXT(inkotls_server_builder_error(b), text);
      }
    }
  }
  static const int32_t no_limits[] = {0, 5, -1};
  for (int i = 0; i < 3; i++) {
    checking("limit %d", (int)no_limits[i]);
    CHECK_INT(inkotls_client_builder_set_limit(a, no_limits[i], 1 << 15),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(inkotls_server_builder_set_limit(b, no_limits[i], 1 << 15),
              INKOTLS_STATUS_INVALID_ARGUMENT);
  }
  inkotls_client_builder_free(a);
  inkotls_server_builder_free(b);
}

int main(int argc, char **argv) {
  static const size_t writes[] = {DEFAULT, 1024, 100000}, reads[] = {DEFAULT, 36 << 10, 100000};
  static const size_t records[] = {DEFAULT, 64, 1000};
  pki_open(argc, argv);
  for (int i = 0; i < 3; i++) {
    size_t to_write = writes[i] ? writes[i] : 1 << 16, to_read = reads[i] ? reads[i] : 1 << 16;
    each_way_limited("write buffer", write_is_bounded, INKOTLS_LIMIT_WRITE_BUFFER, writes[i],
                     to_write);
    each_way_limited("write buffer between reads", write_is_bounded_between_reads,
                     INKOTLS_LIMIT_WRITE_BUFFER, writes[i], to_write);
    each_way_limited("read buffer", feed_is_bounded, INKOTLS_LIMIT_READ_BUFFER, reads[i], to_read);
    each_way_limited("read buffer before the handshake", feed_is_bounded_before_the_handshake,
                     INKOTLS_LIMIT_READ_BUFFER, reads[i], to_read);
    each_way_limited("read buffer of a transport", reads_are_bounded, INKOTLS_LIMIT_READ_BUFFER,
                     reads[i], to_read);
    each_way_limited("read buffer after the end", feed_is_for_nothing, INKOTLS_LIMIT_READ_BUFFER,
                     reads[i], to_read);
    each_way_limited("record length", records_are_bounded, INKOTLS_LIMIT_RECORD, records[i],
                     records[i] ? records[i] : 1 << 14);
  }
  each_way_limited("feed beside unread plaintext", feed_beside_plaintext, INKOTLS_LIMIT_RECORD,
                   DEFAULT, 1 << 14);
  each_version("a long chain of a server", handshake_is_bounded);
  each_version("a long chain of a client", client_is_bounded);
  each_version("handshake limit, to the byte", handshake_is_bounded_to_the_byte);
  each_version("handshake limit beside early data", handshake_is_bounded_beside_early_data);
  each_version("ClientHello limit, to the byte", hello_is_bounded_to_the_byte);
  once("ranges of the limits", ranges);
  return checks_done();
}
