// The authorities that the platform trusts, and the environment variables SSL_CERT_FILE and
// SSL_CERT_DIR, which replace them: only the authorities in those files are trusted.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct way direct = {.chunk = 1 << 14};
static char folder[] = "/tmp/inkotls-platform-XXXXXX";
static char own_file[64], own_folder[64], in_folder[96], empty_file[64], empty_folder[64];
static char cut_file[64], unusable_file[64];

// Makes a file of one of the PKI, if any, and some text.
static void make_file(const char *path, const char *file, const char *text) {
  char data[4096];
  size_t len = file ? pki_read(file, data, sizeof data) : 0;
  FILE *out = fopen(path, "wb");
  if (!out || fwrite(data, 1, len, out) != len || fputs(text, out) < 0 || fclose(out))
    give_up(path);
}

static void set(const char *variable, const char *value) {
  if (value ? setenv(variable, value, 1) : unsetenv(variable)) give_up(variable);
}

static void set_both(const char *file, const char *dirs) {
  set("SSL_CERT_FILE", file);
  set("SSL_CERT_DIR", dirs);
}

// A client that trusts the platform connects to a server, or refuses its certificate.
static void trusts(const inkotls_client_config *config, const char *name, int is_trusted) {
  struct pair pair;
  const inkotls_server_config *server = server_config(name, no_alpn);
  pair_open(&pair, &direct, config, "localhost", server);
  if (is_trusted) {
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  } else {
    pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER);
  }
  pair_free(&pair);
  inkotls_server_config_release(server);
}

// How long the flight is in which a TLS 1.2 server that trusts the platform names the authorities.
static size_t names_authorities(void) {
  unsigned char flight[1 << 17];
  struct pair pair;
  inkotls_roots *roots = inkotls_roots_new();
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_roots_add_platform(roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_OPTIONAL, roots),
            INKOTLS_STATUS_OK);
  const inkotls_server_config *server = server_built(builder);
  const inkotls_client_config *client = client_of(TLS12);
  pair_open(&pair, &direct, client, "localhost", server);
  pair_until_answered(&pair);
  size_t len = side_take(&pair.server, flight, sizeof flight);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  inkotls_roots_free(roots);
  return len;
}

// Each variable set or not: the file has ca.pem, the folder stranger-ca.pem.
static void only_what_is_named(void) {
  char two_folders[160];
  snprintf(two_folders, sizeof two_folders, "%s/missing:%s", folder, own_folder);
  const char *const folders[] = {NULL, own_folder, two_folders};
  for (int has_file = 0; has_file < 2; has_file++)
    for (size_t i = 0; i < COUNT(folders); i++) {
      const char *file = has_file ? own_file : NULL;
      checking("SSL_CERT_FILE=%s SSL_CERT_DIR=%s", file ? file : "(unset)",
               folders[i] ? folders[i] : "(unset)");
      set_both(file, folders[i]);
      const inkotls_client_config *config = NULL;
      inkotls_client_builder *builder = inkotls_client_builder_new();
      inkotls_status status = inkotls_client_builder_build(builder, &config);
      if (!file && !folders[i] && status == INKOTLS_STATUS_NO_TRUST_ANCHORS) {
        inkotls_client_builder_free(builder);  // a platform without certificates
        continue;
      }
      CHECK_INT(status, INKOTLS_STATUS_OK);
      trusts(config, "ecdsa", file != NULL);
      trusts(config, "stranger", folders[i] != NULL);
      inkotls_client_config_release(config);
      // One or two authorities, not the hundred and more of a distribution.
      if (file || folders[i]) CHECK(names_authorities() < 2048);
    }
  set_both(NULL, NULL);
}

