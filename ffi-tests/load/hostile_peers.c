// What a hostile peer costs, with the default limits: processor time, of the victim and of the
// attacker, and heap. An attacker that only repeats a recording pays next to nothing; then only the
// victim's time tells something.
//
// The heap and the number of calls that the victim's host makes have bounds, which are checked. The
// times are only printed. What a config keeps of many connections is in session_memory.c.

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client_hello.h"
#include "configs.h"
#include "cost.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ROUNDS = 20, KIB = 1024, FLIGHT = 1 << 17 };
enum { FEW_CALLS = 64 };  // and one for each byte that comes, which may come alone

// An attack is made in each round anew.
struct attack {
  inkotls_conn *victim, *attacker;
  unsigned char bytes[FLIGHT];  // what the attacker says, at a time
  size_t len, sent;             // of it; in all
  size_t calls;                 // that the victim's host makes of what comes
  int64_t held;                 // by the victim, as the attack ends
};

static const inkotls_client_config *client;
static const inkotls_server_config *server, *known;  // `known`: the attacker has been there before
static size_t recorded_len;                          // of a ClientHello; 0: not yet recorded

static void begin(struct attack *attack, int is_client) {
  as(VICTIM);
  if (is_client) {
    CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &attack->victim), INKOTLS_STATUS_OK);
  } else {
    CHECK_INT(inkotls_conn_new_server(server, &attack->victim), INKOTLS_STATUS_OK);
  }
  as(ATTACKER);
  if (is_client) {
    CHECK_INT(inkotls_conn_new_server(server, &attack->attacker), INKOTLS_STATUS_OK);
  } else {
    CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &attack->attacker),
              INKOTLS_STATUS_OK);
  }
  as(NOBODY);
}

static size_t drained(int who, inkotls_conn *conn, unsigned char *out, size_t cap) {
  size_t len = 0;
  as(who);
  CHECK_INT(inkotls_conn_drain(conn, out, cap, &len), INKOTLS_STATUS_OK);
  as(NOBODY);
  return len;
}

// The victim gets what the attacker says, and does what can be done with it.
static inkotls_status hear(struct attack *attack, inkotls_status (*act)(inkotls_conn *)) {
  inkotls_status status = INKOTLS_STATUS_OK;
  as(VICTIM);
  for (size_t given = 0, used; given < attack->len && status >= 0; given += used) {
    used = 0;
    inkotls_conn_feed(attack->victim, attack->bytes + given, attack->len - given, &used);
    status = act(attack->victim);
    attack->calls += 2;
    if (used == 0) break;
  }
  as(NOBODY);
  attack->sent += attack->len;
  return status;
}

// The victim gets it, and its host obeys the codes and READABLE; it does so too long where nothing
// ends it.
static inkotls_status obey(struct attack *attack) {
  static unsigned char said[FLIGHT];
  inkotls_status status = INKOTLS_STATUS_OK;
  size_t given = 0, used, refused = 0;
  int goes_on;
  attack->sent += attack->len;
  do {
    as(VICTIM);
    if (given < attack->len) {
      used = 0;
      inkotls_conn_feed(attack->victim, attack->bytes + given, attack->len - given, &used);
      size_t least = attack->len - given < 16 * KIB ? attack->len - given : 16 * KIB;
      refused += status == INKOTLS_STATUS_WANT_READ && used < least;
      given += used;
    }
    status = inkotls_conn_handshake(attack->victim);
    int32_t state = inkotls_conn_state(attack->victim);
    as(NOBODY);
    if (status == INKOTLS_STATUS_WANT_WRITE) drained(VICTIM, attack->victim, said, sizeof said);
    attack->calls += 2;
    goes_on = status == INKOTLS_STATUS_WANT_WRITE ||
              (status > 0 && (given < attack->len || state & INKOTLS_STATE_READABLE));
  } while (goes_on && attack->calls <= FEW_CALLS + attack->sent);
  CHECK_INT(refused, 0);  // after WANT_READ
  return status;
}

static inkotls_status read_all(inkotls_conn *conn) {
  static unsigned char plain[1 << 16];
  inkotls_status status;
  size_t len;
  while ((status = inkotls_conn_read(conn, plain, sizeof plain, &len)) == INKOTLS_STATUS_OK)
    continue;
  return status;
}

// The attacker gets what the victim says.
static void answer(struct attack *attack) {
  static unsigned char bytes[FLIGHT];
  size_t used, len = drained(VICTIM, attack->victim, bytes, sizeof bytes);
  as(ATTACKER);
  inkotls_conn_feed(attack->attacker, bytes, len, &used);
  inkotls_conn_handshake(attack->attacker);
  as(NOBODY);
}

