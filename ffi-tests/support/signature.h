// One signature, with libcrypto.
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stddef.h>
#include <stdint.h>

// Signs `message` with an IANA signature scheme; returns the length, or 0.
static int32_t signature(EVP_PKEY *key, int32_t scheme, const uint8_t *message, size_t len,
                         uint8_t *buf, size_t cap) {
  int is_pss = scheme >= 0x0804 && scheme <= 0x0806;
  int hash = scheme >> 8 == 8 ? scheme & 0xff : scheme >> 8;
  const EVP_MD *digest = hash == 4   ? EVP_sha256()
                         : hash == 5 ? EVP_sha384()
                         : hash == 6 ? EVP_sha512()
                                     : NULL;  // Ed25519's own
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_PKEY_CTX *options;
  int is_done = EVP_DigestSignInit(context, &options, digest, NULL, key) == 1;
  if (is_pss)
    is_done = is_done && EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1;
  is_done = is_done && EVP_DigestSign(context, buf, &cap, message, len) == 1;
  EVP_MD_CTX_free(context);
  return is_done ? (int32_t)cap : 0;
}

#endif
