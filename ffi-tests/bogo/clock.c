// The library's clock: it stands still, and goes on by what -resumption-delay says.

#include <time.h>

#include "session.h"

static int64_t passed;

void clock_advance(long seconds) { passed += seconds; }

int64_t clock_now(void *user_data, void *conn_user_data) {
  static int64_t start;
  (void)user_data, (void)conn_user_data;
  if (start == 0) start = (int64_t)time(NULL);
  return start + passed;
}
