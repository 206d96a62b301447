// Rule 1, many threads at once: they share reference-counted handles and handles that are only
// read, and pass connections on. Under ThreadSanitizer (make test-tsan) this also shows data races.

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "configs.h"

enum { THREADS = 8 };

static void on_all_threads(void *(*task)(void *)) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, task, NULL)) give_up("pthread_create");
  for (int i = 0; i < THREADS; i++) CHECK_INT(pthread_join(threads[i], NULL), 0);
}

// One config for all, with one set of sni_map, one of ticket keys, one store of sessions; and
// all exchange what can be exchanged, while the others shake hands.

enum { VISITS = 6, IN_MEMORY = 0, IN_TICKETS, IN_A_STORE, KINDS };
static const unsigned char keys[2][64] = {{[0] = 1, [32] = 2}, {[0] = 2, [32] = 1}};
static const inkotls_sni_map *sni_map;
static const inkotls_ticket_keys *ticket_keys;
static inkotls_identity *shown[2];
static const inkotls_server_config *servers[KINDS];
static const inkotls_client_config *clients[KINDS][2];
static _Atomic int resumed[KINDS][2];
static pthread_mutex_t store_lock = PTHREAD_MUTEX_INITIALIZER;

static int32_t locked_put(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                          const uint8_t *value, size_t value_len) {
  (void)conn_user_data;
  pthread_mutex_lock(&store_lock);
  int32_t answer = store_put(user_data, conn_user_data, key, key_len, value, value_len);
  pthread_mutex_unlock(&store_lock);
  return answer;
}

static int32_t locked_get(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                          int32_t take, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  pthread_mutex_lock(&store_lock);
  int32_t answer = store_get(user_data, conn_user_data, key, key_len, take, buf, cap);
  pthread_mutex_unlock(&store_lock);
  return answer;
}

static void *visit_all(void *unused) {
  static const struct way ways[] = {{.chunk = 1 << 14}, {.chunk = 1 << 14, .through_acceptor = 1}};
  for (int i = 0; i < VISITS * KINDS * 2; i++) {
    int kind = i / 2 % KINDS, is_tls13 = i % 2, turn = i / 2 % 2;
    const inkotls_server_config *server = servers[kind];
    const inkotls_client_config *client = clients[kind][is_tls13];
    struct pair pair;
    CHECK_INT(inkotls_server_config_retain(server), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_client_config_retain(client), INKOTLS_STATUS_OK);
    pair_converse(&pair, &ways[turn], client, "localhost", server);
    CHECK_INT(inkotls_sni_map_set(sni_map, "localhost", 9, shown[turn]), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_ticket_keys_set(ticket_keys, keys[turn], sizeof keys[turn]),
              INKOTLS_STATUS_OK);
    resumed[kind][is_tls13] += inkotls_conn_is_resumed(pair.client.conn);
    size_t count, bytes;
    CHECK_INT(inkotls_client_config_sessions(client, &count, &bytes), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_config_sessions(server, &count, &bytes), INKOTLS_STATUS_OK);
    if (turn)
      CHECK_INT(inkotls_client_config_remove_sessions(client, "localhost", 9), INKOTLS_STATUS_OK);
    inkotls_server_config_release(server);
    inkotls_client_config_release(client);
    pair_free(&pair);
  }
  return unused;
}

