// Rule 12, inkotls_conn_set_user_data: every callback of a config or an identity learns whose
// connection it is called for, in all transports, on the thread of a blocking step, and within
// another callback.

#include <string.h>
#include <time.h>

#include "configs.h"

enum kind { VERIFY, SIGN, KEY_LOG, PUT, GET, CLOCK, LOG, KINDS };

// What a connection is given. The number is that of its pair.
struct tag {
  int number, is_server;
};

static struct tag tags[2][2] = {{{0, 0}, {0, 1}}, {{1, 0}, {1, 1}}};
static int number;               // of the pair whose side is called now
static int is_silent;            // no log: what no connection says goes to that which is called
static int is_unset;             // no connection was given anything
static int calls[KINDS][2];      // by the number
static void (*on_verify)(void);  // what the verifier does meanwhile
static const struct way direct = {.chunk = 1 << 14};

// `user_data` is what the callback was set with: the side.
static void came(enum kind kind, const void *user_data, const void *conn_user_data) {
  int is_server = strcmp(user_data, "server") == 0;
  const void *expected = is_unset ? NULL : &tags[number][is_server];
  CHECK(conn_user_data == expected);
  calls[kind][number]++;
}

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *it) {
  came(VERIFY, user_data, conn_user_data);
  CHECK(blocking_allowed());
  if (on_verify) on_verify();
  return inkotls_verification_verify(it);
}

static int32_t refuse_to_sign(void *user_data, void *conn_user_data, int32_t scheme,
                              const uint8_t *message, size_t len, uint8_t *buf, size_t cap) {
  (void)scheme, (void)message, (void)len, (void)buf, (void)cap;
  came(SIGN, user_data, conn_user_data);
  return 0;
}

static int64_t now(void *user_data, void *conn_user_data) {
  came(CLOCK, user_data, conn_user_data);
  return (int64_t)time(NULL);
}

static void keep_key(void *user_data, void *conn_user_data, const char *line, size_t len) {
  (void)line, (void)len;
  came(KEY_LOG, user_data, conn_user_data);
}

static void keep_message(void *user_data, void *conn_user_data, int32_t level, const char *text,
                         size_t len) {
  (void)level, (void)text, (void)len;
  came(LOG, user_data, conn_user_data);
}

static int32_t put(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   const uint8_t *value, size_t value_len) {
  came(PUT, user_data, conn_user_data);
  return store_put(&store, NULL, key, key_len, value, value_len);
}

static int32_t get(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   int32_t take, uint8_t *buf, size_t cap) {
  came(GET, user_data, conn_user_data);
  return store_get(&store, NULL, key, key_len, take, buf, cap);
}

static const inkotls_client_config *a_client(void) {
  inkotls_client_builder *it = client_speaking(version);
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(it, verify, "client", 1), 0);
  CHECK_INT(inkotls_client_builder_set_dangerous_key_log(it, keep_key, "client"), 0);
  CHECK_INT(inkotls_client_builder_set_clock(it, now, "client"), 0);
  return client_built(it);
}

static const inkotls_server_config *a_server(void) {
  inkotls_server_builder *it = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_session_store(it, put, get, "server", 0), 0);
  CHECK_INT(inkotls_server_builder_set_dangerous_key_log(it, keep_key, "server"), 0);
  CHECK_INT(inkotls_server_builder_set_clock(it, now, "server"), 0);
  return server_built(it);
}

// Gives a side its tag, and a log.
static void tag(struct side *side, int is_server) {
  void *it = is_unset ? NULL : &tags[number][is_server];
  const char *name = is_server ? "server" : "client";
  int level = is_silent ? INKOTLS_LOG_OFF : INKOTLS_LOG_TRACE;
  if (side->acceptor) {
    if (it) CHECK_INT(inkotls_acceptor_set_user_data(side->acceptor, it), INKOTLS_STATUS_OK);
    inkotls_acceptor_set_log(side->acceptor, level, keep_message, (void *)name);
  } else {
    if (it) CHECK_INT(inkotls_conn_set_user_data(side->conn, it), INKOTLS_STATUS_OK);
    inkotls_conn_set_log(side->conn, level, keep_message, (void *)name);
  }
}

static void open_tagged(struct pair *pair, const struct way *way,
                        const inkotls_client_config *client, const inkotls_server_config *server) {
  pair_open(pair, way, client, "localhost", server);
  tag(&pair->client, 0);
  tag(&pair->server, 1);
}

