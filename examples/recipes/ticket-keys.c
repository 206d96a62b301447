// Two servers of a fleet that resume each other's sessions, by tickets under keys that they share.

#include "recipe.h"

enum { KEY = 32 };  // bytes

struct member {
  const inkotls_ticket_keys *keys;
  const inkotls_server_config *config;
};

// Makes a server of the fleet. In a real fleet, each server is a process of its own.
static struct member join_fleet(const uint8_t *keys, size_t len) {
  struct member member;
  inkotls_server_builder *builder = new_server_builder("ecdsa.pem", "ecdsa.key");
  if (inkotls_ticket_keys_new(keys, len, &member.keys)) die("bad length of keys");
  if (inkotls_server_builder_set_ticket_keys(builder, member.keys))
    die(inkotls_server_builder_error(builder));
  member.config = build_server(builder);
  return member;
}

static void leave_fleet(const struct member *member) {
  inkotls_server_config_release(member->config);
  inkotls_ticket_keys_release(member->keys);
}

// Replaces the keys of a running server. The first key seals new tickets; every key opens tickets.
static void rotate(const struct member *member, const uint8_t *first, const uint8_t *second) {
  uint8_t keys[2 * KEY];
  memcpy(keys, first, KEY);
  if (second) memcpy(keys + KEY, second, KEY);
  if (inkotls_ticket_keys_set(member->keys, keys, second ? 2 * KEY : KEY)) die("bad length");
  explicit_bzero(keys, sizeof keys);
}

// Connects to the server. Returns 1 if the client resumed a session.
static int resumes(const inkotls_client_config *config, const struct member *member) {
  struct server server;
  char answer[100];
  int fd = start_server(&server, member->config, say_hello);
  inkotls_conn *conn = new_client(config, "localhost", fd);
  if (write_text(conn, fd, "hello?") || read_text(conn, fd, answer, sizeof answer))
    die(inkotls_conn_error(conn));
  int is_resumed = inkotls_conn_is_resumed(conn) == 1;
  finish(conn, fd);
  join_server(&server);
  return is_resumed;
}

int main(void) {
  uint8_t old_key[KEY], new_key[KEY];
  if (getentropy(old_key, KEY) || getentropy(new_key, KEY)) die("no random bytes");
  struct member a = join_fleet(old_key, KEY), b = join_fleet(old_key, KEY);
  const inkotls_client_config *client = build_client(new_client_builder());
  const inkotls_client_config *absent = build_client(new_client_builder());
  expect(!resumes(client, &a) && resumes(client, &b), "Server b resumes a session of server a.");
  resumes(absent, &a);

  // 1: every server learns the new key, so that it can open tickets under that key.
  rotate(&a, old_key, new_key);
  rotate(&b, old_key, new_key);
  // 2: server after server seals with the new key.
  rotate(&a, new_key, old_key);
  expect(resumes(client, &a) && resumes(client, &b), "Sessions are resumed during the rotation.");
  rotate(&b, new_key, old_key);
  expect(resumes(client, &b), "A client that returns receives tickets under the new key.");
  // 3: 12 hours later, no ticket under the old key is valid any more.
  rotate(&a, new_key, NULL);
  rotate(&b, new_key, NULL);
  expect(resumes(client, &a), "These tickets are valid after the rotation.");
  expect(!resumes(absent, &a), "A ticket under the old key leads to a full handshake.");
  explicit_bzero(old_key, KEY);
  explicit_bzero(new_key, KEY);
  inkotls_client_config_release(absent);
  inkotls_client_config_release(client);
  leave_fleet(&a);
  leave_fleet(&b);
  return 0;
}
