/* SPDX-License-Identifier: MIT
 * The head of an answer in HTTP/1, fed any split of the bytes. Interim
 * answers (1xx) before it are passed over, but for 101, the switch of
 * protocols, after which no other comes. */
#ifndef DK_HTTPHEAD_H
#define DK_HTTPHEAD_H

#include <stddef.h>
#include <stdint.h>

#include "bytes/buffer.h"

typedef struct dk_HttpHead {
  int status;      /* of the answer; 0: its first line has not come */
  dk_Buffer line;  /* that has begun */
  size_t size;     /* bytes of all lines that came, interim ones too */
  size_t limit;    /* most of those; 0: any */
  const char *why; /* what is wrong with the line, when it is malformed */
} dk_HttpHead;

/* A zeroed dk_HttpHead waits for the first line. Reads on from *at, which it
 * moves. 1: the head is complete, and the body begins at *at; 0: needs more
 * than there is before `end`; DK_MALFORMED as soon as it shows, DK_OVER_LIMIT,
 * DK_NO_MEMORY. The lines go to `lines`, "Name: value" and a NUL each, without
 * the blanks at their ends. */
int dk_httphead_next(dk_HttpHead *h, const char **at, const char *end,
                     dk_Buffer *lines);

void dk_httphead_free(dk_HttpHead *h);

/* Appends a line of a head, as above; one that begins with a blank goes on
 * with the line before. After a failure the buffer is as it was. */
int dk_httphead_keep(dk_Buffer *lines, const char *line, size_t length);

/* The length without the blanks and line ends behind it. */
size_t dk_httphead_trim(const char *line, size_t length);

/* The value of the first header of that name in such lines, or NULL. */
const char *dk_httphead_find(const dk_Buffer *lines, const char *name);

/* Whether a value that is a list ("upgrade, close") has this word in it. */
int dk_httphead_lists(const char *value, const char *word);

#endif
