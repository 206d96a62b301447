// Rule 14: a secret is wiped before its memory is freed. This program's free, which replaces
// libc's, searches every block that the library frees, once the secret is known.

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configs.h"

enum { SECRETS = 64, LONGEST = 64 };

static struct secret {
  char name[40];
  unsigned char bytes[LONGEST];
  size_t len;
  int left;  // how often it was found
} secrets[SECRETS];
static size_t known;
static int is_looking;

// What servers attach to their sessions: whatever follows it in a block is the session.
static const unsigned char mark[] = "attached to every session";
static int sessions_left;

static int has_session(const void *block, size_t size) {
  const unsigned char *at = memmem(block, size, mark, sizeof mark);
  const unsigned char *end = (const unsigned char *)block + size;
  if (!at) return 0;
  at += sizeof mark;
  while (at < end && *at == 0) at++;
  return at < end;
}

void *__libc_malloc(size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static void look_through(const void *block) {
  int looked = is_looking;
  if (!block || !looked) return;
  is_looking = 0;
  size_t size = malloc_usable_size((void *)block);
  for (size_t i = 0; i < known; i++)
    secrets[i].left += memmem(block, size, secrets[i].bytes, secrets[i].len) != NULL;
  sessions_left += has_session(block, size);
  is_looking = looked;
}

// What malloc gives may have been another's: that is not this one's to wipe.
void *malloc(size_t size) {
  void *block = __libc_malloc(size);
  return block ? memset(block, 0, malloc_usable_size(block)) : NULL;
}

void *calloc(size_t n, size_t size) { return malloc(n * size); }

void *aligned_alloc(size_t alignment, size_t size) {
  void *block = __libc_memalign(alignment, size);
  return block ? memset(block, 0, malloc_usable_size(block)) : NULL;
}

int posix_memalign(void **out, size_t alignment, size_t size) {
  *out = aligned_alloc(alignment, size);
  return *out ? 0 : ENOMEM;
}

void free(void *block) {
  look_through(block);
  __libc_free(block);
}

void *realloc(void *old, size_t size) {
  void *block = malloc(size);
  if (old && block)
    memcpy(block, old, size < malloc_usable_size(old) ? size : malloc_usable_size(old));
  if (block) free(old);
  return block;
}

// How often the heap has a secret, in blocks that are in use and in others.
static size_t in_heap(const struct secret *secret) {
  char line[256];
  size_t found = 0;
  unsigned char *at = NULL, *end = NULL;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps && !end && fgets(line, sizeof line, maps))
    if (strstr(line, "[heap]")) sscanf(line, "%p-%p", (void **)&at, (void **)&end);
  if (!end) give_up("/proc/self/maps");
  fclose(maps);
  while ((at = memmem(at, (size_t)(end - at), secret->bytes, secret->len))) at++, found++;
  return found;
}

static void learn(const char *name, const void *bytes, size_t len) {
  if (known == SECRETS || len > LONGEST) give_up("too many secrets");
  struct secret *it = &secrets[known++];
  snprintf(it->name, sizeof it->name, "%s", name);
  memcpy(it->bytes, bytes, it->len = len);
  it->left = 0;
}

static void none_is_left(void) {
  is_looking = 0;
  CHECK(known > 0);
  for (size_t i = 0; i < known; i++) {
    checking("%s", secrets[i].name);
    CHECK_INT(secrets[i].left, 0);
  }
  known = 0;
}

// The file, and what is in it.
static void private_keys(void) {
  static const char *const names[] = {"ecdsa", "rsa", "ed25519"};
  for (int i = 0; i < 3; i++) {
    static unsigned char pem[4096], der[4096];
    char file[64];
    snprintf(file, sizeof file, "%s.key", names[i]);
    size_t pem_len = pki_read(file, pem, sizeof pem);
    snprintf(file, sizeof file, "%s.key.der", names[i]);
    size_t der_len = pki_read(file, der, sizeof der);
    learn("the text of a key", pem + pem_len / 2, 40);
    learn("a key in DER", der + der_len / 4, 32);
    snprintf(file, sizeof file, "%s.key", names[i]);
    const char *path = pki_path(file);
    is_looking = 1;
    for (int how = 0; how < 3; how++) {
      inkotls_identity *it = inkotls_identity_new();
      inkotls_status status = how == 0 ? inkotls_identity_set_key_pem(it, pem, pem_len)
                              : how == 1
                                  ? inkotls_identity_set_key_der(it, der, der_len)
                                  : inkotls_identity_set_key_pem_file(it, path, strlen(path));
      CHECK_INT(status, INKOTLS_STATUS_OK);
      inkotls_identity_free(it);
    }
    none_is_left();
  }
}

