#include <string.h>

#include "bench.h"

size_t wire_take(struct wire *wire, void *buf, size_t cap) {
  size_t len = wire->end - wire->begin;
  if (len > cap) len = cap;
  memcpy(buf, wire->bytes + wire->begin, len);
  wire->begin += len;
  return len;
}

size_t wire_put(struct wire *wire, const void *data, size_t len) {
  size_t room = wire->cap - wire->end;
  if (len > room) len = room;
  memcpy(wire->bytes + wire->end, data, len);
  wire->end += len;
  return len;
}
