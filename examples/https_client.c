// An HTTPS client on poll(2): connects, verifies, asks, and prints the body of the answer.
//
//     https_client [-v] [--ca FILE]... [--pin SHA256] [--connect HOST:PORT] [--alpn PROTO]...
//                  [--max-time SECONDS] https://HOST[:PORT][/PATH]
//
// -v          tells on stderr what was agreed on; after a failure, the alerts and the reason
// --ca        trusts the authorities in this PEM file, instead of the platform's
// --pin       trusts only the certificate with this fingerprint, in hex, if it is otherwise good
// --connect   goes to this address; the certificate must be HOST's all the same
// --alpn      offers this protocol
// --max-time  ends after this many seconds, whatever the peer does; 300 by default
//
// Exits with 0, with 1 where TLS or the network failed, with 2 where it was called wrongly.
// All there is to TLS is in `converse`; the rest is HTTP, sockets and words.

#define _GNU_SOURCE 1  // asprintf, memmem, strcasestr

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "inkotls.h"

enum { DONE, FAILED, USAGE };  // exit codes

enum {
  MAX_TIME_S = 300,        // how long all of it may take, unless --max-time says otherwise
  PATIENCE_MS = 30000,     // how long a peer may be silent
  LINGER_MS = 2000,        // how long it may go on after we have finished
  LINGER_BYTES = 1 << 20,  // and what it may still send then
};

struct place {
  char host[1024], port[6];
};

struct options {
  bool verbose;
  inkotls_client_builder *builder;
  inkotls_roots *roots;  // NULL: the platform's
  uint8_t pin[32];
  struct place url, connect;
  char *request;
  int64_t deadline;  // in ms
};

struct answer {
  bool in_body;
  long long expected, received;  // bytes of the body; expected -1: up to close_notify
  size_t len;
  char text[16384];  // the head; once that is whole, pieces of the body: `len` bytes
};

struct exchange {
  const struct options *options;
  inkotls_conn *tls;
  int fd;
  struct answer answer;
  char unsent[512];  // why the request could not be sent, or ""
};

static int parse_options(struct options *options, int argc, char **argv);
static bool parse_url(const char *url, struct options *options);
static bool parse_pin(const char *hex, uint8_t pin[32]);
static bool parse_seconds(const char *text, int64_t *deadline);
static const char *parse_place(const char *text, const char *default_port, struct place *place);
static int32_t verify(void *pin, void *conn_user_data, inkotls_verification *verification);
static int run(struct options *options);
static int connect_to(const struct options *options);
static int connect_one(const struct addrinfo *address, int64_t deadline);
static int fetch(struct exchange *exchange);
static inkotls_status converse(struct exchange *exchange);
static bool wait_for(const struct exchange *exchange, inkotls_status status);
static void take(struct answer *answer, size_t len);
static bool is_http(const struct answer *answer);
static bool is_over(const struct answer *answer);
static int judge(const struct exchange *exchange, inkotls_status status);
static void tell_facts(const inkotls_conn *tls);
static void tell_refusals(const inkotls_conn *tls);
static void linger(const struct exchange *exchange);
static int time_left(int64_t deadline, int most);
static int64_t now(void);
static int fail(const char *message);

int main(int argc, char **argv) {
  struct options options = {.builder = inkotls_client_builder_new(),
                            .deadline = now() + MAX_TIME_S * 1000};
  int result = parse_options(&options, argc, argv);
  if (result == USAGE) {
    fprintf(stderr,
            "usage: https_client [-v] [--ca FILE]... [--pin SHA256] [--connect HOST:PORT] "
            "[--alpn PROTO]... [--max-time SECONDS] https://HOST[:PORT][/PATH]\n");
  }
  if (result == DONE) result = run(&options);
  inkotls_client_builder_free(options.builder);
  inkotls_roots_free(options.roots);
  free(options.request);
  if (fflush(stdout) != 0 && result == DONE) result = fail(strerror(errno));
  return result;
}

