// A server that never sees its private key: another process signs, here "openssl dgst".

#define _DEFAULT_SOURCE 1

#include <spawn.h>
#include <sys/wait.h>

#include "recipe.h"

extern char **environ;

// Starts the process. Its standard input and output are `fd`.
static pid_t start_signer(char *key_path, int fd) {
  char *command[] = {"openssl", "dgst", "-sha256", "-sign", key_path, NULL};
  pid_t signer;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fd, 0);
  posix_spawn_file_actions_adddup2(&actions, fd, 1);
  if (posix_spawnp(&signer, "openssl", &actions, NULL, command, environ)) signer = -1;
  posix_spawn_file_actions_destroy(&actions);
  return signer;
}

// The inkotls_sign_callback. user_data is the path of the key. The scheme is the only one that was
// set: ECDSA with P-256 and SHA-256. The message is not hashed yet; the signer hashes it.
static int32_t sign(void *user_data, void *conn_user_data, int32_t scheme, const uint8_t *message,
                    size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  int ends[2], state = 1;
  ssize_t count = 1;
  size_t total = 0;
  (void)scheme;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) return 0;
  pid_t signer = start_signer(user_data, ends[1]);
  close(ends[1]);
  if (send(ends[0], message, len, MSG_NOSIGNAL) != (ssize_t)len) count = -1;
  shutdown(ends[0], SHUT_WR);
  for (; count > 0; total += (size_t)count) count = read(ends[0], buf + total, cap - total);
  close(ends[0]);
  if (signer > 0) waitpid(signer, &state, 0);
  return count == 0 && state == 0 ? (int32_t)total : 0;  // 0 refuses to sign
}

// The chain says which public key the signatures belong to.
static inkotls_identity *new_signing_identity(const char *chain_path, char *key_path) {
  const uint16_t scheme = 0x0403;  // ecdsa_secp256r1_sha256
  inkotls_identity *identity = inkotls_identity_new();
  if (inkotls_identity_set_chain_pem_file(identity, chain_path, strlen(chain_path)) ||
      inkotls_identity_set_signer(identity, &scheme, 1, sign, key_path, 1))  // 1: it may block
    die(inkotls_identity_error(identity));
  return identity;
}

int main(void) {
  struct server server;
  char key_path[] = "ecdsa.key", answer[100];
  inkotls_identity *identity = new_signing_identity("ecdsa.pem", key_path);
  inkotls_server_builder *builder = inkotls_server_builder_new();
  if (inkotls_server_builder_set_identity(builder, identity))
    die(inkotls_server_builder_error(builder));
  inkotls_identity_free(identity);
  const inkotls_server_config *shown = build_server(builder);
  const inkotls_client_config *config = build_client(new_client_builder());
  expect(inkotls_server_config_may_block(shown) == 1, "The server's calls may want blocking.");

  int fd = start_server(&server, shown, say_hello);
  inkotls_conn *conn = new_client(config, "localhost", fd);
  if (write_text(conn, fd, "who are you?") || read_text(conn, fd, answer, sizeof answer))
    die(inkotls_conn_error(conn));
  expect(inkotls_conn_peer_signature_scheme(conn) == 0x0403, "The signer signed the handshake.");
  expect(strcmp(answer, "hello") == 0, "The client accepted the signature.");
  finish(conn, fd);
  join_server(&server);
  inkotls_client_config_release(config);
  inkotls_server_config_release(shown);
  return 0;
}
