// A client in a green thread, with a verification that may block: it never stops the scheduler.

#define _XOPEN_SOURCE 600  // ucontext, on macOS

#include <ucontext.h>

#include "recipe.h"

// The one task of this program. A runtime has many, and a pointer to the current one.
static struct task {
  inkotls_conn *conn;
  int fd, pool[2], has_ended;
  _Atomic int is_verifying;
  struct pollfd awaited;  // fd -1: the task can go on
  ucontext_t context;
  char stack[256 << 10];
} task = {.awaited.fd = -1};
static ucontext_t scheduler;
static int turns;

// Suspends the task until the descriptor is ready.
static void park(int fd, short events) {
  task.awaited = (struct pollfd){.fd = fd, .events = events};
  swapcontext(&task.context, &scheduler);
}

// A runtime has a pool of threads. This program starts a thread when it needs one.
static void *run_in_pool(void *argument) {
  inkotls_conn_run_blocking(task.conn);
  return write(task.pool[1], "", 1) == 1 ? NULL : argument;  // wakes the task
}

// Does what `status` asks for, and suspends the task, never the thread. Returns 1 if the call that
// returned `status` must be made again.
static int obey(inkotls_status status) {
  pthread_t thread;
  int reads = status == INKOTLS_STATUS_WANT_READ;
  if (status == INKOTLS_STATUS_WANT_BLOCKING) {
    if (pthread_create(&thread, NULL, run_in_pool, NULL)) die("pthread_create");
    park(task.pool[0], POLLIN);
    pthread_join(thread, NULL);
  } else if (status > 0) {
    int is_ready = reads && inkotls_conn_state(task.conn) & INKOTLS_STATE_READABLE;
    park(is_ready ? -1 : task.fd, reads ? POLLIN : POLLOUT);
  }
  return status > 0;
}

// The inkotls_verify_callback, which may wait. conn_user_data says whose connection is verified.
static int32_t verify_slowly(void *user_data, void *conn_user_data,
                             inkotls_verification *verification) {
  (void)user_data;
  struct task *asks = conn_user_data;
  asks->is_verifying = 1;
  poll(NULL, 0, 200);  // in ms; a real verifier asks a service
  asks->is_verifying = 0;
  return inkotls_verification_verify(verification);
}

// The task. It reads like a program that may block.
static void run(void) {
  while (obey(inkotls_conn_handshake(task.conn))) continue;
  task.has_ended = 1;
}

int main(void) {
  struct server server;
  inkotls_client_builder *builder = new_client_builder();
  if (inkotls_client_builder_set_dangerous_verifier(builder, verify_slowly, NULL, 1))
    die(inkotls_client_builder_error(builder));
  const inkotls_client_config *config = build_client(builder);
  const inkotls_server_config *shown = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  task.fd = start_server(&server, shown, say_hello);
  task.conn = new_client(config, "localhost", task.fd);
  int is_given = inkotls_conn_set_user_data(task.conn, &task) == INKOTLS_STATUS_OK;
  if (!is_given || pipe(task.pool) || getcontext(&task.context)) die("the task");
  task.context.uc_stack = (stack_t){.ss_sp = task.stack, .ss_size = sizeof task.stack};
  task.context.uc_link = &scheduler;
  makecontext(&task.context, run, 0);
  // The scheduler. Other tasks would run in this loop, too.
  for (; !task.has_ended; turns += task.is_verifying)
    if (poll(&task.awaited, 1, 1) || task.awaited.fd < 0) swapcontext(&scheduler, &task.context);
  expect(inkotls_conn_handshake(task.conn) == INKOTLS_STATUS_OK, "The handshake is done.");
  expect(turns >= 10, "The scheduler went on while the client verified.");
  finish(task.conn, task.fd);
  join_server(&server);
  inkotls_client_config_release(config);
  inkotls_server_config_release(shown);
  return 0;
}
