/* SPDX-License-Identifier: MIT
 * The documents in spec/c/json, and what is read from a document, written
 * again in one way only. */
#ifndef CORPUS_H
#define CORPUS_H

#include <stddef.h>

#include "bytes/buffer.h"
#include "bytes/jsonlex.h"
#include "bytes/jsonwrite.h"
#include "bytes/utf8.h"
#include "check.h"

/* A row of a file of the corpus. */
typedef struct Row {
  const char *name;
  char *bytes; /* without room around them */
  size_t length;
  const char *expected; /* the last column */
} Row;

static inline int corpus_digit(char c) {
  return c >= 'A' ? c - 'A' + 10 : c - '0';
}

/* %XX to bytes. */
static inline char *corpus_unescape(const char *text, size_t *length) {
  char *bytes = malloc(strlen(text) + 1), *out = bytes, *copy;
  if (bytes == NULL)
    abort();
  while (*text != '\0') {
    if (*text == '%') {
      *out++ = (char)(corpus_digit(text[1]) << 4 | corpus_digit(text[2]));
      text += 3;
    } else {
      *out++ = *text++;
    }
  }
  *length = (size_t)(out - bytes);
  copy = check_copy(bytes, *length);
  free(bytes);
  return copy;
}

static inline void corpus_row(char *line, void (*test)(const Row *row)) {
  char *bytes = strchr(line, '\t');
  char *expected = bytes != NULL ? strchr(bytes + 1, '\t') : NULL;
  Row row;
  if (!CHECK(expected != NULL))
    return;
  *bytes++ = '\0';
  *expected++ = '\0';
  row.name = line;
  row.expected = expected;
  row.bytes = corpus_unescape(bytes, &row.length);
  test(&row);
  free(row.bytes);
}

/* Runs the test on every row of a file; how many they were. */
static inline int corpus_each(const char *folder, const char *file,
                              void (*test)(const Row *row)) {
  char path[4096], line[8192];
  int n = 0;
  FILE *f;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  f = fopen(path, "rb");
  if (f == NULL) {
    printf("cannot read %s\n", path);
    exit(1);
  }
  while (fgets(line, sizeof line, f) != NULL) {
    if (*line == '#')
      continue;
    line[strcspn(line, "\n")] = '\0';
    corpus_row(line, test);
    n++;
  }
  fclose(f);
  return n;
}

/*
** Reading and writing again
*/

/* 0, or -1 when the document is bad. */
static inline int corpus_value(dk_Json *j, dk_Buffer *out, dk_Token token);

static inline int corpus_array(dk_Json *j, dk_Buffer *out) {
  int more, first = 1;
  dk_buffer_byte(out, '[');
  while ((more = dk_json_element(j)) > 0) {
    if (!first)
      dk_buffer_byte(out, ',');
    first = 0;
    if (corpus_value(j, out, dk_json_value(j)) < 0)
      return -1;
  }
  dk_buffer_byte(out, ']');
  return more;
}

/* To expect the key that did come must find it, or nothing when it was not
 * spelt plainly; to expect another one must find nothing. */
static inline void corpus_expect(const dk_Json *before, const dk_Json *after) {
  dk_Json j = *before;
  const char *end = after->text + after->length;
  int found;
  if (dk_utf8_plain(after->text, end) != end)
    return;
  found = dk_json_expect(&j, after->text, after->length);
  if (!CHECK(found ? j.at == after->at && !j.fresh
                   : j.at == before->at && j.fresh == before->fresh))
    abort();
  j = *before;
  if (after->length > 0 &&
      !CHECK(!dk_json_expect(&j, after->text, after->length - 1)))
    abort();
}

static inline int corpus_member(dk_Json *j) {
  dk_Json before = *j;
  int more = dk_json_member(j);
  if (more > 0)
    corpus_expect(&before, j);
  return more;
}

static inline int corpus_object(dk_Json *j, dk_Buffer *out) {
  int more, first = 1;
  dk_buffer_byte(out, '{');
  while ((more = corpus_member(j)) > 0) {
    if (!first)
      dk_buffer_byte(out, ',');
    first = 0;
    dk_json_write_string(out, j->text, j->length);
    dk_buffer_byte(out, ':');
    if (corpus_value(j, out, dk_json_value(j)) < 0)
      return -1;
  }
  dk_buffer_byte(out, '}');
  return more;
}

/* A number too large for a double stays one. */
static inline int corpus_number(const dk_Json *j, dk_Buffer *out) {
  if (dk_json_write_number(out, j->number) == DK_OK)
    return 0;
  return dk_buffer_text(out, j->number < 0 ? "-1e999" : "1e999");
}

static inline int corpus_value(dk_Json *j, dk_Buffer *out, dk_Token token) {
  switch (token) {
  case DK_JSON_BAD:
    return -1;
  case DK_JSON_NULL:
    return dk_buffer_text(out, "null");
  case DK_JSON_FALSE:
    return dk_buffer_text(out, "false");
  case DK_JSON_TRUE:
    return dk_buffer_text(out, "true");
  case DK_JSON_INTEGER:
    return dk_json_write_integer(out, j->integer);
  case DK_JSON_NUMBER:
    return corpus_number(j, out);
  case DK_JSON_STRING:
    return dk_json_write_string(out, j->text, j->length);
  case DK_JSON_ARRAY:
    return corpus_array(j, out);
  case DK_JSON_OBJECT:
    return corpus_object(j, out);
  }
  return -1;
}

/* Reads the whole document: 0, with what was read in `out`; or -1. */
static inline int corpus_read(dk_Json *j, const char *bytes, size_t length,
                              dk_Buffer *scratch, dk_Buffer *out) {
  dk_json_begin(j, bytes, length, scratch);
  if (corpus_value(j, out, dk_json_value(j)) < 0)
    return -1;
  return dk_json_finish(j) ? 0 : -1;
}

/* Passes over the whole document: 0, or -1. */
static inline int corpus_skip(dk_Json *j, const char *bytes, size_t length,
                              dk_Buffer *scratch) {
  dk_json_begin(j, bytes, length, scratch);
  if (dk_json_skip(j, dk_json_value(j)) < 0)
    return -1;
  return dk_json_finish(j) ? 0 : -1;
}

#endif
