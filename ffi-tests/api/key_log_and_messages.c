// What a host can observe: the key log, with which other tools decrypt, and the log of each
// connection. The library itself prints nothing.

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "configs.h"

static const inkotls_client_config *client;
static const inkotls_server_config *server;

// Key log: lines of the NSS format.

enum { LINES = 64, LINE = 300 };

struct lines {
  char at[LINES][LINE];
  int count;
};

static void keep_line(void *user_data, void *conn_user_data, const char *line, size_t len) {
  (void)conn_user_data;
  struct lines *lines = user_data;
  if (!CHECK(lines->count < LINES && len < LINE)) return;
  memcpy(lines->at[lines->count], line, len);
  lines->at[lines->count++][len] = 0;
}

static size_t hex_digits(const char *text) { return strspn(text, "0123456789abcdefABCDEF"); }

// A label, 32 bytes of the client's random, and a secret.
static void is_well_formed(const char *line) {
  size_t label = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0");
  CHECK(label > 0 && line[label] == ' ');
  const char *random = line + label + 1;
  if (!CHECK(hex_digits(random) == 64 && random[64] == ' ')) return;
  size_t secret = hex_digits(random + 65);
  CHECK(secret == 64 || secret == 96);
  CHECK_INT(random[65 + secret], 0);
}

static const char *labelled(const struct lines *lines, const char *label) {
  size_t len = strlen(label);
  for (int i = 0; i < lines->count; i++)
    if (strncmp(lines->at[i], label, len) == 0 && lines->at[i][len] == ' ') return lines->at[i];
  return "";
}

static const char *const tls12_labels[] = {"CLIENT_RANDOM", NULL};
static const char *const tls13_labels[] = {"CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                                           "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                                           "CLIENT_TRAFFIC_SECRET_0",
                                           "SERVER_TRAFFIC_SECRET_0",
                                           "EXPORTER_SECRET",
                                           NULL};

// Both sides have the same secrets, and say so to whom they were told to.
static void logs_keys(const struct way *way) {
  for (version = TLS12; version <= TLS13; version++) {
    struct lines at_client = {.count = 0}, at_server = {.count = 0};
    inkotls_client_builder *a = client_speaking(version);
    inkotls_server_builder *b = server_showing("ecdsa");
    CHECK_INT(inkotls_client_builder_set_dangerous_key_log(a, keep_line, &at_client),
              INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_dangerous_key_log(b, keep_line, &at_server),
              INKOTLS_STATUS_OK);
    const inkotls_client_config *logging_client = client_built(a);
    const inkotls_server_config *logging_server = server_built(b);
    visit(way, logging_client, logging_server, 0);
    const char *const *labels = version == TLS12 ? tls12_labels : tls13_labels;
    int count = 0;
    for (; labels[count]; count++) {
      CHECK_TEXT(labelled(&at_client, labels[count]), labels[count]);
      CHECK_INT(strcmp(labelled(&at_client, labels[count]), labelled(&at_server, labels[count])),
                0);
    }
    CHECK_INT(at_client.count, count);
    CHECK_INT(at_server.count, count);
    for (int i = 0; i < at_client.count; i++) is_well_formed(at_client.at[i]);
    inkotls_client_config_release(logging_client);
    inkotls_server_config_release(logging_server);
  }
}

// SSLKEYLOGFILE.

static char folder[] = "/tmp/inkotls-diagnosis-XXXXXX";

static const char *in_folder(const char *file) {
  static char path[sizeof folder + 32];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  return path;
}

static int lines_of_file(const char *path) {
  char line[LINE];
  int count = 0;
  FILE *file = fopen(path, "r");
  if (!file) return -1;
  while (fgets(line, sizeof line, file)) {
    size_t len = strlen(line);
    CHECK(len > 0 && line[len - 1] == '\n');
    line[len - 1] = 0;
    is_well_formed(line);
    count++;
  }
  fclose(file);
  return count;
}

// Visits with configs that log to the file, as it is named then.
static void visit_with_file(void) {
  static const struct way way = {.chunk = 1 << 14};
  inkotls_client_builder *a = client_trusting("ca.pem");
  inkotls_server_builder *b = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_set_dangerous_key_log_file(a), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_dangerous_key_log_file(b), INKOTLS_STATUS_OK);
  const inkotls_client_config *logging_client = client_built(a);
  const inkotls_server_config *logging_server = server_built(b);
  visit(&way, logging_client, logging_server, 0);
  inkotls_client_config_release(logging_client);
  inkotls_server_config_release(logging_server);
}

