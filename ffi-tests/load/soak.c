// Many connections at a time to examples/https_server.c: peers that ask, in new sessions and in
// resumed ones, and peers that say nothing, or little, or garbage, or go away. The environment says
// how many (SOAK_CONNECTIONS, by default 400) and for how many seconds (SOAK_SECONDS, by default
// 5); `make soak` sets 10000 and 600. The server, https_server, and heap.so, which tells how much
// of its heap is in use, lie two folders above the folder of this program.
//
// Each visit ends as its kind of peer must be answered, byte for byte. The server may end a visit
// when its time is over, never before. After all visits the server has as many descriptors and as
// much memory as before.

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "configs.h"

enum {
  SERVER_MS = 10000,      // what the server gives a connection
  FORGOTTEN_MS = 120000,  // more than TCP tries to finish what waits for room in a backlog
  DRIBBLE_MS = 500,
  PAUSE_MS = 5000,  // at most
  TICK_MS = 20,
  WARM_UP = 1000,  // visits that ask, until the server keeps as many sessions as it does
  WARM_UP_AT_A_TIME = 50,
  STEPS = 5,
  SESSIONS = 256,                   // that the server keeps
  HEAP_TOLERANCE = SESSIONS * 256,  // they differ in size
  // Each has three blocks, which keep pages from going; the largest may lie across two.
  RESIDENT_TOLERANCE = SESSIONS * 4 * 4096,
};
static const inkotls_status WANT_TIME = 100;  // of our own
static const char request[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

struct visit {
  const struct kind *kind;  // NULL: not begun
  size_t step;
  int fd;
  inkotls_conn *tls;
  int64_t began, due;
  uint32_t events;
  size_t sent, got;
  unsigned char text[1024];
};

static inkotls_status say_nothing(struct visit *visit);
static inkotls_status shake(struct visit *visit);
static inkotls_status pause_a_while(struct visit *visit);
static inkotls_status ask(struct visit *visit);
static inkotls_status hear(struct visit *visit);
static inkotls_status leave(struct visit *visit);
static inkotls_status hear_close(struct visit *visit);
static inkotls_status dribble_hello(struct visit *visit);
static inkotls_status dribble_request(struct visit *visit);
static inkotls_status start_hello(struct visit *visit);
static inkotls_status speak_garbage(struct visit *visit);
static inkotls_status hear_alert(struct visit *visit);
static inkotls_status damage(struct visit *visit);
static inkotls_status hear_refusal(struct visit *visit);
static inkotls_status reset(struct visit *visit);

static struct kind {
  const char *name;
  unsigned weight;  // of those that begin, in percent
  inkotls_status (*steps[STEPS])(struct visit *);
  size_t visits, late;  // late: an honest peer whose time was over
} kinds[] = {
    {"asks", 14, {shake, ask, hear}, 0, 0},
    {"asks after a while", 20, {shake, pause_a_while, ask, hear}, 0, 0},
    {"asks for nothing", 3, {shake, leave, hear_close}, 0, 0},
    {"says nothing", 20, {say_nothing}, 0, 0},
    {"a ClientHello in single bytes", 15, {dribble_hello}, 0, 0},
    {"a request in single bytes", 10, {shake, dribble_request}, 0, 0},
    {"garbage", 6, {speak_garbage, hear_alert}, 0, 0},
    {"garbage after the handshake", 3, {shake, damage, hear_refusal}, 0, 0},
    {"a reset at once", 3, {reset}, 0, 0},
    {"a reset within the ClientHello", 2, {start_hello, reset}, 0, 0},
    {"a reset after the handshake", 2, {shake, reset}, 0, 0},
    {"a reset after the request", 2, {shake, ask, reset}, 0, 0},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static struct {
  pid_t pid;
  int heap;     // see heap.c
  FILE *words;  // what it said to stderr
  struct sockaddr_in address;
} server;

static struct visit *visits;
static size_t count, active, most_resident;
static int epoll, is_warm, is_ending;
static const inkotls_client_config *clients[2][2];  // new, or resumed; of TLS 1.2, or 1.3
static unsigned char hello[4096];
static size_t hello_len;
static size_t handshakes, resumed, alerts, bytes_asked, bytes_answered, failures;
static uint64_t seed = 1;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * (int64_t)1000 + time.tv_nsec / 1000000;
}

static uint32_t random_number(void) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33);
}

