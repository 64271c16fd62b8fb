/* SPDX-License-Identifier: MIT
 * Whole lines out of pieces of any size, one cutter a source. */
#ifndef DK_LINES_H
#define DK_LINES_H

#include <stddef.h>

#include "bytes/buffer.h"

typedef struct dk_Lines {
  dk_Buffer partial; /* a line that has begun; its limit is the longest line */
  int given;         /* `partial` was handed out: forget it at the next call */
} dk_Lines;

/* Reads on from *at, which it moves. 1: *line and *length are the next line
 * without its newline, valid until the next call and only as long as the
 * input; 0: all input was taken, no line is whole; DK_OVER_LIMIT or
 * DK_NO_MEMORY. A line that lies whole in the input is not copied. */
int dk_lines_next(dk_Lines *l, const char **at, const char *end,
                  const char **line, size_t *length);

/* At the end of the input: 1 with the last line when it had no newline. */
int dk_lines_last(dk_Lines *l, const char **line, size_t *length);

void dk_lines_free(dk_Lines *l);

#endif
