/* SPDX-License-Identifier: MIT
 * The double that a decimal number means. */
#include "bytes/decimal.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

/* The most decimal digits that can decide how a number is rounded; of further
 * ones it matters only whether they are all zero. */
#define MOST_DIGITS 772

/* A number without its sign: digits * 10^exponent, no leading zeros. */
typedef struct Decimal {
  char digits[MOST_DIGITS + 32]; /* and room to write the exponent there */
  int n;
  int sticky; /* a digit that is not zero was left out */
  long long exponent;
} Decimal;

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

static void add_digit(Decimal *d, char digit, int after_point) {
  if (d->n == MOST_DIGITS) {
    d->sticky |= digit != '0';
    d->exponent += !after_point;
    return;
  }
  if (d->n > 0 || digit != '0')
    d->digits[d->n++] = digit;
  d->exponent -= after_point;
}

/* The written exponent, from behind the e; one beyond all bounds is cut. */
static long long read_exponent(const char *at, const char *end) {
  long long exponent = 0;
  int negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+'))
    at++;
  for (; at < end && is_digit(*at); at++)
    if (exponent < 1000000000000000)
      exponent = exponent * 10 + (*at - '0');
  return negative ? -exponent : exponent;
}

static void read_decimal(Decimal *d, const char *at, const char *end) {
  int after_point = 0;
  d->n = d->sticky = 0;
  d->exponent = 0;
  for (; at < end && *at != 'e' && *at != 'E'; at++) {
    if (*at == '.')
      after_point = 1;
    else
      add_digit(d, *at, after_point);
  }
  if (at < end)
    d->exponent += read_exponent(at + 1, end);
}

/* Up to 15 digits and 10^22 are exact in a double, so one multiplication or
 * division rounds once, correctly (where doubles are computed as doubles). */
static int small_double(const Decimal *d, double *number) {
  static const double powers[] = {
      1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  long long mantissa = 0;
  int i;
  if (FLT_EVAL_METHOD != 0 || d->n > 15 || d->exponent < -22 ||
      d->exponent > 22)
    return 0;
  for (i = 0; i < d->n; i++)
    mantissa = mantissa * 10 + (d->digits[i] - '0');
  *number = d->exponent < 0 ? (double)mantissa / powers[-d->exponent]
                            : (double)mantissa * powers[d->exponent];
  return 1;
}

/* The rest is strtod's, which gets the number without a point: then no locale
 * can read it in another way. */
static double large_double(Decimal *d) {
  if (d->sticky) {
    d->digits[d->n++] = '1';
    d->exponent--;
  }
  snprintf(d->digits + d->n, sizeof d->digits - (size_t)d->n, "e%lld",
           d->exponent);
  return strtod(d->digits, NULL);
}

double dk_json_double(const char *bytes, size_t length) {
  Decimal d;
  const char *end = bytes + length;
  double number = 0;
  int negative = length > 0 && *bytes == '-';
  read_decimal(&d, bytes + negative, end);
  if (d.n > 0 && !small_double(&d, &number))
    number = large_double(&d);
  return negative ? -number : number;
}
