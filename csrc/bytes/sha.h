/* SPDX-License-Identifier: MIT
 * What SHA-1 and SHA-256 have in common: how a text is cut into blocks, how
 * the last of them ends, and how a state becomes a digest. */
#ifndef DK_SHA_H
#define DK_SHA_H

#include <stddef.h>
#include <stdint.h>

#define DK_SHA_BLOCK 64

/* Takes a block into the state. */
typedef void dk_ShaBlock(uint32_t *state, const unsigned char *block);

/* Takes bytes into a state of `words`, and writes it out. */
void dk_sha(dk_ShaBlock *take, uint32_t *state, int words, const void *bytes,
            size_t length, unsigned char *digest);

#endif
