/* SPDX-License-Identifier: MIT
 * A reader of JSON (RFC 8259, exactly) over received bytes, without a copy.
 *
 * The caller walks: dk_json_value tells what comes next and, for a scalar,
 * has read it; inside an array the caller asks dk_json_element, inside an
 * object dk_json_member, before each value. Commas, colons and nesting are
 * the reader's business; what to make of the values is the caller's. */
#ifndef DK_JSONLEX_H
#define DK_JSONLEX_H

#include <stddef.h>
#include <stdint.h>

#include "bytes/buffer.h"

#define DK_JSON_DEPTH 512 /* default limit of nesting */

typedef enum dk_Token {
  DK_JSON_BAD, /* malformed; see `error` and `error_at` */
  DK_JSON_NULL,
  DK_JSON_FALSE,
  DK_JSON_TRUE,
  DK_JSON_INTEGER, /* fits 64 bits; `integer` */
  DK_JSON_NUMBER,  /* any other number (also -0); `number` */
  DK_JSON_STRING,  /* `text`, `length` */
  DK_JSON_ARRAY,   /* has begun */
  DK_JSON_OBJECT   /* has begun */
} dk_Token;

typedef struct dk_Json {
  const char *begin, *at, *end; /* the input, and where the reader is */
  int depth, max_depth;
  int fresh; /* an array or object has just begun: no comma yet */
  long long integer;
  double number;
  const char *text; /* unescaped; in the input, or in `scratch` */
  size_t length;
  dk_Buffer *scratch; /* the caller's; for strings with escapes */
  const char *error;  /* why it is malformed, for people; NULL: it is not */
  size_t error_at;    /* offset of the byte in question */
  int failure;        /* DK_MALFORMED, DK_OVER_LIMIT (too deep, or too long
                         for `scratch`), DK_NO_MEMORY */
} dk_Json;

/* Once it is bad it stays bad: every later call fails, with the first error.
 * `text` is valid until the next string or key is read. */
void dk_json_begin(dk_Json *j, const char *bytes, size_t length,
                   dk_Buffer *scratch);

/* The next value. Invalid UTF-8 in strings, lone surrogates, control bytes,
 * numbers like 01 or 1. are DK_JSON_BAD; so is no memory for `scratch`. */
dk_Token dk_json_value(dk_Json *j);

/* 1: another element (member) comes, and for a member its key is in `text`
 * and `length`, its colon passed; 0: the array (object) has ended; -1: bad. */
int dk_json_element(dk_Json *j);
int dk_json_member(dk_Json *j);

/* For members whose order is known: 1 when the next member is spelt exactly
 * "KEY": with no blanks or escapes, which is passed as dk_json_member would;
 * else 0, and nothing was read. KEY is plain ASCII. */
int dk_json_expect(dk_Json *j, const char *key, size_t length);

/* Passes over the rest of a value that dk_json_value has begun (a scalar is
 * over already). 0, or -1: bad. */
int dk_json_skip(dk_Json *j, dk_Token token);

/* 1 when nothing but white space is left; else 0, and `error` is set. */
int dk_json_finish(dk_Json *j);

#endif
