// The mbedTLS of Debian 12 speaks TLS 1.2 only: its rows are of that.
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct setup {
  mbedtls_ssl_config client, server;
  mbedtls_entropy_context entropy;
  mbedtls_ctr_drbg_context random;
  mbedtls_x509_crt ca, chain;
  mbedtls_pk_context key;
  mbedtls_ssl_ticket_context tickets;
  mbedtls_ssl_session session;  // the client's last
  int suites[2];
  int32_t resumes, has_session;
  int32_t is_resumed;  // the connection of which the server saw the ticket last
  const char *name;
};

struct side {
  mbedtls_ssl_context ssl;
  mbedtls_net_context socket;
  struct setup *of;
  struct transport transport;
  int32_t is_server;
};

static const mbedtls_ecp_group_id groups[] = {MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_SECP256R1,
                                              MBEDTLS_ECP_DP_NONE};

static void must(int result) {
  if (result == 0) return;
  fprintf(stderr, "mbedTLS: -0x%x\n", (unsigned)-result);
  abort();
}

static const char *version(void) {
  return MBEDTLS_VERSION_STRING ", over TLS 1.2: it has no TLS 1.3";
}

static void configure(struct setup *it, mbedtls_ssl_config *config, int endpoint,
                      const struct settings *settings) {
  mbedtls_ssl_config_init(config);
  must(mbedtls_ssl_config_defaults(config, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM,
                                   MBEDTLS_SSL_PRESET_DEFAULT));
  mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, &it->random);
  mbedtls_ssl_conf_ciphersuites(config, it->suites);
  if (!settings->default_groups) mbedtls_ssl_conf_curves(config, groups);
  mbedtls_ssl_conf_session_tickets(config, it->resumes);
}

// The library does not tell which connections were resumed.
static int ticket_parse(void *setup, mbedtls_ssl_session *session, unsigned char *buf, size_t len) {
  struct setup *it = setup;
  int result = mbedtls_ssl_ticket_parse(&it->tickets, session, buf, len);
  it->is_resumed = result == 0;
  return result;
}

static int ticket_write(void *setup, const mbedtls_ssl_session *session, unsigned char *buf,
                        const unsigned char *end, size_t *len, uint32_t *lifetime) {
  struct setup *it = setup;
  return mbedtls_ssl_ticket_write(&it->tickets, session, buf, end, len, lifetime);
}

static void *setup(const struct settings *settings) {
  struct setup *it = calloc(1, sizeof *it);
  it->name = settings->name;
  it->resumes = settings->resumes;
  it->suites[0] = settings->suite == AES_128_GCM ? MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                                                 : MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;
  mbedtls_entropy_init(&it->entropy);
  mbedtls_ctr_drbg_init(&it->random);
  must(mbedtls_ctr_drbg_seed(&it->random, mbedtls_entropy_func, &it->entropy, NULL, 0));
  mbedtls_ssl_session_init(&it->session);

  configure(it, &it->client, MBEDTLS_SSL_IS_CLIENT, settings);
  mbedtls_x509_crt_init(&it->ca);
  must(mbedtls_x509_crt_parse_file(&it->ca, settings->ca));
  mbedtls_ssl_conf_ca_chain(&it->client, &it->ca, NULL);
  mbedtls_ssl_conf_authmode(&it->client, MBEDTLS_SSL_VERIFY_REQUIRED);

  configure(it, &it->server, MBEDTLS_SSL_IS_SERVER, settings);
  mbedtls_x509_crt_init(&it->chain);
  mbedtls_pk_init(&it->key);
  must(mbedtls_x509_crt_parse_file(&it->chain, settings->chain));
  must(mbedtls_pk_parse_keyfile(&it->key, settings->key, NULL));
  must(mbedtls_ssl_conf_own_cert(&it->server, &it->chain, &it->key));
  mbedtls_ssl_ticket_init(&it->tickets);
  if (!it->resumes) return it;
  must(mbedtls_ssl_ticket_setup(&it->tickets, mbedtls_ctr_drbg_random, &it->random,
                                MBEDTLS_CIPHER_AES_256_GCM, 86400));
  mbedtls_ssl_conf_session_tickets_cb(&it->server, ticket_write, ticket_parse, it);
  return it;
}

