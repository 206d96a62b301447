// Rule 19: a second call on a handle that is in use, from a callback or from another thread,
// returns INVALID_STATE with an error message and does nothing. The first call goes on.

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"
#include "configs.h"
#include "gate.h"

static const char in_use[] = "another call on it has not returned";

static void refuses_all(const struct call *calls, void *it, const char *(*error)(const void *)) {
  for (const struct call *call = calls; call->name; call++) {
    poison_outputs();
    if (!CHECK_INT(call->make(it), INKOTLS_STATUS_INVALID_STATE)) printf("  %s\n", call->name);
    CHECK(is_untouched());
    CHECK_TEXT(error(it), in_use);
  }
}

static void side_refuses_all(const struct side *side) {
  if (side->conn) {
    refuses_all(conn_calls, side->conn, conn_error);
  } else {
    refuses_all(acceptor_calls, side->acceptor, acceptor_error);
  }
}

// Callbacks.

enum callback { READS, WRITES, LOGS, LOGS_KEYS, VERIFIES, PUTS, GETS, SIGNS, CALLBACK_KINDS };

static struct pair pair;
static int seen[CALLBACK_KINDS];
static void (*entered)(const struct side *side, enum callback callback);  // what they do first

static void enters(const struct side *side, enum callback callback) {
  seen[callback]++;
  if (entered) entered(side, callback);
}

static int32_t reads(void *user_data, uint8_t *buf, size_t cap) {
  struct side *side = user_data;
  enters(side, READS);
  return queue_len(&side->in) > 0 ? (int32_t)queue_pop(&side->in, buf, cap) : -EAGAIN;
}

static int32_t writes(void *user_data, const uint8_t *data, size_t len) {
  struct side *side = user_data;
  enters(side, WRITES);
  return (int32_t)queue_push(&side->out, data, len);
}

static void logs(void *user_data, void *conn_user_data, int32_t level, const char *text,
                 size_t len) {
  (void)conn_user_data;
  (void)level, (void)text, (void)len;
  enters(user_data, LOGS);
}

static void logs_keys(void *user_data, void *conn_user_data, const char *line, size_t len) {
  (void)conn_user_data;
  (void)line, (void)len;
  enters(user_data, LOGS_KEYS);
}

static int32_t verifies(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  enters(user_data, VERIFIES);
  return inkotls_verification_verify(it);
}

static int32_t puts_session(void *user_data, void *conn_user_data, const uint8_t *key,
                            size_t key_len, const uint8_t *value, size_t value_len) {
  (void)conn_user_data;
  enters(user_data, PUTS);
  return store_put(&store, NULL, key, key_len, value, value_len);
}

static int32_t gets_session(void *user_data, void *conn_user_data, const uint8_t *key,
                            size_t key_len, int32_t take, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  enters(user_data, GETS);
  return store_get(&store, NULL, key, key_len, take, buf, cap);
}

static int32_t refuses_to_sign(void *user_data, void *conn_user_data, int32_t scheme,
                               const uint8_t *message, size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)scheme, (void)message, (void)len, (void)buf, (void)cap;
  enters(user_data, SIGNS);
  return 0;
}

static inkotls_client_builder *client_with_callbacks(int32_t may_block) {
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_set_dangerous_key_log(builder, logs_keys, &pair.client),
            INKOTLS_STATUS_OK);
  CHECK_INT(
      inkotls_client_builder_set_dangerous_verifier(builder, verifies, &pair.client, may_block),
      INKOTLS_STATUS_OK);
  return builder;
}

static inkotls_server_builder *server_with_callbacks(void) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_dangerous_key_log(builder, logs_keys, &pair.server),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_session_store(builder, puts_session, gets_session,
                                                     &pair.server, 0),
            INKOTLS_STATUS_OK);
  return builder;
}

static void attach(struct side *side) {
  if (side->way->over == CALLBACKS)
    CHECK_INT(side->conn ? inkotls_conn_set_io(side->conn, reads, writes, side)
                         : inkotls_acceptor_set_io(side->acceptor, reads, writes, side),
              INKOTLS_STATUS_OK);
  CHECK_INT(side->conn ? inkotls_conn_set_log(side->conn, INKOTLS_LOG_TRACE, logs, side)
                       : inkotls_acceptor_set_log(side->acceptor, INKOTLS_LOG_TRACE, logs, side),
            INKOTLS_STATUS_OK);
}

