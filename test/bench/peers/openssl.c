/*
 * What OpenSSL takes for what is compared with it: reads commands from standard input, one a line, answers each with a line of numbers.
 *
 *     cold N          reads a root, an intermediate and an end entity from DER and verifies the path, N times: nanoseconds of CPU each
 *     load FILE       reads a CRL from DER, verifies its signature and sorts it: microseconds of CPU; bytes held beyond before; at most
 *     lookup N        looks N serial numbers up in the CRL, half of which it lists: nanoseconds of CPU each
 *
 * The argument is the folder of the fixtures; what a serial number is made of is written in fixtures/crl.ts.
 */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct bytes {
  unsigned char *octets;
  long length;
};

static void fail(const char *reason) {
  fprintf(stderr, "openssl: %s\n", reason);
  ERR_print_errors_fp(stderr);
  exit(2);
}

static struct bytes read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail(path);
  struct bytes read = {NULL, ftell(file)};
  rewind(file);
  read.octets = malloc((size_t)read.length);
  if (read.octets == NULL || fread(read.octets, 1, (size_t)read.length, file) != (size_t)read.length) fail(path);
  fclose(file);
  return read;
}

static struct bytes fixture(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return read_file(path);
}

static double cpu_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static long resident(void) {
  long pages = 0, held = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld %ld", &pages, &held) != 2) fail("/proc/self/statm");
  fclose(file);
  return held * sysconf(_SC_PAGESIZE);
}

/* Not ru_maxrss, which begins with what the process held that started this one. */
static long most_resident(void) {
  char line[256];
  long kibibytes = -1;
  FILE *file = fopen("/proc/self/status", "r");
  if (file == NULL) fail("/proc/self/status");
  while (kibibytes < 0 && fgets(line, sizeof line, file) != NULL) sscanf(line, "VmHWM: %ld kB", &kibibytes);
  fclose(file);
  if (kibibytes < 0) fail("/proc/self/status has no VmHWM");
  return kibibytes * 1024;
}

static X509 *certificate(struct bytes der) {
  const unsigned char *position = der.octets;
  X509 *read = d2i_X509(NULL, &position, der.length);
  if (read == NULL) fail("a certificate cannot be read");
  return read;
}

static void verify_cold(struct bytes root_der, struct bytes issuing_der, struct bytes client_der) {
  X509 *root = certificate(root_der), *issuing = certificate(issuing_der), *client = certificate(client_der);
  X509_STORE *store = X509_STORE_new();
  STACK_OF(X509) *others = sk_X509_new_null();
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  if (!X509_STORE_add_cert(store, root) || !sk_X509_push(others, issuing)) fail("no store");
  if (!X509_STORE_CTX_init(context, store, client, others) || !X509_STORE_CTX_set_default(context, "ssl_client")) fail("no context");
  if (X509_verify_cert(context) != 1) fail(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context)));
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  sk_X509_free(others);
  X509_free(root);
  X509_free(issuing);
  X509_free(client);
}

static X509_CRL *list;

static void load(const char *path, struct bytes issuing_der) {
  X509 *issuing = certificate(issuing_der);
  EVP_PKEY *key = X509_get0_pubkey(issuing);
  long before = resident();
  double begun = cpu_nanoseconds();
  struct bytes der = read_file(path);
  const unsigned char *position = der.octets;
  list = d2i_X509_CRL(NULL, &position, der.length);
  if (list == NULL || X509_CRL_verify(list, key) != 1) fail("the list is not good");
  free(der.octets);
  /* The first look-up sorts. */
  X509_REVOKED *found = NULL;
  ASN1_INTEGER *one = ASN1_INTEGER_new();
  ASN1_INTEGER_set(one, 1);
  X509_CRL_get0_by_serial(list, &found, one);
  ASN1_INTEGER_free(one);
  double took = cpu_nanoseconds() - begun;
  printf("%.1f %ld %ld\n", took / 1e3, resident() - before, most_resident() - before);
  X509_free(issuing);
}

#define SERIAL_OCTETS 16

/* serialAt of fixtures/crl.ts, without the octet that is there for the sign. */
static void serial_at(uint32_t index, unsigned char *octets) {
  octets[0] = 0x80;
  uint32_t state = index;
  for (uint32_t octet = 1; octet < SERIAL_OCTETS - 4; octet++) {
    state = (state ^ state >> 15) * 0x2c1b3c6du + octet + 1;
    octets[octet] = (unsigned char)(state >> 11);
  }
  for (int octet = 0; octet < 4; octet++) octets[SERIAL_OCTETS - 4 + octet] = (unsigned char)(index >> (24 - 8 * octet));
}

/* Serial numbers are made before: what is measured is the look-up. */
static void look_up(long count) {
  long entries = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(list));
  ASN1_INTEGER **serials = calloc((size_t)count, sizeof *serials);
  for (long i = 0; i < count; i++) {
    unsigned char octets[SERIAL_OCTETS];
    /* A prime step, so that neighbours in the list are none here; odd ones lie behind its end. */
    serial_at((uint32_t)((uint64_t)i * 7919u % (uint64_t)entries + (i % 2 ? (uint64_t)entries : 0)), octets);
    serials[i] = ASN1_INTEGER_new();
    ASN1_STRING_set(serials[i], octets, SERIAL_OCTETS);
  }
  long found_count = 0;
  double begun = cpu_nanoseconds();
  for (long i = 0; i < count; i++) {
    X509_REVOKED *found = NULL;
    found_count += X509_CRL_get0_by_serial(list, &found, serials[i]) == 1;
  }
  double took = cpu_nanoseconds() - begun;
  if (found_count != (count + 1) / 2) fail("a look-up found something else");
  printf("%.1f\n", took / (double)count);
  for (long i = 0; i < count; i++) ASN1_INTEGER_free(serials[i]);
  free(serials);
}

int main(int count, char **arguments) {
  if (count != 2) fail("give the folder of the fixtures");
  struct bytes root = fixture(arguments[1], "root.der"), issuing = fixture(arguments[1], "issuing.der"), client = fixture(arguments[1], "client.der");
  char line[4096];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "cold ", 5) == 0) {
      long times = atol(line + 5);
      double begun = cpu_nanoseconds();
      for (long i = 0; i < times; i++) verify_cold(root, issuing, client);
      printf("%.1f\n", (cpu_nanoseconds() - begun) / (double)times);
    } else if (strncmp(line, "load ", 5) == 0) {
      load(line + 5, issuing);
    } else if (strncmp(line, "lookup ", 7) == 0) {
      look_up(atol(line + 7));
    } else {
      fail("an unknown command");
    }
    fflush(stdout);
  }
  return 0;
}
