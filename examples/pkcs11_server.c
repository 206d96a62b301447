// An HTTPS server whose private key lives in a PKCS#11 token, such as an HSM, and never leaves it.
//
//     PKCS11_PIN=... pkcs11_server PORT MODULE TOKEN KEY CHAIN
//
// It listens on 127.0.0.1; PORT 0 is any free one. MODULE is the library that comes with the token;
// TOKEN and KEY are labels; CHAIN is a PEM file. The key is RSA, P-256, P-384 or Ed25519. The PIN
// is in the environment, where other users do not see it.
//
// A token takes its time. So the library announces that it may sign (WANT_BLOCKING), and another
// thread runs that, while this one serves the others. A connection goes there through one pipe and
// comes back through another; in between it is left alone. For more such threads, give each of them
// a session with the token: neither a connection nor a session has more than one user at a time.
//
// A signature that the token refuses costs that connection, no more. Login and key are those of the
// start: where the token was exchanged since, start the server again.

#define _GNU_SOURCE 1  // memmem

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <p11-kit/pkcs11.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "inkotls.h"

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n"

enum {
  CONNECTIONS = 64,   // at a time; the pipes have room for as many, so that writing never waits
  CONNECTION_S = 10,  // what one may take from accept to close
};

// How the token makes a signature of one of TLS's schemes.
struct scheme {
  uint16_t number;
  CK_MECHANISM_TYPE mechanism;
  CK_MECHANISM_TYPE digest;  // what CKM_ECDSA signs; the others take the message itself
  CK_RSA_PKCS_PSS_PARAMS pss;
};

// In order of preference.
static const struct scheme SCHEMES[] = {
    {0x0403, CKM_ECDSA, CKM_SHA256, {0, 0, 0}},  // P-256
    {0x0503, CKM_ECDSA, CKM_SHA384, {0, 0, 0}},  // P-384
    {0x0807, CKM_EDDSA, 0, {0, 0, 0}},
    {0x0804, CKM_SHA256_RSA_PKCS_PSS, 0, {CKM_SHA256, CKG_MGF1_SHA256, 32}},
    {0x0805, CKM_SHA384_RSA_PKCS_PSS, 0, {CKM_SHA384, CKG_MGF1_SHA384, 48}},
    {0x0806, CKM_SHA512_RSA_PKCS_PSS, 0, {CKM_SHA512, CKG_MGF1_SHA512, 64}},
    {0x0401, CKM_SHA256_RSA_PKCS, 0, {0, 0, 0}},
    {0x0501, CKM_SHA384_RSA_PKCS, 0, {0, 0, 0}},
    {0x0601, CKM_SHA512_RSA_PKCS, 0, {0, 0, 0}},
};
enum { SCHEME_COUNT = sizeof SCHEMES / sizeof *SCHEMES };

struct token {
  void *module;
  CK_FUNCTION_LIST *p11;
  CK_SLOT_ID slot;
  CK_SESSION_HANDLE session;
  CK_OBJECT_HANDLE key;
};

struct connection {
  struct server *server;
  int fd;
  struct pollfd *socket;  // its fd is -1 while there is nothing to wait for
  time_t deadline;
  inkotls_conn *tls;  // NULL: this place is free
  bool is_open, is_lingering;
  size_t len, sent;
  char request[4096];  // `len` bytes
};

enum { SIGNALS, LISTENER, DONE, FIRST };  // places in `ready`

struct server {
  const inkotls_server_config *config;
  int jobs[2], done[2];  // pipes of pointers: connections to the signer, and back
  struct pollfd ready[FIRST + CONNECTIONS];
  struct connection connections[CONNECTIONS];
};

static bool open_token(struct token *token, const char *module, const char *label);
static bool open_key(struct token *token, const char *label);
static bool did(const char *call, CK_RV result);
static const inkotls_server_config *load(struct token *token, const char *chain);
static inkotls_status set_signer(inkotls_identity *identity, struct token *token);
static int32_t sign(void *user_data, void *conn_user_data, int32_t number, const uint8_t *message,
                    size_t len, uint8_t *buf, size_t cap);
