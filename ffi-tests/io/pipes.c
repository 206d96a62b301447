// Pipes as a transport, and which descriptors are refused. sockets.c tests what pipes have in
// common with sockets.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif
#include <unistd.h>

#include "wire.h"

// A pipe one way, a socket the other way.
static void of_both(struct wire *wire, int talks_through_a_pipe) {
  struct wire sockets;
  int other = !talks_through_a_pipe;
  pipes(wire);
  unix_pair(&sockets);
  close(wire->out[other]), close(wire->in[!other]);
  wire->out[other] = sockets.out[other];
  wire->in[!other] = sockets.in[!other];
}

static void pipe_to_server(struct wire *wire) { of_both(wire, CLIENT); }

static void pipe_to_client(struct wire *wire) { of_both(wire, SERVER); }

// Which descriptors are taken.

static const char *reason(int os_error) {
  return os_error == ENOTSOCK     ? "it is neither a socket nor a pipe"
         : os_error == EPROTOTYPE ? "it is a socket, but not a stream socket"
                                  : "it is ";
}

static void is_refused(const struct wire *wire, int read_fd, int write_fd, int os_error) {
  inkotls_conn *conn = wire->conn[CLIENT];
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  CHECK_INT(inkotls_conn_set_fds(conn, read_fd, write_fd), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_conn_os_error(conn), os_error);
  CHECK_TEXT(inkotls_conn_error(conn), reason(os_error));
  CHECK_INT(inkotls_acceptor_set_fds(acceptor, read_fd, write_fd), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_acceptor_os_error(acceptor), os_error);
  CHECK_TEXT(inkotls_acceptor_error(acceptor), reason(os_error));
  if (read_fd == write_fd) {
    CHECK_INT(inkotls_conn_set_fd(conn, read_fd), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(inkotls_conn_os_error(conn), os_error);
    CHECK_INT(inkotls_acceptor_set_fd(acceptor, read_fd), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(inkotls_acceptor_os_error(acceptor), os_error);
  }
  inkotls_acceptor_free(acceptor);
}

static void others_are_refused(void) {
  struct wire wire = wire_with_client(pipes);
  int in = wire.in[CLIENT], out = wire.out[CLIENT], closed = dup(0), stream[2], datagram[2], seq[2];
  FILE *regular = tmpfile();
  if (!regular || closed < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, stream) ||
      socketpair(AF_UNIX, SOCK_DGRAM, 0, datagram) || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, seq))
    give_up(strerror(errno));
  const struct {
    const char *what;
    int fd, os_error;
  } refused[] = {
      {"closed", closed, EBADF},
      {"-2", -2, EBADF},
      {"the smallest number", INT32_MIN, EBADF},
      {"the largest number", INT32_MAX, EBADF},
      {"a regular file", fileno(regular), ENOTSOCK},
      {"a directory", open("/", O_RDONLY | O_DIRECTORY), ENOTSOCK},
      {"/dev/null", open("/dev/null", O_RDWR), ENOTSOCK},
      {"datagrams", datagram[0], EPROTOTYPE},
      {"packets", seq[0], EPROTOTYPE},
  };
  close(closed);
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    checking("descriptors: %s", refused[i].what);
    is_refused(&wire, refused[i].fd, refused[i].fd, refused[i].os_error);
    is_refused(&wire, refused[i].fd, out, refused[i].os_error);
    is_refused(&wire, in, refused[i].fd, refused[i].os_error);
    is_refused(&wire, stream[0], refused[i].fd, refused[i].os_error);
  }
  checking("descriptors: the wrong end");
  is_refused(&wire, in, in, EBADF);
  is_refused(&wire, out, out, EBADF);
  is_refused(&wire, out, in, EBADF);
  is_refused(&wire, stream[0], in, EBADF);
  CHECK_TEXT(inkotls_conn_error(wire.conn[CLIENT]), "open for reading only, and has to be written");
  is_refused(&wire, out, stream[0], EBADF);
  CHECK_TEXT(inkotls_conn_error(wire.conn[CLIENT]), "open for writing only, and has to be read");
  is_refused(&wire, closed, out, EBADF);
  CHECK_TEXT(inkotls_conn_error(wire.conn[CLIENT]), "not open");
  checking("descriptors: one of two");
  is_refused(&wire, in, -1, EBADF);
  is_refused(&wire, -1, out, EBADF);

  checking("descriptors: those before are still there");
  char hello[4096];
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  CHECK(wire_get(&wire, SERVER, hello, sizeof hello) > 0);
  fclose(regular);
  for (int i = 0; i < 2; i++) close(stream[i]), close(datagram[i]), close(seq[i]);
  for (int i = 5; i < 7; i++) close(refused[i].fd);
  wire_free(&wire);
}

