// Rule 20, what hostile peers make a config with default settings keep: as many sessions as it
// keeps, as large as they can be, from many connections. The peer is libssl where inkotls would not
// do what the peer does. The heap has bounds, which are checked. What one connection costs is in
// hostile_peers.c.

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configs.h"
#include "cost.h"

enum {
  KIB = 1024,
  KEPT = 4096 + 256,   // KiB, by a config: of sessions, and what else it has
  UNDER_WAY = 1024,    // KiB more, while a connection is there
  SERVERS = 300,       // more than a client remembers
  TICKET = 30000,      // what rustls takes of a ticket
  TICKETS = 8,         // of a connection
  CERTIFICATES = 110,  // of 400 bytes
  VISITS = 300
};

// A scenario, and a line of the table. The victim makes a config and uses it; what it holds is
// looked at before it is released.

static int connections;

// Above the first line, and where the victim becomes another.
static void print_head(const char *victim) {
  static const char *printed;
  char head[64];
  snprintf(head, sizeof head, "the victim is a %s", victim);
  if (!printed) {
    printf("%-52s %11s %8s %8s %8s\n", head, "connections", "us each", "peak KiB", "held KiB");
  } else if (strcmp(printed, victim) != 0) {
    puts(head);
  }
  printed = victim;
}

// `name` is the scenario's. NULL: it is the line.
static void hoards(const char *victim, const char *line, const char *name, void (*play)(void),
                   void (*end)(void)) {
  if (!begins("%s: %s", victim, name ? name : line)) return;
  print_head(victim);
  memset(cost, 0, sizeof cost);
  connections = 0;
  as(VICTIM);
  play();
  as(NOBODY);
  int64_t held = cost[VICTIM].live, peak = cost[VICTIM].peak;
  printf("%-52s %11d %8.0f %8.1f %8.1f\n", line, connections,
         (double)cost[VICTIM].ns / 1000 / connections, (double)peak / KIB, (double)held / KIB);
  CHECK(held <= KEPT * KIB);
  CHECK(peak <= (KEPT + UNDER_WAY) * KIB);
  end();
}

// The victim is a client, and the attacker libssl, which has as many names as it likes.

static const inkotls_client_config *client;
static SSL_CTX *attacker;

static int add_ticket_data(SSL *ssl, void *argument) {
  static const unsigned char data[TICKET];
  (void)argument;
  return SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), data, sizeof data);
}

static SSL_TICKET_RETURN no_ticket(SSL *ssl, SSL_SESSION *session, const unsigned char *name,
                                   size_t len, SSL_TICKET_STATUS status, void *argument) {
  (void)ssl, (void)session, (void)name, (void)len, (void)status, (void)argument;
  return SSL_TICKET_RETURN_IGNORE_RENEW;
}

static void attacker_of(int32_t version, int has_large_tickets, int has_long_chain) {
  attacker = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_max_proto_version(attacker, version);
  if (SSL_CTX_use_certificate_file(attacker, pki_path("wildcard.pem"), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_use_PrivateKey_file(attacker, pki_path("wildcard.key"), SSL_FILETYPE_PEM) != 1)
    give_up("wildcard");
  SSL_CTX_set_num_tickets(attacker, TICKETS);
  if (has_large_tickets) SSL_CTX_set_session_ticket_cb(attacker, add_ticket_data, no_ticket, NULL);
  unsigned char der[4096];
  long len = (long)pki_read("ca.der", der, sizeof der);
  for (int i = 0; has_long_chain && i < CERTIFICATES; i++) {
    const unsigned char *at = der;
    if (SSL_CTX_add_extra_chain_cert(attacker, d2i_X509(NULL, &at, len)) != 1) give_up("chain");
  }
}

// Until the client has all that the server says without being asked.
static void visit_attacker(const char *name) {
  static unsigned char bytes[1 << 14], plain[64];
  inkotls_conn *conn = NULL;
  inkotls_status status;
  size_t len, used;
  CHECK_INT(inkotls_conn_new_client(client, name, strlen(name), &conn), INKOTLS_STATUS_OK);
  as(ATTACKER);
  SSL *ssl = SSL_new(attacker);
  BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, in, out);
  SSL_set_accept_state(ssl);
  for (int moved = 1; moved;) {
    as(VICTIM);
    status = inkotls_conn_read(conn, plain, sizeof plain, &len);
    CHECK_INT(inkotls_conn_drain(conn, bytes, sizeof bytes, &len), INKOTLS_STATUS_OK);
    as(ATTACKER);
    if (len > 0) BIO_write(in, bytes, (int)len);
    SSL_do_handshake(ssl);
    int said = BIO_read(out, bytes, sizeof bytes);
    as(VICTIM);
    if (said > 0) {
      CHECK_INT(inkotls_conn_feed(conn, bytes, (size_t)said, &used), INKOTLS_STATUS_OK);
      CHECK_INT(used, said);
    }
    moved = len > 0 || said > 0;
  }
  CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_conn_state(conn), 0);  // the handshake is done
  as(ATTACKER);
  SSL_free(ssl);
  as(VICTIM);
  inkotls_conn_free(conn);
  connections++;
}