static int32_t encode(uint8_t *buf, size_t len);
static bool serve(struct server *server, uint16_t port);
static bool listen_on(int listener, uint16_t port);
static void *run_signer(void *arg);
static void loop(struct server *server);
static void greet(struct server *server);
static void run(struct connection *connection);
static inkotls_status converse(struct connection *connection);
static void complain(const struct connection *connection, const char *message);
static void hang_up(struct connection *connection);
static time_t now(void);

int main(int argc, char **argv) {
  char *end = "";
  unsigned long port = argc > 1 ? strtoul(argv[1], &end, 10) : 0;
  if (argc != 6 || end == argv[1] || *end != 0 || port > UINT16_MAX || !getenv("PKCS11_PIN")) {
    fprintf(stderr, "usage: PKCS11_PIN=... pkcs11_server PORT MODULE TOKEN KEY CHAIN\n");
    return 2;
  }
  struct token token = {.module = NULL};
  struct server server = {.config = NULL};
  bool ok = open_token(&token, argv[2], argv[3]) && open_key(&token, argv[4]) &&
            (server.config = load(&token, argv[5])) && serve(&server, (uint16_t)port);
  inkotls_server_config_release(server.config);  // before the token, which it uses
  if (token.p11) token.p11->C_Finalize(NULL);
  if (token.module) dlclose(token.module);
  return ok ? 0 : 1;
}

static bool open_token(struct token *token, const char *module, const char *label) {
  CK_C_GetFunctionList get_functions = NULL;
  token->module = dlopen(module, RTLD_NOW | RTLD_LOCAL);
  if (token->module) *(void **)&get_functions = dlsym(token->module, "C_GetFunctionList");
  if (!get_functions) {
    fprintf(stderr, "pkcs11_server: %s\n", dlerror());
    return false;
  }
  CK_FUNCTION_LIST *p11;
  CK_C_INITIALIZE_ARGS threads = {.flags = CKF_OS_LOCKING_OK};
  if (!did("C_GetFunctionList", get_functions(&p11)) ||
      !did("C_Initialize", p11->C_Initialize(&threads))) {
    return false;
  }
  token->p11 = p11;

  CK_SLOT_ID slots[64];
  CK_ULONG count = 64;
  if (!did("C_GetSlotList", p11->C_GetSlotList(CK_TRUE, slots, &count))) return false;
  CK_TOKEN_INFO info;
  char name[sizeof info.label + 1];  // padded with blanks
  snprintf(name, sizeof name, "%-*s", (int)sizeof info.label, label);
  for (CK_ULONG i = 0; strlen(label) <= sizeof info.label && i < count; i++) {
    token->slot = slots[i];
    if (p11->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
        memcmp(info.label, name, sizeof info.label) == 0) {
      return true;
    }
  }
  fprintf(stderr, "pkcs11_server: no token is called %s\n", label);
  return false;
}

// Logs in, and finds the key.
static bool open_key(struct token *token, const char *label) {
  const CK_FUNCTION_LIST *p11 = token->p11;
  CK_SESSION_HANDLE *session = &token->session;
  char *pin = getenv("PKCS11_PIN");
  CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
  CK_BBOOL yes = CK_TRUE;
  CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &class, sizeof class},
                           {CKA_SIGN, &yes, sizeof yes},
                           {CKA_LABEL, (char *)label, strlen(label)}};
  CK_ULONG count = 0;
  if (!did("C_OpenSession",
           p11->C_OpenSession(token->slot, CKF_SERIAL_SESSION, NULL, NULL, session)) ||
      !did("C_Login", p11->C_Login(*session, CKU_USER, (CK_BYTE *)pin, strlen(pin))) ||
      !did("C_FindObjectsInit", p11->C_FindObjectsInit(*session, wanted, 3)) ||
      !did("C_FindObjects", p11->C_FindObjects(*session, &token->key, 1, &count)) ||
      !did("C_FindObjectsFinal", p11->C_FindObjectsFinal(*session))) {
    return false;
  }
  if (count == 0) fprintf(stderr, "pkcs11_server: no private key that signs is called %s\n", label);
  return count > 0;
}

