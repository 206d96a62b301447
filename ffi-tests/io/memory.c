// How much memory connections use: each scenario runs in a process whose memory is limited.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "configs.h"

enum { MIB = 1 << 20 };

// Leaves `more` bytes to this process. What it has depends on who watches: valgrind has much.
static void limit_memory(size_t more) {
  unsigned long pages = 0;
  FILE *in = fopen("/proc/self/statm", "r");
  if (!in || fscanf(in, "%lu", &pages) != 1) give_up("/proc/self/statm");
  fclose(in);
  rlim_t bytes = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + more;
  struct rlimit limit = {bytes, bytes};
  if (setrlimit(RLIMIT_AS, &limit)) give_up("setrlimit");
}

// Runs a scenario in a process of its own, which frees all that it made.
static void with_memory(const char *name, size_t more, void (*scenario)(void)) {
  int status = -1;
  if (!begins("%s", name)) return;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    close(STDOUT_FILENO);  // the verdict is the exit code
    limit_memory(more);
    scenario();
    exit(checks_done());
  }
  CHECK_INT(waitpid(child, &status, 0), child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// What may be held is not taken before it comes.
static void reads_with_room(void) {
  static const enum transport attached[] = {FD, CALLBACKS, PIPES};
  for (int bits = 0; bits < 6; bits++) {
    struct way way = {.over = attached[bits / 2], .through_acceptor = bits & 1, .chunk = 1 << 14};
    struct pair pair;
    inkotls_client_builder *a = client_trusting("ca.pem");
    inkotls_server_builder *b = server_showing("ecdsa");
    CHECK_INT(inkotls_client_builder_set_limit(a, INKOTLS_LIMIT_READ_BUFFER, 1 << 30),
              INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_limit(b, INKOTLS_LIMIT_READ_BUFFER, 1 << 30),
              INKOTLS_STATUS_OK);
    const inkotls_client_config *client = client_built(a);
    const inkotls_server_config *server = server_built(b);
    pair_converse(&pair, &way, client, "localhost", server);
    pair_send(&pair, &pair.client, &pair.server, MIB);
    pair_send(&pair, &pair.server, &pair.client, MIB);
    pair_free(&pair);
    inkotls_client_config_release(client);
    inkotls_server_config_release(server);
  }
}

// What was drained is gone, though there is always more to drain; between writes, records come
// that make the library set aside what waits.
static void drains_never_all(void) {
  enum { TOTAL = 48 * MIB, LIMIT = 65536, STEP = 30000 };
  static const struct way way = {.chunk = 1 << 14};
  static unsigned char plain[LIMIT];
  struct pair pair;
  size_t taken = 0, drained = 0, most = 0, used, len;
  const inkotls_client_config *client = client_config("ca.pem", no_alpn);
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  pair_converse(&pair, &way, client, "localhost", server);
  while (drained < TOTAL) {
    while (side_write(&pair.server, plain, sizeof plain, &used) == INKOTLS_STATUS_OK) taken += used;
    if (taken > drained && taken - drained > most) most = taken - drained;
    CHECK_INT(side_write(&pair.client, "x", 1, &used), INKOTLS_STATUS_OK);
    CHECK(side_deliver(&pair.client, &pair.server) > 0);
    CHECK_INT(side_read(&pair.server, plain, 1, &len), INKOTLS_STATUS_OK);
    if (!CHECK_INT(side_take(&pair.server, plain, STEP), STEP)) break;
    drained += STEP;
  }
  CHECK(most > LIMIT / 2 && most <= LIMIT);
  CHECK_INT(side_flush(&pair.server), INKOTLS_STATUS_WANT_WRITE);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// Many servers, which may be one, leave as many sessions as a client with default settings keeps,
// each with a copy of a chain that is as long as may be. The last are remembered.

static int32_t accept_all(void *data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  return (void)data, (void)it, INKOTLS_VERDICT_ACCEPTED;
}

static const inkotls_server_config *long_winded_server(void) {
  enum { CERTIFICATES = 156 };  // about 60 KB
  inkotls_identity *identity = identity_with_issuers("ecdsa", CERTIFICATES);
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_ticket_count(builder, 16), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_session_cache(builder, 5000), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return server_built(builder);
}

static void remembers_little(void) {
  enum { SERVERS = 256, RECENT = 20 };
  static const struct way way = {.chunk = 1 << 14};
  inkotls_client_builder *builder = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, accept_all, NULL, 0),
            INKOTLS_STATUS_OK);
  const inkotls_client_config *client = client_built(builder);
  const inkotls_server_config *server = long_winded_server();
  for (int i = 0; i < SERVERS + RECENT; i++) {
    char name[32];
    struct pair pair;
    snprintf(name, sizeof name, "%d.test", i < SERVERS ? i : 2 * SERVERS - 1 - i);
    pair_converse(&pair, &way, client, name, server);
    CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), i >= SERVERS);
    pair_free(&pair);
  }
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// As little as may be, so that what is freed can be used again.
const char *__asan_default_options(void) { return "quarantine_size_mb=8"; }

int main(int argc, char **argv) {
  pki_open(argc, argv);
  with_memory("a read buffer of 1 GiB", 400 * MIB, reads_with_room);
  with_memory("output that was drained", 48 * MIB, drains_never_all);
  with_memory("sessions of many servers", 48 * MIB, remembers_little);
  return checks_done();
}
