#include "glue.h"

#include "_cgo_export.h"

struct result go_call(inkotls_conn *conn, enum call call, uint8_t *buf, size_t len,
                      const uint8_t *in, size_t in_len, int32_t is_eof, uint8_t *out, size_t cap) {
  struct result result = {0};
  if (in_len > 0) result.status = inkotls_conn_feed(conn, in, in_len, &result.fed);
  if (is_eof) result.status = inkotls_conn_feed_eof(conn);
  if (result.status < 0) return result;
  switch (call) {
    case CALL_HANDSHAKE:
      result.status = inkotls_conn_handshake(conn);
      break;
    case CALL_READ:
      result.status = inkotls_conn_read(conn, buf, len, &result.len);
      break;
    case CALL_WRITE:
      result.status = inkotls_conn_write(conn, buf, len, &result.len);
      break;
    case CALL_READ_EARLY_DATA:
      result.status = inkotls_conn_read_early_data(conn, buf, len, &result.len);
      break;
    case CALL_WRITE_EARLY_DATA:
      result.status = inkotls_conn_write_early_data(conn, buf, len, &result.len);
      break;
    case CALL_FLUSH:
      result.status = inkotls_conn_flush(conn);
      break;
    case CALL_CLOSE:
      result.status = inkotls_conn_close(conn);
      break;
  }
  // After the handshake, a reader leaves what is queued to the writer, unless the connection
  // failed.
  if (call != CALL_READ || result.status == INKOTLS_STATUS_WANT_WRITE)
    inkotls_conn_drain(conn, out, cap, &result.drained);
  result.state = inkotls_conn_state(conn);
  return result;
}

// The handle of the caller is valid in this call only, and callbacks that may block run only here.
void go_run_blocking(inkotls_conn *conn, uintptr_t running) {
  inkotls_conn_set_user_data(conn, (void *)running);
  inkotls_conn_run_blocking(conn);
  inkotls_conn_set_user_data(conn, NULL);
}

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *verification) {
  return goVerify((uintptr_t)user_data, (uintptr_t)conn_user_data, verification);
}

static int32_t sign(void *user_data, void *conn_user_data, int32_t scheme, const uint8_t *message,
                    size_t len, uint8_t *buf, size_t cap) {
  return goSign((uintptr_t)user_data, (uintptr_t)conn_user_data, scheme, (uint8_t *)message, len,
                buf, cap);
}

static void log_keys(void *user_data, void *conn_user_data, const char *line, size_t len) {
  (void)conn_user_data;
  goLogKeys((uintptr_t)user_data, (char *)line, len);
}

inkotls_status go_set_client_verifier(inkotls_client_builder *builder, uintptr_t handle) {
  return inkotls_client_builder_set_dangerous_verifier(builder, verify, (void *)handle, 1);
}

inkotls_status go_set_server_verifier(inkotls_server_builder *builder, uintptr_t handle) {
  return inkotls_server_builder_set_dangerous_verifier(builder, verify, (void *)handle, 1);
}

inkotls_status go_set_client_key_log(inkotls_client_builder *builder, uintptr_t handle) {
  return inkotls_client_builder_set_dangerous_key_log(builder, log_keys, (void *)handle);
}

inkotls_status go_set_server_key_log(inkotls_server_builder *builder, uintptr_t handle) {
  return inkotls_server_builder_set_dangerous_key_log(builder, log_keys, (void *)handle);
}

inkotls_status go_set_signer(inkotls_identity *identity, const uint16_t *schemes, size_t count,
                             uintptr_t handle) {
  return inkotls_identity_set_signer(identity, schemes, count, sign, (void *)handle, 1);
}