// A socket that is not connected is a stream socket all the same.
static void listens(void) {
  struct wire wire = wire_with_client(pipes);
  inkotls_conn *conn = wire.conn[CLIENT];
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || listen(fd, 1)) give_up(strerror(errno));
  CHECK_INT(inkotls_conn_set_fd(conn, fd), INKOTLS_STATUS_OK);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(conn), EPIPE);  // of the ClientHello
  }
  close(fd);
  wire_free(&wire);
}

// One that is open both ways is one descriptor; this client hears its own words.
static void talks_to_itself(void) {
  struct wire wire = wire_with_client(pipes);
  char path[] = "/tmp/inkotls-pipe-XXXXXX";
  close(mkstemp(path));  // a name that nobody has
  if (unlink(path) || mkfifo(path, 0600)) give_up(path);
  int fd = open(path, O_RDWR);
  unlink(path);
  CHECK_INT(inkotls_conn_set_fd(wire.conn[CLIENT], fd), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_PROTOCOL_ERROR);
  CHECK_INT(inkotls_conn_alert_sent(wire.conn[CLIENT]), 10);
  close(fd);
  wire_free(&wire);
}

// More than a pipe holds.

static void toggle_blocking(int fd) {
  CHECK_INT(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) ^ O_NONBLOCK), 0);
}

// Both ways at once. Whether an end blocks may change at any time.
static void carries_much(medium over, int is_changing) {
  enum { TOTAL = 1 << 20, MOST_ROUNDS = 1000 };
  struct wire wire = wire_shaken(over);
  struct stream to[2] = {{0, 0}, {0, 0}};  // to the client, to the server
  int rounds = 0;
  do {
    inkotls_status at[2];
    for (int i = 0; i < 2; i++) {
      if (to[!i].written < TOTAL) CHECK(pour(wire.conn[i], &to[!i]) >= 0);
      do at[i] = drink(wire.conn[i], &to[i]);
      while (at[i] == INKOTLS_STATUS_OK);
      CHECK_INT(at[i], INKOTLS_STATUS_WANT_READ);
      inkotls_status flushed = inkotls_conn_flush(wire.conn[i]);
      CHECK(flushed >= 0);
      if (flushed > 0) at[i] = flushed;
      if (is_changing) toggle_blocking(rounds & 1 ? wire.in[i] : wire.out[i]);
    }
    if (to[CLIENT].received < to[CLIENT].written && to[SERVER].received < to[SERVER].written)
      wire_wait(&wire, at[CLIENT], at[SERVER]);
  } while (++rounds < MOST_ROUNDS && (to[0].received < TOTAL || to[1].received < TOTAL));
  for (int i = 0; i < 2; i++) {
    CHECK(to[i].received >= TOTAL);
    CHECK_INT(to[i].received, to[i].written);
  }
  wire_free(&wire);
}

static void carries_much_unchanged(medium over) { carries_much(over, 0); }

static void carries_much_and_changes(medium over) { carries_much(over, 1); }

