/* SPDX-License-Identifier: MIT
 * Tests of bytes/lines. */
#include "bytes/lines.h"

#include "bytes/buffer.h"
#include "bytes/memory.h"
#include "check.h"

/* Appends "[line]" for each line of a part of the input, which is gone
 * afterwards. The last status. */
static int feed(dk_Lines *l, const char *bytes, size_t length,
                dk_Buffer *out) {
  char *copy = check_copy(bytes, length);
  const char *at = copy, *line;
  size_t n;
  int status;
  while ((status = dk_lines_next(l, &at, copy + length, &line, &n)) > 0) {
    dk_buffer_byte(out, '[');
    dk_buffer_append(out, line, n);
    dk_buffer_byte(out, ']');
  }
  if (status == 0)
    CHECK(at == copy + length);
  free(copy);
  return status;
}

static void finish(dk_Lines *l, dk_Buffer *out) {
  const char *line;
  size_t n;
  while (dk_lines_last(l, &line, &n) > 0) {
    dk_buffer_byte(out, '(');
    dk_buffer_append(out, line, n);
    dk_buffer_byte(out, ')');
  }
}

#define INPUT "one\n\ntw\xC3\xA9\r\n\n\nth\0ree\nrest"
#define LINES "[one][][tw\xC3\xA9\r][][][th\0ree](rest)"

static void test_whole(void) {
  dk_Lines l = {0};
  dk_Buffer out = {0};
  EQUAL(feed(&l, INPUT, sizeof INPUT - 1, &out), 0);
  finish(&l, &out);
  BYTES(out.data, out.length, LINES);
  dk_buffer_free(&out);
  dk_lines_free(&l);
}

static void test_every_split(void) {
  static const char input[] = INPUT;
  size_t length = sizeof input - 1, first, second;
  for (first = 0; first <= length; first++)
    for (second = first; second <= length; second++) {
      dk_Lines l = {0};
      dk_Buffer out = {0};
      EQUAL(feed(&l, input, first, &out), 0);
      EQUAL(feed(&l, input + first, second - first, &out), 0);
      EQUAL(feed(&l, input + second, length - second, &out), 0);
      finish(&l, &out);
      BYTES(out.data, out.length, LINES);
      dk_buffer_free(&out);
      dk_lines_free(&l);
    }
}

static void test_byte_by_byte(void) {
  static const char input[] = INPUT;
  dk_Lines l = {0};
  dk_Buffer out = {0};
  size_t i;
  for (i = 0; i < sizeof input - 1; i++)
    EQUAL(feed(&l, input + i, 1, &out), 0);
  finish(&l, &out);
  BYTES(out.data, out.length, LINES);
  dk_buffer_free(&out);
  dk_lines_free(&l);
}

static void test_nothing(void) {
  dk_Lines l = {0};
  dk_Buffer out = {0};
  EQUAL(feed(&l, "", 0, &out), 0);
  finish(&l, &out);
  EQUAL((long long)out.length, 0);
  EQUAL(feed(&l, "a\n", 2, &out), 0);
  finish(&l, &out); /* a newline at the end begins no further line */
  BYTES(out.data, out.length, "[a]");
  dk_buffer_free(&out);
  dk_lines_free(&l);
}

static void test_no_copy(void) {
  const char *text = "first\nsecond\nthi", *at = text, *line;
  size_t n;
  dk_Lines l = {0};
  EQUAL(dk_lines_next(&l, &at, text + 16, &line, &n), 1);
  CHECK(line == text && n == 5);
  EQUAL(dk_lines_next(&l, &at, text + 16, &line, &n), 1);
  CHECK(line == text + 6 && n == 6);
  CHECK(l.partial.data == NULL);
  EQUAL(dk_lines_next(&l, &at, text + 16, &line, &n), 0);
  EQUAL((long long)l.partial.length, 3);
  dk_lines_free(&l);
}

/* Two cutters do not meet, as those of stdout and stderr must not. */
static void test_two_sources(void) {
  dk_Lines a = {0}, b = {0};
  dk_Buffer out = {0};
  feed(&a, "to std", 6, &out);
  feed(&b, "err: ", 5, &out);
  feed(&a, "out\n", 4, &out);
  feed(&b, "bad\n", 4, &out);
  BYTES(out.data, out.length, "[to stdout][err: bad]");
  dk_buffer_free(&out);
  dk_lines_free(&a);
  dk_lines_free(&b);
}

/* However it is torn, a line as long as the limit passes, a longer one does
 * not, and the cutter goes no further. */
static void limit_at(size_t split) {
  static const char input[] = "12345\n\n123456\nx\n";
  dk_Lines l = {.partial = {.limit = 5}};
  dk_Buffer out = {0};
  int status = feed(&l, input, split, &out);
  if (status == 0)
    status = feed(&l, input + split, sizeof input - 1 - split, &out);
  EQUAL(status, DK_OVER_LIMIT);
  BYTES(out.data, out.length, "[12345][]");
  dk_buffer_free(&out);
  dk_lines_free(&l);
}

static void test_limit(void) {
  size_t split;
  for (split = 0; split <= 16; split++)
    limit_at(split);
}

/* A call that failed took nothing: with memory, it goes on. */
static void test_memory(void) {
  char piece[100];
  memset(piece, 'x', sizeof piece);
  STEP_MEMORY(n) {
    dk_Lines l = {0};
    const char *at = piece, *line;
    size_t length, fed = 0;
    int status = 0;
    while (status == 0 && fed < 5000) {
      at = piece;
      status = dk_lines_next(&l, &at, piece + sizeof piece, &line, &length);
      fed += (size_t)(at - piece);
    }
    STEPPED(status);
    CHECK(status == DK_NO_MEMORY ? at == piece : n >= 3);
    at = "\n";
    EQUAL(dk_lines_next(&l, &at, at + 1, &line, &length), 1);
    EQUAL((long long)length, (long long)fed);
    dk_lines_free(&l);
    EQUAL(check_live, 0);
  }
}

/* An empty last line is none, and what was handed out comes but once. */
static void test_last(void) {
  const char *at = "rest", *line;
  size_t n;
  dk_Lines l = {0};
  EQUAL(dk_lines_last(&l, &line, &n), 0);
  EQUAL(dk_lines_next(&l, &at, at + 4, &line, &n), 0);
  EQUAL(dk_lines_last(&l, &line, &n), 1);
  BYTES(line, n, "rest");
  EQUAL(dk_lines_last(&l, &line, &n), 0);
  at = "new\n"; /* and it may begin anew */
  EQUAL(dk_lines_next(&l, &at, at + 4, &line, &n), 1);
  BYTES(line, n, "new");
  dk_lines_free(&l);
}

int main(void) {
  dk_reallocator = check_reallocator;
  RUN(test_whole);
  RUN(test_every_split);
  RUN(test_byte_by_byte);
  RUN(test_nothing);
  RUN(test_no_copy);
  RUN(test_two_sources);
  RUN(test_limit);
  RUN(test_memory);
  RUN(test_last);
  EQUAL(check_live, 0);
  return check_end();
}
