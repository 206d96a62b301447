// The shim of BoringSSL's protocol suite (ssl/test/runner, PORTING.md there): it connects to the
// runner, and does as a client or a server what the flags say. It ends with 0 where all went as
// expected, 1 where not, and 89 where the flags ask for what this library does not do.

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

struct session session;

_Noreturn void fail(const char *what, ...) {
  va_list args;
  va_start(args, what);
  vfprintf(stderr, what, args);
  va_end(args);
  fputc('\n', stderr);
  if (session.fd > 0) transport_end();
  exit(1);
}

static void must(inkotls_status status) {
  if (status != INKOTLS_STATUS_OK) fail("%s", inkotls_conn_error(session.conn));
}

// What `drive` repeats, and what it works on.

static uint8_t *data;
static size_t data_len, done;

static inkotls_status handshake(void) { return inkotls_conn_handshake(session.conn); }
static inkotls_status flush(void) { return inkotls_conn_flush(session.conn); }
static inkotls_status close_conn(void) { return inkotls_conn_close(session.conn); }
static inkotls_status update_keys(void) { return inkotls_conn_update_keys(session.conn); }
static inkotls_status write_some(void) {
  return inkotls_conn_write(session.conn, data, data_len, &done);
}
static inkotls_status write_early(void) {
  return inkotls_conn_write_early_data(session.conn, data, data_len, &done);
}
static inkotls_status read_early(void) {
  return inkotls_conn_read_early_data(session.conn, data, data_len, &done);
}
static inkotls_status read_some(void) {
  const uint8_t *lent;
  if (!session.flags->peek_then_read) return inkotls_conn_read(session.conn, data, data_len, &done);
  inkotls_status status = inkotls_conn_read_peek(session.conn, &lent, &done);
  if (status != INKOTLS_STATUS_OK) return status;
  if (done > data_len) done = data_len;
  memcpy(data, lent, done);
  return inkotls_conn_read_consume(session.conn, done);
}

static inkotls_status repeat(step *step, const void *bytes, size_t len) {
  data = (uint8_t *)bytes;
  data_len = len;
  return drive(step);
}

static void write_all(const void *bytes, size_t len) {
  for (const uint8_t *from = bytes; len > 0; from += done, len -= done)
    must(repeat(write_some, from, len));
  if (!session.is_held) must(drive(flush));
}

static void answer(uint8_t *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) bytes[i] ^= 0xff;
}

// Early data.

static void send_early_data(void) {
  const struct flags *flags = session.flags;
  if (!session.is_resume || !flags->enable_early_data) return;
  size_t len = flags->shim_writes_first || flags->read_with_unfinished_write ? 5 : 0;
  inkotls_status status = repeat(write_early, "hello", len);
  if (status == INKOTLS_STATUS_NONE) return;
  must(status);
  session.offered_early_data = 1;
  session.said_early = done;
}

static void echo_early_data(void) {
  uint8_t buf[512];
  inkotls_status status;
  while ((status = repeat(read_early, buf, sizeof buf)) == INKOTLS_STATUS_OK) {
    size_t len = done;
    answer(buf, len);
    for (const uint8_t *from = buf; len > 0; from += done, len -= done)
      must(repeat(write_early, from, len));
  }
  if (status != INKOTLS_STATUS_NONE) must(status);
}

// The handshake.

static void reverify(void) {
  const struct flags *flags = session.flags;
  if (session.is_resume && flags->reverify_on_resume && flags->verify_fail)
    fail("the certificate of a resumed session was refused");
}

static void shake(void) {
  const struct flags *flags = session.flags;
  if (!flags->is_server) send_early_data();
  if (flags->is_server && flags->enable_early_data) echo_early_data();
  if (flags->implicit_handshake && !session.offered_early_data) return;
  inkotls_status status = drive(handshake);
  if (status != INKOTLS_STATUS_OK) expect_refusal();
  must(status);
  if (session.offered_early_data && flags->expect_no_offer_early_data)
    fail("early data was offered");
  if (session.offered_early_data && inkotls_conn_is_early_data_accepted(session.conn) == 0) {
    if (!flags->expect_reject_early_data) fail("early data was refused");
    session.flags = session.retry;
    session.said_early = 0;
  }
  expect_handshake();
  if (flags->handshake_twice || flags->no_op_extra_handshake) must(handshake());
}