// An error message names the variable that cannot be used, and nothing else is trusted instead.
static void mistakes_are_told(void) {
  char missing[64], key[4096], two_folders[160], encrypted[512], der[512];
  snprintf(missing, sizeof missing, "%s/missing", folder);
  snprintf(two_folders, sizeof two_folders, "%s:%s", missing, empty_folder);
  snprintf(encrypted, sizeof encrypted, "%s", pki_path("encrypted-rsa.key"));
  snprintf(der, sizeof der, "%s", pki_path("ca.der"));
  key[pki_read("ecdsa.key", key, sizeof key - 1)] = 0;
  const struct {
    const char *file, *dirs, *text;
  } all[] = {
      {missing, NULL, "SSL_CERT_FILE: reading \"/tmp/inkotls-platform-"},
      {missing, NULL, "No such file"},
      {missing, own_folder, "No such file"},
      {empty_folder, NULL, "Is a directory"},
      {empty_file, NULL, "no certificate: the input is empty"},
      {empty_file, own_folder, "no certificate: the input is empty"},
      {encrypted, NULL, "the PEM sections are RSA PRIVATE KEY"},
      {der, NULL, "is it DER?"},
      {cut_file, NULL, "the section CERTIFICATE has no line"},
      {unusable_file, NULL, "SSL_CERT_FILE: no certificate in PEM that can be used"},
      {"", NULL, "SSL_CERT_FILE: it is empty: unset it"},
      {"", own_folder, "SSL_CERT_FILE: it is empty: unset it"},
      {key, NULL, "SSL_CERT_FILE: reading (PEM text of"},
      {NULL, missing, "SSL_CERT_DIR: reading \"/tmp/inkotls-platform-"},
      {NULL, missing, "No such file"},
      {NULL, empty_folder, "SSL_CERT_DIR: no certificate in PEM that can be used"},
      {NULL, two_folders, "No such file"},
      {NULL, "", "SSL_CERT_DIR: it is empty: unset it"},
      {NULL, ":", "SSL_CERT_DIR: no certificate in PEM that can be used"},
      {NULL, key, "SSL_CERT_DIR: reading (PEM text of"},
  };
  for (size_t i = 0; i < COUNT(all); i++) {
    checking("SSL_CERT_FILE=%.60s SSL_CERT_DIR=%.60s", all[i].file ? all[i].file : "(unset)",
             all[i].dirs ? all[i].dirs : "(unset)");
    set_both(all[i].file, all[i].dirs);
    const inkotls_client_config *config = NULL;
    inkotls_client_builder *builder = inkotls_client_builder_new();
    if (!CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_NO_TRUST_ANCHORS))
      continue;  // the builder is used up
    const char *said = inkotls_client_builder_error(builder);
    CHECK_TEXT(said, all[i].text);
    CHECK_TEXT(said, "no certificate authority to trust: ");
    CHECK(!strstr(said, "MIGH") && is_safe_to_log(said, strlen(said)));
    CHECK(config == NULL);
    // The variables are read when a config is built: the same builder builds with better ones.
    set_both(own_file, NULL);
    CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_OK);
    trusts(config, "ecdsa", 1);
    trusts(config, "stranger", 0);
    inkotls_client_config_release(config);
  }
  set_both(NULL, NULL);
}

static void with_other_roots(void) {
  const char *own = pki_path("ca.pem");
  inkotls_roots *roots = inkotls_roots_new();
  inkotls_client_builder *builder = inkotls_client_builder_new();
  set_both(NULL, own_folder);
  CHECK_INT(inkotls_roots_add_pem_file(roots, own, strlen(own)), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_roots_add_platform(roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  const inkotls_client_config *config = client_built(builder);
  trusts(config, "stranger", 1);
  trusts(config, "ecdsa", 1);
  inkotls_client_config_release(config);
  set_both(NULL, NULL);
}

// With certificates of peers, a config needs no authorities: but those that the host added are not
// dropped because a variable is wrong.
static void added_roots_are_not_dropped(void) {
  const char *own = pki_path("ca.pem");
  const inkotls_client_config *config = NULL;
  inkotls_roots *roots = inkotls_roots_new();
  inkotls_client_builder *builder = inkotls_client_builder_new();
  set_both("/nonexistent", NULL);
  CHECK_INT(inkotls_roots_add_peer_certificate_pem_file(roots, own, strlen(own)),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_roots_add_pem_file(roots, own, strlen(own)), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_roots_add_platform(roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  if (CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_NO_TRUST_ANCHORS)) {
    CHECK_TEXT(inkotls_client_builder_error(builder), "SSL_CERT_FILE: reading");
    inkotls_client_builder_free(builder);
  }
  set_both(NULL, NULL);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  if (!mkdtemp(folder)) give_up("mkdtemp");
  snprintf(own_file, sizeof own_file, "%s/ca.pem", folder);
  snprintf(own_folder, sizeof own_folder, "%s/folder", folder);
  snprintf(in_folder, sizeof in_folder, "%s/any-name", own_folder);
  snprintf(empty_file, sizeof empty_file, "%s/empty", folder);
  snprintf(empty_folder, sizeof empty_folder, "%s/nothing", folder);
  snprintf(cut_file, sizeof cut_file, "%s/cut", folder);
  snprintf(unusable_file, sizeof unusable_file, "%s/unusable", folder);
  if (mkdir(own_folder, 0700) || mkdir(empty_folder, 0700)) give_up("the temporary folder");
  make_file(own_file, "ca.pem", "");
  make_file(in_folder, "stranger-ca.pem", "");
  make_file(empty_file, NULL, "");
  make_file(cut_file, "ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
  make_file(unusable_file, NULL, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

  once("SSL_CERT_FILE and SSL_CERT_DIR", only_what_is_named);
  once("mistakes in SSL_CERT_FILE and SSL_CERT_DIR", mistakes_are_told);
  once("platform and other roots", with_other_roots);
  once("added roots beside a mistake", added_roots_are_not_dropped);

  unlink(in_folder);
  unlink(own_file);
  unlink(empty_file);
  unlink(cut_file);
  unlink(unusable_file);
  rmdir(own_folder);
  rmdir(empty_folder);
  rmdir(folder);
  return checks_done();
}
