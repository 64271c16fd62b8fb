/* SPDX-License-Identifier: MIT
 * Tests of bytes/decimal. That the locale does not matter, jsonwrite_test
 * shows. */
#include "bytes/decimal.h"

#include <math.h>

#include "check.h"

static void number(const char *text, double want) {
  char *copy = check_copy(text, strlen(text));
  double got = dk_json_double(copy, strlen(text));
  if (!CHECK(got == want && !signbit(got) == !signbit(want)))
    printf("  %s: got %a, want %a\n", text, got, want);
  free(copy);
}

static void test_simple(void) {
  number("0", 0);
  number("-0", -0.0);
  number("-0.0e-5", -0.0);
  number("7", 7);
  number("-12.5", -12.5);
  number("0.001", 0.001);
  number("1e3", 1000);
  number("1E+3", 1000);
  number("1e-3", 0.001);
  number("18446744073709551616", 0x1p64);
}

/* Cases that a sloppy conversion gets wrong: halfway, denormal, at the ends of
 * the range, more digits than a double has. The right sides are binary. */
static void test_doubles(void) {
  number("0.1", 0x1.999999999999ap-4);
  number("0.3", 0x1.3333333333333p-2);
  number("123456789012345e22", 0x1.db89cafccd3a9p+119);
  number("9007199254740993.0", 0x1p53); /* halfway, to even: down */
  number("9007199254740995.0", 0x1.0000000000002p53); /* to even: up */
  number("9007199254740993.00000000000000000000000000001",
         0x1.0000000000001p53);
  number("1e22", 0x1.0f0cf064dd592p+73);
  number("1e23", 0x1.52d02c7e14af6p+76);
  number("1e-22", 0x1.e392010175ee6p-74);
  number("1e-23", 0x1.82db34012b251p-77);
  number("2.2250738585072011e-308", 0x0.fffffffffffffp-1022);
  number("2.2250738585072014e-308", 0x1p-1022);
  number("4.9406564584124654e-324", 0x1p-1074);
  number("2.4703282292062327e-324", 0.0);
  number("2.4703282292062328e-324", 0x1p-1074);
  number("1.7976931348623157e308", 0x1.fffffffffffffp1023);
  number("1.7976931348623159e308", HUGE_VAL);
  number("-1e309", -HUGE_VAL);
  number("1e999999999999999999999", HUGE_VAL);
  number("1e-999999999999999999999", 0.0);
  number("0e999999999999999999999", 0.0);
}

/* 2^-1075 is halfway to the least double and has 751 digits: with one more,
 * however far behind, it is nearer to that. */
static void test_far_digits(void) {
  char text[3000];
  int length = snprintf(text, sizeof text, "%.1075f", 0x1p-1074);
  int i, carry = 0;
  CHECK(length == 1077);
  for (i = 0; i < length; i++) { /* halve it, as one does on paper */
    int digit;
    if (text[i] == '.')
      continue;
    digit = carry * 10 + (text[i] - '0');
    text[i] = (char)('0' + digit / 2);
    carry = digit % 2;
  }
  CHECK(carry == 0);
  number(text, 0.0);
  strcpy(text + length, "0000000000000000000000000000000000000000000001");
  number(text, 0x1p-1074);
  text[length + 45] = '0';
  number(text, 0.0);
}

/* A point far from where the exponent puts it. */
static void test_long_numbers(void) {
  char text[3000] = "0.";
  memset(text + 2, '0', 2000);
  strcpy(text + 2002, "25e2001");
  number(text, 2.5);
  memset(text, '0', 2000);
  text[0] = '7';
  strcpy(text + 2000, "e-1999");
  number(text, 7);
}

/* strtod, in the locale "C", is the oracle. */
static void test_random_doubles(void) {
  int i;
  for (i = 0; i < 200000; i++) {
    uint64_t bits = check_random();
    double want;
    char text[64];
    memcpy(&want, &bits, sizeof want);
    if (!isfinite(want))
      continue;
    snprintf(text, sizeof text, "%.*e", (int)(check_random() % 20), want);
    want = strtod(text, NULL);
    if (!CHECK(dk_json_double(text, strlen(text)) == want))
      printf("  %s\n", text);
  }
}

/* Numbers of few digits, which go another way. */
static void test_random_decimals(void) {
  int i;
  for (i = 0; i < 200000; i++) {
    char text[64];
    long long digits = (long long)(check_random() >> (14 + i % 50));
    int point = (int)(check_random() % 60) - 30;
    snprintf(text, sizeof text, "%lld.%02llde%d", digits / 100, digits % 100,
             point);
    if (!CHECK(dk_json_double(text, strlen(text)) == strtod(text, NULL)))
      printf("  %s\n", text);
  }
}

int main(void) {
  RUN(test_simple);
  RUN(test_doubles);
  RUN(test_far_digits);
  RUN(test_long_numbers);
  RUN(test_random_doubles);
  RUN(test_random_decimals);
  return check_end();
}
