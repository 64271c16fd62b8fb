/* SPDX-License-Identifier: MIT
 * Tests of bytes/memory. */
#include "bytes/memory.h"

#include "check.h"

static void test_default(void) {
  char *block = dk_resize(NULL, 3);
  CHECK(block != NULL);
  memcpy(block, "abc", 3);
  block = dk_resize(block, 100000);
  BYTES(block, 3, "abc");
  dk_release(block);
  dk_release(NULL);
}

static void test_nothing_is_a_block_too(void) {
  void *block = dk_resize(NULL, 0), *zeroed = dk_zeroed(0);
  CHECK(block != NULL);
  CHECK(zeroed != NULL);
  EQUAL(check_live, 2);
  block = dk_resize(block, 0); /* frees nothing */
  CHECK(block != NULL);
  EQUAL(check_live, 2);
  dk_release(block);
  dk_release(zeroed);
  EQUAL(check_live, 0);
}

static void test_zeroed(void) {
  static const char zeros[1000];
  char *block = dk_zeroed(sizeof zeros);
  CHECK(block != NULL && memcmp(block, zeros, sizeof zeros) == 0);
  dk_release(block);
}

static void test_failure_keeps_the_block(void) {
  char *block = dk_resize(NULL, 3);
  memcpy(block, "abc", 3);
  check_allowed = 0;
  CHECK(dk_resize(block, 1000) == NULL);
  CHECK(dk_zeroed(1) == NULL);
  check_allowed = -1;
  BYTES(block, 3, "abc");
  dk_release(block);
  EQUAL(check_live, 0);
}

int main(void) {
  RUN(test_default);
  dk_reallocator = check_reallocator;
  RUN(test_nothing_is_a_block_too);
  RUN(test_zeroed);
  RUN(test_failure_keeps_the_block);
  return check_end();
}
