// A verifier callback: what it can read about the peer, and what its verdict does. A client
// verifies servers, and a server verifies clients. When a verifier is asked at all is in
// host_verifier_is_asked.c.

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X25519 = 29 };  // makes a short ClientHello
enum {
  ACCEPTED = INKOTLS_VERDICT_ACCEPTED,
  NOT_PRESENTED = INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED,
  EXPIRED = INKOTLS_CERTIFICATE_ERROR_EXPIRED,
  NOT_YET_VALID = INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID,
  UNKNOWN_ISSUER = INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER,
  WRONG_NAME = INKOTLS_CERTIFICATE_ERROR_WRONG_NAME,
  REVOKED = INKOTLS_CERTIFICATE_ERROR_REVOKED,
  BAD_SIGNATURE = INKOTLS_CERTIFICATE_ERROR_BAD_SIGNATURE,
  WRONG_PURPOSE = INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE,
  OTHER = INKOTLS_CERTIFICATE_ERROR_OTHER,
  CA_USED_AS_END_ENTITY = INKOTLS_CERTIFICATE_ERROR_CA_USED_AS_END_ENTITY,
  UNSUPPORTED_KEY_SIZE = INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_KEY_SIZE,
  BAD_HANDSHAKE_SIGNATURE = INKOTLS_CERTIFICATE_ERROR_BAD_HANDSHAKE_SIGNATURE,
};

static const struct way direct = {.chunk = 1 << 14};
static int by_server;  // who judges
static const inkotls_client_config *client;
static const inkotls_server_config *server;

static struct judge {
  int32_t may_block;
  int32_t verdict;
  const char *message;      // which the failed connection then has
  int asks, overrules;      // what the standard verification says, and whether that counts
  const char *pinned;       // the only certificate that it accepts after that
  void (*meanwhile)(void);  // what it does before it decides
  const char *chain[3];     // what it is to be told
  const char *name;
  int is_stapled;
  struct timespec since;

  int calls;
  int32_t standard;  // what the standard verification said
} judge;

static int is_content_of(const char *file, const uint8_t *data, size_t len) {
  unsigned char want[4096];
  return len == pki_read(file, want, sizeof want) && memcmp(data, want, len) == 0;
}

static void is_told(const inkotls_verification *it) {
  const uint8_t *data = NULL;
  const char *name = NULL;
  size_t len = 0, count = 0;
  int64_t seconds = 0;
  for (; count < COUNT(judge.chain) && judge.chain[count]; count++) {
    CHECK_INT(inkotls_verification_certificate(it, count, &data, &len), INKOTLS_STATUS_OK);
    CHECK(is_content_of(judge.chain[count], data, len));
  }
  if (count)
    CHECK_INT(inkotls_verification_certificate(it, count, &data, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_verification_certificate(it, SIZE_MAX, &data, &len), INKOTLS_STATUS_NONE);

  CHECK_INT(inkotls_verification_server_name(it, &name, &len),
            judge.name ? INKOTLS_STATUS_OK : INKOTLS_STATUS_NONE);
  if (judge.name) CHECK(len == strlen(judge.name) && memcmp(name, judge.name, len) == 0);
  CHECK_INT(inkotls_verification_ocsp_staple(it, &data, &len),
            judge.is_stapled ? INKOTLS_STATUS_OK : INKOTLS_STATUS_NONE);
  if (judge.is_stapled) CHECK(is_content_of("ecdsa.ocsp", data, len));
  CHECK_INT(inkotls_verification_time(it, &seconds), INKOTLS_STATUS_OK);
  struct timespec now;  // time() lags behind
  clock_gettime(CLOCK_REALTIME, &now);
  CHECK(seconds >= judge.since.tv_sec && seconds <= now.tv_sec);
}

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  const uint8_t *data = NULL;
  size_t len = 0;
  int32_t verdict = judge.verdict;
  if (!CHECK(user_data == &judge)) return OTHER;
  CHECK(!judge.may_block || blocking_allowed());
  judge.calls++;
  if (judge.meanwhile) judge.meanwhile();
  is_told(it);
  if (judge.asks) {
    judge.standard = inkotls_verification_verify(it);
    CHECK_INT(inkotls_verification_verify(it), judge.standard);  // it may be asked twice
    if (!judge.overrules) verdict = judge.standard;
    is_told(it);
  }
  if (verdict != ACCEPTED || !judge.pinned) return verdict;
  CHECK_INT(inkotls_verification_certificate(it, 0, &data, &len), INKOTLS_STATUS_OK);
  return is_content_of(judge.pinned, data, len) ? ACCEPTED : OTHER;
}

