// A connection that works: the handshake, what it negotiated, data in both directions, resumption.

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "pair.h"

static const char *const http[] = {"h2", "http/1.1", NULL};
static const char *const http1[] = {"http/1.1", NULL};
static const inkotls_client_config *client;
static const inkotls_server_config *server;

static void agrees_on_facts(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  inkotls_conn *conn = pair.client.conn;
  CHECK_INT(inkotls_conn_protocol_version(conn), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_conn_cipher_suite(conn), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_conn_named_group(conn), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_conn_is_resumed(conn), INKOTLS_STATUS_NONE);
  const unsigned char *bytes = NULL;
  size_t len = 7;
  CHECK_INT(inkotls_conn_alpn(conn, &bytes, &len), INKOTLS_STATUS_NONE);
  CHECK(bytes == NULL && len == 7);
  CHECK(inkotls_conn_state(conn) & INKOTLS_STATE_HANDSHAKING);

  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  inkotls_conn *both[] = {pair.client.conn, pair.server.conn};
  for (int i = 0; i < 2; i++) {
    CHECK_INT(inkotls_conn_protocol_version(both[i]), 0x0304);
    CHECK_INT(inkotls_conn_cipher_suite(both[i]), 0x1302);
    CHECK_INT(inkotls_conn_named_group(both[i]), 0x11ec);
    CHECK_INT(inkotls_conn_alpn(both[i], &bytes, &len), INKOTLS_STATUS_OK);
    CHECK(len == 8 && memcmp(bytes, "http/1.1", 8) == 0);
    CHECK_INT(inkotls_conn_state(both[i]) & ~INKOTLS_STATE_READABLE, 0);  // tickets
    CHECK_INT(inkotls_conn_alert_sent(both[i]), INKOTLS_STATUS_NONE);
    CHECK_INT(inkotls_conn_alert_received(both[i]), INKOTLS_STATUS_NONE);
    CHECK_INT(inkotls_conn_certificate_error(both[i]), INKOTLS_STATUS_NONE);
    CHECK_INT(strcmp(inkotls_conn_error(both[i]), ""), 0);
  }
  const char *name = NULL;
  CHECK_INT(inkotls_conn_server_name(pair.server.conn, &name, &len), INKOTLS_STATUS_OK);
  CHECK(len == 9 && memcmp(name, "localhost", 9) == 0);
  CHECK_INT(inkotls_conn_server_name(pair.client.conn, &name, &len), INKOTLS_STATUS_NONE);

  unsigned char der[4096];
  size_t der_len = pki_read("ecdsa.der", der, sizeof der);
  CHECK_INT(inkotls_conn_peer_certificate(conn, 0, &bytes, &len), INKOTLS_STATUS_OK);
  CHECK(len == der_len && memcmp(bytes, der, len) == 0);
  CHECK_INT(inkotls_conn_peer_certificate(conn, 1, &bytes, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &bytes, &len), INKOTLS_STATUS_NONE);
  pair_free(&pair);
}

// Sends `total` bytes one way, in writes and reads of uneven sizes.
static void send_all(struct pair *pair, struct side *from, struct side *to, size_t total) {
  unsigned char out[20000], in[7000];
  size_t written = 0, received = 0, step = 1;
  while (received < total) {
    size_t want = step < sizeof out ? step : sizeof out, used = 0, len = 0;
    step = step * 3 + 1;
    if (step > total) step = 1;
    if (want > total - written) want = total - written;
    for (size_t i = 0; i < want; i++) out[i] = octet(written + i);
    inkotls_status status = side_write(from, out, want, &used);
    CHECK(status == INKOTLS_STATUS_OK || status == INKOTLS_STATUS_WANT_WRITE);
    if (status == INKOTLS_STATUS_OK) written += used;
    if (want > 0 && status == INKOTLS_STATUS_OK) CHECK(used > 0);
    CHECK(side_flush(from) >= 0);
    size_t moved = pair_carry(pair);
    while ((status = side_read(to, in, sizeof in, &len)) == INKOTLS_STATUS_OK) {
      size_t wrong = 0;
      for (size_t i = 0; i < len; i++) wrong += in[i] != octet(received + i);
      CHECK_INT(wrong, 0);
      received += len;
    }
    CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
    if (!moved && !used && received < total) give_up("bytes were lost");
  }
  CHECK_INT(received, total);
}

