#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct setup {
  SSL_CTX *client, *server;
  SSL_SESSION *session;  // the client's last
  const char *name;
};

struct side {
  SSL *ssl;
  struct transport transport;
};

static void must(int is_done) {
  if (is_done == 1) return;
  ERR_print_errors_fp(stderr);
  abort();
}

static const char *version(void) { return OpenSSL_version(OPENSSL_VERSION_STRING); }

// A BIO over two wires.

static int bio_write(BIO *bio, const char *data, int len) {
  struct side *it = BIO_get_data(bio);
  return (int)wire_put(it->transport.out, data, (size_t)len);
}

static int bio_read(BIO *bio, char *buf, int cap) {
  struct side *it = BIO_get_data(bio);
  size_t len = wire_take(it->transport.in, buf, (size_t)cap);
  BIO_clear_retry_flags(bio);
  if (len == 0) BIO_set_retry_read(bio);
  return len > 0 ? (int)len : -1;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

static BIO *bio_of(struct side *it) {
  static BIO_METHOD *method;
  if (!method) {
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wires");
    BIO_meth_set_write(method, bio_write);
    BIO_meth_set_read(method, bio_read);
    BIO_meth_set_ctrl(method, bio_ctrl);
  }
  BIO *bio = BIO_new(method);
  BIO_set_data(bio, it);
  BIO_set_init(bio, 1);
  return bio;
}

static int keep_session(SSL *ssl, SSL_SESSION *session) {
  struct setup *of = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
  SSL_SESSION_free(of->session);
  of->session = session;
  return 1;
}

static SSL_CTX *context_of(const struct settings *settings, const SSL_METHOD *method) {
  SSL_CTX *it = SSL_CTX_new(method);
  const char *suite =
      settings->suite == AES_128_GCM ? "TLS_AES_128_GCM_SHA256" : "TLS_AES_256_GCM_SHA384";
  must(SSL_CTX_set_min_proto_version(it, TLS1_3_VERSION));
  must(SSL_CTX_set_ciphersuites(it, suite));
  if (!settings->default_groups) must((int)SSL_CTX_set1_groups_list(it, "X25519"));
  SSL_CTX_set_session_cache_mode(it, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_quiet_shutdown(it, 1);
  return it;
}

static void *setup(const struct settings *settings) {
  struct setup *it = calloc(1, sizeof *it);
  it->name = settings->name;

  it->client = context_of(settings, TLS_client_method());
  must(SSL_CTX_load_verify_locations(it->client, settings->ca, NULL));
  SSL_CTX_set_verify(it->client, SSL_VERIFY_PEER, NULL);
  if (settings->resumes) {
    SSL_CTX_set_session_cache_mode(it->client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(it->client, it);
    SSL_CTX_sess_set_new_cb(it->client, keep_session);
  }

  it->server = context_of(settings, TLS_server_method());
  must(SSL_CTX_use_certificate_chain_file(it->server, settings->chain));
  must(SSL_CTX_use_PrivateKey_file(it->server, settings->key, SSL_FILETYPE_PEM));
  must(SSL_CTX_set_num_tickets(it->server, (size_t)settings->resumes));
  return it;
}

static void teardown(void *setup) {
  struct setup *it = setup;
  SSL_SESSION_free(it->session);
  SSL_CTX_free(it->client);
  SSL_CTX_free(it->server);
  free(it);
}

static void *open_side(void *setup, int32_t is_server, const struct transport *transport) {
  struct setup *of = setup;
  struct side *it = malloc(sizeof *it);
  it->transport = *transport;
  it->ssl = SSL_new(is_server ? of->server : of->client);
  if (is_server) {
    SSL_set_accept_state(it->ssl);
  } else {
    SSL_set_connect_state(it->ssl);
    must((int)SSL_set_tlsext_host_name(it->ssl, of->name));
    must(SSL_set1_host(it->ssl, of->name));
    if (of->session) must(SSL_set_session(it->ssl, of->session));
  }
  if (transport->in) {
    BIO *bio = bio_of(it);
    SSL_set_bio(it->ssl, bio, bio);
  } else {
    must(SSL_set_fd(it->ssl, transport->fd));
  }
  return it;
}

static void free_side(void *side) {
  struct side *it = side;
  SSL_shutdown(it->ssl);  // or else its session is not resumed
  SSL_free(it->ssl);
  free(it);
}

static int32_t handshake(void *side) {
  struct side *it = side;
  int done = SSL_do_handshake(it->ssl);
  if (done == 1) return 1;
  return SSL_get_error(it->ssl, done) == SSL_ERROR_WANT_READ ? 0 : -1;
}

static int32_t is_resumed(void *side) { return SSL_session_reused(((struct side *)side)->ssl); }

static int32_t send_all(void *side, const void *data, size_t len) {
  struct side *it = side;
  return SSL_write(it->ssl, data, (int)len) == (int)len;
}

static size_t receive(void *side, void *buf, size_t cap) {
  struct side *it = side;
  int len = SSL_read(it->ssl, buf, (int)cap);
  return len > 0 ? (size_t)len : 0;
}

static int32_t trust_platform(void) {
  SSL_CTX *it = SSL_CTX_new(TLS_client_method());
  int done = SSL_CTX_set_default_verify_paths(it);
  SSL_CTX_free(it);
  return done;
}

static void pending(void *side, size_t times) {
  struct side *it = side;
  while (times-- > 0) SSL_pending(it->ssl);
}

const struct peer openssl_peer = {
    "OpenSSL",
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
    {{"SSL_pending", pending}},
};
