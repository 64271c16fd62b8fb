/* SPDX-License-Identifier: MIT
 * Bytes that wait between the wire and the reader. */
#include "bytes/queue.h"

#include <stdint.h>
#include <string.h>

#include "bytes/memory.h"

#define SMALLEST 4096

static void move_to_front(dk_Queue *q) {
  size_t length = dk_queue_length(q);
  if (q->start > 0 && length > 0)
    memmove(q->data, q->data + q->start, length);
  q->start = 0;
  q->end = length;
}

/* Grows to twice of what is needed. When there is no memory for that, what
 * was there may still do. */
static int grow(dk_Queue *q, size_t need) {
  size_t capacity = need > SIZE_MAX / 2 ? need : need * 2;
  char *data = dk_resize(q->data, capacity < SMALLEST ? SMALLEST : capacity);
  if (data == NULL)
    return need <= q->capacity ? DK_OK : DK_NO_MEMORY;
  q->data = data;
  q->capacity = capacity < SMALLEST ? SMALLEST : capacity;
  return DK_OK;
}

/* Makes room for `length` more bytes behind the end. Only a queue that is at
 * least half free is moved without growing, so that each byte is moved once
 * on average, however slowly the reader takes. */
static int make_room(dk_Queue *q, size_t length) {
  size_t need = dk_queue_length(q) + length;
  if (length <= q->capacity - q->end)
    return DK_OK;
  move_to_front(q);
  if (need <= q->capacity / 2)
    return DK_OK;
  return grow(q, need);
}

int dk_queue_append(dk_Queue *q, const void *bytes, size_t length) {
  size_t waiting = dk_queue_length(q);
  int status;
  if (length == 0)
    return DK_OK;
  if (length > SIZE_MAX - waiting)
    return DK_OVER_LIMIT;
  if (q->limit > 0 && waiting + length > q->limit)
    return DK_OVER_LIMIT;
  status = make_room(q, length);
  if (status == DK_OK) {
    memcpy(q->data + q->end, bytes, length);
    q->end += length;
  }
  return status;
}

size_t dk_queue_length(const dk_Queue *q) {
  return q->end - q->start;
}

const char *dk_queue_bytes(const dk_Queue *q) {
  return q->data != NULL ? q->data + q->start : "";
}

void dk_queue_take(dk_Queue *q, size_t length) {
  if (length < dk_queue_length(q))
    q->start += length;
  else
    q->start = q->end = 0;
}

void dk_queue_free(dk_Queue *q) {
  dk_release(q->data);
  q->data = NULL;
  q->start = q->end = q->capacity = 0;
}