static void carries_bytes(const struct way *way) {
  struct pair pair;
  pair_connect(&pair, way, client, server);
  size_t total = way->chunk == 1 ? 3000 : 300000;
  send_all(&pair, &pair.client, &pair.server, total);
  send_all(&pair, &pair.server, &pair.client, total);
  pair_free(&pair);
}

// Rule 4.
static void write_takes_what_it_reports(const struct way *way) {
  static unsigned char big[1 << 20];
  struct pair pair;
  size_t used = 99, total = 0;
  pair_open(&pair, way, client, "localhost", server);
  // Nothing before the handshake is done.
  inkotls_status status = inkotls_conn_write(pair.client.conn, "early", 5, &used);
  CHECK(status == INKOTLS_STATUS_WANT_WRITE || status == INKOTLS_STATUS_WANT_READ);
  CHECK_INT(used, 99);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  // Finite, then a code that is no error, and the output left alone.
  while ((status = side_write(&pair.client, big, sizeof big, &used)) == INKOTLS_STATUS_OK)
    total += used;
  CHECK_INT(status, INKOTLS_STATUS_WANT_WRITE);
  CHECK(total >= 64 * 1024 && total < sizeof big);
  // An empty write is nothing, not an error.
  CHECK_INT(inkotls_conn_write(pair.server.conn, NULL, 0, &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, 0);
  // All that was taken arrives.
  size_t received = 0, len;
  unsigned char in[1 << 14];
  while (received < total) {
    side_flush(&pair.client);
    size_t moved = pair_carry(&pair);
    while (side_read(&pair.server, in, sizeof in, &len) == INKOTLS_STATUS_OK) received += len;
    if (!moved && received < total) give_up("bytes were lost");
  }
  CHECK_INT(received, total);
  CHECK_INT(pair_until_flushed(&pair, &pair.client), INKOTLS_STATUS_OK);
  pair_free(&pair);
}

static void read_and_write_drive_the_handshake(const struct way *way) {
  struct pair pair;
  char in[16];
  size_t used, len;
  pair_open(&pair, way, client, "localhost", server);
  inkotls_status written, read = INKOTLS_STATUS_WANT_READ;
  if (way->through_acceptor) pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  do {
    written = side_write(&pair.client, "hello", 5, &used);
    if (read != INKOTLS_STATUS_OK) read = side_read(&pair.server, in, sizeof in, &len);
    if (written == INKOTLS_STATUS_OK) break;
  } while (pair_carry(&pair));
  CHECK_INT(written, INKOTLS_STATUS_OK);
  CHECK_INT(used, 5);
  CHECK_INT(pair_until_flushed(&pair, &pair.client), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_read(&pair, &pair.server, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == 5 && memcmp(in, "hello", 5) == 0);
  // An empty buffer has room for nothing, which is no error.
  CHECK_INT(inkotls_conn_read(pair.server.conn, NULL, 0, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 0);
  pair_free(&pair);
}

static void resumes(const struct way *way) {
  const inkotls_client_config *fresh = client_config("ca.pem", no_alpn);
  for (int visit = 0; visit < 2; visit++) {
    struct pair pair;
    char in[1];
    size_t len;
    pair_open(&pair, way, fresh, "localhost", server);
    side_handshake(&pair.client);
    CHECK_INT(inkotls_conn_cipher_suite(pair.client.conn), INKOTLS_STATUS_NONE);  // still a guess
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), visit);
    CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), visit);
    // The tickets came behind the handshake.
    CHECK_INT(pair_until_read(&pair, &pair.client, in, 1, &len), INKOTLS_STATUS_WANT_READ);
    pair_free(&pair);
  }
  inkotls_client_config_release(fresh);
}