static void ticket_keys(void) {
  unsigned char bytes[32];
  const inkotls_ticket_keys *keys;
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = octet(i + 77);
  learn("a ticket key", bytes, sizeof bytes);
  is_looking = 1;
  CHECK_INT(inkotls_ticket_keys_new(bytes, sizeof bytes, &keys), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_ticket_keys_set(keys, bytes, sizeof bytes), INKOTLS_STATUS_OK);
  inkotls_ticket_keys_release(keys);
  none_is_left();
}

// A line of the NSS key log: a label, the client's random, and the secret.
static void learn_line(void *unused, void *conn_user_data, const char *line, size_t len) {
  (void)conn_user_data;
  unsigned char secret[LONGEST];
  char label[40], text[512];
  int at;
  (void)unused;
  snprintf(text, sizeof text, "%.*s", (int)len, line);
  if (sscanf(text, "%39s %*s %n", label, &at) != 1) give_up(text);
  size_t found = 0;
  for (unsigned byte; sscanf(text + at, "%2x", &byte) == 1; at += 2)
    secret[found++] = (unsigned char)byte;
  learn(label, secret, found);
}

// Both sides, as they are freed: what they have had in hand before is not looked for, since rustls
// moves it from each state of the handshake to the next. Sessions are off, for those are kept.
static void connections(void) {
  static const struct way way = {.chunk = 1 << 14};
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  struct pair pair;
  CHECK_INT(inkotls_client_builder_set_session_cache(a, 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_session_cache(b, 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_dangerous_key_log(a, learn_line, NULL), INKOTLS_STATUS_OK);
  const inkotls_client_config *client = client_built(a);
  const inkotls_server_config *server = server_built(b);
  pair_converse(&pair, &way, client, "localhost", server);
  size_t before = 0, after = 0;
  for (size_t i = 0; i < known; i++) before += in_heap(&secrets[i]);
  is_looking = 1;
  pair_free(&pair);
  for (size_t i = 0; i < known; i++) after += in_heap(&secrets[i]);
  CHECK(before > after);  // they had some
  none_is_left();
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// Sessions, as a server seals or stores them and opens or finds them again. Before and after that
// they are rustls's, which does not wipe them; the client's are not marked.
static enum storage { TICKET_KEYS, STORE, MEMORY } storage;

static const inkotls_server_config *server_keeping_sessions(void) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  if (storage == TICKET_KEYS) server_uses_ticket_keys(builder);
  if (storage == STORE) server_uses_store(builder);
  if (storage == MEMORY)
    CHECK_INT(inkotls_server_builder_set_session_cache(builder, 1), INKOTLS_STATUS_OK);
  return server_built(builder);
}

static void sessions(void) {
  static const struct way way = {.chunk = 1 << 14};
  store_clear();
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *server = server_keeping_sessions();
  for (int again = 0; again < 3; again++) {
    struct pair pair;
    pair_open(&pair, &way, client, "localhost", server);
    CHECK_INT(inkotls_conn_set_resumption_data(pair.server.conn, mark, sizeof mark),
              INKOTLS_STATUS_OK);
    is_looking = 1;
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    pair_send(&pair, &pair.server, &pair.client, 100);  // the tickets come before it
    CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), again > 0);
    pair_free(&pair);
    is_looking = 0;
  }
  inkotls_client_config_release(client);
  is_looking = 1;
  inkotls_server_config_release(server);
  is_looking = 0;
  CHECK_INT(sessions_left, 0);
  sessions_left = 0;
}

// That a session would be found.
static void one_session_is_left(void) {
  unsigned char *volatile block = malloc(100);
  memcpy(block + 10, mark, sizeof mark);
  is_looking = 1;
  block = realloc(block, 1000);
  CHECK_INT(sessions_left, 0);
  *(volatile unsigned char *)(block + 10 + sizeof mark) = 1;
  free(block);
  is_looking = 0;
  CHECK_INT(sessions_left, 1);
  sessions_left = 0;
}

int main(int argc, char **argv) {
  static const char *const names[] = {"sessions in tickets", "sessions in a store",
                                      "sessions in memory"};
  pki_open(argc, argv);
  once("private keys", private_keys);
  once("ticket keys", ticket_keys);
  once_each_version("connections", connections);
  once("a session that is not wiped is found", one_session_is_left);
  for (storage = TICKET_KEYS; storage <= MEMORY; storage++)
    once_each_version(names[storage], sessions);
  return checks_done();
}
