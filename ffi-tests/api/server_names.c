// Server names: which are accepted, and what the error message says about the others.

#include <string.h>

#include "pair.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LABEL63 "x23456789-x23456789-x23456789-x23456789-x23456789-x23456789-xyz"
#define TEXT(text) text, sizeof(text) - 1

static const struct way direct = {.chunk = 1 << 14};
static const inkotls_client_config *client;
static const inkotls_server_config *server;

enum { CLIENTS = 1, IDENTITIES = 2 };  // the calls that refuse a name

static const struct {
  const char *name;
  size_t len;
  int refused_by;
  const char *said;  // what the message has; it repeats the name before that
} refused[] = {
    {TEXT(""), CLIENTS, "the server name is empty"},
    {TEXT("localhost:443"), CLIENTS | IDENTITIES, "\"localhost:443\" has a port"},
    {TEXT("127.0.0.1:443"), CLIENTS | IDENTITIES, "\"127.0.0.1:443\" has a port"},
    {TEXT("*.a.test:443"), CLIENTS | IDENTITIES, "has a port"},
    {TEXT("https://a.test"), CLIENTS | IDENTITIES, "\"https://a.test\" is a URL"},
    {TEXT("https://a.test:443/b"), CLIENTS | IDENTITIES, "is a URL"},
    {TEXT("a.test/b"), CLIENTS | IDENTITIES, "a part of a URL"},
    {TEXT("me@a.test"), CLIENTS | IDENTITIES, "a part of a URL"},
    {TEXT("[::1]"), CLIENTS | IDENTITIES, "\"[::1]\" has brackets"},
    {TEXT("[::1]:443"), CLIENTS | IDENTITIES, "has brackets"},
    {TEXT("fe80::1%eth0"), CLIENTS | IDENTITIES, "has a zone"},
    {TEXT("m\xc3\xbcnchen.test"), CLIENTS | IDENTITIES,
     "\"m\xc3\xbcnchen.test\" is internationali"},
    {TEXT("m\xc3\xbcnchen.test"), CLIENTS | IDENTITIES, "xn--"},
    {TEXT("localhost\n"), CLIENTS | IDENTITIES, "\"localhost\\n\" has white space"},
    {TEXT(" localhost"), CLIENTS | IDENTITIES, "white space"},
    {TEXT("localhost\0"), CLIENTS | IDENTITIES, "\"localhost\\0\" has a NUL at its end"},
    {TEXT("localhost\0.test"), CLIENTS | IDENTITIES, "has the character '\\0'"},
    {TEXT("a b"), CLIENTS | IDENTITIES, "has the character ' '"},
    {TEXT("a\x1b[0m"), CLIENTS | IDENTITIES, "\"a\\u{1b}[0m\" has the character '\\u{1b}'"},
    {TEXT("a.*.test"), CLIENTS | IDENTITIES, "has the character '*'"},
    {TEXT("*a.test"), CLIENTS | IDENTITIES, "has the character '*'"},
    {TEXT("*.*.test"), CLIENTS | IDENTITIES, "has the character '*'"},
    {TEXT("*"), CLIENTS | IDENTITIES, "has the character '*'"},
    {TEXT("-"), CLIENTS | IDENTITIES, "hyphen"},
    {TEXT("a-.test"), CLIENTS | IDENTITIES, "hyphen"},
    {TEXT("a..b"), CLIENTS | IDENTITIES, "empty label"},
    {TEXT(".a"), CLIENTS | IDENTITIES, "empty label"},
    {TEXT("."), CLIENTS | IDENTITIES, "empty label"},
    {TEXT("*."), CLIENTS | IDENTITIES, "empty label"},
    {TEXT("a.test.."), CLIENTS | IDENTITIES, "empty label"},
    {TEXT("1.2.3"), CLIENTS | IDENTITIES, "ends with a number"},
    {TEXT("1.2.3.256"), CLIENTS | IDENTITIES, "ends with a number"},
    {TEXT("x" LABEL63 ".test"), CLIENTS | IDENTITIES, "more than 63 bytes"},
    {TEXT(LABEL63 "." LABEL63 "." LABEL63 "." LABEL63), CLIENTS | IDENTITIES, "at most 253"},
    {TEXT("local\xffhost"), CLIENTS | IDENTITIES, "\"local\xef\xbf\xbdhost\" is not UTF-8"},
    {TEXT("-----BEGIN PRIVATE KEY-----\nMIGH"), CLIENTS | IDENTITIES, "(PEM text of 32 bytes)"},
    {TEXT("*.a.test"), CLIENTS, "\"*.a.test\" has a wildcard"},
    {TEXT("127.0.0.1"), IDENTITIES, "\"127.0.0.1\" is an IP address"},
    {TEXT("::1"), IDENTITIES, "is an IP address"},
};

