// Encrypted ClientHello (RFC 9849) with servers that do not have the key: what an observer sees,
// how a server refuses, who may refuse, GREASE, and lists that cannot be used. Servers that have
// the key are other programs: peers/surface/ech.py.

#include <string.h>

#include "client_hello.h"
#include "configs.h"

enum { P384 = 24, ECH = 0xfe0d, ECH_REQUIRED = 121, PROTOCOL_VERSION = 70 };

static const char inner[] = "localhost", outer[] = "other.test";
static const struct way direct = {.chunk = 1 << 14};

struct list {
  unsigned char at[512];
  size_t len;
};

// An ECHConfig (section 4) of this version and KEM: the key is the base point of X25519.
static void add_config(struct list *list, unsigned version, unsigned kem, const char *name) {
  unsigned char *start = list->len ? list->at + list->len : list->at + 2, *at = start + 4;
  at = put(at, 7, 1);  // config_id
  at = put(at, kem, 2);
  at = put(at, 32, 2);
  at = put(at, 9, 1);
  for (int i = 1; i < 32; i++) at = put(at, 0, 1);
  at = put(at, 4, 2);
  at = put(at, 0x00010001, 4);  // HKDF-SHA256, AES-128-GCM
  at = put(at, 0, 1);           // maximum_name_length
  at = put(at, strlen(name), 1);
  memcpy(at, name, strlen(name));
  at = put(at + strlen(name), 0, 2);  // extensions
  put(start, version, 2);
  put(start + 2, (size_t)(at - start) - 4, 2);
  list->len = (size_t)(at - list->at);
  put(list->at, list->len - 2, 2);
}

static struct list list_of(const char *name) {
  struct list list = {.len = 0};
  add_config(&list, ECH, 0x20, name);
  return list;
}

static int holds(const void *in, size_t len, const char *text) {
  for (size_t i = 0; i + strlen(text) <= len; i++)
    if (memcmp((const char *)in + i, text, strlen(text)) == 0) return 1;
  return 0;
}

// What a connection reports.
static void reports(const inkotls_conn *conn, int32_t status, const char *name) {
  const char *text = NULL;
  const uint8_t *configs = NULL;
  size_t len = 7;
  CHECK_INT(inkotls_conn_ech_status(conn), status);
  CHECK_INT(inkotls_conn_ech_retry_configs(conn, &configs, &len), INKOTLS_STATUS_NONE);
  CHECK(!configs && len == 7);
  inkotls_status named = inkotls_conn_ech_public_name(conn, &text, &len);
  CHECK_INT(named, name ? INKOTLS_STATUS_OK : INKOTLS_STATUS_NONE);
  if (name) CHECK(len == strlen(name) && memcmp(text, name, len) == 0);
}

static const inkotls_client_config *client;
static const inkotls_server_config *server;

static void make(inkotls_client_builder *with, inkotls_server_builder *and_with) {
  client = client_built(with);
  server = server_built(and_with);
}

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A pair whose client offers ECH.
static void offers(struct pair *pair, const struct way *way, const char *name) {
  struct list list = list_of(outer);
  pair_open(pair, way, client, name, server);
  CHECK_INT(inkotls_conn_set_ech_configs(pair->client.conn, list.at, list.len), INKOTLS_STATUS_OK);
  reports(pair->client.conn, INKOTLS_ECH_STATUS_NOT_OFFERED, outer);
}

