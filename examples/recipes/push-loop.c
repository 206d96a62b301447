// A client on a push loop, as in libuv: ciphertext comes unasked, also while nobody reads.

#include "recipe.h"

enum { TOTAL = 1 << 20, PIECE = 1 << 16 };  // libuv suggests pieces of 64 KiB

struct stream {
  int fd, has_ended;
  inkotls_conn *conn;
  size_t len, partial, full;      // of rest; how often feed accepted a part, and how often nothing
  unsigned char rest[2 * PIECE];  // ciphertext that has come and that feed has not accepted yet
};

// Feeds the rest. What feed does not accept stays in `rest`, in its order.
static void feed_rest(struct stream *stream) {
  size_t used = 0;  // FULL does not write it
  inkotls_status status = inkotls_conn_feed(stream->conn, stream->rest, stream->len, &used);
  if (status < 0) die(inkotls_conn_error(stream->conn));
  stream->full += status == INKOTLS_STATUS_FULL;
  stream->partial += status == INKOTLS_STATUS_OK && used < stream->len;
  stream->len -= used;
  memmove(stream->rest, stream->rest + used, stream->len);
  if (stream->has_ended && stream->len == 0) inkotls_conn_feed_eof(stream->conn);
}

// The loop calls it (uv_read_cb) with each piece that comes, and with 0 bytes at the end of file.
static void on_read(struct stream *stream, const void *piece, size_t len) {
  memcpy(stream->rest + stream->len, piece, len);
  stream->len += len;
  stream->has_ended = len == 0;
  feed_rest(stream);
}

// Sends the ciphertext that is queued. libuv would send a copy on the heap (uv_write).
static void send_queued(struct stream *stream) {
  char copy[16384];
  size_t len;
  while (!inkotls_conn_drain(stream->conn, copy, sizeof copy, &len) && len > 0)
    if (send(stream->fd, copy, len, MSG_NOSIGNAL) < 0) die("send");
}

// A turn of the loop: a piece comes, wanted or not. The loop stops reading (uv_read_stop) only
// while `rest` has no room for one more piece, so that the memory has a limit.
static void turn(struct stream *stream, int flags) {
  unsigned char piece[PIECE];
  send_queued(stream);
  if (stream->has_ended || stream->len > sizeof stream->rest - PIECE) return;
  ssize_t len = recv(stream->fd, piece, PIECE, flags);
  if (len < 0 && flags == 0) die("recv");
  if (len >= 0) on_read(stream, piece, (size_t)len);
}

static void send_much(inkotls_conn *conn, int fd) {
  static char text[TOTAL + 1];
  write_text(conn, fd, memset(text, 'x', TOTAL));
}

int main(void) {
  static struct stream stream;
  struct server server;
  char buf[4096];  // the application reads this much a turn
  size_t len, total = 0;
  inkotls_status status;
  const inkotls_client_config *config = build_client(new_client_builder());
  const inkotls_server_config *shown = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  stream.fd = start_server(&server, shown, send_much);
  if (inkotls_conn_new_client(config, "localhost", 9, &stream.conn)) die("the name");
  while ((status = inkotls_conn_read(stream.conn, buf, sizeof buf, &len)) >= 0) {
    if (status == INKOTLS_STATUS_OK) total += len;
    if (status == INKOTLS_STATUS_WANT_READ && stream.len > 0)
      feed_rest(&stream);  // feed accepts at least 16 KiB after WANT_READ
    else
      turn(&stream, status == INKOTLS_STATUS_WANT_READ ? 0 : MSG_DONTWAIT);
  }
  expect(status == INKOTLS_STATUS_CLOSED && total == TOTAL, "The client has read every byte.");
  expect(stream.partial > 0, "At times, feed accepted a part of what had come.");
  expect(stream.full > 0, "At times, feed accepted nothing (FULL).");
  inkotls_conn_close(stream.conn);
  send_queued(&stream);
  inkotls_conn_free(stream.conn);
  close(stream.fd);
  join_server(&server);
  inkotls_client_config_release(config);
  inkotls_server_config_release(shown);
  return 0;
}
