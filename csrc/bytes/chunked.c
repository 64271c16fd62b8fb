/* SPDX-License-Identifier: MIT
 * The reader of bodies in chunks: what a byte means depends on the state. */
#include "bytes/chunked.h"

#include "bytes/memory.h"

/* Most bytes that may be passed over with a chunk. */
#define MOST_PASSED (64 * 1024)

typedef enum State {
  SIZE,       /* the first digit of a size */
  MORE_SIZE,  /* another digit, or what ends the size */
  EXTENSION,  /* up to the end of the line */
  SIZE_END,   /* the newline after a size and a carriage return */
  DATA,       /* bytes of a chunk */
  DATA_END,   /* the line end after them */
  DATA_LAST,  /* the newline of that */
  TRAILER,    /* the start of a line after the last chunk */
  TRAILER_ON, /* the rest of one */
  LAST,       /* the newline at the very end */
  COMPLETE
} State;

static int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int pass(dk_Chunked *c, State next) {
  if (++c->passed > MOST_PASSED)
    return DK_OVER_LIMIT;
  c->state = next;
  return 0;
}

/* The line with the size has ended. */
static int size_known(dk_Chunked *c) {
  c->state = c->remaining > 0 ? DATA : TRAILER;
  return 0;
}

static int read_size(dk_Chunked *c, char byte) {
  int value = digit(byte);
  if (value >= 0) {
    if (c->remaining > UINT64_MAX >> 4)
      return DK_MALFORMED;
    c->remaining = c->remaining << 4 | (uint64_t)value;
    return pass(c, MORE_SIZE);
  }
  if (c->state == SIZE)
    return DK_MALFORMED;
  if (byte == '\n')
    return size_known(c);
  if (byte == '\r')
    c->state = SIZE_END;
  else if (byte == ';' || byte == ' ' || byte == '\t')
    c->state = EXTENSION;
  else
    return DK_MALFORMED;
  return 0;
}

/* A byte that must be a newline. */
static int read_newline(dk_Chunked *c, char byte, State next) {
  if (byte != '\n')
    return DK_MALFORMED;
  c->state = next;
  return 0;
}

/* The line end after the bytes of a chunk. */
static int read_data_end(dk_Chunked *c, char byte) {
  c->passed = 0;
  if (byte != '\r')
    return read_newline(c, byte, SIZE);
  c->state = DATA_LAST;
  return 0;
}

static int read_trailer(dk_Chunked *c, char byte) {
  if (c->state == TRAILER && byte == '\r')
    c->state = LAST;
  else if (c->state == TRAILER && byte == '\n')
    c->state = COMPLETE;
  else
    return pass(c, byte == '\n' ? TRAILER : TRAILER_ON);
  return 0;
}

static int read_byte(dk_Chunked *c, char byte) {
  switch ((State)c->state) {
  case SIZE:
  case MORE_SIZE:
    return read_size(c, byte);
  case EXTENSION:
    return byte == '\n' ? size_known(c) : pass(c, EXTENSION);
  case SIZE_END:
    return byte == '\n' ? size_known(c) : DK_MALFORMED;
  case DATA_END:
    return read_data_end(c, byte);
  case DATA_LAST:
    return read_newline(c, byte, SIZE);
  case TRAILER:
  case TRAILER_ON:
    return read_trailer(c, byte);
  case LAST:
    return read_newline(c, byte, COMPLETE);
  default:
    return 0;
  }
}

static int read_piece(dk_Chunked *c, const char **at, const char *end,
                      const char **piece, size_t *length) {
  size_t there = (size_t)(end - *at);
  if (there > c->remaining)
    there = (size_t)c->remaining;
  *piece = *at;
  *length = there;
  *at += there;
  c->remaining -= there;
  if (c->remaining == 0)
    c->state = DATA_END;
  return 1;
}

int dk_chunked_next(dk_Chunked *c, const char **at, const char *end,
                    const char **piece, size_t *length) {
  while (*at < end && c->state != COMPLETE) {
    int status;
    if (c->state == DATA)
      return read_piece(c, at, end, piece, length);
    status = read_byte(c, **at);
    if (status < 0)
      return status;
    (*at)++;
  }
  return 0;
}

int dk_chunked_complete(const dk_Chunked *c) {
  return c->state == COMPLETE;
}