// A server that has proven the public name, and does not have the key.
static void is_refused(struct pair *pair) {
  inkotls_status status;
  char in[1];
  size_t len;
  do {
    side_handshake(&pair->server);
    status = side_handshake(&pair->client);
  } while (pair_carry(pair));
  CHECK_INT(status, INKOTLS_STATUS_HANDSHAKE_FAILED);
  CHECK_TEXT(inkotls_conn_error(pair->client.conn), "the server refused Encrypted ClientHello; it");
  CHECK_INT(inkotls_conn_certificate_error(pair->client.conn), INKOTLS_STATUS_NONE);
  CHECK_INT(side_alert_sent(&pair->client), ECH_REQUIRED);
  reports(pair->client.conn, INKOTLS_ECH_STATUS_REJECTED, outer);
  status = pair_until_read(pair, &pair->server, in, 1, &len);
  CHECK_INT(status, INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(side_alert_received(&pair->server), ECH_REQUIRED);
  CHECK_INT(inkotls_conn_ech_status(pair->server.conn), INKOTLS_STATUS_NONE);
}

static void saw(const inkotls_conn *conn, const char *name) {
  const char *sni = "";
  size_t len = 0;
  CHECK_INT(inkotls_conn_server_name(conn, &sni, &len), INKOTLS_STATUS_OK);
  CHECK(len == strlen(name) && memcmp(sni, name, len) == 0);
}

static void refuses(const struct way *way) {
  struct pair pair;
  offers(&pair, way, inner);
  side_handshake(&pair.client);
  reports(pair.client.conn, INKOTLS_ECH_STATUS_OFFERED, outer);
  is_refused(&pair);
  saw(pair.server.conn, outer);
  pair_free(&pair);
}

// A certificate for the name that the client wants, and not for the public name: whoever shows it
// may not tell the client to connect without ECH.
static void may_not_refuse(const struct way *way) {
  struct pair pair;
  offers(&pair, way, inner);
  pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_WRONG_NAME);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "must prove the public name other.test");
  reports(pair.client.conn, INKOTLS_ECH_STATUS_OFFERED, outer);
  pair_free(&pair);
}

// Nor may a server that speaks TLS 1.2 only: it proves nothing.
static void too_old(const struct way *way) {
  struct pair pair;
  offers(&pair, way, inner);
  pair_handshake(&pair, INKOTLS_STATUS_ALERT_RECEIVED, INKOTLS_STATUS_HANDSHAKE_FAILED);
  CHECK_INT(side_alert_received(&pair.client), PROTOCOL_VERSION);
  reports(pair.client.conn, INKOTLS_ECH_STATUS_OFFERED, outer);
  pair_free(&pair);
}

// The client keeps its certificate for the server that it wants.
static void shows_no_certificate(const struct way *way) {
  const uint8_t *der;
  size_t len;
  struct pair pair;
  offers(&pair, way, inner);
  is_refused(&pair);
  CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &der, &len), INKOTLS_STATUS_NONE);
  pair_free(&pair);
}

// A session of that server is not offered to the one that everyone sees, nor is early data read.
static void resumes_nothing(const struct way *way) {
  const inkotls_server_config *outer_server = server;
  struct pair pair;
  char in[16];
  size_t len = 7;
  server = server_config("ecdsa", no_alpn);
  pair_converse(&pair, way, client, inner, server);
  pair_free(&pair);
  inkotls_server_config_release(server);
  server = outer_server;
  offers(&pair, way, inner);
  is_refused(&pair);
  CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), 0);
  CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), 0);
  CHECK_INT(inkotls_conn_read_early_data(pair.server.conn, in, sizeof in, &len),
            INKOTLS_STATUS_ALERT_RECEIVED);
  pair_free(&pair);
}

static char verified[64];

static int64_t in_2040(void *user_data, void *conn_user_data) {
  return (void)user_data, (void)conn_user_data, 2208988800;
}

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *verification) {
  (void)conn_user_data;
  const char *name = "";
  int64_t seconds = 0;
  size_t len = 0;
  (void)user_data;
  CHECK(blocking_allowed());
  CHECK_INT(inkotls_verification_server_name(verification, &name, &len), INKOTLS_STATUS_OK);
  if (len < sizeof verified) memcpy(verified, name, len);
  CHECK_INT(inkotls_verification_time(verification, &seconds), INKOTLS_STATUS_OK);
  CHECK_INT(seconds, in_2040(NULL, NULL));
  return INKOTLS_VERDICT_ACCEPTED;
}

// The settings of the config and of the connection hold: a verifier that may block, a clock, and
// ALPN.
static void keeps_settings(const struct way *way) {
  const uint8_t *protocol = NULL;
  size_t len = 0;
  struct pair pair;
  memset(verified, 0, sizeof verified);
  offers(&pair, way, inner);
  CHECK_INT(inkotls_conn_clear_alpn(pair.client.conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_add_alpn(pair.client.conn, "own", 3), INKOTLS_STATUS_OK);
  is_refused(&pair);
  CHECK_INT(strcmp(verified, outer), 0);
  CHECK_INT(inkotls_conn_alpn(pair.server.conn, &protocol, &len), INKOTLS_STATUS_OK);
  CHECK(len == 3 && memcmp(protocol, "own", 3) == 0);
  pair_free(&pair);
}

// An address has no SNI; the public name is sent all the same.
static void address(const struct way *way) {
  struct pair pair;
  offers(&pair, way, "192.0.2.1");
  is_refused(&pair);
  saw(pair.server.conn, outer);
  pair_free(&pair);
}

// Takes the ClientHello of a client, which is one record here.
static size_t hello_of(inkotls_conn *conn, unsigned char *buf, size_t cap) {
  size_t len = 0;
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain(conn, buf, cap, &len), INKOTLS_STATUS_OK);
  return len;
}

