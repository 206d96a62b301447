-- inkotls for LuaJIT: TLS over a socket, in coroutines of cqueues.
--
--     local tls = require("inkotls")
--     local config = assert(tls.client{alpn = {"http/1.1"}})
--     local conn = assert(config:connect(socket, "example.com"))
--     assert(conn:write("GET / HTTP/1.1\r\n..."))
--     local data, err = conn:read()
--
-- A call that fails returns nil and an error, which is a table with the fields status ("expired certificate" has the
-- status "invalid_peer_certificate"), message, certificate_error, alert_received, alert_sent and os_error. tostring(err)
-- is its message. README.md describes the whole interface.

local cqueues = require("cqueues")
local condition = require("cqueues.condition")
local ffi = require("ffi")
local thread = require("cqueues.thread")

-- generated
ffi.cdef[[
typedef struct inkotls_roots inkotls_roots;
typedef struct inkotls_identity inkotls_identity;
typedef struct inkotls_sni_map inkotls_sni_map;
typedef struct inkotls_ticket_keys inkotls_ticket_keys;
typedef struct inkotls_verification inkotls_verification;
typedef struct inkotls_client_builder inkotls_client_builder;
typedef struct inkotls_client_config inkotls_client_config;
typedef struct inkotls_server_builder inkotls_server_builder;
typedef struct inkotls_server_config inkotls_server_config;
typedef struct inkotls_acceptor inkotls_acceptor;
typedef struct inkotls_conn inkotls_conn;
typedef struct inkotls_certificate inkotls_certificate;

typedef int32_t inkotls_status;
enum {
  INKOTLS_STATUS_OK = 0,
  INKOTLS_STATUS_WANT_READ = 1,
  INKOTLS_STATUS_WANT_WRITE = 2,
  INKOTLS_STATUS_WANT_BLOCKING = 3,
  INKOTLS_STATUS_FULL = 4,
  INKOTLS_STATUS_NONE = -1,
  INKOTLS_STATUS_CLOSED = -2,
  INKOTLS_STATUS_UNEXPECTED_EOF = -3,
  INKOTLS_STATUS_ALERT_RECEIVED = -4,
  INKOTLS_STATUS_INVALID_PEER_CERTIFICATE = -5,
  INKOTLS_STATUS_HANDSHAKE_FAILED = -6,
  INKOTLS_STATUS_PROTOCOL_ERROR = -7,
  INKOTLS_STATUS_INVALID_CERTIFICATE = -8,
  INKOTLS_STATUS_INVALID_KEY = -9,
  INKOTLS_STATUS_KEY_MISMATCH = -10,
  INKOTLS_STATUS_INVALID_NAME = -11,
  INKOTLS_STATUS_NO_TRUST_ANCHORS = -12,
  INKOTLS_STATUS_INVALID_ARGUMENT = -13,
  INKOTLS_STATUS_INVALID_STATE = -14,
  INKOTLS_STATUS_UNSUPPORTED = -15,
  INKOTLS_STATUS_IO_ERROR = -16,
  INKOTLS_STATUS_PANIC = -17,
};
typedef int32_t inkotls_certificate_error;
enum {
  INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED = 1,
  INKOTLS_CERTIFICATE_ERROR_EXPIRED = 2,
  INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID = 3,
  INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER = 4,
  INKOTLS_CERTIFICATE_ERROR_WRONG_NAME = 5,
  INKOTLS_CERTIFICATE_ERROR_REVOKED = 6,
  INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION = 7,
  INKOTLS_CERTIFICATE_ERROR_BAD_SIGNATURE = 8,
  INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE = 9,
  INKOTLS_CERTIFICATE_ERROR_BAD_ENCODING = 10,
  INKOTLS_CERTIFICATE_ERROR_OTHER = 11,
  INKOTLS_CERTIFICATE_ERROR_INVALID_OCSP_STAPLE = 12,
  INKOTLS_CERTIFICATE_ERROR_ACCESS_DENIED = 13,
  INKOTLS_CERTIFICATE_ERROR_CA_USED_AS_END_ENTITY = 14,
  INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_VERSION = 15,
  INKOTLS_CERTIFICATE_ERROR_NAME_CONSTRAINTS = 16,
  INKOTLS_CERTIFICATE_ERROR_PATH_LENGTH = 17,
  INKOTLS_CERTIFICATE_ERROR_ISSUER_NOT_CA = 18,
  INKOTLS_CERTIFICATE_ERROR_CHAIN_TOO_COMPLEX = 19,
  INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_SIGNATURE_ALGORITHM = 20,
  INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_KEY_SIZE = 21,
  INKOTLS_CERTIFICATE_ERROR_BAD_HANDSHAKE_SIGNATURE = 22,
  INKOTLS_CERTIFICATE_ERROR_UNKNOWN_TIME = 23,
};
const char *inkotls_status_text(int32_t status);
const char *inkotls_certificate_error_text(int32_t error);
const char *inkotls_alert_name(int32_t alert);
inkotls_status inkotls_invalid_name_text(const char *server_name, size_t len, char *buf,
    size_t cap, size_t *out_len);

const char *inkotls_version(void);
uint32_t inkotls_abi_version(void);
const char *inkotls_protocol_version_name(int32_t version);
int32_t inkotls_protocol_version_number(const char *name, size_t len);
int32_t inkotls_protocol_version_at(size_t index);
const char *inkotls_cipher_suite_name(int32_t suite);
int32_t inkotls_cipher_suite_number(const char *name, size_t len);
int32_t inkotls_cipher_suite_at(size_t index);
int32_t inkotls_named_group_at(size_t index);
const char *inkotls_named_group_name(int32_t group);
int32_t inkotls_named_group_number(const char *name, size_t len);
int32_t inkotls_signature_scheme_at(size_t index);
const char *inkotls_signature_scheme_name(int32_t scheme);
int32_t inkotls_signature_scheme_number(const char *name, size_t len);

inkotls_status inkotls_conn_new_client(const inkotls_client_config *config,
    const char *server_name, size_t len, inkotls_conn **out_conn);
inkotls_status inkotls_conn_new_server(const inkotls_server_config *config,
    inkotls_conn **out_conn);
inkotls_status inkotls_conn_add_alpn(inkotls_conn *conn, const void *protocol, size_t len);
inkotls_status inkotls_conn_clear_alpn(inkotls_conn *conn);
inkotls_status inkotls_conn_set_user_data(inkotls_conn *conn, void *user_data);
void inkotls_conn_free(inkotls_conn *conn);

inkotls_status inkotls_conn_feed(inkotls_conn *conn, const void *data, size_t len, size_t *used);
inkotls_status inkotls_conn_feed_room(inkotls_conn *conn, uint8_t **out_buf, size_t *out_cap);
inkotls_status inkotls_conn_feed_filled(inkotls_conn *conn, size_t len);
inkotls_status inkotls_conn_feed_eof(inkotls_conn *conn);
inkotls_status inkotls_conn_drain(inkotls_conn *conn, void *buf, size_t cap, size_t *out_len);
inkotls_status inkotls_conn_drain_peek(inkotls_conn *conn, const uint8_t **out_data,
    size_t *out_len);
inkotls_status inkotls_conn_drain_consume(inkotls_conn *conn, size_t len);
inkotls_status inkotls_conn_set_fd(inkotls_conn *conn, int32_t fd);
inkotls_status inkotls_conn_set_fds(inkotls_conn *conn, int32_t read_fd, int32_t write_fd);
typedef int32_t (*inkotls_read_callback)(void *user_data, uint8_t *buf, size_t cap);
typedef int32_t (*inkotls_write_callback)(void *user_data, const uint8_t *data, size_t len);
inkotls_status inkotls_conn_set_io(inkotls_conn *conn, inkotls_read_callback read,
    inkotls_write_callback write, void *user_data);
inkotls_status inkotls_conn_detach(inkotls_conn *conn);

inkotls_status inkotls_conn_handshake(inkotls_conn *conn);
inkotls_status inkotls_conn_run_blocking(inkotls_conn *conn);

inkotls_status inkotls_conn_read(inkotls_conn *conn, void *buf, size_t cap, size_t *out_len);
inkotls_status inkotls_conn_read_peek(inkotls_conn *conn, const uint8_t **out_data,
    size_t *out_len);
inkotls_status inkotls_conn_read_consume(inkotls_conn *conn, size_t len);
inkotls_status inkotls_conn_write(inkotls_conn *conn, const void *data, size_t len, size_t *used);
inkotls_status inkotls_conn_flush(inkotls_conn *conn);
inkotls_status inkotls_conn_update_keys(inkotls_conn *conn);

inkotls_status inkotls_conn_close(inkotls_conn *conn);

typedef int32_t inkotls_state;
enum {
  INKOTLS_STATE_HANDSHAKING = 1,
  INKOTLS_STATE_READABLE = 2,
  INKOTLS_STATE_WANTS_WRITE = 4,
  INKOTLS_STATE_PEER_CLOSED = 8,
  INKOTLS_STATE_LOCAL_CLOSED = 16,
  INKOTLS_STATE_FAILED = 32,
  INKOTLS_STATE_WANTS_BLOCKING = 64,
};
typedef int32_t inkotls_channel_binding;
enum {
  INKOTLS_CHANNEL_BINDING_TLS_EXPORTER = 1,
  INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT = 2,
};
int32_t inkotls_conn_state(const inkotls_conn *conn);
const char *inkotls_conn_error(const inkotls_conn *conn);
int32_t inkotls_conn_certificate_error(const inkotls_conn *conn);
int32_t inkotls_conn_alert_sent(const inkotls_conn *conn);
int32_t inkotls_conn_alert_received(const inkotls_conn *conn);
int32_t inkotls_conn_os_error(const inkotls_conn *conn);
int32_t inkotls_conn_protocol_version(const inkotls_conn *conn);
int32_t inkotls_conn_cipher_suite(const inkotls_conn *conn);
int32_t inkotls_conn_named_group(const inkotls_conn *conn);
int32_t inkotls_conn_peer_signature_scheme(const inkotls_conn *conn);
inkotls_status inkotls_conn_alpn(const inkotls_conn *conn, const uint8_t **out_protocol,
    size_t *out_len);
inkotls_status inkotls_conn_server_name(const inkotls_conn *conn, const char **out_name,
    size_t *out_len);
inkotls_status inkotls_conn_peer_certificate(const inkotls_conn *conn, size_t index,
    const uint8_t **out_der, size_t *out_len);
inkotls_status inkotls_conn_verified_certificate(const inkotls_conn *conn, size_t index,
    const uint8_t **out_der, size_t *out_len);
inkotls_status inkotls_conn_verified_anchor(const inkotls_conn *conn, char *buf, size_t cap,
    size_t *out_len);
inkotls_status inkotls_conn_ocsp_staple(const inkotls_conn *conn, const uint8_t **out_data,
    size_t *out_len);
inkotls_status inkotls_conn_export_keying_material(inkotls_conn *conn, const void *label,
    size_t label_len, const void *context, size_t context_len, void *buf, size_t len);
inkotls_status inkotls_conn_channel_binding(inkotls_conn *conn, int32_t kind, void *buf,
    size_t cap, size_t *out_len);

typedef int32_t inkotls_limit;
enum {
  INKOTLS_LIMIT_WRITE_BUFFER = 1,
  INKOTLS_LIMIT_READ_BUFFER = 2,
  INKOTLS_LIMIT_RECORD = 3,
  INKOTLS_LIMIT_HANDSHAKE = 4,
};
inkotls_client_builder *inkotls_client_builder_new(void);
inkotls_status inkotls_client_builder_set_roots(inkotls_client_builder *builder,
    const inkotls_roots *roots);
inkotls_status inkotls_client_builder_add_alpn(inkotls_client_builder *builder,
    const void *protocol, size_t len);
inkotls_status inkotls_client_builder_add_protocol_version(inkotls_client_builder *builder,
    int32_t version);
inkotls_status inkotls_client_builder_add_cipher_suite(inkotls_client_builder *builder,
    int32_t suite);
inkotls_status inkotls_client_builder_add_named_group(inkotls_client_builder *builder,
    int32_t group);
inkotls_status inkotls_client_builder_set_crypto_provider(inkotls_client_builder *builder,
    const char *name, size_t len);
inkotls_status inkotls_client_builder_add_identity(inkotls_client_builder *builder,
    const inkotls_identity *identity);
inkotls_status inkotls_client_builder_set_certificate_compression(inkotls_client_builder *builder,
    int32_t enabled);
inkotls_status inkotls_client_builder_set_extended_master_secret_required(
    inkotls_client_builder *builder, int32_t enabled);
typedef int64_t (*inkotls_clock_callback)(void *user_data, void *conn_user_data);
inkotls_status inkotls_client_builder_set_clock(inkotls_client_builder *builder,
    inkotls_clock_callback callback, void *user_data);
inkotls_status inkotls_client_builder_set_limit(inkotls_client_builder *builder, int32_t limit,
    size_t bytes);
inkotls_status inkotls_client_builder_build(inkotls_client_builder *builder,
    const inkotls_client_config **out_config);
const char *inkotls_client_builder_error(const inkotls_client_builder *builder);
void inkotls_client_builder_free(inkotls_client_builder *builder);
int32_t inkotls_client_config_may_block(const inkotls_client_config *config);
const char *inkotls_client_config_crypto_provider(const inkotls_client_config *config);
inkotls_status inkotls_client_config_retain(const inkotls_client_config *config);
void inkotls_client_config_release(const inkotls_client_config *config);

typedef int32_t inkotls_revocation;
enum {
  INKOTLS_REVOCATION_END_ENTITY_ONLY = 1,
  INKOTLS_REVOCATION_ALLOW_UNKNOWN = 2,
  INKOTLS_REVOCATION_ENFORCE_EXPIRY = 4,
};
inkotls_roots *inkotls_roots_new(void);
inkotls_status inkotls_roots_add_pem(inkotls_roots *roots, const void *data, size_t len);
inkotls_status inkotls_roots_add_pem_file(inkotls_roots *roots, const char *path, size_t len);
inkotls_status inkotls_roots_add_der(inkotls_roots *roots, const void *data, size_t len);
inkotls_status inkotls_roots_add_platform(inkotls_roots *roots);
inkotls_status inkotls_roots_add_peer_certificate_pem(inkotls_roots *roots, const void *data,
    size_t len);
inkotls_status inkotls_roots_add_peer_certificate_pem_file(inkotls_roots *roots, const char *path,
    size_t len);
inkotls_status inkotls_roots_add_peer_certificate_der(inkotls_roots *roots, const void *data,
    size_t len);
inkotls_status inkotls_roots_add_crl_pem(inkotls_roots *roots, const void *data, size_t len);
inkotls_status inkotls_roots_add_crl_pem_file(inkotls_roots *roots, const char *path, size_t len);
inkotls_status inkotls_roots_add_crl_der(inkotls_roots *roots, const void *data, size_t len);
inkotls_status inkotls_roots_set_revocation(inkotls_roots *roots, int32_t bits);
inkotls_status inkotls_roots_add_raw_public_key(inkotls_roots *roots, const void *data, size_t len);
const char *inkotls_roots_error(const inkotls_roots *roots);
int32_t inkotls_roots_os_error(const inkotls_roots *roots);
void inkotls_roots_free(inkotls_roots *roots);

typedef int32_t inkotls_client_auth;
enum {
  INKOTLS_CLIENT_AUTH_OFF = 0,
  INKOTLS_CLIENT_AUTH_OPTIONAL = 1,
  INKOTLS_CLIENT_AUTH_REQUIRED = 2,
};
inkotls_server_builder *inkotls_server_builder_new(void);
inkotls_status inkotls_server_builder_set_identity(inkotls_server_builder *builder,
    const inkotls_identity *identity);
inkotls_status inkotls_server_builder_set_sni_map(inkotls_server_builder *builder,
    const inkotls_sni_map *sni_map);
inkotls_status inkotls_server_builder_add_alpn(inkotls_server_builder *builder,
    const void *protocol, size_t len);
inkotls_status inkotls_server_builder_add_protocol_version(inkotls_server_builder *builder,
    int32_t version);
inkotls_status inkotls_server_builder_add_cipher_suite(inkotls_server_builder *builder,
    int32_t suite);
inkotls_status inkotls_server_builder_add_named_group(inkotls_server_builder *builder,
    int32_t group);
inkotls_status inkotls_server_builder_set_crypto_provider(inkotls_server_builder *builder,
    const char *name, size_t len);
inkotls_status inkotls_server_builder_set_client_auth(inkotls_server_builder *builder,
    int32_t mode, const inkotls_roots *roots);
inkotls_status inkotls_server_builder_set_certificate_compression(inkotls_server_builder *builder,
    int32_t enabled);
inkotls_status inkotls_server_builder_set_extended_master_secret_required(
    inkotls_server_builder *builder, int32_t enabled);
inkotls_status inkotls_server_builder_set_clock(inkotls_server_builder *builder,
    inkotls_clock_callback callback, void *user_data);
inkotls_status inkotls_server_builder_set_limit(inkotls_server_builder *builder, int32_t limit,
    size_t bytes);
inkotls_status inkotls_server_builder_build(inkotls_server_builder *builder,
    const inkotls_server_config **out_config);
const char *inkotls_server_builder_error(const inkotls_server_builder *builder);
void inkotls_server_builder_free(inkotls_server_builder *builder);
int32_t inkotls_server_config_may_block(const inkotls_server_config *config);
const char *inkotls_server_config_crypto_provider(const inkotls_server_config *config);
inkotls_status inkotls_server_config_retain(const inkotls_server_config *config);
void inkotls_server_config_release(const inkotls_server_config *config);

inkotls_identity *inkotls_identity_new(void);
inkotls_status inkotls_identity_set_chain_pem(inkotls_identity *identity, const void *data,
    size_t len);
inkotls_status inkotls_identity_set_chain_pem_file(inkotls_identity *identity, const char *path,
    size_t len);
inkotls_status inkotls_identity_add_chain_der(inkotls_identity *identity, const void *data,
    size_t len);
inkotls_status inkotls_identity_set_key_pem(inkotls_identity *identity, const void *data,
    size_t len);
inkotls_status inkotls_identity_set_key_pem_file(inkotls_identity *identity, const char *path,
    size_t len);
inkotls_status inkotls_identity_set_key_der(inkotls_identity *identity, const void *data,
    size_t len);
typedef int32_t (*inkotls_sign_callback)(void *user_data, void *conn_user_data, int32_t scheme,
    const uint8_t *message, size_t len, uint8_t *buf, size_t cap);
inkotls_status inkotls_identity_set_signer(inkotls_identity *identity, const uint16_t *schemes,
    size_t count, inkotls_sign_callback sign, void *user_data, int32_t may_block);
inkotls_status inkotls_identity_set_ocsp_staple(inkotls_identity *identity, const void *data,
    size_t len);
inkotls_status inkotls_identity_use_raw_public_key(inkotls_identity *identity);
inkotls_status inkotls_identity_raw_public_key(const inkotls_identity *identity,
    const uint8_t **out_key, size_t *out_len);
const char *inkotls_identity_error(const inkotls_identity *identity);
int32_t inkotls_identity_os_error(const inkotls_identity *identity);
void inkotls_identity_free(inkotls_identity *identity);
const inkotls_sni_map *inkotls_sni_map_new(void);
inkotls_status inkotls_sni_map_set(const inkotls_sni_map *sni_map, const char *server_name,
    size_t len, const inkotls_identity *identity);
inkotls_status inkotls_sni_map_remove(const inkotls_sni_map *sni_map, const char *server_name,
    size_t len);
inkotls_status inkotls_sni_map_retain(const inkotls_sni_map *sni_map);
void inkotls_sni_map_release(const inkotls_sni_map *sni_map);

inkotls_acceptor *inkotls_acceptor_new(void);
inkotls_status inkotls_acceptor_set_fd(inkotls_acceptor *acceptor, int32_t fd);
inkotls_status inkotls_acceptor_set_fds(inkotls_acceptor *acceptor, int32_t read_fd,
    int32_t write_fd);
inkotls_status inkotls_acceptor_set_io(inkotls_acceptor *acceptor, inkotls_read_callback read,
    inkotls_write_callback write, void *user_data);
inkotls_status inkotls_acceptor_detach(inkotls_acceptor *acceptor);
inkotls_status inkotls_acceptor_feed(inkotls_acceptor *acceptor, const void *data, size_t len,
    size_t *used);
inkotls_status inkotls_acceptor_feed_eof(inkotls_acceptor *acceptor);
inkotls_status inkotls_acceptor_drain(inkotls_acceptor *acceptor, void *buf, size_t cap,
    size_t *out_len);
inkotls_status inkotls_acceptor_accept(inkotls_acceptor *acceptor);
inkotls_status inkotls_acceptor_server_name(const inkotls_acceptor *acceptor,
    const char **out_name, size_t *out_len);
inkotls_status inkotls_acceptor_alpn(const inkotls_acceptor *acceptor, size_t index,
    const uint8_t **out_protocol, size_t *out_len);
inkotls_status inkotls_acceptor_cipher_suites(const inkotls_acceptor *acceptor,
    const uint16_t **out_suites, size_t *out_count);
inkotls_status inkotls_acceptor_signature_schemes(const inkotls_acceptor *acceptor,
    const uint16_t **out_schemes, size_t *out_count);
inkotls_status inkotls_acceptor_named_groups(const inkotls_acceptor *acceptor,
    const uint16_t **out_groups, size_t *out_count);
inkotls_status inkotls_acceptor_certificate_authority(const inkotls_acceptor *acceptor,
    size_t index, const uint8_t **out_name, size_t *out_len);
inkotls_status inkotls_acceptor_client_hello(const inkotls_acceptor *acceptor,
    const uint8_t **out_message, size_t *out_len);
inkotls_status inkotls_acceptor_set_user_data(inkotls_acceptor *acceptor, void *user_data);
inkotls_status inkotls_acceptor_into_conn(inkotls_acceptor *acceptor,
    const inkotls_server_config *config, inkotls_conn **out_conn);
const char *inkotls_acceptor_error(const inkotls_acceptor *acceptor);
int32_t inkotls_acceptor_alert_sent(const inkotls_acceptor *acceptor);
int32_t inkotls_acceptor_alert_received(const inkotls_acceptor *acceptor);
int32_t inkotls_acceptor_os_error(const inkotls_acceptor *acceptor);
void inkotls_acceptor_free(inkotls_acceptor *acceptor);

typedef int32_t inkotls_tls12_resumption;
enum {
  INKOTLS_TLS12_RESUMPTION_OFF = 0,
  INKOTLS_TLS12_RESUMPTION_SESSION_ID = 1,
  INKOTLS_TLS12_RESUMPTION_TICKETS = 2,
};
inkotls_status inkotls_client_builder_set_session_cache(inkotls_client_builder *builder,
    size_t servers);
inkotls_status inkotls_client_builder_set_session_lifetime(inkotls_client_builder *builder,
    uint32_t seconds);
inkotls_status inkotls_client_builder_set_tls12_resumption(inkotls_client_builder *builder,
    int32_t how);
inkotls_status inkotls_server_builder_set_session_cache(inkotls_server_builder *builder,
    size_t sessions);
typedef int32_t (*inkotls_session_put_callback)(void *user_data, void *conn_user_data,
    const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len);
typedef int32_t (*inkotls_session_get_callback)(void *user_data, void *conn_user_data,
    const uint8_t *key, size_t key_len, int32_t take, uint8_t *buf, size_t cap);
inkotls_status inkotls_server_builder_set_session_store(inkotls_server_builder *builder,
    inkotls_session_put_callback put, inkotls_session_get_callback get, void *user_data,
    int32_t may_block);
inkotls_status inkotls_server_builder_set_session_lifetime(inkotls_server_builder *builder,
    uint32_t seconds);
inkotls_status inkotls_server_builder_set_ticket_count(inkotls_server_builder *builder,
    size_t tickets);
inkotls_status inkotls_client_config_sessions(const inkotls_client_config *config,
    size_t *out_sessions, size_t *out_bytes);
inkotls_status inkotls_client_config_remove_sessions(const inkotls_client_config *config,
    const char *server_name, size_t len);
inkotls_status inkotls_server_config_sessions(const inkotls_server_config *config,
    size_t *out_sessions, size_t *out_bytes);
int32_t inkotls_conn_is_resumed(const inkotls_conn *conn);
int32_t inkotls_conn_tickets_received(const inkotls_conn *conn);
inkotls_status inkotls_conn_set_resumption_data(inkotls_conn *conn, const void *data, size_t len);
inkotls_status inkotls_conn_resumption_data(const inkotls_conn *conn, const uint8_t **out_data,
    size_t *out_len);

inkotls_status inkotls_client_builder_set_early_data(inkotls_client_builder *builder,
    int32_t enabled);
inkotls_status inkotls_server_builder_set_max_early_data(inkotls_server_builder *builder,
    uint32_t bytes);
inkotls_status inkotls_conn_write_early_data(inkotls_conn *conn, const void *data, size_t len,
    size_t *used);
inkotls_status inkotls_conn_read_early_data(inkotls_conn *conn, void *buf, size_t cap,
    size_t *out_len);
int32_t inkotls_conn_is_early_data_accepted(const inkotls_conn *conn);

typedef int32_t inkotls_ech_status;
enum {
  INKOTLS_ECH_STATUS_NOT_OFFERED = 0,
  INKOTLS_ECH_STATUS_GREASE = 1,
  INKOTLS_ECH_STATUS_OFFERED = 2,
  INKOTLS_ECH_STATUS_ACCEPTED = 3,
  INKOTLS_ECH_STATUS_REJECTED = 4,
};
inkotls_status inkotls_client_builder_set_ech_grease(inkotls_client_builder *builder,
    int32_t enabled);
inkotls_status inkotls_conn_set_ech_configs(inkotls_conn *conn, const void *list, size_t len);
int32_t inkotls_conn_ech_status(const inkotls_conn *conn);
inkotls_status inkotls_conn_ech_retry_configs(const inkotls_conn *conn, const uint8_t **out_list,
    size_t *out_len);
inkotls_status inkotls_conn_ech_public_name(const inkotls_conn *conn, const char **out_name,
    size_t *out_len);

typedef int32_t inkotls_key_usage;
enum {
  INKOTLS_KEY_USAGE_DIGITAL_SIGNATURE = 1,
  INKOTLS_KEY_USAGE_CONTENT_COMMITMENT = 2,
  INKOTLS_KEY_USAGE_KEY_ENCIPHERMENT = 4,
  INKOTLS_KEY_USAGE_DATA_ENCIPHERMENT = 8,
  INKOTLS_KEY_USAGE_KEY_AGREEMENT = 16,
  INKOTLS_KEY_USAGE_KEY_CERT_SIGN = 32,
  INKOTLS_KEY_USAGE_CRL_SIGN = 64,
  INKOTLS_KEY_USAGE_ENCIPHER_ONLY = 128,
  INKOTLS_KEY_USAGE_DECIPHER_ONLY = 256,
};
inkotls_status inkotls_certificate_new(const void *data, size_t len,
    inkotls_certificate **out_certificate);
inkotls_status inkotls_certificate_subject(const inkotls_certificate *certificate,
    const char **out_text, size_t *out_len);
inkotls_status inkotls_certificate_issuer(const inkotls_certificate *certificate,
    const char **out_text, size_t *out_len);
inkotls_status inkotls_certificate_serial(const inkotls_certificate *certificate,
    const uint8_t **out_serial, size_t *out_len);
inkotls_status inkotls_certificate_not_before(const inkotls_certificate *certificate,
    int64_t *out_seconds);
inkotls_status inkotls_certificate_not_after(const inkotls_certificate *certificate,
    int64_t *out_seconds);
inkotls_status inkotls_certificate_dns_name(const inkotls_certificate *certificate, size_t index,
    const char **out_name, size_t *out_len);
inkotls_status inkotls_certificate_ip_address(const inkotls_certificate *certificate, size_t index,
    const uint8_t **out_address, size_t *out_len);
inkotls_status inkotls_certificate_ip_address_text(const inkotls_certificate *certificate,
    size_t index, const char **out_text, size_t *out_len);
inkotls_status inkotls_certificate_uri_name(const inkotls_certificate *certificate, size_t index,
    const char **out_name, size_t *out_len);
inkotls_status inkotls_certificate_email_name(const inkotls_certificate *certificate, size_t index,
    const char **out_name, size_t *out_len);
int32_t inkotls_certificate_key_usage(const inkotls_certificate *certificate);
inkotls_status inkotls_certificate_extended_key_usage(const inkotls_certificate *certificate,
    size_t index, const char **out_oid, size_t *out_len);
int32_t inkotls_certificate_is_ca(const inkotls_certificate *certificate);
int32_t inkotls_certificate_path_length(const inkotls_certificate *certificate);
inkotls_status inkotls_certificate_public_key_algorithm(const inkotls_certificate *certificate,
    const char **out_text, size_t *out_len);
int32_t inkotls_certificate_public_key_bits(const inkotls_certificate *certificate);
inkotls_status inkotls_certificate_subject_key_identifier(const inkotls_certificate *certificate,
    const uint8_t **out_identifier, size_t *out_len);
inkotls_status inkotls_certificate_authority_key_identifier(const inkotls_certificate *certificate,
    const uint8_t **out_identifier, size_t *out_len);
inkotls_status inkotls_certificate_ocsp_uri(const inkotls_certificate *certificate, size_t index,
    const char **out_uri, size_t *out_len);
inkotls_status inkotls_certificate_ca_issuers_uri(const inkotls_certificate *certificate,
    size_t index, const char **out_uri, size_t *out_len);
inkotls_status inkotls_certificate_fingerprint(const inkotls_certificate *certificate,
    const uint8_t **out_fingerprint, size_t *out_len);
inkotls_status inkotls_certificate_der(const inkotls_certificate *certificate,
    const uint8_t **out_data, size_t *out_len);
inkotls_status inkotls_certificate_pem(const inkotls_certificate *certificate, char *buf,
    size_t cap, size_t *out_len);
inkotls_status inkotls_certificate_text(const inkotls_certificate *certificate, char *buf,
    size_t cap, size_t *out_len);
void inkotls_certificate_free(inkotls_certificate *certificate);

inkotls_status inkotls_ticket_keys_new(const void *keys, size_t len,
    const inkotls_ticket_keys **out_keys);
inkotls_status inkotls_ticket_keys_set(const inkotls_ticket_keys *ticket_keys, const void *keys,
    size_t len);
inkotls_status inkotls_ticket_keys_retain(const inkotls_ticket_keys *ticket_keys);
void inkotls_ticket_keys_release(const inkotls_ticket_keys *ticket_keys);
inkotls_status inkotls_server_builder_set_ticket_keys(inkotls_server_builder *builder,
    const inkotls_ticket_keys *ticket_keys);

typedef int32_t inkotls_verdict;
enum {
  INKOTLS_VERDICT_ACCEPTED = 100,
};
typedef int32_t (*inkotls_verify_callback)(void *user_data, void *conn_user_data,
    inkotls_verification *verification);
inkotls_status inkotls_client_builder_set_dangerous_verifier(inkotls_client_builder *builder,
    inkotls_verify_callback verify, void *user_data, int32_t may_block);
inkotls_status inkotls_server_builder_set_dangerous_verifier(inkotls_server_builder *builder,
    inkotls_verify_callback verify, void *user_data, int32_t may_block);
int32_t inkotls_verification_verify(inkotls_verification *verification);
inkotls_status inkotls_verification_certificate(const inkotls_verification *verification,
    size_t index, const uint8_t **out_der, size_t *out_len);
inkotls_status inkotls_verification_server_name(const inkotls_verification *verification,
    const char **out_name, size_t *out_len);
inkotls_status inkotls_verification_ocsp_staple(const inkotls_verification *verification,
    const uint8_t **out_data, size_t *out_len);
inkotls_status inkotls_verification_time(const inkotls_verification *verification,
    int64_t *out_seconds);

typedef int32_t inkotls_log;
enum {
  INKOTLS_LOG_OFF = 0,
  INKOTLS_LOG_ERROR = 1,
  INKOTLS_LOG_WARN = 2,
  INKOTLS_LOG_INFO = 3,
  INKOTLS_LOG_DEBUG = 4,
  INKOTLS_LOG_TRACE = 5,
};
typedef void (*inkotls_log_callback)(void *user_data, void *conn_user_data, int32_t level,
    const char *text, size_t len);
inkotls_status inkotls_conn_set_log(inkotls_conn *conn, int32_t level,
    inkotls_log_callback callback, void *user_data);
inkotls_status inkotls_acceptor_set_log(inkotls_acceptor *acceptor, int32_t level,
    inkotls_log_callback callback, void *user_data);
typedef void (*inkotls_key_log_callback)(void *user_data, void *conn_user_data, const char *line,
    size_t len);
inkotls_status inkotls_client_builder_set_dangerous_key_log(inkotls_client_builder *builder,
    inkotls_key_log_callback callback, void *user_data);
inkotls_status inkotls_client_builder_set_dangerous_key_log_file(inkotls_client_builder *builder);
inkotls_status inkotls_server_builder_set_dangerous_key_log(inkotls_server_builder *builder,
    inkotls_key_log_callback callback, void *user_data);
inkotls_status inkotls_server_builder_set_dangerous_key_log_file(inkotls_server_builder *builder);
]]
local STATUS = {
  [0] = "ok",
  [1] = "want_read",
  [2] = "want_write",
  [3] = "want_blocking",
  [4] = "full",
  [-1] = "none",
  [-2] = "closed",
  [-3] = "unexpected_eof",
  [-4] = "alert_received",
  [-5] = "invalid_peer_certificate",
  [-6] = "handshake_failed",
  [-7] = "protocol_error",
  [-8] = "invalid_certificate",
  [-9] = "invalid_key",
  [-10] = "key_mismatch",
  [-11] = "invalid_name",
  [-12] = "no_trust_anchors",
  [-13] = "invalid_argument",
  [-14] = "invalid_state",
  [-15] = "unsupported",
  [-16] = "io_error",
  [-17] = "panic",
}
local CERTIFICATE_ERROR = {
  [1] = "not_presented",
  [2] = "expired",
  [3] = "not_yet_valid",
  [4] = "unknown_issuer",
  [5] = "wrong_name",
  [6] = "revoked",
  [7] = "unknown_revocation",
  [8] = "bad_signature",
  [9] = "wrong_purpose",
  [10] = "bad_encoding",
  [11] = "other",
  [12] = "invalid_ocsp_staple",
  [13] = "access_denied",
  [14] = "ca_used_as_end_entity",
  [15] = "unsupported_version",
  [16] = "name_constraints",
  [17] = "path_length",
  [18] = "issuer_not_ca",
  [19] = "chain_too_complex",
  [20] = "unsupported_signature_algorithm",
  [21] = "unsupported_key_size",
  [22] = "bad_handshake_signature",
  [23] = "unknown_time",
}
-- end of generated

