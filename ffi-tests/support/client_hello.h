// ClientHellos of one record (RFC 8446, section 4.1.2), and what a test changes in them on their
// way.
#ifndef CLIENT_HELLO_H
#define CLIENT_HELLO_H

#include <string.h>

#include "check.h"

enum { TICKET_NAME = 16, TICKET_HEAD = TICKET_NAME + 32, TICKET_TAG = 16 };

static inline unsigned two(const unsigned char *at) { return (unsigned)at[0] << 8 | at[1]; }

static inline unsigned char *put(unsigned char *at, size_t number, int bytes) {
  while (bytes-- > 0) *at++ = (unsigned char)(number >> 8 * bytes);
  return at;
}

// The extensions, behind the length that they have together.
static inline size_t extensions_of(const unsigned char *hello) {
  size_t at = 5 + 4 + 2 + 32;  // headers, version, random
  at += 1 + hello[at];         // session id
  at += 2 + two(hello + at);   // cipher suites
  at += 1 + hello[at];         // compression methods
  return at + 2;
}

// Where an extension begins, with its type.
static inline size_t extension_of(const unsigned char *hello, size_t len, unsigned type) {
  size_t at = extensions_of(hello);
  while (at + 4 <= len && two(hello + at) != type) at += 4 + two(hello + at + 2);
  if (at + 4 > len) give_up("a ClientHello without the extension");
  return at;
}

// Writes the ClientHello `hello` with `count` tickets of `size` bytes before its own
// (section 4.2.11). They bear the name of its own ticket's key, and nobody sealed them. Returns how
// much it wrote.
static inline size_t with_tickets(const unsigned char *hello, size_t len, size_t count, size_t size,
                                  unsigned char *out) {
  enum { RECORD = 5, BINDER = 48, FRAGMENT = 1 << 14, PRE_SHARED_KEY = 41 };
  static unsigned char message[1 << 17];
  const unsigned char *data = hello + extension_of(hello, len, PRE_SHARED_KEY) + 4;  // the last
  const unsigned char *binders = data + 2 + two(data);
  const unsigned char *extensions = hello + extensions_of(hello) - 2;
  size_t more_identities = count * (2 + size + 4), more_binders = count * (1 + BINDER);
  size_t more = more_identities + more_binders, total = len - RECORD + more;
  unsigned char *at = message;

  memcpy(at, hello + RECORD, (size_t)(data - hello) - RECORD);
  put(at + 1, total - 4, 3);
  put(at + (extensions - hello - RECORD), two(extensions) + more, 2);
  at += data - hello - RECORD;
  put(at - 2, two(data - 2) + more, 2);
  at = put(at, two(data) + more_identities, 2);
  for (size_t i = 0; i < count; i++) {
    at = put(at, size, 2);
    memset(at, (int)i, size + 4);
    memcpy(at, data + 4, TICKET_NAME);
    at += size + 4;
  }
  memcpy(at, data + 2, two(data));
  at += two(data);
  at = put(at, two(binders) + more_binders, 2);
  for (size_t i = 0; i < count; i++) {
    *at++ = BINDER;
    memset(at, 0, BINDER);
    at += BINDER;
  }
  memcpy(at, binders + 2, two(binders));

  unsigned char *end = out;
  for (size_t done = 0, part; done < total; done += part) {
    part = total - done < FRAGMENT ? total - done : FRAGMENT;
    memcpy(end, hello, 3);
    memcpy(put(end + 3, part, 2), message + done, part);
    end += RECORD + part;
  }
  return (size_t)(end - out);
}

#endif