static int has_ech(const unsigned char *hello, size_t len) {
  size_t at = extensions_of(hello);
  while (at + 4 <= len && two(hello + at) != ECH) at += 4 + two(hello + at + 2);
  return at + 4 <= len;
}

// What everyone sees.
static void hides_the_name(void) {
  unsigned char hello[8192], other[8192];
  struct list list = list_of(outer);
  size_t len[2];
  for (int is_ech = 0; is_ech <= 1; is_ech++) {
    inkotls_conn *conn = NULL;
    CHECK_INT(inkotls_conn_new_client(client, inner, strlen(inner), &conn), INKOTLS_STATUS_OK);
    if (is_ech) CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_OK);
    size_t sent = hello_of(conn, hello, sizeof hello);
    CHECK_INT(has_ech(hello, sent), is_ech);
    CHECK_INT(holds(hello, sent, inner), !is_ech);
    CHECK_INT(holds(hello, sent, outer), is_ech);
    inkotls_conn_free(conn);
  }
  // The length of the name does not show either.
  static const char *const names[] = {"a.test", "a-much-longer-name.localhost.test"};
  for (int i = 0; i < 2; i++) {
    inkotls_conn *conn = NULL;
    CHECK_INT(inkotls_conn_new_client(client, names[i], strlen(names[i]), &conn),
              INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_OK);
    len[i] = hello_of(conn, i ? other : hello, sizeof hello);
    inkotls_conn_free(conn);
  }
  CHECK_INT(len[0], len[1]);
  size_t at = extension_of(hello, len[0], ECH), again = extension_of(other, len[1], ECH);
  CHECK(memcmp(hello + at, other + again, 4 + two(hello + at + 2)) != 0);
}

// The ID of a TLS 1.2 session would tell an observer which server it is of.
static void hides_a_tls12_session(void) {
  enum { ID = 5 + 4 + 2 + 32, ID_LEN = 1 + 32 };
  unsigned char hello[8192], id[ID_LEN] = {0};
  struct list list = list_of(outer);
  struct pair pair;
  inkotls_conn *conn;
  pair_converse(&pair, &direct, client, inner, server);
  CHECK_INT(inkotls_conn_protocol_version(pair.client.conn), TLS12);
  pair_free(&pair);
  for (int i = 0; i < 3; i++) {
    CHECK_INT(inkotls_conn_new_client(client, inner, strlen(inner), &conn), INKOTLS_STATUS_OK);
    if (i == 1) CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_OK);
    hello_of(conn, hello, sizeof hello);
    if (i == 0) memcpy(id, hello + ID, ID_LEN);
    CHECK_INT(memcmp(id, hello + ID, ID_LEN) == 0, i != 1);
    inkotls_conn_free(conn);
  }
}

// GREASE: the name is in the clear, and nothing else is different.
static void greases(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, inner, server);
  reports(pair.client.conn, INKOTLS_ECH_STATUS_NOT_OFFERED, NULL);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  reports(pair.client.conn, INKOTLS_ECH_STATUS_GREASE, NULL);
  CHECK_INT(inkotls_conn_protocol_version(pair.client.conn), TLS13);
  saw(pair.server.conn, inner);
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_free(&pair);
  for (int i = 0; i < 2; i++) {
    pair_converse(&pair, way, client, inner, server);
    CHECK_INT(inkotls_conn_ech_status(pair.client.conn), INKOTLS_ECH_STATUS_GREASE);
    if (i == 1) CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), 1);
    pair_free(&pair);
  }
}

// A connection with a list offers ECH, whatever its config says.
static void list_or_grease(const struct way *way) {
  struct pair pair;
  offers(&pair, way, inner);
  is_refused(&pair);
  pair_free(&pair);
}

