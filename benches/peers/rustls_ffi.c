#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench.h"
#include "rustls.h"

struct setup {
  const struct rustls_client_config *client;
  const struct rustls_server_config *server;
  const char *name;
};

struct side {
  struct rustls_connection *conn;
  struct transport transport;
  int dry;  // the last read gave less than there was room for: feed first
};

static void must(rustls_result result) {
  if (result == RUSTLS_RESULT_OK) return;
  fprintf(stderr, "rustls-ffi: %u\n", (unsigned)result);
  abort();
}

static const char *version(void) {
  static char text[80];
  struct rustls_str it = rustls_version();
  snprintf(text, sizeof text, "%.*s", (int)it.len, it.data);
  return text;
}

static size_t contents(const char *path, uint8_t *buf, size_t cap) {
  FILE *file = fopen(path, "r");
  size_t len = file ? fread(buf, 1, cap, file) : 0;
  if (file) fclose(file);
  return len;
}

// The ring provider with one suite. Its groups cannot be chosen: they are always the default ones,
// of which X25519 comes first.
static const struct rustls_crypto_provider *provider_of(int32_t suite) {
  const struct rustls_crypto_provider *all = rustls_ring_crypto_provider(), *it;
  struct rustls_crypto_provider_builder *builder =
      rustls_crypto_provider_builder_new_with_base(all);
  const struct rustls_supported_ciphersuite *one = NULL;
  for (size_t i = 0; i < rustls_crypto_provider_ciphersuites_len(all); i++) {
    const struct rustls_supported_ciphersuite *each =
        rustls_crypto_provider_ciphersuites_get(all, i);
    if (rustls_supported_ciphersuite_get_suite(each) == suite) one = each;
  }
  must(rustls_crypto_provider_builder_set_cipher_suites(builder, &one, 1));
  must(rustls_crypto_provider_builder_build(builder, &it));
  rustls_crypto_provider_builder_free(builder);
  rustls_crypto_provider_free(all);
  return it;
}

static const struct rustls_client_config *client_of(const struct settings *settings,
                                                    const struct rustls_crypto_provider *provider) {
  const uint16_t versions[] = {TLS13};
  const struct rustls_client_config *config;
  const struct rustls_root_cert_store *roots;
  struct rustls_server_cert_verifier *verifier;
  struct rustls_client_config_builder *builder;
  struct rustls_root_cert_store_builder *store = rustls_root_cert_store_builder_new();
  must(rustls_root_cert_store_builder_load_roots_from_file(store, settings->ca, true));
  must(rustls_root_cert_store_builder_build(store, &roots));
  struct rustls_web_pki_server_cert_verifier_builder *verifies =
      rustls_web_pki_server_cert_verifier_builder_new_with_provider(provider, roots);
  must(rustls_web_pki_server_cert_verifier_builder_build(verifies, &verifier));
  must(rustls_client_config_builder_new_custom(provider, versions, 1, &builder));
  rustls_client_config_builder_set_server_verifier(builder, verifier);
  must(rustls_client_config_builder_build(builder, &config));
  rustls_server_cert_verifier_free(verifier);
  rustls_web_pki_server_cert_verifier_builder_free(verifies);
  rustls_root_cert_store_free(roots);
  rustls_root_cert_store_builder_free(store);
  return config;
}

static const struct rustls_server_config *server_of(const struct settings *settings,
                                                    const struct rustls_crypto_provider *provider) {
  const uint16_t versions[] = {TLS13};
  uint8_t chain[8192], key[8192];
  size_t chain_len = contents(settings->chain, chain, sizeof chain);
  size_t key_len = contents(settings->key, key, sizeof key);
  const struct rustls_server_config *config;
  const struct rustls_certified_key *identity;
  struct rustls_signing_key *signs;
  struct rustls_server_config_builder *builder;
  must(rustls_crypto_provider_load_key(provider, key, key_len, &signs));
  must(rustls_certified_key_build_with_signing_key(chain, chain_len, signs, &identity));
  must(rustls_server_config_builder_new_custom(provider, versions, 1, &builder));
  must(rustls_server_config_builder_set_certified_keys(builder, &identity, 1));
  must(rustls_server_config_builder_set_send_tls13_tickets(builder, (size_t)settings->resumes));
  must(rustls_server_config_builder_build(builder, &config));
  rustls_certified_key_free(identity);
  return config;
}

static void *setup(const struct settings *settings) {
  const struct rustls_crypto_provider *provider = provider_of(settings->suite);
  struct setup *it = malloc(sizeof *it);
  *it =
      (struct setup){client_of(settings, provider), server_of(settings, provider), settings->name};
  rustls_crypto_provider_free(provider);
  return it;
}