// Two pairs of the same configs, whose sides are called in turn.
static void two_pairs(const struct way *way) {
  static struct pair pairs[2];
  const inkotls_client_config *client = a_client();
  const inkotls_server_config *server = a_server();
  memset(calls, 0, sizeof calls);
  store_clear();
  for (number = 0; number < 2; number++) open_tagged(&pairs[number], way, client, server);
  for (int left = 2; left;) {
    left = 0;
    for (number = 0; number < 2; number++) {
      struct pair *pair = &pairs[number];
      int mine = side_handshake(&pair->client), theirs = side_handshake(&pair->server);
      pair_carry(pair);
      left += mine != INKOTLS_STATUS_OK || theirs != INKOTLS_STATUS_OK;
    }
  }
  for (number = 0; number < 2; number++) {
    pair_send(&pairs[number], &pairs[number].client, &pairs[number].server, 100);
    pair_send(&pairs[number], &pairs[number].server, &pairs[number].client, 100);
    CHECK_INT(calls[VERIFY][number], 1);
    CHECK(calls[KEY_LOG][number] >= 2 && calls[CLOCK][number] >= 2 && calls[PUT][number] >= 1 &&
          calls[LOG][number] >= 2);
    pair_free(&pairs[number]);
  }
  for (number = 0; number < 2; number++) {  // both resume
    open_tagged(&pairs[number], way, client, server);
    pair_handshake(&pairs[number], INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_is_resumed(pairs[number].client.conn), 1);
    CHECK(calls[GET][number] >= 1);
    pair_free(&pairs[number]);
  }
  number = 0;
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void signs(const struct way *way) {
  static const uint16_t schemes[] = {0x0403};
  struct pair pair;
  inkotls_identity *identity = inkotls_identity_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  memset(calls, 0, sizeof calls);
  CHECK_INT(inkotls_identity_set_chain_pem_file(identity, pki_path("ecdsa.pem"),
                                                strlen(pki_path("ecdsa.pem"))),
            0);
  CHECK_INT(inkotls_identity_set_signer(identity, schemes, 1, refuse_to_sign, "server", 0), 0);
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), 0);
  const inkotls_client_config *client = client_of(TLS13);
  const inkotls_server_config *server = server_built(builder);
  open_tagged(&pair, way, client, server);
  pair_handshake(&pair, INKOTLS_STATUS_ALERT_RECEIVED, INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(calls[SIGN][0], 1);
  pair_free(&pair);
  inkotls_identity_free(identity);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static const inkotls_client_config *of_clients;
static const inkotls_server_config *of_servers;

static void connects(void) {
  struct pair pair;
  open_tagged(&pair, &direct, of_clients, of_servers);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_free(&pair);
}

static void begin(void) {
  memset(calls, 0, sizeof calls);
  store_clear();
  of_clients = a_client();
  of_servers = a_server();
}

static void end(void) {
  inkotls_client_config_release(of_clients);
  inkotls_server_config_release(of_servers);
}

// A verifier that drives another pair.
static void drives_another(void) {
  on_verify = NULL;
  number = 1;
  connects();
  number = 0;
}

static void nested(void) {
  begin();
  on_verify = drives_another;
  is_silent = 1;
  connects();
  is_silent = 0;
  CHECK(calls[VERIFY][0] == 1 && calls[VERIFY][1] == 1);
  CHECK(calls[KEY_LOG][0] >= 2 && calls[KEY_LOG][0] == calls[KEY_LOG][1]);
  end();
}

static void unset(void) {
  begin();
  is_unset = 1;
  connects();
  is_unset = 0;
  CHECK(calls[VERIFY][0] == 1 && calls[PUT][0] >= 1 && calls[LOG][0] >= 2);
  end();
}

// Set anew between two calls of a handshake, and after it.
static void set_anew(void) {
  struct pair pair;
  begin();
  open_tagged(&pair, &direct, of_clients, of_servers);
  pair_until_answered(&pair);
  number = 1;
  CHECK_INT(inkotls_conn_set_user_data(pair.client.conn, &tags[1][0]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_user_data(pair.server.conn, &tags[1][1]), INKOTLS_STATUS_OK);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK(calls[VERIFY][0] == 0 && calls[VERIFY][1] == 1);
  number = 0;
  CHECK_INT(inkotls_conn_set_user_data(pair.client.conn, &tags[0][0]), INKOTLS_STATUS_OK);
  int before = calls[LOG][0];
  char buf[16];
  size_t len;
  CHECK_INT(inkotls_conn_feed(pair.client.conn, "garbage", 7, &len), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_read(&pair, &pair.client, buf, sizeof buf, &len),
            INKOTLS_STATUS_PROTOCOL_ERROR);
  CHECK(calls[LOG][0] > before);
  pair_free(&pair);
  end();
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  CHECK_INT(inkotls_conn_set_user_data(NULL, NULL), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_acceptor_set_user_data(NULL, NULL), INKOTLS_STATUS_INVALID_ARGUMENT);
  each_version("two pairs of one config", two_pairs);
  each_way("a signer", signs);
  version = TLS13;
  once("within another callback", nested);
  once("not set", unset);
  once("set anew", set_anew);
  return checks_done();
}
