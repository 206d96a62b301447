// fork duplicates the memory of the process. Of the two processes, only one uses what may be used
// only once.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "configs.h"

enum { MOST = 1 << 14 };

static const struct way direct = {.chunk = 1 << 14};

// Returns 1 in the new process, then 0 in this one, where it waits for the other to be done.
static int forks(void) {
  int status = -1;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) close(STDOUT_FILENO);  // the verdict is the exit code
  if (child != 0) CHECK_INT(waitpid(child, &status, 0), child);
  if (child != 0) CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return child == 0;
}

// Both processes free all that there is; then the new one is done.
static void ends(int is_child, const inkotls_client_config *client,
                 const inkotls_server_config *server) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  if (is_child) exit(checks_done());
}

static const inkotls_client_config *early_client(void) {
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_set_early_data(builder, 1), INKOTLS_STATUS_OK);
  return client_built(builder);
}

static const inkotls_server_config *early_server(void) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_max_early_data(builder, MOST), INKOTLS_STATUS_OK);
  return server_built(builder);
}

static const inkotls_server_config *server_with_keys(void) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  server_uses_ticket_keys(builder);
  return server_built(builder);
}

// What a client that comes back says first: with early data, if it may send some.
static size_t first_flight(const inkotls_client_config *client, unsigned char *flight) {
  struct side side;
  size_t len;
  client_open(&side, &direct, client, "localhost");
  inkotls_status status = inkotls_conn_write_early_data(side.conn, "once", 4, &len);
  CHECK(status == INKOTLS_STATUS_OK || status == INKOTLS_STATUS_NONE);
  CHECK(side_handshake(&side) > 0);
  len = side_take(&side, flight, MOST);
  side_free(&side);
  return len;
}

// Shows it to a server, which resumes or does not; returns how much early data it took.
static size_t shown(const inkotls_server_config *server, const unsigned char *flight, size_t len,
                    int is_resumed) {
  struct side side;
  unsigned char in[64];
  size_t early = 0;
  server_open(&side, &direct, server);
  CHECK_INT(side_give(&side, flight, len), len);
  CHECK(side_handshake(&side) > 0);
  CHECK_INT(inkotls_conn_is_resumed(side.conn), is_resumed);
  inkotls_conn_read_early_data(side.conn, in, sizeof in, &early);
  side_free(&side);
  return early;
}

// A session in a server's memory is one process's, and so is its early data.
static void server_in_two_processes(void) {
  unsigned char flight[MOST];
  const inkotls_client_config *client = early_client();
  const inkotls_server_config *server = early_server();
  int is_child, generation = 0;
  do {
    visit(&direct, client, server, 0);
    size_t len = first_flight(client, flight);
    is_child = forks();
    size_t early = shown(server, flight, len, !is_child);
    CHECK_INT(early, !is_child && version == TLS13 ? 4 : 0);
  } while (is_child && ++generation < 2);  // the new process has a memory, too, and a child
  ends(generation > 0, client, server);
}

// Ticket keys are every process's.
static void keys_in_two_processes(void) {
  unsigned char flight[MOST];
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = server_with_keys();
  visit(&direct, client, server, 0);
  size_t len = first_flight(client, flight);
  int is_child = forks();
  CHECK_INT(shown(server, flight, len, 1), 0);
  ends(is_child, client, server);
}

// A session in a client's memory is one process's, too: the server would resume it for both.
static void client_in_two_processes(void) {
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = server_with_keys();
  visit(&direct, client, server, 0);
  int is_child = forks();
  visit(&direct, client, server, !is_child);
  visit(&direct, client, server, 1);
  ends(is_child, client, server);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once_each_version("session memory of a server", server_in_two_processes);
  once_each_version("ticket keys", keys_in_two_processes);
  once_each_version("session memory of a client", client_in_two_processes);
  return checks_done();
}