static int parse_options(struct options *options, int argc, char **argv) {
  static const struct option names[] = {
      {"ca", required_argument, NULL, 'a'},       {"connect", required_argument, NULL, 'c'},
      {"alpn", required_argument, NULL, 'p'},     {"pin", required_argument, NULL, 'f'},
      {"max-time", required_argument, NULL, 't'}, {0}};
  inkotls_client_builder *builder = options->builder;
  const char *connect = NULL;
  int option;
  while ((option = getopt_long(argc, argv, "v", names, NULL)) != -1) {
    size_t len = optarg ? strlen(optarg) : 0;
    switch (option) {
      case 'v':
        options->verbose = true;
        break;
      case 'a':
        if (!options->roots) options->roots = inkotls_roots_new();
        if (inkotls_roots_add_pem_file(options->roots, optarg, len) != INKOTLS_STATUS_OK) {
          return fail(inkotls_roots_error(options->roots));
        }
        break;
      case 'p':
        if (inkotls_client_builder_add_alpn(builder, optarg, len) != INKOTLS_STATUS_OK) {
          return fail(inkotls_client_builder_error(builder));
        }
        break;
      case 'f':
        if (!parse_pin(optarg, options->pin)) return USAGE;
        inkotls_client_builder_set_dangerous_verifier(builder, verify, options->pin, 0);
        break;
      case 'c':
        connect = optarg;
        break;
      case 't':
        if (!parse_seconds(optarg, &options->deadline)) return USAGE;
        break;
      default:
        return USAGE;
    }
  }
  if (optind != argc - 1 || !parse_url(argv[optind], options)) return USAGE;
  options->connect = options->url;
  const char *end = connect ? parse_place(connect, options->url.port, &options->connect) : "";
  return end && *end == 0 ? DONE : USAGE;
}

static bool parse_url(const char *url, struct options *options) {
  if (strncmp(url, "https://", 8) != 0) return false;
  const char *authority = url + 8, *path = parse_place(authority, "443", &options->url);
  if (!path || (*path != 0 && *path != '/')) return false;
  // Of HTTP 1.0, so that the body comes in one piece.
  return asprintf(&options->request, "GET %s HTTP/1.0\r\nHost: %.*s\r\n\r\n", *path ? path : "/",
                  (int)(path - authority), authority) > 0;
}

static bool parse_pin(const char *hex, uint8_t pin[32]) {
  if (strlen(hex) != 64 || strspn(hex, "0123456789abcdefABCDEF") != 64) return false;
  for (size_t i = 0; i < 32; i++) sscanf(hex + 2 * i, "%2hhx", &pin[i]);
  return true;
}

static bool parse_seconds(const char *text, int64_t *deadline) {
  char *end;
  long seconds = strtol(text, &end, 10);
  if (*end != 0 || seconds <= 0 || seconds > INT32_MAX) return false;
  *deadline = now() + seconds * (int64_t)1000;
  return true;
}

// Reads HOST, HOST:PORT, [ADDRESS] or [ADDRESS]:PORT, where ADDRESS is of IPv6. Returns its end,
// or NULL.
static const char *parse_place(const char *text, const char *default_port, struct place *place) {
  int len = 0;
  if (sscanf(text, "[%1023[^]]]%n", place->host, &len) != 1 || len == 0) {
    if (sscanf(text, "%1023[^:/]%n", place->host, &len) != 1) return NULL;
  }
  text += len;
  strcpy(place->port, default_port);
  if (*text != ':') return text;
  return sscanf(text, ":%5[0-9]%n", place->port, &len) == 1 ? text + len : NULL;
}

