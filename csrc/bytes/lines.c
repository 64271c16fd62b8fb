/* SPDX-License-Identifier: MIT
 * Whole lines out of pieces of any size. */
#include "bytes/lines.h"

#include <string.h>

#include "bytes/memory.h"

static void forget_given(dk_Lines *l) {
  if (l->given)
    dk_buffer_clear(&l->partial);
  l->given = 0;
}

/* Hands out `partial`. */
static int give(dk_Lines *l, const char **line, size_t *length) {
  *line = l->partial.data;
  *length = l->partial.length;
  l->given = 1;
  return 1;
}

int dk_lines_next(dk_Lines *l, const char **at, const char *end,
                  const char **line, size_t *length) {
  const char *from = *at, *newline;
  size_t found;
  int status;
  forget_given(l);
  if (from == end)
    return 0;
  newline = memchr(from, '\n', (size_t)(end - from));
  found = (size_t)((newline != NULL ? newline : end) - from);
  if (newline != NULL && l->partial.length == 0) { /* whole in the input? */
    if (l->partial.limit > 0 && found > l->partial.limit)
      return DK_OVER_LIMIT;
    *line = from;
    *length = found;
    *at = newline + 1;
    return 1;
  }
  status = dk_buffer_append(&l->partial, from, found);
  if (status != DK_OK)
    return status;
  *at = newline != NULL ? newline + 1 : end;
  return newline != NULL ? give(l, line, length) : 0;
}

int dk_lines_last(dk_Lines *l, const char **line, size_t *length) {
  forget_given(l);
  return l->partial.length > 0 ? give(l, line, length) : 0;
}

void dk_lines_free(dk_Lines *l) {
  dk_buffer_free(&l->partial);
  l->given = 0;
}
