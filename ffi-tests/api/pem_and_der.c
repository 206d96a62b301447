// Certificates, CRLs and keys in PEM, in files and in DER. Bad input of each kind has its own
// status, an error message that says what is wrong (rule 17) and repeats nothing secret (rule 18),
// and errno where a system call failed.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pair.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum input {
  ROOTS_PEM,
  ROOTS_FILE,
  ROOTS_DER,
  PEER_PEM,
  PEER_FILE,
  PEER_DER,
  CRL_PEM,
  CRL_FILE,
  CRL_DER,
  RAW_KEY,
  CHAIN_PEM,
  CHAIN_FILE,
  CHAIN_DER,
  KEY_PEM,
  KEY_FILE,
  KEY_DER,
};

static inkotls_status give(inkotls_roots *roots, inkotls_identity *identity, enum input input,
                           const char *data, size_t len) {
  switch (input) {
    case ROOTS_PEM:
      return inkotls_roots_add_pem(roots, data, len);
    case ROOTS_FILE:
      return inkotls_roots_add_pem_file(roots, data, len);
    case ROOTS_DER:
      return inkotls_roots_add_der(roots, data, len);
    case PEER_PEM:
      return inkotls_roots_add_peer_certificate_pem(roots, data, len);
    case PEER_FILE:
      return inkotls_roots_add_peer_certificate_pem_file(roots, data, len);
    case PEER_DER:
      return inkotls_roots_add_peer_certificate_der(roots, data, len);
    case CRL_PEM:
      return inkotls_roots_add_crl_pem(roots, data, len);
    case CRL_FILE:
      return inkotls_roots_add_crl_pem_file(roots, data, len);
    case CRL_DER:
      return inkotls_roots_add_crl_der(roots, data, len);
    case RAW_KEY:
      return inkotls_roots_add_raw_public_key(roots, data, len);
    case CHAIN_PEM:
      return inkotls_identity_set_chain_pem(identity, data, len);
    case CHAIN_FILE:
      return inkotls_identity_set_chain_pem_file(identity, data, len);
    case CHAIN_DER:
      return inkotls_identity_add_chain_der(identity, data, len);
    case KEY_PEM:
      return inkotls_identity_set_key_pem(identity, data, len);
    case KEY_FILE:
      return inkotls_identity_set_key_pem_file(identity, data, len);
    case KEY_DER:
      return inkotls_identity_set_key_der(identity, data, len);
  }
  give_up("no such input");
}

// What is the host's own is not called the peer's; of a PEM, which may be secret, only labels are
// repeated.
static void is_discreet(const char *text, const char *input, size_t len) {
  CHECK(is_safe_to_log(text, strlen(text)));
  CHECK(!strstr(text, "peer"));
  CHECK(!strstr(text, "45, 45, 45"));  // "---", as Rust writes bytes
  if (!memmem(input, len, "-----BEGIN", 10)) return;
  for (size_t i = 0; i + 16 <= len; i++) {
    char part[17] = {0};
    memcpy(part, input + i, 16);
    if (strspn(part, "-ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ") == 16) continue;  // a label
    if (!CHECK(!strstr(text, part))) return;
  }
}

// The error of a system that reads a folder as a file.
#ifdef _WIN32
enum { IS_FOLDER = 5 };  // ERROR_ACCESS_DENIED
#else
enum { IS_FOLDER = EISDIR };
#endif

// Gives bad input to fresh handles.
static void is_refused(enum input input, const char *data, size_t len, inkotls_status status,
                       int os_error, const char *text) {
  inkotls_roots *roots = inkotls_roots_new();
  inkotls_identity *identity = inkotls_identity_new();
  int is_roots = input <= RAW_KEY;
  CHECK_INT(give(roots, identity, input, data, len), status);
  const char *said = is_roots ? inkotls_roots_error(roots) : inkotls_identity_error(identity);
  CHECK_TEXT(said, text);
  is_discreet(said, data, len);
  CHECK_INT(is_roots ? inkotls_roots_os_error(roots) : inkotls_identity_os_error(identity),
            os_error);
  inkotls_roots_free(roots);
  inkotls_identity_free(identity);
}

static inkotls_status bad_content(enum input input) {
  int is_key = input == RAW_KEY || input >= KEY_PEM;
  return is_key ? INKOTLS_STATUS_INVALID_KEY : INKOTLS_STATUS_INVALID_CERTIFICATE;
}

