#include "posix.h"

#include <io.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef close
#undef poll
#undef socket
#undef accept
#undef connect
#undef setsockopt
#undef getsockopt
#undef recv
#undef send

__attribute__((constructor)) static void start(void) {
  WSADATA data;
  WSAStartup(MAKEWORD(2, 2), &data);
  _setmode(0, _O_BINARY);
  _setmode(1, _O_BINARY);
}

// Returns `result`, and sets errno as POSIX does.
static int with_errno(int result) {
  if (result >= 0) return result;
  switch (WSAGetLastError()) {
    case WSAEWOULDBLOCK:
      errno = EAGAIN;
      break;
    case WSAEINTR:
      errno = EINTR;
      break;
    case WSAEINPROGRESS:
      errno = EINPROGRESS;
      break;
    case WSAECONNRESET:
      errno = ECONNRESET;
      break;
    case WSAECONNREFUSED:
      errno = ECONNREFUSED;
      break;
    case WSAECONNABORTED:
    case WSAESHUTDOWN:
      errno = EPIPE;
      break;
    case WSAENOTSOCK:
      errno = EBADF;
      break;
    default:
      errno = EIO;
  }
  return -1;
}

static int set_nonblocking(int fd, unsigned long on) { return ioctlsocket(fd, FIONBIO, &on); }

int posix_socket(int family, int type, int protocol) {
  return with_errno((int)socket(family, type, protocol));
}

int posix_accept(int fd, struct sockaddr *address, int *len) {
  return with_errno((int)accept(fd, address, len));
}

int posix_connect(int fd, const struct sockaddr *address, int len) {
  int result = with_errno(connect(fd, address, len));
  if (result && errno == EAGAIN) errno = EINPROGRESS;
  return result;
}

int posix_setsockopt(int fd, int level, int name, const void *value, int len) {
  return with_errno(setsockopt(fd, level, name, value, len));
}

int posix_getsockopt(int fd, int level, int name, void *value, int *len) {
  return with_errno(getsockopt(fd, level, name, value, len));
}

int posix_socketpair(int family, int type, int protocol, int ends[2]) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int len = sizeof address, one = 1, small = 65536;
  SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);
  (void)family, (void)type, (void)protocol;
  ends[0] = (int)socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1) ||
      getsockname(listener, (struct sockaddr *)&address, &len) ||
      connect(ends[0], (struct sockaddr *)&address, sizeof address))
    return with_errno(-1);
  ends[1] = (int)accept(listener, NULL, NULL);
  closesocket(listener);
  for (int i = 0; i < 2; i++) {
    setsockopt(ends[i], IPPROTO_TCP, TCP_NODELAY, (char *)&one, sizeof one);
    setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, (char *)&small, sizeof small);
    setsockopt(ends[i], SOL_SOCKET, SO_RCVBUF, (char *)&small, sizeof small);
  }
  return 0;
}

int posix_pipe(int ends[2]) {
  if (posix_socketpair(0, 0, 0, ends)) return -1;
  shutdown(ends[1], SD_RECEIVE);
  shutdown(ends[0], SD_SEND);
  return 0;
}

// A file of the C library has a small number, a socket a multiple of 4 that is no such file.
static int is_socket(int fd) {
  int kind, len = sizeof kind;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, (char *)&kind, &len) == 0;
}

int posix_close(int fd) { return is_socket(fd) ? with_errno(closesocket(fd)) : _close(fd); }

int posix_fcntl(int fd, int command, ...) {
  va_list list;
  va_start(list, command);
  int flags = command == F_SETFL ? va_arg(list, int) : 0;
  va_end(list);
  if (command == F_SETFL) return with_errno(set_nonblocking(fd, (flags & O_NONBLOCK) != 0));
  // The mode cannot be asked for: it is the one that the library sets.
  return is_socket(fd) ? O_NONBLOCK : with_errno(-1);
}

// WSAPoll refuses negative descriptors, which poll ignores.
int posix_poll(struct pollfd *fds, unsigned long count, int ms) {
  struct pollfd there[64];
  unsigned long index[64], n = 0;
  if (count > 64) abort();
  for (unsigned long i = 0; i < count; i++) {
    fds[i].revents = 0;
    if ((int)fds[i].fd < 0) continue;
    there[n] = fds[i];
    there[n].fd = (unsigned)fds[i].fd;
    index[n++] = i;
  }
  if (n == 0) return Sleep(ms), 0;
  int ready = with_errno(WSAPoll(there, n, ms));
  for (unsigned long i = 0; i < n; i++) fds[index[i]].revents = there[i].revents;
  return ready;
}

// There is no flag for one call: recv is preceded by poll, and send leaves the socket in
// non-blocking mode.
ssize_t posix_recv(int fd, void *buf, size_t len, int flags) {
  struct pollfd polled = {.fd = (SOCKET)fd, .events = POLLIN};
  if (flags & MSG_DONTWAIT && WSAPoll(&polled, 1, 0) == 0) {
    errno = EAGAIN;
    return -1;
  }
  return with_errno(recv(fd, buf, (int)len, flags & ~MSG_DONTWAIT));
}

ssize_t posix_send(int fd, const void *data, size_t len, int flags) {
  if (flags & MSG_DONTWAIT) set_nonblocking(fd, 1);
  return with_errno(send(fd, data, (int)len, flags & ~MSG_DONTWAIT));
}

ssize_t posix_read(int fd, void *buf, size_t len) {
  return is_socket(fd) ? posix_recv(fd, buf, len, 0) : _read(fd, buf, (unsigned)len);
}

ssize_t posix_write(int fd, const void *data, size_t len) {
  return is_socket(fd) ? posix_send(fd, data, len, 0) : _write(fd, data, (unsigned)len);
}

unsigned posix_alarm(unsigned seconds) { return (void)seconds, 0; }

void *memmem(const void *in, size_t len, const void *what, size_t what_len) {
  const char *at = in;
  for (; what_len <= len; at++, len--)
    if (memcmp(at, what, what_len) == 0) return (void *)at;
  return NULL;
}

char *strcasestr(const char *in, const char *what) {
  size_t len = strlen(what);
  for (; *in; in++)
    if (_strnicmp(in, what, len) == 0) return (char *)in;
  return NULL;
}

struct tm *gmtime_r(const time_t *at, struct tm *out) {
  return gmtime_s(out, at) ? NULL : out;
}

int setenv(const char *name, const char *value, int yes) {
  return (void)yes, _putenv_s(name, value);
}

int unsetenv(const char *name) { return _putenv_s(name, ""); }

char *mkdtemp(char *name) { return _mktemp(name) && _mkdir(name) == 0 ? name : NULL; }

int mkfifo(const char *path, int mode) {
  (void)path, (void)mode;
  errno = ENOSYS;
  return -1;
}

void explicit_bzero(void *data, size_t len) { SecureZeroMemory(data, len); }

BOOLEAN NTAPI SystemFunction036(PVOID buf, ULONG len);  // RtlGenRandom

int getentropy(void *buf, size_t len) { return SystemFunction036(buf, (ULONG)len) ? 0 : -1; }
