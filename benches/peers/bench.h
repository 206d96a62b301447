// What is asked of every peer: connections in memory, both of whose sides are in one thread. The
// peers in Rust answer the same: src/peer.rs has this over again.
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

// Ciphertext on its way: from begin to end.
struct wire {
  uint8_t *bytes;
  size_t begin, end, cap;
};

// How many of `cap` bytes could be taken, or of `len` be put.
size_t wire_take(struct wire *wire, void *buf, size_t cap);
size_t wire_put(struct wire *wire, const void *data, size_t len);

// TLS 1.3, the one suite; the client verifies the server's chain and its name.
struct settings {
  const char *ca, *chain, *key;  // PEM files
  const char *name;              // of the server
  int32_t suite;                 // IANA's number: AES-128-GCM or AES-256-GCM
  int32_t resumes;               // sessions are kept, with one ticket a handshake; or none is
  int32_t default_groups;        // those of a host that sets none; or X25519 alone
};
enum { AES_128_GCM = 0x1301, AES_256_GCM = 0x1302, X25519 = 29, TLS13 = 0x0304 };

// How a side's ciphertext moves: over two wires, or over a socket that does not block (wires NULL).
struct transport {
  struct wire *in, *out;
  int32_t fd;
  int32_t into_room;  // inkotls: the host receives from the socket, into memory of the connection
};

// A call that does next to nothing, `times` over.
struct idle_call {
  const char *name;
  void (*repeat)(void *side, size_t times);
};

struct peer {
  const char *name;
  const char *(*version)(void);

  void *(*setup)(const struct settings *settings);  // the configs of a client and of a server
  void (*teardown)(void *setup);

  void *(*open)(void *setup, int32_t is_server, const struct transport *transport);
  void (*free)(void *side);
  int32_t (*handshake)(void *side);  // 1: done; 0: the other's turn; -1: failed
  int32_t (*is_resumed)(void *side);

  // Seals all of it, and gets it on its way.
  int32_t (*send)(void *side, const void *data, size_t len);  // 1, or 0 where that failed
  // Opens what has come, as far as there is room; 0 where there is nothing more.
  size_t (*receive)(void *side, void *buf, size_t cap);
  // The same, but the plaintext is lent and given back at once. NULL: this peer cannot.
  size_t (*receive_lent)(void *side);

  // Makes a client's config that trusts what the platform does, and frees it. NULL: it cannot.
  int32_t (*trust_platform)(void);
  struct idle_call idle[4];  // ends with a name of NULL
};

extern const struct peer inkotls_peer, rustls_ffi_peer, openssl_peer, gnutls_peer, mbedtls_peer,
    wolfssl_peer;

#endif