static void takes(const void *list, size_t len, inkotls_status want, const char *why) {
  inkotls_conn *conn = NULL;
  CHECK_INT(inkotls_conn_new_client(client, inner, strlen(inner), &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_ech_configs(conn, list, len), want);
  if (why) {
    CHECK_TEXT(inkotls_conn_error(conn), why);
    reports(conn, INKOTLS_ECH_STATUS_NOT_OFFERED, NULL);
  }
  inkotls_conn_free(conn);
}

static void lists(void) {
  static const char base64[] = "AEX+DQBBpAAgACB/yTZZj5";
  static const char *const bad_names[] = {"", "a b.test", "a_b.test", "192.0.2.1", "a.test.", "1"};
  struct list list = list_of(outer);
  takes(list.at, list.len, INKOTLS_STATUS_OK, NULL);
  for (size_t len = 0; len < list.len; len++)
    takes(list.at, len, INKOTLS_STATUS_INVALID_ARGUMENT, "ECHConfigList");
  takes(NULL, 0, INKOTLS_STATUS_INVALID_ARGUMENT, "ECHConfigList");
  takes(NULL, 1, INKOTLS_STATUS_INVALID_ARGUMENT, "NULL");
  takes(list.at, SIZE_MAX, INKOTLS_STATUS_INVALID_ARGUMENT, "");
  takes(list.at, list.len + 1, INKOTLS_STATUS_INVALID_ARGUMENT, "ECHConfigList");
  takes(list.at + 2, list.len - 2, INKOTLS_STATUS_INVALID_ARGUMENT, "ECHConfigList");
  takes(base64, sizeof base64 - 1, INKOTLS_STATUS_INVALID_ARGUMENT, "base64");
  for (size_t i = 0; i < sizeof bad_names / sizeof *bad_names; i++) {
    list = list_of(bad_names[i]);
    takes(list.at, list.len, INKOTLS_STATUS_UNSUPPORTED, "none of the ECH configs can be used");
  }
  // Others before it do not matter.
  list.len = 0;
  add_config(&list, 0xfe0a, 0x20, "draft.test");
  add_config(&list, ECH, 0x10, "p256.test");
  takes(list.at, list.len, INKOTLS_STATUS_UNSUPPORTED, "DHKEM(X25519, HKDF-SHA256)");
  add_config(&list, ECH, 0x20, outer);
  takes(list.at, list.len, INKOTLS_STATUS_OK, NULL);
}

// A connection whose list cannot be used goes on without; a later list replaces an earlier one.
static void without_a_list(void) {
  struct list list = {.len = 0};
  struct pair pair;
  add_config(&list, 0xfe0a, 0x20, outer);
  server = server_config("ecdsa", no_alpn);
  pair_open(&pair, &direct, client, inner, server);
  inkotls_conn *conn = pair.client.conn;
  CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_UNSUPPORTED);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  reports(conn, INKOTLS_ECH_STATUS_NOT_OFFERED, NULL);
  list = list_of(outer);
  CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_conn_error(conn), "before its handshake begins");
  conn = pair.server.conn;
  CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(inkotls_conn_ech_status(conn), INKOTLS_STATUS_NONE);
  pair_free(&pair);

  pair_open(&pair, &direct, client, inner, server);
  conn = pair.client.conn;
  CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_OK);
  list = list_of("localhost");
  CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, 3), INKOTLS_STATUS_INVALID_ARGUMENT);
  reports(conn, INKOTLS_ECH_STATUS_NOT_OFFERED, "localhost");
  pair_handshake(&pair, INKOTLS_STATUS_HANDSHAKE_FAILED, INKOTLS_STATUS_OK);
  reports(conn, INKOTLS_ECH_STATUS_REJECTED, "localhost");
  pair_free(&pair);
  inkotls_server_config_release(server);
}

// A public key of low order, with which anyone could decrypt: the handshake fails before a byte of
// the ClientHello is sent.
static void unfit_key(void) {
  enum { KEY = 2 + 4 + 1 + 2 + 2 };
  unsigned char out[64];
  struct list list = list_of(outer);
  inkotls_conn *conn = NULL;
  size_t len = 0;
  memset(list.at + KEY, 0, 32);
  CHECK_INT(inkotls_conn_new_client(client, inner, strlen(inner), &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain(conn, out, sizeof out, &len), INKOTLS_STATUS_OK);
  CHECK(len == 7 && out[0] == 21);  // an alert
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_HANDSHAKE_FAILED);
  reports(conn, INKOTLS_ECH_STATUS_NOT_OFFERED, outer);
  inkotls_conn_free(conn);
}