// Configs, one of which has the judge's.

static inkotls_roots *roots_with(const char *ca, const char *crl) {
  inkotls_roots *roots = ca ? roots_of(ca) : inkotls_roots_new();
  const char *path = crl ? pki_path(crl) : NULL;
  if (crl) CHECK_INT(inkotls_roots_add_crl_pem_file(roots, path, strlen(path)), INKOTLS_STATUS_OK);
  return roots;
}

static inkotls_identity *stapled(const char *name) {
  unsigned char response[4096];
  size_t len = pki_read("ecdsa.ocsp", response, sizeof response);
  inkotls_identity *identity = identity_of(name);
  CHECK_INT(inkotls_identity_set_ocsp_staple(identity, response, judge.is_stapled ? len : 0),
            INKOTLS_STATUS_OK);
  return identity;
}

static inkotls_client_builder *judging_client(const char *ca, const char *crl) {
  inkotls_roots *roots = roots_with(ca, crl);
  inkotls_client_builder *builder = inkotls_client_builder_new();
  CHECK_INT(inkotls_client_builder_add_protocol_version(builder, version), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, X25519), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, verify, &judge, judge.may_block),
            INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  return builder;
}

static inkotls_server_builder *judging_server(const char *ca, const char *crl) {
  inkotls_roots *roots = roots_with(ca, crl);
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_dangerous_verifier(builder, verify, &judge, judge.may_block),
            INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  return builder;
}

static inkotls_client_builder *client_showing(const char *name) {
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, X25519), INKOTLS_STATUS_OK);
  inkotls_identity *identity = name ? identity_of(name) : NULL;
  if (name) CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return builder;
}

// Makes `client` and `server`; one shows itself, the other judges by those roots.
static void make(const char *shown, const char *ca, const char *crl) {
  if (by_server) {
    client = client_built(client_showing(shown));
    server = server_built(judging_server(ca, crl));
  } else {
    inkotls_identity *identity = stapled(shown);
    inkotls_server_builder *builder = inkotls_server_builder_new();
    CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
    inkotls_identity_free(identity);
    client = client_built(judging_client(ca, crl));
    server = server_built(builder);
  }
  CHECK_INT(inkotls_client_config_may_block(client), judge.may_block && !by_server);
  CHECK_INT(inkotls_server_config_may_block(server), judge.may_block && by_server);
}

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// A judge that accepts, and is told only the server name.
static void begin(void) {
  judge = (struct judge){
      .may_block = judge.may_block, .verdict = ACCEPTED, .name = by_server ? NULL : "localhost"};
  clock_gettime(CLOCK_REALTIME, &judge.since);
}

// A handshake that ends with that verdict of the judge.
static void meets(const struct way *way, const char *name, int32_t verdict) {
  struct pair pair;
  judge.calls = 0;
  pair_open(&pair, way, client, name, server);
  struct side *it = by_server ? &pair.server : &pair.client;
  if (verdict != ACCEPTED) {
    pair_refuses(&pair, it, (inkotls_certificate_error)verdict);
    if (judge.message) CHECK_TEXT(inkotls_conn_error(it->conn), judge.message);
  } else {
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_certificate_error(it->conn), INKOTLS_STATUS_NONE);
    pair_send(&pair, &pair.client, &pair.server, 10);
  }
  CHECK_INT(judge.calls, 1);
  pair_free(&pair);
}

