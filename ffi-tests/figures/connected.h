// What both clients begin with.

#include <netdb.h>
#include <stddef.h>
#include <sys/socket.h>

// To the host and the port of the command line; negative where that fails.
static int connected(int argc, char **argv) {
  struct addrinfo *at, hints = {.ai_socktype = SOCK_STREAM};
  if (argc != 3 || getaddrinfo(argv[1], argv[2], &hints, &at) != 0) return -1;
  int fd = socket(at->ai_family, SOCK_STREAM, 0);
  int failed = connect(fd, at->ai_addr, at->ai_addrlen);
  freeaddrinfo(at);
  return failed < 0 ? failed : fd;
}
