// What Go calls and what calls Go: one crossing does as much as possible, because every crossing
// costs.

#ifndef INKOTLS_GO_GLUE_H
#define INKOTLS_GO_GLUE_H

#include "inkotls.h"

enum call {
  CALL_HANDSHAKE,
  CALL_READ,
  CALL_WRITE,
  CALL_READ_EARLY_DATA,
  CALL_WRITE_EARLY_DATA,
  CALL_FLUSH,
  CALL_CLOSE,
};

struct result {
  inkotls_status status;
  size_t len;      // plaintext that was read or consumed
  size_t fed;      // ciphertext that was accepted
  size_t drained;  // ciphertext that must be sent
  int32_t state;   // of the connection, after the call
};

// Feeds what was received (in_len bytes, or the end of file), makes a call, and drains what must be
// sent.
struct result go_call(inkotls_conn *conn, enum call call, uint8_t *buf, size_t len,
                      const uint8_t *in, size_t in_len, int32_t is_eof, uint8_t *out, size_t cap);

// Runs the announced step. Callbacks receive `running`, a handle of Go.
void go_run_blocking(inkotls_conn *conn, uintptr_t running);

// The setters of callbacks take a handle of Go, which is a number, as the user data.
inkotls_status go_set_client_verifier(inkotls_client_builder *builder, uintptr_t verify);
inkotls_status go_set_server_verifier(inkotls_server_builder *builder, uintptr_t verify);
inkotls_status go_set_client_key_log(inkotls_client_builder *builder, uintptr_t writer);
inkotls_status go_set_server_key_log(inkotls_server_builder *builder, uintptr_t writer);
inkotls_status go_set_signer(inkotls_identity *identity, const uint16_t *schemes, size_t count,
                             uintptr_t signer);

#endif