static char subject[128];

// Each judge there may be; in every way only one that may block, if `everywhere` says that it
// matters.
static void each_judge(const char *name, void (*scenario)(const struct way *), int everywhere) {
  if (!begins("%s", name)) return;
  for (int bits = 0; bits < 8; bits++) {
    version = bits & 1 ? TLS13 : TLS12;
    by_server = bits >> 1 & 1;
    judge.may_block = bits >> 2 & 1;
    snprintf(subject, sizeof subject, "%s, %s of %s%s", name, by_server ? "server" : "client",
             inkotls_protocol_version_name(version), judge.may_block ? " that may block" : "");
    checking("%s", subject);
    if (everywhere && judge.may_block) {
      in_each_way(subject, scenario);
    } else {
      scenario(&direct);
    }
  }
}

// The chain as it was sent, the name, the staple and the time.
static void told(const struct way *way) {
  static const char *const names[] = {"localhost", "127.0.0.1", "::1", "elsewhere.test"};
  for (size_t i = 0; i < (by_server || way->chunk == 1 ? 1 : COUNT(names)); i++) {
    begin();
    judge.is_stapled = !by_server && i % 2 == 0;
    judge.name = by_server ? NULL : names[i];
    judge.chain[0] = "chained.der";
    judge.chain[1] = "sub-ca.der";
    make("chained", "ca.pem", NULL);
    meets(way, names[i], ACCEPTED);
    release_both();
  }
}

static void refuses(const struct way *way) {
  begin();
  judge.verdict = REVOKED;
  make(by_server ? "client" : "ecdsa", "ca.pem", NULL);
  meets(way, "localhost", REVOKED);
  release_both();
}

// Rule 12: a number that is neither ACCEPTED nor a certificate error refuses the peer, too. Many
// FFIs return 0 when a callback raises an exception.
static void verdicts(const struct way *way) {
  static const int32_t unknown[] = {0, NOT_PRESENTED, -1, 24, 99, 101, 256, INT32_MIN, INT32_MAX};
  const char *shown = by_server ? "client" : "ecdsa";
  char message[32];
  begin();
  make(shown, "ca.pem", NULL);
  for (int32_t error = EXPIRED; error <= INKOTLS_CERTIFICATE_ERROR_UNKNOWN_TIME; error++) {
    checking("verdict %ld, %s", (long)error, subject);
    judge.verdict = error;
    meets(way, "localhost", error);
  }
  for (size_t i = 0; i < COUNT(unknown); i++) {
    checking("verdict %ld, %s", (long)unknown[i], subject);
    judge.verdict = unknown[i];
    snprintf(message, sizeof message, "returned %ld,", (long)unknown[i]);
    judge.message = message;
    meets(way, "localhost", OTHER);
  }
  release_both();
}

static void numbers_differ(void) {
  for (int32_t number = ACCEPTED; number < 1000; number++)
    CHECK_INT(strcmp(inkotls_certificate_error_text(number), "unknown"), 0);
}

// The standard verification, followed and overruled.

static const struct {
  const char *shown, *ca, *crl;
  int32_t verdict;
} servers[] = {{"ecdsa", "ca.pem", NULL, ACCEPTED},
               {"chained", "ca.pem", NULL, ACCEPTED},
               {"expired", "ca.pem", NULL, EXPIRED},
               {"future", "ca.pem", NULL, NOT_YET_VALID},
               {"stranger", "ca.pem", NULL, UNKNOWN_ISSUER},
               {"other", "ca.pem", NULL, WRONG_NAME},
               {"revoked", "ca.pem", "ca.crl.pem", REVOKED},
               {"forged", "ca.pem", NULL, BAD_SIGNATURE},
               {"client-only", "ca.pem", NULL, WRONG_PURPOSE},
               {"ca-as-leaf", "ca.pem", NULL, CA_USED_AS_END_ENTITY},
               {"below-small", "ca.pem", NULL, UNSUPPORTED_KEY_SIZE},
               {"ecdsa", NULL, NULL, UNKNOWN_ISSUER}},
  clients[] = {{"client", "ca.pem", NULL, ACCEPTED},
               {"expired-client", "ca.pem", NULL, EXPIRED},
               {"stray-client", "ca.pem", NULL, UNKNOWN_ISSUER},
               {"revoked-client", "ca.pem", "ca.crl.pem", REVOKED},
               {"forged", "ca.pem", NULL, BAD_SIGNATURE},
               {"ecdsa", "ca.pem", NULL, WRONG_PURPOSE},
               {"client", NULL, NULL, UNKNOWN_ISSUER},
               {"stranger-client", NULL, NULL, UNKNOWN_ISSUER}};

