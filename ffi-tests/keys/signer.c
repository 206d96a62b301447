// Signer callbacks, for keys that stay with the host: what they are asked to sign, and that each
// bad answer is a failure that both sides learn of (rule 12). Here the host signs with libcrypto.
// Which signers an identity accepts is in signer_setup.c.

#include <string.h>

#include "configs.h"
#include "signing.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { CAP = 1024, X25519 = 29, P256 = 23, INTERNAL_ERROR = 80 };

// Schemes of one kind of key, with 0 after the last, and the first that each version supports.
struct kind {
  const char *key;
  uint16_t schemes[4];
  int32_t in_tls12, in_tls13;
};

static const struct kind kinds[] = {
    {"p256", {0x0403}, 0x0403, 0x0403},
    {"p384", {0x0503}, 0x0503, 0x0503},
    {"ed25519", {0x0807}, 0x0807, 0x0807},
    {"rsa", {0x0804}, 0x0804, 0x0804},
    {"rsa", {0x0805, 0x0804}, 0x0805, 0x0805},
    {"rsa", {0x0806, 0x0601}, 0x0806, 0x0806},
    {"rsa", {0x0401, 0x0806, 0x0804}, 0x0401, 0x0806},  // PKCS #1 is for TLS 1.2 only
    {"rsa", {0x0501, 0x0601, 0x0805}, 0x0501, 0x0805},
    {"rsa", {0x0601, 0x0804, 0x0805}, 0x0601, 0x0804},
};
static const struct kind *const p256 = &kinds[0], *const pss = &kinds[3];

static const struct way direct = {.chunk = 1 << 14};
static int by_client;               // who signs,
static const struct kind *current;  // and with what
static const inkotls_client_config *client;
static const inkotls_server_config *server;

static struct host {
  EVP_PKEY *key;
  int32_t may_block;
  int32_t (*spoil)(uint8_t *buf, int32_t len);  // what becomes of its signatures
  int calls;
  int32_t scheme;  // the last that it was asked for
} host;

// RFC 8446, section 4.4.3; RFC 5246, sections 7.4.3 and 7.4.8.
static int is_to_be_signed(const uint8_t *message, size_t len) {
  char start[98];
  memset(start, ' ', 64);
  snprintf(start + 64, 34, "TLS 1.3, %s CertificateVerify", by_client ? "client" : "server");
  if (version == TLS13)
    return (len == 98 + 32 || len == 98 + 48) && memcmp(message, start, 98) == 0;
  if (by_client) return len > 1000 && message[0] == 1;  // all messages, from the ClientHello on
  return len > 64 + 4 && message[64] == 3;              // two randoms, and a named curve
}

static int32_t sign(void *user_data, void *conn_user_data, int32_t scheme, const uint8_t *message,
                    size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  struct host *it = user_data;
  if (!CHECK(it == &host)) return 0;
  CHECK(!it->may_block || blocking_allowed());
  CHECK(is_to_be_signed(message, len));
  CHECK_INT(cap, CAP);
  it->calls++;
  it->scheme = scheme;
  int32_t signed_len = signature(it->key, scheme, message, len, buf, cap);
  return it->spoil ? it->spoil(buf, signed_len) : signed_len;
}

static size_t count_of(const struct kind *kind) {
  size_t count = 0;
  while (kind->schemes[count]) count++;
  return count;
}

static void use_key(const char *name) {
  EVP_PKEY_free(host.key);
  host.key = key_of(name);
}

static inkotls_status set_signer(inkotls_identity *identity, const struct kind *kind) {
  use_key(kind->key);
  return inkotls_identity_set_signer(identity, kind->schemes, count_of(kind), sign, &host,
                                     host.may_block);
}

static inkotls_status set_chain(inkotls_identity *identity, const char *name) {
  char file[64];
  snprintf(file, sizeof file, "%s.pem", name);
  const char *path = pki_path(file);
  return inkotls_identity_set_chain_pem_file(identity, path, strlen(path));
}

