// A runtime with green threads: 1,000 connections on one thread, which a slow verifier never stops.
//
//     green_threads PKI_DIR [CONNECTIONS [SECONDS]]
//
// PKI_DIR was made by pki.sh. Every connection is a task. One client in ten connects again in turn,
// and verifies with a function that sleeps SLEEP_MS. The others wake every PERIOD_MS, send a ping
// and wait for its echo. What is measured is their stalls: how late they wake while such a
// verification goes on; with a pool of threads for what blocks and then, to compare, without.
//
// What to copy is `obey` and `run_blocking`: they do what the library asks for, and suspend the
// task, never the thread. The tls_ calls above them are what a runtime offers its users. The rest
// stands for what it has anyway: tasks, a scheduler that polls, a pool.
//
// Exits with 0, with 1 where anything failed, with 2 where it was called wrongly.

#define _GNU_SOURCE 1  // ppoll
#ifdef __APPLE__
#define _XOPEN_SOURCE 600  // ucontext
#define _DARWIN_C_SOURCE 1
#endif

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "epoll.h"
#include "inkotls.h"

#ifdef __APPLE__  // has no ppoll; this one waits for whole ms
static int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, void *mask) {
  int ms = (int)(timeout->tv_nsec / 1000000) + 1;
  (void)mask;
  return poll(fds, count, timeout->tv_sec < 1000 ? (int)timeout->tv_sec * 1000 + ms : -1);
}
#endif

enum {
  SLEEP_MS = 100,
  PERIOD_MS = 200,
  WORKERS = 4,
  STACK = 256 << 10,    // of a task, in bytes; a handshake touches 40 KiB, and only those are there
  NS_PER_MS = 1000000,  // times are in ns
};

struct task {
  TAILQ_ENTRY(task) link;  // of the one queue that it is in
  ucontext_t context;
  void *stack, *data;
  void (*body)(void *data);
  int64_t due;  // while it sleeps
  bool ended;
};

TAILQ_HEAD(queue, task);

// This thread's: a task stays on its thread.
static _Thread_local struct scheduler {
  ucontext_t context;
  struct task *current;
  struct queue ready, asleep;  // asleep: the next to wake first
  size_t alive;
  int epoll;
  const struct pool *pool;  // NULL: what blocks, blocks the scheduler
} scheduler;

// A connection and its socket, which one task uses.
struct stream {
  inkotls_conn *tls;
  int fd;
  uint32_t events;      // what `waiter` waits for
  struct task *waiter;  // NULL: nobody waits
};

// Threads for what blocks. Streams go to them through one pipe, and come back through the other.
struct pool {
  int todo[2], done[2];
};

struct server {
  const inkotls_server_config *config;
  int door[2];  // a pipe, for the sockets of new connections
};

// A measurement.
struct run {
  const struct server *server;
  const struct pool *pool;
  pthread_t thread;  // the scheduler's
  const inkotls_client_config *plain, *slow;
  size_t clients, started, ready, turns;
  struct queue gate;  // clients that are ready, until all are
  int64_t start, length, *stalls;
  size_t count;  // of the stalls
  atomic_size_t verifying, verified;
  atomic_llong last_verified;  // when
};

static double measure(const struct server *server, const struct pool *pool, int clients,
                      double seconds);
static double report(struct run *run);
static int by_length(const void *a, const void *b);
static void live(void *data);
static void wait_for_all(struct run *run);
static void ping_every_period(struct run *run, size_t index, struct stream *stream);
static void reconnect_in_turn(struct run *run, size_t index, struct stream *stream);
static void reach(const struct server *server, const inkotls_client_config *config,
                  struct stream *stream);
static void ping(struct stream *stream);
static void leave(struct stream *stream);
static const inkotls_client_config *load_client(struct run *slow);
static int32_t verify_slowly(void *user_data, void *conn_user_data,
                             inkotls_verification *verification);
static void start_server(struct server *server);
static void *serve(void *data);
static void accept_all(void *data);
static void echo(void *data);
static inkotls_status tls_handshake(struct stream *stream);
static inkotls_status tls_read(struct stream *stream, void *buf, size_t cap, size_t *len);
static inkotls_status tls_write(struct stream *stream, const void *data, size_t len);
static inkotls_status tls_close(struct stream *stream);
static bool obey(struct stream *stream, inkotls_status status);
static void run_blocking(struct stream *stream);
static void wait_for(struct stream *stream, uint32_t events);
static void attach(struct stream *stream, inkotls_conn *tls, int fd);
static void watch(struct stream *stream, int fd);
static void start_scheduler(const struct pool *pool);
static void spawn(void (*body)(void *data), void *data);
static void begin(void);
static void park(void);
static void wake(struct task *task);
static void sleep_until(int64_t due);
static void run_tasks(void);
static void poll_all(void);
static void wake_waiter(struct stream *stream);
static void start_pool(struct pool *pool);
static void start_thread(void *(*body)(void *data), void *data);
static void *work(void *data);
static bool set_nonblocking(int fd);
static int64_t now(void);
static void must(bool ok, const char *what);

