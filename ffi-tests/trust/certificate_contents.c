// What inkotls_certificate reads from a certificate, compared with the output of `openssl x509`;
// and bytes that are not a certificate.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "outputs.h"
#include "pair.h"

struct der {
  unsigned char at[4096];
  size_t len;
};

static struct der read_der(const char *file) {
  struct der der;
  der.len = pki_read(file, der.at, sizeof der.at);
  return der;
}

static inkotls_certificate *certificate(const struct der *der) {
  inkotls_certificate *it = NULL;
  CHECK_INT(inkotls_certificate_new(der->at, der->len, &it), INKOTLS_STATUS_OK);
  if (!it) give_up("no certificate");
  return it;
}

// What openssl prints of the file, a line for each thing.
static const char *openssl_says(const char *file) {
  static char said[4096];
  char command[1024];
  snprintf(command, sizeof command,
           "openssl x509 -inform DER -in '%s' -noout -subject -issuer -serial -dates"
           " -fingerprint -sha256 -nameopt RFC2253",
           pki_path(file));
  FILE *out = popen(command, "r");
  if (!out) give_up("popen");
  said[fread(said, 1, sizeof said - 1, out)] = 0;
  CHECK_INT(pclose(out), 0);
  return said;
}

static const char *line(const char *name, const char *text, size_t len) {
  static char line[256];
  snprintf(line, sizeof line, "%s=%.*s\n", name, (int)len, text);
  return line;
}

static const char *hex_line(const char *name, const uint8_t *bytes, size_t len,
                            const char *between) {
  char text[128] = "";
  for (size_t i = 0; i < len && i < 40; i++)
    sprintf(text + strlen(text), "%s%02X", i ? between : "", bytes[i]);
  return line(name, text, strlen(text));
}

static const char *time_line(const char *name, int64_t seconds) {
  char text[64];
  struct tm tm;
  time_t time = (time_t)seconds;
  size_t len = strftime(text, sizeof text, "%b %e %T %Y GMT", gmtime_r(&time, &tm));
  return line(name, text, len);
}

static void is_as_openssl_says(const char *file) {
  checking("%s", file);
  struct der der = read_der(file);
  inkotls_certificate *it = certificate(&der);
  memset(der.at, 0, sizeof der.at);  // it is a copy
  const char *said = openssl_says(file), *text;
  const uint8_t *bytes;
  int64_t seconds;
  size_t len;
  CHECK_INT(inkotls_certificate_subject(it, &text, &len), INKOTLS_STATUS_OK);
  CHECK_TEXT(said, line("subject", text, len));
  CHECK_INT(inkotls_certificate_issuer(it, &text, &len), INKOTLS_STATUS_OK);
  CHECK_TEXT(said, line("issuer", text, len));
  CHECK_INT(inkotls_certificate_serial(it, &bytes, &len), INKOTLS_STATUS_OK);
  int sign = len > 1 && bytes[0] == 0;  // which openssl leaves out
  CHECK_TEXT(said, hex_line("serial", bytes + sign, len - (size_t)sign, ""));
  CHECK_INT(inkotls_certificate_not_before(it, &seconds), INKOTLS_STATUS_OK);
  CHECK_TEXT(said, time_line("notBefore", seconds));
  CHECK_INT(inkotls_certificate_not_after(it, &seconds), INKOTLS_STATUS_OK);
  CHECK_TEXT(said, time_line("notAfter", seconds));
  CHECK_INT(inkotls_certificate_fingerprint(it, &bytes, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 32);
  CHECK_TEXT(said, hex_line("Fingerprint", bytes, len, ":"));
  inkotls_certificate_free(it);
}

static void as_openssl_says(void) {
  static const char *const files[] = {"ecdsa.der", "rsa.der", "ed25519.der", "ca.der"};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) is_as_openssl_says(files[i]);
}