// A visit, from its socket to its end.

static void visit_fails(const struct visit *visit, const char *why) {
  if (failures++ < 10)
    fprintf(stderr, "%s: %s, after %ld ms: %s\n", visit->kind->name, why,
            (long)(now() - visit->began), visit->tls ? inkotls_conn_error(visit->tls) : "");
}

static inkotls_status judged(const struct visit *visit, int is_good, const char *otherwise) {
  if (!is_good) visit_fails(visit, otherwise);
  return INKOTLS_STATUS_OK;
}

static int is_over(const struct visit *visit) {
  return now() - visit->began >= SERVER_MS - 1;  // milliseconds are rounded
}

static void watch(struct visit *visit, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = visit};
  if (visit->events == events) return;
  if (epoll_ctl(epoll, operation, visit->fd, &event)) give_up("epoll_ctl");
  visit->events = events;
}

static const struct kind *any_kind(void) {
  unsigned left = random_number() % 100;
  const struct kind *kind = kinds;
  while (left >= kind->weight) left -= kind++->weight;
  return kind;
}

// From one of many addresses: one has too few ports.
static void begin(struct visit *visit, const struct kind *kind) {
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + random_number() % 64);
  *visit = (struct visit){.kind = kind, .began = now()};
  visit->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(visit->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
  if (bind(visit->fd, (struct sockaddr *)&from, sizeof from) ||
      (connect(visit->fd, (struct sockaddr *)&server.address, sizeof server.address) &&
       errno != EINPROGRESS))
    give_up(strerror(errno));
  watch(visit, EPOLL_CTL_ADD, EPOLLOUT);
  if (kind->steps[0] == shake) {
    CHECK_INT(
        inkotls_conn_new_client(clients[is_warm][random_number() % 2], "localhost", 9, &visit->tls),
        INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_set_fd(visit->tls, visit->fd), INKOTLS_STATUS_OK);
  }
  active++;
}

static void end(struct visit *visit) {
  inkotls_conn_free(visit->tls);
  close(visit->fd);
  kinds[visit->kind - kinds].visits++;
  visit->kind = NULL;
  active--;
}

static void go_on(struct visit *visit) {
  for (;;) {
    inkotls_status (*step)(struct visit *) = visit->kind->steps[visit->step];
    if (!step) break;
    inkotls_status status = step(visit);
    if (status == INKOTLS_STATUS_OK) {
      visit->step++;
      visit->sent = 0;
      visit->due = 0;
    } else if (status > 0) {
      watch(visit, EPOLL_CTL_MOD,
            status == INKOTLS_STATUS_WANT_READ    ? EPOLLIN
            : status == INKOTLS_STATUS_WANT_WRITE ? EPOLLOUT
                                                  : 0);
      return;
    } else if (is_over(visit)) {
      kinds[visit->kind - kinds].late++;
      break;
    } else {
      visit_fails(visit, inkotls_status_text(status));
      break;
    }
  }
  end(visit);
}

// Bytes past TLS: those that came, 0 at the end, or less while there is nothing.
static ssize_t raw(struct visit *visit) {
  ssize_t got = recv(visit->fd, visit->text + visit->got, sizeof visit->text - visit->got, 0);
  if (got > 0) visit->got += (size_t)got;
  if (got < 0 && errno != EAGAIN) return 0;  // a reset is an end, too
  return got;
}

// Steps of those that ask.

static inkotls_status shake(struct visit *visit) {
  inkotls_status status = inkotls_conn_handshake(visit->tls);
  if (status != INKOTLS_STATUS_OK) return status;
  handshakes++;
  resumed += inkotls_conn_is_resumed(visit->tls) == 1;
  return status;
}

