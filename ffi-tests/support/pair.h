// A client and a server with a wire between them, moved by one thread, byte for byte.
#ifndef PAIR_H
#define PAIR_H

#include "check.h"

// How a pair is driven. Every scenario runs in every way: see each_way.
struct way {
  enum transport { BUFFERS, FD, CALLBACKS, PIPES } over;  // feed and drain, set_fd, set_io, set_fds
  int in_rooms;  // BUFFERS: a connection is fed with feed_room, one of which is always there
  int through_acceptor;
  int on_new_threads;  // every call from a thread of its own
  size_t chunk;        // most bytes that the wire carries at a time
};

// Bytes on their way. A push takes what there is room for, and a pop gives what there is.
struct queue {
  size_t begin, end;
  unsigned char bytes[1 << 17];
};
size_t queue_len(const struct queue *queue);
size_t queue_push(struct queue *queue, const void *data, size_t len);
size_t queue_pop(struct queue *queue, void *buf, size_t cap);

struct side {
  const struct way *way;
  inkotls_conn *conn;
  inkotls_acceptor *acceptor;  // a server side, before its connection
  const inkotls_server_config *config;
  int fd[2], outer[2];  // FD and PIPES: ours and the wire's, to read from and to write to
  unsigned callbacks;   // CALLBACKS: how many there were
  uint8_t *room;        // in_rooms: what feed_room returned last, until it is filled
  size_t room_cap;
  int is_cut;               // the wire has given it the end
  unsigned blocking_steps;  // how many were announced and run
  struct queue on_the_way;  // taken from its peer, not yet given to it
  struct queue in, out;     // CALLBACKS: what can be read, what was written
};

struct pair {
  struct side client, server;
};

// Runs `scenario` in all ways.
void each_way(const char *name, void (*scenario)(const struct way *));

// The same within a scenario that has begun; `what` is printed with a failure.
void in_each_way(const char *what, void (*scenario)(const struct way *));

void pair_open(struct pair *pair, const struct way *way, const inkotls_client_config *client,
               const char *server_name, const inkotls_server_config *server);
void pair_free(struct pair *pair);

// One side alone, with what the wire would carry in the hands of the test.
void client_open(struct side *side, const struct way *way, const inkotls_client_config *config,
                 const char *server_name);
void server_open(struct side *side, const struct way *way, const inkotls_server_config *config);
void side_free(struct side *side);

// Drives both handshakes until neither wants anything; checks how they end.
void pair_handshake(struct pair *pair, inkotls_status client, inkotls_status server);
void pair_connect(struct pair *pair, const struct way *way, const inkotls_client_config *client,
                  const inkotls_server_config *server);  // open, and a handshake that succeeds

// Drives a handshake at whose end `side` refuses its peer's certificate, and the peer hears why.
void pair_refuses(struct pair *pair, struct side *side, inkotls_certificate_error error);

// The alert that tells the peer of a certificate error.
int alert_for(inkotls_certificate_error error, int32_t version);

// Until the server has answered the ClientHello; nothing of its answer has left it.
void pair_until_answered(struct pair *pair);

// Carries at most a chunk each way; returns how many bytes it took or gave.
size_t pair_carry(struct pair *pair);

// The calls, made from wherever the way says. A server side accepts and hands over by itself.
inkotls_status side_handshake(struct side *side);
inkotls_status side_read(struct side *side, void *buf, size_t cap, size_t *len);
inkotls_status side_write(struct side *side, const void *data, size_t len, size_t *used);
inkotls_status side_flush(struct side *side);
inkotls_status side_close(struct side *side);

// Those that drive a handshake run what they announce with WANT_BLOCKING, and go on. A test that
// calls the library itself has this for it.
void side_run_blocking(struct side *side);

// Whether a callback of the host's that may block comes from inkotls_conn_run_blocking.
int blocking_allowed(void);

// What the wire does: gives bytes to a side, takes bytes from it, ends.
size_t side_give(struct side *side, const void *data, size_t len);
size_t side_take(struct side *side, void *buf, size_t cap);
void side_cut(struct side *side);

// Takes back what feed_room returned, for a test that feeds the side itself.
void side_empty_room(struct side *side);

int side_alert_sent(const struct side *side);
int side_alert_received(const struct side *side);

// Calls until the answer is final, with the wire carrying in between.
inkotls_status pair_until_read(struct pair *pair, struct side *side, void *buf, size_t cap,
                               size_t *len);
inkotls_status pair_until_flushed(struct pair *pair, struct side *side);
inkotls_status pair_until_closed(struct pair *pair, struct side *side);

// The byte at a position of a stream that tells when bytes are lost, doubled or swapped.
unsigned char octet(size_t position);

// Configs out of the files of the test PKI, whose folder is the program's first argument.
void pki_open(int argc, char **argv);
const char *pki_path(const char *file);
size_t pki_read(const char *file, void *buf, size_t cap);
const inkotls_client_config *client_config(const char *ca, const char *const *alpn);
const inkotls_server_config *server_config(const char *name, const char *const *alpn);
extern const char *const no_alpn[];

// The same, in parts. A build uses its builder up, and succeeds.
inkotls_roots *roots_of(const char *ca);
inkotls_identity *identity_of(const char *name);
inkotls_client_builder *client_trusting(const char *ca);
inkotls_server_builder *server_showing(const char *name);
const inkotls_client_config *client_built(inkotls_client_builder *builder);
const inkotls_server_config *server_built(inkotls_server_builder *builder);

#endif
