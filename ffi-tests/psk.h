// A ClientHello of TLS 1.3 with more tickets than it was made with (RFC 8446, section 4.2.11).
#ifndef PSK_H
#define PSK_H

#include <string.h>

#include "check.h"

enum { TICKET_NAME = 16, TICKET_HEAD = TICKET_NAME + 32, TICKET_TAG = 16 };

static unsigned two(const unsigned char *at) { return (unsigned)at[0] << 8 | at[1]; }

static unsigned char *put(unsigned char *at, size_t number, int bytes) {
  while (bytes-- > 0) *at++ = (unsigned char)(number >> 8 * bytes);
  return at;
}

// Where pre_shared_key is, which comes last: its data. NULL: there is none.
static const unsigned char *find_psk(const unsigned char *message, size_t len) {
  enum { PRE_SHARED_KEY = 41, FIXED = 4 + 2 + 32 };
  const unsigned char *at = message + FIXED;
  at += 1 + at[0];      // session id
  at += 2 + two(at);    // cipher suites
  at += 1 + at[0] + 2;  // compression methods; the length of the extensions
  for (; at < message + len; at += 4 + two(at + 2))
    if (two(at) == PRE_SHARED_KEY) return at + 4;
  return NULL;
}

// Writes the ClientHello `hello`, which is one record, with `count` tickets of `size` bytes before
// its own. They bear the name of its own ticket's key, and nobody sealed them. Returns how much it
// wrote.
static size_t with_tickets(const unsigned char *hello, size_t len, size_t count, size_t size,
                           unsigned char *out) {
  enum { RECORD = 5, BINDER = 48, FRAGMENT = 1 << 14 };
  static unsigned char message[1 << 17];
  const unsigned char *data = find_psk(hello + RECORD, len - RECORD);
  if (!data) give_up("a ClientHello without a session");
  const unsigned char *binders = data + 2 + two(data), *extensions = hello + RECORD + 38;
  extensions += 1 + extensions[0];
  extensions += 2 + two(extensions);
  extensions += 1 + extensions[0];
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
