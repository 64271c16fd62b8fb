/* SPDX-License-Identifier: MIT
 * What the fuzz targets share: what must hold, and how input is torn. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* libFuzzer's entry: one input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                    \
  do {                                                                        \
    if (!(condition))                                                         \
      abort();                                                                \
  } while (0)

/* The next part of an input of which `left` bytes are left: between one and
 * all of them, by a state that the first byte of the input begins. */
static inline size_t fuzz_part(uint32_t *state, size_t left) {
  *state = *state * 1664525u + 1013904223u;
  return 1 + (*state >> 24) % (left < 16 ? left : *state & 1 ? 16 : left);
}

#endif
