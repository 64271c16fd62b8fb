/* SPDX-License-Identifier: MIT
 * Any bytes as the head of an answer, whole and torn: the same lines must
 * come out, and the same verdict at the same place. The first byte says how
 * the others are torn, and how long a head may be. */
#include <stdlib.h>
#include <string.h>

#include "bytes/httphead.h"
#include "fuzz.h"

typedef struct Run {
  dk_HttpHead head;
  dk_Buffer lines;
  size_t taken; /* bytes before the body */
  int status;
} Run;

static void feed(Run *r, const uint8_t *data, size_t size) {
  char *copy = malloc(size > 0 ? size : 1);
  const char *at = copy;
  REQUIRE(copy != NULL);
  if (size > 0)
    memcpy(copy, data, size);
  if (r->status == 0) {
    r->status = dk_httphead_next(&r->head, &at, copy + size, &r->lines);
    REQUIRE(r->status != 0 || at == copy + size);
    r->taken += (size_t)(at - copy);
  }
  free(copy);
}

/* Every line has a name, ends with a NUL, and holds none of the bytes that
 * could pass for the end of one. */
static void check_lines(const Run *r) {
  const char *line = r->lines.data;
  const char *end = line + r->lines.length;
  REQUIRE(r->lines.length == 0 || end[-1] == '\0');
  for (; line < end; line += strlen(line) + 1) {
    REQUIRE(strchr(line, ':') != NULL && *line != ':');
    REQUIRE(strpbrk(line, "\r\n") == NULL);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Run whole = {0}, torn = {0};
  uint32_t state;
  size_t part;
  if (size == 0)
    return 0;
  state = *data;
  whole.head.limit = torn.head.limit = *data % 2 == 0 ? 0 : *data * 4u;
  feed(&whole, data + 1, size - 1);
  for (data++, size--; size > 0; data += part, size -= part) {
    part = fuzz_part(&state, size);
    feed(&torn, data, part);
  }
  REQUIRE((whole.status > 0) == (torn.status > 0));
  REQUIRE((whole.status < 0) == (torn.status < 0));
  if (whole.status >= 0) {
    REQUIRE(whole.taken == torn.taken);
    REQUIRE(whole.head.status == torn.head.status);
    REQUIRE(whole.lines.length == torn.lines.length);
    REQUIRE(whole.lines.length == 0 ||
            memcmp(whole.lines.data, torn.lines.data, torn.lines.length) == 0);
    check_lines(&whole);
  }
  dk_httphead_free(&whole.head);
  dk_httphead_free(&torn.head);
  dk_buffer_free(&whole.lines);
  dk_buffer_free(&torn.lines);
  return 0;
}
