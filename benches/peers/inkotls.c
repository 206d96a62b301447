#include "inkotls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bench.h"

#ifndef PEER
#define PEER "inkotls"
#endif

struct setup {
  const inkotls_client_config *client;
  const inkotls_server_config *server;
  const char *name;
};

struct side {
  inkotls_conn *conn;
  struct transport transport;
  int dry;  // the last read gave less than there was room for: feed first
};

static void must(inkotls_status status) {
  if (status == INKOTLS_STATUS_OK) return;
  fprintf(stderr, "inkotls: %s\n", inkotls_status_text(status));
  abort();
}

static const inkotls_client_config *client_of(const struct settings *settings) {
  const inkotls_client_config *config;
  inkotls_roots *roots = inkotls_roots_new();
  inkotls_client_builder *builder = inkotls_client_builder_new();
  must(inkotls_roots_add_pem_file(roots, settings->ca, strlen(settings->ca)));
  must(inkotls_client_builder_set_roots(builder, roots));
  must(inkotls_client_builder_add_protocol_version(builder, TLS13));
  must(inkotls_client_builder_add_cipher_suite(builder, settings->suite));
  if (!settings->default_groups) must(inkotls_client_builder_add_named_group(builder, X25519));
  must(inkotls_client_builder_set_certificate_compression(builder, 0));  // no peer has it
  if (!settings->resumes) must(inkotls_client_builder_set_session_cache(builder, 0));
  must(inkotls_client_builder_build(builder, &config));
  inkotls_roots_free(roots);
  return config;
}

static const inkotls_server_config *server_of(const struct settings *settings) {
  const inkotls_server_config *config;
  inkotls_identity *identity = inkotls_identity_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  must(inkotls_identity_set_chain_pem_file(identity, settings->chain, strlen(settings->chain)));
  must(inkotls_identity_set_key_pem_file(identity, settings->key, strlen(settings->key)));
  must(inkotls_server_builder_set_identity(builder, identity));
  must(inkotls_server_builder_add_protocol_version(builder, TLS13));
  must(inkotls_server_builder_add_cipher_suite(builder, settings->suite));
  if (!settings->default_groups) must(inkotls_server_builder_add_named_group(builder, X25519));
  must(inkotls_server_builder_set_certificate_compression(builder, 0));
  must(inkotls_server_builder_set_ticket_count(builder, settings->resumes));
  must(inkotls_server_builder_build(builder, &config));
  inkotls_identity_free(identity);
  return config;
}

static void *setup(const struct settings *settings) {
  struct setup *it = malloc(sizeof *it);
  *it = (struct setup){client_of(settings), server_of(settings), settings->name};
  return it;
}

static void teardown(void *setup) {
  struct setup *it = setup;
  inkotls_client_config_release(it->client);
  inkotls_server_config_release(it->server);
  free(it);
}

static void *open_side(void *setup, int32_t is_server, const struct transport *transport) {
  struct setup *of = setup;
  struct side *it = malloc(sizeof *it);
  *it = (struct side){.transport = *transport, .dry = 1};
  if (is_server) {
    must(inkotls_conn_new_server(of->server, &it->conn));
  } else {
    must(inkotls_conn_new_client(of->client, of->name, strlen(of->name), &it->conn));
  }
  if (!transport->in && !transport->into_room) must(inkotls_conn_set_fd(it->conn, transport->fd));
  return it;
}

static void free_side(void *side) {
  struct side *it = side;
  inkotls_conn_free(it->conn);
  free(it);
}

static int receive_into_room(struct side *it) {
  uint8_t *room;
  size_t cap;
  if (inkotls_conn_feed_room(it->conn, &room, &cap) != INKOTLS_STATUS_OK) return 0;
  ssize_t len = recv(it->transport.fd, room, cap, MSG_DONTWAIT);
  must(inkotls_conn_feed_filled(it->conn, len > 0 ? (size_t)len : 0));
  return len > 0;
}