static inkotls_status pause_a_while(struct visit *visit) {
  if (visit->due == 0) visit->due = now() + random_number() % PAUSE_MS;
  return now() >= visit->due ? INKOTLS_STATUS_OK : WANT_TIME;
}

static inkotls_status ask(struct visit *visit) {
  while (visit->sent < sizeof request - 1) {
    size_t used;
    inkotls_status status = inkotls_conn_write(visit->tls, request + visit->sent,
                                               sizeof request - 1 - visit->sent, &used);
    if (status != INKOTLS_STATUS_OK) return status;
    visit->sent += used;
    bytes_asked += used;
  }
  return inkotls_conn_flush(visit->tls);
}

// The page tells what the server has agreed on: that is what we have.
static int is_answered(const struct visit *visit) {
  const inkotls_conn *tls = visit->tls;
  char page[512], text[1024];
  int len = snprintf(page, sizeof page,
                     "200 OK\n\nversion: %s\nsuite: %s\ngroup: %s\nalpn: http/1.1\n"
                     "server name: localhost\n",
                     inkotls_protocol_version_name(inkotls_conn_protocol_version(tls)),
                     inkotls_cipher_suite_name(inkotls_conn_cipher_suite(tls)),
                     inkotls_named_group_name(inkotls_conn_named_group(tls)));
  len = snprintf(text, sizeof text,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
                 "Connection: close\r\n\r\n%s",
                 len, page);
  return visit->got == (size_t)len && memcmp(visit->text, text, visit->got) == 0;
}

static inkotls_status hear(struct visit *visit) {
  for (;;) {
    size_t len;
    inkotls_status status = inkotls_conn_read(visit->tls, visit->text + visit->got,
                                              sizeof visit->text - visit->got, &len);
    if (status == INKOTLS_STATUS_CLOSED) return judged(visit, is_answered(visit), "not the answer");
    if (status != INKOTLS_STATUS_OK) return status;
    visit->got += len;
    bytes_answered += len;
  }
}

static inkotls_status leave(struct visit *visit) { return inkotls_conn_close(visit->tls); }

static inkotls_status hear_close(struct visit *visit) {
  size_t len;
  inkotls_status status = inkotls_conn_read(visit->tls, visit->text, sizeof visit->text, &len);
  if (status > 0) return status;
  return status == INKOTLS_STATUS_CLOSED ? INKOTLS_STATUS_OK : INKOTLS_STATUS_PROTOCOL_ERROR;
}

// Steps of those that take their time. All that the server does is end it.

static inkotls_status ended(const struct visit *visit) {
  return judged(visit, visit->got == 0 && is_over(visit), "not ended in silence, or too early");
}

static inkotls_status say_nothing(struct visit *visit) {
  return raw(visit) == 0 ? ended(visit) : INKOTLS_STATUS_WANT_READ;
}

static inkotls_status dribble_hello(struct visit *visit) {
  if (raw(visit) == 0) return ended(visit);
  if (visit->due <= now()) {
    visit->due = now() + DRIBBLE_MS;
    if (send(visit->fd, hello + visit->sent++, 1, MSG_NOSIGNAL) < 0) return ended(visit);
  }
  return INKOTLS_STATUS_WANT_READ;
}

// A header without an end.
static inkotls_status dribble_request(struct visit *visit) {
  size_t used;
  inkotls_status status = inkotls_conn_read(visit->tls, visit->text, sizeof visit->text, &used);
  if (status == INKOTLS_STATUS_WANT_READ && visit->due <= now()) {
    visit->due = now() + DRIBBLE_MS;
    status = inkotls_conn_write(visit->tls, "x", 1, &used);
    if (status >= 0) status = inkotls_conn_flush(visit->tls);
  }
  return status >= 0 ? INKOTLS_STATUS_WANT_READ : ended(visit);
}

// Steps of those that are no clients.