static void logs_keys_to_file(void) {
  static const struct way way = {.chunk = 1 << 14};
  const char *path = in_folder("keys");
  setenv("SSLKEYLOGFILE", path, 1);
  visit(&way, client, server, 0);  // configs that were not told to
  const inkotls_client_config *new_client = client_config("ca.pem", no_alpn);
  const inkotls_server_config *new_server = server_config("ecdsa", no_alpn);
  visit(&way, new_client, new_server, 0);  // nor these, which are made with it in sight
  inkotls_client_config_release(new_client);
  inkotls_server_config_release(new_server);
  CHECK_INT(lines_of_file(path), -1);
  visit_with_file();
  CHECK_INT(lines_of_file(path), 10);
  struct stat made;
  CHECK_INT(stat(path, &made), 0);
#ifndef _WIN32  // which has no such modes
  CHECK_INT(made.st_mode & 0777, 0600);
#endif
  visit_with_file();
  CHECK_INT(lines_of_file(path), 20);  // appended
  checking("SSLKEYLOGFILE, unset");
  unsetenv("SSLKEYLOGFILE");
  visit_with_file();
  CHECK_INT(lines_of_file(path), 20);
  unlink(path);
  checking("SSLKEYLOGFILE, where nothing can be written");
  setenv("SSLKEYLOGFILE", in_folder("no/such/folder"), 1);
  visit_with_file();
  unsetenv("SSLKEYLOGFILE");
}

// Messages.

struct messages {
  int count, least_severe;
  int by_level[6];
  char last[6][300];
};

static void keep_message(void *user_data, void *conn_user_data, int32_t level, const char *text,
                         size_t len) {
  (void)conn_user_data;
  struct messages *messages = user_data;
  CHECK(len > 0 && is_safe_to_log(text, len));
  if (!CHECK(level >= INKOTLS_LOG_ERROR && level <= INKOTLS_LOG_TRACE)) return;
  messages->count++;
  messages->by_level[level]++;
  snprintf(messages->last[level], sizeof messages->last[level], "%.*s", (int)len, text);
  if (level > messages->least_severe) messages->least_severe = level;
}

// Every level shows itself and what is more severe, of a handshake that fails.
static void obeys_the_level(const struct way *way) {
  int shown_before = 0;
  const inkotls_client_config *distrusting = client_config("stranger-ca.pem", no_alpn);
  for (int32_t level = INKOTLS_LOG_OFF; level <= INKOTLS_LOG_TRACE; level++) {
    struct messages at_client = {.count = 0}, at_server = {.count = 0};
    struct pair pair;
    pair_open(&pair, way, distrusting, "localhost", server);
    CHECK_INT(inkotls_conn_set_log(pair.client.conn, level, keep_message, &at_client),
              INKOTLS_STATUS_OK);
    if (pair.server.acceptor) {
      CHECK_INT(inkotls_acceptor_set_log(pair.server.acceptor, level, keep_message, &at_server),
                INKOTLS_STATUS_OK);
    } else {
      CHECK_INT(inkotls_conn_set_log(pair.server.conn, level, keep_message, &at_server),
                INKOTLS_STATUS_OK);
    }
    pair_handshake(&pair, INKOTLS_STATUS_INVALID_PEER_CERTIFICATE, INKOTLS_STATUS_ALERT_RECEIVED);
    CHECK(at_client.least_severe <= level && at_server.least_severe <= level);
    if (level >= INKOTLS_LOG_ERROR) {
      CHECK(at_client.by_level[INKOTLS_LOG_ERROR] > 0);
      CHECK(at_server.by_level[INKOTLS_LOG_ERROR] > 0);
    }
    if (level >= INKOTLS_LOG_DEBUG) CHECK(at_client.count > shown_before);
    CHECK(at_client.count >= shown_before);
    shown_before = at_client.count;
    pair_free(&pair);
  }
  inkotls_client_config_release(distrusting);
}

