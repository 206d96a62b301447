// Configs with options, and the whole connections that tests of sessions are made of.
#ifndef CONFIGS_H
#define CONFIGS_H

#include "pair.h"

enum { TLS12 = 0x0303, TLS13 = 0x0304 };

// each_way, but for the ways that carry single bytes: for what is agreed on rather than how it
// travels, which first_connection.c and alerts.c look at.
void each_wide_way(const char *name, void (*scenario)(const struct way *));
void in_each_wide_way(const char *what, void (*scenario)(const struct way *));

// The same for TLS 1.2, then for TLS 1.3: `version` tells.
void each_version(const char *name, void (*scenario)(const struct way *));

// Runs `scenario` for TLS 1.2, then for TLS 1.3: `version` tells.
void once_each_version(const char *name, void (*scenario)(void));
extern int32_t version;

// A client that trusts ca.pem, for one protocol version.
inkotls_client_builder *client_speaking(int32_t version);
const inkotls_client_config *client_of(int32_t version);

// A store of sessions, of the host's: an array.
enum { SLOTS = 16, LARGEST = 65536 };

struct store {
  struct slot {
    size_t key_len, value_len;
    uint8_t key[32], value[LARGEST];
  } slots[SLOTS];
  size_t next, largest;
  int puts, gets, takes, hits;
  int32_t (*answer)(uint8_t *buf, size_t cap);  // instead of what is stored
  int32_t put_answer;                           // 1: it is stored
  int32_t may_block;                            // of servers that are made to use it
};
extern struct store store;
void store_clear(void);
int32_t store_put(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                  const uint8_t *value, size_t value_len);
int32_t store_get(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                  int32_t take, uint8_t *buf, size_t cap);
void server_uses_store(inkotls_server_builder *builder);

// Ticket keys: one, the same for every server.
void server_uses_ticket_keys(inkotls_server_builder *builder);

// A server that requires a certificate of the authority in this file.
void server_asks(inkotls_server_builder *builder, const char *ca);

// Whether the platform's certificate authorities are files, which SSL_CERT_FILE names. macOS and
// Windows verify certificates themselves.
#if defined(__APPLE__) || defined(_WIN32)
enum { PLATFORM_HAS_FILES = 0 };
#else
enum { PLATFORM_HAS_FILES = 1 };
#endif

// Raw public keys: "raw NAME" names that of a certificate. NULL: it names the certificate.
const char *raw_key_file(const char *name);
void add_raw_key(inkotls_roots *roots, const char *name);
inkotls_roots *roots_of_key(const char *name);
inkotls_identity *identity_from(const char *shown);

// An identity with so many issuers in its chain, though none issued it: copies of ca.pem,
// of 400 bytes.
inkotls_identity *identity_with_issuers(const char *name, int issuers);

// Where the server side is an acceptor: drives it until the ClientHello can be looked at, and makes
// it a connection. Nothing happens where it is one.
void pair_until_hello(struct pair *pair);
void side_becomes_conn(struct side *side);

// Gives all that one side has to say to the other, which does not act yet; returns how much.
size_t side_deliver(struct side *from, struct side *to);

// Sends `total` bytes, octet(0) and on, and checks that they arrive, and nothing else.
void pair_send(struct pair *pair, struct side *from, struct side *to, size_t total);

// A handshake that succeeds, and a few bytes each way, which bring the tickets along.
void pair_converse(struct pair *pair, const struct way *way, const inkotls_client_config *client,
                   const char *server_name, const inkotls_server_config *server);

// A whole connection; checks on both sides whether it was resumed.
void visit(const struct way *way, const inkotls_client_config *client,
           const inkotls_server_config *server, int is_resumed);
// A whole connection, with `attached` bytes, at most 2048, to its sessions; returns whether it was
// resumed.
int visit_attached(const inkotls_client_config *client, const inkotls_server_config *server,
                   size_t attached);

#endif