// The standard verification first, then a rule of our own.
static int32_t verify(void *pin, void *conn_user_data, inkotls_verification *verification) {
  (void)conn_user_data;
  inkotls_certificate *certificate = NULL;
  const uint8_t *der, *fingerprint;
  size_t len;
  int32_t verdict = inkotls_verification_verify(verification);
  if (verdict != INKOTLS_VERDICT_ACCEPTED) return verdict;
  verdict = INKOTLS_CERTIFICATE_ERROR_OTHER;
  if (inkotls_verification_certificate(verification, 0, &der, &len) == INKOTLS_STATUS_OK &&
      inkotls_certificate_new(der, len, &certificate) == INKOTLS_STATUS_OK &&
      inkotls_certificate_fingerprint(certificate, &fingerprint, &len) == INKOTLS_STATUS_OK &&
      memcmp(fingerprint, pin, len) == 0) {
    verdict = INKOTLS_VERDICT_ACCEPTED;
  }
  inkotls_certificate_free(certificate);
  return verdict;
}

static int run(struct options *options) {
  const inkotls_client_config *config;
  if ((options->roots &&
       inkotls_client_builder_set_roots(options->builder, options->roots) != INKOTLS_STATUS_OK) ||
      inkotls_client_builder_build(options->builder, &config) != INKOTLS_STATUS_OK) {
    return fail(inkotls_client_builder_error(options->builder));
  }
  options->builder = NULL;  // it became the config

  inkotls_conn *tls;
  const char *name = options->url.host;
  inkotls_status status = inkotls_conn_new_client(config, name, strlen(name), &tls);
  inkotls_client_config_release(config);  // the connection keeps its own reference
  if (status != INKOTLS_STATUS_OK) return fail(inkotls_status_text(status));

  int fd = connect_to(options);
  struct exchange exchange = {.options = options, .tls = tls, .fd = fd, .answer.expected = -1};
  int result = fd >= 0 ? fetch(&exchange) : FAILED;
  inkotls_conn_free(tls);
  if (fd >= 0) close(fd);
  return result;
}