// There is room for a page, or for none: what is written must fit, to the byte.
static void is_full_to_the_brim(medium over) {
  enum { TOTAL = 200000 };
  static const size_t steps[] = {1, 100, 4095, 4096, 4097};
  struct wire wire = wire_shaken(over);
  struct stream stream = {0, 0};
  unsigned char net[8192];
#ifdef F_SETPIPE_SZ
  CHECK(fcntl(wire.out[CLIENT], F_SETPIPE_SZ, 4096) >= 4096);
#endif
  // What the server hears is in the test's hands.
  CHECK_INT(inkotls_conn_detach(wire.conn[SERVER]), INKOTLS_STATUS_OK);
  for (size_t i = 0; stream.received < TOTAL; i++) {
    inkotls_status status;
    size_t step = steps[i % (sizeof steps / sizeof steps[0])], len, used;
    do status = pour(wire.conn[CLIENT], &stream);
    while (status == INKOTLS_STATUS_OK);
    CHECK_INT(status, INKOTLS_STATUS_WANT_WRITE);
    CHECK_INT(inkotls_conn_flush(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
    if (!CHECK((len = wire_get(&wire, SERVER, net, step)) > 0)) break;
    CHECK_INT(inkotls_conn_feed(wire.conn[SERVER], net, len, &used), INKOTLS_STATUS_OK);
    CHECK_INT(used, len);
    while ((status = drink(wire.conn[SERVER], &stream)) == INKOTLS_STATUS_OK) continue;
    CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
  }
  wire_free(&wire);
}

// Ends.

static void ends_early(medium over) {
  char in[4];
  size_t len = 99;
  struct wire wire = wire_with_client(over);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  wire_mute(&wire, SERVER);
  for (int again = 0; again < 3; again++)
    CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_UNEXPECTED_EOF);
  wire_free(&wire);

  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  wire = wire_with_client(over);
  CHECK_INT(wire_attach_acceptor(&wire, acceptor), INKOTLS_STATUS_OK);
  wire_leave(&wire, CLIENT);
  for (int again = 0; again < 3; again++)
    CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_UNEXPECTED_EOF);
  inkotls_acceptor_free(acceptor);
  wire_free(&wire);

  // What was on its way is read first; the other direction is still open.
  wire = wire_shaken(over);
  wire_say(&wire, SERVER, "half a");
  wire_mute(&wire, SERVER);
  wire_hear(&wire, CLIENT, "half a");
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len),
              INKOTLS_STATUS_UNEXPECTED_EOF);
    wire_say(&wire, CLIENT, "an answer");
    wire_hear(&wire, SERVER, "an answer");
  }
  wire_free(&wire);
}

// SIGPIPE.

static volatile sig_atomic_t raised;

static void count(int signal) {
  (void)signal;
  raised++;
}

static sigset_t only(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  return set;
}

static int is_blocked(int signal) {
  sigset_t set;
  pthread_sigmask(SIG_BLOCK, NULL, &set);
  return sigismember(&set, signal);
}

static int is_pending(int signal) {
  sigset_t set;
  sigpending(&set);
  return sigismember(&set, signal);
}

// How many are pending; none after that.
static int taken(int signal) {
  sigset_t set = only(signal);
  int many = 0, found;
  for (; is_pending(signal); many++) CHECK_INT(sigwait(&set, &found), 0);
  return many;
}

static void finds_broken_pipes(medium over) {
  char in[4];
  size_t len = 99;
  struct wire wire = wire_with_client(over);
  wire_deafen(&wire, SERVER);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), EPIPE);
    CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), EPIPE);
    CHECK_INT(len, 99);
  }
  wire_free(&wire);

  wire = wire_shaken(over);
  wire_deafen(&wire, SERVER);
  wire_write_in_vain(&wire, CLIENT);
  CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), EPIPE);
  CHECK_INT(inkotls_conn_close(wire.conn[CLIENT]), INKOTLS_STATUS_IO_ERROR);
  // What the peer says is heard all the same.
  wire_say(&wire, SERVER, "hello");
  wire_hear(&wire, CLIENT, "hello");
  wire_free(&wire);
}

// The library asks before a write and behind it. With this, one SIGPIPE for the process has come in
// between, and another thread has taken it since: who waits for it waits for ever.
static int is_taken_by_another, asked;

#ifdef __linux__
int sigpending(sigset_t *set) {
  sigemptyset(set);
  long result = syscall(SYS_rt_sigpending, set, _NSIG / 8);
  if (is_taken_by_another && asked++ % 2) sigaddset(set, SIGPIPE);
  return (int)result;
}
#endif