static void teardown(void *setup) {
  struct setup *it = setup;
  mbedtls_ssl_config_free(&it->client);
  mbedtls_ssl_config_free(&it->server);
  mbedtls_ssl_session_free(&it->session);
  mbedtls_ssl_ticket_free(&it->tickets);
  mbedtls_pk_free(&it->key);
  mbedtls_x509_crt_free(&it->chain);
  mbedtls_x509_crt_free(&it->ca);
  mbedtls_ctr_drbg_free(&it->random);
  mbedtls_entropy_free(&it->entropy);
  free(it);
}

static int pull(void *side, unsigned char *buf, size_t cap) {
  struct side *it = side;
  int len = (int)wire_take(it->transport.in, buf, cap);
  return len > 0 ? len : MBEDTLS_ERR_SSL_WANT_READ;
}

static int push(void *side, const unsigned char *data, size_t len) {
  struct side *it = side;
  return (int)wire_put(it->transport.out, data, len);
}

static void *open_side(void *setup, int32_t is_server, const struct transport *transport) {
  struct side *it = calloc(1, sizeof *it);
  it->of = setup;
  it->transport = *transport;
  it->is_server = is_server;
  mbedtls_ssl_init(&it->ssl);
  must(mbedtls_ssl_setup(&it->ssl, is_server ? &it->of->server : &it->of->client));
  if (!is_server) {
    it->of->is_resumed = 0;
    must(mbedtls_ssl_set_hostname(&it->ssl, it->of->name));
    if (it->of->has_session) must(mbedtls_ssl_set_session(&it->ssl, &it->of->session));
  }
  if (transport->in) {
    mbedtls_ssl_set_bio(&it->ssl, it, push, pull, NULL);
  } else {
    it->socket.fd = transport->fd;
    mbedtls_ssl_set_bio(&it->ssl, &it->socket, mbedtls_net_send, mbedtls_net_recv, NULL);
  }
  return it;
}

static void free_side(void *side) {
  struct side *it = side;
  if (it->of->resumes && !it->is_server) {
    mbedtls_ssl_session_free(&it->of->session);
    it->of->has_session = mbedtls_ssl_get_session(&it->ssl, &it->of->session) == 0;
  }
  mbedtls_ssl_free(&it->ssl);
  free(it);
}

static int32_t handshake(void *side) {
  struct side *it = side;
  int result = mbedtls_ssl_handshake(&it->ssl);
  if (result == MBEDTLS_ERR_SSL_WANT_READ) return 0;
  return result == 0 ? 1 : -1;
}

static int32_t is_resumed(void *side) { return ((struct side *)side)->of->is_resumed; }

static int32_t send_all(void *side, const void *data, size_t len) {
  struct side *it = side;
  const uint8_t *next = data;
  while (len > 0) {
    int used = mbedtls_ssl_write(&it->ssl, next, len);
    if (used <= 0) return 0;
    next += used;
    len -= (size_t)used;
  }
  return 1;
}

static size_t receive(void *side, void *buf, size_t cap) {
  struct side *it = side;
  int len = mbedtls_ssl_read(&it->ssl, buf, cap);
  return len > 0 ? (size_t)len : 0;
}

static void bytes_avail(void *side, size_t times) {
  struct side *it = side;
  while (times-- > 0) mbedtls_ssl_get_bytes_avail(&it->ssl);
}

const struct peer mbedtls_peer = {
    "mbedTLS*",
    version,
    setup,
    teardown,
    open_side,
    free_side,
    handshake,
    is_resumed,
    send_all,
    receive,
    NULL,
    NULL,
    {{"mbedtls_ssl_get_bytes_avail", bytes_avail}},
};