static void all_share_configs(void) {
  store_clear();
  sni_map = inkotls_sni_map_new();
  shown[0] = identity_of("ecdsa");
  shown[1] = identity_of("rsa");
  CHECK_INT(inkotls_sni_map_set(sni_map, "localhost", 9, shown[0]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_ticket_keys_new(keys[0], sizeof keys[0], &ticket_keys), INKOTLS_STATUS_OK);
  for (int kind = 0; kind < KINDS; kind++) {
    inkotls_server_builder *builder = inkotls_server_builder_new();
    CHECK_INT(inkotls_server_builder_set_sni_map(builder, sni_map), INKOTLS_STATUS_OK);
    if (kind == IN_TICKETS)
      CHECK_INT(inkotls_server_builder_set_ticket_keys(builder, ticket_keys), INKOTLS_STATUS_OK);
    if (kind == IN_A_STORE)
      CHECK_INT(
          inkotls_server_builder_set_session_store(builder, locked_put, locked_get, &store, 0),
          INKOTLS_STATUS_OK);
    servers[kind] = server_built(builder);
    for (int i = 0; i < 2; i++) clients[kind][i] = client_of(i ? TLS13 : TLS12);
  }

  on_all_threads(visit_all);

  for (int kind = 0; kind < KINDS; kind++) {
    inkotls_server_config_release(servers[kind]);
    for (int i = 0; i < 2; i++) {
      CHECK(resumed[kind][i] > 0);
      inkotls_client_config_release(clients[kind][i]);
    }
  }
  inkotls_ticket_keys_release(ticket_keys);
  inkotls_sni_map_release(sni_map);
  for (int i = 0; i < 2; i++) inkotls_identity_free(shown[i]);
}

// Ends of connections on a belt: a thread takes the first, makes a step of it, and puts it last.
// Its peer is in other hands meanwhile.

enum { PAIRS = 16, ENDS = 2 * PAIRS, TOTAL = 100000, STEP = 7000 };

struct end {
  inkotls_conn *conn;
  int fd;
  size_t sent, received;
};

static struct {
  pthread_mutex_t lock;
  struct end *ends[ENDS];
  size_t count, left;  // on it; not done yet
} belt = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct end *take(void) {
  pthread_mutex_lock(&belt.lock);
  struct end *end = belt.count > 0 ? belt.ends[0] : NULL;
  if (end) memmove(belt.ends, belt.ends + 1, --belt.count * sizeof *belt.ends);
  pthread_mutex_unlock(&belt.lock);
  return end;
}

static size_t put_back(struct end *end, int is_done) {
  pthread_mutex_lock(&belt.lock);
  if (end && !is_done) belt.ends[belt.count++] = end;
  size_t left = belt.left -= is_done != 0;
  pthread_mutex_unlock(&belt.lock);
  return left;
}

static int step(struct end *end) {
  unsigned char plain[STEP];
  size_t len = TOTAL - end->sent < STEP ? TOTAL - end->sent : STEP, wrong = 0;
  for (size_t i = 0; i < len; i++) plain[i] = octet(end->sent + i);
  if (len > 0 && inkotls_conn_write(end->conn, plain, len, &len) == INKOTLS_STATUS_OK)
    end->sent += len;
  CHECK(inkotls_conn_flush(end->conn) >= 0);
  inkotls_status status = inkotls_conn_read(end->conn, plain, sizeof plain, &len);
  if (status == INKOTLS_STATUS_OK) {
    for (size_t i = 0; i < len; i++) wrong += plain[i] != octet(end->received + i);
    end->received += len;
  }
  CHECK_INT(wrong, 0);
  if (end->sent == TOTAL && end->received == TOTAL)
    return inkotls_conn_close(end->conn) == INKOTLS_STATUS_OK;
  return status == INKOTLS_STATUS_OK ? 0 : !CHECK(status > 0);
}

static void *work(void *unused) {
  size_t left;
  do {
    struct end *end = take();
    int is_done = end && step(end);
    left = put_back(end, is_done);
  } while (left > 0);
  return unused;
}

static void connections_go_from_hand_to_hand(void) {
  static struct end ends[ENDS];
  const inkotls_client_config *client = client_config("ca.pem", no_alpn);
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  for (size_t i = 0; i < ENDS; i += 2) {
    struct end *a = &ends[i], *b = &ends[i + 1];
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds)) give_up("socketpair");
    CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &a->conn), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_new_server(server, &b->conn), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_set_fd(a->conn, a->fd = fds[0]), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_set_fd(b->conn, b->fd = fds[1]), INKOTLS_STATUS_OK);
    belt.ends[i] = a;
    belt.ends[i + 1] = b;
  }
  belt.count = belt.left = ENDS;
  inkotls_client_config_release(client);  // the connections hold them
  inkotls_server_config_release(server);

  on_all_threads(work);

  for (size_t i = 0; i < ENDS; i++) {
    CHECK_INT(ends[i].received, TOTAL);
    inkotls_conn_free(ends[i].conn);
    close(ends[i].fd);
  }
}

// What is filled and only read: one identity, one set of roots, one certificate.

static inkotls_roots *roots;
static inkotls_certificate *certificate;

static void *look(void *unused) {
  for (int i = 0; i < 10; i++) {
    const uint8_t *bytes;
    const char *name;
    size_t len;
    inkotls_client_builder *a = inkotls_client_builder_new();
    inkotls_server_builder *b = inkotls_server_builder_new();
    CHECK_INT(inkotls_client_builder_set_roots(a, roots), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_identity(b, shown[0]), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_client_auth(b, INKOTLS_CLIENT_AUTH_OPTIONAL, roots),
              INKOTLS_STATUS_OK);
    inkotls_client_config_release(client_built(a));
    inkotls_server_config_release(server_built(b));
    CHECK_INT(inkotls_certificate_fingerprint(certificate, &bytes, &len), INKOTLS_STATUS_OK);
    CHECK_INT(len, 32);
    CHECK_INT(inkotls_certificate_dns_name(certificate, 0, &name, &len), INKOTLS_STATUS_OK);
    CHECK(len == 9 && memcmp(name, "localhost", 9) == 0);
  }
  return unused;
}

static void all_look(void) {
  unsigned char der[4096];
  shown[0] = identity_of("ecdsa");
  roots = roots_of("ca.pem");
  CHECK_INT(inkotls_certificate_new(der, pki_read("ecdsa.der", der, sizeof der), &certificate),
            INKOTLS_STATUS_OK);
  on_all_threads(look);
  inkotls_certificate_free(certificate);
  inkotls_roots_free(roots);
  inkotls_identity_free(shown[0]);
}

// A thread that is to be cancelled, and lets no call be cut: another goes on from there.

static void *is_cancelled(void *it) {
  int unused;
  CHECK_INT(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &unused), 0);
  CHECK_INT(pthread_cancel(pthread_self()), 0);
  CHECK_INT(inkotls_conn_handshake(it), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &unused), 0);
  pthread_testcancel();
  return it;
}

static void cancelled_between_calls(void) {
  static const struct way way = {.over = FD, .chunk = 1 << 14};
  const inkotls_client_config *client = client_config("ca.pem", no_alpn);
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  struct pair pair;
  pthread_t thread;
  void *end;
  pair_open(&pair, &way, client, "localhost", server);
  if (pthread_create(&thread, NULL, is_cancelled, pair.client.conn)) give_up("pthread_create");
  CHECK_INT(pthread_join(thread, &end), 0);
  CHECK(end == PTHREAD_CANCELED);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once("shared configs", all_share_configs);
  once("connections that are passed on", connections_go_from_hand_to_hand);
  once("handles that are only read", all_look);
  once("a cancelled thread", cancelled_between_calls);
  return checks_done();
}