static void standard(const struct way *way) {
  for (size_t i = 0; i < (by_server ? COUNT(clients) : COUNT(servers)); i++) {
    int32_t verdict = by_server ? clients[i].verdict : servers[i].verdict;
    checking("standard %zu, %s", i, subject);
    begin();
    judge.asks = 1;
    if (by_server) {
      make(clients[i].shown, clients[i].ca, clients[i].crl);
    } else {
      make(servers[i].shown, servers[i].ca, servers[i].crl);
    }
    for (int how = 0; how < 3; how++) {
      judge.standard = -1;
      judge.overrules = how > 0;
      judge.verdict = how > 1 ? REVOKED : ACCEPTED;
      meets(way, "localhost", judge.overrules ? judge.verdict : verdict);
      CHECK_INT(judge.standard, verdict);
    }
    release_both();
  }
}

// Pinning: the standard verification, and then one certificate of all that it accepts.
static void pinned(const struct way *way) {
  const struct {
    const char *shown, *pinned;
    int32_t verdict;
  } all[] = {{"rsa", "rsa.der", ACCEPTED},
             {"rsa", "ed25519.der", OTHER},
             {by_server ? "stray-client" : "stranger", "rsa.der", UNKNOWN_ISSUER}};
  for (size_t i = 0; i < COUNT(all); i++) {
    begin();
    judge.asks = 1;
    judge.pinned = all[i].pinned;
    make(all[i].shown, "ca.pem", NULL);
    meets(way, "localhost", all[i].verdict);
    release_both();
  }
}

// A peer that does not have the key of its certificate: its signature, which TLS 1.2 sends in the
// clear, is changed. The judge has accepted the certificate by then.

enum { SERVER_KEY_EXCHANGE = 12, CERTIFICATE_VERIFY = 15 };

static int spoil_signature(unsigned char *records, size_t len) {
  for (size_t record = 0; record + 5 < len;) {
    size_t at = record + 5;
    record = at + (records[record + 3] << 8 | records[record + 4]);
    if (records[at - 5] != 22) return 0;  // what follows is encrypted
    while (at + 4 <= record && record <= len) {
      int type = records[at];
      at += 4 + (records[at + 2] << 8 | records[at + 3]);
      if (type != SERVER_KEY_EXCHANGE && type != CERTIFICATE_VERIFY) continue;
      records[at - 1] ^= 1;
      return 1;
    }
  }
  return 0;
}

static void signatures_count(const struct way *way) {
  unsigned char wire[1 << 14];
  struct pair pair;
  size_t len, got;
  int is_spoiled = 0;
  if (version == TLS13 || way->chunk == 1) return;  // what is encrypted, cannot be spoilt
  begin();
  make(by_server ? "client" : "ecdsa", "ca.pem", NULL);
  pair_open(&pair, way, client, "localhost", server);
  struct side *it = by_server ? &pair.server : &pair.client;
  struct side *peer = by_server ? &pair.client : &pair.server;
  while (!is_spoiled) {
    side_handshake(it);
    side_deliver(it, peer);
    side_handshake(peer);
    for (len = 0; (got = side_take(peer, wire + len, sizeof wire - len)) > 0; len += got) {
    }
    is_spoiled = spoil_signature(wire, len);
    CHECK_INT(side_give(it, wire, len), len);
    if (!len) give_up("no signature was sent");
  }
  pair_refuses(&pair, it, BAD_HANDSHAKE_SIGNATURE);
  CHECK_INT(judge.calls, 1);
  pair_free(&pair);
  release_both();
}