static void teardown(void *setup) {
  struct setup *it = setup;
  rustls_client_config_free(it->client);
  rustls_server_config_free(it->server);
  free(it);
}

static void *open_side(void *setup, int32_t is_server, const struct transport *transport) {
  struct setup *of = setup;
  struct side *it = malloc(sizeof *it);
  it->transport = *transport;
  it->dry = 1;
  must(is_server ? rustls_server_connection_new(of->server, &it->conn)
                 : rustls_client_connection_new(of->client, of->name, &it->conn));
  return it;
}

static void free_side(void *side) {
  struct side *it = side;
  rustls_connection_free(it->conn);
  free(it);
}

static rustls_io_result take(void *side, uint8_t *buf, size_t cap, size_t *out_len) {
  struct side *it = side;
  if (it->transport.in) {
    *out_len = wire_take(it->transport.in, buf, cap);
    return *out_len > 0 ? 0 : EAGAIN;
  }
  ssize_t len = read(it->transport.fd, buf, cap);
  if (len < 0) return errno;
  *out_len = (size_t)len;
  return 0;
}

static rustls_io_result put(void *side, const struct rustls_iovec *parts, size_t count,
                            size_t *out_len) {
  struct side *it = side;
  const struct iovec *of = (const struct iovec *)parts;
  if (!it->transport.out) {
    ssize_t len = writev(it->transport.fd, of, (int)count);
    if (len < 0) return errno;
    *out_len = (size_t)len;
    return 0;
  }
  *out_len = 0;
  for (size_t i = 0; i < count; i++) {
    *out_len += wire_put(it->transport.out, of[i].iov_base, of[i].iov_len);
  }
  return 0;
}

// Takes what came, until there is plaintext, if there is any: 1; 0 where nothing came; -1: failed.
static int feed(struct side *it) {
  int came = 0;
  size_t len;
  while (rustls_connection_wants_read(it->conn) &&
         rustls_connection_read_tls(it->conn, take, it, &len) == 0) {
    if (rustls_connection_process_new_packets(it->conn) != RUSTLS_RESULT_OK) return -1;
    came = 1;
  }
  return came;
}

static void drain(struct side *it) {
  size_t len;
  while (rustls_connection_wants_write(it->conn) &&
         rustls_connection_write_tls_vectored(it->conn, put, it, &len) == 0) {
  }
}

static int32_t handshake(void *side) {
  struct side *it = side;
  for (;;) {
    drain(it);
    if (!rustls_connection_is_handshaking(it->conn)) return 1;
    int came = feed(it);
    if (came <= 0) return came;
  }
}

static int32_t is_resumed(void *side) {
  struct side *it = side;
  return rustls_connection_handshake_kind(it->conn) == RUSTLS_HANDSHAKE_KIND_RESUMED;
}

static int32_t send_all(void *side, const void *data, size_t len) {
  struct side *it = side;
  const uint8_t *next = data;
  while (len > 0) {
    size_t used;
    if (rustls_connection_write(it->conn, next, len, &used) != RUSTLS_RESULT_OK) return 0;
    next += used;
    len -= used;
    drain(it);
  }
  return !rustls_connection_wants_write(it->conn);
}

static size_t receive(void *side, void *buf, size_t cap) {
  struct side *it = side;
  if (it->dry) feed(it);
  for (;;) {
    size_t len = 0;
    rustls_result result = rustls_connection_read(it->conn, buf, cap, &len);
    it->dry = len < cap;
    if (len > 0 || result != RUSTLS_RESULT_PLAINTEXT_EMPTY || feed(it) <= 0) return len;
  }
}

static int32_t trust_platform(void) {
  const uint16_t versions[] = {TLS13, 0x0303};
  const struct rustls_crypto_provider *provider = rustls_ring_crypto_provider();
  struct rustls_server_cert_verifier *verifier;
  struct rustls_client_config_builder *builder;
  const struct rustls_client_config *config;
  must(rustls_platform_server_cert_verifier_try_with_provider(provider, &verifier));
  must(rustls_client_config_builder_new_custom(provider, versions, 2, &builder));
  rustls_client_config_builder_set_server_verifier(builder, verifier);
  must(rustls_client_config_builder_build(builder, &config));
  rustls_client_config_free(config);
  rustls_server_cert_verifier_free(verifier);
  rustls_crypto_provider_free(provider);
  return 1;
}

static void wants_read(void *side, size_t times) {
  struct side *it = side;
  while (times-- > 0) rustls_connection_wants_read(it->conn);
}

const struct peer rustls_ffi_peer = {
    "rustls-ffi",
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
    {{"rustls_connection_wants_read", wants_read}},
};