// Tries every address in turn.
static int connect_to(const struct options *options) {
  const struct place *place = &options->connect;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *addresses;
  int error = getaddrinfo(place->host, place->port, &hints, &addresses), fd = -1;
  if (error == 0) {
    for (struct addrinfo *one = addresses; one && fd < 0; one = one->ai_next) {
      fd = connect_one(one, options->deadline);
    }
    freeaddrinfo(addresses);
  }
  if (fd < 0) {
    fprintf(stderr, "https_client: cannot connect to %s port %s: %s\n", place->host, place->port,
            error == 0 || error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
  }
  return fd;
}

static int connect_one(const struct addrinfo *address, int64_t deadline) {
  int fd = socket(address->ai_family, SOCK_STREAM, 0);
  if (fd < 0) return fd;
  fcntl(fd, F_SETFL, O_NONBLOCK);
  if (connect(fd, address->ai_addr, address->ai_addrlen) == 0) return fd;
  int error = errno;
  if (error == EINPROGRESS) {
    struct pollfd connected = {.fd = fd, .events = POLLOUT};
    error = ETIMEDOUT;
    if (poll(&connected, 1, time_left(deadline, PATIENCE_MS)) == 1) {
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
    }
    if (error == 0) return fd;
  }
  close(fd);
  errno = error;
  return -1;
}

static int fetch(struct exchange *exchange) {
  inkotls_conn *tls = exchange->tls;
  inkotls_status status = converse(exchange);
  int result = judge(exchange, status);  // before another call replaces the error message
  if (status == INKOTLS_STATUS_OK || status == INKOTLS_STATUS_CLOSED) {
    while (wait_for(exchange, inkotls_conn_close(tls))) continue;
  }
  if (exchange->options->verbose) tell_refusals(tls);
  linger(exchange);
  return result;
}

static inkotls_status converse(struct exchange *exchange) {
  const struct options *options = exchange->options;
  struct answer *answer = &exchange->answer;
  inkotls_conn *tls = exchange->tls;
  inkotls_status status = inkotls_conn_set_fd(tls, exchange->fd);
  if (status != INKOTLS_STATUS_OK) return status;
  while (wait_for(exchange, status = inkotls_conn_handshake(tls))) continue;
  if (status != INKOTLS_STATUS_OK) return status;
  if (options->verbose) tell_facts(tls);

  const char *data = options->request, *end = data + strlen(data);
  while (data < end && status == INKOTLS_STATUS_OK) {
    size_t rest = (size_t)(end - data), used;
    while (wait_for(exchange, status = inkotls_conn_write(tls, data, rest, &used))) continue;
    if (status == INKOTLS_STATUS_OK) data += used;
  }
  if (status == INKOTLS_STATUS_OK) {
    while (wait_for(exchange, status = inkotls_conn_flush(tls))) continue;
  }
  if (status > 0) return status;
  if (status < 0) {  // the peer may say why
    snprintf(exchange->unsent, sizeof exchange->unsent, "%s", inkotls_conn_error(tls));
  }

  status = INKOTLS_STATUS_OK;
  while (status == INKOTLS_STATUS_OK && !is_over(answer) && now() < options->deadline) {
    char *text = answer->text + answer->len;
    size_t room = sizeof answer->text - answer->len, len;
    while (wait_for(exchange, status = inkotls_conn_read(tls, text, room, &len))) continue;
    if (status == INKOTLS_STATUS_OK) take(answer, len);
  }
  return status;
}

// Waits for what the status wants. True if the call is to be made again. This program has nothing
// else to do, so it may block.
static bool wait_for(const struct exchange *exchange, inkotls_status status) {
  if (status == INKOTLS_STATUS_WANT_BLOCKING) {
    return inkotls_conn_run_blocking(exchange->tls) == INKOTLS_STATUS_OK;
  }
  if (status != INKOTLS_STATUS_WANT_READ && status != INKOTLS_STATUS_WANT_WRITE) return false;
  short events = status == INKOTLS_STATUS_WANT_READ ? POLLIN : POLLOUT;
  int ms = time_left(exchange->options->deadline, PATIENCE_MS);
  return ms > 0 && poll(&(struct pollfd){.fd = exchange->fd, .events = events}, 1, ms) != 0;
}

// Takes what was read to the end of the text: finds the end of the head, prints the body.
static void take(struct answer *answer, size_t len) {
  answer->len += len;
  if (!answer->in_body) {
    if (!is_http(answer)) return;
    char *body = memmem(answer->text, answer->len, "\r\n\r\n", 4);
    if (!body) return;
    *body = 0;
    const char *length = strcasestr(answer->text, "\r\nContent-Length:");
    if (length) answer->expected = strtoll(length + 17, NULL, 10);
    answer->in_body = true;
    body += 4;
    answer->len -= (size_t)(body - answer->text);
    memmove(answer->text, body, answer->len);
  }
  fwrite(answer->text, 1, answer->len, stdout);
  answer->received += (long long)answer->len;
  answer->len = 0;
}

// Whether the head begins as one of HTTP does, as far as it has come.
static bool is_http(const struct answer *answer) {
  return memcmp(answer->text, "HTTP/", answer->len < 5 ? answer->len : 5) == 0;
}

// Nothing more has to be read: the body is whole, or what came is not HTTP, or its head does not
// fit.
static bool is_over(const struct answer *answer) {
  if (!answer->in_body) return !is_http(answer) || answer->len == sizeof answer->text;
  return answer->expected >= 0 && answer->received >= answer->expected;
}

// Says what went wrong, if anything did. What comes after a whole body does not matter.
static int judge(const struct exchange *exchange, inkotls_status status) {
  const struct answer *answer = &exchange->answer;
  bool ended = status == INKOTLS_STATUS_CLOSED || status == INKOTLS_STATUS_UNEXPECTED_EOF;
  bool has_begun = answer->in_body || answer->len > 0;
  if (answer->in_body && is_over(answer)) return DONE;
  if (answer->in_body && answer->expected < 0 && status == INKOTLS_STATUS_CLOSED) return DONE;
  if (is_over(answer)) return fail("the answer is not HTTP");
  if (status >= 0 && now() >= exchange->options->deadline)
    return fail("the exchange took too long");
  if (status >= 0) return fail("the peer has been silent for too long");

  // A failure to send explains the end that follows it; an alert explains that failure.
  const char *error = inkotls_conn_error(exchange->tls);
  if (exchange->unsent[0] && status != INKOTLS_STATUS_ALERT_RECEIVED) error = exchange->unsent;
  if (has_begun) {
    fprintf(stderr, "https_client: the answer is truncated: %s\n", error);
    return FAILED;
  }
  bool was_asked = !(inkotls_conn_state(exchange->tls) & INKOTLS_STATE_HANDSHAKING);
  if (ended && was_asked && !exchange->unsent[0]) return fail("the peer left without an answer");
  return fail(error);
}

static void tell_facts(const inkotls_conn *tls) {
  const uint8_t *alpn = (const uint8_t *)"none", *der;
  size_t alpn_len = 4, der_len, count = 0;
  inkotls_conn_alpn(tls, &alpn, &alpn_len);  // NONE leaves them as they are
  while (inkotls_conn_peer_certificate(tls, count, &der, &der_len) == INKOTLS_STATUS_OK) count++;
  fprintf(stderr,
          "version: %s\nsuite: %s\ngroup: %s\nalpn: %.*s\nresumed: %s\npeer certificates: %zu\n",
          inkotls_protocol_version_name(inkotls_conn_protocol_version(tls)),
          inkotls_cipher_suite_name(inkotls_conn_cipher_suite(tls)),
          inkotls_named_group_name(inkotls_conn_named_group(tls)), (int)alpn_len,
          (const char *)alpn, inkotls_conn_is_resumed(tls) == 1 ? "yes" : "no", count);
}

static void tell_refusals(const inkotls_conn *tls) {
  int32_t sent = inkotls_conn_alert_sent(tls), received = inkotls_conn_alert_received(tls);
  int32_t certificate = inkotls_conn_certificate_error(tls);
  // 0 is close_notify, which refuses nothing.
  if (sent > 0) fprintf(stderr, "alert sent: %s (%d)\n", inkotls_alert_name(sent), sent);
  if (received > 0) {
    fprintf(stderr, "alert received: %s (%d)\n", inkotls_alert_name(received), received);
  }
  if (certificate > 0) {
    fprintf(stderr, "the peer's certificate: %s\n", inkotls_certificate_error_text(certificate));
  }
}

// So that what we sent last, an alert perhaps, arrives: if the socket were closed while there is
// something to read, the reset that this causes would overtake it.
static void linger(const struct exchange *exchange) {
  struct pollfd readable = {.fd = exchange->fd, .events = POLLIN};
  int64_t end = now() + time_left(exchange->options->deadline, LINGER_MS);
  char scrap[16384];
  ssize_t len = 1;
  shutdown(exchange->fd, SHUT_WR);
  for (ssize_t total = 0; len > 0 && total < LINGER_BYTES; total += len) {
    int ms = time_left(end, LINGER_MS);
    len = ms > 0 && poll(&readable, 1, ms) == 1 ? recv(exchange->fd, scrap, sizeof scrap, 0) : 0;
  }
}

// Until the deadline, in ms; `most` at most.
static int time_left(int64_t deadline, int most) {
  int64_t left = deadline - now();
  return left < 0 ? 0 : left < most ? (int)left : most;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * (int64_t)1000 + time.tv_nsec / 1000000;
}

static int fail(const char *message) {
  fprintf(stderr, "https_client: %s\n", message);
  return FAILED;
}
