/* SPDX-License-Identifier: MIT
 * Where the floors without Lua get their memory. */
#include "bytes/memory.h"

#include <stdlib.h>
#include <string.h>

static void *system_reallocator(void *block, size_t size) {
  if (size == 0) {
    free(block);
    return NULL;
  }
  return realloc(block, size);
}

void *(*dk_reallocator)(void *block, size_t size) = system_reallocator;

/* Never asks for 0 bytes, which would free: so NULL always means that there
 * was no memory and that the block is still there. */
void *dk_resize(void *block, size_t size) {
  return dk_reallocator(block, size > 0 ? size : 1);
}

void *dk_zeroed(size_t size) {
  void *block = dk_resize(NULL, size);
  if (block != NULL)
    memset(block, 0, size);
  return block;
}

void dk_release(void *block) {
  if (block != NULL)
    dk_reallocator(block, 0);
}
