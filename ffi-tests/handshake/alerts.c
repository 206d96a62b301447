// Rule 2: a server that refuses a ClientHello sends its alert, whole, over every transport, and the
// same bytes whether the config was known before the ClientHello or chosen after it.

#include <string.h>

#include "pair.h"

enum { SSL3 = 0x0300, TLS10, TLS11, TLS12, TLS13 };
enum { P256_SHA256 = 0x0403, P384_SHA384 = 0x0503, P521_SHA512 = 0x0603 };

struct hello {
  unsigned version, suite, group;
  const char *alpn;  // one protocol
  const char *name;
  int has_psk_first;  // pre_shared_key, which must be the last extension
  int has_no_ems;
  unsigned scheme;  // 0: P256_SHA256
  int has_no_schemes, has_no_extensions;
};

struct bytes {
  unsigned char at[512];
  size_t len;
};

static void put(struct bytes *bytes, unsigned value, int width) {
  for (; width > (int)sizeof value; width--) bytes->at[bytes->len++] = 0;
  while (width--) bytes->at[bytes->len++] = (unsigned char)(value >> (8 * width));
}

// Reserves a length of `width` bytes; `sealed` writes it once what it counts is there.
static size_t length(struct bytes *bytes, int width) {
  put(bytes, 0, width);
  return bytes->len;
}

static void sealed(struct bytes *bytes, size_t start, int width) {
  size_t end = bytes->len;
  bytes->len = start - (size_t)width;
  put(bytes, (unsigned)(end - start), width);
  bytes->len = end;
}

static void put_extension(struct bytes *bytes, unsigned type, unsigned value) {
  put(bytes, type, 2);
  put(bytes, 4, 2);
  put(bytes, 2, 2);
  put(bytes, value, 2);
}

// A ClientHello (RFC 8446, section 4.1.2) that offers one of each thing.
static struct bytes client_hello(struct hello hello) {
  struct bytes out = {.len = 0};
  put(&out, hello.version == SSL3 ? 0x160300 : 0x160301, 3);
  size_t record = length(&out, 2);
  put(&out, 1, 1);
  size_t message = length(&out, 3);
  put(&out, hello.version < TLS12 ? hello.version : TLS12, 2);
  for (int i = 0; i < 32; i++) put(&out, 7, 1);  // random
  put(&out, 0, 1);                               // session id
  put(&out, 2, 2);
  put(&out, hello.suite, 2);
  put(&out, 0x0100, 2);  // no compression
  if (hello.has_no_extensions) {
    sealed(&out, message, 3);
    sealed(&out, record, 2);
    return out;
  }
  size_t extensions = length(&out, 2);
  if (hello.has_psk_first) {
    put(&out, 0x0029002c, 4);
    put(&out, 0x00070001, 4);  // sni_map: one of a byte, and its age
    put(&out, 1, 5);
    put(&out, 0x002120, 3);  // binders: one
    for (int i = 0; i < 32; i++) put(&out, 5, 1);
  }
  put_extension(&out, 10, hello.group);
  if (!hello.has_no_schemes)
    put_extension(&out, 13, hello.scheme ? hello.scheme : P256_SHA256);  // signature_algorithms
  if (!hello.has_no_ems) put(&out, 0x00170000, 4);                       // extended_master_secret
  put(&out, 0xff010001, 4);                                              // renegotiation_info
  put(&out, 0, 1);
  if (hello.version == TLS13) {
    put(&out, 0x002b0003, 4);  // supported_versions
    put(&out, 0x020304, 3);
    put(&out, 0x00330026, 4);  // key_share
    put(&out, 36, 2);
    put(&out, hello.group, 2);
    put(&out, 32, 2);
    for (int i = 0; i < 32; i++) put(&out, 9, 1);
  }
  if (hello.name) {
    size_t len = strlen(hello.name);
    put(&out, 0, 2);  // server_name
    put(&out, (unsigned)len + 5, 2);
    put(&out, (unsigned)len + 3, 2);
    put(&out, 0, 1);
    put(&out, (unsigned)len, 2);
    memcpy(out.at + out.len, hello.name, len);
    out.len += len;
  }
  if (hello.alpn) {
    size_t len = strlen(hello.alpn);
    put(&out, 16, 2);
    put(&out, (unsigned)len + 3, 2);
    put(&out, (unsigned)len + 1, 2);
    put(&out, (unsigned)len, 1);
    memcpy(out.at + out.len, hello.alpn, len);
    out.len += len;
  }
  sealed(&out, extensions, 2);
  sealed(&out, message, 3);
  sealed(&out, record, 2);
  return out;
}