int main(int argc, char **argv) {
  int clients = argc > 2 ? atoi(argv[2]) : 1000;
  double seconds = argc > 3 ? atof(argv[3]) : 5;
  if (argc < 2 || argc > 4 || clients < 10 || !(seconds > 0)) {
    fprintf(stderr, "usage: green_threads PKI_DIR [CONNECTIONS [SECONDS]]\n");
    return 2;
  }
  must(chdir(argv[1]) == 0, argv[1]);
  struct rlimit files;  // a connection takes two
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  // Both live as long as the process.
  static struct server server;
  static struct pool pool;
  start_server(&server);
  start_pool(&pool);

  printf(
      "%d connections on one thread, %d of them verified by a function that sleeps %d ms.\n"
      "Stalls of the other %d meanwhile, in ms:\n\n",
      clients, clients / 10, SLEEP_MS, clients - clients / 10);
  printf("%-14s%9s%9s%9s%9s%9s%9s\n", "", "verified", "samples", "p50", "p99", "p99.9", "max");
  double stall = measure(&server, &pool, clients, seconds);
  measure(&server, NULL, clients, seconds * 0.6);
  printf("\np99.9: %.1f ms\n", stall);
  return 0;
}

static double measure(const struct server *server, const struct pool *pool, int clients,
                      double seconds) {
  struct run run = {.server = server, .pool = pool, .thread = pthread_self()};
  run.clients = (size_t)clients;
  run.length = (int64_t)(seconds * 1000 * NS_PER_MS);
  run.stalls = calloc(run.clients * (size_t)(seconds * 1000 / PERIOD_MS + 1), sizeof *run.stalls);
  must(run.stalls != NULL, "memory");
  run.plain = load_client(NULL);
  run.slow = load_client(&run);
  TAILQ_INIT(&run.gate);

  start_scheduler(pool);
  for (int i = 0; i < clients; i++) spawn(live, &run);
  run_tasks();
  close(scheduler.epoll);
  must(run.turns > 0 && run.verified == run.turns, "the verification of each slow client");

  double stall = report(&run);
  inkotls_client_config_release(run.slow);
  inkotls_client_config_release(run.plain);
  free(run.stalls);
  return stall;
}

static double report(struct run *run) {
  const double parts[] = {0.5, 0.99, 0.999, 1};
  double stalls[4];
  qsort(run->stalls, run->count, sizeof *run->stalls, by_length);
  for (int i = 0; i < 4; i++) {
    size_t at = (size_t)((double)run->count * parts[i]);
    if (at > 0 && at == run->count) at--;
    stalls[i] = (double)run->stalls[at] / NS_PER_MS;
  }
  printf("%-14s%9zu%9zu%9.2f%9.2f%9.2f%9.2f\n", run->pool ? "with the pool" : "without",
         run->verified, run->count, stalls[0], stalls[1], stalls[2], stalls[3]);
  fflush(stdout);
  return stalls[2];
}

