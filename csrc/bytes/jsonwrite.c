/* SPDX-License-Identifier: MIT
 * Writing the scalars of JSON. */
#include "bytes/jsonwrite.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bytes/decimal.h"
#include "bytes/memory.h"
#include "bytes/utf8.h"

/* What stands for a byte in a string: "\n", or "\u001F". */
static int write_escape(dk_Buffer *b, unsigned char byte) {
  static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
  char text[8] = {'\\', '\0'};
  const char *found = byte != '\0' ? strchr(from, byte) : NULL;
  if (found != NULL)
    text[1] = to[found - from];
  else
    snprintf(text + 1, sizeof text - 1, "u%04X", (unsigned)byte);
  return dk_buffer_text(b, text);
}

/* From `at` to the next byte that must be escaped, over all other text. NULL:
 * that is not UTF-8. */
static const char *scan_run(const char *at, const char *end) {
  while ((at = dk_utf8_plain(at, end)) < end && (unsigned char)*at >= 0x80) {
    int n = dk_utf8_character(at, end);
    if (n == 0)
      return NULL;
    at += n;
  }
  return at;
}

static int write_text(dk_Buffer *b, const char *at, const char *end) {
  while (at < end) {
    const char *stop = scan_run(at, end);
    int status = DK_MALFORMED;
    if (stop != NULL)
      status = dk_buffer_append(b, at, (size_t)(stop - at));
    if (status == DK_OK && stop < end)
      status = write_escape(b, (unsigned char)*stop++);
    if (status != DK_OK)
      return status;
    at = stop;
  }
  return DK_OK;
}

int dk_json_write_string(dk_Buffer *b, const char *bytes, size_t length) {
  size_t before = b->length;
  int status = dk_buffer_byte(b, '"');
  if (status == DK_OK && length > 0)
    status = write_text(b, bytes, bytes + length);
  if (status == DK_OK)
    status = dk_buffer_byte(b, '"');
  if (status != DK_OK)
    b->length = before;
  return status;
}

int dk_json_write_integer(dk_Buffer *b, long long integer) {
  char text[24];
  snprintf(text, sizeof text, "%lld", integer);
  return dk_buffer_text(b, text);
}

/*
** Numbers
*/

/* A number as digits d.ddd * 10^exponent. */
typedef struct Digits {
  char digits[20]; /* no zeros at the end, but for 0 itself */
  int n;
  int exponent;
} Digits;

/* The first `precision` digits of a number that is not negative. What stands
 * for the point depends on the locale, so all that is no digit is passed. */
static void take_digits(Digits *d, double number, int precision) {
  char text[48];
  const char *at;
  snprintf(text, sizeof text, "%.*e", precision - 1, number);
  d->n = 0;
  for (at = text; *at != 'e' && d->n < precision; at++)
    if (*at >= '0' && *at <= '9')
      d->digits[d->n++] = *at;
  sscanf(strrchr(text, 'e') + 1, "%d", &d->exponent);
  while (d->n > 1 && d->digits[d->n - 1] == '0')
    d->n--;
}

static void zeros(char **out, int n) {
  while (n-- > 0)
    *(*out)++ = '0';
}

static void some(char **out, const Digits *d, int from, int to) {
  for (; from < to; from++)
    *(*out)++ = d->digits[from];
}

/* 123000, 123.4 or 0.00123. */
static void write_plain(char **out, const Digits *d) {
  int whole = d->exponent + 1; /* digits before the point */
  if (whole <= 0) {
    *(*out)++ = '0';
    *(*out)++ = '.';
    zeros(out, -whole);
    some(out, d, 0, d->n);
  } else if (whole >= d->n) {
    some(out, d, 0, d->n);
    zeros(out, whole - d->n);
  } else {
    some(out, d, 0, whole);
    *(*out)++ = '.';
    some(out, d, whole, d->n);
  }
}

/* 1.234e+56 */
static void write_scientific(char **out, const Digits *d) {
  some(out, d, 0, 1);
  if (d->n > 1)
    *(*out)++ = '.';
  some(out, d, 1, d->n);
  *out += sprintf(*out, "e%+d", d->exponent);
}

/* Writes the number to `text` (48 bytes), with that many digits at most; the
 * length. Whatever fits 64 bits is written without an exponent: the engine
 * takes no other for an integer. */
static size_t write_digits(char *text, double number, int precision) {
  Digits d;
  char *out = text;
  take_digits(&d, fabs(number), precision);
  if (signbit(number))
    *out++ = '-';
  if (d.exponent >= -6 && d.exponent <= 20)
    write_plain(&out, &d);
  else
    write_scientific(&out, &d);
  return (size_t)(out - text);
}

int dk_json_write_number(dk_Buffer *b, double number) {
  char text[48];
  size_t length = 0;
  int precision = 15;
  if (!isfinite(number))
    return DK_MALFORMED;
  do
    length = write_digits(text, number, precision);
  while (dk_json_double(text, length) != number && precision++ < 17);
  return dk_buffer_append(b, text, length);
}