static int feed(struct side *it) {
  struct wire *in = it->transport.in;
  size_t used;
  if (it->transport.into_room) return receive_into_room(it);
  if (!in || in->begin == in->end) return 0;
  if (inkotls_conn_feed(it->conn, in->bytes + in->begin, in->end - in->begin, &used) != 0) return 0;
  in->begin += used;
  return 1;
}

static void send_drained(struct side *it) {
  uint8_t buf[16384];
  size_t len;
  while (!inkotls_conn_drain(it->conn, buf, sizeof buf, &len) && len > 0)
    if (send(it->transport.fd, buf, len, MSG_NOSIGNAL) != (ssize_t)len) abort();
}

static void drain(struct side *it) {
  struct wire *out = it->transport.out;
  size_t written;
  if (it->transport.into_room) send_drained(it);
  if (!out) return;
  must(inkotls_conn_drain(it->conn, out->bytes + out->end, out->cap - out->end, &written));
  out->end += written;
}

static int32_t handshake(void *side) {
  struct side *it = side;
  for (;;) {
    inkotls_status status = inkotls_conn_handshake(it->conn);
    if (status <= 0) return status == INKOTLS_STATUS_OK ? 1 : -1;
    if (!it->transport.in && !it->transport.into_room) return 0;
    if (status == INKOTLS_STATUS_WANT_WRITE) {
      drain(it);
    } else if (!feed(it)) {
      return 0;
    }
  }
}

static int32_t is_resumed(void *side) {
  return inkotls_conn_is_resumed(((struct side *)side)->conn) == 1;
}

static int32_t send_all(void *side, const void *data, size_t len) {
  struct side *it = side;
  const uint8_t *next = data;
  while (len > 0) {
    size_t used;
    if (inkotls_conn_write(it->conn, next, len, &used) != INKOTLS_STATUS_OK) return 0;
    next += used;
    len -= used;
    drain(it);
  }
  return it->transport.in || inkotls_conn_flush(it->conn) == INKOTLS_STATUS_OK;
}

static size_t receive(void *side, void *buf, size_t cap) {
  struct side *it = side;
  inkotls_status status;
  size_t len = 0;
  if (it->dry) feed(it);
  do status = inkotls_conn_read(it->conn, buf, cap, &len);
  while (status == INKOTLS_STATUS_WANT_READ && feed(it));
  it->dry = len < cap;
  return len;
}

static size_t receive_lent(void *side) {
  struct side *it = side;
  const uint8_t *data;
  inkotls_status status;
  size_t len = 0;
  if (it->dry) feed(it);
  do status = inkotls_conn_read_peek(it->conn, &data, &len);
  while (status == INKOTLS_STATUS_WANT_READ && feed(it));
  if (len > 0) inkotls_conn_read_consume(it->conn, len);
  it->dry = len < 16384;
  return len;
}

static int32_t trust_platform(void) {
  const inkotls_client_config *config;
  inkotls_client_builder *builder = inkotls_client_builder_new();
  if (inkotls_client_builder_build(builder, &config) != INKOTLS_STATUS_OK) {
    inkotls_client_builder_free(builder);
    return 0;
  }
  inkotls_client_config_release(config);
  return 1;
}

static void abi_version(void *side, size_t times) {
  (void)side;
  while (times-- > 0) inkotls_abi_version();
}

static void state(void *side, size_t times) {
  struct side *it = side;
  while (times-- > 0) inkotls_conn_state(it->conn);
}

static void drain_nothing(void *side, size_t times) {
  struct side *it = side;
  uint8_t buf[16];
  size_t len;
  while (times-- > 0) inkotls_conn_drain(it->conn, buf, sizeof buf, &len);
}

const struct peer inkotls_peer = {
    PEER,
    inkotls_version,
    setup,
    teardown,
    open_side,
    free_side,
    handshake,
    is_resumed,
    send_all,
    receive,
    receive_lent,
    trust_platform,
    {{"inkotls_abi_version", abi_version},
     {"inkotls_conn_state", state},
     {"inkotls_conn_drain", drain_nothing}},
};
