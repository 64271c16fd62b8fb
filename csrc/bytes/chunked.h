/* SPDX-License-Identifier: MIT
 * The body of an answer in chunks (RFC 9112, 7.1), fed any split of the
 * bytes; copies none. Extensions and trailers are passed over. */
#ifndef DK_CHUNKED_H
#define DK_CHUNKED_H

#include <stddef.h>
#include <stdint.h>

typedef struct dk_Chunked {
  uint64_t
      remaining; /* bytes of the chunk still to come, or its size so far */
  uint8_t state;
  uint32_t passed; /* bytes around the chunk that mean nothing to us */
} dk_Chunked;

/* A zeroed dk_Chunked waits for the first chunk. Reads on from *at, which it
 * moves: 1 with the next piece of the body, inside the input; 0 when it needs
 * more than there is before `end`, or the body has ended; DK_MALFORMED, or
 * DK_OVER_LIMIT for endless extensions and trailers. What comes after the
 * end is left where it is. */
int dk_chunked_next(dk_Chunked *c, const char **at, const char *end,
                    const char **piece, size_t *length);

/* Whether the body has come to its end. */
int dk_chunked_complete(const dk_Chunked *c);

#endif
