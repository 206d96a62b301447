// Sessions that servers seal into tickets, with keys that several servers share and rotate; the
// data that a server attaches to a session, and the client's certificate in it. Sessions that a
// server keeps are in resumption.c.

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#ifndef _WIN32
#include <sys/wait.h>
#endif
#include <unistd.h>

#include "client_hello.h"
#include "configs.h"

enum { KEY = 32, KEYS = 16 };

// Key n of `keys` is made of the letter ids[n].
static size_t spell(const char *ids, unsigned char *keys) {
  size_t count = strlen(ids);
  for (size_t i = 0; i < count; i++) memset(keys + i * KEY, ids[i], KEY);
  return count * KEY;
}

static const inkotls_ticket_keys *keys_of(const char *ids) {
  unsigned char bytes[KEYS * KEY];
  const inkotls_ticket_keys *keys = NULL;
  CHECK_INT(inkotls_ticket_keys_new(bytes, spell(ids, bytes), &keys), INKOTLS_STATUS_OK);
  return keys;
}

static void rotate(const inkotls_ticket_keys *keys, const char *ids) {
  unsigned char bytes[KEYS * KEY];
  CHECK_INT(inkotls_ticket_keys_set(keys, bytes, spell(ids, bytes)), INKOTLS_STATUS_OK);
}

// A server that keeps nothing: what it resumes, it resumes by ticket.
static inkotls_server_builder *sealing(const inkotls_ticket_keys *keys) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_ticket_keys(builder, keys), INKOTLS_STATUS_OK);
  return builder;
}

static const inkotls_server_config *server_with(const char *ids) {
  const inkotls_ticket_keys *keys = keys_of(ids);
  const inkotls_server_config *server = server_built(sealing(keys));
  inkotls_ticket_keys_release(keys);  // the config has its own reference
  return server;
}

// Any server that has the key, in any place, opens what another sealed; others do not mind.
static void shared_by_servers(const struct way *way) {
  static const struct {
    const char *ids;
    int opens;
  } others[] = {{"a", 1}, {"bcdefghijklmnopa", 1}, {"bcd", 0}};
  const inkotls_server_config *one = server_with("a");
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    const inkotls_client_config *client = client_of(version);
    const inkotls_server_config *other = server_with(others[i].ids);
    visit(way, client, one, 0);
    visit(way, client, other, others[i].opens);
    inkotls_client_config_release(client);
    inkotls_server_config_release(other);
  }
  inkotls_server_config_release(one);
}

