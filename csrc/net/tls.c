/* SPDX-License-Identifier: MIT
 * What a secure connection is made with. */

#include "net/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bytes/memory.h"

/* How much is read at once, which most files are shorter than; and the longest
 * that they may be. */
#define PIECE 65536
#define LONGEST (1024 * 1024)

/* Where to complain. */
typedef struct Complaint {
  char *why;
  size_t size;
} Complaint;

static int complain(const Complaint *c, const char *option, const char *path,
                    const char *words) {
  snprintf(c->why, c->size, "%s: %s %s", option, path, words);
  return DK_MALFORMED;
}

/* ---- files ---- */

/* Appends what is in a file. DK_OK, or DK_MALFORMED with errno, and so on. */
static int read_open(int fd, dk_Buffer *to) {
  for (;;) {
    char *room = dk_buffer_room(to, PIECE);
    ssize_t n;
    if (room == NULL)
      return to->length + PIECE > to->limit ? DK_OVER_LIMIT : DK_NO_MEMORY;
    n = read(fd, room, PIECE);
    if (n == 0)
      return DK_OK;
    if (n < 0)
      return DK_MALFORMED;
    to->length += (size_t)n;
  }
}

static int read_file(const char *path, dk_Buffer *to) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), outcome, error;
  if (fd < 0)
    return DK_MALFORMED;
  outcome = read_open(fd, to);
  error = errno;
  close(fd);
  errno = error;
  return outcome;
}

static int has(const char *bytes, size_t length, const char *words) {
  return memmem(bytes, length, words, strlen(words)) != NULL;
}

static const char *judge_key(const char *bytes, size_t length) {
  if (!has(bytes, length, "PRIVATE KEY-----"))
    return "holds no private key in PEM";
  if (has(bytes, length, "BEGIN ENCRYPTED ") ||
      has(bytes, length, "Proc-Type: 4,ENCRYPTED"))
    return "is protected by a passphrase, for which nobody can be asked";
  return NULL;
}

/* What is wrong with what is in a file, or NULL. */
static const char *judge(const char *option, const char *bytes,
                         size_t length) {
  if (strcmp(option, "key") == 0)
    return judge_key(bytes, length);
  return has(bytes, length, "CERTIFICATE-----")
             ? NULL
             : "holds no certificate in PEM";
}

/* Appends what is in the file of an option, if it was given. */
static int take_file(dk_Buffer *to, const char *option, const char *path,
                     const Complaint *c) {
  size_t before = to->length;
  const char *words;
  int outcome;
  if (path == NULL)
    return DK_OK;
  outcome = read_file(path, to);
  if (outcome == DK_MALFORMED) {
    snprintf(c->why, c->size, "%s: cannot read %s: %s", option, path,
             strerror(errno));
    return outcome;
  }
  if (outcome == DK_OVER_LIMIT)
    return complain(c, option, path, "is longer than any such file");
  if (outcome != DK_OK)
    return outcome;
  words = judge(option, to->data + before, to->length - before);
  return words != NULL ? complain(c, option, path, words) : DK_OK;
}

static void forget(dk_Buffer *b) {
  if (b->data != NULL)
    explicit_bzero(b->data, b->capacity);
  dk_buffer_free(b);
}

/* What is in the authority's file is libcurl's to read. */
static int check_authority(const char *path, const Complaint *c) {
  dk_Buffer content = {.limit = LONGEST};
  int outcome = take_file(&content, "ca", path, c);
  dk_buffer_free(&content);
  return outcome;
}

static int read_identity(dk_Tls *to, const dk_Tls *from, const Complaint *c) {
  int outcome;
  to->identity.limit = LONGEST;
  outcome = take_file(&to->identity, "cert", from->cert, c);
  if (outcome == DK_OK && from->cert != NULL)
    outcome = dk_buffer_text(&to->identity, "\n");
  if (outcome == DK_OK)
    outcome = take_file(&to->identity, "key", from->key, c);
  if (outcome == DK_OK && from->cert != NULL && from->key == NULL)
    return complain(c, "cert", from->cert, "is of no use without its key");
  if (outcome == DK_OK && from->key != NULL && from->cert == NULL)
    return complain(c, "key", from->key, "is of no use without its cert");
  return outcome;
}

/* ---- copies ---- */

static int copy(const char **to, const char *from) {
  char *text;
  if (from == NULL)
    return DK_OK;
  text = dk_zeroed(strlen(from) + 1);
  if (text == NULL)
    return DK_NO_MEMORY;
  *to = strcpy(text, from);
  return DK_OK;
}

static int copy_texts(dk_Tls *to, const dk_Tls *from) {
  int outcome = copy(&to->ca, from->ca);
  if (outcome == DK_OK)
    outcome = copy(&to->cert, from->cert);
  if (outcome == DK_OK)
    outcome = copy(&to->key, from->key);
  if (outcome == DK_OK)
    outcome = copy(&to->server_name, from->server_name);
  return outcome;
}

int dk_tls_take(dk_Tls *to, const dk_Tls *from, char *why, size_t size) {
  Complaint c = {why, size};
  int outcome;
  memset(to, 0, sizeof *to);
  to->lax = from->lax;
  outcome = check_authority(from->ca, &c);
  if (outcome == DK_OK)
    outcome = read_identity(to, from, &c);
  if (outcome == DK_OK)
    outcome = copy_texts(to, from);
  if (outcome != DK_OK)
    dk_tls_free(to);
  return outcome;
}

void dk_tls_free(dk_Tls *t) {
  dk_release((char *)t->ca);
  dk_release((char *)t->cert);
  dk_release((char *)t->key);
  dk_release((char *)t->server_name);
  forget(&t->identity);
  memset(t, 0, sizeof *t);
}