// Each connection has its own log; one that has none is not heard in another's.
static void is_per_connection(const struct way *way) {
  struct messages logs[3] = {{.count = 0}};
  struct pair logged, other;
  pair_open(&logged, way, client, "localhost", server);
  pair_open(&other, way, client, "localhost", server);
  pair_until_hello(&logged);
  side_becomes_conn(&logged.server);
  inkotls_conn *conns[] = {logged.client.conn, logged.server.conn};
  for (int i = 0; i < 2; i++)
    CHECK_INT(inkotls_conn_set_log(conns[i], INKOTLS_LOG_TRACE, keep_message, &logs[i]),
              INKOTLS_STATUS_OK);
  pair_handshake(&other, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(logs[0].count + logs[1].count, 0);
  pair_handshake(&logged, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK(logs[0].count > 0 && logs[1].count > 0);

  // Replaced, and removed.
  int before = logs[0].count;
  CHECK_INT(inkotls_conn_set_log(conns[0], INKOTLS_LOG_TRACE, keep_message, &logs[2]),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_log(conns[1], INKOTLS_LOG_OFF, NULL, NULL), INKOTLS_STATUS_OK);
  int at_server = logs[1].count;
  static const unsigned char garbage[5 + 20] = {23, 3, 3, 0, 20};
  char in[1];
  size_t len;
  CHECK_INT(side_give(&logged.client, garbage, sizeof garbage), sizeof garbage);
  CHECK_INT(pair_until_read(&logged, &logged.client, in, 1, &len), INKOTLS_STATUS_PROTOCOL_ERROR);
  CHECK_INT(pair_until_read(&logged, &logged.server, in, 1, &len), INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK(logs[2].count > 0);
  CHECK_INT(logs[0].count, before);
  CHECK_INT(logs[1].count, at_server);
  pair_free(&logged);
  pair_free(&other);
}

// An acceptor's log goes along to its connection, and can be changed there.
static void goes_along(const struct way *way) {
  struct messages first = {.count = 0}, second = {.count = 0};
  struct pair pair;
  if (!way->through_acceptor) return;
  pair_open(&pair, way, client, "localhost", server);
  CHECK_INT(inkotls_acceptor_set_log(pair.server.acceptor, INKOTLS_LOG_TRACE, keep_message, &first),
            INKOTLS_STATUS_OK);
  pair_until_hello(&pair);
  int before = first.count;
  side_becomes_conn(&pair.server);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK(first.count > before);
  pair_free(&pair);

  pair_open(&pair, way, client, "localhost", server);
  CHECK_INT(inkotls_acceptor_set_log(pair.server.acceptor, INKOTLS_LOG_TRACE, keep_message, &first),
            INKOTLS_STATUS_OK);
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  before = first.count;
  CHECK_INT(inkotls_conn_set_log(pair.server.conn, INKOTLS_LOG_TRACE, keep_message, &second),
            INKOTLS_STATUS_OK);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(first.count, before);
  CHECK(second.count > 0);
  pair_free(&pair);
}

static void no_such_levels(void) {
  struct messages messages = {.count = 0};
  inkotls_conn *conn = NULL;
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  CHECK_INT(inkotls_conn_new_server(server, &conn), INKOTLS_STATUS_OK);
  static const int32_t no_levels[] = {-1, 6, 1 << 16};
  for (int i = 0; i < 3; i++) {
    CHECK_INT(inkotls_conn_set_log(conn, no_levels[i], keep_message, &messages),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_conn_error(conn), "level");
    CHECK_INT(inkotls_acceptor_set_log(acceptor, no_levels[i], keep_message, &messages),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_acceptor_error(acceptor), "level");
  }
  inkotls_conn_free(conn);
  inkotls_acceptor_free(acceptor);
}

// Why a client showed no certificate.

static int32_t is_not_called(void *user_data, void *conn_user_data, int32_t scheme,
                             const uint8_t *message, size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)user_data, (void)scheme, (void)message, (void)len, (void)buf, (void)cap;
  return CHECK(0), 0;
}

// A key that signs with PKCS#1 only, which TLS 1.3 has no use for.
static inkotls_identity *identity_of_tls12(void) {
  static const uint16_t rsa_pkcs1_sha256[] = {0x0401};
  const char *chain = pki_path("rsa.pem");
  inkotls_identity *identity = inkotls_identity_new();
  CHECK_INT(inkotls_identity_set_chain_pem_file(identity, chain, strlen(chain)), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_set_signer(identity, rsa_pkcs1_sha256, 1, is_not_called, NULL, 0),
            INKOTLS_STATUS_OK);
  return identity;
}

// Where the server asks for a certificate, and the client has none that fits, the client says so:
// the alert that it gets says only that it is not wanted.
static void withheld_identities(const struct way *way) {
  static const struct {
    const char *identity, *ca;
    int error;
    const char *why;
  } all[] = {
      {NULL, "ca.pem", INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED, "its config has no identity"},
      {"stranger-client", "ca.pem", INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED,
       "none of its identities was issued by an authority that the server named"},
      {"rsa", "ca.pem", INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED,
       "none of its identities has a key for the signature schemes that the server named"},
      {"expired-client", "ca.pem", INKOTLS_CERTIFICATE_ERROR_EXPIRED, NULL},
  };
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    int is_tls12_key = all[i].identity && strcmp(all[i].identity, "rsa") == 0;
    if (is_tls12_key && version == TLS12) continue;
    inkotls_client_builder *builder = client_speaking(version);
    if (all[i].identity) {
      inkotls_identity *it = is_tls12_key ? identity_of_tls12() : identity_of(all[i].identity);
      CHECK_INT(inkotls_client_builder_add_identity(builder, it), INKOTLS_STATUS_OK);
      inkotls_identity_free(it);
    }
    const inkotls_client_config *shy = client_built(builder);
    inkotls_server_builder *asking = server_showing("ecdsa");
    server_asks(asking, all[i].ca);
    const inkotls_server_config *strict = server_built(asking);
    for (int is_logged = 0; is_logged < 2; is_logged++) {
      struct messages log = {.count = 0};
      struct pair pair;
      pair_open(&pair, way, shy, "localhost", strict);
      if (is_logged)
        CHECK_INT(inkotls_conn_set_log(pair.client.conn, INKOTLS_LOG_WARN, keep_message, &log),
                  INKOTLS_STATUS_OK);
      pair_refuses(&pair, &pair.server, all[i].error);
      const char *said = inkotls_conn_error(pair.client.conn);
      if (all[i].why) {
        CHECK_TEXT(said,
                   "; the server asked for a certificate, and this client sent none, because");
        CHECK_TEXT(said, all[i].why);
      } else {
        CHECK(!strstr(said, "sent none"));
      }
      if (is_logged && all[i].why && all[i].identity)
        CHECK_TEXT(log.last[INKOTLS_LOG_WARN], all[i].why);
      pair_free(&pair);
    }
    inkotls_client_config_release(shy);
    inkotls_server_config_release(strict);
  }
}

// The same, of a server that leaves without an alert.
static void left_without_an_alert(const struct way *way) {
  inkotls_server_builder *asking = server_showing("ecdsa");
  server_asks(asking, "ca.pem");
  const inkotls_server_config *strict = server_built(asking);
  const inkotls_client_config *shy = client_of(TLS12);
  struct pair pair;
  pair_open(&pair, way, shy, "localhost", strict);
  pair_until_answered(&pair);
  side_deliver(&pair.server, &pair.client);
  side_cut(&pair.client);
  inkotls_status status = side_handshake(&pair.client);
  for (; status == INKOTLS_STATUS_WANT_WRITE; status = side_handshake(&pair.client))
    side_deliver(&pair.client, &pair.server);
  CHECK_INT(status, INKOTLS_STATUS_UNEXPECTED_EOF);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "this client sent none");
  pair_free(&pair);
  inkotls_client_config_release(shy);
  inkotls_server_config_release(strict);
}

