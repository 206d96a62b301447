// A client that writes the secrets of its connections to a file, with which Wireshark decrypts
// them.

#define _DEFAULT_SOURCE 1

#include <fcntl.h>

#include "recipe.h"

// The inkotls_key_log_callback. One call of write for each line, in a file that is opened to
// append, keeps the lines of several threads and processes apart.
static void write_line(void *user_data, void *conn_user_data, const char *line, size_t len) {
  (void)conn_user_data;
  const int *file = user_data;
  char whole[512];
  int length = snprintf(whole, sizeof whole, "%.*s\n", (int)len, line);
  if (write(*file, whole, (size_t)length) != length) perror("the key log");
}

// Only the user may read the file.
static int open_key_log(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) die(path);
  return file;
}

static const inkotls_client_config *new_config(int *file) {
  inkotls_client_builder *builder = new_client_builder();
  if (inkotls_client_builder_set_dangerous_key_log(builder, write_line, file))
    die(inkotls_client_builder_error(builder));
  return build_client(builder);
}

// How many lines of the file have this label. A line is a label, the client's random, a secret.
static int count(const char *path, const char *label) {
  char line[512];
  int lines = 0;
  FILE *file = fopen(path, "r");
  if (!file) die(path);
  while (fgets(line, sizeof line, file)) {
    size_t end = strcspn(line, " ");
    if (strlen(label) == end && memcmp(line, label, end) == 0) lines++;
  }
  fclose(file);
  return lines;
}

int main(void) {
  char path[] = "/tmp/inkotls-keys-XXXXXX";
  if (close(mkstemp(path))) die(path);  // a name that no other program uses
  int file = open_key_log(path);
  const inkotls_client_config *config = new_config(&file);
  const inkotls_server_config *shown = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  visit(config, "localhost", shown);
  expect(count(path, "CLIENT_HANDSHAKE_TRAFFIC_SECRET") == 1 &&
             count(path, "SERVER_HANDSHAKE_TRAFFIC_SECRET") == 1,
         "The file has the secrets of the handshake.");
  expect(count(path, "CLIENT_TRAFFIC_SECRET_0") == 1 && count(path, "SERVER_TRAFFIC_SECRET_0") == 1,
         "The file has the secrets of what follows the handshake.");
  inkotls_client_config_release(config);  // the last user of the config, and so of `file`
  inkotls_server_config_release(shown);
  close(file);
  return unlink(path);
}