static void say(struct attack *attack) {
  attack->len = drained(ATTACKER, attack->attacker, attack->bytes, sizeof attack->bytes);
}

// Both handshakes, as far as they go; the victim's answer.
static inkotls_status shake(struct attack *attack) {
  inkotls_status status;
  do {
    as(ATTACKER);
    inkotls_conn_handshake(attack->attacker);
    as(VICTIM);
    status = inkotls_conn_handshake(attack->victim);
    as(NOBODY);
    answer(attack);
    say(attack);
    hear(attack, inkotls_conn_handshake);
  } while (attack->len > 0 || inkotls_conn_state(attack->victim) & INKOTLS_STATE_WANTS_WRITE);
  return status;
}

static void shaken(struct attack *attack) {
  CHECK(shake(attack) >= 0);
  answer(attack);
  as(ATTACKER);
  read_all(attack->attacker);  // tickets
  as(NOBODY);
}

// A scenario, and a line of the table.
struct row {
  const char *line, *name;  // NULL: the name is the line
  void (*configure)(void);
  void (*play)(struct attack *);
  int64_t most_kib;
};

// Above the first line, and where the victim becomes another.
static void print_head(int is_client) {
  static int printed = -1;
  const char *victim = is_client ? "the victim is a client" : "the victim is a server";
  if (printed < 0) {
    printf("%-52s %8s %8s %7s %9s %7s %7s %7s\n", "", "victim", "attacker", "ratio", "sent",
           "calls", "peak", "held");
    printf("%-52s %8s %8s %7s %9s %7s %7s %7s\n", victim, "us", "us", "", "KiB", "", "KiB", "KiB");
  } else if (printed != is_client) {
    puts(victim);
  }
  printed = is_client;
}

static void attacked(const struct row *row, int is_client) {
  static struct attack attack;
  int64_t held = 0, sent = 0, peak = 0;
  size_t calls = 0;
  const char *name = row->name ? row->name : row->line;
  if (!begins("%s: %s", is_client ? "client" : "server", name)) return;
  print_head(is_client);
  row->configure();
  recorded_len = 0;
  memset(cost, 0, sizeof cost);
  for (int i = -1; i < ROUNDS; i++) {  // the first is not counted: its config is new
    if (i == 0) cost[VICTIM].ns = cost[ATTACKER].ns = peak = 0;
    attack.len = attack.sent = attack.calls = 0;
    attack.held = 0;
    int64_t before = cost[VICTIM].peak = cost[VICTIM].live;
    begin(&attack, is_client);
    row->play(&attack);
    held = attack.held ? attack.held : cost[VICTIM].live - before;
    sent = (int64_t)attack.sent;
    calls = attack.calls;
    CHECK(calls <= FEW_CALLS + attack.sent);
    if (cost[VICTIM].peak - before > peak) peak = cost[VICTIM].peak - before;
    as(VICTIM);
    inkotls_conn_free(attack.victim);
    as(ATTACKER);
    inkotls_conn_free(attack.attacker);
    as(NOBODY);
  }
  double victim = (double)cost[VICTIM].ns / ROUNDS, attacker = (double)cost[ATTACKER].ns / ROUNDS;
  printf("%-52s %8.0f %8.0f %7.1f %9.1f %7zu %7.1f %7.1f\n", row->line, victim / 1000,
         attacker / 1000, victim / attacker, (double)sent / KIB, calls, (double)peak / KIB,
         (double)held / KIB);
  CHECK(peak <= row->most_kib * KIB);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  inkotls_server_config_release(known);
  known = NULL;
}

// Attacks before the handshake is done.

static void silence(struct attack *attack) { (void)attack; }

static void honest(struct attack *attack) { shaken(attack); }

static void only_a_hello(struct attack *attack) {
  static unsigned char recorded[4096];
  if (recorded_len == 0) {
    inkotls_conn_handshake(attack->attacker);
    recorded_len = drained(NOBODY, attack->attacker, recorded, sizeof recorded);
  }
  memcpy(attack->bytes, recorded, attack->len = recorded_len);
  CHECK_INT(hear(attack, inkotls_conn_handshake), INKOTLS_STATUS_WANT_WRITE);
}

