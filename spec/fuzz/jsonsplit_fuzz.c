/* SPDX-License-Identifier: MIT
 * Any bytes through the cutter of documents, whole and torn: it must cut the
 * same documents. The first byte says how the others are torn. */
#include <string.h>

#include "bytes/buffer.h"
#include "bytes/jsonsplit.h"
#include "bytes/queue.h"
#include "fuzz.h"

/* Takes what is whole: each document and a NUL. The last status. */
static int drain(dk_Jsonsplit *s, dk_Queue *q, int last, dk_Buffer *out) {
  size_t start, end;
  int status;
  for (;;) {
    status = dk_jsonsplit_next(s, dk_queue_bytes(q), dk_queue_length(q), last,
                               &start, &end);
    if (status != 1)
      return status;
    REQUIRE(start < end && end <= dk_queue_length(q));
    dk_buffer_append(out, dk_queue_bytes(q) + start, end - start);
    dk_buffer_byte(out, '\0');
    dk_queue_take(q, end);
  }
}

static int cut_whole(const uint8_t *data, size_t size, dk_Buffer *out) {
  dk_Jsonsplit s = {0};
  dk_Queue q = {0};
  int status;
  dk_queue_append(&q, data, size);
  status = drain(&s, &q, 1, out);
  dk_queue_free(&q);
  return status;
}

static int cut_torn(const uint8_t *data, size_t size, uint32_t state,
                    dk_Buffer *out) {
  dk_Jsonsplit s = {0};
  dk_Queue q = {0};
  int status;
  while (size > 0) {
    size_t part = fuzz_part(&state, size);
    dk_queue_append(&q, data, part);
    REQUIRE(drain(&s, &q, 0, out) == 0);
    data += part;
    size -= part;
  }
  status = drain(&s, &q, 1, out);
  dk_queue_free(&q);
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  dk_Buffer whole = {0}, torn = {0};
  if (size == 0)
    return 0;
  REQUIRE(cut_whole(data + 1, size - 1, &whole) ==
          cut_torn(data + 1, size - 1, *data, &torn));
  REQUIRE(whole.length == torn.length);
  REQUIRE(whole.length == 0 ||
          memcmp(whole.data, torn.data, whole.length) == 0);
  dk_buffer_free(&whole);
  dk_buffer_free(&torn);
  return 0;
}