local library_path = os.getenv("INKOTLS_LIBRARY") or "libinkotls.so.0"
local C = ffi.load(library_path)

local CHUNK = 16384
local WANT_READ, WANT_WRITE = C.INKOTLS_STATUS_WANT_READ, C.INKOTLS_STATUS_WANT_WRITE
local WANT_BLOCKING = C.INKOTLS_STATUS_WANT_BLOCKING

local pointer, text, size = ffi.typeof("const uint8_t *[1]"), ffi.typeof("const char *[1]"), ffi.typeof("size_t[1]")

-- A call that runs a Lua callback must not be compiled, because a callback cannot enter compiled code.
local function interpreted(f)
  jit.off(f)
  return f
end

-- ============================================================== errors

local Error = {}
Error.__index = Error
Error.__tostring = function(self) return self.message end

local function failure(status, message)
  local name = STATUS[status] or status
  return setmetatable({status = name, message = message or ffi.string(C.inkotls_status_text(status))}, Error)
end

local function alert(number)
  return number >= 0 and ffi.string(C.inkotls_alert_name(number)) or nil
end

local function conn_failure(handle, status)
  local err = failure(status)
  local message = C.inkotls_conn_error(handle)
  if message ~= nil and message[0] ~= 0 then err.message = ffi.string(message) end
  err.certificate_error = CERTIFICATE_ERROR[C.inkotls_conn_certificate_error(handle)]
  err.alert_sent, err.alert_received = alert(C.inkotls_conn_alert_sent(handle)), alert(C.inkotls_conn_alert_received(handle))
  local errno = C.inkotls_conn_os_error(handle)
  err.os_error = errno > 0 and errno or nil
  return err
