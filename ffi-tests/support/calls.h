// Every guarded call on a handle that has one user at a time, in tables.
#ifndef CALLS_H
#define CALLS_H

#include <stdint.h>

#include "outputs.h"
#include "pair.h"

static const inkotls_client_config *client;
static const inkotls_server_config *server;
static inkotls_roots *roots;
static inkotls_identity *identity;
static const inkotls_sni_map *sni_map;
static const inkotls_ticket_keys *ticket_keys;
static const char secret[32];

struct call {
  const char *name;
  int32_t (*make)(void *it);
};

struct kind {
  const char *name;
  void *(*make)(void);
  const char *(*error)(const void *it);
  void (*free)(void *it);
  const struct call *calls;  // up to one without a name
};

#define DEFINE(name, args) \
  static int32_t call_##name(void *it) { return name args; }
#define ENTRY(name, args) {#name, call_##name},
#define KIND(kind, CALLS)                                                                \
  CALLS(DEFINE)                                                                          \
  static const struct call kind##_calls[] = {CALLS(ENTRY){0}};                           \
  static const char *kind##_error(const void *it) { return inkotls_##kind##_error(it); } \
  static void kind##_free(void *it) { inkotls_##kind##_free(it); }

#define ROOTS(CALL)                                               \
  CALL(inkotls_roots_add_platform, (it))                          \
  CALL(inkotls_roots_add_pem, (it, "x", 1))                       \
  CALL(inkotls_roots_add_pem_file, (it, "x", 1))                  \
  CALL(inkotls_roots_add_der, (it, "x", 1))                       \
  CALL(inkotls_roots_add_peer_certificate_pem, (it, "x", 1))      \
  CALL(inkotls_roots_add_peer_certificate_pem_file, (it, "x", 1)) \
  CALL(inkotls_roots_add_peer_certificate_der, (it, "x", 1))      \
  CALL(inkotls_roots_add_crl_pem, (it, "x", 1))                   \
  CALL(inkotls_roots_add_crl_pem_file, (it, "x", 1))              \
  CALL(inkotls_roots_add_crl_der, (it, "x", 1))                   \
  CALL(inkotls_roots_set_revocation, (it, 0))                     \
  CALL(inkotls_roots_add_raw_public_key, (it, "x", 1))            \
  CALL(inkotls_roots_os_error, (it))

#define IDENTITY(CALL)                                              \
  CALL(inkotls_identity_set_chain_pem, (it, "x", 1))                \
  CALL(inkotls_identity_set_chain_pem_file, (it, "x", 1))           \
  CALL(inkotls_identity_add_chain_der, (it, "x", 1))                \
  CALL(inkotls_identity_set_key_pem, (it, "x", 1))                  \
  CALL(inkotls_identity_set_key_pem_file, (it, "x", 1))             \
  CALL(inkotls_identity_set_key_der, (it, "x", 1))                  \
  CALL(inkotls_identity_set_ocsp_staple, (it, "x", 1))              \
  CALL(inkotls_identity_set_signer, (it, NULL, 0, NULL, NULL, 0))   \
  CALL(inkotls_identity_use_raw_public_key, (it))                   \
  CALL(inkotls_identity_raw_public_key, (it, &out.bytes, &out.len)) \
  CALL(inkotls_identity_os_error, (it))

