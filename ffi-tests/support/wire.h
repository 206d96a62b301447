// Two connections on descriptors that they read and write themselves, and what can happen to those.
#ifndef WIRE_H
#define WIRE_H

#include "pair.h"

enum { DEADLINE_S = 60, PATIENCE_MS = 10000 };
enum { CLIENT, SERVER };

// What each side reads from and writes to: one socket, or two pipes.
struct wire {
  int in[2], out[2];      // -1: it has left
  inkotls_conn *conn[2];  // the client's, the server's; NULL where the test speaks for itself
};

typedef void (*medium)(struct wire *wire);
void tcp(struct wire *wire);  // on loopback
void unix_pair(struct wire *wire);
void pipes(struct wire *wire);
void nonblocking_pipes(struct wire *wire);  // all else blocks

// Sets up what the wires of a program have in common. SIGPIPE is deadly, and so is a call that
// blocks.
void wires_open(int argc, char **argv);
int wires_done(void);  // the exit code
extern const inkotls_client_config *client;
extern const inkotls_server_config *server;

// Each attaches what it makes.
struct wire wire_with_client(medium over);
struct wire wire_with_both(medium over);
struct wire wire_shaken(medium over);  // and a handshake that succeeds
inkotls_status wire_attach(const struct wire *wire, int side);
inkotls_status wire_attach_acceptor(const struct wire *wire, inkotls_acceptor *acceptor);
void wire_free(struct wire *wire);

// Waits until what either side reads from or writes to is ready for what it wants.
void wire_wait(const struct wire *wire, inkotls_status at_client, inkotls_status at_server);
int is_wanting(inkotls_status status);

// Both handshakes, and how they end.
void wire_shake(struct wire *wire, inkotls_status want_client, inkotls_status want_server);

// Calls until the answer is final.
inkotls_status wire_handshake(struct wire *wire, int side);
inkotls_status wire_read(struct wire *wire, int side, void *buf, size_t cap, size_t *len);

void wire_say(struct wire *wire, int side, const char *text);
void wire_hear(struct wire *wire, int side, const char *text);

// Writes to a peer that has left, until that is found out.
void wire_write_in_vain(struct wire *wire, int side);

// Bytes past the connection, for as long as nothing waits; returns how many.
size_t wire_put(const struct wire *wire, int side, const void *data, size_t len);
size_t wire_get(const struct wire *wire, int side, void *buf, size_t cap);

// A side reads no more; says no more; goes away; goes away with a reset. The other's kernel knows
// on return.
void wire_deafen(struct wire *wire, int side);
void wire_mute(struct wire *wire, int side);
void wire_leave(struct wire *wire, int side);
void wire_reset(struct wire *wire, int side);

// A stream whose bytes tell their position.
struct stream {
  size_t written, received;
};
inkotls_status pour(inkotls_conn *conn, struct stream *stream);
inkotls_status drink(inkotls_conn *conn, struct stream *stream);

#endif
