// epoll: Linux's own; and on macOS and FreeBSD, what the examples use of it, made of kqueue.
#ifndef EPOLL_H
#define EPOLL_H

#ifdef __linux__
#include <sys/epoll.h>
#else

#include <poll.h>
#include <stdint.h>
#include <sys/event.h>
#include <sys/types.h>
#include <time.h>

enum { EPOLLIN = 1, EPOLLOUT = 2, EPOLLET = 4 };
enum { EPOLLERR = 0, EPOLLHUP = 0 };  // kqueue reports them like bytes
enum { EPOLL_CTL_ADD, EPOLL_CTL_MOD };
enum { EPOLL_CLOEXEC };  // what is executed inherits no kqueue

struct epoll_event {
  uint32_t events;
  struct {
    void *ptr;
  } data;
};

static inline int epoll_create1(int flags) {
  (void)flags;
  return kqueue();
}

// To add what is there is to change it.
static inline int epoll_ctl(int queue, int operation, int fd, struct epoll_event *event) {
  (void)operation;
  for (int i = 0; i < 2; i++) {
    int is_wanted = (event->events & (i ? EPOLLOUT : EPOLLIN)) != 0;
    int how = event->events & EPOLLET ? EV_ADD | EV_CLEAR : EV_ADD;
    struct kevent change;
    EV_SET(&change, fd, i ? EVFILT_WRITE : EVFILT_READ, is_wanted ? how : EV_DELETE, 0, 0,
           event->data.ptr);
    if (kevent(queue, &change, 1, NULL, 0, NULL) < 0 && is_wanted) return -1;
  }
  return 0;
}

static inline int epoll_wait(int queue, struct epoll_event *events, int max, int timeout_ms) {
  struct kevent ready[64];
  struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
  int count = kevent(queue, NULL, 0, ready, max < 64 ? max : 64, timeout_ms < 0 ? NULL : &timeout);
  for (int i = 0; i < count; i++) {
    events[i].events = ready[i].filter == EVFILT_READ ? EPOLLIN : EPOLLOUT;
    events[i].data.ptr = ready[i].udata;
  }
  return count;
}

#endif
#endif
