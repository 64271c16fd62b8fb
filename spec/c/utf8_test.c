/* SPDX-License-Identifier: MIT
 * Tests of bytes/utf8. */
#include "bytes/utf8.h"

#include "check.h"

/* By the definition: the length that the first byte says, the bits put
 * together, and then whether the code point may be written so. */
static int by_definition(const unsigned char *c, int length) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  int n = *c < 0x80 ? 1 : *c < 0xC0 ? 0 : *c < 0xE0 ? 2 : *c < 0xF0 ? 3 : 4;
  uint32_t code = n == 1 ? *c : *c & (0x7F >> n);
  int i;
  if (n == 0 || n > length || *c >= 0xF8)
    return 0;
  for (i = 1; i < n; i++) {
    if ((c[i] & 0xC0) != 0x80)
      return 0;
    code = code << 6 | (c[i] & 0x3F);
  }
  if (code < least[n] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
    return 0;
  return n;
}

static int agrees(const unsigned char *c, int length) {
  int got = dk_utf8_character((const char *)c, (const char *)c + length);
  return got == by_definition(c, length);
}

/* All that three bytes can be, at each length, and all that can begin four. */
static void test_all_sequences(void) {
  uint32_t bits;
  long bad = 0;
  for (bits = 0; bits < 1u << 24; bits++) {
    unsigned char c[4] = {(unsigned char)(bits >> 16),
                          (unsigned char)(bits >> 8), (unsigned char)bits,
                          0x80};
    bad += !agrees(c, 3);
    if (c[0] >= 0xF0)
      bad += !agrees(c, 4);
    if (c[2] == 0)
      bad += !agrees(c, 2);
  }
  EQUAL(bad, 0);
}

static void test_last_byte_and_lengths(void) {
  unsigned char c[4] = {0xF0, 0x9F, 0x98, 0};
  int last, length;
  for (last = 0; last < 256; last++) {
    c[3] = (unsigned char)last;
    for (length = 1; length <= 4; length++)
      CHECK(agrees(c, length));
  }
  EQUAL(dk_utf8_character((char *)c, (char *)c), 0);
}

static void test_write(void) {
  uint32_t code;
  long bad = 0;
  for (code = 0; code <= 0x10FFFF; code++) {
    char c[4];
    int n = dk_utf8_write(c, code);
    int valid = code < 0xD800 || code > 0xDFFF;
    bad += dk_utf8_character(c, c + n) != (valid ? n : 0);
  }
  EQUAL(bad, 0);
}

static void test_written_bytes(void) {
  char c[4];
  int n = dk_utf8_write(c, 0x24);
  BYTES(c, (size_t)n, "$");
  n = dk_utf8_write(c, 0xE9);
  BYTES(c, (size_t)n, "\xC3\xA9");
  n = dk_utf8_write(c, 0x20AC);
  BYTES(c, (size_t)n, "\xE2\x82\xAC");
  n = dk_utf8_write(c, 0x1F600);
  BYTES(c, (size_t)n, "\xF0\x9F\x98\x80");
}

static int is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* One byte of every value at every place, and each that is not plain followed
 * by one that borrows could touch; from every alignment. */
static void plain_with(int value, size_t length, size_t place) {
  char *text = check_copy("0123456789 abcdefghijklmn~}|", length);
  text[place] = (char)value;
  if (place + 1 < length)
    text[place + 1] = (char)(value % 3 == 0   ? '#'
                             : value % 3 == 1 ? '!'
                                              : ']');
  size_t want = is_plain((unsigned char)value) ? length : place;
  size_t from;
  for (from = 0; from <= place; from++)
    EQUAL(dk_utf8_plain(text + from, text + length) - text, (long long)want);
  free(text);
}

static void test_plain(void) {
  int value;
  size_t length, place;
  CHECK(dk_utf8_plain("", "") != NULL);
  for (value = 0; value < 256; value++)
    for (length = 1; length <= 26; length += length < 18 ? 1 : 4)
      for (place = 0; place < length; place++)
        plain_with(value, length, place);
}

static void test_valid(void) {
  static const char good[] = "a\0\x7F\xC2\x80\xED\x9F\xBF\xEE\x80\x80"
                             "\xF4\x8F\xBF\xBF";
  size_t at = 99;
  CHECK(dk_utf8_valid("", 0, &at));
  CHECK(dk_utf8_valid(good, sizeof good - 1, &at));
  EQUAL((long long)at, 99);
  CHECK(!dk_utf8_valid(good, sizeof good - 2, &at));
  EQUAL((long long)at, sizeof good - 5);
  CHECK(!dk_utf8_valid("ab\xC3(", 4, &at));
  EQUAL((long long)at, 2);
  CHECK(!dk_utf8_valid("\x80", 1, &at));
  EQUAL((long long)at, 0);
}

int main(void) {
  RUN(test_all_sequences);
  RUN(test_last_byte_and_lengths);
  RUN(test_write);
  RUN(test_written_bytes);
  RUN(test_plain);
  RUN(test_valid);
  return check_end();
}
