/* SPDX-License-Identifier: MIT
 * SHA-1, as in FIPS 180-4. */
#include "bytes/sha1.h"

#include <string.h>

#include "bytes/sha.h"

static uint32_t rotate(uint32_t word, int by) {
  return word << by | word >> (32 - by);
}

/* The words of a block, and those that are made of them. */
static void expand(uint32_t w[80], const unsigned char *block) {
  int i;
  for (i = 0; i < 16; i++, block += 4)
    w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
           (uint32_t)block[2] << 8 | (uint32_t)block[3];
  for (; i < 80; i++)
    w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
}

/* What is mixed in in one round of the eighty, with its constant. */
static uint32_t mixed(int round, uint32_t b, uint32_t c, uint32_t d) {
  if (round < 20)
    return ((b & c) | (~b & d)) + UINT32_C(0x5A827999);
  if (round < 40)
    return (b ^ c ^ d) + UINT32_C(0x6ED9EBA1);
  if (round < 60)
    return ((b & c) | (b & d) | (c & d)) + UINT32_C(0x8F1BBCDC);
  return (b ^ c ^ d) + UINT32_C(0xCA62C1D6);
}

static void digest_block(uint32_t *state, const unsigned char *block) {
  uint32_t w[80], s[5], next;
  int i;
  expand(w, block);
  memcpy(s, state, sizeof s);
  for (i = 0; i < 80; i++) {
    next = rotate(s[0], 5) + mixed(i, s[1], s[2], s[3]) + s[4] + w[i];
    s[4] = s[3];
    s[3] = s[2];
    s[2] = rotate(s[1], 30);
    s[1] = s[0];
    s[0] = next;
  }
  for (i = 0; i < 5; i++)
    state[i] += s[i];
}

void dk_sha1(const void *bytes, size_t length,
             unsigned char digest[DK_SHA1_SIZE]) {
  uint32_t state[5] = {UINT32_C(0x67452301), UINT32_C(0xEFCDAB89),
                       UINT32_C(0x98BADCFE), UINT32_C(0x10325476),
                       UINT32_C(0xC3D2E1F0)};
  dk_sha(digest_block, state, 5, bytes, length, digest);
}