static void open_both(const struct way *way, const inkotls_client_config *client,
                      const inkotls_server_config *server) {
  pair_open(&pair, way, client, "localhost", server);
  attach(&pair.client);
  attach(&pair.server);
}

// A connection is used by each of its callbacks, and is none the worse for it.

static void tries_all(const struct side *side, enum callback callback) {
  enum { OFTEN = 4 };
  if (seen[callback] <= OFTEN) side_refuses_all(side);
}

static void is_used_by_its_callbacks(const struct way *way) {
  const inkotls_client_config *client = client_built(client_with_callbacks(0));
  const inkotls_server_config *server = server_built(server_with_callbacks());
  store_clear();
  memset(seen, 0, sizeof seen);
  entered = tries_all;
  for (int is_resumed = 0; is_resumed < 2; is_resumed++) {
    open_both(way, client, server);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    pair_send(&pair, &pair.client, &pair.server, 10000);
    pair_send(&pair, &pair.server, &pair.client, 10000);
    CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), is_resumed);
    CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), is_resumed);
    CHECK_INT(pair_until_closed(&pair, &pair.client), INKOTLS_STATUS_OK);
    pair_free(&pair);
  }
  entered = NULL;
  for (int i = LOGS; i <= GETS; i++) CHECK(seen[i] > 0);
  CHECK_INT(seen[READS] > 0 && seen[WRITES] > 0, way->over == CALLBACKS);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// The signer's call fails for its own reason, and says so.
