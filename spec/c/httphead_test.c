/* SPDX-License-Identifier: MIT
 * Tests of bytes/httphead. */
#include "bytes/httphead.h"

#include "check.h"

typedef struct Read {
  dk_HttpHead head;
  dk_Buffer lines;
  dk_Buffer rest; /* what came after the head */
  int status;     /* of the last call */
} Read;

static void feed(Read *r, const char *bytes, size_t length) {
  char *copy = check_copy(bytes, length);
  const char *at = copy, *end = copy + length;
  if (r->status == 0)
    r->status = dk_httphead_next(&r->head, &at, end, &r->lines);
  if (r->status == 0)
    CHECK(at == end);
  if (r->status == 1)
    dk_buffer_append(&r->rest, at, (size_t)(end - at));
  free(copy);
}

static void free_read(Read *r) {
  dk_httphead_free(&r->head);
  dk_buffer_free(&r->lines);
  dk_buffer_free(&r->rest);
}

/* Every cut of the input in three must read the same. */
static void reads(const char *text, int code, const char *lines,
                  size_t lines_length, const char *rest) {
  size_t length = strlen(text), i, j;
  for (i = 0; i <= length; i++)
    for (j = i; j <= length; j++) {
      Read r = {0};
      feed(&r, text, i);
      feed(&r, text + i, j - i);
      feed(&r, text + j, length - j);
      EQUAL(r.status, 1);
      EQUAL(r.head.status, code);
      check_bytes(r.lines.data, r.lines.length, lines, lines_length, __FILE__,
                  __LINE__, text);
      check_bytes(r.rest.data, r.rest.length, rest, strlen(rest), __FILE__,
                  __LINE__, text);
      free_read(&r);
    }
}

#define READS(text, code, lines, rest)                                        \
  reads(text, code, lines, sizeof(lines) - 1, rest)

static void refuses(const char *text, int status) {
  size_t length = strlen(text), i;
  for (i = 0; i <= length; i++) {
    Read r = {0};
    r.head.limit = 200;
    feed(&r, text, i);
    feed(&r, text + i, length - i);
    if (!EQUAL(r.status, status))
      printf("  %s\n", text);
    CHECK(status != DK_MALFORMED || r.head.why != NULL);
    free_read(&r);
  }
}

static void test_heads(void) {
  READS("HTTP/1.1 101 UPGRADED\r\nA: b\r\nC:d \r\n\r\nrest", 101,
        "A: b\0C:d\0", "rest");
  READS("HTTP/1.0 404\r\n\r\n", 404, "", "");
  READS("HTTP/1.1 200 OK\nA: b\n\nrest\n", 200, "A: b\0", "rest\n");
  READS("HTTP/1.1 200 OK\r\nA: b\r\n\t c\r\n\r\n", 200, "A: b\t c\0", "");
  READS("HTTP/1.1 204 \r\nA:\r\n\r\n\r\n", 204, "A:\0", "\r\n");
}

static void test_interim(void) {
  READS("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nL: x\r\n\r\n"
        "HTTP/1.1 101 Now\r\nA: b\r\n\r\nHTTP/1.1 200",
        101, "A: b\0", "HTTP/1.1 200");
}

static void test_what_is_none(void) {
  refuses("SSH-2.0-OpenSSH\r\n", DK_MALFORMED);
  refuses("H2", DK_MALFORMED);
  refuses("\x15\x03\x01", DK_MALFORMED);
  refuses("HTTP/2 200\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1 20\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1 2000\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1 099 x\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1\r\n\r\n", DK_MALFORMED);
  refuses("\r\nHTTP/1.1 200 OK\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1 200 OK\r\nno name\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1 200 OK\r\n: x\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1 200 OK\r\n folded: x\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n", DK_MALFORMED);
  refuses("HTTP/1.1 100 C\r\n\r\nBody", DK_MALFORMED);
}

static void test_nul(void) {
  static const char text[] = "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n";
  Read r = {0};
  feed(&r, text, sizeof text - 1);
  EQUAL(r.status, DK_MALFORMED);
  free_read(&r);
}

static void test_limit(void) {
  char text[400] = "HTTP/1.1 200 OK\r\nA: ";
  memset(text + strlen(text), 'x', 300);
  refuses(text, DK_OVER_LIMIT);
  text[0] = '\0'; /* and of all lines together, interim ones too */
  while (strlen(text) < 250)
    strcat(text, "HTTP/1.1 100 Continue\r\n\r\n");
  refuses(text, DK_OVER_LIMIT);
}

static void test_no_memory(void) {
  static const char text[] =
      "HTTP/1.1 200 OK\r\nA: b\r\nBcd: 0123456789012345678901234567890123\r\n"
      "E: f\r\n\r\n";
  long n, left = 0;
  for (n = 0; left == 0; n++) {
    Read r = {0};
    check_allowed = n;
    feed(&r, text, 30);
    feed(&r, text + 30, sizeof text - 31);
    left = check_allowed;
    check_allowed = -1;
    EQUAL(r.status, left > 0 || r.status == 1 ? 1 : DK_NO_MEMORY);
    free_read(&r);
    EQUAL(check_live, 0);
  }
  CHECK(n > 2);
}

static void test_keep_takes_back(void) {
  dk_Buffer b = {.limit = 8};
  EQUAL(dk_httphead_keep(&b, "A: b", 4), DK_OK);
  EQUAL(dk_httphead_keep(&b, " cdefg", 6), DK_OVER_LIMIT);
  BYTES(b.data, b.length, "A: b\0");
  EQUAL(dk_httphead_keep(&b, "C:d", 3), DK_OVER_LIMIT);
  BYTES(b.data, b.length, "A: b\0");
  dk_buffer_free(&b);
}

static void test_find(void) {
  dk_Buffer b = {0};
  CHECK(dk_httphead_find(&b, "A") == NULL);
  dk_httphead_keep(&b, "Ab: x", 5);
  dk_httphead_keep(&b, "A:\t y", 5);
  dk_httphead_keep(&b, "a: z", 4);
  CHECK(strcmp(dk_httphead_find(&b, "a"), "y") == 0);
  CHECK(dk_httphead_find(&b, "b") == NULL);
  dk_buffer_free(&b);
}

static void test_lists(void) {
  CHECK(dk_httphead_lists("Upgrade", "upgrade"));
  CHECK(dk_httphead_lists("keep-alive, Upgrade", "upgrade"));
  CHECK(dk_httphead_lists(" , upgrade,x", "upgrade"));
  CHECK(!dk_httphead_lists("upgrades", "upgrade"));
  CHECK(!dk_httphead_lists("", "upgrade"));
}

int main(void) {
  RUN(test_heads);
  RUN(test_interim);
  RUN(test_what_is_none);
  RUN(test_nul);
  RUN(test_limit);
  dk_reallocator = check_reallocator;
  RUN(test_no_memory);
  RUN(test_keep_takes_back);
  RUN(test_find);
  RUN(test_lists);
  return check_end();
}
