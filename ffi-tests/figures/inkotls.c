// A client as small as its host can make it: the guide's first client, over TCP.

#include "inkotls.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "connected.h"

static void wait_for(inkotls_conn *conn, int fd, inkotls_status status) {
  struct pollfd poll_fd = {.fd = fd,
                           .events = status == INKOTLS_STATUS_WANT_READ ? POLLIN : POLLOUT};
  if (status == INKOTLS_STATUS_WANT_BLOCKING)
    inkotls_conn_run_blocking(conn);
  else
    poll(&poll_fd, 1, -1);
}

#include "client.inc"

int main(int argc, char **argv) {
  static char answer[1 << 16];
  int fd = connected(argc, argv);
  if (fd < 0) return 2;
  inkotls_status status = fetch(fd, argv[1], "GET / HTTP/1.0\r\n\r\n", answer, sizeof answer);
  puts(answer);
  return status != INKOTLS_STATUS_CLOSED;
}