struct refused {
  const char *what;
  struct bytes sent;
  int status, alert;
  int behind_server_hello;          // so late that the alert is encrypted
  const inkotls_server_config *by;  // instead of `server`
  const char *said;                 // by the error message
};

static const inkotls_server_config *server;
static const struct refused *current;

static void is_refused(const struct way *way) {
  struct side side;
  unsigned char wire[512];
  size_t len = 0, got;
  inkotls_status status;
  server_open(&side, way, current->by ? current->by : server);
  for (size_t given = 0; given < current->sent.len;) {
    size_t left = current->sent.len - given;
    given += side_give(&side, current->sent.at + given, left < way->chunk ? left : way->chunk);
    status = side_handshake(&side);
    if (status != INKOTLS_STATUS_WANT_READ) break;
  }
  // The alert comes first; the failure once it is gone.
  if (way->over == BUFFERS) CHECK_INT(status, INKOTLS_STATUS_WANT_WRITE);
  while (
      (got = side_take(&side, wire + len, way->chunk == 1 ? len < sizeof wire : sizeof wire - len)))
    len += got;
  const unsigned char alert[] = {21, 3, 3, 0, 2, 2, (unsigned char)current->alert};
  static const unsigned char encrypted[] = {23, 3, 3, 0, 2 + 1 + 16};
  if (current->behind_server_hello) {
    CHECK(len > 24 && memcmp(wire + len - 24, encrypted, sizeof encrypted) == 0);
  } else {
    CHECK(len == sizeof alert && memcmp(wire, alert, len) == 0);
  }
  for (int again = 0; again < 3; again++) CHECK_INT(side_handshake(&side), current->status);
  CHECK_INT(side_alert_sent(&side), current->alert);
  CHECK_INT(side_alert_received(&side), INKOTLS_STATUS_NONE);
  const char *said =
      side.conn ? inkotls_conn_error(side.conn) : inkotls_acceptor_error(side.acceptor);
  CHECK(strlen(said) > 10);
  if (current->said) CHECK_TEXT(said, current->said);
  side_free(&side);
}

static struct bytes raw(const char *data, size_t len) {
  struct bytes out = {.len = len};
  memcpy(out.at, data, len);
  return out;
}

#define RAW(text) raw(text, sizeof text - 1)