static int is_der(enum input input) {
  return input == ROOTS_DER || input == PEER_DER || input == CRL_DER || input == RAW_KEY ||
         input == CHAIN_DER || input == KEY_DER;
}

static void files_refused(void) {
  static const enum input inputs[] = {ROOTS_FILE, CRL_FILE, CHAIN_FILE, KEY_FILE};
  char folder[] = "/tmp/inkotls-pem-XXXXXX", empty_file[64];
  if (!mkdtemp(folder)) give_up("mkdtemp");
  snprintf(empty_file, sizeof empty_file, "%s/file", folder);
  FILE *file = fopen(empty_file, "w");
  if (!file || fclose(file)) give_up("the temporary folder");
  for (size_t i = 0; i < COUNT(inputs); i++) {
    enum input it = inputs[i];
    const char *missing = pki_path("missing.pem");
    checking("file as input %d", it);
    is_refused(it, missing, strlen(missing), INKOTLS_STATUS_IO_ERROR, ENOENT, "missing.pem");
    is_refused(it, folder, strlen(folder), INKOTLS_STATUS_IO_ERROR, IS_FOLDER, folder);
    is_refused(it, empty_file, strlen(empty_file), bad_content(it), INKOTLS_STATUS_NONE,
               "the input is empty");
    is_refused(it, "", 0, INKOTLS_STATUS_INVALID_ARGUMENT, INKOTLS_STATUS_NONE, "path");
    is_refused(it, "a\xff", 2, INKOTLS_STATUS_INVALID_ARGUMENT, INKOTLS_STATUS_NONE, "UTF-8");
    is_refused(it, "a\0b", 3, INKOTLS_STATUS_INVALID_ARGUMENT, INKOTLS_STATUS_NONE, "NUL");
  }
  unlink(empty_file);
  rmdir(folder);
}

#define BOM "\xef\xbb\xbf"  // byte order mark
#define PEM(label, body) "-----BEGIN " label "-----\n" body "\n-----END " label "-----\n"