static int by_length(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

// The task of a client.
static void live(void *data) {
  struct run *run = data;
  size_t index = run->started++;
  struct stream stream;
  reach(run->server, run->plain, &stream);
  ping(&stream);
  wait_for_all(run);
  if (index % 10 == 9) {
    reconnect_in_turn(run, index / 10, &stream);
  } else {
    ping_every_period(run, index, &stream);
  }
  leave(&stream);
}

static void wait_for_all(struct run *run) {
  TAILQ_INSERT_TAIL(&run->gate, scheduler.current, link);
  if (++run->ready == run->clients) {
    run->start = now();
    TAILQ_CONCAT(&scheduler.ready, &run->gate, link);
  }
  park();
}

static void ping_every_period(struct run *run, size_t index, struct stream *stream) {
  const int64_t period = PERIOD_MS * NS_PER_MS;
  int64_t after = period * (int64_t)index / (int64_t)run->clients;
  for (; after < run->length; after += period) {
    int64_t due = run->start + after;
    sleep_until(due);
    // Only if somebody verified meanwhile.
    if (run->verifying > 0 || run->last_verified > due) run->stalls[run->count++] = now() - due;
    ping(stream);
  }
}

// At any time half of the pool is verifying, or without it half of the time.
static void reconnect_in_turn(struct run *run, size_t index, struct stream *stream) {
  const int64_t interval = 2 * SLEEP_MS * NS_PER_MS / (run->pool ? WORKERS : 1);
  int64_t after = interval * (int64_t)index;
  for (; after < run->length; after += interval * (int64_t)(run->clients / 10)) {
    sleep_until(run->start + after);
    leave(stream);
    reach(run->server, run->slow, stream);
    ping(stream);
    run->turns++;
  }
}

static void reach(const struct server *server, const inkotls_client_config *config,
                  struct stream *stream) {
  inkotls_conn *tls;
  int fds[2];
  must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0, "socketpair");
  for (int i = 0; i < 2; i++) must(set_nonblocking(fds[i]), "fcntl");
  must(inkotls_conn_new_client(config, "localhost", 9, &tls) == INKOTLS_STATUS_OK, "new_client");
  attach(stream, tls, fds[0]);
  must(write(server->door[1], &fds[1], sizeof fds[1]) == sizeof fds[1], "the server's door");
  inkotls_status status = tls_handshake(stream);
  must(status == INKOTLS_STATUS_OK, inkotls_conn_error(tls));
}

static void ping(struct stream *stream) {
  int64_t sent = now(), back = 0;
  inkotls_status status = tls_write(stream, &sent, sizeof sent);
  for (size_t got = 0, len = 0; got < sizeof back && status == INKOTLS_STATUS_OK; got += len) {
    status = tls_read(stream, (char *)&back + got, sizeof back - got, &len);
  }
  must(status == INKOTLS_STATUS_OK, inkotls_conn_error(stream->tls));
  must(back == sent, "the echo");
}

static void leave(struct stream *stream) {
  tls_close(stream);
  inkotls_conn_free(stream->tls);
  close(stream->fd);
}

// slow: NULL for the standard verification.
static const inkotls_client_config *load_client(struct run *slow) {
  const inkotls_client_config *config;
  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_roots *roots = inkotls_roots_new();
  must(inkotls_roots_add_pem_file(roots, "ca.pem", 6) == INKOTLS_STATUS_OK, "ca.pem");
  inkotls_client_builder_set_roots(builder, roots);
  inkotls_roots_free(roots);
  if (slow) {
    inkotls_client_builder_set_session_cache(builder, 0);  // who resumes is not verified again
    inkotls_client_builder_set_dangerous_verifier(builder, verify_slowly, slow, 1);
  }
  must(inkotls_client_builder_build(builder, &config) == INKOTLS_STATUS_OK, "a client's config");
  must(inkotls_client_config_may_block(config) == (slow != NULL), "may_block");
  return config;
}

// As where the platform asks a service, or the network.
static int32_t verify_slowly(void *user_data, void *conn_user_data,
                             inkotls_verification *verification) {
  (void)conn_user_data;
  struct run *run = user_data;
  must(!run->pool || !pthread_equal(pthread_self(), run->thread),
       "WANT_BLOCKING before a slow verification");
  run->verifying++;
  nanosleep(&(struct timespec){.tv_nsec = SLEEP_MS * NS_PER_MS}, NULL);
  int32_t verdict = inkotls_verification_verify(verification);
  run->verified++;
  run->last_verified = now();
  run->verifying--;
  return verdict;
}

static void start_server(struct server *server) {
  inkotls_identity *identity = inkotls_identity_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  must(inkotls_identity_set_chain_pem_file(identity, "ecdsa.pem", 9) == INKOTLS_STATUS_OK &&
           inkotls_identity_set_key_pem_file(identity, "ecdsa.key", 9) == INKOTLS_STATUS_OK,
       "ecdsa.pem or ecdsa.key");
  inkotls_server_builder_set_identity(builder, identity);
  inkotls_identity_free(identity);
  must(inkotls_server_builder_build(builder, &server->config) == INKOTLS_STATUS_OK,
       "the server's config");
  must(pipe(server->door) == 0, "pipe");
  for (int i = 0; i < 2; i++) must(set_nonblocking(server->door[i]), "fcntl");
  start_thread(serve, server);
}

// The servers are tasks, too, on a thread of their own.
static void *serve(void *data) {
  start_scheduler(NULL);
  spawn(accept_all, data);
  run_tasks();
  return NULL;
}

