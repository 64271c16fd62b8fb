/* SPDX-License-Identifier: MIT
 * What a secure connection is made with. */

#include "net/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bytes/memory.h"

/* More of a file is not looked at: a key is much shorter, and of a list of
 * certificates the first is enough. */
#define LOOKED_AT 65536

/* ---- copies ---- */

static int copy(const char **to, const char *from) {
  char *text;
  *to = NULL;
  if (from == NULL)
    return DK_OK;
  text = dk_zeroed(strlen(from) + 1);
  if (text == NULL)
    return DK_NO_MEMORY;
  *to = strcpy(text, from);
  return DK_OK;
}

int dk_tls_copy(dk_Tls *to, const dk_Tls *from) {
  memset(to, 0, sizeof *to);
  to->lax = from->lax;
  if (copy(&to->ca, from->ca) == DK_OK &&
      copy(&to->cert, from->cert) == DK_OK &&
      copy(&to->key, from->key) == DK_OK &&
      copy(&to->server_name, from->server_name) == DK_OK)
    return DK_OK;
  dk_tls_free(to);
  return DK_NO_MEMORY;
}

void dk_tls_free(dk_Tls *t) {
  dk_release((char *)t->ca);
  dk_release((char *)t->cert);
  dk_release((char *)t->key);
  dk_release((char *)t->server_name);
  memset(t, 0, sizeof *t);
}

/* ---- files ---- */

/* Reads the beginning of a file; its length, or -1 with errno. */
static ssize_t read_file(const char *path, char *bytes, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  size_t length = 0;
  ssize_t got = 1;
  int error;
  if (fd < 0)
    return -1;
  while (got > 0 && length < size) {
    got = read(fd, bytes + length, size - length);
    if (got > 0)
      length += (size_t)got;
  }
  error = errno;
  close(fd);
  errno = error;
  return got < 0 ? -1 : (ssize_t)length;
}

static int complain(char *why, size_t size, const char *option,
                    const char *path, const char *complaint) {
  snprintf(why, size, "%s: %s %s", option, path, complaint);
  return DK_MALFORMED;
}

static int has(const char *bytes, size_t length, const char *words) {
  return memmem(bytes, length, words, strlen(words)) != NULL;
}

/* What is wrong with what is in a file, or NULL. */
static const char *judge(const char *bytes, size_t length, int is_key) {
  if (!has(bytes, length, "-----BEGIN "))
    return "is no file in PEM";
  if (!is_key)
    return has(bytes, length, "CERTIFICATE-----") ? NULL
                                                  : "holds no certificate";
  if (!has(bytes, length, "PRIVATE KEY-----"))
    return "holds no private key";
  if (has(bytes, length, "BEGIN ENCRYPTED ") ||
      has(bytes, length, "Proc-Type: 4,ENCRYPTED"))
    return "is protected by a passphrase, which nobody could be asked for";
  return NULL;
}

/* Nothing of a key remains in memory. */
static int check_file(const char *option, const char *path, int is_key,
                      char *why, size_t size) {
  char bytes[LOOKED_AT];
  const char *complaint;
  ssize_t length;
  if (path == NULL)
    return DK_OK;
  length = read_file(path, bytes, sizeof bytes);
  if (length < 0) {
    snprintf(why, size, "%s: cannot read %s: %s", option, path,
             strerror(errno));
    return DK_MALFORMED;
  }
  complaint = judge(bytes, (size_t)length, is_key);
  explicit_bzero(bytes, sizeof bytes);
  if (complaint == NULL)
    return DK_OK;
  return complain(why, size, option, path, complaint);
}

int dk_tls_check(const dk_Tls *t, char *why, size_t size) {
  int outcome = check_file("ca", t->ca, 0, why, size);
  if (outcome == DK_OK)
    outcome = check_file("cert", t->cert, 0, why, size);
  if (outcome == DK_OK)
    outcome = check_file("key", t->key, 1, why, size);
  if (outcome == DK_OK && t->cert != NULL && t->key == NULL)
    return complain(why, size, "cert", t->cert, "needs its key as well");
  if (outcome == DK_OK && t->key != NULL && t->cert == NULL)
    return complain(why, size, "key", t->key, "needs its cert as well");
  return outcome;
}
