/* SPDX-License-Identifier: MIT
 * The files that have several names, and the first of them that was packed. */
#ifndef DK_LINKS_H
#define DK_LINKS_H

#include <stddef.h>
#include <sys/stat.h>

#include "bytes/buffer.h"

typedef struct dk_Links {
  struct dk_Link *places; /* a table of hashes; a power of two, or none */
  size_t n_places, n;
  dk_Buffer names;
} dk_Links;

/* The name that a file was packed under before, which holds until the next
 * call; NULL, and *result is DK_OK or DK_NO_MEMORY: it was not, and this is
 * the name from now on. */
const char *dk_links_find(dk_Links *l, const struct stat *s, const char *name,
                          int *result);

void dk_links_free(dk_Links *l);

#endif