// What a client builder and a server builder have alike.
#define NEGOTIATION(CALL, side)                                               \
  CALL(inkotls_##side##_builder_add_alpn, (it, "x", 1))                       \
  CALL(inkotls_##side##_builder_add_protocol_version, (it, 0x0304))           \
  CALL(inkotls_##side##_builder_add_cipher_suite, (it, 0x1301))               \
  CALL(inkotls_##side##_builder_add_named_group, (it, 29))                    \
  CALL(inkotls_##side##_builder_set_crypto_provider, (it, "x", 1))            \
  CALL(inkotls_##side##_builder_set_certificate_compression, (it, 1))         \
  CALL(inkotls_##side##_builder_set_extended_master_secret_required, (it, 1)) \
  CALL(inkotls_##side##_builder_set_limit, (it, 1, 65536))                    \
  CALL(inkotls_##side##_builder_set_clock, (it, NULL, NULL))                  \
  CALL(inkotls_##side##_builder_set_dangerous_key_log, (it, NULL, NULL))      \
  CALL(inkotls_##side##_builder_set_dangerous_key_log_file, (it))             \
  CALL(inkotls_##side##_builder_set_dangerous_verifier, (it, NULL, NULL, 0))

#define CLIENT_BUILDER(CALL)                                 \
  NEGOTIATION(CALL, client)                                  \
  CALL(inkotls_client_builder_add_identity, (it, identity))  \
  CALL(inkotls_client_builder_set_session_cache, (it, 1))    \
  CALL(inkotls_client_builder_set_session_lifetime, (it, 1)) \
  CALL(inkotls_client_builder_set_tls12_resumption, (it, 1)) \
  CALL(inkotls_client_builder_set_early_data, (it, 1))       \
  CALL(inkotls_client_builder_set_ech_grease, (it, 1))       \
  CALL(inkotls_client_builder_set_roots, (it, roots))        \
  CALL(inkotls_client_builder_build, (it, &out.client))

#define SERVER_BUILDER(CALL)                                                \
  NEGOTIATION(CALL, server)                                                 \
  CALL(inkotls_server_builder_set_sni_map, (it, sni_map))                   \
  CALL(inkotls_server_builder_set_client_auth, (it, 1, roots))              \
  CALL(inkotls_server_builder_set_session_cache, (it, 1))                   \
  CALL(inkotls_server_builder_set_session_store, (it, NULL, NULL, NULL, 0)) \
  CALL(inkotls_server_builder_set_session_lifetime, (it, 1))                \
  CALL(inkotls_server_builder_set_ticket_keys, (it, ticket_keys))           \
  CALL(inkotls_server_builder_set_ticket_count, (it, 1))                    \
  CALL(inkotls_server_builder_set_max_early_data, (it, 0))                  \
  CALL(inkotls_server_builder_set_identity, (it, identity))                 \
  CALL(inkotls_server_builder_build, (it, &out.server))

#define ACCEPTOR(CALL)                                                        \
  CALL(inkotls_acceptor_set_fd, (it, -1))                                     \
  CALL(inkotls_acceptor_set_fds, (it, -1, -1))                                \
  CALL(inkotls_acceptor_detach, (it))                                         \
  CALL(inkotls_acceptor_set_io, (it, NULL, NULL, NULL))                       \
  CALL(inkotls_acceptor_feed, (it, "x", 1, &out.len))                         \
  CALL(inkotls_acceptor_feed_eof, (it))                                       \
  CALL(inkotls_acceptor_drain, (it, out.buf, sizeof out.buf, &out.len))       \
  CALL(inkotls_acceptor_accept, (it))                                         \
  CALL(inkotls_acceptor_into_conn, (it, server, &out.conn))                   \
  CALL(inkotls_acceptor_server_name, (it, &out.text, &out.len))               \
  CALL(inkotls_acceptor_alpn, (it, 0, &out.bytes, &out.len))                  \
  CALL(inkotls_acceptor_cipher_suites, (it, &out.numbers, &out.len))          \
  CALL(inkotls_acceptor_signature_schemes, (it, &out.numbers, &out.len))      \
  CALL(inkotls_acceptor_named_groups, (it, &out.numbers, &out.len))           \
  CALL(inkotls_acceptor_set_log, (it, 0, NULL, NULL))                         \
  CALL(inkotls_acceptor_certificate_authority, (it, 0, &out.bytes, &out.len)) \
  CALL(inkotls_acceptor_client_hello, (it, &out.bytes, &out.len))             \
  CALL(inkotls_acceptor_alert_sent, (it))                                     \
  CALL(inkotls_acceptor_alert_received, (it))                                 \
  CALL(inkotls_acceptor_os_error, (it))

#define CONN(CALL)                                                               \
  CALL(inkotls_conn_set_fd, (it, -1))                                            \
  CALL(inkotls_conn_set_fds, (it, -1, -1))                                       \
  CALL(inkotls_conn_detach, (it))                                                \
  CALL(inkotls_conn_set_io, (it, NULL, NULL, NULL))                              \
  CALL(inkotls_conn_feed, (it, "x", 1, &out.len))                                \
  CALL(inkotls_conn_feed_room, (it, &out.room, &out.len))                        \
  CALL(inkotls_conn_feed_filled, (it, 0))                                        \
  CALL(inkotls_conn_feed_eof, (it))                                              \
  CALL(inkotls_conn_drain, (it, out.buf, sizeof out.buf, &out.len))              \
  CALL(inkotls_conn_handshake, (it))                                             \
  CALL(inkotls_conn_run_blocking, (it))                                          \
  CALL(inkotls_conn_read, (it, out.buf, sizeof out.buf, &out.len))               \
  CALL(inkotls_conn_write, (it, "x", 1, &out.len))                               \
  CALL(inkotls_conn_flush, (it))                                                 \
  CALL(inkotls_conn_close, (it))                                                 \
  CALL(inkotls_conn_add_alpn, (it, "x", 1))                                      \
  CALL(inkotls_conn_clear_alpn, (it))                                            \
  CALL(inkotls_conn_set_resumption_data, (it, "x", 1))                           \
  CALL(inkotls_conn_set_log, (it, 0, NULL, NULL))                                \
  CALL(inkotls_conn_set_ech_configs, (it, "x", 1))                               \
  CALL(inkotls_conn_ech_status, (it))                                            \
  CALL(inkotls_conn_ech_retry_configs, (it, &out.bytes, &out.len))               \
  CALL(inkotls_conn_ech_public_name, (it, &out.text, &out.len))                  \
  CALL(inkotls_conn_drain_peek, (it, &out.bytes, &out.len))                      \
  CALL(inkotls_conn_drain_consume, (it, 0))                                      \
  CALL(inkotls_conn_read_peek, (it, &out.bytes, &out.len))                       \
  CALL(inkotls_conn_read_consume, (it, 0))                                       \
  CALL(inkotls_conn_write_early_data, (it, "x", 1, &out.len))                    \
  CALL(inkotls_conn_read_early_data, (it, out.buf, sizeof out.buf, &out.len))    \
  CALL(inkotls_conn_update_keys, (it))                                           \
  CALL(inkotls_conn_export_keying_material, (it, "x", 1, NULL, 0, out.buf, 8))   \
  CALL(inkotls_conn_channel_binding, (it, 1, out.buf, sizeof out.buf, &out.len)) \
  CALL(inkotls_conn_tickets_received, (it))                                      \
  CALL(inkotls_conn_is_early_data_accepted, (it))                                \
  CALL(inkotls_conn_resumption_data, (it, &out.bytes, &out.len))                 \
  CALL(inkotls_conn_ocsp_staple, (it, &out.bytes, &out.len))                     \
  CALL(inkotls_conn_state, (it))                                                 \
  CALL(inkotls_conn_protocol_version, (it))                                      \
  CALL(inkotls_conn_cipher_suite, (it))                                          \
  CALL(inkotls_conn_named_group, (it))                                           \
  CALL(inkotls_conn_peer_signature_scheme, (it))                                 \
  CALL(inkotls_conn_is_resumed, (it))                                            \
  CALL(inkotls_conn_alpn, (it, &out.bytes, &out.len))                            \
  CALL(inkotls_conn_server_name, (it, &out.text, &out.len))                      \
  CALL(inkotls_conn_peer_certificate, (it, 0, &out.bytes, &out.len))             \
  CALL(inkotls_conn_verified_certificate, (it, 0, &out.bytes, &out.len))         \
  CALL(inkotls_conn_alert_sent, (it))                                            \
  CALL(inkotls_conn_alert_received, (it))                                        \
  CALL(inkotls_conn_certificate_error, (it))                                     \
  CALL(inkotls_conn_os_error, (it))

KIND(roots, ROOTS)
KIND(identity, IDENTITY)
KIND(client_builder, CLIENT_BUILDER)
KIND(server_builder, SERVER_BUILDER)
KIND(acceptor, ACCEPTOR)
KIND(conn, CONN)

static void *make_roots(void) { return inkotls_roots_new(); }
static void *make_identity(void) { return inkotls_identity_new(); }
static void *make_client_builder(void) { return inkotls_client_builder_new(); }
static void *make_server_builder(void) { return inkotls_server_builder_new(); }
static void *make_acceptor(void) { return inkotls_acceptor_new(); }

static void *make_client(void) {
  inkotls_conn *it = NULL;
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &it), INKOTLS_STATUS_OK);
  return it;
}

static void *make_server(void) {
  inkotls_conn *it = NULL;
  CHECK_INT(inkotls_conn_new_server(server, &it), INKOTLS_STATUS_OK);
  return it;
}

static const struct kind kinds[] = {
    {"roots", make_roots, roots_error, roots_free, roots_calls},
    {"identity", make_identity, identity_error, identity_free, identity_calls},
    {"client builder", make_client_builder, client_builder_error, client_builder_free,
     client_builder_calls},
    {"server builder", make_server_builder, server_builder_error, server_builder_free,
     server_builder_calls},
    {"acceptor", make_acceptor, acceptor_error, acceptor_free, acceptor_calls},
    {"client", make_client, conn_error, conn_free, conn_calls},
    {"server", make_server, conn_error, conn_free, conn_calls},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

// What the calls are made with.
static void calls_open(void) {
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  roots = inkotls_roots_new();
  identity = inkotls_identity_new();
  sni_map = inkotls_sni_map_new();
  CHECK_INT(inkotls_ticket_keys_new(secret, sizeof secret, &ticket_keys), INKOTLS_STATUS_OK);
}

static void calls_close(void) {
  inkotls_sni_map_release(sni_map);
  inkotls_ticket_keys_release(ticket_keys);
  inkotls_roots_free(roots);
  inkotls_identity_free(identity);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

#endif