static void without_tls13(void) {
  struct list list = list_of(outer);
  inkotls_client_builder *builder = client_speaking(TLS12);
  const inkotls_client_config *none = NULL, *old = client_built(client_speaking(TLS12));
  inkotls_conn *conn = NULL;
  CHECK_INT(inkotls_conn_new_client(old, inner, strlen(inner), &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_ech_configs(conn, list.at, list.len), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_conn_error(conn), "does not offer TLS 1.3");
  inkotls_conn_free(conn);
  inkotls_client_config_release(old);

  CHECK_INT(inkotls_client_builder_set_ech_grease(builder, 2), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_client_builder_set_ech_grease(builder, -1), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_client_builder_set_ech_grease(builder, 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(builder, &none), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_client_builder_error(builder), "needs TLS 1.3");
  CHECK_INT(inkotls_client_builder_set_ech_grease(builder, 0), INKOTLS_STATUS_OK);
  inkotls_client_config_release(client_built(builder));
}

static inkotls_client_builder *client_with_identity(void) {
  inkotls_client_builder *builder = client_trusting("ca.pem");
  inkotls_identity *identity = identity_of("client");
  CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return builder;
}

static inkotls_server_builder *server_asking(void) {
  inkotls_server_builder *builder = server_showing("other");
  inkotls_roots *roots = roots_of("ca.pem");
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_OPTIONAL, roots),
            INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  return builder;
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  inkotls_client_builder *with = client_trusting("ca.pem");
  inkotls_server_builder *and_with = server_showing("other");
  make(with, and_with);
  each_way("a server refuses that has proven the public name", refuses);
  each_wide_way("an address", address);
  once("the name does not show", hides_the_name);
  once("lists", lists);
  once("a key that is not secure", unfit_key);
  once("without TLS 1.3", without_tls13);
  release_both();

  make(client_trusting("ca.pem"), server_showing("ecdsa"));
  each_wide_way("a server may not refuse that has proven another name", may_not_refuse);
  inkotls_server_config_release(server);
  once("a connection goes on without a list", without_a_list);
  inkotls_client_config_release(client);

  and_with = server_showing("other");
  CHECK_INT(inkotls_server_builder_add_named_group(and_with, P384), INKOTLS_STATUS_OK);
  make(client_trusting("ca.pem"), and_with);
  each_wide_way("a server refuses after HelloRetryRequest", refuses);
  release_both();

  and_with = server_showing("other");
  CHECK_INT(inkotls_server_builder_add_protocol_version(and_with, TLS12), INKOTLS_STATUS_OK);
  make(client_trusting("ca.pem"), and_with);
  each_wide_way("a server without TLS 1.3", too_old);
  release_both();

  with = client_trusting("ca.pem");
  int32_t by_id = INKOTLS_TLS12_RESUMPTION_SESSION_ID;
  CHECK_INT(inkotls_client_builder_set_tls12_resumption(with, by_id), INKOTLS_STATUS_OK);
  and_with = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_add_protocol_version(and_with, TLS12), INKOTLS_STATUS_OK);
  make(with, and_with);
  once("a TLS 1.2 session does not show", hides_a_tls12_session);
  release_both();

  make(client_with_identity(), server_asking());
  each_wide_way("a client that is refused presents no certificate", shows_no_certificate);
  release_both();

  with = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_set_early_data(with, 1), INKOTLS_STATUS_OK);
  make(with, server_showing("other"));
  each_wide_way("a client that is refused resumes nothing", resumes_nothing);
  release_both();

  with = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(with, verify, NULL, 1),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_clock(with, in_2040, NULL), INKOTLS_STATUS_OK);
  and_with = server_showing("other");
  CHECK_INT(inkotls_server_builder_add_alpn(and_with, "own", 3), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_alpn(with, "config's", 8), INKOTLS_STATUS_OK);
  make(with, and_with);
  each_wide_way("settings of the config and of the connection hold", keeps_settings);
  release_both();

  with = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_set_ech_grease(with, 1), INKOTLS_STATUS_OK);
  make(with, server_showing("ecdsa"));
  each_way("GREASE", greases);
  inkotls_server_config_release(server);
  server = server_config("other", no_alpn);
  each_wide_way("a list, and not GREASE", list_or_grease);
  release_both();
  return checks_done();
}