// After it.

static void export_keys(size_t len) {
  const struct flags *flags = session.flags;
  uint8_t keys[2048];
  if (len > sizeof keys) unimplemented("so much keying material");
  const char *label = flags->export_label ? flags->export_label : "";
  const char *context = flags->export_context ? flags->export_context : "";
  must(inkotls_conn_export_keying_material(
      session.conn, label, strlen(label), flags->use_export_context ? context : NULL,
      flags->use_export_context ? strlen(context) : 0, keys, len));
  write_all(keys, len);
}

static void write_secret(const char *digits) {
  uint8_t secret[128];
  size_t len = strlen(digits) / 2;
  for (size_t i = 0; i < len; i++) sscanf(digits + 2 * i, "%2hhx", &secret[i]);
  write_all(secret, len);
}

static void export_secrets(void) {
  int is_server = session.flags->is_server != 0;
  size_t len = strlen(session.client_secret) / 2;
  write_all((uint8_t[]){(uint8_t)len, (uint8_t)(len >> 8)}, 2);
  write_secret(is_server ? session.client_secret : session.server_secret);
  write_secret(is_server ? session.server_secret : session.client_secret);
}

static void write_first(void) {
  const struct flags *flags = session.flags;
  if (flags->read_with_unfinished_write && session.said_early == 0) {
    if (flags->over_fd) unimplemented("a write that stops after a byte, by the library itself");
    uint8_t byte;
    must(drive(handshake));
    session.is_held = 1;
    write_all("hello", 5);
    size_t len;
    inkotls_conn_drain(session.conn, &byte, 1, &len);
    transport_send(&byte, len);
  } else if (flags->shim_writes_first) {
    write_all("hello" + session.said_early, 5 - session.said_early);
  }
}

// Until the peer closes.
static void echo(void) {
  const struct flags *flags = session.flags;
  uint8_t buf[65536];
  size_t cap = flags->read_size > 0 ? (size_t)flags->read_size : 512;
  if (cap > sizeof buf) unimplemented("so large a read");
  for (;;) {
    if (flags->key_update_before_read) must(drive(update_keys));
    if (flags->use_exporter_between_reads)
      must(inkotls_conn_export_keying_material(session.conn, "x", 1, NULL, 0, buf, 16));
    inkotls_status status = repeat(read_some, buf, cap);
    if (status == INKOTLS_STATUS_CLOSED) return;
    if (status == INKOTLS_STATUS_UNEXPECTED_EOF && !flags->check_close_notify) return;
    must(status);
    size_t len = done;
    session.is_held = 0;
    if (flags->key_update) must(drive(update_keys));
    answer(buf, len);
    write_all(buf, len);
  }
}

static void shut_down(void) {
  uint8_t byte;
  if (!session.flags->check_close_notify) return;
  must(drive(close_conn));
  if (!session.flags->shim_shuts_down) return;
  inkotls_status status = repeat(read_some, &byte, 1);
  if (status == INKOTLS_STATUS_OK) fail("application data after close_notify");
  if (status != INKOTLS_STATUS_CLOSED) must(status);
}

static void run(const struct flag_sets *sets, int is_resume) {
  const struct flags *flags = is_resume ? &sets->resume : &sets->initial;
  session = (struct session){.flags = flags, .retry = &sets->retry, .is_resume = is_resume};
  session.has_ticket_keys = !sets->initial.enable_early_data && !sets->resume.enable_early_data;
  session.credential = -1;
  session_open();
  shake();
  if (!flags->implicit_handshake) reverify();
  if (flags->export_keying_material) export_keys((size_t)flags->export_keying_material);
  if (flags->export_traffic_secrets) export_secrets();
  write_first();
  if (!flags->shim_shuts_down) echo();
  expect_end();
  if (flags->implicit_handshake) reverify();
  shut_down();
  transport_end();
  inkotls_conn_free(session.conn);
  clock_advance(flags->resumption_delay);
}

int main(int argc, char **argv) {
  static struct flag_sets sets;
  if (strcmp(argv[argc - 1], "-is-handshaker-supported") == 0) return puts("No"), 0;
  flags_parse(&sets, argc, argv);
  for (long i = 0; i <= sets.initial.resume_count; i++) run(&sets, i > 0);
  return 0;
}
