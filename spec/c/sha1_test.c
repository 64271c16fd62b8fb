/* SPDX-License-Identifier: MIT
 * Tests of bytes/sha1, against the examples of FIPS 180 and around the ends
 * of blocks. */
#include "bytes/sha1.h"

#include "check.h"

static void hashes(const char *bytes, size_t length, const char *want) {
  unsigned char digest[DK_SHA1_SIZE];
  char hex[2 * DK_SHA1_SIZE + 1], *copy = check_copy(bytes, length);
  int i;
  dk_sha1(copy, length, digest);
  for (i = 0; i < DK_SHA1_SIZE; i++)
    snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  if (!CHECK(strcmp(hex, want) == 0))
    printf("  %zu bytes: %s, want %s\n", length, hex, want);
  free(copy);
}

static void test_examples(void) {
  hashes("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  hashes("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
  hashes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
         "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

static void test_long(void) {
  char *text = malloc(1000000);
  memset(text, 'a', 1000000);
  hashes(text, 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  free(text);
}

static void test_ends_of_blocks(void) {
  static const struct {
    size_t length;
    const char *want;
  } cases[] = {
      {55, "cef734ba81a024479e09eb5a75b6ddae62e6abf1"},
      {56, "901305367c259952f4e7af8323f480d59f81335b"},
      {63, "0ddc4e0cccd9a12850deb5abb0853a4425559fec"},
      {64, "bb2fa3ee7afb9f54c6dfb5d021f14b1ffe40c163"},
      {65, "78c741ddc482e4cdf8c474a0876347a0905b6233"},
      {119, "4300320394f7ee239bcdce7d3b8bcee173a0cd5c"},
      {120, "ceb2821639c4b6dcb10bce0e522ca2e608ce056d"},
      {128, "150fa3fbdc899bd0b8f95a9fb6027f564d953762"},
  };
  char text[200];
  size_t i;
  memset(text, 'x', sizeof text);
  for (i = 0; i < sizeof cases / sizeof *cases; i++)
    hashes(text, cases[i].length, cases[i].want);
}

int main(void) {
  RUN(test_examples);
  RUN(test_long);
  RUN(test_ends_of_blocks);
  return check_end();
}
