/* SPDX-License-Identifier: MIT
 * Cuts a stream into JSON documents.
 *
 * A function a state: each passes over the bytes that are its own and says
 * whether the document is over. A record separator is not JSON anywhere, so it
 * ends a document wherever it comes: one that was cut short does not take the
 * next one with it. */
#include "bytes/jsonsplit.h"

#include <limits.h>
#include <string.h>

#include "bytes/memory.h"

#define SEPARATOR '\x1E'

enum { BETWEEN, SCALAR, NESTED, STRING, ESCAPE };

static int is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == SEPARATOR;
}

/* Passes over blanks; the first other byte begins a document. */
static int between(dk_Jsonsplit *s, const char *bytes, size_t length) {
  while (s->scanned < length && is_blank(bytes[s->scanned]))
    s->scanned++;
  s->start = s->scanned;
  if (s->scanned == length)
    return 0;
  switch (bytes[s->scanned]) {
  case '{':
  case '[':
    s->state = NESTED;
    break;
  case '"':
    s->state = STRING;
    s->scanned++;
    break;
  default:
    s->state = SCALAR;
    break;
  }
  return 0;
}

/* A number or a word (or nonsense) ends before what cannot go on with it. */
static int scalar(dk_Jsonsplit *s, const char *bytes, size_t length) {
  for (; s->scanned < length; s->scanned++) {
    char c = bytes[s->scanned];
    if (is_blank(c) || c == '{' || c == '[' || c == '"')
      return 1;
  }
  return 0;
}

/* Within brackets and braces, to their end or to a string. */
static int nested(dk_Jsonsplit *s, const char *bytes, size_t length) {
  while (s->scanned < length) {
    char c = bytes[s->scanned];
    if (c == SEPARATOR)
      return 1;
    s->scanned++;
    if ((c == '{' || c == '[') && s->depth < INT_MAX)
      s->depth++;
    if ((c == '}' || c == ']') && --s->depth == 0)
      return 1;
    if (c == '"') {
      s->state = STRING;
      return 0;
    }
  }
  return 0;
}

static int string(dk_Jsonsplit *s, const char *bytes, size_t length) {
  for (; s->scanned < length; s->scanned++) {
    char c = bytes[s->scanned];
    if (c == SEPARATOR)
      return 1;
    if (c == '\\') {
      s->state = ESCAPE;
      s->scanned++;
      return 0;
    }
    if (c == '"') {
      s->state = NESTED;
      s->scanned++;
      return s->depth == 0;
    }
  }
  return 0;
}

/* Whatever a backslash precedes ends no string. */
static int escape(dk_Jsonsplit *s, const char *bytes, size_t length) {
  (void)length; /* there is a byte: else we were not called */
  if (bytes[s->scanned] == SEPARATOR)
    return 1;
  s->state = STRING;
  s->scanned++;
  return 0;
}

/* Goes on from state to state while there are bytes. 1: a document is over. */
static int scan(dk_Jsonsplit *s, const char *bytes, size_t length) {
  static int (*const states[])(dk_Jsonsplit *, const char *,
                               size_t) = {[BETWEEN] = between,
                                          [SCALAR] = scalar,
                                          [NESTED] = nested,
                                          [STRING] = string,
                                          [ESCAPE] = escape};
  while (s->scanned < length)
    if (states[s->state](s, bytes, length))
      return 1;
  return 0;
}

int dk_jsonsplit_next(dk_Jsonsplit *s, const char *bytes, size_t length,
                      int last, size_t *start, size_t *end) {
  int over = scan(s, bytes, length);
  if (!over && (!last || s->state == BETWEEN))
    return 0;
  if (!over && s->state != SCALAR)
    return DK_MALFORMED;
  *start = s->start;
  *end = s->scanned;
  memset(s, 0, sizeof *s);
  return 1;
}

size_t dk_jsonsplit_blanks(dk_Jsonsplit *s) {
  size_t blanks = s->state == BETWEEN ? s->scanned : 0;
  if (blanks > 0)
    memset(s, 0, sizeof *s);
  return blanks;
}
