# frozen_string_literal: true

# Generated from include/inkotls.json by declarations.py: do not edit.
module Inkotls
  module Declarations
    ABI = 0
    SONAME = "libinkotls.so.0"

    STATUS_OK = 0
    STATUS_WANT_READ = 1
    STATUS_WANT_WRITE = 2
    STATUS_WANT_BLOCKING = 3
    STATUS_FULL = 4
    STATUS_NONE = -1
    STATUS_CLOSED = -2
    STATUS_UNEXPECTED_EOF = -3
    STATUS_ALERT_RECEIVED = -4
    STATUS_INVALID_PEER_CERTIFICATE = -5
    STATUS_HANDSHAKE_FAILED = -6
    STATUS_PROTOCOL_ERROR = -7
    STATUS_INVALID_CERTIFICATE = -8
    STATUS_INVALID_KEY = -9
    STATUS_KEY_MISMATCH = -10
    STATUS_INVALID_NAME = -11
    STATUS_NO_TRUST_ANCHORS = -12
    STATUS_INVALID_ARGUMENT = -13
    STATUS_INVALID_STATE = -14
    STATUS_UNSUPPORTED = -15
    STATUS_IO_ERROR = -16
    STATUS_PANIC = -17
    CERTIFICATE_ERROR_NOT_PRESENTED = 1
    CERTIFICATE_ERROR_EXPIRED = 2
    CERTIFICATE_ERROR_NOT_YET_VALID = 3
    CERTIFICATE_ERROR_UNKNOWN_ISSUER = 4
    CERTIFICATE_ERROR_WRONG_NAME = 5
    CERTIFICATE_ERROR_REVOKED = 6
    CERTIFICATE_ERROR_UNKNOWN_REVOCATION = 7
    CERTIFICATE_ERROR_BAD_SIGNATURE = 8
    CERTIFICATE_ERROR_WRONG_PURPOSE = 9
    CERTIFICATE_ERROR_BAD_ENCODING = 10
    CERTIFICATE_ERROR_OTHER = 11
    CERTIFICATE_ERROR_INVALID_OCSP_STAPLE = 12
    CERTIFICATE_ERROR_ACCESS_DENIED = 13
    CERTIFICATE_ERROR_CA_USED_AS_END_ENTITY = 14
    CERTIFICATE_ERROR_UNSUPPORTED_VERSION = 15
    CERTIFICATE_ERROR_NAME_CONSTRAINTS = 16
    CERTIFICATE_ERROR_PATH_LENGTH = 17
    CERTIFICATE_ERROR_ISSUER_NOT_CA = 18
    CERTIFICATE_ERROR_CHAIN_TOO_COMPLEX = 19
    CERTIFICATE_ERROR_UNSUPPORTED_SIGNATURE_ALGORITHM = 20
    CERTIFICATE_ERROR_UNSUPPORTED_KEY_SIZE = 21
    CERTIFICATE_ERROR_BAD_HANDSHAKE_SIGNATURE = 22
    CERTIFICATE_ERROR_UNKNOWN_TIME = 23
    VERDICT_ACCEPTED = 100
    STATE_HANDSHAKING = 1
    STATE_READABLE = 2
    STATE_WANTS_WRITE = 4
    STATE_PEER_CLOSED = 8
    STATE_LOCAL_CLOSED = 16
    STATE_FAILED = 32
    STATE_WANTS_BLOCKING = 64
    REVOCATION_END_ENTITY_ONLY = 1
    REVOCATION_ALLOW_UNKNOWN = 2
    REVOCATION_ENFORCE_EXPIRY = 4
    KEY_USAGE_DIGITAL_SIGNATURE = 1
    KEY_USAGE_CONTENT_COMMITMENT = 2
    KEY_USAGE_KEY_ENCIPHERMENT = 4
    KEY_USAGE_DATA_ENCIPHERMENT = 8
    KEY_USAGE_KEY_AGREEMENT = 16
    KEY_USAGE_KEY_CERT_SIGN = 32
    KEY_USAGE_CRL_SIGN = 64
    KEY_USAGE_ENCIPHER_ONLY = 128
    KEY_USAGE_DECIPHER_ONLY = 256
    CLIENT_AUTH_OFF = 0
    CLIENT_AUTH_OPTIONAL = 1
    CLIENT_AUTH_REQUIRED = 2
    TLS12_RESUMPTION_OFF = 0
    TLS12_RESUMPTION_SESSION_ID = 1
    TLS12_RESUMPTION_TICKETS = 2
    ECH_STATUS_NOT_OFFERED = 0
    ECH_STATUS_GREASE = 1
    ECH_STATUS_OFFERED = 2
    ECH_STATUS_ACCEPTED = 3
    ECH_STATUS_REJECTED = 4
    LIMIT_WRITE_BUFFER = 1
    LIMIT_READ_BUFFER = 2
    LIMIT_RECORD = 3
    LIMIT_HANDSHAKE = 4
    LOG_OFF = 0
    LOG_ERROR = 1
    LOG_WARN = 2
    LOG_INFO = 3
    LOG_DEBUG = 4
    LOG_TRACE = 5
    CHANNEL_BINDING_TLS_EXPORTER = 1
    CHANNEL_BINDING_TLS_SERVER_END_POINT = 2

    STATUS = {
      0 => :ok,
      1 => :want_read,
      2 => :want_write,
      3 => :want_blocking,
      4 => :full,
      -1 => :none,
      -2 => :closed,
      -3 => :unexpected_eof,
      -4 => :alert_received,
      -5 => :invalid_peer_certificate,
      -6 => :handshake_failed,
      -7 => :protocol_error,
      -8 => :invalid_certificate,
      -9 => :invalid_key,
      -10 => :key_mismatch,
      -11 => :invalid_name,
      -12 => :no_trust_anchors,
      -13 => :invalid_argument,
      -14 => :invalid_state,
      -15 => :unsupported,
      -16 => :io_error,
      -17 => :panic,
    }.freeze

    CERTIFICATE_ERROR = {
      1 => :not_presented,
      2 => :expired,
      3 => :not_yet_valid,
      4 => :unknown_issuer,
      5 => :wrong_name,
      6 => :revoked,
      7 => :unknown_revocation,
      8 => :bad_signature,
      9 => :wrong_purpose,
      10 => :bad_encoding,
      11 => :other,
      12 => :invalid_ocsp_staple,
      13 => :access_denied,
      14 => :ca_used_as_end_entity,
      15 => :unsupported_version,
      16 => :name_constraints,
      17 => :path_length,
      18 => :issuer_not_ca,
      19 => :chain_too_complex,
      20 => :unsupported_signature_algorithm,
      21 => :unsupported_key_size,
      22 => :bad_handshake_signature,
      23 => :unknown_time,
    }.freeze

    # What a function returns, and its parameters.
    FUNCTIONS = {
      status_text: %i[text int],
      certificate_error_text: %i[text int],
      alert_name: %i[text int],
      invalid_name_text: %i[int pointer size address size address],
      version: %i[text],
      abi_version: %i[uint],
      protocol_version_name: %i[text int],
      protocol_version_number: %i[int pointer size],
      protocol_version_at: %i[int size],
      cipher_suite_name: %i[text int],
      cipher_suite_number: %i[int pointer size],
      cipher_suite_at: %i[int size],
      named_group_at: %i[int size],
      named_group_name: %i[text int],
      named_group_number: %i[int pointer size],
      signature_scheme_at: %i[int size],
      signature_scheme_name: %i[text int],
      signature_scheme_number: %i[int pointer size],
      conn_new_client: %i[int address pointer size address],
      conn_new_server: %i[int address address],
      conn_add_alpn: %i[int address address size],
      conn_clear_alpn: %i[int address],
      conn_set_user_data: %i[int address address],
      conn_free: %i[void address],
      conn_feed: %i[int address address size address],
      conn_feed_room: %i[int address address address],
      conn_feed_filled: %i[int address size],
      conn_feed_eof: %i[int address],
      conn_drain: %i[int address address size address],
      conn_drain_peek: %i[int address address address],
      conn_drain_consume: %i[int address size],
      conn_set_fd: %i[int address int],
      conn_set_fds: %i[int address int int],
      conn_set_io: %i[int address address address address],
      conn_detach: %i[int address],
      conn_handshake: %i[int address],
      conn_run_blocking: %i[int address],
      conn_read: %i[int address address size address],
      conn_read_peek: %i[int address address address],
      conn_read_consume: %i[int address size],
      conn_write: %i[int address address size address],
      conn_flush: %i[int address],
      conn_update_keys: %i[int address],
      conn_close: %i[int address],
      conn_state: %i[int address],
      conn_error: %i[text address],
      conn_certificate_error: %i[int address],
      conn_alert_sent: %i[int address],
      conn_alert_received: %i[int address],
      conn_os_error: %i[int address],
      conn_protocol_version: %i[int address],
      conn_cipher_suite: %i[int address],
      conn_named_group: %i[int address],
      conn_peer_signature_scheme: %i[int address],
      conn_alpn: %i[int address address address],
      conn_server_name: %i[int address address address],
      conn_peer_certificate: %i[int address size address address],
      conn_verified_certificate: %i[int address size address address],
      conn_verified_anchor: %i[int address address size address],
      conn_ocsp_staple: %i[int address address address],
      conn_export_keying_material: %i[int address address size address size address size],
      conn_channel_binding: %i[int address int address size address],
      client_builder_new: %i[address],
      client_builder_set_roots: %i[int address address],
      client_builder_add_alpn: %i[int address pointer size],
      client_builder_add_protocol_version: %i[int address int],
      client_builder_add_cipher_suite: %i[int address int],
      client_builder_add_named_group: %i[int address int],
      client_builder_set_crypto_provider: %i[int address pointer size],
      client_builder_add_identity: %i[int address address],
      client_builder_set_certificate_compression: %i[int address int],
      client_builder_set_extended_master_secret_required: %i[int address int],
      client_builder_set_clock: %i[int address address address],
      client_builder_set_limit: %i[int address int size],
      client_builder_build: %i[int address address],
      client_builder_error: %i[text address],
      client_builder_free: %i[void address],
      client_config_may_block: %i[int address],
      client_config_crypto_provider: %i[text address],
      client_config_retain: %i[int address],
      client_config_release: %i[void address],
      roots_new: %i[address],
      roots_add_pem: %i[int address pointer size],
      roots_add_pem_file: %i[int address pointer size],
      roots_add_der: %i[int address pointer size],
      roots_add_platform: %i[int address],
      roots_add_peer_certificate_pem: %i[int address pointer size],
      roots_add_peer_certificate_pem_file: %i[int address pointer size],
      roots_add_peer_certificate_der: %i[int address pointer size],
      roots_add_crl_pem: %i[int address pointer size],
      roots_add_crl_pem_file: %i[int address pointer size],
      roots_add_crl_der: %i[int address pointer size],
      roots_set_revocation: %i[int address int],
      roots_add_raw_public_key: %i[int address pointer size],
      roots_error: %i[text address],
      roots_os_error: %i[int address],
      roots_free: %i[void address],
      server_builder_new: %i[address],
      server_builder_set_identity: %i[int address address],
      server_builder_set_sni_map: %i[int address address],
      server_builder_add_alpn: %i[int address pointer size],
      server_builder_add_protocol_version: %i[int address int],
      server_builder_add_cipher_suite: %i[int address int],
      server_builder_add_named_group: %i[int address int],
      server_builder_set_crypto_provider: %i[int address pointer size],
      server_builder_set_client_auth: %i[int address int address],
      server_builder_set_certificate_compression: %i[int address int],
      server_builder_set_extended_master_secret_required: %i[int address int],
      server_builder_set_clock: %i[int address address address],
      server_builder_set_limit: %i[int address int size],
      server_builder_build: %i[int address address],
      server_builder_error: %i[text address],
      server_builder_free: %i[void address],
      server_config_may_block: %i[int address],
      server_config_crypto_provider: %i[text address],
      server_config_retain: %i[int address],
      server_config_release: %i[void address],
      identity_new: %i[address],
      identity_set_chain_pem: %i[int address pointer size],
      identity_set_chain_pem_file: %i[int address pointer size],
      identity_add_chain_der: %i[int address pointer size],
      identity_set_key_pem: %i[int address pointer size],
      identity_set_key_pem_file: %i[int address pointer size],
      identity_set_key_der: %i[int address pointer size],
      identity_set_signer: %i[int address pointer size address address int],
      identity_set_ocsp_staple: %i[int address pointer size],
      identity_use_raw_public_key: %i[int address],
      identity_raw_public_key: %i[int address address address],
      identity_error: %i[text address],
      identity_os_error: %i[int address],
      identity_free: %i[void address],
      sni_map_new: %i[address],
      sni_map_set: %i[int address pointer size address],
      sni_map_remove: %i[int address pointer size],
      sni_map_retain: %i[int address],
      sni_map_release: %i[void address],
      acceptor_new: %i[address],
      acceptor_set_fd: %i[int address int],
      acceptor_set_fds: %i[int address int int],
      acceptor_set_io: %i[int address address address address],
      acceptor_detach: %i[int address],
      acceptor_feed: %i[int address pointer size address],
      acceptor_feed_eof: %i[int address],
      acceptor_drain: %i[int address address size address],
      acceptor_accept: %i[int address],
      acceptor_server_name: %i[int address address address],
      acceptor_alpn: %i[int address size address address],
      acceptor_cipher_suites: %i[int address address address],
      acceptor_signature_schemes: %i[int address address address],
      acceptor_named_groups: %i[int address address address],
      acceptor_certificate_authority: %i[int address size address address],
      acceptor_client_hello: %i[int address address address],
      acceptor_set_user_data: %i[int address address],
      acceptor_into_conn: %i[int address address address],
      acceptor_error: %i[text address],
      acceptor_alert_sent: %i[int address],
      acceptor_alert_received: %i[int address],
      acceptor_os_error: %i[int address],
      acceptor_free: %i[void address],
      client_builder_set_session_cache: %i[int address size],
      client_builder_set_session_lifetime: %i[int address uint],
      client_builder_set_tls12_resumption: %i[int address int],
      server_builder_set_session_cache: %i[int address size],
      server_builder_set_session_store: %i[int address address address address int],
      server_builder_set_session_lifetime: %i[int address uint],
      server_builder_set_ticket_count: %i[int address size],
      client_config_sessions: %i[int address address address],
      client_config_remove_sessions: %i[int address pointer size],
      server_config_sessions: %i[int address address address],
      conn_is_resumed: %i[int address],
      conn_tickets_received: %i[int address],
      conn_set_resumption_data: %i[int address address size],
      conn_resumption_data: %i[int address address address],
      client_builder_set_early_data: %i[int address int],
      server_builder_set_max_early_data: %i[int address uint],
      conn_write_early_data: %i[int address address size address],
      conn_read_early_data: %i[int address address size address],
      conn_is_early_data_accepted: %i[int address],
      client_builder_set_ech_grease: %i[int address int],
      conn_set_ech_configs: %i[int address address size],
      conn_ech_status: %i[int address],
      conn_ech_retry_configs: %i[int address address address],
      conn_ech_public_name: %i[int address address address],
      certificate_new: %i[int pointer size address],
      certificate_subject: %i[int address address address],
      certificate_issuer: %i[int address address address],
      certificate_serial: %i[int address address address],
      certificate_not_before: %i[int address address],
      certificate_not_after: %i[int address address],
      certificate_dns_name: %i[int address size address address],
      certificate_ip_address: %i[int address size address address],
      certificate_ip_address_text: %i[int address size address address],
      certificate_uri_name: %i[int address size address address],
      certificate_email_name: %i[int address size address address],
      certificate_key_usage: %i[int address],
      certificate_extended_key_usage: %i[int address size address address],
      certificate_is_ca: %i[int address],
      certificate_path_length: %i[int address],
      certificate_public_key_algorithm: %i[int address address address],
      certificate_public_key_bits: %i[int address],
      certificate_subject_key_identifier: %i[int address address address],
      certificate_authority_key_identifier: %i[int address address address],
      certificate_ocsp_uri: %i[int address size address address],
      certificate_ca_issuers_uri: %i[int address size address address],
      certificate_fingerprint: %i[int address address address],
      certificate_der: %i[int address address address],
      certificate_pem: %i[int address address size address],
      certificate_text: %i[int address address size address],
      certificate_free: %i[void address],
      ticket_keys_new: %i[int pointer size address],
      ticket_keys_set: %i[int address pointer size],
      ticket_keys_retain: %i[int address],
      ticket_keys_release: %i[void address],
      server_builder_set_ticket_keys: %i[int address address],
      client_builder_set_dangerous_verifier: %i[int address address address int],
      server_builder_set_dangerous_verifier: %i[int address address address int],
      verification_verify: %i[int address],
      verification_certificate: %i[int address size address address],
      verification_server_name: %i[int address address address],
      verification_ocsp_staple: %i[int address address address],
      verification_time: %i[int address address],
      conn_set_log: %i[int address int address address],
      acceptor_set_log: %i[int address int address address],
      client_builder_set_dangerous_key_log: %i[int address address address],
      client_builder_set_dangerous_key_log_file: %i[int address],
      server_builder_set_dangerous_key_log: %i[int address address address],
      server_builder_set_dangerous_key_log_file: %i[int address],
    }.each_value(&:freeze).freeze

    CALLBACKS = {
      sign: %i[int pointer pointer int pointer size pointer size],
      verify: %i[int pointer pointer pointer],
      key_log: %i[void pointer pointer pointer size],
      clock: %i[long pointer pointer],
      session_put: %i[int pointer pointer pointer size pointer size],
      session_get: %i[int pointer pointer pointer size int pointer size],
      read: %i[int pointer pointer size],
      write: %i[int pointer pointer size],
      log: %i[void pointer pointer int pointer size],
    }.each_value(&:freeze).freeze

    # Functions that may block the thread.
    BLOCKING = %i[
      conn_run_blocking
      client_builder_build
      roots_add_pem_file
      roots_add_peer_certificate_pem_file
      roots_add_crl_pem_file
      server_builder_build
      identity_set_chain_pem_file
      identity_set_key_pem_file
      verification_verify
      client_builder_set_dangerous_key_log_file
      server_builder_set_dangerous_key_log_file
    ].freeze
  end
end