static bool did(const char *call, CK_RV result) {
  const char *words = result == CKR_PIN_INCORRECT ? ": the PIN is wrong" : "";
  if (result != CKR_OK) fprintf(stderr, "pkcs11_server: %s: CKR 0x%lx%s\n", call, result, words);
  return result == CKR_OK;
}

static const inkotls_server_config *load(struct token *token, const char *chain) {
  const inkotls_server_config *config = NULL;
  inkotls_identity *identity = inkotls_identity_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  if (inkotls_identity_set_chain_pem_file(identity, chain, strlen(chain)) != INKOTLS_STATUS_OK ||
      set_signer(identity, token) != INKOTLS_STATUS_OK) {
    fprintf(stderr, "pkcs11_server: %s\n", inkotls_identity_error(identity));
  } else if (inkotls_server_builder_set_identity(builder, identity) != INKOTLS_STATUS_OK ||
             inkotls_server_builder_build(builder, &config) != INKOTLS_STATUS_OK) {
    fprintf(stderr, "pkcs11_server: %s\n", inkotls_server_builder_error(builder));
  } else {
    builder = NULL;  // it became the config
  }
  inkotls_server_builder_free(builder);
  inkotls_identity_free(identity);
  return config;
}

// With the schemes that the chain's key and the token have in common.
static inkotls_status set_signer(inkotls_identity *identity, struct token *token) {
  uint16_t numbers[SCHEME_COUNT];
  size_t count = 0;
  for (const struct scheme *scheme = SCHEMES; scheme < SCHEMES + SCHEME_COUNT; scheme++) {
    CK_MECHANISM_INFO info;
    if (token->p11->C_GetMechanismInfo(token->slot, scheme->mechanism, &info) == CKR_OK &&
        (info.flags & CKF_SIGN) != 0 &&
        inkotls_identity_set_signer(identity, &scheme->number, 1, sign, token, 1) ==
            INKOTLS_STATUS_OK) {
      numbers[count++] = scheme->number;
    }
  }
  return inkotls_identity_set_signer(identity, numbers, count, sign, token, 1);
}

// As the library's inkotls_sign_callback. It comes on the signer's thread.
static int32_t sign(void *user_data, void *conn_user_data, int32_t number, const uint8_t *message,
                    size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  const struct token *token = user_data;
  const CK_FUNCTION_LIST *p11 = token->p11;
  const struct scheme *scheme = SCHEMES;
  while (scheme->number != number) scheme++;  // it is one of those that we named

  uint8_t hash[48];
  CK_ULONG hash_len = sizeof hash, sig_len = cap;
  if (scheme->digest) {
    CK_MECHANISM digest = {scheme->digest, NULL, 0};
    if (!did("C_DigestInit", p11->C_DigestInit(token->session, &digest)) ||
        !did("C_Digest", p11->C_Digest(token->session, (CK_BYTE *)message, len, hash, &hash_len))) {
      return 0;
    }
    message = hash;
    len = hash_len;
  }
  CK_RSA_PKCS_PSS_PARAMS pss = scheme->pss;
  CK_MECHANISM mechanism = {scheme->mechanism, NULL, 0};
  if (pss.sLen > 0) mechanism = (CK_MECHANISM){scheme->mechanism, &pss, sizeof pss};
  if (!did("C_SignInit", p11->C_SignInit(token->session, &mechanism, token->key)) ||
      !did("C_Sign", p11->C_Sign(token->session, (CK_BYTE *)message, len, buf, &sig_len))) {
    return 0;
  }
  return scheme->digest ? encode(buf, sig_len) : (int32_t)sig_len;
}

