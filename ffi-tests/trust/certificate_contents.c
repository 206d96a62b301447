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
  unsigned char at[8192];
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

// What openssl prints of the file with these options.
static const char *openssl_says(const char *file, const char *options) {
  static char said[4096];
  char command[1024];
  snprintf(command, sizeof command, "openssl x509 -inform DER -in '%s' -noout %s 2>&1",
           pki_path(file), options);
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
  // A line for each thing.
  const char *said = openssl_says(file,
                                  "-subject -issuer -serial -dates -fingerprint -sha256"
                                  " -nameopt RFC2253");
  const char *text;
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

typedef inkotls_status (*text_at)(const inkotls_certificate *, size_t, const char **, size_t *);

// The list has these texts, each after a space, and no others.
static void list_is(const char *file, text_at read, const char *expected) {
  checking("%s: %s", file, expected);
  struct der der = read_der(file);
  inkotls_certificate *it = certificate(&der);
  char found[1024] = "";
  const char *text;
  size_t len, index = 0;
  for (; read(it, index, &text, &len) == INKOTLS_STATUS_OK; index++)
    snprintf(found + strlen(found), sizeof found - strlen(found), " %.*s", (int)len, text);
  CHECK(strcmp(found, expected) == 0);
  poison_outputs();
  CHECK_INT(read(it, index, &out.text, &out.len), INKOTLS_STATUS_NONE);
  CHECK_INT(read(it, SIZE_MAX, &out.text, &out.len), INKOTLS_STATUS_NONE);
  CHECK(is_untouched());
  inkotls_certificate_free(it);
}

static void more_names(void) {
  list_is("full.der", inkotls_certificate_dns_name, " localhost full.test");
  list_is("full.der", inkotls_certificate_ip_address_text, " 192.0.2.1 2001:db8::1:0:0:1");
  list_is("full.der", inkotls_certificate_uri_name,
          " spiffe://example.test/service https://full.test/?a=b");
  list_is("full.der", inkotls_certificate_email_name, " one@full.test Two@full.test");
  list_is("ecdsa.der", inkotls_certificate_ip_address_text, " 127.0.0.1 ::1");
  list_is("ecdsa.der", inkotls_certificate_uri_name, "");
  list_is("ecdsa.der", inkotls_certificate_email_name, "");
}

// Key usage and basic constraints as openssl prints them; either is NONE where the extension is
// absent.
static void constraints_are(const char *file, int32_t usage, int32_t is_ca, int32_t path_length) {
  static const char *const usages[] = {"Digital Signature", "Non Repudiation", "Key Encipherment",
                                       "Data Encipherment", "Key Agreement",   "Certificate Sign",
                                       "CRL Sign",          "Encipher Only",   "Decipher Only"};
  checking("%s", file);
  struct der der = read_der(file);
  inkotls_certificate *it = certificate(&der);
  CHECK_INT(inkotls_certificate_key_usage(it), usage);
  CHECK_INT(inkotls_certificate_is_ca(it), is_ca);
  CHECK_INT(inkotls_certificate_path_length(it), path_length);
  inkotls_certificate_free(it);

  const char *said = openssl_says(file, "-ext keyUsage,basicConstraints");
  char text[256] = "\n    ";
  for (int bit = 0; bit < 9 && usage > 0; bit++)
    if (usage >> bit & 1)
      snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s",
               strlen(text) > 5 ? ", " : "", usages[bit]);
  if (usage > 0) CHECK_TEXT(said, strcat(text, "\n"));
  if (is_ca >= 0) CHECK_TEXT(said, is_ca ? "CA:TRUE" : "CA:FALSE");
  snprintf(text, sizeof text, "pathlen:%d\n", (int)path_length);
  if (path_length >= 0) CHECK_TEXT(said, text);
  CHECK_INT(strstr(said, "Key Usage") != NULL, usage != INKOTLS_STATUS_NONE);
  CHECK_INT(strstr(said, "pathlen") != NULL, path_length >= 0);
}

static void uses(void) {
  constraints_are("full.der",
                  INKOTLS_KEY_USAGE_DIGITAL_SIGNATURE | INKOTLS_KEY_USAGE_KEY_AGREEMENT |
                      INKOTLS_KEY_USAGE_DECIPHER_ONLY,
                  0, INKOTLS_STATUS_NONE);
  constraints_are("ca.der", INKOTLS_KEY_USAGE_KEY_CERT_SIGN | INKOTLS_KEY_USAGE_CRL_SIGN, 1,
                  INKOTLS_STATUS_NONE);
  constraints_are("last-ca.der", INKOTLS_STATUS_NONE, 1, 0);
  constraints_are("no-purpose.der", INKOTLS_STATUS_NONE, INKOTLS_STATUS_NONE, INKOTLS_STATUS_NONE);
  list_is("full.der", inkotls_certificate_extended_key_usage,
          " 1.3.6.1.5.5.7.3.1 1.3.6.1.5.5.7.3.2 1.3.6.1.4.1.311.20.2.2");
  list_is("ca.der", inkotls_certificate_extended_key_usage, "");
}