static void accept_all(void *data) {
  const struct server *server = data;
  struct stream door;
  watch(&door, server->door[0]);
  for (;;) {
    int fd;
    if (read(server->door[0], &fd, sizeof fd) < 0) {
      wait_for(&door, EPOLLIN);
      continue;
    }
    inkotls_conn *tls = NULL;
    struct stream *stream = malloc(sizeof *stream);
    must(stream && inkotls_conn_new_server(server->config, &tls) == INKOTLS_STATUS_OK, "accept");
    attach(stream, tls, fd);
    spawn(echo, stream);
  }
}

static void echo(void *data) {
  struct stream *stream = data;
  char text[64];
  size_t len;
  while (tls_read(stream, text, sizeof text, &len) == INKOTLS_STATUS_OK) {
    if (tls_write(stream, text, len) != INKOTLS_STATUS_OK) break;
  }
  leave(stream);
  free(stream);
}

static inkotls_status tls_handshake(struct stream *stream) {
  inkotls_status status;
  while (obey(stream, status = inkotls_conn_handshake(stream->tls))) continue;
  return status;
}

static inkotls_status tls_read(struct stream *stream, void *buf, size_t cap, size_t *len) {
  inkotls_status status;
  while (obey(stream, status = inkotls_conn_read(stream->tls, buf, cap, len))) continue;
  return status;
}

// Writes all of it, and gets it on its way.
static inkotls_status tls_write(struct stream *stream, const void *data, size_t len) {
  inkotls_status status = INKOTLS_STATUS_OK;
  for (const char *next = data, *end = next + len; next < end;) {
    size_t used;
    status = inkotls_conn_write(stream->tls, next, (size_t)(end - next), &used);
    if (status < 0) return status;
    if (!obey(stream, status)) next += used;
  }
  while (obey(stream, status = inkotls_conn_flush(stream->tls))) continue;
  return status;
}

static inkotls_status tls_close(struct stream *stream) {
  inkotls_status status;
  while (obey(stream, status = inkotls_conn_close(stream->tls))) continue;
  return status;
}

// Does what the status asks for, while other tasks run. True if the call is to be made again.
static bool obey(struct stream *stream, inkotls_status status) {
  switch (status) {
    case INKOTLS_STATUS_WANT_READ:
      if (inkotls_conn_state(stream->tls) & INKOTLS_STATE_READABLE) {
        sleep_until(0);  // it has read for long: others come first, and the socket would not tell
      } else {
        wait_for(stream, EPOLLIN);
      }
      return true;
    case INKOTLS_STATUS_WANT_WRITE:
      wait_for(stream, EPOLLOUT);
      return true;
    case INKOTLS_STATUS_WANT_BLOCKING:
      run_blocking(stream);
      return true;
    default:
      return false;
  }
}

// The pool is the connection's one user meanwhile: its task is parked, whatever the socket does.
static void run_blocking(struct stream *stream) {
  if (!scheduler.pool) {  // what a runtime must not do
    inkotls_conn_run_blocking(stream->tls);
    return;
  }
  stream->events = 0;
  stream->waiter = scheduler.current;
  must(write(scheduler.pool->todo[1], &stream, sizeof stream) == sizeof stream, "the pool");
  park();
}

// The socket is watched for edges, once and for all. One that comes while nobody waits for it may
// be lost: whoever waits has made a call since then that would have blocked.
static void wait_for(struct stream *stream, uint32_t events) {
  stream->events = events | EPOLLERR | EPOLLHUP;
  stream->waiter = scheduler.current;
  park();
}

static void attach(struct stream *stream, inkotls_conn *tls, int fd) {
  must(inkotls_conn_set_fd(tls, fd) == INKOTLS_STATUS_OK, "set_fd");
  watch(stream, fd);
  stream->tls = tls;
}