// A whole connection within the callback of another: they do not get each other's answers.

static const inkotls_client_config *plain_client;
static const inkotls_server_config *plain_server;

static void visits_another(void) { visit(&direct, plain_client, plain_server, 0); }

static void uses_another(const struct way *way) {
  struct pair pair;
  const uint8_t *data = NULL;
  size_t len = 0;
  begin();
  judge.is_stapled = !by_server;
  judge.meanwhile = visits_another;
  make(by_server ? "client" : "ecdsa", "ca.pem", NULL);
  plain_client = client_built(client_showing(NULL));
  plain_server = server_config("chained", no_alpn);
  pair_connect(&pair, way, client, server);
  CHECK_INT(judge.calls, 1);
  CHECK_INT(inkotls_conn_ocsp_staple(pair.client.conn, &data, &len),
            by_server ? INKOTLS_STATUS_NONE : INKOTLS_STATUS_OK);
  pair_free(&pair);
  inkotls_client_config_release(plain_client);
  inkotls_server_config_release(plain_server);
  release_both();
}

// Raw public keys.

static void judges_raw_keys(const struct way *way) {
  static const struct {
    const char *shown;
    int32_t standard;
  } all[] = {{"ecdsa", ACCEPTED}, {"rsa", UNKNOWN_ISSUER}};
  unsigned char spki[1024];
  version = TLS13;
  judge.may_block = 1;
  inkotls_roots *roots = inkotls_roots_new();
  size_t len = pki_read("ecdsa.spki.der", spki, sizeof spki);
  CHECK_INT(inkotls_roots_add_raw_public_key(roots, spki, len), INKOTLS_STATUS_OK);
  for (by_server = 0; by_server < 2; by_server++) {
    for (size_t i = 0; i < COUNT(all); i++) {
      inkotls_identity *identity = identity_of(all[i].shown);
      CHECK_INT(inkotls_identity_use_raw_public_key(identity), INKOTLS_STATUS_OK);
      begin();
      judge.asks = 1;
      judge.chain[0] = i ? "rsa.spki.der" : "ecdsa.spki.der";
      inkotls_client_builder *a = by_server ? client_showing(NULL) : judging_client("ca.pem", NULL);
      inkotls_server_builder *b = by_server ? judging_server(NULL, NULL) : server_showing("ecdsa");
      if (by_server) {
        CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
        CHECK_INT(inkotls_server_builder_set_client_auth(b, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
                  INKOTLS_STATUS_OK);
      } else {
        CHECK_INT(inkotls_client_builder_set_roots(a, roots), INKOTLS_STATUS_OK);
        CHECK_INT(inkotls_server_builder_set_identity(b, identity), INKOTLS_STATUS_OK);
      }
      inkotls_identity_free(identity);
      client = client_built(a);
      server = server_built(b);
      for (judge.overrules = 0; judge.overrules < 2; judge.overrules++) {
        meets(way, "localhost", judge.overrules ? ACCEPTED : all[i].standard);
        CHECK_INT(judge.standard, all[i].standard);
      }
      release_both();
    }
  }
  inkotls_roots_free(roots);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  each_judge("what the verifier is told", told, 1);
  each_judge("refused certificate", refuses, 1);
  each_judge("every verdict", verdicts, 0);
  once("a certificate error is not a verdict", numbers_differ);
  each_judge("standard verification", standard, 0);
  each_judge("certificate pinning", pinned, 0);
  each_judge("forged handshake signature", signatures_count, 1);
  each_judge("connection within the callback", uses_another, 1);
  each_wide_way("raw public keys", judges_raw_keys);
  return checks_done();
}