// A ClientHello of 60,000 bytes but for its last byte, in records of `size` bytes.
static inkotls_status endless_hello(struct attack *attack, size_t size) {
  enum { HELLO = 60000, HEADER = 5 };
  inkotls_status status = INKOTLS_STATUS_OK;
  for (size_t said = 0; said < HELLO - 1 && status != INKOTLS_STATUS_WANT_WRITE;) {
    for (attack->len = 0; said < HELLO - 1 && attack->len < 1 << 14;) {
      unsigned char *record = attack->bytes + attack->len;
      size_t len = HELLO - 1 - said < size ? HELLO - 1 - said : size;
      const unsigned char header[] = {22, 3, 1, (unsigned char)(len >> 8), (unsigned char)len};
      static const unsigned char message[] = {1, 0, (HELLO - 4) >> 8, (HELLO - 4) & 255, 3, 3};
      memcpy(record, header, HEADER);
      for (size_t i = 0; i < len; i++)
        record[HEADER + i] = said + i < sizeof message ? message[said + i] : 0;
      attack->len += HEADER + len;
      said += len;
    }
    status = hear(attack, inkotls_conn_handshake);
  }
  return status;
}

static void hello_in_large_records(struct attack *attack) {
  CHECK_INT(endless_hello(attack, 1 << 14), INKOTLS_STATUS_WANT_READ);
}

// Their headers count, and so this is too long.
static void hello_in_bytes(struct attack *attack) {
  CHECK_INT(endless_hello(attack, 1), INKOTLS_STATUS_WANT_WRITE);  // an alert
}

// The first record of it, in packets of a byte.
static void record_in_bytes(struct attack *attack) {
  static const unsigned char header[] = {22, 3, 1, 0x40, 0};
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds)) give_up("socketpair");
  CHECK_INT(inkotls_conn_set_fd(attack->victim, fds[0]), INKOTLS_STATUS_OK);
  for (size_t i = 0; i < 1 << 12; i++, attack->sent++, attack->calls++) {
    as(ATTACKER);
    if (send(fds[1], i < sizeof header ? &header[i] : header, 1, 0) != 1) give_up("send");
    as(VICTIM);
    inkotls_conn_handshake(attack->victim);
    as(NOBODY);
  }
  close(fds[0]);
  close(fds[1]);
}

// A ClientHello, and behind it protected records of 16 KiB that nobody protected.
static void data_behind_a_hello(struct attack *attack) {
  enum { DATA = 66500, RECORD = 5 + (1 << 14) };
  static const unsigned char header[] = {23, 3, 3, 0x40, 0};
  as(ATTACKER);
  inkotls_conn_handshake(attack->attacker);
  say(attack);
  as(ATTACKER);
  for (size_t i = 0; i < DATA; i++)
    attack->bytes[attack->len++] = i % RECORD < sizeof header ? header[i % RECORD] : 0;
  CHECK_INT(obey(attack), INKOTLS_STATUS_PROTOCOL_ERROR);
}

static void remembers(const inkotls_server_config *of) {
  static const struct way way = {.chunk = 1 << 14};
  static struct pair pair;
  pair_converse(&pair, &way, client, "localhost", of);
  pair_free(&pair);
}

// The attacker waits for the answer, or so it seems.
static void refused_early_data(struct attack *attack) {
  static const unsigned char early[200];
  size_t used;
  remembers(known);
  as(ATTACKER);
  inkotls_conn_handshake(attack->attacker);
  CHECK_INT(inkotls_conn_write_early_data(attack->attacker, early, sizeof early, &used),
            INKOTLS_STATUS_OK);
  say(attack);
  CHECK_INT(obey(attack), INKOTLS_STATUS_WANT_READ);
}

static void endless_early_data(struct attack *attack) {
  enum { DATA = 600 * KIB };
  static const unsigned char header[] = {23, 3, 3, 0x40, 0};
  inkotls_status status;
  refused_early_data(attack);
  attack->len = sizeof header + (1 << 14);
  memset(attack->bytes, 0, attack->len);
  memcpy(attack->bytes, header, sizeof header);
  do {
    status = obey(attack);
  } while (status > 0 && attack->sent < DATA);
  CHECK_INT(status, INKOTLS_STATUS_PROTOCOL_ERROR);
}

enum { TICKETS = 500 };

// The attacker's own comes last: a server that opened it would refuse the binder.
static void tickets_of_nobody(struct attack *attack) {
  static unsigned char hello[1 << 12];
  remembers(server);
  as(ATTACKER);
  inkotls_conn_handshake(attack->attacker);
  size_t len = drained(ATTACKER, attack->attacker, hello, sizeof hello);
  as(ATTACKER);
  attack->len = with_tickets(hello, len, TICKETS, TICKET_HEAD + TICKET_TAG, attack->bytes);
  CHECK_INT(obey(attack), INKOTLS_STATUS_WANT_READ);
}

