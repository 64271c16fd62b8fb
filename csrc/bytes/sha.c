/* SPDX-License-Identifier: MIT
 * What SHA-1 and SHA-256 have in common. */
#include "bytes/sha.h"

#define BLOCK DK_SHA_BLOCK

static void put_number(unsigned char *out, uint64_t number, int size) {
  while (size > 0) {
    out[--size] = (unsigned char)number;
    number >>= 8;
  }
}

/* The rest of the input with its end mark and its length, in one block or
 * two. */
static void take_rest(dk_ShaBlock *take, uint32_t *state,
                      const unsigned char *in, size_t left, size_t length) {
  unsigned char last[2 * BLOCK] = {0};
  size_t size = left + 9 <= BLOCK ? BLOCK : 2 * BLOCK, i;
  for (i = 0; i < left; i++)
    last[i] = in[i];
  last[left] = 0x80;
  put_number(last + size - 8, (uint64_t)length * 8, 8);
  for (i = 0; i < size; i += BLOCK)
    take(state, last + i);
}

void dk_sha(dk_ShaBlock *take, uint32_t *state, int words, const void *bytes,
            size_t length, unsigned char *digest) {
  const unsigned char *in = bytes;
  size_t left = length;
  int i;
  for (; left >= BLOCK; in += BLOCK, left -= BLOCK)
    take(state, in);
  take_rest(take, state, in, left, length);
  for (i = 0; i < words; i++)
    put_number(digest + 4 * i, state[i], 4);
}
