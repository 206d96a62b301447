// Whose time and whose memory it is.
#ifndef COST_H
#define COST_H

#include <malloc.h>
#include <stdint.h>
#include <time.h>

#include "interposed.h"

enum { NOBODY, ATTACKER, VICTIM };
static int turn;
static struct { int64_t ns, live, peak; } cost[3];
static int64_t since;

static void *came(void *block) {
  cost[turn].live += (int64_t)malloc_usable_size(block);
  if (cost[turn].live > cost[turn].peak) cost[turn].peak = cost[turn].live;
  return block;
}

static void goes(void *block) { cost[turn].live -= (int64_t)malloc_usable_size(block); }

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void as(int who) {
  int64_t time = now();
  cost[turn].ns += time - since;
  since = time;
  turn = who;
}

#endif