static void names(void) {
  struct der der = read_der("ecdsa.der");
  inkotls_certificate *it = certificate(&der);
  const char *text;
  const uint8_t *bytes, localhost6[16] = {[15] = 1};
  size_t len;
  CHECK_INT(inkotls_certificate_subject(it, &text, &len), INKOTLS_STATUS_OK);
  CHECK(len == 24 && memcmp(text, "CN=inkotls example ecdsa", len) == 0);
  CHECK_INT(inkotls_certificate_dns_name(it, 0, &text, &len), INKOTLS_STATUS_OK);
  CHECK(len == 9 && memcmp(text, "localhost", len) == 0);
  CHECK_INT(inkotls_certificate_ip_address(it, 0, &bytes, &len), INKOTLS_STATUS_OK);
  CHECK(len == 4 && memcmp(bytes, "\x7f\0\0\1", len) == 0);
  CHECK_INT(inkotls_certificate_ip_address(it, 1, &bytes, &len), INKOTLS_STATUS_OK);
  CHECK(len == 16 && memcmp(bytes, localhost6, len) == 0);
  poison_outputs();
  CHECK_INT(inkotls_certificate_dns_name(it, 1, &out.text, &out.len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_certificate_dns_name(it, SIZE_MAX, &out.text, &out.len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_certificate_ip_address(it, 2, &out.bytes, &out.len), INKOTLS_STATUS_NONE);
  CHECK(is_untouched());
  inkotls_certificate_free(it);

  der = read_der("ca.der");  // has a CN, but no subjectAltName
  it = certificate(&der);
  CHECK_INT(inkotls_certificate_dns_name(it, 0, &out.text, &out.len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_certificate_ip_address(it, 0, &out.bytes, &out.len), INKOTLS_STATUS_NONE);
  CHECK(is_untouched());
  inkotls_certificate_free(it);
}

// Rule 10: an empty name has an address of memory, too: the runtime of Go aborts with an address
// such as 1.
static void empty_names(void) {
  char command[1024];
  struct der der;
  snprintf(command, sizeof command, "openssl req -x509 -key '%s' -subj / -outform DER 2>/dev/null",
           pki_path("ecdsa.key"));
  FILE *made = popen(command, "r");
  if (!made) give_up("popen");
  der.len = fread(der.at, 1, sizeof der.at, made);
  CHECK_INT(pclose(made), 0);
  inkotls_certificate *it = certificate(&der);
  const char *text = NULL;
  size_t len = 1;
  CHECK_INT(inkotls_certificate_subject(it, &text, &len), INKOTLS_STATUS_OK);
  CHECK(len == 0 && (uintptr_t)text > 4096 && *text == 0);
  CHECK_INT(inkotls_certificate_issuer(it, &text, &len), INKOTLS_STATUS_OK);
  CHECK(len == 0 && (uintptr_t)text > 4096 && *text == 0);
  inkotls_certificate_free(it);
}

// Reads all that there is to read.
static void read_whole(const inkotls_certificate *it) {
  unsigned sum = 0;
  const char *text;
  const uint8_t *bytes;
  size_t len;
  int64_t seconds;
  CHECK_INT(inkotls_certificate_subject(it, &text, &len), INKOTLS_STATUS_OK);
  while (len) sum += (unsigned char)text[--len];
  CHECK_INT(inkotls_certificate_issuer(it, &text, &len), INKOTLS_STATUS_OK);
  while (len) sum += (unsigned char)text[--len];
  CHECK_INT(inkotls_certificate_serial(it, &bytes, &len), INKOTLS_STATUS_OK);
  while (len) sum += bytes[--len];
  CHECK_INT(inkotls_certificate_not_before(it, &seconds), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_certificate_not_after(it, &seconds), INKOTLS_STATUS_OK);
  for (size_t i = 0; inkotls_certificate_dns_name(it, i, &text, &len) == INKOTLS_STATUS_OK; i++)
    while (len) CHECK((sum += (unsigned char)text[--len], text[len] > ' '));
  for (size_t i = 0; inkotls_certificate_ip_address(it, i, &bytes, &len) == INKOTLS_STATUS_OK; i++)
    CHECK(len == 4 || len == 16);
  CHECK(sum > 0);
}

// Bytes are a certificate that can be read as a whole, or they are refused.
static inkotls_status decided(const unsigned char *data, size_t len) {
  unsigned char *exact = malloc(len ? len : 1);  // so that a sanitizer sees reads beyond it
  memcpy(exact, data, len);
  poison_outputs();
  inkotls_status status = inkotls_certificate_new(exact, len, &out.certificate);
  free(exact);
  if (status == INKOTLS_STATUS_OK) {
    read_whole(out.certificate);
    inkotls_certificate_free(out.certificate);
  } else {
    CHECK_INT(status, INKOTLS_STATUS_INVALID_CERTIFICATE);
    CHECK(is_untouched());
  }
  return status;
}

static void truncated_and_changed(const char *file) {
  struct der der = read_der(file);
  for (size_t len = 0; len < der.len; len++) {
    checking("%s, its first %zu bytes", file, len);
    CHECK_INT(decided(der.at, len), INKOTLS_STATUS_INVALID_CERTIFICATE);
  }
  checking("%s and a byte", file);
  CHECK_INT(decided(der.at, der.len + 1), INKOTLS_STATUS_INVALID_CERTIFICATE);
  for (size_t at = 0; at < der.len; at++) {
    for (unsigned bit = 1; bit < 0x100; bit <<= 1) {
      der.at[at] ^= (unsigned char)bit;
      checking("%s, byte %zu is %d", file, at, der.at[at]);
      decided(der.at, der.len);
      der.at[at] ^= (unsigned char)bit;
    }
  }
}

static void damaged(void) {
  truncated_and_changed("ecdsa.der");
  truncated_and_changed("ca.der");
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once("fields as openssl x509 prints them", as_openssl_says);
  once("subject alternative names", names);
  once("empty subject and issuer", empty_names);
  once("truncated and changed certificates", damaged);
  return checks_done();
}
