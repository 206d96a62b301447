// A gate at which one thread waits for another: a semaphore, made of a pipe, because macOS has no
// sem_init.
#ifndef INKOTLS_TEST_GATE_H
#define INKOTLS_TEST_GATE_H

#include <unistd.h>

#include "check.h"

struct gate {
  int ends[2];
};

static inline void gate_new(struct gate *gate) {
  if (pipe(gate->ends)) give_up("pipe");
}

static inline void gate_open(const struct gate *gate) {
  if (write(gate->ends[1], "", 1) != 1) give_up("the gate");
}

static inline void gate_pass(const struct gate *gate) {
  char octet;
  while (read(gate->ends[0], &octet, 1) != 1) continue;
}

#endif
