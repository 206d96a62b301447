// What the recipes share: the loop that drives a connection over a socket, the settings that are
// not the subject of a recipe, and a server on a thread. Every function may be copied on its own.
// The files that the recipes read are those of examples/pki.sh, in the working directory.
#ifndef RECIPE_H
#define RECIPE_H

#define _DEFAULT_SOURCE 1         // explicit_bzero, getentropy
#define __STDC_WANT_LIB_EXT1__ 1  // memset_s

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __APPLE__
#include <sys/random.h>
#define explicit_bzero(data, len) memset_s(data, len, 0, len)
#endif

#include "inkotls.h"

// Ends the program with the error message of a handle.
static inline _Noreturn void die(const char *error) {
  fprintf(stderr, "FAILED: %s\n", error);
  exit(1);
}

// Prints a fact that the recipe shows, and ends the program if the fact is not true.
static inline void expect(int is_true, const char *fact) {
  if (!is_true) die(fact);
  printf("%s\n", fact);
}

// The loop.

// Waits for what `status` asks for. Returns 1 if the call that returned `status` must be made
// again. A program with green threads suspends the task here; a program with an event loop returns
// to it.
static inline int wait_for(inkotls_conn *conn, int fd, inkotls_status status) {
  if (status <= 0) return 0;
  if (status == INKOTLS_STATUS_WANT_BLOCKING) return !inkotls_conn_run_blocking(conn);
  short events = status == INKOTLS_STATUS_WANT_WRITE ? POLLOUT : POLLIN;
  return poll(&(struct pollfd){.fd = fd, .events = events}, 1, 10000) == 1;  // 10 seconds
}

static inline inkotls_status handshake(inkotls_conn *conn, int fd) {
  inkotls_status status;
  while (wait_for(conn, fd, status = inkotls_conn_handshake(conn))) continue;
  return status;
}

// Writes all of `text`, and waits until it is sent.
static inline inkotls_status write_text(inkotls_conn *conn, int fd, const char *text) {
  inkotls_status status = INKOTLS_STATUS_OK;
  size_t left = strlen(text), used;
  while (left > 0 && status == INKOTLS_STATUS_OK) {
    while (wait_for(conn, fd, status = inkotls_conn_write(conn, text, left, &used))) continue;
    if (status == INKOTLS_STATUS_OK) text += used, left -= used;
  }
  if (status != INKOTLS_STATUS_OK) return status;
  while (wait_for(conn, fd, status = inkotls_conn_flush(conn))) continue;
  return status;
}

// Reads what has arrived, at least 1 byte, as a string.
static inline inkotls_status read_text(inkotls_conn *conn, int fd, char *text, size_t cap) {
  inkotls_status status;
  size_t len = 0;
  while (wait_for(conn, fd, status = inkotls_conn_read(conn, text, cap - 1, &len))) continue;
  text[len] = 0;
  return status;
}

// Sends close_notify, unless the connection has failed, and reads until the peer has closed. If
// unread bytes were left, closing the socket would discard an alert that the peer has not read yet.
static inline void finish(inkotls_conn *conn, int fd) {
  char rest[1024];
  while (wait_for(conn, fd, inkotls_conn_close(conn))) continue;
  shutdown(fd, SHUT_WR);
  while (read_text(conn, fd, rest, sizeof rest) == INKOTLS_STATUS_OK) continue;
  while (read(fd, rest, sizeof rest) > 0) continue;
  inkotls_conn_free(conn);
  close(fd);
}

// Settings. A call that sets something returns 0 (INKOTLS_STATUS_OK) or a negative status.

static inline inkotls_roots *new_roots(const char *ca_path) {
  inkotls_roots *roots = inkotls_roots_new();
  if (inkotls_roots_add_pem_file(roots, ca_path, strlen(ca_path))) die(inkotls_roots_error(roots));
  return roots;
}

static inline inkotls_identity *new_identity(const char *chain_path, const char *key_path) {
  inkotls_identity *identity = inkotls_identity_new();
  if (inkotls_identity_set_chain_pem_file(identity, chain_path, strlen(chain_path)) ||
      inkotls_identity_set_key_pem_file(identity, key_path, strlen(key_path)))
    die(inkotls_identity_error(identity));
  return identity;
}

