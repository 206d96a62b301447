#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct setup {
  gnutls_certificate_credentials_t client, server;
  gnutls_priority_t priority;
  gnutls_datum_t ticket_key;  // where sessions are resumed
  gnutls_datum_t session;     // the client's last
  const char *name;
  int32_t resumes;
};

struct side {
  gnutls_session_t session;
  struct setup *of;
  struct transport transport;
  int sends_ticket;  // one, in the place of GnuTLS's two
};

static void must(int result) {
  if (result >= 0) return;
  fprintf(stderr, "GnuTLS: %s\n", gnutls_strerror(result));
  abort();
}

static const char *version(void) { return gnutls_check_version(NULL); }

static void *setup(const struct settings *settings) {
  struct setup *it = calloc(1, sizeof *it);
  char priority[128];
  snprintf(priority, sizeof priority,
           "NONE:+VERS-TLS1.3:+AEAD:+AES-%d-GCM:+GROUP-%s:+SIGN-ECDSA-SECP256R1-SHA256",
           settings->suite == AES_128_GCM ? 128 : 256, settings->default_groups ? "ALL" : "X25519");
  it->name = settings->name;
  it->resumes = settings->resumes;
  must(gnutls_priority_init(&it->priority, priority, NULL));
  must(gnutls_certificate_allocate_credentials(&it->client));
  must(gnutls_certificate_set_x509_trust_file(it->client, settings->ca, GNUTLS_X509_FMT_PEM));
  must(gnutls_certificate_allocate_credentials(&it->server));
  must(gnutls_certificate_set_x509_key_file(it->server, settings->chain, settings->key,
                                            GNUTLS_X509_FMT_PEM));
  if (it->resumes) must(gnutls_session_ticket_key_generate(&it->ticket_key));
  return it;
}

static void teardown(void *setup) {
  struct setup *it = setup;
  gnutls_certificate_free_credentials(it->client);
  gnutls_certificate_free_credentials(it->server);
  gnutls_priority_deinit(it->priority);
  gnutls_free(it->ticket_key.data);
  gnutls_free(it->session.data);
  free(it);
}

static ssize_t push(gnutls_transport_ptr_t side, const void *data, size_t len) {
  struct side *it = side;
  return (ssize_t)wire_put(it->transport.out, data, len);
}

static ssize_t pull(gnutls_transport_ptr_t side, void *buf, size_t cap) {
  struct side *it = side;
  size_t len = wire_take(it->transport.in, buf, cap);
  if (len > 0) return (ssize_t)len;
  gnutls_transport_set_errno(it->session, EAGAIN);
  return -1;
}

// The client's ticket has come.
static int keep_session(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                        const gnutls_datum_t *message) {
  struct side *it = gnutls_session_get_ptr(session);
  (void)type, (void)when, (void)incoming, (void)message;
  gnutls_free(it->of->session.data);
  must(gnutls_session_get_data2(session, &it->of->session));
  return 0;
}

static void open_client(struct side *it) {
  must(gnutls_init(&it->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK));
  must(gnutls_credentials_set(it->session, GNUTLS_CRD_CERTIFICATE, it->of->client));
  must(gnutls_server_name_set(it->session, GNUTLS_NAME_DNS, it->of->name, strlen(it->of->name)));
  gnutls_session_set_verify_cert(it->session, it->of->name, 0);
  if (!it->of->resumes) return;
  gnutls_session_set_ptr(it->session, it);
  gnutls_handshake_set_hook_function(it->session, GNUTLS_HANDSHAKE_NEW_SESSION_TICKET,
                                     GNUTLS_HOOK_POST, keep_session);
  if (it->of->session.data) {
    must(gnutls_session_set_data(it->session, it->of->session.data, it->of->session.size));
  }
}

static void open_server(struct side *it) {
  must(gnutls_init(&it->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_AUTO_SEND_TICKET));
  must(gnutls_credentials_set(it->session, GNUTLS_CRD_CERTIFICATE, it->of->server));
  it->sends_ticket = it->of->resumes;
  if (!it->of->resumes) return;
  must(gnutls_session_ticket_enable_server(it->session, &it->of->ticket_key));
}

static void *open_side(void *setup, int32_t is_server, const struct transport *transport) {
  struct setup *of = setup;
  struct side *it = malloc(sizeof *it);
  *it = (struct side){.of = of, .transport = *transport};
  (is_server ? open_server : open_client)(it);
  must(gnutls_priority_set(it->session, of->priority));
  if (transport->in) {
    gnutls_transport_set_ptr(it->session, it);
    gnutls_transport_set_push_function(it->session, push);
    gnutls_transport_set_pull_function(it->session, pull);
  } else {
    gnutls_transport_set_int(it->session, transport->fd);
  }
  return it;
}

static void free_side(void *side) {
  struct side *it = side;
  gnutls_deinit(it->session);
  free(it);
}

static int32_t handshake(void *side) {
  struct side *it = side;
  int result = gnutls_handshake(it->session);
  if (result == GNUTLS_E_AGAIN) return 0;
  if (result < 0) return -1;
  if (it->sends_ticket) must(gnutls_session_ticket_send(it->session, 1, 0));
  it->sends_ticket = 0;
  return 1;
}

static int32_t is_resumed(void *side) {
  return gnutls_session_is_resumed(((struct side *)side)->session) != 0;
}

static int32_t send_all(void *side, const void *data, size_t len) {
  struct side *it = side;
  const uint8_t *next = data;
  while (len > 0) {
    ssize_t used = gnutls_record_send(it->session, next, len);
    if (used < 0) return 0;
    next += used;
    len -= (size_t)used;
  }
  return 1;
}

static size_t receive(void *side, void *buf, size_t cap) {
  struct side *it = side;
  ssize_t len = gnutls_record_recv(it->session, buf, cap);
  return len > 0 ? (size_t)len : 0;
}

static size_t receive_lent(void *side) {
  struct side *it = side;
  gnutls_packet_t packet;
  gnutls_datum_t data;
  if (gnutls_record_recv_packet(it->session, &packet) <= 0) return 0;
  gnutls_packet_get(packet, &data, NULL);
  gnutls_packet_deinit(packet);
  return data.size;
}

static int32_t trust_platform(void) {
  gnutls_certificate_credentials_t it;
  must(gnutls_certificate_allocate_credentials(&it));
  int added = gnutls_certificate_set_x509_system_trust(it);
  gnutls_certificate_free_credentials(it);
  return added > 0;
}

static void pending(void *side, size_t times) {
  struct side *it = side;
  while (times-- > 0) gnutls_record_check_pending(it->session);
}

const struct peer gnutls_peer = {
    "GnuTLS",
    version,
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
    {{"gnutls_record_check_pending", pending}},
};