static inkotls_status start_hello(struct visit *visit) {
  ssize_t sent = send(visit->fd, hello, 1 + random_number() % (hello_len - 1), MSG_NOSIGNAL);
  return sent > 0 ? INKOTLS_STATUS_OK : INKOTLS_STATUS_IO_ERROR;
}

// Random bytes, or a record of them that begins like a ClientHello, or one in the clear.
static inkotls_status speak_garbage(struct visit *visit) {
  unsigned char noise[600];
  size_t len = 1 + random_number() % sizeof noise;
  for (size_t i = 0; i < len; i++) noise[i] = (unsigned char)random_number();
  switch (random_number() % 3) {
    case 0:
      if (len >= 11) memcpy(noise, hello, 11);
      break;
    case 1:
      memcpy(noise, request, len = sizeof request - 1);
  }
  ssize_t sent = send(visit->fd, noise, len, MSG_NOSIGNAL);
  shutdown(visit->fd, SHUT_WR);
  return sent == (ssize_t)len ? INKOTLS_STATUS_OK : INKOTLS_STATUS_IO_ERROR;
}

static inkotls_status hear_alert(struct visit *visit) {
  enum { ALERT = 21, FATAL = 2 };
  const unsigned char *text = visit->text;
  ssize_t got;
  while ((got = raw(visit)) > 0) continue;
  if (got < 0) return INKOTLS_STATUS_WANT_READ;
  alerts += visit->got == 7;
  return judged(visit, visit->got == 0 || (visit->got == 7 && text[0] == ALERT && text[5] == FATAL),
                "neither silence nor an alert");
}

static inkotls_status damage(struct visit *visit) {
  unsigned char record[5 + 64] = {23, 3, 3, 0, 64};
  for (size_t i = 5; i < sizeof record; i++) record[i] = (unsigned char)random_number();
  ssize_t sent = send(visit->fd, record, sizeof record, MSG_NOSIGNAL);
  shutdown(visit->fd, SHUT_WR);
  return sent == sizeof record ? INKOTLS_STATUS_OK : INKOTLS_STATUS_IO_ERROR;
}

static inkotls_status hear_refusal(struct visit *visit) {
  enum { BAD_RECORD_MAC = 20 };
  size_t len;
  inkotls_status status = inkotls_conn_read(visit->tls, visit->text, sizeof visit->text, &len);
  if (status != INKOTLS_STATUS_ALERT_RECEIVED) return status;
  return judged(visit, inkotls_conn_alert_received(visit->tls) == BAD_RECORD_MAC, "not that alert");
}

static inkotls_status reset(struct visit *visit) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(visit->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  return INKOTLS_STATUS_OK;
}

// The server.

static char build[400];  // the folder of the server and of heap.so

static void find_build(const char *program) {
  const char *end = strrchr(program, '/');
  if (!end) give_up("the program was started without its path");
  snprintf(build, sizeof build, "%.*s/../..", (int)(end - program), program);
}

static void read_port(int from) {
  char line[64] = "";
  unsigned port = 0;
  FILE *in = fdopen(from, "r");
  if (!in || !fgets(line, sizeof line, in) || sscanf(line, "listening on 127.0.0.1:%u", &port) != 1)
    give_up("the server does not listen");
  fclose(in);
  server.address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  server.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

static void start_server(void) {
  char program[512], heap[512];
  int out[2], asked[2];
  snprintf(program, sizeof program, "%s/https_server", build);
  snprintf(heap, sizeof heap, "%s/heap.so", build);
  server.words = tmpfile();
  if (!server.words || pipe(out) || socketpair(AF_UNIX, SOCK_STREAM, 0, asked))
    give_up(strerror(errno));
  const char *chain = pki_path("ecdsa.pem"), *key = pki_path("ecdsa.key");
  server.pid = fork();
  if (server.pid == 0) {
    char socket[16];
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    snprintf(socket, sizeof socket, "%d", asked[1]);
    setenv("HEAP_SOCKET", socket, 1);
    setenv("LD_PRELOAD", heap, 1);
    setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);  // what it keeps counts as used
    dup2(out[1], STDOUT_FILENO);
    dup2(fileno(server.words), STDERR_FILENO);
    close(asked[0]);
    close(out[0]);
    execl(program, program, "0", chain, key, (char *)NULL);
    perror(program);
    _exit(127);
  }
  close(out[1]);
  close(asked[1]);
  server.heap = asked[0];
  read_port(out[0]);
}

