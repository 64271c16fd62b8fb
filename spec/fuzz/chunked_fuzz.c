/* SPDX-License-Identifier: MIT
 * Any bytes as a body in chunks, whole and torn: the same body must come out,
 * and end, or be malformed, at the same place. What came out is written in
 * chunks and read again. The first byte says how things are torn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/buffer.h"
#include "bytes/chunked.h"
#include "fuzz.h"

typedef struct Run {
  dk_Chunked chunked;
  dk_Buffer body;
  size_t taken;
  int status;
} Run;

static void feed(Run *r, const void *data, size_t size) {
  char *copy = malloc(size > 0 ? size : 1);
  const char *at = copy, *end = copy + size, *piece;
  size_t length;
  REQUIRE(copy != NULL);
  if (size > 0)
    memcpy(copy, data, size);
  while (r->status >= 0 && (r->status = dk_chunked_next(
                                &r->chunked, &at, end, &piece, &length)) > 0) {
    REQUIRE(length > 0 && piece >= copy && piece + length == at);
    dk_buffer_append(&r->body, piece, length);
  }
  REQUIRE(r->status < 0 || at == end || dk_chunked_complete(&r->chunked));
  r->taken += (size_t)(at - copy);
  free(copy);
}

static void compare(const Run *a, const Run *b) {
  REQUIRE(a->status == b->status && a->taken == b->taken);
  REQUIRE(dk_chunked_complete(&a->chunked) ==
          dk_chunked_complete(&b->chunked));
  REQUIRE(a->body.length == b->body.length);
  REQUIRE(a->body.length == 0 ||
          memcmp(a->body.data, b->body.data, b->body.length) == 0);
}

/* Written again, in chunks of any size. */
static void write_again(const Run *r, uint32_t state) {
  dk_Buffer out = {0};
  Run again = {0};
  size_t at = 0;
  while (at < r->body.length) {
    size_t part = fuzz_part(&state, r->body.length - at);
    char line[20];
    snprintf(line, sizeof line, "%zx\r\n", part);
    dk_buffer_text(&out, line);
    dk_buffer_append(&out, r->body.data + at, part);
    dk_buffer_text(&out, "\r\n");
    at += part;
  }
  dk_buffer_text(&out, "0\r\n\r\n");
  feed(&again, out.data, out.length);
  REQUIRE(again.status == 0 && dk_chunked_complete(&again.chunked));
  REQUIRE(again.body.length == r->body.length);
  REQUIRE(r->body.length == 0 ||
          memcmp(again.body.data, r->body.data, r->body.length) == 0);
  dk_buffer_free(&again.body);
  dk_buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Run whole = {0}, torn = {0};
  uint32_t state;
  size_t part;
  if (size == 0)
    return 0;
  state = *data;
  feed(&whole, data + 1, size - 1);
  for (data++, size--; size > 0; data += part, size -= part) {
    part = fuzz_part(&state, size);
    feed(&torn, data, part);
  }
  compare(&whole, &torn);
  write_again(&whole, state);
  dk_buffer_free(&whole.body);
  dk_buffer_free(&torn.body);
  return 0;
}
