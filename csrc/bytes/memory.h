/* SPDX-License-Identifier: MIT
 * The one place where the floors without Lua get memory, so that a test can
 * count it and make it fail. */
#ifndef DK_MEMORY_H
#define DK_MEMORY_H

#include <stddef.h>

/* What every function that can fail returns: 0, or one of these. */
enum { DK_OK = 0, DK_NO_MEMORY = -1, DK_OVER_LIMIT = -2, DK_MALFORMED = -3 };

/* realloc, by default; size 0 frees and returns NULL. A test may put its own
 * here before anything is allocated. */
extern void *(*dk_reallocator)(void *block, size_t size);

void *dk_resize(void *block, size_t size); /* NULL: no memory, block kept */
void *dk_zeroed(size_t size);              /* NULL: no memory */
void dk_release(void *block);              /* NULL is fine */

#endif
