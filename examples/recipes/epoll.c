// Many connections on one thread: clients in an epoll loop, each of which uploads to a server.

#define _DEFAULT_SOURCE 1

#include "../epoll.h"

#include "recipe.h"

enum { CLIENTS = 10, TOTAL = 1 << 20 };

struct client {
  struct server server;
  inkotls_conn *conn;
  int fd;
  size_t written;         // in bytes
  inkotls_status status;  // of the last call
};

// Writes, closes, and reads until the server has closed. Where a call must wait, the function
// returns its status. The next time, the calls that were complete have nothing left to do.
static inkotls_status upload(struct client *client) {
  static char zeros[TOTAL];
  char buf[100];
  size_t used, len;
  inkotls_status status = INKOTLS_STATUS_OK;
  while (client->written < TOTAL && status == INKOTLS_STATUS_OK) {
    status = inkotls_conn_write(client->conn, zeros, TOTAL - client->written, &used);
    if (status == INKOTLS_STATUS_OK) client->written += used;
  }
  if (status == INKOTLS_STATUS_OK) status = inkotls_conn_close(client->conn);
  if (status == INKOTLS_STATUS_OK) status = inkotls_conn_read(client->conn, buf, sizeof buf, &len);
  return status;
}

// Runs a client until it must wait for its socket, and returns 1 when it has finished. With
// READABLE, epoll would report nothing: what the next call needs was received already.
static int go_on(struct client *client) {
  if (client->status < 0) return 0;
  do client->status = upload(client);
  while (client->status == INKOTLS_STATUS_WANT_READ &&
         inkotls_conn_state(client->conn) & INKOTLS_STATE_READABLE);
  return client->status < 0;
}

// Adds the socket once, edge-triggered and for both directions. No call of epoll_ctl follows when
// the status changes from WANT_READ to WANT_WRITE.
static void watch(int epoll, struct client *client) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = client};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, client->fd, &event)) die("epoll_ctl");
}

static void read_all(inkotls_conn *conn, int fd) {
  char text[16384];
  while (read_text(conn, fd, text, sizeof text) == INKOTLS_STATUS_OK) continue;
}

int main(void) {
  static struct client clients[CLIENTS];
  int epoll = epoll_create1(EPOLL_CLOEXEC), closed = 0;
  const inkotls_client_config *config = build_client(new_client_builder());
  const inkotls_server_config *shown = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  for (struct client *client = clients; client < clients + CLIENTS; client++) {
    client->fd = start_server(&client->server, shown, read_all);
    client->conn = new_client(config, "localhost", client->fd);
    watch(epoll, client);
  }
  for (int left = CLIENTS; left > 0;) {
    struct epoll_event events[8];
    int count = epoll_wait(epoll, events, 8, -1);
    for (int i = 0; i < count; i++) left -= go_on(events[i].data.ptr);
  }
  for (struct client *client = clients; client < clients + CLIENTS; client++) {
    closed += client->status == INKOTLS_STATUS_CLOSED;
    finish(client->conn, client->fd);
    join_server(&client->server);
  }
  expect(closed == CLIENTS, "Every client has uploaded and has read close_notify.");
  inkotls_client_config_release(config);
  inkotls_server_config_release(shown);
  return close(epoll);
}
