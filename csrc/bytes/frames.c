/* SPDX-License-Identifier: MIT
 * The stdout/stderr demultiplexer. */
#include "bytes/frames.h"

#include <string.h>

#include "bytes/memory.h"

#define HEADER 8
#define JOINT 65536 /* bytes after which no more pieces are joined */

/* Whether a header may have this byte at this place; any length will do. */
static int may_stand(int place, unsigned char byte) {
  if (place == 0)
    return byte < DK_N_SOURCES;
  return place > 3 || byte == 0;
}

/* The header has come: 1, or DK_OVER_LIMIT, now and whenever asked again. */
static int begin_frame(dk_Frames *f) {
  const unsigned char *h = f->header;
  uint32_t length = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 |
                    (uint32_t)h[6] << 8 | (uint32_t)h[7];
  if (length > DK_FRAME_BYTES)
    return DK_OVER_LIMIT;
  f->source = h[0];
  f->remaining = length;
  f->have = 0;
  return 1;
}

/* A header that lies there whole and good, which is nearly always so. */
static int read_whole_header(dk_Frames *f, const char **at, const char *end) {
  if (f->have != 0 || end - *at < HEADER ||
      (unsigned char)**at >= DK_N_SOURCES || memcmp(*at + 1, "\0\0", 3) != 0)
    return 0;
  memcpy(f->header, *at, HEADER);
  f->have = HEADER;
  *at += HEADER;
  return 1;
}

/* State: a header comes. 1 when it has come. Each byte is judged at once, so
 * that output without frames is told from its first byte, not the eighth. */
static int read_header(dk_Frames *f, const char **at, const char *end) {
  if (read_whole_header(f, at, end))
    return begin_frame(f);
  while (f->have < HEADER && *at < end) {
    unsigned char byte = (unsigned char)**at;
    if (!may_stand(f->have, byte))
      return DK_MALFORMED;
    f->header[f->have++] = byte;
    (*at)++;
  }
  return f->have == HEADER ? begin_frame(f) : 0;
}

/* State: the bytes of a frame come. */
static int read_piece(dk_Frames *f, const char **at, const char *end,
                      dk_Piece *piece) {
  size_t length = (size_t)(end - *at);
  if (length == 0)
    return 0;
  if (length > f->remaining)
    length = f->remaining;
  piece->bytes = *at;
  piece->length = length;
  piece->source = (dk_Source)f->source;
  f->remaining -= (uint32_t)length;
  *at += length;
  return 1;
}

int dk_frames_next(dk_Frames *f, const char **at, const char *end,
                   dk_Piece *piece) {
  while (f->remaining == 0) {
    int status = read_header(f, at, end);
    if (status <= 0)
      return status;
  }
  return read_piece(f, at, end, piece);
}

/* The next piece, if it comes from `source` and some of it is there. */
static int more_of(dk_Frames *f, dk_Source source, const char **at,
                   const char *end, dk_Piece *piece) {
  while (f->remaining == 0)
    if (read_header(f, at, end) <= 0)
      return 0; /* what is wrong is said the next time */
  return f->source == source && read_piece(f, at, end, piece);
}

int dk_frames_join(dk_Frames *f, char **at, char *end, dk_Piece *piece) {
  char *run = *at;
  const char *from = run;
  dk_Piece next;
  int status = dk_frames_next(f, &from, end, piece);
  if (status == 1) {
    piece->bytes = memmove(run, piece->bytes, piece->length);
    while (piece->length < JOINT &&
           more_of(f, piece->source, &from, end, &next)) {
      memmove(run + piece->length, next.bytes, next.length);
      piece->length += next.length;
    }
  }
  *at += from - *at;
  return status;
}

int dk_frames_complete(const dk_Frames *f) {
  return f->have == 0 && f->remaining == 0;
}