static void watch(struct stream *stream, int fd) {
  *stream = (struct stream){.fd = fd};
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = stream};
  must(epoll_ctl(scheduler.epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static void start_scheduler(const struct pool *pool) {
  scheduler = (struct scheduler){.epoll = epoll_create1(EPOLL_CLOEXEC), .pool = pool};
  TAILQ_INIT(&scheduler.ready);
  TAILQ_INIT(&scheduler.asleep);
  if (!pool) return;
  struct epoll_event event = {.events = EPOLLIN};  // of no stream
  must(epoll_ctl(scheduler.epoll, EPOLL_CTL_ADD, pool->done[0], &event) == 0, "epoll_ctl");
}

static void spawn(void (*body)(void *data), void *data) {
  struct task *task = calloc(1, sizeof *task);
  void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(task && stack != MAP_FAILED, "memory");
  mprotect(stack, (size_t)sysconf(_SC_PAGESIZE), PROT_NONE);  // a guard: stacks grow down
  task->stack = stack;
  task->body = body;
  task->data = data;
  getcontext(&task->context);
  task->context.uc_stack.ss_sp = stack;
  task->context.uc_stack.ss_size = STACK;
  task->context.uc_link = &scheduler.context;
  makecontext(&task->context, begin, 0);
  scheduler.alive++;
  wake(task);
}

static void begin(void) {
  struct task *task = scheduler.current;
  task->body(task->data);
  task->ended = true;
}

// Lets others run, until somebody wakes this task.
static void park(void) { swapcontext(&scheduler.current->context, &scheduler.context); }

static void wake(struct task *task) { TAILQ_INSERT_TAIL(&scheduler.ready, task, link); }

static void sleep_until(int64_t due) {
  struct task *task = scheduler.current;
  struct task *before = TAILQ_LAST(&scheduler.asleep, queue);  // most tasks sleep equally long
  while (before && before->due > due) before = TAILQ_PREV(before, queue, link);
  if (before) {
    TAILQ_INSERT_AFTER(&scheduler.asleep, before, task, link);
  } else {
    TAILQ_INSERT_HEAD(&scheduler.asleep, task, link);
  }
  task->due = due;
  park();
}

// Until none is left.
static void run_tasks(void) {
  while (scheduler.alive > 0) {
    struct task *task = TAILQ_FIRST(&scheduler.ready);
    if (!task) {
      poll_all();
      continue;
    }
    TAILQ_REMOVE(&scheduler.ready, task, link);
    scheduler.current = task;
    swapcontext(&scheduler.context, &task->context);
    if (!task->ended) continue;
    munmap(task->stack, STACK);
    free(task);
    scheduler.alive--;
  }
}

// Wakes the tasks whose time has come, or socket, or answer from the pool.
static void poll_all(void) {
  const int64_t second = 1000 * NS_PER_MS;
  struct task *first = TAILQ_FIRST(&scheduler.asleep);
  int64_t left = first ? first->due - now() : INT64_MAX;
  if (left < 0) left = 0;
  struct timespec timeout = {.tv_sec = left / second, .tv_nsec = left % second};
  ppoll(&(struct pollfd){.fd = scheduler.epoll, .events = POLLIN}, 1, &timeout, NULL);

  struct epoll_event events[256];
  int count = epoll_wait(scheduler.epoll, events, 256, 0);  // which alone would wait for whole ms
  for (int i = 0; i < count; i++) {
    struct stream *stream = events[i].data.ptr;
    if (stream) {
      if (stream->waiter && events[i].events & stream->events) wake_waiter(stream);
    } else if (read(scheduler.pool->done[0], &stream, sizeof stream) == sizeof stream) {
      wake_waiter(stream);
    }
  }

  int64_t time = now();
  while ((first = TAILQ_FIRST(&scheduler.asleep)) && first->due <= time) {
    TAILQ_REMOVE(&scheduler.asleep, first, link);
    wake(first);
  }
}

static void wake_waiter(struct stream *stream) {
  wake(stream->waiter);
  stream->waiter = NULL;
}

static void start_pool(struct pool *pool) {
  must(pipe(pool->todo) == 0 && pipe(pool->done) == 0, "pipe");
  for (int i = 0; i < WORKERS; i++) start_thread(work, pool);
}

static void start_thread(void *(*body)(void *data), void *data) {
  pthread_t thread;
  must(pthread_create(&thread, NULL, body, data) == 0, "pthread_create");
  pthread_detach(thread);
}

static void *work(void *data) {
  const struct pool *pool = data;
  struct stream *stream;
  while (read(pool->todo[0], &stream, sizeof stream) == sizeof stream) {
    inkotls_conn_run_blocking(stream->tls);  // how it went, the task's next call tells
    must(write(pool->done[1], &stream, sizeof stream) == sizeof stream, "the pool");
  }
  return NULL;
}

static bool set_nonblocking(int fd) { return fcntl(fd, F_SETFL, O_NONBLOCK) == 0; }

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * (int64_t)1000 * NS_PER_MS + time.tv_nsec;
}

static void must(bool ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "green_threads: failed: %s\n", what);
  exit(1);
}
