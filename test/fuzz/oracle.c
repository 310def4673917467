/*
 * OpenSSL's opinion on certificates, for the fuzzer: reads any number of cases from standard input, answers each with a line.
 *
 * Input, all numbers big endian, `bytes` being a 32-bit length and as many octets:
 *
 *     64-bit time in seconds, 32-bit number of trust anchors, that many `bytes`
 *     then for each case: 32-bit number of certificates, that many `bytes`, end entity first;
 *     a case of no certificate asks for all answers that are still held back
 *
 * Output, one line a case: five numbers, and what the third means.
 *
 *     read      1 when the end entity was read and nothing stood behind it
 *     key       1 when its public key could be decoded
 *     verdict   X509_verify_cert's error with purpose sslclient at security level 2, 0 for accepted, -1 when nothing was read
 *     unkeyed   the same, with authority key identifiers taken as hints, asked only where the verdict is a refusal; else -1
 *     strict    the same as verdict with X509_V_FLAG_X509_STRICT, asked only of what is accepted; else -1
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST_CERTIFICATES 16
#define LARGEST_CERTIFICATE (1u << 24)

struct certificate {
  X509 *x509;
  int is_whole;
};

static void fail(const char *reason) {
  fprintf(stderr, "oracle: %s\n", reason);
  exit(2);
}

/* Zero at the end of the input, if that is where a number would begin. */
static int read_number(uint32_t *number) {
  unsigned char octets[4];
  size_t length = fread(octets, 1, sizeof octets, stdin);
  if (length == 0 && feof(stdin)) return 0;
  if (length != sizeof octets) fail("a number is cut off");
  *number = (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
  return 1;
}

static uint32_t need_number(void) {
  uint32_t number;
  if (!read_number(&number)) fail("the input ends too early");
  return number;
}

static struct certificate read_certificate(void) {
  uint32_t length = need_number();
  if (length > LARGEST_CERTIFICATE) fail("a certificate is too long");
  unsigned char *octets = malloc(length + 1);
  if (octets == NULL) fail("out of memory");
  if (fread(octets, 1, length, stdin) != length) fail("a certificate is cut off");
  const unsigned char *position = octets;
  struct certificate read = {d2i_X509(NULL, &position, (long)length), 0};
  read.is_whole = read.x509 != NULL && position == octets + length;
  free(octets);
  return read;
}

/* In place of X509_check_issued: the name alone. Whether the key fits is for the signature to say. */
static int has_issuer_name(X509_STORE_CTX *context, X509 *subject, X509 *issuer) {
  (void)context;
  return X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(subject)) == 0;
}

static int verify(X509_STORE *store, X509 *leaf, STACK_OF(X509) *others, time_t at, unsigned long flags) {
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  if (context == NULL || !X509_STORE_CTX_init(context, store, leaf, others)) fail("no context for a verification");
  /* As libssl asks about a client. */
  if (!X509_STORE_CTX_set_default(context, "ssl_client")) fail("no defaults for a verification");
  X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_time(parameters, at);
  X509_VERIFY_PARAM_set_auth_level(parameters, 2);
  X509_VERIFY_PARAM_set_flags(parameters, flags);
  int verified = X509_verify_cert(context);
  int error = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  ERR_clear_error();
  if (verified == 1) return X509_V_OK;
  return error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
}

static void answer(X509_STORE *store, X509_STORE *unkeyed_store, time_t at, uint32_t count) {
  if (count > MOST_CERTIFICATES) fail("a case has too many certificates");
  struct certificate leaf = read_certificate();
  STACK_OF(X509) *others = sk_X509_new_null();
  if (others == NULL) fail("out of memory");
  for (uint32_t i = 1; i < count; i++) {
    struct certificate other = read_certificate();
    if (other.is_whole) {
      if (!sk_X509_push(others, other.x509)) fail("out of memory");
    } else {
      X509_free(other.x509);
    }
  }
  int key = 0, verdict = -1, unkeyed = -1, strict = -1;
  if (leaf.is_whole) {
    key = X509_get0_pubkey(leaf.x509) != NULL;
    verdict = verify(store, leaf.x509, others, at, 0);
    if (verdict == X509_V_OK) strict = verify(store, leaf.x509, others, at, X509_V_FLAG_X509_STRICT);
    else unkeyed = verify(unkeyed_store, leaf.x509, others, at, 0);
  }
  printf("%d %d %d %d %d %s\n", leaf.is_whole, key, verdict, unkeyed, strict,
         verdict > 0 ? X509_verify_cert_error_string(verdict) : strict > 0 ? X509_verify_cert_error_string(strict) : "");
  X509_free(leaf.x509);
  sk_X509_pop_free(others, X509_free);
  ERR_clear_error();
}

int main(void) {
  uint64_t high = need_number();
  time_t at = (time_t)(high << 32 | need_number());
  X509_STORE *store = X509_STORE_new();
  X509_STORE *unkeyed_store = X509_STORE_new();
  if (store == NULL || unkeyed_store == NULL) fail("out of memory");
  X509_STORE_set_check_issued(unkeyed_store, has_issuer_name);
  for (uint32_t anchors = need_number(); anchors > 0; anchors--) {
    struct certificate anchor = read_certificate();
    if (!anchor.is_whole) fail("a trust anchor cannot be read");
    if (!X509_STORE_add_cert(store, anchor.x509) || !X509_STORE_add_cert(unkeyed_store, anchor.x509)) fail("a trust anchor is refused");
    X509_free(anchor.x509);
  }
  uint32_t count;
  while (read_number(&count)) {
    if (count > 0) answer(store, unkeyed_store, at, count);
    else if (fflush(stdout) != 0) return 1;
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
