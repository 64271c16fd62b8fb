/* SPDX-License-Identifier: MIT
 * A reader of JSON over received bytes, without a copy. */
#include "bytes/jsonlex.h"

#include <string.h>

#include "bytes/decimal.h"
#include "bytes/memory.h"
#include "bytes/utf8.h"

void dk_json_begin(dk_Json *j, const char *bytes, size_t length,
                   dk_Buffer *scratch) {
  memset(j, 0, sizeof *j);
  j->begin = j->at = bytes;
  j->end = bytes + length;
  j->max_depth = DK_JSON_DEPTH;
  j->scratch = scratch;
}

/* Notes the first thing that is wrong, and stands at the end of the input, so
 * that whatever is called next finds nothing more. */
static void fail(dk_Json *j, const char *at, const char *why, int failure) {
  if (j->error == NULL) {
    j->error = why;
    j->error_at = (size_t)(at - j->begin);
    j->failure = failure;
  }
  j->at = j->end;
}

static void malformed(dk_Json *j, const char *at, const char *why) {
  fail(j, at, at == j->end ? "it ends too early" : why, DK_MALFORMED);
}

/* Passes over white space. The engine writes none within a document, so the
 * first comparison nearly always decides. */
static const char *skip_space(dk_Json *j) {
  const char *at = j->at, *end = j->end;
  while (at < end && (unsigned char)*at <= ' ' &&
         (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
    at++;
  j->at = at;
  return at;
}

/*
** Numbers
*/

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Passes over digits, of which there must be one. NULL: there is none. */
static const char *some_digits(dk_Json *j, const char *at) {
  if (at == j->end || !is_digit(*at)) {
    malformed(j, at, "expected a digit");
    return NULL;
  }
  while (at < j->end && is_digit(*at))
    at++;
  return at;
}

/* A number that is not an integer of 64 bits: from `from`, and read up to
 * `at`, where its integer part ends. */
static dk_Token real_number(dk_Json *j, const char *from, const char *at) {
  if (at < j->end && *at == '.') {
    at = some_digits(j, at + 1);
    if (at == NULL)
      return DK_JSON_BAD;
  }
  if (at < j->end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < j->end && (*at == '+' || *at == '-'))
      at++;
    at = some_digits(j, at);
    if (at == NULL)
      return DK_JSON_BAD;
  }
  j->number = dk_json_double(from, (size_t)(at - from));
  j->at = at;
  return DK_JSON_NUMBER;
}

/* Whether an integer part that was read so fits; then `integer` is set.
 * Nineteen digits fit an unsigned number of 64 bits; 2^63 only negated. */
static int fits(dk_Json *j, uint64_t magnitude, size_t digits, int negative) {
  if (digits > 19 || magnitude > (uint64_t)INT64_MAX + (uint64_t)negative)
    return 0;
  if (!negative)
    j->integer = (long long)magnitude;
  else if (magnitude == 0) /* -0 is a number: integers have no such zero */
    return 0;
  else
    j->integer = -(long long)(magnitude - 1) - 1;
  return 1;
}

static dk_Token number(dk_Json *j, const char *from) {
  const char *at = from, *end = j->end, *first;
  uint64_t magnitude = 0;
  int negative = *at == '-';
  at += negative;
  first = at;
  while (at < end && is_digit(*at))
    magnitude = magnitude * 10 + (uint64_t)(*at++ - '0');
  if (at == first) {
    malformed(j, at, "expected a digit");
    return DK_JSON_BAD;
  }
  if (*first == '0' && at > first + 1) {
    malformed(j, first + 1, "a number must not begin with 0");
    return DK_JSON_BAD;
  }
  if (at < end && (*at == '.' || *at == 'e' || *at == 'E'))
    return real_number(j, from, at);
  if (!fits(j, magnitude, (size_t)(at - first), negative))
    return real_number(j, from, at);
  j->at = at;
  return DK_JSON_INTEGER;
}

/*
** Strings
*/

/* From `at`, within a string, to its next quote or backslash; NULL: bad. */
static const char *scan_run(dk_Json *j, const char *at) {
  const char *end = j->end;
  for (;;) {
    at = dk_utf8_plain(at, end);
    if (at == end || (unsigned char)*at < 0x20) {
      malformed(j, at, "a control character in a string");
      return NULL;
    }
    if (*at == '"' || *at == '\\')
      return at;
    do {
      int n = dk_utf8_character(at, end);
      if (n == 0) {
        fail(j, at, "not UTF-8", DK_MALFORMED);
        return NULL;
      }
      at += n;
    } while (at < end && (unsigned char)*at >= 0x80);
  }
}

static int hex_digit(char c) {
  if (is_digit(c))
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four hexadecimal digits at `at`; -1: bad. */
static int32_t four_digits(dk_Json *j, const char *at) {
  int32_t code = 0;
  int i;
  for (i = 0; i < 4; i++, at++) {
    int digit = at < j->end ? hex_digit(*at) : -1;
    if (digit < 0) {
      malformed(j, at, "expected a hexadecimal digit");
      return -1;
    }
    code = code << 4 | digit;
  }
  return code;
}

static int is_high(int32_t code) {
  return code >= 0xD800 && code <= 0xDBFF;
}

static int is_low(int32_t code) {
  return code >= 0xDC00 && code <= 0xDFFF;
}

/* The code point of the \u escape, or the pair of them, that begins at *at,
 * which it moves behind it; -1: bad. */
static int32_t unicode_escape(dk_Json *j, const char **at) {
  const char *from = *at;
  int32_t code = four_digits(j, from + 2), low = 0;
  if (code < 0)
    return -1;
  *at = from + 6;
  if (is_high(code) && j->end - *at >= 2 && memcmp(*at, "\\u", 2) == 0) {
    low = four_digits(j, *at + 2);
    *at += 6;
  }
  if (low < 0)
    return -1;
  if (is_low(code) || (is_high(code) && !is_low(low))) {
    malformed(j, from, "half a surrogate pair");
    return -1;
  }
  return is_high(code) ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                       : code;
}

/* What a backslash and `c` stand for; '\0': they stand for nothing. */
static char short_escape(char c) {
  switch (c) {
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  case '"':
  case '\\':
  case '/':
    return c;
  default:
    return '\0';
  }
}

/* Reads the escape at `at` into `out` (4 bytes), sets *n to the bytes it
 * makes, and returns what comes after it; NULL: bad. */
static const char *escape(dk_Json *j, const char *at, char *out, int *n) {
  char c = at + 1 < j->end ? at[1] : '\0';
  if (c == 'u') {
    int32_t code = unicode_escape(j, &at);
    if (code < 0)
      return NULL;
    *n = dk_utf8_write(out, (uint32_t)code);
    return at;
  }
  *out = short_escape(c);
  if (*out == '\0') {
    malformed(j, at + 1, "no such escape");
    return NULL;
  }
  *n = 1;
  return at + 2;
}

static int keep(dk_Json *j, const char *at, const char *bytes, size_t length) {
  int status = dk_buffer_append(j->scratch, bytes, length);
  if (status == DK_NO_MEMORY)
    fail(j, at, "not enough memory", status);
  else if (status != DK_OK)
    fail(j, at, "a string is too long", status);
  return status;
}

/* The rest of a string whose first backslash is at `at`: in `scratch`. */
static dk_Token escaped_string(dk_Json *j, const char *from, const char *at) {
  dk_buffer_clear(j->scratch);
  for (;;) {
    char bytes[4];
    int n;
    if (keep(j, from, from, (size_t)(at - from)) != DK_OK)
      return DK_JSON_BAD;
    if (*at == '"')
      break;
    from = escape(j, at, bytes, &n);
    if (from == NULL || keep(j, at, bytes, (size_t)n) != DK_OK)
      return DK_JSON_BAD;
    at = scan_run(j, from);
    if (at == NULL)
      return DK_JSON_BAD;
  }
  j->text = j->scratch->data;
  j->length = j->scratch->length;
  j->at = at + 1;
  return DK_JSON_STRING;
}

/* A string whose first byte, behind the quote, is at `from`. */
static dk_Token string(dk_Json *j, const char *from) {
  const char *at = scan_run(j, from);
  if (at == NULL)
    return DK_JSON_BAD;
  if (*at == '\\')
    return escaped_string(j, from, at);
  j->text = from;
  j->length = (size_t)(at - from);
  j->at = at + 1;
  return DK_JSON_STRING;
}

/*
** Values
*/

static dk_Token literal(dk_Json *j, const char *word, dk_Token token) {
  const char *at = j->at;
  while (*word != '\0' && at < j->end && *at == *word) {
    at++;
    word++;
  }
  if (*word != '\0') {
    malformed(j, at, "expected null, true or false");
    return DK_JSON_BAD;
  }
  j->at = at;
  return token;
}

static dk_Token nested(dk_Json *j, dk_Token token) {
  if (j->depth >= j->max_depth) {
    fail(j, j->at, "nested too deeply", DK_OVER_LIMIT);
    return DK_JSON_BAD;
  }
  j->depth++;
  j->fresh = 1;
  j->at++;
  return token;
}

dk_Token dk_json_value(dk_Json *j) {
  const char *at = skip_space(j);
  if (at < j->end) {
    switch (*at) {
    case '"':
      return string(j, at + 1);
    case '{':
      return nested(j, DK_JSON_OBJECT);
    case '[':
      return nested(j, DK_JSON_ARRAY);
    case 'n':
      return literal(j, "null", DK_JSON_NULL);
    case 't':
      return literal(j, "true", DK_JSON_TRUE);
    case 'f':
      return literal(j, "false", DK_JSON_FALSE);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return number(j, at);
    default:
      break;
    }
  }
  malformed(j, at, "expected a value");
  return DK_JSON_BAD;
}

/* What comes next in an array or object: 1 for an element, whose comma is
 * passed; 0 at its end, which is passed; -1: bad. */
static int next(dk_Json *j, char close, const char *why) {
  const char *at = skip_space(j);
  if (at < j->end && *at == close) {
    j->at = at + 1;
    j->depth--;
    j->fresh = 0;
    return 0;
  }
  if (j->fresh && at < j->end) {
    j->fresh = 0;
    return 1;
  }
  if (at < j->end && *at == ',') {
    j->at = at + 1;
    return 1;
  }
  malformed(j, at, why);
  return -1;
}

int dk_json_element(dk_Json *j) {
  return next(j, ']', "expected , or ]");
}

int dk_json_member(dk_Json *j) {
  const char *at;
  int more = next(j, '}', "expected , or }");
  if (more <= 0)
    return more;
  at = skip_space(j);
  if (at == j->end || *at != '"') {
    malformed(j, at, "expected a key");
    return -1;
  }
  if (string(j, at + 1) == DK_JSON_BAD)
    return -1;
  at = skip_space(j);
  if (at == j->end || *at != ':') {
    malformed(j, at, "expected :");
    return -1;
  }
  j->at = at + 1;
  return 1;
}

int dk_json_expect(dk_Json *j, const char *key, size_t length) {
  const char *at = j->at;
  if ((size_t)(j->end - at) < length + 4) /* with the comma, or what follows */
    return 0;
  if (!j->fresh && *at++ != ',')
    return 0;
  if (at[0] != '"' || at[length + 1] != '"' || at[length + 2] != ':' ||
      memcmp(at + 1, key, length) != 0)
    return 0;
  j->fresh = 0;
  j->at = at + length + 3;
  return 1;
}

/* Goes as deep as the document, which is never deeper than max_depth. */
int dk_json_skip(dk_Json *j, dk_Token token) {
  int more = token == DK_JSON_BAD ? -1 : 0;
  if (token == DK_JSON_ARRAY) {
    while ((more = dk_json_element(j)) > 0)
      if (dk_json_skip(j, dk_json_value(j)) < 0)
        return -1;
  } else if (token == DK_JSON_OBJECT) {
    while ((more = dk_json_member(j)) > 0)
      if (dk_json_skip(j, dk_json_value(j)) < 0)
        return -1;
  }
  return more;
}

int dk_json_finish(dk_Json *j) {
  const char *at = skip_space(j);
  if (at < j->end)
    malformed(j, at, "expected the end");
  return j->error == NULL;
}