// What the acceptor shows of a ClientHello, and when.
static void acceptor_shows_the_hello(void) {
  struct bytes sent =
      client_hello((struct hello){TLS13, 0x1301, .group = 29, .alpn = "h2", .name = "Mixed.Test"});
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  inkotls_conn *conn = NULL;
  const uint16_t *numbers = NULL;
  const uint8_t *protocol = NULL;
  const char *name = NULL;
  size_t used, len = 7;
  CHECK_INT(inkotls_acceptor_feed(acceptor, sent.at, sent.len - 1, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_acceptor_cipher_suites(acceptor, &numbers, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_acceptor_server_name(acceptor, &name, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_acceptor_into_conn(acceptor, server, &conn), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_acceptor_error(acceptor), "accept");
  CHECK(conn == NULL && numbers == NULL && len == 7);

  CHECK_INT(inkotls_acceptor_feed(acceptor, sent.at + sent.len - 1, 1, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_cipher_suites(acceptor, &numbers, &len), INKOTLS_STATUS_OK);
  CHECK(len == 1 && numbers[0] == 0x1301);
  CHECK_INT(inkotls_acceptor_signature_schemes(acceptor, &numbers, &len), INKOTLS_STATUS_OK);
  CHECK(len == 1 && numbers[0] == 0x0403);
  CHECK_INT(inkotls_acceptor_named_groups(acceptor, &numbers, &len), INKOTLS_STATUS_OK);
  CHECK(len == 1 && numbers[0] == 29);
  CHECK_INT(inkotls_acceptor_alpn(acceptor, 0, &protocol, &len), INKOTLS_STATUS_OK);
  CHECK(len == 2 && memcmp(protocol, "h2", 2) == 0);
  CHECK_INT(inkotls_acceptor_alpn(acceptor, 1, &protocol, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_acceptor_server_name(acceptor, &name, &len), INKOTLS_STATUS_OK);
  CHECK(len == 10 && memcmp(name, "mixed.test", 10) == 0);

  // What came behind the ClientHello is not forgotten: the peer has already left.
  CHECK_INT(inkotls_acceptor_feed(acceptor, "\x15\x03\x03\0\x02\x01\0", 7, &used),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_into_conn(acceptor, server, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_CLOSED);
  inkotls_conn_free(conn);
}

// A ClientHello that comes in records of one byte ends when it is too much to hold.
static void fragments_are_finite(void) {
  inkotls_conn *conn;
  size_t used;
  inkotls_status status;
  CHECK_INT(inkotls_conn_new_server(server, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_feed(conn, "\x16\x03\x01\0\x04\x01\0\xea\x60", 9, &used),
            INKOTLS_STATUS_OK);
  int fragments = 0;
  do {
    CHECK_INT(inkotls_conn_feed(conn, "\x16\x03\x01\0\x01\0", 6, &used), INKOTLS_STATUS_OK);
    status = inkotls_conn_handshake(conn);
  } while (status == INKOTLS_STATUS_WANT_READ && ++fragments < 100000);
  CHECK_INT(status, INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_alert_sent(conn), 50);
  inkotls_conn_free(conn);
}

// A server that chooses from the identity `shown`, which it has for this server name.
static const inkotls_server_config *server_choosing(const char *shown, const char *name) {
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  inkotls_identity *identity = identity_of(shown);
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_sni_map_set(sni_map, name, strlen(name), identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_sni_map(builder, sni_map), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  inkotls_sni_map_release(sni_map);
  return server_built(builder);
}

static const inkotls_server_config *server_speaking(int32_t version) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_add_protocol_version(builder, version), INKOTLS_STATUS_OK);
  return server_built(builder);
}

// Rule 18: what a client writes cannot make lines of its own in a log.

static void keep_line(void *user_data, void *conn_user_data, int32_t level, const char *line,
                      size_t len) {
  (void)conn_user_data;
  CHECK(level > 0 && is_safe_to_log(line, len));
  ++*(int *)user_data;
}

static void is_logged_in_lines(const struct way *way) {
  static const char rude[] = "\x1b[2J\nfake log line: \x7f\xc2\x9b\xff";
  static char longest[256];
  memset(longest, '\n', sizeof longest - 1);
  const struct bytes hellos[] = {
      client_hello((struct hello){TLS13, 0x1301, .group = 29, .alpn = rude}),
      client_hello((struct hello){TLS13, 0x1301, .group = 29, .alpn = longest}),
      client_hello((struct hello){TLS13, 0x1301, .group = 29, .alpn = "h2", .name = rude}),
  };
  for (size_t i = 0; i < sizeof hellos / sizeof hellos[0]; i++) {
    for (int32_t level = INKOTLS_LOG_ERROR; level <= INKOTLS_LOG_TRACE; level++) {
      struct side side;
      int lines = 0;
      server_open(&side, way, server);
      CHECK_INT(side.conn ? inkotls_conn_set_log(side.conn, level, keep_line, &lines)
                          : inkotls_acceptor_set_log(side.acceptor, level, keep_line, &lines),
                INKOTLS_STATUS_OK);
      CHECK_INT(side_give(&side, hellos[i].at, hellos[i].len), hellos[i].len);
      side_handshake(&side);
      CHECK(lines > 0);
      side_free(&side);
    }
  }
}

static void refused_client_hellos(void) {
  const inkotls_server_config *choosy = server_choosing("rsa", "");
  const inkotls_server_config *named = server_choosing("ecdsa", "localhost");
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_extended_master_secret_required(builder, 1), 0);
  const inkotls_server_config *strict = server_built(builder);
  const inkotls_server_config *newest = server_speaking(TLS13), *older = server_speaking(TLS12);

  struct bytes huge = client_hello((struct hello){TLS13, 0x1301, .group = 29});
  huge.at[3] = 0x48;  // a record of 18,433 bytes
  huge.at[4] = 0x01;
  const struct refused all[] = {
      {"only TLS 1.1", client_hello((struct hello){TLS11, 0xc02b, .group = 23}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 70, 0, NULL, "the client offers TLS 1.1 at most"},
      {"only TLS 1.1, no signature schemes",
       client_hello((struct hello){TLS11, 0xc02b, .group = 23, .has_no_schemes = 1}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 70, 0, NULL, "the client offers TLS 1.1 at most"},
      {"only TLS 1.0, no signature schemes",
       client_hello((struct hello){TLS10, 0xc02b, .group = 23, .has_no_schemes = 1}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 70, 0, NULL, "the client offers TLS 1.0 at most"},
      {"only TLS 1.0, no extensions",
       client_hello((struct hello){TLS10, 0x002f, .has_no_extensions = 1}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 70, 0, NULL, "the client offers TLS 1.0 at most"},
      {"only SSL 3.0", client_hello((struct hello){SSL3, 0x002f, .has_no_extensions = 1}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 70, 0, NULL, "the client offers SSL 3.0 at most"},
      {"TLS 1.2, no signature schemes",
       client_hello((struct hello){TLS12, 0xc02b, .group = 23, .has_no_schemes = 1}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 0, NULL, "signature algorithms"},
      {"TLS 1.3, no signature schemes",
       client_hello((struct hello){TLS13, 0x1301, .group = 29, .has_no_schemes = 1}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 0, NULL, "signature algorithms"},
      {"only TLS 1.2, to a server of TLS 1.3",
       client_hello((struct hello){TLS12, 0xc02b, .group = 23}), INKOTLS_STATUS_HANDSHAKE_FAILED,
       70, 0, newest, "the client offers TLS 1.2 at most"},
      {"only TLS 1.3, to a server of TLS 1.2",
       client_hello((struct hello){TLS13, 0x1301, .group = 29}), INKOTLS_STATUS_HANDSHAKE_FAILED,
       70, 0, older, "the client offers TLS 1.3"},
      {"SHA-384 for a P-256 key, TLS 1.2",
       client_hello((struct hello){TLS12, 0xc02b, .group = 23, .scheme = P384_SHA384}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 0, NULL, "signature schemes"},
      {"SHA-512 for a P-256 key, TLS 1.2",
       client_hello((struct hello){TLS12, 0xc02b, .group = 23, .scheme = P521_SHA512}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 0, NULL, "signature schemes"},
      {"SHA-384 for a P-256 key, TLS 1.3",
       client_hello((struct hello){TLS13, 0x1301, .group = 29, .scheme = P384_SHA384}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 1, NULL, "signature schemes"},
      {"no common cipher suite, TLS 1.3", client_hello((struct hello){TLS13, 0x1305, .group = 29}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 0, NULL, NULL},
      {"no common cipher suite, TLS 1.2", client_hello((struct hello){TLS12, 0x002f, .group = 23}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 0, NULL, NULL},
      {"no common group, TLS 1.3", client_hello((struct hello){TLS13, 0x1301, .group = 30}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 0, NULL, NULL},
      {"no common group, TLS 1.2", client_hello((struct hello){TLS12, 0xc02b, .group = 30}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 0, NULL, NULL},
      {"no common ALPN, TLS 1.3",
       client_hello((struct hello){TLS13, 0x1301, .group = 29, .alpn = "gopher"}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 120, 1, NULL, NULL},
      {"no common ALPN, TLS 1.2",
       client_hello((struct hello){TLS12, 0xc02b, .group = 23, .alpn = "gopher"}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 120, 0, NULL, NULL},
      {"no certificate for its signature schemes, TLS 1.3",
       client_hello((struct hello){TLS13, 0x1301, .group = 29}), INKOTLS_STATUS_HANDSHAKE_FAILED,
       40, 0, choosy, NULL},
      {"no certificate for its signature schemes, TLS 1.2",
       client_hello((struct hello){TLS12, 0xc02b, .group = 23}), INKOTLS_STATUS_HANDSHAKE_FAILED,
       40, 0, choosy, NULL},
      {"no certificate for its server name, TLS 1.3",
       client_hello((struct hello){TLS13, 0x1301, .group = 29, .name = "nobody.test"}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 112, 0, named,
       "no identity for the server name \"nobody.test\""},
      {"no certificate for its server name, TLS 1.2",
       client_hello((struct hello){TLS12, 0xc02b, .group = 23, .name = "nobody.test"}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 112, 0, named,
       "no identity for the server name \"nobody.test\""},
      {"no server name", client_hello((struct hello){TLS13, 0x1301, .group = 29}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 112, 0, named, "the client sent no server name"},
      {"no extended master secret",
       client_hello((struct hello){TLS12, 0xc02b, .group = 23, .has_no_ems = 1}),
       INKOTLS_STATUS_HANDSHAKE_FAILED, 40, 0, strict, NULL},
      {"pre_shared_key before other extensions",
       client_hello((struct hello){TLS13, 0x1301, .group = 29, .has_psk_first = 1}),
       INKOTLS_STATUS_PROTOCOL_ERROR, 47, 0, NULL, NULL},
      {"a record that is too long", huge, INKOTLS_STATUS_PROTOCOL_ERROR, 50, 0, NULL, NULL},
      {"HTTP instead of TLS", RAW("GET / HTTP/1.1\r\n\r\n"), INKOTLS_STATUS_PROTOCOL_ERROR, 50, 0,
       NULL, NULL},
      {"SSH instead of TLS", RAW("SSH-2.0-OpenSSH_9.2\r\n"), INKOTLS_STATUS_PROTOCOL_ERROR, 50, 0,
       NULL, NULL},
      {"garbage in a handshake record", RAW("\x16\x03\x01\0\x05\x01\0\0\x01\x09"),
       INKOTLS_STATUS_PROTOCOL_ERROR, 50, 0, NULL, NULL},
      {"Finished instead of a ClientHello", RAW("\x16\x03\x01\0\x05\x14\0\0\x01\x09"),
       INKOTLS_STATUS_PROTOCOL_ERROR, 10, 0, NULL, NULL},
      {"data instead of a ClientHello", RAW("\x17\x03\x03\0\x01\x09"),
       INKOTLS_STATUS_PROTOCOL_ERROR, 10, 0, NULL, NULL},
      {"data inside a fragmented ClientHello",
       RAW("\x16\x03\x01\0\x04\x01\0\x01\0\x17\x03\x03\0\x01\x09"), INKOTLS_STATUS_PROTOCOL_ERROR,
       10, 0, NULL, NULL},
      {"a ClientHello of 16 MiB", RAW("\x16\x03\x01\0\x04\x01\xff\xff\xff"),
       INKOTLS_STATUS_PROTOCOL_ERROR, 50, 0, NULL, NULL},
  };
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    current = &all[i];
    each_way(current->what, is_refused);
  }
  inkotls_server_config_release(choosy);
  inkotls_server_config_release(named);
  inkotls_server_config_release(strict);
  inkotls_server_config_release(newest);
  inkotls_server_config_release(older);
}

int main(int argc, char **argv) {
  static const char *const h2[] = {"h2", NULL};
  pki_open(argc, argv);
  server = server_config("ecdsa", h2);
  refused_client_hellos();
  each_way("unsafe text in a log", is_logged_in_lines);
  once("what an acceptor reports of a ClientHello", acceptor_shows_the_hello);
  once("fragments without end", fragments_are_finite);
  inkotls_server_config_release(server);
  return checks_done();
}