static void refused(struct attack *attack) {
  shake(attack);
  CHECK_INT(inkotls_conn_handshake(attack->victim), INKOTLS_STATUS_INVALID_PEER_CERTIFICATE);
}

// Attacks after it.

static void key_updates(struct attack *attack) {
  inkotls_status status;
  shaken(attack);
  do {
    as(ATTACKER);
    CHECK_INT(inkotls_conn_update_keys(attack->attacker), INKOTLS_STATUS_OK);
    say(attack);
    status = hear(attack, read_all);
  } while (status == INKOTLS_STATUS_WANT_READ);
  CHECK_INT(status, INKOTLS_STATUS_PROTOCOL_ERROR);
}

enum { LITTLE = 1 << 14 };

// Each with a byte of data, so that their number has no limit.
static void key_updates_and_data(struct attack *attack) {
  inkotls_status status = INKOTLS_STATUS_OK;
  size_t used;
  shaken(attack);
  attack->sent = 0;
  for (int i = 0; i < 1000 && status >= 0; i++) {
    as(ATTACKER);
    inkotls_conn_update_keys(attack->attacker);
    CHECK_INT(inkotls_conn_write(attack->attacker, "x", 1, &used), INKOTLS_STATUS_OK);
    say(attack);
    status = hear(attack, read_all);
  }
  CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
}

static void data_in(struct attack *attack, size_t size) {
  static unsigned char plain[1 << 14];
  size_t used;
  shaken(attack);
  for (size_t said = 0; said < LITTLE; said += size) {
    as(ATTACKER);
    CHECK_INT(inkotls_conn_write(attack->attacker, plain, size, &used), INKOTLS_STATUS_OK);
    as(NOBODY);
    if ((said / size) % 512 < 511 && said + size < LITTLE) continue;
    say(attack);
    CHECK_INT(hear(attack, read_all), INKOTLS_STATUS_WANT_READ);
  }
}

static void data_in_one_record(struct attack *attack) { data_in(attack, LITTLE); }

static void data_in_bytes(struct attack *attack) { data_in(attack, 1); }

static inkotls_status nothing(inkotls_conn *conn) { return (void)conn, INKOTLS_STATUS_OK; }

// The host reads nothing: the library takes no more than its limit.
static void data_that_no_one_reads(struct attack *attack) {
  static unsigned char plain[1 << 14];
  size_t used;
  shaken(attack);
  for (int i = 0; i < 8; i++) {
    as(ATTACKER);
    CHECK_INT(inkotls_conn_write(attack->attacker, plain, sizeof plain, &used), INKOTLS_STATUS_OK);
    say(attack);
    hear(attack, nothing);
  }
}

static void answer_that_no_one_takes(struct attack *attack) {
  static unsigned char plain[1 << 14];
  size_t used;
  shaken(attack);
  as(VICTIM);
  while (inkotls_conn_write(attack->victim, plain, sizeof plain, &used) == INKOTLS_STATUS_OK)
    continue;
  as(NOBODY);
}

// The second time is too often for inkotls; libssl gives up after the first.
static void renegotiation(struct attack *attack) {
  static SSL_CTX *context;
  if (!context) {
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  }
  SSL *ssl = SSL_new(context);
  BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, in, out);
  SSL_set_connect_state(ssl);
  int is_asking = 0, len;
  do {
    as(ATTACKER);
    int result = SSL_do_handshake(ssl);
    if (result == 1 && !is_asking++) {
      CHECK_INT(SSL_renegotiate(ssl), 1);
      SSL_do_handshake(ssl);
    }
    len = BIO_read(out, attack->bytes, sizeof attack->bytes);
    attack->len = len > 0 ? (size_t)len : 0;
    hear(attack, read_all);
    unsigned char reply[1 << 14];
    size_t got = drained(VICTIM, attack->victim, reply, sizeof reply);
    as(ATTACKER);
    BIO_write(in, reply, (int)got);
    as(NOBODY);
    len += (int)got;
  } while (len > 0);
  CHECK(is_asking > 0);
  as(ATTACKER);
  SSL_free(ssl);
  as(NOBODY);
}

// Configs of both sides.

enum { CERTIFICATES = 110 };  // of 400 bytes

static void with(inkotls_client_builder *a, inkotls_server_builder *b) {
  client = client_built(a);
  server = server_built(b);
}

static void with_ecdsa(void) { with(client_trusting("ca.pem"), server_showing("ecdsa")); }

static void with_rsa(void) { with(client_trusting("ca.pem"), server_showing("rsa")); }

static void with_tls12(void) { with(client_speaking(TLS12), server_showing("ecdsa")); }