static const char *message_for(const char *name, size_t len) {
  static char message[512 + 1];
  size_t message_len = 0;
  memset(message, '?', sizeof message);
  inkotls_status status = inkotls_invalid_name_text(name, len, message, 512, &message_len);
  if (!CHECK_INT(status, INKOTLS_STATUS_OK) || !CHECK(message_len <= 512)) return "";
  CHECK(message[message_len] == '?');
  message[message_len] = 0;
  CHECK_INT(strlen(message), message_len);
  return message;
}

static void say_what_is_wrong(void) {
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  inkotls_identity *identity = identity_of("ecdsa");
  for (size_t i = 0; i < COUNT(refused); i++) {
    const char *name = refused[i].name;
    size_t len = refused[i].len;
    inkotls_conn *conn = NULL;
    checking("the name \"%.40s\"", name);
    inkotls_status want =
        refused[i].refused_by & IDENTITIES ? INKOTLS_STATUS_INVALID_NAME : INKOTLS_STATUS_OK;
    CHECK_INT(inkotls_sni_map_set(sni_map, name, len, identity), want);
    CHECK_INT(inkotls_sni_map_remove(sni_map, name, len), want);
    want = refused[i].refused_by & CLIENTS ? INKOTLS_STATUS_INVALID_NAME : INKOTLS_STATUS_OK;
    CHECK_INT(inkotls_conn_new_client(client, name, len, &conn), want);
    CHECK_INT(conn != NULL, want == INKOTLS_STATUS_OK);
    inkotls_conn_free(conn);
    const char *said = message_for(name, len);
    CHECK_TEXT(said, refused[i].said);
    CHECK(!strstr(said, "MIGH"));
    CHECK(is_safe_to_log(said, strlen(said)));
  }
  inkotls_sni_map_release(sni_map);
  inkotls_identity_free(identity);
}

static void long_names_are_cut(void) {
  static const char letters[] = {'x', '\x1b', '\n', '\xff'};
  for (size_t i = 0; i < COUNT(letters); i++) {
    static char name[100000];
    checking("a name of 100000 times %#x", (unsigned char)letters[i]);
    memset(name, letters[i], sizeof name);
    const char *said = message_for(name, sizeof name);
    CHECK(strlen(said) < 350);
    CHECK_TEXT(said, " bytes)");
  }
}

static void room_for_the_message(void) {
  char buf[512];
  size_t len = 99, full = strlen(message_for("a b", 3));
  for (size_t cap = 0; cap < full; cap++) {
    memset(buf, '?', sizeof buf);
    CHECK_INT(inkotls_invalid_name_text("a b", 3, buf, cap, &len), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK(buf[0] == '?');
  }
  CHECK_INT(len, 99);
  CHECK_INT(inkotls_invalid_name_text("a.test", 6, buf, sizeof buf, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(len, 99);
  CHECK_INT(inkotls_invalid_name_text("a b", 3, buf, full, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, full);
  CHECK_TEXT(inkotls_status_text(INKOTLS_STATUS_INVALID_NAME), "name");
}

// DNS names are told to the server, without the dot of the root; addresses are not (RFC 6066).
static void accepted(void) {
  static const struct {
    const char *name, *sni;
  } good[] = {
      {"localhost", "localhost"},
      {"localhost.", "localhost"},
      {"127.0.0.1", NULL},
      {"::1", NULL},
  };
  for (size_t i = 0; i < COUNT(good); i++) {
    struct pair pair;
    const char *sni = NULL;
    size_t len = 0;
    checking("the name \"%s\"", good[i].name);
    pair_open(&pair, &direct, client, good[i].name, server);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_server_name(pair.server.conn, &sni, &len),
              good[i].sni ? INKOTLS_STATUS_OK : INKOTLS_STATUS_NONE);
    if (good[i].sni) CHECK(len == strlen(good[i].sni) && memcmp(sni, good[i].sni, len) == 0);
    pair_free(&pair);
  }
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  once("refused names", say_what_is_wrong);
  once("long names", long_names_are_cut);
  once("room for the message", room_for_the_message);
  once("accepted names", accepted);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