static void is_used_by_its_signer(const struct way *way) {
  const uint16_t schemes[] = {0x0403};
  unsigned char pem[8192];
  inkotls_identity *identity = inkotls_identity_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  size_t len = pki_read("ecdsa.pem", pem, sizeof pem);
  CHECK_INT(inkotls_identity_set_chain_pem(identity, pem, len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_set_signer(identity, schemes, 1, refuses_to_sign, &pair.server, 0),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = server_built(builder);
  memset(seen, 0, sizeof seen);
  entered = tries_all;
  open_both(way, client, server);
  pair_handshake(&pair, INKOTLS_STATUS_ALERT_RECEIVED, INKOTLS_STATUS_INVALID_KEY);
  CHECK(seen[SIGNS] > 0);
  CHECK_TEXT(inkotls_conn_error(pair.server.conn), "the host's signer");
  entered = NULL;
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A callback frees the handle that it is called from: it ends with the call, which answers as ever.

static enum callback freeing;

static void frees(const struct side *side, enum callback callback) {
  if (callback != freeing || seen[callback] > 1) return;
  if (side->conn) {
    inkotls_conn_free(side->conn);
  } else {
    inkotls_acceptor_free(side->acceptor);
  }
  side_refuses_all(side);
}

static void is_freed_by_a_callback(const struct way *way) {
  if (way->over != CALLBACKS) return;
  for (freeing = READS; freeing <= LOGS; freeing++) {
    open_both(way, client, server);
    memset(seen, 0, sizeof seen);
    entered = frees;
    CHECK_INT(inkotls_conn_handshake(pair.client.conn), INKOTLS_STATUS_WANT_READ);
    CHECK(seen[freeing] > 0);
    pair.client.conn = NULL;
    entered = NULL;
    pair_free(&pair);
  }
  freeing = READS;
  open_both(way, client, server);
  seen[READS] = 0;
  entered = frees;
  CHECK_INT(way->through_acceptor ? inkotls_acceptor_accept(pair.server.acceptor)
                                  : inkotls_conn_handshake(pair.server.conn),
            INKOTLS_STATUS_WANT_READ);
  CHECK_INT(seen[READS], 1);
  pair.server.conn = NULL;
  pair.server.acceptor = NULL;
  entered = NULL;
  pair_free(&pair);
}

// Another thread. The first is held in a callback meanwhile, or in a call that reads a file.

static const struct way direct = {.over = CALLBACKS, .chunk = 1 << 14},
                        accepting = {.over = CALLBACKS, .chunk = 1 << 14, .through_acceptor = 1};
static struct gate inside, gate;
static enum callback held;
static int32_t (*move)(void *it);  // what the first thread does
static char plain[64];
static size_t moved;

static void waits_at_the_gate(const struct side *side, enum callback callback) {
  (void)side;
  if (callback != held || seen[callback] > 1) return;
  gate_open(&inside);
  gate_pass(&gate);
}

static void *moves(void *it) {
  intptr_t status = move(it);
  return (void *)status;
}

static pthread_t on_a_thread(int32_t (*with)(void *it), void *it) {
  pthread_t thread;
  move = with;
  if (pthread_create(&thread, NULL, moves, it)) give_up("pthread_create");
  return thread;
}

static int32_t ends(pthread_t thread) {
  void *status;
  CHECK_INT(pthread_join(thread, &status), 0);
  return (int32_t)(intptr_t)status;
}

static pthread_t begins_and_is_held(int32_t (*with)(void *it), void *it, enum callback at) {
  held = at;
  seen[at] = 0;
  entered = waits_at_the_gate;
  pthread_t thread = on_a_thread(with, it);
  gate_pass(&inside);
  return thread;
}

static int32_t goes_on(pthread_t thread) {
  gate_open(&gate);
  int32_t status = ends(thread);
  entered = NULL;
  return status;
}

static int32_t handshake(void *it) { return inkotls_conn_handshake(it); }
static int32_t accepts(void *it) { return inkotls_acceptor_accept(it); }
static int32_t run_blocking(void *it) { return inkotls_conn_run_blocking(it); }
static int32_t read_plain(void *it) { return inkotls_conn_read(it, plain, sizeof plain, &moved); }
static int32_t write_plain(void *it) { return inkotls_conn_write(it, "hello", 5, &moved); }
static int32_t close_conn(void *it) { return inkotls_conn_close(it); }
static int32_t update_keys(void *it) { return inkotls_conn_update_keys(it); }

static int32_t peek(void *it) {
  const uint8_t *data;
  return inkotls_conn_read_peek(it, &data, &moved);
}

static const struct {
  const char *name;
  int32_t (*make)(void *it);
  enum callback held;
  int32_t answer;
} calls_of_conn[] = {
    {"read", read_plain, READS, INKOTLS_STATUS_WANT_READ},
    {"read_peek", peek, READS, INKOTLS_STATUS_WANT_READ},
    {"write", write_plain, WRITES, INKOTLS_STATUS_OK},
    {"update_keys", update_keys, WRITES, INKOTLS_STATUS_OK},
    {"close", close_conn, WRITES, INKOTLS_STATUS_OK},
};
enum { CALLS_OF_CONN = sizeof calls_of_conn / sizeof calls_of_conn[0] };

// Each call that moves bytes is overlapped by every call that there is; the connection goes on.
static void is_used_by_two_threads(void) {
  for (int i = 0; i < CALLS_OF_CONN; i++) {
    checking("overlapping %s", calls_of_conn[i].name);
    open_both(&direct, client, server);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    pair_send(&pair, &pair.server, &pair.client, 10);
    inkotls_conn *conn = pair.client.conn;
    CHECK_INT(strcmp(inkotls_conn_error(conn), ""), 0);

    pthread_t first = begins_and_is_held(calls_of_conn[i].make, conn, calls_of_conn[i].held);
    refuses_all(conn_calls, conn, conn_error);
    CHECK_INT(goes_on(first), calls_of_conn[i].answer);

    // The call that failed last was one of those that were refused.
    CHECK_TEXT(inkotls_conn_error(conn), in_use);
    CHECK_INT(inkotls_conn_os_error(conn), INKOTLS_STATUS_NONE);
    CHECK_INT(inkotls_conn_clear_alpn(conn), INKOTLS_STATUS_INVALID_STATE);
    CHECK(!strstr(inkotls_conn_error(conn), in_use));
    if (calls_of_conn[i].make == write_plain)
      CHECK_INT(pair_until_read(&pair, &pair.server, plain, sizeof plain, &moved), 0);
    if (calls_of_conn[i].make != close_conn) pair_send(&pair, &pair.client, &pair.server, 10000);
    pair_send(&pair, &pair.server, &pair.client, 10000);
    pair_free(&pair);
  }
}

static void opens_on_two_threads(void) {
  checking("an overlapped handshake");
  open_both(&accepting, client, server);
  pthread_t first = begins_and_is_held(handshake, pair.client.conn, WRITES);
  refuses_all(conn_calls, pair.client.conn, conn_error);
  CHECK_INT(goes_on(first), INKOTLS_STATUS_WANT_READ);
  first = begins_and_is_held(accepts, pair.server.acceptor, READS);
  refuses_all(acceptor_calls, pair.server.acceptor, acceptor_error);
  CHECK_INT(goes_on(first), INKOTLS_STATUS_WANT_READ);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_send(&pair, &pair.client, &pair.server, 10000);
  pair_free(&pair);

  checking("an overlapped step that may block");
  version = TLS13;
  const inkotls_client_config *blocking = client_built(client_with_callbacks(1));
  open_both(&direct, blocking, server);
  inkotls_conn *conn = pair.client.conn;
  inkotls_status status;
  do {
    status = inkotls_conn_handshake(conn);
    side_handshake(&pair.server);
  } while (status != INKOTLS_STATUS_WANT_BLOCKING && pair_carry(&pair));
  CHECK_INT(status, INKOTLS_STATUS_WANT_BLOCKING);
  first = begins_and_is_held(run_blocking, conn, VERIFIES);
  refuses_all(conn_calls, conn, conn_error);
  CHECK_INT(goes_on(first), INKOTLS_STATUS_OK);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_send(&pair, &pair.client, &pair.server, 10000);
  pair_free(&pair);
  inkotls_client_config_release(blocking);
}

// It fails for its own reason, and that is what it says.
static void fails_while_overlapped(void) {
  static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
  open_both(&direct, client, server);
  inkotls_conn *conn = pair.client.conn;
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(queue_push(&pair.client.in, http, sizeof http), sizeof http);
  pthread_t first = begins_and_is_held(handshake, conn, READS);
  refuses_all(conn_calls, conn, conn_error);
  CHECK_INT(goes_on(first), INKOTLS_STATUS_PROTOCOL_ERROR);
  CHECK_TEXT(inkotls_conn_error(conn), "not TLS");
  CHECK(inkotls_conn_alert_sent(conn) > 0);
  pair_free(&pair);
}

static void is_freed_by_another_thread(void) {
  open_both(&direct, client, server);
  inkotls_conn *conn = pair.client.conn;
  pthread_t first = begins_and_is_held(handshake, conn, WRITES);
  inkotls_conn_free(conn);
  refuses_all(conn_calls, conn, conn_error);
  CHECK_INT(goes_on(first), INKOTLS_STATUS_WANT_READ);
  pair.client.conn = NULL;
  pair_free(&pair);
}

// Handles without callbacks: the first thread waits for the other end of a FIFO.

static char folder[] = "/tmp/inkotls-overlap-XXXXXX";
static char fifo[sizeof folder + 8];

static int32_t add_pem_file(void *it) { return inkotls_roots_add_pem_file(it, fifo, strlen(fifo)); }

static int32_t set_chain_file(void *it) {
  return inkotls_identity_set_chain_pem_file(it, fifo, strlen(fifo));
}

static const inkotls_client_config *built_client;
static const inkotls_server_config *built_server;

static int32_t build_client(void *it) { return inkotls_client_builder_build(it, &built_client); }
static int32_t build_server(void *it) { return inkotls_server_builder_build(it, &built_server); }

static int fifo_end;

// Opening the FIFO waits until the first thread has opened it, and so is in its call.
static pthread_t begins_and_reads(int32_t (*with)(void *it), void *it) {
  pthread_t thread = on_a_thread(with, it);
  fifo_end = open(fifo, O_WRONLY);
  if (fifo_end < 0) give_up(fifo);
  return thread;
}

static void fills(pthread_t thread, const char *file) {
  char pem[8192];
  size_t len = pki_read(file, pem, sizeof pem);
  CHECK_INT(write(fifo_end, pem, len), (long)len);
  close(fifo_end);
  CHECK_INT(ends(thread), INKOTLS_STATUS_OK);
}

static void is_filled_by_two_threads(void) {
  enum { REFUSED = INKOTLS_STATUS_INVALID_STATE };
  if (!mkdtemp(folder)) give_up(folder);
  snprintf(fifo, sizeof fifo, "%s/fifo", folder);
  if (mkfifo(fifo, 0600)) give_up(fifo);
  alarm(60);  // a call that does not open the FIFO would be waited for
  inkotls_client_builder *a = inkotls_client_builder_new();
  inkotls_server_builder *b = inkotls_server_builder_new();
  inkotls_roots *filled = inkotls_roots_new();
  inkotls_identity *shown = inkotls_identity_new();

  checking("overlapping roots");
  pthread_t first = begins_and_reads(add_pem_file, filled);
  refuses_all(roots_calls, filled, roots_error);
  CHECK_INT(inkotls_client_builder_set_roots(a, filled), REFUSED);
  CHECK_TEXT(inkotls_client_builder_error(a), "another call on roots has not returned");
  CHECK_INT(inkotls_server_builder_set_client_auth(b, INKOTLS_CLIENT_AUTH_OPTIONAL, filled),
            REFUSED);
  CHECK_TEXT(inkotls_server_builder_error(b), "another call on roots has not returned");
  fills(first, "ca.pem");
  CHECK_INT(inkotls_roots_add_platform(filled), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_roots(a, filled), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_client_auth(b, INKOTLS_CLIENT_AUTH_OPTIONAL, filled),
            INKOTLS_STATUS_OK);
  inkotls_roots_free(filled);

  checking("overlapping an identity");
  first = begins_and_reads(set_chain_file, shown);
  refuses_all(identity_calls, shown, identity_error);
  CHECK_INT(inkotls_client_builder_add_identity(a, shown), REFUSED);
  CHECK_TEXT(inkotls_client_builder_error(a), "another call on identity has not returned");
  CHECK_INT(inkotls_server_builder_set_identity(b, shown), REFUSED);
  CHECK_INT(inkotls_sni_map_set(sni_map, "localhost", 9, shown), REFUSED);
  fills(first, "ecdsa.pem");
  const char *key = pki_path("ecdsa.key");
  CHECK_INT(inkotls_identity_set_key_pem_file(shown, key, strlen(key)), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(b, shown), INKOTLS_STATUS_OK);
  inkotls_identity_free(shown);

  checking("overlapping builders");
  setenv("SSL_CERT_FILE", fifo, 1);  // what the platform trusts
  first = begins_and_reads(build_client, a);
  refuses_all(client_builder_calls, a, client_builder_error);
  fills(first, "ca.pem");
  first = begins_and_reads(build_server, b);
  refuses_all(server_builder_calls, b, server_builder_error);
  fills(first, "ca.pem");
  unsetenv("SSL_CERT_FILE");

  open_both(&direct, built_client, built_server);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_free(&pair);
  inkotls_client_config_release(built_client);
  inkotls_server_config_release(built_server);
  alarm(0);
  unlink(fifo);
  rmdir(folder);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  calls_open();
  gate_new(&inside);
  gate_new(&gate);
  each_version("a connection that its callbacks use", is_used_by_its_callbacks);
  each_version("a connection that its signer uses", is_used_by_its_signer);
  each_wide_way("a connection that a callback frees", is_freed_by_a_callback);
  once("a connection that two threads use", is_used_by_two_threads);
  once("a handshake that two threads make", opens_on_two_threads);
  once("an overlapped call that fails", fails_while_overlapped);
  once("a connection that another thread frees", is_freed_by_another_thread);
  if (PLATFORM_HAS_FILES)
    once("roots, identities and builders that two threads use", is_filled_by_two_threads);
  calls_close();
  return checks_done();
}