static void with_long_client(void) {
  inkotls_client_builder *a = client_trusting("ca.pem");
  inkotls_server_builder *b = server_showing("ecdsa");
  inkotls_identity *identity = identity_with_issuers("client-only", CERTIFICATES);
  CHECK_INT(inkotls_client_builder_add_identity(a, identity), INKOTLS_STATUS_OK);
  server_asks(b, "ca.pem");
  inkotls_identity_free(identity);
  with(a, b);
}

static void with_chain(const char *name, int is_compressed) {
  inkotls_server_builder *b = inkotls_server_builder_new();
  inkotls_identity *identity = identity_with_issuers(name, CERTIFICATES);
  CHECK_INT(inkotls_server_builder_set_identity(b, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_certificate_compression(b, is_compressed),
            INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  with(client_trusting("ca.pem"), b);
}

static void with_long_server(void) { with_chain("ecdsa", 0); }

static void with_compressed_server(void) { with_chain("ecdsa", 1); }

static void with_forged_server(void) { with_chain("forged", 0); }

static void with_early_data(void) {
  inkotls_client_builder *a = client_trusting("ca.pem");
  inkotls_server_builder *b = server_showing("ecdsa"), *c = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_set_early_data(a, 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_max_early_data(c, 1 << 14), INKOTLS_STATUS_OK);
  known = server_built(c);
  with(a, b);
}

static void with_ticket_keys(void) {
  inkotls_server_builder *b = server_showing("ecdsa");
  server_uses_ticket_keys(b);
  with(client_trusting("ca.pem"), b);
}

static const struct row against_server[] = {
    {"a connection, and nothing else", NULL, with_ecdsa, silence, 8},
    {"an honest handshake, full, TLS 1.3, ECDSA", NULL, with_ecdsa, honest, 32},
    {"a recorded ClientHello, TLS 1.3, ECDSA", NULL, with_ecdsa, only_a_hello, 32},
    {"a recorded ClientHello, TLS 1.3, RSA 2048", NULL, with_rsa, only_a_hello, 32},
    {"a recorded ClientHello, TLS 1.2, ECDSA", NULL, with_tls12, only_a_hello, 32},
    {"a renegotiation, TLS 1.2", NULL, with_tls12, renegotiation, 32},
    {"60,000 bytes of a ClientHello without an end", NULL, with_ecdsa, hello_in_large_records, 256},
    {"the same in records of a byte", "a ClientHello in records of a byte", with_ecdsa,
     hello_in_bytes, 256},
    {"4 KiB of it in packets of a byte", "4 KiB of a ClientHello in packets of a byte", with_ecdsa,
     record_in_bytes, 128},
    {"66 KB of data behind a ClientHello", NULL, with_ecdsa, data_behind_a_hello, 256},
    {"200 bytes of early data that is refused", NULL, with_early_data, refused_early_data, 32},
    {"the same without an end", "early data without an end", with_early_data, endless_early_data,
     128},
    {"500 tickets under the name of the server's key", "500 tickets that the server did not make",
     with_ticket_keys, tickets_of_nobody, 512},
    {"KeyUpdates", NULL, with_ecdsa, key_updates, 32},
    {"1000 KeyUpdates, with data between them", NULL, with_ecdsa, key_updates_and_data, 32},
    {"16 KiB of data in one record", NULL, with_ecdsa, data_in_one_record, 64},
    {"16 KiB of data in records of a byte", NULL, with_ecdsa, data_in_bytes, 64},
    {"128 KiB of data that the host does not read", NULL, with_ecdsa, data_that_no_one_reads, 128},
    {"a peer that takes nothing of what the host writes", NULL, with_ecdsa,
     answer_that_no_one_takes, 128},
    {"a client's chain of 110 certificates", "a chain of 110 certificates", with_long_client,
     honest, 256},
};
static const struct row against_client[] = {
    {"an honest handshake, full, TLS 1.3, ECDSA", NULL, with_ecdsa, honest, 32},
    {"a chain of 110 certificates", NULL, with_long_server, honest, 256},
    {"the same, compressed", "a chain of 110 certificates, compressed", with_compressed_server,
     honest, 256},
    {"one with 110 issuers that did not sign it", "a chain with 110 wrong issuers",
     with_forged_server, refused, 256},
};

int main(int argc, char **argv) {
  pki_open(argc, argv);
  for (size_t i = 0; i < COUNT(against_server); i++) attacked(&against_server[i], 0);
  for (size_t i = 0; i < COUNT(against_client); i++) attacked(&against_client[i], 1);
  return checks_done();
}
