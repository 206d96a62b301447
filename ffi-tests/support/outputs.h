// Where calls that must not write would write (rule 9).
#ifndef OUTPUTS_H
#define OUTPUTS_H

#include <stdint.h>
#include <string.h>

#include "inkotls.h"

enum { POISON = 0x5a };

static struct outputs {
  size_t len, size;
  char buf[64];
  const char *text;
  const uint8_t *bytes;
  uint8_t *room;
  const uint16_t *numbers;
  inkotls_conn *conn;
  const inkotls_client_config *client;
  const inkotls_server_config *server;
  const inkotls_ticket_keys *ticket_keys;
  inkotls_certificate *certificate;
  int64_t seconds;
} out;

static void poison_outputs(void) { memset(&out, POISON, sizeof out); }

static int is_untouched(void) {
  struct outputs poisoned;
  memset(&poisoned, POISON, sizeof poisoned);
  return memcmp(&out, &poisoned, sizeof out) == 0;
}

#endif
