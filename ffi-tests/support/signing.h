// A host's signatures: with libcrypto, and the keys of the test PKI.
#ifndef SIGNING_H
#define SIGNING_H

#include <openssl/pem.h>
#include <stdio.h>

#include "pair.h"
#include "signature.h"

static EVP_PKEY *key_of(const char *name) {
  char file[64];
  snprintf(file, sizeof file, "%s.key", name);
  FILE *in = fopen(pki_path(file), "r");
  EVP_PKEY *key = in ? PEM_read_PrivateKey(in, NULL, NULL, NULL) : NULL;
  if (!key) give_up(file);
  fclose(in);
  return key;
}

#endif
