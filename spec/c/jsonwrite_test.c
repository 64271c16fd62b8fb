/* SPDX-License-Identifier: MIT
 * Tests of bytes/jsonwrite. */
#include "bytes/jsonwrite.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <unistd.h>

#include "bytes/buffer.h"
#include "bytes/decimal.h"
#include "bytes/jsonlex.h"
#include "bytes/memory.h"
#include "check.h"

/*
** Strings
*/

#define STRING(bytes, want) write_string(bytes, sizeof(bytes) - 1, want)

static void write_string(const char *bytes, size_t length, const char *want) {
  dk_Buffer b = {0};
  char *copy = check_copy(bytes, length);
  dk_buffer_text(&b, "x");
  EQUAL(dk_json_write_string(&b, copy, length), DK_OK);
  check_bytes(b.data + 1, b.length - 1, want, strlen(want), __FILE__, __LINE__,
              want);
  free(copy);
  dk_buffer_free(&b);
}

static void test_strings(void) {
  STRING("", "\"\"");
  STRING("web", "\"web\"");
  STRING("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
  STRING("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
  STRING("\0\x01\x1F\x7F", "\"\\u0000\\u0001\\u001F\x7F\"");
  STRING("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\n",
         "\"caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\\n\"");
  STRING("a long text, with \"quotes\" far behind",
         "\"a long text, with \\\"quotes\\\" far behind\"");
}

static void test_not_utf8(void) {
  static const char *const bad[] = {"\xFF",         "ab\x80",   "abc\xC3",
                                    "\xED\xA0\x80", "\xC0\xAF", "a\n\"\xE9z"};
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    dk_Buffer b = {0};
    dk_buffer_text(&b, "before");
    EQUAL(dk_json_write_string(&b, bad[i], strlen(bad[i])), DK_MALFORMED);
    BYTES(b.data, b.length, "before");
    dk_buffer_free(&b);
  }
}

/* What is written is read back. */
static void test_every_byte(void) {
  dk_Buffer b = {0}, scratch = {0};
  char bytes[128];
  dk_Json j;
  int i;
  for (i = 0; i < 128; i++)
    bytes[i] = (char)i;
  EQUAL(dk_json_write_string(&b, bytes, sizeof bytes), DK_OK);
  dk_json_begin(&j, b.data, b.length, &scratch);
  EQUAL(dk_json_value(&j), DK_JSON_STRING);
  check_bytes(j.text, j.length, bytes, sizeof bytes, __FILE__, __LINE__,
              "read back");
  CHECK(dk_json_finish(&j));
  dk_buffer_free(&b);
  dk_buffer_free(&scratch);
}

/*
** Numbers
*/

static void integer(long long value, const char *want) {
  dk_Buffer b = {0};
  EQUAL(dk_json_write_integer(&b, value), DK_OK);
  check_bytes(b.data, b.length, want, strlen(want), __FILE__, __LINE__, want);
  dk_buffer_free(&b);
}

static void test_integers(void) {
  integer(0, "0");
  integer(-1, "-1");
  integer(INT64_MAX, "9223372036854775807");
  integer(INT64_MIN, "-9223372036854775808");
}

static void number(double value, const char *want) {
  dk_Buffer b = {0};
  EQUAL(dk_json_write_number(&b, value), DK_OK);
  check_bytes(b.data, b.length, want, strlen(want), __FILE__, __LINE__, want);
  CHECK(dk_json_double(b.data, b.length) == value);
  dk_buffer_free(&b);
}

static void test_numbers(void) {
  number(0, "0");
  number(-0.0, "-0");
  number(1, "1");
  number(-10, "-10");
  number(1.5, "1.5");
  number(0.1, "0.1");
  number(-0.25, "-0.25");
  number(100, "100");
  number(1234567.875, "1234567.875");
  number(0.1 + 0.2, "0.30000000000000004");
  number(1.0 / 3, "0.3333333333333333");
  number(2.0 / 3, "0.6666666666666666");
  number(9007199254740992.0, "9007199254740992");
  number(1e15, "1000000000000000");
  number(1e18, "1000000000000000000");
  number(1e20, "100000000000000000000");
  number(1e21, "1e+21");
  number(1.5e300, "1.5e+300");
  number(0.000001, "0.000001");
  number(0.0000012, "0.0000012");
  number(0.0000001, "1e-7");
  number(-1.25e-9, "-1.25e-9");
  number(DBL_MAX, "1.7976931348623157e+308");
  number(DBL_MIN, "2.2250738585072014e-308");
  number(0x1p-1074, "4.94065645841247e-324");
}

static void test_not_finite(void) {
  dk_Buffer b = {0};
  EQUAL(dk_json_write_number(&b, HUGE_VAL), DK_MALFORMED);
  EQUAL(dk_json_write_number(&b, -HUGE_VAL), DK_MALFORMED);
  EQUAL(dk_json_write_number(&b, (double)NAN), DK_MALFORMED);
  EQUAL((long long)b.length, 0);
  dk_buffer_free(&b);
}

/* Whatever is written is a number by the reader's strict grammar, and is the
 * same number. */
static void round_trip(double value) {
  dk_Buffer b = {0};
  dk_Json j;
  dk_Token token;
  EQUAL(dk_json_write_number(&b, value), DK_OK);
  dk_json_begin(&j, b.data, b.length, NULL);
  token = dk_json_value(&j);
  if (token == DK_JSON_INTEGER)
    j.number = (double)j.integer;
  if (!CHECK(token == DK_JSON_INTEGER || token == DK_JSON_NUMBER) ||
      !CHECK(j.number == value) || !CHECK(dk_json_finish(&j)))
    printf("  %a: %.*s\n", value, (int)b.length, b.data);
  dk_buffer_free(&b);
}

static void test_round_trip(void) {
  int i;
  for (i = 0; i < 30000; i++) {
    uint64_t bits = check_random();
    double value;
    memcpy(&value, &bits, sizeof value);
    if (isfinite(value))
      round_trip(value);
    round_trip((double)(bits >> 40) / 1000);
    round_trip((double)(int64_t)bits);
  }
}

/*
** Locales
*/

static int point_is(const char *point) {
  return strcmp(localeconv()->decimal_point, point) == 0;
}

/* Sets LC_NUMERIC to the locale, compiled into `folder`, or the system's own
 * where it cannot be. 0: there is neither. */
static int set_locale(const char *folder, const char *name) {
  char command[1024];
  snprintf(command, sizeof command,
           "localedef -c -i %.5s -f UTF-8 '%s/%s' >/dev/null 2>&1", name,
           folder, name);
  if (system(command) == 0)
    setenv("LOCPATH", folder, 1);
  else
    unsetenv("LOCPATH");
  return setlocale(LC_NUMERIC, name) != NULL;
}

static void numbers_in_locale(const char *folder, const char *name,
                              const char *point) {
  if (!set_locale(folder, name)) {
    printf("skipped: neither is there a locale %s, nor could localedef "
           "make one\n",
           name);
    return;
  }
  CHECK(point_is(point));
  test_numbers();
  test_round_trip();
  CHECK(dk_json_double("1.5", 3) == 1.5);
  CHECK(dk_json_double("0.1234567890123456789e1", 23) ==
        0.1234567890123456789e1);
  CHECK(dk_json_double("123456789012345678901.5e-40", 27) ==
        123456789012345678901.5e-40);
  setlocale(LC_NUMERIC, "C");
}

/* A comma for a point, and a point of two bytes. */
static void test_locales(void) {
  char folder[] = "/tmp/moonsail-locales-XXXXXX", command[64];
  if (!CHECK(mkdtemp(folder) != NULL))
    return;
  numbers_in_locale(folder, "de_DE.UTF-8", ",");
  numbers_in_locale(folder, "ps_AF.UTF-8", "\xD9\xAB");
  snprintf(command, sizeof command, "rm -r %s", folder);
  CHECK(system(command) == 0);
}

/*
** Memory
*/

static int write_all(dk_Buffer *b) {
  static const char text[] = "a string that is \"longer\"\n than the first "
                             "allocation, which has room for 64 bytes";
  int status = dk_json_write_integer(b, 7);
  if (status == DK_OK)
    status = dk_json_write_number(b, 0.5);
  if (status == DK_OK)
    status = dk_json_write_string(b, text, sizeof text - 1);
  return status;
}

static void test_memory(void) {
  STEP_MEMORY(n) {
    dk_Buffer b = {0};
    int status = write_all(&b);
    STEPPED(status);
    if (status == DK_OK)
      CHECK(n >= 2);
    else if (b.length > 0) /* each is written as a whole or not at all */
      BYTES(b.data, b.length, "70.5");
    dk_buffer_free(&b);
    EQUAL(check_live, 0);
  }
}

/* "a\u0001\"b" are 12 bytes. */
static void test_limit(void) {
  size_t limit;
  for (limit = 1; limit <= 12; limit++) {
    dk_Buffer b = {.limit = limit};
    int status = dk_json_write_string(&b, "a\x01\"b", 4);
    EQUAL(status, limit < 12 ? DK_OVER_LIMIT : DK_OK);
    EQUAL((long long)b.length, limit < 12 ? 0 : 12);
    dk_buffer_free(&b);
  }
}

int main(void) {
  dk_reallocator = check_reallocator;
  RUN(test_strings);
  RUN(test_not_utf8);
  RUN(test_every_byte);
  RUN(test_integers);
  RUN(test_numbers);
  RUN(test_not_finite);
  RUN(test_round_trip);
  RUN(test_locales);
  RUN(test_memory);
  RUN(test_limit);
  EQUAL(check_live, 0);
  return check_end();
}