// PKCS#11 has r and s of ECDSA one after the other; TLS has them in DER, as a SEQUENCE of two
// INTEGERs, which replaces them in the buffer. Returns its length.
static int32_t encode(uint8_t *buf, size_t len) {
  uint8_t raw[96], *out = buf + 2;  // up to P-384: then a length has one byte
  if (len > sizeof raw || len % 2 != 0) return 0;
  memcpy(raw, buf, len);
  for (const uint8_t *half = raw; half < raw + len; half += len / 2) {
    size_t zeros = 0;
    while (zeros < len / 2 - 1 && half[zeros] == 0) zeros++;
    bool is_padded = half[zeros] >= 0x80;  // without that it would be negative
    *out++ = 0x02;
    *out++ = (uint8_t)(is_padded + len / 2 - zeros);
    if (is_padded) *out++ = 0;
    memcpy(out, half + zeros, len / 2 - zeros);
    out += len / 2 - zeros;
  }
  buf[0] = 0x30;
  buf[1] = (uint8_t)(out - buf - 2);
  return (int32_t)(out - buf);
}

static int signals[2];  // a pipe, which wakes the loop

static void stop(int signal) {
  (void)signal;
  if (write(signals[1], "", 1) < 0) return;
}

static bool set_nonblocking(int fd) { return fcntl(fd, F_SETFL, O_NONBLOCK) == 0; }

// Until a signal.
static bool serve(struct server *server, uint16_t port) {
  pthread_t signer;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  bool ok = pipe(signals) == 0 && pipe(server->jobs) == 0 && pipe(server->done) == 0 &&
            set_nonblocking(listener) && listen_on(listener, port) &&
            (errno = pthread_create(&signer, NULL, run_signer, server)) == 0;
  if (!ok) {
    fprintf(stderr, "pkcs11_server: port %u: %s\n", port, strerror(errno));
    return false;  // and exit: what is open goes with it
  }
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  server->ready[SIGNALS] = (struct pollfd){.fd = signals[0], .events = POLLIN};
  server->ready[LISTENER] = (struct pollfd){.fd = listener, .events = POLLIN};
  server->ready[DONE] = (struct pollfd){.fd = server->done[0], .events = POLLIN};
  for (int i = 0; i < CONNECTIONS; i++) server->ready[FIRST + i].fd = -1;
  loop(server);

  close(server->jobs[1]);  // the signer ends
  pthread_join(signer, NULL);
  for (int i = 0; i < CONNECTIONS; i++) {
    if (server->connections[i].tls) hang_up(&server->connections[i]);
  }
  int fds[] = {server->jobs[0], server->done[0], server->done[1], listener};
  for (int i = 0; i < 4; i++) close(fds[i]);
  return true;
}

static bool listen_on(int listener, uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t len = sizeof address;
  if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0 ||
      bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(listener, SOMAXCONN) < 0 ||
      getsockname(listener, (struct sockaddr *)&address, &len) < 0) {
    return false;
  }
  printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
  return fflush(stdout) == 0;
}

static void *run_signer(void *arg) {
  const struct server *server = arg;
  struct connection *connection;
  while (read(server->jobs[0], &connection, sizeof connection) > 0) {
    inkotls_conn_run_blocking(connection->tls);  // calls `sign`; handshake tells how that went
    if (write(server->done[1], &connection, sizeof connection) < 0) break;
  }
  return NULL;
}

static void loop(struct server *server) {
  struct pollfd *ready = server->ready;
  for (;;) {
    int count = poll(ready, FIRST + CONNECTIONS, 1000);
    if (count < 0) continue;                          // EINTR, after SIGCONT
    if (count == 0) ready[LISTENER].events = POLLIN;  // see greet
    if (ready[SIGNALS].revents) return;
    struct connection *connection;
    if (ready[DONE].revents && read(server->done[0], &connection, sizeof connection) > 0) {
      run(connection);
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      connection = &server->connections[i];
      if (ready[FIRST + i].fd < 0) continue;
      if (ready[FIRST + i].revents) {
        run(connection);
      } else if (now() >= connection->deadline) {  // a peer may send nothing and stay
        if (!connection->is_lingering) complain(connection, "its time is over");
        hang_up(connection);
      }
    }
    if (ready[LISTENER].revents) greet(server);
  }
}

