// One connection of the shim: what its files know of it.
#ifndef BOGO_SESSION_H
#define BOGO_SESSION_H

#include "flags.h"
#include "inkotls.h"

struct session {
  const struct flags *flags;
  const struct flags *retry;  // take the place of `flags` once early data was refused
  int is_resume;
  int has_ticket_keys;  // no connection takes early data
  int fd;
  inkotls_conn *conn;
  inkotls_acceptor *acceptor;
  // What callbacks saw.
  int is_verified, sessions_kept, credential;
  char client_secret[256], server_secret[256];  // in hexadecimal digits
  // What happened on the way.
  int offered_early_data, is_held, is_deaf, is_hello_retried;
  int is_blocking;    // this is inkotls_conn_run_blocking
  size_t matched;     // bytes of the random that tells of a HelloRetryRequest
  size_t said_early;  // how much of "hello" was early data
};

// Callbacks belong to configs, which outlive a connection: there is one connection at a time.
extern struct session session;

// Ends the program with 1: `what` is for a person, and for the runner to find its error in.
_Noreturn void fail(const char *what, ...) __attribute__((format(printf, 1, 2)));

// setup.c: makes the connection that the flags ask for.
void session_open(void);

// transport.c: makes a call until it is done or failed, and moves ciphertext meanwhile.
typedef inkotls_status step(void);
void transport_connect(void);
inkotls_status drive(step *step);
void transport_send(const uint8_t *data, size_t len);
void transport_end(void);

// clock.c: what the library takes for the time.
void clock_advance(long seconds);
int64_t clock_now(void *user_data, void *conn_user_data);

// expect.c: ends the program where the handshake is not as the flags expect it.
void expect_hello(void);
void expect_verified_name(const struct flags *flags, const inkotls_verification *verification);
void expect_handshake(void);
void expect_refusal(void);
void expect_end(void);

#endif
