// Counts what every peer asks of the heap and of its descriptors. The executable's symbols come
// before libc's, in the peers' shared objects as well.

#include <malloc.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "interposed.h"

struct counted {
  size_t live, peak, allocations;  // bytes, as malloc rounds them up
  size_t reads, writes;            // system calls
} counted;

static void *came(void *block) {
  if (!block) return NULL;
  counted.allocations++;
  counted.live += malloc_usable_size(block);
  if (counted.live > counted.peak) counted.peak = counted.live;
  return block;
}

static void goes(void *block) {
  if (block) counted.live -= malloc_usable_size(block);
}

ssize_t read(int fd, void *buf, size_t cap) {
  counted.reads++;
  return syscall(SYS_read, fd, buf, cap);
}

ssize_t readv(int fd, const struct iovec *parts, int n) {
  counted.reads++;
  return syscall(SYS_readv, fd, parts, n);
}

ssize_t recvfrom(int fd, void *restrict buf, size_t cap, int flags,
                 struct sockaddr *restrict address, socklen_t *restrict len) {
  counted.reads++;
  return syscall(SYS_recvfrom, fd, buf, cap, flags, address, len);
}

ssize_t recv(int fd, void *buf, size_t cap, int flags) {
  return recvfrom(fd, buf, cap, flags, NULL, NULL);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags) {
  counted.reads++;
  return syscall(SYS_recvmsg, fd, message, flags);
}

ssize_t write(int fd, const void *data, size_t len) {
  counted.writes++;
  return syscall(SYS_write, fd, data, len);
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
  counted.writes++;
  return syscall(SYS_writev, fd, parts, n);
}

ssize_t sendto(int fd, const void *data, size_t len, int flags, const struct sockaddr *address,
               socklen_t address_len) {
  counted.writes++;
  return syscall(SYS_sendto, fd, data, len, flags, address, address_len);
}

ssize_t send(int fd, const void *data, size_t len, int flags) {
  return sendto(fd, data, len, flags, NULL, 0);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  counted.writes++;
  return syscall(SYS_sendmsg, fd, message, flags);
}
