// What the tests use of POSIX's sockets, over Winsock. A pipe is a socket that was shut down in one
// direction.
#ifndef POSIX_H
#define POSIX_H

#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#define NOGDI
#include <direct.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <winsock2.h>
#include <ws2tcpip.h>
#undef small

// Numbers of errno that inkotls_conn_os_error returns after a call of Winsock.
#undef EBADF
#define EBADF WSAENOTSOCK
#undef ECONNRESET
#define ECONNRESET WSAECONNRESET
// Wine answers so where Linux has these, too.
#undef EPIPE
#define EPIPE WSAECONNRESET
#undef ECONNREFUSED
#define ECONNREFUSED WSAECONNRESET

#define MSG_DONTWAIT 0x40000000
#define MSG_NOSIGNAL 0
#define SHUT_RD SD_RECEIVE
#define SHUT_WR SD_SEND
#define SHUT_RDWR SD_BOTH
#define O_CLOEXEC 0
#define O_NONBLOCK 0x4000
#define F_GETFD 1
#define F_GETFL 3
#define F_SETFL 4
#define POLLRDHUP POLLIN
#define EAI_SYSTEM 1

int posix_socketpair(int family, int type, int protocol, int ends[2]);
int posix_pipe(int ends[2]);
int posix_close(int fd);
int posix_fcntl(int fd, int command, ...);
int posix_poll(struct pollfd *fds, unsigned long count, int ms);
int posix_socket(int family, int type, int protocol);
int posix_accept(int fd, struct sockaddr *address, int *len);
int posix_connect(int fd, const struct sockaddr *address, int len);
int posix_setsockopt(int fd, int level, int name, const void *value, int len);
int posix_getsockopt(int fd, int level, int name, void *value, int *len);
ssize_t posix_recv(int fd, void *buf, size_t len, int flags);
ssize_t posix_send(int fd, const void *data, size_t len, int flags);
ssize_t posix_read(int fd, void *buf, size_t len);
ssize_t posix_write(int fd, const void *data, size_t len);
unsigned posix_alarm(unsigned seconds);
int getentropy(void *buf, size_t len);

#define socketpair posix_socketpair
#define pipe posix_pipe
#define close posix_close
#define fcntl posix_fcntl
#define poll posix_poll
#define socket posix_socket
#define accept posix_accept
#define connect posix_connect
#define setsockopt posix_setsockopt
#define getsockopt posix_getsockopt
#define recv posix_recv
#define send posix_send
#define read posix_read
#define write posix_write
#define alarm posix_alarm

#endif