end

-- Raises the failure of a call on a builder, roots or an identity; `catch` returns it to the caller.
local function try(status, handle, message)
  if status ~= 0 then error(failure(status, handle and ffi.string(message(handle))), 0) end
end

local function catch(f, ...)
  local ok, result = pcall(f, ...)
  if ok then return result end
  if getmetatable(result) ~= Error then error(result, 0) end
  return nil, result
end

-- ============================================================== configs

local function roots(settings)
  local handle = ffi.gc(C.inkotls_roots_new(), C.inkotls_roots_free)
  local function add(status) try(status, handle, C.inkotls_roots_error) end
  if settings.ca_file then add(C.inkotls_roots_add_pem_file(handle, settings.ca_file, #settings.ca_file)) end
  if settings.ca then add(C.inkotls_roots_add_pem(handle, settings.ca, #settings.ca)) end
  if settings.crl_file then add(C.inkotls_roots_add_crl_pem_file(handle, settings.crl_file, #settings.crl_file)) end
  if settings.platform then add(C.inkotls_roots_add_platform(handle)) end
  return handle
end

local function identity(settings)
  local handle = ffi.gc(C.inkotls_identity_new(), C.inkotls_identity_free)
  local function set(status) try(status, handle, C.inkotls_identity_error) end
  if settings.cert_file then set(C.inkotls_identity_set_chain_pem_file(handle, settings.cert_file, #settings.cert_file)) end
  if settings.cert then set(C.inkotls_identity_set_chain_pem(handle, settings.cert, #settings.cert)) end
  if settings.key_file then set(C.inkotls_identity_set_key_pem_file(handle, settings.key_file, #settings.key_file)) end
  if settings.key then set(C.inkotls_identity_set_key_pem(handle, settings.key, #settings.key)) end
  return handle
end

local Config = {}
Config.__index = Config

local function build(side, settings, configure)
  local prefix = "inkotls_" .. side
  local builder = ffi.gc(C[prefix .. "_builder_new"](), C[prefix .. "_builder_free"])
  local function set(name, ...) try(C[prefix .. "_builder_" .. name](builder, ...), builder, C[prefix .. "_builder_error"]) end
  for _, protocol in ipairs(settings.alpn or {}) do set("add_alpn", protocol, #protocol) end
  for _, version in ipairs(settings.versions or {}) do set("add_protocol_version", version) end
  if settings.pool then set("set_dangerous_verifier", ffi.cast("inkotls_verify_callback", settings.pool.callback), nil, 1) end
  configure(set)
  local out = ffi.new("const inkotls_" .. side .. "_config *[1]")
  set("build", out)
  ffi.gc(builder, nil) -- consumed
  return setmetatable({
    side = side,
    handle = ffi.gc(out[0], C[prefix .. "_config_release"]),
    pool = settings.pool,
  }, Config)
end

local CLIENT_AUTH = {off = 0, optional = 1, required = 2}

local function client(settings)
  return build("client", settings, function(set)
    if settings.ca_file or settings.ca then set("set_roots", roots(settings)) end
    if settings.cert_file or settings.cert then set("add_identity", identity(settings)) end
    if settings.early_data then set("set_early_data", 1) end
  end)
end

local function server(settings)
  return build("server", settings, function(set)
    if settings.cert_file or settings.cert then set("set_identity", identity(settings)) end
    if settings.names then
      local map = ffi.gc(C.inkotls_sni_map_new(), C.inkotls_sni_map_release)
      for name, files in pairs(settings.names) do try(C.inkotls_sni_map_set(map, name, #name, identity(files))) end
      set("set_sni_map", map)
    end
    if settings.client_auth then
      local mode = CLIENT_AUTH[settings.client_auth] or error("client_auth is off, optional or required", 0)
      set("set_client_auth", mode, roots(settings))
    end
    if settings.max_early_data then set("set_max_early_data", settings.max_early_data) end
  end)
end

-- ============================================================== a pool of one thread

-- Steps that may block run on a thread with a Lua state of its own: WANT_BLOCKING. `start` is Lua code that the thread
-- runs first; what it returns can be used as a C callback, because it belongs to the state that calls it.
local Pool = {}
Pool.__index = Pool

-- A pointer as text, without the rounding of tostring.
local function address(pointer)
  return ("%d"):format(tonumber(ffi.cast("intptr_t", pointer)))
end

local function run_pool(socket, path, start)
  package.path = path
  require("cqueues.socket") -- the class of `socket`
  require("cqueues.thread")
  local ffi = require("ffi")
  local tls = require("inkotls")
  local callback = start ~= "" and assert(loadstring(start))(tls, ffi)
  socket:write(callback and tls.address(callback) or "0", "\n")
  socket:flush()
  for line in socket:lines() do
    tls.run_blocking(ffi.cast("inkotls_conn *", tonumber(line)))
    socket:write("done\n")
    socket:flush()
  end
end

local function pool(start)
  local handle, socket = thread.start(run_pool, package.path, start or "")
  local self = setmetatable({thread = handle, socket = socket, turn = condition.new(), busy = false}, Pool)
  local callback = tonumber((socket:read("*l")))
  self.callback = callback ~= 0 and ffi.cast("void *", callback) or nil
  return self
end

function Pool:run(handle)
  while self.busy do self.turn:wait() end
  self.busy = true
  self.socket:write(address(handle), "\n")
  self.socket:flush()
  self.socket:read("*l")
  self.busy = false
  self.turn:signal(1)
end

local shared_pool

local function pool_of(config)
  if config.pool then return config.pool end
  shared_pool = shared_pool or pool()
  return shared_pool
end

-- ============================================================== connections

local Conn = {}
Conn.__index = Conn

local function conn(config, socket, handle)
  local self = {
    config = config, socket = socket, handle = ffi.gc(handle, C.inkotls_conn_free),
    reading = {pollfd = socket:pollfd(), events = "r"}, writing = {pollfd = socket:pollfd(), events = "w"},
    ended = condition.new(), buf = ffi.new("uint8_t[?]", CHUNK), len = size(),
  }
  try(C.inkotls_conn_set_fd(self.handle, socket:pollfd()), self.handle, C.inkotls_conn_error)
  return setmetatable(self, Conn)
end

-- The client side of a connection over a socket of cqueues, which the connection owns from now on.
function Config:connect(socket, name)
  return catch(function()
    local out = ffi.new("inkotls_conn *[1]")
    local status = C.inkotls_conn_new_client(self.handle, name, #name, out)
    if status ~= 0 then error(failure(status), 0) end
    return conn(self, socket, out[0])
  end)
end

-- The server side.
function Config:accept(socket)
  return catch(function()
    local out = ffi.new("inkotls_conn *[1]")
    local status = C.inkotls_conn_new_server(self.handle, out)
    if status ~= 0 then error(failure(status), 0) end
    return conn(self, socket, out[0])
  end)
end

local CLOSED = setmetatable({status = "closed_here", message = "the connection is closed on this side"}, Error)
local TIMEOUT = setmetatable({status = "timeout", message = "the time limit has passed"}, Error)

-- Suspends the coroutine until the socket is ready or the connection is closed here. False after the time limit.
local function wait(self, ready)
  local rest = self.deadline and self.deadline - cqueues.monotime()
  if rest and rest <= 0 then return false end
  cqueues.poll(ready, self.ended, rest)
  return true
end

-- Repeats a call as long as its status says so. Returns the last status, or an error.
local function drive(self, call, ...)
  while true do
    if not self.handle then return nil, CLOSED end
    local status = call(self.handle, ...)
    if status <= 0 then return status end
    if status == WANT_BLOCKING then
      self.blocked = true -- close waits: another thread uses the connection
      pool_of(self.config):run(self.handle)
      self.blocked = false
      self.ended:signal()
    elseif not wait(self, status == WANT_READ and self.reading or self.writing) then
      return nil, TIMEOUT
    end
  end
end

local function done(self, status, err)
  if status == 0 then return true end
  return nil, err or conn_failure(self.handle, status)
end

-- The time limit of all later calls, in seconds from now; nil removes it.
function Conn:settimeout(seconds)
  self.deadline = seconds and cqueues.monotime() + seconds
end

function Conn:handshake()
  return done(self, drive(self, C.inkotls_conn_handshake))
end

-- At most `max` bytes of plaintext; nil without an error at a clean end.
function Conn:read(max)
  local buf, cap = self.buf, CHUNK
  if max and max > CHUNK then buf, cap = ffi.new("uint8_t[?]", max), max elseif max then cap = max end
  local status, err = drive(self, C.inkotls_conn_read, buf, cap, self.len)
  if status == 0 then return ffi.string(buf, self.len[0]) end
  if status == C.INKOTLS_STATUS_CLOSED then return nil end
  return nil, err or conn_failure(self.handle, status)
end

local function write(self, call, data)
  local from, used = 0, size() -- of its own: a reader may run while the writer waits
  while from < #data do
    local status, err = drive(self, call, ffi.cast("const uint8_t *", data) + from, #data - from, used)
    if status ~= 0 then return done(self, status, err) end
    from = from + tonumber(used[0])
  end
  return done(self, drive(self, C.inkotls_conn_flush))
end

-- Sends all of `data`.
function Conn:write(data)
  return write(self, C.inkotls_conn_write, data)
end

-- Sends data before the handshake is done. Returns the number of bytes that were accepted, 0 without early data.
function Conn:write_early_data(data)
  local used = size()
  local status, err = drive(self, C.inkotls_conn_write_early_data, data, #data, used)
  if status == 0 then return tonumber(used[0]) end
  if status == C.INKOTLS_STATUS_NONE then return 0 end
  return nil, err or conn_failure(self.handle, status)
end

-- Early data of the client; nil without an error at its end.
function Conn:read_early_data()
  local status, err = drive(self, C.inkotls_conn_read_early_data, self.buf, CHUNK, self.len)
  if status == 0 then return ffi.string(self.buf, self.len[0]) end
  if status == C.INKOTLS_STATUS_NONE then return nil end
  return nil, err or conn_failure(self.handle, status)
end

-- Sends close_notify. Reading can go on.
function Conn:shutdown()
  return done(self, drive(self, C.inkotls_conn_close))
end

-- Sends close_notify as far as the socket takes it, and closes the socket. Calls of other coroutines end.
function Conn:close()
  if not self.handle then return true end
  while self.blocked do self.ended:wait() end
  if not self.handle then return true end
  local handle = self.handle
  C.inkotls_conn_close(handle)
  self.handle = nil
  self.ended:signal()
  C.inkotls_conn_free(ffi.gc(handle, nil))
  cqueues.cancel(self.socket:pollfd())
  self.socket:shutdown("w")
  self.socket:close()
  return true
end

-- ============================================================== facts

local function string_of(status, data, len)
  return status == 0 and ffi.string(data[0], len[0]) or nil
end

function Conn:alpn()
  local data, len = pointer(), size()
  return string_of(C.inkotls_conn_alpn(self.handle, data, len), data, len)
end

function Conn:server_name()
  local data, len = text(), size()
  return string_of(C.inkotls_conn_server_name(self.handle, data, len), data, len)
end

function Conn:version()
  local number = C.inkotls_conn_protocol_version(self.handle)
  return number > 0 and ffi.string(C.inkotls_protocol_version_name(number)) or nil
end

function Conn:cipher_suite()
  local number = C.inkotls_conn_cipher_suite(self.handle)
  return number > 0 and ffi.string(C.inkotls_cipher_suite_name(number)) or nil
end

function Conn:is_resumed() return C.inkotls_conn_is_resumed(self.handle) == 1 end

function Conn:is_early_data_accepted() return C.inkotls_conn_is_early_data_accepted(self.handle) == 1 end

-- The certificate in DER at a place in the chain of the peer; 0, the default, is the peer's own.
function Conn:peer_certificate(index)
  local data, len = pointer(), size()
  return string_of(C.inkotls_conn_peer_certificate(self.handle, index or 0, data, len), data, len)
end

-- The subject of a certificate in DER, as text.
local function subject(der)
  local out = ffi.new("inkotls_certificate *[1]")
  local status = C.inkotls_certificate_new(der, #der, out)
  if status ~= 0 then return nil, failure(status) end
  local certificate = ffi.gc(out[0], C.inkotls_certificate_free)
  local data, len = text(), size()
  return string_of(C.inkotls_certificate_subject(certificate, data, len), data, len)
end

return {
  client = function(settings) return catch(client, settings or {}) end,
  server = function(settings) return catch(server, settings or {}) end,
  subject = subject,
  pool = pool,
  address = address,
  run_blocking = interpreted(function(handle) return C.inkotls_conn_run_blocking(handle) end),
  library = C,
  version = ffi.string(C.inkotls_version()),
}
