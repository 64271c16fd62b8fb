/* SPDX-License-Identifier: MIT
 * Any bytes as the frames of a server, whole and torn: the same payload and
 * the same frames of control must come out, and be refused at the same place.
 * The payload is then written as a client would, its mask is taken off, and it
 * is read again. The first byte says how things are torn, and how long a frame
 * may be. */
#include <stdlib.h>
#include <string.h>

#include "bytes/buffer.h"
#include "bytes/wsframe.h"
#include "fuzz.h"

typedef struct Run {
  dk_WsFrames frames;
  dk_Buffer payload, control;
  size_t taken;
  int status;
} Run;

static void note(Run *r, const dk_WsPiece *piece) {
  if (piece->kind == DK_WS_BINARY) {
    REQUIRE(piece->length > 0);
    dk_buffer_append(&r->payload, piece->bytes, piece->length);
    return;
  }
  REQUIRE(piece->kind >= DK_WS_CLOSE && piece->length <= DK_WS_CONTROL);
  dk_buffer_byte(&r->control, (char)piece->kind);
  dk_buffer_byte(&r->control, (char)piece->length);
  dk_buffer_append(&r->control, piece->bytes, piece->length);
}

static void feed(Run *r, const void *data, size_t size) {
  char *copy = malloc(size > 0 ? size : 1);
  const char *at = copy, *end = copy + size;
  dk_WsPiece piece;
  REQUIRE(copy != NULL);
  if (size > 0)
    memcpy(copy, data, size);
  while (r->status >= 0 &&
         (r->status = dk_wsframes_next(&r->frames, &at, end, &piece)) > 0)
    note(r, &piece);
  REQUIRE(r->status < 0 || at == end);
  r->taken += (size_t)(at - copy);
  free(copy);
}

static void same(const dk_Buffer *a, const dk_Buffer *b) {
  REQUIRE(a->length == b->length);
  REQUIRE(a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

/* What a server would send, had it been sent what we write. */
static void write_again(const Run *r, uint32_t state) {
  const unsigned char mask[4] = {1, (unsigned char)state, 0xFF, 0};
  char head[DK_WS_HEAD], *payload = malloc(r->payload.length + 1);
  size_t size = dk_wsframe_head(head, DK_WS_BINARY, r->payload.length, mask);
  Run again = {0};
  REQUIRE(payload != NULL);
  REQUIRE(memcmp(head + size - 4, mask, 4) == 0);
  dk_wsframe_mask(payload, r->payload.length > 0 ? r->payload.data : "",
                  r->payload.length, mask);
  dk_wsframe_mask(payload, payload, r->payload.length, mask);
  head[1] &= 0x7F;
  feed(&again, head, size - 4);
  feed(&again, payload, r->payload.length);
  REQUIRE(again.status == 0 && dk_wsframes_complete(&again.frames));
  same(&again.payload, &r->payload);
  dk_buffer_free(&again.payload);
  free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Run whole = {0}, torn = {0};
  uint32_t state;
  size_t part;
  if (size < 2)
    return 0;
  state = *data;
  whole.frames.limit = torn.frames.limit = *data % 2 == 0 ? 0 : *data;
  feed(&whole, data + 1, size - 1);
  for (data++, size--; size > 0; data += part, size -= part) {
    part = fuzz_part(&state, size);
    feed(&torn, data, part);
  }
  REQUIRE(whole.status == torn.status && whole.taken == torn.taken);
  REQUIRE(dk_wsframes_complete(&whole.frames) ==
          dk_wsframes_complete(&torn.frames));
  same(&whole.payload, &torn.payload);
  same(&whole.control, &torn.control);
  write_again(&whole, state);
  dk_buffer_free(&whole.payload);
  dk_buffer_free(&whole.control);
  dk_buffer_free(&torn.payload);
  dk_buffer_free(&torn.control);
  return 0;
}
