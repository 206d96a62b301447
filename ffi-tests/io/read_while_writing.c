// Two threads use one connection, as the overview of the header describes: one reads, one writes.
// Both sides send at once, far more than the sockets hold, and neither stops the other.

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pair.h"

enum { TOTAL = 4 << 20, PATIENCE_MS = 20000 };

struct end {
  inkotls_conn *conn;
  int fd, is_attached;
  pthread_mutex_t call;  // one call at a time
  pthread_mutex_t send;  // what one drain gave goes out before what the next one gives
  const char *failure;
};

static int wait_for(int fd, short events) {
  return poll(&(struct pollfd){.fd = fd, .events = events}, 1, PATIENCE_MS) == 1;
}

static int send_all(int fd, const unsigned char *data, size_t len) {
  while (len > 0) {
    ssize_t sent = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) data += sent, len -= (size_t)sent;
    if (sent < 0 && !wait_for(fd, POLLOUT)) return 0;
  }
  return 1;
}

// Does what the status asks for, as the README's loop does, between two calls.
static int obey(struct end *end, inkotls_status status) {
  unsigned char net[16384];
  size_t len, used;
  if (end->is_attached) {
    return wait_for(end->fd, status == INKOTLS_STATUS_WANT_READ ? POLLIN : POLLOUT);
  }
  if (status == INKOTLS_STATUS_WANT_WRITE) {
    pthread_mutex_lock(&end->send);
    pthread_mutex_lock(&end->call);
    inkotls_conn_drain(end->conn, net, sizeof net, &len);
    pthread_mutex_unlock(&end->call);
    int is_sent = send_all(end->fd, net, len);
    pthread_mutex_unlock(&end->send);
    return is_sent;
  }
  if (!wait_for(end->fd, POLLIN)) return 0;
  ssize_t got = recv(end->fd, net, sizeof net, MSG_DONTWAIT);
  if (got <= 0) return 0;
  pthread_mutex_lock(&end->call);
  status = inkotls_conn_feed(end->conn, net, (size_t)got, &used);
  pthread_mutex_unlock(&end->call);
  return status == INKOTLS_STATUS_OK && used == (size_t)got;
}

static void *write_all(void *argument) {
  struct end *end = argument;
  unsigned char plain[30000];
  size_t done = 0, used = 0;
  while (done < TOTAL) {
    size_t want = TOTAL - done < sizeof plain ? TOTAL - done : sizeof plain;
    for (size_t i = 0; i < want; i++) plain[i] = octet(done + i);
    pthread_mutex_lock(&end->call);
    inkotls_status status = inkotls_conn_write(end->conn, plain, want, &used);
    pthread_mutex_unlock(&end->call);
    if (status == INKOTLS_STATUS_OK) done += used;
    if (status < 0 || (status > 0 && !obey(end, status))) {
      end->failure = "writing stopped";
      return NULL;
    }
  }
  for (;;) {
    pthread_mutex_lock(&end->call);
    inkotls_status status = inkotls_conn_flush(end->conn);
    pthread_mutex_unlock(&end->call);
    if (status == INKOTLS_STATUS_OK) return NULL;
    if (status < 0 || !obey(end, status)) {
      end->failure = "flushing stopped";
      return NULL;
    }
  }
}

static void *read_all(void *argument) {
  struct end *end = argument;
  unsigned char plain[30000];
  size_t done = 0, len = 0;
  while (done < TOTAL) {
    pthread_mutex_lock(&end->call);
    inkotls_status status = inkotls_conn_read(end->conn, plain, sizeof plain, &len);
    pthread_mutex_unlock(&end->call);
    if (status < 0 || (status > 0 && !obey(end, status))) {
      end->failure = "reading stopped";
      return NULL;
    }
    for (size_t i = 0; status == INKOTLS_STATUS_OK && i < len; i++, done++) {
      if (plain[i] != octet(done)) end->failure = "a wrong byte";
    }
  }
  return NULL;
}

// The host's functions.

static int32_t receive(void *user_data, uint8_t *buf, size_t cap) {
  struct end *end = user_data;
  ssize_t got = recv(end->fd, buf, cap, MSG_DONTWAIT);
  return got < 0 ? -errno : (int32_t)got;
}

static int32_t transmit(void *user_data, const uint8_t *data, size_t len) {
  struct end *end = user_data;
  ssize_t sent = send(end->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent < 0 ? -errno : (int32_t)sent;
}

static void goes_both_ways_at_once(enum transport over) {
  const inkotls_client_config *client = client_config("ca.pem", no_alpn);
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  const struct way buffers = {.chunk = 1 << 14};
  struct pair pair;
  struct end ends[2];
  pthread_t tasks[4];
  int fds[2], few = 4096;
  pair_connect(&pair, &buffers, client, server);
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  for (int i = 0; i < 2; i++) {
    ends[i] = (struct end){.conn = i ? pair.server.conn : pair.client.conn,
                           .fd = fds[i],
                           .is_attached = over != BUFFERS,
                           .call = PTHREAD_MUTEX_INITIALIZER,
                           .send = PTHREAD_MUTEX_INITIALIZER};
    CHECK_INT(setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &few, sizeof few), 0);
    if (over == FD) CHECK_INT(inkotls_conn_set_fd(ends[i].conn, fds[i]), INKOTLS_STATUS_OK);
    if (over == CALLBACKS)
      CHECK_INT(inkotls_conn_set_io(ends[i].conn, receive, transmit, &ends[i]), INKOTLS_STATUS_OK);
  }
  for (int i = 0; i < 4; i++)
    CHECK_INT(pthread_create(&tasks[i], NULL, i & 1 ? write_all : read_all, &ends[i / 2]), 0);
  for (int i = 0; i < 4; i++) CHECK_INT(pthread_join(tasks[i], NULL), 0);
  for (int i = 0; i < 2; i++) CHECK_INT(strcmp(ends[i].failure ? ends[i].failure : "", ""), 0);
  pair_free(&pair);
  close(fds[0]);
  close(fds[1]);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

int main(int argc, char **argv) {
  static const char *const names[] = {"buffers", "a descriptor", "callbacks"};
  pki_open(argc, argv);
  for (int over = BUFFERS; over <= CALLBACKS; over++)
    if (begins("over %s", names[over])) goes_both_ways_at_once((enum transport)over);
  return checks_done();
}