static void configs_are_counted(const struct way *way) {
  const inkotls_client_config *own_client = client_config("ca.pem", no_alpn);
  const inkotls_server_config *own_server = server_config("rsa", no_alpn);
  struct pair pair;
  CHECK_INT(inkotls_client_config_retain(own_client), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_config_retain(own_server), INKOTLS_STATUS_OK);
  inkotls_client_config_release(own_client);
  inkotls_server_config_release(own_server);
  pair_open(&pair, way, own_client, "127.0.0.1", own_server);
  inkotls_client_config_release(own_client);
  if (!way->through_acceptor) inkotls_server_config_release(own_server);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  if (way->through_acceptor) inkotls_server_config_release(own_server);
  pair_free(&pair);
}

// What waits behind a full buffer is refused with a code, and taken afterwards.
static void feed_is_finite(const struct way *way) {
  if (way->over != BUFFERS || way->chunk == 1) return;
  struct pair pair;
  static unsigned char plain[200000], cipher[300000], in[200000];
  size_t used, ready = 0, fed = 0, received = 0, len;
  pair_connect(&pair, way, client, server);
  for (size_t sent = 0; sent < sizeof plain;) {
    inkotls_status status = side_write(&pair.client, plain + sent, sizeof plain - sent, &used);
    if (status == INKOTLS_STATUS_OK) sent += used;
    ready += side_take(&pair.client, cipher + ready, sizeof cipher - ready);
  }
  inkotls_status status;
  side_empty_room(&pair.server);
  while ((status = inkotls_conn_feed(pair.server.conn, cipher + fed, ready - fed, &used)) ==
         INKOTLS_STATUS_OK)
    fed += used;
  CHECK_INT(status, INKOTLS_STATUS_FULL);
  CHECK_INT(fed, 64 * 1024);
  CHECK(inkotls_conn_state(pair.server.conn) & INKOTLS_STATE_READABLE);
  while (received < sizeof plain) {
    while (side_read(&pair.server, in, sizeof in, &len) == INKOTLS_STATUS_OK) received += len;
    CHECK_INT(inkotls_conn_state(pair.server.conn) & INKOTLS_STATE_READABLE, 0);
    if (received < sizeof plain) fed += side_give(&pair.server, cipher + fed, ready - fed);
  }
  CHECK_INT(fed, ready);
  CHECK_INT(received, sizeof plain);
  pair_free(&pair);
}

// A thread may use the library until its very end: in a destructor of its keys, too.

static pthread_key_t at_the_end;
static const struct way direct = {.chunk = 1 << 14};

static void has_connection(void *with) {
  struct pair pair;
  pair_connect(&pair, &direct, with, server);
  CHECK_INT(side_close(&pair.client), INKOTLS_STATUS_WANT_WRITE);
  pair_free(&pair);
}

static void *ends(void *with) {
  has_connection(with);
  CHECK_INT(pthread_setspecific(at_the_end, with), 0);
  return NULL;
}

static void threads_end(void) {
  pthread_t thread;
  if (pthread_key_create(&at_the_end, has_connection)) give_up("pthread_key_create");
  if (pthread_create(&thread, NULL, ends, (void *)client)) give_up("pthread_create");
  pthread_join(thread, NULL);
  pthread_key_delete(at_the_end);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client = client_config("ca.pem", http1);
  server = server_config("ecdsa", http);
  each_way("what was negotiated", agrees_on_facts);
  each_way("data in both directions", carries_bytes);
  each_way("write until it accepts no more", write_takes_what_it_reports);
  each_way("read and write drive the handshake", read_and_write_drive_the_handshake);
  each_way("resumption", resumes);
  each_way("reference-counted configs", configs_are_counted);
  each_way("feed until it accepts no more", feed_is_finite);
  once("a connection at the end of a thread", threads_end);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
