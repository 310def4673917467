/*
 * OpenSSL's opinion on certification paths: each line of standard input is a case, and is answered by a line.
 *
 * A case has eight fields, separated by a space; lists by commas, `-` for none, certificates in hexadecimal digits:
 *
 *     time in seconds, depth, purpose (`client` or `any`), flags, initial policies, anchors, intermediates, end entity
 *
 * The flags: `p` evaluates certificate policies, `x` requires one, `m` inhibits mappings, `a` inhibits anyPolicy.
 *
 * An answer is X509_verify_cert's error, 0 for accepted, -1 for an end entity that cannot be read, and what it means.
 */
#define _GNU_SOURCE
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static X509 *decoded(const char *digits) {
  long length = 0;
  unsigned char *der = OPENSSL_hexstr2buf(digits, &length);
  const unsigned char *position = der;
  X509 *x509 = der == NULL ? NULL : d2i_X509(NULL, &position, length);
  OPENSSL_free(der);
  return x509;
}

static STACK_OF(X509) *list_of(char *field) {
  STACK_OF(X509) *list = sk_X509_new_null();
  for (char *digits; (digits = strsep(&field, ",")) != NULL;) {
    X509 *x509 = strcmp(digits, "-") == 0 ? NULL : decoded(digits);
    if (x509 != NULL) sk_X509_push(list, x509);
  }
  return list;
}

static void demand(X509_VERIFY_PARAM *parameters, const char *flags, char *policies) {
  unsigned long wanted = X509_V_FLAG_PARTIAL_CHAIN;
  if (strchr(flags, 'x')) wanted |= X509_V_FLAG_EXPLICIT_POLICY;
  if (strchr(flags, 'm')) wanted |= X509_V_FLAG_INHIBIT_MAP;
  if (strchr(flags, 'a')) wanted |= X509_V_FLAG_INHIBIT_ANY;
  if (strchr(flags, 'p')) wanted |= X509_V_FLAG_POLICY_CHECK;
  X509_VERIFY_PARAM_set_flags(parameters, wanted);
  for (char *policy; (policy = strsep(&policies, ",")) != NULL;)
    if (strcmp(policy, "-") != 0) X509_VERIFY_PARAM_add0_policy(parameters, OBJ_txt2obj(policy, 1));
}

static int verdict_on(char *fields[8]) {
  X509 *leaf = decoded(fields[7]);
  if (leaf == NULL) return -1;
  STACK_OF(X509) *anchors = list_of(fields[5]), *others = list_of(fields[6]);
  X509_STORE *store = X509_STORE_new();
  for (int i = 0; i < sk_X509_num(anchors); i++) X509_STORE_add_cert(store, sk_X509_value(anchors, i));
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf, others);
  /* As libssl asks about a client. */
  X509_STORE_CTX_set_default(context, "ssl_client");
  X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
  if (strcmp(fields[2], "any") == 0) X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_ANY);
  X509_VERIFY_PARAM_set_time(parameters, (time_t)strtoll(fields[0], NULL, 10));
  X509_VERIFY_PARAM_set_depth(parameters, atoi(fields[1]));
  X509_VERIFY_PARAM_set_auth_level(parameters, 2);
  demand(parameters, fields[3], fields[4]);
  int is_accepted = X509_verify_cert(context) == 1;
  int error = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  sk_X509_pop_free(anchors, X509_free);
  sk_X509_pop_free(others, X509_free);
  X509_free(leaf);
  ERR_clear_error();
  if (is_accepted) return X509_V_OK;
  return error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
}

int main(void) {
  char *line = NULL;
  size_t size = 0;
  for (ssize_t length; (length = getline(&line, &size, stdin)) > 0;) {
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    char *rest = line, *fields[8];
    for (int i = 0; i < 8; i++) {
      fields[i] = strsep(&rest, " ");
      if (fields[i] == NULL) {
        fprintf(stderr, "oracle: a case has eight fields\n");
        return 2;
      }
    }
    int verdict = verdict_on(fields);
    printf("%d %s\n", verdict, verdict < 0 ? "cannot be read" : X509_verify_cert_error_string(verdict));
  }
  free(line);
  return 0;
}