static void key_is(const char *file, const char *algorithm, int32_t bits) {
  checking("%s", file);
  struct der der = read_der(file);
  inkotls_certificate *it = certificate(&der);
  const char *text;
  size_t len;
  CHECK_INT(inkotls_certificate_public_key_algorithm(it, &text, &len), INKOTLS_STATUS_OK);
  CHECK(len == strlen(algorithm) && memcmp(text, algorithm, len) == 0);
  CHECK_INT(inkotls_certificate_public_key_bits(it), bits);
  char said[64];
  snprintf(said, sizeof said, "Public-Key: (%d bit)\n", (int)bits);
  if (algorithm[1] != 'd' && bits > 0) CHECK_TEXT(openssl_says(file, "-text"), said);
  inkotls_certificate_free(it);
}

static void keys(void) {
  key_is("rsa.der", "RSA", 2048);
  key_is("ecdsa.der", "EC P-256", 256);
  key_is("full.der", "EC P-384", 384);
  key_is("curve-ca.der", "EC 1.3.132.0.10", INKOTLS_STATUS_NONE);
  key_is("ed25519.der", "Ed25519", 256);
}

typedef inkotls_status (*bytes_of)(const inkotls_certificate *, const uint8_t **, size_t *);

static void identifier_is(const char *file, bytes_of read, const char *extension) {
  checking("%s, %s", file, extension);
  struct der der = read_der(file);
  inkotls_certificate *it = certificate(&der);
  const char *said = openssl_says(file, extension);
  const uint8_t *bytes;
  size_t len;
  poison_outputs();
  if (strstr(said, "Identifier:")) {
    CHECK_INT(read(it, &bytes, &len), INKOTLS_STATUS_OK);
    CHECK_INT(len, 20);
    CHECK_TEXT(said, hex_line("", bytes, len, ":") + 1);
  } else {
    CHECK_INT(read(it, &out.bytes, &out.len), INKOTLS_STATUS_NONE);
  }
  CHECK(is_untouched());
  inkotls_certificate_free(it);
}

static void identifiers(void) {
  static const char subject[] = "-ext subjectKeyIdentifier";
  static const char authority[] = "-ext authorityKeyIdentifier";
  identifier_is("full.der", inkotls_certificate_subject_key_identifier, subject);
  identifier_is("full.der", inkotls_certificate_authority_key_identifier, authority);
  identifier_is("ca.der", inkotls_certificate_subject_key_identifier, subject);
  identifier_is("ca.der", inkotls_certificate_authority_key_identifier, authority);
}

static void addresses(void) {
  list_is("full.der", inkotls_certificate_ocsp_uri,
          " http://ocsp.full.test/ http://ocsp2.full.test/");
  list_is("full.der", inkotls_certificate_ca_issuers_uri, " http://full.test/ca.der");
  list_is("ecdsa.der", inkotls_certificate_ocsp_uri, "");
  list_is("ecdsa.der", inkotls_certificate_ca_issuers_uri, "");
}

