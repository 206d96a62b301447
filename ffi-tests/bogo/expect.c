// What must have come of a connection.

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

static void expect(const char *what, long got, long want) {
  if (got != want) fail("%s is %ld, not %ld", what, got, want);
}

static void expect_text(const char *what, const void *got, size_t len, const char *want) {
  if (len != strlen(want) || memcmp(got, want, len) != 0)
    fail("%s is \"%.*s\", not \"%s\"", what, (int)len, (const char *)got, want);
}

static void expect_name(void) {
  const struct flags *flags = session.flags;
  const char *name = "";
  size_t len = 0;
  inkotls_status status = session.conn
                              ? inkotls_conn_server_name(session.conn, &name, &len)
                              : inkotls_acceptor_server_name(session.acceptor, &name, &len);
  if (flags->expect_server_name)
    expect_text("the server name", name, len, flags->expect_server_name);
  if (flags->expect_no_server_name) expect("the server name", status, INKOTLS_STATUS_NONE);
}

void expect_hello(void) {
  const struct flags *flags = session.flags;
  const uint8_t *protocol;
  const uint16_t *schemes;
  char list[1024];
  size_t len = 0, count = 0, filled = 0;
  expect_name();
  for (size_t i = 0; inkotls_acceptor_alpn(session.acceptor, i, &protocol, &len) == 0; i++) {
    if (filled + 1 + len > sizeof list) break;
    list[filled++] = (char)len;
    memcpy(list + filled, protocol, len);
    filled += len;
  }
  if (flags->expect_advertised_alpn)
    expect_text("the client's ALPN", list, filled, flags->expect_advertised_alpn);
  const struct numbers *wanted = &flags->expect_peer_verify_prefs;
  if (wanted->count == 0) return;
  inkotls_acceptor_signature_schemes(session.acceptor, &schemes, &count);
  expect("the number of signature schemes", (long)count, (long)wanted->count);
  for (size_t i = 0; i < count; i++) expect("a signature scheme", schemes[i], wanted->at[i]);
}

static void expect_peer_certificate(const char *file) {
  const uint8_t *der;
  char *name, *header;
  unsigned char *data;
  long len;
  size_t index = 0, got = 0;
  FILE *in = fopen(file, "r");
  if (!in) fail("%s cannot be read", file);
  for (; PEM_read(in, &name, &header, &data, &len); index++) {
    if (inkotls_conn_peer_certificate(session.conn, index, &der, &got) != INKOTLS_STATUS_OK ||
        got != (size_t)len || memcmp(der, data, got) != 0)
      fail("certificate %zu of the peer is another", index);
    OPENSSL_free(name), OPENSSL_free(header), OPENSSL_free(data);
  }
  fclose(in);
  expect("the peer's next certificate",
         inkotls_conn_peer_certificate(session.conn, index, &der, &got), INKOTLS_STATUS_NONE);
}

static void expect_early_data(const struct flags *flags) {
  int is_accepted = inkotls_conn_is_early_data_accepted(session.conn) == 1;
  if (flags->expect_accept_early_data && session.is_resume)
    expect("early data accepted", is_accepted, 1);
  if (flags->expect_reject_early_data) expect("early data accepted", is_accepted, 0);
  const char *reason = flags->expect_early_data_reason;
  if (reason) expect("early data accepted", is_accepted, strcmp(reason, "accept") == 0);
}

static void expect_certificates(const struct flags *flags, int is_resumed) {
  const uint8_t *data = NULL;
  size_t len = 0;
  int shows = inkotls_conn_peer_certificate(session.conn, 0, &data, &len) == INKOTLS_STATUS_OK;
  if (!flags->is_server || flags->require_any_client_certificate)
    expect("the peer's certificate", shows, 1);
  if (shows && !(is_resumed && flags->is_server))
    expect("verification", session.is_verified, !is_resumed);
  if (flags->expect_peer_cert_file) expect_peer_certificate(flags->expect_peer_cert_file);
  if (flags->expect_peer_signature_algorithm && !is_resumed)
    expect("the peer's signature scheme", inkotls_conn_peer_signature_scheme(session.conn),
           flags->expect_peer_signature_algorithm);
  if (flags->expects_credential)
    expect("the credential", session.credential, flags->expect_selected_credential);
  // Resumed, there is no staple; BoringSSL would give out the one that it had.
  if (flags->expect_ocsp_response.len == 0 || is_resumed) return;
  len = 0;
  inkotls_conn_ocsp_staple(session.conn, &data, &len);
  if (len != flags->expect_ocsp_response.len ||
      memcmp(data, flags->expect_ocsp_response.at, len) != 0)
    fail("the OCSP staple is another");
}