// Rule 18: what a peer wrote cannot make lines of its own, and cannot make a line long.
static void is_safe(const struct way *way) {
  static const char *const identities[] = {"rude-names", "many-names"};
  static const char *const parts[] = {"\\u{1b}[2J\\nfake log line: \\u{7f}",
                                      " more, not for localhost"};
  for (int i = 0; i < 2; i++) {
    const inkotls_server_config *one = server_config(identities[i], no_alpn);
    for (int32_t level = INKOTLS_LOG_ERROR; level <= INKOTLS_LOG_TRACE; level++) {
      struct messages messages = {.count = 0};
      struct pair pair;
      pair_open(&pair, way, client, "localhost", one);
      CHECK_INT(inkotls_conn_set_log(pair.client.conn, level, keep_message, &messages),
                INKOTLS_STATUS_OK);
      pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_WRONG_NAME);
      CHECK_TEXT(inkotls_conn_error(pair.client.conn), parts[i]);
      CHECK(messages.by_level[INKOTLS_LOG_ERROR] > 0);
      pair_free(&pair);
    }
    inkotls_server_config_release(one);
  }
}

// The longest server name that there is, which the certificate does not have.
static void is_not_repeated_whole(const struct way *way) {
  char name[254];
  for (size_t i = 0; i < sizeof name; i++) name[i] = i % 51 == 50 ? '.' : 'a';
  name[253] = 0;
  struct pair pair;
  pair_open(&pair, way, client, name, server);
  pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_WRONG_NAME);
  name[201] = 0;
  CHECK(!strstr(inkotls_conn_error(pair.client.conn), name));
  name[150] = 0;
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), name);
  pair_free(&pair);
}