static void der_and_pem(void) {
  char pem[4096], expected[4096];
  struct der der = read_der("full.der");
  inkotls_certificate *it = certificate(&der);
  const uint8_t *bytes;
  size_t len, expected_len = pki_read("full.pem", expected, sizeof expected);
  CHECK_INT(inkotls_certificate_der(it, &bytes, &len), INKOTLS_STATUS_OK);
  CHECK(len == der.len && memcmp(bytes, der.at, len) == 0);
  CHECK_INT(inkotls_certificate_pem(it, pem, sizeof pem, &len), INKOTLS_STATUS_OK);
  CHECK(len == expected_len && memcmp(pem, expected, len) == 0);
  memset(pem, POISON, sizeof pem);
  CHECK_INT(inkotls_certificate_pem(it, pem, len, &len), INKOTLS_STATUS_OK);
  CHECK(memcmp(pem, expected, len) == 0 && pem[len] == POISON);
  memset(pem, POISON, sizeof pem);
  poison_outputs();
  CHECK_INT(inkotls_certificate_pem(it, pem, len - 1, &out.len), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK(pem[0] == POISON && is_untouched());
  inkotls_certificate_free(it);
}

static const char *text_of(const inkotls_certificate *it) {
  static char text[10241];
  size_t len;
  CHECK_INT(inkotls_certificate_text(it, text, sizeof text - 1, &len), INKOTLS_STATUS_OK);
  text[len] = 0;
  CHECK_INT(strlen(text), len);
  return text;
}

// The text has these lines.
static void text_says(const char *file, const char *lines) {
  checking("%s", file);
  struct der der = read_der(file);
  inkotls_certificate *it = certificate(&der);
  const char *text = text_of(it);
  for (const char *end; (end = strchr(lines, '\n')); lines = end + 1) {
    char expected[512];
    snprintf(expected, sizeof expected, "\n%.*s", (int)(end + 1 - lines), lines);
    CHECK_TEXT(text, expected);
  }
  inkotls_certificate_free(it);
}

static void texts(void) {
  text_says("full.der",
            "issuer: CN=inkotls example ca\n"
            "DNS names: localhost, full.test\n"
            "IP addresses: 192.0.2.1, 2001:db8::1:0:0:1\n"
            "URIs: spiffe://example.test/service, https://full.test/?a=b\n"
            "e-mail addresses: one@full.test, Two@full.test\n"
            "public key: EC P-384, 384 bits\n"
            "key usage: digitalSignature, keyAgreement, decipherOnly\n"
            "extended key usage: 1.3.6.1.5.5.7.3.1, 1.3.6.1.5.5.7.3.2, 1.3.6.1.4.1.311.20.2.2\n"
            "certificate authority: no\n"
            "OCSP: http://ocsp.full.test/, http://ocsp2.full.test/\n"
            "CA issuers: http://full.test/ca.der\n");
  text_says("last-ca.der", "certificate authority: yes, path length 0\n");
  text_says("malformed.der", "certificate authority: cannot be read\n");
  text_says("no-purpose.der", "extended key usage: cannot be read\n");
  text_says("many-names.der",
            "DNS names: name-1.example.test, name-2.example.test,"
            " name-3.example.test, name-4.example.test, name-5.example.test"
            " and 196 more\n");
}

// The rest of such a certificate can be read.
static void malformed_extensions(void) {
  struct der der = read_der("malformed.der");  // basicConstraints
  inkotls_certificate *it = certificate(&der);
  CHECK_INT(inkotls_certificate_is_ca(it), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_certificate_path_length(it), INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK_INT(inkotls_certificate_key_usage(it), INKOTLS_STATUS_NONE);
  inkotls_certificate_free(it);
  der = read_der("no-purpose.der");  // extendedKeyUsage
  it = certificate(&der);
  poison_outputs();
  CHECK_INT(inkotls_certificate_extended_key_usage(it, 0, &out.text, &out.len),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  CHECK(is_untouched());
  CHECK_INT(inkotls_certificate_is_ca(it), INKOTLS_STATUS_NONE);
  inkotls_certificate_free(it);
}

// Whether it is a number, or says that there is none.
static int is_said(int32_t number) {
  return number >= 0 || number == INKOTLS_STATUS_NONE ||
         number == INKOTLS_STATUS_INVALID_CERTIFICATE;
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
  static const text_at lists[] = {
      inkotls_certificate_ip_address_text, inkotls_certificate_uri_name,
      inkotls_certificate_email_name,      inkotls_certificate_extended_key_usage,
      inkotls_certificate_ocsp_uri,        inkotls_certificate_ca_issuers_uri};
  for (size_t list = 0; list < sizeof lists / sizeof lists[0]; list++)
    for (size_t i = 0; lists[list](it, i, &text, &len) == INKOTLS_STATUS_OK; i++)
      while (len) CHECK((sum += (unsigned char)text[--len], text[len] > ' ' && text[len] < 0x7f));
  CHECK(is_said(inkotls_certificate_key_usage(it)));
  CHECK(is_said(inkotls_certificate_is_ca(it)));
  CHECK(is_said(inkotls_certificate_public_key_bits(it)));
  for (text = text_of(it); *text == '\n' || (unsigned char)*text >= ' ';) text++;
  CHECK_INT(*text, 0);
  if (inkotls_certificate_public_key_algorithm(it, &text, &len) == INKOTLS_STATUS_OK)
    while (len) CHECK(text[--len] >= ' ');
  if (inkotls_certificate_subject_key_identifier(it, &bytes, &len) == INKOTLS_STATUS_OK)
    while (len) sum += bytes[--len];
  if (inkotls_certificate_authority_key_identifier(it, &bytes, &len) == INKOTLS_STATUS_OK)
    while (len) sum += bytes[--len];
  CHECK(is_said(inkotls_certificate_path_length(it)));
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
  truncated_and_changed("full.der");
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once("fields as openssl x509 prints them", as_openssl_says);
  once("subject alternative names", names);
  once("empty subject and issuer", empty_names);

  once("addresses, URIs and e-mail addresses as text", more_names);
  once("key usage and basic constraints as openssl x509 prints them", uses);
  once("public keys", keys);
  once("key identifiers as openssl x509 prints them", identifiers);
  once("addresses of OCSP responders and issuers", addresses);
  once("DER and PEM", der_and_pem);
  once("text for logs", texts);
  once("extensions that cannot be read", malformed_extensions);
  once("truncated and changed certificates", damaged);
  return checks_done();
}
