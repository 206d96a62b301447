// unload SHARED COPY: the shared object is loaded, used and unloaded, again and again; and
// so are two copies of it at the same time, from several threads.

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "check.h"
#include "inkotls.h"

// What a client calls until its ClientHello is there.
struct library {
  void *handle;
  inkotls_client_builder *(*builder_new)(void);
  inkotls_status (*build)(inkotls_client_builder *, const inkotls_client_config **);
  inkotls_status (*new_client)(const inkotls_client_config *, const char *, size_t,
                               inkotls_conn **);
  inkotls_status (*handshake)(inkotls_conn *);
  void (*conn_free)(inkotls_conn *);
  void (*config_release)(const inkotls_client_config *);
};

static void *symbol(const struct library *library, const char *name) {
  void *found = dlsym(library->handle, name);
  if (!found) give_up(name);
  return found;
}

static struct library load(const char *path) {
  struct library library = {.handle = dlopen(path, RTLD_NOW | RTLD_LOCAL)};
  if (!library.handle) give_up(dlerror());
  *(void **)&library.builder_new = symbol(&library, "inkotls_client_builder_new");
  *(void **)&library.build = symbol(&library, "inkotls_client_builder_build");
  *(void **)&library.new_client = symbol(&library, "inkotls_conn_new_client");
  *(void **)&library.handshake = symbol(&library, "inkotls_conn_handshake");
  *(void **)&library.conn_free = symbol(&library, "inkotls_conn_free");
  *(void **)&library.config_release = symbol(&library, "inkotls_client_config_release");
  CHECK(!dlsym(library.handle, "rust_eh_personality"));
  return library;
}

static void *use(void *data) {
  const struct library *library = data;
  const inkotls_client_config *config = NULL;
  inkotls_conn *conn = NULL;
  CHECK_INT(library->build(library->builder_new(), &config), INKOTLS_STATUS_OK);
  CHECK_INT(library->new_client(config, "localhost", 9, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(library->handshake(conn), INKOTLS_STATUS_WANT_WRITE);
  library->conn_free(conn);
  library->config_release(config);
  return NULL;
}

static void use_on_another_thread(struct library *library) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, use, library)) give_up("pthread_create");
  pthread_join(thread, NULL);
}

int main(int argc, char **argv) {
  if (argc != 3) give_up("usage: unload SHARED COPY");
  for (int i = 0; i < 3; i++) {
    struct library one = load(argv[1]), other = load(argv[2]);
    CHECK(one.handshake != other.handshake);
    use(&one);
    use(&other);
    use_on_another_thread(&one);
    use_on_another_thread(&other);
    CHECK_INT(dlclose(one.handle), 0);
    use(&other);
    CHECK_INT(dlclose(other.handle), 0);
    CHECK(!dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD));  // it is gone
  }
  return checks_done();
}