static void content_refused(void) {
  static const struct {
    enum input input;
    const char *data, *text;
  } literals[] = {
      {ROOTS_PEM, "", "the input is empty"},
      {CRL_PEM, " \n", "the input is empty"},
      {CHAIN_PEM, BOM, "the input is empty"},
      {KEY_PEM, BOM "\r\n", "the input is empty"},
      {ROOTS_DER, "", "the input is empty"},
      {CRL_PEM, "", "no CRL: the input is empty"},
      {CRL_DER, "", "no CRL: the input is empty"},
      {RAW_KEY, "", "no SubjectPublicKeyInfo: the input is empty"},
      {CHAIN_DER, "", "the input is empty"},
      {KEY_DER, "", "the input is empty"},
      {ROOTS_PEM, "garbage", "no PEM section"},
      {CRL_PEM, "garbage", "no CRL: the input has no PEM section"},
      {CHAIN_PEM, "garbage", "no PEM section"},
      {KEY_PEM, "garbage", "no PEM section"},
      {KEY_PEM, "\xff\xfe-", "UTF-16"},
      {KEY_PEM, "  " PEM("PRIVATE KEY", "AAAA"), "at the start of its line"},
      // Cut: the section is named, in letters.
      {ROOTS_PEM, "-----BEGIN CERTIFICATE-----\nAAAA\n", "CERTIFICATE has no line -----END CER"},
      {CRL_PEM, "-----BEGIN X509 CRL-----\nAAAA\n",
       "not well-formed PEM: the section X509 CRL has no line -----END X509 CRL"},
      {CHAIN_PEM, "-----BEGIN CERTIFICATE-----", "CERTIFICATE has no line -----END CERTIFICA"},
      {KEY_PEM, "-----BEGIN PRIVATE KEY-----\nMIG\n", "PRIVATE KEY has no line -----END PRIVATE"},
      {KEY_PEM, "-----BEGIN PRIVATE KEY-----\nMIG\n" PEM("PRIVATE KEY", "AAAA"), "has no line"},
      {ROOTS_PEM, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END PRIVATE KEY-----\n", "has no line"},
      // Without its line breaks, as environment variables have it.
      {KEY_PEM, "-----BEGIN PRIVATE KEY-----MIGHAgEAMBMGByqGSM49-----END PRIVATE KEY-----",
       "line breaks"},
      {KEY_PEM, "-----BEGIN PRIVATE KEY----- MIGHAgEAMBMGByqGSM49 -----END PRIVATE KEY-----\n",
       "line breaks"},
      {KEY_PEM, "-----BEGIN PRIVATE KEY-----\\nMIGHAgEAMBMGByqGSM49", "line breaks"},
      {ROOTS_PEM, "-----BEGIN CERTIFICATE\nMIGHAgEAMBMGByqGSM49\n", "line breaks"},
      {ROOTS_PEM, PEM("CERTIFICATE", "!!!!"), "CERTIFICATE is not base64"},
      {CRL_PEM, PEM("X509 CRL", "!!!!"), "not well-formed PEM: the section X509 CRL is not base64"},
      {CHAIN_PEM, PEM("CERTIFICATE", "!!!!"), "CERTIFICATE is not base64"},
      {KEY_PEM, PEM("PRIVATE KEY", "!!!!"), "PRIVATE KEY is not base64"},
      {ROOTS_PEM, PEM("CERTIFICATE", "AAAA"), "certificate 1"},
      {CHAIN_PEM, PEM("CERTIFICATE", "AAAA"), "certificate 1"},
      {KEY_PEM, PEM("PRIVATE KEY", "AAAA"), "are supported"},
      {CRL_PEM, PEM("X509 CRL", "AAAA"), "CRL 1"},
      {KEY_PEM, PEM("DSA PRIVATE KEY", "AAAA"), "DSA PRIVATE KEY"},
      {KEY_PEM,
       PEM("A", "") PEM("B", "") PEM("C", "") PEM("D", "") PEM("E", "") PEM("F", "") PEM("G", ""),
       "the PEM sections are A, B, C, D, E and 2 more"},
      {ROOTS_DER, "garbage", "certificate"},
      {CRL_DER, "garbage", "no CRL"},
      {RAW_KEY, "garbage", "no SubjectPublicKeyInfo"},
      {CHAIN_DER, "garbage", "certificate"},
      {KEY_DER, "garbage", "key"},
  };
  for (size_t i = 0; i < COUNT(literals); i++) {
    enum input it = literals[i].input;
    const char *data = literals[i].data;
    checking("\"%.40s\" as input %d", data, it);
    is_refused(it, data, strlen(data), bad_content(it), INKOTLS_STATUS_NONE, literals[i].text);
  }

  static const struct {
    enum input input;
    const char *file, *text;
  } wrong[] = {
      {ROOTS_PEM, "ca.key", "the PEM sections are PRIVATE KEY"},
      {CHAIN_PEM, "rsa-pkcs1.key", "the PEM sections are RSA PRIVATE KEY"},
      {KEY_PEM, "ecdsa.pem", "the PEM sections are CERTIFICATE"},
      {KEY_PEM, "encrypted.key", "is encrypted: decrypt it with openssl pkey"},
      {KEY_PEM, "encrypted-rsa.key", "is encrypted: decrypt it with openssl pkey"},
      {KEY_PEM, "encrypted-ec.key", "is encrypted: decrypt it with openssl pkey"},
      {KEY_DER, "encrypted.key.der", "is encrypted: decrypt it with openssl pkey"},
      {KEY_PEM, "ecdsa.p12",
       "PKCS#12 (.p12, .pfx), which is not supported: convert it with openssl"},
      {KEY_DER, "ecdsa.p12", "PKCS#12"},
      {CHAIN_PEM, "ecdsa.p12", "PKCS#12"},
      {CHAIN_DER, "ecdsa.p12", "PKCS#12"},
      {ROOTS_PEM, "ecdsa.p12", "PKCS#12"},
      {KEY_PEM, "p521.key", "are supported"},
      {CRL_PEM, "ca.pem", "no CRL: the PEM sections are CERTIFICATE"},
      {ROOTS_PEM, "ca.der", "is it DER?"},
      {PEER_PEM, "ca.der", "is it DER?"},
      {PEER_PEM, "ca.key", "the PEM sections are PRIVATE KEY"},
      {PEER_PEM, "ecdsa.p12", "PKCS#12"},
      {PEER_DER, "ca.pem", "is it PEM?"},
      {CRL_PEM, "ca.crl.der", "is it DER?"},
      {CHAIN_PEM, "ecdsa.der", "is it DER?"},
      {KEY_PEM, "ecdsa.key.der", "is it DER?"},
      {ROOTS_DER, "ca.pem", "is it PEM?"},
      {CRL_DER, "ca.crl.pem", "is it PEM?"},
      {CRL_DER, "ca.der", "CRL 1 cannot be used"},
      {CHAIN_DER, "ecdsa.pem", "is it PEM?"},
      {KEY_DER, "ecdsa.key", "is it PEM?"},
      {KEY_DER, "ecdsa.der", "key"},
      {ROOTS_DER, "ecdsa.key.der", "certificate"},
      {CHAIN_DER, "ecdsa.key.der", "certificate"},
  };
  for (size_t i = 0; i < COUNT(wrong); i++) {
    enum input it = wrong[i].input;
    char data[4096];
    checking("%s as input %d", wrong[i].file, it);
    size_t len = pki_read(wrong[i].file, data, sizeof data);
    is_refused(it, data, len, bad_content(it), INKOTLS_STATUS_NONE, wrong[i].text);
    if (is_der(it)) continue;
    const char *path = pki_path(wrong[i].file);
    is_refused(it + 1, path, strlen(path), bad_content(it), INKOTLS_STATUS_NONE, wrong[i].text);
  }

  static const struct {
    enum input input;
    const char *file, *text;
  } whole[] = {
      {ROOTS_PEM, "ca.pem", "CERTIFICATE has no line -----END"},
      {CRL_PEM, "ca.crl.pem", "X509 CRL has no line -----END"},
      {CHAIN_PEM, "rsa.pem", "CERTIFICATE has no line -----END"},
      {KEY_PEM, "rsa.key", "PRIVATE KEY has no line -----END"},
      {ROOTS_DER, "ca.der", "certificate 1"},
      {CRL_DER, "ca.crl.der", "CRL 1"},
      {RAW_KEY, "ecdsa.spki.der", "not a SubjectPublicKeyInfo"},
      {CHAIN_DER, "ecdsa.der", "certificate 1"},
      {KEY_DER, "ecdsa.key.der", "are supported"},
  };
  for (size_t i = 0; i < COUNT(whole); i++) {
    enum input it = whole[i].input;
    char data[4096];
    checking("half of %s as input %d, and DER with one byte more", whole[i].file, it);
    size_t len = pki_read(whole[i].file, data, sizeof data - 1);
    is_refused(it, data, len / 2, bad_content(it), INKOTLS_STATUS_NONE, whole[i].text);
    data[len] = 0;
    if (is_der(it) && it != KEY_DER)  // aws-lc-rs ignores what follows a private key
      is_refused(it, data, len + 1, bad_content(it), INKOTLS_STATUS_NONE, whole[i].text);
  }
}

// errno belongs to the last call that failed; a call that succeeds in between changes nothing.
static void errors_are_of_the_last_failure(void) {
  inkotls_roots *roots = inkotls_roots_new();
  const char *missing = pki_path("missing.pem"), *ca = pki_path("ca.pem");
  CHECK_INT(inkotls_roots_add_pem_file(roots, missing, strlen(missing)), INKOTLS_STATUS_IO_ERROR);
  CHECK_INT(inkotls_roots_add_pem_file(roots, ca, strlen(ca)), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_roots_os_error(roots), ENOENT);
  CHECK_TEXT(inkotls_roots_error(roots), "missing.pem");
  CHECK_INT(inkotls_roots_add_pem(roots, "", 0), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_roots_os_error(roots), INKOTLS_STATUS_NONE);
  CHECK_TEXT(inkotls_roots_error(roots), "empty");
  inkotls_roots_free(roots);
}

// A NUL in what the host gave ends no message too early.
static void a_nul_ends_no_message(void) {
  static const char pem[] = "-----BEGIN A\0B-----\nAAAA\n-----END A\0B-----\n";
  inkotls_roots *roots = inkotls_roots_new();
  CHECK_INT(inkotls_roots_add_pem(roots, pem, sizeof pem - 1), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK(strlen(inkotls_roots_error(roots)) > 10);
  inkotls_roots_free(roots);
}

// A sound key of a curve that is not supported: P-521, PKCS#8, the private number is 1.
static const unsigned char p521[] = {
    0x30, 0x81, 0xee, 0x02, 0x01, 0x00, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
    0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23, 0x04, 0x81, 0xd6, 0x30, 0x81, 0xd3, 0x02, 0x01,
    0x01, 0x04, 0x42, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x01, 0xa1, 0x81, 0x89, 0x03, 0x81, 0x86, 0x00, 0x04, 0x00, 0xc6, 0x85,
    0x8e, 0x06, 0xb7, 0x04, 0x04, 0xe9, 0xcd, 0x9e, 0x3e, 0xcb, 0x66, 0x23, 0x95, 0xb4, 0x42, 0x9c,
    0x64, 0x81, 0x39, 0x05, 0x3f, 0xb5, 0x21, 0xf8, 0x28, 0xaf, 0x60, 0x6b, 0x4d, 0x3d, 0xba, 0xa1,
    0x4b, 0x5e, 0x77, 0xef, 0xe7, 0x59, 0x28, 0xfe, 0x1d, 0xc1, 0x27, 0xa2, 0xff, 0xa8, 0xde, 0x33,
    0x48, 0xb3, 0xc1, 0x85, 0x6a, 0x42, 0x9b, 0xf9, 0x7e, 0x7e, 0x31, 0xc2, 0xe5, 0xbd, 0x66, 0x01,
    0x18, 0x39, 0x29, 0x6a, 0x78, 0x9a, 0x3b, 0xc0, 0x04, 0x5c, 0x8a, 0x5f, 0xb4, 0x2c, 0x7d, 0x1b,
    0xd9, 0x98, 0xf5, 0x44, 0x49, 0x57, 0x9b, 0x44, 0x68, 0x17, 0xaf, 0xbd, 0x17, 0x27, 0x3e, 0x66,
    0x2c, 0x97, 0xee, 0x72, 0x99, 0x5e, 0xf4, 0x26, 0x40, 0xc5, 0x50, 0xb9, 0x01, 0x3f, 0xad, 0x07,
    0x61, 0x35, 0x3c, 0x70, 0x86, 0xa2, 0x72, 0xc2, 0x40, 0x88, 0xbe, 0x94, 0x76, 0x9f, 0xd1, 0x66,
    0x50,
};

static void p521_refused(void) {
  is_refused(KEY_DER, (const char *)p521, sizeof p521, INKOTLS_STATUS_INVALID_KEY,
             INKOTLS_STATUS_NONE, "P-384");
}

// A certificate of version 2 is a certificate all the same; the error message says what is wrong.
static void old_versions(void) {
  static const unsigned char version3[] = {0xa0, 3, 2, 1, 2};
  char der[4096];
  size_t len = pki_read("ecdsa.der", der, sizeof der), at = 0;
  while (at + sizeof version3 < len && memcmp(der + at, version3, sizeof version3)) at++;
  der[at + 4] = 1;
  is_refused(CHAIN_DER, der, len, INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_NONE,
             "not X.509 version 3");
}

static void raw_keys_refused(void) {
  static const struct {
    const char *file, *text;
  } refused[] = {{"ca.pem", "is it PEM?"},
                 {"ecdsa.p12", "PKCS#12"},
                 {"ca.der", "not a SubjectPublicKeyInfo"},
                 {"ecdsa.der", "not a SubjectPublicKeyInfo"},
                 {"ecdsa.key.der", "not a SubjectPublicKeyInfo"}};
  for (size_t i = 0; i < COUNT(refused); i++) {
    char data[4096];
    size_t len = pki_read(refused[i].file, data, sizeof data);
    is_refused(RAW_KEY, data, len, INKOTLS_STATUS_INVALID_KEY, INKOTLS_STATUS_NONE,
               refused[i].text);
  }
}

// Rule 18: the text of a private key where a path belongs is not repeated, however it begins; nor
// is more than a part of any path.
static void paths_that_are_pem(void) {
  static const enum input inputs[] = {ROOTS_FILE, PEER_FILE, CRL_FILE, CHAIN_FILE, KEY_FILE};
  static const char *const files[] = {"ecdsa.key", "rsa.key", "rsa-pkcs1.key", "encrypted.key",
                                      "encrypted-rsa.key"};
  static const char *const before[] = {"", BOM, " \n\t", "Bag Attributes\n    localKeyID: 01\n"};
  for (size_t i = 0; i < COUNT(inputs); i++)
    for (size_t j = 0; j < COUNT(files); j++)
      for (size_t k = 0; k < COUNT(before); k++) {
        char text[4096];
        checking("the text of %s as a path, input %d", files[j], inputs[i]);
        size_t len = (size_t)sprintf(text, "%s", before[k]);
        len += pki_read(files[j], text + len, sizeof text - len - 1);
        text[len] = 0;
        is_refused(inputs[i], text, len, INKOTLS_STATUS_INVALID_ARGUMENT, INKOTLS_STATUS_NONE,
                   "PEM text: pass the text to the call without \"_file\"");
        for (char *at = text; *at; at++) *at = *at == '\n' ? ' ' : *at;
        is_refused(inputs[i], text, len, INKOTLS_STATUS_INVALID_ARGUMENT, INKOTLS_STATUS_NONE,
                   "PEM text");
      }
  for (size_t i = 0; i < COUNT(inputs); i++) {
    static const char *const letters[] = {"x", "\x1b", "\xc2\x80", "\xe2\x80\xae"};
    for (size_t j = 0; j < COUNT(letters); j++) {
      char path[3000];
      checking("a long path of \"%s\", input %d", letters[j], inputs[i]);
      size_t len = 0, width = strlen(letters[j]);
      for (; len + width < sizeof path; len += width) memcpy(path + len, letters[j], width);
      inkotls_roots *roots = inkotls_roots_new();
      inkotls_identity *identity = inkotls_identity_new();
      CHECK_INT(give(roots, identity, inputs[i], path, len), INKOTLS_STATUS_IO_ERROR);
      int is_roots = inputs[i] <= CRL_DER;
      const char *said = is_roots ? inkotls_roots_error(roots) : inkotls_identity_error(identity);
      CHECK_TEXT(said, " bytes)");
      CHECK(strlen(said) < 300);
      for (const char *at = said; *at; at++) CHECK(*at >= ' ' && *at <= '~');
      inkotls_roots_free(roots);
      inkotls_identity_free(identity);
    }
  }
}

// The path where a text belongs; and a line of a key, which could be a path.
static void paths_and_texts(void) {
  static const enum input texts[] = {ROOTS_PEM, PEER_PEM, CRL_PEM, CHAIN_PEM, KEY_PEM};
  static const enum input files[] = {ROOTS_FILE, PEER_FILE, CRL_FILE, CHAIN_FILE, KEY_FILE};
  static const enum input ders[] = {ROOTS_DER, PEER_DER, CRL_DER, CHAIN_DER, KEY_DER};
  static const char path[] = "certificates/server.pem";
  char pem[4096], message[512];
  size_t len = pki_read("ed25519.key", pem, sizeof pem - 1);
  pem[len] = 0;
  char *line = strchr(pem, '\n') + 1;
  *strchr(line, '\n') = 0;
  for (size_t i = 0; i < COUNT(texts); i++) {
    checking("a path as a text, input %d", texts[i]);
    inkotls_status bad =
        texts[i] == KEY_PEM ? INKOTLS_STATUS_INVALID_KEY : INKOTLS_STATUS_INVALID_CERTIFICATE;
    is_refused(texts[i], path, strlen(path), bad, INKOTLS_STATUS_NONE, "is it a path?");
    is_refused(ders[i], path, strlen(path), bad, INKOTLS_STATUS_NONE, "is it a path?");
    is_refused(files[i], path, sizeof path, INKOTLS_STATUS_INVALID_ARGUMENT, INKOTLS_STATUS_NONE,
               "the length must not count it");
    checking("a line of base64 as a path, input %d", files[i]);
    inkotls_roots *roots = inkotls_roots_new();
    inkotls_identity *identity = inkotls_identity_new();
    CHECK_INT(give(roots, identity, files[i], line, strlen(line)), INKOTLS_STATUS_IO_ERROR);
    snprintf(message, sizeof message, "%s%s", inkotls_roots_error(roots),
             inkotls_identity_error(identity));
    CHECK_TEXT(message, "base64 of 64 bytes");
    CHECK(!strstr(message, line));
    inkotls_roots_free(roots);
    inkotls_identity_free(identity);
  }
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once("refused files", files_refused);
  once("refused content", content_refused);
  once("errno of the last failure", errors_are_of_the_last_failure);
  once("NUL in a PEM text", a_nul_ends_no_message);
  once("key of P-521", p521_refused);
  once("certificate of X.509 version 2", old_versions);
  once("raw public keys", raw_keys_refused);
  once("PEM text instead of a path", paths_that_are_pem);
  once("a path instead of PEM text", paths_and_texts);
  return checks_done();
}