static void greet(struct server *server) {
  int place = 0;
  while (place < CONNECTIONS && server->connections[place].tls) place++;
  if (place == CONNECTIONS) {
    server->ready[LISTENER].events = 0;  // until one hangs up
    return;
  }
  int fd = accept(server->ready[LISTENER].fd, NULL, NULL);
  if (fd < 0) {  // out of descriptors or memory: until one hangs up, or for a quiet second
    if (errno != EAGAIN) server->ready[LISTENER].events = 0;
    return;
  }
  set_nonblocking(fd);
  struct connection *connection = &server->connections[place];
  struct pollfd *socket = &server->ready[FIRST + place];
  *socket = (struct pollfd){.fd = fd, .events = POLLIN};
  *connection = (struct connection){
      .server = server, .fd = fd, .socket = socket, .deadline = now() + CONNECTION_S};
  if (inkotls_conn_new_server(server->config, &connection->tls) != INKOTLS_STATUS_OK ||
      inkotls_conn_set_fd(connection->tls, fd) != INKOTLS_STATUS_OK) {
    hang_up(connection);
  }
}

static void run(struct connection *connection) {
  struct pollfd *socket = connection->socket;
  inkotls_status status = connection->is_lingering ? INKOTLS_STATUS_OK : converse(connection);
  socket->fd = status == INKOTLS_STATUS_WANT_BLOCKING ? -1 : connection->fd;
  socket->events = status == INKOTLS_STATUS_WANT_WRITE ? POLLOUT : POLLIN;
  if (status == INKOTLS_STATUS_WANT_BLOCKING &&
      write(connection->server->jobs[1], &connection, sizeof connection) < 0) {
    hang_up(connection);
  }
  if (status > 0) return;

  // We have finished. Now the peer has to, lest a reset overtake what we sent last.
  if (status < 0) complain(connection, inkotls_conn_error(connection->tls));
  if (!connection->is_lingering) shutdown(connection->fd, SHUT_WR);
  connection->is_lingering = true;
  char scrap[16384];
  ssize_t len = recv(connection->fd, scrap, sizeof scrap, 0);
  if (len == 0 || (len < 0 && errno != EAGAIN)) hang_up(connection);
}

// The whole of it: what is done already is not done again.
static inkotls_status converse(struct connection *connection) {
  inkotls_conn *tls = connection->tls;
  size_t n;
  inkotls_status status = inkotls_conn_handshake(tls);
  if (status != INKOTLS_STATUS_OK) return status;
  if (!connection->is_open) {
    printf("%s, %s\n", inkotls_conn_is_resumed(tls) == 1 ? "resumed" : "full handshake",
           inkotls_protocol_version_name(inkotls_conn_protocol_version(tls)));
    fflush(stdout);
    connection->is_open = true;
  }
  // Of a request we only want to know where its head ends.
  while (connection->len < sizeof connection->request &&
         !memmem(connection->request, connection->len, "\r\n\r\n", 4)) {
    status = inkotls_conn_read(tls, connection->request + connection->len,
                               sizeof connection->request - connection->len, &n);
    if (status == INKOTLS_STATUS_CLOSED) return inkotls_conn_close(tls);  // it asked for nothing
    if (status != INKOTLS_STATUS_OK) return status;
    connection->len += n;
  }
  while (connection->sent < strlen(ANSWER)) {
    status =
        inkotls_conn_write(tls, &ANSWER[connection->sent], strlen(ANSWER) - connection->sent, &n);
    if (status != INKOTLS_STATUS_OK) return status;
    connection->sent += n;
  }
  return inkotls_conn_close(tls);
}

static void complain(const struct connection *connection, const char *message) {
  int32_t sent = inkotls_conn_alert_sent(connection->tls);
  int32_t alert = sent > 0 ? sent : inkotls_conn_alert_received(connection->tls);
  char words[64] = "";
  if (alert > 0) {  // 0 is close_notify, which refuses nothing
    snprintf(words, sizeof words, " (%s alert %s %d)", sent > 0 ? "sent" : "received",
             inkotls_alert_name(alert), alert);
  }
  fprintf(stderr, "%s: %s%s\n", connection->is_open ? "lost" : "refused", message, words);
}

static void hang_up(struct connection *connection) {
  inkotls_conn_free(connection->tls);
  connection->tls = NULL;
  close(connection->fd);
  connection->socket->fd = -1;
  connection->server->ready[LISTENER].events = POLLIN;  // see greet
}

static time_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec;
}
