// An acceptor whose host moves the ciphertext: the alert that it sends, the alert that it receives,
// and a client that leaves before its ClientHello is whole. What an acceptor shows of a ClientHello
// is in alpn_and_client_hello.c.

#include <errno.h>
#include <string.h>

#include "pair.h"

enum { CLOSE_NOTIFY = 0, HANDSHAKE_FAILURE = 40, DECODE_ERROR = 50 };

static const char half[] = "\x16\x03\x01\0\x04\x01\0";  // of a ClientHello

static inkotls_acceptor *that_heard(const char *bytes, size_t len) {
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  size_t used = 0;
  CHECK_INT(inkotls_acceptor_feed(acceptor, bytes, len, &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, len);
  return acceptor;
}

#define THAT_HEARD(text) that_heard(text, sizeof text - 1)

// Ends each scenario: the answer stays the same, and there is nothing to send.
static void ended(inkotls_acceptor *acceptor, inkotls_status status, int sent, int received) {
  char net[16];
  size_t len = 99;
  for (int again = 0; again < 3; again++) CHECK_INT(inkotls_acceptor_accept(acceptor), status);
  CHECK_INT(inkotls_acceptor_alert_sent(acceptor), sent);
  CHECK_INT(inkotls_acceptor_alert_received(acceptor), received);
  CHECK_INT(inkotls_acceptor_drain(acceptor, net, sizeof net, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 0);
  inkotls_acceptor_free(acceptor);
}

static void sends_an_alert(void) {
  static const char alert[] = {21, 3, 3, 0, 2, 2, DECODE_ERROR};
  char net[sizeof alert];
  inkotls_acceptor *acceptor = THAT_HEARD("GET / HTTP/1.1\r\n\r\n");
  for (size_t i = 0, len = 0; i < sizeof alert; i++) {
    CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_WRITE);
    CHECK_INT(inkotls_acceptor_drain(acceptor, net + i, 1, &len), INKOTLS_STATUS_OK);
    CHECK_INT(len, 1);
  }
  CHECK(memcmp(net, alert, sizeof alert) == 0);
  ended(acceptor, INKOTLS_STATUS_PROTOCOL_ERROR, DECODE_ERROR, INKOTLS_STATUS_NONE);
}

static void receives_an_alert(void) {
  ended(THAT_HEARD("\x15\x03\x03\0\x02\x02\x28"), INKOTLS_STATUS_ALERT_RECEIVED,
        INKOTLS_STATUS_NONE, HANDSHAKE_FAILURE);
  ended(THAT_HEARD("\x15\x03\x03\0\x02\x01\0"), INKOTLS_STATUS_CLOSED, INKOTLS_STATUS_NONE,
        CLOSE_NOTIFY);
}

static void client_leaves(void) {
  inkotls_acceptor *acceptor = THAT_HEARD(half);
  size_t used;
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_acceptor_feed_eof(acceptor), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_feed(acceptor, "x", 1, &used), INKOTLS_STATUS_INVALID_STATE);
  ended(acceptor, INKOTLS_STATUS_UNEXPECTED_EOF, INKOTLS_STATUS_NONE, INKOTLS_STATUS_NONE);
}

static int32_t reads(void *user_data, uint8_t *buf, size_t cap) {
  (void)buf, (void)cap;
  ++*(int *)user_data;
  return -EAGAIN;
}

static int32_t writes(void *user_data, const uint8_t *data, size_t len) {
  (void)user_data, (void)data, (void)len;
  return -EAGAIN;
}

static void is_detached(void) {
  int calls = 0;
  inkotls_acceptor *acceptor = THAT_HEARD(half);
  CHECK_INT(inkotls_acceptor_set_io(acceptor, reads, writes, &calls), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(calls, 1);
  CHECK_INT(inkotls_acceptor_detach(acceptor), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(calls, 1);
  CHECK_INT(inkotls_acceptor_feed_eof(acceptor), INKOTLS_STATUS_OK);
  ended(acceptor, INKOTLS_STATUS_UNEXPECTED_EOF, INKOTLS_STATUS_NONE, INKOTLS_STATUS_NONE);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once("an acceptor sends an alert", sends_an_alert);
  once("an acceptor receives an alert", receives_an_alert);
  once("a client leaves before its ClientHello is whole", client_leaves);
  once("an acceptor is detached", is_detached);
  return checks_done();
}