// Without the pages of files, such as the program.
static size_t resident(void) {
  char path[64];
  unsigned long all = 0, pages = 0, shared = 0;
  snprintf(path, sizeof path, "/proc/%d/statm", (int)server.pid);
  FILE *in = fopen(path, "r");
  if (!in || fscanf(in, "%lu %lu %lu", &all, &pages, &shared) != 3) give_up(path);
  fclose(in);
  return (pages - shared) * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t descriptors(void) {
  char path[64];
  size_t found = 0;
  snprintf(path, sizeof path, "/proc/%d/fd", (int)server.pid);
  DIR *folder = opendir(path);
  if (!folder) give_up(path);
  while (readdir(folder)) found++;
  closedir(folder);
  return found - 2;  // "." and ".."
}

struct use {
  size_t descriptors, heap, resident;
};

// Once the server knows that all its peers have gone.
static struct use use_without_connections(size_t expected) {
  struct use use = {.descriptors = descriptors()};
  int64_t limit = now() + 3 * SERVER_MS;
  while (expected && use.descriptors != expected && now() < limit) {
    poll(NULL, 0, TICK_MS);
    use.descriptors = descriptors();
  }
  if (write(server.heap, "", 1) != 1 ||
      read(server.heap, &use.heap, sizeof use.heap) != sizeof use.heap)
    give_up("the server's heap");
  use.resident = resident();
  return use;
}

// What it said. That is one line for each connection that it refused or lost.
static size_t complaints(void) {
  char *line = NULL;
  size_t cap = 0, lines = 0;
  rewind(server.words);
  for (; getline(&line, &cap, server.words) > 0; lines++)
    if (!strstr(line, "127.0.0.1:") || strstr(line, "a bug in")) {
      failures++;
      fprintf(stderr, "the server said: %s", line);
    }
  free(line);
  return lines;
}

static void stop_server(void) {
  int status = -1;
  kill(server.pid, SIGTERM);
  CHECK_INT(waitpid(server.pid, &status, 0), server.pid);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// The soak.

static void forget(struct visit *visit) {
  visit_fails(visit, "never ended");
  end(visit);
}

// Those whose time has come: to begin, to go on, or to be given up.
static void tick(const struct kind *only, int64_t time) {
  for (size_t i = 0; i < count; i++) {
    struct visit *visit = &visits[i];
    if (!visit->kind && !is_ending && visit->due <= time) {
      begin(visit, only ? only : any_kind());
    } else if (visit->kind && visit->due != 0 && visit->due <= time) {
      go_on(visit);
    } else if (visit->kind && time - visit->began > FORGOTTEN_MS) {
      forget(visit);
    }
  }
}

static void turn(const struct kind *only) {
  static int64_t next_tick, next_look;
  struct epoll_event events[256];
  int ready = epoll_wait(epoll, events, 256, TICK_MS);
  for (int i = 0; i < ready; i++) go_on(events[i].data.ptr);
  int64_t time = now();
  if (time < next_tick) return;
  next_tick = time + TICK_MS;
  tick(only, time);
  if (time < next_look) return;
  next_look = time + 1000;
  if (resident() > most_resident) most_resident = resident();
}

static void finish(void) {
  is_ending = 1;
  while (active > 0) turn(NULL);
  is_ending = 0;
}

static void warm_up(void) {
  size_t all = count;
  count = all < WARM_UP_AT_A_TIME ? all : WARM_UP_AT_A_TIME;
  while (kinds[0].visits < WARM_UP) turn(&kinds[0]);
  finish();
  count = all;
  is_warm = 1;
}

// Not all at once: the server's backlog is limited.
static void soak(int seconds) {
  int64_t start = now(), time = seconds * (int64_t)1000;
  int64_t ramp = time < SERVER_MS ? time : SERVER_MS;
  for (size_t i = 0; i < count; i++) visits[i].due = start + (int64_t)i * ramp / (int64_t)count;
  while (now() < start + time) turn(NULL);
  finish();
}

static void raise_limit(void) {
  struct rlimit limit;
  rlim_t want = count + 64;
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < want) limit.rlim_max = want;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit)) {
    fprintf(stderr, "%zu connections need %zu descriptors: ulimit -Hn\n", count, (size_t)want);
    exit(2);
  }
}

