/* SPDX-License-Identifier: MIT
 * Tests of bytes/chunked. */
#include "bytes/chunked.h"

#include "bytes/buffer.h"
#include "check.h"

typedef struct Read {
  dk_Chunked chunked;
  dk_Buffer body, rest;
  int status; /* of the last call */
} Read;

static void feed(Read *r, const char *bytes, size_t length) {
  char *copy = check_copy(bytes, length);
  const char *at = copy, *end = copy + length, *piece;
  size_t size;
  if (r->status < 0)
    length = 0;
  while (length > 0 && (r->status = dk_chunked_next(&r->chunked, &at, end,
                                                    &piece, &size)) > 0) {
    CHECK(size > 0 && piece >= copy && piece + size == at);
    dk_buffer_append(&r->body, piece, size);
  }
  if (dk_chunked_complete(&r->chunked))
    dk_buffer_append(&r->rest, at, (size_t)(end - at));
  else if (r->status == 0)
    CHECK(at == end || length == 0);
  free(copy);
}

static void free_read(Read *r) {
  dk_buffer_free(&r->body);
  dk_buffer_free(&r->rest);
}

static void reads(const char *text, const char *body, const char *rest) {
  size_t length = strlen(text), i, j;
  for (i = 0; i <= length; i++)
    for (j = i; j <= length; j++) {
      Read r = {0};
      feed(&r, text, i);
      feed(&r, text + i, j - i);
      feed(&r, text + j, length - j);
      EQUAL(r.status, 0);
      EQUAL(dk_chunked_complete(&r.chunked), rest != NULL);
      check_bytes(r.body.data, r.body.length, body, strlen(body), __FILE__,
                  __LINE__, text);
      check_bytes(r.rest.data, r.rest.length, rest != NULL ? rest : "",
                  rest != NULL ? strlen(rest) : 0, __FILE__, __LINE__, text);
      free_read(&r);
    }
}

static void refuses(const char *text, const char *body) {
  size_t length = strlen(text), i;
  for (i = 0; i <= length; i++) {
    Read r = {0};
    feed(&r, text, i);
    feed(&r, text + i, length - i);
    if (!EQUAL(r.status, DK_MALFORMED))
      printf("  %s\n", text);
    check_bytes(r.body.data, r.body.length, body, strlen(body), __FILE__,
                __LINE__, text);
    free_read(&r);
  }
}

static void test_chunks(void) {
  reads("5\r\nhello\r\n0\r\n\r\n", "hello", "");
  reads("5\r\nhello\r\nB\r\n, my world!\r\n000\r\n\r\nrest",
        "hello, my world!", "rest");
  reads("a\n0123456789\n0\n\n", "0123456789", "");
  reads("0\r\n\r\n0\r\n\r\n", "", "0\r\n\r\n");
}

static void test_what_is_passed_over(void) {
  reads("2;a=b;c=\"d\"\r\nok\r\n1 \r\n!\r\n0;x\r\nA: b\r\nC: d\r\n\r\n", "ok!",
        "");
}

static void test_cut_off(void) {
  reads("5\r\nhel", "hel", NULL);
  reads("5\r\nhello\r\n", "hello", NULL);
  reads("0\r\nA: b\r\n", "", NULL);
}

static void test_what_is_none(void) {
  refuses("\r\n", "");
  refuses("x", "");
  refuses("-1\r\n", "");
  refuses("5x\r\n", "");
  refuses("2\rok", "");
  refuses("2\r\nokay\r\n", "ok");
  refuses("2\r\nok\r0\r\n", "ok");
  refuses("2\r\nok\r\n\r\n", "ok");
  refuses("10000000000000000\r\n", "");
  refuses("0\r\n\rx", "");
}

static void test_large_size(void) {
  dk_Chunked c = {0};
  const char *text = "FFFFFFFFFFFFFFFF\r\nxyz", *at = text, *piece;
  size_t length;
  EQUAL(dk_chunked_next(&c, &at, text + strlen(text), &piece, &length), 1);
  BYTES(piece, length, "xyz");
}

/* Whatever goes on for ever, but chunks of a body may. */
static void test_limits(void) {
  static const char *const starts[] = {"0", "0;", "0\r\nA: ", "0\r\n"};
  size_t i;
  long j;
  for (i = 0; i < sizeof starts / sizeof *starts; i++) {
    Read r = {0};
    feed(&r, starts[i], strlen(starts[i]));
    for (j = 0; j < 50000 && r.status == 0; j++)
      feed(&r, i == 3 ? "b\n" : "00", 2);
    EQUAL(r.status, DK_OVER_LIMIT);
    free_read(&r);
  }
  {
    Read r = {0};
    for (j = 0; j < 200000; j++)
      feed(&r, "1;x\r\n!\r\n", 8);
    EQUAL(r.status, 0);
    EQUAL((long long)r.body.length, 200000);
    free_read(&r);
  }
}

int main(void) {
  RUN(test_chunks);
  RUN(test_what_is_passed_over);
  RUN(test_cut_off);
  RUN(test_what_is_none);
  RUN(test_large_size);
  RUN(test_limits);
  return check_end();
}
