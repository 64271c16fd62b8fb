/* SPDX-License-Identifier: MIT
 * Any bytes through the demultiplexer and a cutter of lines for each source,
 * whole and torn: the same lines must come out, and be malformed at the same
 * place. The first byte says how the others are torn, whether the torn ones'
 * pieces are joined, and how long a line may be. */
#include <stdlib.h>
#include <string.h>

#include "bytes/buffer.h"
#include "bytes/frames.h"
#include "bytes/lines.h"
#include "fuzz.h"

typedef struct Run {
  dk_Frames frames;
  dk_Lines lines[DK_N_SOURCES];
  dk_Buffer out[DK_N_SOURCES];
  int joining;
  int status;
} Run;

static void note(dk_Buffer *out, const char *line, size_t length) {
  REQUIRE(memchr(line, '\n', length) == NULL);
  dk_buffer_append(out, line, length);
  dk_buffer_byte(out, '\n');
}

static int take_lines(Run *r, const dk_Piece *piece) {
  const char *at = piece->bytes, *end = at + piece->length, *line;
  size_t length;
  int status;
  while ((status = dk_lines_next(&r->lines[piece->source], &at, end, &line,
                                 &length)) > 0)
    note(&r->out[piece->source], line, length);
  REQUIRE(status < 0 || at == end);
  return status;
}

static int next_piece(Run *r, char **at, char *end, dk_Piece *piece) {
  const char *from = *at;
  int status;
  if (r->joining)
    return dk_frames_join(&r->frames, at, end, piece);
  status = dk_frames_next(&r->frames, &from, end, piece);
  *at += from - *at;
  REQUIRE(status <= 0 || piece->bytes + piece->length == from);
  return status;
}

static void feed(Run *r, const uint8_t *data, size_t size) {
  char *copy = malloc(size > 0 ? size : 1), *at = copy, *end = copy + size;
  dk_Piece piece;
  REQUIRE(copy != NULL);
  if (size > 0)
    memcpy(copy, data, size);
  while (r->status == 0 && (r->status = next_piece(r, &at, end, &piece)) > 0) {
    REQUIRE(piece.length > 0 && piece.bytes >= copy &&
            piece.bytes + piece.length <= at);
    r->status = take_lines(r, &piece);
  }
  REQUIRE(r->status < 0 || at == end);
  free(copy);
}

static void begin(Run *r, size_t limit) {
  int i;
  memset(r, 0, sizeof *r);
  for (i = 0; i < DK_N_SOURCES; i++)
    r->lines[i].partial.limit = limit;
}

static void finish(Run *r) {
  const char *line;
  size_t length;
  int i;
  for (i = 0; i < DK_N_SOURCES; i++) {
    if (r->status == 0 && dk_lines_last(&r->lines[i], &line, &length))
      note(&r->out[i], line, length);
    dk_lines_free(&r->lines[i]);
  }
}

static void compare(Run *a, Run *b) {
  int i;
  REQUIRE(a->status == b->status);
  if (a->status == 0)
    REQUIRE(dk_frames_complete(&a->frames) == dk_frames_complete(&b->frames));
  for (i = 0; i < DK_N_SOURCES; i++) {
    REQUIRE(a->out[i].length == b->out[i].length);
    REQUIRE(a->out[i].length == 0 ||
            memcmp(a->out[i].data, b->out[i].data, a->out[i].length) == 0);
    dk_buffer_free(&a->out[i]);
    dk_buffer_free(&b->out[i]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Run whole, torn;
  uint32_t state;
  size_t limit, part;
  if (size == 0)
    return 0;
  state = *data;
  limit = *data % 2 == 0 ? 0 : *data;
  begin(&whole, limit);
  feed(&whole, data + 1, size - 1);
  finish(&whole);
  begin(&torn, limit);
  torn.joining = *data >= 128;
  for (data++, size--; size > 0; data += part, size -= part) {
    part = fuzz_part(&state, size);
    feed(&torn, data, part);
  }
  finish(&torn);
  compare(&whole, &torn);
  return 0;
}
