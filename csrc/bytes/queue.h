/* SPDX-License-Identifier: MIT
 * Bytes that wait between the wire and the reader, in one contiguous run.
 *
 * libcurl's callback appends at the end, the reader takes from the front.
 * An engine may send 130,000 pieces of 45 bytes a second, so a piece is never
 * a node. Between a high and a low mark the queue tells when to hold the
 * sender back and when to let it go on. */
#ifndef DK_QUEUE_H
#define DK_QUEUE_H

#include <stddef.h>

typedef struct dk_Queue {
  char *data;
  size_t start, end; /* the bytes that wait: data[start..end) */
  size_t capacity;
  size_t limit; /* append fails beyond this; 0: no ceiling */
} dk_Queue;

/* A zeroed dk_Queue is empty and valid. Moves what waits to the front, or
 * grows, when there is no room. DK_OK, DK_NO_MEMORY or DK_OVER_LIMIT; after a
 * failure the queue is as it was. */
int dk_queue_append(dk_Queue *q, const void *bytes, size_t length);

size_t dk_queue_length(const dk_Queue *q);
const char *dk_queue_bytes(const dk_Queue *q);  /* never NULL; valid until
                                                  appended to */
void dk_queue_take(dk_Queue *q, size_t length); /* from the front */
void dk_queue_free(dk_Queue *q);

#endif
