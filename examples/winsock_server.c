// An HTTPS server for Windows, in Winsock: one connection after the other, each with WSAPoll.
//
//     winsock_server PORT CHAIN.pem KEY.pem
//
// PORT 0 is a free port. The server says on stdout where it listens, and answers until it is ended.

#define WIN32_LEAN_AND_MEAN
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include "inkotls.h"

enum { PATIENCE_MS = 10000 };

static void die(const char *why) {
  fprintf(stderr, "winsock_server: %s\n", why);
  exit(1);
}

static const inkotls_server_config *new_config(const char *chain, const char *key) {
  const inkotls_server_config *config;
  inkotls_identity *identity = inkotls_identity_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  if (inkotls_identity_set_chain_pem_file(identity, chain, strlen(chain)) ||
      inkotls_identity_set_key_pem_file(identity, key, strlen(key)))
    die(inkotls_identity_error(identity));
  if (inkotls_server_builder_set_identity(builder, identity) ||
      inkotls_server_builder_build(builder, &config))
    die(inkotls_server_builder_error(builder));
  inkotls_identity_free(identity);
  return config;
}

// Waits for what `status` asks for. Returns 1 if the call that returned `status` must be repeated.
static int is_repeated(SOCKET fd, inkotls_status status) {
  WSAPOLLFD polled = {.fd = fd};
  if (status != INKOTLS_STATUS_WANT_READ && status != INKOTLS_STATUS_WANT_WRITE) return 0;
  polled.events = status == INKOTLS_STATUS_WANT_READ ? POLLIN : POLLOUT;
  return WSAPoll(&polled, 1, PATIENCE_MS) > 0;
}

// Reads the head of a request, and answers.
static inkotls_status converse(inkotls_conn *conn, SOCKET fd) {
  static const char answer[] =
      "HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\nHello, world!\n";
  char request[4096] = "";
  size_t len = 0, n, written = 0;
  inkotls_status status;
  while (len + 1 < sizeof request && !strstr(request, "\r\n\r\n")) {
    status = inkotls_conn_read(conn, request + len, sizeof request - 1 - len, &n);
    if (status == INKOTLS_STATUS_OK)
      len += n;
    else if (!is_repeated(fd, status))
      return status;
  }
  while (written < sizeof answer - 1) {
    status = inkotls_conn_write(conn, answer + written, sizeof answer - 1 - written, &n);
    if (status == INKOTLS_STATUS_OK)
      written += n;
    else if (!is_repeated(fd, status))
      return status;
  }
  while (is_repeated(fd, status = inkotls_conn_close(conn))) continue;
  return status;
}

// A handle of a socket has at most 32 bits that matter, so that it fits into the parameter fd.
static void serve(const inkotls_server_config *config, SOCKET fd) {
  char rest[4096];
  inkotls_conn *conn;
  if (inkotls_conn_new_server(config, &conn)) die("no connection");
  if (inkotls_conn_set_fd(conn, (int32_t)fd)) die(inkotls_conn_error(conn));
  if (converse(conn, fd)) printf("a connection failed: %s\n", inkotls_conn_error(conn));
  inkotls_conn_free(conn);
  // What is received and not read would reset the connection, and the client might lose the answer.
  shutdown(fd, SD_SEND);
  while (is_repeated(fd, INKOTLS_STATUS_WANT_READ) && recv(fd, rest, sizeof rest, 0) > 0) continue;
  closesocket(fd);
}

int main(int argc, char **argv) {
  struct sockaddr_in at = {.sin_family = AF_INET};
  int len = sizeof at;
  WSADATA data;
  if (argc != 4) die("usage: winsock_server PORT CHAIN.pem KEY.pem");
  if (WSAStartup(MAKEWORD(2, 2), &data)) die("WSAStartup");
  const inkotls_server_config *config = new_config(argv[2], argv[3]);
  SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons((unsigned short)atoi(argv[1]));
  if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, SOMAXCONN) ||
      getsockname(listener, (struct sockaddr *)&at, &len))
    die("the port");
  printf("listening on 127.0.0.1:%d\n", ntohs(at.sin_port));
  fflush(stdout);
  for (;;) {
    SOCKET fd = accept(listener, NULL, NULL);
    if (fd != INVALID_SOCKET) serve(config, fd);
    fflush(stdout);
  }
}
