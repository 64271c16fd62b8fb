/* SPDX-License-Identifier: MIT
 * SHA-256, as in FIPS 180-4. */
#include "bytes/sha256.h"

#include <string.h>

#include "bytes/sha.h"

#define ROUNDS 64

/* The first 32 bits of the fractional parts of the cube roots of the first 64
 * primes. */
static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* The same of the square roots of the first eight. */
static const uint32_t beginning[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                      0xa54ff53a, 0x510e527f, 0x9b05688c,
                                      0x1f83d9ab, 0x5be0cd19};

static uint32_t rotate(uint32_t word, int by) {
  return word >> by | word << (32 - by);
}

/* The words of a block, and those that are made of them. */
static void expand(uint32_t w[ROUNDS], const unsigned char *block) {
  int i;
  for (i = 0; i < 16; i++, block += 4)
    w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
           (uint32_t)block[2] << 8 | (uint32_t)block[3];
  for (; i < ROUNDS; i++) {
    uint32_t early = w[i - 15], late = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] +
           (rotate(early, 7) ^ rotate(early, 18) ^ early >> 3) +
           (rotate(late, 17) ^ rotate(late, 19) ^ late >> 10);
  }
}

/* One round: what is mixed in goes into two of the eight, the others move. */
static void mix(uint32_t s[8], uint32_t word) {
  uint32_t a = s[0], e = s[4];
  uint32_t first = s[7] + word + ((e & s[5]) ^ (~e & s[6])) +
                   (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25));
  uint32_t second = ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2])) +
                    (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22));
  memmove(s + 1, s, 7 * sizeof *s);
  s[4] += first;
  s[0] = first + second;
}

static void digest_block(uint32_t *state, const unsigned char *block) {
  uint32_t w[ROUNDS], s[8];
  int i;
  expand(w, block);
  memcpy(s, state, sizeof s);
  for (i = 0; i < ROUNDS; i++)
    mix(s, w[i] + constants[i]);
  for (i = 0; i < 8; i++)
    state[i] += s[i];
}

void dk_sha256(const void *bytes, size_t length,
               unsigned char digest[DK_SHA256_SIZE]) {
  uint32_t state[8];
  memcpy(state, beginning, sizeof state);
  dk_sha(digest_block, state, 8, bytes, length, digest);
}