static void print_visits(int seconds) {
  printf("%zu connections at a time for %d s\n\n", count, seconds);
  printf("%-32s %10s %10s\n", "", "visits", "late");
  for (size_t i = 0; i < KINDS; i++)
    printf("%-32s %10zu %10zu\n", kinds[i].name, kinds[i].visits, kinds[i].late);
  printf("\n%zu handshakes, %zu of them resumed; %zu alerts to garbage\n", handshakes, resumed,
         alerts);
  printf("%zu bytes asked, %zu bytes answered; %zu visits not as they should be\n", bytes_asked,
         bytes_answered, failures);
}

static void print_use(struct use before, struct use after) {
  printf("\n%-32s %10s %10s %10s\n", "the server's", "before", "most", "after");
  printf("%-32s %10zu %10s %10zu\n", "descriptors", before.descriptors, "", after.descriptors);
  printf("%-32s %10zu %10s %10zu\n", "heap in use, KiB", before.heap >> 10, "", after.heap >> 10);
  printf("%-32s %10zu %10zu %10zu\n\n", "resident, KiB", before.resident >> 10, most_resident >> 10,
         after.resident >> 10);
}

static int setting(const char *name, int by_default) {
  const char *text = getenv(name);
  return text ? atoi(text) : by_default;
}

static void many_connections(void) {
  int seconds = setting("SOAK_SECONDS", 5);
  count = (size_t)setting("SOAK_CONNECTIONS", 400);
  raise_limit();
  visits = calloc(count, sizeof *visits);
  epoll = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < 4; i++) {
    inkotls_client_builder *builder = client_speaking(i % 2 ? TLS13 : TLS12);
    CHECK_INT(inkotls_client_builder_add_alpn(builder, "http/1.1", 8), INKOTLS_STATUS_OK);
    if (i < 2) CHECK_INT(inkotls_client_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
    clients[i / 2][i % 2] = client_built(builder);
  }
  inkotls_conn *greeter;
  CHECK_INT(inkotls_conn_new_client(clients[0][1], "localhost", 9, &greeter), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(greeter), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain(greeter, hello, sizeof hello, &hello_len), INKOTLS_STATUS_OK);
  inkotls_conn_free(greeter);

  start_server();
  size_t own = descriptors();
  warm_up();
  struct use before = use_without_connections(own);
  soak(seconds);
  struct use after = use_without_connections(before.descriptors);
  stop_server();

  print_visits(seconds);
  print_use(before, after);
  printf("the server complained %zu times\n", complaints());
  CHECK_INT(failures, 0);
  for (size_t i = 0; i < KINDS; i++) CHECK(kinds[i].visits > kinds[i].late);
  CHECK(resumed > 0 && resumed < handshakes && alerts > 0);
  CHECK_INT(after.descriptors, before.descriptors);
  CHECK(after.heap <= before.heap + HEAP_TOLERANCE);
  CHECK(after.resident <= before.resident + RESIDENT_TOLERANCE);
  for (int i = 0; i < 4; i++) inkotls_client_config_release(clients[i / 2][i % 2]);
  free(visits);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  find_build(argv[0]);
  once("many connections", many_connections);
  return checks_done();
}