// The settings of a client that trusts the authority ca.pem.
static inline inkotls_client_builder *new_client_builder(void) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_roots *roots = new_roots("ca.pem");
  if (inkotls_client_builder_set_roots(builder, roots)) die(inkotls_client_builder_error(builder));
  inkotls_roots_free(roots);
  return builder;
}

// The settings of a server with a certificate. ca.pem issued ecdsa.pem to localhost.
static inline inkotls_server_builder *new_server_builder(const char *chain_path,
                                                         const char *key_path) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  inkotls_identity *identity = new_identity(chain_path, key_path);
  if (inkotls_server_builder_set_identity(builder, identity))
    die(inkotls_server_builder_error(builder));
  inkotls_identity_free(identity);
  return builder;
}

static inline const inkotls_client_config *build_client(inkotls_client_builder *builder) {
  const inkotls_client_config *config;
  if (inkotls_client_builder_build(builder, &config)) die(inkotls_client_builder_error(builder));
  return config;
}

static inline const inkotls_server_config *build_server(inkotls_server_builder *builder) {
  const inkotls_server_config *config;
  if (inkotls_server_builder_build(builder, &config)) die(inkotls_server_builder_error(builder));
  return config;
}

// Both ends of a connection, over a socket pair in the place where a real program has TCP.

static inline inkotls_conn *new_client(const inkotls_client_config *config, const char *server_name,
                                       int fd) {
  inkotls_conn *conn;
  if (inkotls_conn_new_client(config, server_name, strlen(server_name), &conn)) die(server_name);
  if (inkotls_conn_set_fd(conn, fd)) die(inkotls_conn_error(conn));
  return conn;
}

struct server {
  pthread_t thread;
  int fd;
  inkotls_conn *conn;
  void (*serve)(inkotls_conn *conn, int fd);
};

static inline void *run_server(void *argument) {
  struct server *server = argument;
  server->serve(server->conn, server->fd);
  finish(server->conn, server->fd);
  return NULL;
}

// Starts a thread that serves one client. Returns the socket of the client.
static inline int start_server(struct server *server, const inkotls_server_config *config,
                               void (*serve)(inkotls_conn *conn, int fd)) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) die("socketpair");
  *server = (struct server){.fd = ends[1], .serve = serve};
  if (inkotls_conn_new_server(config, &server->conn)) die("inkotls_conn_new_server");
  if (inkotls_conn_set_fd(server->conn, ends[1])) die(inkotls_conn_error(server->conn));
  if (pthread_create(&server->thread, NULL, run_server, server)) die("pthread_create");
  return ends[0];
}

// Waits until the server has finished. The client must have finished before.
static inline void join_server(struct server *server) { pthread_join(server->thread, NULL); }

// A function for start_server: reads a request, and answers "hello".
static inline void say_hello(inkotls_conn *conn, int fd) {
  char request[100];
  if (read_text(conn, fd, request, sizeof request) == INKOTLS_STATUS_OK)
    write_text(conn, fd, "hello");
}

// Connects a client to a server, and reads the answer of the server. Returns 0, or why the client
// refuses the certificate of the server (inkotls_certificate_error).
static inline int32_t visit(const inkotls_client_config *client_config, const char *server_name,
                            const inkotls_server_config *server_config) {
  struct server server;
  char answer[100];
  int fd = start_server(&server, server_config, say_hello);
  inkotls_conn *conn = new_client(client_config, server_name, fd);
  inkotls_status status = write_text(conn, fd, "hello?");
  if (status == INKOTLS_STATUS_OK) status = read_text(conn, fd, answer, sizeof answer);
  int32_t error = inkotls_conn_certificate_error(conn);
  if (status != INKOTLS_STATUS_OK && error < 0) die(inkotls_conn_error(conn));
  finish(conn, fd);
  join_server(&server);
  return error < 0 ? 0 : error;
}

#endif
