/* SPDX-License-Identifier: MIT
 * A growing run of bytes with a ceiling. */
#include "bytes/buffer.h"

#include <stdint.h>
#include <string.h>

#include "bytes/memory.h"

#define SMALLEST 64

/* The capacity to grow to for `need` bytes: twice the old one, but not beyond
 * the ceiling when that is enough. */
static size_t next_capacity(const dk_Buffer *b, size_t need) {
  size_t capacity = b->capacity < SMALLEST ? SMALLEST : b->capacity;
  while (capacity < need)
    capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
  if (b->limit > 0 && capacity > b->limit && need <= b->limit)
    return b->limit;
  return capacity;
}

/* Makes `capacity` at least `need`, which is not 0. */
static int reserve(dk_Buffer *b, size_t need) {
  size_t capacity;
  char *data;
  if (need <= b->capacity)
    return DK_OK;
  capacity = next_capacity(b, need);
  data = dk_resize(b->data, capacity);
  if (data == NULL)
    return DK_NO_MEMORY;
  b->data = data;
  b->capacity = capacity;
  return DK_OK;
}

/* Room for `length` more bytes, within the ceiling. */
static int make_room(dk_Buffer *b, size_t length) {
  if (length > SIZE_MAX - b->length)
    return DK_OVER_LIMIT;
  if (b->limit > 0 && b->length + length > b->limit)
    return DK_OVER_LIMIT;
  return reserve(b, b->length + length);
}

int dk_buffer_append(dk_Buffer *b, const void *bytes, size_t length) {
  int status;
  if (length == 0)
    return DK_OK;
  status = make_room(b, length);
  if (status == DK_OK) {
    memcpy(b->data + b->length, bytes, length);
    b->length += length;
  }
  return status;
}

int dk_buffer_text(dk_Buffer *b, const char *text) {
  return dk_buffer_append(b, text, strlen(text));
}

int dk_buffer_byte(dk_Buffer *b, char byte) {
  int status = make_room(b, 1);
  if (status == DK_OK)
    b->data[b->length++] = byte;
  return status;
}

/* Room for nothing is room too: it is never NULL but for a lack of memory. */
char *dk_buffer_room(dk_Buffer *b, size_t length) {
  if (make_room(b, length) != DK_OK)
    return NULL;
  if (b->data == NULL && reserve(b, 1) != DK_OK)
    return NULL;
  return b->data + b->length;
}

/* The NUL may stand one byte beyond the ceiling. */
int dk_buffer_terminate(dk_Buffer *b) {
  int status =
      b->length < SIZE_MAX ? reserve(b, b->length + 1) : DK_OVER_LIMIT;
  if (status == DK_OK)
    b->data[b->length] = '\0';
  return status;
}

void dk_buffer_clear(dk_Buffer *b) {
  b->length = 0;
}

void dk_buffer_free(dk_Buffer *b) {
  dk_release(b->data);
  b->data = NULL;
  b->length = 0;
  b->capacity = 0;
}
