// The time of day instead of libc's, for the program that includes this and all that it links:
// `today` gives it, in Unix seconds; 0 is the system's.
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int64_t today(void);

int clock_gettime(clockid_t clock, struct timespec *now) {
  int64_t seconds = clock == CLOCK_REALTIME ? today() : 0;
  if (seconds == 0) return (int)syscall(SYS_clock_gettime, clock, now);
  *now = (struct timespec){.tv_sec = (time_t)seconds};
  return 0;
}

#if defined(__GLIBC__) && __SIZEOF_LONG__ == 4
// Rust's standard library calls this one on these machines, because it has times of 64 bits.
struct wide_time {
  int64_t tv_sec;
  int32_t tv_nsec, padding;
};

int __clock_gettime64(clockid_t clock, struct wide_time *now) {
  int64_t seconds = clock == CLOCK_REALTIME ? today() : 0;
  if (seconds == 0) return (int)syscall(SYS_clock_gettime64, clock, now);
  *now = (struct wide_time){.tv_sec = seconds};
  return 0;
}
#endif

#endif