// The name that the server's certificate must have.
void expect_verified_name(const struct flags *flags, const inkotls_verification *verification) {
  const char *name = "", *host = flags->host_name ? flags->host_name : "127.0.0.1";
  size_t len = 0;
  inkotls_verification_server_name(verification, &name, &len);
  if (flags->expect_ech_name_override)
    expect_text("the public name", name, len, flags->expect_ech_name_override);
  if (flags->expect_no_ech_name_override) expect_text("the server name", name, len, host);
}

static void expect_ech(const struct flags *flags) {
  int32_t status = inkotls_conn_ech_status(session.conn);
  int is_offered = !flags->is_server && flags->expect_ech_accept;
  expect("ECH accepted", status == INKOTLS_ECH_STATUS_ACCEPTED, is_offered);
}

// After the handshake has failed: what a server sent that refuses ECH.
void expect_refusal(void) {
  const struct flags *flags = session.flags;
  const struct bytes *want = &flags->expect_ech_retry_configs;
  const uint8_t *list = NULL;
  size_t len = 0;
  inkotls_status status = inkotls_conn_ech_retry_configs(session.conn, &list, &len);
  int is_refused = inkotls_conn_ech_status(session.conn) == INKOTLS_ECH_STATUS_REJECTED;
  int is_answered = want->len > 0 || flags->expect_no_ech_retry_configs;
  if (is_answered) expect("ECH refused", is_refused, 1);
  if (want->len > 0) expect("ECH configs", status, INKOTLS_STATUS_OK);
  if (want->len > 0 && (len != want->len || memcmp(list, want->at, len) != 0))
    fail("the ECH configs are others");
  if (flags->expect_no_ech_retry_configs) expect("ECH configs", status, INKOTLS_STATUS_NONE);
  if (!is_refused) expect("ECH configs without a refusal", status, INKOTLS_STATUS_NONE);
}

void expect_handshake(void) {
  const struct flags *flags = session.flags;
  inkotls_conn *conn = session.conn;
  const uint8_t *protocol = NULL;
  size_t len = 0;
  int is_resumed = inkotls_conn_is_resumed(conn);
  expect("resumed", is_resumed, session.is_resume && !flags->expect_session_miss);
  if (flags->expect_version)
    expect("the version", inkotls_conn_protocol_version(conn), flags->expect_version);
  if (flags->expect_cipher)
    expect("the cipher suite", inkotls_conn_cipher_suite(conn), flags->expect_cipher);
  int32_t group = inkotls_conn_named_group(conn);
  // A TLS 1.2 session is resumed without an exchange.
  if (flags->expect_curve_id && group != INKOTLS_STATUS_NONE)
    expect("the group", group, flags->expect_curve_id);
  // The library's own socket is not watched.
  if ((flags->expect_hrr || flags->expect_no_hrr) && !flags->over_fd)
    expect("HelloRetryRequest", session.is_hello_retried, flags->expect_hrr);
  const char *alpn = flags->is_server ? flags->select_alpn : flags->expect_alpn;
  inkotls_conn_alpn(conn, &protocol, &len);
  expect_text("ALPN", protocol, len, alpn ? alpn : "");
  if (flags->is_server) expect_name();
  expect_certificates(flags, is_resumed);
  expect_early_data(flags);
  expect_ech(flags);
  if (flags->expect_session_id && !session.is_resume)
    expect("a session kept", session.sessions_kept > 0, 1);
}

// TLS 1.3 sends tickets after the handshake.
void expect_end(void) {
  const struct flags *flags = session.flags;
  if (flags->is_server || inkotls_conn_protocol_version(session.conn) != 0x0304) return;
  expect("a ticket", inkotls_conn_tickets_received(session.conn) > 0,
         !flags->expect_no_session && !flags->shim_shuts_down);
}