static void visit_attackers(int32_t version, int has_large_tickets, int has_long_chain) {
  as(NOBODY);
  attacker_of(version, has_large_tickets, has_long_chain);
  as(VICTIM);
  client = client_built(client_trusting("ca.pem"));
  for (int i = 0; i < SERVERS; i++) {
    char name[64];
    snprintf(name, sizeof name, "name-%d.hostile.test", i);
    visit_attacker(name);
  }
}

static void large_tickets(void) { visit_attackers(TLS13, 1, 0); }

static void large_tickets_of_tls12(void) { visit_attackers(TLS12, 1, 0); }

static void long_chains(void) { visit_attackers(TLS13, 0, 1); }

static void one_name(void) {
  as(NOBODY);
  attacker_of(TLS13, 1, 0);
  as(VICTIM);
  client = client_built(client_trusting("ca.pem"));
  for (int i = 0; i < SERVERS; i++) visit_attacker("name.hostile.test");
}

static void end_client(void) {
  inkotls_client_config_release(client);
  SSL_CTX_free(attacker);
}

// The victim is a server that asks for certificates, and the attacker has a long chain.

static const inkotls_server_config *server;

static inkotls_client_builder *attacking(void) {
  inkotls_client_builder *builder = client_trusting("ca.pem");
  inkotls_identity *identity = identity_with_issuers("client-only", CERTIFICATES);
  CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return builder;
}

static inkotls_server_builder *asking(void) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  server_asks(builder, "ca.pem");
  return builder;
}

static void visit_server(inkotls_client_builder *builder) {
  static const struct way way = {.chunk = 1 << 14};
  static struct pair pair;
  as(ATTACKER);
  const inkotls_client_config *attacker = client_built(builder);
  as(VICTIM);
  for (int i = 0; i < VISITS; i++, connections++) {
    pair_converse(&pair, &way, attacker, "localhost", server);
    pair_free(&pair);
  }
  as(ATTACKER);
  inkotls_client_config_release(attacker);
  as(VICTIM);
}

static void full_handshakes(void) {
  server = server_built(asking());
  as(ATTACKER);
  inkotls_client_builder *builder = attacking();
  CHECK_INT(inkotls_client_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
  visit_server(builder);
}

// The attacker comes back again and again: each session is made of the one before.
static void resumed(void) {
  server = server_built(asking());
  as(ATTACKER);
  visit_server(attacking());
}

static void resumed_by_ticket(void) {
  inkotls_server_builder *builder = asking();
  server_uses_ticket_keys(builder);
  server = server_built(builder);
  as(ATTACKER);
  visit_server(attacking());
}

static void end_server(void) { inkotls_server_config_release(server); }

static void against_client(const char *line, const char *name, void (*play)(void)) {
  hoards("client", line, name, play, end_client);
}

static void against_server(const char *line, const char *name, void (*play)(void)) {
  hoards("server", line, name, play, end_server);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  against_client("8 tickets of 30 KB from each of 300 names", NULL, large_tickets);
  against_client("8 tickets of 30 KB from one name, 300 times", NULL, one_name);
  against_client("a ticket of 30 KB from each of 300 names, TLS 1.2", NULL, large_tickets_of_tls12);
  against_client("110 certificates from each of 300 names", NULL, long_chains);
  against_server("110 certificates from a client, 300 times", NULL, full_handshakes);
  against_server("the same, resumed again and again", "110 certificates, resumed 300 times",
                 resumed);
  against_server("the same, with ticket keys", "110 certificates, resumed with ticket keys",
                 resumed_by_ticket);
  return checks_done();
}
