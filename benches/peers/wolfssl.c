#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#include "bench.h"

struct setup {
  WOLFSSL_CTX *client, *server;
  WOLFSSL_SESSION *session;  // the client's last
  const char *name;
  int32_t resumes;
};

struct side {
  WOLFSSL *ssl;
  struct setup *of;
  struct transport transport;
  int is_server;
};

static void must(int result) {
  if (result == WOLFSSL_SUCCESS) return;
  fprintf(stderr, "wolfSSL: %d\n", result);
  abort();
}

static const char *version(void) { return wolfSSL_lib_version(); }

static int pull(WOLFSSL *ssl, char *buf, int cap, void *side) {
  struct side *it = side;
  int len = (int)wire_take(it->transport.in, buf, (size_t)cap);
  (void)ssl;
  return len > 0 ? len : WOLFSSL_CBIO_ERR_WANT_READ;
}

static int push(WOLFSSL *ssl, char *data, int len, void *side) {
  struct side *it = side;
  (void)ssl;
  return (int)wire_put(it->transport.out, data, (size_t)len);
}

static WOLFSSL_CTX *context_of(const struct settings *settings, WOLFSSL_METHOD *method) {
  WOLFSSL_CTX *it = wolfSSL_CTX_new(method);
  int groups[] = {WOLFSSL_ECC_X25519};
  must(wolfSSL_CTX_set_cipher_list(
      it, settings->suite == AES_128_GCM ? "TLS13-AES128-GCM-SHA256" : "TLS13-AES256-GCM-SHA384"));
  if (!settings->default_groups) must(wolfSSL_CTX_set_groups(it, groups, 1));
  wolfSSL_CTX_set_session_cache_mode(it, WOLFSSL_SESS_CACHE_OFF);
  return it;
}

static void *setup(const struct settings *settings) {
  struct setup *it = calloc(1, sizeof *it);
  wolfSSL_Init();
  it->name = settings->name;
  it->resumes = settings->resumes;

  it->client = context_of(settings, wolfTLSv1_3_client_method());
  must(wolfSSL_CTX_load_verify_locations(it->client, settings->ca, NULL));
  wolfSSL_CTX_set_verify(it->client, WOLFSSL_VERIFY_PEER, NULL);

  it->server = context_of(settings, wolfTLSv1_3_server_method());
  must(wolfSSL_CTX_use_certificate_chain_file(it->server, settings->chain));
  must(wolfSSL_CTX_use_PrivateKey_file(it->server, settings->key, WOLFSSL_FILETYPE_PEM));
  if (!it->resumes) wolfSSL_CTX_no_ticket_TLSv13(it->server);
  return it;
}

static void teardown(void *setup) {
  struct setup *it = setup;
  wolfSSL_SESSION_free(it->session);
  wolfSSL_CTX_free(it->client);
  wolfSSL_CTX_free(it->server);
  free(it);
}

static void *open_side(void *setup, int32_t is_server, const struct transport *transport) {
  struct setup *of = setup;
  struct side *it = malloc(sizeof *it);
  WOLFSSL *ssl = wolfSSL_new(is_server ? of->server : of->client);
  *it = (struct side){ssl, of, *transport, is_server};
  if (!is_server) {
    must(wolfSSL_UseSNI(ssl, WOLFSSL_SNI_HOST_NAME, of->name, (unsigned short)strlen(of->name)));
    must(wolfSSL_check_domain_name(ssl, of->name));
    if (of->session) must(wolfSSL_set_session(ssl, of->session));
  }
  if (transport->in) {
    wolfSSL_SSLSetIORecv(ssl, pull);
    wolfSSL_SSLSetIOSend(ssl, push);
    wolfSSL_SetIOReadCtx(ssl, it);
    wolfSSL_SetIOWriteCtx(ssl, it);
  } else {
    must(wolfSSL_set_fd(ssl, transport->fd));
  }
  return it;
}

static void free_side(void *side) {
  struct side *it = side;
  if (it->of->resumes && !it->is_server) {
    wolfSSL_SESSION_free(it->of->session);
    it->of->session = wolfSSL_get1_session(it->ssl);
  }
  wolfSSL_free(it->ssl);
  free(it);
}

static int32_t handshake(void *side) {
  struct side *it = side;
  int done = it->is_server ? wolfSSL_accept(it->ssl) : wolfSSL_connect(it->ssl);
  if (done == WOLFSSL_SUCCESS) return 1;
  return wolfSSL_get_error(it->ssl, done) == WOLFSSL_ERROR_WANT_READ ? 0 : -1;
}

static int32_t is_resumed(void *side) { return wolfSSL_session_reused(((struct side *)side)->ssl); }

static int32_t send_all(void *side, const void *data, size_t len) {
  struct side *it = side;
  return wolfSSL_write(it->ssl, data, (int)len) == (int)len;
}

static size_t receive(void *side, void *buf, size_t cap) {
  struct side *it = side;
  int len = wolfSSL_read(it->ssl, buf, (int)cap);
  return len > 0 ? (size_t)len : 0;
}

static int32_t trust_platform(void) {
  WOLFSSL_CTX *it = wolfSSL_CTX_new(wolfTLS_client_method());
  int done = wolfSSL_CTX_load_system_CA_certs(it);
  wolfSSL_CTX_free(it);
  return done == WOLFSSL_SUCCESS;
}

static void pending(void *side, size_t times) {
  struct side *it = side;
  while (times-- > 0) wolfSSL_pending(it->ssl);
}

const struct peer wolfssl_peer = {
    "wolfSSL",
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
    trust_platform,
    {{"wolfSSL_pending", pending}},
};