static void waits_for_no_signal(medium over) {
  struct wire wire = wire_shaken(over);
  is_taken_by_another = 1;
  asked = 0;
  for (int side = CLIENT; side <= SERVER; side++) {
    wire_say(&wire, side, "hello");
    wire_hear(&wire, !side, "hello");
  }
  CHECK(asked > 0);
  is_taken_by_another = 0;
  wire_free(&wire);
}

static const char *medium_name;  // in the scenario that runs

static void raises_no_signal(medium over) {
  sigset_t sigpipe = only(SIGPIPE), sigusr1 = only(SIGUSR1);
  checking("%s: SIGPIPE is deadly", medium_name);
  finds_broken_pipes(over);
  CHECK(!is_blocked(SIGPIPE) && !is_pending(SIGPIPE));

  checking("%s: SIGPIPE is ignored", medium_name);
  signal(SIGPIPE, SIG_IGN);
  finds_broken_pipes(over);
  CHECK(!is_blocked(SIGPIPE) && !is_pending(SIGPIPE));

  checking("%s: SIGPIPE is handled", medium_name);
  signal(SIGPIPE, count);
  raised = 0;
  finds_broken_pipes(over);
  CHECK_INT(raised, 0);
  CHECK(!is_blocked(SIGPIPE) && !is_pending(SIGPIPE));

  checking("%s: SIGPIPE is blocked", medium_name);
  pthread_sigmask(SIG_BLOCK, &sigpipe, NULL);
  finds_broken_pipes(over);
  CHECK(is_blocked(SIGPIPE) && !is_pending(SIGPIPE));

  checking("%s: SIGPIPE is pending, and another signal too", medium_name);
  pthread_sigmask(SIG_BLOCK, &sigusr1, NULL);
  raise(SIGUSR1);
  raise(SIGPIPE);
  finds_broken_pipes(over);
  CHECK(is_blocked(SIGPIPE) && is_blocked(SIGUSR1) && is_pending(SIGPIPE) && is_pending(SIGUSR1));
  CHECK_INT(taken(SIGPIPE), 1);
  CHECK_INT(taken(SIGUSR1), 1);

  checking("%s: SIGPIPE is pending for the process", medium_name);
  kill(getpid(), SIGPIPE);
  finds_broken_pipes(over);
  CHECK(is_blocked(SIGPIPE) && is_pending(SIGPIPE));
  CHECK(taken(SIGPIPE) >= 1);
  CHECK_INT(raised, 0);

  pthread_sigmask(SIG_UNBLOCK, &sigusr1, NULL);
  pthread_sigmask(SIG_UNBLOCK, &sigpipe, NULL);
  signal(SIGPIPE, SIG_DFL);
}

static const struct {
  const char *name;
  medium over;
} media[] = {
    {"pipes", pipes},
    {"non-blocking pipes", nonblocking_pipes},
    {"a pipe to the server", pipe_to_server},
    {"a pipe to the client", pipe_to_client},
};
enum { ONLY_PIPES = 2, ALL = 4 };

static void over_each(int count, const char *name, void (*scenario)(medium)) {
  if (!begins("%s", name)) return;
  for (int i = 0; i < count; i++) {
    medium_name = media[i].name;
    checking("%s: %s", name, medium_name);
    alarm(DEADLINE_S);
    scenario(media[i].over);
  }
}

int main(int argc, char **argv) {
  wires_open(argc, argv);
  once("refused descriptors", others_are_refused);
  once("a listening socket", listens);
  once("a pipe that is open both ways", talks_to_itself);
  over_each(ALL, "more than a pipe holds", carries_much_unchanged);
  over_each(ALL, "more than a pipe holds, blocking or not", carries_much_and_changes);
  over_each(ALL, "end of file", ends_early);
  over_each(ALL, "SIGPIPE", raises_no_signal);
  over_each(ALL, "SIGPIPE that another thread takes", waits_for_no_signal);
  over_each(ONLY_PIPES, "a full pipe", is_full_to_the_brim);
  return wires_done();
}