static inkotls_status set_key(inkotls_identity *identity, const char *file) {
  const char *path = pki_path(file);
  return inkotls_identity_set_key_pem_file(identity, path, strlen(path));
}

static inkotls_identity *signing(const struct kind *kind) {
  inkotls_identity *identity = inkotls_identity_new();
  CHECK_INT(set_chain(identity, kind->key), INKOTLS_STATUS_OK);
  CHECK_INT(set_signer(identity, kind), INKOTLS_STATUS_OK);
  return identity;
}

// Settings of a client that does not resume, so that every handshake is signed; and that prefers a
// short ClientHello.
static inkotls_client_builder *to_client(void) {
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, X25519), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, P256), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
  return builder;
}

static inkotls_server_builder *to_server(const inkotls_identity *identity) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  return builder;
}

// Makes `client` and `server`, one of which shows the identity; frees the identity.
static void make(inkotls_identity *identity, int32_t group) {
  inkotls_client_builder *a = to_client();
  inkotls_server_builder *b = by_client ? server_showing("ecdsa") : to_server(identity);
  if (by_client) {
    inkotls_roots *roots = roots_of("ca.pem");
    CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_client_auth(b, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
              INKOTLS_STATUS_OK);
    inkotls_roots_free(roots);
  }
  if (group) CHECK_INT(inkotls_server_builder_add_named_group(b, group), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  client = client_built(a);
  server = server_built(b);
}

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static char subject[128];  // the scenario, and which side signs, in which version

// How bytes travel matters to a signer that may block; not to every kind of key.
static void in_ways(void (*scenario)(const struct way *)) {
  if (current != p256) {
    scenario(&direct);
  } else if (host.may_block) {
    in_each_way(subject, scenario);
  } else {
    in_each_wide_way(subject, scenario);
  }
}

static void each_side(const char *name, void (*scenario)(void)) {
  if (!begins("%s", name)) return;
  for (int bits = 0; bits < 8; bits++) {
    version = bits & 4 ? TLS13 : TLS12;
    by_client = bits >> 1 & 1;
    host.may_block = bits & 1;
    snprintf(subject, sizeof subject, "%s by a %s of %s%s", name, by_client ? "client" : "server",
             inkotls_protocol_version_name(version), host.may_block ? " that may block" : "");
    checking("%s", subject);
    scenario();
  }
  host.may_block = 0;
}

// A scenario for each kind of key.
static void each_kind(const char *name, void (*scenario)(void)) {
  for (current = kinds; current < kinds + COUNT(kinds); current++) {
    char whole[128];
    snprintf(whole, sizeof whole, "%s %s", name,
             inkotls_signature_scheme_name(current->schemes[0]));
    each_side(whole, scenario);
  }
}

// What the signer is asked for, and that the peer accepts the signature.

static void signs(const struct way *way) {
  struct pair pair;
  host.calls = 0;
  pair_connect(&pair, way, client, server);
  CHECK_INT(host.calls, 1);
  CHECK_INT(host.scheme, version == TLS12 ? current->in_tls12 : current->in_tls13);
  const struct side *verifier = by_client ? &pair.server : &pair.client;
  CHECK_INT(inkotls_conn_peer_signature_scheme(verifier->conn), host.scheme);
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_send(&pair, &pair.server, &pair.client, 100);
  pair_free(&pair);
}

static void good_signatures(void) {
  make(signing(current), 0);
  CHECK_INT(inkotls_client_config_may_block(client), host.may_block && by_client);
  CHECK_INT(inkotls_server_config_may_block(server), host.may_block && !by_client);
  in_ways(signs);
  release_both();
}

// The bytes of a ClientHello in one record, in which a peer takes two schemes and no other.
static void takes_only(unsigned char *hello, size_t len, int32_t one, int32_t other) {
  size_t at = 5 + 4 + 2 + 32;
  at += 1 + hello[at];                         // session id
  at += 2 + (hello[at] << 8 | hello[at + 1]);  // cipher suites
  at += 1 + hello[at] + 2;                     // compression methods
  while (at + 4 < len && (hello[at] << 8 | hello[at + 1]) != 13)
    at += 4 + (hello[at + 2] << 8 | hello[at + 3]);
  if (at + 6 > len) give_up("no signature_algorithms");
  size_t end = at + 4 + (hello[at + 2] << 8 | hello[at + 3]);
  for (at += 6; at < end; at += 2) {
    int32_t scheme = hello[at] << 8 | hello[at + 1];
    if (scheme != one && scheme != other) hello[at] = hello[at + 1] = 0xfa;
  }
}

// Of the schemes that the peer supports, the first in the host's order is chosen. If the peer
// supports none of them, the signer is not asked.
static void chooses(const struct way *way) {
  static const struct {
    int32_t takes[2], in_tls12, in_tls13;
  } all[] = {
      {{0x0804, 0x0501}, 0x0501, 0x0804},
      {{0x0804, 0x0806}, 0x0806, 0x0806},
      {{0x0501, 0}, 0x0501, 0},
      {{0x0401, 0x0403}, 0, 0},
  };
  static const struct kind kind = {"rsa", {0x0806, 0x0501, 0x0804}, 0, 0};
  by_client = 0;
  make(signing(&kind), 0);
  for (size_t i = 0; i < COUNT(all); i++) {
    int32_t want = version == TLS12 ? all[i].in_tls12 : all[i].in_tls13;
    unsigned char hello[4096];
    size_t len = 0, got;
    struct pair pair;
    host.calls = host.scheme = 0;
    pair_open(&pair, way, client, "localhost", server);
    CHECK(side_handshake(&pair.client) > 0);
    while ((got = side_take(&pair.client, hello + len, sizeof hello - len)) > 0) len += got;
    takes_only(hello, len, all[i].takes[0], all[i].takes[1]);
    CHECK_INT(side_give(&pair.server, hello, len), len);
    inkotls_status status = side_handshake(&pair.server);
    while (side_take(&pair.server, hello, sizeof hello) > 0) status = side_handshake(&pair.server);
    CHECK_INT(status, want ? INKOTLS_STATUS_WANT_READ : INKOTLS_STATUS_HANDSHAKE_FAILED);
    CHECK_INT(host.calls, want != 0);
    CHECK_INT(host.scheme, want);
    pair_free(&pair);
  }
  release_both();
}

// What a host may answer instead of a signature.

static int32_t none(uint8_t *buf, int32_t len) { return (void)buf, (void)len, 0; }
static int32_t minus_one(uint8_t *buf, int32_t len) { return (void)buf, (void)len, -1; }
static int32_t least(uint8_t *buf, int32_t len) { return (void)buf, (void)len, INT32_MIN; }
static int32_t most(uint8_t *buf, int32_t len) { return (void)buf, (void)len, INT32_MAX; }
static int32_t beyond(uint8_t *buf, int32_t len) { return (void)buf, (void)len, CAP + 1; }
static int32_t all_of_it(uint8_t *buf, int32_t len) { return (void)buf, (void)len, CAP; }
static int32_t one_more(uint8_t *buf, int32_t len) { return buf[len] = 0, len + 1; }
static int32_t one_less(uint8_t *buf, int32_t len) { return (void)buf, len - 1; }
static int32_t one(uint8_t *buf, int32_t len) { return (void)buf, (void)len, 1; }
static int32_t flipped(uint8_t *buf, int32_t len) { return buf[len - 1] ^= 1, len; }
static int32_t zeros(uint8_t *buf, int32_t len) { return memset(buf, 0, (size_t)len), len; }
static int32_t as_it_is(uint8_t *buf, int32_t len) { return (void)buf, len; }

// A TLS 1.3 client of rustls's sends no alert when it cannot sign: the peer sees the end of file.
static void fails(const struct way *way) {
  struct pair pair;
  char in[1];
  size_t len;
  inkotls_status status;
  int is_silent = by_client && version == TLS13;
  host.calls = 0;
  pair_open(&pair, way, client, "localhost", server);
  struct side *it = by_client ? &pair.client : &pair.server;
  struct side *peer = by_client ? &pair.server : &pair.client;
  do {
    side_handshake(peer);
    status = side_handshake(it);
  } while (pair_carry(&pair));
  CHECK_INT(status, INKOTLS_STATUS_INVALID_KEY);
  CHECK_TEXT(inkotls_conn_error(it->conn), "sign");
  CHECK_INT(inkotls_conn_certificate_error(it->conn), INKOTLS_STATUS_NONE);
  CHECK_INT(side_alert_sent(it), is_silent ? INKOTLS_STATUS_NONE : INTERNAL_ERROR);
  if (is_silent) side_cut(peer);
  CHECK_INT(pair_until_read(&pair, peer, in, 1, &len),
            is_silent ? INKOTLS_STATUS_UNEXPECTED_EOF : INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(side_alert_received(peer), is_silent ? INKOTLS_STATUS_NONE : INTERNAL_ERROR);

  CHECK_INT(side_handshake(it), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(side_read(it, in, 1, &len), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(side_write(it, "x", 1, &len), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(side_flush(it), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(side_close(it), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(inkotls_conn_state(it->conn), INKOTLS_STATE_FAILED);
  CHECK_INT(host.calls, 1);
  pair_free(&pair);
}

static void signs_after_a_retry(void) {
  if (version == TLS12 || !host.may_block) return;
  current = p256;
  make(signing(current), P256);
  in_ways(signs);
  host.spoil = flipped;
  in_each_wide_way(subject, fails);
  host.spoil = NULL;
  release_both();
}

static void bad_signatures(void) {
  enum { FOR_ALL = 3 };
  static int32_t (*const answers[])(uint8_t *, int32_t) = {
      none, beyond, flipped, minus_one, least, most, all_of_it, one_more, one_less, one, zeros};
  make(signing(current), 0);
  for (size_t i = 0; i < (current == p256 ? COUNT(answers) : FOR_ALL); i++) {
    checking("answer %zu, %s", i, subject);
    host.spoil = answers[i];
    if (i < FOR_ALL) {
      in_ways(fails);
    } else {
      fails(&direct);
    }
  }
  release_both();
  host.spoil = NULL;
}

// Of the flight that a server cannot sign, nothing is sent but the alert.
static void sends_only_an_alert(const struct way *way) {
  static const unsigned char alert[] = {21, 3, 3, 0, 2, 2, INTERNAL_ERROR};
  unsigned char said[64];
  size_t len = 0, got;
  struct pair pair;
  by_client = 0;
  make(signing(p256), 0);
  host.spoil = none;
  pair_open(&pair, way, client, "localhost", server);
  CHECK(side_handshake(&pair.client) > 0);
  CHECK(side_deliver(&pair.client, &pair.server) > 0);
  inkotls_status status;
  do {
    status = side_handshake(&pair.server);
    len += got = side_take(&pair.server, said + len, sizeof said - len);
  } while (got);
  CHECK_INT(status, INKOTLS_STATUS_INVALID_KEY);
  CHECK(len == sizeof alert && memcmp(said, alert, len) == 0);
  host.spoil = NULL;
  pair_free(&pair);
  release_both();
}

// A valid signature, but of another key.
static void another_key_fails(void) {
  host.spoil = as_it_is;
  make(signing(p256), 0);
  use_key("other");
  fails(&direct);
  host.spoil = NULL;
  release_both();
}

// Of a signer and a key, the one that was set last and not refused signs.
static void replaced(void) {
  version = TLS13;
  by_client = 0;
  for (int bits = 0; bits < 4; bits++) {
    int signer_is_last = bits & 1, is_more_refused = bits & 2;
    checking("%s was set last", signer_is_last ? "the signer" : "the key");
    host.may_block = 1;
    inkotls_identity *it = signing(p256);
    CHECK_INT(set_key(it, "p256.key"), INKOTLS_STATUS_OK);
    if (signer_is_last) CHECK_INT(set_signer(it, p256), INKOTLS_STATUS_OK);
    if (is_more_refused) {
      CHECK_INT(set_key(it, "rsa.key"), INKOTLS_STATUS_KEY_MISMATCH);
      CHECK_INT(set_signer(it, pss), INKOTLS_STATUS_KEY_MISMATCH);
      use_key("p256");
    }
    host.calls = 0;
    make(it, 0);
    CHECK_INT(inkotls_server_config_may_block(server), signer_is_last);
    struct pair pair;
    pair_connect(&pair, &direct, client, server);
    CHECK_INT(host.calls, signer_is_last);
    pair_free(&pair);
    release_both();
  }
}

static void signs_by_name(const struct way *way) {
  static const char *const names[] = {"localhost", "127.0.0.1"};
  const inkotls_sni_map *set = inkotls_sni_map_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  by_client = 0;
  host.may_block = 1;
  inkotls_identity *all[] = {signing(p256), identity_of("ecdsa")};
  CHECK_INT(inkotls_sni_map_set(set, "localhost", 9, all[0]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_sni_map_set(set, "", 0, all[1]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_sni_map(builder, set), INKOTLS_STATUS_OK);
  for (int i = 0; i < 2; i++) inkotls_identity_free(all[i]);
  inkotls_sni_map_release(set);
  client = client_built(to_client());
  server = server_built(builder);
  CHECK_INT(inkotls_server_config_may_block(server), 1);
  for (int i = 0; i < 2; i++) {
    struct pair pair;
    host.calls = 0;
    pair_open(&pair, way, client, names[i], server);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(host.calls, i == 0);
    pair_free(&pair);
  }
  release_both();
}

// The raw public key is that of the certificate.
static void signs_for_a_raw_key(const struct way *way) {
  unsigned char want[1024];
  const unsigned char *spki = NULL;
  size_t want_len = pki_read("rsa.spki.der", want, sizeof want), len = 7;
  version = TLS13;
  by_client = 0;
  host.may_block = 1;
  current = pss;
  inkotls_roots *roots = inkotls_roots_new();
  CHECK_INT(inkotls_roots_add_raw_public_key(roots, want, want_len), INKOTLS_STATUS_OK);
  inkotls_client_builder *a = to_client();
  CHECK_INT(inkotls_client_builder_set_roots(a, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);

  inkotls_identity *it = inkotls_identity_new();
  inkotls_server_builder *b = inkotls_server_builder_new();
  CHECK_INT(set_signer(it, current), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_raw_public_key(it, &spki, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_identity_use_raw_public_key(it), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(b, it), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(set_chain(it, current->key), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_raw_public_key(it, &spki, &len), INKOTLS_STATUS_OK);
  CHECK(len == want_len && memcmp(spki, want, len) == 0);
  CHECK_INT(inkotls_server_builder_set_identity(b, it), INKOTLS_STATUS_OK);
  inkotls_identity_free(it);
  client = client_built(a);
  server = server_built(b);
  signs(way);
  host.spoil = flipped;
  fails(way);
  host.spoil = NULL;
  release_both();
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  each_kind("good signature with", good_signatures);
  each_kind("bad signature with", bad_signatures);
  each_side("signature of another key", another_key_fails);
  each_side("signature after a HelloRetryRequest", signs_after_a_retry);
  each_version("only an alert if a server cannot sign", sends_only_an_alert);
  each_version("order of signature schemes", chooses);
  once("signer or key that was set last", replaced);
  each_version("signer chosen by server name", signs_by_name);
  each_wide_way("signer and raw public key", signs_for_a_raw_key);
  EVP_PKEY_free(host.key);
  return checks_done();
}
