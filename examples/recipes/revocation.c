// A client that refuses certificates that their issuer has revoked, according to CRLs.

#include "recipe.h"

// A client that trusts ca.pem and uses these CRLs, as the bits of inkotls_revocation say.
static const inkotls_client_config *check(const char *const *crl_paths, int32_t bits) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_roots *roots = new_roots("ca.pem");
  for (; *crl_paths; crl_paths++) {
    if (inkotls_roots_add_crl_pem_file(roots, *crl_paths, strlen(*crl_paths)))
      die(inkotls_roots_error(roots));
  }
  if (inkotls_roots_set_revocation(roots, bits)) die(inkotls_roots_error(roots));
  if (inkotls_client_builder_set_roots(builder, roots)) die(inkotls_client_builder_error(builder));
  inkotls_roots_free(roots);
  return build_client(builder);
}

// Returns 1 if such a client refuses the server with this error. 0: if the client accepts it.
static int meets(const char *const *crl_paths, int32_t bits, const inkotls_server_config *server,
                 int32_t error) {
  const inkotls_client_config *client = check(crl_paths, bits);
  int32_t found = visit(client, "localhost", server);
  if (found) printf("refused: %s\n", inkotls_certificate_error_text(found));
  inkotls_client_config_release(client);
  return found == error;
}

int main(void) {
  static const char *const none[] = {NULL}, *const of_ca[] = {"ca.crl.pem", NULL};
  static const char *const of_both[] = {"ca.crl.pem", "sub-ca.crl.pem", NULL};
  static const char *const stale[] = {"stale.crl.pem", NULL};
  enum { UNKNOWN = INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION };
  const inkotls_server_config *good = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  const inkotls_server_config *revoked =
      build_server(new_server_builder("revoked.pem", "revoked.key"));
  const inkotls_server_config *chained =
      build_server(new_server_builder("chained.pem", "chained.key"));

  expect(meets(none, 0, revoked, 0), "Without CRLs, a revoked certificate is accepted.");
  expect(meets(of_ca, 0, revoked, INKOTLS_CERTIFICATE_ERROR_REVOKED),
         "With the CRL of its issuer, a revoked certificate is refused.");
  expect(meets(of_ca, 0, good, 0), "A certificate that the CRL does not list is accepted.");

  expect(meets(of_ca, 0, chained, UNKNOWN), "A chain is refused if one of its issuers has no CRL.");
  expect(meets(of_both, 0, chained, 0), "With a CRL of each issuer, the chain is accepted.");
  expect(meets(of_ca, INKOTLS_REVOCATION_ALLOW_UNKNOWN, chained, 0),
         "With ALLOW_UNKNOWN, a certificate whose issuer has no CRL is accepted.");

  expect(meets(stale, 0, good, 0), "By default, a CRL is used after its nextUpdate has passed.");
  expect(meets(stale, INKOTLS_REVOCATION_ENFORCE_EXPIRY, good, UNKNOWN),
         "With ENFORCE_EXPIRY, the certificates of its issuer are then refused.");
  inkotls_server_config_release(chained);
  inkotls_server_config_release(revoked);
  inkotls_server_config_release(good);
  return 0;
}
