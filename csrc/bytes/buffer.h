/* SPDX-License-Identifier: MIT
 * A growing run of bytes with a ceiling: what a request is written into. */
#ifndef DK_BUFFER_H
#define DK_BUFFER_H

#include <stddef.h>

typedef struct dk_Buffer {
  char *data;      /* NULL while nothing was appended */
  size_t length;   /* bytes in use */
  size_t capacity; /* bytes allocated */
  size_t limit;    /* never grows beyond this; 0: no ceiling */
} dk_Buffer;

/* A zeroed dk_Buffer is empty and valid, without a ceiling. The functions
 * return DK_OK, DK_NO_MEMORY or DK_OVER_LIMIT; after a failure the buffer is
 * as it was. */
int dk_buffer_append(dk_Buffer *b, const void *bytes, size_t length);
int dk_buffer_text(dk_Buffer *b, const char *text);
int dk_buffer_byte(dk_Buffer *b, char byte);

/* Room for `length` more bytes at data + length, for the caller to fill and
 * to add to `length`; NULL when there is none. */
char *dk_buffer_room(dk_Buffer *b, size_t length);

/* Appends a NUL that does not count, so that data is a C string. */
int dk_buffer_terminate(dk_Buffer *b);

void dk_buffer_clear(dk_Buffer *b); /* empty, memory kept */
void dk_buffer_free(dk_Buffer *b);  /* empty, memory given back */

#endif
