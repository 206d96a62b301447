// The same client on rustls-ffi.

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connected.h"
#include "rustls.h"

static rustls_io_result receive(void *fd, uint8_t *buf, size_t cap, size_t *len) {
  ssize_t got = read(*(int *)fd, buf, cap);
  if (got < 0) return errno;
  *len = (size_t)got;
  return 0;
}

static rustls_io_result deliver(void *fd, const uint8_t *data, size_t len, size_t *taken) {
  ssize_t sent = write(*(int *)fd, data, len);
  if (sent < 0) return errno;
  *taken = (size_t)sent;
  return 0;
}

static rustls_result fetch(int fd, const char *host, const char *ask, char *answer, size_t cap) {
  struct rustls_client_config_builder *builder = rustls_client_config_builder_new();
  struct rustls_server_cert_verifier *verifier;
  const struct rustls_client_config *config;
  struct rustls_connection *conn;
  size_t n;
  rustls_result result = rustls_platform_server_cert_verifier(&verifier);
  if (result != RUSTLS_RESULT_OK) return rustls_client_config_builder_free(builder), result;
  rustls_client_config_builder_set_server_verifier(builder, verifier);
  rustls_server_cert_verifier_free(verifier);
  result = rustls_client_config_builder_build(builder, &config);
  if (result != RUSTLS_RESULT_OK) return result;
  result = rustls_client_connection_new(config, host, &conn);
  rustls_client_config_free(config);
  if (result != RUSTLS_RESULT_OK) return result;
  result = rustls_connection_write(conn, (const uint8_t *)ask, strlen(ask), &n);
  while (result == RUSTLS_RESULT_OK && cap > 1) {
    while (rustls_connection_wants_write(conn)) {
      if (rustls_connection_write_tls(conn, deliver, &fd, &n) != 0) break;
    }
    if (rustls_connection_read_tls(conn, receive, &fd, &n) != 0) break;
    result = rustls_connection_process_new_packets(conn);
    if (result != RUSTLS_RESULT_OK) break;
    result = rustls_connection_read(conn, (uint8_t *)answer, cap - 1, &n);
    if (result == RUSTLS_RESULT_PLAINTEXT_EMPTY) {
      result = RUSTLS_RESULT_OK;
      continue;
    }
    if (n == 0) break;
    answer += n, cap -= n;
  }
  *answer = 0;
  if (result != RUSTLS_RESULT_OK) {
    char text[256];
    rustls_error(result, text, sizeof text, &n);
    fprintf(stderr, "%.*s\n", (int)n, text);
  }
  rustls_connection_free(conn);
  return result;
}

int main(int argc, char **argv) {
  static char answer[1 << 16];
  int fd = connected(argc, argv);
  if (fd < 0) return 2;
  rustls_result result = fetch(fd, argv[1], "GET / HTTP/1.0\r\n\r\n", answer, sizeof answer);
  puts(answer);
  return result != RUSTLS_RESULT_OK;
}
