// The verification of certificates by Windows, and what callbacks return there.
//
//     platform PKI PORT
//
// PKI has platform.pem and revoked.pem, whose CRL is at http://127.0.0.1:PORT/. The program serves
// it.

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wincrypt.h>

#include "configs.h"
#include "gate.h"

static const struct way direct = {.over = BUFFERS, .chunk = 1 << 14};
static const inkotls_client_config *of_platform;
static struct gate asked, answer;
static int listener, is_held, requests;

// Serves the CRL. While is_held is set, a request waits until the gate `answer` is opened.
static void *serve_crl(void *nothing) {
  static unsigned char crl[8192];
  size_t len = pki_read("ca.crl.der", crl, sizeof crl);
  for (;;) {
    char request[4096], head[100];
    size_t read_len = 0;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0) return nothing;
    while (read_len < sizeof request && !memmem(request, read_len, "\r\n\r\n", 4)) {
      ssize_t n = recv(fd, request + read_len, sizeof request - read_len, 0);
      if (n <= 0) break;
      read_len += (size_t)n;
    }
    requests++;
    if (is_held) {
      gate_open(&asked);
      gate_pass(&answer);
    }
    int head_len =
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", (unsigned)len);
    send(fd, head, (size_t)head_len, 0);
    send(fd, crl, len, 0);
    close(fd);
  }
}

static void trust_ca(void) {
  static unsigned char der[8192];
  size_t len = pki_read("ca.der", der, sizeof der);
  HCERTSTORE store = CertOpenSystemStoreA(0, "ROOT");
  if (!CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, der, (DWORD)len,
                                        CERT_STORE_ADD_REPLACE_EXISTING, NULL))
    give_up("the store ROOT");
  CertCloseStore(store, 0);
}

static void meets(const char *name, const char *server_name, inkotls_certificate_error error,
                  const char *text) {
  struct pair pair;
  const inkotls_server_config *server = server_config(name, no_alpn);
  pair_open(&pair, &direct, of_platform, server_name, server);
  if (error)
    pair_refuses(&pair, &pair.client, error);
  else
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), text);
  CHECK(pair.client.blocking_steps > 0);
  pair_free(&pair);
  inkotls_server_config_release(server);
}

static void judges(void) {
  CHECK_INT(inkotls_client_config_may_block(of_platform), 1);
  meets("platform", "localhost", 0, "");
  meets("platform", "wrong.example", INKOTLS_CERTIFICATE_ERROR_WRONG_NAME, "");
  // Windows answers CRYPT_E_REVOKED, which is INKOTLS_CERTIFICATE_ERROR_REVOKED; Wine
  // CERT_E_REVOKED.
  meets("revoked", "localhost", INKOTLS_CERTIFICATE_ERROR_OTHER, "-2146762484");
}

// Moves ciphertext from one connection to the other.
static void carry(inkotls_conn *from, inkotls_conn *to) {
  unsigned char net[16384];
  size_t len, used;
  while (!inkotls_conn_drain(from, net, sizeof net, &len) && len > 0)
    CHECK_INT(inkotls_conn_feed(to, net, len, &used), INKOTLS_STATUS_OK);
}

static void *runs(void *conn) {
  CHECK_INT(inkotls_conn_run_blocking(conn), INKOTLS_STATUS_OK);
  return NULL;
}

// Only inkotls_conn_run_blocking waits for the network. In the meantime, other connections go on.
static void waits_in_run_blocking(void) {
  inkotls_conn *here = NULL, *peer = NULL;
  inkotls_status status;
  pthread_t thread;
  const inkotls_server_config *server = server_config("held", no_alpn);
  const inkotls_client_config *other = client_config("ca.pem", no_alpn);
  CHECK_INT(inkotls_conn_new_client(of_platform, "localhost", 9, &here), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_new_server(server, &peer), INKOTLS_STATUS_OK);
  int before = requests;
  while ((status = inkotls_conn_handshake(here)) != INKOTLS_STATUS_WANT_BLOCKING) {
    if (status <= 0) give_up(inkotls_conn_error(here));
    carry(here, peer);
    inkotls_conn_handshake(peer);
    carry(peer, here);
  }
  CHECK_INT(requests, before);

  is_held = 1;
  if (pthread_create(&thread, NULL, runs, here)) give_up("pthread_create");
  gate_pass(&asked);
  struct pair pair;
  pair_open(&pair, &direct, other, "localhost", server);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(here), INKOTLS_STATUS_INVALID_STATE);
  is_held = 0;
  gate_open(&answer);
  pthread_join(thread, NULL);
  while ((status = inkotls_conn_handshake(here)) > 0) carry(here, peer);
  CHECK_INT(status, INKOTLS_STATUS_OK);
  CHECK_INT(requests, before + 1);

  pair_free(&pair);
  inkotls_conn_free(here);
  inkotls_conn_free(peer);
  inkotls_client_config_release(other);
  inkotls_server_config_release(server);
}

static int32_t returned[2];  // what the callback returns first, and then

static int32_t reads(void *user_data, uint8_t *buf, size_t cap) {
  int32_t number = returned[0];
  (void)user_data, (void)buf, (void)cap;
  returned[0] = returned[1];
  return number;
}

static int32_t writes(void *user_data, const uint8_t *data, size_t len) {
  (void)user_data, (void)data;
  return (int32_t)len;
}

// The numbers of errno in the C library, and those of Winsock, which are larger.
static void callbacks_return_numbers(void) {
  static const struct {
    int32_t first, then;
    inkotls_status status;
    int32_t os_error;
  } rows[] = {
      {-11, -11, INKOTLS_STATUS_WANT_READ, 0},        // EAGAIN
      {-140, -140, INKOTLS_STATUS_WANT_READ, 0},      // EWOULDBLOCK
      {-10035, -10035, INKOTLS_STATUS_WANT_READ, 0},  // WSAEWOULDBLOCK
      {-4, -11, INKOTLS_STATUS_WANT_READ, 0},         // EINTR
      {-10004, -11, INKOTLS_STATUS_WANT_READ, 0},     // WSAEINTR
      {-108, -108, INKOTLS_STATUS_IO_ERROR, 108},     // ECONNRESET
      {-10054, -10054, INKOTLS_STATUS_IO_ERROR, 10054},
      {-5, -5, INKOTLS_STATUS_IO_ERROR, 5},  // EIO
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    inkotls_conn *conn = NULL;
    checking("%d", (int)rows[i].first);
    returned[0] = rows[i].first;
    returned[1] = rows[i].then;
    CHECK_INT(inkotls_conn_new_client(of_platform, "localhost", 9, &conn), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_set_io(conn, reads, writes, NULL), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_handshake(conn), rows[i].status);
    if (rows[i].os_error) CHECK_INT(inkotls_conn_os_error(conn), rows[i].os_error);
    inkotls_conn_free(conn);
  }
}

int main(int argc, char **argv) {
  struct sockaddr_in at = {.sin_family = AF_INET};
  pthread_t thread;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons((unsigned short)atoi(argv[2]));
  argv[2] = NULL;
  pki_open(argc - 1, argv);
  gate_new(&asked);
  gate_new(&answer);
  listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 8)) give_up("the port");
  if (pthread_create(&thread, NULL, serve_crl, NULL)) give_up("pthread_create");
  trust_ca();
  of_platform = client_built(inkotls_client_builder_new());
  once("the verdicts of Windows", judges);
  once("a CRL that is waited for", waits_in_run_blocking);
  once("what callbacks return", callbacks_return_numbers);
  inkotls_client_config_release(of_platform);
  return checks_done();
}
