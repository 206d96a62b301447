// A client that reads who the server is: what its certificate says, and by which path it is
// trusted.

#include "recipe.h"

// The certificate that the peer presented as its own.
static inkotls_certificate *peer_of(const inkotls_conn *conn) {
  const uint8_t *der;
  size_t len;
  inkotls_certificate *certificate;
  if (inkotls_conn_peer_certificate(conn, 0, &der, &len)) die("no certificate");
  if (inkotls_certificate_new(der, len, &certificate)) die("a certificate that cannot be parsed");
  return certificate;
}

// Copies the SPIFFE ID: the only URI of a certificate, which begins with spiffe://. Returns 0 if
// the certificate has none, or more than one URI, which SPIFFE forbids (X.509-SVID, section 2).
static int spiffe_id(const inkotls_certificate *certificate, char *id, size_t cap) {
  const char *uri;
  size_t len;
  if (!inkotls_certificate_uri_name(certificate, 1, &uri, &len)) return 0;
  if (inkotls_certificate_uri_name(certificate, 0, &uri, &len)) return 0;
  if (len >= cap || len < 9 || memcmp(uri, "spiffe://", 9)) return 0;
  memcpy(id, uri, len);
  id[len] = 0;
  return 1;
}

// Prints the certificates of the path that was verified, and the trust anchor.
static size_t print_path(const inkotls_conn *conn) {
  const uint8_t *der;
  char anchor[512];
  size_t len, count = 0;
  for (; !inkotls_conn_verified_certificate(conn, count, &der, &len); count++) {
    const char *subject;
    inkotls_certificate *certificate;
    if (inkotls_certificate_new(der, len, &certificate) ||
        inkotls_certificate_subject(certificate, &subject, &len))
      die("a certificate of the path");
    printf("%zu: %.*s\n", count, (int)len, subject);
    inkotls_certificate_free(certificate);
  }
  if (inkotls_conn_verified_anchor(conn, anchor, sizeof anchor, &len) == INKOTLS_STATUS_OK)
    printf("anchor: %.*s\n", (int)len, anchor);
  return count;
}

int main(void) {
  const inkotls_client_config *client = build_client(new_client_builder());
  const inkotls_server_config *shown =
      build_server(new_server_builder("service.pem", "service.key"));
  struct server server;
  int fd = start_server(&server, shown, say_hello);
  inkotls_conn *conn = new_client(client, "localhost", fd);
  if (handshake(conn, fd)) die(inkotls_conn_error(conn));

  inkotls_certificate *peer = peer_of(conn);
  char text[10240], id[256];
  size_t len;
  if (inkotls_certificate_text(peer, text, sizeof text, &len)) die("text");
  printf("%.*s", (int)len, text);
  expect(spiffe_id(peer, id, sizeof id) && !strcmp(id, "spiffe://example.test/service"),
         "The certificate has a SPIFFE ID.");
  expect(inkotls_certificate_key_usage(peer) & INKOTLS_KEY_USAGE_DIGITAL_SIGNATURE,
         "The key may be used for signatures.");
  expect(print_path(conn) == 2, "An authority below the trusted one has issued the certificate.");
  inkotls_certificate_free(peer);
  finish(conn, fd);
  join_server(&server);
  inkotls_server_config_release(shown);
  inkotls_client_config_release(client);
  return 0;
}