static void rotated(const struct way *way) {
  const inkotls_client_config *client = client_of(version);
  const inkotls_ticket_keys *keys = keys_of("a");
  const inkotls_server_config *server = server_built(sealing(keys));
  visit(way, client, server, 0);
  visit(way, client, server, 1);
  rotate(keys, "ba");
  visit(way, client, server, 1);  // the old key opens; the new one seals
  rotate(keys, "cb");
  visit(way, client, server, 1);
  rotate(keys, "d");
  visit(way, client, server, 0);  // all that the client knew is retired
  visit(way, client, server, 1);
  inkotls_ticket_keys_release(keys);
  visit(way, client, server, 1);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A server opens the first tickets of a ClientHello, and no more. The client's own ticket is behind
// others, so that its binder is wrong: a server that opens it refuses the ClientHello.
static void behind_other_tickets(void) {
  enum { OPENED = 4 };
  static unsigned char hello[1 << 12], out[1 << 17];
  const struct way way = {.chunk = 1 << 14};
  const inkotls_server_config *server = server_with("a");
  for (size_t others = 0; others < 2 * OPENED; others++) {
    checking("behind %zu other tickets", others);
    const inkotls_client_config *client = client_of(TLS13);
    struct side from, to;
    visit(&way, client, server, 0);
    client_open(&from, &way, client, "localhost");
    server_open(&to, &way, server);
    CHECK_INT(side_handshake(&from), INKOTLS_STATUS_WANT_WRITE);
    size_t len = side_take(&from, hello, sizeof hello);
    len = with_tickets(hello, len, others, TICKET_HEAD + TICKET_TAG, out);
    CHECK_INT(side_give(&to, out, len), len);
    CHECK_INT(side_handshake(&to), INKOTLS_STATUS_WANT_WRITE);
    int is_opened = others > 0 && others < OPENED;
    CHECK_INT(inkotls_conn_state(to.conn) & INKOTLS_STATE_FAILED,
              is_opened ? INKOTLS_STATE_FAILED : 0);
    if (!is_opened) CHECK_INT(inkotls_conn_is_resumed(to.conn), others == 0);
    side_free(&from);
    side_free(&to);
    inkotls_client_config_release(client);
  }
  inkotls_server_config_release(server);
}

// The client of TLS 1.2 that wants session ids only never gets a ticket.
static void only_ids(const struct way *way) {
  inkotls_client_builder *builder = client_speaking(TLS12);
  CHECK_INT(
      inkotls_client_builder_set_tls12_resumption(builder, INKOTLS_TLS12_RESUMPTION_SESSION_ID),
      INKOTLS_STATUS_OK);
  const inkotls_client_config *client = client_built(builder);
  const inkotls_server_config *server = server_with("a");
  visit(way, client, server, 0);
  visit(way, client, server, 0);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void bad_keys(void) {
  static const size_t lengths[] = {0, 1, 31, 33, 63, 15 * KEY + 1, 17 * KEY, 1 << 20};
  static unsigned char bytes[1 << 20];
  const struct way way = {.chunk = 1 << 14};
  const inkotls_client_config *client = client_of(TLS13);
  const inkotls_ticket_keys *keys = keys_of("a"), *none = NULL;
  const inkotls_server_config *server = server_built(sealing(keys));
  visit(&way, client, server, 0);
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    CHECK_INT(inkotls_ticket_keys_new(bytes, lengths[i], &none), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK(none == NULL);
    CHECK_INT(inkotls_ticket_keys_set(keys, bytes, lengths[i]), INKOTLS_STATUS_INVALID_ARGUMENT);
  }
  visit(&way, client, server, 1);  // with the keys that were there before
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  CHECK_INT(inkotls_ticket_keys_retain(keys), INKOTLS_STATUS_OK);
  inkotls_ticket_keys_release(keys);
  rotate(keys, "b");
  inkotls_ticket_keys_release(keys);
}

// Rotation while handshakes go on, in another thread.

static atomic_int is_over;

// Returns NULL where every call succeeded. It makes no checks: those are the main thread's.
static void *rotates(void *argument) {
  const inkotls_ticket_keys *keys = argument;
  unsigned char ab[2 * KEY], ba[2 * KEY];
  spell("ab", ab);
  spell("ba", ba);
  int failures = 0;
  while (!is_over) {
    failures += inkotls_ticket_keys_set(keys, ab, sizeof ab) != INKOTLS_STATUS_OK;
    sched_yield();
    failures += inkotls_ticket_keys_set(keys, ba, sizeof ba) != INKOTLS_STATUS_OK;
    sched_yield();
  }
  return failures ? argument : NULL;
}

static void rotated_meanwhile(const struct way *way) {
  const inkotls_client_config *client = client_of(version);
  const inkotls_ticket_keys *keys = keys_of("a");
  const inkotls_server_config *server = server_built(sealing(keys));
  pthread_t thread;
  void *failure = NULL;
  is_over = 0;
  if (pthread_create(&thread, NULL, rotates, (void *)keys)) give_up("pthread_create");
  for (int i = 0; i < 5; i++) visit(way, client, server, i > 0);
  is_over = 1;
  pthread_join(thread, &failure);
  CHECK(failure == NULL);
  inkotls_ticket_keys_release(keys);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

#ifndef _WIN32  // which has no fork
// Another process, over a socket. Its blocking reads are the test's own.

static size_t receive(inkotls_conn *conn, int fd, void *buf, size_t cap) {
  unsigned char net[1 << 14];
  size_t len = 0, used;
  inkotls_status status;
  while ((status = inkotls_conn_read(conn, buf, cap, &len)) > 0) {
    if (status == INKOTLS_STATUS_WANT_WRITE) {
      CHECK_INT(inkotls_conn_drain(conn, net, sizeof net, &len), INKOTLS_STATUS_OK);
      CHECK_INT(send(fd, net, len, MSG_NOSIGNAL), (ssize_t)len);
    } else {
      ssize_t got = recv(fd, net, sizeof net, 0);
      if (got <= 0) return 0;
      CHECK_INT(inkotls_conn_feed(conn, net, (size_t)got, &used), INKOTLS_STATUS_OK);
    }
  }
  CHECK_INT(status, INKOTLS_STATUS_OK);
  return status == INKOTLS_STATUS_OK ? len : 0;
}

static void say(inkotls_conn *conn, int fd, const char *byte) {
  unsigned char net[1 << 14];
  size_t len = 0;
  CHECK_INT(inkotls_conn_write(conn, byte, 1, &len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_drain(conn, net, sizeof net, &len), INKOTLS_STATUS_OK);
  CHECK_INT(send(fd, net, len, MSG_NOSIGNAL), (ssize_t)len);
}

// The other process: waits for a byte, answers whether the session was resumed.
static void serve(int fd) {
  inkotls_conn *conn = NULL;
  char byte;
  const inkotls_server_config *server = server_with("a");
  CHECK_INT(inkotls_conn_new_server(server, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(receive(conn, fd, &byte, 1), 1);
  say(conn, fd, inkotls_conn_is_resumed(conn) == 1 ? "y" : "n");
  inkotls_conn_free(conn);
  inkotls_server_config_release(server);
  close(fd);
}

static void shared_with_another_process(void) {
  const struct way way = {.chunk = 1 << 14};
  int fd[2], status;
  char byte = 0;
  inkotls_conn *conn = NULL;
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = server_with("a");
  visit(&way, client, server, 0);
  inkotls_server_config_release(server);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd)) give_up("socketpair");
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    close(STDOUT_FILENO);  // the verdict is the exit code
    inkotls_client_config_release(client);
    close(fd[0]);
    serve(fd[1]);
    exit(checks_done());
  }
  close(fd[1]);
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(receive(conn, fd[0], &byte, 0), 0);  // the handshake
  CHECK_INT(inkotls_conn_is_resumed(conn), 1);
  say(conn, fd[0], "?");
  CHECK_INT(receive(conn, fd[0], &byte, 1), 1);
  CHECK_INT(byte, 'y');
  inkotls_conn_free(conn);
  inkotls_client_config_release(client);
  close(fd[0]);
  CHECK_INT(waitpid(child, &status, 0), child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
#endif

// What the server attaches to a session.

enum { LONGEST = 2048 };

// One ticket: a client does not take 64 KiB of them at once.
static const inkotls_server_config *server_of(int is_stateless) {
  const inkotls_ticket_keys *keys = keys_of("a");
  inkotls_server_builder *builder = is_stateless ? sealing(keys) : server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_ticket_count(builder, 1), INKOTLS_STATUS_OK);
  inkotls_ticket_keys_release(keys);
  return server_built(builder);
}

static void attached(const struct way *way) {
  static const size_t lengths[] = {1, 100, LONGEST};
  static unsigned char data[LONGEST + 1];
  for (size_t i = 0; i < sizeof data; i++) data[i] = octet(i);
  for (int run = 0; run < 6; run++) {
    const inkotls_client_config *client = client_of(version);
    const inkotls_server_config *server = server_of(run % 2);
    size_t given = lengths[run / 2], len = 7;
    const uint8_t *found = NULL;
    struct pair pair;
    pair_open(&pair, way, client, "localhost", server);
    pair_until_hello(&pair);
    side_becomes_conn(&pair.server);
    inkotls_conn *at_client = pair.client.conn, *at_server = pair.server.conn;
    CHECK_INT(inkotls_conn_set_resumption_data(at_server, data, sizeof data),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_conn_error(at_server), "2048");
    CHECK_INT(inkotls_conn_set_resumption_data(at_server, data, given), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_set_resumption_data(at_client, data, given),
              INKOTLS_STATUS_INVALID_STATE);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_set_resumption_data(at_server, data, given),
              INKOTLS_STATUS_INVALID_STATE);
    pair_send(&pair, &pair.server, &pair.client, 10);
    CHECK_INT(inkotls_conn_resumption_data(at_server, &found, &len), INKOTLS_STATUS_NONE);
    CHECK_INT(inkotls_conn_resumption_data(at_client, &found, &len), INKOTLS_STATUS_NONE);
    CHECK(!found && len == 7);
    pair_free(&pair);

    pair_connect(&pair, way, client, server);
    CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), 1);
    CHECK_INT(inkotls_conn_resumption_data(pair.client.conn, &found, &len), INKOTLS_STATUS_NONE);
    CHECK_INT(inkotls_conn_resumption_data(pair.server.conn, &found, &len), INKOTLS_STATUS_OK);
    CHECK(len == given && memcmp(found, data, len) == 0);
    pair_free(&pair);
    inkotls_client_config_release(client);
    inkotls_server_config_release(server);
  }
}

// The server knows the client again, certificate and all, though it is not shown twice.
static void known_again(const struct way *way) {
  for (int is_stateless = 0; is_stateless < 2; is_stateless++) {
    inkotls_roots *roots = roots_of("ca.pem");
    inkotls_identity *identity = identity_of("client-only");
    inkotls_client_builder *with = client_speaking(version);
    inkotls_server_builder *builder = server_showing("ecdsa");
    const inkotls_ticket_keys *keys = keys_of("a");
    CHECK_INT(inkotls_client_builder_add_identity(with, identity), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
              INKOTLS_STATUS_OK);
    if (is_stateless)
      CHECK_INT(inkotls_server_builder_set_ticket_keys(builder, keys), INKOTLS_STATUS_OK);
    const inkotls_client_config *client = client_built(with);
    const inkotls_server_config *server = server_built(builder);
    unsigned char first[4096];
    size_t first_len = 0;
    for (int again = 0; again < 2; again++) {
      struct pair pair;
      const uint8_t *der = NULL;
      size_t len = 0;
      pair_converse(&pair, way, client, "localhost", server);
      CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), again);
      CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &der, &len), INKOTLS_STATUS_OK);
      if (again) CHECK(len == first_len && memcmp(der, first, len) == 0);
      if (len <= sizeof first) memcpy(first, der, first_len = len);
      CHECK(first_len > 0);
      pair_free(&pair);
    }
    inkotls_client_config_release(client);
    inkotls_server_config_release(server);
    inkotls_ticket_keys_release(keys);
    inkotls_identity_free(identity);
    inkotls_roots_free(roots);
  }
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
#ifndef _WIN32
  once_each_version("keys shared with another process", shared_with_another_process);
#endif
  once("keys of a wrong length", bad_keys);
  once("behind other tickets", behind_other_tickets);
  each_version("keys shared by several servers", shared_by_servers);
  each_version("rotation of keys", rotated);
  each_version("rotation during handshakes", rotated_meanwhile);
  each_wide_way("a client that takes no tickets", only_ids);
  each_version("resumption data", attached);
  each_version("client certificate", known_again);
  return checks_done();
}