// Whatever an error message repeats.
static void is_one_short_line(void) {
  static const char *const parts[] = {"\x1b[2J\nfake log line: \x7f", "\xe2\x80\xae", "x"};
  for (int i = 0; i < 3; i++) {
    char path[3000] = "/no/such/folder/";
    while (strlen(path) + strlen(parts[i]) < sizeof path) strcat(path, parts[i]);
    inkotls_roots *roots = inkotls_roots_new();
    CHECK(inkotls_roots_add_pem_file(roots, path, strlen(path)) < 0);
    const char *error = inkotls_roots_error(roots);
    CHECK_TEXT(error, "/no/such/folder/");
    CHECK(is_safe_to_log(error, strlen(error)));
    inkotls_roots_free(roots);
  }
}

// Silence.

static void fails_in_all_ways(void) {
  static const struct way way = {.chunk = 1 << 14};
  static const char *const identities[] = {"ecdsa", "expired", "stranger", "other", "client-only"};
  static const char *const garbage[] = {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff",
                                        "\x16\x03\x01\0\x05\x01\0\0\x01\x09"};
  static const size_t lengths[] = {18, 5, 10};
  for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++) {
    struct pair pair;
    const inkotls_server_config *one = server_config(identities[i], no_alpn);
    pair_open(&pair, &way, client, "localhost", one);
    do {
      side_handshake(&pair.client);
      side_handshake(&pair.server);
    } while (pair_carry(&pair));
    CHECK_INT(inkotls_conn_handshake(pair.client.conn) == INKOTLS_STATUS_OK, i == 0);
    pair_free(&pair);
    inkotls_server_config_release(one);
  }
  for (int i = 0; i < 3; i++) {
    inkotls_conn *conn = NULL;
    size_t used;
    CHECK_INT(inkotls_conn_new_server(server, &conn), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_feed(conn, garbage[i], lengths[i], &used), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_WRITE);
    inkotls_conn_free(conn);
  }
  inkotls_roots *roots = inkotls_roots_new();
  CHECK_INT(inkotls_roots_add_pem(roots, "garbage", 7), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK(inkotls_roots_add_pem_file(roots, "/no/such/file", 13) == INKOTLS_STATUS_IO_ERROR);
  inkotls_roots_free(roots);
  CHECK_INT(inkotls_conn_handshake(NULL), INKOTLS_STATUS_INVALID_ARGUMENT);
}

// Whatever happens, the host's standard output and error are its own.
static void is_silent(void) {
  const char *path = in_folder("said");
  int file = open(path, O_CREAT | O_RDWR, 0600), out = dup(1), err = dup(2);
  fflush(stdout);
  dup2(file, 1);
  dup2(file, 2);
  fails_in_all_ways();
  dup2(out, 1);
  dup2(err, 2);
  CHECK_INT(lseek(file, 0, SEEK_END), 0);
  close(out);
  close(err);
  close(file);
  unlink(path);
}

// A log that the host has set is called, and nothing is printed beside it.
static void is_silent_with_a_log(void) {
  struct messages messages = {.count = 0};
  inkotls_conn *logged = NULL;
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &logged), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_log(logged, INKOTLS_LOG_TRACE, keep_message, &messages),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(logged), INKOTLS_STATUS_WANT_WRITE);
  CHECK(messages.count > 0);
  is_silent();
  inkotls_conn_free(logged);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  if (!mkdtemp(folder)) give_up("mkdtemp");
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  once("nothing is printed", is_silent);
  once("nothing is printed beside a log", is_silent_with_a_log);
  each_wide_way("key log callback", logs_keys);
  once("key log file, SSLKEYLOGFILE", logs_keys_to_file);
  each_wide_way("log levels", obeys_the_level);
  once("log levels that do not exist", no_such_levels);
  each_way("one log for each connection", is_per_connection);
  each_way("log of an acceptor", goes_along);
  each_version("why a client sent no certificate", withheld_identities);
  each_wide_way("why a client sent no certificate, without an alert", left_without_an_alert);
  each_wide_way("unsafe text in a certificate", is_safe);
  each_wide_way("a long server name", is_not_repeated_whole);
  once("an error message is one short line", is_one_short_line);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  rmdir(folder);
  return checks_done();
}
