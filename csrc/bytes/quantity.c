/* SPDX-License-Identifier: MIT
 * Sizes, durations and command lines as people write them. */
#include "bytes/quantity.h"

#include <stdint.h>
#include <string.h>

#include "bytes/memory.h"

/* What is left of a text. */
typedef struct Text {
  const char *at, *end;
} Text;

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

static size_t left(const Text *t) {
  return (size_t)(t->end - t->at);
}

/* Takes a word when it comes next. */
static int take(Text *t, const char *word) {
  size_t length = strlen(word);
  if (left(t) < length || memcmp(t->at, word, length) != 0)
    return 0;
  t->at += length;
  return 1;
}

/* Takes digits, maybe none. */
static Text take_digits(Text *t) {
  Text digits = {t->at, t->at};
  while (t->at < t->end && is_digit(*t->at))
    t->at++;
  digits.end = t->at;
  return digits;
}

/* A number as written, "12.5", not yet multiplied by its unit. */
typedef struct Amount {
  Text whole, fraction;
} Amount;

static int take_amount(Text *t, Amount *a) {
  a->whole = take_digits(t);
  a->fraction = (Text){t->at, t->at};
  if (take(t, "."))
    a->fraction = take_digits(t);
  return left(&a->whole) + left(&a->fraction) > 0;
}

/* Adds amount * unit to *sum, cut to a whole number. Exact, however many
 * digits there are: the fraction is summed up from its last digit on, by
 * unit * 0.d1d2… = (unit * d1 + (unit * d2 + …) / 10) / 10, where it does not
 * matter that each division is cut. 0: beyond 64 bits. */
static int add_amount(const Amount *a, uint64_t unit, uint64_t *sum) {
  uint64_t whole = 0, fraction = 0;
  const char *c;
  for (c = a->whole.at; c < a->whole.end; c++)
    if (__builtin_mul_overflow(whole, 10, &whole) ||
        __builtin_add_overflow(whole, (uint64_t)(*c - '0'), &whole))
      return 0;
  for (c = a->fraction.end; c > a->fraction.at; c--)
    fraction = (unit * (uint64_t)(c[-1] - '0') + fraction) / 10;
  return !__builtin_mul_overflow(whole, unit, &whole) &&
         !__builtin_add_overflow(whole, fraction, &whole) &&
         !__builtin_add_overflow(*sum, whole, sum);
}

/*
** Sizes
*/

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Takes one of the characters of `set` (lower case), in any case: its place,
 * from 1 on; 0: another comes. */
static int take_one(Text *t, const char *set) {
  const char *found = NULL;
  if (left(t) > 0 && *t->at != '\0')
    found = strchr(set, lower(*t->at));
  if (found == NULL)
    return 0;
  t->at++;
  return (int)(found - set) + 1;
}

/* Takes "", "b", "k", "kb", "kib" …: the power of 1024. What does not belong
 * to it is left. */
static int take_size_unit(Text *t) {
  int power = take_one(t, "kmgtp");
  if (power > 0 && left(t) == 2)
    take_one(t, "i");
  take_one(t, "b");
  return power;
}

int dk_parse_size(const char *text, size_t length, long long *bytes) {
  Text t = {text, text + length};
  Amount amount;
  uint64_t sum = 0;
  int power;
  if (!take_amount(&t, &amount))
    return DK_MALFORMED;
  if (left(&t) > 1)
    take(&t, " ");
  power = take_size_unit(&t);
  if (left(&t) > 0 || !add_amount(&amount, UINT64_C(1) << 10 * power, &sum))
    return DK_MALFORMED;
  if (sum > INT64_MAX)
    return DK_MALFORMED;
  *bytes = (long long)sum;
  return DK_OK;
}

/*
** Durations
*/

