// accept instead of libc's, through LD_PRELOAD: for half a second after its first call it fails
// with ACCEPT_ERRNO. Then it says on stderr how often it has failed, and accepts.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int accept(int fd, struct sockaddr *address, socklen_t *len) {
  static long first, failures;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  long now = time.tv_sec * 1000 + time.tv_nsec / 1000000;
  if (first == 0) first = now;
  if (now - first < 500) {
    failures++;
    errno = atoi(getenv("ACCEPT_ERRNO"));
    return -1;
  }
  if (failures > 0) fprintf(stderr, "accept failed %ld times\n", failures);
  failures = 0;
  return (int)syscall(SYS_accept4, fd, address, len, 0);
}