/* Takes a unit: its nanoseconds; 0: there is none. */
static uint64_t take_duration_unit(Text *t) {
  static const struct {
    const char *name;
    uint64_t ns;
  } units[] = {
      {"ns", 1},
      {"us", 1000},
      {"\xC2\xB5s", 1000}, /* micro sign */
      {"\xCE\xBCs", 1000}, /* Greek mu */
      {"ms", 1000000},     /* before "m" */
      {"s", 1000000000},
      {"m", UINT64_C(60) * 1000000000},
      {"h", UINT64_C(3600) * 1000000000},
  };
  size_t i;
  for (i = 0; i < sizeof units / sizeof *units; i++)
    if (take(t, units[i].name))
      return units[i].ns;
  return 0;
}

/* Takes one "1.5h" or more. 0: they are malformed, or beyond 64 bits. */
static int take_durations(Text *t, uint64_t *sum) {
  do {
    Amount amount;
    uint64_t unit;
    if (!take_amount(t, &amount))
      return 0;
    unit = take_duration_unit(t);
    if (unit == 0 || !add_amount(&amount, unit, sum))
      return 0;
  } while (left(t) > 0);
  return 1;
}

int dk_parse_duration(const char *text, size_t length, long long *ns) {
  Text t = {text, text + length};
  uint64_t sum = 0, most = INT64_MAX;
  int negative = take(&t, "-");
  if (!negative)
    take(&t, "+");
  most += (uint64_t)negative;
  if (left(&t) == 1 && *t.at == '0') {
    *ns = 0;
    return DK_OK;
  }
  if (!take_durations(&t, &sum) || sum > most)
    return DK_MALFORMED;
  *ns = negative && sum > 0 ? -(long long)(sum - 1) - 1 : (long long)sum;
  return DK_OK;
}

/*
** Command lines
*/

static int is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

/* '…': all as it is. */
static int take_single_quoted(Text *t, dk_Buffer *words) {
  const char *from = t->at, *quote = memchr(from, '\'', left(t));
  if (quote == NULL)
    return DK_MALFORMED;
  t->at = quote + 1;
  return dk_buffer_append(words, from, (size_t)(quote - from));
}

/* What a backslash precedes. Within double quotes it is itself but before
 * `special`; and with a newline it is nothing. */
static int take_escaped(Text *t, dk_Buffer *words, const char *special) {
  char c;
  if (left(t) == 0)
    return DK_MALFORMED;
  c = *t->at++;
  if (c == '\n')
    return DK_OK;
  if (special != NULL && strchr(special, c) == NULL) {
    int status = dk_buffer_byte(words, '\\');
    if (status != DK_OK)
      return status;
  }
  return dk_buffer_byte(words, c);
}

/* "…" */
static int take_double_quoted(Text *t, dk_Buffer *words) {
  while (left(t) > 0) {
    char c = *t->at++;
    int status;
    if (c == '"')
      return DK_OK;
    status = c == '\\' ? take_escaped(t, words, "\"\\$`")
                       : dk_buffer_byte(words, c);
    if (status != DK_OK)
      return status;
  }
  return DK_MALFORMED;
}

/* A word and its NUL. */
static int take_word(Text *t, dk_Buffer *words) {
  while (left(t) > 0 && !is_blank(*t->at)) {
    char c = *t->at++;
    int status;
    switch (c) {
    case '\'':
      status = take_single_quoted(t, words);
      break;
    case '"':
      status = take_double_quoted(t, words);
      break;
    case '\\':
      status = take_escaped(t, words, NULL);
      break;
    default:
      status = dk_buffer_byte(words, c);
      break;
    }
    if (status != DK_OK)
      return status;
  }
  return dk_buffer_byte(words, '\0');
}

/* Passes over what is between words: blanks, and newlines that a backslash
 * takes back. */
static void skip_blanks(Text *t) {
  while (take(t, " ") || take(t, "\t") || take(t, "\n") || take(t, "\\\n"))
    ;
}

int dk_split_command(const char *text, size_t length, dk_Buffer *words) {
  Text t = {text, text + length};
  size_t before = words->length;
  int n = 0, status = DK_OK;
  if (length > 0 && memchr(text, '\0', length) != NULL)
    return DK_MALFORMED;
  for (skip_blanks(&t); left(&t) > 0 && status == DK_OK; skip_blanks(&t)) {
    status = take_word(&t, words);
    n++;
  }
  if (status == DK_OK)
    return n;
  words->length = before;
  return status;
}
